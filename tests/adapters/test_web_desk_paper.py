"""A certificate on paper at the desk: scanned and typed by one official, filed by two."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from tests.adapters.signing_desk import Desk
from tests.adapters.web_books import Page
from tests.contexts.registry import PROGRAM
from trueup.accounts.certificate_models import Certificate
from trueup.accounts.models import Person
from trueup.audit.models import Event
from trueup.desk.models import Proposal
from trueup.officials import services as officials
from trueup.signing import queries as signatures
from trueup.signing.models import Paper, PaperScan

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7 a scan"
ADDRESS = f"/desk/{PROGRAM}/paper/?facility=3"
STATEMENTS = ["CERT-COR-1", "CERT-COR-2", "CERT-COR-3"]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Olga Stone at her browser; Pete Moss is the other official."""
    desk = Desk(monkeypatch)
    registry = desk.shelf.registry
    monkeypatch.setattr("trueup.web.access.timezone", SimpleNamespace(now=registry.tick))
    for name in ("Olga Stone", "Pete Moss"):
        officials.grant(
            person=registry.person(name),
            role="administrator",
            program=PROGRAM,
            from_at=registry.tick(),
            granted_by="administrator",
        )
    Person.objects.filter(id=registry.person("Nell Orr")).update(
        email="nell@example.org", address="1 Main Street, Mobile AL 36602", phone="+1 251 555 0100"
    )
    desk.be("Olga Stone")
    return desk


def answers(desk: Desk, **more: Any) -> dict[str, Any]:
    """What the paper of Nell Orr says, for Barry."""
    received = desk.shelf.registry.now - timedelta(days=2)
    values: dict[str, Any] = {
        "scan": SimpleUploadedFile("paper.pdf", PDF, content_type="text/html"),
        "received_on": str(received.date()),
        "received_time": "14:30",
        "primary_name": "Nell Orr",
        "primary_email": "nell@example.org",
        "primary_accepted": STATEMENTS,
        "category": "Electric utility",
        "naics": "221112",
        "county": "Mobile",
        "latitude": "31.0069",
        "longitude": "-88.0103",
        "indian_country": "no",
        "owners": "Southern Power Company",
        "operators": "Southern Operating Company",
    }
    for place in (0, 1):
        values |= {
            f"type_{place}": "steam",
            f"capacity_{place}": "500",
            f"operating_{place}": "1971-01-01",
            f"generators_{place}": f"{place + 1} 512.34",
            f"owners_{place}": "Southern Power Company",
            f"operators_{place}": "Southern Operating Company",
        }
    return values | more


def refused(desk: Desk, **more: Any) -> str:
    """What the form says to answers that it does not take; nothing is kept."""
    answer = desk.client.post(ADDRESS, answers(desk, **more))
    assert answer.status_code == 422
    assert not Paper.objects.exists()
    page = Page(answer.content.decode())
    assert page.problems() == []
    return page.text


def proposed(desk: Desk) -> Proposal:
    receipt = desk.go_through(ADDRESS, answers(desk))
    assert "A second official is asked to approve it" in receipt
    return Proposal.objects.get(act="file_certificate_on_paper")


def type_again(desk: Desk, entry: Proposal, **more: Any) -> Page:
    """Type the paper as the second official; the page of the proposal that follows."""
    place = reverse("paper-typing", args=[entry.key])
    asked = Page(desk.client.get(place).content.decode())
    assert asked.problems() == []
    sent = answers(desk) | {"received_on": str(entry_received(entry)), **more}
    del sent["scan"]
    answer = desk.client.post(place, sent)
    assert answer.status_code == 302, Page(answer.content.decode()).text
    page = Page(desk.client.get(answer["Location"]).content.decode())
    assert page.problems() == []
    return page


def entry_received(entry: Proposal) -> Any:
    (paper,) = signatures.papers(entry.values["papers"])
    return paper.received_at.date()


