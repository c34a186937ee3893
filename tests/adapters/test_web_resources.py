"""What everybody sees of credits, resources and their papers; nobody signs in."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from tests.contexts.rate_registry import RateRegistry
from tests.contexts.resources_registry import PROGRAM, WIND, ResourceRegistry
from tests.contexts.test_resources_public import SECRET, upload
from trueup.resources import services
from trueup.resources.models import Comment, Document, EguIssuance, Issuance
from trueup.resources.public_entries import FileRedaction
from trueup.web.credit_reports import REPORTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry(settings: Settings, tmp_path: Path) -> ResourceRegistry:
    settings.VAR_DIR = tmp_path
    settings.TRUEUP_PROGRAM = PROGRAM
    found = ResourceRegistry()
    found.describe()
    found.accredit()
    found.clear()
    found.apply(
        uploads=[upload(tmp_path, SECRET)],
        representative_email="fay.ito@example.org",
        technology="A secret blade",
    )
    return found


@pytest.fixture
def issued(registry: ResourceRegistry) -> ResourceRegistry:
    registry.verify_application()
    registry.approve()
    registry.issue_year("5000.7")
    return registry


def get(name: str, *arguments: object, status: int = 200, query: str = "") -> str:
    response = Client().get(reverse(name, args=[PROGRAM, *arguments]) + query)
    assert response.status_code == status
    if response.streaming:
        return b"".join(response.streaming_content).decode("utf-8", "replace")  # type: ignore[attr-defined]
    return response.content.decode()


class TestTrace:
    """40 CFR 62.16515(h); RATE-206, PLAT-121: from each credit to its papers."""

    def test_a_serial_number_leads_to_every_kind_of_paper(self, issued: ResourceRegistry) -> None:
        page = get("serial", "TX-2023-WND-17")

        for kind in (
            "Eligibility application",
            "EM&amp;V plan",
            "M&amp;V report",
            "Verification report",
            "Decision",
        ):
            assert kind in page
        assert reverse("resource", args=[PROGRAM, issued.resources[WIND.name].id]) in page
        issue = get("issue", Issuance.objects.get().pk)
        assert "TX-2023-WND-5000" in issue
        assert "ERCs issued" in issue

    def test_it_takes_as_many_statements_with_many_issues_and_papers(
        self, issued: ResourceRegistry
    ) -> None:
        def statements() -> int:
            get("serial", "TX-2023-WND-17")
            with CaptureQueriesContext(connection) as few:
                get("serial", "TX-2023-WND-17")
            return len(few)

        before = statements()
        for year in (2023, 2024, 2025):
            issued.issue_year("6000", year)
        for document in Document.objects.all():
            services.redact(document=document.pk, elements={}, made_at=issued.tick())

        assert statements() <= before + 1  # The files of redactions, where there are any.

    def test_a_credit_of_an_affected_unit_leads_to_its_operation(self) -> None:
        registry = RateRegistry()
        registry.operate("Cane/2", [(2022, 900_000_000, 1_000_000)])
        services.publish_credit_notice(
            program=PROGRAM, year=2022, published_at=registry.on("2023-05-31")
        )
        services.issue_to_affected_units(
            program=PROGRAM, year=2022, issued_at=registry.on("2023-06-30")
        )

        page = get("serial", "KY-2023-GSE-1")

        issue = EguIssuance.objects.get()
        assert reverse("egu-issue", args=[PROGRAM, issue.pk]) in page
        assert "Pounds of CO₂ and net MWh" in page
        assert "Notice for 2022" in get("egu-issue", issue.pk)

    def test_gas_shift_credits_are_told_apart_wherever_they_are(self) -> None:
        """RATE-040: the category is in the serial number, on the record and in public lists."""
        registry = RateRegistry()
        registry.operate("Cane/2", [(2022, 800_000_000, 1_000_000)])
        services.publish_credit_notice(
            program=PROGRAM, year=2022, published_at=registry.on("2023-05-31")
        )
        services.issue_to_affected_units(
            program=PROGRAM, year=2022, issued_at=registry.on("2023-06-30")
        )

        both = get("credit-report-csv", "unit-issues")
        shift = get("credit-report-csv", "unit-issues", query="?category=GSE")

        assert ",EGU," in both
        assert ",GSE," in both
        assert ",EGU," not in shift
        assert "KY-2023-GSE-1" in shift
        assert "KY-2023-EGU-1" not in get("credit-report", "unit-issues", query="?category=GSE")
        assert "KY-2023-GSE-1" in get("credit-report", "unit-issues", query="?category=GSE")
        assert get("credit-report-csv", "unit-issues", query="?category=WND") == both

    def test_what_does_not_exist_is_not_found(self, issued: ResourceRegistry) -> None:
        """RATE-207: no error page."""
        del issued
        for name in ("resource", "resource-papers", "paper", "issue", "egu-issue"):
            get(name, 10**9, status=404)
        get("paper-file", 1, 10**9, status=404)
        get("credit-report", "nothing", status=404)
        get("serial", "TX-2023-WND-900000", status=404)


class TestRegister:
    """RATE-207, RATE-209: resources by State, category and status."""

    def test_a_category_lists_its_resources(self, issued: ResourceRegistry) -> None:
        del issued
        assert WIND.name in get("resources", query="?category=WND&state=TX&status=registered")
        assert WIND.name not in get("resources", query="?category=SOL")
        assert "5,000" in get("resources")
        assert get("resources-csv").splitlines()[1].endswith(",5000")

    def test_a_resource_shows_its_years_and_where_its_credits_are(
        self, issued: ResourceRegistry
    ) -> None:
        page = get("resource", issued.resources[WIND.name].id)

        assert "5,000.7" in page
        assert "TX-2023-WND-1" in page
        assert "<svg" in get("chart-resource", issued.resources[WIND.name].id)

    def test_the_search_finds_resources(self, issued: ResourceRegistry) -> None:
        del issued
        for text in ("sand hill", "Wind", "wnd"):
            found = Client().get(reverse("search"), {"q": text}).content.decode()
            assert WIND.name in found
        found = Client().get(reverse("search"), {"q": "TX-2023-WND-7"})
        assert found.status_code == 302

    def test_every_report_is_a_page_a_csv_and_a_spreadsheet(
        self, issued: ResourceRegistry, settings: Settings
    ) -> None:
        """40 CFR 62.16515(i)(2)."""
        del issued
        settings.TRUEUP_STATE_SECONDS = 0
        for name, report in REPORTS.items():
            assert str(report.title) in get("credit-report", name)
            header = next(csv.reader(StringIO(get("credit-report-csv", name).lstrip("\ufeff"))))
            assert header == [column for column, _ in report.columns]
            assert get("credit-report-xlsx", name).startswith("PK")
        assert "2023,5000,0,0,0,0,0,0" in get("credit-report-csv", "years")
        assert "5,000" in get("credits")
        assert "<svg" in get("chart-supply")

    def test_applications_pending_too_long_are_listed(self, registry: ResourceRegistry) -> None:
        """PLAT-127: pending over 90 days, as CSV."""
        del registry
        long = get("credit-report-csv", "applications", query="?pending=90")
        assert WIND.name in long

    def test_lists_take_the_same_statements_however_long(self, issued: ResourceRegistry) -> None:
        def statements(name: str, *arguments: object) -> int:
            with CaptureQueriesContext(connection) as found:
                get(name, *arguments)
            return len(found)

        asked = [("resources",), ("credit-report", "issues"), ("credit-report", "papers")]
        asked += [("credit-report", "applications"), ("credit-report", "holders")]
        for one in asked:
            get(*one)
        few = [statements(*one) for one in asked]
        for number in range(5):
            from dataclasses import replace

            issued.register(replace(WIND, name=f"Hill {number}"))

        assert [statements(*one) for one in asked] == few


class TestWithheld:
    """PLAT-127, docs/decisions/0310: nobody gets what is withheld, whatever they ask for."""

    def test_no_page_gives_out_what_is_withheld(self, issued: ResourceRegistry) -> None:
        paper = Document.objects.get(kind="eligibility_application")
        file = paper.attachments.get()
        resource = issued.resources[WIND.name].id
        assert "never to be seen" in get("paper-file", paper.pk, file.pk)
        services.redact(
            document=paper.pk,
            elements={"technology": "A trade secret."},
            files=[FileRedaction(attachment=file.pk, reason="Keys of meters.")],
            made_at=issued.tick(),
        )

        shown = get("paper", paper.pk)
        assert "A trade secret." in shown
        assert "Keys of meters." in shown
        get("paper-file", paper.pk, file.pk, status=404)
        pages = [
            shown,
            get("resource", resource),
            get("resource-papers", resource),
            get("issue", Issuance.objects.get().pk),
            get("serial", "TX-2023-WND-1"),
            *(get("credit-report-csv", name) for name in REPORTS),
        ]
        for page in pages:
            assert "A secret blade" not in page
            assert file.sha256 not in page
            assert paper.sha256 not in page
            assert "fay.ito@example.org" not in page
        for other in Document.objects.exclude(pk=paper.pk):
            get("paper-file", other.pk, file.pk, status=404)


class TestComments:
    """Preamble IV.D.6.b; docs/decisions/0311: anybody comments, while the period is open."""

    @pytest.fixture
    def period(self, registry: ResourceRegistry) -> int:
        return services.open_comment_period(
            resource=registry.resources[WIND.name].id,
            question="Is the turbine new?",
            opened_at=timezone.now(),
        ).id

    def send(self, period: int, **said: object) -> HttpResponse:
        form = {"key": str(uuid4()), "name": "Ada", "text": "It is older.", **said}
        response = Client().post(reverse("comment-period", args=[PROGRAM, period]), form)
        assert isinstance(response, HttpResponse)
        return response

    def test_a_comment_is_received_and_shown_to_nobody_yet(self, period: int) -> None:
        assert "Is the turbine new?" in get("comment-period", period)

        sent = self.send(
            period, file=SimpleUploadedFile("a.csv", b"a,b\n", content_type="text/csv")
        )

        assert sent["Location"] == reverse("comment-received", args=[PROGRAM, period])
        assert "It is older." not in get("comment-period", period)
        get("comment-file", period, Comment.objects.get().pk, status=404)
        assert "was received" in get("comment-received", period)
        assert WIND.name in get("comment-periods")

    def test_what_is_wrong_is_said_and_nothing_typed_is_lost(self, period: int) -> None:
        refused = self.send(period, name="", text="Long thoughts")
        assert refused.status_code == 422
        assert "Long thoughts" in refused.content.decode()

        program = SimpleUploadedFile("a.csv", b"MZ\x00\x01", content_type="text/csv")
        assert self.send(period, file=program).status_code == 422
        assert Comment.objects.count() == 0

    def test_a_machine_that_fills_in_everything_is_not_kept(self, period: int) -> None:
        assert self.send(period, website="https://example.org").status_code == 302
        assert Comment.objects.count() == 0

    def test_one_address_sends_ten_an_hour(self, period: int) -> None:
        answers = [self.send(period).status_code for _ in range(12)]

        assert answers == [302] * 10 + [429] * 2
        assert Comment.objects.count() == 10

    def test_after_the_end_it_is_read_and_the_form_is_gone(
        self, registry: ResourceRegistry
    ) -> None:
        period = services.open_comment_period(
            resource=registry.resources[WIND.name].id,
            question="Is it new?",
            opened_at=datetime(2022, 3, 1, 12, tzinfo=UTC),
        )
        registry.on("2022-03-02")
        from tests.contexts.test_resources_public import comment

        comment(period.id, registry, email="ada@example.org")

        page = get("comment-period", period.id)
        assert "It is older." in page
        assert "ada@example.org" not in page
        assert "<textarea" not in page
        assert self.send(period.id).status_code == 422
        assert Comment.objects.count() == 1
