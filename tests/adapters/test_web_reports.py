"""The twelve reports and the State accounts, as anybody sees them."""

from __future__ import annotations

import csv
import io

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.contexts.registry import statements as counted
from tests.contexts.state_registry import PROGRAM, StateRegistry, recs
from trueup.disclosure.reports import agreement
from trueup.disclosure.reports.catalogue import BY_NAME, REPORTS
from trueup.ledger.flow_reads import allocated_totals
from trueup.state_accounts.models import Application

pytestmark = pytest.mark.django_db
NAMES = [report.name for report in REPORTS]


@pytest.fixture
def registry() -> StateRegistry:
    made = StateRegistry()
    made.on("2016-01-29")
    made.set_year()
    made.divide()
    made.emit("Luke Mill", {2013: 900, 2014: 1000, 2015: 1100})
    made.emit("Keys", {2015: 500})
    made.execute(made.approve(made.apply("vrsa", certificates=recs(1, 2, 3, 4))))
    made.apply("ltc", "Keys", quantity=5)
    return made


@pytest.fixture
def site(registry: StateRegistry, client: Client) -> Client:
    return client


def page(site: Client, name: str, query: str = "") -> HttpResponse:
    return site.get(reverse("report", args=[PROGRAM, name]) + query)


def rows(site: Client, name: str, query: str = "") -> list[dict[str, str]]:
    answer = site.get(reverse("report-csv", args=[PROGRAM, name]) + query)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


class TestEverybody:
    """RGGI-047, RGGI-036: a dozen reports, open to all, as table and file."""

    def test_there_are_twelve(self, site: Client) -> None:
        answer = site.get(reverse("reports", args=[PROGRAM])).content.decode()

        assert len(REPORTS) == 12
        assert [report.number for report in REPORTS] == list(range(1, 13))
        assert all(reverse("report", args=[PROGRAM, name]) in answer for name in NAMES)

    @pytest.mark.parametrize("name", NAMES)
    def test_each_opens_without_log_in_as_a_table_and_as_a_file(
        self, site: Client, name: str
    ) -> None:
        assert page(site, name).status_code == 200
        answer = site.get(reverse("report-csv", args=[PROGRAM, name]))
        assert answer.status_code == 200
        header = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()[0]
        assert header == ",".join(column.key for column in BY_NAME[name].columns)

    @pytest.mark.parametrize("name", [report.name for report in REPORTS if report.bars])
    def test_a_picture_is_drawn_where_there_is_one(self, site: Client, name: str) -> None:
        answer = site.get(reverse("chart-report", args=[PROGRAM, name]))

        assert answer.status_code == 200
        assert b"<svg" in answer.content

    def test_a_wrong_filter_gives_a_message_and_not_an_empty_page(self, site: Client) -> None:
        answer = page(site, "annual-emissions", "?year=1850").content.decode()

        assert "1850" in answer
        assert "All rows are shown" in answer
        assert "Luke Mill" in answer
        file = site.get(reverse("report-csv", args=[PROGRAM, "annual-emissions"]) + "?year=1850")
        assert file.status_code == 400

    def test_a_filter_narrows_the_page_and_the_file(self, site: Client) -> None:
        assert "Keys" not in page(site, "annual-emissions", "?year=2013").content.decode()
        assert [row["source"] for row in rows(site, "annual-emissions", "?year=2013")] == [
            "Luke Mill"
        ]

    def test_a_report_that_there_is_not_is_not_found(self, site: Client) -> None:
        assert page(site, "bids").status_code == 404

    def test_the_federal_programs_publish_no_prices(self, site: Client) -> None:
        assert site.get(reverse("reports", args=["cpp-mass"])).status_code == 404

    @pytest.mark.parametrize("name", NAMES)
    def test_the_number_of_statements_does_not_grow_with_the_rows(
        self, site: Client, registry: StateRegistry, name: str
    ) -> None:
        page(site, name)
        with counted() as before:
            page(site, name)
        for number in range(6):
            registry.open_source(f"Plant {number}", 70000 + number, "MD")
            registry.emit(f"Plant {number}", {2015: 10})
            registry.apply("vrsa", certificates=recs(100 + number, 200 + number))
        with counted() as after:
            page(site, name)

        assert len(after) <= len(before)


