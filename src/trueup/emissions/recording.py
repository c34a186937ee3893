"""Decide what a set of reported rows changes, and record it; nothing is overwritten.

A row becomes the next version of its location's quarter or year. What cannot stand
beside it (the year against its quarters, a stack against a unit that it serves) is
refused, or withdrawn where the row is a resubmission or an adjustment.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Exists, OuterRef

from trueup.accounts.models import Facility
from trueup.audit.statements import among, insert_many_returning_ids
from trueup.emissions.locations import Location, Locations, ensure
from trueup.emissions.models import EmissionRecord
from trueup.emissions.quantities import to_whole
from trueup.emissions.refusals import CountedTwice, DuplicateRecord
from trueup.rules.refusal import Refusal

QUANTITIES = ("co2_tons", "gross_mwh", "net_mwh", "useful_thermal_mwh", "operating_hours")
Quantities = tuple[Decimal | None, ...]  # In the order of QUANTITIES.


class Period(NamedTuple):
    """A location's quarter, or its whole year if the quarter is 0."""

    facility: int
    location_id: str
    year: int
    quarter: int

    def __str__(self) -> str:
        when = f"{self.year}" + (f" quarter {self.quarter}" if self.quarter else "")
        return f"{self.location_id} in {when}"


@dataclass(frozen=True, slots=True)
class Current:
    """The highest version of a record."""

    id: int
    location: int
    version: int
    quantities: Quantities

    @property
    def is_missing(self) -> bool:
        """Whether it holds no mass, as a blank or a withdrawn record."""
        return self.quantities[0] is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A reported row whose location has been found.

    Attributes:
        hours_reported: Of an hourly file: hours with a value.
        year_to_date_tons: Running total that the report states.
    """

    location: Location
    year: int
    quarter: int
    quantities: Quantities
    hours_reported: int | None = None
    year_to_date_tons: Decimal | None = None
    line: int | None = None

    @property
    def period(self) -> Period:
        return Period(self.location.facility, self.location.location_id, self.year, self.quarter)


@dataclass(slots=True)
class Plan:
    """What is to be written, and why it may not be."""

    new: list[Row] = field(default_factory=list)
    withdrawn: set[Period] = field(default_factory=set)
    superseded: int = 0
    unchanged: int = 0
    refusals: list[Refusal] = field(default_factory=list)


def lock(facilities: Iterable[int]) -> None:
    """Let nobody else record emissions of these facilities until the transaction ends."""
    rows = Facility.objects.filter(id__in=among(facilities)).order_by("id")
    list(rows.select_for_update(no_key=True).values_list("id"))


def current_records(*, locations: Locations, years: Iterable[int]) -> dict[Period, Current]:
    """The current record of each location and period of some years, in one statement."""
    rows = EmissionRecord.objects.filter(
        ~newer_version_exists(),
        year__in=sorted(set(years)),
        location__facility_id__in=among(locations.facilities),
    )
    place = ("location__facility_id", "location__location_id")
    found = {}
    for key, location, facility, name, year, quarter, version, *quantities in rows.values_list(
        "id", "location_id", *place, "year", "quarter", "version", *QUANTITIES
    ):
        # By name: somebody may have given the location its row since it was looked up.
        period = Period(facility, name, year, quarter)
        found[period] = Current(key, location, version, tuple(quantities))
    return found


def newer_version_exists() -> Exists:
    """Whether a record has been replaced."""
    return Exists(
        EmissionRecord.objects.filter(
            location=OuterRef("location"),
            year=OuterRef("year"),
            quarter=OuterRef("quarter"),
            version=OuterRef("version") + 1,
        )
    )


def plan(
    rows: Sequence[Row], current: Mapping[Period, Current], locations: Locations, *, replaces: bool
) -> Plan:
    """Decide what rows change.

    Args:
        replaces: The rows take the place of what was reported before (a resubmission or
            an adjustment); else a second report is refused.

    Source: 40 CFR 62.16345(a)(7)-(8); MASS-155, PLAT-070, PLAT-073.
    """
    planned = Plan()
    related = _Related(locations)
    reported = {period for period, record in current.items() if not record.is_missing}
    incoming = {row.period: row for row in rows}
    for row in rows:
        before = current.get(row.period)
        is_reported = before is not None and not before.is_missing
        is_same = before is not None and before.quantities == row.quantities
        if is_same and (replaces or not is_reported):
            planned.unchanged += 1
            continue
        if is_reported and not replaces:
            sentence = f"{row.period} has been reported already; a resubmission replaces it."
            planned.refusals.append(DuplicateRecord(sentence, row=row.line))
            continue
        planned.new.append(row)
        planned.superseded += before is not None
        if row.quantities[0] is None:
            continue
        for other in sorted(set(related.periods(row))):
            beside = incoming.get(other)
            if beside is not None and beside.quantities[0] is not None:
                planned.refusals.append(_clash(row, other, f"on line {beside.line}"))
            elif beside is None and other in reported and replaces:
                planned.withdrawn.add(other)
            elif beside is None and other in reported:
                planned.refusals.append(_clash(row, other, "already"))
    return planned


def _clash(row: Row, other: Period, where: str) -> Refusal:
    kind = DuplicateRecord if other.location_id == row.location.location_id else CountedTwice
    sentence = f"{row.period} cannot be counted beside {other}, which is reported {where}."
    return kind(sentence, row=row.line)


class _Related:
    """Which periods hold the same mass as a row's."""

    def __init__(self, locations: Locations) -> None:
        self.locations = locations
        self._stacks: dict[int, dict[int, list[Location]]] = {}

    def periods(self, row: Row) -> Iterator[Period]:
        """The year of a quarter or the quarters of a year; of stack and units all of them."""
        quarters = (1, 2, 3, 4) if row.quarter == 0 else (0,)
        facility = row.location.facility
        for quarter in quarters:
            yield row.period._replace(quarter=quarter)
        for name in self._names(row.location):
            for quarter in (*quarters, row.quarter):
                yield Period(facility, name, row.year, quarter)

    def _names(self, location: Location) -> Iterator[str]:
        facility = location.facility
        if location.unit is not None:
            if facility not in self._stacks:
                self._stacks[facility] = self.locations.stacks_of(facility)
            yield from (
                stack.location_id for stack in self._stacks[facility].get(location.unit, [])
            )
        else:
            for unit in self.locations.units.get(facility, []):
                if unit.id in location.serves:
                    yield unit.unit_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who reports, when, in which file, and why if it is a change."""

    kind: str
    actor: str
    recorded_at: datetime
    file: int | None = None
    ground: str = ""


def write(planned: Plan, current: Mapping[Period, Current], origin: Origin) -> list[int]:
    """Record what was planned; gives the keys of the new versions, in the order of `new`."""
    places = {row.period[:2]: row.location for row in planned.new}
    keys = ensure(list(places.values()))
    values = [
        _values(row.period, keys[row.period[:2]], row.quantities, current, origin)
        for row in planned.new
    ]
    ids = insert_many_returning_ids(EmissionRecord, values)
    if planned.withdrawn:
        ground = "The mass is reported for another location or period now."
        withdrawal = replace(origin, kind="withdrawn", ground=ground)
        withdraw(sorted(planned.withdrawn), current, withdrawal)
    return ids


def withdraw(
    periods: Sequence[Period], current: Mapping[Period, Current], origin: Origin
) -> list[int]:
    """Record that these periods hold no mass any more; what they held stays readable."""
    nothing: Quantities = (None,) * len(QUANTITIES)
    return insert_many_returning_ids(
        EmissionRecord,
        [_values(period, current[period].location, nothing, current, origin) for period in periods],
    )


def _values(
    period: Period,
    location: int,
    quantities: Quantities,
    current: Mapping[Period, Current],
    origin: Origin,
) -> dict[str, object]:
    before = current.get(period)
    whole = (None if quantity is None else to_whole(quantity) for quantity in quantities)
    return {
        "location_id": location,
        "year": period.year,
        "quarter": period.quarter,
        "version": 1 if before is None else before.version + 1,
        "kind": origin.kind,
        **dict(zip(QUANTITIES, whole, strict=True)),
        "file_id": origin.file,
        "actor": origin.actor,
        "recorded_at": origin.recorded_at,
        "ground": origin.ground,
    }
