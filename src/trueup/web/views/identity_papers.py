"""Scans of identity papers, for the officials who may see them.

Source: PLAT-004, PLAT-026, PLAT-094; docs/decisions/0136.
"""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from trueup.accounts import queries as accounts
from trueup.accounts.entries import PersonEntry
from trueup.identity import queries as identity_queries
from trueup.identity import services as identity
from trueup.identity.checking import SCAN_BYTES_MAX
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.web.access import caller_of, official
from trueup.web.pages import page
from trueup.web.sentences import say, say_all
from trueup.web.views.people_desk import desk_link, found_people


class ScanForm(forms.Form):
    """The scan of a paper, for a check that was recorded."""

    check = forms.IntegerField(widget=forms.HiddenInput)
    scan = forms.FileField(
        label=gettext_lazy("Scan"), help_text=gettext_lazy("A PDF, JPEG or PNG of at most 10 MB.")
    )


@official("identity_scans")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def papers(request: HttpRequest) -> HttpResponse:
    """The identity checks of a person with their scans; keep the scan of a paper.

    Source: PLAT-026, PLAT-094.
    """
    number = request.GET.get("person", "")
    known = accounts.person(int(number)) if number.isdecimal() and len(number) < 19 else None
    form = ScanForm(request.POST or None, request.FILES or None)
    is_sent = request.method == "POST" and known is not None and form.is_valid()
    if is_sent and known is not None and _keep_scan(request, form, known):
        return HttpResponseRedirect(f"{reverse('identity-papers')}?person={known.id}")
    return page(
        request,
        "support/papers",
        trail=[desk_link()],
        http_status=422 if form.errors else 200,
        person=known,
        form=form,
        checks=identity_queries.identity_checks_of(known.id) if known is not None else [],
        scans=identity_queries.scans_of(known.id) if known is not None else [],
        **found_people(request, ""),
    )


@official("identity_scans")
@never_cache
@require_POST
def paper(request: HttpRequest, scan: int) -> HttpResponse:
    """The scan itself, to an official who says why; each reading is logged and told.

    Source: PLAT-004, PLAT-094.
    """
    caller = caller_of(request)
    reason = request.POST.get("reason", "").strip()[:400]
    owner = identity_queries.person_of_scan(scan)
    if not reason or owner is None:
        messages.error(request, _("Say why you look at the scan."))
        return HttpResponseRedirect(f"{reverse('identity-papers')}?person={owner or ''}")
    try:
        entry, content = identity.read_scan(
            scan=scan,
            by=caller.actor,
            is_permitted=caller.may_somewhere("identity_scans"),
            at=caller.at,
            reason=reason,
        )
    except Refused as refused:
        messages.error(request, say_all(refused.refusals))
        return HttpResponseRedirect(f"{reverse('identity-papers')}?person={owner}")
    identity.tell_of_help(
        person=owner,
        act="looked at the scan of an identity paper of yours",
        by=caller.actor,
        at=caller.at,
        reason=reason,
    )
    answer = HttpResponse(content, content_type=entry.media_type)
    answer["Content-Disposition"] = f'attachment; filename="scan-{scan}"'
    return answer


def _keep_scan(request: HttpRequest, form: ScanForm, person: PersonEntry) -> bool:
    file = form.cleaned_data["scan"]
    own = {check.id for check in identity_queries.identity_checks_of(person.id)}
    caller = caller_of(request)
    if form.cleaned_data["check"] not in own or file.size > SCAN_BYTES_MAX:
        form.add_error("scan", _("Give a scan of at most 10 MB for one of these checks."))
        return False
    rules = programs.load(settings.TRUEUP_PROGRAM)
    try:
        identity.keep_scan(
            check=form.cleaned_data["check"],
            content=file.read(),
            media_type=file.content_type or "",
            kept_by=caller.actor,
            at=caller.at,
            keep_days=rules.people.safeguards.identity_scan_days,
        )
    except Refused as refused:
        for refusal in refused.refusals:
            form.add_error("scan", say(refusal.sentence))
        return False
    return True
