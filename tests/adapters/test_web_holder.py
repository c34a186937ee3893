"""What a representative reads: home page, account, facility and unit."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.adapters.web_books import (
    PROGRAM,
    START,
    Books,
    Page,
    compliance_account,
    report,
    settle,
    small_program,
)
from trueup.accounts import services as accounts
from trueup.accounts.models import Person
from trueup.accounts.watchers import name_watcher
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.compliance import services as compliance
from trueup.emissions import services as emissions
from trueup.emissions.entries import AnnualReport
from trueup.rules import programs
from trueup.rules.serials import parse_block
from trueup.signing import services as signing

pytestmark = pytest.mark.django_db

RULES = programs.load(PROGRAM)
DATA_CAME = datetime(2025, 2, 3, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _sums_are_never_old(settings: Any) -> None:
    settings.TRUEUP_STATE_SECONDS = 0


@pytest.fixture
def books() -> Books:
    """Ana represents Barry, which holds 500, and Gaston, which holds nothing."""
    return small_program()


def sign_in(client: Client, person: int) -> None:
    user, _ = User.objects.get_or_create(username=f"user{person}")
    Person.objects.filter(id=person).update(user=user)
    client.force_login(user)


def get(client: Client, name: str, *arguments: object, query: str = "") -> Page:
    answer = client.get(reverse(name, args=arguments) + query)
    assert answer.status_code == 200
    page = Page(answer.content.decode())
    assert page.problems() == []
    return page


def person(name: str) -> int:
    email = f"{name.split(maxsplit=1)[0].lower()}@x.example"
    return accounts.register_person(name=name, email=email, registered_at=START).id


class TestHome:
    """PLAT-051, PLAT-052: what I owe, what I hold, what comes next, at a glance."""

    def test_it_shows_what_is_held_and_owed_and_who_is_short_first(
        self, client: Client, books: Books
    ) -> None:
        report({3: 620, 26: 0})
        sign_in(client, books.ana)
        page = get(client, "you")
        assert "Owed so far 620" in page.text
        assert "Short of 120" in page.text
        assert "1 account holds less than it owes so far" in page.text
        assert page.text.index("Barry") < page.text.index("Gaston")

    def test_it_counts_the_days_to_the_deadline_in_the_programs_zone(
        self, client: Client, books: Books
    ) -> None:
        sign_in(client, books.ana)
        assert "Days to the transfer deadline" in get(client, "you").text

    def test_missing_data_are_said_and_not_taken_for_zero(
        self, client: Client, books: Books
    ) -> None:
        sign_in(client, books.ana)
        page = get(client, "you")
        assert "preliminary: 2 accounts lack data" in page.text
        assert "Nothing reported yet" in page.text

    def test_a_person_with_one_account_sees_it_by_vintage(
        self, client: Client, books: Books
    ) -> None:
        one = person("Una Lone")
        compliance_account("Lone", 77, one)
        books.move("transfer", books.barry, accounts_of("Lone"), 40, at=40)
        sign_in(client, one)
        page = get(client, "you")
        assert "chart-account-standing" not in page.html
        number = accounts_of("Lone").number
        assert f"/accounts/{number}/standing.svg" in page.html
        picture = client.get(reverse("chart-account-standing", args=[PROGRAM, number]))
        assert picture["Content-Type"] == "image/svg+xml"
        assert "private" in picture["Cache-Control"]

    def test_a_draft_is_said_to_be_not_submitted(self, client: Client, books: Books) -> None:
        signing.keep_draft(
            person=books.ana,
            program=PROGRAM,
            act="transfer",
            subject=books.barry.number,
            answers={},
            values={"blocks": [], "destination": books.brokers.number},
            created_at=now(),
        )
        sign_in(client, books.ana)
        assert "Not submitted" in get(client, "you").text
        assert "Not submitted" in get(client, "account", PROGRAM, books.barry.number).text

    def test_who_has_no_account_is_told_so(self, client: Client, books: Books) -> None:
        sign_in(client, person("Nina Noll"))
        assert "You do not act for any account now." in get(client, "you").text

    def test_a_user_who_is_nobody_is_told_whom_to_write_to(self, client: Client) -> None:
        client.force_login(User.objects.create(username="nobody"))
        assert "You represent nobody yet" in get(client, "you").text

    def test_the_download_has_every_account(self, client: Client, books: Books) -> None:
        report({3: 620, 26: 0})
        sign_in(client, books.ana)
        answer = client.get(reverse("fleet-csv"))
        text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert [(row["name"], row["short"]) for row in rows] == [("Barry", "120"), ("Gaston", "0")]


class TestFleet:
    """PLAT-052: one account or two hundred, the same page and the same number of reads."""

    def fleet(self, many: int) -> int:
        keeper = person(f"Flo Keeper {many}")
        for place in range(many):
            compliance_account(f"Plant {many}-{place:03}", many * 1000 + place, keeper)
        return keeper

    def test_reads_are_as_many_for_fifty_accounts_as_for_one(
        self, client: Client, books: Books
    ) -> None:
        counts = []
        for many in (1, 50):
            sign_in(client, self.fleet(many))
            client.get(reverse("you"))
            with CaptureQueriesContext(connection) as asked:
                assert client.get(reverse("you")).status_code == 200
            counts.append(len(asked))
        assert counts[0] == counts[1], counts

    def test_every_account_is_on_one_of_the_pages(self, client: Client, books: Books) -> None:
        sign_in(client, self.fleet(120))
        seen: list[str] = []
        address = reverse("you")
        while address:
            page = client.get(address).context["fleet"].page
            seen += [row.standing.account.number for row in page.rows]
            address = page.next
        assert len(seen) == len(set(seen)) == 120

    def test_it_can_be_ordered_and_cut_down_and_nonsense_is_no_choice(
        self, client: Client, books: Books
    ) -> None:
        sign_in(client, self.fleet(12))
        by_name = client.get(reverse("you"), {"sort": "-name"}).context["fleet"].page.rows
        assert by_name[0].standing.name == "Plant 12-011"
        found = client.get(reverse("you"), {"search": "12-00"}).context["fleet"]
        assert found.found == 10
        odd = {"sort": "x", "state": "ZZ", "after": "nine", "role": "king"}
        assert client.get(reverse("you"), odd).context["fleet"].found == 12

    def test_beyond_the_limit_the_list_goes_by_number(
        self, client: Client, books: Books, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("trueup.web.fleet.FLEET_MAX", 5)
        monkeypatch.setattr("trueup.web.views.your_accounts.FLEET_MAX", 5)
        sign_in(client, self.fleet(12))
        answer = client.get(reverse("you"))
        assert answer.context["fleet"].sums is None
        assert "12 accounts are too many" in Page(answer.content.decode()).text


class TestViewers:
    """PLAT-018: a viewer reads what the account's people read, and can do nothing."""

    def test_a_viewer_sees_the_standing_and_no_act(self, client: Client, books: Books) -> None:
        report({3: 620, 26: 0})
        viewer = person("Vic Ewer")
        name_watcher(
            account=books.barry.id, person=viewer, kind="viewer", named_by=books.ana, at=now()
        )
        sign_in(client, viewer)
        assert "you read it" in get(client, "you").text
        page = get(client, "account", PROGRAM, books.barry.number)
        assert "Owed so far for 2022-2024 620" in page.text
        assert "You read this account" in page.text
        assert "/transfer/" not in page.html

    def test_a_stranger_sees_neither_standing_nor_its_chart(
        self, client: Client, books: Books
    ) -> None:
        report({3: 620, 26: 0})
        sign_in(client, books.cy)
        page = get(client, "account", PROGRAM, books.barry.number)
        assert "Owed so far" not in page.text
        assert "Safeguards" not in page.text
        chart = reverse("chart-account-standing", args=[PROGRAM, books.barry.number])
        assert client.get(chart).status_code == 403


