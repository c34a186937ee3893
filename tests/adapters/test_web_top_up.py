"""Fleet top-up: every compliance account to a share of what it owes, signed once."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook, load_workbook  # type: ignore[import-untyped]

from tests.adapters.signing_desk import EVERY_KEY, Desk
from tests.adapters.web_books import Page
from trueup.ledger import queries as ledger
from trueup.signing.models import Signature
from trueup.transfers.models import Transfer

pytestmark = pytest.mark.django_db


class Fleet(Desk):
    """Cy Dunn of Gulf Brokers (1,000 held), who represents Barry and Cane as well."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, owed: int = 1200) -> None:
        super().__init__(monkeypatch)
        registry = self.shelf.registry
        for name in ("Barry", "Cane"):
            registry.represent(name, "Cy Dunn")
        registry.on("2024-02-01")
        registry.report("Barry", ("1", 2022, owed))
        registry.report("Cane", ("1", 2022, 800))
        self.be("Cy Dunn")

    @property
    def barry(self) -> str:
        return self.shelf.registry.number("Barry")

    @property
    def cane(self) -> str:
        return self.shelf.registry.number("Cane")

    def amounts(self, percent: str = "100") -> str:
        """Say how far; the address of the page that asks how much each gets."""
        sent = {"period": "2022-2024", "percent": percent}
        answer = self.client.post(self.address("top-up", "Gulf Brokers"), sent)
        assert answer.status_code == 302, Page(answer.content.decode()).text
        return str(answer["Location"])

    def give(self, place: str, **amounts: object) -> HttpResponse:
        sent = {f"amount_{number}": amount for number, amount in amounts.items()}
        return self.client.post(place, {"by": "screen", **sent})

    def send(self, place: str, data: bytes, name: str = "top-up.xlsx") -> HttpResponse:
        upload = SimpleUploadedFile(name, data)
        return self.client.post(place, {"by": "file", "file": upload})

    def to_check(self, answer: HttpResponse) -> str:
        place = str(answer["Location"])
        if place.endswith("/warnings/"):
            page = Page(self.client.get(place).content.decode())
            assert page.problems() == [], page.problems()
            boxes = [one["name"] for one in page.of("input") if "read_" in one.get("name", "")]
            place = str(self.client.post(place, dict.fromkeys(boxes, "on"))["Location"])
        assert place.endswith("/check/"), place
        return place

    def totals(self) -> tuple[int, int, int]:
        registry = self.shelf.registry
        return registry.total("Gulf Brokers"), registry.total("Barry"), registry.total("Cane")


@pytest.fixture
def fleet(monkeypatch: pytest.MonkeyPatch) -> Fleet:
    return Fleet(monkeypatch)


def changed(data: bytes, **amounts: object) -> bytes:
    """The spreadsheet with other amounts in its last column."""
    rows: list[list[Any]] = [
        list(row) for row in load_workbook(BytesIO(data)).active.iter_rows(values_only=True)
    ]
    for row in rows[1:]:
        row[6] = amounts.get(str(row[0]), row[6])
    return written(rows)


def written(rows: list[list[Any]]) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


