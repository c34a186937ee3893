"""Read the task list; every function takes a constant number of statements.

A person's list is made of three: tasks for the accounts that the person acts for, for
the person alone, and for officials with functions the person has. Each is cut at the
page's length in an index that has every column asked for, before rows are read and merged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from uuid import UUID

from django.db.models import Count as CountOf
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat

from trueup.audit.statements import among
from trueup.tasks.entries import Count, Scope, StepEntry, TaskEntry
from trueup.tasks.models import NO_DUE_DATE, Exclusion, Step, Task

PAGE = 50
NOBODY: Mapping[str, Iterable[int]] = MappingProxyType({})
Place = tuple[date, int]


def tasks_for(
    *,
    person: int,
    accounts: Iterable[int] = (),
    delegated: Mapping[str, Iterable[int]] = NOBODY,
    functions: Sequence[Scope] = (),
    kind: str = "",
    limit: int = PAGE,
    after: Place | None = None,
) -> list[TaskEntry]:
    """What awaits a person, the first due first; `after` is the place at which to go on.

    Args:
        accounts: Those that the person represents.
        delegated: Those for which the person is an agent, by kind of submission.
        functions: What the person may do as an official, and where.

    Source: PLAT-052, PLAT-094.
    """
    found: list[Task] = []
    # Sought by function, tasks come out of order and are all looked at; as a function of
    # the column it is compared while the index in order of due dates is read to the limit.
    for part in _parts(person, accounts, delegated, functions, function="function_read"):
        chosen = part.filter(kind=kind) if kind else part
        if after is not None:
            sort_on, task = after
            chosen = chosen.filter(
                Q(sort_on__gt=sort_on) | Q(sort_on=sort_on, id__gt=task), sort_on__gte=sort_on
            )
        first = chosen.order_by("sort_on", "id").values("id")[:limit]
        found += Task.objects.filter(id__in=first).select_related("claimed_by")
    found.sort(key=lambda task: (task.sort_on, task.id))
    return [task_entry(task) for task in found[:limit]]


def place_of(task: TaskEntry) -> Place:
    """Where a list goes on after this task."""
    return (task.due_on or NO_DUE_DATE, task.id)


def counts_for(
    *,
    person: int,
    accounts: Iterable[int] = (),
    delegated: Mapping[str, Iterable[int]] = NOBODY,
    functions: Sequence[Scope] = (),
    today: date,
) -> list[Count]:
    """How many open tasks of each kind await a person, and how many of those are late."""
    sums: dict[str, tuple[int, int]] = {}
    for part in _parts(person, accounts, delegated, functions):
        rows = part.values("kind").annotate(
            open=CountOf("id"), late=CountOf("id", filter=Q(sort_on__lt=today))
        )
        for row in rows.order_by():
            open_, late = sums.get(row["kind"], (0, 0))
            sums[row["kind"]] = (open_ + row["open"], late + row["late"])
    return [Count(kind=kind, open=o, overdue=late) for kind, (o, late) in sorted(sums.items())]


def task_of(
    key: UUID,
    *,
    person: int,
    accounts: Iterable[int] = (),
    delegated: Mapping[str, Iterable[int]] = NOBODY,
    functions: Sequence[Scope] = (),
    closed_too: bool = True,
) -> TaskEntry | None:
    """A task, if it is one of the person's; None otherwise, whether or not there is one."""
    found = Task.objects.filter(
        _audience(person, accounts, delegated, functions), ~_excludes(person), key=key
    )
    if not closed_too:
        found = found.filter(closed_at=None)
    task = found.select_related("claimed_by").first()
    return task_entry(task) if task is not None else None


def task(key: UUID) -> TaskEntry | None:
    """A task by its key, whoever it is for."""
    found = Task.objects.filter(key=key).select_related("claimed_by").first()
    return task_entry(found) if found is not None else None


def open_on(subject: str, *, kind: str = "") -> list[TaskEntry]:
    """The open tasks on a subject."""
    found = Task.objects.filter(subject=subject, closed_at=None)
    if kind:
        found = found.filter(kind=kind)
    return [task_entry(row) for row in found.select_related("claimed_by").order_by("id")]


