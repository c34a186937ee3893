"""A table of M&V reports: checked by row, shown, signed once; and by whom."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.translation import override
from openpyxl import Workbook  # type: ignore[import-untyped]
from pytest_django import Settings

from tests.adapters.sponsor_desk import SponsorDesk, csv_file
from tests.adapters.test_web_sponsor_reports import answers
from tests.contexts.resources_registry import PROGRAM, WIND
from tests.rules.papers import complete
from trueup.accounts import services as accounts
from trueup.accounts.entries import AgentSpec
from trueup.resources.models import Document, Report
from trueup.rules.papers import (
    REPORT,
    VALUE_MAX,
    Described,
    ElementInvalid,
    check_paper,
    elements_of,
    tags_of,
)
from trueup.signing.models import Signature
from trueup.web.acts import report_tables
from trueup.web.sentences import plain

pytestmark = pytest.mark.django_db

SOLAR = replace(WIND, name="Salt Flat", category="SOL", kind="photovoltaic")
ELEMENTS = {
    name: value
    for name, value in complete(
        REPORT, tags_of(Described(category="WND", capacity_mw=WIND.capacity_mw)) | {"first"}
    ).items()
    if name != "certification" and value
}
HEAD = ["resource", "name", "year", "first_month", "last_month", "mwh", *ELEMENTS]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path) -> SponsorDesk:
    """Sand Hill Wind and Salt Flat are registered; it is February 2023."""
    found = SponsorDesk(monkeypatch, settings, tmp_path)
    found.registry.accredit()
    found.registry.describe(SOLAR)
    for name in (WIND.name, SOLAR.name):
        found.registry.clear(resource=name)
        found.registry.apply(name)
        found.registry.verify_application(name)
        found.registry.approve(name)
    found.on("2023-02-01")
    return found


def ident(desk: SponsorDesk, name: str) -> str:
    return str(
        desk.registry.resources[name].identifier or f"R{desk.registry.resources[name].id:07}"
    )


def row(resource: str, mwh: str = "900.75", year: str = "2022", **more: str) -> list[str]:
    said = {**ELEMENTS, "resource": resource, "year": year, "mwh": mwh, **more}
    return [said.get(name, "") for name in HEAD]


def table(*rows: list[str], head: list[str] = HEAD) -> SimpleUploadedFile:
    text = io.StringIO()
    csv.writer(text).writerows([head, *rows])
    return csv_file(text.getvalue(), "reports.csv")


def address(desk: SponsorDesk) -> str:
    return reverse("act-report-many", args=[PROGRAM, desk.registry.accounts["Sand Hill"].number])


def problems(desk: SponsorDesk, file: Any) -> str:
    answer = desk.client.post(address(desk), {"file": file})
    assert answer.status_code in {200, 422}, answer.status_code
    return answer.content.decode()


class TestTable:
    """40 CFR 62.16445(c), 62.16460; RATE-110, RATE-111; PLAT-051; docs/decisions/0371."""

    def test_a_table_is_shown_and_signed_once(self, desk: SponsorDesk) -> None:
        rows = [row(ident(desk, WIND.name)), row(ident(desk, SOLAR.name), "12.5")]
        check = desk.walk(address(desk), {"file": table(*rows)})
        shown = desk.page(check).text
        assert "reports.csv" in shown
        assert "913.25" in shown
        assert "Salt Flat" in shown
        assert "2 reports are submitted" in desk.receipt(check.removesuffix("check/"))
        reported = set(Report.objects.values_list("mwh", flat=True))
        assert reported == {Decimal("12.5"), Decimal("900.75")}
        signature = Signature.objects.get(document="mv_report")
        assert signature.statements[0]["key"] == "CERT-MV-REPORT"
        for said in ("MWh: 900.75", "MWh: 12.5", ELEMENTS["methods_applied"]):
            assert said in signature.text
        assert Document.objects.filter(kind=REPORT).count() == 2

    def test_a_spreadsheet_is_read_as_well(self, desk: SponsorDesk) -> None:
        book, kept = Workbook(), io.BytesIO()
        for cells in (HEAD, row(ident(desk, WIND.name))):
            book.active.append(cells)
        book.save(kept)
        desk.walk(address(desk), {"file": SimpleUploadedFile("reports.xlsx", kept.getvalue())})

    def test_what_is_wrong_is_named_by_row_and_nothing_is_taken(self, desk: SponsorDesk) -> None:
        wind = ident(desk, WIND.name)
        assert "Row 2: no registered resource “R9999999”" in problems(desk, table(row("R9999999")))
        said = problems(desk, table(row(wind, "1e3"), row(wind, "-1"), row(wind, year="22")))
        for number in (2, 3, 4):
            assert f"Row {number}:" in said
        twice = problems(desk, table(row(wind), row(wind)))
        assert "Row 3:" in twice
        assert "Row 2:" not in twice
        bare = problems(desk, table(row(wind, methods_applied="")))
        assert "Row 2:" in bare
        assert "methods_applied" in bare
        assert not Report.objects.exists()

    def test_the_first_row_names_known_columns_once(self, desk: SponsorDesk) -> None:
        wind = row(ident(desk, WIND.name))
        assert "There is no column “colour”" in problems(
            desk, table([*wind, "red"], head=[*HEAD, "colour"])
        )
        assert "“mwh” is there twice" in problems(desk, table([*wind, "1"], head=[*HEAD, "mwh"]))
        assert "“mwh” is missing" in problems(desk, table(["R0000001", "2022"], head=HEAD[0:3:2]))
        # What the signer accepts is not taken from a file.
        assert "There is no column “certification”" in problems(
            desk, table([*wind, "yes"], head=[*HEAD, "certification"])
        )

    def test_a_file_is_given_and_an_empty_one_has_no_row(self, desk: SponsorDesk) -> None:
        answer = desk.client.post(address(desk), {})
        assert answer.status_code == 422
        assert "Give a table of reports." in answer.content.decode()
        assert "The file has no row." in problems(desk, table())

    def test_more_rows_than_the_limit_are_refused(
        self, desk: SponsorDesk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(report_tables, "ROWS_MAX", 2)
        wind = row(ident(desk, WIND.name))
        assert "has more than 3 rows" in problems(desk, table(wind, wind, wind))

    def test_what_was_reported_meanwhile_is_told_before_the_signature(
        self, desk: SponsorDesk
    ) -> None:
        wind = ident(desk, WIND.name)
        first = desk.walk(address(desk), {"file": table(row(wind))})
        second = desk.walk(address(desk), {"file": table(row(wind))})
        desk.receipt(first.removesuffix("check/"))
        assert "every MWh is reported once" in desk.page(second).text
        assert Report.objects.count() == 1

    def test_the_table_to_begin_with_is_taken_when_it_is_filled_in(self, desk: SponsorDesk) -> None:
        number = desk.registry.accounts["Sand Hill"].number
        place = reverse("my-reports-table", args=[PROGRAM, number])
        answer = desk.client.get(place)
        text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        head, *rows = list(csv.reader(io.StringIO(text)))
        assert [one[1] for one in rows] == [WIND.name, SOLAR.name]
        assert set(ELEMENTS) <= set(head)
        for one in rows:
            # The page goes by the wall clock, and the registry of this test is in 2023.
            one[head.index("year")], one[head.index("mwh")] = "2022", "10"
            for name, value in ELEMENTS.items():
                one[head.index(name)] = value
        check = desk.walk(address(desk), {"file": table(*rows, head=head)})
        assert "20" in desk.page(check).text


class TestWhose:
    """40 CFR 62.16445(c), 62.16515(c): nobody reports for another's resources."""

    def test_another_sponsors_resource_is_refused(self, desk: SponsorDesk) -> None:
        desk.registry.open_general("Lender", "Lee Ward")
        desk.be("Lee Ward")
        place = reverse("act-report-many", args=[PROGRAM, desk.registry.accounts["Lender"].number])
        answer = desk.client.post(place, {"file": table(row(ident(desk, WIND.name)))})
        assert "no registered resource" in answer.content.decode()
        for name in ("act-report-many", "my-reports-table"):
            number = desk.registry.accounts["Sand Hill"].number
            assert desk.client.get(reverse(name, args=[PROGRAM, number])).status_code == 403


