"""What goes wrong in a window: sessions end, two clicks, pages that grow old (PLAT-054)."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.looking import HEIGHT, PHONE
from tests.browser.site import Site
from tests.browser.test_journeys import walk_to_sign
from tests.browser.town import PROGRAM, RIGHT_TO_LEFT, Town
from tests.browser.visitor import Arrive, Visitor

pytestmark = pytest.mark.journey

# Out of sight, because to lay out thousands of lines takes a browser its time.
_PASTE = """(field, lines) => {
    field.style.display = "none";
    field.value = Array.from({length: lines}, (_, at) => `AL-2022-${2 * at + 1}`).join("\\n");
    field.form.submit();
}"""


class TestSigning:
    """PLAT-050, PLAT-054: what is signed is sent once, and nothing is lost on the way."""

    def test_a_double_click_sends_once(self, arrive: Arrive, town: Town, site: Site) -> None:
        ana = arrive("ana")
        walk_to_sign(ana, town, "Barry", "Gulf Brokers", 10, pictures=False)
        site.clock.forward(seconds=61)
        ana.tick(ana.page.locator("input[name=accepted]"))
        ana.type(re.compile("Code of your authenticator"), ana.codes.at(site.clock.now()))

        ana.page.locator("#signing button[type=submit]").dblclick()

        expect(ana.page).to_have_url(re.compile("/receipt/$"))
        assert town.total("Barry") == 990

    def test_the_back_button_leads_to_the_receipt(self, arrive: Arrive, town: Town) -> None:
        ana = arrive("ana")
        walk_to_sign(ana, town, "Barry", "Gulf Brokers", 10, pictures=False)
        ana.sign()
        receipt = ana.page.url

        ana.page.go_back()

        expect(ana.page).to_have_url(receipt)
        assert town.total("Barry") == 990

    def test_a_lost_session_comes_back_to_where_it_was(
        self, arrive: Arrive, town: Town, site: Site
    ) -> None:
        ana = arrive("ana")
        walk_to_sign(ana, town, "Barry", "Gulf Brokers", 10, pictures=False)
        there = ana.page.url
        ana.page.context.clear_cookies()
        ana.page.reload()
        assert "/sign-in/?next=" in ana.page.url

        ana.page.context.add_cookies([site.cookie_of("ana")])  # type: ignore[list-item]
        ana.page.reload()

        expect(ana.page).to_have_url(there)

    def test_serials_that_have_moved_are_named_with_where_they_are(
        self, arrive: Arrive, town: Town
    ) -> None:
        ana = arrive("ana")
        walk_to_sign(ana, town, "Barry", "Gulf Brokers", 1000, pictures=False)
        town.catch_up()
        town.registry.transfer("Barry", "Cane", 2022, 1)

        ana.sign()
        # There are new warnings to be read first; then the answers are checked again.
        while "/check/" not in ana.page.url:
            ana.tick(ana.page.locator("main input[type=checkbox]"))
            ana.press("Continue")

        ana.see(re.compile("Serial numbers that have moved"))
        ana.see(re.compile("Cane"))
        assert town.total("Barry") == 999


class TestNames:
    """PLAT-003: names in any script."""

    def test_a_name_from_right_to_left_is_shown_whole(self, arrive: Arrive, town: Town) -> None:
        cy = arrive("cy")
        cy.page.set_viewport_size({"width": PHONE, "height": HEIGHT})

        cy.go(f"/{PROGRAM}/accounts/{town.number(RIGHT_TO_LEFT)}/")

        heading = cy.page.get_by_role("heading", level=1)
        expect(heading).to_contain_text(RIGHT_TO_LEFT)
        wide = cy.page.evaluate("document.scrollingElement.scrollWidth")
        assert wide <= PHONE


class TestPastedBlocks:
    """PLAT-054: 10,000 blocks are read; that a million are refused, which a browser takes
    minutes to lay out, is seen in tests/adapters/test_web_transfer_journey_lists.py."""

    def paste(self, ana: Visitor, town: Town, lines: int) -> None:
        """Put so many serial numbers into the field, as a paste does."""
        ana.go(f"/{PROGRAM}/accounts/{town.number('Barry')}/transfer/?by=serials")
        field = ana.page.locator("main textarea").first
        with ana.page.expect_navigation():
            field.evaluate(_PASTE, lines)

    def test_ten_thousand_are_read(self, arrive: Arrive, town: Town) -> None:
        ana = arrive("ana")

        self.paste(ana, town, 10_000)

        # Barry has 1,000: the first 500 odd ones are its own, the others are named.
        expect(ana.page.locator(".error-summary, .usa-error-message").first).to_be_visible()
        expect(ana.page.locator("main textarea").first).to_have_value(re.compile("AL-2022-19999"))
