"""Users with passwords and second factors, and browsers that sign in as a browser does."""

from __future__ import annotations

import time
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from trueup.accounts.models import Person
from trueup.identity import encryption

PASSWORD = "violet-anvil-parsnip-quay"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass(frozen=True, slots=True, kw_only=True)
class SomeUser:
    """A user and, if there is one, the person they are."""

    user: User
    person: int | None


def make_user(
    username: str, *, person: int | None = None, with_factor: bool = True, email: str = ""
) -> SomeUser:
    """A user with a verified address and, unless told otherwise, an authenticator app."""
    address = email or f"{username}@x.example"
    user = User.objects.create(username=username, email=address, password=make_password(PASSWORD))
    EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
    if person is not None:
        Person.objects.filter(id=person).update(user=user, email=address)
    if with_factor:
        add_factor(user)
    return SomeUser(user=user, person=person)


def add_factor(user: User) -> None:
    Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.TOTP,
        data={"secret": encryption.encrypt(SECRET.encode()).decode()},
    )


def code(offset: int = 0, *, secret: str = SECRET) -> str:
    """The code of this half minute, or of one so many before or after it."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + offset)))


def give_password(client: Client, username: str, password: str = PASSWORD, **extra: str):  # type: ignore[no-untyped-def]
    """Send the form of the sign-in page."""
    return client.post(reverse("sign-in"), {"login": username, "password": password, **extra})


def give_code(client: Client, given: str):  # type: ignore[no-untyped-def]
    """Send the form of the page that asks for the second factor."""
    return client.post(reverse("mfa_authenticate"), {"code": given})


def sign_in(client: Client, username: str, *, offset: int = 0) -> None:
    """Sign in with both factors, through the pages."""
    assert give_password(client, username)["Location"] == reverse("mfa_authenticate")
    answer = give_code(client, code(offset))
    assert answer.status_code == 302, answer.content.decode()


def is_signed_in(client: Client) -> bool:
    """Whether the browser reaches a page that needs a sign-in."""
    return client.get(reverse("you")).status_code == 200
