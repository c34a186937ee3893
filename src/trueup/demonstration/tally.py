"""Add up what came of a run, from the books and not from what was planned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from trueup.allocation import queries as allocation
from trueup.allocation.entries import StateVintage
from trueup.compliance import queries as compliance
from trueup.demonstration.course import Course
from trueup.demonstration.plants import Coverage
from trueup.demonstration.summary import Audit, StateSummary, Summary, Trades
from trueup.ledger import queries as ledger
from trueup.ledger import verify
from trueup.rules.periods import CompliancePeriod
from trueup.transfers import queries as transfers
from trueup.transfers.entries import TransferEntry

STATE_PLACES = ("origination", "holding")


def summary_of(course: Course, *, coverage: Coverage) -> Summary:
    """The summary of a run that is over; audits the books."""
    program = course.program
    states = _states(course)
    held = _held_by_kind(program, course.days.period)
    of_sponsors = _held_by_sponsors(course)
    return Summary(
        program=program,
        period=course.days.period.name,
        seed=course.seed,
        states=states,
        trades=trades_of(program, course.submitted),
        audit=audited(),
        share_of_sector=round(coverage.share_of_sector, 6),
        share_of_class=round(coverage.share_of_class, 6),
        broker_allowances=held["general"] - of_sponsors,
        sponsor_allowances=of_sponsors,
        taken_on_arrival=held["retirement"] - sum(state.deducted for state in states),
        seconds=0,
    )


def audited() -> Audit:
    """What the replay of the journal finds."""
    report = verify.audit()
    return Audit(
        moves=report.moves,
        lots=report.lots,
        serials=report.serials,
        differences=tuple(report.differences),
    )


def _states(course: Course) -> tuple[StateSummary, ...]:
    program, period = course.days.program, course.days.period
    substituted = Counter(
        plant.jurisdiction for plant in course.plants if plant.is_substituted_2017
    )
    undistributed = _undistributed(program.code, period)
    found = compliance.state_summaries(program=program.code, period=period)
    pools = _unit_pools(program.code, [state.jurisdiction for state in found], period)
    return tuple(
        StateSummary(
            jurisdiction=state.jurisdiction,
            name=program.jurisdictions[state.jurisdiction].name,
            plants=state.plants,
            units=state.units,
            budget=state.budget,
            unit_pool=pools[state.jurisdiction],
            set_asides=undistributed[state.jurisdiction],
            emissions_tons=state.emissions_tons,
            deducted=state.totals.deducted,
            short_facilities=state.totals.facilities - state.totals.in_compliance,
            excess=state.totals.excess,
            excess_due=state.totals.excess_due,
            excess_deducted=state.totals.excess_deducted,
            outstanding=state.totals.outstanding,
            banked=state.banked,
            substituted=substituted[state.jurisdiction],
            **_given(course, state.jurisdiction),
        )
        for state in found
    )


def _given(course: Course, jurisdiction: str) -> dict[str, int]:
    """What was distributed of a State's renewable energy set-aside, and to whom."""
    given = course.renewables.totals().get(jurisdiction)
    if given is None:
        return {}
    return {
        "projects": given.projects,
        "to_projects": given.to_projects,
        "to_units": given.to_units,
    }


def _held_by_sponsors(course: Course) -> int:
    """What the sponsors of projects hold of the period's vintages."""
    of_sponsors = {account.id for account in course.renewables.accounts}
    held = ledger.vintage_totals(program=course.program, kinds=("general",))
    return sum(
        quantity
        for (account, year), quantity in held.items()
        if account in of_sponsors and year in course.days.period.vintages
    )


def _unit_pools(
    program: str, jurisdictions: Collection[str], period: CompliancePeriod
) -> Counter[str]:
    """The part of each State's budget of the period that is for units."""
    wanted = [StateVintage(code, year) for code in jurisdictions for year in period.vintages]
    pools: Counter[str] = Counter()
    for of, budget in allocation.budgets_of(wanted, program=program).items():
        pools[of.jurisdiction] += budget.units if budget is not None else 0
    return pools


def _undistributed(program: str, period: CompliancePeriod) -> Counter[str]:
    """What States' own accounts still hold of the period's vintages."""
    held: Counter[str] = Counter()
    for total in ledger.lot_totals(program):
        if total.kind in STATE_PLACES and total.lot.year in period.vintages:
            held[total.jurisdiction] += total.quantity
    return held


def _held_by_kind(program: str, period: CompliancePeriod) -> Counter[str]:
    """What the accounts of each kind hold of the period's vintages."""
    held: Counter[str] = Counter()
    for total in ledger.lot_totals(program):
        if total.lot.year in period.vintages:
            held[total.kind] += total.quantity
    return held


def trades_of(program: str, submitted: Sequence[TransferEntry]) -> Trades:
    """What became of the transfers of a course."""
    held = [entry.key for entry in submitted if entry.state == "held"]
    later = Counter(row.state for row in transfers.stored_with_keys(held).values())
    at_once = Counter(entry.state for entry in submitted)
    moved = ledger.moved_totals(program=program, type="transfer")
    return Trades(
        submitted=len(submitted),
        recorded=at_once["recorded"],
        held=len(held),
        released=later["recorded"],
        refused=at_once["refused"] + later["refused"],
        allowances=sum(moved.values()),
    )
