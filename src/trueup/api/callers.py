"""Who asks: a person with a session, or a machine with a person's key.

A key proposes and reads; it never signs, approves or decides (PLAT-050, PLAT-094).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja.errors import AuthenticationError
from ninja.security import HttpBearer, django_auth

from trueup.accounts import queries as accounts
from trueup.api import asking
from trueup.identity import services as identity
from trueup.identity.entries import KeyEntry
from trueup.rules.refusal import Refused
from trueup.signing.checks import KeyCannotSign

READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """The person who asks, and the key if a machine does it for them."""

    person: int
    key: KeyEntry | None = None
    user: User | None = None

    @property
    def actor(self) -> str:
        """How the audit names who asks."""
        return f"key:{self.key.id}" if self.key is not None else f"person:{self.person}"

    def may_see(self, account: int, *, program: str) -> bool:
        """Whether the key, if there is one, was given for reading this account."""
        return self.key is None or self.key.covers(READ, account=account, program=program)


class Key(HttpBearer):
    """A key in `Authorization: Bearer ...`; hashed here, scoped, and it expires."""

    def authenticate(self, request: HttpRequest, token: str) -> Asker | None:  # noqa: ARG002
        """The person whose key it is; raises AuthenticationError for any other secret."""
        found = identity.authenticate_key(token, at=asking.now())
        if found is None:
            raise AuthenticationError
        return Asker(person=found.person, key=found)


def refuse_keys(request: HttpRequest) -> None:
    """Tell a machine that it cannot sign, before anything else is looked at.

    Source: PLAT-050, PLAT-151.
    """
    if _has_bearer(request):
        raise Refused([KeyCannotSign("An API key proposes and never signs, approves or decides.")])


# A session signs; where a key is let in too, it comes first: it has no cookie to forge.
SESSION = (refuse_keys, django_auth)
SESSION_OR_KEY = (Key(), django_auth)


def asker(request: HttpRequest) -> Asker:
    """The person who asks, once signed in; raises NotSignedIn for a user who is none."""
    given = getattr(request, "auth", None)
    if isinstance(given, Asker):
        return given
    user = request.user
    person = accounts.person_of_user(user.pk) if isinstance(user, User) else None
    if person is None or not isinstance(user, User):
        raise asking.NotSignedIn(
            "Whoever has signed in here is not a person who represents an account."
        )
    return Asker(person=person.id, user=user)


def reader(request: HttpRequest) -> Asker | None:
    """Who reads what is public, if they say who they are; None for the public.

    Raises NotSignedIn for a key that opens nothing.
    """
    if _has_bearer(request):
        secret = request.headers["Authorization"].partition(" ")[2]
        found = identity.authenticate_key(secret, at=asking.now())
        if found is None:
            raise asking.NotSignedIn("The key opens nothing: it is wrong, or it has ended.")
        return Asker(person=found.person, key=found) if READ in found.scopes else None
    if not request.user.is_authenticated:
        return None
    try:
        return asker(request)
    except asking.NotSignedIn:
        return None


def _has_bearer(request: HttpRequest) -> bool:
    return request.headers.get("Authorization", "").lower().startswith("bearer ")
