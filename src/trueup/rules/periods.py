"""Compliance periods: which years are settled together, and when.

Source: 40 CFR 62.16375 “Compliance period” and “Allowance transfer deadline”;
62.16220(c)(2); PLAT-079.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from trueup.rules.calendar import BusinessCalendar
from trueup.rules.refusal import Refusal, Refused

_NAME = re.compile(r"(\d{4})(?:-(\d{4}))?", re.ASCII)


class BeforeProgramStart(Refusal):
    code = "period.before_program_start"
    cite = "40 CFR 62.16220(c)(2)(i)"


class AfterProgramEnd(Refusal):
    code = "period.after_program_end"
    cite = "40 CFR 62.16375 “Compliance period”"


class NoSuchPeriod(Refusal):
    code = "period.no_such_period"
    cite = "40 CFR 62.16375 “Compliance period”"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class CompliancePeriod:
    """Calendar years whose emissions are settled together, once, after the last of them."""

    first_year: int
    last_year: int

    def __post_init__(self) -> None:
        if self.last_year < self.first_year:
            raise ValueError(f"a period runs forward: {self.first_year} to {self.last_year}")

    @classmethod
    def parse(cls, name: str) -> CompliancePeriod:
        """Read a period's name, `2022-2024`.

        Raises ValueError if it is not one.
        """
        years = _NAME.fullmatch(name.strip())
        if years is None:
            raise ValueError(f"{name!r} is not a period such as 2022-2024")
        return cls(first_year=int(years[1]), last_year=int(years[2] or years[1]))

    @property
    def name(self) -> str:
        """Its years, `2022-2024`; a single year is named alone."""
        if self.first_year == self.last_year:
            return str(self.first_year)
        return f"{self.first_year}-{self.last_year}"

    @property
    def vintages(self) -> tuple[int, ...]:
        return tuple(range(self.first_year, self.last_year + 1))

    @property
    def first_day(self) -> date:
        return date(self.first_year, 1, 1)

    @property
    def last_day(self) -> date:
        return date(self.last_year, 12, 31)

    @property
    def days(self) -> int:
        """Each day is a separate violation where there are excess emissions.

        Source: 40 CFR 62.16220(c)(1)(ii)(B).
        """
        return (self.last_day - self.first_day).days + 1

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodSchedule:
    """A program's periods: the printed ones, then periods of equal length without end.

    Attributes:
        printed: Periods in order, each beginning the year after the one before it.
        then_years: Length of every later period; 0 if the program ends with the last.

    Raises ValueError if the printed periods overlap or leave a gap.
    """

    printed: tuple[CompliancePeriod, ...]
    then_years: int

    def __post_init__(self) -> None:
        if not self.printed:
            raise ValueError("a schedule has at least one period")
        if self.then_years < 0:
            raise ValueError(f"a period has no negative length: {self.then_years}")
        for earlier, later in pairwise(self.printed):
            if later.first_year <= earlier.last_year:
                raise ValueError(f"{later} overlaps {earlier}")
            if later.first_year > earlier.last_year + 1:
                raise ValueError(f"a gap lies between {earlier} and {later}")

    def of_year(self, year: int) -> CompliancePeriod:
        """The compliance period that a calendar year is part of.

        Raises Refused (`before_program_start`, `after_program_end`).

        Source: 40 CFR 62.16375 “Compliance period”; 62.16220(c)(2)(i).
        """
        start = self.printed[0].first_year
        if year < start:
            raise Refused([BeforeProgramStart(f"{year} is before the program starts, in {start}.")])
        for period in self.printed:
            if year <= period.last_year:
                return period
        end = self.printed[-1].last_year
        if not self.then_years:
            raise Refused([AfterProgramEnd(f"{year} is after the program ends, in {end}.")])
        first_year = year - (year - end - 1) % self.then_years
        return CompliancePeriod(first_year=first_year, last_year=first_year + self.then_years - 1)

    def named(self, name: str) -> CompliancePeriod:
        """The compliance period of a name such as `2022-2024`.

        Raises Refused (`no_such_period`) if the program has no period of these years.

        Source: 40 CFR 62.16375 “Compliance period”.
        """
        try:
            period = CompliancePeriod.parse(name)
            if self.of_year(period.first_year) == period:
                return period
        except (ValueError, Refused):
            pass
        raise Refused(
            [NoSuchPeriod(f"“{name}” is not a compliance period such as {self.printed[0]}.")]
        )

    def after(self, period: CompliancePeriod) -> CompliancePeriod:
        """The compliance period that follows immediately.

        Raises Refused (`after_program_end`) after the last one.

        Source: 40 CFR 62.16220(c)(3)(ii).
        """
        return self.of_year(period.last_year + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class YearlyDate:
    """A day of the year that a program names relative to a period, `May 1 after it`."""

    month: int
    day: int

    def __post_init__(self) -> None:
        self.in_year(2001)

    def in_year(self, year: int) -> date:
        """The printed date in a year, before any roll to a business day."""
        return date(year, self.month, self.day)


def transfer_deadline_on(
    period: CompliancePeriod, *, printed: YearlyDate, calendar: BusinessCalendar | None
) -> date:
    """The day at whose midnight a period's transfers must have been submitted.

    It is the printed day of the year after the period, or the next business day if
    that is none; a program without that roll-over passes no calendar.

    Source: 40 CFR 62.16375 “Allowance transfer deadline”.
    """
    day = printed.in_year(period.last_year + 1)
    return calendar.on_or_after(day) if calendar else day


def midnight(day: date, *, zone: ZoneInfo, at_end_of_day: bool = True) -> datetime:
    """Midnight of a day, in UTC: 24:00 of the day, or 00:00 by the other reading.

    What is submitted at this very instant is on time.

    Source: 40 CFR 62.16375 “Allowance transfer deadline”.
    """
    if at_end_of_day:
        day += timedelta(days=1)
    return datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
