"""One's sessions, one's keys for machines, and going away."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.logout import logout
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from trueup.accounts.entries import PersonEntry
from trueup.identity import queries as identity_queries
from trueup.identity import services as identity
from trueup.identity.entries import SCOPES
from trueup.rules.refusal import Refused
from trueup.web.authentication import second_factor
from trueup.web.pages import page
from trueup.web.sentences import say
from trueup.web.views.people import person_of

_SCOPES = {
    "read": _lazy("Read what you can read"),
    "propose_transfers": _lazy("Propose transfers, which you then sign or reject"),
    "propose_deduction_requests": _lazy("Propose requests to deduct identified instruments"),
    "propose_emissions_reports": _lazy("Propose emissions reports"),
}


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session; by a form only, so that no link of a stranger does it."""
    logout(request)
    return redirect("home")


@never_cache
@require_http_methods(["GET", "POST"])
def sessions(request: HttpRequest) -> HttpResponse:
    """The sessions that are open in one's name; each can be ended, or all others at once."""
    user = _user(request)
    if request.method == "POST":
        own = UserSession.objects.filter(user=user)
        if request.POST.get("end") == "others":
            chosen = list(own.exclude(session_key=request.session.session_key))
        else:
            number = request.POST.get("end", "")
            chosen = [get_object_or_404(own, pk=int(number) if number.isdecimal() else 0)]
        for session in chosen:
            session.end()
        identity.record_security_event(
            act="end_sessions", user=user.pk, at=timezone.now(), details={"ended": len(chosen)}
        )
        messages.success(
            request,
            ngettext("One session is ended.", "%(count)d sessions are ended.", len(chosen))
            % {"count": len(chosen)},
        )
        return redirect("sessions")
    opened = UserSession.objects.purge_and_list(user)
    opened.sort(key=lambda session: session.created_at, reverse=True)
    return page(request, "sessions", sessions=opened, current=request.session.session_key)


class KeyForm(forms.Form):
    """What a key for a machine needs."""

    name = forms.CharField(
        label=_lazy("Name"), max_length=80, help_text=_lazy("What the machine is for.")
    )
    scopes = forms.MultipleChoiceField(
        label=_lazy("It may"),
        choices=[(scope, _SCOPES[scope]) for scope in SCOPES],
        widget=forms.CheckboxSelectMultiple,
    )
    days = forms.IntegerField(
        label=_lazy("Days until it expires"), min_value=1, max_value=366, initial=90
    )


@never_cache
@require_http_methods(["GET", "POST"])
@reauthentication_required()  # type: ignore[untyped-decorator]
def keys(request: HttpRequest) -> HttpResponse:
    """One's keys for machines: made, shown once, and revoked."""
    person = _person(request)
    form = KeyForm(request.POST if "name" in request.POST else None)
    secret = ""
    if "revoke" in request.POST:
        _revoke(request, person)
        return redirect("keys")
    if request.method == "POST" and form.is_valid():
        secret = _made(form, person)
        form = form if not secret else KeyForm()
    return page(
        request,
        "keys",
        form=form,
        secret=secret,
        keys=identity_queries.keys_of(person.id),
        now=timezone.now(),
        scope_names=_SCOPES,
    )


def _made(form: KeyForm, person: PersonEntry) -> str:
    now = timezone.now()
    try:
        _, secret = identity.create_api_key(
            person=person.id,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            created_at=now,
            expires_at=now + timedelta(days=form.cleaned_data["days"]),
        )
    except Refused as refused:
        for refusal in refused.refusals:
            form.add_error(None, say(refusal.sentence))
        return ""
    return secret


def _revoke(request: HttpRequest, person: PersonEntry) -> None:
    own = {entry.id for entry in identity_queries.keys_of(person.id)}
    number = request.POST.get("revoke", "")
    key = int(number) if number.isdecimal() else 0
    if key not in own:
        raise PermissionDenied
    identity.revoke_api_keys(key=key, at=timezone.now(), actor=f"person:{person.id}")
    messages.success(request, _("The key is revoked. It opens nothing any more."))


def remove_passkey(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Remove a passkey, unless it is the last factor of somebody who must have one."""
    passkey = get_object_or_404(
        Authenticator, pk=pk, user=_user(request), type=Authenticator.Type.WEBAUTHN
    )
    if not get_adapter().can_delete_authenticator(passkey):
        messages.error(request, get_adapter().error_messages["cannot_delete_authenticator"])
        return redirect("mfa_list_webauthn")
    answer: HttpResponseBase = webauthn.remove_webauthn(request, pk=pk)
    return answer


def _user(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def _person(request: HttpRequest) -> PersonEntry:
    """Whose keys: only a registered person with a second factor has any."""
    person = person_of(request)
    if person is None or not second_factor.was_given(request):
        raise PermissionDenied
    return person
