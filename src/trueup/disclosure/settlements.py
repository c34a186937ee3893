"""Settlements as everybody may see them.

Source: 40 CFR 62.16340; PLAT-086, PLAT-088, PLAT-141.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trueup.accounts.entries import FacilityEntry
from trueup.disclosure.entries import SettlementTotals, sum_of
from trueup.rules.periods import CompliancePeriod
from trueup.rules.programs import Program
from trueup.rules.serials import SerialBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlementRow:
    """The outcome of one facility in one compliance period."""

    facility: FacilityEntry
    period: CompliancePeriod
    recorded_at: datetime
    obligation: int
    deducted: int
    excess: int
    excess_due: int
    excess_deducted: int
    outstanding: int

    @property
    def is_in_compliance(self) -> bool:
        return self.excess == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeductedBlock:
    """Serial numbers that were deducted, on what ground, in which transaction."""

    block: SerialBlock
    ground: str
    tx: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A facility's settlement with every block that was deducted, in order."""

    row: SettlementRow
    account: int
    blocks: tuple[DeductedBlock, ...]


def periods_settled(program: Program) -> list[CompliancePeriod]:
    """Periods with at least one settlement, the latest first."""
    return []


def totals_by_state(program: Program, period: CompliancePeriod) -> dict[str, SettlementTotals]:
    """Outcomes of a period added up over the facilities of each State."""
    return {}


def totals(
    program: Program, period: CompliancePeriod, *, jurisdiction: str = ""
) -> SettlementTotals:
    """Outcomes of a period added up, of all facilities or of one State's."""
    by_state = totals_by_state(program, period)
    if jurisdiction:
        return by_state.get(jurisdiction, SettlementTotals())
    return sum_of(by_state.values())


def settlements(
    program: Program,
    period: CompliancePeriod,
    *,
    jurisdiction: str = "",
    outcome: str = "",
    limit: int,
    after: int = 0,
) -> list[SettlementRow]:
    """Outcomes of a period by ORIS code, a page at a time.

    Args:
        outcome: `in`, `not_in` or empty for both.
        after: ORIS code of the last facility of the page before.
    """
    return []


def settlements_of(program: Program, facility: int) -> list[SettlementRow]:
    """All outcomes of one facility, the latest period first."""
    return []


def statement(program: Program, period: CompliancePeriod, facility: int) -> Statement | None:
    """The settlement of one facility with its deductions; None if there is none.

    Source: 40 CFR 62.16340(a) to (e); PLAT-088.
    """
    return None
