"""A settlement as a guided run: is all there, what would happen, two agree, it is told.

Source: 40 CFR 62.16340; 62.16535; PLAT-081, PLAT-088.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from trueup.desk import authority, queries, queues, readiness
from trueup.desk.callers import Caller
from trueup.desk.entries import ProposalEntry
from trueup.desk.models import Preview
from trueup.desk.readiness import Item
from trueup.documents import jobs as document_jobs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.tasks import jobs
from trueup.web.access import caller_of, official
from trueup.web.components import TaskItem
from trueup.web.pages import Link, page, program_or_404
from trueup.web.sentences import say
from trueup.web.views.desk_jobs import jobs_seen
from trueup.web.views.desk_previews import previews_seen

PREVIEWS_SHOWN = 10
PERIODS_SHOWN = 9
JOBS = ("desk.preview_settlement", document_jobs.SETTLEMENT_STATEMENTS)


@official("settle")
@require_http_methods(["GET", "HEAD", "POST"])
def settlement(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """The steps of a period's settlement, each with how far it is.

    Source: 40 CFR 62.16340(b); PLAT-081.
    """
    program, caller = program_or_404(code), caller_of(request)
    chosen = _period(program, period)
    if request.method == "POST":
        return _start(request, program, chosen, caller)
    items = readiness.readiness(program=program.code, period=chosen, at=caller.at)
    runs = readiness.runs_of(program=program.code, period=chosen)
    kept = previews_seen(
        caller, program.code, kinds=("settlement",), period=chosen.name, limit=PREVIEWS_SHOWN
    )
    proposals = [
        entry
        for entry in queries.proposals(
            within=authority.proposals_in(caller),
            program=program.code,
            acts=("settle_as_previewed", "settle"),
        )
        if entry.values.get("period") == chosen.name
    ]
    stops = [item for item in items if item.stops and item.count]
    return page(
        request,
        "desk/settlement",
        program=program,
        trail=[Link(name=_("Desk"), address=reverse("desk"))],
        period=chosen,
        deadline_on=program.deadline_on(chosen),
        periods=_periods_to_choose(program, chosen),
        is_interim=program.is_interim(chosen),
        steps=_step_names(),
        step=_step(stops=bool(stops), previews=kept, proposals=proposals, runs=bool(runs)),
        readiness=[_task(item, program, chosen) for item in items],
        counted_at=queues.read_at(program=program.code, period=chosen),
        stops=stops,
        previews=kept,
        proposals=proposals,
        runs=runs,
        statements=readiness.statements_sent(program=program.code, period=chosen),
        jobs=[
            entry
            for entry in jobs_seen(caller, program.code, names=JOBS, limit=PREVIEWS_SHOWN)
            if not entry.has_ended and entry.values.get("period") == chosen.name
        ],
    )


def _periods_to_choose(program: Program, chosen: CompliancePeriod) -> list[CompliancePeriod]:
    """The printed periods; where more follow or some are interim, those around the chosen one."""
    if program.market.partial is None:
        return list(program.schedule.printed)
    first_year = program.schedule.printed[0].first_year
    before = program.schedule.of_year(max(chosen.first_year - 3, first_year))
    return list(islice(program.in_turn(before), PERIODS_SHOWN))


def _start(
    request: HttpRequest, program: Program, period: CompliancePeriod, caller: Caller
) -> HttpResponseRedirect:
    """Ask for a preview, or for the statements as documents."""
    name = JOBS[1] if request.POST.get("do") == "statements" else JOBS[0]
    key = jobs.start(
        name,
        by=caller.person,
        program=program.code,
        values={"period": period.name},
        at=caller.at,
    )
    return HttpResponseRedirect(reverse("job", args=[key]))


def _step_names() -> list[str]:
    return [
        _("Readiness"),
        _("Preview"),
        _("Second official"),
        _("Recorded"),
        _("Statements sent"),
    ]


def _step(
    *, stops: bool, previews: list[Preview], proposals: list[ProposalEntry], runs: bool
) -> int:
    """The number of the step that is to be done now."""
    if any(entry.verdict is None for entry in proposals):
        return 3
    if runs:
        return 5
    if stops:
        return 1
    return 2 if not previews else 3


def _period(program: Program, name: str) -> CompliancePeriod:
    try:
        return program.period_named(name)
    except Refused as refused:
        raise Http404(say(refused.refusals[0].sentence)) from refused


def _task(item: Item, program: Program, period: CompliancePeriod) -> TaskItem:
    titles = _titles()
    status, kind = _status(item)
    return TaskItem(
        title=titles[item.name][0],
        hint=titles[item.name][1],
        status=status,
        kind=kind,
        address=_address(item, program, period),
    )


def _status(item: Item) -> tuple[str, str]:
    if item.name == "deadline" and item.count:
        words = ngettext("In %(count)s day", "In %(count)s days", item.count)
        return words % {"count": item.count}, "care"
    if not item.count:
        return (_("Passed"), "good") if item.name == "deadline" else (_("None"), "good")
    words = ngettext("%(count)s to look at", "%(count)s to look at", item.count)
    kind = "bad" if item.stops else "note" if item.name in ("requests", "held") else "care"
    return words % {"count": f"{item.count:,}"}, kind


def _address(item: Item, program: Program, period: CompliancePeriod) -> str:
    """Where one sees what is missing."""
    queue: Callable[[str], str] = lambda name: (  # noqa: E731
        f"{reverse(f'queue-{name}', args=[program.code])}?period={period.name}"
    )
    return {
        "emissions": queue("emissions"),
        "short": queue("short"),
        "held": queue("held"),
        "pending": reverse("transactions", args=[program.code]),
        "brake": reverse("act-desk/lift_brake", args=[program.code]),
        "notices": reverse("notices"),
        "appeals": reverse("desk-appeals", args=[program.code]),
        "deadline": reverse("calendar", args=[program.code]),
        **dict.fromkeys(
            ("certifications", "late_certifications", "monitoring"),
            reverse("certifications", args=[program.code, period.name]),
        ),
    }.get(item.name, "")


def _titles() -> dict[str, tuple[str, str]]:
    return {
        "deadline": (
            _("The transfer deadline has passed"),
            _("Deductions are made after it; a preview before it is a projection."),
        ),
        "pending": (
            _("Transfers submitted in time that are neither recorded nor refused"),
            _("Nothing is deducted while there are any."),
        ),
        "brake": (
            _("Stops on transactions"),
            _("While deductions are stopped, nothing is recorded."),
        ),
        "emissions": (
            _("Facilities whose emissions are incomplete or not final"),
            _("They are left out; a later run settles them."),
        ),
        "short": (
            _("Facilities that hold less than they owe"),
            _("What is missing is excess, and is owed as often as the program says."),
        ),
        "held": (
            _("Transfers that wait for the deductions"),
            _("They are recorded after the run."),
        ),
        "requests": (_("Requests for which serial numbers to deduct"), ""),
        "late_requests": (
            _("Requests that came after the deadline"),
            _("They are passed over."),
        ),
        "notices": (_("Notices that are overdue"), ""),
        "appeals": (_("Appeals that are open"), _("They do not stop a settlement.")),
        "certifications": (
            _("Sources that have not filed their certification report"),
            _("The settlement goes on without it, and shows that it is missing."),
        ),
        "late_certifications": (_("Certification reports that were filed late"), ""),
        "monitoring": (
            _("Sources whose monitoring equipment lacks a certification"),
            _("Their data are accepted, and flagged."),
        ),
    }
