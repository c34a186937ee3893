"""A sponsor's resources on the pages: description, application, plan, papers, answers."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import Settings

from tests.adapters.sponsor_desk import SponsorDesk, csv_file
from tests.adapters.web_books import Page
from tests.contexts.resources_registry import PROGRAM, WIND
from trueup.resources import services
from trueup.resources.models import Application, Document, Report, Resource
from trueup.resources.questions import ask_about_application
from trueup.rules.papers import APPLICATION, PLAN, elements_of
from trueup.rules.statements import statements_of
from trueup.signing.models import Draft, Signature

pytestmark = pytest.mark.django_db

DESCRIPTION = {
    "name": "Mesa Solar",
    "category": "SOL",
    "owner": "Mesa LLC",
    "kind": "photovoltaic",
    "jurisdiction": "tx",
    "grid": "ERCOT",
    "capacity_mw": "25.04",
    "in_service_on": "2016-03-01",
    "has_meter": "yes",
    "is_distributed": "no",
    "is_relicensed": "no",
    "exclusion": "",
}
PROGRAM_FILE = b"MZ\x90\x00 this is a program"
PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n"


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> SponsorDesk:
    return SponsorDesk(monkeypatch, settings, tmp_path)


def answers(**more: Any) -> dict[str, Any]:
    """Answers to every question that an application and a plan can ask."""
    found: dict[str, Any] = {}
    for document in (APPLICATION, PLAN):
        for element in elements_of(document):
            test = element.test
            found[element.name] = (
                test.split("|")[0]
                if "|" in test or test.isupper()
                else {"yes": "on", "date": "2021-06-01", "number": "2", "capacities": "149"}.get(
                    test, f"what shows {element.name}"
                )
            )
    found |= {"representative_email": "fay@x.example", "representative_address": "1 Main St"}
    found["representative_telephone"] = "555 0100"
    return {**found, **more}


def file(content: bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


class TestWhoseTheyAre:
    """40 CFR 62.16445(a)(1): the account's representative is the sponsor, and nobody else."""

    def test_the_list_leads_to_each_resource(self, desk: SponsorDesk) -> None:
        page = desk.page(reverse("my-resources"))
        assert "Sand Hill Wind" in page.text
        assert reverse("my-resource", args=[PROGRAM, desk.wind]) in page.html
        assert reverse("my-resources") in desk.page(reverse("you")).html

    def test_another_person_sees_nothing_of_it(self, desk: SponsorDesk) -> None:
        desk.registry.open_general("Other", "Cy Dunn")
        desk.be("Cy Dunn")
        assert "Sand Hill Wind" not in desk.page(reverse("my-resources")).text
        for name in ("my-resource", "my-resource-papers", "my-resource-meter-data"):
            answer = desk.client.get(reverse(name, args=[PROGRAM, desk.wind]))
            assert answer.status_code == 403, name
        for act in ("apply-for-eligibility", "describe-anew", "name-reporter", "give-standing"):
            assert desk.client.get(desk.address(act)).status_code == 403, act
            assert desk.client.post(desk.address(act), {}).status_code == 403, act

    @pytest.mark.parametrize("act", ["apply-for-eligibility", "report-output", "change-plan"])
    def test_a_resource_that_is_not_there_is_refused_alike(
        self, desk: SponsorDesk, act: str
    ) -> None:
        assert desk.client.get(desk.address(act, 999_999)).status_code == 403

    def test_in_another_program_it_is_not_found(self, desk: SponsorDesk) -> None:
        place = reverse("my-resource", args=["cpp-mass", desk.wind])
        assert desk.client.get(place).status_code == 403

    def test_the_number_of_statements_does_not_grow_with_papers(self, desk: SponsorDesk) -> None:
        desk.registry.accredit()
        desk.registry.clear()
        desk.registry.apply()
        place = reverse("my-resource", args=[PROGRAM, desk.wind])
        desk.page(place)
        with CaptureQueriesContext(
            connection,
        ) as few:
            desk.page(place)
        desk.registry.verify_application()
        desk.registry.approve()
        for year in (2022, 2023):
            desk.registry.issue_year("100.5", year)
        with CaptureQueriesContext(connection) as many:
            desk.page(place)
        assert len(many) <= len(few) + 3


