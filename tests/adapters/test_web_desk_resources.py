"""Officials review papers, calculate, publish and issue credits on the pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.adapters.web_books import Page
from tests.contexts.rate_registry import RateRegistry
from tests.contexts.resources_desk import ReviewDesk
from tests.contexts.resources_registry import PROGRAM, WIND
from tests.rules.papers import complete
from trueup.accounts.models import Person
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import Instruction
from trueup.officials import services as officials
from trueup.resources import calculations, plans, questions, services, support_papers
from trueup.resources.entries import ResourceSpec
from trueup.resources.models import (
    AccreditationApplication,
    Application,
    Calculation,
    ReviewTick,
)
from trueup.resources.verifiers import EVIDENCE
from trueup.rules.papers import APPLICATION, PLAN
from trueup.rules.refusal import Refused
from trueup.signing.models import Draft

pytestmark = pytest.mark.django_db


class Desk(ReviewDesk):
    """The registry, with a browser for each of its people."""

    def browser(self, name: str) -> Client:
        user, _ = User.objects.get_or_create(username=name.replace(" ", "-").lower())
        Person.objects.filter(id=self.person(name)).update(user=user)
        client = Client()
        client.force_login(user)
        session = client.session
        session["account_authentication_methods"] = [
            {"method": "mfa", "type": "totp", "at": time.time()}
        ]
        session.save()
        return client

    def seen(self, name: str, *args: object, by: str = "Olga Stone", query: str = "") -> str:
        answer = self.browser(by).get(reverse(name, args=[PROGRAM, *args]) + query)
        assert answer.status_code == 200, (name, answer.status_code)
        page = Page(answer.content.decode())
        assert page.problems() == [], (name, page.problems())
        return page.text

    def post(self, name: str, *args: object, by: str = "Olga Stone", **sent: object) -> str:
        answer = self.browser(by).post(reverse(name, args=[PROGRAM, *args]), sent)
        assert answer.status_code == 302, answer.status_code
        return str(answer["Location"])

    @property
    def application(self) -> int:
        return Application.objects.latest("id").pk


@pytest.fixture
def desk() -> Desk:
    for name in ("default", "process"):
        caches[name].clear()
    return Desk()


class TestQueue:
    """PLAT-120: what waits, on the console and in a list of its own."""

    def test_what_waits_is_listed_with_its_day_and_leads_to_the_paper(self, desk: Desk) -> None:
        desk.applied()

        text = desk.seen("desk-resources")

        assert WIND.name in text
        assert "Eligibility application" in text
        assert "Late" in text
        assert WIND.name not in desk.seen("desk-resources", query="?kind=report")
        assert WIND.name not in desk.seen("desk-resources", query="?state=KY")
        assert WIND.name in desk.seen("desk-resources", query="?when=late&q=sand")

    def test_the_console_counts_them(self, desk: Desk) -> None:
        desk.applied()

        answer = desk.browser("Olga Stone").get(reverse("desk") + f"?program={PROGRAM}")

        assert "Resources to review" in Page(answer.content.decode()).text

    def test_an_official_sees_the_papers_of_the_own_state(self, desk: Desk) -> None:
        desk.applied()

        assert WIND.name in desk.seen("desk-resources", by="Tex Lane")
        assert WIND.name not in desk.seen("desk-resources", by="Ken Ash")
        for name, number in (
            ("desk-resource-application", desk.application),
            ("desk-resource", desk.wind),
        ):
            address = reverse(name, args=[PROGRAM, number])
            assert desk.browser("Ken Ash").get(address).status_code == 403
            assert desk.browser("Fay Ito").get(address).status_code == 403
            assert desk.browser("Tex Lane").get(address).status_code == 200

    def test_the_mass_based_program_has_no_such_page(self, desk: Desk) -> None:
        address = reverse("desk-resources", args=["cpp-mass"])

        assert desk.browser("Olga Stone").get(address).status_code in {403, 404}


class TestApplication:
    """RATE-061 to RATE-075: elements beside the rule, checks, checklist, questions."""

    def test_each_element_stands_beside_what_the_rule_asks(self, desk: Desk) -> None:
        desk.applied()

        text = desk.seen("desk-resource-application", desk.application)

        assert "showing that the capacity is new" in text
        assert "62.16445(a)(3)" in text
        assert "62.16455(b)" in text
        assert "Verification report" in text
        assert "It passes the tests of new capacity, grid, location and category." in text
        assert "Passed" in text

    def test_an_item_is_ticked_and_taken_back_on_the_page(self, desk: Desk) -> None:
        desk.applied()
        given = ("desk-resource-application", desk.application)
        assert desk.post(*given, item="identity").endswith("#checklist")
        assert "Olga Stone" in desk.seen(*given)

        desk.post(*given, item="identity", to="open")
        assert ReviewTick.objects.count() == 1  # Without a reason it stays ticked.
        desk.post(*given, item="identity", to="open", note="Not the same person.")
        assert ReviewTick.objects.latest("id").is_ticked is False
        assert "Not the same person." in desk.seen(*given)

    def test_whoever_only_reads_ticks_nothing(self, desk: Desk) -> None:
        desk.applied()
        address = reverse("desk-resource-application", args=[PROGRAM, desk.application])

        assert desk.browser("Mo Lin").post(address, {"item": "identity"}).status_code == 403
        assert ReviewTick.objects.count() == 0

    def test_a_decision_goes_on_to_be_signed(self, desk: Desk) -> None:
        desk.applied()
        desk.tick_all()
        given = ("desk-resource-application", desk.application)
        assert desk.post(*given, do="approve").endswith("#decide")

        place = desk.post(*given, do="approve", said="All is shown.")

        draft = Draft.objects.latest("id")
        assert place == reverse("sign", args=[draft.key])
        assert draft.act == "desk/approve_resource"
        assert draft.values["grounds"] == "All is shown."
        assert draft.values["jurisdiction"] == "TX"

    def test_what_differs_from_the_version_before_is_shown(self, desk: Desk) -> None:
        desk.applied()
        questions.ask_about_application(
            application=desk.application, text="Which?", asked_at=desk.now, actor="official:1"
        )
        number = desk.accounts["Sand Hill"].number
        services.supply_information(
            resource=desk.wind,
            application=complete(
                APPLICATION, desk.tags(), account_number=number, location="West of the river"
            ),
            submitted_by=desk.person("Fay Ito"),
            submitted_at=desk.tick(),
        )

        text = desk.seen("desk-resource-application", desk.application)

        assert "West of the river" in text
        assert "Before:" in text
        assert "Version 2" in text
        assert "Answered by another version." in text

    def test_the_statements_do_not_grow_with_the_versions(self, desk: Desk) -> None:
        desk.applied()
        address = reverse("desk-resource-application", args=[PROGRAM, desk.application])
        client = desk.browser("Olga Stone")
        client.get(address)
        with CaptureQueriesContext(connection) as one:
            client.get(address)
        for _ in range(3):
            questions.ask_about_application(
                application=desk.application, text="Which?", asked_at=desk.tick(), actor="x"
            )
            services.supply_information(
                resource=desk.wind,
                application=complete(
                    APPLICATION, desk.tags(), account_number=desk.accounts["Sand Hill"].number
                ),
                submitted_by=desk.person("Fay Ito"),
                submitted_at=desk.tick(),
            )
        with CaptureQueriesContext(connection) as four:
            client.get(address)

        assert len(four) <= len(one) + 2  # Answers and papers of the questions.


class TestReport:
    """RATE-110 to RATE-136: a report, its verification, and an official's word."""

    def test_a_report_shows_its_checks_and_is_accepted(self, desk: Desk) -> None:
        report = desk.verified()
        text = desk.seen("desk-resource-report", report)
        assert "The output is not above capacity times hours." in text
        assert "5,000.7" in text
        desk.tick_all(report=report)

        desk.post("desk-resource-report", report, do="approve", said="In order.")

        draft = Draft.objects.latest("id")
        assert draft.act == "desk/accept_report"
        assert draft.values["report"] == report

    def test_a_question_names_its_element(self, desk: Desk) -> None:
        report = desk.verified()

        desk.post(
            "desk-resource-report", report, do="ask", said="Why?", element="method", due_on=""
        )

        assert Draft.objects.latest("id").values == {
            "jurisdiction": "TX",
            "resource": desk.wind,
            "report": report,
            "question": "Why?",
            "element": "method",
        }


