"""The demonstration of a few States, whole: from budgets to settlements and the audit."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from trueup.accounts import queries as accounts
from trueup.accounts.models import Person
from trueup.audit import queries as audit
from trueup.compliance import queries as compliance
from trueup.demonstration import services, sign_in
from trueup.demonstration.plants import national_data
from trueup.demonstration.summary import Summary
from trueup.identity import queries as identity
from trueup.ledger import queries as ledger
from trueup.ledger import verify
from trueup.officials import queries as officials
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot
from trueup.rules.units import facility_tons
from trueup.set_asides import queries as set_asides

STATES = ("DE", "ID", "ME", "RI", "TFM", "TUO", "WV")
PROGRAM = programs.load("cpp-mass")
PERIOD = PROGRAM.period_named("2022-2024")
NEXT_PERIOD = PROGRAM.period_named("2025-2027")


@pytest.fixture(scope="module")
def told() -> list[tuple[str, int, int]]:
    return []


@pytest.fixture(scope="module")
def summary(
    django_db_setup: None, django_db_blocker: Any, told: list[tuple[str, int, int]]
) -> Iterator[Summary]:
    """One run that all tests of this module look at; taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield services.run(
            progress=lambda *news: told.append(news), jurisdictions=STATES, with_sign_in=True
        )
        transaction.set_rollback(True)


def test_what_was_told_in_the_past_is_not_mailed_today(summary: Summary) -> None:
    """PLAT-053: the notices are there to be read, as if mailed when they were written."""
    trader = Person.objects.filter(notices__event="transfer_recorded").order_by("id").first()
    assert trader is not None
    told = audit.notices_of(trader.pk)

    assert told
    assert all(notice.mailed_at == notice.created_at for notice in told)
    assert audit.waiting_notices() == 0


class TestConservation:
    """PLAT-001, MASS-049: every allowance of every budget is in exactly one account."""

    def test_the_audit_replays_the_journal_and_finds_no_difference(self, summary: Summary) -> None:
        assert summary.audit.differences == ()
        assert summary.audit.moves > 1000
        report = verify.audit()
        assert report.clean
        assert report.serials == summary.audit.serials

    def test_each_lot_holds_its_budget_whatever_accounts_it_is_in(self, summary: Summary) -> None:
        held: Counter[tuple[str, int]] = Counter()
        for total in ledger.lot_totals("cpp-mass"):
            held[total.lot.jurisdiction, total.lot.year] += total.quantity
        for state in STATES:
            for vintage in (*PERIOD.vintages, *NEXT_PERIOD.vintages):
                budget = PROGRAM.budget(state, vintage)
                assert budget is not None
                assert held[state, vintage] == budget.total

    def test_budgets_are_in_set_asides_with_plants_with_brokers_or_deducted(
        self, summary: Summary
    ) -> None:
        nation = summary.nation
        assert nation.budget == (
            nation.set_asides
            + nation.banked
            + summary.broker_allowances
            + summary.sponsor_allowances
            + nation.deducted
            + summary.taken_on_arrival
        )
        assert 0 <= summary.taken_on_arrival <= nation.excess_deducted

    def test_set_asides_are_distributed_or_lie_there_as_large_as_the_tables_print_them(
        self, summary: Summary
    ) -> None:
        for state in summary.states:
            budgets = [PROGRAM.budget(state.jurisdiction, year) for year in PERIOD.vintages]
            printed = sum(b.total - b.units for b in budgets if b is not None)
            distributed = state.to_projects + state.to_units
            assert state.set_asides + distributed == printed
            assert distributed == sum(b.renewable_energy for b in budgets if b is not None)
            assert state.unit_pool == state.budget - printed


