"""Charts as SVG, each at its own address, so that no page waits for one."""

from __future__ import annotations

import hashlib

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.compliance import queries as compliance
from trueup.disclosure.entries import ProgramState
from trueup.disclosure.snapshots import snapshot
from trueup.rules.periods import CompliancePeriod
from trueup.rules.programs import Program
from trueup.rules.refusal import Refused
from trueup.web import charts
from trueup.web.access import public
from trueup.web.pages import program_or_404
from trueup.web.sentences import say
from trueup.web.templatetags.words import word
from trueup.web.views.facilities import emissions_table, facility_or_404, unit_or_404, unit_years


@public
@require_safe
def states(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """Emissions of the States against their budgets, and what is banked."""
    program = program_or_404(code)
    rows: list[dict[str, str | int]] = [
        {
            "state": row.jurisdiction.code,
            "emissions": row.emissions_tons or 0,
            "budget": row.budget,
            "banked": row.banked,
        }
        for row in _state(program, period).states
    ]
    return picture(
        request,
        charts.emissions_and_banked(
            rows,
            shown=look_of(request),
            instruments=word(program.instruments),
            has_budgets=not program.is_rate_based,
        ),
    )


@public
@require_safe
def compliance_map(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """The States tinted by the share of facilities in compliance."""
    shares = {
        row.jurisdiction.code: (row.jurisdiction.name, share)
        for row in _state(program_or_404(code), period).states
        if (share := row.share_in_compliance) is not None
    }
    return picture(request, charts.compliance_map(shares, shown=look_of(request)))


@public
@require_safe
def emissions(request: HttpRequest, code: str, oris_code: int) -> HttpResponse:
    """The emissions of a facility by year; a year with a part missing is left out."""
    table = emissions_table(unit_years(program_or_404(code), facility_or_404(oris_code)))
    rows: list[dict[str, str | int]] = [
        {"year": str(year), "series": _("Emissions"), "amount": int(tons)}
        for year, tons in (zip(table.years, table.sums, strict=True) if table else ())
        if tons is not None
    ]
    spec = charts.amounts_by_year(
        rows, shown=look_of(request), series=[_("Emissions")], unit=_("Short tons of CO2")
    )
    return picture(request, spec)


@public
@require_safe
def settlement(
    request: HttpRequest, code: str, period: str, oris_code: int, unit_id: str = ""
) -> HttpResponse:
    """What a facility, or an affected EGU, held at the deadline against its obligation."""
    program, facility = program_or_404(code), facility_or_404(oris_code)
    found = compliance.outcome(
        program=program.code,
        period=_period(program, period),
        facility=facility.id,
        unit=unit_or_404(facility, unit_id).id if unit_id else None,
    )
    if found is None:
        raise Http404(_("There is no such settlement."))
    spec = charts.held_against_obligation(
        obligation=found.obligation,
        held=found.held,
        shown=look_of(request),
        unit=capfirst(word(program.instruments))
        if program.is_rate_based
        else _("%(instruments)s, tons") % {"instruments": capfirst(word(program.instruments))},
    )
    return picture(request, spec)


def picture(request: HttpRequest, spec: charts.Spec) -> HttpResponse:
    """A chart as an answer that browsers may keep for a while."""
    drawn = charts.svg(spec)
    etag = f'"{hashlib.sha256(drawn.encode()).hexdigest()[:16]}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    return HttpResponse(
        drawn,
        content_type="image/svg+xml",
        headers={"ETag": etag, "Cache-Control": "max-age=60"},
    )


def _state(program: Program, period: str) -> ProgramState:
    return snapshot(program.code, _period(program, period)).state


def _period(program: Program, name: str) -> CompliancePeriod:
    try:
        return program.period_named(name)
    except Refused as refused:
        raise Http404(say(refused.refusals[0].sentence)) from refused


def look_of(request: HttpRequest) -> charts.Look:
    """The look that the address asks for: of the screen, and of light or dark."""
    return charts.look(
        dark=request.GET.get("scheme") == "dark", narrow=request.GET.get("size") == "narrow"
    )
