"""Officials' pages of early action: each State's switch, and the file of a project.

Source: 40 CFR 62.16231, 62.16235(e), 62.16431; MASS-094 to MASS-100; PLAT-018, PLAT-019.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from trueup.allocation import early_reads
from trueup.allocation.early_entries import EarlyActionProjectEntry
from trueup.allocation.early_files import verified_mwh
from trueup.desk.callers import Caller
from trueup.rules.early_action import YEARS
from trueup.web.access import caller_of, official
from trueup.web.desk_act_forms import ActForm, form_of, sign_from
from trueup.web.pages import Link, page
from trueup.web.paging import PAGE_SIZE
from trueup.web.views.early_action import (
    listed,
    project_context,
    project_or_404,
    totals_of,
    with_early_action_or_404,
)

FUNCTIONS = ("review_eligibility", "allocate", "revoke", "read_audit")


def sees_state(caller: Caller, program: str, jurisdiction: str) -> bool:
    """Whether an official's functions reach a State's early action (PLAT-019)."""
    return any(caller.may(one, program=program, jurisdiction=jurisdiction) for one in FUNCTIONS)


@official(*FUNCTIONS)
@require_safe
def desk_early_action(request: HttpRequest, code: str) -> HttpResponse:
    """What of early action waits for a decision, and how each State stands.

    Source: 40 CFR 62.16231; 62.16431; MASS-096 to MASS-099.
    """
    program, caller = with_early_action_or_404(code), caller_of(request)
    states = [one for one in program.jurisdictions if sees_state(caller, code, one)]
    rows = early_reads.states_of(code, jurisdictions=states) if states else []
    waiting = [
        one
        for one in early_reads.projects(code, state="applied", limit=PAGE_SIZE)
        if one.jurisdiction in states
    ]
    return page(
        request,
        "desk/early_action",
        program=program,
        trail=[Link(name=_("Desk"), address=reverse("desk"))],
        rows=rows,
        totals=totals_of(rows),
        names=program.jurisdictions,
        waiting=waiting,
        **listed(waiting),
    )


@official(*FUNCTIONS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def desk_early_project(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A project's file: its papers, what was verified, and what can be decided or awarded.

    Source: 40 CFR 62.16231(d); 62.16431(d); MASS-094 to MASS-098.
    """
    program, caller = with_early_action_or_404(code), caller_of(request)
    found = project_or_404(code, number)
    if not sees_state(caller, code, found.jurisdiction):
        raise PermissionDenied
    forms = _forms(caller, found)
    if request.method == "POST":
        back = reverse("desk-early-project", args=[code, number])
        return sign_from(request, forms, program=code, back=back)
    return page(
        request,
        "desk/early_project",
        program=program,
        trail=[
            Link(name=_("Desk"), address=reverse("desk")),
            Link(name=_("Early action"), address=reverse("desk-early-action", args=[code])),
        ],
        forms=forms,
        verified=verified_mwh(found.id, years=YEARS),
        **project_context(found),
    )


def _forms(caller: Caller, found: EarlyActionProjectEntry) -> list[ActForm]:
    """What the official may do with a project as it stands."""
    place = {"project": found.id, "jurisdiction": found.jurisdiction}
    names = []
    if found.state == "applied":
        names.append(("decide_early_action", "review_eligibility"))
    if found.state == "approved":
        names.append(("award_early_action", "allocate"))
    return [
        form_of(name, **place)
        for name, function in names
        if caller.may(function, program=found.program, jurisdiction=found.jurisdiction)
    ]
