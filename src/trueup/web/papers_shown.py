"""What a second official compares before a certificate that came on paper is filed.

Source: PLAT-154.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from difflib import SequenceMatcher

from trueup.accounts import certificate_reads as certificates
from trueup.desk import second_typing
from trueup.desk.entering import ACT
from trueup.desk.entries import ProposalEntry
from trueup.desk.second_typing import Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperShown:
    """What a paper says, and in what it differs from the certificate in force.

    Attributes:
        is_hidden: The reader is to type the paper before the first one's text is shown.
        mistyped: The fields of which the reader typed something else; None: typed nothing.
        differences: Lines as they are in force, and as they are on the paper.
    """

    text: str
    is_hidden: bool
    mistyped: list[Difference] | None
    differences: tuple[tuple[str, str], ...]
    has_one_in_force: bool

    @property
    def may_be_approved(self) -> bool:
        return self.mistyped == []


def paper_shown(entry: ProposalEntry, *, reader: int, may_decide: bool) -> PaperShown | None:
    """What a second official compares; None for every other act.

    Args:
        may_decide: The reader is one of those who may be the second official.
    """
    if entry.act != ACT:
        return None
    typed = second_typing.last_typing(entry, by=reader)
    mistyped = (
        second_typing.differences(second_typing.first_typing(entry), typed)
        if typed is not None
        else None
    )
    facility = json.loads(entry.values["certificate"])["facility"]
    before = certificates.certificates_in_force(program=entry.program, facilities=[facility])
    old = certificates.signing_text([one.spec for one in before.values()])
    new = str(entry.preview.get("text", ""))
    return PaperShown(
        text=new,
        is_hidden=may_decide and mistyped != [],
        mistyped=mistyped,
        differences=_differences(old, new),
        has_one_in_force=bool(old),
    )


def _differences(old: str, new: str) -> tuple[tuple[str, str], ...]:
    before, after = old.splitlines(), new.splitlines()
    steps = SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes()
    return tuple(
        ("\n".join(before[a:b]), "\n".join(after[c:d]))
        for kind, a, b, c, d in steps
        if kind != "equal"
    )
