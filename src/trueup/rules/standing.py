"""Standing instructions: to whom parts of each issue of credits go, worked out on paper.

Source: 40 CFR 62.16530; PLAT-126; docs/decisions/0204.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What goes to one account of each issue.

    Attributes:
        key: Names the instruction.
        percent: Of the whole issue, rounded down to whole credits; None where `up_to` is set.
        up_to: So many credits of each issue; None where `percent` is set.
        priority: Lower numbers first; of equal ones the earlier instruction.
        from_vintage: First year of the MWh; `to_vintage` is the last; None is open.
        takes_part: Whether less than the whole is taken when less is left.
    """

    key: int
    percent: Fraction | None
    up_to: int | None
    priority: int
    from_vintage: int | None = None
    to_vintage: int | None = None
    takes_part: bool = True

    def __post_init__(self) -> None:
        if (self.percent is None) == (self.up_to is None):
            raise ValueError("a standing instruction has a percentage or a number of credits")

    def covers(self, vintage: int) -> bool:
        """Whether an issue of this year's MWh is concerned."""
        after = self.from_vintage is None or vintage >= self.from_vintage
        return after and (self.to_vintage is None or vintage <= self.to_vintage)

    def wanted(self, issued: int) -> int:
        """How many credits it asks for, of so many that are issued."""
        if self.percent is not None:
            return int(issued * self.percent / 100)
        return self.up_to or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What an instruction gets of an issue; nothing if too little was left."""

    key: int
    wanted: int
    given: int


def divide(
    issued: int, *, vintage: int, available: int, instructions: Sequence[Standing]
) -> tuple[Part, ...]:
    """Divide an issue among standing instructions, in their order, until nothing is left.

    Of 1,000 credits with 40 percent to A, then up to 500 to B, then 20 percent to C: A
    gets 400, B 500 and C, which takes part, the 100 that are left.

    Args:
        available: Of the issue, what its account still has: claims are met first.

    Source: PLAT-126; docs/decisions/0204.
    """
    left = available
    parts = []
    for one in sorted(instructions, key=lambda one: (one.priority, one.key)):
        if not one.covers(vintage):
            continue
        wanted = one.wanted(issued)
        given = wanted if wanted <= left else left if one.takes_part else 0
        left -= given
        parts.append(Part(key=one.key, wanted=wanted, given=given))
    return tuple(parts)
