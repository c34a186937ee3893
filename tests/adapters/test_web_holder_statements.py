"""The statement of an account and its holdings as of a day: page, CSV and XLSX."""

from __future__ import annotations

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from tests.adapters.web_books import PROGRAM, Books, Page, small_program
from trueup.ledger.entries import AccountEntry
from trueup.web import spreadsheets

pytestmark = pytest.mark.django_db

YEAR = {"start": "2021-01-01", "end": "2021-12-31"}


@pytest.fixture
def books() -> Books:
    return small_program()


def address(name: str, account: AccountEntry) -> str:
    return reverse(name, args=[PROGRAM, account.number])


def rows_of(client: Client, name: str, account: AccountEntry, days: dict[str, str]) -> list[str]:
    answer = client.get(address(name, account), days)
    text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
    return list(csv.reader(io.StringIO(text)))


class TestStatementPage:
    """PLAT-140: anybody may read what is recorded of an account, for any period."""

    def test_it_says_what_was_held_what_came_and_went_and_what_is_held(
        self, client: Client, books: Books
    ) -> None:
        shown = Page(client.get(address("account-statement", books.barry), YEAR).content.decode())
        assert shown.problems() == []
        for figure in ("Held at the start 0", "Received 600", "Given 100", "Held at the end 500"):
            assert figure in shown.text
        assert "AL-2022-1" in shown.text
        assert "\N{MINUS SIGN}100" in shown.text

    def test_a_period_in_which_nothing_happened_opens_and_closes_the_same(
        self, client: Client, books: Books
    ) -> None:
        days = {"start": "2022-01-01", "end": "2022-12-31"}
        shown = Page(client.get(address("account-statement", books.barry), days).content.decode())
        assert "Held at the start 500" in shown.text
        assert "Held at the end 500" in shown.text
        assert "Nothing was recorded in this account in these days." in shown.text

    @pytest.mark.parametrize(
        ("days", "said"),
        [
            ({"start": "2022-02-30", "end": "nonsense"}, "Enter a date such as 2025-05-01."),
            ({"start": "2022-12-31", "end": "2022-01-01"}, "must not be before the first day"),
            ({"start": "", "end": ""}, "Enter a date such as 2025-05-01."),
            ({"start": "0001-01-01", "end": "9999-12-31"}, "Enter a date such as 2025-05-01."),
            ({"start": "1900-01-01", "end": "2999-12-31"}, ""),
        ],
    )
    def test_days_that_cannot_be_are_kept_and_said_on_top(
        self, client: Client, books: Books, days: dict[str, str], said: str
    ) -> None:
        answer = client.get(address("account-statement", books.barry), days)
        shown = Page(answer.content.decode())
        assert answer.status_code == 200
        assert said in shown.text
        assert ("There is a problem" in shown.text) == bool(said)
        kept = {field.get("name"): field.get("value") for field in shown.of("input")}
        assert kept["start"] == days["start"]
        for name in ("account-statement-csv", "account-statement-xlsx"):
            answer = client.get(address(name, books.barry), days)
            assert answer.status_code == (302 if said else 200)
            answer.getvalue()

    def test_as_many_statements_of_sql_for_a_long_statement_as_for_a_short_one(
        self, client: Client, books: Books
    ) -> None:
        counts = []
        for more in (0, 40):
            for day in range(more):
                books.move("transfer", books.barry, books.brokers, 1, at=100 + day)
            with CaptureQueriesContext(connection) as asked:
                client.get(address("account-statement", books.barry), YEAR)
            counts.append(len(asked))
        assert counts[0] == counts[1]


class TestDownloads:
    """PLAT-140: CSV of any length, XLSX up to its limit."""

    def test_the_csv_has_each_block_with_its_journal_position_and_the_balance_after(
        self, client: Client, books: Books
    ) -> None:
        header, *rows = rows_of(client, "account-statement-csv", books.barry, YEAR)
        assert header[0] == "journal_position"
        by_column = [dict(zip(header, row, strict=True)) for row in rows]
        assert [(row["direction"], row["quantity"], row["balance_after"]) for row in by_column] == [
            ("in", "600", "600"),
            ("out", "100", "500"),
        ]

    def test_the_spreadsheet_has_the_same_and_no_name_becomes_a_formula(
        self, client: Client, books: Books
    ) -> None:
        answer = client.get(address("account-statement-xlsx", books.barry), YEAR)
        book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        summary = {row[0].value: row[1].value for row in book["Summary"]}
        assert summary["Held at the end"] == 500
        movements = list(book["Movements"].iter_rows(min_row=2, values_only=True))
        assert [row[-1] for row in movements] == [600, 500]

    def test_a_text_that_looks_like_a_formula_stays_a_text(self) -> None:
        sheet = spreadsheets.Sheet(title="x", header=("name",), rows=[("=1+1",)])
        answer = spreadsheets.xlsx_download("x", [sheet])
        book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        assert book["x"]["A2"].data_type == "s"
        assert book["x"]["A2"].value == "=1+1"

    def test_above_the_limit_the_page_says_so_and_still_has_the_csv(
        self, client: Client, books: Books, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(spreadsheets, "ROWS_MAX", 1)
        for name, days in (
            ("account-statement-xlsx", YEAR),
            ("account-as-of-xlsx", {"on": "2021-12-31"}),
        ):
            answer = client.get(address(name, books.barry), days, follow=True)
            assert "Download it as CSV" in answer.content.decode()


class TestAsOf:
    """PLAT-041: what an account held at any past time."""

    def test_it_shows_what_was_held_at_the_end_of_the_day(
        self, client: Client, books: Books
    ) -> None:
        for on, held in (("2021-05-31", "0"), ("2021-06-01", "600"), ("2021-07-01", "500")):
            shown = Page(
                client.get(address("account-as-of", books.barry), {"on": on}).content.decode()
            )
            assert shown.problems() == []
            assert f"Held {held}" in shown.text

    def test_a_day_to_come_is_refused(self, client: Client, books: Books) -> None:
        answer = client.get(address("account-as-of", books.barry), {"on": "2999-01-01"})
        assert "must not be in the future" in answer.content.decode()

    def test_blocks_are_shown_a_page_at_a_time(
        self, client: Client, books: Books, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("trueup.web.views.account_statements.BLOCKS_SHOWN", 1)
        books.move("transfer", books.brokers, books.gaston, 50, at=50)
        books.move("transfer", books.barry, books.gaston, 20, at=51)
        first = client.get(address("account-as-of", books.gaston))
        following = first.context["blocks"].next
        assert following
        second = client.get(following)
        assert second.context["blocks"].rows != first.context["blocks"].rows

    def test_the_csv_adds_up_to_what_was_held(self, client: Client, books: Books) -> None:
        header, *rows = rows_of(client, "account-as-of-csv", books.barry, {"on": "2021-07-01"})
        quantity = header.index("quantity")
        assert sum(int(row[quantity]) for row in rows) == 500
