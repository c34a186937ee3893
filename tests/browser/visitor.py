"""Somebody at a browser who uses nothing but the keyboard, and the pictures of what they see."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Protocol

from playwright.sync_api import Browser, Locator, Page
from playwright.sync_api import TimeoutError as TookTooLong

from tests.browser import pictures
from tests.browser.looking import DESK, HEIGHT, Watcher
from tests.browser.site import Site, opened

TABS_MAX = 400
SEEN_MS = 5_000


@dataclass
class Visitor:
    """One person's window.

    Attributes:
        journey: Where the pictures of the steps go, if they are asked for.
        codes: The person's authenticator.
    """

    page: Page
    site: Site
    codes: Any
    journey: str
    watcher: Watcher

    @classmethod
    def arrive(
        cls, browser: Browser, site: Site, username: str, *, journey: str = "", **named: Any
    ) -> Visitor:
        """Open a window in which a user has signed in."""
        from django.contrib.auth.models import User

        from tests.adapters.second_factor import Codes

        codes = Codes(User.objects.get(username=username))
        named = {"viewport": {"width": DESK, "height": HEIGHT}, **named}
        context = opened(browser, site, username, **named)
        page = context.new_page()
        return cls(page=page, site=site, codes=codes, journey=journey, watcher=Watcher(page))

    def leave(self) -> None:
        """Close the window; nothing may have been complained of."""
        self.page.context.close()
        if self.watcher.complaints:
            raise AssertionError("\n".join(self.watcher.complaints))

    def go(self, address: str) -> None:
        self.page.goto(address)

    def see(self, text: str | re.Pattern[str]) -> None:
        """The page shows this."""
        try:
            self.page.locator("main").get_by_text(text).first.wait_for(timeout=SEEN_MS)
        except TookTooLong:
            shown = self.page.locator("main").inner_text()
            raise AssertionError(f"no {text} at {self.page.url}:\n{shown}") from None

    def picture(self, step: str) -> None:
        """Keep a picture of the page as a step of the journey, where they are asked for."""
        pictures.keep(self.page, self.journey, step)

    def reach(self, target: Locator) -> None:
        """Press Tab until the focus is there."""
        target.first.wait_for(state="attached")
        for _ in range(TABS_MAX):
            if target.first.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"Tab does not reach {target}")

    def type(self, label: str | re.Pattern[str], text: str) -> None:
        """Type into a field in place of what it has."""
        self.reach(self.page.get_by_label(label))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def press(self, name: str | re.Pattern[str], *, role: Any = "button") -> None:
        """Go to a button or a link of this name and press Enter."""
        self.reach(self.page.locator("main").get_by_role(role, name=name))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def follow(self, name: str | re.Pattern[str]) -> None:
        self.press(name, role="link")

    def tick(self, boxes: Locator) -> None:
        """Tick every one of these boxes with the space bar."""
        for box in boxes.all():
            if not box.is_checked():
                self.reach(box)
                self.page.keyboard.press("Space")

    def sign(self) -> None:
        """Accept every statement, type a new code and sign."""
        self.site.clock.forward(seconds=61)
        self.tick(self.page.locator("input[name=accepted]"))
        self.type(re.compile("Code of your authenticator"), self.codes.at(self.site.clock.now()))
        self.reach(self.page.locator("#signing button[type=submit]"))
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")


class Arrive(Protocol):
    """Lets somebody sit down at a window of their own, on a journey or none."""

    def __call__(self, username: str, journey: str = "", **named: Any) -> Visitor: ...
