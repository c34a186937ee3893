"""The rate-based demonstration of a few States, whole: from papers to settlements and the audit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client
from django.urls import reverse

from trueup.accounts import queries as accounts
from trueup.compliance import queries as compliance
from trueup.demonstration import services, sign_in
from trueup.demonstration.credit_trading import CreditMarket, Holder, Round, Stock
from trueup.demonstration.generators import green_plants
from trueup.demonstration.output import output_of
from trueup.demonstration.plants import national_data
from trueup.demonstration.rate_summary import RateSummary
from trueup.demonstration.stand_ins import Figures
from trueup.ledger import journal_search, verify
from trueup.ledger import queries as ledger
from trueup.ledger.journal_search import JournalFilter
from trueup.resources.models import Application, Document, Issuance, MeterReporter, Report, Resource
from trueup.rules import programs
from trueup.rules.serials import Lot, SerialBlock

STATES = ("DE", "NH", "VT")
PROGRAM = programs.load("cpp-rate")
PERIOD = PROGRAM.period_named("2022-2024")


@pytest.fixture(scope="module")
def summary(django_db_setup: None, django_db_blocker: Any) -> Iterator[RateSummary]:
    """One run that all tests of this module look at; taken back at the end."""
    with django_db_blocker.unblock(), transaction.atomic():
        found = services.run(scenario="rate", jurisdictions=STATES, with_sign_in=True)
        assert isinstance(found, RateSummary)
        yield found
        transaction.set_rollback(True)


class TestTheCourse:
    """Issue 5, 10: credits issued yearly with their papers, traded, and settled."""

    def test_every_chosen_plant_is_a_registered_resource(self, summary: RateSummary) -> None:
        chosen = {plant.name for plant in green_plants(STATES)}
        assert set(Resource.objects.values_list("name", flat=True)) == chosen
        assert set(Resource.objects.values_list("state", flat=True)) == {"registered"}
        assert not Application.objects.exclude(state="approved").exists()

    def test_every_resource_has_its_whole_set_of_papers(self, summary: RateSummary) -> None:
        """Application, plan, verification, decision; each year report, verification, decision."""
        kinds = Counter(Document.objects.values_list("kind", flat=True))
        resources = len(green_plants(STATES))
        assert kinds == {
            "eligibility_application": resources,
            "emv_plan": resources,
            "mv_report": 3 * resources,
            "verification_report": 4 * resources,
            "decision": 4 * resources,
        }
        assert summary.papers == sum(kinds.values())

    def test_one_credit_is_issued_for_each_whole_mwh_of_each_year(
        self, summary: RateSummary
    ) -> None:
        """RATE-135."""
        given = {
            (issuance.resource.name, issuance.year): issuance.quantity
            for issuance in Issuance.objects.select_related("resource")
        }
        assert given == {
            (plant.name, year): int(plant.mwh)
            for plant in green_plants(STATES)
            for year in PERIOD.vintages
        }
        assert set(Report.objects.values_list("state", flat=True)) == {"issued"}

    def test_credits_reach_their_papers(self, summary: RateSummary) -> None:
        """PLAT-089: the papers of the application, and those of the year."""
        issuance = Issuance.objects.filter(quantity__gt=0).order_by("id").first()
        assert issuance is not None
        kinds = Counter(issuance.documents.values_list("document__kind", flat=True))
        assert kinds == {
            "eligibility_application": 1,
            "emv_plan": 1,
            "mv_report": 1,
            "verification_report": 2,
            "decision": 2,
        }

    def test_affected_egus_earn_below_their_standard_and_by_gas_shift(
        self, summary: RateSummary
    ) -> None:
        """RATE-033, RATE-037."""
        assert {"EGU", "GSE"} <= {supply.category for supply in summary.supply}

    def test_every_transfer_was_possible(self, summary: RateSummary) -> None:
        assert summary.trades.submitted > 50
        assert summary.trades.refused == 0
        assert summary.trades.recorded + summary.trades.held == summary.trades.submitted

    def test_no_turbine_was_deducted_a_gas_shift_credit(self, summary: RateSummary) -> None:
        """62.16434(c)(3)."""
        turbines = {
            entry.account
            for entry in accounts.facility_accounts(program="cpp-rate")
            if entry.unit is not None and entry.unit.unit_type == "combined_cycle"
        }
        deducted = journal_search.all_transactions(
            program="cpp-rate", chosen=JournalFilter(type="deduct")
        )
        source = {entry.id: entry.source.id for entry in deducted if entry.source is not None}
        lots = {
            source[tx]: {block.lot.category for block in blocks}
            for tx, blocks in ledger.blocks_of(source).items()
        }
        assert "GSE" in set().union(*lots.values())
        assert not any("GSE" in lots[account] for account in turbines & lots.keys())


class TestTheSettlement:
    """Issue 5, 10: settled after 2025-11-03; what is short and outstanding is shown."""

    def test_every_affected_egu_is_settled_after_the_deadline(self, summary: RateSummary) -> None:
        units = sum(len(plant.units) for plant in national_data(("DE", "NH")).plants)
        outcomes = compliance.outcomes(program="cpp-rate", period=PERIOD)
        assert len(outcomes) == units == summary.nation.units
        days = {PROGRAM.local_date(one.settled_at) for one in outcomes if one.settled_at}
        assert min(days) > date(2025, 11, 3)

    def test_the_need_is_that_of_the_real_figures(self, summary: RateSummary) -> None:
        outcomes = compliance.outcomes(program="cpp-rate", period=PERIOD)
        assert summary.nation.needed == sum(outcome.obligation for outcome in outcomes) > 0
        assert summary.nation.shortfall == sum(outcome.excess for outcome in outcomes)
        assert summary.nation.excess_due == 2 * summary.nation.shortfall

    def test_all_credits_are_accounted_for(self, summary: RateSummary) -> None:
        nation = summary.nation
        assert nation.issued == sum(supply.credits for supply in summary.supply)
        assert nation.issued == summary.retired + nation.banked + summary.general_credits
        assert summary.retired == nation.deducted + nation.excess_deducted
        assert verify.audit().differences == summary.audit.differences == ()

    def test_a_state_without_affected_egus_has_resources_all_the_same(
        self, summary: RateSummary
    ) -> None:
        """AMB-25: the Administrator configured Vermont as rate-based."""
        vermont = next(state for state in summary.states if state.jurisdiction == "VT")
        assert (vermont.name, vermont.units, vermont.resources) == ("Vermont", 0, 23)
        assert vermont.issued > 0

    def test_the_summary_can_be_read_again(self, summary: RateSummary) -> None:
        assert services.latest_summary() == summary


class TestSignIn:
    """Issue 5, 10: users of every kind of the rate-based program."""

    def test_a_sponsor_a_verifier_and_a_reporter_can_sign_in(
        self, summary: RateSummary, client: Client
    ) -> None:
        names = dict(sign_in.names())
        assert {"sponsor", "verifier", "reporter", "representative", "administrator"} <= set(names)
        reporter = accounts.person_of_user(User.objects.get(username="reporter").pk)
        assert reporter is not None
        assert MeterReporter.objects.filter(person_id=reporter.id).count() > 0
        client.force_login(User.objects.get(username="sponsor"))
        assert client.get(reverse("my-resources")).status_code == 200

    def test_officials_are_of_this_program(self, summary: RateSummary, client: Client) -> None:
        client.force_login(User.objects.get(username="administrator"))
        assert client.get(reverse("program", args=["cpp-rate"])).status_code == 200


class TestOutput:
    """RATE-238, RATE-239: net output with useful heat."""

    @pytest.mark.parametrize(
        ("electric", "heat", "net"),
        [(80, 20, "84.211"), (82, 18, "82"), (20, 80, "21.053"), (100, 0, "100"), (0, 0, "0")],
    )
    def test_only_what_is_a_fifth_heat_and_a_fifth_electricity_is_divided(
        self, electric: int, heat: int, net: str
    ) -> None:
        found = output_of(Figures(Decimal(1), Decimal(electric), Decimal(heat)))
        assert found.net_mwh == Decimal(net)
        assert found.heat_mwh == heat
        assert found.co2_lb == 2000


def block(category: str, first: int, last: int) -> SerialBlock:
    return SerialBlock(
        lot=Lot(jurisdiction="TX", year=2023, category=category), first=first, last=last
    )


class TestTrading:
    """The planner keeps books of its own; nobody sells what they do not hold."""

    HOLDERS = (
        Holder(account="wind", kind="sponsor"),
        Holder(account="gas", kind="egu", need=0, uses_gas_shift=False),
        Holder(account="coal", kind="egu", need=700),
        Holder(account="turbine", kind="egu", need=300, uses_gas_shift=False),
        Holder(account="one", kind="broker"),
        Holder(account="two", kind="broker"),
    )

    def plan(self, seed: int) -> CreditMarket:
        market = CreditMarket(self.HOLDERS, seed=seed)
        sessions = [date(2025, 7, day) for day in range(1, 21)]
        market.plan(
            {"wind": [block("WND", 1, 500)], "gas": [block("GSE", 1, 400)]},
            Round(sessions=sessions, late_sessions=[date(2025, 11, 4)], is_last=True),
        )
        return market

    @pytest.mark.parametrize("seed", range(20))
    def test_every_trade_is_of_what_the_seller_holds(self, seed: int) -> None:
        holds = dict.fromkeys(range(1, 501), "wind")
        holds |= {-serial: "gas" for serial in range(1, 401)}
        for trade in self.plan(seed).trades:
            for part in trade.blocks:
                sign = -1 if part.lot.category == "GSE" else 1
                for serial in range(part.first, part.last + 1):
                    assert holds[sign * serial] == trade.source
                    holds[sign * serial] = trade.destination

    @pytest.mark.parametrize("seed", range(20))
    def test_a_turbine_is_sold_no_gas_shift_credits(self, seed: int) -> None:
        for trade in self.plan(seed).trades:
            if trade.destination == "turbine":
                assert all(part.lot.category != "GSE" for part in trade.blocks)

    def test_the_same_seed_gives_the_same_trades(self) -> None:
        assert self.plan(7).trades == self.plan(7).trades
        assert self.plan(7).trades != self.plan(8).trades

    def test_stock_is_taken_gas_shift_first_and_cut_where_it_must_be(self) -> None:
        stock = Stock()
        stock.put(block("WND", 1, 10))
        stock.put(block("GSE", 1, 5))
        assert stock.take(8) == [block("GSE", 1, 5), block("WND", 1, 3)]
        assert stock.take(2, gas_shift=False) == [block("WND", 4, 5)]
        assert stock.usable(uses_gas_shift=True) == 5


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_summary() -> None:
    """Issue 2, 11."""

    def run_and_forget(seed: int) -> dict[str, Any]:
        with transaction.atomic():
            found = services.run(seed=seed, scenario="rate", jurisdictions=("VT", "NH"))
            transaction.set_rollback(True)
        assert isinstance(found, RateSummary)
        return replace(found, seconds=0).as_json()

    first, second, other = (run_and_forget(seed) for seed in (5, 5, 6))
    assert first == second
    assert first["trades"] != other["trades"]
    assert first["nation"]["needed"] == other["nation"]["needed"]
