"""What allauth tells us of: kept in the audit trail, told to the person, slowed down.

These are receivers of a library's signals, not of acts of ours.

Source: PLAT-012; PLAT-017; PLAT-094; PLAT-150.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from allauth.account import signals as account
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from trueup.accounts import contacts
from trueup.accounts import queries as accounts
from trueup.accounts import services as account_services
from trueup.audit.notices import ContextValue
from trueup.identity import services as identity
from trueup.rules import programs
from trueup.web.authentication import second_factor
from trueup.web.authentication.reviews import ask_for_review

_NAMES = {
    Authenticator.Type.TOTP: "an authenticator app",
    Authenticator.Type.WEBAUTHN: "a passkey",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


def cool_down_hours() -> int:
    """The longest cool-down of any program here, because a person may act in several."""
    return max(programs.load(code).people.safeguards.cool_down_hours for code in programs.codes())


@receiver(account.user_logged_in)
def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    """Keep the sign-in; tell the person if the browser or the network is new."""
    at, address = timezone.now(), get_client_ip(request) or ""
    browser = request.headers.get("User-Agent", "")[:200]
    _record("sign_in", user, at, {"address": address, "browser": browser})
    known = identity.recognise_place(
        user=user.pk, address=_network(address), browser=browser, at=at
    )
    if not known:
        _tell(
            "sign_in_from_new_place",
            user,
            at,
            {"at": at, "address": address or "unknown", "browser": browser},
        )


@receiver(user_logged_out)
def signed_out(user: User | None, **_: Any) -> None:
    """Keep that a session was ended."""
    if user is not None:
        _record("sign_out", user, timezone.now())


@receiver(account.password_changed)
@receiver(account.password_set)
def password_changed(user: User, **_: Any) -> None:
    """Tell the person; the other sessions have ended with the old password."""
    at = timezone.now()
    _record("change_password", user, at)
    _tell("password_changed", user, at, {"at": at, "how": "by you, while signed in"})


@receiver(account.password_reset)
def password_reset(user: User, **_: Any) -> None:
    """Tell the person, and let them move nothing for a while (PLAT-094; PLAT-150)."""
    at = timezone.now()
    _record("reset_password", user, at)
    _tell("password_changed", user, at, {"at": at, "how": "by a link sent by e-mail"})
    _cool_down("password_reset", user, at)


@receiver(account.email_confirmed)
def email_confirmed(email_address: EmailAddress, **_: Any) -> None:
    """A user whose address is verified is a person here: without any power, and unchecked."""
    user = email_address.user
    at = timezone.now()
    if accounts.person_of_user(user.pk) is not None or not user.first_name:
        return
    person = account_services.register_person(
        name=user.first_name,
        email=email_address.email,
        registered_at=at,
        actor=f"user:{user.pk}",
    )
    contacts.link_user(person=person.id, user=user.pk, at=at, actor=f"user:{user.pk}")


@receiver(account.email_changed)
def email_changed(
    request: HttpRequest, user: User, to_email_address: EmailAddress, **_: Any
) -> None:
    """The old and the new address are told; without a fresh second factor it is a reset."""
    person = accounts.person_of_user(user.pk)
    if person is None:
        return
    at = timezone.now()
    contacts.change_email(person=person.id, email=to_email_address.email, at=at)
    if not second_factor.was_given_just_now(request):
        _cool_down("contact_changed", user, at)


@receiver(mfa.authenticator_added)
def factor_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """A factor that no older one vouched for is a reset; the very first is none."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        return
    others = Authenticator.objects.filter(user=user, type__in=second_factor.FACTORS)
    is_first = not others.exclude(pk=authenticator.pk).exists() and not _had_one(user)
    _factor_changed(request, user, authenticator, "added", is_reset=not is_first)
    record_authentication(
        request, user, "mfa", id=authenticator.pk, type=authenticator.type, is_new=True
    )


@receiver(mfa.authenticator_removed)
def factor_removed(
    request: HttpRequest, user: User, authenticator: Authenticator, **_: Any
) -> None:
    """A factor went; if none vouched for that, it is a reset."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        _factor_changed(request, user, authenticator, "removed", is_reset=True)


@receiver(mfa.authenticator_reset)
def factor_reset(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """New recovery codes."""
    _factor_changed(request, user, authenticator, "made anew", is_reset=True)


@receiver(mfa.authenticator_used)
def factor_used(user: User, authenticator: Authenticator, **_: Any) -> None:
    """A recovery code that is used is news for the person."""
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        at = timezone.now()
        _record("use_recovery_code", user, at)
        _tell("second_factor_changed", user, at, {"at": at, "what": "A recovery code was used."})


@receiver(mfa.authentication_failed)
def factor_failed(request: HttpRequest, user: User, **_: Any) -> None:
    """A wrong code counts as a failed sign-in (PLAT-012)."""
    identity.record_failed_sign_in(
        user=user.pk, at=timezone.now(), address=get_client_ip(request) or ""
    )


def _factor_changed(
    request: HttpRequest, user: User, authenticator: Authenticator, verb: str, *, is_reset: bool
) -> None:
    at = timezone.now()
    what = f"{_NAMES[Authenticator.Type(authenticator.type)]} {verb}"
    _record("change_second_factor", user, at, {"what": what, "authenticator": authenticator.type})
    _tell("second_factor_changed", user, at, {"at": at, "what": what.capitalize() + "."})
    if is_reset and not second_factor.was_given_just_now(request):
        reason = "second_factor_removed" if verb == "removed" else "second_factor_reset"
        _cool_down(reason, user, at)


def _had_one(user: User) -> bool:
    from trueup.audit import queries as audit

    log = audit.events_of(f"user:{user.pk}", limit=1000)
    return any(event.act == "change_second_factor" for event in log)


def _record(
    act: str, user: User, at: datetime, details: Mapping[str, object] | None = None
) -> None:
    person = accounts.person_of_user(user.pk)
    identity.record_security_event(
        act=act, user=user.pk, person=person.id if person else None, at=at, details=details
    )


def _tell(event: str, user: User, at: datetime, context: Mapping[str, ContextValue]) -> None:
    person = accounts.person_of_user(user.pk)
    if person is not None:
        identity.alert(event=event, person=person.id, at=at, context=context)


def _cool_down(reason: str, user: User, at: datetime) -> None:
    person = accounts.person_of_user(user.pk)
    if person is None:
        return
    entry = identity.start_cool_down(
        person=person.id, reason=reason, at=at, hours=cool_down_hours(), actor=f"user:{user.pk}"
    )
    if entry is not None:
        ask_for_review(entry, name=person.name)


def _network(address: str) -> str:
    """The network of an address, coarse enough that a new lease is no news: /16, /32."""
    if ":" in address:
        return ":".join(address.split(":")[:2])
    return ".".join(address.split(".")[:2])
