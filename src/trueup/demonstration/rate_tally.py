"""Add up what came of a rate-based run, from the books and not from what was planned."""

from __future__ import annotations

from collections import Counter

from trueup.compliance import queries as compliance
from trueup.compliance.entries import Totals
from trueup.demonstration.rate_course import RateCourse
from trueup.demonstration.rate_summary import RateStateSummary, RateSummary, Supply
from trueup.demonstration.tally import audited, trades_of
from trueup.ledger import queries as ledger
from trueup.resources import queries as resources
from trueup.rules.program import Program


def rate_summary_of(course: RateCourse) -> RateSummary:
    """The summary of a run that is over; audits the books."""
    program = course.program
    by_kind: Counter[str] = Counter()
    for total in ledger.lot_totals(program):
        by_kind[total.kind] += total.quantity
    return RateSummary(
        program=program,
        period=course.days.period.name,
        seed=course.seed,
        states=_states(course),
        supply=_supply(course),
        trades=trades_of(program, course.submitted),
        audit=audited(),
        general_credits=by_kind["general"],
        retired=by_kind["retirement"],
        papers=resources.papers_on_file(program),
        seconds=0,
    )


def _states(course: RateCourse) -> tuple[RateStateSummary, ...]:
    program, period = course.days.program, course.days.period
    found = {
        state.jurisdiction: state
        for state in compliance.state_summaries(program=program.code, period=period)
    }
    green = Counter(plant.jurisdiction for plant in course.green)
    issued: Counter[str] = Counter()
    for total in ledger.lot_totals(program.code):
        issued[total.lot.jurisdiction] += total.quantity
    summaries = []
    for code in sorted({*found, *green}):
        state = found.get(code)
        totals = state.totals if state is not None else Totals()
        summaries.append(
            RateStateSummary(
                jurisdiction=code,
                name=_name(program, code),
                plants=state.plants if state is not None else 0,
                units=state.units if state is not None else 0,
                resources=green[code],
                issued=issued[code],
                needed=totals.obligation,
                deducted=totals.deducted,
                short_units=totals.facilities - totals.in_compliance,
                shortfall=totals.excess,
                excess_due=totals.excess_due,
                excess_deducted=totals.excess_deducted,
                outstanding=totals.outstanding,
                banked=state.banked if state is not None else 0,
            )
        )
    return tuple(summaries)


def _supply(course: RateCourse) -> tuple[Supply, ...]:
    """By category, the largest first."""
    rules = course.days.program.credits
    issued: Counter[str] = Counter()
    for total in ledger.lot_totals(course.program):
        issued[total.lot.category] += total.quantity
    holders = Counter(plant.category for plant in course.green)
    holders.update({category: len(units) for category, units in course.earned.items()})
    return tuple(
        Supply(
            category=category,
            name=rules.categories[category].name if rules is not None else category,
            holders=holders[category],
            credits=quantity,
        )
        for category, quantity in issued.most_common()
    )


def _name(program: Program, code: str) -> str:
    known = program.places.get(code)
    return known.name if known is not None else code