class TestRenewableEnergySetAside:
    """62.16245(a), 62.16240(b)(1): real projects, every year, in every State."""

    def test_what_no_project_is_there_for_goes_to_the_states_units(self, summary: Summary) -> None:
        by_state = {state.jurisdiction: state for state in summary.states}
        for code in ("TFM", "TUO"):
            assert (by_state[code].projects, by_state[code].to_projects) == (0, 0)
        assert by_state["TFM"].to_units > 0
        assert by_state["DE"].projects > 0
        assert by_state["DE"].to_projects > 0
        assert by_state["DE"].to_units == 0

    def test_each_is_recorded_by_december_1_and_none_is_late(self, summary: Summary) -> None:
        found = set_asides.distributions(program="cpp-mass", jurisdiction="DE")[::-1]
        assert [(one.vintage, one.state, one.is_late) for one in found] == [
            (year, "recorded", False) for year in PERIOD.vintages
        ]
        days = {PROGRAM.local_date(one.decided_at).isoformat() for one in found if one.decided_at}
        assert days == {"2021-12-01", "2022-12-01", "2023-12-01"}

    def test_sponsors_sell_some_of_it_to_plants(self, summary: Summary) -> None:
        assert 0 < summary.sponsor_allowances < summary.nation.to_projects


class TestSettlement:
    """40 CFR 62.16340, on real plants."""

    def test_the_obligation_is_the_tons_of_the_plants(self, summary: Summary) -> None:
        for state in summary.states:
            expected = sum(
                facility_tons([f.tons for f in unit.figures.values()] for unit in plant.units)
                for plant in national_data(STATES).plants
                if plant.jurisdiction == state.jurisdiction
            )
            assert state.emissions_tons == expected

    def test_every_ton_is_deducted_or_excess_and_excess_is_owed_twice(
        self, summary: Summary
    ) -> None:
        for state in summary.states:
            assert state.deducted + state.excess == state.emissions_tons
            assert state.excess_due == 2 * state.excess
            assert state.excess_due == state.excess_deducted + state.outstanding

    def test_every_facility_is_settled(self, summary: Summary) -> None:
        settled = compliance.totals_by_state(program="cpp-mass", period=PERIOD)
        assert sum(totals.facilities for totals in settled.values()) == summary.nation.plants
        assert compliance.not_ready(program="cpp-mass", period=PERIOD) == []

    def test_some_plants_end_short_and_some_long(self, summary: Summary) -> None:
        nation = summary.nation
        assert 0 < nation.short_facilities < nation.plants
        assert nation.banked > 0
        assert nation.excess_deducted > 0

    def test_the_state_of_a_figure_is_counted_once_in_the_nation(self, summary: Summary) -> None:
        assert [state.jurisdiction for state in summary.states] == sorted(STATES)
        assert summary.nation.plants == len(national_data(STATES).plants)
        assert summary.nation.excess == sum(state.excess for state in summary.states)


class TestTheCourse:
    """Issue 2, 11: the dates of the rule, trades from a seed, holds and warnings."""

    def test_the_first_serial_of_a_state_is_originated_and_allocated_on_june_1(
        self, summary: Summary
    ) -> None:
        lot = Lot(jurisdiction="WV", year=2022)
        steps = ledger.serial_history(program="cpp-mass", lot=lot, number=1)
        days = [(step.event, PROGRAM.local_date(step.recorded_at)) for step in steps[:2]]
        june_1 = PROGRAM.recordation_on(PERIOD)
        assert days == [("originated", june_1), ("allocated", june_1)]

    def test_the_next_periods_vintages_are_recorded_by_june_1_2024(self, summary: Summary) -> None:
        lot = Lot(jurisdiction="WV", year=2027)
        steps = ledger.serial_history(program="cpp-mass", lot=lot, number=1)
        assert PROGRAM.local_date(steps[0].recorded_at) <= PROGRAM.recordation_on(NEXT_PERIOD)

    def test_trades_are_recorded_and_those_after_the_deadline_wait_for_the_deductions(
        self, summary: Summary
    ) -> None:
        trades = summary.trades
        assert trades.recorded > 100
        assert trades.held > 0
        assert trades.submitted == trades.recorded + trades.released + trades.refused
        assert trades.released > 0

    def test_whoever_is_short_is_warned(self, summary: Summary) -> None:
        events = {
            notice.event
            for facility in accounts.facilities(program="cpp-mass", limit=100)
            for account in accounts.facility_accounts(program="cpp-mass", facilities=[facility.id])
            for seat in accounts.representatives([account.account])[account.account]
            for notice in audit.notices_of(seat.person, limit=500)
        }
        assert {"insufficient_holdings", "deductions_recorded", "transfer_recorded"} <= events

    def test_progress_is_told_day_by_day_until_all_days_are_over(
        self, summary: Summary, told: list[tuple[str, int, int]]
    ) -> None:
        done = [news[1] for news in told]
        assert done == sorted(done)
        assert told[-1][1] == told[-1][2]
        assert told[-1][0].startswith("2025-05-")


