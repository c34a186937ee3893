"""Chromium, and the sites that it is shown."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from playwright.sync_api import Browser

from tests import databases
from tests.browser import addresses
from tests.browser.addresses import Find, Found
from tests.browser.cast import Cast
from tests.browser.site import Clock, Site, open_site
from tests.browser.town import Settled, Town
from tests.browser.visitor import Arrive, Visitor
from tools import browser as chromium


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
        # However long the walk takes, nobody is asked for a password again.
        ACCOUNT_REAUTHENTICATION_TIMEOUT=24 * 3600,
        TASKS={"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}},
    ):
        yield


@pytest.fixture(scope="session")
def template(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The name of an empty migrated database to copy."""
    folder = tmp_path_factory.mktemp("template")
    with django_db_blocker.unblock(), databases.made_database(folder) as made:
        with databases.default_is(made):
            databases.migrate()
        yield made.name


@pytest.fixture(scope="session")
def settled(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settled]:
    """The town of the journeys as it is before each of them."""
    town = Town()
    folder = tmp_path_factory.mktemp("town")
    with databases.made_database(folder, template=template) as made:
        with databases.default_is(made):
            clock = Clock()
            with mock.patch("django.utils.timezone.now", clock.now):
                town.arrange(clock)
        yield Settled(town=town, database=made.name)


@pytest.fixture
def town(settled: Settled) -> Town:
    return settled.town.again()


@pytest.fixture
def site(tmp_path: Path, town: Town, settled: Settled) -> Iterator[Site]:
    """A site of the town, for one journey."""
    with open_site(tmp_path, town.come_to, template=settled.database) as site:
        yield site


@pytest.fixture
def arrive(browser: Browser, site: Site) -> Iterator[Arrive]:
    """Let somebody of the town sit down at a window of their own, on a journey."""
    arrived: list[Visitor] = []

    def visitor(username: str, journey: str = "", **named: Any) -> Visitor:
        arrived.append(Visitor.arrive(browser, site, username, journey=journey, **named))
        return arrived[-1]

    yield visitor
    for one in arrived:
        one.leave()


@pytest.fixture(scope="session")
def cast() -> Cast:
    return Cast()


@pytest.fixture(scope="session")
def demonstration(
    template: str, cast: Cast, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Site]:
    """A small demonstration with somebody of every role, and one of every thing."""
    folder = tmp_path_factory.mktemp("demonstration")
    from django.test import override_settings

    with (
        override_settings(VAR_DIR=folder),
        open_site(folder, cast.arrange, template=template) as site,
    ):
        yield site


@pytest.fixture(scope="session")
def find(cast: Cast, demonstration: Site) -> Find:
    """Who is shown what at an address; looked for once."""
    known: dict[str, Found] = {}

    def found(name: str) -> Found:
        if name not in known:
            known[name] = addresses.find(name, cast)
        return known[name]

    return found
