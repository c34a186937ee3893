"""40 CFR 62.16434: what affected EGUs earn, year by year within the period."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.rules import programs
from trueup.rules.credits import BELOW_STANDARD, GAS_SHIFT
from trueup.rules.egu_credits import Earned, earned_in
from trueup.rules.rate import COMBUSTION_TURBINE, STEAM_IGCC, Operation, below_standard_ercs, in_all
from trueup.rules.refusal import Refused

PERIOD = programs.load("cpp-rate").period_named("2022-2024")


def ran(co2_lb: int, net_mwh: int) -> Operation:
    return Operation(co2_lb=Decimal(co2_lb), net_mwh=Decimal(net_mwh))


def issues(
    years: dict[int, Operation], subcategory: str, *, basis: str = "cumulative"
) -> list[dict[str, Earned]]:
    """What is issued for each year, each after the ones before."""
    issued = {BELOW_STANDARD: 0, GAS_SHIFT: 0}
    found = []
    for year in sorted(years):
        known = {before: years[before] for before in years if before <= year}
        of_year = earned_in(
            year,
            known,
            subcategory=subcategory,
            period=PERIOD,
            issued={} if basis == "year" else issued,
            basis=basis,
        )
        for earned in of_year:
            issued[earned.category] += earned.quantity
        found.append({earned.category: earned for earned in of_year})
    return found


# RATE-034: (400,000 MWh at 860), (300,000 at 890), (500,000 at 870).
TURBINE = {2022: ran(344_000_000, 400_000), 2023: ran(267_000_000, 300_000)}
TURBINE[2024] = ran(435_000_000, 500_000)


class TestCumulativeIssues:
    """RATE-034; AMB-04."""

    def test_a_year_is_issued_what_the_period_earned_so_far_less_what_was_issued(self) -> None:
        found = [year[BELOW_STANDARD] for year in issues(TURBINE, COMBUSTION_TURBINE)]

        assert [earned.quantity for earned in found] == [7_753, 0, 0]
        assert found[-1].over_issued == 7_753 - 7_297

    def test_separate_years_would_give_more_than_the_period(self) -> None:
        found = issues(TURBINE, COMBUSTION_TURBINE, basis="year")

        assert sum(year[BELOW_STANDARD].quantity for year in found) == 11_743

    def test_by_the_period_all_is_issued_with_its_last_year(self) -> None:
        found = issues(TURBINE, COMBUSTION_TURBINE, basis="period")

        assert found[:2] == [{}, {}]
        assert found[2][BELOW_STANDARD].quantity == 7_297

    @given(
        years=st.fixed_dictionaries(
            {
                year: st.builds(
                    Operation,
                    co2_lb=st.decimals(0, 10**9, places=2),
                    net_mwh=st.decimals(0, 10**6, places=3),
                )
                for year in (2022, 2023, 2024)
            }
        ),
        subcategory=st.sampled_from([STEAM_IGCC, COMBUSTION_TURBINE]),
    )
    def test_issued_less_over_issued_is_what_the_period_earned(
        self, years: dict[int, Operation], subcategory: str
    ) -> None:
        found = [year[BELOW_STANDARD] for year in issues(years, subcategory)]
        standard = {STEAM_IGCC: 1671, COMBUSTION_TURBINE: 877}[subcategory]

        in_total = sum(earned.quantity for earned in found) - found[-1].over_issued
        assert in_total == below_standard_ercs(in_all(years.values()), standard=standard)


class TestRoutes:
    """RATE-032, RATE-033, RATE-035 to RATE-038."""

    def test_gas_shift_of_a_turbine(self) -> None:
        (year,) = issues({2022: ran(900_000_000, 1_000_000)}, COMBUSTION_TURBINE)

        assert year[GAS_SHIFT].quantity == 101_508
        assert year[BELOW_STANDARD].quantity == 0

    def test_a_turbine_may_earn_both_ways(self) -> None:
        (year,) = issues({2022: ran(760_000_000, 1_000_000)}, COMBUSTION_TURBINE)

        assert year[GAS_SHIFT].quantity > 0
        assert year[BELOW_STANDARD].quantity == 133_409

    def test_a_steam_unit_earns_below_its_standard_alone(self) -> None:
        (year,) = issues({2022: ran(3_200_000_000, 2_000_000)}, STEAM_IGCC)

        assert {category: earned.quantity for category, earned in year.items()} == {
            BELOW_STANDARD: 84_979
        }

    def test_without_a_standard_nothing_can_be_earned(self) -> None:
        with pytest.raises(Refused):
            earned_in(2022, {2022: ran(1, 1)}, subcategory="nuclear", period=PERIOD, issued={})
