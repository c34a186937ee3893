"""Which units have complete data for which years, by whatever location reported them.

A year is complete if it was reported whole, or if each of its quarters was in which the
unit existed: for the unit itself, or for every stack that serves it.

Source: 40 CFR 62.16345(a)(2), (7)-(8); 62.16540(a)(2), (7); MASS-153 to MASS-155.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from trueup.emissions.calendar_quarters import QUARTERS
from trueup.emissions.locations import Location, Locations

Reported = Collection[tuple[int, int, int]]  # Location, year, quarter (0: the whole year).
UnitYears = list[tuple[str, int]]
UnitQuarters = list[tuple[str, int, int]]


def missing(
    facility: int,
    known: Locations,
    reported: Reported,
    years: Iterable[int],
    *,
    stacks: Mapping[int, Sequence[Location]],
) -> tuple[UnitYears, UnitQuarters]:
    """Units with the years, and the quarters, that are not reported anywhere.

    Args:
        stacks: By the unit's key, the stacks whose reports stand for the unit's own.

    Source: 40 CFR 62.16345(a)(2), (7)-(8); 62.16540(a)(7); MASS-159.
    """
    found = set(reported)
    incomplete: UnitYears = []
    quarters: UnitQuarters = []
    wanted = list(years)
    for unit in known.units.get(facility, []):
        own = known.of_facility[facility][unit.unit_id]
        for year in wanted:
            if not unit.owes_data_for(year) or _has_whole_year(own, year, found):
                continue
            lacking = [
                (unit.unit_id, year, quarter)
                for quarter in QUARTERS
                if own.existing_days(year, quarter) is not None
                and not _is_covered(own, stacks.get(unit.id, ()), year, quarter, found)
            ]
            if lacking:
                incomplete.append((unit.unit_id, year))
                quarters.extend(lacking)
    return incomplete, quarters


def _has_whole_year(own: Location, year: int, reported: set[tuple[int, int, int]]) -> bool:
    """Whether a unit's own year is reported, or all its quarters: so it nearly always is."""
    key = own.id
    return key is not None and (
        (key, year, 0) in reported or all((key, year, quarter) in reported for quarter in QUARTERS)
    )


def _is_covered(
    own: Location,
    stacks: Sequence[Location],
    year: int,
    quarter: int,
    reported: set[tuple[int, int, int]],
) -> bool:
    """Whether a unit's quarter is reported for itself, or for every stack that serves it."""

    def is_reported(location: Location) -> bool:
        key = location.id
        return key is not None and not reported.isdisjoint({(key, year, quarter), (key, year, 0)})

    serving = [stack for stack in stacks if stack.existing_days(year, quarter) is not None]
    return is_reported(own) or (bool(serving) and all(is_reported(stack) for stack in serving))
