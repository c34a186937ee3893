"""Deductions for compliance: which serial numbers cover a facility's emissions.

A facility is settled in two steps: its emissions are covered from what is available,
then a multiple of what could not be covered is taken as well, from newer vintages too.
Both steps follow one order: serial numbers that the representative asked for, then own
allocations, then what was transferred in, each first in, first out.

Source: 40 CFR 62.16340.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from trueup.rules.requests import SerialRequest, first_named
from trueup.rules.serials import Lot

EMISSIONS = "emissions"
EXCESS = "excess"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Consecutive allowances of one lot in a compliance account; both ends are included.

    Attributes:
        lot: The lot or its number; only compared, never looked into.
        first, last: Running numbers in the lot.
        vintage: Year for which they were allocated.
        recorded_seq: Order in which this account received them; equal where they were
            recorded together.
        own: Allocated to this facility and never transferred out.
    """

    lot: Lot | int
    first: int
    last: int
    vintage: int
    recorded_seq: int
    own: bool

    @property
    def quantity(self) -> int:
        return self.last - self.first + 1

    def part(self, first: int, last: int) -> Block:
        """The serial numbers of this block from `first` to `last`."""
        if first == self.first and last == self.last:
            return self
        return Block(
            lot=self.lot,
            first=first,
            last=last,
            vintage=self.vintage,
            recorded_seq=self.recorded_seq,
            own=self.own,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deduction:
    """The blocks that cover an amount, in order, and the tons that nothing covers."""

    blocks: tuple[Block, ...]
    shortfall_tons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A facility's whole outcome of one compliance period.

    Attributes:
        obligation: Tons of CO2 that all its affected units emitted in the period.
        for_emissions: Blocks deducted for emissions, in order.
        excess_due: Allowances owed for excess emissions.
        for_excess: Blocks deducted for excess emissions, in order.
    """

    obligation: int
    for_emissions: tuple[Block, ...]
    excess_due: int
    for_excess: tuple[Block, ...]

    @property
    def deducted(self) -> int:
        return quantity_of(self.for_emissions)

    @property
    def excess(self) -> int:
        """Excess emissions: the tons that no available allowance covers."""
        return self.obligation - self.deducted

    @property
    def excess_deducted(self) -> int:
        return quantity_of(self.for_excess)

    @property
    def outstanding(self) -> int:
        """What is still owed for excess emissions, taken as soon as it arrives."""
        return self.excess_due - self.excess_deducted

    @property
    def is_in_compliance(self) -> bool:
        """Whether the facility met its emission standard; paying for excess does not."""
        return self.excess == 0

    @property
    def entries(self) -> tuple[tuple[Block, str], ...]:
        """Every block deducted with its ground, in order.

        Source: 40 CFR 62.16340(e).
        """
        return (
            *((block, EMISSIONS) for block in self.for_emissions),
            *((block, EXCESS) for block in self.for_excess),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Lots of which no more than a quantity may cover a source's emissions.

    Source: RGGI-033.
    """

    lots: Collection[Lot | int]
    quantity: int


def within(ordered: Sequence[Block], *, limit: Limit, vintage_max: int) -> list[Block]:
    """The blocks in their order, without what is beyond the limit.

    Source: RGGI-033; docs/decisions/0361.
    """
    found: list[Block] = []
    left = limit.quantity
    for block in ordered:
        if block.lot not in limit.lots or block.vintage > vintage_max:
            found.append(block)
        elif left > 0:
            part = block.part(block.first, min(block.last, block.first + left - 1))
            found.append(part)
            left -= part.quantity
    return found


def quantity_of(blocks: Iterable[Block]) -> int:
    """How many allowances the blocks hold.

    Source: 40 CFR 62.16340(b).
    """
    return sum(block.quantity for block in blocks)


def deduct_first_in_first_out(
    held: Iterable[Block],
    *,
    emissions_tons: int,
    vintage_max: int,
    requested: Sequence[SerialRequest] = (),
) -> Deduction:
    """Choose the allowances that cover a facility's emissions.

    A block may be split: its lowest serial numbers go.

    Args:
        held: Blocks held, as the rule defines it, at the transfer deadline.
        emissions_tons: Whole short tons of CO2 in the compliance period.
        vintage_max: Last year of the compliance period; newer vintages stay.
        requested: Serial numbers to go first, in the order in which they were asked for.

    Raises ValueError if `emissions_tons` is negative, which is a caller's bug.

    Source: 40 CFR 62.16340(a)(1), (b) and (c).
    """
    taken, _ = take(
        in_order_of_deduction(held, requested=requested),
        quantity=emissions_tons,
        vintage_max=vintage_max,
    )
    blocks = joined(taken)
    return Deduction(blocks=blocks, shortfall_tons=emissions_tons - quantity_of(blocks))


def settle(
    held: Iterable[Block],
    *,
    emissions_tons: int,
    vintage_max: int,
    excess_multiplier: int,
    excess_vintage_max: int,
    requested: Sequence[SerialRequest] = (),
    arrived_later: Iterable[Block] = (),
    limit: Limit | None = None,
) -> Settlement:
    """Settle a facility for a compliance period: cover its emissions, then take for excess.

    Args:
        held: Blocks held, as the rule defines it, at the transfer deadline.
        arrived_later: Blocks that are in the account now and were not held then: they
            cover no emissions, and are taken for excess emissions like any other.
        emissions_tons: Whole short tons of CO2 in the compliance period.
        vintage_max: Last year of the period, for emissions.
        excess_multiplier: Allowances owed for each ton of excess emissions.
        excess_vintage_max: Latest vintage that may be taken for excess emissions.
        requested: Serial numbers to go first, for either, in the order asked for.
        limit: Lots of which only so much may cover emissions; they are not taken for excess.

    Raises ValueError if `emissions_tons` is negative, which is a caller's bug.

    Source: 40 CFR 62.16340(a) to (d); RGGI-033.
    """
    ordered = in_order_of_deduction(held, requested=requested)
    later = list(arrived_later)
    if limit is not None:
        ordered = within(ordered, limit=limit, vintage_max=vintage_max)
        later = [block for block in later if block.lot not in limit.lots]
    covering, left = take(ordered, quantity=emissions_tons, vintage_max=vintage_max)
    excess_due = excess_multiplier * (emissions_tons - quantity_of(covering))
    if limit is not None:
        left = [block for block in left if block.lot not in limit.lots]
    if later and excess_due:
        left = in_order_of_deduction([*left, *later], requested=requested)
    made_good, _ = take(left, quantity=excess_due, vintage_max=excess_vintage_max)
    return Settlement(
        obligation=emissions_tons,
        for_emissions=joined(covering),
        excess_due=excess_due,
        for_excess=joined(made_good),
    )


def in_order_of_deduction(
    held: Iterable[Block], *, requested: Sequence[SerialRequest] = ()
) -> list[Block]:
    """What is held, in the order in which it would be deducted.

    First the serial numbers asked for, as asked; then own allocations in order of
    recordation; then what was transferred in, in order of recordation. What was
    recorded together goes by serial number: vintage, lot, running number.

    Source: 40 CFR 62.16340(c)(1) and (2).
    """
    ordered = sorted(
        held,
        key=lambda block: (
            not block.own,
            block.recorded_seq,
            block.vintage,
            block.lot,
            block.first,
        ),
    )
    if not requested:
        return ordered
    named = first_named(requested)
    asked_for: list[tuple[int, int, Block]] = []
    rest: list[Block] = []
    for block in ordered:
        next_number = block.first
        for first, last, place in named.within(block.lot, block.first, block.last):
            if next_number < first:
                rest.append(block.part(next_number, first - 1))
            asked_for.append((place, first, block.part(first, last)))
            next_number = last + 1
        if next_number <= block.last:
            rest.append(block.part(next_number, block.last))
    asked_for.sort(key=lambda item: item[:2])
    return [*(block for _, _, block in asked_for), *rest]


def take(
    ordered: Sequence[Block], *, quantity: int, vintage_max: int
) -> tuple[list[Block], list[Block]]:
    """The first `quantity` allowances that are not too new, and everything else.

    Raises ValueError if `quantity` is negative, which is a caller's bug.

    Source: 40 CFR 62.16340(b)(1) and (2).
    """
    if quantity < 0:
        raise ValueError(f"a quantity must not be negative: {quantity}")
    taken: list[Block] = []
    left: list[Block] = []
    for place, block in enumerate(ordered):
        if quantity == 0:
            left.extend(ordered[place:])
            break
        if block.vintage > vintage_max:
            left.append(block)
        elif block.quantity <= quantity:
            taken.append(block)
            quantity -= block.quantity
        else:
            cut = block.first + quantity
            taken.append(block.part(block.first, cut - 1))
            left.append(block.part(cut, block.last))
            quantity = 0
    return taken, left


def joined(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The same serial numbers in the same order, with neighbours made one block again.

    Source: 40 CFR 62.16340(e).
    """
    merged: list[Block] = []
    for block in blocks:
        before = merged[-1] if merged else None
        if (
            before is not None
            and before.last + 1 == block.first
            and before.lot == block.lot
            and before.recorded_seq == block.recorded_seq
            and before.own == block.own
        ):
            merged[-1] = before.part(before.first, block.last)
        else:
            merged.append(block)
    return tuple(merged)