class TestEntering:
    """PLAT-154: with its scan and its receipt, as the signers' own."""

    def test_it_asks_for_the_facility_first(self, desk: Desk) -> None:
        page = Page(desk.client.get(f"/desk/{PROGRAM}/paper/").content.decode())
        assert page.problems() == []
        assert "Which facility is it of?" in page.text
        assert (
            "A certificate that came on paper"
            in Page(desk.client.get("/desk/").content.decode()).text
        )

    @pytest.mark.parametrize("text", ["999", "x", "³", "1" * 30])
    def test_a_facility_that_there_is_not_is_said(self, desk: Desk, text: str) -> None:
        answer = desk.client.get(f"/desk/{PROGRAM}/paper/", {"facility": text})
        assert "There is no facility with this ORIS code" in Page(answer.content.decode()).text

    def test_what_is_signed_is_proposed_and_files_nothing(self, desk: Desk) -> None:
        entry = proposed(desk)

        assert entry.signature_id is not None
        assert entry.preview["state"] == "in_force"
        nell = desk.shelf.registry.person("Nell Orr")
        assert not Certificate.objects.filter(primary_id=nell).exists()
        paper = Paper.objects.get()
        assert (paper.signer_id, paper.accepted) == (nell, STATEMENTS)
        assert signatures.scan_of(paper.nonce) == ("application/pdf", PDF)
        assert PDF not in bytes(PaperScan.objects.get().content)

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ({"scan": SimpleUploadedFile("a.pdf", b"<html>")}, "Give a PDF, PNG, JPEG or TIFF"),
            ({"primary_name": "Nobody Here"}, "Nobody is registered with this name"),
            ({"primary_accepted": []}, "Nobody has signed the paper"),
            ({"received_on": "2099-01-01"}, "not entered before it is received"),
            ({"generators_0": "1 many"}, "give the id and the megawatts"),
        ],
    )
    def test_what_cannot_be_entered_is_said_and_keeps_nothing(
        self, desk: Desk, wrong: dict[str, Any], said: str
    ) -> None:
        assert said in refused(desk, **wrong)

    def test_a_scan_that_is_too_large_is_refused(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("trueup.web.acts.desk_papers.SCAN_MAX", 10)
        assert "at most 20 MB" in refused(desk)

    def test_whoever_signed_the_paper_does_not_enter_it(self, desk: Desk) -> None:
        address = "olga@example.org"
        Person.objects.filter(id=desk.person).update(email=address)
        said = refused(desk, primary_name="Olga Stone", primary_email=address)
        assert "Nobody enters a form that they signed themselves" in said


class TestComparing:
    """PLAT-018, PLAT-154: the second types the scan too, and only then it is filed."""

    def test_the_second_types_the_scan_before_seeing_what_the_first_typed(self, desk: Desk) -> None:
        entry = proposed(desk)
        desk.be("Pete Moss")
        address = reverse("proposal", args=[entry.key])

        page = Page(desk.client.get(address).content.decode())
        assert page.problems() == []
        assert "You type the paper yourself" in page.text
        for hidden in ("Nell Orr", "Southern Power Company", "221112"):
            assert hidden not in page.html, hidden
        form = desk.client.get(reverse("paper-typing", args=[entry.key])).content.decode()
        assert "Southern Power Company" not in form
        refused = desk.client.post(
            address, {"proposal": str(entry.key), "word": "yes"}, follow=True
        )
        assert "Carried out" not in refused.content.decode()
        assert not Certificate.objects.filter(
            primary_id=desk.shelf.registry.person("Nell Orr")
        ).exists()

    def test_what_differs_is_shown_field_by_field_and_can_be_corrected(self, desk: Desk) -> None:
        entry = proposed(desk)
        desk.be("Pete Moss")

        page = type_again(desk, entry, county="Monroe", owners_1="Southern Power Co.")

        assert "You and the first official typed different things" in page.text
        for part in ("County Mobile Monroe", "Southern Power Company Southern Power Co."):
            assert part in page.text, part
        again = desk.client.get(reverse("paper-typing", args=[entry.key])).content.decode()
        assert 'value="Monroe"' in again
        assert "typed the same" in type_again(desk, entry).text

    def test_the_second_sees_text_scan_and_differences_and_files_it(self, desk: Desk) -> None:
        entry = proposed(desk)
        desk.be("Pete Moss")
        address = reverse("proposal", args=[entry.key])

        page = type_again(desk, entry)
        assert "You and the first official typed the same" in page.text
        assert "Nell Orr" in page.text
        scan = desk.client.get(reverse("paper-scan", args=[entry.key]))
        assert (scan.content, scan["Content-Type"]) == (PDF, "application/pdf")
        assert scan["Content-Disposition"].startswith("attachment")
        assert Event.objects.filter(act="look_at_paper").count() == 1
        receipt = desk.go_through(address, {"proposal": str(entry.key), "word": "yes"})

        assert "Carried out" in receipt or "in_force" in receipt
        nell = desk.shelf.registry.person("Nell Orr")
        assert Certificate.objects.get(primary_id=nell).state == "in_force"

    def test_a_later_paper_is_shown_beside_the_certificate_in_force(self, desk: Desk) -> None:
        entry = proposed(desk)
        desk.be("Pete Moss")
        address = reverse("proposal", args=[entry.key])
        type_again(desk, entry)
        desk.go_through(address, {"proposal": str(entry.key), "word": "yes"})
        desk.be("Olga Stone")
        desk.go_through(ADDRESS, answers(desk, county="Baldwin", received_time="15:30"))
        later = Proposal.objects.latest("id")
        desk.be("Pete Moss")

        text = type_again(desk, later, county="Baldwin", received_time="15:30").text
        shown = text[text.index("Lines that differ") :]
        assert "Mobile" in shown
        assert "Baldwin" in shown

    def test_who_entered_it_has_no_word_on_it(self, desk: Desk) -> None:
        entry = proposed(desk)
        typing = reverse("paper-typing", args=[entry.key])
        assert desk.client.get(typing).status_code == 403

        text = Page(desk.client.get(reverse("proposal", args=[entry.key])).content.decode()).text
        assert "Reason, if you decline it" not in text
