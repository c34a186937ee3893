"""Credits issued to affected EGUs: after comment, into their accounts, never twice."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.contexts.rate_registry import PROGRAM, RateRegistry
from trueup.audit.models import Decision
from trueup.ledger import queries as ledger
from trueup.ledger.verify import audit
from trueup.resources import queries, services
from trueup.resources.entries import EguRoundEntry, NoticeOfCredits
from trueup.resources.models import EguIssuance, EguRound
from trueup.rules.refusal import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry() -> RateRegistry:
    """Cane's turbine ran at 900 lb/MWh in 2022: 101,508 credits by gas shift."""
    registry = RateRegistry()
    registry.operate("Cane/2", [(2022, 900_000_000, 1_000_000)])
    return registry


def notice(registry: RateRegistry, day: str = "2023-05-31", year: int = 2022) -> NoticeOfCredits:
    return services.publish_credit_notice(program=PROGRAM, year=year, published_at=registry.on(day))


def issue(registry: RateRegistry, day: str = "2023-06-30", year: int = 2022) -> EguRoundEntry:
    return services.issue_to_affected_units(program=PROGRAM, year=year, issued_at=registry.on(day))


def reasons(registry: RateRegistry, day: str, year: int = 2022) -> frozenset[str]:
    with pytest.raises(Refused) as refused:
        issue(registry, day, year)
    return refused.value.reasons


class TestIssuing:
    """RATE-034, RATE-035, RATE-041; 40 CFR 62.16434."""

    def test_a_turbine_is_issued_gas_shift_credits(self, registry: RateRegistry) -> None:
        assert notice(registry).units == 1

        (issued,) = issue(registry).issued

        assert (issued.category, issued.quantity) == ("GSE", 101_508)
        assert issued.owner.account == registry.accounts["Cane/2"].id
        assert str(issued.block) == "KY-2023-GSE-1 to KY-2023-GSE-101508"
        (holding,) = ledger.choose(issued.owner.account, vintage=2022, quantity=101_508)
        assert holding.block.quantity == 101_508
        assert audit().clean

    def test_each_is_a_decision_that_can_be_appealed(self, registry: RateRegistry) -> None:
        """78.1(b)(19)(i)."""
        notice(registry)
        issue(registry)

        decision = Decision.objects.get(subject=f"account:{registry.accounts['Cane/2'].id}")

        assert decision.reasons == ["101,508 ERCs of category GSE for 2022."]

    def test_a_second_round_has_nothing_left(self, registry: RateRegistry) -> None:
        notice(registry)
        issue(registry)

        assert reasons(registry, "2023-07-03") == {"nothing_to_issue"}
        assert EguRound.objects.count() == 1

    def test_what_was_too_much_is_named(self, registry: RateRegistry) -> None:
        """RATE-034: later years can leave the period with less than was issued."""
        notice(registry)
        issue(registry)
        registry.operate("Cane/2", [(2023, 2_000_000_000, 1_000_000)])
        registry.operate("Cane/1", [(2022, 1_500_000_000, 1_000_000), (2023, 1_000_000, 1_000)])
        notice(registry, "2024-05-31", 2023)

        round_of_2023 = issue(registry, "2024-07-02", 2023)

        assert {one.category for one in round_of_2023.issued} == {"EGU"}
        (over,) = (one for one in round_of_2023.over_issued if one.category == "GSE")
        assert over.over_issued > 0


class TestComment:
    """RATE-139; preamble IV.D.6: nothing is issued before the 30 days have ended."""

    def test_without_a_notice_nothing_is_issued(self, registry: RateRegistry) -> None:
        assert reasons(registry, "2023-06-30") == {"comment_period_open"}

    def test_on_the_last_day_for_comment_nothing_is_issued(self, registry: RateRegistry) -> None:
        notice(registry)

        assert reasons(registry, "2023-06-29") == {"comment_period_open"}
        assert registry.balance("Cane/2") == 0

    def test_a_figure_that_changed_waits_for_another_notice(self, registry: RateRegistry) -> None:
        notice(registry)
        registry.issue("Cane/2", "GSE", 8, vintage=2022)

        assert reasons(registry, "2023-06-30") == {"comment_period_open"}

    def test_the_others_are_issued_meanwhile(self, registry: RateRegistry) -> None:
        registry.operate("Cane/1", [(2022, 1_500_000_000, 1_000_000)])
        notice(registry)
        registry.issue("Cane/2", "GSE", 8, vintage=2022)

        done = issue(registry)

        assert [one.category for one in done.issued] == ["EGU"]
        assert [one.category for one in done.waiting] == ["GSE"]

    def test_a_year_that_is_not_over_has_none(self, registry: RateRegistry) -> None:
        assert reasons(registry, "2023-06-30", 2023) == {"year_not_over"}


class TestRecords:
    """What was issued stays as it was recorded."""

    def test_rounds_and_issuances_are_never_changed(self, registry: RateRegistry) -> None:
        notice(registry)
        issue(registry)

        for rows in (EguIssuance.objects.all(), EguRound.objects.all()):
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.delete()
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.update(id=99)

    def test_the_same_round_cannot_be_begun_twice(self, registry: RateRegistry) -> None:
        notice(registry)
        issue(registry)
        one = EguRound.objects.get()

        with pytest.raises(DatabaseError), transaction.atomic():
            EguRound.objects.create(
                program=PROGRAM, year=2022, sequence=1, issued_at=one.issued_at, issued_by="x"
            )

    def test_they_can_be_read_by_account(self, registry: RateRegistry) -> None:
        notice(registry)
        issue(registry)
        with CaptureQueriesContext(connection) as asked:
            (one,) = queries.egu_issuances_of(registry.accounts["Cane/2"].id, year=2022)

        assert one.quantity == 101_508
        assert len(asked) <= 4
