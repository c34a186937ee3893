"""A verifier's own pages: accreditation, engagements, what awaits a report.

Source: 40 CFR 62.16470, 62.16475; RATE-123 to RATE-134; PLAT-129.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from trueup.accounts import queries as people
from trueup.resources import accreditation_reads as reads
from trueup.resources import public_reads, services
from trueup.resources import queries as resources
from trueup.rules.refusal import Refused
from trueup.web.access import caller_of, registered
from trueup.web.acts.verifier_accreditation import CONFLICT_TESTS
from trueup.web.credit_words import category_name
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.sentences import say_all
from trueup.web.signed_acts import now

LIST_MAX = 100


@registered
@never_cache
@require_safe
def verifier(request: HttpRequest, code: str) -> HttpResponse:
    """One's accreditation, one's engagements and how each stands, what awaits a report.

    Source: PLAT-129; 40 CFR 62.16470, 62.16475(d), (e).
    """
    program, person = program_or_404(code), caller_of(request).person or 0
    found = reads.verifier_of(person, program=code)
    today = program.local_date(now())
    return page(
        request,
        "verifier/home",
        program=program,
        trail=program_trail(program),
        verifier=found,
        categories=[category_name(program, one) for one in found.categories] if found else [],
        is_debarred=found is not None
        and found.debarred_on is not None
        and found.debarred_on <= today,
        is_review_overdue=found is not None
        and found.review_due_on is not None
        and found.review_due_on < today,
        applications=reads.applications_of(person, program=code),
        engagements=public_reads.engagements(program=code, verifier=found.id, limit=LIST_MAX)
        if found
        else [],
        to_verify=reads.applications_to_verify(found.id) if found else [],
        reports=reads.reports_to_verify(found.id) if found else [],
    )


@registered
@never_cache
@require_safe
def verifier_resources(request: HttpRequest, code: str) -> HttpResponse:
    """Resources in one's categories for which one has disclosed nothing yet.

    Source: 40 CFR 62.16475(d); RATE-129.
    """
    program, person = program_or_404(code), caller_of(request).person or 0
    found = reads.verifier_of(person, program=code)
    rows = []
    if found is not None:
        rows = reads.resources_to_disclose(
            found.id,
            program=code,
            categories=found.categories,
            limit=PAGE_SIZE + 1,
            after=number_after(request),
        )
    return page(
        request,
        "verifier/resources",
        program=program,
        trail=program_trail(program, _home(code)),
        verifier=found,
        page=page_of(
            request,
            [{"entry": row, "category": category_name(program, row.category)} for row in rows],
            key=lambda row: row["entry"].id,
        ),
    )


@registered
@never_cache
@require_safe
def engagement(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """What one has disclosed of a resource, each time, and whether it was cleared.

    Source: 40 CFR 62.16475(d)-(f); RATE-130.
    """
    program, person = program_or_404(code), caller_of(request).person or 0
    found = reads.verifier_of(person, program=code)
    of = resources.resource(key)
    if found is None or of is None or of.program != code:
        raise Http404(_("There is no such engagement."))
    own = public_reads.engagements(program=code, verifier=found.id, resource=key)
    disclosures = reads.disclosures_of(found.id, key)
    names = people.people({one.disclosed_by for one in disclosures})
    return page(
        request,
        "verifier/engagement",
        program=program,
        trail=program_trail(program, _home(code)),
        resource=of,
        engagement=own[0] if own else None,
        disclosures=[
            {
                "entry": one,
                "by": names[one.disclosed_by].name,
                "answers": [
                    (label, one.answers.get(test) == "yes")
                    for test, label in CONFLICT_TESTS.items()
                ],
            }
            for one in reversed(disclosures)
        ],
    )


@registered
@require_POST
def withdraw_application(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Withdraw one's application for accreditation."""
    program_or_404(code)
    try:
        services.withdraw_accreditation(
            application=key, withdrawn_by=caller_of(request).person or 0, withdrawn_at=now()
        )
        messages.success(request, _("The application is withdrawn."))
    except Refused as refused:
        messages.error(request, say_all(refused.refusals))
    return HttpResponseRedirect(reverse("verifier", args=[code]))


def _home(code: str) -> Link:
    return Link(name=_("Your work as a verifier"), address=reverse("verifier", args=[code]))
