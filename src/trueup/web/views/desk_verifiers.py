"""Verifiers at the desk: applications, accreditations, conflicts, reports in hand, reviews.

Source: 40 CFR 62.16470 to 62.16480; RATE-123 to RATE-134.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from trueup.resources import checklists, verifier_reads
from trueup.resources.verifiers import EVIDENCE
from trueup.rules.program import Program
from trueup.web.access import caller_of, official
from trueup.web.acts.desk import PREFIX
from trueup.web.desk_act_forms import ActForm, form_of, sign_from
from trueup.web.pages import Link, page
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.views.desk_resource_papers import tick
from trueup.web.views.desk_resources import FUNCTIONS, resources_or_404, state_of
from trueup.web.views.desk_signing import to_sign


@official(*FUNCTIONS)
@require_safe
def verifiers(request: HttpRequest, code: str) -> HttpResponse:
    """Every verifier of a program, with what waits and which review is overdue.

    Source: 40 CFR 62.16470; RATE-134.
    """
    program = resources_or_404(code)
    rows = verifier_reads.verifiers_of(
        program=program.code, limit=PAGE_SIZE + 1, after=number_after(request)
    )
    return page(
        request,
        "desk/resources/verifiers",
        program=program,
        trail=_trail(program),
        page=page_of(request, rows, key=lambda row: row.id),
        applications=verifier_reads.open_applications(program=program.code),
        today=program.local_date(timezone.now()),
    )


@official(*FUNCTIONS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verifier(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A verifier's file: team, evidence, engagements, reports, reviews; and the acts.

    Source: 40 CFR 62.16470 to 62.16480; RATE-123 to RATE-134.
    """
    program, caller = resources_or_404(code), caller_of(request)
    found = verifier_reads.verifier_file(number, program=program.code)
    if found is None:
        raise Http404("There is no such verifier.")
    forms: list[ActForm] = []
    if found.row.revoked_at is None and caller.may("review_eligibility", program=program.code):
        forms = [
            form_of(name, verifier=number)
            for name in ("review_verifier", "limit_accreditation", "revoke_accreditation")
        ]
    engagements = []
    for one in found.engagements:
        of_state = state_of(program, one.resource.jurisdiction)
        decides = one.state != "approved" and caller.may(
            "review_eligibility",
            program=program.code,
            jurisdiction=of_state.get("jurisdiction", ""),
        )
        engagements.append((one, decides))
        if decides:
            given = {**of_state, "verifier": number, "resource": one.resource_id}
            forms += [form_of(name, **given) for name in ("clear_engagement", "refuse_engagement")]
    back = reverse("desk-verifier", args=[program.code, number])
    if request.method == "POST":
        wanted = request.POST.get("resource", "")
        mine = [
            form for form in forms if not wanted or str(form.hidden.get("resource", "")) == wanted
        ]
        return sign_from(request, mine, program=program.code, back=back)
    return page(
        request,
        "desk/resources/verifier",
        program=program,
        trail=_trail(
            program,
            Link(name=_("Verifiers"), address=reverse("desk-verifiers", args=[program.code])),
        ),
        file=found,
        evidence=[(EVIDENCE.get(key, key), text) for key, text in found.row.evidence.items()],
        engagements=engagements,
        forms=[form for form in forms if "resource" not in form.hidden],
        today=program.local_date(timezone.now()),
    )


@official(*FUNCTIONS)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accreditation(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A verifier's application: its evidence, the checklist, and the decision.

    Source: 40 CFR 62.16470(b), (c); RATE-124 to RATE-126.
    """
    program, caller = resources_or_404(code), caller_of(request)
    row = verifier_reads.application(number, program=program.code)
    if row is None:
        raise Http404("There is no such application.")
    subject = checklists.accreditation_subject(row)
    decides = row.state == "submitted" and caller.may("review_eligibility", program=program.code)
    back = reverse("desk-accreditation", args=[program.code, number])
    if request.method == "POST" and decides:
        if request.POST.get("item"):
            tick(request, subject)
            return HttpResponseRedirect(f"{back}#checklist")
        return _decide(request, program, number, back)
    items = checklists.checklist(subject)
    return page(
        request,
        "desk/resources/accreditation",
        program=program,
        trail=_trail(
            program,
            Link(name=_("Verifiers"), address=reverse("desk-verifiers", args=[program.code])),
        ),
        row=row,
        evidence=[(EVIDENCE.get(key, key), text) for key, text in row.evidence.items()],
        team=verifier_reads.names_of(row.team),
        items=items,
        ticked=sum(item.is_ticked for item in items),
        decides=decides,
        review_due_on=verifier_reads.next_review_on(program.local_date(timezone.now())),
    )


def _decide(request: HttpRequest, program: Program, number: int, back: str) -> HttpResponseRedirect:
    said, do = request.POST.get("said", "").strip(), request.POST.get("do", "")
    values: dict[str, object] = {"application": number, "grounds": said}
    if do not in {"accredit_verifier", "reject_accreditation"} or not said:
        messages.error(request, _("Write the grounds, and choose what to do."))
        return HttpResponseRedirect(f"{back}#decide")
    if do == "accredit_verifier":
        values["review_due_on"] = request.POST.get("review_due_on", "").strip()
    return to_sign(request, f"{PREFIX}{do}", values, program=program.code)


def _trail(program: Program, *more: Link) -> list[Link]:
    return [
        Link(name=_("Desk"), address=reverse("desk")),
        Link(name=_("Resources"), address=reverse("desk-resources", args=[program.code])),
        *more,
    ]
