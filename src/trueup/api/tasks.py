"""What awaits the person who asks."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router

from trueup.api import asking, schemas
from trueup.api import people_schemas as people
from trueup.api.access import REGISTERED, rule
from trueup.api.asking import READING, Limit
from trueup.api.callers import SESSION, asker
from trueup.desk.callers import caller
from trueup.tasks import queries
from trueup.tasks.entries import TaskEntry

router = Router(tags=["Tasks"])

Place = Annotated[
    str, Query(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{1,18})?$", description="`next`.")
]
Kind = Annotated[str, Query(pattern="^[a-z_]{0,40}$")]


@router.get(
    "/tasks",
    auth=SESSION,
    response={200: people.TaskPage, 401: schemas.Problem, 403: schemas.Problem, **READING},
)
@rule(REGISTERED)
def list_tasks(
    request: HttpRequest, *, kind: Kind = "", limit: Limit = 100, after: Place = ""
) -> people.TaskPage:
    """What awaits you, the first due first: for your accounts, for you, for your functions."""
    who = caller(asker(request).person, at=asking.now())
    found = queries.tasks_for(
        person=who.person or 0,
        accounts=who.represents,
        delegated=who.delegated,
        functions=who.scopes,
        kind=kind,
        limit=limit + 1,
        after=_place(after),
    )
    page = found[:limit]
    return people.TaskPage(
        items=[_task(entry) for entry in page],
        next=_next(page[-1]) if len(found) > limit else None,
    )


def _place(text: str) -> queries.Place | None:
    """The place at which a list goes on; a day that there is not begins at the front."""
    if not text:
        return None
    try:
        return date.fromisoformat(text[:10]), int(text[11:])
    except ValueError:
        return None


def _next(entry: TaskEntry) -> str:
    on, number = queries.place_of(entry)
    return f"{on.isoformat()}-{number}"


def _task(entry: TaskEntry) -> people.Task:
    return people.Task(
        key=entry.key,
        kind=entry.kind,
        program=entry.program,
        subject=entry.subject,
        title=entry.title,
        opened_at=entry.opened_at,
        due_on=entry.due_on,
        claimed_by=entry.claimer,
    )
