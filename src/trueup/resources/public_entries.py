"""What the public is shown of papers and comments, and what is said about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from trueup.resources.entries import AttachmentEntry, Upload


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentSpec:
    """A comment as somebody sends it.

    Attributes:
        key: Of the form that was sent: sent twice, it is kept once.
    """

    key: UUID
    name: str
    text: str
    organization: str = ""
    email: str = ""
    upload: Upload | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentEntry:
    """A comment; `email` is for officials only."""

    id: int
    period: int
    name: str
    organization: str
    email: str
    text: str
    filed_at: datetime
    file: AttachmentEntry | None
    withheld_for: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentPeriodEntry:
    """The days in which anybody may comment on an application, the last one included."""

    id: int
    resource: int
    application: int
    question: str
    opens_on: date
    closes_on: date
    comments: int

    def is_open(self, today: date) -> bool:
        return self.opens_on <= today <= self.closes_on


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRedaction:
    """A file that the public does not get, and the redacted one that it gets instead."""

    attachment: int
    reason: str
    replacement: Upload | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimEntry:
    """A claim that parts of a paper are confidential."""

    id: int
    document: int
    elements: tuple[str, ...]
    attachments: tuple[int, ...]
    ground: str
    state: str
    claimed_by: int
    claimed_at: datetime
    decision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFile:
    """A file of a paper as the public gets it.

    Attributes:
        name: Blank where nothing is given out: a name can say too much.
        file: Its redacted version where there is one; None: nothing is given out.
        reason: Why the file as it was filed is not given out; blank if it is.
    """

    id: int
    name: str
    file: AttachmentEntry | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicPaper:
    """A paper as the public gets it: what is withheld is not in here, only the reason.

    Attributes:
        elements: What it says, without what is withheld.
        withheld: Name of the element -> why it is withheld.
        sha256: Of all elements; blank where some are withheld, which it could give away.
    """

    id: int
    resource: int
    application: int | None
    report: int | None
    kind: str
    version: int
    filed_at: datetime
    sha256: str
    elements: Mapping[str, str]
    withheld: Mapping[str, str]
    files: tuple[PublicFile, ...]

    @property
    def is_whole(self) -> bool:
        return not self.withheld and not any(file.reason for file in self.files)
