"""Sums over a whole program as they were at most a minute ago, for pages that many look at.

Adding up a million holdings takes seconds, so the sums are kept for a while and shown
with the time of their making. While they are made anew in the background, the earlier
ones are shown; the server makes those of the home page when it starts.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.utils import timezone

from trueup.disclosure import queries
from trueup.disclosure.entries import ProgramState
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod

Sums = TypeVar("Sums")
_KEPT_SECONDS = 24 * 3600
_making = threading.Lock()
_beginning = threading.Lock()
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The state of a program, and when it was read."""

    state: ProgramState
    read_at: datetime


def snapshot(program: str, period: CompliancePeriod) -> Snapshot:
    """The state of a program in a period, not older than the setting allows for long.

    With `TRUEUP_STATE_SECONDS=0` it is always read anew.
    """
    state, read_at = kept(
        f"state:{program}:{period.name}",
        lambda: queries.program_state(programs.load(program), period),
    )
    return Snapshot(state=state, read_at=read_at)


def kept(key: str, make: Callable[[], Sums]) -> tuple[Sums, datetime]:
    """Sums over a whole program by their name, and when their reading began.

    Args:
        key: Says everything on which the sums depend but the books themselves.
    """
    seconds = settings.TRUEUP_STATE_SECONDS
    if not seconds:
        return _made(make)
    found: tuple[Sums, datetime] | None = caches["process"].get(key)
    if found is None:
        return _first(key, make)
    if timezone.now() - found[1] > timedelta(seconds=seconds) and _making.acquire(blocking=False):
        threading.Thread(target=_make_anew, args=(key, make), daemon=True).start()
    return found


def warm(program: str) -> None:
    """Make the sums of the home page before anybody asks, in the background."""
    if settings.TRUEUP_STATE_SECONDS:
        threading.Thread(target=_warm, args=(program,), daemon=True).start()


def _warm(program: str) -> None:
    rules = programs.load(program)
    try:
        snapshot(program, queries.period_to_show(rules, today=rules.local_date(timezone.now())))
    except DatabaseError:  # Not there yet, or busy: the first reader makes them.
        _log.warning("The sums of %s could not be made at the start.", program, exc_info=True)
    finally:
        connection.close()


def _first(key: str, make: Callable[[], Sums]) -> tuple[Sums, datetime]:
    """Sums that nobody has made; of several who ask at once one makes them."""
    with _beginning:
        found: tuple[Sums, datetime] | None = caches["process"].get(key)
        return found if found is not None else _keep(key, make)


def _make_anew(key: str, make: Callable[[], object]) -> None:
    try:
        _keep(key, make)
    except DatabaseError:  # Busy: the next reader begins again, and sees the earlier ones.
        _log.warning("The sums of %s could not be made anew.", key, exc_info=True)
    finally:
        connection.close()
        _making.release()


def _keep(key: str, make: Callable[[], Sums]) -> tuple[Sums, datetime]:
    made = _made(make)
    caches["process"].set(key, made, _KEPT_SECONDS)
    return made


def _made(make: Callable[[], Sums]) -> tuple[Sums, datetime]:
    read_at = timezone.now()
    return make(), read_at
