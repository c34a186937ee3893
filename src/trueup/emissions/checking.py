"""Compare what a file reports with what the registry knows; every problem by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from trueup.emissions import locations
from trueup.emissions.calendar_quarters import hours_between, last_day
from trueup.emissions.ecmps import ROUNDING_TONS
from trueup.emissions.locations import Locations
from trueup.emissions.recording import QUANTITIES, Current, Period, Row
from trueup.emissions.refusals import (
    HoursMissing,
    QuarterNotOver,
    TotalsDiffer,
    UnknownFacility,
    UnknownUnit,
    YearNotOver,
)
from trueup.emissions.reports import ReportedRow
from trueup.rules.refusal import Refusal


def find_locations(
    reported: Sequence[ReportedRow],
) -> tuple[Locations, list[Row], list[Refusal]]:
    """The locations that rows name, and the rows whose location is unknown.

    Source: 40 CFR 62.16345(a); MASS-151 (a location unknown to the facility is rejected).
    """
    by_name = _facilities_named({row.facility for row in reported})
    known = locations.load(by_name.values())
    rows: list[Row] = []
    refusals: list[Refusal] = []
    for row in reported:
        facility = by_name.get(row.facility)
        if facility is None:
            sentence = f"The registry has no facility “{row.facility}”."
            refusals.append(UnknownFacility(sentence, row=row.line))
            continue
        location = known.of_facility.get(facility, {}).get(row.location)
        if location is None:
            refusals.append(_unknown_unit(row, known, facility))
            continue
        rows.append(
            Row(
                location=location,
                year=row.year,
                quarter=row.quarter,
                quantities=tuple(getattr(row, name) for name in QUANTITIES),
                hours_reported=row.hours_reported,
                year_to_date_tons=row.year_to_date_tons,
                line=row.line,
            )
        )
    return known, rows, refusals


def _facilities_named(names: set[str]) -> dict[str, int]:
    """The keys of facilities by ORIS code in digits, or by name, in two statements."""
    from trueup.accounts.models import Facility
    from trueup.audit.statements import among

    codes = {int(name) for name in names if name.isascii() and name.isdigit() and len(name) < 10}
    found = {}
    if codes:
        rows = Facility.objects.filter(oris_code__in=among(codes))
        found = {str(code): key for key, code in rows.values_list("id", "oris_code")}
    others = names - found.keys()
    if others:
        rows = Facility.objects.filter(name__in=among(others)).order_by("-id")
        found |= {name: key for key, name in rows.values_list("id", "name")}
    return found


def _unknown_unit(row: ReportedRow, known: Locations, facility: int) -> Refusal:
    names = ", ".join(sorted(known.of_facility.get(facility, {}))) or "none"
    elsewhere = [
        known.facilities[other].name
        for other, units in known.of_facility.items()
        if other != facility and row.location in units
    ]
    hint = f" {elsewhere[0]} has one." if len(elsewhere) == 1 else ""
    return UnknownUnit(
        f"{known.facilities[facility].name} has no unit or stack “{row.location}”."
        f" It has: {names}.{hint}",
        row=row.line,
    )


def not_over(rows: Sequence[Row], *, today: date) -> Iterator[Refusal]:
    """Rows of years and quarters that have not ended.

    Source: 40 CFR 62.16345(a)(2), 62.16360(a)(1).
    """
    for row in rows:
        if last_day(row.year, row.quarter) < today:
            continue
        if row.quarter:
            yield QuarterNotOver(f"{row.period}: the quarter is not over.", row=row.line)
        else:
            yield YearNotOver(f"{row.period}: the year is not over.", row=row.line)


def hours_missing(rows: Sequence[Row]) -> Iterator[Refusal]:
    """Quarters of hourly files that lack hours in which the unit existed.

    A quarter without a single value is missing as a whole, which is no problem here.

    Source: 40 CFR 62.16345(a)(2): the values of all hours are summed.
    """
    for row in rows:
        days = row.location.existing_days(row.year, row.quarter)
        if not row.hours_reported or days is None:
            continue
        hours = hours_between(*days)
        if row.hours_reported < hours:
            sentence = f"{row.period}: {row.hours_reported} of {hours} hours are given."
            yield HoursMissing(sentence, row=row.line)


def running_totals(rows: Sequence[Row], current: Mapping[Period, Current]) -> Iterator[Refusal]:
    """Reports whose total to date is not the sum of the year's quarters, where all are known.

    Source: 40 CFR 62.16360(a)(1)(ii); PLAT-070.
    """
    for row in rows:
        tons = row.quantities[0]
        if tons is None or row.year_to_date_tons is None:
            continue
        periods = [row.period._replace(quarter=quarter) for quarter in range(1, row.quarter)]
        earlier = [current[period].quantities[0] for period in periods if period in current]
        stated = [mass for mass in earlier if mass is not None]
        if len(stated) < len(periods):
            continue
        summed = sum(stated, start=tons)
        if abs(summed - row.year_to_date_tons) > ROUNDING_TONS * (row.quarter + 1):
            yield TotalsDiffer(
                f"{row.period}: {row.year_to_date_tons} tons are stated for the year to date;"
                f" its quarters come to {summed}.",
                row=row.line,
            )


def alerts(rows: Sequence[Row]) -> Iterator[str]:
    """Mass that should not be: of a unit that has retired, or does not operate yet.

    Source: 40 CFR 62.16215(b)(1); MASS-149.
    """
    for row in rows:
        tons = row.quantities[0]
        if tons and row.location.existing_days(row.year, row.quarter) is None:
            yield f"{row.period}: {_plain(tons)} tons while the unit is not in operation."


def _plain(tons: Decimal) -> str:
    return f"{tons.normalize():f}"
