"""The plans of States, as everybody reads them: where each stands, and what is due.

Source: 40 CFR 60.27; 62.16410(a); preamble III.A.1, V.E; MASS-068 to MASS-074; PLAT-007.
"""

from __future__ import annotations

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from trueup.allocation import method_reads
from trueup.disclosure.interstate import StateTrade, kept_trade
from trueup.rules.program import Program
from trueup.state_plans import queries
from trueup.state_plans.entries import StateStanding
from trueup.web import charts
from trueup.web.access import public
from trueup.web.downloads import csv_download
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.templatetags.pages import day_in_words
from trueup.web.views.pictures import look_of, picture
from trueup.web.views.program import periods_of, state_of

MODES = {
    "federal": gettext_lazy("Federal plan"),
    "adopting": gettext_lazy("State plan that adopts the federal rule"),
    "own": gettext_lazy("State plan of its own"),
    "none": gettext_lazy("Not covered by a plan"),
}
STEPS = {
    "": gettext_lazy("No submission on record"),
    "federal_plan": gettext_lazy("Federal plan"),
    "not_covered": gettext_lazy("Not covered"),
    "revision_noticed": gettext_lazy("Notice that a revision is due"),
    "received": gettext_lazy("Submission received"),
    "complete": gettext_lazy("Submission complete"),
    "incomplete": gettext_lazy("Submission incomplete"),
    "approved": gettext_lazy("Approved"),
    "partly_approved": gettext_lazy("Approved in part"),
    "conditionally_approved": gettext_lazy("Approved on a condition"),
    "condition_met": gettext_lazy("Condition met"),
    "disapproved": gettext_lazy("Disapproved"),
    "failure_found": gettext_lazy("Finding that nothing was submitted"),
    "withdrawn": gettext_lazy("Withdrawn"),
}
CLOCKS = {
    "completeness": gettext_lazy("Decision on completeness"),
    "decision": gettext_lazy("Approval or disapproval"),
    "condition": gettext_lazy("The State meets the condition"),
    "federal_plan": gettext_lazy("Federal plan"),
    "revision": gettext_lazy("The State submits its revision"),
}
METHOD_STATES = {
    "submitted": gettext_lazy("Submitted"),
    "approved": gettext_lazy("Approved"),
    "disapproved": gettext_lazy("Disapproved"),
}


@public
@require_safe
def plans(request: HttpRequest, code: str) -> HttpResponse:
    """Where the plan of every jurisdiction stands, with what is due next."""
    program = program_or_404(code)
    rows = queries.standings(program=program.code, today=_today(program))
    return page(
        request,
        "plans",
        program=program,
        trail=program_trail(program, _states(program)),
        rows=rows,
        modes=MODES,
        steps=STEPS,
        clocks=CLOCKS,
        late=sum(1 for row in rows if row.late),
    )


@public
@require_safe
def plan(request: HttpRequest, code: str, jurisdiction: str) -> HttpResponse:
    """One jurisdiction's plan: its steps, its clocks, its links, how it distributes."""
    program = program_or_404(code)
    if jurisdiction not in program.jurisdictions:
        raise Http404(_("“%(code)s” is not a State of this program.") % {"code": jurisdiction})
    today = _today(program)
    standing = queries.standing(program=program.code, jurisdiction=jurisdiction, today=today)
    return page(
        request,
        "plan",
        program=program,
        trail=program_trail(
            program,
            _states(program),
            Link(
                name=program.jurisdictions[jurisdiction].name,
                address=reverse("state", args=[program.code, jurisdiction]),
            ),
        ),
        row=standing,
        events=_events(standing),
        clocks=[
            {"clock": clock, "title": CLOCKS[clock.name], "is_late": clock.is_late(today)}
            for clock in standing.standing.clocks
        ],
        modes=MODES,
        steps=STEPS,
        links=queries.links_of(program=program.code, jurisdiction=jurisdiction),
        methods=method_reads.methods(program=program.code, jurisdiction=jurisdiction),
        method_states=METHOD_STATES,
    )


