"""What the public read models hand out: plain, immutable values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields

from trueup.compliance.entries import Totals
from trueup.rules.periods import CompliancePeriod
from trueup.rules.tables import Jurisdiction

_FIGURES = tuple(field.name for field in fields(Totals))


@dataclass(frozen=True, slots=True, kw_only=True)
class StateRow:
    """One State, or the lands of one tribe, in one compliance period.

    Attributes:
        budget: Sum of the budgets of the period's vintages.
        emissions_tons: Whole tons of its facilities; None if nothing was reported.
        is_final: Whether every unit-year was reported and finalized.
        banked: Of the period's and earlier vintages, what its facilities hold.
        undistributed: The same, in its reserve and its set-asides.
    """

    jurisdiction: Jurisdiction
    facilities: int
    units: int
    budget: int
    emissions_tons: int | None
    is_final: bool
    settlement: Totals
    banked: int
    undistributed: int

    @property
    def share_in_compliance(self) -> float | None:
        """The share of settled facilities that are in compliance; None if none is settled."""
        return share_in_compliance(self.settlement)


@dataclass(frozen=True, slots=True, kw_only=True)
class KindTotal:
    """How many accounts of a kind there are and what they hold together."""

    kind: str
    accounts: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramState:
    """Where a program stands in one compliance period."""

    period: CompliancePeriod
    is_settled: bool
    states: tuple[StateRow, ...]
    kinds: tuple[KindTotal, ...]

    @property
    def facilities(self) -> int:
        return sum(row.facilities for row in self.states)

    @property
    def units(self) -> int:
        return sum(row.units for row in self.states)

    @property
    def budget(self) -> int:
        return sum(row.budget for row in self.states)

    @property
    def emissions_tons(self) -> int | None:
        known = [row.emissions_tons for row in self.states if row.emissions_tons is not None]
        return sum(known) if known else None

    @property
    def is_final(self) -> bool:
        return all(row.is_final for row in self.states if row.units)

    @property
    def banked(self) -> int:
        return sum(row.banked for row in self.states)

    @property
    def undistributed(self) -> int:
        return sum(row.undistributed for row in self.states)

    @property
    def settlement(self) -> Totals:
        return sum_of(row.settlement for row in self.states)


def sum_of(parts: Iterable[Totals]) -> Totals:
    """Outcomes of several States as one."""
    listed = list(parts)
    return Totals(**{name: sum(getattr(part, name) for part in listed) for name in _FIGURES})


def share_in_compliance(totals: Totals) -> float | None:
    """The share of settled facilities that are in compliance; None if none is settled."""
    return totals.in_compliance / totals.facilities if totals.facilities else None
