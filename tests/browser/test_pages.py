"""Every page of the site in a browser (PLAT-003, PLAT-004): accessible, and as it must be."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext

from tests.browser import addresses
from tests.browser.addresses import Find
from tests.browser.looking import DESK, HEIGHT, SCHEMES, Scheme, Watcher, problems_of
from tests.browser.site import Site, opened

Windows = Callable[[str, Scheme], BrowserContext]


@pytest.fixture(scope="session")
def windows(browser: Browser, demonstration: Site) -> Iterator[Windows]:
    """A window a role and a scheme, opened when it is first asked for."""
    known: dict[tuple[str, Scheme], BrowserContext] = {}

    def window(role: str, scheme: Scheme) -> BrowserContext:
        if (role, scheme) not in known:
            username = "" if role == "anonymous" else role
            known[role, scheme] = opened(
                browser,
                demonstration,
                username,
                color_scheme=scheme,
                viewport={"width": DESK, "height": HEIGHT},
            )
        return known[role, scheme]

    yield window
    for context in known.values():
        context.close()


@pytest.mark.parametrize("name", addresses.names())
class TestEveryAddress:
    """PLAT-003: WCAG 2.0 to 2.2 A and AA and Section 508, in light and dark, wide and narrow."""

    def test_nothing_is_wrong_with_the_page(self, name: str, find: Find, windows: Windows) -> None:
        found = find(name)
        assert found.kind != "nothing", f"{name} shows nobody anything: {found.answers}"
        if found.kind == "file":
            return
        problems = []
        for scheme in SCHEMES:
            page = windows(found.role, scheme).new_page()
            try:
                watcher = Watcher(page)
                with override_settings(**addresses.WITH_SETTINGS.get(name, {})):
                    page.goto(found.address)
                problems += problems_of(page, watcher, scheme)
            finally:
                page.close()

        assert not problems, "\n".join([f"{name} as {found.role}", *problems])
