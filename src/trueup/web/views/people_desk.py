"""Helping people to sign in: find a person, see how they stand, act; never see a secret.

Source: PLAT-014, PLAT-094, PLAT-154.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.account.forms import ResetPasswordForm
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from trueup.accounts import delegation_reads as delegations
from trueup.accounts import people_reads
from trueup.accounts import queries as accounts
from trueup.accounts.entries import PersonEntry
from trueup.audit import queries as audit
from trueup.audit import services as audit_services
from trueup.audit.entries import NoticeSpec
from trueup.identity import helping
from trueup.identity import queries as identity_queries
from trueup.identity import services as identity
from trueup.identity.entries import SignInEntry
from trueup.officials import queries as officials
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.support import queries as support
from trueup.web.access import caller_of, official
from trueup.web.acts.desk import PREFIX
from trueup.web.pages import Link, page
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.sentences import say_all

LOOK_LASTS_SECONDS = 60 * 60
ACCOUNTS_SHOWN = 50
NOTICES_SHOWN = 20
LOOKS = "looks_at_people"
METHODS = {
    "authenticator": gettext_lazy("Authenticator app"),
    "passkey": gettext_lazy("Passkey"),
    "recovery_codes": gettext_lazy("Recovery codes"),
}
# How an official can have checked who somebody is.
CHECKS = (
    ("in_person", gettext_lazy("In person")),
    ("video_call", gettext_lazy("By a video call")),
    ("notary", gettext_lazy("By a notary")),
    ("credential_service", gettext_lazy("By a credential service")),
)


class ReasonForm(forms.Form):
    """Why an official looks or acts; the person is told."""

    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        help_text=gettext_lazy("Such as the number of their help request. The person is told."),
        max_length=400,
    )


class CheckForm(forms.Form):
    """That the person's identity was checked."""

    method = forms.ChoiceField(label=gettext_lazy("How"), choices=CHECKS)
    document = forms.CharField(
        label=gettext_lazy("On which kind of paper"),
        help_text=gettext_lazy("“Passport, United States”; never its number."),
        max_length=200,
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=400, required=False)


@official("support")
@never_cache
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Find a person by name, e-mail address, number, or the number of their account.

    Source: PLAT-014, PLAT-154.
    """
    return page(
        request,
        "support/people",
        trail=[desk_link()],
        **found_people(request, "desk-person"),
    )


@official("support")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: HttpRequest, person: int) -> HttpResponse:
    """How a person stands: accounts, roles, kinds of sign-in, sessions, notices.

    It opens for an hour to an official who has said why; that is logged, and the person
    is told.

    Source: PLAT-154; PLAT-017.
    """
    entry = _person_or_404(person)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        caller = caller_of(request)
        identity.record_look(
            person=entry.id, by=caller.actor, reason=form.cleaned_data["reason"], at=caller.at
        )
        request.session[LOOKS] = {**_looks(request), str(entry.id): time.time()}
        return HttpResponseRedirect(reverse("desk-person", args=[entry.id]))
    trail = [desk_link(), Link(name=_("People"), address=reverse("desk-people"))]
    if str(entry.id) not in _looks(request):
        return page(
            request,
            "support/look",
            trail=trail,
            http_status=422 if form.errors else 200,
            person=entry,
            form=form,
        )
    return page(request, "support/person", trail=trail, **_shown(request, entry))


@official("support")
@require_POST
def act(request: HttpRequest, person: int) -> HttpResponse:
    """Do one thing for a person's sign-in; it is logged, and the person is told.

    Source: PLAT-014, PLAT-094, PLAT-154.
    """
    entry = _person_or_404(person)
    if str(entry.id) not in _looks(request):
        return HttpResponseRedirect(reverse("desk-person", args=[entry.id]))
    do = _ACTS.get(request.POST.get("do", ""))
    try:
        said = do(request, entry) if do is not None else ""
    except Refused as refused:
        messages.error(request, say_all(refused.refusals))
    else:
        if said:
            messages.success(request, said)
    return HttpResponseRedirect(reverse("desk-person", args=[entry.id]))


def found_people(request: HttpRequest, leads_to: str) -> dict[str, Any]:
    """The persons that a search finds; that somebody searched is logged."""
    text = request.GET.get("q", "").strip()[:120]
    caller = caller_of(request)
    rows = people_reads.search_people(text, limit=PAGE_SIZE + 1, after=number_after(request))
    if text:
        audit_services.log(
            at=caller.at,
            program="",
            actor=caller.actor,
            act="find_people",
            subject="people",
            after={"text": text, "found": len(rows[:PAGE_SIZE])},
            cite="PLAT-154",
        )
    return {
        "text": text,
        "found": page_of(request, rows, key=lambda row: row.id),
        "leads_to": leads_to,
    }


def _shown(request: HttpRequest, entry: PersonEntry) -> dict[str, Any]:
    caller = caller_of(request)
    user = people_reads.user_of(entry.id)
    sign_in = helping.sign_in_of(user) if user is not None else None
    seats = accounts.accounts_of(entry.id, at=caller.at)
    cooling = identity_queries.cooling_down([entry.id], at=caller.at)
    return {
        "person": entry,
        "sign_in": sign_in,
        "methods": [METHODS[method] for method in sign_in.methods] if sign_in is not None else [],
        "sessions": helping.sessions_of(user) if user is not None else [],
        "accounts": seats[:ACCOUNTS_SHOWN],
        "more_accounts": max(len(seats) - ACCOUNTS_SHOWN, 0),
        "agencies": delegations.agencies_of(entry.id, at=caller.at),
        "grants": officials.grants_of(entry.id, at=caller.at),
        "cools_down": entry.id in cooling,
        "cool_downs": identity_queries.cool_downs_of(entry.id, limit=5),
        "checks": identity_queries.identity_checks_of(entry.id)[:5],
        "keys": identity_queries.live_keys([entry.id], at=caller.at),
        "notices": audit.notices_of(entry.id, limit=NOTICES_SHOWN),
        "requests": support.requests_of(entry.id, limit=10),
        "check_form": CheckForm(),
        "remove_factor": _address_of_removal(request),
    }


def _address_of_removal(request: HttpRequest) -> str:
    """The act for a lost second factor, which two officials do."""
    caller = caller_of(request)
    for code in (settings.TRUEUP_PROGRAM, *programs.codes()):
        if caller.may("support", program=code):
            return reverse(f"act-{PREFIX}remove_second_factor", args=[code])
    return ""


def _sign_in(entry: PersonEntry) -> SignInEntry:
    user = people_reads.user_of(entry.id)
    found = helping.sign_in_of(user) if user is not None else None
    if found is None:
        raise Http404("Nobody signs in as this person.")
    return found


def _end_sessions(request: HttpRequest, entry: PersonEntry) -> str:
    caller = caller_of(request)
    ended = identity.end_sessions(
        person=entry.id,
        user=_sign_in(entry).user,
        by=caller.actor,
        reason=request.POST.get("reason", ""),
        at=caller.at,
    )
    return _("Sessions ended: %(number)s.") % {"number": ended}


def _lock(request: HttpRequest, entry: PersonEntry) -> str:
    caller = caller_of(request)
    identity.lock_sign_in(
        person=entry.id,
        user=_sign_in(entry).user,
        by=caller.actor,
        reason=request.POST.get("reason", ""),
        at=caller.at,
    )
    return _("The sign-in is locked, and the person is told.")


def _unlock(request: HttpRequest, entry: PersonEntry) -> str:
    caller = caller_of(request)
    identity.unlock_sign_in(
        person=entry.id,
        user=_sign_in(entry).user,
        by=caller.actor,
        reason=request.POST.get("reason", ""),
        at=caller.at,
    )
    return _("The sign-in is open again, and the person is told.")


def _reset(request: HttpRequest, entry: PersonEntry) -> str:
    """The same mail as the person's own; the cool-down begins when the link is used."""
    caller, found = caller_of(request), _sign_in(entry)
    verified = [address for address, is_verified in found.addresses if is_verified]
    form = ResetPasswordForm({"email": verified[0]}) if verified else None
    if form is None or not form.is_valid() or not found.is_active:
        messages.error(
            request,
            _("No reset can be started: there is no verified address, or the sign-in is locked."),
        )
        return ""
    form.save(request)
    audit_services.log(
        at=caller.at,
        program="",
        actor=caller.actor,
        act="start_password_reset",
        subject=f"user:{found.user}",
        cite="PLAT-014",
    )
    identity.tell_of_help(
        person=entry.id, act="sent you a link to a new password", by=caller.actor, at=caller.at
    )
    return _("The link is on its way to the verified address; it lives for 60 minutes.")


