"""Quarters of a calendar year: their days and their hours of local standard time."""

from __future__ import annotations

from datetime import date, timedelta

QUARTERS = (1, 2, 3, 4)


def quarter_of(day: date) -> int:
    """The quarter, 1 to 4, that a day is part of."""
    return (day.month - 1) // 3 + 1


def first_day(year: int, quarter: int) -> date:
    """The first day of a quarter, or of the whole year if the quarter is 0."""
    return date(year, max(quarter, 1) * 3 - 2, 1)


def last_day(year: int, quarter: int) -> date:
    """The last day of a quarter, or of the whole year if the quarter is 0."""
    if quarter in (0, 4):
        return date(year, 12, 31)
    return first_day(year, quarter + 1) - timedelta(days=1)


def hours_between(first: date, last: date) -> int:
    """The hours of these days, both included; standard time has 24 a day."""
    return ((last - first).days + 1) * 24
