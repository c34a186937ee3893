"""Settlements: by period, one with its statement, and the statement as CSV."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from trueup.compliance import queries as compliance
from trueup.compliance.entries import Statement, Totals
from trueup.compliance.statements import statement as read_statement
from trueup.disclosure.snapshots import snapshot
from trueup.rules.periods import CompliancePeriod
from trueup.rules.programs import Program
from trueup.rules.refusal import Refused
from trueup.web.access import public
from trueup.web.downloads import csv_download
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.views.facilities import facility_or_404

OUTCOMES = {"in": "In compliance", "not_in": "Not in compliance"}
PERIODS_SHOWN = 5
OMISSIONS_SHOWN = 50
BLOCKS_SHOWN = 200


@public
@require_safe
def periods(request: HttpRequest, code: str) -> HttpResponse:
    """The compliance periods that were settled, and the one that runs."""
    program = program_or_404(code)
    settled = [
        (period, program.deadline_on(period), _totals(program, period))
        for period in compliance.periods_settled(program=program.code)[:PERIODS_SHOWN]
    ]
    return page(request, "periods", program=program, trail=program_trail(program), settled=settled)


@public
@require_safe
def settlements(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """Every facility's outcome in one period, by State and outcome."""
    program = program_or_404(code)
    chosen = _period_or_404(program, period)
    state = request.GET.get("state", "")
    state = state if state in program.jurisdictions else ""
    outcome = request.GET.get("outcome", "")
    outcome = outcome if outcome in OUTCOMES else ""
    totals = _totals(program, chosen, jurisdiction=state)
    rows = compliance.outcomes(
        program=program.code,
        period=chosen,
        jurisdiction=state,
        in_compliance={"in": True, "not_in": False}.get(outcome),
        limit=PAGE_SIZE + 1,
        after=number_after(request),
    )
    return page(
        request,
        "settlements",
        program=program,
        trail=_trail(program),
        period=chosen,
        deadline=program.deadline_on(chosen),
        totals=totals,
        not_in_compliance=totals.facilities - totals.in_compliance,
        left_out=compliance.omissions(program=program.code, period=chosen, limit=OMISSIONS_SHOWN),
        chosen=state,
        outcome=outcome,
        outcomes=OUTCOMES.items(),
        page=page_of(request, rows, key=lambda row: row.facility.oris_code),
    )


@public
@require_safe
def settlement(request: HttpRequest, code: str, period: str, oris_code: int) -> HttpResponse:
    """One facility's settlement and its statement."""
    program = program_or_404(code)
    statement = _statement_or_404(program, period, oris_code)
    row = statement.outcome
    place = program.jurisdictions.get(row.facility.jurisdiction)
    up = Link(
        name=row.period.name,
        address=reverse("settlements-of-period", args=[program.code, row.period.name]),
    )
    return page(
        request,
        "settlement",
        program=program,
        trail=[*_trail(program), up],
        row=row,
        statement=statement,
        blocks=statement.deducted[:BLOCKS_SHOWN],
        more=max(len(statement.deducted) - BLOCKS_SHOWN, 0),
        jurisdiction_name=place.name if place else row.facility.jurisdiction,
        account=statement.account,
        deadline=program.deadline_on(row.period),
        csv_address=reverse("settlement-csv", args=[program.code, row.period.name, oris_code]),
        chart_address=reverse("chart-settlement", args=[program.code, row.period.name, oris_code]),
    )


@public
@require_safe
def settlement_csv(
    _request: HttpRequest, code: str, period: str, oris_code: int
) -> StreamingHttpResponse:
    """The blocks of a settlement's statement, for a spreadsheet."""
    statement = _statement_or_404(program_or_404(code), period, oris_code)
    row = statement.outcome
    header = (
        "oris_code",
        "facility",
        "period",
        "ground",
        "first",
        "last",
        "vintage",
        "quantity",
        "transaction",
        "recorded_at",
    )
    return csv_download(
        f"settlement-{row.period}-{oris_code}",
        header,
        (
            (
                oris_code,
                row.facility.name,
                row.period.name,
                item.ground,
                item.block.first_serial,
                item.block.last_serial,
                item.block.lot.year,
                item.block.quantity,
                item.tx,
                item.recorded_at.isoformat(),
            )
            for item in statement.deducted
        ),
    )


def _totals(program: Program, period: CompliancePeriod, *, jurisdiction: str = "") -> Totals:
    """Outcomes of a period added up, of all facilities or of one State's."""
    state = snapshot(program.code, period).state
    if not jurisdiction:
        return state.settlement
    return next(row.settlement for row in state.states if row.jurisdiction.code == jurisdiction)


def _trail(program: Program) -> list[Link]:
    return program_trail(
        program, Link(name="Settlements", address=reverse("settlements", args=[program.code]))
    )


def _period_or_404(program: Program, name: str) -> CompliancePeriod:
    try:
        return program.period_named(name)
    except Refused as refused:
        raise Http404(refused.refusals[0].sentence) from refused


def _statement_or_404(program: Program, period: str, oris_code: int) -> Statement:
    chosen = _period_or_404(program, period)
    facility = facility_or_404(oris_code)
    statement = read_statement(program=program.code, period=chosen, facility=facility.id)
    if statement is None:
        raise Http404(f"{facility.name} has no settlement for {chosen}.")
    return statement
