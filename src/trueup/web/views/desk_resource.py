"""A resource's file at the desk: what was issued, found wrong, owed and stopped; and the acts.

Source: 40 CFR 62.16440, 62.16450; RATE-058 to RATE-060, RATE-144 to RATE-150.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from trueup.desk.callers import Caller
from trueup.resources import plans, review_reads, standing_reads
from trueup.resources.sponsor_entries import PlanVersion
from trueup.resources.standing_reads import ResourceFile
from trueup.rules.program import Program
from trueup.web.access import caller_of, official
from trueup.web.desk_act_forms import ActForm, form_of, sign_from
from trueup.web.pages import Link, page
from trueup.web.resource_words import LOOKS, PLAN_STATES, REPORT_STATES, STATES
from trueup.web.views.desk_resources import FUNCTIONS, require_state, resources_or_404, state_of


@official(*FUNCTIONS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def resource(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """How a resource stands, what follows from each error, and what can be done.

    Source: 40 CFR 62.16440, 62.16450.
    """
    program, caller = resources_or_404(code), caller_of(request)
    found = standing_reads.resource_file(number, program=program.code)
    if found is None:
        raise Http404("There is no such resource.")
    require_state(caller, program.code, found.row.jurisdiction)
    versions = plans.plan_versions(number)
    forms = [*_plan_forms(caller, program, found, versions), *_forms(caller, program, found)]
    back = reverse("desk-resource", args=[program.code, number])
    if request.method == "POST":
        return sign_from(request, forms, program=program.code, back=back)
    return page(
        request,
        "desk/resources/resource",
        program=program,
        trail=[
            Link(name=_("Desk"), address=reverse("desk")),
            Link(name=_("Resources"), address=reverse("desk-resources", args=[program.code])),
        ],
        file=found,
        state=STATES.get(found.row.state, found.row.state),
        look=LOOKS.get(found.row.state, "bad"),
        report_states=REPORT_STATES,
        versions=versions,
        version_states=PLAN_STATES,
        still_issued=review_reads.still_issued(number),
        forms=forms,
    )


def _plan_forms(
    caller: Caller, program: Program, found: ResourceFile, versions: Sequence[PlanVersion]
) -> list[ActForm]:
    """The decision on the newest version of the plan that awaits one."""
    state = found.row.jurisdiction
    if found.row.state != "registered" or not caller.may(
        "review_eligibility", program=program.code, jurisdiction=state
    ):
        return []
    of_state = state_of(program, state)
    waiting = [one.version for one in versions if one.state == "filed"]
    return [
        form_of("decide_plan", **of_state, resource=found.row.pk, version=version)
        for version in waiting[-1:]
    ]


def _forms(caller: Caller, program: Program, found: ResourceFile) -> list[ActForm]:
    """The acts that are possible as it stands, for who may do them."""
    number = found.row.pk
    forms: list[ActForm] = []
    if caller.may("originate", program=program.code):
        forms += [
            form_of("issue_to_resource", resource=number, year=year)
            for year in found.years_to_issue[:1]
        ]
    if not caller.may("revoke", program=program.code):
        return forms
    if found.is_suspended:
        forms.append(form_of("lift_suspension", resource=number))
    else:
        forms.append(form_of("suspend_issuance", resource=number))
    if found.verified_years:
        forms.append(form_of("find_overstated", resource=number))
    if found.row.state == "registered":
        forms.append(form_of("revoke_qualification", resource=number))
    if found.issuances:
        forms.append(form_of("reopen_settlement"))
    forms += [
        form_of("readmit", debt=one.debt.id)
        for one in found.owed
        if one.bar is not None and one.bar.until_at is None
    ][:1]
    return forms
