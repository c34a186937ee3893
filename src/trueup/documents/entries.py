"""What the documents hand out: plain, immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

# A run of journal positions: the first and the last, both included.
Positions = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a document says, before it has a number.

    Attributes:
        kind: One of `models.KINDS`.
        subject: Names the facts, so that they can be read again: plain JSON.
        title: What the document is about, in a line.
        values: Everything that the document says, as plain JSON without fractions in
            binary: whole numbers, and decimals as text.
        positions: Of the journal, on which it rests.
        journal_until: The last position of the journal that was looked at.
        is_public: Whether everybody may learn what it is about.
    """

    kind: str
    program: str
    subject: Mapping[str, Any]
    title: str
    values: Mapping[str, Any]
    positions: Positions
    journal_until: int
    is_public: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentEntry:
    """An issued document; `models.Document` has the words."""

    id: int
    number: str
    kind: str
    program: str
    subject: Mapping[str, Any]
    title: str
    facts_digest: str
    file_digest: str
    file_bytes: int
    positions: Positions
    journal_until: int
    made_at: datetime
    asked_by: str
    is_public: bool
    is_practice: bool

    @property
    def file_name(self) -> str:
        return f"{self.kind.replace('_', '-')}-{self.number}.pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What the registry says about a document that somebody shows to it.

    Attributes:
        verdict: `genuine`, `altered` or `unknown`.
        document: What was issued; None if it is unknown.
        is_added_to: The file begins with what was issued, and something was added behind.
        is_superseded: The books say something else today than the document does.
        later: Positions of the journal that correct or reverse what it rests on.
    """

    verdict: str
    document: DocumentEntry | None = None
    is_added_to: bool = False
    is_superseded: bool = False
    later: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What a run over many documents issued.

    Attributes:
        made: New ones. kept: Those that there were already, with the same facts.
        after: Where the next part begins; None if this was the last.
    """

    made: int
    kept: int
    after: int | None = None
