"""Open, claim, comment and close tasks; each function is one transaction.

Who may see a task is said by its audience; whoever calls `claim` and the like asks
`queries.task_of` for a task of the caller's first. Who is excluded is checked here too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction

from trueup.audit.statements import among, insert_many
from trueup.rules.refusal import Refused
from trueup.tasks import checks, queries
from trueup.tasks.entries import TaskEntry, TaskSpec
from trueup.tasks.models import NO_DUE_DATE, Exclusion, Step, Task

TEXT_MAX = 2000
TITLE_MAX = 300
FEW = 50


@transaction.atomic
def open_tasks(specs: Sequence[TaskSpec]) -> int:
    """Open tasks, with a constant number of statements; how many are new.

    A task whose `dedupe` an open task has already is left out.

    Source: PLAT-052, PLAT-094 (what awaits a second person is shown to who may do it).
    """
    keyed = [(uuid4(), spec) for spec in specs]
    opened = insert_many(Task, [_row(key, spec) for key, spec in keyed], ignore=True)
    if not opened:
        return 0
    new = dict(
        Task.objects.filter(key__in=[key for key, _ in keyed]).values_list("key", "id")
        if len(keyed) <= FEW
        else Task.objects.filter(
            subject__in=among({spec.subject for spec in specs}), closed_at=None
        ).values_list("key", "id")
    )
    ours = [(new[key], spec) for key, spec in keyed if key in new]
    insert_many(
        Exclusion,
        [
            {"task_id": task, "person_id": person}
            for task, spec in ours
            for person in sorted(set(spec.excluded))
        ],
    )
    _steps([(task, spec.opened_at, spec.opened_by, "opened", spec.title) for task, spec in ours])
    return opened


@transaction.atomic
def close_tasks(
    *, subject: str, kind: str = "", closed_at: datetime, outcome: str, actor: str = "registry"
) -> int:
    """Close the open tasks on a subject, or those of one kind; how many there were.

    Source: PLAT-094.
    """
    return close_many([subject], kind=kind, closed_at=closed_at, outcome=outcome, actor=actor)


@transaction.atomic
def close_many(
    subjects: Sequence[str],
    *,
    kind: str = "",
    closed_at: datetime,
    outcome: str,
    actor: str = "registry",
) -> int:
    """Close the open tasks on many subjects, with a constant number of statements.

    Source: PLAT-094.
    """
    if not outcome:
        raise ValueError("a task is closed with an outcome")
    found = Task.objects.select_for_update().filter(subject__in=among(subjects), closed_at=None)
    if kind:
        found = found.filter(kind=kind)
    ids = list(found.values_list("id", flat=True))
    if ids:
        Task.objects.filter(id__in=among(ids)).update(closed_at=closed_at, outcome=outcome)
        _steps([(task, closed_at, actor, "closed", outcome) for task in ids])
    return len(ids)


@transaction.atomic
def claim(*, key: UUID, person: int, at: datetime) -> TaskEntry:
    """Say that one has a task in hand, so that nobody else begins with it.

    Raises Refused (`unknown_task`, `task_closed`, `task_claimed`, `same_person`).

    Source: PLAT-094.
    """
    task = _open(key, person)
    if task.claimed_by_id not in (None, person):
        raise Refused(
            [
                checks.TaskClaimed(
                    "Somebody else has the task in hand; ask for it, or wait until it is released."
                )
            ]
        )
    if task.claimed_by_id is None:
        Task.objects.filter(id=task.id).update(claimed_by=person, claimed_at=at)
        _steps([(task.id, at, f"person:{person}", "claimed", "")])
    return _entry(key)


@transaction.atomic
def release(*, key: UUID, person: int, at: datetime, reason: str = "") -> TaskEntry:
    """Give a task back; anyone whose it is may do so, for whoever has it may be away.

    Raises Refused (`unknown_task`, `task_closed`, `same_person`).

    Source: PLAT-094.
    """
    task = _open(key, person)
    if task.claimed_by_id is not None:
        Task.objects.filter(id=task.id).update(claimed_by=None, claimed_at=None)
        _steps([(task.id, at, f"person:{person}", "released", reason[:TEXT_MAX])])
    return _entry(key)


@transaction.atomic
def comment(*, key: UUID, person: int, text: str, at: datetime) -> TaskEntry:
    """Keep a remark with a task.

    Raises Refused (`unknown_task`, `task_closed`, `same_person`, `nothing_said`).

    Source: PLAT-017.
    """
    task = _open(key, person)
    said = text.strip()
    if not said or len(said) > TEXT_MAX:
        raise Refused([checks.NothingSaid(f"Write a remark of 1 to {TEXT_MAX} characters.")])
    _steps([(task.id, at, f"person:{person}", "commented", said)])
    return _entry(key)


@transaction.atomic
def set_due(*, key: UUID, due_on: date | None, person: int, at: datetime) -> TaskEntry:
    """Change until when a task is to be done.

    Raises Refused (`unknown_task`, `task_closed`, `same_person`).

    Source: PLAT-017.
    """
    task = _open(key, person)
    if task.due_on != due_on:
        Task.objects.filter(id=task.id).update(due_on=due_on, sort_on=due_on or NO_DUE_DATE)
        change = f"{task.due_on or 'none'} to {due_on or 'none'}"
        _steps([(task.id, at, f"person:{person}", "due_changed", change)])
    return _entry(key)


def _open(key: UUID, person: int) -> Task:
    """An open task, locked, that the person is not excluded from."""
    task = Task.objects.select_for_update().filter(key=key).first()
    if task is None:
        raise Refused([checks.UnknownTask("There is no such task.")])
    if Exclusion.objects.filter(task=task, person=person).exists():
        raise Refused(
            [checks.SamePerson("The task is for a second person: whoever asked may not do it.")]
        )
    if task.closed_at is not None:
        raise Refused([checks.TaskClosed(f"The task was closed: {task.outcome}.")])
    return task


def _entry(key: UUID) -> TaskEntry:
    entry = queries.task(key)
    if entry is None:
        raise AssertionError(f"task {key} was there and is gone")
    return entry


def _row(key: UUID, spec: TaskSpec) -> dict[str, object]:
    return {
        "key": key,
        "kind": spec.kind,
        "program": spec.program,
        "subject": spec.subject,
        "title": " ".join(spec.title.split())[:TITLE_MAX],
        "account_id": spec.account,
        "person_id": spec.person,
        "function": spec.function,
        "jurisdiction": spec.jurisdiction,
        "submission": spec.submission,
        "opened_at": spec.opened_at,
        "due_on": spec.due_on,
        "sort_on": spec.due_on or NO_DUE_DATE,
        "dedupe": spec.dedupe,
    }


def _steps(steps: Sequence[tuple[int, datetime, str, str, str]]) -> None:
    insert_many(
        Step,
        [
            {"task_id": task, "at": at, "actor": actor, "what": what, "text": text}
            for task, at, actor, what, text in steps
        ],
    )
