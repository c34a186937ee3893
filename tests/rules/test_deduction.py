"""40 CFR 62.16340: deductions for compliance."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.blocks import (
    block,
    blocks_without_overlap,
    request,
    serial_requests,
    serials,
    settle_serial_by_serial,
)
from trueup.rules.deduction import (
    Block,
    Settlement,
    deduct_first_in_first_out,
    in_order_of_deduction,
    joined,
    quantity_of,
    settle,
    take,
)
from trueup.rules.requests import SerialRequest
from trueup.rules.serials import Lot

tons = st.integers(0, 150)


def settle_2022_to_2024(
    *held: Block, emissions_tons: int, requested: tuple[SerialRequest, ...] = ()
) -> Settlement:
    """Settle the first compliance period as `cpp-mass` reads the rule."""
    return settle(
        held,
        emissions_tons=emissions_tons,
        vintage_max=2024,
        excess_multiplier=2,
        excess_vintage_max=2027,
        requested=requested,
    )


class TestAvailability:
    """MASS-134; 40 CFR 62.16340(a)."""

    def test_vintages_of_the_period_and_of_earlier_ones_are_available(self) -> None:
        held = [block(1, 10, vintage=2024), block(1, 10, vintage=2020)]

        deduction = deduct_first_in_first_out(held, emissions_tons=20, vintage_max=2024)

        assert deduction.shortfall_tons == 0

    def test_a_vintage_of_a_later_period_is_not(self) -> None:
        deduction = deduct_first_in_first_out(
            [block(1, 10, vintage=2025)], emissions_tons=4, vintage_max=2024
        )

        assert deduction.blocks == ()
        assert deduction.shortfall_tons == 4

    def test_a_banked_vintage_is_available_in_every_later_period(self) -> None:
        """MASS-054, MASS-144."""
        deduction = deduct_first_in_first_out(
            [block(1, 10, vintage=2022)], emissions_tons=10, vintage_max=2031
        )

        assert deduction.shortfall_tons == 0


class TestDeduction:
    """MASS-136; 40 CFR 62.16340(b)."""

    def test_until_the_tons_are_covered(self) -> None:
        deduction = deduct_first_in_first_out(
            [block(1, 1050)], emissions_tons=1000, vintage_max=2024
        )

        assert deduction.blocks == (block(1, 1000),)
        assert deduction.shortfall_tons == 0

    def test_or_until_nothing_available_remains(self) -> None:
        deduction = deduct_first_in_first_out(
            [block(1, 1050)], emissions_tons=1100, vintage_max=2024
        )

        assert deduction.blocks == (block(1, 1050),)
        assert deduction.shortfall_tons == 50

    def test_no_emissions_take_nothing(self) -> None:
        settlement = settle_2022_to_2024(block(1, 10), emissions_tons=0)

        assert settlement.entries == ()
        assert settlement.is_in_compliance

    def test_units_of_a_facility_are_covered_together(self) -> None:
        """MASS-003, MASS-005: all may have been allocated to one unit."""
        exactly = settle_2022_to_2024(block(1, 1050), emissions_tons=400 + 650)
        one_short = settle_2022_to_2024(block(1, 1099), emissions_tons=1100)

        assert (exactly.excess, exactly.is_in_compliance) == (0, True)
        assert (one_short.excess, one_short.is_in_compliance) == (1, False)

    def test_negative_emissions_are_a_bug(self) -> None:
        with pytest.raises(ValueError, match="negative"):
            deduct_first_in_first_out([block(1, 1)], emissions_tons=-1, vintage_max=2024)
        with pytest.raises(ValueError, match="negative"):
            settle_2022_to_2024(block(1, 1), emissions_tons=-1)


class TestFirstInFirstOut:
    """MASS-138; 40 CFR 62.16340(c)(2)."""

    def test_own_allocations_go_before_allowances_transferred_in_earlier(self) -> None:
        bought_early = block(500, 599, recorded_seq=1, own=False)
        allocated_later = block(1, 100, recorded_seq=2)

        deduction = deduct_first_in_first_out(
            [bought_early, allocated_later], emissions_tons=100, vintage_max=2024
        )

        assert deduction.blocks == (allocated_later,)

    def test_vintage_plays_no_part_in_the_order(self) -> None:
        own_2023 = block(1, 300, vintage=2023, recorded_seq=1)
        bought_2022 = block(1, 500, vintage=2022, recorded_seq=2, own=False)
        own_2024 = block(1, 100, vintage=2024, recorded_seq=3)

        deduction = deduct_first_in_first_out(
            [bought_2022, own_2024, own_2023], emissions_tons=450, vintage_max=2024
        )

        assert deduction.blocks == (
            own_2023,
            own_2024,
            block(1, 50, vintage=2022, recorded_seq=2, own=False),
        )

    def test_an_own_allocation_that_came_back_is_transferred_in(self) -> None:
        came_back = block(1, 100, vintage=2022, recorded_seq=3, own=False)
        stayed = block(1, 100, vintage=2023, recorded_seq=1)

        deduction = deduct_first_in_first_out(
            [came_back, stayed], emissions_tons=150, vintage_max=2024
        )

        assert deduction.blocks == (
            stayed,
            block(1, 50, vintage=2022, recorded_seq=3, own=False),
        )

    def test_what_was_recorded_together_goes_by_serial_number(self) -> None:
        held = [block(11, 20, vintage=2023), block(1, 10, vintage=2023), block(5, 9)]

        assert serials(in_order_of_deduction(held)) == [
            *((2022, n) for n in range(5, 10)),
            *((2023, n) for n in range(1, 21)),
        ]

    def test_lots_of_two_jurisdictions_that_tie_go_by_vintage_and_then_by_lot(self) -> None:
        texas, alabama, newer = (
            Block(
                lot=Lot(jurisdiction=code, year=vintage),
                first=1,
                last=5,
                vintage=vintage,
                recorded_seq=1,
                own=False,
            )
            for code, vintage in (("TX", 2022), ("AL", 2022), ("AL", 2023))
        )

        assert in_order_of_deduction([newer, texas, alabama]) == [alabama, texas, newer]


class TestRequests:
    """MASS-137; 40 CFR 62.16340(c)(1)."""

    def test_serial_numbers_that_were_asked_for_go_first(self) -> None:
        own = block(1, 300)
        bought = block(1, 500, vintage=2023, recorded_seq=2, own=False)

        settlement = settle_2022_to_2024(
            own, bought, emissions_tons=250, requested=(request(101, 300, vintage=2023),)
        )

        assert serials(settlement.for_emissions) == [
            *((2023, n) for n in range(101, 301)),
            *((2022, n) for n in range(1, 51)),
        ]

    def test_requests_add_up_in_the_order_in_which_they_were_submitted(self) -> None:
        settlement = settle_2022_to_2024(
            block(1, 100),
            emissions_tons=30,
            requested=(request(50, 59), request(1, 10), request(90, 99)),
        )

        assert serials(settlement.for_emissions) == [
            (2022, n) for n in (*range(50, 60), *range(1, 11), *range(90, 100))
        ]

    def test_a_serial_number_that_is_asked_for_twice_goes_once(self) -> None:
        settlement = settle_2022_to_2024(
            block(1, 100), emissions_tons=60, requested=(request(41, 60), request(31, 80))
        )

        assert serials(settlement.for_emissions) == [
            (2022, n) for n in (*range(41, 61), *range(31, 41), *range(61, 81), *range(1, 11))
        ]

    def test_a_request_may_name_serial_numbers_of_several_blocks(self) -> None:
        settlement = settle_2022_to_2024(
            block(1, 10, recorded_seq=2),
            block(11, 20, recorded_seq=1, own=False),
            emissions_tons=8,
            requested=(request(8, 15),),
        )

        assert serials(settlement.for_emissions) == [(2022, n) for n in range(8, 16)]

    def test_what_is_too_new_for_emissions_is_passed_over(self) -> None:
        own_2025 = block(1, 100, vintage=2025, recorded_seq=2)

        settlement = settle_2022_to_2024(
            block(1, 100),
            own_2025,
            emissions_tons=20,
            requested=(request(1, 50, vintage=2025), request(91, 100)),
        )

        assert serials(settlement.for_emissions) == [
            (2022, n) for n in (*range(91, 101), *range(1, 11))
        ]

    def test_but_goes_first_for_excess_emissions(self) -> None:
        own_2025 = block(1, 100, vintage=2025, recorded_seq=2)

        settlement = settle_2022_to_2024(
            block(1, 100), own_2025, emissions_tons=110, requested=(request(31, 50, vintage=2025),)
        )

        assert serials(settlement.for_excess) == [(2025, n) for n in range(31, 51)]

    def test_what_is_not_held_is_passed_over(self) -> None:
        settlement = settle_2022_to_2024(
            block(1, 10),
            emissions_tons=10,
            requested=(request(500, 600), request(1, 10, vintage=2019), request(6, 700)),
        )

        assert serials(settlement.for_emissions) == [
            (2022, n) for n in (*range(6, 11), *range(1, 6))
        ]

    def test_more_may_be_asked_for_than_is_needed(self) -> None:
        settlement = settle_2022_to_2024(
            block(1, 100), emissions_tons=5, requested=(request(21, 100),)
        )

        assert settlement.for_emissions == (block(21, 25),)


class TestExcessEmissions:
    """MASS-140; 40 CFR 62.16340(d)."""

    def test_twice_the_excess_is_taken_besides(self) -> None:
        settlement = settle_2022_to_2024(
            block(1, 1050), block(1, 600, vintage=2025), emissions_tons=1100
        )

        assert settlement.excess == 50
        assert settlement.excess_due == 100
        assert settlement.excess_deducted == 100
        assert settlement.outstanding == 0

    def test_vintages_of_the_following_period_may_pay_but_no_later_ones(self) -> None:
        settlement = settle_2022_to_2024(
            block(1, 10, vintage=2027), block(1, 100, vintage=2028), emissions_tons=50
        )

        assert settlement.for_excess == (block(1, 10, vintage=2027),)
        assert settlement.outstanding == 90

    def test_the_multiplier_is_the_programs(self) -> None:
        settlement = settle(
            [block(1, 10), block(1, 100, vintage=2025)],
            emissions_tons=20,
            vintage_max=2024,
            excess_multiplier=3,
            excess_vintage_max=2027,
        )

        assert settlement.excess_due == 30

    def test_what_cannot_be_paid_stays_owed(self) -> None:
        """MASS-141: due 100, of which 40 are there."""
        settlement = settle_2022_to_2024(
            block(1, 1050), block(1, 40, vintage=2025), emissions_tons=1100
        )

        assert settlement.excess_deducted == 40
        assert settlement.outstanding == 60
        assert not settlement.is_in_compliance


class TestWorkedSettlement:
    """MASS-139; 40 CFR 62.16335 and 62.16340: the reference case."""

    def test_as_in_the_catalogue(self) -> None:
        l1 = block(1, 300, vintage=2022, recorded_seq=1)
        l2 = block(1, 500, vintage=2023, recorded_seq=2, own=False)
        l3 = block(1, 600, vintage=2025, recorded_seq=3)
        l4 = block(301, 550, vintage=2022, recorded_seq=4, own=False)
        # L5 was submitted after the deadline and is not held.

        settlement = settle_2022_to_2024(l4, l3, l2, l1, emissions_tons=1100)

        assert settlement.entries == (
            (l1, "emissions"),
            (l2, "emissions"),
            (l4, "emissions"),
            (block(1, 100, vintage=2025, recorded_seq=3), "excess"),
        )
        assert settlement == Settlement(
            obligation=1100,
            for_emissions=(l1, l2, l4),
            excess_due=100,
            for_excess=(block(1, 100, vintage=2025, recorded_seq=3),),
        )
        assert (settlement.deducted, settlement.excess) == (1050, 50)
        assert (settlement.excess_deducted, settlement.outstanding) == (100, 0)
        assert settlement.deducted + settlement.excess_deducted == 1150


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


def test_neighbours_that_were_cut_by_a_request_are_one_block_again() -> None:
    settlement = settle_2022_to_2024(
        block(1, 300), emissions_tons=150, requested=(request(1, 100),)
    )

    assert settlement.for_emissions == (block(1, 150),)


def test_neighbours_that_came_at_different_times_or_ways_stay_apart() -> None:
    earlier, later = block(1, 10, recorded_seq=1), block(11, 20, recorded_seq=2)
    own, bought = block(1, 10), block(11, 20, own=False)

    assert joined([earlier, later]) == (earlier, later)
    assert joined([own, bought]) == (own, bought)


def test_twenty_thousand_blocks_and_requests_take_no_quadratic_time() -> None:
    held = [block(n * 10 + 1, n * 10 + 10, recorded_seq=n % 7) for n in range(20_000)]
    requested = tuple(request(n * 10 + 1, n * 10 + 35) for n in range(20_000))

    started = time.perf_counter()
    settlement = settle_2022_to_2024(*held, emissions_tons=150_000, requested=requested)

    assert settlement.deducted == 150_000
    assert time.perf_counter() - started < 5  # Quadratic work takes minutes.
