"""The state of a program: its home page, its States, its charts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.accounts import queries as accounts
from trueup.allocation import queries as allocation
from trueup.allocation.entries import StateVintage
from trueup.disclosure import queries as disclosure
from trueup.disclosure.calendar import program_dates
from trueup.disclosure.entries import ProgramState, StateRow, share_in_compliance
from trueup.disclosure.snapshots import Snapshot, snapshot
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import SET_ASIDES
from trueup.rules.programs import Program
from trueup.rules.refusal import Refused
from trueup.web.access import public
from trueup.web.downloads import csv_download
from trueup.web.pages import (
    Link,
    demonstrated,
    page,
    program_or_404,
    program_trail,
    stand_ins,
)
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.sentences import say
from trueup.web.sorting import Sorting, sorting_of

LATEST_SHOWN = 8
DATES_SHOWN = 4
PURPOSES = ("reserve", *SET_ASIDES)
# The columns of the list of States, all by which it can be ordered.
_COLUMNS: Mapping[str, Callable[[StateRow], Any]] = {
    "name": lambda row: row.jurisdiction.name,
    "facilities": lambda row: row.facilities,
    "units": lambda row: row.units,
    "budget": lambda row: row.budget,
    "needed": lambda row: row.settlement.obligation,
    "emissions": lambda row: row.emissions_tons,
    "deducted": lambda row: row.settlement.deducted,
    "excess_due": lambda row: row.settlement.excess_due,
    "outstanding": lambda row: row.settlement.outstanding,
    "banked": lambda row: row.banked,
    "undistributed": lambda row: row.undistributed,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetPart:
    """One purpose of one vintage's budget, and what of it is still with the State."""

    vintage: int
    purpose: str
    budget: int
    left: int
    account: AccountEntry | None


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The state of the installation's own program, or of the one that is demonstrated."""
    return _program_page(request, program_or_404(demonstrated() or settings.TRUEUP_PROGRAM))


@public
@require_safe
def program(request: HttpRequest, code: str) -> HttpResponse:
    """The state of a program."""
    return _program_page(request, program_or_404(code))


@public
@require_safe
def states(request: HttpRequest, code: str) -> HttpResponse:
    """Every State with its budget, emissions and settlement."""
    shown = program_or_404(code)
    found = state_of(request, shown)
    return page(
        request,
        "states",
        program=shown,
        trail=program_trail(shown),
        state=found.state,
        read_at=found.read_at,
        periods=periods_of(shown),
        outcome=found.state.settlement,
        sorting=(sorting := _order(request)),
        rows=_sorted(found.state.states, sorting),
        csv_address=f"{reverse('states-csv', args=[shown.code])}?period={found.state.period}",
    )


@public
@require_safe
def states_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """Every State with its budget, emissions and settlement, for a spreadsheet."""
    state = state_of(request, program_or_404(code)).state
    header = (
        "state",
        "name",
        "period",
        "facilities",
        "units",
        "budget",
        "emissions_tons",
        "deducted",
        "excess_tons",
        "excess_due",
        "excess_deducted",
        "outstanding",
        "banked",
        "not_distributed",
    )
    return csv_download(
        f"states-{state.period}", header, (_csv_row(state, row) for row in state.states)
    )


@public
@require_safe
def state(request: HttpRequest, code: str, jurisdiction: str) -> HttpResponse:
    """One State: what became of its budget, and its facilities."""
    shown = program_or_404(code)
    whole = state_of(request, shown).state
    row = next((r for r in whole.states if r.jurisdiction.code == jurisdiction), None)
    if row is None:
        raise Http404(_("“%(code)s” is not a State of this program.") % {"code": jurisdiction})
    last = accounts.facility(number_after(request))
    listed = accounts.facilities(
        program=shown.code,
        jurisdiction=jurisdiction,
        limit=PAGE_SIZE + 1,
        after=(last.name, last.id) if last else None,
    )
    up = Link(name=_("States"), address=reverse("states", args=[shown.code]))
    return page(
        request,
        "state",
        program=shown,
        trail=program_trail(shown, up),
        state=whole,
        row=row,
        parts=_budget_parts(shown, row, whole),
        facilities=page_of(request, listed, key=lambda entry: entry.id),
    )


