"""Signing in and out, and what a person who has signed in may see of their own."""

from __future__ import annotations

from django.contrib.auth.views import LoginView, LogoutView
from django.views.decorators.debug import sensitive_post_parameters

from trueup.web.access import public
from trueup.web.pages import navigation
from trueup.rules import programs
from django.conf import settings
from typing import Any


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
