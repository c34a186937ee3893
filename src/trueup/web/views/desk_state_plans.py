"""For officials: steps of States' plans that are due, and units that lose allocations.

Source: 40 CFR 60.27; 62.16240(a)(2), (3); MASS-060, MASS-061, MASS-074.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from trueup.allocation import losses
from trueup.desk import change_queues, changing
from trueup.rules.program import Program
from trueup.state_plans import queries
from trueup.web.access import caller_of, official
from trueup.web.acts.desk import PREFIX
from trueup.web.desk_act_forms import form_of, sign_from
from trueup.web.pages import Link, page, program_or_404
from trueup.web.templatetags.words import word
from trueup.web.views.state_plans import CLOCKS, MODES, STEPS

SHOWN = 200
GROUNDS = {
    "idle": gettext_lazy("No operation in two calendar years"),
    "modified": gettext_lazy("Modified or reconstructed"),
    "not_affected": gettext_lazy("Not an affected EGU"),
    "elsewhere": gettext_lazy("Not in the State"),
}


@official("state_plans", "allocate")
@require_safe
def state_plans(request: HttpRequest, code: str) -> HttpResponseBase:
    """Every clock of a State's plan that runs, the latest of them first, and the acts."""
    program = program_or_404(code)
    today = program.local_date(timezone.now())
    rows = queries.standings(program=program.code, today=today)
    running = [
        {"state": row, "clock": clock, "title": CLOCKS[clock.name], "is_late": clock in row.late}
        for row in rows
        for clock in row.standing.open_clocks()
    ]
    running.sort(key=lambda one: (one["clock"].due_on, one["state"].name))  # type: ignore[attr-defined]
    return page(
        request,
        "desk/state_plans",
        program=program,
        trail=_trail(),
        running=running,
        outside=[row for row in rows if row.mode != "federal"],
        modes=MODES,
        steps=STEPS,
        acts=_acts(request, program, "record_state_table"),
        systems=queries.partner_systems(program=program.code),
    )


@official("allocate")
@require_http_methods(["GET", "HEAD", "POST"])
def lost_allocations(request: HttpRequest, code: str) -> HttpResponseBase:
    """Units that what is reported shows idle, and those whose allocations have ended."""
    program = program_or_404(code)
    if request.method == "POST":
        back = reverse("desk-lost-allocations", args=[program.code])
        return sign_from(request, [form_of("end_allocations")], program=program.code, back=back)
    idle, read_at = change_queues.idle_units(program=program.code)
    return page(
        request,
        "desk/lost_allocations",
        program=program,
        trail=_trail(),
        idle=idle[:SHOWN],
        more=max(len(idle) - SHOWN, 0),
        read_at=read_at,
        lost=losses.losses_listed(program=program.code, limit=SHOWN),
        grounds=GROUNDS,
        acts=_acts(request, program, "end_allocations", "recover_incorrect_allocation"),
    )


def _acts(request: HttpRequest, program: Program, *besides: str) -> list[Link]:
    """The acts of this topic that the caller may do."""
    caller = caller_of(request)
    found = []
    for act in changing.acts_named(besides):
        if caller.may_somewhere(act.function, program=program.code):
            address = reverse(f"act-{PREFIX}{act.name}", args=[program.code])
            found.append(Link(name=word(act.title), address=address))
    return found


def _trail() -> list[Link]:
    return [Link(name=_("Desk"), address=reverse("desk"))]
