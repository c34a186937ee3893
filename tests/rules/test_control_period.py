"""RGGI-010 to RGGI-018: control periods, interim obligations, three for one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.rules import programs
from trueup.rules.control_period import (
    PREVIOUS_YEAR,
    PartialObligation,
    credited,
    final_obligation,
    interim_due_on,
    interim_obligation,
    interim_years,
    offsets_max,
    settle,
    vintage_max,
)

RGGI = programs.load("rggi-md")
THIRD = RGGI.period_named("2015-2017")


def half() -> PartialObligation:
    assert RGGI.market.partial is not None
    return RGGI.market.partial


class TestInterimPeriods:
    """RGGI-011, RGGI-012."""

    def test_the_first_two_years_have_an_obligation_and_the_third_has_none(self) -> None:
        assert interim_years(THIRD, partial=half()) == ((2015, 2015), (2016, 2016))
        assert interim_years(THIRD, partial=None) == ()

    def test_it_is_half_of_the_years_emissions_rounded_up(self) -> None:
        assert interim_obligation(1000, partial=half()) == 500
        assert interim_obligation(1200, partial=half()) == 600
        assert interim_obligation(1001, partial=half()) == 501
        assert interim_obligation(0, partial=half()) == 0

    def test_it_is_due_on_march_1_of_the_next_year_weekend_or_not(self) -> None:
        assert interim_due_on(2015, deadline=RGGI.deadline) == date(2016, 3, 1)
        assert interim_due_on(2019, deadline=RGGI.deadline) == date(2020, 3, 1)  # A Sunday.
        assert RGGI.deadline_on(THIRD) == date(2018, 3, 1)
        assert RGGI.deadline_on(RGGI.period_of_year(2019)) == date(2021, 3, 1)

    def test_periods_are_of_three_years_from_2009(self) -> None:
        """RGGI-010."""
        assert RGGI.period_of_year(2019).name == "2018-2020"
        assert [RGGI.period_of_year(year).name for year in (2009, 2014)] == [
            "2009-2011",
            "2012-2014",
        ]

    def test_vintages_of_the_running_control_period_can_be_used(self) -> None:
        """RGGI-015."""
        assert vintage_max(THIRD) == 2017


class TestShareAsASetting:
    """RGGI-014."""

    def test_thirty_percent_of_the_previous_year_every_year(self) -> None:
        yearly = PartialObligation(share_percent=30, years=(1, 2, 3), base=PREVIOUS_YEAR)

        assert interim_years(THIRD, partial=yearly) == ((2016, 2015), (2017, 2016))
        assert interim_obligation(1000, partial=yearly) == 300
        assert final_obligation({2015: 1000, 2016: 0, 2017: 0}, surrendered=300) == 700

    @pytest.mark.parametrize("share_percent", [-1, 101])
    def test_a_share_is_of_the_whole_at_most(self, share_percent: int) -> None:
        with pytest.raises(ValueError, match="between 0 and 100"):
            replace(half(), share_percent=share_percent)

    def test_no_other_base_is_known(self) -> None:
        with pytest.raises(ValueError, match="no year"):
            replace(half(), base="next_year")


class TestFinalObligation:
    """RGGI-013."""

    def test_the_worked_example(self) -> None:
        assert final_obligation({2015: 1000, 2016: 1200, 2017: 900}, surrendered=1100) == 2000

    def test_what_was_surrendered_beyond_half_reduces_it(self) -> None:
        assert final_obligation({2015: 1000, 2016: 0, 2017: 0}, surrendered=800) == 200
        assert final_obligation({2015: 10, 2016: 0, 2017: 0}, surrendered=800) == 0

    @given(st.lists(st.integers(0, 10**7), min_size=3, max_size=3))
    def test_no_ton_is_owed_twice(self, tons: list[int]) -> None:
        by_year = dict(zip(THIRD.vintages, tons, strict=True))
        interim = sum(
            interim_obligation(by_year[of], partial=half())
            for _, of in interim_years(THIRD, partial=half())
        )

        assert interim + final_obligation(by_year, surrendered=interim) == sum(tons)

    def test_negative_figures_are_a_bug(self) -> None:
        with pytest.raises(ValueError, match="negative"):
            final_obligation({2015: -1}, surrendered=0)
        with pytest.raises(ValueError, match="negative"):
            interim_obligation(-1, partial=half())
        with pytest.raises(ValueError, match="negative"):
            settle(-1, available=0, multiplier=3, ratio_applies=True)


class TestExcess:
    """RGGI-016: three in all for a ton that was not covered."""

    def test_the_worked_example(self) -> None:
        settled = settle(2000, available=1900, multiplier=3, ratio_applies=True)

        assert (settled.deducted, settled.excess, settled.excess_due) == (1900, 100, 300)
        assert RGGI.excess_multiplier == 3

    def test_where_the_ratio_does_not_apply_the_rest_is_due_at_the_end(self) -> None:
        assert settle(500, available=400, multiplier=3, ratio_applies=False).excess_due == 0

    def test_an_interim_shortage_made_good_counts_once(self) -> None:
        assert credited(400, excess=100, ratio_applies=True) == 500

    def test_what_no_ratio_applies_to_is_due_at_the_end(self) -> None:
        assert credited(400, excess=100, ratio_applies=False) == 400

    def test_the_end_to_end_example(self) -> None:
        """Section 7 of the catalogue's chapter: 50 are banked, 3,300 were deducted."""
        held = 1300
        taken = []
        for tons in (1000, 1200):
            settled = settle(
                interim_obligation(tons, partial=half()),
                available=held,
                multiplier=3,
                ratio_applies=half().excess_ratio_applies,
            )
            held -= settled.deducted
            taken.append(settled.deducted)
        assert (taken, held) == ([500, 600], 200)

        held += 1700
        due = final_obligation({2015: 1000, 2016: 1200, 2017: 900}, surrendered=sum(taken))
        last = settle(due, available=held, multiplier=3, ratio_applies=True)
        held -= last.deducted
        assert (due, last.deducted, held, last.excess_due) == (2000, 1900, 0, 300)

        held += 350 - last.excess_due
        assert held == 50
        assert sum(taken) + last.deducted + last.excess_due == 3300


class TestOffsets:
    """RGGI-033: a limit that a program sets; by default none."""

    def test_the_limit_is_rounded_down(self) -> None:
        assert offsets_max(1001, percent=3) == 30
        assert RGGI.market.offsets_percent == 100
        assert offsets_max(1001, percent=100) == 1001
        with pytest.raises(ValueError, match="between"):
            offsets_max(1, percent=101)
