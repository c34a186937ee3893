"""The forms of signing in where they differ from allauth's."""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django import forms
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from trueup.accounts import checks
from trueup.accounts.entries import PersonSpec
from trueup.identity import services as identity
from trueup.signing.factors import code_counter
from trueup.web.sentences import say


class NameForm(forms.Form):
    """What signing up asks besides an address and a password: a natural person's name."""

    name = forms.CharField(
        label=_("Full name"),
        max_length=150,
        help_text=_("Of a person, as it is on an identity paper; not of a company."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    field_order = ("name", "email", "password1", "password2")

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        refusals = checks.check_person(PersonSpec(name=name))
        if refusals:
            raise forms.ValidationError([say(refusal.sentence) for refusal in refusals])
        return checks.tidy(name)

    def signup(self, request: HttpRequest, user: User) -> None:  # noqa: ARG002
        """Keep the name until the address is verified; only then is there a person."""
        user.first_name = self.cleaned_data["name"]
        user.save(update_fields=["first_name"])


class _OnceOnly:
    """A code of an authenticator is taken once, by the database, whichever page takes it.

    allauth's own mark is in the cache for 30 seconds, and with the tolerance for slow clocks
    a code lives for 90 (RFC 6238, section 5.2).
    """

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        if self.authenticator.type == Authenticator.Type.TOTP:
            step = code_counter(self.user.pk, code, at=timezone.now())
            if step is None or not identity.use_code(user=self.user.pk, step=step):
                raise get_adapter().validation_error("incorrect_code")
        return code


class AuthenticateForm(_OnceOnly, base.AuthenticateForm):  # type: ignore[misc]
    """The code at sign-in."""


class ReauthenticateForm(_OnceOnly, base.ReauthenticateForm):  # type: ignore[misc]
    """The code before something that matters."""


class ActivateTotpForm(totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new authenticator; it is used up by this."""

    def clean_code(self) -> Any:
        code = super().clean_code()
        given = "".join(code.split())
        for step in yield_hotp_counters_from_time():
            if format_hotp_value(hotp_value(self.secret, step)) == given:
                identity.use_code(user=self.user.pk, step=step)
        return code