class TestCredits:
    """RATE-135 to RATE-145; preamble IV.D.6: calculated by a job, signed, issued."""

    def test_the_run_of_a_year_leads_from_calculation_to_signature(self, desk: Desk) -> None:
        desk.verified()
        desk.notice()
        desk.on("2023-06-30")
        assert "Not calculated yet." in desk.seen("desk-credits", 2022)

        job = desk.post("desk-credits", 2022, kind="resources")
        answer = desk.browser("Olga Stone").get(job)
        assert "It is done" in Page(answer.content.decode()).text

        row = Calculation.objects.get()
        text = desk.seen("calculation", row.key)
        assert WIND.name in text
        assert "5,000" in text
        assert row.digest in text
        desk.post("calculation", row.key)
        draft = Draft.objects.latest("id")
        assert draft.act == "desk/issue_to_resources"
        assert draft.values["digest"] == row.digest

    def test_who_is_left_out_is_shown_with_what_is_missing(self, desk: Desk) -> None:
        desk.verified()
        desk.post("desk-credits", 2022, kind="resources")
        row = Calculation.objects.get()

        text = desk.seen("calculation", row.key)
        assert "no credit notice for 2022 has been published" in text
        assert "You cannot propose it." in text
        csv = desk.browser("Olga Stone").get(reverse("calculation-csv", args=[PROGRAM, row.key]))
        assert b"comment_period_open" in b"".join(csv.streaming_content)  # type: ignore[attr-defined]

    def test_units_are_shown_with_mwh_and_rate(self, desk: Desk) -> None:
        RateRegistry().operate("Cane/2", [(2022, 900_000_000, 1_000_000)])
        desk.on("2023-02-01")
        desk.post("desk-credits", 2022, kind="notice")

        text = desk.seen("calculation", Calculation.objects.get().key)

        assert "Cane/2" in text
        assert "101,508" in text
        assert "900" in text

    def test_what_differs_from_the_calculation_before_is_named(self, desk: Desk) -> None:
        desk.verified()
        desk.post("desk-credits", 2022, kind="resources")
        desk.notice()
        desk.on("2023-06-30")
        given = {"program": PROGRAM, "year": 2022, "by": desk.person("Olga Stone")}
        key = calculations.calculate_issue_to_resources(**given, at=desk.tick())  # type: ignore[arg-type]

        text = desk.seen("calculation", key)

        assert "comment period open" in text
        assert "differs in 1 row" in text

    def test_only_who_may_originate_calculates(self, desk: Desk) -> None:
        for name in ("Tex Lane", "Fay Ito"):
            address = reverse("desk-credits", args=[PROGRAM, 2022])
            assert desk.browser(name).post(address, {"kind": "resources"}).status_code == 403

    def test_a_year_without_credits_is_not_there(self, desk: Desk) -> None:
        address = reverse("desk-credits", args=[PROGRAM, 2019])

        assert desk.browser("Olga Stone").get(address).status_code == 404


