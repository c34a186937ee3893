"""Preamble V.D.1 and 40 CFR 62.16240(a): who gets how much."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.rules import programs
from trueup.rules.allocation import (
    allocate_by_generation,
    average_generation_mwh,
    estimated_generation_mwh,
    largest_remainder,
    was_idle,
)

CPP_MASS = programs.load("cpp-mass")
BASELINE = (2010, 2011, 2012)

weights_of_units = st.dictionaries(
    st.integers(1, 50), st.decimals(min_value=0, max_value=10**7, places=3), max_size=20
).filter(lambda weights: any(weights.values()))


class TestLargestRemainder:
    """MASS-AMB-09: whole allowances that add up exactly."""

    def test_the_largest_remainders_get_what_is_left(self) -> None:
        assert largest_remainder(10, {"a": 1, "b": 1, "c": 4}) == {"a": 2, "b": 2, "c": 6}
        assert largest_remainder(100, {"a": 2, "b": 3, "c": 2}) == {"a": 29, "b": 43, "c": 28}

    def test_ties_go_to_the_lowest_id(self) -> None:
        assert largest_remainder(2, {9: 1, 3: 1, 5: 1}) == {9: 0, 3: 1, 5: 1}

    def test_shares_come_in_the_order_of_the_weights(self) -> None:
        assert list(largest_remainder(2, {9: 1, 3: 1, 5: 1})) == [9, 3, 5]

    def test_who_has_no_weight_gets_nothing(self) -> None:
        assert largest_remainder(7, {"a": 0, "b": Decimal("0.001")}) == {"a": 0, "b": 7}

    def test_nothing_can_be_divided_among_nobody(self) -> None:
        assert largest_remainder(0, {}) == {}
        assert largest_remainder(0, {"a": 0}) == {"a": 0}

    @pytest.mark.parametrize("weights", [{}, {"a": 0}])
    def test_something_cannot(self, weights: dict[str, int]) -> None:
        with pytest.raises(ValueError, match="nobody has a share in 5"):
            largest_remainder(5, weights)

    def test_negative_figures_are_a_bug(self) -> None:
        with pytest.raises(ValueError, match="negative"):
            largest_remainder(-1, {"a": 1})
        with pytest.raises(ValueError, match="negative"):
            largest_remainder(1, {"a": 2, "b": -1})

    @given(quantity=st.integers(0, 10**9), weights=weights_of_units)
    def test_shares_add_up_and_are_within_one_of_the_exact_share(
        self, quantity: int, weights: dict[int, Decimal]
    ) -> None:
        shares = largest_remainder(quantity, weights)

        assert sum(shares.values()) == quantity
        whole = sum((Fraction(weight) for weight in weights.values()), start=Fraction(0))
        for unit, weight in weights.items():
            assert abs(shares[unit] - quantity * Fraction(weight) / whole) < 1

    @given(quantity=st.integers(0, 10**6), weights=weights_of_units)
    def test_who_has_more_never_gets_less(self, quantity: int, weights: dict[int, Decimal]) -> None:
        shares = largest_remainder(quantity, weights)

        by_weight = sorted(weights, key=lambda unit: (weights[unit], -unit))
        received = [shares[unit] for unit in by_weight]
        assert received == sorted(received)


class TestHistoricalGeneration:
    """MASS-056; preamble V.D.1, steps 1 to 5 (80 FR 65016)."""

    def test_the_worked_example(self) -> None:
        figures = CPP_MASS.historical_generation
        assert figures is not None
        assert figures.baseline_years == BASELINE
        budget = CPP_MASS.budget("AL", 2022)
        assert budget is not None
        average_mwh = {
            "U1": average_generation_mwh(
                {2010: 10_000_000, 2011: 12_000_000, 2012: 11_000_000},
                years=figures.baseline_years,
            ),
            "U2": average_generation_mwh(
                {2010: 0, 2011: 5_000_000, 2012: 6_000_000}, years=figures.baseline_years
            ),
            "U3": estimated_generation_mwh(
                500, capacity_percent=figures.capacity_percent["gas"], hours=figures.estimate_hours
            ),
        }

        assert average_mwh == {"U1": 11_000_000, "U2": 5_500_000, "U3": 2_409_000}
        assert budget.units == 59_733_940
        assert allocate_by_generation(budget.units, average_mwh) == {
            "U1": 34_749_238,
            "U2": 17_374_619,
            "U3": 7_610_083,
        }

    def test_a_steam_unit_is_estimated_at_sixty_percent(self) -> None:
        figures = CPP_MASS.historical_generation
        assert figures is not None

        assert estimated_generation_mwh(
            Decimal("100.5"), capacity_percent=figures.capacity_percent["steam"], hours=8760
        ) == Decimal("528228")

    def test_years_without_positive_generation_are_left_out(self) -> None:
        assert average_generation_mwh({2011: 9, 2012: 3}, years=BASELINE) == 6
        assert average_generation_mwh({2010: -50, 2011: 9, 2012: 3}, years=BASELINE) == 6
        assert average_generation_mwh({2009: 1000, 2012: 3}, years=BASELINE) == 3

    def test_a_unit_that_never_generated_has_an_average_of_zero(self) -> None:
        assert average_generation_mwh({2010: 0, 2011: -1}, years=BASELINE) == 0

    def test_an_average_that_does_not_end_is_exact(self) -> None:
        thirds = average_generation_mwh({2010: 1, 2011: 1, 2012: 2}, years=BASELINE)

        assert thirds == Fraction(4, 3)


class TestIdleUnit:
    """MASS-060; 40 CFR 62.16240(a)(2)."""

    @pytest.mark.parametrize(
        ("operated", "tested_on", "idle"),
        [
            ({2022: False, 2023: False}, date(2024, 6, 1), True),
            ({2022: True, 2023: False, 2024: False}, date(2024, 6, 1), False),
            ({2022: True, 2023: False, 2024: False}, date(2027, 6, 1), True),
            ({2028: False, 2029: False}, date(2029, 6, 1), False),
            ({2028: False, 2029: False}, date(2031, 6, 1), True),
            ({2022: False, 2023: True}, date(2024, 6, 1), False),
        ],
    )
    def test_two_complete_calendar_years_before_the_run(
        self, operated: dict[int, bool], tested_on: date, idle: bool
    ) -> None:
        assert was_idle(operated, tested_on=tested_on) is idle

    def test_a_year_without_data_is_not_idle(self) -> None:
        assert not was_idle({2022: False, 2024: False}, tested_on=date(2027, 6, 1))

    def test_it_is_permanent(self) -> None:
        resumed = {2022: False, 2023: False, 2024: True, 2025: True}

        assert was_idle(resumed, tested_on=date(2027, 6, 1))
