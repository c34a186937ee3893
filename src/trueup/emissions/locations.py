"""Monitoring locations: which there are, whom they serve, and when they existed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityEntry, UnitEntry
from trueup.audit.statements import among, insert_many
from trueup.emissions.calendar_quarters import first_day, last_day
from trueup.emissions.models import LocationUnit, MonitoringLocation


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A unit, or a stack with the units that it serves.

    Attributes:
        id: Key of its row; None for a unit of which nothing was reported yet.
        unit: The unit's key; None for a stack.
        serves: Keys of the units that a stack serves.
    """

    id: int | None
    facility: int
    location_id: str
    unit: int | None
    serves: frozenset[int]
    operating_from: date | None
    retired_on: date | None

    def existing_days(self, year: int, quarter: int) -> tuple[date, date] | None:
        """The first and last day of a quarter, or year, on which it existed, if any."""
        first, last = first_day(year, quarter), last_day(year, quarter)
        if self.operating_from is not None:
            first = max(first, self.operating_from)
        if self.retired_on is not None:
            last = min(last, self.retired_on)
        return (first, last) if first <= last else None


@dataclass(slots=True)
class Locations:
    """All locations of some facilities."""

    facilities: dict[int, FacilityEntry] = field(default_factory=dict)
    units: dict[int, list[UnitEntry]] = field(default_factory=dict)
    of_facility: dict[int, dict[str, Location]] = field(default_factory=dict)
    by_id: dict[int, Location] = field(default_factory=dict)

    def stacks_of(self, facility: int) -> dict[int, list[Location]]:
        """The stacks that serve each unit of a facility."""
        stacks: dict[int, list[Location]] = defaultdict(list)
        for location in self.of_facility.get(facility, {}).values():
            for unit in location.serves:
                stacks[unit].append(location)
        return stacks

    def unit_ids(self, location: Location) -> tuple[str, ...]:
        """The ids of the units that a location is or serves."""
        keys = location.serves if location.unit is None else {location.unit}
        units = self.units.get(location.facility, [])
        return tuple(unit.unit_id for unit in units if unit.id in keys)


class _Place(NamedTuple):
    id: int
    facility_id: int
    location_id: str
    unit_id: int | None
    operating_from: date | None
    retired_on: date | None


def load(facilities: Iterable[int]) -> Locations:
    """The locations of some facilities, in four statements."""
    wanted = list(facilities)
    found = Locations(facilities=accounts.facilities_by_id(wanted), units=accounts.units_of(wanted))
    rows = MonitoringLocation.objects.filter(facility_id__in=among(wanted))
    serves: dict[int, set[int]] = defaultdict(set)
    links = LocationUnit.objects.filter(location__facility_id__in=among(wanted))
    for location_id, unit_id in links.values_list("location_id", "unit_id"):
        serves[location_id].add(unit_id)
    keys: dict[int, int] = {}
    stacks = []
    for place in map(_Place._make, rows.values_list(*_Place._fields)):
        if place.unit_id is not None:
            keys[place.unit_id] = place.id
        else:
            stacks.append(
                Location(
                    id=place.id,
                    facility=place.facility_id,
                    location_id=place.location_id,
                    unit=None,
                    serves=frozenset(serves[place.id]),
                    operating_from=place.operating_from,
                    retired_on=place.retired_on,
                )
            )
    own = (_of_unit(unit, keys) for units in found.units.values() for unit in units)
    for location in (*own, *stacks):
        found.of_facility.setdefault(location.facility, {})[location.location_id] = location
        if location.id is not None:
            found.by_id[location.id] = location
    return found


def _of_unit(unit: UnitEntry, keys: dict[int, int]) -> Location:
    return Location(
        id=keys.get(unit.id),
        facility=unit.facility,
        location_id=unit.unit_id,
        unit=unit.id,
        serves=frozenset(),
        operating_from=unit.operating_from,
        retired_on=unit.retired_on,
    )


def ensure(locations: Sequence[Location]) -> dict[tuple[int, str], int]:
    """The keys of locations; units that have no row yet are given one."""
    new: list[dict[str, Any]] = [
        {
            "facility_id": location.facility,
            "location_id": location.location_id,
            "unit_id": location.unit,
        }
        for location in locations
        if location.id is None
    ]
    keys = {
        (location.facility, location.location_id): location.id
        for location in locations
        if location.id is not None
    }
    if new:
        insert_many(MonitoringLocation, new, ignore=True)
        units = [row["unit_id"] for row in new]
        rows = MonitoringLocation.objects.filter(unit_id__in=among(units))
        for key, facility, name in rows.values_list("id", "facility_id", "location_id"):
            keys[facility, name] = key
    return keys


def known_names() -> frozenset[tuple[str, str]]:
    """Every facility, by ORIS code and by name, with each of its locations.

    What a file names beyond these is unknown to the registry.
    """
    from trueup.accounts.models import AffectedUnit

    fields = ("facility__oris_code", "facility__name")
    units = AffectedUnit.objects.values_list(*fields, "unit_id")
    stacks = MonitoringLocation.objects.filter(unit=None).values_list(*fields, "location_id")
    names = set()
    for oris_code, facility, location in (*units, *stacks):
        names.add((str(oris_code), location))
        names.add((facility, location))
    return frozenset(names)
