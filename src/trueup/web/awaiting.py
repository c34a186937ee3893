"""What awaits the person who has signed in, as lines of one list.

Source: PLAT-051, PLAT-052.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trueup.desk.callers import Caller
from trueup.disclosure.standing import FleetSums
from trueup.signing import queries as signing
from trueup.signing.entries import DraftEntry
from trueup.tasks import queries as tasks
from trueup.tasks.entries import TaskEntry
from trueup.web.acts import ACTS
from trueup.web.components import TaskItem
from trueup.web.templatetags.pages import day_in_words

TASKS_SHOWN = 5
DRAFTS_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaiting:
    """The list, and how much of it is not shown."""

    items: tuple[TaskItem, ...]
    tasks: int
    late: int
    more: int


def awaiting(caller: Caller, sums: FleetSums | None) -> Awaiting:
    """Accounts that are short, tasks in order of due dates, and what is not submitted.

    Source: PLAT-051, PLAT-052.
    """
    today = caller.at.date()
    mine = {
        "accounts": caller.represents,
        "delegated": caller.delegated,
        "functions": caller.scopes,
    }
    person = caller.person or 0
    counts = tasks.counts_for(person=person, today=today, **mine)  # type: ignore[arg-type]
    first = tasks.tasks_for(person=person, limit=TASKS_SHOWN, **mine)  # type: ignore[arg-type]
    drafts = signing.drafts_of(person, at=caller.at, acts=_drafted(), limit=DRAFTS_SHOWN)
    total = sum(count.open for count in counts)
    return Awaiting(
        items=(*_short(sums), *_tasks(first, today), *_drafts(drafts)),
        tasks=total,
        late=sum(count.overdue for count in counts),
        more=max(total - len(first), 0),
    )


def _short(sums: FleetSums | None) -> list[TaskItem]:
    items = []
    if sums is not None and sums.short:
        items.append(
            TaskItem(
                title=ngettext(
                    "%(many)d account holds less than it owes so far",
                    "%(many)d accounts hold less than they owe so far",
                    sums.short,
                )
                % {"many": sums.short},
                address=f"{reverse('you')}#standing",
                status=_("Short"),
                kind="bad",
            )
        )
    if sums is not None and sums.outstanding:
        items.append(
            TaskItem(
                title=_("Excess emissions of a settled period are still owed"),
                address=f"{reverse('you')}#standing",
                status=_("Owed"),
                kind="bad",
            )
        )
    return items


def _tasks(found: Sequence[TaskEntry], today: date) -> list[TaskItem]:
    return [
        TaskItem(
            title=task.title,
            address=reverse("task", args=[task.key]),
            hint=_("Due on %(day)s") % {"day": day_in_words(task.due_on)} if task.due_on else "",
            status=_("Late") if task.is_overdue(today) else _("To do"),
            kind="bad" if task.is_overdue(today) else "care",
        )
        for task in found
    ]


def _drafts(found: Sequence[DraftEntry]) -> list[TaskItem]:
    return [
        TaskItem(
            title=str(ACTS[draft.act].title),
            address=reverse("sign", args=[draft.key]),
            hint=_("Begun on %(day)s; nobody has signed it, so nothing will happen.")
            % {"day": day_in_words(timezone.localtime(draft.created_at).date())},
            status=_("Not submitted"),
            kind="care",
        )
        for draft in found
    ]


def _drafted() -> list[str]:
    return [name for name in ACTS if name != "agreement"]
