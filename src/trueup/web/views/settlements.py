"""Settlements: by period, one with its statement, and the statement as CSV.

A mass-based program settles facilities, a rate-based one each affected EGU by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from django import forms
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from trueup.compliance import queries as compliance
from trueup.compliance.certification import is_asked_for
from trueup.compliance.entries import Outcome, Statement, Totals
from trueup.compliance.responsible import responsible_for
from trueup.compliance.statements import statement as read_statement
from trueup.disclosure.snapshots import snapshot
from trueup.rules.periods import CompliancePeriod
from trueup.rules.programs import Program
from trueup.rules.rate import Operation, ercs_needed
from trueup.rules.refusal import Refused
from trueup.web.access import public
from trueup.web.downloads import csv_download
from trueup.web.filters import FilterForm
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.sentences import say
from trueup.web.sorting import sorting_of
from trueup.web.views.certifications import budget_uses, certified_with
from trueup.web.views.facilities import facility_or_404, unit_or_404
from trueup.web.views.listings import states_to_choose

OUTCOMES = {"in": gettext_lazy("In compliance"), "not_in": gettext_lazy("Not in compliance")}
EGU = "egu"
PERIODS_SHOWN = 9
OMISSIONS_SHOWN = 50
BLOCKS_SHOWN = 200
CSV_BATCH = 1000
OUTCOME_COLUMNS = (
    "oris_code",
    "facility",
    "unit",
    "jurisdiction",
    "period",
    "obligation",
    "deducted",
    "excess",
    "excess_due",
    "outstanding",
    "in_compliance",
)


class OutcomeFilters(FilterForm):
    """Which outcomes are shown."""

    state = forms.ChoiceField(label=gettext_lazy("State"))
    outcome = forms.ChoiceField(
        label=gettext_lazy("Outcome"),
        choices=[("", gettext_lazy("All outcomes")), *OUTCOMES.items()],
    )

    def __init__(self, request: HttpRequest, program: Program) -> None:
        super().__init__(request, choices={"state": states_to_choose(program)})


@public
@require_safe
def periods(request: HttpRequest, code: str) -> HttpResponse:
    """The compliance periods that were settled, and the one that runs."""
    program = program_or_404(code)
    settled = [
        (period, program.deadline_on(period), _totals(program, period), program.is_interim(period))
        for period in compliance.periods_settled(program=program.code)[:PERIODS_SHOWN]
    ]
    return page(request, "periods", program=program, trail=program_trail(program), settled=settled)


@public
@require_safe
def settlements(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """Every facility's outcome in one period, by State and outcome."""
    program = program_or_404(code)
    chosen = _period_or_404(program, period)
    filters = OutcomeFilters(request, program)
    state = filters.chosen["state"]
    totals = _totals(program, chosen, jurisdiction=state)
    csv_address = reverse("settlements-of-period-csv", args=[program.code, chosen.name])
    sorting = sorting_of(request, ("facility",))
    rows = _outcomes(request, program, chosen, limit=PAGE_SIZE + 1, after=number_after(request))
    return page(
        request,
        "settlements",
        program=program,
        trail=_trail(program),
        period=chosen,
        is_interim=program.is_interim(chosen),
        asks_for_reports=is_asked_for(program, chosen),
        deadline=program.deadline_on(chosen),
        totals=totals,
        uses=budget_uses(program, chosen),
        not_in_compliance=totals.facilities - totals.in_compliance,
        left_out=compliance.omissions(program=program.code, period=chosen, limit=OMISSIONS_SHOWN),
        filters=filters,
        sorting=sorting,
        csv_address=f"{csv_address}?{request.GET.urlencode()}" if request.GET else csv_address,
        by_unit=program.books_per == EGU,
        page=page_of(request, rows, key=lambda row: row.facility.oris_code),
    )


@public
@require_safe
def settlements_csv(request: HttpRequest, code: str, period: str) -> StreamingHttpResponse:
    """All outcomes that fit the choices, in their order, for a spreadsheet."""
    program = program_or_404(code)
    chosen = _period_or_404(program, period)
    return csv_download(
        f"settlements-{chosen.name}", OUTCOME_COLUMNS, _outcome_rows(request, program, chosen)
    )


@public
@require_safe
def settlement(request: HttpRequest, code: str, period: str, oris_code: int) -> HttpResponse:
    """One facility's settlement and its statement.

    Where each affected EGU is settled by itself, the facility's page leads to them.
    """
    program = program_or_404(code)
    if program.books_per == EGU:
        facility_or_404(oris_code)
        facility = reverse("facility", args=[program.code, oris_code])
        return HttpResponseRedirect(f"{facility}#settlements")
    return _settlement(request, program, statement_or_404(program, period, oris_code))


@public
@require_safe
def settlement_of_unit(
    request: HttpRequest, code: str, period: str, oris_code: int, unit_id: str
) -> HttpResponse:
    """One affected EGU's settlement and its statement.

    Source: 40 CFR 62.16535; PLAT-088.
    """
    program = program_or_404(code)
    return _settlement(
        request, program, statement_or_404(program, period, oris_code, unit_id=unit_id)
    )


@public
@require_safe
def settlement_csv(
    _request: HttpRequest, code: str, period: str, oris_code: int
) -> StreamingHttpResponse:
    """The blocks of a settlement's statement, for a spreadsheet."""
    return _csv(statement_or_404(program_or_404(code), period, oris_code))


