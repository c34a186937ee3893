"""A sponsor's resources: which there are, how far each has come, what awaits one.

The sponsor is whoever represents the general account to which the credits of a resource go.

Source: 40 CFR 62.16445(a), 62.16515(c); PLAT-051, PLAT-052, PLAT-120, PLAT-122.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.desk.callers import Caller
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.resources import queries as resources
from trueup.resources import sponsor_reads as sponsors
from trueup.resources.filing import SUBMISSIONS
from trueup.resources.questions import questions_of_resources
from trueup.resources.sponsor_entries import Sponsored
from trueup.rules import programs
from trueup.web import sponsor_tasks
from trueup.web.access import caller_of, own, registered
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.resource_charts import output_by_year
from trueup.web.views.pictures import look_of, picture
from trueup.web.views.your_accounts import private


def reads_resource(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Whether a resource of this program is credited to an account that the caller reads."""
    found = resources.resource(arguments["resource_id"])
    return (
        found is not None
        and found.program == arguments["code"]
        and found.account is not None
        and caller.reads(found.account, submission=SUBMISSIONS)
    )


def sponsored_or_404(resource_id: int) -> Sponsored:
    """All that a sponsor sees of a resource."""
    found = sponsors.sponsored(resource_id)
    if found is None:
        raise Http404("There is no such resource.")
    return found


def own_resources() -> Link:
    return Link(name=_("Your resources"), address=reverse("my-resources"))


@registered
@require_safe
def my_resources(request: HttpRequest) -> HttpResponse:
    """The resources whose credits go to one's accounts, and what one reports for others.

    Source: 40 CFR 62.16445(a); PLAT-052, PLAT-124.
    """
    caller = caller_of(request)
    mine = caller.represents | caller.delegated.get(SUBMISSIONS, frozenset()) | caller.views
    rows = sponsors.resources_of_accounts(mine, limit=PAGE_SIZE + 1, after=number_after(request))
    own_ones = [
        account
        for account in ledger.accounts_by_id(sorted(caller.represents)).values()
        if _is_recipient(account)
    ]
    into = sponsors.standing_into(caller.represents)
    return page(
        request,
        "sponsor/resources",
        trail=[Link(name=_("Your accounts"), address=reverse("you"))],
        page=page_of(request, rows, key=lambda row: row.id),
        accounts=sorted(own_ones, key=lambda account: account.name),
        reports_for=sponsors.reports_for(caller.person or 0),
        into=into,
        of_into=sponsors.names_of({one.resource for one in into}),
    )


def _is_recipient(account: AccountEntry) -> bool:
    """Whether what resources earn can be recorded in an account."""
    return account.kind == "general" and programs.load(account.program).resources is not None


@own(reads_resource)
@require_safe
def my_resource(request: HttpRequest, code: str, resource_id: int) -> HttpResponse:
    """How far one resource has come, what awaits its sponsor, and what it earned.

    Source: PLAT-051, PLAT-052, PLAT-120, PLAT-122; 40 CFR 62.16445.
    """
    program, found = program_or_404(code), sponsored_or_404(resource_id)
    today = program.local_date(caller_of(request).at)
    questions = questions_of_resources([resource_id]).get(resource_id, [])
    people = sponsors.people_of({one.person for one in found.reporters})
    account = found.resource.account
    places = [one.destination for one in found.standing]
    accounts = ledger.accounts_by_id([*places, *([account] if account else [])])
    return page(
        request,
        "sponsor/resource",
        program=program,
        trail=program_trail(program, own_resources()),
        found=found,
        account=accounts.get(account or 0),
        tasks=sponsor_tasks.tasks_of(found, today=today),
        awaiting=sponsor_tasks.awaiting_of(found, questions, today=today),
        questions=questions,
        answered=sponsors.answered_of(resource_id),
        events=sponsor_tasks.events_of(found),
        reporters=[(one, people.get(one.person, "")) for one in found.reporters],
        standing=[(one, accounts.get(one.destination)) for one in found.standing],
        may_act=caller_of(request).acts_for(account or 0, submission=SUBMISSIONS),
    )


@own(reads_resource)
@require_safe
def output_chart(request: HttpRequest, *, resource_id: int, **_named: object) -> HttpResponse:
    """MWh reported and credits issued by year, as a picture."""
    found = sponsored_or_404(resource_id)
    spec = output_by_year(
        found.years, shown=look_of(request), words=(_("MWh reported"), _("Credits issued"))
    )
    return private(picture(request, spec))
