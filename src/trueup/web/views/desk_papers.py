"""Certificates that came on paper: entered with their scan, compared by a second official.

Source: PLAT-018, PLAT-154; 40 CFR 62.16305.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityEntry
from trueup.audit import services as audit
from trueup.desk import authority, queries, services
from trueup.desk.callers import Caller
from trueup.desk.entering import ACT
from trueup.desk.models import Proposal
from trueup.desk.second_typing import last_typing
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.signing import queries as signatures
from trueup.web.access import caller_of, official, own
from trueup.web.acting import person_who_asks
from trueup.web.acts.certificates import initial_certificate
from trueup.web.acts.desk import PREFIX
from trueup.web.acts.desk_papers import (
    PaperForm,
    SecondPaperForm,
    media_type_of,
    typed_before,
)
from trueup.web.pages import Link, page, program_or_404
from trueup.web.sentences import say
from trueup.web.signed_acts import Acting
from trueup.web.views.desk import sees_proposal
from trueup.web.views.desk_signing import to_sign


@official("enter_paper")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def paper(request: HttpRequest, code: str) -> HttpResponse:
    """Take the scan of a certificate and what it says, and go on to sign that it is so.

    Source: PLAT-154; 40 CFR 62.16305.
    """
    program = program_or_404(code)
    text = request.GET.get("facility", "").strip()
    facility = _facility(text)
    acting = _acting(request, program, facility) if facility is not None else None
    form = None
    if acting is not None:
        if request.method == "POST":
            form = PaperForm(request.POST, acting=acting, files=request.FILES)
            answer = _enter(request, form, acting)
            if answer is not None:
                return answer
        else:
            form = PaperForm(acting=acting)
            form.initial = initial_certificate(acting)
    return page(
        request,
        "desk/paper",
        program=program,
        trail=[Link(name=_("Desk"), address=reverse("desk"))],
        http_status=422 if form is not None and form.errors else 200,
        form=form,
        facility=facility,
        text=text,
    )


def sees_scan(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Whether a proposal is the caller's to see, who enters papers in its program."""
    return sees_proposal(caller, arguments) and caller.may(
        "enter_paper", program=queries.known(arguments["key"]).program
    )


@own(sees_scan)
@never_cache
@require_safe
def scan(request: HttpRequest, key: UUID) -> HttpResponse:
    """The scan of the paper that a proposal is to file; each reading is logged.

    Source: PLAT-154.
    """
    entry, caller = queries.known(key), caller_of(request)
    found = signatures.scan_of(entry.values["papers"][0]) if entry.act == ACT else None
    if found is None:
        raise Http404("There is no scan.")
    media_type, content = found
    audit.log(
        at=caller.at,
        program=entry.program,
        actor=caller.actor,
        act="look_at_paper",
        subject=entry.subject,
        cite="PLAT-154",
    )
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="paper-{key}"'
    return answer


def types_again(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Whether a proposal waits for the caller to type its paper as the second official."""
    waiting = Proposal.objects.filter(
        authority.proposals_to_decide(caller), key=arguments["key"], act=ACT, verdict=None
    )
    return waiting.exists() and sees_scan(caller, arguments)


@own(types_again)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def second_typing(request: HttpRequest, key: UUID) -> HttpResponse:
    """Type what a paper says, by its scan alone, and see in what it differs from the first.

    Source: PLAT-018, PLAT-154.
    """
    entry, caller = queries.known(key), caller_of(request)
    program = programs.load(entry.program)
    facility = accounts.facility(json.loads(entry.values["certificate"])["facility"])
    acting = _acting(request, program, facility) if facility is not None else None
    if acting is None:
        raise Http404("There is no such account.")
    if request.method == "POST":
        form = SecondPaperForm(request.POST, acting=acting)
        if form.is_valid() and _type_again(request, form, key):
            return HttpResponseRedirect(reverse("proposal", args=[key]))
    else:
        form = SecondPaperForm(acting=acting)
        before = last_typing(entry, by=caller.person or 0)
        if before is not None:
            form.initial = typed_before(before, acting=acting)
    return page(
        request,
        "desk/paper_again",
        program=program,
        trail=[
            Link(name=_("Desk"), address=reverse("desk")),
            Link(name=_("Proposal"), address=reverse("proposal", args=[key])),
        ],
        http_status=422 if form.errors else 200,
        form=form,
        facility=facility,
        key=key,
    )


def _type_again(request: HttpRequest, form: SecondPaperForm, key: UUID) -> bool:
    """Keep what was typed; False if it is refused, which the form says."""
    caller = caller_of(request)
    try:
        services.type_again(
            form.certificate(),
            proposal=key,
            accepted=form.accepted(),
            received_at=form.received_at(),
            by=caller.person or 0,
            at=caller.at,
        )
    except Refused as refused:
        for refusal in refused.refusals:
            form.add_error(None, say(refusal.sentence))
        return False
    return True


def _facility(text: str) -> FacilityEntry | None:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        return None
    return accounts.find_facility(oris_code=int(text))


def _acting(request: HttpRequest, program: Program, facility: FacilityEntry) -> Acting | None:
    """The official before the facility's compliance account; None where it has none here."""
    found = accounts.facility_accounts(program=program.code, facilities=[facility.id])
    if not found:
        return None
    return Acting(
        program=program,
        person=person_who_asks(request),
        at=caller_of(request).at,
        account=ledger.account(found[0].account),
    )


def _enter(request: HttpRequest, form: PaperForm, acting: Acting) -> HttpResponse | None:
    """Enter the paper and go on to sign; None if something is wrong, which the form says."""
    if not form.is_valid():
        return None
    data = form.cleaned_data["scan"].read()
    try:
        values = services.enter_papers(
            form.certificate(),
            program=acting.program.code,
            accepted=form.accepted(),
            received_at=form.received_at(),
            scan=data,
            media_type=media_type_of(data),
            by=acting.person.id,
            at=acting.at,
        )
    except Refused as refused:
        for refusal in refused.refusals:
            form.add_error(None, say(refusal.sentence))
        return None
    return to_sign(request, f"{PREFIX}{ACT}", values, program=acting.program.code)
