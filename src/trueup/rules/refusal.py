"""Expected "no": a reason with a stable code, a paragraph and a sentence.

A refusal is data. A check returns the refusals that apply; whoever performs the act
raises them together as `Refused`, so that every reason that is owed is given
(62.16335(e)(2)). A caller's bug is a `ValueError`, never a refusal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar


class Refusal:
    """One reason why an act is not done; subclass it beside the check that finds it.

    Attributes:
        code: Stable name, `context.reason`; the last part is enough to name it.
        cite: Paragraph that asks for the refusal.
        sentence: What was refused and what to do, for the person who asked.
        row: Row of the file or of the batch, from 1, where there are several.
    """

    code: ClassVar[str]
    cite: ClassVar[str]

    __slots__ = ("row", "sentence")

    def __init__(self, sentence: str, *, row: int | None = None) -> None:
        self.sentence = sentence
        self.row = row

    @property
    def reason(self) -> str:
        """The code without its context: `serials_not_held`."""
        return self.code.rpartition(".")[2]

    def __str__(self) -> str:
        where = f"row {self.row}: " if self.row is not None else ""
        return f"{where}{self.sentence} ({self.code}; {self.cite})"

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"


class Refused(Exception):
    """An act was refused and nothing was changed; carries every reason that applies."""

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(refusals)
        if not self.refusals:
            raise ValueError("Refused needs at least one refusal")
        super().__init__("; ".join(str(refusal) for refusal in self.refusals))

    @property
    def reasons(self) -> frozenset[str]:
        """The codes without their contexts, for a quick look."""
        return frozenset(refusal.reason for refusal in self.refusals)


def refusal_types() -> Iterator[type[Refusal]]:
    """Every reason that has been declared, for the reference and for the status table."""
    waiting = list(Refusal.__subclasses__())
    while waiting:
        kind = waiting.pop()
        waiting.extend(kind.__subclasses__())
        if "code" in vars(kind):
            yield kind
