"""Every page of the site in a browser (PLAT-003, PLAT-004): accessible, and as it must be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from django.test import override_settings
from django.test.signals import template_rendered
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser import addresses
from tests.browser.addresses import Find
from tests.browser.cast import Cast
from tests.browser.looking import DESK, HEIGHT, SCHEMES, Scheme, Watcher, problems_of
from tests.browser.site import Site, opened
from tests.browser.visits import Visit, visits
from trueup.web.theme import theme

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

        def go(page: Page) -> None:
            page.goto(found.address)

        settings = addresses.WITH_SETTINGS.get(name, {})
        problems = looked_at(windows, go, role=found.role, settings=settings)
        assert not problems, "\n".join([f"{name} as {found.role}", *problems])


@pytest.mark.parametrize("visit", visits(), ids=lambda visit: visit.name)
class TestEveryVisit:
    """PLAT-003: the same for what an address alone does not show."""

    def test_nothing_is_wrong_with_the_page(
        self, visit: Visit, cast: Cast, demonstration: Site, windows: Windows
    ) -> None:
        shown: set[str] = set()

        def note(template: Any, **_named: Any) -> None:
            shown.add(str(template.name))

        def go(page: Page) -> None:
            page.set_extra_http_headers({"Accept-Language": visit.language})
            visit.go(page, cast)

        template_rendered.connect(note)
        try:
            problems = looked_at(windows, go, role=visit.role, settings=visit.settings)
        finally:
            template_rendered.disconnect(note)

        assert not problems, "\n".join([visit.name, *problems])
        assert set(visit.shows) <= shown


def looked_at(
    windows: Windows, go: Callable[[Page], None], *, role: str, settings: Mapping[str, Any]
) -> list[str]:
    """What is wrong with a page, in each scheme, in an installation with these settings."""
    problems: list[str] = []
    with override_settings(**settings):
        theme.cache_clear()
        for scheme in SCHEMES:
            page = windows(role, scheme).new_page()
            try:
                watcher = Watcher(page)
                go(page)
                problems += problems_of(page, watcher, scheme)
            finally:
                page.close()
    theme.cache_clear()
    return problems