def state_of(request: HttpRequest, program: Program) -> Snapshot:
    """The state of a program in the period that the address names, or people look for now."""
    named = request.GET.get("period", "")
    if named:
        try:
            return snapshot(program.code, program.period_named(named))
        except Refused as refused:
            raise Http404(say(refused.refusals[0].sentence)) from refused
    today = program.local_date(timezone.now())
    return snapshot(program.code, disclosure.period_to_show(program, today=today))


def periods_of(program: Program) -> list[CompliancePeriod]:
    """The periods to choose from."""
    today = program.local_date(timezone.now())
    return disclosure.periods_to_choose(program, today=today)


def _program_page(request: HttpRequest, shown: Program) -> HttpResponse:
    found = state_of(request, shown)
    state = found.state
    today = shown.local_date(timezone.now())
    settled = [row for row in state.states if row.settlement.facilities]
    return page(
        request,
        "home",
        program=shown,
        state=state,
        read_at=found.read_at,
        periods=periods_of(shown),
        outcome=state.settlement,
        share=share_in_compliance(state.settlement),
        shares=sorted(settled, key=lambda row: row.share_in_compliance or 0),
        dates=program_dates(shown, today=today, limit=DATES_SHOWN),
        stand_ins=stand_ins(),
        latest=ledger.recent(program=shown.code, limit=LATEST_SHOWN),
        bars_address=reverse("chart-states", args=[shown.code, state.period.name]),
        map_address=reverse("chart-map", args=[shown.code, state.period.name]),
    )


def _budget_parts(program: Program, row: StateRow, whole: ProgramState) -> list[BudgetPart]:
    """Each purpose of each vintage, with what the State's account for it still holds."""
    place = row.jurisdiction.code
    own = ledger.accounts(program=program.code, jurisdiction=place, kind="origination")
    own += ledger.accounts(program=program.code, jurisdiction=place, kind="holding")
    by_purpose = {entry.purpose: entry for entry in own if entry.purpose in PURPOSES}
    held = {
        (balance.vintage, purpose): balance.quantity
        for purpose, entry in by_purpose.items()
        for balance in ledger.balances(entry.id)
        if balance.lot.jurisdiction == place
    }
    wanted = [StateVintage(place, vintage) for vintage in whole.period.vintages]
    parts = []
    for of, budget in allocation.budgets_of(wanted, program=program.code).items():
        for purpose, quantity in budget.parts if budget else ():
            parts.append(
                BudgetPart(
                    vintage=of.vintage,
                    purpose=purpose,
                    budget=quantity,
                    left=held.get((of.vintage, purpose), 0),
                    account=by_purpose.get(purpose),
                )
            )
    return [part for part in parts if part.budget or part.left]


def _order(request: HttpRequest) -> Sorting:
    return sorting_of(request, tuple(_COLUMNS), default="-emissions")


def _sorted(rows: Sequence[StateRow], sorting: Sorting) -> list[StateRow]:
    """The States by a column; those without a figure come last either way."""
    value = _COLUMNS[sorting.key]
    known = [row for row in rows if value(row) is not None]
    known.sort(key=value, reverse=sorting.is_descending)
    return known + [row for row in rows if value(row) is None]


def _csv_row(state: ProgramState, row: StateRow) -> tuple[object, ...]:
    return (
        row.jurisdiction.code,
        row.jurisdiction.name,
        state.period.name,
        row.facilities,
        row.units,
        row.budget,
        "" if row.emissions_tons is None else row.emissions_tons,
        row.settlement.deducted,
        row.settlement.excess,
        row.settlement.excess_due,
        row.settlement.excess_deducted,
        row.settlement.outstanding,
        row.banked,
        row.undistributed,
    )
