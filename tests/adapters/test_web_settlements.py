"""Settlements and emissions as everybody sees them, and what only an account's people see."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.adapters.web_books import PROGRAM, START, Books, Page, report, settle, small_program
from trueup.accounts.models import Person, Representative
from trueup.accounts.ownership import list_parties
from trueup.accounts.ownership_entries import PartySpec
from trueup.transfers import services as transfers
from trueup.web.views import settlements

pytestmark = pytest.mark.django_db

PERIOD = "2022-2024"


@pytest.fixture(autouse=True)
def _sums_are_never_old(settings: Any) -> None:
    settings.TRUEUP_STATE_SECONDS = 0


@pytest.fixture
def books() -> Books:
    """Barry holds 500 and emits 620; Gaston holds and emits nothing."""
    return small_program()


@pytest.fixture
def settled(books: Books) -> Books:
    report({3: 620, 26: 0})
    settle()
    return books


def get(client: Client, name: str, *arguments: object, query: str = "") -> Page:
    answer = client.get(reverse(name, args=arguments) + query)
    assert answer.status_code == 200
    page = Page(answer.content.decode())
    assert page.problems() == []
    return page


def sign_in(client: Client, person: int) -> None:
    user = User.objects.create_user(f"user{person}", password="a-long-pass-word")
    Person.objects.filter(id=person).update(user=user)
    client.force_login(user)


class TestScope:
    """RATE-005, RATE-011; 40 CFR 62.16220(f), (g): who answers for it, and for what alone."""

    def test_a_statement_names_the_owners_and_what_it_is_about(
        self, client: Client, settled: Books
    ) -> None:
        utility = PartySpec(name="Utility", kind="organization")
        for kind in ("owner", "operator"):
            list_parties({settled.barry.id: [utility]}, from_on=START.date(), kind=kind)

        text = get(client, "settlement", PROGRAM, PERIOD, 3).text

        assert "Owner Utility" in text
        assert "Operator Utility" in text
        assert "It excuses nobody from any other requirement of the Clean Air Act" in text


class TestStatement:
    """40 CFR 62.16340(e); PLAT-088."""

    def test_shows_the_obligation_and_how_it_was_met(self, client: Client, settled: Books) -> None:
        page = get(client, "settlement", PROGRAM, PERIOD, 3)

        for part in (
            "Obligation: tons emitted in 2022-2024 620",
            "Deducted for emissions 500",
            "Excess emissions 120",
            "2 for each ton 240",
            "Outstanding 240",
            "Not in compliance",
            "AL-2022-101 to AL-2022-600",
        ):
            assert part in page.text

    def test_can_be_downloaded(self, client: Client, settled: Books) -> None:
        answer = client.get(reverse("settlement-csv", args=[PROGRAM, PERIOD, 3]))
        content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        (row,) = list(csv.DictReader(io.StringIO(content)))

        assert (row["ground"], row["first"], row["last"], row["quantity"]) == (
            "emissions",
            "AL-2022-101",
            "AL-2022-600",
            "500",
        )

    def test_of_a_facility_without_obligation_says_that_nothing_was_deducted(
        self, client: Client, settled: Books
    ) -> None:
        page = get(client, "settlement", PROGRAM, PERIOD, 26)

        assert "In compliance" in page.text
        assert "Nothing was deducted." in page.text

    def test_has_its_chart(self, client: Client, settled: Books) -> None:
        answer = client.get(reverse("chart-settlement", args=[PROGRAM, PERIOD, 3]))

        assert answer["Content-Type"] == "image/svg+xml"

    def test_does_not_exist_before_the_settlement(self, client: Client, books: Books) -> None:
        for name in ("settlement", "settlement-csv", "chart-settlement"):
            assert client.get(reverse(name, args=[PROGRAM, PERIOD, 3])).status_code == 404


class TestSettlementsOfAPeriod:
    """PLAT-086, PLAT-141."""

    def test_are_listed_by_state_and_outcome(self, client: Client, settled: Books) -> None:
        every = get(client, "settlements-of-period", PROGRAM, PERIOD)
        short = get(client, "settlements-of-period", PROGRAM, PERIOD, query="?outcome=not_in")
        elsewhere = get(client, "settlements-of-period", PROGRAM, PERIOD, query="?state=TX")

        barry, gaston = (reverse("settlement", args=[PROGRAM, PERIOD, c]) for c in (3, 26))
        assert barry in every.html
        assert gaston in every.html
        assert barry in short.html
        assert gaston not in short.html
        assert "No settlement fits" in elsewhere.text

    def test_are_ordered_by_facility_either_way(self, client: Client, settled: Books) -> None:
        barry, gaston = (reverse("settlement", args=[PROGRAM, PERIOD, c]) for c in (3, 26))
        up = get(client, "settlements-of-period", PROGRAM, PERIOD).html
        down = get(client, "settlements-of-period", PROGRAM, PERIOD, query="?sort=-facility").html

        assert up.index(barry) < up.index(gaston)
        assert down.index(gaston) < down.index(barry)

    @pytest.mark.parametrize(
        ("query", "codes"),
        [("", ["3", "26"]), ("?sort=-facility", ["26", "3"]), ("?outcome=not_in", ["3"])],
    )
    def test_are_a_file_of_all_that_fits_in_the_order_of_the_page(
        self,
        client: Client,
        settled: Books,
        monkeypatch: pytest.MonkeyPatch,
        query: str,
        codes: list[str],
    ) -> None:
        monkeypatch.setattr(settlements, "CSV_BATCH", 1)
        address = reverse("settlements-of-period-csv", args=[PROGRAM, PERIOD])
        page = get(client, "settlements-of-period", PROGRAM, PERIOD, query=query)
        answer = client.get(address + query)
        content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        rows = list(csv.DictReader(io.StringIO(content)))

        assert address in page.html
        assert [row["oris_code"] for row in rows] == codes
        (barry,) = [row for row in rows if row["oris_code"] == "3"]
        assert (barry["obligation"], barry["deducted"], barry["outstanding"]) == (
            "620",
            "500",
            "240",
        )
        assert barry["in_compliance"] == "no"

    def test_name_the_facilities_left_out_and_why(self, client: Client, books: Books) -> None:
        report({26: 0})
        settle()

        page = get(client, "settlements-of-period", PROGRAM, PERIOD)

        assert "Left out so far" in page.text
        assert "Emissions incomplete: unit 1, 2022; unit 1, 2023; unit 1, 2024" in page.text

    def test_make_the_home_page_show_the_settled_period(
        self, client: Client, settled: Books
    ) -> None:
        page = get(client, "home")

        assert "The settlement of 2022-2024" in page.text
        assert "50.0%" in page.text
        assert "Show 2025-2027" in page.text

    def test_another_period_can_be_chosen(self, client: Client, settled: Books) -> None:
        assert "Compliance period 2025-2027" in get(client, "home", query="?period=2025-2027").text
        assert client.get("/?period=1999-2001").status_code == 404

    def test_make_a_serial_number_retired(self, client: Client, settled: Books) -> None:
        page = get(client, "serial", PROGRAM, "AL-2022-101")

        assert "Status Retired" in page.text
        assert "it can never move again" in page.text


class TestEmissions:
    """PLAT-074: provisional until final, and missing is not zero."""

    def test_show_whether_they_are_final(self, client: Client, books: Books) -> None:
        report({3: 620}, is_final=False)

        page = get(client, "facility", PROGRAM, 3)

        assert "Facility 620 0 0" in page.text
        assert "Data Preliminary Preliminary Preliminary" in page.text

    def test_that_are_missing_are_not_shown_as_zero(self, client: Client, books: Books) -> None:
        page = get(client, "facility", PROGRAM, 3)

        assert "No emissions were reported yet." in page.text

    def test_have_a_chart(self, client: Client, books: Books) -> None:
        report({3: 620})

        assert client.get(reverse("chart-emissions", args=[PROGRAM, 3])).status_code == 200


class TestOwnPeople:
    """PLAT-081, MASS-168: what is not public is for the account's own people."""

    def test_see_where_they_stand_before_the_deadline(self, client: Client, books: Books) -> None:
        report({3: 620})
        stranger = get(client, "account", PROGRAM, books.barry.number)
        sign_in(client, books.ana)
        own = get(client, "account", PROGRAM, books.barry.number)

        assert "Owed so far for" not in stranger.text
        assert "Owed so far for 2022-2024 620" in own.text
        assert "Short of 120" in own.text

    def test_see_their_reference_and_note_and_others_do_not(
        self, client: Client, books: Books
    ) -> None:
        entry = submit(books, reference="PO-4711", note="second half of the deal")
        transaction = reverse("transaction", args=[PROGRAM, entry.tx])
        transfer = reverse("transfer", args=[PROGRAM, entry.key])

        assert "PO-4711" not in client.get(transaction).content.decode()
        sign_in(client, books.ana)
        for address in (transaction, transfer):
            page = Page(client.get(address).content.decode())
            assert page.problems() == []
            assert "PO-4711" in page.text
            assert "second half of the deal" in page.text

    def test_the_receivers_people_see_the_transfer_without_the_note(
        self, client: Client, books: Books
    ) -> None:
        entry = submit(books, reference="PO-4711")
        Representative.objects.create(
            account_id=books.brokers.id,
            person_id=books.cy,
            role="primary",
            from_at=books.brokers.opened_at,
        )
        sign_in(client, books.cy)

        answer = client.get(reverse("transfer", args=[PROGRAM, entry.key]))

        assert answer.status_code == 200
        assert "PO-4711" not in answer.content.decode()

    def test_people_of_other_accounts_do_not_see_a_transfer(
        self, client: Client, books: Books
    ) -> None:
        entry = submit(books, quantity=9999)
        assert entry.state == "refused"
        sign_in(client, books.cy)

        answer = client.get(reverse("transfer", args=[PROGRAM, entry.key]))

        assert answer.status_code == 403
        assert "This page is not for you" in answer.content.decode()

    def test_see_why_a_transfer_was_refused(self, client: Client, books: Books) -> None:
        entry = submit(books, quantity=9999)
        sign_in(client, books.ana)

        page = get(client, "transfer", PROGRAM, entry.key)

        assert "Why it was not recorded" in page.text
        assert "Refused" in get(client, "account", PROGRAM, books.barry.number).text


def submit(books: Books, *, quantity: int = 10, reference: str = "", note: str = "") -> Any:
    return transfers.submit_transfer(
        program=PROGRAM,
        source=books.barry.number,
        destination=books.brokers.number,
        submitted_by=books.ana,
        submitted_at=datetime(2022, 3, 1, 15, tzinfo=UTC),
        key=uuid4(),
        vintage=2022,
        quantity=quantity,
        reference=reference,
        note=note,
    )