class TestTheSummary:
    """Issue 2, 11: it says which figures are real, and is kept for whoever asks."""

    def test_it_is_kept_as_it_was_given(self, summary: Summary) -> None:
        assert services.latest_summary() == summary
        assert json.loads(json.dumps(summary.as_json()))["nation"]["plants"] > 0

    def test_it_says_what_is_real_and_what_stands_in_and_how_far_the_pools_reach(
        self, summary: Summary
    ) -> None:
        kept = summary.as_json()
        assert any("EIA" in line for line in kept["real"])
        assert any("nameplate" in line for line in kept["stand_ins"])
        assert any("98.3%" in line and "94.5%" in line for line in kept["notes"])
        assert any("below these emissions" in line for line in kept["notes"])

    def test_plants_with_a_substituted_year_are_counted(self, summary: Summary) -> None:
        """South Point, on Fort Mojave land, has no 2017 of its own."""
        by_state = {state.jurisdiction: state.substituted for state in summary.states}
        assert by_state["TFM"] == 1
        assert by_state["RI"] == 0


@pytest.mark.django_db
class TestSignIn:
    """Users with the known password are made only when they are asked for."""

    def test_officials_and_representatives_can_sign_in(self, summary: Summary) -> None:
        names = dict(sign_in.names())
        assert set(names) == {
            *("administrator", "second-official", "state-official", "market-monitor", "auditor"),
            *("representative", "alternate", "broker"),
        }
        assert "(fictional)" in names["broker"]
        assert User.objects.get(username="representative").check_password(sign_in.PASSWORD)
        assert not User.objects.filter(is_superuser=True).exists()

    def test_officials_have_their_roles_and_were_checked(self, summary: Summary) -> None:
        people = {
            one.username: Person.objects.get(user__username=one.username).pk
            for one in sign_in.OFFICIALS
        }
        now = timezone.now()
        roles = {
            name: [grant.role for grant in officials.grants_of(person, at=now)]
            for name, person in people.items()
        }
        assert roles == {one.username: [one.role] for one in sign_in.OFFICIALS}
        assert identity.identity_checked(people.values()) == set(people.values())

    def test_what_the_page_shows_signs_in(self, summary: Summary) -> None:
        """The second factor is real; its secret is public on purpose."""
        browser = Client()
        page = browser.get(reverse("sign-in")).content.decode()
        shown = {one.name: one for one in sign_in.sign_ins()}["representative"]
        assert shown.code in page
        assert shown.secret in page

        browser.post(reverse("sign-in"), {"login": "representative", "password": shown.password})
        assert browser.get(reverse("you")).status_code != 200
        code = sign_in.code_of("representative")
        browser.post(reverse("mfa_authenticate"), {"code": code})

        assert browser.get(reverse("you")).status_code == 200


class TestLoadingAgain:
    """The demonstration loads into an empty registry only."""

    def test_a_second_run_is_refused_and_changes_nothing(self, summary: Summary) -> None:
        before = ledger.account_counts(program="cpp-mass")
        with pytest.raises(Refused, match="loaded already"):
            services.run(jurisdictions=("RI",))
        assert ledger.account_counts(program="cpp-mass") == before

    def test_an_unknown_jurisdiction_is_refused(self) -> None:
        with pytest.raises(Refused, match="There is no plant in VT"):
            services.run(jurisdictions=("VT", "RI"))
