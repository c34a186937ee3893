"""Verifiers at their pages: accreditation, disclosure, verification reports, nobody else's."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from tests.adapters.sponsor_desk import SponsorDesk, csv_file
from tests.adapters.web_books import Page
from tests.contexts.resources_registry import PROGRAM, WIND
from trueup.resources import accreditation_reads
from trueup.resources.accreditation_entries import TESTS
from trueup.resources.models import (
    AccreditationApplication,
    Document,
    Engagement,
    EngagementDisclosure,
    Report,
)
from trueup.resources.verifiers import EVIDENCE
from trueup.signing.models import Signature

pytestmark = pytest.mark.django_db

LEAD = "Northwind Audit lead"
APPLICATION: dict[str, Any] = {
    "name": "Southwind Audit",
    "categories": ["WND", "SOL"],
    "team": "Max Ode, max.ode@example.org",
    "insurer": "Harbor Mutual",
    "sp_rating": "A",
    "moodys_rating": "",
    "is_free_of_debarment": "on",
    **{f"evidence_{part}": "Shown." for part in EVIDENCE},
}
NO_TIE: dict[str, Any] = {
    **{f"test_{name}": "no" for name in TESTS},
    "text": "A fixed fee of 10,000 dollars.",
    "isolation": "",
}
FINDINGS: dict[str, Any] = {
    "findings": "It is as it says.",
    "misstatement": "NONE",
    "conformity": "It conforms.",
    "assurance_level": "Reasonable",
    "materiality_threshold": "5 percent",
    "conflicts_evaluated": "on",
}
OF_APPLICATION: dict[str, Any] = {
    **FINDINGS,
    "eligibility_verified": "New in 2015.",
    "non_duplication": "In no other plan.",
    "existence": "Seen.",
    "plan_adequacy": "Adequate.",
    "other_programs": "None.",
}
OF_REPORT: dict[str, Any] = {
    **FINDINGS,
    "data_adequacy": "Checked.",
    "technical_feasibility": "Feasible.",
    "report_compliance": "Complies.",
    "verified_mwh": "5000.7",
}


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> SponsorDesk:
    found = SponsorDesk(monkeypatch, settings, tmp_path)
    found.registry.accredit()
    found.registry.apply()
    found.be(LEAD)
    return found


def home(desk: SponsorDesk) -> Page:
    return desk.page(reverse("verifier", args=[PROGRAM]))


class TestAccreditation:
    """40 CFR 62.16470(b), (c); RATE-124 to RATE-126."""

    def test_whoever_is_registered_applies_with_a_team(self, desk: SponsorDesk) -> None:
        desk.registry.person("Max Ode")
        desk.be("Ida Noor")
        assert "Apply for accreditation" in home(desk).text

        place = reverse("act-accreditation", args=[PROGRAM])
        answer = desk.client.post(place, APPLICATION)
        assert answer.status_code == 302, Page(answer.content.decode()).text
        receipt = desk.receipt(str(answer["Location"]))

        assert "is submitted" in receipt
        row = AccreditationApplication.objects.get()
        assert row.team == [desk.registry.person("Ida Noor"), desk.registry.person("Max Ode")]
        assert Signature.objects.filter(document="accreditation").count() == 1
        page = home(desk)
        assert "Awaits a decision" in page.text
        withdrawn = desk.client.post(
            reverse("accreditation-withdraw", args=[PROGRAM, row.pk]), follow=True
        )
        assert "withdrawn" in withdrawn.content.decode()

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({"sp_rating": ""}, "top four classes"),
            ({"team": "Nobody, nobody@example.org"}, "Nobody is registered as"),
            ({"name": "Northwind Audit"}, "accredited already"),
            ({"evidence_tasks": ""}, "tasks of verification"),
            ({"is_free_of_debarment": ""}, "debarment"),
        ],
    )
    def test_what_is_wrong_is_said_and_kept_on_the_page(
        self, desk: SponsorDesk, said: dict[str, Any], words: str
    ) -> None:
        desk.registry.person("Max Ode")
        desk.be("Ida Noor")

        answer = desk.client.post(
            reverse("act-accreditation", args=[PROGRAM]), {**APPLICATION, **said}
        )

        assert answer.status_code == 422
        page = Page(answer.content.decode())
        assert words in page.text
        assert "Harbor Mutual" in page.html
        assert AccreditationApplication.objects.count() == 0


class TestDisclosure:
    """40 CFR 62.16475(a), (d)-(f); RATE-127 to RATE-130."""

    def test_the_seven_tests_are_answered_and_signed(self, desk: SponsorDesk) -> None:
        listed = desk.page(reverse("verifier-resources", args=[PROGRAM]))
        assert WIND.name in listed.text

        receipt = desk.sign_form("disclose", NO_TIE)

        assert "disclosure is received" in receipt
        assert EngagementDisclosure.objects.get().answers == dict.fromkeys(TESTS, "no")
        assert Engagement.objects.get().state == "disclosed"
        assert "not cleared yet" in home(desk).text
        own = desk.page(reverse("engagement", args=[PROGRAM, desk.wind]))
        assert "A fixed fee of 10,000 dollars." in own.text

    def test_a_test_without_an_answer_is_asked_again(self, desk: SponsorDesk) -> None:
        answers = {name: said for name, said in NO_TIE.items() if name != "test_pay"}

        answer = desk.client.post(desk.address("disclose"), answers)

        assert answer.status_code == 422
        assert Engagement.objects.count() == 0

    def test_a_tie_that_the_registry_knows_cannot_be_denied(self, desk: SponsorDesk) -> None:
        """The verifier's lead is made representative of the resource's own account."""
        from dataclasses import replace

        desk.registry.open_general("Lead Account", LEAD)
        own = desk.registry.describe(replace(WIND, name="Lead Wind"), account="Lead Account")

        answer = desk.client.post(desk.address("disclose", own.id), NO_TIE)

        assert answer.status_code == 422
        assert "Answer yes to the test that it concerns" in answer.content.decode()


class TestReports:
    """40 CFR 62.16445(d), 62.16465; RATE-116 to RATE-122: by the verifier alone."""

    def cleared(self, desk: SponsorDesk) -> None:
        desk.registry.clear()

    def test_an_application_is_verified_on_the_pages(self, desk: SponsorDesk) -> None:
        self.cleared(desk)
        assert "Eligibility application" in home(desk).text

        receipt = desk.sign_journey(
            "verify-application", {**OF_APPLICATION, "files": [csv_file("a,b\n1,2\n")]}
        )

        assert "is received" in receipt
        paper = Document.objects.get(kind="verification_report")
        assert paper.elements["signed_by"] == LEAD
        assert paper.attachments.count() == 1
        assert Signature.objects.filter(document="verification_report").count() == 1

    def test_the_mwh_of_a_report_are_determined_on_the_pages(self, desk: SponsorDesk) -> None:
        report = self.reported(desk)

        receipt = desk.sign_journey("verify-report", OF_REPORT, thing=report)

        assert "is received" in receipt
        found = Report.objects.get()
        assert (found.state, found.verified_mwh) == ("verified", Decimal("5000.7"))
        assert accreditation_reads.reports_to_verify(found.verifier_id or 0) == []

    @pytest.mark.parametrize(
        ("said", "words"),
        [
            ({"verified_mwh": "5000.8"}, "MWh were reported"),
            ({"verified_mwh": "4000"}, "say first that you found this"),
            ({"verified_mwh": "-1"}, "number of at least 0"),
            ({"verified_mwh": "1e3"}, "number of at least 0"),
            ({"data_adequacy": ""}, "Adequacy of data"),
        ],
    )
    def test_mwh_that_cannot_be_are_said_beside_the_field(
        self, desk: SponsorDesk, said: dict[str, Any], words: str
    ) -> None:
        report = self.reported(desk)
        place = desk.address("verify-report", report)
        first = desk.client.post(place, FINDINGS)
        assert first.status_code == 302

        answer = desk.client.post(str(first["Location"]), {**OF_REPORT, **said})

        assert answer.status_code == 422
        assert words in Page(answer.content.decode()).text

    def test_less_than_reported_is_taken_with_its_source(self, desk: SponsorDesk) -> None:
        report = self.reported(desk)

        desk.sign_journey(
            "verify-report",
            {
                **OF_REPORT,
                "misstatement": "FOUND",
                "misstatement_explained": "A meter stood still for a month.",
                "verified_mwh": "4000",
            },
            thing=report,
        )

        assert Report.objects.get().verified_mwh == 4000

    def test_without_clearance_the_check_page_says_so_and_signing_is_refused(
        self, desk: SponsorDesk
    ) -> None:
        """62.16475(e); RATE-129."""
        check = desk.walk(desk.address("verify-application"), OF_APPLICATION)
        assert "wait for the approval" in desk.page(check).text

        answer = desk.sign(check.removesuffix("check/"))

        assert str(answer["Location"]) == check
        assert Document.objects.filter(kind="verification_report").count() == 0

    def test_the_sponsor_gets_none_of_these_pages(self, desk: SponsorDesk) -> None:
        """62.16445(d): only the verifier hands it in."""
        report = self.reported(desk)
        desk.be("Fay Ito")

        for act, thing in (
            ("verify-application", desk.wind),
            ("verify-report", report),
            ("disclose", desk.wind),
        ):
            address = desk.address(act, thing)
            assert desk.client.get(address).status_code in (403, 404)
            assert desk.client.post(address, {**OF_REPORT}).status_code in (403, 404)
        assert "no accredited verifier" in home(desk).text
        engagement = reverse("engagement", args=[PROGRAM, desk.wind])
        assert desk.client.get(engagement).status_code == 404
        assert (
            Document.objects.filter(kind="verification_report", report__isnull=False).count() == 0
        )

    def test_the_home_takes_the_same_statements_with_many(self, desk: SponsorDesk) -> None:
        self.cleared(desk)

        def statements() -> int:
            home(desk)
            with CaptureQueriesContext(connection) as found:
                home(desk)
            return len(found)

        few = statements()
        from dataclasses import replace

        for number in range(4):
            spec = replace(WIND, name=f"Hill {number}")
            desk.registry.describe(spec)
            desk.registry.apply(spec.name)
            desk.registry.clear(resource=spec.name)

        assert statements() == few

    def reported(self, desk: SponsorDesk) -> int:
        self.cleared(desk)
        desk.registry.verify_application()
        desk.registry.approve()
        desk.on("2023-02-01")
        return desk.registry.report().id
