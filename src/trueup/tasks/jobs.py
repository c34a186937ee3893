"""Work that takes longer than a page may: who starts it, and how far it is.

A context registers what its jobs do in a module `jobs`, which is imported when Django
starts. Whoever starts one is given its key at once; the page `/desk/jobs/<key>/` shows how
far it is. The worker beside the server does it in one transaction, with the job's own end.

Source: PLAT-006.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q

from trueup.tasks.job_progress import Progress, Teller, progress_of
from trueup.tasks.models import Job

ENDED = frozenset({"done", "refused", "failed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a job is to do.

    Attributes:
        at: When it is done: the instant it was asked for, and the time that it waited.
        tell: Says what is being done, how much of it, out of how much.
    """

    key: UUID
    program: str
    values: Mapping[str, Any]
    by: int | None
    at: datetime
    tell: Teller


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a job gave, as plain JSON, and the address of the page that shows it."""

    result: dict[str, Any] = field(default_factory=dict)
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of job.

    Attributes:
        title: What a page calls it; a text that is translated when it is shown.
        function: Officials with this function may see such jobs too.
    """

    name: str
    title: object
    run: Callable[[Work], Made]
    function: str = ""


KINDS: dict[str, Kind] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEntry:
    """A job as it stands; `models.Job` has the words."""

    key: UUID
    name: str
    program: str
    function: str
    jurisdiction: str
    by: int | None
    values: Mapping[str, Any]
    state: str
    attempts: int
    result: Mapping[str, Any]
    address: str
    refusals: tuple[Mapping[str, Any], ...]
    error: str
    asked_at: datetime
    began_at: datetime | None
    ended_at: datetime | None
    progress: Progress

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def title(self) -> str:
        """What the kind is called; its name if the program knows it no more."""
        kind = KINDS.get(self.name)
        return str(kind.title) if kind is not None else self.name


def register(
    name: str, *, title: object, function: str = ""
) -> Callable[[Callable[[Work], Made]], Callable[[Work], Made]]:
    """Say what a kind of job does; raises ValueError for a name that is taken, a bug."""

    def decorate(run: Callable[[Work], Made]) -> Callable[[Work], Made]:
        if name in KINDS:
            raise ValueError(f"there is a kind of job {name!r} already")
        KINDS[name] = Kind(name=name, title=title, run=run, function=function)
        return run

    return decorate


@transaction.atomic
def start(
    name: str,
    *,
    by: int | None,
    program: str,
    values: Mapping[str, Any],
    at: datetime,
    jurisdiction: str = "",
    key: UUID | None = None,
) -> UUID:
    """Ask the worker to do something; the job's key.

    The same that has not ended yet is not begun again: whoever asks twice is given the
    key of the one. Within a transaction it is asked for when that commits.

    Args:
        name: A key of KINDS. values: What its function needs, as plain JSON.
        key: The key that a new job is to have.

    Source: PLAT-006.
    """
    if name not in KINDS:
        raise ValueError(f"there is no kind of job {name!r}")
    text = json.dumps([name, program, by, dict(values)], sort_keys=True)
    dedupe = hashlib.sha256(text.encode()).hexdigest()
    key = key or uuid4()
    try:
        with transaction.atomic():
            Job.objects.create(
                key=key,
                name=name,
                program=program,
                function=KINDS[name].function,
                jurisdiction=jurisdiction,
                by_id=by,
                values=dict(values),
                dedupe=dedupe,
                asked_at=at,
            )
    except IntegrityError:
        return Job.objects.get(dedupe=dedupe, ended_at=None).key
    enqueue(key)
    return key


def enqueue(key: UUID) -> None:
    """Put a job in the worker's queue, in the same transaction as whatever asked for it."""
    from trueup.tasks.job_worker import run_job  # It asks for the kinds above.

    queued = run_job.enqueue(str(key))
    Job.objects.filter(key=key).update(task=str(queued.id))


def job(key: UUID) -> JobEntry | None:
    """A job and how far it is."""
    row = Job.objects.filter(key=key).first()
    return _entry(row, progress_of(key)) if row is not None else None


def jobs_of(
    *, within: Q, names: tuple[str, ...] = (), program: str = "", limit: int = 20
) -> list[JobEntry]:
    """The latest jobs, without how far each is."""
    found = Job.objects.filter(within)
    if names:
        found = found.filter(name__in=names)
    if program:
        found = found.filter(program=program)
    return [_entry(row, Progress()) for row in found.order_by("-id")[:limit]]


def _entry(row: Job, progress: Progress) -> JobEntry:
    return JobEntry(
        key=row.key,
        name=row.name,
        program=row.program,
        function=row.function,
        jurisdiction=row.jurisdiction,
        by=row.by_id,
        values=row.values,
        state=row.state,
        attempts=row.attempts,
        result=row.result,
        address=row.address,
        refusals=tuple(row.refusals),
        error=row.error,
        asked_at=row.asked_at,
        began_at=row.began_at,
        ended_at=row.ended_at,
        progress=progress,
    )
