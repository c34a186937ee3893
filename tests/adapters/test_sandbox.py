"""A place to practise: never with real books, never half empty, with mail of its own."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.contexts.registry import Registry, refused
from trueup.audit import services as audit
from trueup.demonstration import practice, practice_clock, practice_mail, rebuilding, services
from trueup.ledger import queries as ledger

MADE = datetime(2026, 11, 22, 5, tzinfo=UTC)  # Midnight in the program's zone.


@pytest.fixture
def sandbox(settings: Any, tmp_path: Path) -> Iterator[Any]:
    settings.TRUEUP_SANDBOX = True
    settings.TRUEUP_SANDBOX_DAYS = None
    settings.VAR_DIR = tmp_path
    yield settings
    practice_clock._known = (0, timedelta())


def begun(at: datetime = MADE) -> None:
    """Mark empty books as begun for practice."""
    audit.log(
        at=at,
        program="cpp-mass",
        actor="registry",
        act=practice.BEGUN,
        subject=practice.SUBJECT,
        after={"made_at": at.isoformat(), "jurisdictions": "DE"},
    )


@pytest.mark.django_db
class TestRealBooks:
    """PLAT-155; docs/decisions/0276: what may be real is never made anew."""

    def test_real_books_are_refused(self, sandbox: Any) -> None:
        registry = Registry()

        with refused("not_for_practice"):
            practice.check_books()
        with refused("not_for_practice"):
            rebuilding.rebuild(made_at=MADE)
        assert registry.account("Barry") is not None

    def test_the_demonstration_alone_may_be_made_anew(self, sandbox: Any) -> None:
        services.run(jurisdictions=["NH"])

        practice.check_books()

    def test_the_demonstration_with_anything_else_is_refused(self, sandbox: Any) -> None:
        services.run(jurisdictions=["NH"])
        audit.log(at=MADE, program="", actor="person:1", act="sign_in", subject="user:1")

        with refused("not_for_practice"):
            practice.check_books()

    def test_without_the_setting_nothing_is_made_anew(self, settings: Any) -> None:
        with refused("not_for_practice"):
            rebuilding.rebuild(made_at=MADE)
        with refused("not_for_practice"):
            practice.begin(made_at=MADE)

    def test_books_of_practice_are_not_used_as_real_ones(self, sandbox: Any) -> None:
        begun()
        Registry()
        practice.check_books()
        sandbox.TRUEUP_SANDBOX = False

        with refused("only_for_practice"):
            practice.check_books()

    def test_an_empty_registry_is_fine_either_way(self, sandbox: Any) -> None:
        practice.check_books()
        sandbox.TRUEUP_SANDBOX = False
        practice.check_books()


@pytest.mark.django_db
class TestEveryNight:
    """PLAT-155: at a set hour of the program's zone."""

    @pytest.mark.parametrize(
        ("now", "is_due"),
        [
            ("2026-11-22T02:59:59-05:00", False),
            ("2026-11-22T03:00:00-05:00", True),
            ("2026-11-22T12:00:00-05:00", True),
        ],
    )
    def test_books_of_before_the_hour_are_due_after_it(
        self, sandbox: Any, now: str, is_due: bool
    ) -> None:
        begun(MADE)

        assert practice.is_due(datetime.fromisoformat(now)) is is_due

    def test_new_ones_wait_for_the_next_night(self, sandbox: Any) -> None:
        begun(datetime.fromisoformat("2026-11-22T03:00:10-05:00"))

        assert not practice.is_due(datetime.fromisoformat("2026-11-23T02:59:00-05:00"))
        assert practice.is_due(datetime.fromisoformat("2026-11-23T03:00:00-05:00"))

    def test_no_other_registry_is_ever_due(self, sandbox: Any) -> None:
        assert not practice.is_due(MADE + timedelta(days=9))
        begun()
        sandbox.TRUEUP_SANDBOX = False
        assert not practice.is_due(MADE + timedelta(days=9))


