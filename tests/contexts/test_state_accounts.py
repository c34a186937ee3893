"""Maryland's accounts: divided once a year, used as each account's rule says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.contexts.state_registry import (
    OFFICIAL,
    PROGRAM,
    SHARES,
    StateRegistry,
    recs,
    refusal_codes,
)
from trueup.auctions import services as auctions
from trueup.auctions.entries import AuctionSpec, ConsignmentSpec
from trueup.audit.models import Notice
from trueup.disclosure import duties as calendar
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.state_accounts import duty_dates, queries, statements
from trueup.state_accounts import services as states
from trueup.state_accounts.entries import ApplicationSpec
from trueup.state_accounts.models import Application, Certificate, Distribution
from trueup.tasks.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry() -> StateRegistry:
    made = StateRegistry()
    made.on("2016-01-29")
    made.set_year()
    return made


@pytest.fixture
def divided(registry: StateRegistry) -> StateRegistry:
    registry.divide()
    return registry


class TestTheDayInTime:
    """RGGI-020; PLAT-052, PLAT-082: January 31 is in the calendar, and officials are asked."""

    def ask(self, registry: StateRegistry, day: str) -> int:
        return duty_dates.ask_officials(program=PROGRAM, now=registry.on(day))

    def test_thirty_days_ahead_officials_are_asked_once(self, registry: StateRegistry) -> None:
        assert self.ask(registry, "2016-01-01") == 1
        assert self.ask(registry, "2016-02-02") == 0
        (task,) = self.tasks()
        assert (task.due_on, task.function) == (date(2016, 1, 31), "allocate")
        assert task.title == "Divide the budgets of 2016 among the States' accounts"

    def test_a_day_earlier_only_the_year_that_is_late_is_asked_for(
        self, registry: StateRegistry
    ) -> None:
        assert self.ask(registry, "2015-12-31") == 1
        (task,) = self.tasks()
        assert task.title == "Divide the budgets of 2015 among the States' accounts"

    def test_once_it_is_divided_the_task_is_closed(self, registry: StateRegistry) -> None:
        self.ask(registry, "2016-01-30")
        registry.divide()
        assert self.ask(registry, "2016-01-31") == 0
        assert self.tasks() == []
        assert duty_dates.years_done(PROGRAM, today=date(2016, 2, 1)) == {2016}

    def test_one_state_that_is_not_done_keeps_it_open(self, registry: StateRegistry) -> None:
        registry.set_year(state="NY")
        registry.divide()
        assert self.ask(registry, "2016-02-02") == 1
        assert duty_dates.years_done(PROGRAM, today=date(2016, 2, 2)) == set()

    def test_the_day_is_in_the_programs_calendar_and_in_no_other(self) -> None:
        def days(program: str) -> list[date]:
            found = calendar.duties(
                programs.load(program), first=date(2016, 1, 1), last=date(2017, 12, 31)
            )
            return [duty.on for duty in found if duty.kind == duty_dates.NAME]

        assert days(PROGRAM) == [date(2016, 1, 31), date(2017, 1, 31)]
        assert days("cpp-mass") == []

    def tasks(self) -> list[Task]:
        return list(Task.objects.filter(kind=duty_dates.KIND, closed_at=None))


class TestYearlyDivision:
    """RGGI-020, RGGI-025, RGGI-030: by January 31, all of it, to five accounts, once."""

    def test_a_budget_of_1000_goes_to_five_accounts_in_five_transactions(
        self, registry: StateRegistry
    ) -> None:
        entry = registry.divide()

        assert entry.shares == {**SHARES, "consumer": 800}
        assert not entry.is_late
        assert len(entry.txs) == 5
        assert {tx.type for tx in ledger.transactions(entry.txs.values())} == {"allocate"}
        assert {of: registry.held(of) for of in entry.shares} == dict(entry.shares)

    @pytest.mark.parametrize("rest", [799, 801])
    def test_a_sum_of_999_or_1001_is_refused(self, registry: StateRegistry, rest: int) -> None:
        with pytest.raises(Refused) as refused:
            registry.divide(**SHARES, consumer=rest)

        assert refusal_codes(refused.value) == ["state_accounts.not_whole_budget"]
        assert not Distribution.objects.exists()

    def test_what_is_recorded_on_february_1_is_flagged_late(self, registry: StateRegistry) -> None:
        registry.on("2016-02-01")

        assert registry.divide().is_late

    def test_set_asides_beyond_the_budget_are_refused(self, registry: StateRegistry) -> None:
        with pytest.raises(Refused) as refused:
            registry.divide(liesa=1001)

        assert refusal_codes(refused.value) == ["state_accounts.not_whole_budget"]

    def test_a_year_is_divided_once(self, divided: StateRegistry) -> None:
        with pytest.raises(Refused) as refused:
            divided.divide()

        assert refusal_codes(refused.value) == ["state_accounts.already_divided"]
        with pytest.raises(IntegrityError), transaction.atomic():
            Distribution.objects.create(
                program=PROGRAM,
                jurisdiction="MD",
                year=2016,
                budget=1000,
                is_late=False,
                actor=OFFICIAL,
                recorded_at=divided.now,
            )

    def test_without_a_budget_of_the_year_nothing_is_divided(self, registry: StateRegistry) -> None:
        with pytest.raises(Refused) as refused:
            registry.divide(year=2017)

        assert refusal_codes(refused.value) == ["state_accounts.no_budget"]

    def test_the_budget_of_a_divided_year_stays(self, divided: StateRegistry) -> None:
        with pytest.raises(Refused) as refused:
            divided.set_year(budget=1001)

        assert refusal_codes(refused.value) == ["state_accounts.already_divided"]

    def test_a_preview_says_what_would_be_divided_and_records_nothing(
        self, registry: StateRegistry
    ) -> None:
        shares, is_late = states.division(
            program=PROGRAM,
            jurisdiction="MD",
            year=2016,
            quantities=SHARES,
            today=registry.now.date(),
        )

        assert shares["consumer"] == 800
        assert not is_late
        assert not Distribution.objects.exists()

    def test_the_duty_is_late_after_january_31_until_it_is_done(
        self, registry: StateRegistry
    ) -> None:
        today = registry.on("2016-02-01").date()
        (duty,) = [of for of in queries.duties(program=PROGRAM, today=today) if of.year == 2016]

        assert str(duty.due_on) == "2016-01-31"
        assert duty.is_ready
        assert duty.is_late

        registry.divide()
        (duty,) = [of for of in queries.duties(program=PROGRAM, today=today) if of.year == 2016]
        assert not duty.is_ready

    def test_another_program_has_no_such_accounts(self, registry: StateRegistry) -> None:
        with pytest.raises(Refused) as refused:
            states.distribute_budget(
                program="cpp-mass",
                jurisdiction="MD",
                year=2022,
                quantities={},
                actor=OFFICIAL,
                recorded_at=registry.now,
            )

        assert refusal_codes(refused.value) == ["state_accounts.no_state_accounts"]


class TestLimitedSources:
    """RGGI-021: retired is the average of three years, if a permit limits the exports."""

    def test_900_1000_and_1100_tons_retire_1000(self, registry: StateRegistry) -> None:
        registry.divide(liesa=1000)
        registry.emit("Luke Mill", {2013: 900, 2014: 1000, 2015: 1100})
        filed = registry.apply("liesa", "Luke Mill", export_percent=Decimal("9.9"))

        done = registry.execute(registry.approve(filed))

        assert (done.given, done.missing) == (1000, 0)
        assert registry.held("liesa") == 0
        assert queries.limited_sources(program=PROGRAM, years=[2016]) == {
            registry.facilities["Luke Mill"]: {2016}
        }

    @pytest.mark.parametrize("percent", [Decimal(10), None])
    def test_a_permit_of_10_percent_or_none_does_not_qualify(
        self, divided: StateRegistry, percent: Decimal | None
    ) -> None:
        divided.emit("Luke Mill", {2013: 10, 2014: 10, 2015: 10})
        filed = divided.apply("liesa", "Luke Mill", export_percent=percent)

        with pytest.raises(Refused) as refused:
            divided.approve(filed)

        assert refusal_codes(refused.value) == ["state_accounts.not_limited"]

    def test_an_account_of_999_retires_999_and_reports_1_missing(
        self, registry: StateRegistry
    ) -> None:
        registry.divide(liesa=999)
        registry.emit("Luke Mill", {2013: 1000, 2014: 1000, 2015: 1000})
        filed = registry.apply("liesa", "Luke Mill", export_percent=Decimal(5))

        done = registry.execute(registry.approve(filed))

        assert (done.given, done.missing) == (999, 1)

    def test_fewer_than_three_years_are_averaged_and_flagged(self, divided: StateRegistry) -> None:
        divided.emit("Luke Mill", {2014: 10, 2015: 21})

        filed = divided.apply("liesa", "Luke Mill", export_percent=Decimal(5))

        assert filed.quantity == 16  # 15.5, half up.
        assert filed.is_short_of_years

    def test_without_emissions_there_is_nothing_to_average(self, divided: StateRegistry) -> None:
        with pytest.raises(Refused) as refused:
            divided.apply("liesa", "Luke Mill", export_percent=Decimal(5))

        assert refusal_codes(refused.value) == ["state_accounts.no_emissions"]


class TestLongTermContracts:
    """RGGI-022: sold at the minimum reserve price to who shows the need."""

    def proven(self, registry: StateRegistry, quantity: int = 40) -> int:
        filed = registry.apply(
            "ltc",
            "Warrior Run",
            quantity=quantity,
            contract="Power purchase agreement of 1995",
            viability="Statement of the auditors",
        )
        return registry.approve(filed).id

    def test_a_sale_at_2_05_moves_allowances_and_records_the_money(
        self, divided: StateRegistry
    ) -> None:
        application = self.proven(divided)

        done = states.execute_application(
            application=application,
            actor=OFFICIAL,
            at=divided.tick(),
            price_cents=205,
            reserve_price_cents=205,
        )

        assert divided.held("Warrior Run") == 40
        assert done.amount == Decimal("82.00")

    @pytest.mark.parametrize(("price", "reserve"), [(204, 205), (None, 205), (205, None)])
    def test_another_price_than_the_reserve_price_is_refused(
        self, divided: StateRegistry, price: int | None, reserve: int | None
    ) -> None:
        application = self.proven(divided)

        with pytest.raises(Refused) as refused:
            states.execute_application(
                application=application,
                actor=OFFICIAL,
                at=divided.tick(),
                price_cents=price,
                reserve_price_cents=reserve,
            )

        assert refusal_codes(refused.value) == ["state_accounts.not_at_reserve_price"]
        assert divided.held("ltc") == 40

    def test_more_than_the_account_holds_is_not_sold(self, divided: StateRegistry) -> None:
        application = self.proven(divided, 41)

        with pytest.raises(Refused) as refused:
            states.execute_application(
                application=application,
                actor=OFFICIAL,
                at=divided.tick(),
                price_cents=205,
                reserve_price_cents=205,
            )

        assert refusal_codes(refused.value) == ["state_accounts.too_few_held"]

    @pytest.mark.parametrize("missing", ["contract", "viability"])
    def test_without_contract_or_viability_nothing_is_approved(
        self, divided: StateRegistry, missing: str
    ) -> None:
        papers = {"contract": "Agreement", "viability": "Statement", missing: " "}
        filed = divided.apply("ltc", "Warrior Run", quantity=1, **papers)

        with pytest.raises(Refused) as refused:
            divided.approve(filed)

        assert refusal_codes(refused.value) == ["state_accounts.evidence_missing"]


class TestCertificates:
    """RGGI-023: certificates of renewable energy count once, and only retired ones."""

    def test_60_certificates_at_half_a_ton_retire_30(self, divided: StateRegistry) -> None:
        filed = divided.apply("vrsa", certificates=recs(*range(60)))

        done = divided.execute(divided.approve(filed))

        assert (done.mwh, done.given, done.missing) == (60, 30, 0)
        assert divided.held("vrsa") == 0
        assert len(queries.certificates(done.id)) == 60

    def test_what_the_account_has_not_is_cut_and_reported(self, divided: StateRegistry) -> None:
        filed = divided.apply("vrsa", certificates=recs(*range(63)))

        done = divided.execute(divided.approve(filed))

        assert (done.given, done.missing) == (30, 1)

    def test_a_certificate_counts_once(self, divided: StateRegistry) -> None:
        first = divided.apply("vrsa", certificates=recs(1, 2))

        with pytest.raises(Refused) as refused:
            divided.apply("vrsa", certificates=recs(2, 3))
        assert refusal_codes(refused.value) == ["state_accounts.certificate_used"]
        with pytest.raises(IntegrityError), transaction.atomic():
            Certificate.objects.create(
                program=PROGRAM,
                serial="GATS-2",
                application_id=first.id,
                retired_on=divided.now.date(),
            )

    def test_one_named_twice_in_one_application_counts_as_used(
        self, divided: StateRegistry
    ) -> None:
        with pytest.raises(Refused) as refused:
            divided.apply("vrsa", certificates=recs(1, 1))

        assert refusal_codes(refused.value) == ["state_accounts.certificate_used"]

    def test_one_that_was_not_retired_is_refused(self, divided: StateRegistry) -> None:
        with pytest.raises(Refused) as refused:
            divided.apply("vrsa", certificates=recs(1, retired=None))

        assert refusal_codes(refused.value) == ["state_accounts.certificate_not_retired"]

    def test_a_refused_application_gives_its_certificates_back(
        self, divided: StateRegistry
    ) -> None:
        filed = divided.apply("vrsa", certificates=recs(1, 2))
        states.refuse_application(
            application=filed.id, reason="another year", actor=OFFICIAL, at=divided.tick()
        )

        assert divided.apply("vrsa", certificates=recs(1, 2)).quantity == 1

    def test_without_a_factor_of_the_year_nothing_is_found(self, registry: StateRegistry) -> None:
        registry.set_year(factor=None)

        with pytest.raises(Refused) as refused:
            registry.apply("vrsa", certificates=recs(1, 2))

        assert refusal_codes(refused.value) == ["state_accounts.no_factor"]


class TestCleanGeneration:
    """RGGI-024, RGGI-031: awarded to new sources with a finding."""

    def test_a_new_source_with_a_permit_is_awarded_80(self, divided: StateRegistry) -> None:
        filed = divided.apply(
            "cgsa",
            "Keys",
            quantity=80,
            finding="Permit of 2014: best available control technology",
            in_service_on=date(2015, 6, 1),
        )
        application = Application.objects.get(pk=filed.id)
        assert str(application.in_service_on) == "2015-06-01"

        done = divided.execute(divided.approve(filed))

        assert divided.held("Keys") == 80
        (award,) = ledger.transactions([done.tx])
        assert (award.type, award.quantity) == ("award", 80)

    @pytest.mark.parametrize(
        ("finding", "day", "code"),
        [
            ("Permit", "1999-06-01", "state_accounts.source_not_new"),
            ("", "2015-06-01", "state_accounts.evidence_missing"),
        ],
    )
    def test_an_old_source_or_one_without_a_finding_gets_nothing(
        self, divided: StateRegistry, finding: str, day: str, code: str
    ) -> None:
        filed = divided.apply(
            "cgsa", "Keys", quantity=1, finding=finding, in_service_on=date.fromisoformat(day)
        )

        with pytest.raises(Refused) as refused:
            divided.approve(filed)

        assert refusal_codes(refused.value) == [code]


class TestApplications:
    """RGGI-027: filed, complete, approved, executed, in this order and no other."""

    def test_what_was_not_approved_is_not_executed(self, divided: StateRegistry) -> None:
        filed = divided.apply("vrsa", certificates=recs(1, 2))

        with pytest.raises(Refused) as refused:
            divided.execute(filed)

        assert refusal_codes(refused.value) == ["state_accounts.wrong_state"]
        with pytest.raises(IntegrityError), transaction.atomic():
            Application.objects.filter(pk=filed.id).update(
                state="executed", executed_at=divided.now, given=0, missing=1
            )

    def test_nothing_is_executed_twice(self, divided: StateRegistry) -> None:
        done = divided.execute(divided.approve(divided.apply("vrsa", certificates=recs(1, 2))))

        with pytest.raises(Refused):
            divided.execute(done)
        assert divided.held("vrsa") == 29

    def test_a_source_asks_once_a_year(self, divided: StateRegistry) -> None:
        divided.apply("ltc", "Keys", quantity=1)

        with pytest.raises(Refused) as refused:
            divided.apply("ltc", "Keys", quantity=2)

        assert refusal_codes(refused.value) == ["state_accounts.already_filed"]

    def test_nobody_applies_to_the_consumer_account(self, divided: StateRegistry) -> None:
        with pytest.raises(Refused) as refused:
            divided.apply("consumer", "Keys", quantity=1)

        assert refusal_codes(refused.value) == ["state_accounts.no_applications"]

    def test_the_same_key_files_once(self, divided: StateRegistry) -> None:
        key = uuid4()
        spec = ApplicationSpec(
            jurisdiction="MD", purpose="ltc", year=2016, oris_code=60302, quantity=5
        )
        numbers = {
            states.file_application(
                spec, program=PROGRAM, key=key, actor="person:1", filed_at=divided.tick()
            ).id
            for _ in range(2)
        }

        assert len(numbers) == 1

    def test_a_source_of_another_state_is_refused(self, divided: StateRegistry) -> None:
        divided.open_source("Astoria", 8906, "NY")

        with pytest.raises(Refused) as refused:
            divided.apply("ltc", oris_code=8906, quantity=1)

        assert refusal_codes(refused.value) == ["state_accounts.no_source"]

    def test_the_applicant_is_told_of_each_decision(self, divided: StateRegistry) -> None:
        divided.execute(divided.approve(divided.apply("vrsa", certificates=recs(1, 2))))

        told = Notice.objects.filter(event="state_application_decided").order_by("id")
        words = [notice.subject.rsplit(": ", 1)[1] for notice in told]
        assert words == ["approved", "carried out"]


class TestRules:
    """RGGI-025, RGGI-026, RGGI-028: each account has one use, and only officials move it."""

    def test_awarding_from_the_limited_exemption_account_is_refused(
        self, divided: StateRegistry
    ) -> None:
        with pytest.raises(Refused) as refused:
            states.check_act(program=PROGRAM, purpose="liesa", use="award")

        assert refusal_codes(refused.value) == ["state_accounts.other_use"]

    def test_the_five_accounts_are_the_states_own_and_nobody_represents_them(
        self, divided: StateRegistry
    ) -> None:
        entry = divided.state_account("consumer")

        assert (entry.kind, entry.name) == ("holding", "MD consumer energy efficiency")

    def test_a_set_aside_is_auctioned_only_after_it_was_moved(self, divided: StateRegistry) -> None:
        with pytest.raises(Refused) as refused:
            self.notice(divided, "liesa", 10)
        assert refusal_codes(refused.value) == ["auction.not_of_state"]

        divided.move("liesa", "consumer", 10)
        self.notice(divided, "consumer", 810)

        assert divided.held("consumer") == 0

    def notice(self, registry: StateRegistry, purpose: str, quantity: int) -> None:
        at, opens_at, closes_at = registry.tick(), registry.tick(), registry.tick()
        auctions.publish_notice(
            AuctionSpec(
                number="30",
                vintage=2016,
                reserve_price_cents=205,
                opens_at=opens_at,
                closes_at=closes_at,
                consignments=(
                    ConsignmentSpec(
                        account=registry.state_account(purpose).number, quantity=quantity
                    ),
                ),
            ),
            program=PROGRAM,
            actor=OFFICIAL,
            noticed_at=at,
        )

    @pytest.mark.parametrize(
        ("source", "quantity", "reason", "code"),
        [
            ("liesa", 51, "why", "state_accounts.too_few_held"),
            ("liesa", 1, " ", "state_accounts.reason_missing"),
            ("consumer", 1, "why", "state_accounts.not_a_quantity"),
            ("liesa", 0, "why", "state_accounts.not_a_quantity"),
        ],
    )
    def test_what_cannot_be_moved_is_refused(
        self, divided: StateRegistry, source: str, quantity: int, reason: str, code: str
    ) -> None:
        with pytest.raises(Refused) as refused:
            divided.move(source, "consumer", quantity, reason)

        assert refusal_codes(refused.value) == [code]


class TestStatements:
    """RGGI-029: allocated, moved, awarded, sold, retired, left; it adds up or is not shown."""

    def test_what_was_allocated_less_what_was_retired_is_left(
        self, registry: StateRegistry
    ) -> None:
        registry.divide(vrsa=50)
        registry.execute(registry.approve(registry.apply("vrsa", certificates=recs(*range(90)))))

        (found,) = [
            of
            for of in statements.statements(program=PROGRAM, jurisdiction="MD", year=2016)
            if of.purpose == "vrsa"
        ]

        assert (found.allocated, found.retired, found.left) == (50, 45, 5)
        assert found.adds_up

    def test_moves_sales_awards_and_offers_stand_in_columns_of_their_own(
        self, divided: StateRegistry
    ) -> None:
        divided.move("liesa", "consumer", 10)
        TestRules().notice(divided, "consumer", 110)
        found = {
            of.purpose: of
            for of in statements.statements(program=PROGRAM, jurisdiction="MD", year=2016)
        }

        assert found["liesa"].moved_out == 10
        assert (found["consumer"].moved_in, found["consumer"].offered) == (10, 110)
        assert found["consumer"].left == 700
        following = statements.statements(program=PROGRAM, jurisdiction="MD", year=2017)
        assert {of.purpose: of.brought for of in following}["consumer"] == 700

    def test_a_statement_that_does_not_add_up_is_not_published(
        self, divided: StateRegistry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ledger, "totals_of", lambda accounts: dict.fromkeys(accounts, 7))

        with pytest.raises(Refused) as refused:
            statements.statements(program=PROGRAM, jurisdiction="MD", year=2016)

        assert refusal_codes(refused.value) == ["state_accounts.not_balanced"]


class TestBudgetsApart:
    """RGGI-003: a unit of one State that was used in another says both."""

    def test_what_a_issued_is_never_what_b_issued(self, divided: StateRegistry) -> None:
        divided.set_year(state="NY", budget=500)
        divided.divide(state="NY", liesa=0)

        found = {of.jurisdiction: of for of in statements.state_budgets(program=PROGRAM)}

        assert (found["MD"].issued, found["NY"].issued) == (1000, 500)
        assert all(of.adds_up for of in found.values())

    def test_what_was_retired_leaves_the_states_accounts(self, divided: StateRegistry) -> None:
        divided.execute(divided.approve(divided.apply("vrsa", certificates=recs(1, 2))))

        (found,) = statements.state_budgets(program=PROGRAM)

        assert (found.in_state_accounts, found.retired) == (999, 1)
