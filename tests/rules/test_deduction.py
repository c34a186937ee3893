"""40 CFR 62.16340: deductions for compliance."""

from __future__ import annotations

import pytest

from tests.rules.blocks import block, serials, settle_2022_to_2024
from trueup.rules.deduction import (
    Block,
    Limit,
    Settlement,
    deduct_first_in_first_out,
    in_order_of_deduction,
    joined,
    settle,
)
from trueup.rules.serials import Lot


class TestLimit:
    """RGGI-033: a limit on offset allowances; what is beyond it covers nothing."""

    OFFSETS = Lot(jurisdiction="MD", year=2022, category="OFS")

    def offsets(self, first: int, last: int) -> Block:
        return Block(
            lot=self.OFFSETS, first=first, last=last, vintage=2022, recorded_seq=0, own=True
        )

    def settled(self, quantity: int, *, tons: int = 100) -> Settlement:
        return settle(
            [self.offsets(1, 30), block(1, 80, recorded_seq=1), self.offsets(31, 90)],
            arrived_later=[self.offsets(91, 99)],
            emissions_tons=tons,
            vintage_max=2024,
            excess_multiplier=3,
            excess_vintage_max=2027,
            limit=Limit(lots={self.OFFSETS}, quantity=quantity),
        )

    def test_only_so_many_are_deducted_and_the_rest_of_the_account_covers_the_rest(self) -> None:
        settlement = self.settled(20)

        assert settlement.for_emissions == (self.offsets(1, 20), block(1, 80, recorded_seq=1))
        assert settlement.is_in_compliance

    def test_what_is_beyond_it_covers_neither_emissions_nor_excess(self) -> None:
        settlement = self.settled(3)

        assert settlement.excess == 17
        assert settlement.excess_due == 51
        assert settlement.for_excess == ()

    def test_a_limit_that_is_not_reached_changes_nothing(self) -> None:
        assert self.settled(100, tons=60).for_emissions[0] == self.offsets(1, 60)


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

    def test_what_arrived_after_the_deadline_covers_no_emissions_but_excess(self) -> None:
        """40 CFR 62.16340(a)(2): held at the deadline; (d) asks for no such thing."""
        settlement = settle(
            [block(1, 5), block(1, 100, vintage=2025, recorded_seq=2)],
            arrived_later=[block(6, 20, recorded_seq=3), block(21, 30, recorded_seq=1)],
            emissions_tons=20,
            vintage_max=2024,
            excess_multiplier=2,
            excess_vintage_max=2027,
        )

        assert settlement.for_emissions == (block(1, 5),)
        assert settlement.excess == 15
        assert settlement.for_excess == (
            block(21, 30, recorded_seq=1),
            block(1, 20, vintage=2025, recorded_seq=2),
        )


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


def test_neighbours_that_came_at_different_times_or_ways_stay_apart() -> None:
    earlier, later = block(1, 10, recorded_seq=1), block(11, 20, recorded_seq=2)
    own, bought = block(1, 10), block(11, 20, own=False)

    assert joined([earlier, later]) == (earlier, later)
    assert joined([own, bought]) == (own, bought)
