"""The worked figures of the platform's chapter, each by the rule's own function."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.rules.papers import complete
from trueup.rules import ercs, programs, rate, savings
from trueup.rules.papers import PLAN, Described, check_paper, tags_of
from trueup.rules.rate import Operation

MASS, RATE = programs.load("cpp-mass"), programs.load("cpp-rate")


class TestDeadlines:
    """PLAT-084: May 1 and November 1 after the last year, at the end of the day, rolled."""

    @pytest.mark.parametrize(
        ("period", "mass", "rate_based"),
        [
            ("2022-2024", date(2025, 5, 1), date(2025, 11, 3)),  # November 1 is a Saturday.
            ("2028-2029", date(2030, 5, 1), date(2030, 11, 1)),
        ],
    )
    def test_each_program_has_its_day(self, period: str, mass: date, rate_based: date) -> None:
        assert MASS.deadline_on(MASS.period_named(period)) == mass
        assert RATE.deadline_on(RATE.period_named(period)) == rate_based

    def test_it_is_the_end_of_that_day_in_eastern_time(self) -> None:
        at = MASS.deadline_at(MASS.period_named("2022-2024"))

        assert at == datetime(2025, 5, 2, 4, 0, tzinfo=UTC)
        assert MASS.local_date(at - timedelta(seconds=1)) == date(2025, 5, 1)
        assert MASS.local_date(at + timedelta(seconds=1)) == date(2025, 5, 2)


class TestEfficiencySavings:
    """PLAT-137: metered use against a baseline, with what the lines would have lost."""

    def test_880_against_1000_with_five_percent_of_losses_earn_126(self) -> None:
        saved = savings.saved_mwh(baseline_mwh=Decimal(1000), observed_mwh=Decimal(880))
        earned = savings.with_avoided_losses(saved, state_loss_rate=Decimal("0.05"))

        assert ercs.whole_ercs(earned) == 126

    def test_a_deemed_value_of_four_years_ago_is_refused(self) -> None:
        (refusal,) = savings.check_manual(
            updated_on=date(2018, 3, 1),
            used_on=date(2022, 3, 2),
            comment_from=date(2017, 10, 1),
            comment_until=date(2017, 12, 1),
            address="https://example.org/manual",
        )

        assert "older than 3 years" in refusal.sentence

    def test_an_estimate_of_100_between_85_and_115_is_too_wide(self) -> None:
        wide = {"estimate": Decimal(100), "confidence": Decimal("0.90")}

        assert not savings.is_precise(low=Decimal(85), high=Decimal(115), **wide)
        assert savings.is_precise(low=Decimal(90), high=Decimal(110), **wide)

    def test_there_are_three_groups_of_methods(self) -> None:
        assert len(savings.METHODS) == 3
        for method in savings.METHODS:
            assert savings.check_method(method) == []
        assert savings.check_method("JUDGEMENT")


class TestBiomassAndWaste:
    """PLAT-138: only the biogenic share counts, and it must be stated."""

    def test_55_percent_of_10_000_mwh_are_5_500_credits(self) -> None:
        counted = ercs.creditable_mwh(Decimal(10_000), biogenic_share=Decimal("0.55"))

        assert ercs.whole_ercs(counted) == 5_500

    def test_without_a_share_nothing_is_issued(self) -> None:
        assert ercs.check_biogenic_share(None)

    def test_a_plan_for_biomass_names_what_was_approved(self) -> None:
        tags = tags_of(Described(category="BIO", capacity_mw=Decimal(20)))
        given = {**complete(PLAN, tags), "feedstock_approval": ""}

        assert [
            refusal.reason for refusal in check_paper(PLAN, given, tags=tags, program="cpp-rate")
        ] == ["element_missing"]


class TestCreditsOfAffectedUnits:
    """PLAT-139: what is below the standard earns, what is above it needs."""

    @pytest.mark.parametrize(
        ("pounds_a_mwh", "earned", "needed"), [(1200, 200_000, 0), (1500, 0, 0), (2000, 0, 333_334)]
    )
    def test_a_million_mwh_at_a_standard_of_1500(
        self, pounds_a_mwh: int, earned: int, needed: int
    ) -> None:
        ran = Operation(co2_lb=Decimal(pounds_a_mwh * 1_000_000), net_mwh=Decimal(1_000_000))

        assert rate.below_standard_ercs(ran, standard=1500) == earned
        assert rate.ercs_needed(ran, standard=1500) == needed
