"""Many facilities at once: who is short, what is to be adjusted, totals by State.

Every function takes a constant number of statements, however many facilities there are.
"""

from __future__ import annotations

from dataclasses import dataclass

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityAccountEntry
from trueup.compliance.entries import (
    Outcome,
    ShortFacility,
    ShortfallReport,
    Totals,
)
from trueup.compliance.models import Settlement
from trueup.compliance.naming import named
from trueup.compliance.obligations import obligations
from trueup.compliance.outcomes import outcomes_of
from trueup.compliance.positions import positions
from trueup.emissions import queries as emissions
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod

PAGE = 100


def totals_by_state(*, program: str, period: CompliancePeriod) -> dict[str, Totals]:
    """Outcomes of a period added up over the facilities of each State; settled ones only.

    Source: PLAT-086.
    """
    by_state: dict[str, list[Outcome]] = {}
    for found in outcomes_of(Settlement.objects.filter(program=program, period=period.name)):
        by_state.setdefault(found.facility.jurisdiction, []).append(found)
    return {state: Totals.of(found) for state, found in by_state.items()}


def short_facilities(
    *, program: str, period: CompliancePeriod, jurisdiction: str = ""
) -> ShortfallReport:
    """Exactly the facilities of a State whose holdings do not suffice.

    After the deductions by their outcome, before by what is reported and held now.

    Source: PLAT-086; 40 CFR 62.16220(c)(1)(ii).
    """
    rows = Settlement.objects.filter(program=program, period=period.name)
    is_settled = rows.exists()
    if is_settled:
        if jurisdiction:
            rows = rows.filter(facility__jurisdiction=jurisdiction)
        short = [
            ShortFacility(
                facility=found.facility,
                name=named(found.facility, found.unit),
                account=found.account,
                obligation=found.obligation,
                held=found.held,
                shortfall=found.excess,
            )
            for found in outcomes_of(rows.order_by("facility__oris_code", "account_id"))
            if found.excess
        ]
    else:
        short = [
            ShortFacility(
                facility=found.facility,
                name=named(found.facility, found.unit),
                account=found.account,
                obligation=found.obligation,
                held=found.held,
                shortfall=found.shortage,
            )
            for found in positions(program=program, period=period, jurisdiction=jurisdiction)
            if found.shortage
        ]
        short.sort(key=lambda row: row.facility.oris_code)
    return ShortfallReport(
        program=program,
        period=period,
        jurisdiction=jurisdiction,
        is_settled=is_settled,
        facilities=tuple(short),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """A settlement whose data are not what it was made with any more.

    Attributes:
        reported_tons: What would be owed by what is reported now.
    """

    outcome: Outcome
    reported_tons: int


def reopened(*, program: str, period: CompliancePeriod) -> list[Reopened]:
    """Settlements that corrected data reopen, for the Administrator to adjust.

    An interim one is reopened until its control period is settled, and not after.

    Source: PLAT-073; 40 CFR 62.16370; 62.16565; RGGI-013.
    """
    rules = programs.load(program)
    rows = Settlement.objects.filter(program=program, period=period.name)
    if rules.is_interim(period):
        ended = Settlement.objects.filter(
            program=program, period=rules.control_period_of(period).name
        )
        rows = rows.exclude(account__in=ended.values("account"))
    settled = outcomes_of(rows)
    entries = accounts.facility_accounts(
        program=program, facilities=[found.facility.id for found in settled]
    )
    owed = obligations(entries, rules=rules, period=period)
    return [
        Reopened(outcome=found, reported_tons=owed[found.account].quantity)
        for found in settled
        if owed[found.account].quantity != found.obligation
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSummary:
    """One jurisdiction in one period, as the summary of a settlement shows it.

    Attributes:
        plants: Facilities with an account; units: their affected units.
        banked: What their accounts hold of the period's and earlier vintages.
    """

    jurisdiction: str
    plants: int
    units: int
    budget: int
    emissions_tons: int
    totals: Totals
    banked: int


def state_summaries(*, program: str, period: CompliancePeriod) -> list[StateSummary]:
    """Plants, budget, emissions, deductions and what is banked, by jurisdiction.

    Jurisdictions without a facility are left out.

    Source: PLAT-141; PLAT-086.
    """
    rules = programs.load(program)
    entries = accounts.facility_accounts(program=program)
    by_state: dict[str, list[FacilityAccountEntry]] = {}
    for entry in entries:
        by_state.setdefault(entry.facility.jurisdiction, []).append(entry)
    facilities = {entry.facility.id for entry in entries}
    units = accounts.units_of(facilities)
    reported = emissions.period_tons(program=program, period=period, facilities=facilities)
    settled = totals_by_state(program=program, period=period)
    banked = _banked(program, vintage_max=rules.vintage_max(period))
    summaries = []
    for state in sorted(by_state):
        plants = {entry.facility.id for entry in by_state[state]}
        budgets = (rules.budget(state, vintage) for vintage in period.vintages)
        summaries.append(
            StateSummary(
                jurisdiction=state,
                plants=len(plants),
                units=sum(len(units[plant]) for plant in plants),
                budget=sum(budget.total for budget in budgets if budget is not None),
                emissions_tons=sum(reported[plant].tons for plant in plants),
                totals=settled.get(state, Totals()),
                banked=banked.get(state, 0),
            )
        )
    return summaries


def _banked(program: str, *, vintage_max: int) -> dict[str, int]:
    banked: dict[str, int] = {}
    for total in ledger.lot_totals(program):
        if total.kind == "compliance" and total.vintage <= vintage_max:
            banked[total.jurisdiction] = banked.get(total.jurisdiction, 0) + total.quantity
    return banked
