"""Reports 8 to 10: emissions by quarter, by year and by control period.

Source: RGGI-048 items 8 to 10; RGGI-005.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from trueup.accounts.models import FacilityAccount
from trueup.accounts.queries import facilities_by_id
from trueup.disclosure.queries import period_to_show
from trueup.disclosure.reports.entries import Bar, Chosen, ReportRow
from trueup.disclosure.reports.participants import source_page
from trueup.emissions.models import EmissionRecord
from trueup.emissions.queries import current, period_tons
from trueup.emissions.reports import WHOLE_YEAR
from trueup.rules.periods import CompliancePeriod
from trueup.rules.programs import Program
from trueup.rules.units import whole_tons

# A row of a source and a year has one number for both.
YEARS = 10_000


def quarters(program: Program, chosen: Chosen, limit: int, after: int) -> list[ReportRow]:
    """Report 8: what each unit or stack emitted in each quarter, as it stands now.

    Source: RGGI-048 item 8.
    """
    rows = _records(program, chosen).filter(id__gt=after).exclude(quarter=WHOLE_YEAR)
    page = rows.select_related("location__facility").order_by("id")[:limit]
    return [
        ReportRow(
            key=row.pk,
            cells=(
                row.location.facility.oris_code,
                row.location.facility.name,
                row.location.facility.jurisdiction,
                row.location.location_id,
                row.year,
                row.quarter,
                row.co2_tons,
            ),
        )
        for row in page
    ]


def years(program: Program, chosen: Chosen, limit: int, after: int) -> list[ReportRow]:
    """Report 9: what each source emitted in each year, in whole tons.

    Source: RGGI-048 item 9; RGGI-005 (half up, the raw figure is kept).
    """
    code, year = divmod(after, YEARS)
    grouped = (
        _records(program, chosen)
        .filter(
            Q(location__facility__oris_code__gt=code)
            | Q(location__facility__oris_code=code, year__gt=year)
        )
        .values("location__facility_id", "location__facility__oris_code", "year")
        .annotate(tons=Sum("co2_tons"), locations=Count("location", distinct=True))
        .order_by("location__facility__oris_code", "year")
    )
    page = list(grouped[:limit])
    known = facilities_by_id({row["location__facility_id"] for row in page})
    return [
        ReportRow(
            key=row["location__facility__oris_code"] * YEARS + row["year"],
            cells=(
                row["location__facility__oris_code"],
                known[row["location__facility_id"]].name,
                known[row["location__facility_id"]].jurisdiction,
                row["year"],
                row["locations"],
                whole_tons(Decimal(row["tons"]), rounding=program.tons_rounding),
            ),
        )
        for row in page
    ]


def year_bars(program: Program, chosen: Chosen) -> list[Bar]:
    """What all sources emitted in each year."""
    return [
        Bar(label=str(year), series="emissions", amount=int(tons))
        for year, tons in _by_year(_records(program, chosen))
    ]


def periods(program: Program, chosen: Chosen, limit: int, after: int) -> list[ReportRow]:
    """Report 10: what each source emitted in a control period, and whether that is whole.

    Source: RGGI-048 item 10; RGGI-010, RGGI-018.
    """
    period = _period(program, chosen)
    page = source_page(program, chosen, limit, after)
    found = period_tons(
        program=program.code, period=period, facilities=[row.facility_id for row in page]
    )
    return [
        ReportRow(
            key=row.facility.oris_code,
            cells=(
                row.facility.oris_code,
                row.facility.name,
                row.facility.jurisdiction,
                period.name,
                found[row.facility_id].tons,
                "final" if found[row.facility_id].final else "provisional",
            ),
        )
        for row in page
    ]


def period_bars(program: Program, chosen: Chosen) -> list[Bar]:
    """What all sources emitted in each control period so far."""
    totals: Counter[str] = Counter()
    for year, tons in _by_year(_records(program, Chosen(state=chosen.state))):
        if year >= program.schedule.printed[0].first_year:
            totals[program.period_of_year(year).name] += int(tons)
    return [Bar(label=name, series="emissions", amount=tons) for name, tons in totals.items()]


def total_tons(program: Program, years_of: Iterable[int]) -> Decimal:
    """What all sources emitted in some years, not rounded: for the nightly check."""
    rows = _records(program, Chosen()).filter(year__in=list(years_of))
    return Decimal(rows.aggregate(tons=Sum("co2_tons"))["tons"] or 0)


def _by_year(rows: QuerySet[EmissionRecord]) -> list[tuple[int, Decimal]]:
    found = rows.values_list("year").annotate(tons=Sum("co2_tons")).order_by("year")
    return [(year, Decimal(tons)) for year, tons in found]


def _period(program: Program, chosen: Chosen) -> CompliancePeriod:
    if chosen.period is not None:
        return chosen.period
    latest = _records(program, chosen).order_by("-year").values_list("year", flat=True).first()
    first = program.schedule.printed[0]
    if latest is None or latest < first.first_year:
        return period_to_show(program, today=first.first_day)
    return program.period_of_year(latest)


def _records(program: Program, chosen: Chosen) -> QuerySet[EmissionRecord]:
    """The current records of the program's sources that say a mass."""
    sources = FacilityAccount.objects.filter(program=program.code).values("facility_id")
    rows = current().filter(location__facility_id__in=sources, co2_tons__isnull=False)
    if chosen.state:
        rows = rows.filter(location__facility__jurisdiction=chosen.state)
    if chosen.year is not None:
        rows = rows.filter(year=chosen.year)
    if chosen.search:
        rows = rows.filter(location__facility__name__icontains=chosen.search)
    return rows
