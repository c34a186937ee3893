"""40 CFR 62.16370: a settlement after its emissions were adjusted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.blocks import block, blocks_without_overlap, serials
from trueup.rules.adjustment import Adjustment, adjust, give_back
from trueup.rules.deduction import Block, Settlement, settle


def settled(*held: Block, emissions_tons: int) -> Settlement:
    return settle(
        held,
        emissions_tons=emissions_tons,
        vintage_max=2024,
        excess_multiplier=2,
        excess_vintage_max=2027,
    )


def adjusted(settlement: Settlement, *held: Block, emissions_tons: int) -> Adjustment:
    return adjust(
        settlement,
        emissions_tons=emissions_tons,
        held=held,
        vintage_max=2024,
        excess_multiplier=2,
        excess_vintage_max=2027,
    )


class TestEmissionsRise:
    """MASS-146, MASS-AMB-42: available vintages first, then excess."""

    def test_more_is_deducted(self) -> None:
        before = settled(block(1, 1100), emissions_tons=1100)

        after = adjusted(before, block(1101, 1200), emissions_tons=1120)

        assert after.for_emissions == (block(1101, 1120),)
        assert after.settlement.obligation == 1120
        assert after.settlement.is_in_compliance
        assert after.returned == ()

    def test_or_the_excess_rises(self) -> None:
        before = settled(block(1, 1100), emissions_tons=1100)

        after = adjusted(before, block(1101, 1105), block(1, 20, vintage=2025), emissions_tons=1120)

        assert after.for_emissions == (block(1101, 1105),)
        assert after.settlement.excess == 15
        assert after.settlement.excess_due == 30
        assert after.for_excess == (block(1, 20, vintage=2025),)
        assert after.settlement.outstanding == 10

    def test_what_was_paid_for_excess_is_not_taken_again(self) -> None:
        before = settled(block(1, 100), block(1, 50, vintage=2025), emissions_tons=110)
        assert before.excess_deducted == 20

        after = adjusted(before, block(21, 50, vintage=2025), emissions_tons=111)

        assert after.for_excess == (block(21, 22, vintage=2025),)
        assert after.settlement.outstanding == 0

    def test_what_was_excess_before_stays_excess(self) -> None:
        before = settled(block(1, 100), emissions_tons=110)

        after = adjusted(before, block(101, 200), emissions_tons=115)

        assert after.settlement.excess == 10
        assert after.for_emissions == (block(101, 105),)
        assert after.for_excess == (block(106, 125),)


class TestEmissionsFall:
    """MASS-146, MASS-AMB-42: the last-deducted serial numbers go back."""

    def test_the_highest_serial_numbers_go_back(self) -> None:
        before = settled(block(1, 1100), emissions_tons=1100)

        after = adjusted(before, emissions_tons=1080)

        assert after.returned == (block(1081, 1100),)
        assert after.settlement.for_emissions == (block(1, 1080),)
        assert after.settlement.is_in_compliance

    def test_excess_falls_first(self) -> None:
        before = settled(block(1, 1050), block(1, 600, vintage=2025), emissions_tons=1100)

        after = adjusted(before, emissions_tons=1070)

        assert after.settlement.excess == 20
        assert after.settlement.for_excess == (block(1, 40, vintage=2025),)
        assert after.returned == (block(41, 100, vintage=2025),)
        assert after.settlement.deducted == 1050

    def test_then_what_covered_emissions(self) -> None:
        before = settled(block(1, 1050), block(1, 600, vintage=2025), emissions_tons=1100)

        after = adjusted(before, emissions_tons=1040)

        assert after.returned == (block(1, 100, vintage=2025), block(1041, 1050))
        assert after.settlement.is_in_compliance

    def test_what_was_not_paid_yet_is_no_longer_owed(self) -> None:
        before = settled(block(1, 50), emissions_tons=100)
        assert before.outstanding == 100

        after = adjusted(before, emissions_tons=80)

        assert after.returned == ()
        assert after.settlement.outstanding == 60

    def test_emissions_below_zero_are_a_bug(self) -> None:
        with pytest.raises(ValueError, match="negative"):
            adjusted(settled(block(1, 10), emissions_tons=10), emissions_tons=-1)


class TestGivingBack:
    """MASS-166; 40 CFR 78.1: an appeal may return any number of what was deducted."""

    def test_the_last_deducted_first(self) -> None:
        kept, returned = give_back([block(51, 100), block(1, 50, vintage=2023)], quantity=70)

        assert kept == (block(51, 80),)
        assert returned == (block(1, 50, vintage=2023), block(81, 100))

    def test_no_more_than_was_deducted(self) -> None:
        with pytest.raises(ValueError, match="cannot give back 11 of 10"):
            give_back([block(1, 10)], quantity=11)
        with pytest.raises(ValueError, match="cannot give back"):
            give_back([block(1, 10)], quantity=-1)


@given(
    held=blocks_without_overlap(), before_tons=st.integers(0, 150), after_tons=st.integers(0, 150)
)
def test_an_adjustment_moves_each_serial_number_once(
    held: list[Block], before_tons: int, after_tons: int
) -> None:
    before = settled(*held, emissions_tons=before_tons)
    gone = set(serials(each for each, _ in before.entries))
    left = [
        block(number, number, vintage=each.vintage, recorded_seq=each.recorded_seq, own=each.own)
        for each in held
        for number in range(each.first, each.last + 1)
        if (each.vintage, number) not in gone
    ]

    after = adjusted(before, *left, emissions_tons=after_tons)

    deducted = serials(each for each, _ in after.settlement.entries)
    returned, taken = (
        serials(after.returned),
        serials((*after.for_emissions, *after.for_excess)),
    )
    assert len(deducted) == len(set(deducted))
    assert set(deducted) == (gone - set(returned)) | set(taken)
    assert set(returned) <= gone
    assert set(taken) <= set(serials(left))
    assert after.settlement.deducted + after.settlement.excess == after_tons
    assert after.settlement.outstanding >= 0


@given(
    held=blocks_without_overlap(), before_tons=st.integers(0, 150), added_tons=st.integers(0, 50)
)
def test_a_rise_that_is_taken_back_leaves_the_settlement_as_it_was(
    held: list[Block], before_tons: int, added_tons: int
) -> None:
    before = settled(*held, emissions_tons=before_tons)

    risen = adjusted(before, emissions_tons=before_tons + added_tons)
    back = adjusted(risen.settlement, emissions_tons=before_tons)

    assert back.settlement == before
