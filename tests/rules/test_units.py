"""40 CFR 62.16220(b)(2), 62.16345(a): tons and megawatt-hours."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.rules.refusal import Refused
from trueup.rules.units import (
    facility_tons,
    hourly_mass_tons,
    location_tons,
    mechanical_output_mwh,
    net_output_mwh,
    pounds_of,
    steam_output_mwh,
    tons_of,
    whole_tons,
)

masses = st.decimals(min_value=0, max_value=10_000_000, places=3)


class TestRounding:
    """MASS-154; 40 CFR 62.16220(b)(2): “rounded to the nearest ton”."""

    @pytest.mark.parametrize(
        ("tons", "whole"),
        [("438.8", 439), ("10.5", 11), ("10.49", 10), ("11.5", 12), ("0", 0), ("0.5", 1)],
    )
    def test_exact_halves_go_up(self, tons: str, whole: int) -> None:
        assert whole_tons(Decimal(tons)) == whole

    def test_exact_halves_go_to_the_even_ton_if_so_read(self) -> None:
        assert whole_tons(Decimal("10.5"), rounding="half_even") == 10
        assert whole_tons(Decimal("11.5"), rounding="half_even") == 12

    def test_each_location_is_rounded_by_itself(self) -> None:
        locations = [[Decimal("1000000.4")], [Decimal("500000.4")]]

        assert facility_tons(locations) == 1_500_000

    def test_a_location_is_rounded_once_for_the_whole_period(self) -> None:
        """MASS-153: quarterly totals are added as they are."""
        assert location_tons([Decimal("400.4")] * 3) == 1201
        assert sum(whole_tons(Decimal("400.4")) for _ in range(3)) == 1200

    def test_a_common_stack_counts_once_and_several_stacks_add_up(self) -> None:
        """MASS-155; 40 CFR 62.16345(a)(7) and (8)."""
        assert facility_tons([[Decimal(900)]]) == 900
        assert facility_tons([[Decimal(200)], [Decimal(300)]]) == 500

    def test_nothing_measured_is_nothing(self) -> None:
        assert location_tons([]) == 0
        assert facility_tons([]) == 0

    @pytest.mark.parametrize("tons", ["-0.1", "NaN", "Infinity"])
    def test_what_is_no_mass_is_a_bug(self, tons: str) -> None:
        with pytest.raises(ValueError, match="not a quantity"):
            whole_tons(Decimal(tons))

    def test_an_unknown_rounding_is_a_bug(self) -> None:
        with pytest.raises(ValueError, match="unknown rounding"):
            whole_tons(Decimal(1), rounding="down")

    @given(measured=st.lists(masses, max_size=20))
    def test_rounding_changes_a_location_by_half_a_ton_at_most(
        self, measured: list[Decimal]
    ) -> None:
        difference = location_tons(measured) - sum(measured, start=Decimal(0))

        assert Decimal("-0.5") < difference <= Decimal("0.5")


class TestHourlyMass:
    """MASS-152; 40 CFR 62.16345(a)(1) and (a)(4)."""

    def test_the_rate_times_the_time(self) -> None:
        whole_hour = hourly_mass_tons(Decimal("250.4"), operating_hours=Decimal("1.00"))
        part_of_an_hour = hourly_mass_tons(Decimal("251.2"), operating_hours=Decimal("0.75"))

        assert part_of_an_hour == Decimal("188.4")
        assert whole_hour + part_of_an_hour == Decimal("438.8")
        assert pounds_of(whole_hour) == Decimal(500_800)

    def test_an_hour_of_operation_without_a_rate_is_refused(self) -> None:
        with pytest.raises(Refused) as refused:
            hourly_mass_tons(None, operating_hours=Decimal("1.0"))

        assert refused.value.reasons == {"hour_incomplete"}

    def test_an_hour_without_operation_needs_no_rate(self) -> None:
        assert hourly_mass_tons(None, operating_hours=Decimal(0)) == 0

    def test_an_hour_has_no_more_than_an_hour(self) -> None:
        with pytest.raises(ValueError, match="an hour has no"):
            hourly_mass_tons(Decimal(1), operating_hours=Decimal("1.01"))

    def test_a_rate_below_zero_is_a_bug(self) -> None:
        with pytest.raises(ValueError, match="not a quantity"):
            hourly_mass_tons(Decimal(-1), operating_hours=Decimal(1))


class TestPounds:
    """40 CFR 62.16345(a)(4)(iii): 2,000 lb a ton."""

    @given(tons=masses)
    def test_there_and_back(self, tons: Decimal) -> None:
        assert tons_of(pounds_of(tons)) == tons

    def test_two_thousand(self) -> None:
        assert pounds_of(Decimal("1.5")) == 3000
        assert tons_of(Decimal(1)) == Decimal("0.0005")


class TestNetOutput:
    """MASS-156; 40 CFR 62.16345(a)(6)(i)."""

    def test_electric_output_less_what_the_unit_used(self) -> None:
        assert net_output_mwh(
            steam_turbine_mwh=Decimal(300),
            combustion_turbine_mwh=Decimal(150),
            auxiliary_mwh=Decimal(20),
        ) == Decimal(430)

    def test_zero_where_gross_output_does_not_exceed_the_auxiliary_load(self) -> None:
        assert net_output_mwh(steam_turbine_mwh=Decimal(5), auxiliary_mwh=Decimal(6)) == 0

    def test_heat_counts_even_then(self) -> None:
        assert net_output_mwh(
            steam_turbine_mwh=Decimal(5),
            auxiliary_mwh=Decimal(6),
            process_steam_mwh=Decimal(2),
            heat_recovery_mwh=Decimal(3),
            other_thermal_mwh=Decimal(4),
        ) == Decimal(9)

    def test_combined_heat_and_power_is_credited_for_distribution(self) -> None:
        """62.16375 “Net energy output” (2): electric divided by 0.95, heat in full."""
        assert net_output_mwh(
            steam_turbine_mwh=Decimal(95),
            process_steam_mwh=Decimal(40),
            delivery_factor=Decimal("0.95"),
        ) == Decimal(140)

    def test_process_steam(self) -> None:
        found = steam_output_mwh(Decimal(100_000), enthalpy_j_per_kg=Decimal("2.8e6"))

        assert round(found, 2) == Decimal("77.78")

    def test_mechanical_output(self) -> None:
        assert mechanical_output_mwh(Decimal(1000)) == Decimal("0.7457")
