"""The desk's acts on resources: who may, twice, two officials at once, stale calculations."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.contexts.rate_registry import RateRegistry
from tests.contexts.resources_desk import ReviewDesk
from tests.contexts.resources_registry import PROGRAM, WIND, refused
from trueup.ledger import queries as ledger
from trueup.ledger.verify import audit
from trueup.resources import checklists, queries, review_reads, services
from trueup.resources.entries import ResourceSpec
from trueup.resources.models import (
    AccreditationApplication,
    Calculation,
    CalculationRow,
    CreditNotice,
    Debt,
    Issuance,
    Report,
    Verifier,
    VerifierReview,
)
from trueup.resources.review_reads import Wanted
from trueup.resources.verifiers import EVIDENCE

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> ReviewDesk:
    return ReviewDesk()


class TestDecisions:
    """RATE-074, RATE-073; PLAT-018, PLAT-019: an official of the place decides, once."""

    def test_an_official_approves_and_the_resource_is_registered(self, desk: ReviewDesk) -> None:
        desk.applied()
        desk.tick_all()

        done = desk.act("approve_resource", resource=desk.wind, grounds="All is shown.")

        assert done.result["state"] == "registered"
        with refused("application_missing"):
            desk.act("approve_resource", "Pete Moss", resource=desk.wind, grounds="Again.")

    def test_an_official_of_the_state_decides_and_one_of_another_cannot(
        self, desk: ReviewDesk
    ) -> None:
        desk.applied()
        desk.tick_all()
        given: dict[str, Any] = {"resource": desk.wind, "grounds": "All is shown."}

        with refused("not_authorized"):
            desk.act("approve_resource", "Ken Ash", jurisdiction="KY", **given)
        with refused("not_authorized"):
            desk.act("approve_resource", "Ken Ash", jurisdiction="TX", **given)
        with refused("not_authorized"):
            desk.act("approve_resource", "Mo Lin", **given)
        with refused("not_authorized"):
            desk.act("approve_resource", "Fay Ito", **given)
        assert desk.act("approve_resource", "Tex Lane", jurisdiction="TX", **given).result

    def test_nothing_is_approved_while_the_checklist_is_open(self, desk: ReviewDesk) -> None:
        desk.applied()
        desk.tick_all(leave="plan")

        with refused("review_open"):
            desk.act("approve_resource", resource=desk.wind, grounds="All is shown.")
        assert desk.act("disapprove_resource", resource=desk.wind, grounds="Not new.").result

    def test_a_question_is_asked_by_an_act(self, desk: ReviewDesk) -> None:
        desk.applied()
        done = desk.act(
            "ask_sponsor", resource=desk.wind, question="Which feeder?", due_on="2021-06-15"
        )

        assert done.result["due_on"] == "2021-06-15"
        (row,) = review_reads.waiting(Wanted(program=PROGRAM, today=date(2021, 6, 1)))
        assert (row.kind, row.state) == ("application", "info_asked")

    def test_a_report_of_another_resource_is_not_decided(self, desk: ReviewDesk) -> None:
        report = desk.verified()
        other = desk.describe(
            ResourceSpec(
                name="Other Wind",
                category="WND",
                kind="on_shore",
                jurisdiction="TX",
                capacity_mw=WIND.capacity_mw,
                in_service_on=WIND.in_service_on,
                grid="ERCOT",
            )
        )

        with refused("report_missing"):
            desk.act("accept_report", resource=other.id, report=report, grounds="Fine.")

    def test_a_report_is_accepted_once_its_checklist_is_ticked(self, desk: ReviewDesk) -> None:
        report = desk.verified()
        given: dict[str, Any] = {"resource": desk.wind, "report": report, "grounds": "In order."}
        with refused("review_open"):
            desk.act("accept_report", **given)
        desk.tick_all(report=report)

        assert desk.act("accept_report", **given).result["state"] == "accepted"
        with refused("decided_already"):
            desk.act("accept_report", "Pete Moss", **given)


class TestNotice:
    """RATE-139; preamble IV.D.6: what is published is what was calculated and signed."""

    def test_two_officials_publish_just_what_was_calculated(self, desk: ReviewDesk) -> None:
        desk.verified()
        given = desk.calculate("notice")
        (row,) = CalculationRow.objects.all()
        assert (row.name, row.quantity, row.is_ready) == (WIND.name, 5000, True)

        entry = desk.propose("publish_credit_notice", **given)
        assert CreditNotice.objects.count() == 0
        done = desk.approve_proposal(entry)

        assert done.state == "executed"
        notice = CreditNotice.objects.get()
        assert notice.reports.count() == 1
        assert str(notice.closes_on) == "2023-03-02"

    def test_a_stale_calculation_publishes_nothing(self, desk: ReviewDesk) -> None:
        report = desk.verified()
        given = desk.calculate("notice")
        services.reject_verification(report=report, ground="A conflict.", rejected_at=desk.tick())

        done = desk.approve_proposal(desk.propose("publish_credit_notice", **given))

        assert done.state == "refused"
        assert done.verdict is not None
        assert {one["code"] for one in done.verdict.refusals} == {"resources.changed_since"}
        assert CreditNotice.objects.count() == 0

    def test_the_same_official_does_not_approve(self, desk: ReviewDesk) -> None:
        desk.verified()
        entry = desk.propose("publish_credit_notice", **desk.calculate("notice"))

        with refused("same_person"):
            desk.approve_proposal(entry, "Olga Stone")


class TestIssueToResources:
    """RATE-135 to RATE-145: a year is issued as it was calculated, by two officials, once."""

    def ready(self, desk: ReviewDesk) -> None:
        desk.verified()
        desk.notice()
        desk.on("2023-06-30")

    def test_who_is_not_ready_is_named_with_what_is_missing(self, desk: ReviewDesk) -> None:
        desk.verified()
        desk.calculate("resources")

        (row,) = CalculationRow.objects.all()
        assert (row.is_ready, row.quantity, row.reasons) == (False, 0, ["comment_period_open"])
        assert Calculation.objects.get().totals["left_out"] == 1

    def test_two_officials_issue_what_was_calculated(self, desk: ReviewDesk) -> None:
        self.ready(desk)
        given = desk.calculate("resources")
        assert Calculation.objects.get().totals["states"] == [["TX", "WND", 1, 5000]]
        assert Issuance.objects.count() == 0

        done = desk.approve_proposal(desk.propose("issue_to_resources", **given))

        assert done.verdict is not None
        assert done.verdict.result == {
            "resources": 1,
            "credits": 5000,
            "corrected": 0,
            "left_out": 0,
        }
        assert desk.held() == 5000
        assert audit().clean

    def test_one_official_alone_issues_nothing(self, desk: ReviewDesk) -> None:
        self.ready(desk)
        entry = desk.propose("issue_to_resources", **desk.calculate("resources"))

        with refused("same_person"):
            desk.approve_proposal(entry, "Olga Stone")
        assert desk.held() == 0

    def test_what_has_changed_since_issues_nothing(self, desk: ReviewDesk) -> None:
        self.ready(desk)
        entry = desk.propose("issue_to_resources", **desk.calculate("resources"))
        services.suspend_issuance(
            resource=desk.wind, cause="INVESTIGATION", ground="A doubt.", suspended_at=desk.tick()
        )

        done = desk.approve_proposal(entry)

        assert done.state == "refused"
        assert desk.held() == 0
        assert Issuance.objects.count() == 0

    def test_a_second_run_of_the_same_calculation_issues_nothing(self, desk: ReviewDesk) -> None:
        self.ready(desk)
        given = desk.calculate("resources")
        first = desk.propose("issue_to_resources", **given)
        second = desk.propose("issue_to_resources", "Pete Moss", **given)
        desk.approve_proposal(first)

        assert desk.approve_proposal(second, "Olga Stone").state == "refused"
        assert desk.held() == 5000

    def test_a_calculation_of_another_year_or_that_there_is_not_is_refused(
        self, desk: ReviewDesk
    ) -> None:
        self.ready(desk)
        given = desk.calculate("resources")

        done = desk.approve_proposal(desk.propose("issue_to_resources", **{**given, "year": 2021}))
        assert done.state == "refused"
        unknown = {**given, "calculation": str(uuid4())}
        assert desk.approve_proposal(desk.propose("issue_to_resources", **unknown)).state == (
            "refused"
        )
        assert desk.held() == 0

    def test_only_who_may_originate_proposes_it(self, desk: ReviewDesk) -> None:
        self.ready(desk)
        given = desk.calculate("resources")

        for name in ("Tex Lane", "Mo Lin", "Fay Ito"):
            with refused("not_authorized"):
                desk.act("issue_to_resources", name, **given)

    def test_one_resource_is_issued_by_itself(self, desk: ReviewDesk) -> None:
        self.ready(desk)
        entry = desk.propose("issue_to_resource", resource=desk.wind, year=2022)
        assert entry.preview["credits"] == 5000
        assert desk.held() == 0

        desk.approve_proposal(entry)

        assert desk.held() == 5000
        with refused("issued_already"):
            desk.act("issue_to_resource", resource=desk.wind, year=2022)

    def test_a_year_that_is_not_over_is_not_calculated(self, desk: ReviewDesk) -> None:
        desk.verified()

        with refused("year_not_over"):
            desk.calculate("resources", 2023)

    def test_the_statements_do_not_grow_with_the_resources(self, desk: ReviewDesk) -> None:
        self.ready(desk)
        with CaptureQueriesContext(connection) as one:
            desk.calculate("resources")
        desk.on("2023-07-01")
        for number in range(3):
            spec = ResourceSpec(
                name=f"Wind {number}",
                category="WND",
                kind="on_shore",
                jurisdiction="TX",
                capacity_mw=WIND.capacity_mw,
                in_service_on=WIND.in_service_on,
                grid="ERCOT",
            )
            desk.register(spec)
            desk.verify(desk.report("10", resource=spec.name), "10")
        with CaptureQueriesContext(connection) as four:
            desk.calculate("resources")

        assert Calculation.objects.latest("id").rows == 4
        assert len(four) == len(one)


class TestIssueToUnits:
    """RATE-033 to RATE-041: credits of affected EGUs, after comment, as calculated."""

    @pytest.fixture
    def rates(self, desk: ReviewDesk) -> RateRegistry:
        found = RateRegistry()
        found.operate("Cane/2", [(2022, 900_000_000, 1_000_000)])
        return found

    def test_each_unit_is_shown_with_mwh_rate_and_credits(
        self, desk: ReviewDesk, rates: RateRegistry
    ) -> None:
        desk.on("2023-02-01")
        desk.calculate("notice")

        (row,) = CalculationRow.objects.all()
        assert (row.name, row.category, row.quantity) == ("Cane/2", "GSE", 101_508)
        assert (row.mwh, row.rate) == (Decimal(1_000_000), Decimal(900))
        assert row.is_ready

    def test_before_the_comments_close_it_is_not_ready(
        self, desk: ReviewDesk, rates: RateRegistry
    ) -> None:
        desk.on("2023-02-01")
        desk.approve_proposal(desk.propose("publish_credit_notice", **desk.calculate("notice")))
        given = desk.calculate("affected_units")

        assert CalculationRow.objects.latest("id").reasons == ["comment_period_open"]
        done = desk.approve_proposal(desk.propose("issue_to_units", **given))
        assert done.state == "refused"

    def test_two_officials_issue_after_comment_and_a_stale_calculation_nothing(
        self, desk: ReviewDesk, rates: RateRegistry
    ) -> None:
        desk.on("2023-02-01")
        desk.approve_proposal(desk.propose("publish_credit_notice", **desk.calculate("notice")))
        desk.on("2023-06-30")
        given = desk.calculate("affected_units")
        first = desk.propose("issue_to_units", **given)
        second = desk.propose("issue_to_units", "Pete Moss", **given)

        assert desk.approve_proposal(first).state == "executed"
        assert desk.approve_proposal(second, "Olga Stone").state == "refused"
        account = rates.accounts["Cane/2"].id
        assert sum(one.quantity for one in ledger.balances(account)) == 101_508


class TestWhenItWasWrong:
    """RATE-058, RATE-144 to RATE-150: shown before it is signed, agreed by two."""

    def issued(self, desk: ReviewDesk) -> None:
        desk.register()
        desk.issue_year("5000")

    def test_a_suspension_takes_effect_with_one_official_and_is_lifted_by_two(
        self, desk: ReviewDesk
    ) -> None:
        self.issued(desk)
        given: dict[str, Any] = {
            "resource": desk.wind,
            "cause": "INVESTIGATION",
            "ground": "A doubt.",
        }
        desk.act("suspend_issuance", **given)
        with refused("issuance_suspended"):
            desk.act("suspend_issuance", "Pete Moss", **given)

        entry = desk.propose("lift_suspension", resource=desk.wind, ground="No doubt.")
        assert desk.approve_proposal(entry).state == "executed"
        with refused("not_suspended"):
            desk.act("lift_suspension", resource=desk.wind, ground="Again.")

    def test_an_overstatement_is_taken_off_the_next_issue(self, desk: ReviewDesk) -> None:
        self.issued(desk)
        entry = desk.propose(
            "find_overstated",
            resource=desk.wind,
            year=2022,
            mwh=200,
            takes_back="with the next issue",
            ground="A meter ran fast.",
        )
        assert entry.preview["taken_off_the_next_issue"] == 200
        desk.approve_proposal(entry)

        assert desk.issue_year("1000", 2023).quantity == 800

    def test_what_is_revoked_is_named_by_serial_before_it_is_signed(self, desk: ReviewDesk) -> None:
        self.issued(desk)
        entry = desk.propose(
            "find_overstated",
            resource=desk.wind,
            year=2022,
            mwh=300,
            takes_back="from the account",
            ground="The last report.",
        )

        assert entry.preview["revoked_serials"] == ["TX-2023-WND-1 to TX-2023-WND-300"]
        assert desk.held() == 5000
        assert Debt.objects.count() == 0
        desk.approve_proposal(entry)
        assert desk.held() == 4700

    def test_a_revoked_qualification_freezes_takes_back_and_demands_the_rest(
        self, desk: ReviewDesk
    ) -> None:
        self.issued(desk)
        entry = desk.propose(
            "revoke_qualification", resource=desk.wind, cause="INELIGIBLE", ground="Of 2011."
        )
        assert (entry.preview["demanded"], entry.preview["account"]) == (5000, "frozen")
        desk.approve_proposal(entry)

        assert desk.held() == 0
        found = queries.resource(desk.wind)
        assert found is not None
        assert found.state == "revoked"
        assert ledger.account(desk.accounts["Sand Hill"].id).state == "frozen"
        with refused("not_registered"):
            desk.act(
                "revoke_qualification", resource=desk.wind, cause="INELIGIBLE", ground="Of 2011."
            )

    def test_a_demand_of_another_program_is_not_readmitted(self, desk: ReviewDesk) -> None:
        with refused("nothing_to_do"):
            desk.act("readmit", debt=77, ground="Paid.")

    def test_the_wrong_official_does_none_of_it(self, desk: ReviewDesk) -> None:
        self.issued(desk)
        for name in ("Tex Lane", "Mo Lin", "Fay Ito"):
            with refused("not_authorized"):
                desk.act(
                    "suspend_issuance", name, resource=desk.wind, cause="INVESTIGATION", ground="x"
                )
            with refused("not_authorized"):
                desk.act(
                    "revoke_qualification", name, resource=desk.wind, cause="INELIGIBLE", ground="x"
                )


class TestVerifiers:
    """RATE-123 to RATE-134: accreditation, clearance, revocation, review."""

    def applied(self, desk: ReviewDesk, **more: object) -> AccreditationApplication:
        return AccreditationApplication.objects.create(
            program=PROGRAM,
            key=uuid4(),
            applicant_id=desk.person("Vera Fy"),
            name="Vera Audit",
            categories=["WND"],
            team=[desk.person("Vera Fy")],
            evidence=dict.fromkeys(EVIDENCE, "shown"),
            insurer="Insurer",
            sp_rating="A",
            is_free_of_debarment=True,
            submitted_at=desk.tick(),
            **more,
        )

    def tick_accreditation(self, desk: ReviewDesk, row: AccreditationApplication) -> None:
        subject = checklists.accreditation_subject(row)
        for state in checklists.checklist(subject):
            checklists.tick_item(
                subject,
                item=state.item.code,
                is_ticked=True,
                by=desk.person("Olga Stone"),
                at=desk.tick(),
            )

    def test_an_applicant_is_accredited_once_everything_is_ticked(self, desk: ReviewDesk) -> None:
        row = self.applied(desk)
        given: dict[str, Any] = {
            "application": row.pk,
            "grounds": "Shown.",
            "review_due_on": "2024-05-01",
        }
        with refused("review_open"):
            desk.act("accredit_verifier", **given)
        self.tick_accreditation(desk, row)

        assert desk.act("accredit_verifier", **given).result["verifier"] == "Vera Audit"
        verifier = Verifier.objects.get(name="Vera Audit")
        assert str(verifier.review_due_on) == "2024-05-01"
        row.refresh_from_db()
        assert (row.state, row.verifier_id) == ("accredited", verifier.pk)
        with refused("decided_already"):
            desk.act("accredit_verifier", "Pete Moss", **given)

    def test_who_does_not_state_to_be_free_of_debarment_is_not_accredited(
        self, desk: ReviewDesk
    ) -> None:
        row = self.applied(desk)
        AccreditationApplication.objects.filter(id=row.pk).update(is_free_of_debarment=False)
        self.tick_accreditation(desk, row)

        with refused("debarred"):
            desk.act(
                "accredit_verifier", application=row.pk, grounds="x", review_due_on="2024-05-01"
            )

    def test_it_is_refused_with_grounds_and_told(self, desk: ReviewDesk) -> None:
        row = self.applied(desk)

        desk.act("reject_accreditation", application=row.pk, grounds="No insurance.")

        row.refresh_from_db()
        assert (row.state, row.ground) == ("rejected", "No insurance.")
        with refused("decided_already"):
            desk.act("reject_accreditation", application=row.pk, grounds="No insurance.")

    def test_an_official_of_a_state_accredits_nobody(self, desk: ReviewDesk) -> None:
        row = self.applied(desk)

        with refused("not_authorized"):
            desk.act("reject_accreditation", "Tex Lane", application=row.pk, grounds="x")

    def test_an_engagement_is_cleared_or_refused_after_disclosure(self, desk: ReviewDesk) -> None:
        desk.describe()
        verifier = desk.accredit().id
        with refused("engagement_not_cleared"):
            desk.act("clear_engagement", resource=desk.wind, verifier=verifier)
        services.disclose_engagement(
            verifier=verifier,
            resource=desk.wind,
            disclosure="A fixed fee.",
            is_conflict=False,
            disclosed_at=desk.tick(),
        )

        given: dict[str, Any] = {"resource": desk.wind, "verifier": verifier}
        desk.act("refuse_engagement", grounds="Too close.", **given)
        with refused("decided_already"):
            desk.act("refuse_engagement", grounds="Too close.", **given)
        assert desk.act("clear_engagement", "Tex Lane", jurisdiction="TX", **given).result

    def test_a_revocation_can_reject_the_reports_in_hand(self, desk: ReviewDesk) -> None:
        report = desk.verified()
        entry = desk.propose(
            "revoke_accreditation",
            verifier=desk.verifiers["Northwind Audit"].id,
            cause="NEGLIGENCE",
            reports_in_hand="reject",
            grounds="It looked at nothing.",
        )
        assert entry.preview["reports_in_hand"] == 1
        assert Report.objects.get(id=report).state == "verified"

        desk.approve_proposal(entry)

        assert Report.objects.get(id=report).state == "incomplete"

    def test_a_review_sets_the_day_of_the_next(self, desk: ReviewDesk) -> None:
        verifier = desk.accredit().id
        given: dict[str, Any] = {"verifier": verifier, "finding": "In order."}
        with refused("ground_missing"):
            desk.act("review_verifier", review_due_on="2020-01-01", **given)
        desk.act("review_verifier", review_due_on="2023-05-01", **given)

        assert str(VerifierReview.objects.get().next_due_on) == "2023-05-01"
        assert str(Verifier.objects.get(id=verifier).review_due_on) == "2023-05-01"

    def test_a_verifier_that_there_is_not_is_refused(self, desk: ReviewDesk) -> None:
        with refused("unknown_verifier"):
            desk.act("review_verifier", verifier=99, finding="x", review_due_on="2030-01-01")


class TestQueue:
    """PLAT-120; 40 CFR 62.16445: what waits, with its day."""

    def test_what_waits_is_listed_by_kind_and_state(self, desk: ReviewDesk) -> None:
        desk.applied()
        today = date(2021, 6, 1)
        (row,) = review_reads.waiting(Wanted(program=PROGRAM, today=today))
        assert (row.kind, row.title, row.state) == ("application", WIND.name, "submitted")
        assert review_reads.waiting(Wanted(program=PROGRAM, today=today, jurisdiction="KY")) == []
        assert review_reads.waiting(Wanted(program=PROGRAM, today=today, text="sand")) == [row]

    def test_a_verified_report_waits_until_an_official_has_said_a_word(
        self, desk: ReviewDesk
    ) -> None:
        report = desk.verified()
        wanted = Wanted(program=PROGRAM, today=date(2023, 3, 1), kind="verification")
        (row,) = review_reads.waiting(wanted)
        assert (row.id, str(row.due_on)) == (report, "2023-06-30")
        desk.tick_all(report=report)
        desk.act("accept_report", resource=desk.wind, report=report, grounds="In order.")

        assert review_reads.waiting(wanted) == []

    def test_the_statements_are_few(self, desk: ReviewDesk) -> None:
        desk.applied()
        with CaptureQueriesContext(connection) as captured:
            review_reads.waiting(Wanted(program=PROGRAM, today=date(2021, 6, 1)))

        assert len(captured) == 6
