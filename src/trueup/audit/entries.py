"""What goes into the audit and what comes out of it: plain, immutable values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from trueup.audit.notices import ContextValue


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSpec:
    """An act to be logged; `before` and `after` hold what the act changed.

    Attributes:
        account: The account concerned; a subject `account:<key>` says it too.
    """

    at: datetime
    program: str
    actor: str
    act: str
    subject: str
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None
    cite: str = ""
    account: int | None = None


class Told(NamedTuple):
    """What people were told of an account of a State."""

    jurisdiction: str
    number: str
    account: str
    event: str
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeSpec:
    """A notice to be stored, and mailed later.

    Give `subject` and `body`, or the `context` from which the event's text is made.

    Attributes:
        due_on: Last day on which the rule lets the notice go out.
        address: Where to mail it; empty: the person's address at the time of mailing.
        dedupe: A person gets a notice with the same non-empty text here only once.
    """

    event: str
    program: str
    person: int
    created_at: datetime
    account: int | None = None
    subject: str = ""
    body: str = ""
    context: Mapping[str, ContextValue] | None = None
    due_on: date | None = None
    address: str = ""
    dedupe: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeEntry:
    """A notice as it was given, and whether it has been mailed."""

    id: int
    event: str
    program: str
    person: int
    account: int | None
    subject: str
    body: str
    created_at: datetime
    due_on: date | None
    mailed_at: datetime | None
    attempts: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EventEntry:
    """An act as it was logged."""

    id: int
    at: datetime
    program: str
    actor: str
    act: str
    subject: str
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None
    cite: str
    account: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilter:
    """Which part of the audit trail to read; what is left out does not limit it.

    Attributes:
        actor, act, subject: As they were logged; an act or a subject that ends with `*`
            stands for all that begin so.
        since, until: From this instant until, not including, that one.
    """

    program: str = ""
    actor: str = ""
    act: str = ""
    subject: str = ""
    account: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealEntry:
    """An appeal of a decision; `outcome` is empty while it is pending."""

    id: int
    decision: int
    decision_class: str
    program: str
    subject: str
    filed_by: int | None
    appellant: str
    filed_at: datetime
    reasons: str
    outcome: str
    ruling: str
    returned: int
    decided_at: datetime | None
    decided_by: str
    corrected_by: int | None
    transactions: tuple[int, ...]

    @property
    def is_pending(self) -> bool:
        return not self.outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSpec:
    """A final decision to be issued; `decision_class` is the item of 78.1(b)(18)."""

    decision_class: str
    program: str
    subject: str
    outcome: str
    reasons: tuple[str, ...]
    decided_at: datetime
    decided_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionEntry:
    """A final decision; `decision_class` is the item of 78.1(b)(18) that names it."""

    id: int
    decision_class: str
    program: str
    subject: str
    outcome: str
    reasons: tuple[str, ...]
    decided_at: datetime
    decided_by: str

    @property
    def is_appeal_uncertain(self) -> bool:
        """Whether the appeal list leaves open if this decision can be appealed."""
        return self.decision_class == "uncertain"
