"""Read reported emissions: period totals for compliance, and the records behind them.

Every function takes a constant number of statements, however many units there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from trueup.accounts import queries as accounts
from trueup.audit.statements import among
from trueup.emissions import coverage, locations
from trueup.emissions.calendar_quarters import QUARTERS, last_day
from trueup.emissions.entries import (
    FacilityEmissions,
    FileEntry,
    LocationTotal,
    RecordEntry,
)
from trueup.emissions.locations import Locations
from trueup.emissions.models import EmissionRecord, Finalization, LocationUnit, SubmittedFile
from trueup.emissions.recording import newer_version_exists
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.units import location_tons

PAGE = 100


def period_tons(
    *, program: str, period: CompliancePeriod, facilities: Iterable[int] | None = None
) -> dict[int, FacilityEmissions]:
    """The emissions of facilities in a compliance period, in six statements.

    The mass of each monitoring location is added as it is and rounded once; a facility's
    tons are the sum of its locations. A stack counts once, whatever it serves. A unit
    owes no data for a year in which it did not exist.

    Args:
        facilities: Keys; all with an account in the program if not given.

    Source: 40 CFR 62.16220(b)(2), 62.16345(a)(2), (7)-(8); MASS-153 to MASS-155, PLAT-072.
    """
    wanted = program_facilities(program) if facilities is None else list(facilities)
    known = locations.load(wanted)
    records: dict[int, list[_Mass]] = defaultdict(list)
    rows = current().filter(
        year__range=(period.first_year, period.last_year),
        location__facility_id__in=among(wanted),
        co2_tons__isnull=False,
    )
    rows = rows.annotate(is_final=is_final_in(program)).order_by("location_id", "year", "quarter")
    for values in rows.values_list("location__facility_id", *_Mass._fields):
        records[values[0]].append(_Mass._make(values[1:]))
    rules = programs.load(program)
    return {
        facility: _facility(facility, known, records[facility], period, rules)
        for facility in wanted
    }


class _Mass(NamedTuple):
    location_id: int
    year: int
    quarter: int
    co2_tons: Decimal
    kind: str
    is_final: bool


def _facility(
    facility: int,
    known: Locations,
    masses: Sequence[_Mass],
    period: CompliancePeriod,
    rules: Program,
) -> FacilityEmissions:
    of_location: dict[int, list[Decimal]] = defaultdict(list)
    for mass in masses:
        of_location[mass.location_id].append(mass.co2_tons)
    totals = tuple(
        LocationTotal(
            unit_id=known.by_id[key].location_id,
            tons_exact=sum(tons, Decimal(0)),
            tons=location_tons(tons, rounding=rules.tons_rounding),
            units=known.unit_ids(known.by_id[key]),
        )
        for key, tons in sorted(
            of_location.items(), key=lambda item: known.by_id[item[0]].location_id
        )
    )
    missing, quarters = coverage.missing(
        facility,
        known,
        {(mass.location_id, mass.year, mass.quarter) for mass in masses},
        period.vintages,
        stacks=known.stacks_of(facility),
    )
    is_final = not missing and all(mass.is_final for mass in masses)
    state = "open" if not masses else "submitted"
    if is_final:
        state = "adjusted" if any(mass.kind == "adjusted" for mass in masses) else "final"
    return FacilityEmissions(
        facility=facility,
        locations=totals,
        tons=sum(total.tons for total in totals),
        missing=tuple(missing),
        missing_quarters=tuple(quarters),
        final=is_final,
        state=state,
    )


def program_facilities(program: str) -> list[int]:
    """The facilities that have a compliance account in a program."""
    found = accounts.facility_accounts(program=program)
    return sorted({entry.facility.id for entry in found})


def records_to_finalize(
    *, program: str, period: CompliancePeriod, facilities: Iterable[int]
) -> list[int]:
    """The current records of a period that are not final in the program yet.

    Source: MASS-159.
    """
    counts = Q(co2_tons__isnull=False)
    if programs.load(program).is_rate_based:
        counts |= Q(net_mwh__isnull=False)
    rows = current().filter(
        ~is_final_in(program),
        counts,
        year__range=(period.first_year, period.last_year),
        location__facility_id__in=among(facilities),
    )
    return list(rows.order_by("id").values_list("id", flat=True))


def unit_years(
    *,
    facility: int,
    program: str,
    first_year: int | None = None,
    last_year: int | None = None,
) -> list[RecordEntry]:
    """What is current for a facility, by location, year and quarter.

    Records that are not final in the program are marked as provisional.

    Source: PLAT-072, PLAT-074.
    """
    rows = current().filter(location__facility_id=facility)
    if first_year is not None:
        rows = rows.filter(year__gte=first_year)
    if last_year is not None:
        rows = rows.filter(year__lte=last_year)
    return _entries(rows.order_by("location__location_id", "year", "quarter"), program)


def record_history(*, facility: int, unit: str, year: int, program: str) -> list[RecordEntry]:
    """Every version of what was reported for a unit, or a stack, and a year; newest first.

    Source: PLAT-073; MASS-146 (original and adjusted values are both kept).
    """
    rows = EmissionRecord.objects.filter(
        location__facility_id=facility, location__location_id=unit, year=year
    )
    return _entries(rows.order_by("quarter", "-version"), program)


def public_records(
    *,
    program: str,
    year: int | None = None,
    jurisdiction: str = "",
    facility: int | None = None,
    limit: int = PAGE,
    after: int = 0,
) -> list[RecordEntry]:
    """The current records of all facilities in the order of their keys, a page at a time.

    Args:
        after: Key of the last record of the page before.

    Source: PLAT-074.
    """
    rows = current().filter(id__gt=after)
    if year is not None:
        rows = rows.filter(year=year)
    if jurisdiction:
        rows = rows.filter(location__facility__jurisdiction=jurisdiction)
    if facility is not None:
        rows = rows.filter(location__facility_id=facility)
    return _entries(rows.order_by("id")[:limit], program)


def net_generation(
    *, facilities: Iterable[int], first_year: int, last_year: int
) -> dict[tuple[int, str, int], Decimal]:
    """The net MWh of each facility's unit and year, as far as they are reported.

    Source: 40 CFR 62.16245(b)(3); MASS-157.
    """
    rows = current().filter(
        location__facility_id__in=among(facilities),
        year__range=(first_year, last_year),
        net_mwh__isnull=False,
    )
    found: dict[tuple[int, str, int], Decimal] = defaultdict(Decimal)
    for facility, unit, year, mwh in rows.values_list(
        "location__facility_id", "location__location_id", "year", "net_mwh"
    ):
        found[facility, unit, year] += mwh or 0
    return dict(found)


def operated(
    *, facilities: Iterable[int], last_year: int
) -> dict[tuple[int, str], dict[int, bool]]:
    """Of each facility's units, in which reported years they operated.

    A unit that emitted or had operating hours burned fuel. A year that is not reported
    whole for the unit itself is left out: without data nobody is idle.

    Source: 40 CFR 62.16240(a)(2); MASS-060, MASS-AMB-14.
    """
    rows = current().filter(
        location__facility_id__in=among(facilities),
        location__unit__isnull=False,
        year__lte=last_year,
        co2_tons__isnull=False,
    )
    quarters: dict[tuple[int, str, int], set[int]] = defaultdict(set)
    ran: set[tuple[int, str, int]] = set()
    for facility, unit, year, quarter, tons, hours in rows.values_list(
        "location__facility_id",
        "location__location_id",
        "year",
        "quarter",
        "co2_tons",
        "operating_hours",
    ):
        quarters[facility, unit, year].add(quarter)
        if (tons or 0) > 0 or (hours or 0) > 0:
            ran.add((facility, unit, year))
    found: dict[tuple[int, str], dict[int, bool]] = defaultdict(dict)
    for (facility, unit, year), reported in quarters.items():
        key = (facility, unit, year)
        if key in ran or 0 in reported or reported.issuperset(QUARTERS):
            found[facility, unit][year] = key in ran
    return dict(found)


def files(*, limit: int = PAGE, before: int | None = None) -> list[FileEntry]:
    """The files that were taken in, newest first, a page at a time.

    Source: PLAT-070.
    """
    rows = SubmittedFile.objects.order_by("-id")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [
        FileEntry(
            id=row.pk,
            name=row.name,
            sha256=row.sha256,
            size_bytes=row.size_bytes,
            format=row.format,
            feed=row.feed,
            is_resubmission=row.is_resubmission,
            received_at=row.received_at,
            actor=row.actor,
        )
        for row in rows[:limit]
    ]


def quarterly_report_due_on(*, program: str, year: int, quarter: int) -> date:
    """The last day on which the report of a quarter is in time.

    It is the 30th day of the month after the quarter, or the next business day.

    Source: 40 CFR 62.16360(c)-(d); MASS-160, PLAT-071.
    """
    end = last_day(year, quarter)
    month = end.month % 12 + 1
    printed_on = date(end.year + (month == 1), month, 30)
    return programs.load(program).effective_on(printed_on)


def current() -> QuerySet[EmissionRecord]:
    """The highest version of every record."""
    return EmissionRecord.objects.filter(~newer_version_exists())


def is_final_in(program: str) -> Exists:
    """Whether a record is final in a program."""
    return Exists(Finalization.objects.filter(record=OuterRef("pk"), program=program))


def _entries(rows: QuerySet[EmissionRecord], program: str) -> list[RecordEntry]:
    found = list(rows.select_related("location", "file"))
    keys = [row.pk for row in found]
    final = Finalization.objects.filter(program=program, record_id__in=among(keys))
    final_keys = set(final.values_list("record_id", flat=True))
    stacks = {row.location_id for row in found if row.location.unit_id is None}
    links = LocationUnit.objects.filter(location_id__in=among(stacks)).order_by("unit__unit_id")
    serves: dict[int, list[str]] = defaultdict(list)
    for stack, unit in links.values_list("location_id", "unit__unit_id"):
        serves[stack].append(unit)
    return [
        _entry(row, tuple(serves[row.location_id]), is_final=row.pk in final_keys) for row in found
    ]


def _entry(row: EmissionRecord, serves: tuple[str, ...], *, is_final: bool) -> RecordEntry:
    place = row.location
    return RecordEntry(
        id=row.pk,
        facility=place.facility_id,
        unit_id=place.location_id,
        units=serves if place.unit_id is None else (place.location_id,),
        year=row.year,
        quarter=row.quarter,
        version=row.version,
        kind=row.kind,
        co2_tons=row.co2_tons,
        gross_mwh=row.gross_mwh,
        net_mwh=row.net_mwh,
        useful_thermal_mwh=row.useful_thermal_mwh,
        operating_hours=row.operating_hours,
        is_provisional=not is_final,
        recorded_at=row.recorded_at,
        actor=row.actor,
        ground=row.ground,
        file=row.file.name if row.file is not None else "",
        feed=row.file.feed if row.file is not None else "",
        received_at=row.file.received_at if row.file is not None else None,
    )
