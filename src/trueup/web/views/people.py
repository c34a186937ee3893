"""The person behind a sign-in."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.http import HttpRequest

from trueup.accounts import queries as accounts
from trueup.accounts.entries import PersonEntry


def person_of(request: HttpRequest) -> PersonEntry | None:
    """The registered person who has signed in, if the user is one."""
    user = request.user
    return accounts.person_of_user(user.pk) if isinstance(user, User) else None
