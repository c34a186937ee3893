"""The clock of a scenario: sentences set it, and nothing reads the wall's.

A sentence takes a second. When the date changes, what needs no decision is done at
midnight of the new day; a jump stops at the days in between on which something is due.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")
MORNING = time(9)
SENTENCE = timedelta(seconds=1)

DueDays = Callable[[date, date], Iterable[date]]


class ScenarioClock:
    """What time it is in a scenario.

    Args:
        due_days: The days after the first and before the last given on which something
            falls due.
        at_midnight: Does what is due at an instant.
    """

    def __init__(self, *, due_days: DueDays, at_midnight: Callable[[datetime], None]) -> None:
        self._due_days = due_days
        self._at_midnight = at_midnight
        self._now: datetime | None = None

    @property
    def now(self) -> datetime:
        if self._now is None:
            raise AssertionError('say first which day it is: Given the date is "..."')
        return self._now

    @property
    def today(self) -> date:
        return self.now.astimezone(EASTERN).date()

    def tick(self) -> None:
        """The next sentence comes a second after the one before it."""
        if self._now is not None:
            self._move(self._now + SENTENCE)

    def set_date(self, day: date) -> None:
        """It is nine in the morning of a day; on the day itself time just goes on."""
        morning = eastern(datetime.combine(day, MORNING))
        if self._now is None or day != self.today or morning > self._now:
            self.set_time(morning)

    def set_time(self, moment: datetime) -> None:
        """It is a later moment."""
        if self._now is not None and moment < self._now:
            raise AssertionError(f"it is {self._now.astimezone(EASTERN)}: no way back to {moment}")
        self._move(moment)

    def _move(self, moment: datetime) -> None:
        before = self._now
        if before is None:
            self._now = moment
            return
        first, last = (instant.astimezone(EASTERN).date() for instant in (before, moment))
        if first < last:
            for day in sorted({*self._due_days(first, last), last}):
                self._now = eastern(datetime.combine(day, time()))
                self._at_midnight(self._now)
        self._now = moment


def eastern(moment: datetime) -> datetime:
    """A moment of the program's clocks as an instant."""
    return moment.replace(tzinfo=EASTERN).astimezone(UTC)
