"""Operation of affected EGUs: pounds of CO2 and net energy output, by unit and year.

It is read from the same records as the emissions of facilities: a mass in tons is the
same mass in pounds, and what a unit put out stands beside it.

Source: 40 CFR 62.16420(b), (c)(1); 62.16540(a); RATE-018, RATE-233 to RATE-246.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q

from trueup.accounts.entries import UnitEntry
from trueup.audit.statements import among
from trueup.emissions import coverage, locations, queries
from trueup.emissions.entries import UnitOperation
from trueup.emissions.locations import Location, Locations
from trueup.rules.periods import CompliancePeriod
from trueup.rules.rate import Operation
from trueup.rules.units import pounds_of


def period_operation(
    *, program: str, period: CompliancePeriod, facilities: Iterable[int] | None = None
) -> dict[int, UnitOperation]:
    """The operation of units in a compliance period, by the unit's key, in six statements.

    Sums of the whole period, never a mean of yearly rates. The mass of a unit is what was
    reported for itself and for the stacks that serve it alone; that of a stack which
    several units share belongs to none of them. Net output is electric output, and the
    useful thermal output with it.

    Args:
        facilities: Keys; all with an account in the program if not given.

    Source: 40 CFR 62.16420(c)(1); 62.16540(a)(5)(i)(C), (7); RATE-018, RATE-243, RATE-245.
    """
    wanted = queries.program_facilities(program) if facilities is None else list(facilities)
    known = locations.load(wanted)
    records: dict[int, list[_Record]] = defaultdict(list)
    rows = queries.current().filter(
        Q(co2_tons__isnull=False) | Q(net_mwh__isnull=False),
        year__range=(period.first_year, period.last_year),
        location__facility_id__in=among(wanted),
    )
    rows = rows.annotate(is_final=queries.is_final_in(program)).order_by("location_id", "year")
    for values in rows.values_list("location__facility_id", *_Record._fields):
        records[values[0]].append(_Record._make(values[1:]))
    return {
        operation.unit.id: operation
        for facility in wanted
        for operation in _of_facility(facility, known, records[facility], period)
    }


class _Record(NamedTuple):
    location_id: int
    year: int
    quarter: int
    co2_tons: Decimal | None
    net_mwh: Decimal | None
    useful_thermal_mwh: Decimal | None
    kind: str
    is_final: bool


@dataclass(slots=True)
class _Sums:
    """What was found for one unit."""

    co2_tons: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    net_mwh: dict[int, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    records: list[_Record] = field(default_factory=list)


def _of_facility(
    facility: int, known: Locations, records: Sequence[_Record], period: CompliancePeriod
) -> Iterable[UnitOperation]:
    of_unit: dict[int, _Sums] = defaultdict(_Sums)
    for record in records:
        place = known.by_id[record.location_id]
        unit = _unit_of(place)
        if unit is None:
            continue
        found = of_unit[unit]
        found.records.append(record)
        found.co2_tons[record.year] += record.co2_tons or 0
        # Dividing by what several stacks say of one generator would count it twice.
        if place.unit is not None:
            found.net_mwh[record.year] += (record.net_mwh or 0) + (record.useful_thermal_mwh or 0)
    lacking = _missing(facility, known, records, period)
    for entry in known.units.get(facility, []):
        yield _operation(entry, of_unit[entry.id], lacking, period)


def _unit_of(place: Location) -> int | None:
    """The unit whose mass a location measures; None for a stack that several share."""
    if place.unit is not None:
        return place.unit
    return next(iter(place.serves)) if len(place.serves) == 1 else None


def _missing(
    facility: int, known: Locations, records: Sequence[_Record], period: CompliancePeriod
) -> set[tuple[str, int, int]]:
    """Units with the quarters that lack mass or output."""
    own_stacks = {
        unit: stacks
        for unit, stacks in known.stacks_of(facility).items()
        if all(_unit_of(stack) == unit for stack in stacks)
    }
    with_mass = {(r.location_id, r.year, r.quarter) for r in records if r.co2_tons is not None}
    with_output = {(r.location_id, r.year, r.quarter) for r in records if r.net_mwh is not None}
    years = period.vintages
    _, no_mass = coverage.missing(facility, known, with_mass, years, stacks=own_stacks)
    _, no_output = coverage.missing(facility, known, with_output, years, stacks={})
    return {*no_mass, *no_output}


def _operation(
    unit: UnitEntry,
    found: _Sums,
    lacking: Iterable[tuple[str, int, int]],
    period: CompliancePeriod,
) -> UnitOperation:
    quarters = tuple(sorted(item for item in lacking if item[0] == unit.unit_id))
    missing = tuple(sorted({(name, year) for name, year, _ in quarters}))
    is_final = not missing and all(record.is_final for record in found.records)
    state = "open" if not found.records else "submitted"
    if is_final:
        is_adjusted = any(record.kind == "adjusted" for record in found.records)
        state = "adjusted" if is_adjusted else "final"
    return UnitOperation(
        unit=unit,
        years={
            year: Operation(co2_lb=pounds_of(found.co2_tons[year]), net_mwh=found.net_mwh[year])
            for year in period.vintages
        },
        missing=missing,
        missing_quarters=quarters,
        final=is_final,
        final_years=frozenset(
            year
            for year in period.vintages
            if (unit.unit_id, year) not in missing
            and all(record.is_final for record in found.records if record.year == year)
        ),
        state=state,
    )