def history_of(key: UUID, *, limit: int = 200) -> list[StepEntry]:
    """What was done with a task, in the order of doing."""
    steps = Step.objects.filter(task__key=key).order_by("id")[:limit]
    return [
        StepEntry(at=step.at, actor=step.actor, what=step.what, text=step.text) for step in steps
    ]


def overdue(today: date, *, program: str = "", limit: int = PAGE) -> list[TaskEntry]:
    """Open tasks whose last day has passed, the latest first due first."""
    found = Task.objects.filter(closed_at=None, due_on__lt=today)
    if program:
        found = found.filter(program=program)
    rows = found.select_related("claimed_by").order_by("sort_on", "id")[:limit]
    return [task_entry(row) for row in rows]


def excluded_from(key: UUID) -> set[int]:
    """The persons who may not do a task."""
    return set(Exclusion.objects.filter(task__key=key).values_list("person_id", flat=True))


def _parts(
    person: int,
    accounts: Iterable[int],
    delegated: Mapping[str, Iterable[int]],
    functions: Sequence[Scope],
    *,
    function: str = "function",
) -> list[QuerySet[Task]]:
    """A person's open tasks, as up to three lists that each have an index."""
    open_ = Task.objects.filter(~_excludes(person), closed_at=None)
    parts = [open_.filter(person_id__isnull=False, person_id=person)]
    if acting := _accounts(accounts, delegated):
        parts.append(open_.filter(acting, account_id__isnull=False))
    if functions:
        read = open_.alias(function_read=Concat("function", Value("")))
        parts.append(read.filter(~Q(function=""), _functions(functions, function)))
    return parts


def _audience(
    person: int,
    accounts: Iterable[int],
    delegated: Mapping[str, Iterable[int]],
    functions: Sequence[Scope],
) -> Q:
    audience = Q(person_id=person)
    if acting := _accounts(accounts, delegated):
        audience |= acting
    return audience | _functions(functions) if functions else audience


def _accounts(accounts: Iterable[int], delegated: Mapping[str, Iterable[int]]) -> Q:
    """Tasks of accounts that one represents, and those of a kind that was delegated."""
    wanted = Q()
    if represented := sorted(set(accounts)):
        wanted |= Q(account_id__in=among(represented))
    for submission, of_agent in sorted(delegated.items()):
        if acting := sorted(set(of_agent)):
            wanted |= Q(submission=submission, account_id__in=among(acting))
    return wanted


def _functions(scopes: Sequence[Scope], column: str = "function") -> Q:
    """Tasks for officials with these functions; one condition a program and State."""
    by_limits: dict[tuple[str, str], set[str]] = {}
    for scope in scopes:
        by_limits.setdefault((scope.program, scope.jurisdiction), set()).add(scope.function)
    wanted = Q(pk__in=[])
    for (program, jurisdiction), functions in sorted(by_limits.items()):
        one = Q((f"{column}__in", sorted(functions)))
        if program:
            one &= Q(program=program)
        if jurisdiction:
            one &= Q(jurisdiction=jurisdiction)
        wanted |= one
    return wanted


def _excludes(person: int) -> Exists:
    return Exists(Exclusion.objects.filter(task=OuterRef("pk"), person=person))


def task_entry(task: Task) -> TaskEntry:
    return TaskEntry(
        id=task.id,
        key=task.key,
        kind=task.kind,
        program=task.program,
        subject=task.subject,
        title=task.title,
        account=task.account_id,
        person=task.person_id,
        function=task.function,
        jurisdiction=task.jurisdiction,
        submission=task.submission,
        opened_at=task.opened_at,
        due_on=task.due_on,
        claimed_by=task.claimed_by_id,
        claimer=task.claimed_by.name if task.claimed_by is not None else "",
        claimed_at=task.claimed_at,
        closed_at=task.closed_at,
        outcome=task.outcome,
    )
