"""40 CFR 62.16455(c)(6), (7): demand-side savings."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from trueup.rules import savings
from trueup.rules.ercs import whole_ercs
from trueup.rules.refusal import Refused


class TestAvoidedLosses:
    """RATE-093; 40 CFR 62.16455(c)(6); AMB-22."""

    @pytest.mark.parametrize(("rate", "whole"), [("0.052", 1052), ("0.071", 1060)])
    def test_the_lower_of_six_percent_and_the_states_rate(self, rate: str, whole: int) -> None:
        earned = savings.with_avoided_losses(Decimal(1000), state_loss_rate=Decimal(rate))

        assert whole_ercs(earned) == whole

    def test_another_factor_is_rejected(self) -> None:
        with pytest.raises(Refused) as refused:
            savings.with_avoided_losses(
                Decimal(1000), state_loss_rate=Decimal("0.052"), factor=Decimal("0.08")
            )

        assert refused.value.reasons == {"loss_factor_not_allowed"}

    def test_a_measure_of_the_grid_avoids_none(self) -> None:
        rate = Decimal("0.052")
        earned = savings.with_avoided_losses(
            Decimal(1000), state_loss_rate=rate, is_grid_measure=True
        )

        assert earned == 1000
        with pytest.raises(Refused):
            savings.with_avoided_losses(
                Decimal(1000), state_loss_rate=rate, is_grid_measure=True, factor=rate
            )


class TestSavings:
    """RATE-096, RATE-097, RATE-104."""

    def test_baseline_less_observed_less_what_others_use(self) -> None:
        assert savings.saved_mwh(baseline_mwh=Decimal(500), observed_mwh=Decimal(380)) == 120
        lighting = savings.saved_mwh(
            baseline_mwh=Decimal(100), observed_mwh=Decimal(0), interactive_mwh=Decimal(8)
        )
        assert lighting == 92
        assert savings.saved_mwh(baseline_mwh=Decimal(1), observed_mwh=Decimal(2)) == 0

    def test_the_method_is_a_listed_one(self) -> None:
        assert savings.check_method("COMPARISON_GROUP") == []
        assert savings.check_method("expert judgement")[0].reason == "method_not_listed"


class TestManuals:
    """RATE-098; 40 CFR 62.16455(c)(7)(iv)(B)."""

    def manual(self, **values: object) -> set[str]:
        given: dict[str, object] = {
            "updated_on": date(2021, 2, 1),
            "used_on": date(2022, 3, 1),
            "comment_from": date(2020, 10, 1),
            "comment_until": date(2020, 12, 1),
            "address": "https://example.org/manual",
            **values,
        }
        return {refusal.sentence for refusal in savings.check_manual(**given)}  # type: ignore[arg-type]

    def test_a_fresh_public_manual_is_accepted(self) -> None:
        assert self.manual() == set()
        assert self.manual(used_on=date(2024, 2, 1)) == set()

    @pytest.mark.parametrize(
        ("values", "word"),
        [
            ({"updated_on": date(2019, 2, 1)}, "older than 3 years"),
            ({"comment_until": date(2020, 11, 15)}, "less than 2 months"),
            ({"address": " "}, "web address"),
        ],
    )
    def test_another_is_not(self, values: dict[str, object], word: str) -> None:
        (sentence,) = self.manual(**values)

        assert word in sentence

    def test_years_from_a_leap_day_end_in_february(self) -> None:
        leap = date(2020, 2, 29)

        assert self.manual(updated_on=leap, used_on=date(2023, 2, 28)) == set()
        assert self.manual(updated_on=leap, used_on=date(2023, 3, 1)) != set()


class TestTime:
    """RATE-099, RATE-101, RATE-103."""

    @pytest.mark.parametrize(
        ("years", "kind", "is_justified", "is_good"),
        [
            (4, "codes_and_standards", False, True),
            (5, "codes_and_standards", False, False),
            (3, "publicly_funded", False, True),
            (4, "publicly_funded", False, False),
            (1, "commercial_industrial", False, True),
            (2, "commercial_industrial", False, False),
            (2, "commercial_industrial", True, True),
            (0, "commercial_industrial", True, False),
        ],
    )
    def test_intervals(self, years: int, kind: str, is_justified: bool, is_good: bool) -> None:
        refusals = savings.check_interval(years=years, kind=kind, is_justified=is_justified)

        assert (not refusals) == is_good

    def test_deemed_savings_stop(self) -> None:
        assert savings.is_within_useful_life(2026, stops_on=date(2026, 12, 31))
        assert not savings.is_within_useful_life(2027, stops_on=date(2026, 12, 31))

    def test_installation_is_verified_within_a_year(self) -> None:
        began = date(2022, 3, 1)

        assert savings.is_installation_verified(implemented_on=began, verified_on=date(2023, 3, 1))
        assert not savings.is_installation_verified(
            implemented_on=began, verified_on=date(2023, 4, 1)
        )


class TestSampling:
    """RATE-106; 40 CFR 62.16455(c)(7)(viii)."""

    @pytest.mark.parametrize(
        ("low", "high", "confidence", "is_precise"),
        [
            (905, 1095, "0.90", True),
            (890, 1110, "0.90", False),
            (905, 1095, "0.85", False),
            (1001, 1095, "0.95", False),
        ],
    )
    def test_ninety_percent_within_ten(
        self, low: int, high: int, confidence: str, is_precise: bool
    ) -> None:
        found = savings.is_precise(
            estimate=Decimal(1000),
            low=Decimal(low),
            high=Decimal(high),
            confidence=Decimal(confidence),
        )

        assert found == is_precise
