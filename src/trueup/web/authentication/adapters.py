"""What allauth asks of us: whom it may sign in, what it keeps encrypted, what it records."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import get_client_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from trueup.accounts import queries as accounts
from trueup.identity import encryption
from trueup.identity import services as identity
from trueup.officials import queries as officials
from trueup.web.authentication import second_factor
from trueup.web.theme import theme


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Passwords and addresses."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The name or the password is not right."),
        "username_password_mismatch": _("The name or the password is not right."),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, then try again."),
        "incorrect_code": _(
            "This code is not right, or it was used before. Wait for the next one."
        ),
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the attempt; one too many is refused before any password is looked at."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            self._record_failure(request, credentials)
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """A wrong name or password: ten in five minutes are a security event (PLAT-012)."""
        self._record_failure(request, credentials)

    def is_safe_url(self, url: str) -> bool:
        """Only addresses within this site; `next` never leads away."""
        return (
            url.startswith("/") and not url.startswith(("//", "/\\")) and super().is_safe_url(url)
        )

    def _record_failure(self, request: HttpRequest, credentials: dict[str, Any]) -> None:
        user = _user_named(str(credentials.get("username") or credentials.get("email") or ""))
        if user is not None:
            identity.record_failed_sign_in(
                user=user.pk, at=timezone.now(), address=get_client_ip(request) or ""
            )


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_delete_authenticator": _(
            "You act for accounts, so you need a second factor. Add another before you remove this."
        ),
    }

    def get_totp_issuer(self) -> str:
        return theme().site

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text.encode()).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last factor stays with whoever must have one."""
        others = Authenticator.objects.filter(
            user_id=authenticator.user_id, type__in=second_factor.FACTORS
        ).exclude(pk=authenticator.pk)
        return others.exists() or not second_factor.is_required(
            authenticator.user, at=timezone.now()
        )

    def _get_site_name(self) -> str:
        return theme().site


class OfficialsAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """OpenID Connect: for officials who are known here already, and for nobody else."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:  # noqa: ARG002
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the official by the address that the agency vouches for, or send them back.

        The second factor is asked for afterwards like for everybody.
        """
        user = sociallogin.user if sociallogin.is_existing else _official(sociallogin)
        if user is None or not _is_official(user):
            messages.error(
                request,
                _("Your agency's sign-in is for officials of this registry. Ask for a role."),
            )
            raise ImmediateHttpResponse(redirect(reverse("sign-in")))
        if not sociallogin.is_existing:
            sociallogin.connect(request, user)


def _user_named(name: str) -> User | None:
    if not name:
        return None
    found = User.objects.filter(username__iexact=name).first()
    if found is None:
        address = EmailAddress.objects.filter(email__iexact=name).select_related("user").first()
        found = address.user if address is not None else None
    return found


def _official(sociallogin: SocialLogin) -> User | None:
    vouched = [address.email for address in sociallogin.email_addresses if address.verified]
    known = EmailAddress.objects.filter(email__in=vouched, verified=True).select_related("user")
    users = {address.user for address in known}
    return users.pop() if len(users) == 1 else None


def _is_official(user: AbstractBaseUser) -> bool:
    person = accounts.person_of_user(user.pk)
    return person is not None and bool(officials.grants_of(person.id, at=timezone.now()))
