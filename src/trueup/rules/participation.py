"""Which States take part in a program, and from when until when.

Source: RGGI-001, RGGI-002.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from trueup.rules.rows import read_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Participation:
    """A span of time in which a State takes part; None: no end is known."""

    state: str
    first_day: date
    last_day: date | None

    def covers(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Applicability:
    """Which units a program covers.

    Attributes:
        threshold_mw: Of nameplate capacity.
        is_inclusive: Whether a unit of exactly that capacity is covered.
        fuels: One of them is burned.
    """

    threshold_mw: Decimal
    is_inclusive: bool
    fuels: frozenset[str]
    states: tuple[Participation, ...]


def read_participation(name: str) -> tuple[Participation, ...]:
    """The dated list of a table; a State may stand in it several times.

    Raises ValueError for two spans of one State that overlap.

    Source: RGGI-002.
    """
    found: list[Participation] = []
    for row in read_rows(name):
        span = Participation(
            state=row["code"],
            first_day=date.fromisoformat(row["first_day"]),
            last_day=date.fromisoformat(row["last_day"]) if row["last_day"] else None,
        )
        if any(other.state == span.state and other.covers(span.first_day) for other in found):
            raise ValueError(f"{name}: {span.state} takes part twice on {span.first_day}")
        found.append(span)
    return tuple(found)


def takes_part(states: Sequence[Participation], *, state: str, day: date) -> bool:
    """Whether a State takes part on a day.

    Source: RGGI-002.
    """
    return any(span.state == state and span.covers(day) for span in states)


def is_covered(
    applies: Applicability, *, state: str, day: date, nameplate_mw: Decimal, fuel: str
) -> bool:
    """Whether a unit is covered: its State takes part, and it is large enough and fossil.

    Source: RGGI-001, RGGI-002.
    """
    large = nameplate_mw > applies.threshold_mw or (
        applies.is_inclusive and nameplate_mw == applies.threshold_mw
    )
    return large and fuel in applies.fuels and takes_part(applies.states, state=state, day=day)
