"""The official's console, proposals that await a second official, and roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trueup.audit import queries as audit
from trueup.desk import authority, parameters, queries, services
from trueup.desk.acts import act_named
from trueup.desk.callers import Caller
from trueup.desk.entries import ProposalEntry
from trueup.desk.models import Proposal
from trueup.disclosure import queries as disclosure
from trueup.officials import queries as officials
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.tasks import jobs
from trueup.tasks import queries as tasks
from trueup.web.access import any_official, caller_of, official, own
from trueup.web.acts.desk import PREFIX, VERDICT, VerdictForm, told
from trueup.web.desk_acts import acts_by_topic, acts_of
from trueup.web.pages import Link, page
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.papers_shown import paper_shown
from trueup.web.sentences import say_all
from trueup.web.signed_acts import Acting, now
from trueup.web.views.desk_queues import counted_at, counts_of
from trueup.web.views.desk_signing import to_sign
from trueup.web.views.people import person_of

SHOWN = 20
READERS = (
    ("read_audit", gettext_lazy("Audit trail"), "audit-trail"),
    ("notices", gettext_lazy("Notices"), "notices"),
    ("roles", gettext_lazy("Roles"), "roles"),
    ("approve_roles", gettext_lazy("Roles"), "roles"),
    ("support", gettext_lazy("Help requests"), "desk-help"),
    ("support", gettext_lazy("People"), "desk-people"),
    ("announce", gettext_lazy("Announcements"), "announcements"),
    ("identity_scans", gettext_lazy("Identity papers"), "identity-papers"),
    ("verify", gettext_lazy("Verifying and sponsoring"), "verifying"),
)


@any_official
@require_safe
def console(request: HttpRequest) -> HttpResponse:
    """What awaits an official: tasks by kind, proposals, what is late; and the acts.

    Source: PLAT-018, PLAT-052, PLAT-094.
    """
    caller = caller_of(request)
    today = programs.load(_home(caller)).local_date(caller.at)
    counts = tasks.counts_for(
        person=caller.person or 0,
        accounts=caller.represents,
        delegated=caller.delegated,
        functions=caller.scopes,
        today=today,
    )
    within = authority.proposals_in(caller)
    overdue = audit.overdue_notices(today, limit=SHOWN, within=authority.notices_in(caller))
    program = _chosen(request, caller)
    waiting = counts_of(caller, program)
    return page(
        request,
        "desk/console",
        program=program,
        programs=_programs(caller),
        queues=waiting,
        counted_at=counted_at(program, waiting, at=caller.at),
        runs=_runs(caller, program),
        counts=counts,
        open_tasks=sum(count.open for count in counts),
        late_tasks=sum(count.overdue for count in counts),
        waiting=queries.proposals(
            within=authority.proposals_to_decide(caller), undecided=True, limit=SHOWN
        ),
        mine=queries.proposals(within=_own(caller), undecided=True, limit=SHOWN),
        unconfirmed=queries.overdue_confirmations(today, within=within, limit=SHOWN),
        overdue=overdue,
        today=today,
        acts=acts_by_topic(caller),
        readers=_readers(caller),
        markets=_markets(caller),
        grants=caller.grants,
    )


def sees_proposal(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Whether a proposal is there and the caller's to see, for the rule of access."""
    return Proposal.objects.filter(authority.proposals_in(caller), key=arguments["key"]).exists()


@own(sees_proposal)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def proposal(request: HttpRequest, key: UUID) -> HttpResponse:
    """What was proposed, in full, and a second official's word on exactly that.

    Source: PLAT-018, PLAT-094.
    """
    entry = queries.known(key)
    caller = caller_of(request)
    act = act_named(entry.act)
    may_decide = (
        entry.verdict is None
        and Proposal.objects.filter(authority.proposals_to_decide(caller), key=key).exists()
    )
    paper = paper_shown(entry, reader=caller.person or 0, may_decide=may_decide)
    form = None
    if may_decide and entry.kind != "recommendation":
        acting = _acting(request, entry)
        form = VerdictForm(request.POST or None, acting=acting)
        form.initial = {"proposal": key}
        if request.method == "POST" and form.is_valid():
            return to_sign(request, VERDICT, form.values(), program=entry.program)
    return page(
        request,
        "desk/proposal",
        program=programs.load(entry.program),
        trail=[Link(name=_("Desk"), address=reverse("desk"))],
        http_status=422 if form is not None and form.errors else 200,
        entry=entry,
        act=act,
        rows=[
            (parameter.label, parameters.shown(parameter, entry.values[parameter.name]))
            for parameter in act.parameters
            if parameter.name in entry.values and not (paper and paper.is_hidden)
        ],
        preview=() if paper and paper.is_hidden else told(entry.preview),
        paper=paper,
        may_see_scan=caller.may("enter_paper", program=entry.program),
        result=told(entry.verdict.result) if entry.verdict is not None else (),
        form=form,
        may_withdraw=entry.verdict is None
        and entry.kind != "unconfirmed"
        and entry.proposed_by == caller.person,
        may_take_up=may_decide and entry.kind == "recommendation",
        history=audit.events_of(entry.subject),
        preview_key=entry.values.get("preview", "") if act.in_job else "",
        job=jobs.job(entry.approval.job) if entry.approval is not None else None,
    )


