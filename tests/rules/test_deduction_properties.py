"""40 CFR 62.16340: what is true of every settlement."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.rules.blocks import (
    blocks_without_overlap,
    serial_requests,
    serials,
    settle_2022_to_2024,
    settle_serial_by_serial,
)
from trueup.rules.deduction import (
    Block,
    deduct_first_in_first_out,
    in_order_of_deduction,
    joined,
    quantity_of,
    take,
)
from trueup.rules.requests import SerialRequest

tons = st.integers(0, 150)


@given(held=blocks_without_overlap(), emissions_tons=tons)
def test_every_ton_is_either_covered_or_short(held: list[Block], emissions_tons: int) -> None:
    """40 CFR 62.16340(b): until covered, or until nothing available remains."""
    deduction = deduct_first_in_first_out(held, emissions_tons=emissions_tons, vintage_max=2024)

    available = sum(each.quantity for each in held if each.vintage <= 2024)
    assert quantity_of(deduction.blocks) == min(emissions_tons, available)
    assert quantity_of(deduction.blocks) + deduction.shortfall_tons == emissions_tons


@given(held=blocks_without_overlap(), emissions_tons=tons, requested=serial_requests())
def test_it_takes_what_a_walk_over_single_serial_numbers_takes(
    held: list[Block], emissions_tons: int, requested: list[SerialRequest]
) -> None:
    """40 CFR 62.16340: order, vintages and quantities at once."""
    settlement = settle_2022_to_2024(
        *held, emissions_tons=emissions_tons, requested=tuple(requested)
    )

    model = settle_serial_by_serial(
        held,
        emissions_tons=emissions_tons,
        vintage_max=2024,
        excess_multiplier=2,
        excess_vintage_max=2027,
        requested=requested,
    )
    assert serials(settlement.for_emissions) == model.for_emissions
    assert serials(settlement.for_excess) == model.for_excess


@given(held=blocks_without_overlap(), emissions_tons=tons, requested=serial_requests())
def test_no_serial_number_goes_twice_or_is_not_held(
    held: list[Block], emissions_tons: int, requested: list[SerialRequest]
) -> None:
    """40 CFR 62.16340(a)(2); PLAT-041."""
    settlement = settle_2022_to_2024(
        *held, emissions_tons=emissions_tons, requested=tuple(requested)
    )

    deducted = serials(each for each, _ in settlement.entries)
    assert len(deducted) == len(set(deducted))
    assert set(deducted) <= set(serials(held))
    assert all(vintage <= 2024 for vintage, _ in serials(settlement.for_emissions))
    assert all(vintage <= 2027 for vintage, _ in serials(settlement.for_excess))


@given(held=blocks_without_overlap(), emissions_tons=tons)
def test_the_figures_of_a_settlement_agree(held: list[Block], emissions_tons: int) -> None:
    """40 CFR 62.16340(b) and (d)."""
    settlement = settle_2022_to_2024(*held, emissions_tons=emissions_tons)

    assert settlement.deducted + settlement.excess == settlement.obligation
    assert settlement.excess_due == 2 * settlement.excess
    assert settlement.excess_deducted + settlement.outstanding == settlement.excess_due
    assert settlement.outstanding >= 0
    assert not settlement.for_excess or settlement.excess


@given(held=blocks_without_overlap(), requested=serial_requests())
def test_the_order_keeps_every_serial_number(
    held: list[Block], requested: list[SerialRequest]
) -> None:
    ordered = in_order_of_deduction(held, requested=requested)

    assert sorted(serials(ordered)) == sorted(serials(held))


@given(held=blocks_without_overlap(), quantity=tons)
def test_taking_divides_what_there_is(held: list[Block], quantity: int) -> None:
    taken, left = take(held, quantity=quantity, vintage_max=2024)

    assert sorted(serials(taken) + serials(left)) == sorted(serials(held))


@given(held=blocks_without_overlap())
def test_joining_changes_neither_serial_numbers_nor_their_order(held: list[Block]) -> None:
    ordered = in_order_of_deduction(held)

    assert serials(joined(ordered)) == serials(ordered)
    assert len(joined(joined(ordered))) == len(joined(ordered))
