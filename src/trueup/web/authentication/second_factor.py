"""Who must have a second factor, and whether this session was opened with one.

Everyone who can move instruments (a seat, or a delegation) and every official must have
one; others may. A session that was opened without it reaches only the pages that set one
up or ask for it.

Source: PLAT-094 (second factor for all who can move units).
"""

from __future__ import annotations

import time
from datetime import datetime

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest

from trueup.accounts import delegation_reads as delegations
from trueup.accounts import queries as accounts
from trueup.officials import queries as officials

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# Recovery codes open a session; they do not vouch for a change of the factors.
STRONG = frozenset(factor.value for factor in FACTORS)


def is_required(user: User, *, at: datetime) -> bool:
    """Whether this user can move instruments or decide anything, and so must have one."""
    if user.is_staff or user.is_superuser:
        return True
    person = accounts.person_of_user(user.pk)
    return person is not None and (
        bool(accounts.accounts_of(person.id, at=at))
        or bool(delegations.agencies_of(person.id, at=at))
        or bool(officials.grants_of(person.id, at=at))
    )


def has_factor(user: User) -> bool:
    """Whether an authenticator or a passkey is set up."""
    return bool(Authenticator.objects.filter(user_id=user.pk, type__in=FACTORS).exists())


def was_given(request: HttpRequest) -> bool:
    """Whether this session was opened with a second factor, or has set one up."""
    user = request.user
    return isinstance(user, User) and any(
        record.get("method") == "mfa" for record in get_authentication_records(request, user)
    )


def was_given_just_now(request: HttpRequest) -> bool:
    """Whether a factor other than a recovery code was given in the last five minutes."""
    user = request.user
    since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    return isinstance(user, User) and any(
        record.get("method") == "mfa" and record.get("type") in STRONG and record["at"] >= since
        for record in get_authentication_records(request, user)
    )
