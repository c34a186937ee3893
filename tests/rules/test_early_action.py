"""40 CFR 62.16431, 62.16231: early action in both programs."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.rules import early_action
from trueup.rules.early_action import EarlyActionRules, Project, award, pool_shares

SEPTEMBER_7 = date(2018, 9, 7)
SET = {"per_mwh": Decimal(1), "per_ton": Decimal(1), "renewable_share": Decimal("0.5")}


class TestScope:
    """RATE-222, RATE-223; MASS-094; 40 CFR 62.16431(a), 62.16231(a)."""

    @pytest.mark.parametrize("kind", early_action.KINDS)
    def test_metered_wind_and_solar_and_low_income_efficiency(self, kind: str) -> None:
        assert early_action.check_project(Project(kind=kind, started_on=SEPTEMBER_7)) == []

    def test_geothermal_is_rejected(self) -> None:
        (refusal,) = early_action.check_project(Project(kind="geothermal", started_on=SEPTEMBER_7))
        assert refusal.reason == "kind_not_rewarded"

    @pytest.mark.parametrize(("year", "reasons"), [(2019, 1), (2020, 0), (2021, 0), (2022, 1)])
    def test_only_mwh_of_2020_and_2021(self, year: int, reasons: int) -> None:
        assert len(early_action.check_year(year)) == reasons

    @pytest.mark.parametrize(
        ("day", "expected"),
        [(date(2018, 9, 6), ["started_too_early"]), (SEPTEMBER_7, [])],
    )
    def test_after_september_6_of_2018(self, day: date, expected: list[str]) -> None:
        found = early_action.check_project(Project(kind="wind", started_on=day))
        assert [refusal.reason for refusal in found] == expected

    def test_every_reason_is_named(self) -> None:
        project = Project(
            kind="coal", started_on=date(2010, 1, 1), is_in_or_benefits=False, is_metered=False
        )
        found = {refusal.reason for refusal in early_action.check_project(project)}
        assert found == {
            "kind_not_rewarded",
            "started_too_early",
            "outside_state",
            "meter_missing",
        }


class TestAwards:
    """RATE-224, RATE-225, RATE-227; MASS-096; 40 CFR 62.16431(c), (d); 62.16231(d)."""

    @pytest.mark.parametrize(
        ("kind", "mwh", "per_mwh", "earned"),
        [
            ("wind", "1001", "1", 500),
            ("low_income_efficiency", "1001", "1", 1000),
            ("solar", "10000", "0.8", 4000),
            ("low_income_efficiency", "10000", "0.8", 8000),
            ("wind", "1.999", "1", 0),
            ("wind", "4503599627370497", "1", 2251799813685248),
        ],
    )
    def test_for_two_mwh_one_or_two_of_each(
        self, kind: str, mwh: str, per_mwh: str, earned: int
    ) -> None:
        found = award(Decimal(mwh), kind=kind, per_mwh=Decimal(per_mwh))
        assert (found.early, found.matching) == (earned, earned)

    def test_when_the_match_runs_out_early_action_goes_on(self) -> None:
        found = award(Decimal(1000), kind="wind", available=120)
        assert (found.early, found.matching, found.unmatched) == (500, 120, 380)

    def test_nothing_is_matched_out_of_an_empty_reserve(self) -> None:
        assert award(Decimal(1000), kind="wind", available=-5).matching == 0

    @pytest.mark.parametrize("mwh", ["-1", "NaN"])
    def test_what_is_no_quantity_is_a_bug(self, mwh: str) -> None:
        with pytest.raises(ValueError, match="not a quantity"):
            award(Decimal(mwh), kind="wind")

    @given(mwh=st.decimals(0, 10**9, places=3), left=st.integers(0, 10**9))
    def test_never_more_than_the_mwh_or_than_is_left(self, mwh: Decimal, left: int) -> None:
        for kind, most in (("wind", mwh / 2), ("low_income_efficiency", mwh)):
            found = award(mwh, kind=kind, available=left)
            assert found.early <= most
            assert found.matching <= min(found.entitled, left)


class TestPool:
    """RATE-226, RATE-229; MASS-097; 40 CFR 62.16431(c)."""

    def test_pro_rata_to_the_reductions_from_2012(self) -> None:
        assert pool_shares({"A": 30, "B": 20}) == {"A": 180_000_000, "B": 120_000_000}

    def test_shares_that_do_not_add_up_are_refused(self) -> None:
        assert early_action.check_shares({"A": 180_000_000, "B": 120_000_000}) == []
        (refusal,) = early_action.check_shares({"A": 180_000_000, "B": 119_999_999})
        assert refusal.reason == "shares_do_not_add_up"

    @given(
        weights=st.dictionaries(
            st.text("ABCDEFGH", min_size=2, max_size=2), st.integers(1, 10**6), min_size=1
        )
    )
    def test_no_ton_is_lost(self, weights: dict[str, int]) -> None:
        shares = pool_shares(weights)
        assert sum(shares.values()) == early_action.POOL_TONS
        assert early_action.check_shares(shares) == []

    def test_nobody_to_share_among_is_a_bug(self) -> None:
        with pytest.raises(ValueError, match="cannot share"):
            pool_shares({"A": 0})

    def test_two_reserves_and_nothing_between_them(self) -> None:
        reserves = early_action.reserves_of(1001, renewable_share=Decimal("0.5"))
        assert reserves == {"renewable": 500, "efficiency": 501}
        assert early_action.reserve_of("solar") == "renewable"
        assert early_action.reserve_of("low_income_efficiency") == "efficiency"

    def test_what_nobody_claimed_is_shared_anew(self) -> None:
        assert early_action.redistribute(1000, {"AL": 3, "GA": 1}) == {"AL": 750, "GA": 250}
        assert early_action.redistribute(0, {"AL": 0}) == {"AL": 0}


class TestMatchingEnds:
    """RATE-230; MASS-097; DL-25."""

    def test_an_award_after_january_1_of_2023_is_not_matched(self) -> None:
        assert early_action.check_matching(early_action.MATCHING_ENDS) == []
        day_after = early_action.MATCHING_ENDS + timedelta(days=1)
        (refusal,) = early_action.check_matching(day_after)
        assert (day_after.isoformat(), refusal.reason) == ("2023-01-02", "matching_ended")


class TestSwitch:
    """RATE-228; MASS-096; 40 CFR 62.16431(b); AMB-31."""

    def test_it_is_off_until_everything_is_set(self) -> None:
        (refusal,) = early_action.check_switched_on(EarlyActionRules())
        assert refusal.reason == "switched_off"
        assert early_action.check_switched_on(EarlyActionRules(**SET, mechanism="withhold")) == []

    def test_without_a_mechanism_against_dilution_it_stays_off(self) -> None:
        rules = EarlyActionRules(**SET)
        assert rules.unset == ("mechanism",)
        assert early_action.check_switched_on(rules)

    def test_a_program_file_states_them(self) -> None:
        rules = early_action.read_rules({"per_mwh": "0.8", "mechanism": "retire_later"})
        assert rules.unset == ("per_ton", "renewable_share")
        assert rules.per_mwh == Decimal("0.8")

    @pytest.mark.parametrize(
        "given", [{"k": 1}, {"per_mwh": 0}, {"renewable_share": 2}, {"mechanism": "hope"}]
    )
    def test_what_is_no_parameter_is_refused(self, given: dict[str, object]) -> None:
        with pytest.raises(ValueError, match=r"early action|share|mechanism"):
            early_action.read_rules(given)
