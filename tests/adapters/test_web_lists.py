"""The lists of the pages: their orders, their parts, their downloads."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.adapters.test_web_pages import download, get
from tests.adapters.web_books import PROGRAM, Books, Page, compliance_account, small_program
from trueup.web.paging import page_of
from trueup.web.views import listings, transactions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sums_are_never_old(settings: Any) -> None:
    settings.TRUEUP_STATE_SECONDS = 0


@pytest.fixture
def books() -> Books:
    return small_program()


class TestLists:
    """PLAT-003, PLAT-141: every list is ordered by links, cut by its key, and downloaded."""

    ORDERED = (
        ("accounts", "name"),
        ("accounts", "-name"),
        ("accounts", "opened"),
        ("accounts", "-opened"),
        ("facilities", "name"),
        ("facilities", "-name"),
        ("facilities", "oris_code"),
        ("facilities", "-oris_code"),
        ("transactions", "recorded"),
        ("transactions", "-recorded"),
    )

    @pytest.fixture(autouse=True)
    def _many(self, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
        names = ("Twin", "Twin", "alpha", "Émile", "Zulu", "محطة الطاقة", "10 Mile Creek")
        for number, name in enumerate(names):
            compliance_account(name, 200 - number, books.ana)
            books.move("transfer", books.barry, books.brokers, 1, at=40 + number)
        for module in (listings, transactions):
            monkeypatch.setattr(module, "PAGE_SIZE", 3)
            monkeypatch.setattr(
                module, "page_of", lambda *given, **named: page_of(*given, **named, size=3)
            )
            monkeypatch.setattr(module, "CSV_BATCH", 2)

    @pytest.mark.parametrize(("name", "order"), ORDERED)
    def test_pages_show_each_row_once_in_the_order_of_the_download(
        self, client: Client, name: str, order: str
    ) -> None:
        address: str | None = reverse(name, args=[PROGRAM]) + f"?sort={order}"
        shown: list[str] = []
        while address:
            page = Page(client.get(address).content.decode())
            shown += re.findall(r'<th scope="row"><a href="[^"]*/([^/"]+)/"', page.html)
            address = next((a["href"] for a in page.of("a") if a.get("rel") == "next"), None)

        rows = download(client, f"{name}-csv", PROGRAM, query=f"?sort={order}")[1:]

        assert len(set(shown)) == len(shown) > 6
        assert shown == [row[0] for row in rows]

    @pytest.mark.parametrize("name", ["accounts", "facilities", "transactions"])
    def test_the_other_way_round_is_the_list_turned_over(self, client: Client, name: str) -> None:
        keys = {"accounts": "name", "facilities": "name", "transactions": "recorded"}
        up = download(client, f"{name}-csv", PROGRAM, query=f"?sort={keys[name]}")[1:]
        down = download(client, f"{name}-csv", PROGRAM, query=f"?sort=-{keys[name]}")[1:]

        assert up == down[::-1]

    def test_the_download_has_the_choices_of_the_page(self, client: Client, books: Books) -> None:
        chosen = "?kind=compliance&sort=-name"
        page = get(client, "accounts", PROGRAM, query=f"{chosen}&after={books.gaston.id}")
        (link,) = [a["href"] for a in page.of("a") if "accounts.csv" in a["href"]]

        assert link == reverse("accounts-csv", args=[PROGRAM]) + chosen
        rows = download(client, "accounts-csv", PROGRAM, query="?kind=general")
        assert [row[0] for row in rows[1:]] == [books.brokers.number]

    def test_a_heading_says_how_the_list_is_ordered(self, client: Client) -> None:
        page = get(client, "facilities", PROGRAM, query="?sort=-oris_code")
        said = {cell["abbr"]: cell.get("aria-sort") for cell in page.of("th") if "abbr" in cell}

        assert said == {"Facility": None, "ORIS code": "descending"}

    def test_states_are_ordered_by_each_of_their_figures(self, client: Client) -> None:
        headings = [
            a["href"] for a in get(client, "states", PROGRAM).of("a") if "sort" in a["href"]
        ]

        assert len(headings) == 10
        for address in headings:
            assert client.get(address).status_code == 200
        first = get(client, "states", PROGRAM, query="?sort=-name").text
        assert first.index("Wyoming") < first.index("Alabama")

    def test_a_name_keeps_its_own_direction(self, client: Client) -> None:
        assert (
            "<bdi>محطة الطاقة</bdi>"
            in get(client, "accounts", PROGRAM).html
            + get(client, "accounts", PROGRAM, query="?search=محطة").html
        )

    def test_scripts_replace_the_list_alone_and_run_nothing_of_the_page(
        self, client: Client
    ) -> None:
        page = get(client, "accounts", PROGRAM)
        (settings,) = [m["content"] for m in page.of("meta") if m.get("name") == "htmx-config"]

        assert json.loads(settings)["allowEval"] is False
        assert json.loads(settings)["includeIndicatorStyles"] is False
        assert json.loads(settings)["historyCacheSize"] == 0
        rows = re.findall(r'<th scope="row">.*?</th>', page.html)
        assert rows
        assert not any("hx-" in row for row in rows)
