"""40 CFR 62.16420(c), 62.16434, 62.16535: rates, credits needed, credits earned."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.rules import rate
from trueup.rules.rate import COMBUSTION_TURBINE, STEAM_IGCC, Operation
from trueup.rules.refusal import Refused

operations = st.builds(
    Operation,
    co2_lb=st.decimals(0, 10**11, places=3),
    net_mwh=st.decimals(0, 10**8, places=3),
)
standards = st.sampled_from([1671, 1500, 1380, 1305, 877, 817, 784, 771])


def ran(co2_lb: str | int, net_mwh: str | int) -> Operation:
    return Operation(co2_lb=Decimal(co2_lb), net_mwh=Decimal(net_mwh))


class TestStandards:
    """RATE-015 to RATE-017; Table 1."""

    @pytest.mark.parametrize(
        ("subcategory", "year", "standard"),
        [
            (STEAM_IGCC, 2022, 1671),
            (STEAM_IGCC, 2025, 1500),
            (STEAM_IGCC, 2029, 1380),
            (STEAM_IGCC, 2039, 1305),
            (COMBUSTION_TURBINE, 2024, 877),
            (COMBUSTION_TURBINE, 2026, 817),
            (COMBUSTION_TURBINE, 2028, 784),
            (COMBUSTION_TURBINE, 2030, 771),
        ],
    )
    def test_they_follow_the_period_and_the_subcategory_alone(
        self, subcategory: str, year: int, standard: int
    ) -> None:
        assert rate.standard_of(subcategory, year) == standard

    @pytest.mark.parametrize(("subcategory", "year"), [("nuclear", 2023), (STEAM_IGCC, 2021)])
    def test_what_the_table_does_not_have_is_refused(self, subcategory: str, year: int) -> None:
        with pytest.raises(Refused) as refused:
            rate.standard_of(subcategory, year)

        assert refused.value.reasons == {"no_standard"}


class TestSubcategories:
    """RATE-006; 40 CFR 62.16570 “Stationary combustion turbine”."""

    @pytest.mark.parametrize(
        ("unit_type", "fuel", "subcategory"),
        [
            ("steam", "Coal", STEAM_IGCC),
            ("steam", "Pipeline Natural Gas", STEAM_IGCC),
            ("igcc", "Coal", STEAM_IGCC),
            ("combined_cycle", "Pipeline Natural Gas, Diesel Oil", COMBUSTION_TURBINE),
            ("combined_cycle", "Pipeline Natural Gas, Wood", STEAM_IGCC),
            ("combined_cycle", "Coal-Derived Gas", COMBUSTION_TURBINE),
            ("combined_heat_and_power", "", COMBUSTION_TURBINE),
            ("nuclear", "", None),
            ("", "Coal", None),
        ],
    )
    def test_a_turbine_that_burns_solid_fuel_is_a_steam_unit(
        self, unit_type: str, fuel: str, subcategory: str | None
    ) -> None:
        assert rate.subcategory_of(unit_type=unit_type, fuel=fuel) == subcategory


class TestCreditsNeeded:
    """RATE-018 to RATE-023; the smallest whole number, in exact arithmetic."""

    @pytest.mark.parametrize(
        ("co2_lb", "net_mwh", "standard", "needed"),
        [
            (2_000_000_000, 1_000_000, 1500, 333_334),
            (850_000_000, 1_000_000, 771, 102_465),  # The preamble prints 102,464.
            (1_800_000_000, 1_100_000, 1500, 100_000),  # An exact integer.
            (1_500_000_000, 1_000_000, 1500, 0),
            (167_100, 0, 1671, 100),
            (0, 0, 1671, 0),
            (3_500_000_000, 2_000_000, 1671, 94_555),
            (900_000_000, 1_000_000, 877, 26_226),
        ],
    )
    def test_worked_examples(self, co2_lb: int, net_mwh: int, standard: int, needed: int) -> None:
        assert rate.ercs_needed(ran(co2_lb, net_mwh), standard=standard) == needed

    @given(operation=operations, standard=standards)
    def test_one_credit_fewer_would_not_do(self, operation: Operation, standard: int) -> None:
        needed = rate.ercs_needed(operation, standard=standard)

        assert rate.meets(operation, standard=standard, ercs=needed)
        assert needed == 0 or not rate.meets(operation, standard=standard, ercs=needed - 1)

    def test_a_period_is_summed_and_its_years_are_not_averaged(self) -> None:
        years = [ran(344_000_000, 400_000), ran(267_000_000, 300_000), ran(435_000_000, 500_000)]

        whole = rate.in_all(years)

        assert rate.meets(whole, standard=877)
        assert round(float(rate.adjusted_rate(whole, ercs=0) or 0), 3) == 871.667

    def test_what_rounds_to_the_standard_may_exceed_it(self) -> None:
        assert not rate.meets(ran("1671.0004", 1), standard=1671)

    def test_without_any_output_there_is_no_rate(self) -> None:
        assert rate.adjusted_rate(ran(0, 0), ercs=0) is None
        assert rate.adjusted_rate(ran(3000, 1), ercs=1) == Fraction(1500)


class TestCreditsEarned:
    """RATE-033 to RATE-038; 62.16434(b), (c)."""

    @pytest.mark.parametrize(
        ("co2_lb", "net_mwh", "standard", "earned"),
        [
            (380_000_000, 500_000, 817, 34_883),
            (3_200_000_000, 2_000_000, 1671, 84_979),
            (410_000_000, 500_000, 817, 0),
        ],
    )
    def test_below_the_standard(
        self, co2_lb: int, net_mwh: int, standard: int, earned: int
    ) -> None:
        assert rate.below_standard_ercs(ran(co2_lb, net_mwh), standard=standard) == earned

    @pytest.mark.parametrize(
        ("co2_lb", "net_mwh", "year", "earned"),
        [
            (900_000_000, 1_000_000, 2022, 101_508),
            (850_000_000, 1_000_000, 2030, 90_651),
            (2_000_000, 1_000, 2022, 0),
            (0, 0, 2022, 0),
        ],
    )
    def test_by_shifting_to_gas(self, co2_lb: int, net_mwh: int, year: int, earned: int) -> None:
        assert earned == rate.gas_shift_ercs(
            ran(co2_lb, net_mwh),
            steam_standard=rate.standard_of(STEAM_IGCC, year),
            factor=rate.incremental_generation_factor(year),
        )

    def test_the_two_routes_are_not_netted(self) -> None:
        turbine = ran(850_000_000, 1_000_000)

        assert rate.ercs_needed(turbine, standard=771) == 102_465
        assert rate.below_standard_ercs(turbine, standard=771) == 0

    def test_years_are_issued_from_what_was_earned_since_the_period_began(self) -> None:
        years = [ran(344_000_000, 400_000), ran(267_000_000, 300_000), ran(435_000_000, 500_000)]
        so_far = [rate.in_all(years[: count + 1]) for count in range(len(years))]
        earned = [rate.below_standard_ercs(whole, standard=877) for whole in so_far]

        assert rate.yearly_issues(earned) == (7753, 0, 0)
        assert earned[-1] == 7297

    @given(earned=st.lists(st.integers(0, 10**7), max_size=5))
    def test_never_is_less_than_nothing_issued(self, earned: list[int]) -> None:
        issues = rate.yearly_issues(earned)

        assert min(issues, default=0) >= 0
        assert sum(issues) == max(earned, default=0)


def test_a_float_that_slips_in_is_no_quantity() -> None:
    with pytest.raises(ValueError, match="at least zero"):
        ran("NaN", 1)
    with pytest.raises(ValueError, match="at least zero"):
        ran("-1", 1)
