"""The outbox: every notice goes out once, and a mail server that fails undoes nothing."""

from __future__ import annotations

import smtplib
import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends import locmem
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from tests.conftest import SharedDatabase
from trueup.accounts.models import Person
from trueup.audit import outbox, queries, services
from trueup.audit.entries import NoticeSpec
from trueup.audit.models import Notice

NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def a_person(name: str = "Ana Ruiz", email: str = "ana@example.org") -> int:
    return Person.objects.create(name=name, email=email).pk


def tell(person: int, *subjects: str, due_on: date | None = None) -> None:
    services.notify(
        [
            NoticeSpec(
                event="account_frozen",
                program="cpp-mass",
                person=person,
                subject=subject,
                body="The account is frozen.",
                created_at=NOON,
                due_on=due_on,
            )
            for subject in subjects
        ]
    )


class FailingServer(locmem.EmailBackend):
    """A mail server that refuses some messages, or all."""

    refused: str = ""
    is_down = False

    def open(self) -> bool:
        if self.is_down:
            raise ConnectionRefusedError(111, "Connection refused")
        return True

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if self.refused and any(self.refused in message.subject for message in messages):
            raise smtplib.SMTPRecipientsRefused({"ana@example.org": (550, b"unknown")})
        return super().send_messages(messages)


@pytest.fixture
def failing(settings: Any, monkeypatch: pytest.MonkeyPatch) -> type[FailingServer]:
    monkeypatch.setattr(FailingServer, "refused", "")
    monkeypatch.setattr(FailingServer, "is_down", False)
    settings.EMAIL_BACKEND = f"{FailingServer.__module__}.{FailingServer.__name__}"
    return FailingServer


@pytest.mark.django_db
class TestMailing:
    """PLAT-053, PLAT-150."""

    def test_a_notice_is_mailed_to_its_person(self, mailoutbox: list[EmailMessage]) -> None:
        tell(a_person(), "Account frozen: Barry")

        assert services.send_mail(NOON) == 1

        (message,) = mailoutbox
        assert message.to == ["ana@example.org"]
        assert message.subject == "Account frozen: Barry"
        assert str(message.body).startswith("Ana Ruiz,\n\nThe account is frozen.\n")
        notice = Notice.objects.get()
        assert message.extra_headers["Message-ID"] == f"<notice-{notice.id}@trueup.example>"
        assert (notice.mailed_at, notice.attempts, notice.claim) == (NOON, 1, None)

    def test_what_was_mailed_is_not_mailed_again(self, mailoutbox: list[EmailMessage]) -> None:
        tell(a_person(), "one", "two")

        assert [services.send_mail(NOON), services.send_mail(NOON + MINUTE)] == [2, 0]
        assert [message.subject for message in mailoutbox] == ["one", "two"]

    def test_nothing_goes_out_before_it_was_written(self, mailoutbox: list[EmailMessage]) -> None:
        tell(a_person(), "one")

        assert services.send_mail(NOON - MINUTE) == 0
        assert mailoutbox == []

    def test_a_limit_leaves_the_rest_for_later(self, mailoutbox: list[EmailMessage]) -> None:
        tell(a_person(), *(f"notice {i}" for i in range(130)))

        assert [services.send_mail(NOON, limit=120) for _ in range(3)] == [120, 10, 0]
        assert len({message.subject for message in mailoutbox}) == 130

    def test_a_chunk_takes_a_constant_number_of_statements(self) -> None:
        tell(a_person(), *(f"notice {i}" for i in range(outbox.CHUNK)))

        with CaptureQueriesContext(connection) as statements:
            services.send_mail(NOON, limit=outbox.CHUNK)

        assert len(statements) < 12

    def test_a_name_or_subject_in_any_script_goes_out(self, mailoutbox: list[EmailMessage]) -> None:
        tell(a_person("王秀英"), "Ürünler 東京 🏭")

        assert services.send_mail(NOON) == 1
        assert mailoutbox[0].message()["Subject"]


