"""Charts of emissions by quarter, of a facility and of a unit."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.accounts import queries as accounts
from trueup.accounts.entries import UnitEntry
from trueup.emissions.entries import RecordEntry
from trueup.rules.programs import Program
from trueup.web import charts
from trueup.web.access import public
from trueup.web.emission_tables import emission_years, own_records, quarters_of
from trueup.web.pages import program_or_404
from trueup.web.views.facilities import facility_or_404, latest_records, unit_or_404
from trueup.web.views.pictures import look_of, picture

QUARTERS_SHOWN = 12


@public
@require_safe
def quarters_chart(request: HttpRequest, code: str, oris_code: int) -> HttpResponse:
    """A facility's emissions in the latest quarters."""
    program, entry = program_or_404(code), facility_or_404(oris_code)
    units = accounts.units_of([entry.id])[entry.id]
    return _quarters(request, program, latest_records(program, entry), units)


@public
@require_safe
def unit_chart(request: HttpRequest, code: str, oris_code: int, unit_id: str) -> HttpResponse:
    """A unit's emissions in the latest quarters, or by year where nothing else is known."""
    program, entry = program_or_404(code), facility_or_404(oris_code)
    found = unit_or_404(entry, unit_id)
    return _quarters(request, program, own_records(latest_records(program, entry), found), [found])


def _quarters(
    request: HttpRequest,
    program: Program,
    records: Sequence[RecordEntry],
    units: Sequence[UnitEntry],
) -> HttpResponse:
    years = emission_years(records, units, today=program.local_date(timezone.now()))
    cells = quarters_of(years, limit=QUARTERS_SHOWN) or [
        (str(year.year), year.whole) for year in reversed(years)
    ]
    emitted = _("Emissions")
    rows: list[dict[str, str | int | float]] = [
        {"year": name, "series": emitted, "amount": int(cell.tons)}
        for name, cell in cells
        if cell.tons is not None
    ]
    spec = charts.amounts_by_year(
        rows, shown=look_of(request), series=[emitted], unit=_("Short tons of CO2")
    )
    return picture(request, spec)
