"""Assurance levels: what a State's sources may emit together before more is owed.

Allowances of one State are good in another, so a State's sources can emit more than the
State's budget. Where they emit more than its assurance level, those groups of sources pay
whose emissions are above their own share of the level: two allowances for each ton, shared
by how far each is above.

Source: 40 CFR 97.402 “Common designated representative's share”, 97.406(c)(2), 97.425(b), as
an example of the values; docs/decisions/0366.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Generic, TypeVar

from trueup.rules.periods import YearlyDate
from trueup.rules.rows import read_rows

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True, kw_only=True)
class AssuranceRules:
    """A program's assurance levels and what emissions above them cost.

    Attributes:
        levels: Tons by State and year.
        ratio: Allowances in all for a ton above the level.
        due: When they must be held, in the year after the emissions.
    """

    levels: Mapping[tuple[str, int], Decimal]
    ratio: int
    due: YearlyDate

    def level(self, jurisdiction: str, year: int) -> Decimal | None:
        """The assurance level of a State in a year; None where it has none.

        Source: 40 CFR 97.410(a) and (b).
        """
        return self.levels.get((jurisdiction, year))


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTons(Generic[Key]):
    """What the sources of one group in one State emitted, and were allocated, in a year."""

    group: Key
    tons: int
    allocated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupShare(Generic[Key]):
    """What a group's part in a State's excess is.

    Attributes:
        share: Its part of the State's assurance level, by its allocations.
        above: Tons above that; 0 if there are none.
        due: Allowances owed for its part of the State's tons above the level.
    """

    group: Key
    tons: int
    share: Fraction
    above: Fraction
    due: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StateResult(Generic[Key]):
    """A State's emissions in a year against its assurance level."""

    level: Decimal
    tons: int
    groups: tuple[GroupShare[Key], ...]

    @property
    def above(self) -> Fraction:
        """Tons above the level; 0 if there are none."""
        return max(Fraction(0), self.tons - Fraction(self.level))

    @property
    def due(self) -> int:
        return sum(group.due for group in self.groups)


def assess(groups: Sequence[GroupTons[Key]], *, level: Decimal, ratio: int) -> StateResult[Key]:
    """What each group of a State owes for emissions above the State's assurance level.

    A group's share of the level is in proportion to its allocations; what a group owes is
    the ratio times the State's tons above the level times the group's part of all tons
    above the groups' shares, rounded to the nearest allowance, halves up.

    Raises ValueError for negative figures.

    Source: 40 CFR 97.406(c)(2)(i); 97.425(b)(4), (5).
    """
    if level < 0 or any(group.tons < 0 or group.allocated < 0 for group in groups):
        raise ValueError("neither a level, a mass nor an allocation is negative")
    total = sum(group.tons for group in groups)
    over = max(Fraction(0), total - Fraction(level))
    shares = _shares(groups, level=Fraction(level))
    above = [
        max(Fraction(0), group.tons - share) for group, share in zip(groups, shares, strict=True)
    ]
    sum_above = sum(above, Fraction(0))
    return StateResult(
        level=level,
        tons=total,
        groups=tuple(
            GroupShare(
                group=group.group,
                tons=group.tons,
                share=share,
                above=more,
                due=_nearest(ratio * over * more / sum_above) if over and sum_above else 0,
            )
            for group, share, more in zip(groups, shares, above, strict=True)
        ),
    )


def divide(due: int, tons: Mapping[Key, int]) -> dict[Key, int]:
    """What each source of a group owes of what the group owes: by its tons, all of it.

    By largest remainder; equal remainders go to the source that is named first.

    Source: docs/decisions/0366.
    """
    total = sum(tons.values())
    if not total:
        return dict.fromkeys(tons, 0)
    exact = {key: Fraction(due * of, total) for key, of in tons.items()}
    found = {key: int(part) for key, part in exact.items()}
    rest = due - sum(found.values())
    by_remainder = sorted(exact, key=lambda key: exact[key] - found[key], reverse=True)
    for key in by_remainder[:rest]:
        found[key] += 1
    return found


def read_levels(name: str) -> Mapping[tuple[str, int], Decimal]:
    """A table of assurance levels, by State and year.

    Raises ValueError for a State and year that are printed twice.

    Source: 40 CFR 97.410(a) and (b).
    """
    levels: dict[tuple[str, int], Decimal] = {}
    for number, row in enumerate(read_rows(name), start=1):
        key = (row["jurisdiction"], int(row["year"]))
        if key in levels:
            raise ValueError(f"{name}, row {number}: {key[0]} has two levels for {key[1]}")
        levels[key] = Decimal(row["assurance_level"])
    return MappingProxyType(levels)


def _shares(groups: Sequence[GroupTons[Key]], *, level: Fraction) -> list[Fraction]:
    """Each group's part of the level; where nothing was allocated nobody has any."""
    allocated = sum(group.allocated for group in groups)
    if not allocated:
        return [Fraction(0)] * len(groups)
    return [level * group.allocated / allocated for group in groups]


def _nearest(value: Fraction) -> int:
    """To the nearest whole number, halves up."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
