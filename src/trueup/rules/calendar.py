"""Computing time: business days, periods counted from an event, fixed dates.

Source: 40 CFR 62.16225; 62.16375 “Business day”.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from trueup.rules.refusal import Refusal, Refused
from trueup.rules.rows import read_rows

_DAY = timedelta(days=1)
_SATURDAY = 5


class YearNotInCalendar(Refusal):
    code = "calendar.year_not_in_calendar"
    cite = "40 CFR 62.16375 “Business day”"


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessCalendar:
    """Which days are business days, and how periods of days are counted.

    Attributes:
        holidays: Federal holidays, observed days included.
        first_year, last_year: Years for which the holidays are known.
        event_day_counts: Whether the day of the event is day 1 of a period (the rule's
            words) or the day after it (everyday counting).
    """

    holidays: frozenset[date]
    first_year: int
    last_year: int
    event_day_counts: bool = True

    def is_business_day(self, day: date) -> bool:
        """Whether a day falls neither on a weekend nor on a federal holiday.

        Raises Refused (`year_not_in_calendar`) where the holidays are not known.

        Source: 40 CFR 62.16375 “Business day”.
        """
        if not self.first_year <= day.year <= self.last_year:
            raise Refused(
                [
                    YearNotInCalendar(
                        f"Federal holidays are known from {self.first_year} to"
                        f" {self.last_year}; {day} cannot be computed."
                    )
                ]
            )
        return day.weekday() < _SATURDAY and day not in self.holidays

    def on_or_after(self, day: date) -> date:
        """The day itself if it is a business day, else the next business day.

        Source: 40 CFR 62.16225(c).
        """
        while not self.is_business_day(day):
            day += _DAY
        return day

    def days_from(self, event_on: date, days: int) -> date:
        """The last day of a period of days that begins with an event.

        If that is not a business day, the period is extended to the next one.

        Source: 40 CFR 62.16225(a) and (c).
        """
        _require_a_day(days)
        counted_before = 1 if self.event_day_counts else 0
        return self.on_or_after(event_on + timedelta(days=days - counted_before))

    def days_before(self, event_on: date, days: int) -> tuple[date, date]:
        """The first and the last day of a period that ends the day before an event.

        The last day is not extended: that would carry the period past its event.

        Source: 40 CFR 62.16225(b).
        """
        _require_a_day(days)
        return event_on - timedelta(days=days), event_on - _DAY

    def business_days_from(self, event_on: date, days: int) -> date:
        """The last day of a period counted in business days from an event.

        The day of the event is counted if it is a business day itself and the program
        reads 62.16225(a) so that the event's day counts.

        Source: 40 CFR 62.16225(a); 62.16335(a), (d) and (e); 62.16355.
        """
        _require_a_day(days)
        day = self.on_or_after(event_on if self.event_day_counts else event_on + _DAY)
        for _ in range(days - 1):
            day = self.on_or_after(day + _DAY)
        return day


def _require_a_day(days: int) -> None:
    if days < 1:
        raise ValueError(f"a period has at least one day: {days}")


def federal_calendar(*, event_day_counts: bool = True) -> BusinessCalendar:
    """The calendar of federal holidays as frozen in tables/federal_holidays.csv.

    Source: 40 CFR 62.16375 “Business day”; 5 U.S.C. 6103.
    """
    holidays = federal_holidays()
    return BusinessCalendar(
        holidays=holidays,
        first_year=min(holidays).year,
        last_year=max(holidays).year,
        event_day_counts=event_day_counts,
    )


@cache
def federal_holidays() -> frozenset[date]:
    """Every federal holiday of the table, with the days on which one is observed.

    Source: 5 U.S.C. 6103.
    """
    return frozenset(date.fromisoformat(row["date"]) for row in read_rows("federal_holidays.csv"))
