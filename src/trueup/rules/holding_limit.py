"""How much one group of owners may hold: a program value, checked by whoever moves instruments.

The limit follows from the year's budget, as California's does: a part of a base amount, and
a smaller part of what the budget has above the base.

Source: PLAT-112 (holdings by owner group); 17 CCR 95920(b) to (d), as an example of values.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

_WHOLE = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingLimit:
    """What of a year's budget a group may hold, all vintages together.

    Attributes:
        counted_in: Kinds of accounts whose holdings count.
        base: Instruments of which `base_percent` may be held.
        above_percent: Of the budget above the base, what may be held besides.
    """

    counted_in: frozenset[str]
    base: int
    base_percent: Decimal
    above_percent: Decimal

    def __post_init__(self) -> None:
        if not self.counted_in:
            raise ValueError("a limit counts some kind of account")
        for percent in (self.base_percent, self.above_percent):
            if not 0 <= percent <= _WHOLE:
                raise ValueError(f"a share is between 0 and 100 percent, not {percent}")

    def of_budget(self, budget: int) -> int:
        """The most that a group may hold while the year's budget is this, rounded down.

        A budget below the base is its own base.

        Source: 17 CCR 95920(d), the formula; docs/decisions/0365.
        """
        if budget < 0:
            raise ValueError(f"a budget is not negative: {budget}")
        base = min(self.base, budget)
        allowed = base * self.base_percent + (budget - base) * self.above_percent
        return int((allowed / _WHOLE).to_integral_value(rounding=ROUND_FLOOR))


def held_after(
    *, source: int, destination: int, quantity: int, group: Collection[int], held: Mapping[int, int]
) -> int:
    """What a group would hold after a transfer; within the group nothing changes.

    Args:
        group: The accounts of the group that count.
        held: By account.

    Source: PLAT-112; docs/decisions/0365.
    """
    total = sum(held.get(account, 0) for account in group)
    if destination in group and source not in group:
        return total + quantity
    if source in group and destination not in group:
        return total - quantity
    return total
