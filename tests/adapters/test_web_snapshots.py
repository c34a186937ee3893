"""The sums on a program's pages: made by the clock, shown with their instant, never waited for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.adapters.web_books import PROGRAM, Books, small_program
from trueup.cli import clockwork
from trueup.desk import queues
from trueup.disclosure import kept_sums, snapshots
from trueup.disclosure.models import KeptSum
from trueup.rules import programs

pytestmark = pytest.mark.django_db

RULES = programs.load(PROGRAM)
PERIOD = RULES.period_named("2022-2024")
OTHER = RULES.period_named("2025-2027")


class AtOnce:
    """A thread that does its work before it is left alone."""

    def __init__(self, *, target: Any, args: tuple[object, ...], daemon: bool) -> None:
        self.start = lambda: target(*args)


@pytest.fixture(autouse=True)
def _nothing_kept(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.TRUEUP_STATE_SECONDS = 60
    monkeypatch.setattr(kept_sums.threading, "Thread", AtOnce)
    monkeypatch.setattr(kept_sums.connection, "close", lambda: None)
    monkeypatch.setattr(kept_sums, "LOOK_SECONDS", 0)
    kept_sums.forget()
    yield
    kept_sums.forget()


@pytest.fixture
def books() -> Books:
    return small_program()


def banked() -> int:
    return snapshots.snapshot(PROGRAM, PERIOD).state.banked


def later(monkeypatch: pytest.MonkeyPatch, **span: int) -> datetime:
    moment: datetime = timezone.now() + timedelta(**span)
    monkeypatch.setattr(kept_sums.timezone, "now", lambda: moment)
    return moment


def another_process() -> None:
    """Only the database is shared."""
    kept_sums._mine.clear()
    kept_sums._looked.clear()


def tick(at: datetime) -> None:
    """What the clock does, in a process of its own."""
    mine = dict(kept_sums._mine)
    clockwork.make_sums(at)
    kept_sums._mine.update(mine)


class TestClock:
    """The clock makes what pages show, and every process finds it (docs/decisions/0295)."""

    def test_no_reader_of_the_usual_pages_makes_sums(
        self, books: Books, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        at = timezone.now()
        tick(at)
        another_process()
        monkeypatch.setattr(kept_sums, "_read", lambda *_: pytest.fail("a reader waits"))

        shown = snapshots.queries.period_to_show(RULES, today=RULES.local_date(at))
        due = snapshots.queries.running_or_due(RULES, today=RULES.local_date(at))
        assert snapshots.snapshot(PROGRAM, shown).state.banked == 500
        assert snapshots.holdings(PROGRAM, vintage=None)[0].total == 600
        assert len(queues.standings(program=PROGRAM, period=due)) > 0

    def test_what_the_clock_made_replaces_what_a_process_kept_when_that_is_old(
        self, books: Books, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert snapshots.holdings(PROGRAM, vintage=None)[0].unlisted == 600
        before = snapshots.holdings(PROGRAM, vintage=None)[1]
        at = later(monkeypatch, seconds=61)
        tick(at)

        assert snapshots.holdings(PROGRAM, vintage=None)[1] == at > before

    def test_what_somebody_looks_at_is_made_from_then_on_and_no_longer_after_an_hour(
        self, books: Books, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        snapshots.snapshot(PROGRAM, OTHER)
        later(monkeypatch, seconds=121)
        snapshots.snapshot(PROGRAM, OTHER)
        asked = KeptSum.objects.get(name="state", program=PROGRAM, argument=OTHER.name)
        assert asked.made is None

        tick(kept_sums.timezone.now())
        asked.refresh_from_db()
        assert asked.made is not None

        tick(later(monkeypatch, hours=2))
        assert not KeptSum.objects.filter(id=asked.pk).exists()

    def test_sums_of_another_version_of_the_software_are_not_read(
        self, books: Books, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        tick(timezone.now())
        KeptSum.objects.update(made=b"not ours")
        another_process()
        monkeypatch.setattr(kept_sums, "VERSION", "another")

        assert banked() == 500

    def test_a_database_that_is_busy_keeps_the_clock_from_one_sum_and_not_from_its_work(
        self, books: Books, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def busy(*_args: object, **_kept: object) -> None:
            raise kept_sums.DatabaseError("database is locked")

        monkeypatch.setattr(KeptSum.objects, "update_or_create", busy)

        assert clockwork.make_sums(timezone.now()) == 0


def test_the_sums_are_read_once_a_minute(books: Books) -> None:
    assert banked() == 500
    books.move("transfer", books.barry, books.brokers, 100, at=60)

    assert banked() == 500


def test_without_a_clock_the_old_sums_are_shown_once_more_while_new_ones_are_made(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert banked() == 500
    books.move("transfer", books.barry, books.brokers, 100, at=60)
    later(monkeypatch, seconds=181)

    assert banked() == 500
    assert banked() == 400


def test_they_can_always_be_read_anew(books: Books, settings: Any) -> None:
    settings.TRUEUP_STATE_SECONDS = 0

    assert banked() == 500
    books.move("transfer", books.barry, books.brokers, 100, at=60)

    assert banked() == 400
    assert clockwork.make_sums(timezone.now()) == 0


def test_a_failure_in_the_background_does_not_keep_others_from_trying(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert banked() == 500
    later(monkeypatch, seconds=181)
    with monkeypatch.context() as broken:
        broken.setattr(snapshots.queries, "program_state", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            banked()
    books.move("transfer", books.barry, books.brokers, 100, at=60)

    banked()
    assert banked() == 400


def test_a_vintage_that_nobody_holds_is_not_kept(books: Books) -> None:
    found, _read_at = snapshots.holdings(PROGRAM, vintage=1066)

    assert found.vintage is None
    assert ("holdings", PROGRAM, "1066") not in kept_sums._mine
