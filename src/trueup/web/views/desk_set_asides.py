"""Officials' pages of set-asides: what waits, a project's file, a distribution's preview.

Source: 40 CFR 62.16240(b), 62.16245; MASS-075 to MASS-093; PLAT-018, PLAT-019.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from trueup.desk.callers import Caller
from trueup.rules.program import Program
from trueup.rules.set_aside_eligibility import is_to_decide
from trueup.set_asides import official_reads, queries
from trueup.set_asides.entries import Duty, ProjectEntry
from trueup.set_asides.planning import OUTPUT, RENEWABLE
from trueup.set_asides.reported import reported
from trueup.web.access import caller_of, official
from trueup.web.components import TaskItem
from trueup.web.desk_act_forms import ActForm, form_of, sign_from
from trueup.web.pages import Link, page
from trueup.web.set_aside_words import DUTIES, DUTY_STATES, LOOKS, said
from trueup.web.views.set_asides import project_context, project_or_404, with_set_asides_or_404

FUNCTIONS = ("review_eligibility", "allocate", "revoke", "read_audit")


def desk_link(program: Program) -> list[Link]:
    return [
        Link(name=_("Desk"), address=reverse("desk")),
        Link(name=_("Set-asides"), address=reverse("desk-set-asides", args=[program.code])),
    ]


def states_seen(caller: Caller, program: Program) -> list[str]:
    """The States whose set-asides an official works on, or reads."""
    return [state for state in program.jurisdictions if sees_state(caller, program, state)]


def sees_state(caller: Caller, program: Program, jurisdiction: str) -> bool:
    """Whether an official's functions reach a State's set-asides (PLAT-019)."""
    return any(
        caller.may(one, program=program.code, jurisdiction=jurisdiction) for one in FUNCTIONS
    )


@official(*FUNCTIONS)
@require_safe
def desk_set_asides(request: HttpRequest, code: str) -> HttpResponse:
    """The duties of the year with their days, and what waits for a decision.

    Source: 40 CFR 62.16240(b), 62.16245; MASS-079 to MASS-091, MASS-167.
    """
    program, caller = with_set_asides_or_404(code), caller_of(request)
    today = program.local_date(caller.at)
    states = states_seen(caller, program)
    year = _year(request, today)
    found = [
        duty
        for duty in queries.duties(program=code, year=year, today=today)
        if duty.jurisdiction in states
    ]
    return page(
        request,
        "desk/set_asides",
        program=program,
        trail=[Link(name=_("Desk"), address=reverse("desk"))],
        year=year,
        years=[year - 1, year, year + 1],
        groups=_groups(found, program),
        waiting=official_reads.waiting(program=code, states=states, today=today),
        today=today,
    )


def _year(request: HttpRequest, today: date) -> int:
    asked = request.GET.get("year", "")
    if asked.isascii() and asked.isdigit() and len(asked) <= 4 and 2000 <= int(asked) <= 2200:
        return int(asked)
    return today.year


def _groups(found: list[Duty], program: Program) -> list[dict[str, Any]]:
    """Duties of one kind and day together, each State with its page and how it stands."""
    groups: dict[tuple[str, date, int], list[Duty]] = {}
    for duty in found:
        groups.setdefault((duty.name, duty.effective_on, duty.vintage), []).append(duty)
    return [
        {
            "title": said(DUTIES, name),
            "on": on,
            "vintage": vintage,
            "cite": duties[0].cite,
            "open": sum(1 for duty in duties if not duty.state.startswith("done")),
            "late": sum(1 for duty in duties if duty.state == "overdue"),
            "items": [
                TaskItem(
                    title=program.jurisdictions[duty.jurisdiction].name,
                    status=said(DUTY_STATES, duty.state),
                    kind=LOOKS[duty.state],
                    address=duty_address(duty, program.code),
                )
                for duty in duties
            ],
        }
        for (name, on, vintage), duties in groups.items()
    ]


def duty_address(duty: Duty, code: str) -> str:
    """Where a duty is previewed and done."""
    purpose = RENEWABLE if duty.name == "renewable_distribution" else OUTPUT
    return reverse("desk-distribution", args=[code, duty.jurisdiction, purpose, duty.vintage])


@official(*FUNCTIONS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk_project(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A project's file: what it promised and generated, and what can be decided.

    Source: 40 CFR 62.16245(a)(2)-(5); MASS-075 to MASS-085.
    """
    program, caller = with_set_asides_or_404(code), caller_of(request)
    found = project_or_404(code, number)
    if not sees_state(caller, program, found.jurisdiction):
        raise PermissionDenied
    context = project_context(found)
    today = program.local_date(caller.at)
    forms = _forms(caller, program, found, context, today)
    if request.method == "POST":
        back = reverse("desk-project", args=[code, number])
        return sign_from(request, forms, program=code, back=back)
    years = _years_to_verify(context, today)
    return page(
        request,
        "desk/project",
        program=program,
        trail=desk_link(program),
        forms=forms,
        reports=[(year, reported(found.resource, year=year)) for year in years]
        if found.resource is not None
        else [],
        **context,
    )


def _years_to_verify(context: dict[str, Any], today: date) -> list[int]:
    return [
        one.generation_year
        for one in context["projections"]
        if one.state == "approved"
        and one.generation_year < today.year
        and one.generation_year not in context["deliveries"]
    ]


def _forms(
    caller: Caller, program: Program, found: ProjectEntry, context: dict[str, Any], today: date
) -> list[ActForm]:
    """The acts that are possible as the project stands, for who may do them."""
    of = {"jurisdiction": found.jurisdiction, "project": found.id}
    at = {"program": program.code, "jurisdiction": found.jurisdiction}
    forms = []
    if caller.may("review_eligibility", **at):
        if found.state in ("submitted", "approved", "suspended"):
            rules = program.renewable_energy
            day = found.showing.in_service_on
            in_doubt = rules is not None and day is not None and is_to_decide(day, rules=rules)
            hidden = {} if in_doubt else {"accepts_date": False}
            forms.append(form_of("decide_project", **of, **hidden))
        if any(one.state == "submitted" for one in context["projections"]):
            forms.append(form_of("decide_projection", **of))
        if _years_to_verify(context, today):
            forms.append(form_of("verify_generation", **of))
    if found.state in ("approved", "suspended") and caller.may("revoke", **at):
        forms.append(form_of("revoke_project", **of))
    return forms
