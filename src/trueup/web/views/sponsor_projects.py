"""A sponsor's projects in set-asides: what is to be filed, decided, explained, received.

The sponsor is whoever represents the general account that the allowances go to.

Source: 40 CFR 62.16245(a)(3)-(5); MASS-077 to MASS-087; PLAT-051, PLAT-052.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.desk.callers import Caller
from trueup.ledger import queries as ledger
from trueup.resources.filing import SUBMISSIONS
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.set_asides import public_reads, queries
from trueup.set_asides.entries import ProjectEntry
from trueup.set_asides.projections import last_day_of
from trueup.web.access import caller_of, own, registered
from trueup.web.components import TaskItem
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.set_aside_words import LOOKS, PROJECT_STATES, said
from trueup.web.templatetags.pages import day_in_words
from trueup.web.views.set_asides import project_context, project_or_404


def reads_project(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Whether the allowances of a project go to an account that the caller reads."""
    found = queries.project(arguments["project_id"])
    return (
        found is not None
        and found.program == arguments["code"]
        and caller.reads(found.account, submission=SUBMISSIONS)
    )


@registered
@require_safe
def my_projects(request: HttpRequest) -> HttpResponse:
    """The projects whose allowances go to one's accounts.

    Source: 40 CFR 62.16245(a)(3); PLAT-052.
    """
    caller = caller_of(request)
    mine = caller.represents | caller.delegated.get(SUBMISSIONS, frozenset()) | caller.views
    rows = public_reads.projects_page(
        program="", accounts=mine, limit=PAGE_SIZE + 1, after=number_after(request)
    )
    known = ledger.accounts_by_id(sorted({one.account for one in rows} | caller.represents))
    return page(
        request,
        "sponsor/projects",
        trail=[Link(name=_("Your accounts"), address=reverse("you"))],
        page=page_of(request, rows, key=lambda one: one.id),
        accounts=known,
        carried=public_reads.carried_of([one.id for one in rows]),
        may_apply=[
            known[account]
            for account in sorted(caller.represents)
            if known[account].kind == "general"
            and programs.load(known[account].program).renewable_energy is not None
        ],
    )


@own(reads_project)
@require_safe
def my_project(request: HttpRequest, code: str, project_id: int) -> HttpResponse:
    """How far a project has come, and what awaits its sponsor.

    Source: 40 CFR 62.16245(a)(3)-(5); PLAT-051, PLAT-052.
    """
    program = program_or_404(code)
    found = project_or_404(code, project_id)
    caller = caller_of(request)
    context = project_context(found)
    may_act = caller.acts_for(found.account, submission=SUBMISSIONS)
    return page(
        request,
        "sponsor/project",
        program=program,
        trail=program_trail(program, Link(name=_("Your projects"), address=reverse("my-projects"))),
        tasks=tasks_of(program, found, context, today=program.local_date(caller.at)),
        may_act=may_act,
        **context,
    )


def tasks_of(
    program: Program, found: ProjectEntry, context: Mapping[str, Any], *, today: date
) -> list[TaskItem]:
    """Every stage on the way to allowances, with its state and where it is done.

    Source: 40 CFR 62.16245(a)(3)-(5); PLAT-122.
    """
    items = [
        TaskItem(
            title=_("Eligibility application"),
            status=said(PROJECT_STATES, found.state),
            kind=LOOKS.get(found.state, ""),
            hint=found.ground,
        )
    ]
    items += _projection(program, found, context, today)
    items += [
        TaskItem(
            title=_("Explain the shortfall of %(year)s") % {"year": one.generation_year},
            status=_("To do"),
            kind="bad",
            address=reverse("act-explain-shortfall", args=[found.program, found.id]),
            hint=_("Until then no further projection can be filed."),
        )
        for one in context["deliveries"].values()
        if one.is_to_explain and one.explained_at is None
    ]
    return items


def _projection(
    program: Program, found: ProjectEntry, context: Mapping[str, Any], today: date
) -> list[TaskItem]:
    """The next projection that can be filed in time, and those that wait for a decision."""
    items = [
        TaskItem(
            title=_("Projection for %(year)s") % {"year": one.generation_year},
            status=said(PROJECT_STATES, one.state),
            kind=LOOKS.get(one.state, ""),
        )
        for one in context["projections"]
        if one.generation_year >= today.year
    ]
    if found.state in ("rejected", "revoked"):
        return items
    filed = {one.generation_year for one in context["projections"] if one.state != "rejected"}
    first = max(program.schedule.printed[0].first_year, today.year + 1)
    nearest = next(
        (
            year
            for year in range(first, first + 5)
            if year not in filed and last_day_of(program.code, year) >= today
        ),
        None,
    )
    if nearest is not None:
        due = last_day_of(program.code, nearest)
        items.append(
            TaskItem(
                title=_("Projection for %(year)s") % {"year": nearest},
                status=_("To do"),
                kind="note",
                address=reverse("act-file-projection", args=[found.program, found.id]),
                hint=_("Due by %(day)s.") % {"day": day_in_words(due)},
            )
        )
    return items
