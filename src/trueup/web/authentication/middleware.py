"""Before any page: sessions that have ended, and sessions without their second factor."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from trueup.web.authentication import second_factor

Answer = Callable[[HttpRequest], HttpResponseBase]

STARTED, SEEN = "signed_in_at", "seen_at"
# When a request was last seen is written down at most this often.
NOTED_EVERY_SECONDS = 60

# What a session without its second factor reaches: setting one up, giving it, going away.
BEFORE_THE_SECOND_FACTOR = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "account_reauthenticate",
        "account_logout",
        "sign-out",
        "theme",
        "help",
        "help-topic",
        "help-words",
        "help-definitions",
        "set_language",
    }
)

# What a page of ours may ask of a browser: nothing but passkeys.
PERMISSIONS = ", ".join(
    (
        "camera=()",
        "display-capture=()",
        "geolocation=()",
        "microphone=()",
        "payment=()",
        "usb=()",
        "publickey-credentials-create=(self)",
        "publickey-credentials-get=(self)",
    )
)


class SessionLimits:
    """End a session after some time without a request, and after a longer time anyway.

    Source: PLAT-004; PLAT-094.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            now = time.time()
            started = request.session.setdefault(STARTED, now)
            seen = request.session.setdefault(SEEN, now)
            if (
                now - seen > settings.TRUEUP_IDLE_SECONDS
                or now - started > settings.SESSION_COOKIE_AGE
            ):
                logout(request)
                messages.info(request, _("Your session has ended. Sign in again to go on."))
            elif now - seen >= NOTED_EVERY_SECONDS:
                request.session[SEEN] = now
        return self.get_response(request)


class SecondFactor:
    """Let nobody with power on who has signed in with a password alone.

    Source: PLAT-094 (second factor for all who can move units).
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        if (
            not isinstance(user, User)
            or second_factor.was_given(request)
            or _name_of_page(request) in BEFORE_THE_SECOND_FACTOR
            or request.path.startswith(settings.STATIC_URL)
            or not self._must_have_it(user)
        ):
            return self.get_response(request)
        if request.path.startswith("/api/"):
            return _problem()
        # One that is set up is asked for; otherwise it is set up first.
        page = "mfa_reauthenticate" if second_factor.has_factor(user) else "mfa_index"
        return _to(page, request)

    def _must_have_it(self, user: User) -> bool:
        return second_factor.has_factor(user) or second_factor.is_required(user, at=timezone.now())


class BrowserFeatures:
    """Say which features of a browser our pages use, so that none can be used through them."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        answer.headers.setdefault("Permissions-Policy", PERMISSIONS)
        answer.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        user = getattr(request, "user", None)  # Missing if a middleware answered before.
        if user is not None and user.is_authenticated:
            answer.headers.setdefault("Cache-Control", "no-store, private")
        return answer


def _name_of_page(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).url_name or ""
    except Resolver404:
        return ""


def _to(page: str, request: HttpRequest) -> HttpResponse:
    back = request.get_full_path() if request.method == "GET" else reverse("you")
    return redirect(f"{reverse(page)}?{urlencode({'next': back})}")


def _problem() -> HttpResponse:
    return JsonResponse(
        {
            "type": "about:blank",
            "title": "A second factor is needed",
            "status": 403,
            "detail": "Sign in with your second factor; this session was opened without it.",
            "code": "second_factor_required",
        },
        status=403,
        content_type="application/problem+json",
    )