class TestDescribing:
    """40 CFR 62.16445(a)(2); RATE-044 to RATE-055, RATE-063: one thing a page."""

    def test_a_resource_is_put_on_record(self, desk: SponsorDesk) -> None:
        number = desk.registry.accounts["Sand Hill"].number
        text = desk.sign_journey("describe-resource", dict(DESCRIPTION), number)
        assert "Mesa Solar is on record" in text
        row = Resource.objects.get(name="Mesa Solar")
        assert (row.category, row.kind, row.jurisdiction) == ("SOL", "photovoltaic", "TX")
        assert row.capacity_mw == 25
        assert Signature.objects.filter(document="resource_paper").count() == 1

    def test_an_uprate_is_given_whole(self, desk: SponsorDesk) -> None:
        number = desk.registry.accounts["Sand Hill"].number
        place = reverse("act-describe-resource", args=[PROGRAM, number])
        for step in (
            {"name": "U", "category": "NUC", "owner": "O"},
            {"jurisdiction": "TX", "grid": "ERCOT"},
            {
                "capacity_mw": "1100",
                "in_service_on": "2016-01-01",
                "has_meter": "yes",
                "is_distributed": "no",
            },
        ):
            place = desk.client.post(place, step)["Location"]
        answer = desk.client.post(
            place, {"uprate_from_mw": "1200", "uprate_to_mw": "1100", "is_relicensed": "no"}
        )
        assert answer.status_code == 422
        page = answer.content.decode()
        assert 'id="id_uprate_on_error"' in page
        assert 'id="id_uprate_to_mw_error"' in page
        assert 'value="1200"' in page

    @pytest.mark.parametrize(
        "capacity", ["-1", "0", "1e5", "NaN", "Infinity", "0x10", "1.2345678", "\u0661", "ten"]
    )
    def test_a_capacity_is_digits_and_nothing_else(self, desk: SponsorDesk, capacity: str) -> None:
        number = desk.registry.accounts["Sand Hill"].number
        place = reverse("act-describe-resource", args=[PROGRAM, number])
        place = desk.client.post(place, {"name": "U", "category": "GEO", "owner": "O"})["Location"]
        place = desk.client.post(place, {"jurisdiction": "TX", "grid": "ERCOT"})["Location"]
        answer = desk.client.post(
            place,
            {
                "capacity_mw": capacity,
                "in_service_on": "2016-01-01",
                "has_meter": "yes",
                "is_distributed": "no",
            },
        )
        assert answer.status_code == 422
        assert 'id="id_capacity_mw_error"' in answer.content.decode()

    def test_it_is_corrected_until_the_application(self, desk: SponsorDesk) -> None:
        text = desk.sign_journey("describe-anew", {"owner": "New Owner LLC"})
        assert "on record" in text
        row = Resource.objects.get(id=desk.wind)
        assert (row.owner, row.name, row.capacity_mw) == ("New Owner LLC", WIND.name, 1000)
        desk.registry.apply()
        assert desk.client.get(desk.address("describe-anew")).status_code == 403

    def test_a_mass_based_state_asks_for_the_contract(self, desk: SponsorDesk) -> None:
        services.set_host_state(
            program=PROGRAM,
            jurisdiction="LA",
            approach="mass",
            plan="federal",
            set_at=desk.registry.tick(),
        )
        number = desk.registry.accounts["Sand Hill"].number
        said = {
            **DESCRIPTION,
            "jurisdiction": "LA",
            "contract_with": "TX",
            "is_regional_supply": "yes",
        }
        desk.sign_journey("describe-resource", said, number)
        assert Resource.objects.get(name="Mesa Solar").contract_with == "TX"