class TestAccount:
    """PLAT-041, PLAT-085: what the people of an account see on its page."""

    def test_what_was_asked_for_and_what_was_used_of_it(self, client: Client, books: Books) -> None:
        report({3: 300, 26: 0})
        compliance.request_serials(
            program=PROGRAM,
            period=RULES.period_named("2022-2024"),
            facility=facility_of("Barry"),
            blocks=[
                parse_block("AL-2022-500", "AL-2022-600"),
                parse_block("AL-2022-1", "AL-2022-9"),
            ],
            submitted_by=books.ana,
            submitted_at=datetime(2025, 4, 1, 15, tzinfo=UTC),
        )
        sign_in(client, books.ana)
        waiting = get(client, "account", PROGRAM, books.barry.number)
        assert "Waits for the deductions" in waiting.text
        settle()
        settled = get(client, "account", PROGRAM, books.barry.number)
        assert "the account did not hold it" in settled.text
        assert "AL-2022-600 2022-2024 April 1, 2025 101 101 Used" in settled.text

    def test_holdings_are_shown_by_vintage_with_neighbours_as_one_block(
        self, client: Client, books: Books
    ) -> None:
        books.move("transfer", books.brokers, books.gaston, 50, at=50)
        books.move("transfer", books.brokers, books.gaston, 50, at=51)
        page = get(client, "account", PROGRAM, books.gaston.number)
        assert "AL-2022-1 to AL-2022-100 100" in page.text

    def test_reads_of_the_page_do_not_grow_with_the_account(
        self, client: Client, books: Books
    ) -> None:
        sign_in(client, books.ana)
        client.get(reverse("account", args=[PROGRAM, books.barry.number]))
        counts = []
        for more in (1, 30):
            for day in range(more):
                books.move("transfer", books.barry, books.brokers, 1, at=60 + more * 50 + day)
            with CaptureQueriesContext(connection) as asked:
                client.get(reverse("account", args=[PROGRAM, books.barry.number]))
            counts.append(len(asked))
        assert counts[0] == counts[1], counts