@pytest.mark.django_db
class TestThePracticeDeadline:
    """PLAT-155; docs/decisions/0277: so many days before the deadline, every morning."""

    def test_the_books_end_before_the_deadline_and_nothing_is_settled(self, sandbox: Any) -> None:
        sandbox.TRUEUP_SANDBOX_DAYS = 3
        summary = practice.begin(made_at=MADE, jurisdictions=["NH"])

        assert summary.nation.deducted == 0
        assert summary.nation.emissions_tons
        latest = ledger.recent(program="cpp-mass", limit=1)[0]
        assert latest.recorded_at < datetime(2025, 4, 29, tzinfo=UTC)

    def test_the_clock_is_set_to_that_day_and_goes_on(
        self, sandbox: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sandbox.TRUEUP_SANDBOX_DAYS = 3
        practice.set_clock(made_at=MADE)
        monkeypatch.setattr(practice_clock, "real_now", lambda: MADE + timedelta(hours=5))

        assert practice_clock.now() == datetime(2025, 4, 28, 19, tzinfo=UTC)

    def test_without_days_the_clock_is_not_moved(self, sandbox: Any) -> None:
        sandbox.TRUEUP_SANDBOX_DAYS = 3
        practice.set_clock(made_at=MADE)
        sandbox.TRUEUP_SANDBOX_DAYS = None
        practice.set_clock(made_at=MADE)

        assert practice_clock.moved_by() == timedelta()

    def test_it_is_installed_only_for_practice(
        self, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(timezone, "now", practice_clock.real_now)
        settings.TRUEUP_SANDBOX = False
        practice_clock.install()
        assert timezone.now is practice_clock.real_now
        settings.TRUEUP_SANDBOX = True
        practice_clock.install()
        assert timezone.now is practice_clock.now


class TestMail:
    """PLAT-155; docs/decisions/0278: mail is kept inside."""

    def test_it_is_kept_marked_and_sent_to_nobody(self, sandbox: Any) -> None:
        message = EmailMessage("Settled", "Dear Ana", to=["ana@x.example"], cc=["bo@x.example"])

        assert practice_mail.PracticeMail().send_messages([message]) == 1
        first, second = practice_mail.mails()
        assert {first.to, second.to} == {"ana@x.example", "bo@x.example"}
        assert first.subject == "[PRACTICE] Settled"
        assert first.body.startswith("This message is for practice.")

    def test_pages_of_one_address(self, sandbox: Any) -> None:
        for number in range(5):
            message = EmailMessage(str(number), "x", to=["ana@x.example"])
            practice_mail.PracticeMail().send_messages([message])
        first = practice_mail.mails(to="ana@x.example", limit=3)
        rest = practice_mail.mails(to="ana@x.example", before=first[-1].key, limit=3)

        told = [mail.subject.removeprefix("[PRACTICE] ") for mail in (*first, *rest)]
        assert told == ["4", "3", "2", "1", "0"]
        assert practice_mail.mails(to="bo@x.example") == []

    def test_only_so_much_is_kept(self, sandbox: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(practice_mail, "KEPT", 2)
        for number in range(4):
            message = EmailMessage(str(number), "x", to=["ana@x.example"])
            practice_mail.PracticeMail().send_messages([message])

        assert len(practice_mail.mails()) == 2

    @pytest.mark.parametrize("key", ["../secret-key", "", "x/y", "a\x00"])
    def test_a_key_names_no_other_file(self, sandbox: Any, key: str) -> None:
        assert practice_mail.mail(key) is None

    def test_the_setting_of_a_mail_server_does_not_count(self, tmp_path: Path) -> None:
        told = subprocess.run(
            [
                sys.executable,
                "-c",
                "from trueup.config import settings; print(settings.EMAIL_BACKEND)",
            ],
            env={
                **os.environ,
                "TRUEUP_VAR_DIR": str(tmp_path),
                "TRUEUP_SANDBOX": "1",
                "TRUEUP_EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            },
            capture_output=True,
            text=True,
            check=True,
        )
        assert told.stdout.strip() == "trueup.demonstration.practice_mail.PracticeMail"


@pytest.mark.django_db
class TestThePageOfMail:
    """PLAT-155."""

    def test_who_has_signed_in_reads_it(self, sandbox: Any, django_user_model: Any) -> None:
        message = EmailMessage("Hi <b>", "1 < 2", to=["ana@x.example"])
        practice_mail.PracticeMail().send_messages([message])
        client = Client()
        client.force_login(django_user_model.objects.create(username="ana"))
        text = client.get(reverse("practice-mail")).content.decode()

        assert "[PRACTICE] Hi &lt;b&gt;" in text
        assert "1 &lt; 2" in text

    def test_elsewhere_there_is_no_such_page(self, settings: Any, django_user_model: Any) -> None:
        client = Client()
        client.force_login(django_user_model.objects.create(username="ana"))

        assert client.get(reverse("practice-mail")).status_code == 404
        assert Client().get(reverse("practice-mail")).status_code == 401


class TestOneStep:
    """docs/decisions/0276: who reads meanwhile sees all of the old books or all of the new."""

    def test_sqlite_is_copied_over_in_one_transaction(self, tmp_path: Path) -> None:
        old, new = tmp_path / "old.sqlite3", tmp_path / "new.sqlite3"
        for path, value, rows in ((old, "old", 20_000), (new, "new", 30_000)):
            with sqlite3.connect(path) as made:
                made.execute("PRAGMA journal_mode=WAL")
                made.execute("CREATE TABLE books (n INTEGER PRIMARY KEY, what TEXT)")
                made.executemany(
                    "INSERT INTO books VALUES (?, ?)", ((n, value * 20) for n in range(rows))
                )
            made.close()
        seen: set[tuple[int, str]] = set()
        stop = threading.Event()

        def read() -> None:
            reader = sqlite3.connect(old, timeout=60)
            while not stop.is_set():
                seen.add(reader.execute("SELECT count(*), max(what) FROM books").fetchone())
            reader.close()

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        rebuilding.copy_over(new, old)
        stop.set()
        for reader in readers:
            reader.join()

        assert seen <= {(20_000, "old" * 20), (30_000, "new" * 20)}
        with sqlite3.connect(old) as made:
            assert made.execute("SELECT count(*) FROM books").fetchone() == (30_000,)
