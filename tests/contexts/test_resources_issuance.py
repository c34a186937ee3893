"""Credits of eligible resources: from papers to serial numbers, and back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.contexts.registry import statements
from tests.contexts.resources_registry import PROGRAM, WIND, ResourceRegistry, refused
from trueup.audit.models import Decision
from trueup.ledger import queries as ledger
from trueup.ledger import services as books
from trueup.ledger.entries import Instruction, Range
from trueup.ledger.models import Issue
from trueup.ledger.verify import audit
from trueup.resources import queries, services
from trueup.resources.models import Document, Issuance, IssuanceReport, ReportedMonth
from trueup.rules.eligibility import Uprate
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot

LOT = Lot(jurisdiction="TX", year=2023, category="WND")
PAPERS = [
    "eligibility_application",
    "emv_plan",
    "verification_report",
    "decision",
    "mv_report",
    "verification_report",
    "decision",
]


@pytest.fixture(autouse=True)
def _every_serial_is_in_exactly_one_account(db: None) -> Iterator[None]:
    yield
    report = audit()
    assert report.clean, report.differences


@pytest.fixture
def registry() -> ResourceRegistry:
    found = ResourceRegistry()
    found.register()
    return found


class TestIssuance:
    """40 CFR 62.16445(e), (f); RATE-110, RATE-121, RATE-135 to RATE-142."""

    def test_one_credit_a_whole_verified_mwh(self, registry: ResourceRegistry) -> None:
        issued = registry.issue_year("5000.7")

        assert issued.quantity == 5000
        assert str(issued.block) == "TX-2023-WND-1 to TX-2023-WND-5000"
        assert registry.held() == 5000

    def test_what_was_verified_counts_and_not_what_was_reported(
        self, registry: ResourceRegistry
    ) -> None:
        registry.on("2023-02-01")
        report = registry.report("10000")
        registry.verify(report, "9950", misstatement="FOUND", misstatement_explained="meter")
        registry.notice()
        registry.on("2023-06-30")

        assert registry.issue().quantity == 9950

    def test_everything_that_is_missing_is_named(self, registry: ResourceRegistry) -> None:
        registry.on("2023-02-01")
        with refused("report_missing", "verification_missing", "comment_period_open"):
            registry.issue()

        registry.report()
        with refused("verification_missing", "comment_period_open"):
            registry.issue()

    def test_nothing_is_issued_before_the_30_days_are_over(
        self, registry: ResourceRegistry
    ) -> None:
        registry.on("2023-05-31")
        registry.verify(registry.report())
        with refused("comment_period_open"):
            registry.issue()
        registry.notice()

        registry.on("2023-06-29")
        with refused("comment_period_open"):
            registry.issue()
        registry.on("2023-06-30")

        assert registry.issue().quantity == 5000

    def test_what_was_verified_after_the_notice_waits_for_another(
        self, registry: ResourceRegistry
    ) -> None:
        registry.on("2023-02-01")
        report = registry.report()
        registry.notice()
        registry.verify(report)
        registry.on("2023-06-30")

        with refused("comment_period_open"):
            registry.issue()

    def test_other_mwh_than_were_noticed_wait_for_another_notice(
        self, registry: ResourceRegistry
    ) -> None:
        registry.on("2023-02-01")
        report = registry.report()
        registry.verify(report)
        registry.notice()
        services.reject_verification(
            report=report.id, ground="a defect", rejected_at=registry.tick()
        )
        registry.verify(report, "4000", misstatement="FOUND", misstatement_explained="meter")
        registry.on("2023-06-30")

        with refused("comment_period_open"):
            registry.issue()

    def test_a_year_that_runs_is_refused(self, registry: ResourceRegistry) -> None:
        registry.on("2022-12-31")
        with refused(
            "year_not_over", "report_missing", "verification_missing", "comment_period_open"
        ):
            registry.issue()
        with refused("year_not_over"):
            registry.notice()

    def test_an_unregistered_resource_is_issued_nothing(self) -> None:
        registry = ResourceRegistry()
        registry.describe()
        registry.on("2023-02-01")

        with refused("not_registered"):
            registry.report()
        with refused(
            "not_registered", "report_missing", "verification_missing", "comment_period_open"
        ):
            registry.issue()

    def test_the_same_mwh_are_issued_once(self, registry: ResourceRegistry) -> None:
        registry.issue_year("5000.7")

        with refused("issued_already"):
            registry.issue()
        with refused("overlap"):
            registry.report(months=(6, 12))
        assert registry.held() == 5000

    def test_the_database_refuses_a_second_round_too(self, registry: ResourceRegistry) -> None:
        issued = registry.issue_year("5000.7")
        row = Issuance.objects.get(id=issued.id)

        with pytest.raises(IntegrityError), transaction.atomic():
            Issuance.objects.create(
                resource=row.resource, year=2022, quantity=0, issued_at=row.issued_at, issued_by="x"
            )
        report = IssuanceReport.objects.get(issuance=row).report
        with pytest.raises(IntegrityError), transaction.atomic():
            IssuanceReport.objects.create(issuance=row, report=report)
        with pytest.raises(IntegrityError), transaction.atomic():
            Issuance.objects.filter(id=row.pk).update(quantity=1)

    def test_reports_of_parts_of_the_year_are_issued_together(
        self, registry: ResourceRegistry
    ) -> None:
        registry.on("2023-02-01")
        registry.verify(registry.report("10.6", months=(1, 6)), "10.6")
        second = registry.report("10.6", months=(7, 12))
        registry.notice()
        registry.on("2023-06-30")
        with refused("verification_missing", "comment_period_open"):
            registry.issue()
        registry.verify(second, "10.6")
        registry.notice()
        registry.on("2023-08-10")

        assert registry.issue().quantity == 21

    def test_the_vintage_is_the_year_of_the_mwh(self, registry: ResourceRegistry) -> None:
        registry.issue_year("10")

        assert Issue.objects.get().vintage == 2022
        (tx,) = Issuance.objects.values_list("tx", flat=True)
        assert tx is not None
        entry = ledger.transaction(tx)
        assert entry is not None
        assert (entry.event, entry.ground) == (
            "issued",
            f"{Issuance.objects.get().resource.identifier} 2022",
        )

    def test_an_uprate_earns_its_part(self) -> None:
        registry = ResourceRegistry()
        registry.register(
            replace(
                WIND,
                name="Old Hydro",
                category="HYD",
                kind="",
                in_service_on=date(1960, 1, 1),
                is_relicensed=True,
                uprate=Uprate(
                    on=date(2019, 1, 1), from_mw=Decimal(50), to_mw=Decimal(60), of_license=True
                ),
                capacity_mw=Decimal(60),
            )
        )

        assert registry.issue_year("240000", resource="Old Hydro").quantity == 40_000

    def test_combined_heat_and_power_earns_what_beats_the_standard(self) -> None:
        registry = ResourceRegistry()
        services.set_host_state(
            program=PROGRAM,
            jurisdiction="TX",
            approach="rate",
            plan="model",
            set_at=registry.tick(),
        )
        registry.register(replace(WIND, name="Mill", category="CHP", kind=""))

        issued = registry.issue_year(
            "10000",
            resource="Mill",
            fuel_mmbtu="100000",
            co2_factor="117",
            thermal_mmbtu="40000",
            boiler_efficiency="0.8",
            matching_standard="combustion_turbine",
        )

        assert issued.quantity == 3329

    def test_set_aside_mwh_are_left_out(self, registry: ResourceRegistry) -> None:
        assert registry.issue_year("50000", rewarded_mwh="10000").quantity == 40_000

    def test_a_farm_in_a_mass_based_state_is_issued_what_its_contract_covers(self) -> None:
        registry = ResourceRegistry()
        services.set_host_state(
            program=PROGRAM,
            jurisdiction="AL",
            approach="mass",
            plan="federal",
            set_at=registry.tick(),
        )
        registry.register(
            replace(WIND, jurisdiction="AL", contract_with="KY", is_regional_supply=True)
        )

        issued = registry.issue_year("100000", contract_mwh="60000")

        assert issued.quantity == 60_000
        assert str(issued.block) == "KY-2023-WND-1 to KY-2023-WND-60000"

    def test_a_state_can_carry_fractions(self, registry: ResourceRegistry) -> None:
        services.set_host_state(
            program=PROGRAM,
            jurisdiction="TX",
            approach="rate",
            plan="federal",
            carries_fractions=True,
            set_at=registry.tick(),
        )

        assert registry.issue_year("10.7").quantity == 10
        assert registry.issue_year("10.4", 2023).quantity == 11

    def test_a_decision_that_can_be_appealed_says_what_was_issued(
        self, registry: ResourceRegistry
    ) -> None:
        registry.issue_year("10.7")

        decision = Decision.objects.get(outcome="ERCs issued")
        assert decision.decision_class == "issuance"
        assert decision.reasons[0].startswith("10 ERCs for 2022")


class TestTrace:
    """40 CFR 62.16515(g)(10), (i); RATE-143; PLAT-089."""

    def test_a_serial_number_leads_to_its_papers_in_order(self, registry: ResourceRegistry) -> None:
        registry.issue_year("5000.7")

        assert registry.kinds(17) == PAPERS
        assert registry.kinds(5000) == PAPERS
        assert registry.kinds(5001) == []

    def test_each_year_has_its_own_papers(self, registry: ResourceRegistry) -> None:
        registry.issue_year("10")
        registry.issue_year("20", 2023)

        first = queries.trace(program=PROGRAM, lot=LOT, number=1)
        second = queries.trace(program=PROGRAM, lot=replace(LOT, year=2024), number=1)
        assert first is not None
        assert second is not None
        assert [paper.kind for paper in second.documents] == PAPERS
        assert first.documents[4].elements["year"] == "2022"
        assert second.documents[4].elements["year"] == "2023"

    def test_the_statements_do_not_grow_with_what_there_is(
        self, registry: ResourceRegistry
    ) -> None:
        registry.issue_year("10")
        with statements() as few:
            queries.trace(program=PROGRAM, lot=LOT, number=1)
        for year in (2023, 2024, 2025):
            registry.issue_year("1000", year)
        with statements() as many:
            queries.trace(program=PROGRAM, lot=LOT, number=1)

        assert len(few) == len(many) == 3

    def test_papers_are_never_changed(self, registry: ResourceRegistry) -> None:
        registry.issue_year("10")

        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.update(kind="decision")
        with pytest.raises(IntegrityError), transaction.atomic():
            Document.objects.all()._raw_delete("default")


class TestOverstatement:
    """40 CFR 62.16450(a), (b); RATE-145, RATE-146, RATE-149."""

    def overstate(self, registry: ResourceRegistry, mwh: int, **said: object) -> None:
        services.find_overstated(
            resource=registry.resources[WIND.name].id,
            year=2022,
            mwh=mwh,
            ground="meter drift",
            found_at=registry.tick(),
            **said,  # type: ignore[arg-type]
        )

    def test_it_is_taken_off_the_next_issue(self, registry: ResourceRegistry) -> None:
        registry.issue_year("5000.7")
        self.overstate(registry, 200)

        issued = registry.issue_year("10000", 2023)

        assert (issued.quantity, issued.corrected) == (9800, 200)
        assert registry.issue_year("10000", 2024).corrected == 0

    def test_what_is_too_much_for_one_year_waits_for_the_next(
        self, registry: ResourceRegistry
    ) -> None:
        registry.issue_year("12000")
        self.overstate(registry, 12000)

        nothing = registry.issue_year("10000", 2023)

        assert (nothing.quantity, nothing.corrected, nothing.block) == (0, 10_000, None)
        assert registry.issue_year("3000", 2024).quantity == 1000

    @pytest.mark.parametrize("mwh", [0, -1, 5001])
    def test_no_more_than_was_verified_can_be_wrong(
        self, registry: ResourceRegistry, mwh: int
    ) -> None:
        registry.issue_year("5000.7")

        with refused("overstatement_too_large"):
            self.overstate(registry, mwh)

    def test_of_the_final_report_it_is_revoked_and_the_rest_demanded(
        self, registry: ResourceRegistry
    ) -> None:
        registry.issue_year("500")
        registry.open_general("Gulf", "Cy Dunn")
        move(registry, "Sand Hill", "Gulf", 1, 200)
        registry.on("2025-03-03")

        self.overstate(registry, 500, is_final_report=True)

        (debt,) = queries.debts_of(registry.accounts["Sand Hill"].id)
        assert (debt.demanded, debt.revoked, debt.open) == (500, 300, 200)
        assert debt.due_on == date(2025, 4, 1)
        assert registry.held() == 0
        assert registry.held("Gulf") == 200


class TestRevocation:
    """40 CFR 62.16440, 62.16450(c), (d); RATE-058 to RATE-060, RATE-147 to RATE-150."""

    def revoke(self, registry: ResourceRegistry, **said: str) -> None:
        services.revoke_qualification(
            resource=registry.resources[WIND.name].id,
            revoked_at=registry.tick(),
            **{"cause": "INELIGIBLE", "ground": "a 2011 build", **said},
        )

    def test_freeze_revoke_and_demand_the_rest(self, registry: ResourceRegistry) -> None:
        registry.issue_year("5000")
        registry.open_general("Gulf", "Cy Dunn")
        move(registry, "Sand Hill", "Gulf", 1, 1800)
        registry.on("2024-03-11")

        self.revoke(registry)

        account = ledger.account(registry.accounts["Sand Hill"].id)
        assert account.state == "frozen"
        (debt,) = queries.debts_of(account.id)
        assert (debt.revoked, debt.open, debt.due_on) == (3200, 1800, date(2024, 4, 9))
        with refused("qualification_revoked"):
            registry.report("1", 2023)

    def test_any_credits_that_arrive_replace_what_is_missing(
        self, registry: ResourceRegistry
    ) -> None:
        registry.issue_year("50")
        registry.open_general("Gulf", "Cy Dunn")
        move(registry, "Sand Hill", "Gulf", 1, 50)
        self.revoke(registry)
        move(registry, "Gulf", "Sand Hill", 1, 30)

        (debt,) = queries.debts_of(registry.accounts["Sand Hill"].id)
        assert debt.open == 20
        assert registry.held() == 0

    def test_its_own_credits_go_before_those_that_it_bought(
        self, registry: ResourceRegistry
    ) -> None:
        registry.describe(replace(WIND, name="Other Wind"), account="Other")
        registry.clear(resource="Other Wind")
        registry.apply("Other Wind")
        registry.verify_application("Other Wind")
        registry.approve("Other Wind")
        registry.issue_year("400", resource="Other Wind")
        move(registry, "Other", "Sand Hill", 1, 400)
        registry.issue_year("300", 2022)
        move(registry, "Sand Hill", "Other", 401, 500)

        self.revoke(registry)

        held = ledger.blocks_held(registry.accounts["Sand Hill"].id)
        assert [str(block) for block in held] == ["TX-2023-WND-101 to TX-2023-WND-400"]

    def test_who_does_not_replace_is_barred_until_readmitted(
        self, registry: ResourceRegistry
    ) -> None:
        registry.issue_year("50")
        registry.open_general("Gulf", "Cy Dunn")
        move(registry, "Sand Hill", "Gulf", 1, 50)
        registry.on("2024-03-11")
        self.revoke(registry)

        registry.on("2024-04-09")
        assert services.bar_for_unmet_debts(program=PROGRAM, at=registry.tick()) == 0
        registry.on("2024-04-10")
        assert services.bar_for_unmet_debts(program=PROGRAM, at=registry.tick()) == 1
        assert services.bar_for_unmet_debts(program=PROGRAM, at=registry.tick()) == 0

        with refused("qualification_revoked", "barred"):
            registry.report("1", 2023)
        (debt,) = queries.debts_of(registry.accounts["Sand Hill"].id)
        services.readmit(debt=debt.id, reason="replaced late", at=registry.tick())
        with refused("qualification_revoked"):
            registry.report("1", 2023)

    def test_a_cause_and_a_ground_are_stated(self, registry: ResourceRegistry) -> None:
        with refused("ground_missing", "unknown_cause"):
            self.revoke(registry, cause="DISLIKED", ground=" ")
        self.revoke(registry)
        with refused("not_registered"):
            self.revoke(registry)


class TestSuspension:
    """40 CFR 62.16450(e); RATE-144."""

    def test_nothing_is_issued_and_reports_are_still_taken(
        self, registry: ResourceRegistry
    ) -> None:
        resource = registry.resources[WIND.name].id
        services.suspend_issuance(
            resource=resource,
            cause="INVESTIGATION",
            ground="reported errors",
            suspended_at=registry.tick(),
        )

        with refused("issuance_suspended"):
            registry.issue_year("10")
        with refused("issuance_suspended"):
            services.suspend_issuance(
                resource=resource,
                cause="INVESTIGATION",
                ground="again",
                suspended_at=registry.tick(),
            )
        services.lift_suspension(resource=resource, ground="cleared", lifted_at=registry.tick())
        assert registry.issue().quantity == 10
        with refused("not_suspended"):
            services.lift_suspension(resource=resource, ground="cleared", lifted_at=registry.tick())


def move(registry: ResourceRegistry, source: str, to: str, lo: int, hi: int) -> None:
    """Move wind credits of 2023 between accounts."""
    books.record(
        [
            Instruction(
                type="transfer",
                source=registry.accounts[source].id,
                destination=registry.accounts[to].id,
                blocks=(Range(LOT.number(2), lo, hi),),
                key=uuid4(),
                actor="test",
                submitted_at=registry.tick(),
            )
        ],
        program=PROGRAM,
        recorded_at=registry.now,
    )


def test_a_month_is_reported_once_whatever_the_code_does(registry: ResourceRegistry) -> None:
    """RATE-057."""
    registry.on("2023-02-01")
    report = registry.report(months=(1, 6))

    with pytest.raises(IntegrityError), transaction.atomic():
        ReportedMonth.objects.create(
            report_id=report.id, resource_id=report.resource, year=2022, month=6
        )


class TestAYearAtOnce:
    """40 CFR 62.16445(e), (f): everybody who is ready, in a constant number of statements."""

    def others(self, registry: ResourceRegistry, number: int) -> list[str]:
        names = [f"Ridge {place}" for place in range(1, number + 1)]
        for name in names:
            registry.register(replace(WIND, name=name))
        return names

    def verified(self, registry: ResourceRegistry, names: list[str], mwh: str) -> None:
        for name in names:
            registry.verify(registry.report(mwh, resource=name), mwh)

    def test_who_is_ready_is_issued_and_the_others_are_named(
        self, registry: ResourceRegistry
    ) -> None:
        names = self.others(registry, 3)
        registry.on("2023-02-01")
        self.verified(registry, [WIND.name, *names[:2]], "10.5")
        registry.report("7", resource=names[2])
        registry.notice()

        done = services.issue_ercs_of_year(
            program=PROGRAM, year=2022, issued_at=registry.on("2023-06-30")
        )

        assert [str(one.block) for one in done.issued] == [
            "TX-2023-WND-1 to TX-2023-WND-10",
            "TX-2023-WND-11 to TX-2023-WND-20",
            "TX-2023-WND-21 to TX-2023-WND-30",
        ]
        (left,) = done.left_out
        assert left.resource == registry.resources[names[2]].id
        assert {one.reason for one in left.refusals} == {
            "verification_missing",
            "comment_period_open",
        }

    def test_each_credit_leads_to_the_papers_of_its_own_resource(
        self, registry: ResourceRegistry
    ) -> None:
        names = self.others(registry, 1)
        registry.on("2023-02-01")
        self.verified(registry, [WIND.name, *names], "10")
        registry.notice()
        services.issue_ercs_of_year(program=PROGRAM, year=2022, issued_at=registry.on("2023-06-30"))

        trace = queries.trace(program=PROGRAM, lot=LOT, number=15)

        assert trace is not None
        assert trace.resource.name == names[0]
        assert [paper.kind for paper in trace.documents] == PAPERS

    def test_a_second_time_there_is_nothing_left(self, registry: ResourceRegistry) -> None:
        registry.issue_year("10")

        with refused("nothing_to_issue"):
            services.issue_ercs_of_year(program=PROGRAM, year=2022, issued_at=registry.tick())

    def test_why_nobody_is_ready_is_said(self, registry: ResourceRegistry) -> None:
        registry.on("2023-02-01")
        self.verified(registry, [WIND.name], "10")

        with pytest.raises(Refused, match="comment_period_open"):
            services.issue_ercs_of_year(program=PROGRAM, year=2022, issued_at=registry.tick())

    def test_it_takes_the_same_statements_however_many_there_are(
        self, registry: ResourceRegistry
    ) -> None:
        def asked(year: int, names: list[str]) -> int:
            registry.on(f"{year + 1}-02-01")
            for name in names:
                registry.verify(registry.report("10", year, resource=name), "10")
            registry.notice(year)
            at = registry.on(f"{year + 1}-06-30")
            with statements() as found:
                services.issue_ercs_of_year(program=PROGRAM, year=year, issued_at=at)
            return len(found)

        few = asked(2022, [WIND.name])
        many = asked(2023, [WIND.name, *self.others(registry, 6)])

        assert many == few
