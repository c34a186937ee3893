"""When things happen in the demonstration of RGGI, and which real year stands in for which."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from trueup.demonstration.plants import Plant
from trueup.demonstration.stand_ins import YEARS
from trueup.demonstration.timetable import Days
from trueup.rules.program import Program

PERIOD = "2021-2023"
YEARS_LATER = 5
_OPENED_ON = date(2020, 12, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RggiTimetable(Days):
    """The days of the demonstration of RGGI: the same round each year."""

    def divided_on(self, year: int) -> date:
        """When the budget of a year is divided; the day of the rule is January 31."""
        return date(year, 1, 20)

    def auctioned_on(self, year: int) -> date:
        """When bids are taken, in the first quarter."""
        return date(year, 3, 10)

    def certified_on(self, year: int) -> date:
        """When most sources file their certification reports for a year."""
        return date(year + 1, 2, 20)

    def settled_on(self, year: int) -> date:
        """When deductions are run for a year, or for the whole period after its last."""
        return date(year + 1, 3, 11)


def rggi_timetable(program: Program) -> RggiTimetable:
    """The days of the demonstration by the program's own dates."""
    period = program.period_named(PERIOD)
    return RggiTimetable(
        program=program,
        period=period,
        opened_on=_OPENED_ON,
        sessions=tuple(date(year, month, 12) for year in period.vintages for month in range(4, 13)),
        late_sessions=(),
        deducted_on=date(period.last_year + 1, 3, 11),
    )


def without_late_dates(plant: Plant) -> Plant:
    """A plant whose units have no dates of the real years: what did not run emits nothing."""
    units = []
    for unit in plant.units:
        begun = unit.operating_from
        known = begun if begun is not None and begun.year < YEARS[0] else None
        units.append(replace(unit, operating_from=known, retired_on=None))
    return replace(plant, units=tuple(units))