def _check_identity(request: HttpRequest, entry: PersonEntry) -> str:
    caller = caller_of(request)
    identity.record_identity_check(
        person=entry.id,
        checked_by=caller.actor,
        method=request.POST.get("method", ""),
        document=request.POST.get("document", "")[:200],
        checked_at=caller.at,
        note=request.POST.get("note", "")[:400],
    )
    return _("The identity check is recorded.")


def _resend(request: HttpRequest, entry: PersonEntry) -> str:
    """Tell the person once more what a notice said; the first one stays as it is."""
    caller = caller_of(request)
    number = request.POST.get("notice", "")
    before = int(number) + 1 if number.isdecimal() and len(number) < 19 else 1
    found = audit.notices_of(entry.id, limit=1, before=before)
    if not found or found[0].id != before - 1:
        return ""
    again = found[0]
    audit_services.notify(
        [
            NoticeSpec(
                event=again.event,
                program=again.program,
                person=entry.id,
                account=again.account,
                subject=again.subject,
                body=again.body,
                created_at=caller.at,
            )
        ]
    )
    audit_services.log(
        at=caller.at,
        program=again.program,
        actor=caller.actor,
        act="send_notice_again",
        subject=f"person:{entry.id}",
        after={"notice": again.id},
        cite="PLAT-014",
    )
    return _("The notice goes out once more.")


_ACTS: dict[str, Callable[[HttpRequest, PersonEntry], str]] = {
    "end_sessions": _end_sessions,
    "lock": _lock,
    "unlock": _unlock,
    "reset": _reset,
    "check": _check_identity,
    "resend": _resend,
}


def _looks(request: HttpRequest) -> dict[str, float]:
    """The persons whose record is open to this official now."""
    given = request.session.get(LOOKS, {})
    since = time.time() - LOOK_LASTS_SECONDS
    return {number: at for number, at in given.items() if at >= since}


def _person_or_404(number: int) -> PersonEntry:
    found = accounts.person(number)
    if found is None:
        raise Http404("There is no such person.")
    return found


def desk_link() -> Link:
    return Link(name=_("Desk"), address=reverse("desk"))