class TestOnScreen:
    """PLAT-080, PLAT-081: previewed, signed once, all or nothing."""

    def test_each_account_is_brought_to_what_it_owes(self, fleet: Fleet) -> None:
        place = fleet.amounts()
        page = Page(fleet.client.get(place).content.decode())
        assert page.problems() == []
        assert "lack 500 allowances in all" in page.text
        inputs = {one["name"]: one.get("value") for one in page.of("input")}
        assert inputs[f"amount_{fleet.barry}"] == "200"
        assert inputs[f"amount_{fleet.cane}"] == "300"

        answer = fleet.give(place, **{fleet.barry: "200", fleet.cane: "300"})
        check = fleet.to_check(answer)
        shown = fleet.client.get(check)
        assert Page(shown.content.decode()).problems() == []
        signed = fleet.sign(check.removesuffix("check/"), accepted=EVERY_KEY)

        assert signed["Location"].endswith("/receipt/"), signed.content.decode()
        assert fleet.totals() == (500, 1200, 800)
        kept = Signature.objects.get(document="transfer_batch")
        assert "2 transfers" in kept.text
        assert set(Transfer.objects.values_list("signature_id", flat=True)) == {kept.pk}
        receipt = Page(fleet.client.get(signed["Location"]).content.decode()).text
        assert "2 transfers are recorded" in receipt

    def test_a_share_is_rounded_up_and_what_is_enough_gets_nothing(self, fleet: Fleet) -> None:
        page = Page(fleet.client.get(fleet.amounts("67")).content.decode())
        inputs = {one["name"]: one.get("value") for one in page.of("input")}
        assert inputs[f"amount_{fleet.barry}"] == "0"  # 804 of 1,200; it holds 1,000.
        assert inputs[f"amount_{fleet.cane}"] == "36"  # 536 of 800; it holds 500.

    def test_one_account_alone_is_signed_as_one_transfer(self, fleet: Fleet) -> None:
        check = fleet.to_check(fleet.give(fleet.amounts(), **{fleet.cane: "5"}))

        answer = fleet.sign(check.removesuffix("check/"), accepted=EVERY_KEY)

        assert answer["Location"].endswith("/receipt/"), answer.content.decode()
        assert fleet.totals() == (995, 1000, 505)
        assert Signature.objects.filter(document="transfer").exists()

    def test_too_little_is_refused_saying_by_how_much(self, fleet: Fleet) -> None:
        answer = fleet.give(fleet.amounts(), **{fleet.barry: "900", fleet.cane: "300"})

        assert answer.status_code == 422
        assert "200 too few" in Page(answer.content.decode()).text
        assert fleet.totals() == (1000, 1000, 500)

    @pytest.mark.parametrize("amount", ["ten", "-1", "1.5", "\u0661"])
    def test_an_amount_that_is_none_is_told_beside_it(self, fleet: Fleet, amount: str) -> None:
        answer = fleet.give(fleet.amounts(), **{fleet.barry: amount, fleet.cane: "3"})

        html = answer.content.decode()
        assert answer.status_code == 422
        assert f'id="id_amount_{fleet.barry}_error"' in html
        assert 'value="3"' in html

    def test_nothing_for_nobody_is_no_top_up(self, fleet: Fleet) -> None:
        assert fleet.give(fleet.amounts(), **{fleet.barry: "0"}).status_code == 422

    def test_the_oldest_usable_vintage_goes_first(self, fleet: Fleet) -> None:
        registry = fleet.shelf.registry
        check = fleet.to_check(fleet.give(fleet.amounts(), **{fleet.cane: "7"}))
        shown = Page(fleet.client.get(check).content.decode()).text
        first = ledger.blocks_held(registry.accounts["Gulf Brokers"].id)[0]
        assert first.first_serial in shown

    def test_what_has_moved_meanwhile_moves_nothing_at_all(self, fleet: Fleet) -> None:
        answer = fleet.give(fleet.amounts(), **{fleet.barry: "5", fleet.cane: "300"})
        check = fleet.to_check(answer)
        fleet.shelf.registry.transfer("Gulf Brokers", "Cane", 2022, 250)

        again = fleet.sign(check.removesuffix("check/"), accepted=EVERY_KEY)

        assert again["Location"] == check
        assert fleet.totals() == (750, 1000, 750)
        assert "have moved since you chose them" in fleet.client.get(check).content.decode()

    def test_signed_twice_it_moves_once(self, fleet: Fleet) -> None:
        check = fleet.to_check(fleet.give(fleet.amounts(), **{fleet.cane: "5", fleet.barry: "6"}))
        place = check.removesuffix("check/")
        sent = {"nonce": fleet.nonce(place), "accepted": EVERY_KEY, "code": fleet.code()}

        first, second = fleet.client.post(place, sent), fleet.client.post(place, sent)

        assert first["Location"] == second["Location"]
        assert fleet.totals() == (989, 1006, 505)


class TestSpreadsheet:
    """PLAT-081: prefilled, changed, sent back; what is wrong is told row by row."""

    def sheet(self, fleet: Fleet, place: str) -> bytes:
        answer = fleet.client.get(reverse("top-up-sheet", args=[place.split("/")[2]]))
        assert answer.status_code == 200
        return bytes(answer.content)

    def test_it_has_what_is_owed_held_and_lacking(self, fleet: Fleet) -> None:
        data = self.sheet(fleet, fleet.amounts())

        rows = list(load_workbook(BytesIO(data)).active.iter_rows(values_only=True))

        by_number = {row[0]: row[3:] for row in rows[1:]}
        assert by_number[fleet.barry] == (1200, 1000, 200, 200)
        assert by_number[fleet.cane] == (800, 500, 300, 300)

    def test_changed_amounts_are_taken(self, fleet: Fleet) -> None:
        place = fleet.amounts()
        data = changed(self.sheet(fleet, place), **{fleet.barry: 10, fleet.cane: 20})

        check = fleet.to_check(fleet.send(place, data))
        fleet.sign(check.removesuffix("check/"), accepted=EVERY_KEY)

        assert fleet.totals() == (970, 1010, 520)

    def test_what_is_wrong_is_told_row_by_row(self, fleet: Fleet) -> None:
        place = fleet.amounts()
        blank = [None] * 5
        rows: list[list[Any]] = [
            ["Account"],
            ["C9999999999", *blank, 5],
            [fleet.barry, *blank, "many"],
            [fleet.cane, *blank, 1],
            [fleet.cane, *blank, 2],
            [fleet.shelf.registry.number("Gulf Brokers"), *blank, 2],
        ]

        answer = fleet.send(place, written(rows))

        text = Page(answer.content.decode()).text
        assert answer.status_code == 422
        for row in (2, 3, 5, 6):
            assert f"Row {row}:" in text
        assert "Row 4:" not in text

    def test_a_formula_is_refused(self, fleet: Fleet) -> None:
        place = fleet.amounts()
        data = changed(self.sheet(fleet, place), **{fleet.barry: "=1+1"})
        assert "formula" in Page(fleet.send(place, data).content.decode()).text


class TestWhoMay:
    """PLAT-004: only from a general account, by who represents compliance accounts too."""

    def test_a_broker_without_plants_has_no_such_page(self, monkeypatch: Any) -> None:
        desk = Desk(monkeypatch)
        assert desk.client.get(desk.address("top-up")).status_code == 403
        desk.be("Cy Dunn")
        assert desk.client.get(desk.address("top-up", "Gulf Brokers")).status_code == 403

    def test_the_number_of_accounts_costs_no_statements(self, fleet: Fleet) -> None:
        place = fleet.amounts()
        fleet.client.get(place)
        with CaptureQueriesContext(connection) as both:
            fleet.client.get(place)
        fleet.shelf.registry.represent("Cane", "Ana Ruiz")
        with CaptureQueriesContext(connection) as one:
            fleet.client.get(place)
        assert len(one) == len(both)
