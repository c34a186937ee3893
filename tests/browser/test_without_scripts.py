"""Lists and journeys in a browser that runs no scripts, and lists in one that does (PLAT-003)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_journeys import transfer
from tests.browser.town import PROGRAM, Town
from tests.browser.visitor import Arrive

pytestmark = pytest.mark.journey


class TestWithoutScripts:
    """PLAT-003: everything works with the server's pages alone."""

    def test_a_transfer_is_made(self, arrive: Arrive, town: Town) -> None:
        ana = arrive("ana", java_script_enabled=False)

        transfer(ana, town, "Barry", "Gulf Brokers", 10)

        assert town.total("Barry") == 990

    def test_a_list_is_filtered_and_ordered(self, arrive: Arrive) -> None:
        ana = arrive("ana", java_script_enabled=False)
        ana.go(f"/{PROGRAM}/accounts/")
        every = ana.page.locator("main tbody tr").count()

        ana.type("Name or number", "Barry")
        ana.press("Show")

        expect(ana.page.locator("main tbody tr")).to_have_count(1)
        expect(ana.page.get_by_label("Name or number").first).to_have_value("Barry")
        ana.follow("Clear all")
        expect(ana.page.locator("main tbody tr")).to_have_count(every)
        ana.follow(re.compile(", sort"))
        expect(ana.page.locator("main th[aria-sort]")).to_have_count(1)


class TestWithScripts:
    """PLAT-003; WCAG 2.1, 4.1.3: what changes by itself is said."""

    def test_the_number_of_rows_of_a_changed_list_is_read_out(self, arrive: Arrive) -> None:
        ana = arrive("ana")
        ana.go(f"/{PROGRAM}/accounts/")
        ana.page.evaluate("document.body.dataset.here = 'yes'")

        ana.type("Name or number", "Barry")
        ana.reach(ana.page.get_by_role("button", name="Show"))
        ana.page.keyboard.press("Enter")

        expect(ana.page.locator("main tbody tr")).to_have_count(1)
        expect(ana.page.get_by_role("status")).to_have_text("1 row is shown.")
        assert ana.page.evaluate("document.body.dataset.here") == "yes"
        assert "Barry" in ana.page.url