class TestResource:
    """RATE-144 to RATE-150: what is wrong is shown, with what follows, before it is signed."""

    def test_a_file_shows_what_was_issued_and_offers_what_is_possible(self, desk: Desk) -> None:
        desk.register()
        desk.issue_year("5000")

        text = desk.seen("desk-resource", desk.wind)

        assert "5,000" in text
        assert "Suspend issuance to a resource" in text
        assert "Let credits be issued to a resource again" not in text
        assert "Revoke the qualification of a resource" in text

    def test_a_suspended_resource_offers_to_lift_it(self, desk: Desk) -> None:
        desk.register()
        services.suspend_issuance(
            resource=desk.wind, cause="INVESTIGATION", ground="A doubt.", suspended_at=desk.tick()
        )

        text = desk.seen("desk-resource", desk.wind)

        assert "Issuance is suspended" in text
        assert "Let credits be issued to a resource again" in text

    def test_what_cannot_be_done_is_said_at_once_and_the_rest_is_signed(self, desk: Desk) -> None:
        desk.register()
        desk.issue_year("5000")
        given = {"act": "find_overstated", "year": "2022", "takes_back": "with the next issue"}
        back = desk.post("desk-resource", desk.wind, **given, mwh="9000", ground="Too fast.")
        assert back.endswith("#act-find_overstated")
        assert Draft.objects.count() == 0

        desk.post("desk-resource", desk.wind, **given, mwh="200", ground="Too fast.")
        assert Draft.objects.latest("id").act == "desk/find_overstated"

    def test_an_act_that_is_not_offered_is_closed(self, desk: Desk) -> None:
        desk.register()
        address = reverse("desk-resource", args=[PROGRAM, desk.wind])

        answer = desk.browser("Tex Lane").post(address, {"act": "revoke_qualification"})
        assert answer.status_code == 403

    def test_debts_and_bars_are_shown(self, desk: Desk) -> None:
        desk.register()
        desk.issue_year("5000")
        services.revoke_qualification(
            resource=desk.wind, cause="INELIGIBLE", ground="Of 2011.", revoked_at=desk.tick()
        )

        text = desk.seen("desk-resource", desk.wind)

        assert "Credits demanded back" in text
        assert "Account frozen" in text


