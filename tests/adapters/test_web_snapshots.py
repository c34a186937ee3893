"""The sums on a program's pages: never older than allowed for long, and never waited for twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.utils import timezone

from tests.adapters.web_books import PROGRAM, Books, small_program
from trueup.disclosure import snapshots
from trueup.rules import programs

pytestmark = pytest.mark.django_db

PERIOD = programs.load(PROGRAM).period_named("2022-2024")


class AtOnce:
    """A thread that does its work before it is left alone."""

    def __init__(self, *, target: Any, args: tuple[object, ...], daemon: bool) -> None:
        self.start = lambda: target(*args)


@pytest.fixture(autouse=True)
def _empty_cache(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.TRUEUP_STATE_SECONDS = 60
    monkeypatch.setattr(snapshots.threading, "Thread", AtOnce)
    monkeypatch.setattr(snapshots.connection, "close", lambda: None)
    caches["process"].clear()
    yield
    caches["process"].clear()


@pytest.fixture
def books() -> Books:
    return small_program()


def banked() -> int:
    return snapshots.snapshot(PROGRAM, PERIOD).state.banked


def later(monkeypatch: pytest.MonkeyPatch, **span: int) -> None:
    moment = timezone.now() + timedelta(**span)
    monkeypatch.setattr(snapshots.timezone, "now", lambda: moment)


def test_the_sums_are_read_once_a_minute(books: Books) -> None:
    assert banked() == 500
    books.move("transfer", books.barry, books.brokers, 100, at=60)

    assert banked() == 500


def test_after_a_minute_the_old_sums_are_shown_once_more_while_new_ones_are_made(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert banked() == 500
    books.move("transfer", books.barry, books.brokers, 100, at=60)
    later(monkeypatch, seconds=61)

    assert banked() == 500
    assert banked() == 400


def test_they_can_always_be_read_anew(books: Books, settings: Any) -> None:
    settings.TRUEUP_STATE_SECONDS = 0

    assert banked() == 500
    books.move("transfer", books.barry, books.brokers, 100, at=60)

    assert banked() == 400


def test_a_failure_in_the_background_does_not_keep_others_from_trying(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert banked() == 500
    later(monkeypatch, seconds=61)
    with monkeypatch.context() as broken:
        broken.setattr(snapshots.queries, "program_state", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            banked()
    books.move("transfer", books.barry, books.brokers, 100, at=60)

    banked()
    assert banked() == 400
