"""What the worker does with a job: all of it and its end in one transaction, or nothing.

A worker that is killed leaves the job as it was: nothing of its work is in the books. Who
looks after lost jobs asks for it again, three times at most. Two workers cannot both do
it: whoever finds that another began it later takes everything back.

Source: PLAT-006.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django_tasks import TaskContext, task
from django_tasks_db.models import DBTaskResult

from trueup.rules.refusal import Refusal, Refused
from trueup.tasks.job_progress import Teller, forget
from trueup.tasks.jobs import KINDS, Made, Work, enqueue
from trueup.tasks.models import Job

log = logging.getLogger("trueup.jobs")

ATTEMPTS_MAX = 3
LOST_AFTER = timedelta(minutes=2)
KEPT_DAYS = 90
REFUSALS_KEPT = 10_000
BUG = "Something went wrong that should not; nothing was changed. The log of the worker says what."
LOST = "The worker ended {} times while it did this; nothing was changed."


class _BegunAgain(Exception):
    """Another worker began the job after this one, which was thought to be dead."""


@task(takes_context=True)
def run_job(context: TaskContext, key: str) -> None:
    """Do a job, if nobody else does: what a worker takes from its queue."""
    queued_at, begun_at = context.task_result.enqueued_at, context.task_result.started_at
    waited = begun_at - queued_at if queued_at and begun_at else timedelta()
    run(UUID(key), waited=max(waited, timedelta()))


def run(key: UUID, *, waited: timedelta = timedelta()) -> None:
    """Do a job that waits; nothing if it does not wait any more.

    Source: PLAT-006.
    """
    attempt = _begin(key, waited)
    if attempt is None:
        return
    with Teller(key) as tell:
        try:
            with transaction.atomic():
                _work(key, attempt, waited, tell)
        except Refused as refused:
            _end(key, attempt, waited, state="refused", refusals=_as_json(refused.refusals))
        except _BegunAgain:
            log.warning("job %s was begun again by another worker", key)
        except Exception:  # The worker goes on with the next job; whoever asked is told.
            log.exception("job %s failed", key)
            _end(key, attempt, waited, state="failed", error=BUG)


def recover(at: datetime, *, alone: bool = False) -> int:
    """Ask again for jobs whose worker ended in the midst of them; how many there were.

    A job that runs has its row locked, so what can be locked and is said to run does not.

    Args:
        alone: No other worker is there, as when the only one of SQLite starts.

    Source: PLAT-006.
    """
    since = at if alone else at - LOST_AFTER
    found = 0
    with transaction.atomic():
        rows = Job.objects.filter(ended_at=None)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        waiting = set(DBTaskResult.objects.ready().values_list("id", flat=True))
        for row in list(rows.order_by("id")):
            begun = row.began_at or row.asked_at
            queued = row.state == "waiting" and row.task and UUID(row.task) in waiting
            if queued or begun > since:
                continue
            found += 1
            _again(row, at)
    return found


def _again(row: Job, at: datetime) -> None:
    if row.attempts >= ATTEMPTS_MAX:
        Job.objects.filter(id=row.pk).update(
            state="failed", ended_at=at, error=LOST.format(row.attempts)
        )
        return
    Job.objects.filter(id=row.pk).update(state="waiting")
    enqueue(row.key)


def delete_old(at: datetime) -> int:
    """Delete jobs that ended so many days ago, and what the queue kept of them.

    Source: PLAT-006.
    """
    before = at - timedelta(days=KEPT_DAYS)
    old = list(Job.objects.filter(ended_at__lt=before).values_list("key", flat=True)[:1000])
    if old:
        forget(old)
        Job.objects.filter(key__in=old).delete()
    DBTaskResult.objects.finished().filter(finished_at__lt=before).delete()
    return len(old)


def _begin(key: UUID, waited: timedelta) -> int | None:
    """Count the attempt and say that it runs; None if it does not wait."""
    with transaction.atomic():
        row = Job.objects.select_for_update().filter(key=key, state="waiting").first()
        if row is None:
            return None
        Job.objects.filter(id=row.pk).update(
            state="running", attempts=row.attempts + 1, began_at=row.asked_at + waited
        )
        return row.attempts + 1


def _work(key: UUID, attempt: int, waited: timedelta, tell: Teller) -> None:
    row = _locked(key, attempt)
    at = row.asked_at + waited
    made = KINDS[row.name].run(
        Work(
            key=row.key,
            program=row.program,
            values=row.values,
            by=row.by_id,
            at=at,
            tell=tell,
        )
    )
    _write(row, state="done", at=at, made=made)


def _end(
    key: UUID,
    attempt: int,
    waited: timedelta,
    *,
    state: str,
    refusals: list[dict[str, object]] | None = None,
    error: str = "",
) -> None:
    try:
        with transaction.atomic():
            row = _locked(key, attempt)
            _write(row, state=state, at=row.asked_at + waited, refusals=refusals, error=error)
    except _BegunAgain:
        log.warning("job %s was begun again by another worker", key)


def _locked(key: UUID, attempt: int) -> Job:
    row = Job.objects.select_for_update().get(key=key)
    if row.attempts != attempt or row.state != "running":
        raise _BegunAgain
    return row


def _write(
    row: Job,
    *,
    state: str,
    at: datetime,
    made: Made | None = None,
    refusals: list[dict[str, object]] | None = None,
    error: str = "",
) -> None:
    made = made or Made()
    Job.objects.filter(id=row.pk).update(
        state=state,
        ended_at=at,
        result=made.result,
        address=made.address,
        refusals=refusals or [],
        error=error,
    )


def _as_json(refusals: tuple[Refusal, ...]) -> list[dict[str, object]]:
    return [
        {
            "code": refusal.code,
            "cite": refusal.cite,
            "sentence": refusal.sentence,
            "row": refusal.row,
        }
        for refusal in refusals[:REFUSALS_KEPT]
    ]
