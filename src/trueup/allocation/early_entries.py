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
    """

    name: str
    jurisdiction: str
    kind: str
    started_on: date
    account: int
    shows: str
    is_in_or_benefits: bool = True
    is_metered: bool = True


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
class EarlyActionAwardEntry:
    """What MWh of a year were rewarded with."""

    project: int
    year: int
    mwh: Decimal
    early: int
    entitled: int
    matching: int
    awarded_at: datetime

    @property
    def unmatched(self) -> int:
        return self.entitled - self.matching
