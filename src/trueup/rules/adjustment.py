"""Adjustments of a settlement after audit or appeal: what more is deducted, what returns.

Source: 40 CFR 62.16370; 62.16355; 78.1(b)(18)(vi) and (vii).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from trueup.rules.deduction import (
    Block,
    Settlement,
    in_order_of_deduction,
    joined,
    quantity_of,
    take,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """What an adjustment of emissions changes in a settlement.

    Attributes:
        settlement: The outcome as adjusted.
        returned: Blocks that go back to the account, the last deducted first.
        for_emissions, for_excess: Blocks deducted in addition, in order.
    """

    settlement: Settlement
    returned: tuple[Block, ...]
    for_emissions: tuple[Block, ...]
    for_excess: tuple[Block, ...]


def adjust(
    settled: Settlement,
    *,
    emissions_tons: int,
    held: Iterable[Block],
    vintage_max: int,
    excess_multiplier: int,
    excess_vintage_max: int,
) -> Adjustment:
    """Settle a facility again after its emissions of a settled period were adjusted.

    Tons that are added are covered from what is held now and available, and are excess
    emissions as far as that does not suffice. Tons that are taken away reduce the
    excess emissions first; the serial numbers deducted last go back.

    Raises ValueError if `emissions_tons` is negative, which is a caller's bug.

    Source: 40 CFR 62.16370; 62.16340(b) and (d).
    """
    if emissions_tons < 0:
        raise ValueError(f"emissions_tons must not be negative: {emissions_tons}")
    added_tons = max(emissions_tons - settled.obligation, 0)
    ordered = in_order_of_deduction(held)
    covering, left = take(ordered, quantity=added_tons, vintage_max=vintage_max)
    too_many = max(settled.deducted - emissions_tons, 0)
    kept, uncovered = give_back(settled.for_emissions, quantity=too_many)

    excess = emissions_tons - quantity_of(kept) - quantity_of(covering)
    excess_due = excess_multiplier * excess
    overpaid = max(settled.excess_deducted - excess_due, 0)
    kept_for_excess, repaid = give_back(settled.for_excess, quantity=overpaid)
    still_due = excess_due - quantity_of(kept_for_excess)
    made_good, _ = take(left, quantity=still_due, vintage_max=excess_vintage_max)

    return Adjustment(
        settlement=Settlement(
            obligation=emissions_tons,
            for_emissions=(*kept, *joined(covering)),
            excess_due=excess_due,
            for_excess=(*kept_for_excess, *joined(made_good)),
        ),
        returned=(*repaid, *uncovered),
        for_emissions=joined(covering),
        for_excess=joined(made_good),
    )


def without_invalid(
    settled: Settlement,
    *,
    is_valid: Callable[[Block], Sequence[tuple[Block, bool]]],
    held: Iterable[Block],
    excess_multiplier: int,
    excess_vintage_max: int,
) -> Adjustment:
    """Settle again what was met with credits that prove invalid.

    They had to be valid and held by the deadline: what they covered is a shortfall now,
    which is owed as often as the program says, from what is held.

    Args:
        is_valid: Cuts a block into parts that are valid and parts that are not.

    Source: 40 CFR 62.16420(c)(4), (c)(5)(iv); 62.16535(d); RATE-029; AMB-11.
    """
    kept, invalid = _divided(settled.for_emissions, is_valid)
    kept_for_excess, invalid_for_excess = _divided(settled.for_excess, is_valid)
    excess_due = settled.excess_due + excess_multiplier * quantity_of(invalid)
    still_due = max(excess_due - quantity_of(kept_for_excess), 0)
    made_good, _ = take(
        in_order_of_deduction(held), quantity=still_due, vintage_max=excess_vintage_max
    )
    return Adjustment(
        settlement=Settlement(
            obligation=settled.obligation,
            for_emissions=kept,
            excess_due=excess_due,
            for_excess=(*kept_for_excess, *joined(made_good)),
        ),
        returned=(*invalid, *invalid_for_excess),
        for_emissions=(),
        for_excess=joined(made_good),
    )


def _divided(
    blocks: Iterable[Block], is_valid: Callable[[Block], Sequence[tuple[Block, bool]]]
) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    parts = [part for block in blocks for part in is_valid(block)]
    return (
        tuple(part for part, valid in parts if valid),
        tuple(part for part, valid in parts if not valid),
    )


def give_back(
    deducted: Sequence[Block], *, quantity: int
) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """What stays deducted, in order, and what goes back: the serial numbers deducted last.

    Of a block that is split the highest serial numbers go back.

    Raises ValueError if fewer were deducted, which is a caller's bug.

    Source: 40 CFR 62.16355; 62.16370; 78.1(b)(18).
    """
    stays = quantity_of(deducted) - quantity
    if quantity < 0 or stays < 0:
        raise ValueError(f"cannot give back {quantity} of {quantity + stays}")
    kept: list[Block] = []
    returned: list[Block] = []
    for block in deducted:
        kept_of_block = min(block.quantity, stays)
        stays -= kept_of_block
        cut = block.first + kept_of_block
        if cut > block.first:
            kept.append(block.part(block.first, cut - 1))
        if cut <= block.last:
            returned.append(block.part(cut, block.last))
    return tuple(kept), tuple(reversed(returned))
