"""States' emissions against their assurance levels, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareEntry:
    """What one source owes of what its group owes; `models.SourceShare` has the words.

    Attributes:
        outstanding: What is not deducted yet; before the day, all of what is due.
    """

    account: int
    facility: str
    oris_code: int
    representative: str
    group_tons: int
    group_share: Decimal
    group_due: int
    tons: int
    due: int
    deducted: int
    taken_at: datetime | None

    @property
    def outstanding(self) -> int:
        return self.due - self.deducted


@dataclass(frozen=True, slots=True, kw_only=True)
class StateEntry:
    """A State's emissions in a year against its assurance level."""

    jurisdiction: str
    name: str
    year: int
    level: Decimal
    tons: int
    due: int
    due_on: date
    assessed_at: datetime
    decision: int

    @property
    def above(self) -> Decimal:
        return max(Decimal(0), self.tons - self.level)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenEntry:
    """What was deducted on the day on which it was due, and what is owed still."""

    sources: int
    due: int
    deducted: int

    @property
    def outstanding(self) -> int:
        return self.due - self.deducted