class TestNotices:
    """PLAT-150: a person finds the notices they got; nobody else's."""

    def test_ones_own_are_listed_and_read_and_others_are_refused(
        self, client: Client, books: Books
    ) -> None:
        audit.notify(
            [
                NoticeSpec(
                    event="x",
                    program=PROGRAM,
                    person=reader,
                    created_at=now(),
                    account=books.barry.id,
                    subject=f"To {reader}",
                    body="One line\n\nand another",
                )
                for reader in (books.ana, books.cy)
            ]
        )
        sign_in(client, books.ana)
        page = get(client, "my-notices")
        assert f"To {books.ana}" in page.text
        assert f"To {books.cy}" not in page.text
        mine, others = [notice_of(reader) for reader in (books.ana, books.cy)]
        assert "and another" in get(client, "my-notice", mine).text
        assert client.get(reverse("my-notice", args=[others])).status_code == 403
        assert client.get(reverse("my-notice", args=[10**12])).status_code == 403


class TestEmissionsByQuarter:
    """PLAT-072, PLAT-074: final, preliminary and missing are told apart; missing is not zero."""

    def test_a_quarter_that_was_not_reported_is_missing(self, client: Client, books: Books) -> None:
        emissions.report_annual(
            [
                AnnualReport(
                    facility=facility_of("Barry"),
                    unit="1",
                    year=2023,
                    quarter=quarter,
                    co2_tons=Decimal(100 * quarter),
                )
                for quarter in (1, 2)
            ],
            program=PROGRAM,
            actor="administrator",
            recorded_at=DATA_CAME,
            is_final=False,
        )
        for page in (
            get(client, "facility", PROGRAM, 3),
            get(client, "unit", PROGRAM, 3, "1"),
        ):
            assert "2023 100 200 missing missing 300 Part is missing unit 1" in page.text

    def test_a_year_reported_as_a_whole_has_no_quarters(self, client: Client, books: Books) -> None:
        report({3: 620})
        page = get(client, "unit", PROGRAM, 3, "1")
        assert "2022 by year by year by year by year 620 Final" in page.text
        assert client.get(reverse("chart-unit", args=[PROGRAM, 3, "1"])).status_code == 200
        chart = reverse("chart-facility-quarters", args=[PROGRAM, 3])
        assert client.get(chart).status_code == 200

    def test_a_unit_that_is_not_there_is_not_found(self, client: Client, books: Books) -> None:
        assert client.get(reverse("unit", args=[PROGRAM, 3, "9"])).status_code == 404

    def test_owners_are_shown_to_its_people_alone_on_a_day(
        self, client: Client, books: Books
    ) -> None:
        assert "Owners and operators" not in get(client, "facility", PROGRAM, 3).text
        sign_in(client, books.ana)
        page = get(client, "facility", PROGRAM, 3, query="?on=2022-01-01")
        assert "Ana Ruiz" in page.text
        before = get(client, "facility", PROGRAM, 3, query="?on=2020-01-01")
        assert "Representatives None" in before.text
        odd = get(client, "facility", PROGRAM, 3, query="?on=yesterday")
        assert "Enter a date such as 2025-05-01." in odd.text


def now() -> datetime:
    return datetime.now(UTC)


def accounts_of(name: str) -> Any:
    from trueup.ledger import queries

    return queries.accounts_named(program=PROGRAM, names=[name])[name]


def facility_of(name: str) -> int:
    from trueup.accounts import queries

    found = queries.find_facility(name=name)
    assert found is not None
    return found.id


def notice_of(reader: int) -> int:
    from trueup.audit import queries

    return queries.notices_of(reader)[0].id
