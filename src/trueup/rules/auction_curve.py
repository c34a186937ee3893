"""What an auction's picture shows: supply and demand as steps, prices against quantities.

Source: RGGI-041, RGGI-045; PLAT-066.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from trueup.rules.auction import Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From one quantity to another at one price.

    Attributes:
        start, end: Allowances, counted from the first that is sold.
    """

    price_cents: int
    start: int
    end: int

    @property
    def quantity(self) -> int:
        return self.end - self.start


def demand(bids: Iterable[tuple[int, int]]) -> list[Step]:
    """How much is asked for at each price or above, the highest price first.

    Args:
        bids: Price in cents and quantity of each.

    Source: RGGI-041.
    """
    wanted: dict[int, int] = {}
    for price, quantity in bids:
        wanted[price] = wanted.get(price, 0) + quantity
    return _steps((price, wanted[price]) for price in sorted(wanted, reverse=True) if wanted[price])


def supply(offer: Offer) -> list[Step]:
    """How much is offered at each price: all at the reserve price, more above a trigger.

    Source: RGGI-041; PLAT-066.
    """
    tiers = sorted(offer.containment, key=lambda of: of.trigger_cents)
    return _steps(
        [
            (offer.reserve_price_cents, offer.quantity),
            *((tier.trigger_cents, sum(tier.quantities.values())) for tier in tiers),
        ]
    )


def demand_is_public(*, winners: int, least: int) -> bool:
    """Whether it may be told at which prices the winners bid, without their names.

    Of few winners it would tell what each of them bid. `least` 0 stands for never; losing
    bids are never told.

    Source: RGGI-045; docs/decisions/0347.
    """
    return least > 0 and winners >= least


def _steps(parts: Iterable[tuple[int, int]]) -> list[Step]:
    found: list[Step] = []
    start = 0
    for price, quantity in parts:
        if quantity:
            found.append(Step(price_cents=price, start=start, end=start + quantity))
            start += quantity
    return found


def points(steps: Sequence[Step]) -> list[tuple[int, int]]:
    """The corners of a curve of steps: quantity and price in cents, from left to right.

    Source: RGGI-045.
    """
    found: list[tuple[int, int]] = []
    for step in steps:
        found += [(step.start, step.price_cents), (step.end, step.price_cents)]
    return found
