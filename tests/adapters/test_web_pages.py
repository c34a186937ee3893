"""The pages on a small program: what they say, how they are built, what they cost."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.adapters.web_books import (
    NAUGHTY,
    PROGRAM,
    Books,
    Page,
    compliance_account,
    small_program,
)
from trueup.web.views import accounts as views

pytestmark = pytest.mark.django_db

# Statements a page may take, however much it shows.
STATEMENTS_MAX = 20


@pytest.fixture
def books() -> Books:
    return small_program()


def get(client: Client, name: str, *arguments: object, query: str = "") -> Page:
    answer = client.get(reverse(name, args=arguments) + query)
    assert answer.status_code == 200
    return Page(answer.content.decode())


def pages(books: Books) -> list[tuple[str, tuple[object, ...]]]:
    return [
        ("home", ()),
        ("program", (PROGRAM,)),
        ("states", (PROGRAM,)),
        ("state", (PROGRAM, "AL")),
        ("accounts", (PROGRAM,)),
        ("account", (PROGRAM, books.barry.number)),
        ("account", (PROGRAM, books.brokers.number)),
        ("account", (PROGRAM, books.retirement.number)),
        ("account-history", (PROGRAM, books.barry.number)),
        ("facilities", (PROGRAM,)),
        ("facility", (PROGRAM, 3)),
        ("serial", (PROGRAM, "AL-2022-17")),
        ("transactions", (PROGRAM,)),
        ("transaction", (PROGRAM, books.latest)),
        ("settlements", (PROGRAM,)),
        ("settlements-of-period", (PROGRAM, "2022-2024")),
        ("search", ()),
        ("help", ()),
        ("sign-in", ()),
    ]


class TestEveryPage:
    """PLAT-003: what every page must have, whatever it shows."""

    def test_is_well_built(self, client: Client, books: Books) -> None:
        problems = {
            (name, *arguments): found
            for name, arguments in pages(books)
            if (found := get(client, name, *arguments).problems())
        }

        assert problems == {}

    def test_never_shows_a_name_as_markup(self, client: Client, books: Books) -> None:
        for name, arguments in pages(books):
            assert "<script>alert" not in get(client, name, *arguments).html
        shown = get(client, "account", PROGRAM, books.brokers.number)
        assert "Gulf &lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt; &amp; Sons" in shown.html

    def test_lets_no_script_or_style_run_that_is_not_its_own(
        self, client: Client, books: Books
    ) -> None:
        for name, arguments in pages(books):
            policy = client.get(reverse(name, args=arguments))["Content-Security-Policy"]
            assert "default-src 'self'" in policy
            assert "unsafe" not in policy

    def test_leads_nowhere_that_is_not_there(self, client: Client, books: Books) -> None:
        leads_to = {
            link["href"]
            for name, arguments in pages(books)
            for link in get(client, name, *arguments).of("a")
            if link["href"].startswith("/")
        }

        broken = {link for link in leads_to if client.get(link).status_code != 200}

        assert len(leads_to) > 40
        assert broken == set()

    def test_takes_as_many_statements_for_much_as_for_little(
        self, client: Client, books: Books
    ) -> None:
        def grow(start: int, count: int) -> None:
            for number in range(start, start + count):
                compliance_account(f"Facility {number}", 100 + number, books.ana)
                books.move("transfer", books.barry, books.brokers, 1 + number % 3, at=40 + number)

        shown = pages(books)
        grow(0, 5)
        little = {page: statements(client, *page) for page in shown}
        grow(5, 30)
        much = {page: statements(client, *page) for page in shown}

        assert much == little
        assert max(much.values()) <= STATEMENTS_MAX


class TestAccount:
    """PLAT-141: who holds what."""

    def test_shows_what_it_holds_with_neighbours_as_one_block(
        self, client: Client, books: Books
    ) -> None:
        books.move("allocate", books.reserve, books.gaston, 10, at=31)
        books.move("allocate", books.reserve, books.gaston, 10, at=32)

        page = get(client, "account", PROGRAM, books.gaston.number)

        assert "AL-2022-601 to AL-2022-620" in page.text
        assert "AL-2022-611" not in page.text

    def test_shows_each_serial_number_once_over_all_pages_of_blocks(
        self, client: Client, books: Books, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(views, "BLOCKS_READ", 4)
        monkeypatch.setattr(views, "BLOCKS_SHOWN", 2)
        for number in range(6):  # 10 to Gaston, 1 to the broker: six blocks that do not touch.
            books.move("allocate", books.reserve, books.gaston, 5, at=100 + number)
            books.move("allocate", books.reserve, books.gaston, 5, at=120 + number)
            books.move("allocate", books.reserve, books.barry, 1, at=140 + number)
        address: str | None = reverse("account", args=[PROGRAM, books.gaston.number])
        shown: list[str] = []
        while address:
            page = Page(client.get(address).content.decode())
            shown += re.findall(r"AL-2022-\d+ to AL-2022-\d+", page.text)
            address = next((a["href"] for a in page.of("a") if a.get("rel") == "next"), None)

        assert shown == [f"AL-2022-{601 + 11 * n} to AL-2022-{610 + 11 * n}" for n in range(6)]

    def test_shows_the_name_of_its_representative_but_no_address(
        self, client: Client, books: Books
    ) -> None:
        page = get(client, "account", PROGRAM, books.barry.number)

        assert "Designated representative Ana Ruiz" in page.text
        assert "ana@x.example" not in page.html

    def test_shows_what_came_in_and_what_went_out(self, client: Client, books: Books) -> None:
        page = get(client, "account", PROGRAM, books.barry.number)

        assert "+600" in page.text
        assert "\N{MINUS SIGN}100" in page.text

    def test_is_found_by_small_letters_too(self, client: Client, books: Books) -> None:
        address = reverse("account", args=[PROGRAM, books.barry.number]).replace("C", "c")
        assert client.get(address).status_code == 200

    def test_holdings_can_be_downloaded(self, client: Client, books: Books) -> None:
        rows = download(client, "account-holdings-csv", PROGRAM, books.barry.number)

        assert rows[1:] == [[books.barry.number, "AL-2022-101", "AL-2022-600", "2022", "500"]]

    def test_history_can_be_downloaded(self, client: Client, books: Books) -> None:
        rows = download(client, "account-history-csv", PROGRAM, books.barry.number)

        assert [(row[3], row[7]) for row in rows[1:]] == [
            ("transferred", "100"),
            ("allocated", "600"),
        ]


class TestAccounts:
    """Lists are filtered by what they say, and never without an end."""

    def test_lists_by_kind_state_and_name(self, client: Client, books: Books) -> None:
        page = get(client, "accounts", PROGRAM, query="?kind=compliance&state=AL&search=gast")

        assert books.gaston.number in page.text
        assert books.barry.number not in page.text
        assert books.brokers.number not in page.text

    def test_a_choice_that_does_not_exist_is_no_choice(self, client: Client, books: Books) -> None:
        page = get(client, "accounts", PROGRAM, query="?kind=wallet&state=ZZ&after=x")

        assert books.barry.number in page.text

    def test_is_shown_in_parts(self, client: Client, books: Books) -> None:
        for number in range(60):
            compliance_account(f"Facility {number:02}", 100 + number, books.ana)

        first = get(client, "accounts", PROGRAM)
        (following,) = [link["href"] for link in first.of("a") if link.get("rel") == "next"]
        second = Page(client.get(following).content.decode())

        assert "Facility 40" in first.text
        assert "Facility 50" not in first.text
        assert "Facility 50" in second.text
        assert not [link for link in second.of("a") if link.get("rel") == "next"]


class TestSerial:
    """PLAT-145: anyone can look up a serial number."""

    def test_shows_every_step_and_the_holder(self, client: Client, books: Books) -> None:
        page = get(client, "serial", PROGRAM, "AL-2022-17")

        assert "Status Held" in page.text
        for word in ("Originated", "Allocated", "Transferred"):
            assert word in page.text
        assert books.brokers.number in page.text

    def test_shows_that_it_is_retired(self, client: Client, books: Books) -> None:
        books.move("deduct", books.barry, books.retirement, 50, at=1500)

        page = get(client, "serial", PROGRAM, "AL-2022-101")

        assert "Status Retired" in page.text
        assert "emissions 2022-2024" in page.text

    def test_leading_zeros_may_be_given(self, client: Client, books: Books) -> None:
        assert "AL-2022-17" in get(client, "serial", PROGRAM, "AL-2022-0017").text


class TestNothingThere:
    """An address that names nothing is answered in words, with 404."""

    @pytest.mark.parametrize(
        "address",
        [
            "/nothing/",
            "/no-program/",
            "/cpp-mass/accounts/C0100009999X/",
            "/cpp-mass/accounts/ABCDEFGHIJKL/",
            "/cpp-mass/serials/AL-2022-1001/",
            "/cpp-mass/serials/AL-2022-0/",
            "/cpp-mass/serials/ZZ-2022-1/",
            "/cpp-mass/serials/AL-2022-99999999999999999999/",
            "/cpp-mass/transactions/999999/",
            "/cpp-mass/transactions/999999999999999999/",
            "/cpp-mass/facilities/999999999/",
            "/cpp-mass/states/ZZ/",
            "/cpp-mass/settlements/2023-2024/",
            "/cpp-mass/settlements/2022-2024/3/",
            "/cpp-mass/settlements/2022-2024/3.csv",
        ],
    )
    def test_is_a_page_of_its_own(self, client: Client, books: Books, address: str) -> None:
        answer = client.get(address)

        assert answer.status_code == 404
        page = Page(answer.content.decode())
        assert page.problems() == []
        assert "Page not found" in page.text


class TestSearch:
    """The search goes straight to what a number names."""

    def test_an_account_number_leads_to_the_account(self, client: Client, books: Books) -> None:
        number = books.barry.number
        spaced = f" {number[:4].lower()} {number[4:]} "

        answer = client.get(reverse("search"), {"q": spaced})

        assert answer["Location"] == reverse("account", args=[PROGRAM, number])

    def test_a_serial_number_leads_to_its_history(self, client: Client, books: Books) -> None:
        answer = client.get(reverse("search"), {"q": "al-2022-017"})

        assert answer["Location"] == reverse("serial", args=[PROGRAM, "AL-2022-17"])

    def test_an_oris_code_leads_to_the_facility(self, client: Client, books: Books) -> None:
        answer = client.get(reverse("search"), {"q": "26"})

        assert answer["Location"] == reverse("facility", args=[PROGRAM, 26])

    def test_a_part_of_a_name_finds_facilities_and_accounts(
        self, client: Client, books: Books
    ) -> None:
        page = Page(client.get(reverse("search"), {"q": "barr"}).content.decode())

        assert reverse("facility", args=[PROGRAM, 3]) in page.html
        assert reverse("account", args=[PROGRAM, books.barry.number]) in page.html

    @pytest.mark.parametrize("text", ["", "<script>alert(1)</script>", "\x00", "%", "a" * 5000])
    def test_anything_typed_is_answered(self, client: Client, books: Books, text: str) -> None:
        answer = client.get(reverse("search"), {"q": text})

        assert answer.status_code == 200
        page = Page(answer.content.decode())
        assert page.problems() == []
        assert "<script>alert" not in page.html


def statements(client: Client, name: str, arguments: tuple[object, ...]) -> int:
    """How many statements a page takes."""
    with CaptureQueriesContext(connection) as captured:
        get(client, name, *arguments)
    return len(captured)


def download(client: Client, name: str, *arguments: object, query: str = "") -> list[list[str]]:
    answer = client.get(reverse(name, args=arguments) + query)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.reader(io.StringIO(content)))


def test_the_awkward_name_is_one_that_the_registry_takes(books: Books) -> None:
    assert books.brokers.name == NAUGHTY
