"""What the public read models hand out: plain, immutable values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trueup.rules.periods import CompliancePeriod
from trueup.rules.tables import Jurisdiction


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementTotals:
    """Outcomes of one compliance period, added up over facilities."""

    facilities: int = 0
    in_compliance: int = 0
    obligation: int = 0
    deducted: int = 0
    excess: int = 0
    excess_due: int = 0
    excess_deducted: int = 0
    outstanding: int = 0

    @property
    def not_in_compliance(self) -> int:
        return self.facilities - self.in_compliance

    @property
    def share_in_compliance(self) -> float | None:
        """The share of settled facilities that are in compliance; None if none is settled."""
        return self.in_compliance / self.facilities if self.facilities else None


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
    settlement: SettlementTotals
    banked: int
    undistributed: int


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
    def settlement(self) -> SettlementTotals:
        return sum_of(row.settlement for row in self.states)


def sum_of(parts: Iterable[SettlementTotals]) -> SettlementTotals:
    """Outcomes of several States as one."""
    listed = list(parts)
    return SettlementTotals(
        facilities=sum(part.facilities for part in listed),
        in_compliance=sum(part.in_compliance for part in listed),
        obligation=sum(part.obligation for part in listed),
        deducted=sum(part.deducted for part in listed),
        excess=sum(part.excess for part in listed),
        excess_due=sum(part.excess_due for part in listed),
        excess_deducted=sum(part.excess_deducted for part in listed),
        outstanding=sum(part.outstanding for part in listed),
    )
