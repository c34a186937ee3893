"""How far a job is, told while its transaction is still open.

The job's own connection cannot tell: what it writes is not seen before it commits. On
PostgreSQL a second connection writes a row of its own; SQLite has one writer and is on
one machine, so there it is a small file.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection, connections

from trueup.tasks.models import JobProgress

SECONDS_APART = 0.5
SENTENCE_MAX = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How much is done, out of how much, and of what."""

    done: int = 0
    of: int = 0
    sentence: str = ""

    @property
    def percent(self) -> int | None:
        """Of all; None if nobody knows how much there is."""
        return min(self.done * 100 // self.of, 100) if self.of else None


class Teller:
    """Tells how far one job is, at most twice a second; the last word always counts."""

    def __init__(self, key: UUID) -> None:
        self.key = key
        self._last = 0.0
        self._second: Any = None

    def __enter__(self) -> Teller:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._second is not None:
            self._second.close()
        forget([self.key])

    def __call__(self, sentence: str, done: int, of: int) -> None:
        """Say what is being done, how much of it, out of how much."""
        now = time.monotonic()
        if now - self._last < SECONDS_APART and done < of:
            return
        self._last = now
        told = Progress(done=done, of=of, sentence=sentence[:SENTENCE_MAX])
        if connection.vendor == "postgresql":
            self._to_table(told)
        else:
            _to_file(self.key, told)

    def _to_table(self, told: Progress) -> None:
        if self._second is None:
            self._second = connections.create_connection(connection.alias)
        with self._second.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tasks_jobprogress (key, done, of, sentence, told_at)"
                " VALUES (%s, %s, %s, %s, CURRENT_TIMESTAMP) ON CONFLICT (key) DO UPDATE SET"
                " done = EXCLUDED.done, of = EXCLUDED.of, sentence = EXCLUDED.sentence,"
                " told_at = EXCLUDED.told_at",
                (self.key, told.done, told.of, told.sentence),
            )


def progress_of(key: UUID) -> Progress:
    """The last that was told of a job; nothing if nothing was."""
    if connection.vendor == "postgresql":
        row = JobProgress.objects.filter(key=key).first()
        return Progress(done=row.done, of=row.of, sentence=row.sentence) if row else Progress()
    try:
        return Progress(**json.loads(_file(key).read_text("utf-8")))
    except (OSError, TypeError, ValueError):
        return Progress()


def forget(keys: list[UUID]) -> None:
    """Delete what was told of jobs that have ended."""
    if connection.vendor == "postgresql":
        JobProgress.objects.filter(key__in=keys).delete()
        return
    for key in keys:
        with suppress(OSError):
            _file(key).unlink()


def _to_file(key: UUID, told: Progress) -> None:
    path = _file(key)
    draft = path.with_suffix(f".{os.getpid()}")
    with suppress(OSError):  # That nobody sees how far it is does not stop the work.
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(
            json.dumps({"done": told.done, "of": told.of, "sentence": told.sentence}), "utf-8"
        )
        draft.replace(path)


def _file(key: UUID) -> Path:
    return Path(settings.VAR_DIR) / "jobs" / f"{key}.json"
