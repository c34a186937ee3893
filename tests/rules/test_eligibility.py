"""40 CFR 62.16435: which resources can earn credits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from trueup.rules.eligibility import (
    EXCLUSIONS,
    FEDERAL,
    LISTED,
    MASS,
    MODEL,
    NONE,
    RENEWABLE,
    HostState,
    Policy,
    Showing,
    Uprate,
    check_eligibility,
    eligible_share,
)
from trueup.rules.ercs import creditable_mwh, whole_ercs

WIND = Showing(
    category="WND",
    kind="on_shore",
    capacity_mw=Decimal(100),
    in_service_on=date(2015, 6, 1),
    has_revenue_quality_meter=True,
)
MODEL_RULE = HostState(plan=MODEL)
MASS_BASED = HostState(program=MASS)


def reasons(
    showing: Showing, host: HostState = MODEL_RULE, policy: Policy | None = None
) -> set[str]:
    return {refusal.reason for refusal in check_eligibility(showing, host=host, policy=policy)}


def uprate(on: date, low: int, high: int, *, of_license: bool = False) -> Uprate:
    return Uprate(on=on, from_mw=Decimal(low), to_mw=Decimal(high), of_license=of_license)


class TestFourTests:
    """RATE-043; 40 CFR 62.16435(a)."""

    def test_a_new_wind_farm_in_a_rate_based_state_is_eligible(self) -> None:
        assert reasons(WIND) == set()

    def test_the_same_farm_of_2011_is_not(self) -> None:
        assert reasons(replace(WIND, in_service_on=date(2011, 6, 1))) == {"existing_capacity"}

    def test_every_test_that_fails_is_named(self) -> None:
        bad = replace(WIND, in_service_on=date(2011, 1, 1), grid="HI", category="STO")

        assert reasons(bad, MASS_BASED) == {
            "existing_capacity",
            "not_on_grid",
            "wrong_location",
            "category_not_listed",
        }


class TestNewCapacity:
    """RATE-044 to RATE-047; 40 CFR 62.16435(a)(1); AMB-17, AMB-18."""

    @pytest.mark.parametrize(
        ("day", "expected"),
        [(date(2013, 1, 1), {"existing_capacity"}), (date(2013, 1, 2), set())],
    )
    def test_only_after_january_1_of_2013(self, day: date, expected: set[str]) -> None:
        assert reasons(replace(WIND, in_service_on=day)) == expected

    def test_without_a_date_nothing_is_shown(self) -> None:
        assert reasons(replace(WIND, in_service_on=None)) == {"in_service_date_missing"}
        assert eligible_share(replace(WIND, in_service_on=None)) == 0

    def test_an_uprate_earns_its_part_of_the_output(self) -> None:
        nuclear = replace(
            WIND,
            category="NUC",
            in_service_on=date(1985, 1, 1),
            uprate=uprate(date(2018, 1, 1), 1000, 1100),
        )

        assert reasons(nuclear) == set()
        earned = creditable_mwh(Decimal(8_000_000), share=eligible_share(nuclear))
        assert whole_ercs(earned) == 727_272

    def test_an_uprate_before_2013_earns_nothing(self) -> None:
        old = replace(
            WIND, in_service_on=date(1985, 1, 1), uprate=uprate(date(2010, 1, 1), 100, 110)
        )

        assert reasons(old) == {"existing_capacity"}
        assert eligible_share(old) == 0

    @pytest.mark.parametrize(
        ("derated_on", "share"), [(date(2016, 5, 1), 0), (date(2012, 12, 31), Fraction(1, 10))]
    )
    def test_an_uprate_after_a_derate_of_2013_or_later_earns_nothing(
        self, derated_on: date, share: Fraction
    ) -> None:
        restored = replace(
            WIND,
            in_service_on=date(1990, 1, 1),
            derated_on=derated_on,
            uprate=uprate(date(2020, 1, 1), 900, 1000),
        )

        assert eligible_share(restored) == share
        assert reasons(restored) == (set() if share else {"uprate_after_derate"})

    def test_the_bar_includes_the_first_of_january(self) -> None:
        restored = replace(
            WIND,
            in_service_on=date(1990, 1, 1),
            derated_on=date(2013, 1, 1),
            uprate=uprate(date(2020, 1, 1), 900, 1000),
        )

        assert reasons(restored) == {"uprate_after_derate"}

    def test_new_capacity_keeps_its_own_part_when_its_uprate_is_barred(self) -> None:
        restored = replace(
            WIND, derated_on=date(2016, 5, 1), uprate=uprate(date(2020, 1, 1), 900, 1000)
        )

        assert reasons(restored) == set()
        assert eligible_share(restored) == Fraction(9, 10)

    def test_all_of_new_capacity_counts_with_its_uprate(self) -> None:
        assert eligible_share(replace(WIND, uprate=uprate(date(2020, 1, 1), 90, 100))) == 1

    def test_a_renewed_license_alone_adds_nothing(self) -> None:
        hydro = replace(
            WIND,
            category="HYD",
            in_service_on=date(1960, 1, 1),
            is_relicensed=True,
            uprate=uprate(date(2019, 1, 1), 50, 50, of_license=True),
        )

        assert reasons(hydro) == {"relicensed_capacity"}
        assert reasons(replace(hydro, uprate=None)) == {"relicensed_capacity"}

    def test_a_renewed_license_earns_the_uprate_that_it_records(self) -> None:
        hydro = replace(
            WIND,
            category="HYD",
            in_service_on=date(1960, 1, 1),
            is_relicensed=True,
            uprate=uprate(date(2019, 1, 1), 50, 60, of_license=True),
        )

        assert reasons(hydro) == set()
        assert whole_ercs(creditable_mwh(Decimal(240_000), share=eligible_share(hydro))) == 40_000

    def test_a_capacity_of_nothing_is_a_bug(self) -> None:
        with pytest.raises(ValueError, match="no capacity"):
            uprate(date(2019, 1, 1), 0, 0)


class TestGrid:
    """RATE-048; 40 CFR 62.16435(a)(2)."""

    @pytest.mark.parametrize(
        ("grid", "expected"),
        [("ERCOT", set()), ("WESTERN", set()), ("HAWAII", {"not_on_grid"}), ("", {"not_on_grid"})],
    )
    def test_the_contiguous_grid_alone(self, grid: str, expected: set[str]) -> None:
        assert reasons(replace(WIND, grid=grid)) == expected


class TestLocation:
    """RATE-049, RATE-050; 40 CFR 62.16435(a)(3); AMB-16, AMB-25."""

    def test_in_a_mass_based_state_a_contract_is_needed(self) -> None:
        assert reasons(WIND, MASS_BASED) == {"contract_missing"}
        sold = replace(WIND, contract_with="KY")
        assert reasons(sold, MASS_BASED) == {"contract_missing"}
        assert reasons(replace(sold, is_regional_supply=True), MASS_BASED) == set()

    def test_a_nuclear_uprate_in_a_mass_based_state_is_rejected_with_a_contract(self) -> None:
        nuclear = replace(WIND, category="NUC", contract_with="KY", is_regional_supply=True)

        assert reasons(nuclear, HostState(program=MASS, plan=MODEL)) == {"wrong_location"}
        wider = Policy(by_contract=RENEWABLE | {"NUC"})
        assert reasons(nuclear, HostState(program=MASS, plan=MODEL), wider) == set()

    def test_a_host_without_affected_units_needs_a_contract_too(self) -> None:
        host = HostState(program=NONE, plan=MODEL)

        assert reasons(WIND, host) == {"contract_missing"}
        sold = replace(WIND, contract_with="KY", is_regional_supply=True)
        assert reasons(sold, host) == set()

    def test_what_the_contract_covers_is_the_most_that_is_credited(self) -> None:
        earned = creditable_mwh(Decimal(100_000), contract_mwh=Decimal(60_000))

        assert whole_ercs(earned) == 60_000


class TestCategories:
    """RATE-052 to RATE-055; 40 CFR 62.16435(a)(4), (c); AMB-15."""

    @pytest.mark.parametrize("category", sorted(LISTED))
    def test_the_model_rule_admits_every_listed_category(self, category: str) -> None:
        assert reasons(replace(WIND, category=category)) == set()

    def test_storage_is_no_category(self) -> None:
        assert reasons(replace(WIND, category="STO")) == {"category_not_listed"}

    @pytest.mark.parametrize(
        ("category", "kind", "admitted"),
        [
            ("WND", "on_shore", True),
            ("WND", "off_shore", False),
            ("WND", "", False),
            ("SOL", "photovoltaic", True),
            ("SOL", "concentrated", True),
            ("GEO", "", True),
            ("NUC", "", True),
            ("HYD", "", True),
            ("WAV", "", False),
            ("BIO", "", False),
            ("DSM", "", False),
        ],
    )
    def test_a_federal_plan_admits_fewer(self, category: str, kind: str, admitted: bool) -> None:
        showing = replace(WIND, category=category, kind=kind)

        found = reasons(showing, HostState(plan=FEDERAL))

        assert found == (set() if admitted else {"category_not_in_plan"})

    def test_a_rooftop_of_8_kw_is_not_of_utility_scale(self) -> None:
        rooftop = replace(
            WIND,
            category="SOL",
            kind="photovoltaic",
            capacity_mw=Decimal("0.008"),
            has_revenue_quality_meter=False,
        )

        (refusal,) = check_eligibility(rooftop, host=HostState(plan=FEDERAL))

        assert refusal.reason == "category_not_in_plan"
        assert "1 MW or more and a revenue-quality meter" in refusal.sentence
        assert reasons(rooftop) == set()

    @pytest.mark.parametrize(("mw", "admitted"), [("1.0", True), ("0.9", False)])
    def test_the_size_of_utility_scale_is_a_setting(self, mw: str, admitted: bool) -> None:
        plant = replace(WIND, capacity_mw=Decimal(mw))
        host = HostState(plan=FEDERAL)

        assert reasons(plant, host) == (set() if admitted else {"category_not_in_plan"})
        assert reasons(plant, host, Policy(utility_scale_mw=Decimal("0.5"))) == set()

    @pytest.mark.parametrize("exclusion", sorted(EXCLUSIONS))
    def test_excluded_measures_are_refused_whatever_they_show(self, exclusion: str) -> None:
        (refusal,) = check_eligibility(replace(WIND, exclusion=exclusion), host=MODEL_RULE)

        assert refusal.reason == "measure_excluded"
        assert exclusion in refusal.sentence

    @pytest.mark.parametrize(
        ("basis", "expected"),
        [("EX_POST", set()), ("REAL_TIME", set()), ("EX_ANTE", {"projected_savings"})],
    )
    def test_savings_count_as_measured(self, basis: str, expected: set[str]) -> None:
        assert reasons(replace(WIND, category="DSM", savings_basis=basis)) == expected
