"""40 CFR 62.16245(a)(2): which resources the renewable energy set-aside is for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from trueup.rules import programs
from trueup.rules.eligibility import Showing, Uprate
from trueup.rules.set_aside_eligibility import Claim, check_claim

RULES = programs.load("cpp-mass").renewable_energy
SOLAR = Showing(
    category="SOL", kind="photovoltaic", capacity_mw=Decimal(80), in_service_on=date(2014, 6, 1)
)
CLAIM = Claim(showing=SOLAR, state="WY", set_aside_of="WY", years=(2022,))


def reasons(claim: Claim) -> set[str]:
    assert RULES is not None
    return {found.reason for found in check_claim(claim, rules=RULES)}


def showing(**changes: object) -> Claim:
    return replace(CLAIM, showing=replace(SOLAR, **changes))  # type: ignore[arg-type]


class TestEligibleResources:
    """MASS-075."""

    def test_new_solar_in_the_state_is_eligible(self) -> None:
        assert reasons(CLAIM) == set()

    @pytest.mark.parametrize(
        ("claim", "reason"),
        [
            (showing(category="WND", kind="off_shore"), "kind_not_listed"),
            (showing(category="NUC", kind=""), "kind_not_listed"),
            (showing(category="BIO", kind=""), "kind_not_listed"),
            (showing(in_service_on=date(2012, 12, 31)), "capacity_not_new"),
            (showing(in_service_on=None), "capacity_not_new"),
            (showing(grid="ALASKA"), "not_on_grid"),
            (replace(CLAIM, state="UT"), "other_state"),
            (replace(CLAIM, credited_years=frozenset({2022})), "credited_with_ercs"),
            (replace(CLAIM, is_affected_egu=True), "is_affected_egu"),
            (replace(CLAIM, is_utility_scale=False), "scale_not_declared"),
        ],
    )
    def test_each_test_that_fails_has_its_own_reason(self, claim: Claim, reason: str) -> None:
        assert reasons(claim) == {reason}

    def test_credits_of_other_years_do_not_matter(self) -> None:
        assert reasons(replace(CLAIM, credited_years=frozenset({2020, 2021}))) == set()

    def test_the_refusals_cite_this_subpart(self) -> None:
        assert RULES is not None
        everything = replace(
            showing(category="NUC", kind="", in_service_on=date(2000, 1, 1), grid="HAWAII"),
            state="UT",
            credited_years=frozenset({2022}),
            is_affected_egu=True,
        )
        found = check_claim(everything, rules=RULES)

        assert len(found) == 6
        assert all("62.16245(a)(2)" in refusal.cite for refusal in found)


class TestDayOfService:
    """MASS-AMB-18: after January 1, 2013."""

    @pytest.mark.parametrize(
        ("day", "expected"),
        [
            (date(2013, 1, 2), set()),
            (date(2013, 1, 1), {"service_date_to_decide"}),
            (date(2012, 12, 31), {"capacity_not_new"}),
        ],
    )
    def test_the_first_of_january_is_for_the_administrator_to_decide(
        self, day: date, expected: set[str]
    ) -> None:
        assert reasons(showing(in_service_on=day)) == expected

    def test_once_accepted_it_counts(self) -> None:
        claim = replace(showing(in_service_on=date(2013, 1, 1)), date_accepted=True)

        assert reasons(claim) == set()

    def test_no_other_day_can_be_accepted(self) -> None:
        claim = replace(showing(in_service_on=date(2012, 12, 31)), date_accepted=True)

        assert reasons(claim) == {"capacity_not_new"}


class TestUprates:
    """MASS-076; 40 CFR 62.16245(a)(2)(ii)."""

    UPRATE = Uprate(on=date(2016, 5, 1), from_mw=Decimal(100), to_mw=Decimal(120))

    def test_an_uprate_of_an_old_resource_is_new_capacity(self) -> None:
        assert reasons(showing(in_service_on=date(1990, 1, 1), uprate=self.UPRATE)) == set()

    def test_an_uprate_after_a_derate_earns_nothing(self) -> None:
        claim = showing(
            in_service_on=date(1990, 1, 1), uprate=self.UPRATE, derated_on=date(2014, 1, 1)
        )

        assert reasons(claim) == {"capacity_not_new"}

    def test_relicensing_alone_creates_nothing(self) -> None:
        assert reasons(showing(in_service_on=date(1990, 1, 1), is_relicensed=True)) == {
            "capacity_not_new"
        }
