"""A server in a thread of the tests, on a database of its own and with a clock of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

from playwright.sync_api import Browser, BrowserContext

from tests import databases
from tests.conftest import give_second_factor

EASTERN = ZoneInfo("America/New_York")
# The machine's load decides how long a page takes; see benchmarks/pages.py for speed.
PATIENCE_MS = 60_000


@dataclass(slots=True)
class Clock:
    """What time the server takes it to be; it goes on by itself from where it is set."""

    offset: timedelta = timedelta(0)
    _real: Callable[[], datetime] = field(init=False)

    def __post_init__(self) -> None:
        from django.utils import timezone

        self._real = timezone.now

    def now(self) -> datetime:
        return self._real() + self.offset

    def set(self, moment: datetime) -> None:
        self.offset = moment - self._real()

    def noon_of(self, day: str) -> None:
        """Let it be noon of a day, US Eastern."""
        self.set(datetime.combine(date.fromisoformat(day), time_of_day(12), tzinfo=EASTERN))

    def forward(self, **by: float) -> None:
        self.offset += timedelta(**by)


@dataclass(slots=True, kw_only=True)
class Site:
    """A server that answers at `url`, and the clock that it goes by."""

    url: str
    clock: Clock

    def cookie_of(self, username: str) -> dict[str, str]:
        """The cookie of a session of a user that was opened with a second factor."""
        from django.contrib.auth.models import User
        from django.test import Client

        client = Client()
        user = User.objects.get(username=username)
        client.force_login(user)
        give_second_factor(client, user)
        return {"name": "sessionid", "value": str(client.session.session_key), "url": self.url}


@contextmanager
def open_site(
    folder: Path, arrange: Callable[[Clock], Any], *, template: str = ""
) -> Iterator[Site]:
    """Serve a new database after `arrange` has filled it, until the end of the block."""
    from django.core.cache import caches
    from django.db import connections
    from django.test.testcases import LiveServerThread

    with databases.own_database(folder, template=template):
        caches["process"].clear()
        clock = Clock()
        with mock.patch("django.utils.timezone.now", clock.now):
            arrange(clock)
            # Pages have their files from WhiteNoise, as in service; names of this machine
            # are what passkeys are bound to.
            server = LiveServerThread("localhost", lambda handler: handler)
            server.daemon = True
            server.start()
            server.is_ready.wait()
            if server.error:
                raise server.error
            try:
                yield Site(url=f"http://localhost:{server.port}", clock=clock)
            finally:
                server.terminate()
                connections["default"].close()


def opened(browser: Browser, site: Site, username: str = "", **named: Any) -> BrowserContext:
    """A browser's window of its own, signed in as a user."""
    context = browser.new_context(base_url=site.url, reduced_motion="reduce", **named)
    context.set_default_timeout(PATIENCE_MS)
    if username:
        context.add_cookies([site.cookie_of(username)])  # type: ignore[list-item]
    return context