class TestInSpanish:
    """docs/decisions/0220: what is wrong with an element is a sentence in one's language."""

    def test_each_kind_of_fault_has_a_sentence(self) -> None:
        wrong = {
            "capability_changed_on": "yesterday",
            "contract_mwh": "-1",
            "biogenic_share": "1.5",
            "boiler_efficiency": "0",
            "ownership_change": "perhaps",
            "not_credited_elsewhere": "no",
            "methods_applied": "x" * (VALUE_MAX + 1),
        }
        tags = {element.applies_to for element in elements_of(REPORT)}
        found = [
            one
            for one in check_paper(REPORT, wrong, tags=tags, program=PROGRAM)
            if one.code == ElementInvalid.code
        ]
        assert len(found) == len(wrong)
        with override("es"):
            for one in found:
                assert plain(one.sentence) != one.sentence, one.sentence


class TestAgents:
    """40 CFR 62.16320(c): an agent files what a notice of delegation names, and nothing else."""

    def name_agent(self, desk: SponsorDesk, *kinds: str) -> None:
        """Fay names Abe Noh for kinds of submission; Abe sits down at the browser."""
        accounts.file_delegation_notice(
            program=PROGRAM,
            basis="general",
            delegator=desk.registry.person("Fay Ito"),
            agents=[AgentSpec(person=desk.registry.person("Abe Noh"), kinds=kinds)],
            received_at=desk.registry.tick(),
        )
        desk.be("Abe Noh")

    def test_an_agent_named_for_resources_files_reports(self, desk: SponsorDesk) -> None:
        self.name_agent(desk, "resource_submissions")
        assert "Sand Hill Wind" in desk.page(reverse("my-resources")).text
        check = desk.walk(address(desk), {"file": table(row(ident(desk, SOLAR.name)))})
        assert "1 report is submitted" in desk.receipt(check.removesuffix("check/"))
        said = answers(mwh="900.75", first_month="1", last_month="12")
        assert "The report is submitted" in desk.sign_journey("report-output", said)

        abe = desk.registry.person("Abe Noh")
        filed = Document.objects.filter(kind=REPORT).values_list("filed_by", flat=True)
        assert set(filed) == {f"person:{abe}"}
        signers = Signature.objects.filter(document="mv_report").values_list("signer", flat=True)
        assert list(signers) == [abe, abe]

    def test_an_agent_named_for_transfers_is_refused(self, desk: SponsorDesk) -> None:
        draft = desk.walk(address(desk), {"file": table(row(ident(desk, SOLAR.name)))})
        self.name_agent(desk, "transfers")
        for place in (address(desk), desk.address("report-output"), draft):
            assert desk.client.get(place).status_code == 403, place
            assert desk.client.post(place, {}).status_code == 403, place
        assert not Report.objects.exists()

    def test_who_is_an_agent_no_more_does_not_sign_what_was_begun(self, desk: SponsorDesk) -> None:
        self.name_agent(desk, "resource_submissions")
        check = desk.walk(address(desk), {"file": table(row(ident(desk, SOLAR.name)))})
        place = check.removesuffix("check/")
        assert desk.client.get(place).status_code == 200
        accounts.file_delegation_notice(
            program=PROGRAM,
            basis="general",
            delegator=desk.registry.person("Fay Ito"),
            agents=[],
            received_at=desk.registry.tick(),
        )
        assert desk.client.get(place).status_code == 403
        assert not Report.objects.exists()
