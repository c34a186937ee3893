"""When things happen in the demonstration, and which real year stands in for which.

Real years are taken six years later: 2016 to 2018 for the first compliance period.
docs/decisions/0061 says why and what happens to dates of units.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from trueup.demonstration.plants import PlantUnit
from trueup.demonstration.stand_ins import YEARS
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program

YEARS_LATER = 6
PERIOD = "2022-2024"
OPENING_ON = date(2021, 5, 3)
_DAYS_BETWEEN_SESSIONS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Days that the demonstration of every program has, of one compliance period.

    Attributes:
        sessions: Days of trading before the deadline; `late_sessions` after it.
        deducted_on: The run of deductions, and the release of held transfers.
    """

    program: Program
    period: CompliancePeriod
    opened_on: date
    sessions: tuple[date, ...]
    late_sessions: tuple[date, ...]
    deducted_on: date

    def at(self, day: date, *, hour: int = 10, minute: int = 0) -> datetime:
        """An instant of a day in the program's time zone, in UTC."""
        return datetime.combine(day, time(hour, minute), self.program.zone).astimezone(UTC)

    def reported_on(self, year: int) -> date:
        """When the emissions of a year are reported and become final."""
        return date(year + 1, 2, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable(Days):
    """The days of the mass-based demonstration.

    Attributes:
        recorded_on: The units' allowances of the period; by the rule's date.
        next_recorded_on: Those of the next period; the last business day by the date.
    """

    next_period: CompliancePeriod
    recorded_on: date
    next_recorded_on: date

    def projected_on(self, year: int) -> date:
        """When projects file what they will generate in a year; the rule's day is June 1."""
        return date(year - 1, 5, 17)

    def decided_on(self, year: int) -> date:
        """When projects and projections for a year are approved."""
        return date(year - 1, 9, 15)

    def distributed_on(self, year: int) -> date:
        """When a year's renewable energy set-aside is recorded: the rule's day."""
        return date(year - 1, 12, 1)

    def metered_on(self, year: int) -> date:
        """When what was generated in a year is verified."""
        return date(year + 1, 5, 15)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateTimetable(Days):
    """The days of the rate-based demonstration: papers first, then a round a year.

    Attributes:
        applied_on: Eligibility applications; `registered_on` they are approved.
    """

    applied_on: date
    registered_on: date

    def metered_on(self, year: int) -> date:
        """When the M&V reports of a year are filed."""
        return date(year + 1, 3, 3)

    def verified_on(self, year: int) -> date:
        """When verifiers file their reports on them."""
        return date(year + 1, 4, 14)

    def noticed_on(self, year: int) -> date:
        """When the credits of a year are published for comment."""
        return date(year + 1, 4, 21)

    def issued_on(self, year: int) -> date:
        """When they are issued: comments are in, and the month of June is not over."""
        return date(year + 1, 6, 2)


def timetable(program: Program) -> Timetable:
    """The days of the demonstration by the program's own dates."""
    period = program.period_named(PERIOD)
    next_period = program.next_period(period)
    business_day = program.calendar.on_or_after
    deadline_on = program.deadline_on(period)
    recorded_on = program.recordation_on(period)
    next_recorded_on = program.recordation_on(next_period)
    while not program.is_business_day(next_recorded_on):
        next_recorded_on -= timedelta(days=1)
    first = recorded_on + timedelta(days=8)
    count = (deadline_on - first).days // _DAYS_BETWEEN_SESSIONS + 1
    return Timetable(
        program=program,
        period=period,
        next_period=next_period,
        opened_on=OPENING_ON,
        recorded_on=recorded_on,
        next_recorded_on=next_recorded_on,
        sessions=tuple(
            business_day(first + timedelta(days=_DAYS_BETWEEN_SESSIONS * n)) for n in range(count)
        ),
        late_sessions=tuple(business_day(deadline_on + timedelta(days=days)) for days in (1, 5, 8)),
        deducted_on=business_day(deadline_on + timedelta(days=18)),
    )


def rate_timetable(program: Program) -> RateTimetable:
    """The days of the rate-based demonstration by the program's own dates."""
    period = program.period_named(PERIOD)
    business_day = program.calendar.on_or_after
    deadline_on = program.deadline_on(period)
    first = date(period.first_year + 1, 6, 15)
    count = (deadline_on - first).days // _DAYS_BETWEEN_SESSIONS + 1
    return RateTimetable(
        program=program,
        period=period,
        opened_on=OPENING_ON,
        applied_on=date(2021, 6, 15),
        registered_on=date(2021, 9, 15),
        sessions=tuple(
            business_day(first + timedelta(days=_DAYS_BETWEEN_SESSIONS * n)) for n in range(count)
        ),
        late_sessions=tuple(business_day(deadline_on + timedelta(days=days)) for days in (1, 5, 8)),
        deducted_on=business_day(deadline_on + timedelta(days=18)),
    )


def stand_in_year(real_year: int) -> int:
    """The program's year for which a real year's figures stand in."""
    return real_year + YEARS_LATER


def operating_from(unit: PlantUnit) -> date | None:
    """First operation as it is registered: real if before the real years, else later."""
    begun = unit.operating_from
    return _later(begun) if begun is not None and begun.year >= YEARS[0] else begun


def retired_on(unit: PlantUnit) -> date | None:
    """Retirement as it is registered; not before the end of the last year with figures."""
    if unit.retired_on is None:
        return None
    last_year_ends_on = date(max(unit.figures), 12, 31)
    ran_later = last_year_ends_on.year > unit.retired_on.year
    return _later(last_year_ends_on if ran_later else unit.retired_on)


def _later(real: date) -> date:
    year = stand_in_year(real.year)
    # 2022 has no 29th of February.
    return date(year, 2, 28) if (real.month, real.day) == (2, 29) else real.replace(year=year)
