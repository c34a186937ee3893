"""40 CFR 62.16245(b): the output-based set-aside."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.rules import programs
from trueup.rules.output_based import (
    OutputBasedRules,
    UnitOutput,
    capacity_factor,
    dates_of,
    earned_allowances,
    generation_period_of,
    hours_in,
    share_output_based,
    takes_part,
    vintages_recorded,
)
from trueup.rules.periods import CompliancePeriod
from trueup.rules.set_aside import divide_surplus

CPP_MASS = programs.load("cpp-mass")
CP1 = CompliancePeriod.parse("2022-2024")
CP2 = CompliancePeriod.parse("2025-2027")
CP3 = CompliancePeriod.parse("2028-2029")


def rules() -> OutputBasedRules:
    assert CPP_MASS.output_based is not None
    return CPP_MASS.output_based


def gas(net_mwh: int, *, net_summer_mw: int = 500) -> UnitOutput:
    return UnitOutput(unit_type="combined_cycle", net_summer_mw=net_summer_mw, net_mwh=net_mwh)


class TestEligibleUnits:
    """MASS-088; 40 CFR 62.16245(b)(2)."""

    def test_the_hours_of_a_period_are_those_of_its_calendar(self) -> None:
        """MASS-AMB-27."""
        assert [hours_in(period) for period in (CP1, CP2, CP3)] == [26_304, 26_280, 17_544]

    def test_the_worked_example(self) -> None:
        factor = capacity_factor(gas(8_000_000), period=CP1)

        assert factor == Fraction(8_000_000, 13_152_000)
        assert takes_part(gas(8_000_000), period=CP1, rules=rules())

    @pytest.mark.parametrize(("net_mwh", "expected"), [(6_576_000, False), (6_576_001, True)])
    def test_exactly_half_is_not_above_it(self, net_mwh: int, expected: bool) -> None:
        assert takes_part(gas(net_mwh), period=CP1, rules=rules()) is expected

    def test_other_units_take_no_part_however_much_they_run(self) -> None:
        coal = UnitOutput(unit_type="steam", net_summer_mw=500, net_mwh=10_521_600)

        assert not takes_part(coal, period=CP1, rules=rules())
        assert earned_allowances(coal, period=CP1, rules=rules()) == 0

    def test_a_unit_without_capacity_takes_no_part(self) -> None:
        assert capacity_factor(gas(10, net_summer_mw=0), period=CP1) == 0

    def test_negative_figures_are_a_bug(self) -> None:
        with pytest.raises(ValueError, match="negative"):
            gas(-1)


class TestAmounts:
    """MASS-089; 40 CFR 62.16245(b)(3)(i); MASS-AMB-26."""

    def test_the_worked_examples(self) -> None:
        large = earned_allowances(gas(8_000_000), period=CP1, rules=rules())
        small = earned_allowances(gas(1_500_000, net_summer_mw=100), period=CP1, rules=rules())

        shares = share_output_based(10**6, {1: large, 2: small})
        assert shares.allowances == {1: 244_453, 2: 31_724}
        assert shares.surplus == 10**6 - 244_453 - 31_724
        assert not shares.is_oversubscribed

    def test_more_than_there_is_is_divided_in_proportion(self) -> None:
        """MASS-090."""
        earned = {
            1: earned_allowances(gas(8_000_000), period=CP1, rules=rules()),
            2: earned_allowances(gas(1_500_000, net_summer_mw=100), period=CP1, rules=rules()),
        }
        budget = CPP_MASS.budget("WY", 2025)
        assert budget is not None
        shares = share_output_based(budget.output_based, earned)

        assert budget.output_based == 45_114
        assert shares.allowances == {1: 39_932, 2: 5_182}
        assert shares.surplus == 0
        assert shares.is_oversubscribed

    def test_rounding_never_gives_more_than_there_is(self) -> None:
        """MASS-AMB-09: two halves that would both go up."""
        shares = share_output_based(3, {1: Fraction(3, 2), 2: Fraction(3, 2)})

        assert shares.allowances == {1: 2, 2: 1}
        assert not shares.is_oversubscribed

    def test_a_set_aside_of_nothing_gives_nothing(self) -> None:
        shares = share_output_based(0, {1: Fraction(5)})

        assert shares.allowances == {1: 0}
        assert (shares.surplus, shares.is_oversubscribed) == (0, True)
        assert share_output_based(7, {}).surplus == 7

    @given(
        set_aside=st.integers(0, 10**7),
        earned=st.dictionaries(
            st.integers(1, 9), st.fractions(0, 10**7, max_denominator=2000), max_size=9
        ),
    )
    def test_all_is_given_or_left_and_nobody_gets_more_than_was_earned(
        self, set_aside: int, earned: dict[int, Fraction]
    ) -> None:
        shares = share_output_based(set_aside, earned)

        assert sum(shares.allowances.values()) + shares.surplus == set_aside
        for unit, quantity in shares.allowances.items():
            assert 0 <= quantity < earned[unit] + 1


class TestSurplus:
    """MASS-092; 40 CFR 62.16245(b)(4)."""

    def test_the_worked_example(self) -> None:
        shares = share_output_based(62_257, {1: Fraction(40_000)})

        assert shares.surplus == 22_257
        assert divide_surplus(22_257, {1: 5_000_000, 2: 3_000_000}) == {1: 13_911, 2: 8_346}


class TestDates:
    """MASS-091, MASS-093; MASS-AMB-28."""

    def test_august_and_november_of_the_first_year(self) -> None:
        dates = dates_of(CP2, rules=rules())

        assert dates.data_on == date(2025, 8, 1)
        assert dates.comment_until == date(2025, 8, 31)
        assert dates.final_on == date(2025, 11, 1)
        assert CPP_MASS.effective_on(dates.comment_until) == date(2025, 9, 2)

    def test_all_vintages_of_the_period_are_recorded_at_once(self) -> None:
        assert vintages_recorded(CP2, run_in=2025, rules=rules()) == (2025, 2026, 2027)

    def test_generation_earns_vintages_of_the_next_period(self) -> None:
        assert generation_period_of(CP2, earlier=CP1) == CP1
        assert generation_period_of(CP1, earlier=None) is None
        with pytest.raises(ValueError, match="not the period before"):
            generation_period_of(CP3, earlier=CP1)
