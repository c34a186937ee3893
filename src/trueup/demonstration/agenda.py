"""An agenda of days: what is done on each, and what acts put further acts on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Protocol


class Progress(Protocol):
    """Is told what is being done, and how many days of how many are over."""

    def __call__(self, what: str, done: int, total: int, /) -> None: ...


class Agenda:
    """Acts by the day on which they are due; each says in words what it did.

    Acts put further acts on the agenda, and the days are gone through in order, so what is
    recorded has the order that it would have had.
    """

    def __init__(self, *, until: date, progress: Progress) -> None:
        self.until = until
        self.progress = progress
        self._acts: dict[date, list[Callable[[date], str]]] = defaultdict(list)

    def on(self, day: date, act: Callable[[date], str]) -> None:
        """Put an act on the agenda."""
        self._acts[day].append(act)

    def go_through(self) -> None:
        """Do what is due, day by day; what is due after `until` is left."""
        first = min(self._acts)
        while self._acts:
            day = min(self._acts)
            if day > self.until:
                break
            for act in self._acts.pop(day):
                what = act(day)
                self.progress(f"{day}: {what}", (day - first).days, (self.until - first).days)