@public
@require_safe
def interstate(request: HttpRequest, code: str) -> HttpResponse:
    """What of whose instruments was deducted where in a period, and net imports."""
    program = program_or_404(code)
    state = state_of(request, program).state
    rows, read_at = kept_trade(program.code, state.period)
    used = [row for row in rows if row.used or row.exported]
    return page(
        request,
        "interstate",
        program=program,
        trail=program_trail(program, _states(program)),
        state=state,
        read_at=read_at,
        periods=periods_of(program),
        rows=sorted(used, key=lambda row: (-row.net_imports, row.name)),
        total=sum(row.used for row in rows),
        imported=sum(row.imported for row in rows),
        chart=reverse("chart-interstate", args=[program.code, state.period.name]),
        csv_address=f"{reverse('interstate-csv', args=[program.code])}?period={state.period}",
    )


@public
@require_safe
def interstate_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The same for a spreadsheet, every State."""
    program = program_or_404(code)
    period = state_of(request, program).state.period
    rows, _read_at = kept_trade(program.code, period)
    header = ("state", "name", "period", "own", "imported", "exported", "net_imports")
    return csv_download(
        f"interstate-{period}",
        header,
        (
            (
                row.code,
                row.name,
                period.name,
                row.own,
                row.imported,
                row.exported,
                row.net_imports,
            )
            for row in rows
        ),
    )


@public
@require_safe
def interstate_svg(request: HttpRequest, code: str, period: str) -> HttpResponse:
    """Net imports of each State as bars to the right, net exports to the left."""
    program = program_or_404(code)
    rows, _read_at = kept_trade(program.code, program.period_named(period))
    return picture(request, _bars([row for row in rows if row.net_imports], request))


def _bars(rows: list[StateTrade], request: HttpRequest) -> charts.Spec:
    shown = look_of(request)
    ordered = sorted(rows, key=lambda row: (-row.net_imports, row.name))
    values: list[dict[str, str | int | float]] = [
        {
            "state": row.name,
            "place": place,
            "net": row.net_imports,
            "way": "in" if row.net_imports > 0 else "out",
        }
        for place, row in enumerate(ordered, start=1)
    ]
    y = {
        "field": "state",
        "type": "nominal",
        "sort": {"field": "place"},
        "title": None,
        "axis": {"labelLimit": 110 if shown.narrow else 200, "ticks": False},
    }
    x = {
        "field": "net",
        "type": "quantitative",
        "title": _("Net imports"),
        "axis": {"format": "~s", "tickCount": 4 if shown.narrow else 8},
    }
    colour = {
        "field": "way",
        "type": "nominal",
        "scale": {"domain": ["in", "out"], "range": [shown.first, shown.second]},
        "legend": None,
    }
    spec: charts.Spec = {
        "width": 190 if shown.narrow else 820,
        "height": {"step": 18},
        "mark": {"type": "bar", "height": 12},
        "encoding": {"y": y, "x": x, "color": colour},
    }
    return charts.framed(spec, values, shown)


def _events(standing: StateStanding) -> list[dict[str, object]]:
    """The steps of a plan in their order, for its timeline."""
    events: list[dict[str, object]] = []
    for step in standing.standing.timeline:
        notes = [f"{step.note.rstrip('.')}."] if step.note else []
        if step.is_automatic:
            notes.append(_("It followed from the clock; nobody decided."))
        if step.plan:
            notes.append(f"{MODES[step.plan]}.")
        if step.effective_on:
            notes.append(_("In effect from %(day)s.") % {"day": day_in_words(step.effective_on)})
        if step.due_on:
            notes.append(_("Due by %(day)s.") % {"day": day_in_words(step.due_on)})
        events.append({"when": step.on, "what": STEPS[step.kind], "note": " ".join(notes)})
    return events


def _today(program: Program) -> date:
    return program.local_date(timezone.now())


def _states(program: Program) -> Link:
    return Link(name=_("States"), address=reverse("states", args=[program.code]))