class TestRows:
    """RGGI-048: each report says what the records say."""

    def test_accounts_of_the_state_are_called_general(self, site: Client) -> None:
        found = {row["account_name"]: row["kind"] for row in rows(site, "accounts")}

        assert found["MD consumer energy efficiency"] == "general (state)"
        assert found["Keys"] == "compliance"

    def test_emissions_of_a_year_are_whole_tons_by_source(self, site: Client) -> None:
        found = rows(site, "annual-emissions", "?search=Luke")

        assert [(row["year"], row["tons"]) for row in found] == [
            ("2013", "900"),
            ("2014", "1000"),
            ("2015", "1100"),
        ]

    def test_a_source_that_is_not_settled_is_pending(self, site: Client) -> None:
        found = rows(site, "compliance")

        assert {row["finding"] for row in found} == {"pending"}

    def test_an_application_is_shown_with_what_became_of_it(self, site: Client) -> None:
        found = rows(site, "set-asides")

        assert [(row["source"], row["status"], row["given"]) for row in found] == [
            ("Keys", "filed", ""),
            ("", "executed", "2"),
        ]

    def test_the_five_allocations_stand_in_the_last_report(self, site: Client) -> None:
        found = rows(site, "allocations", "?kind=allocate")

        assert sum(int(row["quantity"]) for row in found) == 1000
        assert len(found) == 5

    def test_no_address_of_a_person_is_public(self, site: Client) -> None:
        answer = page(site, "representatives").content.decode()

        assert "Ana Ruiz" in answer
        assert "@example.org" not in answer

    def test_reports_agree_with_the_books(self, site: Client) -> None:
        assert agreement.disagreements(PROGRAM) == []

    def test_a_row_that_no_record_says_fails_the_nightly_check(
        self, site: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def less(*, program: str, kinds: tuple[str, ...]) -> list[tuple[object, str, int]]:
            return list(allocated_totals(program=program, kinds=kinds))[1:]

        monkeypatch.setattr(agreement, "allocated_totals", less)

        (found,) = agreement.disagreements(PROGRAM)

        assert found.report == "allocations"
        assert "1,000" in str(found)

    def test_an_application_without_its_transaction_fails_the_check(
        self, site: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(agreement, "transactions_of", lambda numbers, program: [])

        assert [of.report for of in agreement.disagreements(PROGRAM)] == ["set-asides"]


class TestStateAccounts:
    """RGGI-003, RGGI-028, RGGI-029: accounts, statements and budgets in public."""

    def test_the_accounts_are_shown_with_what_they_are_for(self, site: Client) -> None:
        answer = site.get(reverse("state-accounts", args=[PROGRAM])).content.decode()

        assert "Limited industrial exemption set-aside" in answer
        assert "offered at auction" in answer
        assert "800" in answer

    def test_a_statement_is_a_page_and_a_file(self, site: Client) -> None:
        answer = site.get(reverse("state-account-statements", args=[PROGRAM, "MD", 2016]))
        assert answer.status_code == 200
        file = site.get(reverse("state-account-statements-csv", args=[PROGRAM, "MD", 2016]))
        text = b"".join(file.streaming_content).decode("utf-8-sig")
        found = {row["account"]: row for row in csv.DictReader(io.StringIO(text))}
        assert (found["vrsa"]["allocated"], found["vrsa"]["retired"]) == ("30", "2")
        assert found["vrsa"]["left"] == "28"

    def test_an_application_has_its_page_with_its_certificates(self, site: Client) -> None:
        number = Application.objects.get(purpose="vrsa").pk
        answer = site.get(reverse("state-application", args=[PROGRAM, number])).content.decode()

        assert "GATS-4" in answer
        assert site.get(reverse("state-application", args=[PROGRAM, 999])).status_code == 404

    def test_an_account_of_the_state_is_labelled_general(
        self, site: Client, registry: StateRegistry
    ) -> None:
        number = registry.state_account("liesa").number

        answer = site.get(reverse("account", args=[PROGRAM, number])).content.decode()
        assert "General account (State)" in answer

    def test_a_state_that_there_is_not_is_not_found(self, site: Client) -> None:
        address = reverse("state-account-statements", args=[PROGRAM, "TX", 2016])
        assert site.get(address).status_code == 404
