"""40 CFR 62.16445(e), 62.16455, 62.16465: credits of verified MWh."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.rules import ercs
from trueup.rules.ercs import AggregatedUnit, creditable_mwh, whole_ercs
from trueup.rules.refusal import Refused

quantities = st.decimals(0, 10**8, places=4)
shares = st.fractions(0, 1, max_denominator=2000)


def mwh(text: str | int) -> Decimal:
    return Decimal(text)


def units(*capacities_kw: int, **same: str) -> list[AggregatedUnit]:
    return [
        AggregatedUnit(
            capacity_kw=Decimal(capacity),
            jurisdiction=same.get("jurisdiction", "TX"),
            measured_by=same.get("measured_by", "ANSI_C12_20"),
        )
        for capacity in capacities_kw
    ]


class TestWholeCredits:
    """RATE-121, RATE-135; 40 CFR 62.16445(e); AMB-03."""

    @pytest.mark.parametrize(
        ("verified", "whole"),
        [("9950.7", 9950), ("9950", 9950), ("0.999", 0), ("0", 0), ("4503599627370496.9", 2**52)],
    )
    def test_the_fraction_is_dropped(self, verified: str, whole: int) -> None:
        assert whole_ercs(mwh(verified)) == whole

    @pytest.mark.parametrize("verified", ["-0.1", "NaN", "Infinity"])
    def test_what_is_no_quantity_is_a_bug(self, verified: str) -> None:
        with pytest.raises(ValueError, match="not"):
            whole_ercs(mwh(verified))

    def test_a_state_can_carry_the_fraction(self) -> None:
        first = ercs.issue(mwh("9950.7"), carries=True)
        second = ercs.issue(mwh("10.4"), carried=first.fraction_carried, carries=True)

        assert (first.ercs, first.fraction_carried) == (9950, Fraction(7, 10))
        assert (second.ercs, second.fraction_carried) == (11, Fraction(1, 10))
        assert ercs.issue(mwh("10.4"), carried=Fraction(7, 10)).ercs == 10


class TestAdjustment:
    """RATE-145; 40 CFR 62.16450(a)."""

    @pytest.mark.parametrize(
        ("verified", "correction", "issued", "left"),
        [("10000", 200, 9800, 0), ("10000", 12000, 0, 2000), ("10000.9", 0, 10000, 0)],
    )
    def test_it_is_taken_off_the_next_report_and_never_below_zero(
        self, verified: str, correction: int, issued: int, left: int
    ) -> None:
        result = ercs.issue(mwh(verified), correction=correction)

        assert (result.ercs, result.correction_left) == (issued, left)

    def test_a_negative_correction_is_a_bug(self) -> None:
        with pytest.raises(ValueError, match="not negative"):
            ercs.issue(mwh(1), correction=-1)

    @given(verified=quantities, correction=st.integers(0, 10**8))
    def test_nothing_is_lost_between_issue_and_correction(
        self, verified: Decimal, correction: int
    ) -> None:
        result = ercs.issue(verified, correction=correction)

        assert result.ercs >= 0
        assert result.ercs + correction - result.correction_left == whole_ercs(verified)


class TestCreditableMwh:
    """RATE-045, RATE-050, RATE-051, RATE-089."""

    def test_the_biogenic_share_of_waste_to_energy(self) -> None:
        earned = creditable_mwh(mwh(100_000), biogenic_share=Decimal("0.55"))

        assert whole_ercs(earned) == 55_000

    @pytest.mark.parametrize(
        ("share", "is_good"),
        [(None, False), ("1.01", False), ("-0.1", False), ("NaN", False), ("0", True), ("1", True)],
    )
    def test_the_biogenic_share_is_stated_and_between_0_and_1(
        self, share: str | None, is_good: bool
    ) -> None:
        refusals = ercs.check_biogenic_share(Decimal(share) if share is not None else None)

        assert (not refusals) == is_good

    def test_what_earned_set_aside_allowances_earns_no_credits(self) -> None:
        assert creditable_mwh(mwh(50_000), rewarded_mwh=mwh(10_000)) == 40_000
        assert creditable_mwh(mwh(5), rewarded_mwh=mwh(10)) == 0

    def test_a_share_above_one_is_a_bug(self) -> None:
        with pytest.raises(ValueError, match="between 0 and 1"):
            creditable_mwh(mwh(1), share=Fraction(2))

    @given(verified=quantities, share=shares, rewarded=quantities, contract=quantities)
    def test_never_more_than_was_verified(
        self, verified: Decimal, share: Fraction, rewarded: Decimal, contract: Decimal
    ) -> None:
        earned = creditable_mwh(verified, share=share, contract_mwh=contract, rewarded_mwh=rewarded)

        assert 0 <= earned <= min(Fraction(verified) * share, Fraction(contract))


class TestFeasibility:
    """RATE-120; 40 CFR 62.16465(c)(1)(i)."""

    @pytest.mark.parametrize(
        ("reported", "is_feasible"), [("36500", False), ("36000", True), ("35000", True)]
    )
    def test_capacity_times_hours_is_the_most(self, reported: str, is_feasible: bool) -> None:
        assert ercs.maximum_mwh(Decimal(50), days=30) == 36_000
        assert ercs.is_feasible(mwh(reported), capacity_mw=Decimal(50), days=30) == is_feasible

    def test_a_reading_without_days_is_a_bug(self) -> None:
        with pytest.raises(ValueError, match="at least a day"):
            ercs.maximum_mwh(Decimal(50), days=0)


class TestFirstYear:
    """RATE-056; AMB-40."""

    def test_only_days_from_2022_on_are_creditable(self) -> None:
        assert ercs.days_creditable(date(2021, 7, 1), date(2022, 6, 30)) == (
            date(2022, 1, 1),
            date(2022, 6, 30),
        )
        assert ercs.days_creditable(date(2021, 1, 1), date(2021, 12, 31)) is None
        with pytest.raises(ValueError, match="does not end before"):
            ercs.days_creditable(date(2022, 1, 2), date(2022, 1, 1))


class TestMetering:
    """RATE-063, 064, 080, 082, 083, 085, 086, 087; AMB-21."""

    @pytest.mark.parametrize(
        ("kw", "has_meter", "rules"),
        [("9.9", True, "metered"), ("9.9", False, "estimated"), ("12", True, "metered")],
    )
    def test_a_unit_below_10_kw_may_be_estimated(
        self, kw: str, has_meter: bool, rules: str
    ) -> None:
        assert ercs.metering_of(Decimal(kw), has_meter=has_meter) == rules

    @pytest.mark.parametrize("kw", ["12", "10"])
    def test_a_larger_one_without_a_meter_is_not_creditable(self, kw: str) -> None:
        with pytest.raises(Refused) as refused:
            ercs.metering_of(Decimal(kw), has_meter=False)

        assert refused.value.reasons == {"meter_missing"}

    def test_only_what_the_grid_gets_counts(self) -> None:
        assert ercs.grid_delivered(mwh("12.0"), on_site_mwh=mwh("5.0")) == 7

    @pytest.mark.parametrize("on_site", [None, "12.1", "-1"])
    def test_use_on_the_site_is_metered_and_fits(self, on_site: str | None) -> None:
        with pytest.raises(Refused) as refused:
            ercs.grid_delivered(
                mwh("12.0"), on_site_mwh=mwh(on_site) if on_site is not None else None
            )

        assert refused.value.reasons == {"on_site_use_not_metered"}

    @pytest.mark.parametrize(
        ("estimated", "on_site", "credited"), [("6.2", "2.0", "4.2"), ("0.9", "0", "0")]
    )
    def test_an_unmetered_unit_delivers_at_least_one_mwh(
        self, estimated: str, on_site: str, credited: str
    ) -> None:
        found = ercs.unmetered_delivery(mwh(estimated), on_site_mwh=mwh(on_site))

        assert found == mwh(credited)

    @pytest.mark.parametrize(("is_separable", "net"), [(True, 960), (False, 900)])
    def test_station_service_never_counts_and_other_load_if_metered_apart(
        self, is_separable: bool, net: int
    ) -> None:
        found = ercs.net_of_station_service(
            mwh(1000), station_service_mwh=mwh(40), on_site_mwh=mwh(60), is_separable=is_separable
        )

        assert found == net

    def test_six_units_of_149_kw_share_a_meter_and_seven_do_not(self) -> None:
        assert ercs.check_aggregation(units(*[149] * 6)) == []
        assert len(ercs.check_aggregation(units(*[149] * 7))) == 1
        assert len(ercs.check_aggregation(units(150))) == 1
        assert ercs.check_aggregation(units(100)) == []

    def test_units_of_two_states_or_two_algorithms_do_not(self) -> None:
        two_states = [*units(100), *units(100, jurisdiction="OK")]
        two_ways = [*units(5, measured_by="A"), *units(5, measured_by="B")]

        assert [refusal.reason for refusal in ercs.check_aggregation(two_states)] == [
            "aggregation_invalid"
        ]
        assert "algorithm" in ercs.check_aggregation(two_ways)[0].sentence

    @pytest.mark.parametrize(("mw", "needed"), [("1.0", True), ("0.9", False)])
    def test_form_eia_860_from_one_megawatt(self, mw: str, needed: bool) -> None:
        assert ercs.needs_form_eia_860(Decimal(mw)) == needed

    def test_nameplate_is_kept_to_a_tenth(self) -> None:
        assert ercs.nameplate_mw(Decimal("25.04")) == Decimal("25.0")


class TestCombinedHeatAndPower:
    """RATE-090, 091, 092; AMB-30."""

    @pytest.mark.parametrize(
        ("mw", "tier"),
        [
            ("25.1", ercs.AS_AFFECTED_EGU),
            ("25.0", ercs.LOW_MASS),
            ("1.1", ercs.LOW_MASS),
            ("1.0", ercs.MONTHLY_RECORDS),
        ],
    )
    def test_monitoring_follows_capacity(self, mw: str, tier: str) -> None:
        assert ercs.chp_monitoring(Decimal(mw)) == tier

    def test_the_worked_example(self) -> None:
        rate = ercs.chp_rate(
            fuel_mmbtu=mwh(100_000),
            factor_lb_per_mmbtu=Decimal(117),
            thermal_mmbtu=mwh(40_000),
            boiler_efficiency=Decimal("0.8"),
            electric_mwh=mwh(10_000),
        )

        assert rate == 585
        earned = ercs.chp_mwh(rate=rate, standard=877, electric_mwh=mwh(10_000))
        assert round(float(earned), 2) == 3329.53
        assert whole_ercs(earned) == 3329

    @pytest.mark.parametrize(("rate", "whole"), [(900, 0), (-5, 10_000), (877, 0), (0, 10_000)])
    def test_the_ratio_stays_between_0_and_1(self, rate: int, whole: int) -> None:
        earned = ercs.chp_mwh(rate=rate, standard=877, electric_mwh=mwh(10_000))

        assert whole_ercs(earned) == whole

    @pytest.mark.parametrize(
        ("thermal", "fossil", "whole"), [(18_000, "0", 18_000), (30_000, "0.10", 18_000)]
    )
    def test_waste_heat_is_capped_and_fossil_heat_taken_off(
        self, thermal: int, fossil: str, whole: int
    ) -> None:
        earned = ercs.waste_heat_mwh(
            electric_mwh=mwh(20_000), thermal_load_mwh=mwh(thermal), fossil_share=Decimal(fossil)
        )

        assert whole_ercs(earned) == whole

    def test_a_fossil_share_above_one_is_a_bug(self) -> None:
        with pytest.raises(ValueError, match="between 0 and 1"):
            ercs.waste_heat_mwh(
                electric_mwh=mwh(1), thermal_load_mwh=mwh(1), fossil_share=Decimal(2)
            )

    def test_what_a_report_states_is_what_counts(self) -> None:
        stated = {
            "fuel_mmbtu": "100000",
            "co2_factor": "117",
            "thermal_mmbtu": "40000",
            "boiler_efficiency": "0.8",
            "matching_standard": "combustion_turbine",
        }
        earned = ercs.credited_heat_and_power("CHP", stated, electric_mwh=mwh(10_000), year=2022)
        waste = {"thermal_load_mwh": "18000", "fossil_share": "0"}

        assert whole_ercs(earned) == 3329
        assert ercs.credited_heat_and_power("CHP", {}, electric_mwh=mwh(0), year=2022) == 0
        assert (
            ercs.credited_heat_and_power("WHP", waste, electric_mwh=mwh(20_000), year=2022)
            == 18_000
        )
        assert ercs.credited_heat_and_power("WND", {}, electric_mwh=mwh(7), year=2022) == 7