@pytest.mark.django_db
class TestFailing:
    """PLAT-053: mails wait in the queue and the operator sees the backlog."""

    def test_a_server_that_is_down_leaves_every_notice_in_the_queue(
        self, failing: type[FailingServer]
    ) -> None:
        failing.is_down = True
        tell(a_person(), "one", "two", due_on=date(2021, 6, 7))

        assert services.send_mail(NOON) == 0

        backlog = queries.failing_notices()
        assert [notice.attempts for notice in backlog] == [1, 1]
        assert "Connection refused" in backlog[0].error
        assert queries.waiting_notices() == 2
        assert len(queries.overdue_notices(date(2021, 6, 8))) == 2

    def test_it_is_tried_again_later_and_later(self, failing: type[FailingServer]) -> None:
        failing.is_down = True
        tell(a_person(), "one")
        tried = []
        for minute in range(130):
            before = Notice.objects.values_list("attempts", flat=True).get()
            services.send_mail(NOON + minute * MINUTE)
            if Notice.objects.values_list("attempts", flat=True).get() > before:
                tried.append(minute)

        assert tried == [0, 2, 6, 14, 30, 62, 126]
        assert outbox._wait(50) == outbox.WAIT_MAX

    def test_it_goes_out_once_the_server_is_back(
        self, failing: type[FailingServer], mailoutbox: list[EmailMessage]
    ) -> None:
        failing.is_down = True
        tell(a_person(), "one")
        services.send_mail(NOON)
        failing.is_down = False

        assert services.send_mail(NOON + MINUTE) == 0
        assert services.send_mail(NOON + 2 * MINUTE) == 1
        notice = Notice.objects.get()
        assert (notice.error, notice.attempts, len(mailoutbox)) == ("", 2, 1)

    def test_one_refused_message_does_not_hold_up_the_others(
        self, failing: type[FailingServer], mailoutbox: list[EmailMessage]
    ) -> None:
        failing.refused = "bad"
        tell(a_person(), "one", "bad", "two")

        assert services.send_mail(NOON) == 2
        assert [message.subject for message in mailoutbox] == ["one", "two"]
        (waiting,) = queries.failing_notices()
        assert waiting.subject == "bad"
        assert "SMTPRecipientsRefused" in waiting.error

    def test_a_connection_that_breaks_midway_sends_nothing_twice(
        self,
        failing: type[FailingServer],
        mailoutbox: list[EmailMessage],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        plain = failing.send_messages

        def send(self: FailingServer, messages: Sequence[EmailMessage]) -> int:
            if len(mail.outbox) == 1 and failing.is_down is False:
                failing.is_down = True
                raise smtplib.SMTPServerDisconnected("Connection unexpectedly closed")
            return plain(self, messages)

        monkeypatch.setattr(failing, "send_messages", send)
        tell(a_person(), "one", "two", "three")

        assert services.send_mail(NOON) == 2
        (waiting,) = queries.failing_notices()
        assert (waiting.subject, waiting.attempts) == ("two", 1)
        failing.is_down = False
        monkeypatch.setattr(failing, "send_messages", plain)
        assert [services.send_mail(NOON + 2 * MINUTE) for _ in range(2)] == [1, 0]
        assert [message.subject for message in mailoutbox] == ["one", "three", "two"]

    def test_what_a_person_has_been_told_already_is_not_stored_again(
        self, mailoutbox: list[EmailMessage]
    ) -> None:
        ana = a_person()
        spec = NoticeSpec(
            event="account_frozen",
            program="cpp-mass",
            person=ana,
            subject="one",
            body="The account is frozen.",
            created_at=NOON,
            dedupe="frozen 1",
        )

        assert services.notify([spec, spec]) == 1
        assert services.send_mail(NOON) == 1
        assert services.notify([spec]) == 0
        assert services.send_mail(NOON + MINUTE) == 0
        assert len(mailoutbox) == 1

    def test_a_person_without_an_address_is_left_for_the_post(
        self, mailoutbox: list[EmailMessage]
    ) -> None:
        tell(a_person(email=""), "one")

        assert services.send_mail(NOON) == 0
        (waiting,) = queries.failing_notices()
        assert "no e-mail address" in waiting.error
        Person.objects.update(email="ana@example.org")
        assert services.send_mail(NOON + 2 * MINUTE) == 1

    def test_an_endless_error_is_cut(
        self, failing: type[FailingServer], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(self: object, messages: object) -> int:
            raise OSError("x" * 10_000)

        monkeypatch.setattr(failing, "send_messages", fail)
        tell(a_person(), "one")
        services.send_mail(NOON)

        assert len(queries.failing_notices()[0].error) == outbox.ERROR_MAX


@pytest.mark.django_db
class TestTwoSenders:
    """No notice goes out by two senders."""

    def test_a_notice_in_another_senders_hand_is_passed_over(
        self, mailoutbox: list[EmailMessage]
    ) -> None:
        tell(a_person(), "one")
        Notice.objects.update(claim=uuid4(), claimed_at=NOON)

        assert services.send_mail(NOON + 59 * MINUTE) == 0
        assert mailoutbox == []

    def test_the_mark_of_a_sender_that_died_is_void_after_an_hour(
        self, mailoutbox: list[EmailMessage]
    ) -> None:
        tell(a_person(), "one")
        Notice.objects.update(claim=uuid4(), claimed_at=NOON)

        assert services.send_mail(NOON + 61 * MINUTE) == 1
        assert len(mailoutbox) == 1

    def test_a_sender_whose_mark_is_void_writes_nothing_down(self) -> None:
        tell(a_person(), "one")
        late = uuid4()
        chunk = outbox._claim(late, now=NOON, limit=1)
        Notice.objects.update(claim=uuid4(), claimed_at=NOON + 61 * MINUTE)

        outbox._settle(
            [outbox._Outcome(notice=notice, error="") for notice in chunk],
            claim=late,
            now=NOON + 62 * MINUTE,
        )

        assert Notice.objects.get().mailed_at is None


@pytest.mark.django_db
class TestHistories:
    """A past that is brought in is there to be read, and is not mailed (PLAT-053)."""

    def test_what_was_told_until_then_counts_as_mailed_when_it_was_written(
        self, mailoutbox: list[EmailMessage]
    ) -> None:
        tell(a_person(), "one", "two", due_on=date(2021, 6, 7))

        with CaptureQueriesContext(connection) as statements:
            assert services.settle_history(until=NOON) == 2

        assert len(statements) == 1
        assert services.settle_history(until=NOON) == 0
        assert services.send_mail(NOON + MINUTE) == 0
        assert {notice.mailed_at for notice in Notice.objects.all()} == {NOON}
        assert queries.overdue_notices(date(2021, 6, 8)) == []

    def test_what_came_later_is_mailed(self, mailoutbox: list[EmailMessage]) -> None:
        tell(a_person(), "one")

        assert services.settle_history(until=NOON - MINUTE) == 0
        assert services.send_mail(NOON) == 1

    def test_what_a_sender_has_in_hand_or_tried_is_the_senders(
        self, failing: type[FailingServer]
    ) -> None:
        failing.is_down = True
        tell(a_person(), "tried")
        services.send_mail(NOON)
        tell(a_person("Bo Lee"), "in hand")
        outbox._claim(uuid4(), now=NOON, limit=1)

        assert services.settle_history(until=NOON + MINUTE) == 0


@pytest.mark.stress
def test_four_senders_at_once_send_each_notice_once(
    shared_database: SharedDatabase, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    """PLAT-053, with real commits on the database in use."""
    settings.EMAIL_BACKEND = f"{locmem.__name__}.EmailBackend"
    monkeypatch.setattr(outbox, "CHUNK", 7)
    mail.outbox = []
    tell(a_person(), *(f"notice {i}" for i in range(300)))
    together = threading.Barrier(4)
    problems: list[BaseException] = []

    def send() -> None:
        try:
            together.wait()
            while services.send_mail(NOON, limit=20):
                pass
        except BaseException as problem:
            problems.append(problem)
        finally:
            connections.close_all()

    senders = [threading.Thread(target=send) for _ in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()

    assert problems == []
    subjects = sorted(message.subject for message in mail.outbox)
    assert subjects == sorted(f"notice {i}" for i in range(300))
    assert Notice.objects.filter(mailed_at=NOON, attempts=1, claim=None).count() == 300
