"""The task list: everything that awaits the person who has signed in, and one task."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from trueup.desk.callers import Caller
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.tasks import queries, services
from trueup.tasks.entries import TaskEntry
from trueup.web.access import caller_of, own, registered
from trueup.web.pages import Link, page
from trueup.web.paging import PAGE_SIZE, page_of
from trueup.web.sentences import say_all
from trueup.web.task_addresses import address_of


@registered
@require_safe
def task_list(request: HttpRequest) -> HttpResponse:
    """Everything that awaits one, the first due first, however many accounts and roles.

    Source: PLAT-052, PLAT-094.
    """
    caller = caller_of(request)
    mine = _audience(caller)
    kind = request.GET.get("kind", "")[:40]
    rows = queries.tasks_for(
        **mine, kind=kind, limit=PAGE_SIZE + 1, after=_place(request.GET.get("after", ""))
    )
    today = caller.at.date()
    accounts = ledger.accounts_by_id({row.account for row in rows if row.account is not None})
    return page(
        request,
        "desk/tasks",
        counts=queries.counts_for(**mine, today=today),
        kind=kind,
        page=page_of(request, rows, key=_key),
        accounts=accounts,
        rows=[
            {
                "task": row,
                "account": accounts.get(row.account) if row.account is not None else None,
                "program": programs.load(row.program),
                "late": row.is_overdue(today),
                "mine": row.claimed_by == caller.person,
            }
            for row in rows[:PAGE_SIZE]
        ],
    )


def has_task(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Whether a task is there and the caller's, for the rule of access."""
    return queries.task_of(arguments["key"], **_audience(caller)) is not None


@own(has_task)
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, key: UUID) -> HttpResponse:
    """One task with its history; claim it, give it back, write a remark, set its date.

    Source: PLAT-017, PLAT-094.
    """
    caller = caller_of(request)
    entry = queries.task_of(key, **_audience(caller))
    if entry is None:
        raise Http404("There is no such task of yours.")
    if request.method == "POST":
        try:
            _do(request, entry, caller)
        except Refused as refused:
            messages.error(request, say_all(refused.refusals))
        return HttpResponseRedirect(reverse("task", args=[key]))
    return page(
        request,
        "desk/task",
        program=programs.load(entry.program),
        trail=[Link(name=_("Tasks"), address=reverse("tasks"))],
        task=entry,
        is_late=entry.is_overdue(caller.at.date()),
        is_mine=entry.claimed_by == caller.person,
        account=ledger.account(entry.account) if entry.account is not None else None,
        address=address_of(entry),
        history=queries.history_of(key),
    )


def _do(request: HttpRequest, entry: TaskEntry, caller: Caller) -> None:
    person = caller.person or 0
    text = request.POST.get("text", "")
    match request.POST.get("do"):
        case "claim":
            services.claim(key=entry.key, person=person, at=caller.at)
        case "release":
            services.release(key=entry.key, person=person, at=caller.at, reason=text)
        case "comment":
            services.comment(key=entry.key, person=person, text=text, at=caller.at)
        case "due":
            services.set_due(
                key=entry.key,
                due_on=_day(request.POST.get("due_on", "")),
                person=person,
                at=caller.at,
            )


def _audience(caller: Caller) -> dict[str, Any]:
    return {
        "person": caller.person or 0,
        "accounts": caller.represents,
        "delegated": caller.delegated,
        "functions": caller.scopes,
    }


def _key(row: TaskEntry) -> str:
    due_on, task_id = queries.place_of(row)
    return f"{due_on}.{task_id}"


def _place(text: str) -> queries.Place | None:
    day, _, number = text.partition(".")
    due_on = _day(day)
    usable = due_on is not None and number.isascii() and number.isdigit() and len(number) < 19
    return (due_on, int(number)) if due_on is not None and usable else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
