"""The demonstration of RGGI, whole: Maryland's sources through one control period."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse

from trueup.compliance import certification
from trueup.compliance import queries as compliance
from trueup.demonstration import services
from trueup.demonstration.plants import national_data
from trueup.demonstration.rggi_summary import RggiSummary
from trueup.disclosure import queries as disclosure
from trueup.disclosure.reports.catalogue import BY_NAME
from trueup.ledger import verify
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.state_accounts import queries as states

RULES = programs.load("rggi-md")
PERIOD = RULES.period_named("2021-2023")
# There are no offset projects, and EIA's tons are of years.
EMPTY = {"offset-projects", "quarterly-emissions"}


@pytest.fixture(scope="module")
def summary(django_db_setup: None, django_db_blocker: Any) -> Iterator[RggiSummary]:
    """One run that all tests of this module look at; taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        found = services.run(scenario="rggi", with_sign_in=True)
        assert isinstance(found, RggiSummary)
        yield found
        transaction.set_rollback(True)


class TestTheCourse:
    """Issue 6, 7: auctions, trades, interim deductions, certification, State accounts."""

    def test_every_source_is_settled_at_each_of_three_deadlines(self, summary: RggiSummary) -> None:
        """RGGI-011, RGGI-013."""
        plants = len(national_data(("MD",)).plants)
        for period in (*RULES.interim_periods(PERIOD), PERIOD):
            assert len(compliance.outcomes(program=RULES.code, period=period)) == plants
        assert summary.nation.interim > 0 < summary.nation.deducted

    def test_each_budget_is_divided_in_time_and_auctioned(self, summary: RggiSummary) -> None:
        """RGGI-020, RGGI-040."""
        divided = states.distributions(program=RULES.code)
        assert [of.year for of in divided] == [2023, 2022, 2021]
        assert not any(of.is_late for of in divided)
        assert summary.auctions == len(summary.price_cents) == 3
        assert 0 < summary.nation.auctioned < summary.nation.budget

    def test_what_was_issued_is_the_budget_of_a_year(self, summary: RggiSummary) -> None:
        """RGGI-003: the program's file names no budget; the State sets one each year."""
        state = disclosure.program_state(RULES, PERIOD)
        assert state.budget == summary.nation.budget

    def test_reports_are_in_time_late_and_missing(self, summary: RggiSummary) -> None:
        """RGGI-034."""
        found = certification.certifications(
            program=RULES.code, period=PERIOD, today=RULES.deadline_on(PERIOD).replace(day=12)
        )
        assert set(Counter(of.state for of in found)) == {"filed", "late", "missing"}

    def test_every_transfer_was_possible_and_the_books_are_whole(
        self, summary: RggiSummary
    ) -> None:
        assert summary.trades.recorded == summary.trades.submitted > 50
        assert verify.audit().differences == summary.audit.differences == ()

    def test_the_summary_can_be_read_again(self, summary: RggiSummary) -> None:
        assert services.latest_summary() == summary

    def test_there_is_no_plant_of_another_state_in_it(self, summary: RggiSummary) -> None:
        with pytest.raises(Refused, match="no plant in AL"):
            services.run(scenario="rggi", jurisdictions=("AL",))


class TestReports:
    """RGGI-048: the reports show something; two have nothing to show, and say so."""

    @pytest.mark.parametrize("report", sorted(BY_NAME))
    def test_the_public_report_is_not_empty(
        self, summary: RggiSummary, report: str, client: Client
    ) -> None:
        answer = client.get(reverse("report", args=[RULES.code, report]))
        assert answer.status_code == 200
        assert (b"<td" in answer.content) == (report not in EMPTY)


class TestSignIn:
    """Issue 6, 7: users of every kind."""

    def test_an_official_and_a_representative_can_sign_in(
        self, summary: RggiSummary, client: Client
    ) -> None:
        for username in ("administrator", "representative", "broker"):
            client.force_login(User.objects.get(username=username))
            assert client.get(reverse("program", args=[RULES.code])).status_code == 200


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_summary() -> None:
    """Issue 2, 11."""

    def run_and_forget(seed: int) -> dict[str, Any]:
        with transaction.atomic():
            found = services.run(seed=seed, scenario="rggi")
            transaction.set_rollback(True)
        return {**found.as_json(), "seconds": 0}

    first, second = (run_and_forget(5) for _ in range(2))
    assert first == second
    assert first["price_cents"] != run_and_forget(6)["price_cents"]