@own(sees_proposal)
@require_POST
def withdraw(request: HttpRequest, key: UUID) -> HttpResponse:
    """Take one's own proposal back."""
    caller = caller_of(request)
    try:
        services.withdraw(
            proposal=key,
            by=caller.person or 0,
            at=caller.at,
            reason=request.POST.get("reason", "")[: parameters.TEXT_MAX],
        )
    except Refused as refused:
        messages.error(request, say_all(refused.refusals))
    else:
        messages.success(request, _("The proposal is withdrawn."))
    return HttpResponseRedirect(reverse("proposal", args=[key]))


@own(sees_proposal)
@require_POST
def resume(request: HttpRequest, key: UUID) -> HttpResponse:
    """Ask again for what was approved, when its job failed and nothing was done.

    Source: PLAT-006.
    """
    caller = caller_of(request)
    try:
        job = services.resume(proposal=key, by=caller.person or 0, at=caller.at)
    except Refused as refused:
        messages.error(request, say_all(refused.refusals))
        return HttpResponseRedirect(reverse("proposal", args=[key]))
    return HttpResponseRedirect(reverse("job", args=[job]))


@own(sees_proposal)
@require_POST
def take_up(request: HttpRequest, key: UUID) -> HttpResponse:
    """Follow a recommendation: go on to sign what was recommended."""
    entry = queries.known(key)
    if entry.kind != "recommendation" or entry.verdict is not None:
        raise Http404("There is no such recommendation.")
    values = {**entry.values, "recommendation": str(key)}
    return to_sign(request, f"{PREFIX}{entry.act}", values, program=entry.program)


@official("roles", "approve_roles")
@require_safe
def roles(request: HttpRequest) -> HttpResponse:
    """Who has which role, for which program and State, from when until when.

    Source: PLAT-018, PLAT-019, PLAT-020.
    """
    caller = caller_of(request)
    rows = officials.grants(
        limit=PAGE_SIZE + 1,
        after=number_after(request),
        within=authority.grants_in(caller),
    )
    return page(
        request,
        "desk/roles",
        trail=[Link(name=_("Desk"), address=reverse("desk"))],
        page=page_of(request, rows, key=lambda row: row.id),
        acts=[item for item in acts_of(caller) if item[0] in ("grant_role", "end_role")],
        at=caller.at,
    )


def _acting(request: HttpRequest, entry: ProposalEntry) -> Acting:
    person = person_of(request)
    if person is None:
        raise Http404("There is no such proposal.")
    return Acting(program=programs.load(entry.program), person=person, at=now())


def _home(caller: Caller) -> str:
    """The program by whose clock a console reads today's date: the first of the roles."""
    named = (grant.program for grant in caller.grants if grant.program)
    return next(named, programs.codes()[0])


def _programs(caller: Caller) -> list[Program]:
    """The programs in which a caller has a role."""
    named = {grant.program for grant in caller.grants}
    offered = programs.offered(settings.TRUEUP_PROGRAM)
    return [programs.load(code) for code in offered if named & {"", code}]


def _chosen(request: HttpRequest, caller: Caller) -> Program:
    """The program whose queues are shown: the one that the address names, or the first."""
    mine = _programs(caller) or [programs.load(_home(caller))]
    return next((one for one in mine if one.code == request.GET.get("program")), mine[0])


def _runs(caller: Caller, program: Program) -> list[Link]:
    """The guided runs and the calendar of a program."""
    links = []
    if program.allocates and caller.may_somewhere("allocate", program=program.code):
        address = reverse("desk-allocations", args=[program.code])
        links.append(Link(name=_("Allocations"), address=address))
    if program.market.auctions is not None and caller.may("auction", program=program.code):
        address = reverse("desk-auctions", args=[program.code])
        links.append(Link(name=_("Auctions"), address=address))
    if program.market.state_accounts is not None and caller.may_somewhere(
        "holding_accounts", program=program.code
    ):
        address = reverse("desk-state-accounts", args=[program.code])
        links.append(Link(name=_("State accounts"), address=address))
    if caller.may("enter_paper", program=program.code):
        address = reverse("desk-paper", args=[program.code])
        links.append(Link(name=_("A certificate that came on paper"), address=address))
    if caller.may("settle", program=program.code):
        period = disclosure.running_or_due(program, today=program.local_date(caller.at))
        name = _("Settlement of %(period)s") % {"period": period.name}
        address = reverse("desk-settlement", args=[program.code, period.name])
        links.append(Link(name=name, address=address))
    links.append(Link(name=_("Calendar"), address=reverse("calendar", args=[program.code])))
    return links


def _own(caller: Caller) -> Q:
    return Q(proposed_by_id=caller.person)


def _readers(caller: Caller) -> list[Link]:
    links = {
        address: Link(name=str(name), address=reverse(address))
        for function, name, address in READERS
        if caller.may_somewhere(function)
    }
    return list(links.values())


def _markets(caller: Caller) -> list[Link]:
    return [
        Link(name=programs.load(code).name, address=reverse("market", args=[code]))
        for code in programs.offered(settings.TRUEUP_PROGRAM)
        if caller.may_somewhere("read_market", program=code)
    ]
