"""What goes into the task list and what comes out of it: plain, immutable values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSpec:
    """A task to be opened, for exactly one audience: account, person or function.

    Attributes:
        account: For those who act for this account.
        submission: The kind of submission that doing it is (accounts.SUBMISSION_KINDS): an
            agent for that kind sees it too; "": representatives alone.
        person: For this person alone.
        function, jurisdiction: For officials who have the function in the program and State.
        dedupe: An open task with the same non-empty text is not opened again.
        excluded: Persons who may not do it, and do not see it.
    """

    kind: str
    program: str
    subject: str
    title: str
    opened_at: datetime
    due_on: date | None = None
    account: int | None = None
    person: int | None = None
    function: str = ""
    jurisdiction: str = ""
    submission: str = ""
    dedupe: str = ""
    excluded: tuple[int, ...] = ()
    opened_by: str = "registry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """A function that an official has; "" stands for every program or every State."""

    function: str
    program: str = ""
    jurisdiction: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEntry:
    """A task as it stands."""

    id: int
    key: UUID
    kind: str
    program: str
    subject: str
    title: str
    account: int | None
    person: int | None
    function: str
    jurisdiction: str
    submission: str
    opened_at: datetime
    due_on: date | None
    claimed_by: int | None
    claimer: str
    claimed_at: datetime | None
    closed_at: datetime | None
    outcome: str

    def is_overdue(self, today: date) -> bool:
        """Whether the task is open and its last day has passed."""
        return self.closed_at is None and self.due_on is not None and self.due_on < today


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEntry:
    """What was done with a task."""

    at: datetime
    actor: str
    what: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many open tasks of a kind a person has, and how many of them are late."""

    kind: str
    open: int
    overdue: int
