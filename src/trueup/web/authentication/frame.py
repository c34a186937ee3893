"""The frame of the pages that allauth shows: the same navigation as on every other page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from trueup.rules import programs
from trueup.web.pages import navigation

_PREFIXES = ("account_", "mfa_", "socialaccount_", "openid_connect_", "sign-in")


def context(request: HttpRequest) -> dict[str, Any]:
    """Give the pages of signing in what `pages.page` gives the others."""
    match = request.resolver_match
    name = (match.url_name if match else "") or ""
    if not name.startswith(_PREFIXES):
        return {}
    from trueup.demonstration import sign_in

    program = programs.load(settings.TRUEUP_PROGRAM)
    return {
        "program": program,
        "navigation": navigation(program, request),
        "trail": [],
        "demonstration_users": sign_in.sign_ins()
        if settings.TRUEUP_BANNER == "demonstration"
        and name in ("sign-in", "account_login", "mfa_authenticate", "mfa_reauthenticate")
        else [],
        "agency_sign_in": settings.TRUEUP_OIDC_NAME if settings.TRUEUP_OIDC_ISSUER else "",
    }