class TestApplying:
    """40 CFR 62.16445(a), 62.16455; RATE-061 to RATE-109; PLAT-123."""

    def test_from_the_first_page_to_the_receipt(self, desk: SponsorDesk) -> None:
        text = desk.sign_journey("apply-for-eligibility", answers())

        assert "The application is submitted" in text
        paper = Document.objects.get(kind=APPLICATION)
        assert paper.elements["account_number"] == desk.registry.accounts["Sand Hill"].number
        known = statements_of(PROGRAM)
        assert paper.elements["certification"] == known["CERT-ELIG-APP"].text
        assert Document.objects.get(kind=PLAN).elements["meter_type"] == "SETTLEMENT"
        signature = Signature.objects.get(document="eligibility_application")
        assert [one["key"] for one in signature.statements] == ["CERT-ELIG-APP", "CERT-EMV-PLAN"]
        assert known["CERT-EMV-PLAN"].text in signature.text.replace("\n", " ")
        assert "Under review" in desk.page(reverse("my-resource", args=[PROGRAM, desk.wind])).text

    def test_it_is_submitted_once(self, desk: SponsorDesk) -> None:
        place = desk.walk(desk.address("apply-for-eligibility"), answers())
        sign = place.removesuffix("check/")
        assert desk.sign(sign).status_code == 302
        assert desk.client.post(sign, {"code": desk.code()})["Location"].endswith("/receipt/")
        assert Application.objects.count() == 1

    def test_without_the_statements_nothing_is_submitted(self, desk: SponsorDesk) -> None:
        place = desk.walk(desk.address("apply-for-eligibility"), answers())
        answer = desk.sign(place.removesuffix("check/"), accepted="CERT-ELIG-APP")
        assert answer.status_code == 422
        assert not Application.objects.exists()

    def test_everything_wrong_at_once_keeps_what_was_typed(self, desk: SponsorDesk) -> None:
        typed = {
            "representative_name": "",
            "representative_email": "no address",
            "representative_telephone": "555 \u202e",
            "representative_address": "x" * 20_001,
        }
        answer = desk.client.post(desk.address("apply-for-eligibility"), typed)
        page = answer.content.decode()
        assert answer.status_code == 422
        for name in typed:
            assert f'id="id_{name}_error"' in page, name
        assert "no address" in page
        assert not Draft.objects.filter(act="apply-for-eligibility").exists()

    def test_what_another_answer_asks_for_is_asked(self, desk: SponsorDesk) -> None:
        said = answers(single_submission="JOINT", joint_scheme="")
        place = desk.address("apply-for-eligibility")
        with pytest.raises(AssertionError, match="another answer on this page asks for it"):
            desk.walk(place, said)

    def test_what_is_not_eligible_is_told_before_it_is_signed(self, desk: SponsorDesk) -> None:
        Resource.objects.update(in_service_on="2011-01-01", grid="OTHER")
        place = desk.walk(desk.address("apply-for-eligibility"), answers())
        page = desk.page(place)
        assert "this would not be recorded" in page.text
        assert "62.16435(a)(1)" in page.text
        assert "62.16435(a)(2)" in page.text
        desk.sign(place.removesuffix("check/"))
        assert not Application.objects.exists()

    def test_a_draft_is_kept_and_can_be_thrown_away(self, desk: SponsorDesk) -> None:
        desk.client.post(desk.address("apply-for-eligibility"), answers())
        key = Draft.objects.get(act="apply-for-eligibility").key
        answer = desk.client.post(reverse("sign-discard", args=[key]))
        assert answer["Location"] == reverse("my-resource", args=[PROGRAM, desk.wind])

    def test_questions_are_answered_and_information_supplied(self, desk: SponsorDesk) -> None:
        desk.registry.apply()
        asked = ask_about_application(
            application=Application.objects.get().pk,
            text="Which turbines?",
            asked_at=desk.registry.tick(),
            actor="administrator",
        )
        place = reverse("my-resource", args=[PROGRAM, desk.wind])
        assert "Which turbines?" in desk.page(place).text
        text = desk.sign_form("answer-question", {"text": "All 400."}, asked.key)
        assert "Your answer is on record" in text
        assert "All 400." in desk.page(place).text
        assert desk.client.get(desk.address("answer-question", asked.key)).status_code == 403

        services.ask_for_information(
            resource=desk.wind, question="The map, please.", asked_at=desk.registry.tick()
        )
        assert "The map, please." in desk.page(place).text
        text = desk.sign_journey("supply-information", answers(technology="Turbines of 2.5 MW"))
        assert "The information is supplied" in text
        versions = Document.objects.filter(kind=APPLICATION).order_by("version")
        assert [row.elements["technology"] for row in versions][-1] == "Turbines of 2.5 MW"


