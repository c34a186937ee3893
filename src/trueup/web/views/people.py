"""Signing in and out, and what a person who has signed in may see of their own."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from trueup.accounts import queries as accounts
from trueup.accounts.entries import PersonEntry
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.web.access import public, signed_in
from trueup.web.pages import navigation, page

ACCOUNTS_SHOWN = 200


class SignIn(LoginView):
    """Sign in with a name and a password, and go back to where one wanted to go."""

    template_name = "web/sign_in.html"
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        program = programs.load(settings.TRUEUP_PROGRAM)
        links = navigation(program, self.request)
        return super().get_context_data(program=program, navigation=links, **kwargs)


sign_in = public(sensitive_post_parameters("password")(SignIn.as_view()))
sign_out = public(LogoutView.as_view())


@signed_in
@require_safe
def you(request: HttpRequest) -> HttpResponse:
    """The accounts that the person who has signed in acts for."""
    person = person_of(request)
    own = accounts.accounts_of(person.id, at=timezone.now()) if person else []
    shown = own[:ACCOUNTS_SHOWN]
    held = ledger.totals_of([entry.id for entry in shown])
    return page(
        request,
        "you",
        person=person,
        rows=[(entry, held[entry.id]) for entry in shown],
        more=len(own) - len(shown),
    )


def person_of(request: HttpRequest) -> PersonEntry | None:
    """The registered person who has signed in, if the user is one."""
    user = request.user
    return accounts.person_of_user(user.pk) if isinstance(user, User) else None
