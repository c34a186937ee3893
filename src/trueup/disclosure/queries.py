"""Where a program stands, by State; every function takes a constant number of statements.

Source: PLAT-007, PLAT-141, PLAT-142.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from django.db.models import Count

from trueup.accounts.models import FacilityAccount
from trueup.compliance import queries as compliance
from trueup.compliance.entries import Totals
from trueup.disclosure.entries import KindTotal, ProgramState, StateRow
from trueup.emissions import queries as emissions
from trueup.ledger import queries as ledger
from trueup.ledger.entries import LotTotal
from trueup.rules.periods import CompliancePeriod
from trueup.rules.programs import Program

KIND_ORDER = ("compliance", "general", "holding", "origination", "retirement")


def period_to_show(program: Program, *, today: date) -> CompliancePeriod:
    """The period that people look for: the latest that was settled, else the running one."""
    settled = compliance.periods_settled(program=program.code)
    return settled[0] if settled else running_period(program, today=today)


def periods_to_choose(program: Program, *, today: date) -> list[CompliancePeriod]:
    """The periods that there is something to say about, the latest first."""
    settled = compliance.periods_settled(program=program.code)
    return sorted({*settled, running_period(program, today=today)}, reverse=True)


def running_period(program: Program, *, today: date) -> CompliancePeriod:
    """The period that a day is part of; before the program starts, the first one."""
    start = program.schedule.printed[0]
    return start if today < start.first_day else program.period_of(today)


def program_state(program: Program, period: CompliancePeriod) -> ProgramState:
    """Budget, emissions, settlement and holdings of every State in one period.

    Source: PLAT-141, PLAT-142.
    """
    totals = ledger.lot_totals(program.code)
    facilities, units = _counts(program)
    settled = compliance.totals_by_state(program=program.code, period=period)
    emitted = _emitted(program, period)
    banked, undistributed = _left(totals, vintage_max=period.last_year)
    issued = _issued(totals, period)
    rows = []
    for place in program.jurisdictions.values():
        tons, is_final = emitted.get(place.code, (None, False))
        rows.append(
            StateRow(
                jurisdiction=place,
                facilities=facilities[place.code],
                units=units[place.code],
                budget=budget_of(program, place.code, period) or issued[place.code],
                emissions_tons=tons,
                is_final=is_final,
                settlement=settled.get(place.code, Totals()),
                banked=banked[place.code],
                undistributed=undistributed[place.code],
            )
        )
    rows.sort(key=lambda row: (-(row.emissions_tons or 0), row.jurisdiction.name))
    return ProgramState(
        period=period, is_settled=bool(settled), states=tuple(rows), kinds=_kinds(program, totals)
    )


def budget_of(program: Program, jurisdiction: str, period: CompliancePeriod) -> int:
    """The sum of a State's budgets of a period's vintages that the program's file names."""
    budgets = (program.budget(jurisdiction, vintage) for vintage in period.vintages)
    return sum(budget.total for budget in budgets if budget is not None)


def _issued(totals: list[LotTotal], period: CompliancePeriod) -> Counter[str]:
    """By State: allowances of a period's vintages, wherever they are; a budget set each year."""
    issued: Counter[str] = Counter()
    for total in totals:
        if total.vintage in period.vintages and not total.lot.category:
            issued[total.lot.jurisdiction] += total.quantity
    return issued


def _counts(program: Program) -> tuple[Counter[str], Counter[str]]:
    """Facilities and affected units of each State."""
    rows = (
        FacilityAccount.objects.filter(program=program.code)
        .values("facility__jurisdiction")
        .annotate(
            facilities=Count("facility", distinct=True),
            units=Count("facility__units", distinct=True),
        )
    )
    facilities: Counter[str] = Counter()
    units: Counter[str] = Counter()
    for row in rows:
        facilities[row["facility__jurisdiction"]] = row["facilities"]
        units[row["facility__jurisdiction"]] = row["units"]
    return facilities, units


def _emitted(program: Program, period: CompliancePeriod) -> dict[str, tuple[int, bool]]:
    """By State: whole tons that were reported, and whether all of them are final.

    A State without any report is left out: missing is not zero.
    """
    places = dict(
        FacilityAccount.objects.filter(program=program.code).values_list(
            "facility_id", "facility__jurisdiction"
        )
    )
    found: dict[str, tuple[int, bool]] = {}
    reported = emissions.period_tons(program=program.code, period=period, facilities=places)
    silent = set()
    for facility, emitted in reported.items():
        place = places[facility]
        if emitted.state == "open" and not emitted.final:
            silent.add(place)
            continue
        tons, is_final = found.get(place, (0, True))
        found[place] = (tons + emitted.tons, is_final and emitted.final)
    return {place: (tons, final and place not in silent) for place, (tons, final) in found.items()}


def _left(totals: list[LotTotal], *, vintage_max: int) -> tuple[Counter[str], Counter[str]]:
    """By State: held in compliance accounts, and still in the State's own accounts."""
    banked: Counter[str] = Counter()
    undistributed: Counter[str] = Counter()
    for total in totals:
        if total.vintage > vintage_max:
            continue
        if total.kind == "compliance":
            banked[total.jurisdiction] += total.quantity
        elif total.kind in ("origination", "holding"):
            undistributed[total.jurisdiction] += total.quantity
    return banked, undistributed


def _kinds(program: Program, totals: list[LotTotal]) -> tuple[KindTotal, ...]:
    held: Counter[str] = Counter()
    for total in totals:
        held[total.kind] += total.quantity
    counted = ledger.account_counts(program=program.code)
    return tuple(
        KindTotal(kind=kind, accounts=counted.get(kind, 0), quantity=held[kind])
        for kind in KIND_ORDER
    )


def running_or_due(program: Program, *, today: date) -> CompliancePeriod:
    """The period that is settled next: the earliest that has ended and was not settled, or
    the running one; where something is due within it, its interim ones in their turn.

    Source: 40 CFR 62.16340(b); 62.16375 “Compliance period”; RGGI-011, RGGI-012.
    """
    settled = set(compliance.periods_settled(program=program.code))
    running = running_period(program, today=today)
    if program.market.partial is not None:
        # The registry need not have been there when the program began.
        first_year = program.schedule.printed[0].first_year
        before = program.schedule.of_year(max(running.first_year - 1, first_year))
        since = before if settled & set(program.interim_periods(before)) else running
        return next(one for one in program.in_turn(since) if one not in settled)
    period = program.schedule.printed[0]
    while period < running and period in settled:
        period = program.next_period(period)
    return period