class TestPlan:
    """PLAT-135; RATE-077: a later version of a plan is decided on its resource's page."""

    @pytest.fixture
    def filed(self, desk: Desk) -> Desk:
        desk.register()
        services.file_plan_version(
            resource=desk.wind,
            plan=complete(PLAN, desk.tags(), station_service="A meter of its own."),
            submitted_by=desk.person("Fay Ito"),
            submitted_at=desk.tick(),
        )
        return desk

    def test_it_waits_in_the_queue_until_it_is_decided(self, filed: Desk) -> None:
        assert WIND.name in filed.seen("desk-resources", query="?kind=plan")
        assert WIND.name not in filed.seen("desk-resources", query="?kind=plan&state=KY")

        filed.act(
            "decide_plan",
            by="Tex Lane",
            jurisdiction="TX",
            resource=filed.wind,
            version=2,
            decision="reject",
            grounds="Name the meter.",
        )

        assert WIND.name not in filed.seen("desk-resources", query="?kind=plan")
        assert plans.plan_versions(filed.wind)[-1].state == "rejected"
        assert plans.approved_plan(filed.wind).version == 1  # type: ignore[union-attr]

    def test_the_page_shows_the_versions_and_goes_on_to_the_signature(self, filed: Desk) -> None:
        text = filed.seen("desk-resource", filed.wind, by="Tex Lane")
        assert "Filed, not decided" in text
        assert "Decide on a new version of an EM&amp;V plan" in text
        given = {"act": "decide_plan", "decision": "approve"}

        back = filed.post("desk-resource", filed.wind, by="Tex Lane", **given, grounds="")
        assert back.endswith("#act-decide_plan")
        filed.post("desk-resource", filed.wind, by="Tex Lane", **given, grounds="It is clearer.")

        draft = Draft.objects.latest("id")
        assert draft.act == "desk/decide_plan"
        assert draft.values == {
            "jurisdiction": "TX",
            "resource": filed.wind,
            "version": 2,
            "decision": "approve",
            "grounds": "It is clearer.",
        }

    def test_another_states_official_and_a_decided_version_are_refused(self, filed: Desk) -> None:
        address = reverse("desk-resource", args=[PROGRAM, filed.wind])
        assert filed.browser("Ken Ash").post(address, {"act": "decide_plan"}).status_code == 403
        values = {"resource": filed.wind, "version": 2, "grounds": "It is clearer."}
        filed.act("decide_plan", jurisdiction="TX", decision="approve", **values)

        assert "Decide on a new version" not in filed.seen("desk-resource", filed.wind)
        with pytest.raises(Refused) as refused:
            filed.act("decide_plan", jurisdiction="TX", decision="reject", **values)
        assert refused.value.refusals[0].code == "resources.plan_missing"


