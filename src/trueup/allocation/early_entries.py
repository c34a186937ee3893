"""What the rest of the system is told of early action."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyActionSpec:
    """What an application for early action states.

    Attributes:
        account: Id of the general account that is to be credited.
        shows: Where the project stands, how it is metered, whom it serves.
        resource: Its file among eligible resources; a sponsor's application has one.
        asked_2020, asked_2021: MWh for which the reward is asked.
    """

    name: str
    jurisdiction: str
    kind: str
    started_on: date
    account: int
    shows: str
    is_in_or_benefits: bool = True
    is_metered: bool = True
    resource: int | None = None
    asked_2020: Decimal = Decimal(0)
    asked_2021: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyActionProjectEntry:
    """A project that asked for the reward of early action."""

    id: int
    program: str
    jurisdiction: str
    name: str
    kind: str
    started_on: date
    account: int
    shows: str
    state: str
    applied_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyActionFileEntry:
    """The papers that a project's application rests on, and what it asks for."""

    project: int
    resource: int
    asked_2020: Decimal
    asked_2021: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyActionState:
    """How early action stands in one State.

    Attributes:
        is_on: Whether everything that the rule leaves open is set.
        pool: Of the State's set-aside, all vintages; 0 where credits are issued.
        projects: That have applied; waiting: whose application is not decided.
        asked_mwh: MWh for which projects ask.
        early, matching, unmatched: Awarded so far, and what could not be matched.
        leftover: Of the set-aside, what went to the State's units after all awards.
        left_matching: What the State's reserves still have to match with.
    """

    jurisdiction: str
    is_on: bool
    pool: int
    projects: int
    waiting: int
    asked_mwh: Decimal
    early: int
    matching: int
    unmatched: int
    leftover: int
    left_matching: int

    @property
    def left(self) -> int:
        """What the set-aside still has for awards."""
        return max(self.pool - self.early - self.leftover, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftoverShare:
    """What one unit got of what was left of a vintage."""

    vintage: int
    unit: int
    account: int
    quantity: int
    tx: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyActionAwardEntry:
    """What MWh of a year were rewarded with."""

    project: int
    year: int
    mwh: Decimal
    early: int
    entitled: int
    matching: int
    awarded_at: datetime
    early_tx: int | None = None
    matching_tx: int | None = None

    @property
    def unmatched(self) -> int:
        return self.entitled - self.matching
