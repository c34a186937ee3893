"""The state of a program as it was at most a minute ago, for pages that many look at.

Adding up a million holdings takes seconds, so the sums are kept for a while and shown
with the time of their making. While they are made anew in the background, the earlier
ones are shown; only the first reader after a start waits.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import caches
from django.db import connection
from django.utils import timezone

from trueup.disclosure import queries
from trueup.disclosure.entries import ProgramState
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod

_KEPT_SECONDS = 24 * 3600
_making = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The state of a program, and when it was read."""

    state: ProgramState
    read_at: datetime


def snapshot(program: str, period: CompliancePeriod) -> Snapshot:
    """The state of a program in a period, not older than the setting allows for long.

    With `TRUEUP_STATE_SECONDS=0` it is always read anew.
    """
    seconds = settings.TRUEUP_STATE_SECONDS
    if not seconds:
        return _read(program, period)
    key = f"state:{program}:{period.name}"
    kept: Snapshot | None = caches["process"].get(key)
    if kept is None:
        return _keep(key, program, period)
    if timezone.now() - kept.read_at > timedelta(seconds=seconds) and _making.acquire(
        blocking=False
    ):
        threading.Thread(target=_make_anew, args=(key, program, period), daemon=True).start()
    return kept


def _make_anew(key: str, program: str, period: CompliancePeriod) -> None:
    try:
        _keep(key, program, period)
    finally:
        connection.close()
        _making.release()


def _keep(key: str, program: str, period: CompliancePeriod) -> Snapshot:
    made = _read(program, period)
    caches["process"].set(key, made, _KEPT_SECONDS)
    return made


def _read(program: str, period: CompliancePeriod) -> Snapshot:
    read_at = timezone.now()
    return Snapshot(state=queries.program_state(programs.load(program), period), read_at=read_at)