class TestInvalidCredits:
    """40 CFR 62.16420(c)(5)(iv), 62.16450(d); RATE-029, RATE-149: who holds, and who used them."""

    @pytest.fixture
    def used(self) -> Desk:
        """Cane/1 used 100 credits of Sand Hill for 2022-2024; the rest is still held."""
        desk = Desk()
        desk.register()
        desk.issue_year("5000")
        rates = RateRegistry()
        rates.operate("Cane/1", [(2022, 1_671_000, 900), (2023, 0, 0), (2024, 0, 0)])
        rates.operate("Cane/2", [(2022, 0, 0), (2023, 0, 0), (2024, 0, 0)])
        source = desk.accounts["Sand Hill"]
        ledger.record(
            [
                Instruction(
                    type="transfer",
                    source=source.id,
                    destination=rates.accounts["Cane/1"].id,
                    blocks=ledger_queries.choose(source.id, vintage=2022, quantity=100),
                    key=uuid4(),
                    actor="administrator",
                    submitted_at=desk.tick(),
                )
            ],
            program=PROGRAM,
            recorded_at=desk.now,
        )
        rates.on("2025-11-04")
        rates.run()
        desk.on("2025-11-05")
        return desk

    def test_who_holds_and_who_used_them_is_listed(self, used: Desk) -> None:
        text = used.seen("desk-resource-credits", used.wind)

        assert "Cane/1 2022-2024 100 TX-2023-WND-1 to TX-2023-WND-100" in text
        assert "4,900" in text
        assert "Reopen the settlement of" in text

    def test_a_settlement_is_reopened_from_there_with_the_serials_filled_in(
        self, used: Desk
    ) -> None:
        given = ("desk-resource-credits", used.wind)
        assert used.post(*given, row="0", act="reopen_settlement", ground="").endswith(
            "#act-reopen_settlement"
        )
        address = reverse("desk-resource-credits", args=[PROGRAM, used.wind])
        assert used.browser("Olga Stone").post(address, {"row": "7"}).status_code == 403

        used.post(*given, row="0", act="reopen_settlement", ground="Of 2011.")

        draft = Draft.objects.latest("id")
        assert draft.act == "desk/reopen_settlement"
        assert draft.values["unit"] == "1"
        assert "TX-2023-WND-100" in str(draft.values["blocks"])

    def test_who_may_only_read_reopens_nothing(self, used: Desk) -> None:
        assert "Reopen" not in used.seen("desk-resource-credits", used.wind, by="Tex Lane")
        address = reverse("desk-resource-credits", args=[PROGRAM, used.wind])
        assert used.browser("Ken Ash").get(address).status_code == 403
        sent = {"row": "0", "act": "reopen_settlement", "ground": "Of 2011."}
        assert used.browser("Tex Lane").post(address, sent).status_code == 403

    def test_a_units_package_has_every_paper_of_every_credit_it_used(self, used: Desk) -> None:
        """RATE-257; 40 CFR 62.16560(a)(1)(v)."""
        arguments = [PROGRAM, "2022-2024", 1363, "1"]
        page = Page(Client().get(reverse("settlement-support", args=arguments)).content.decode())
        assert page.problems() == []
        assert "It is complete:" in page.text
        for kind in ("Eligibility application", "EM&amp;V plan", "M&amp;V report"):
            assert kind in page.text
        table = Client().get(reverse("settlement-support-csv", args=arguments))
        rows = b"".join(table.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
        assert all(row.startswith("TX-2023-WND-1,TX-2023-WND-100,100") for row in rows[1:])
        assert {row.split(",")[5] for row in rows[1:]} == {
            "eligibility_application",
            "emv_plan",
            "mv_report",
            "verification_report",
            "decision",
            "surrender",
        }

    def test_a_package_that_lacks_a_paper_is_incomplete(
        self, used: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """RATE-257."""
        monkeypatch.setattr(support_papers, "KINDS", (*support_papers.KINDS, "site_photograph"))
        address = reverse("settlement-support", args=[PROGRAM, "2022-2024", 1363, "1"])
        text = Page(Client().get(address).content.decode()).text
        assert "It is incomplete" in text
        assert "Missing: site_photograph" in text
        assert used.wind

    def test_regulators_see_what_went_from_state_to_state(self, used: Desk) -> None:
        """RATE-210; 40 CFR 62.16515(i)(3): the public does not."""
        for name in ("Olga Stone", "Tex Lane", "Ken Ash"):
            assert "TX KY Wind 100" in used.seen("desk-credits-flows", by=name)
        officials.grant(
            person=used.person("Al Bama"),
            role="state_official",
            program=PROGRAM,
            jurisdiction="AL",
            from_at=used.tick(),
            granted_by="administrator",
        )
        assert "No credit was used yet." in used.seen("desk-credits-flows", by="Al Bama")
        for name in ("desk-credits-flows", "desk-credits-flows-csv"):
            address = reverse(name, args=[PROGRAM])
            assert used.browser("Fay Ito").get(address).status_code == 403
            assert Client().get(address).status_code == 401
        table = used.browser("Ken Ash").get(reverse("desk-credits-flows-csv", args=[PROGRAM]))
        assert b"TX,KY,WND,100" in b"".join(table.streaming_content)  # type: ignore[attr-defined]

    def test_resources_that_lost_their_qualification_lead_there(self, used: Desk) -> None:
        assert "No resource has lost" in used.seen("desk-credits-invalid")
        services.revoke_qualification(
            resource=used.wind, cause="INELIGIBLE", ground="Of 2011.", revoked_at=used.tick()
        )

        text = used.seen("desk-credits-invalid")

        assert f"{WIND.name} TX November 5, 2025 5,000 0 5,000" in text
        assert "Taken back or retired otherwise 4,900" in used.seen(
            "desk-resource-credits", used.wind
        )


class TestVerifiers:
    """RATE-123 to RATE-134: applications, conflicts, reports in hand, reviews."""

    def applied(self, desk: Desk) -> AccreditationApplication:
        return AccreditationApplication.objects.create(
            program=PROGRAM,
            key=uuid4(),
            applicant_id=desk.person("Vera Fy"),
            name="Vera Audit",
            team=[desk.person("Vera Fy")],
            evidence=dict.fromkeys(EVIDENCE, "shown"),
            insurer="Insurer",
            sp_rating="A",
            is_free_of_debarment=True,
            submitted_at=desk.tick(),
        )

    def test_an_application_is_ticked_and_decided(self, desk: Desk) -> None:
        row = self.applied(desk)
        assert "Vera Audit" in desk.seen("desk-verifiers")
        assert "Free of debarment" in desk.seen("desk-accreditation", row.pk)
        desk.post("desk-accreditation", row.pk, item="insurance")
        assert ReviewTick.objects.get().item == "insurance"

        desk.post(
            "desk-accreditation",
            row.pk,
            do="accredit_verifier",
            said="Shown.",
            review_due_on="2030-01-31",
        )
        assert Draft.objects.latest("id").act == "desk/accredit_verifier"

    def test_a_disclosure_is_cleared_or_refused(self, desk: Desk) -> None:
        desk.describe()
        verifier = desk.accredit().id
        services.disclose_engagement(
            verifier=verifier,
            resource=desk.wind,
            disclosure="A fixed fee.",
            is_conflict=False,
            disclosed_at=desk.tick(),
        )
        assert "A fixed fee." in desk.seen("desk-verifier", verifier)

        desk.post("desk-verifier", verifier, resource=desk.wind, act="clear_engagement")

        draft = Draft.objects.latest("id")
        assert draft.act == "desk/clear_engagement"
        assert draft.values["resource"] == desk.wind

    def test_the_reports_in_hand_are_named(self, desk: Desk) -> None:
        desk.verified()
        verifier = desk.verifiers["Northwind Audit"].id

        assert WIND.name in desk.seen("desk-verifier", verifier)
        assert "Northwind Audit" in desk.seen("desk-verifiers")


def test_no_page_asks_more_for_more_rows(desk: Desk) -> None:
    """PLAT-006: the statements of a list do not grow with its rows."""
    desk.applied()
    client = desk.browser("Olga Stone")
    lists: list[Callable[[], str]] = [
        lambda: reverse("desk-resources", args=[PROGRAM]),
        lambda: reverse("desk-verifiers", args=[PROGRAM]),
    ]

    def counted(address: str) -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    before = [counted(address()) for address in lists]
    for number in range(4):
        spec = ResourceSpec(
            name=f"Wind {number}",
            category="WND",
            kind="on_shore",
            jurisdiction="TX",
            capacity_mw=WIND.capacity_mw,
            in_service_on=WIND.in_service_on,
            grid="ERCOT",
        )
        desk.describe(spec)
        desk.accredit(f"Verifier {number}")
        desk.apply(spec.name)

    assert [counted(address()) for address in lists] == before
