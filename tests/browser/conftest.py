"""Chromium, and the sites that it is shown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests import databases
from tests.browser.cast import Cast
from tests.browser.site import Site, open_site
from tools import browser as chromium

# The machine's load decides how long a page takes; see benchmarks/pages.py for speed.
PATIENCE_MS = 60_000


@pytest.fixture(scope="session", autouse=True)
def _orm_beside_the_browser() -> Iterator[None]:
    """Playwright's loop runs in this thread, which makes Django refuse to ask a database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    found = chromium.find()
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(chromium.NO_BROWSER)
        pytest.skip(chromium.NO_BROWSER)
    return {"executable_path": found, "args": chromium.flags()}


@pytest.fixture(scope="session", autouse=True)
def _settings(django_test_environment: None) -> Iterator[None]:
    """Passwords hash fast, and work of the background is done at once."""
    from django.test import override_settings

    with override_settings(
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        TRUEUP_STATE_SECONDS=0,
        TASKS={"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}},
    ):
        yield


@pytest.fixture(scope="session")
def template(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """On PostgreSQL the name of an empty migrated database to copy."""
    from django.db import connections

    with django_db_blocker.unblock():
        if connections["default"].vendor != "postgresql":
            yield ""
            return
        with databases.own_database(tmp_path_factory.mktemp("template")):
            name = str(connections["default"].settings_dict["NAME"])
            connections["default"].close()
            yield name


@pytest.fixture(scope="session")
def cast() -> Cast:
    return Cast()


@pytest.fixture(scope="session")
def demonstration(
    template: str, cast: Cast, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A small demonstration with somebody of every role, and one of every thing."""
    folder = tmp_path_factory.mktemp("demonstration")
    with open_site(folder, cast.arrange, template=template) as site:
        yield site


def opened(browser: Browser, site: Site, username: str = "", **named: Any) -> BrowserContext:
    """A browser's window of its own, signed in as a user."""
    context = browser.new_context(base_url=site.url, reduced_motion="reduce", **named)
    context.set_default_timeout(PATIENCE_MS)
    if username:
        context.add_cookies([site.cookie_of(username)])  # type: ignore[list-item]
    return context