class TestFiles:
    """PLAT-097: what is wrong with a file is named, and nothing good is lost."""

    def to_files(self, desk: SponsorDesk) -> str:
        place = desk.walk(desk.address("apply-for-eligibility"), answers())
        key = place.split("/")[2]
        return reverse("sign-step", args=[key, "files"])

    def test_bad_files_are_named_and_good_ones_kept(self, desk: SponsorDesk) -> None:
        place = self.to_files(desk)
        script = PDF + b"2 0 obj << /S /JavaScript /JS (app.alert(1)) >> endobj"
        hidden = PDF + b"stream\n" + zlib.compress(b"<< /OpenAction /J#53 >>") + b"\nendstream"
        sent = [
            file(PROGRAM_FILE, "form.pdf"),
            file(script, "script.pdf"),
            file(hidden, "hidden.pdf"),
            file(b"x", "tool.exe"),
            file(b"", "empty.pdf"),
            file(PDF, "good.pdf"),
        ]
        answer = desk.client.post(place, {"files": sent, "kept": ""})
        page = answer.content.decode()
        assert answer.status_code == 422
        for name in ("form.pdf", "script.pdf", "hidden.pdf", "tool.exe", "empty.pdf"):
            assert name in page, name
        assert "it is a program" in page
        assert "script" in page
        assert "good.pdf" in page

        kept = next(tag["value"] for tag in Page(page).of("input") if tag.get("name") == "kept")
        answer = desk.client.post(place, {"kept": kept})
        assert answer.status_code == 302
        desk.receipt(place.split("steps/")[0])
        paper = Document.objects.get(kind=APPLICATION)
        assert [one.name for one in paper.attachments.all()] == ["good.pdf"]

    def test_a_made_up_list_of_kept_files_is_not_believed(self, desk: SponsorDesk) -> None:
        place = self.to_files(desk)
        answer = desk.client.post(place, {"kept": "eyJhIjoxfQ:1:forged"})
        assert answer.status_code == 302
        assert Draft.objects.get(act="apply-for-eligibility").values["files"] == []

    def test_two_gigabytes_are_refused_by_their_length(self, desk: SponsorDesk) -> None:
        place = self.to_files(desk)
        answer = desk.client.post(
            place,
            b"--x\r\n",
            content_type="multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(2 * 1024**3),
        )
        assert answer.status_code == 413
        assert "Nothing was read" in answer.content.decode()
        assert Draft.objects.filter(act="apply-for-eligibility", done_at=None).exists()

    def test_a_file_is_given_back_as_it_was_and_not_opened(self, desk: SponsorDesk) -> None:
        place = self.to_files(desk)
        desk.client.post(place, {"files": [file(PDF, "proof.pdf")], "kept": ""})
        desk.receipt(place.split("steps/")[0])
        paper = Document.objects.get(kind=APPLICATION)
        (kept,) = paper.attachments.all()
        shown = desk.page(reverse("my-resource-paper", args=[PROGRAM, desk.wind, paper.pk]))
        assert kept.sha256 in shown.text
        address = reverse("my-resource-file", args=[PROGRAM, desk.wind, paper.pk, kept.sha256])
        answer = desk.client.get(address)
        assert b"".join(answer.streaming_content) == PDF
        assert answer["Content-Disposition"].startswith("attachment")
        assert answer["X-Content-Type-Options"] == "nosniff"


class TestPlaces:
    """RATE-068: scattered measures in aggregate; the table is for the verifier."""

    def test_the_table_is_added_up_by_county(self, desk: SponsorDesk) -> None:
        Resource.objects.update(is_distributed=True)
        table = "address,county,state,kw\n1 Elm,Kern,CA,5.5\n2 Elm,Kern,CA,4\n3 Oak,Bexar,TX,7\n"
        desk.sign_journey("apply-for-eligibility", answers(files=[csv_file(table, "places.csv")]))
        paper = Document.objects.get(kind=APPLICATION)
        assert paper.elements["aggregate_locations"].splitlines() == [
            "Kern, CA: 2 measures, 9.5 kW",
            "Bexar, TX: 1 measures, 7 kW",
        ]
        assert [one.name for one in paper.attachments.all()] == ["places.csv"]

    def test_every_bad_row_is_named(self, desk: SponsorDesk) -> None:
        Resource.objects.update(is_distributed=True)
        table = "address,county,state,kw\n,Kern,CA,5\n2 Elm,Kern,California,-4\n3 Oak,Bexar,TX,x\n"
        with pytest.raises(AssertionError) as caught:
            desk.walk(
                desk.address("apply-for-eligibility"),
                answers(files=[csv_file(table, "places.csv")]),
            )
        for row in ("Row 2: give the address", "Row 3: give the State", "Row 4: give the capacity"):
            assert row in str(caught.value), row


class TestPlan:
    """40 CFR 62.16455; PLAT-135: later versions wait for approval."""

    def test_a_version_is_filed_and_the_one_before_holds(self, desk: SponsorDesk) -> None:
        desk.registry.accredit()
        desk.registry.clear()
        desk.registry.apply()
        desk.registry.verify_application()
        desk.registry.approve()
        text = desk.sign_journey("change-plan", {"station_service": "A meter of its own."})
        assert "Version 2 of the EM&amp;V plan is filed" in text
        page = desk.page(reverse("my-resource", args=[PROGRAM, desk.wind]))
        assert "Version 1 in force" in page.text
        assert "Version 2 awaits a decision." in page.text

        services.decide_plan_version(
            resource=desk.wind,
            version=2,
            is_approved=True,
            ground="clearer",
            decided_at=desk.registry.tick(),
        )
        page = desk.page(reverse("my-resource", args=[PROGRAM, desk.wind]))
        assert "Version 2 in force" in page.text
        assert not Report.objects.exists()
