"""What all tests share: hypothesis profiles, the seed, and databases of several processes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import HealthCheck, settings

from tests import databases, migrated

REPOSITORY_DIR = Path(__file__).resolve().parents[1]
DEFAULT_SEED = 62_16325

# The machine's load decides how long an example takes, so no profile has a deadline.
settings.register_profile("dev", deadline=None)
settings.register_profile(
    "ci",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=(HealthCheck.too_slow,),
)
settings.load_profile(
    os.environ.get("HYPOTHESIS_PROFILE") or ("ci" if os.environ.get("CI") else "dev")
)


def chosen_seed() -> int:
    """The seed of the simulations: TRUEUP_SEED, else always the same one."""
    return int(os.environ.get("TRUEUP_SEED") or DEFAULT_SEED)


def pytest_report_header() -> str:
    engine = "PostgreSQL" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "SQLite"
    return f"trueup: {engine}; seed {chosen_seed()} (repeat with TRUEUP_SEED)"


@pytest.fixture(autouse=True)
def _signed_in_with_a_second_factor(monkeypatch: pytest.MonkeyPatch) -> None:
    """`client.force_login` opens a session as it is after the second factor was given.

    What happens before and without it is in tests/adapters/test_sign_in*.py.
    """
    from django.test import Client

    def opened(client: Any, user: Any, backend: str | None = None) -> None:
        login(client, user, backend)
        give_second_factor(client, user)

    login = Client._login  # type: ignore[attr-defined]
    monkeypatch.setattr(Client, "_login", opened)


@pytest.fixture(scope="session", autouse=True)
def _jobs_at_once() -> Iterator[None]:
    """A job is done when it is asked for; the worker's queue is in tests/adapters/test_jobs.py."""
    from django.test import override_settings

    immediate = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    with override_settings(TASKS=immediate):
        yield


@pytest.fixture(autouse=True)
def _nothing_is_kept_between_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """No sums or announcements of an earlier test or second; tests of what is kept say so."""
    from django.conf import settings as django_settings

    monkeypatch.setattr(django_settings, "TRUEUP_STATE_SECONDS", 0)
    monkeypatch.setattr(django_settings, "TRUEUP_ANNOUNCEMENT_SECONDS", 0)


def give_second_factor(client: Any, user: Any) -> None:
    """Mark a test client's session as one that was opened with a second factor."""
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "mfa", "at": time.time(), "id": 0, "type": "totp", "reauthenticated": True}
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings: None, django_db_blocker: Any
) -> None:
    """On SQLite the test database begins with the tables that an earlier run made."""
    from django.db import connection

    if connection.vendor == "sqlite":
        with django_db_blocker.unblock():
            migrated.start_from(migrated.kept_file(), connection)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database, whose tables are kept for the next run on SQLite."""
    from django.db import connection

    if connection.vendor == "sqlite" and not migrated.kept_file().exists():
        with django_db_blocker.unblock():
            migrated.keep(migrated.kept_file(), connection)


@pytest.fixture
def seed() -> int:
    """The seed of this run; a test that draws from it must name it when it fails."""
    return chosen_seed()


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedDatabase:
    """A migrated database that several processes open at once; commits are real.

    Within the test, Django's default connection is to this database too.
    """

    url: str
    environment: Mapping[str, str]
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(
        self, *arguments: str, stdin: int | IO[str] | None = subprocess.DEVNULL
    ) -> subprocess.Popen[str]:
        """Start Python with these arguments against this database.

        What it prints can be read from `stdout`; it is ended with the test.
        """
        process = subprocess.Popen(
            [sys.executable, *arguments],
            cwd=REPOSITORY_DIR,
            env=dict(self.environment),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def run(self, *arguments: str, timeout: float = 300) -> str:
        """Run Python to its end and give what it printed; fails the test if it failed."""
        process = self.start(*arguments)
        printed, _ = process.communicate(timeout=timeout)
        assert process.returncode == 0, printed
        return printed

    def end_all(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()


@pytest.fixture
def shared_database(
    tmp_path: Path, django_db_setup: None, django_db_blocker: Any
) -> Iterator[SharedDatabase]:
    """A database of its own on a real file, or on the PostgreSQL server in use.

    For tests marked `stress`: several processes, real commits, nothing rolled back.
    """
    with django_db_blocker.unblock(), databases.own_database(tmp_path) as url:
        shared = SharedDatabase(
            url=url,
            environment={
                **os.environ,
                "DATABASE_URL": url,
                "DJANGO_SETTINGS_MODULE": "trueup.config.settings",
                "PYTHONPATH": os.pathsep.join((str(REPOSITORY_DIR / "src"), str(REPOSITORY_DIR))),
                "PYTHONUNBUFFERED": "1",
                "TRUEUP_VAR_DIR": str(tmp_path),
            },
        )
        try:
            yield shared
        finally:
            shared.end_all()