@public
@require_safe
def settlement_of_unit_csv(
    _request: HttpRequest, code: str, period: str, oris_code: int, unit_id: str
) -> StreamingHttpResponse:
    """The blocks of an affected EGU's statement, for a spreadsheet."""
    return _csv(statement_or_404(program_or_404(code), period, oris_code, unit_id=unit_id))


def _outcomes(
    request: HttpRequest, program: Program, period: CompliancePeriod, *, limit: int, after: int
) -> list[Outcome]:
    """The outcomes that the address asks for, in its order."""
    chosen = OutcomeFilters(request, program).chosen
    return compliance.outcomes(
        program=program.code,
        period=period,
        jurisdiction=chosen["state"],
        in_compliance={"in": True, "not_in": False}.get(chosen["outcome"]),
        limit=limit,
        after=after,
        descending=sorting_of(request, ("facility",)).is_descending,
    )


def _outcome_rows(
    request: HttpRequest, program: Program, period: CompliancePeriod
) -> Iterator[tuple[object, ...]]:
    after = 0
    while rows := _outcomes(request, program, period, limit=CSV_BATCH, after=after):
        for row in rows:
            yield (
                row.facility.oris_code,
                row.facility.name,
                row.unit.unit_id if row.unit is not None else "",
                row.facility.jurisdiction,
                row.period.name,
                row.obligation,
                row.deducted,
                row.excess,
                row.excess_due,
                row.outstanding,
                "yes" if row.is_in_compliance else "no",
            )
        after = rows[-1].facility.oris_code


def _settlement(request: HttpRequest, program: Program, statement: Statement) -> HttpResponse:
    row = statement.outcome
    place = program.jurisdictions.get(row.facility.jurisdiction)
    up = Link(
        name=row.period.name,
        address=reverse("settlements-of-period", args=[program.code, row.period.name]),
    )
    name, arguments = "settlement", [program.code, row.period.name, row.facility.oris_code]
    if row.unit is not None:
        name, arguments = "settlement-of-unit", [*arguments, row.unit.unit_id]
    return page(
        request,
        "settlement",
        program=program,
        trail=[*_trail(program), up],
        row=row,
        is_interim=program.is_interim(row.period),
        surrendered=sum(one.obligation for one in statement.interim),
        **certified_with(program, row.period, row.facility.id),
        statement=statement,
        owed_now=_owed_now(statement),
        rate=_rate(statement),
        blocks=statement.deducted[:BLOCKS_SHOWN],
        more=max(len(statement.deducted) - BLOCKS_SHOWN, 0),
        jurisdiction_name=place.name if place else row.facility.jurisdiction,
        responsible=responsible_for(statement.account.id),
        account=statement.account,
        deadline=program.deadline_on(row.period),
        cite=program.transaction_types["deduct"].cite,
        csv_address=reverse(f"{name}-csv", args=arguments),
        support_address=reverse("settlement-support", args=arguments)
        if row.unit is not None and program.is_rate_based
        else "",
        chart_address=reverse(f"chart-{name}", args=arguments),
    )


def _owed_now(statement: Statement) -> int:
    """What would be owed by what is reported now: tons, or the credits that are needed.

    Source: 40 CFR 62.16420(c)(1), (4); PLAT-073.
    """
    figures = statement.rate
    if figures is None:
        return statement.reported_tons if statement.owed_now is None else statement.owed_now
    if figures.standard is None:
        return 0
    operation = Operation(co2_lb=figures.co2_lb, net_mwh=figures.net_mwh)
    return ercs_needed(operation, standard=figures.standard)


def _rate(statement: Statement) -> dict[str, object] | None:
    """What a rate-based obligation follows from, with the rates as decimals to be shown."""
    figures = statement.rate
    if figures is None:
        return None
    before = figures.adjusted_rate()
    after = figures.adjusted_rate(ercs=statement.outcome.deducted)
    return {
        "co2_lb": figures.co2_lb,
        "net_mwh": figures.net_mwh,
        "standard": figures.standard,
        "before": _decimal(before),
        "after": _decimal(after),
    }


def _decimal(rate: Fraction | None) -> Decimal | None:
    """A rate with one decimal, for reading; it is compared unrounded (62.16420(c)(1))."""
    if rate is None:
        return None
    return (Decimal(rate.numerator) / Decimal(rate.denominator)).quantize(Decimal("0.1"))


def _csv(statement: Statement) -> StreamingHttpResponse:
    row = statement.outcome
    unit = row.unit.unit_id if row.unit is not None else ""
    header = (
        "oris_code",
        "facility",
        "unit",
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
        "-".join(filter(None, ("settlement", row.period.name, str(row.facility.oris_code), unit))),
        header,
        (
            (
                row.facility.oris_code,
                row.facility.name,
                unit,
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
        program, Link(name=_("Settlements"), address=reverse("settlements", args=[program.code]))
    )


def _period_or_404(program: Program, name: str) -> CompliancePeriod:
    try:
        return program.period_named(name)
    except Refused as refused:
        raise Http404(say(refused.refusals[0].sentence)) from refused


def statement_or_404(
    program: Program, period: str, oris_code: int, *, unit_id: str = ""
) -> Statement:
    chosen = _period_or_404(program, period)
    facility = facility_or_404(oris_code)
    statement = read_statement(
        program=program.code,
        period=chosen,
        facility=facility.id,
        unit=unit_or_404(facility, unit_id).id if unit_id else None,
    )
    if statement is None:
        raise Http404(f"{facility.name} has no settlement for {chosen}.")
    return statement
