"""What every page announces, and the window in which nothing is written.

A maintenance window is data: it opens and closes by the clock, on every process at once.
Within it whatever would write is refused with 503 and the sentence, on the pages and on
the data interface; reading goes on. Who ends the window can still sign in and end it.

Source: PLAT-013.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from trueup.rules import programs
from trueup.support import queries
from trueup.support.entries import MAINTENANCE, OFFICIALS, SIGNED_IN, AnnouncementEntry
from trueup.web.access import caller_of
from trueup.web.components import Announcement

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
# What can be sent in a window: signing in, signing out, and what ends the window.
STAYS_OPEN = frozenset(
    {
        "sign-in",
        "account_login",
        "mfa_authenticate",
        "mfa_login_webauthn",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "account_reauthenticate",
        "sign-out",
        "account_logout",
        "announcements",
        "announcement-end",
    }
)


def context(request: HttpRequest) -> dict[str, Any]:
    """Give every template the announcements that its reader is shown."""
    return {"announcements": lambda: shown(request)}


def shown(request: HttpRequest) -> list[Announcement]:
    """What this reader is shown now, in the language of the page."""
    at = timezone.now()
    running = queries.announcements(at)
    if not running:
        return []
    return [_as_shown(one) for one in queries.shown_to(running, _audiences(request, running), at)]


class Maintenance:
    """Refuse what would write while a maintenance window is open."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in SAFE:
            return self.get_response(request)
        at = timezone.now()
        window = queries.window_at(at)
        if window is None or _name_of_page(request) in STAYS_OPEN:
            return self.get_response(request)
        refused = _problem(window) if request.path.startswith("/api/") else _page(request, window)
        refused.headers["Retry-After"] = str(max(int((window.until_at - at).total_seconds()), 1))
        refused.headers["Cache-Control"] = "no-store"
        return refused


def sentence_of(window: AnnouncementEntry) -> str:
    """What somebody is told whose act is refused in a window."""
    return _(
        "The registry is being maintained until %(until)s: nothing can be recorded now, and"
        " nothing of what you sent was kept. Reading goes on."
    ) % {"until": _moment(window.until_at)}


def _as_shown(one: AnnouncementEntry) -> Announcement:
    language = get_language() or "en"
    text = one.text_in(language)
    if one.kind == MAINTENANCE:
        window = _("From %(from)s to %(until)s nothing can be recorded; reading goes on.") % {
            "from": _moment(one.from_at),
            "until": _moment(one.until_at),
        }
        text = f"{text} {window}"
    return Announcement(kind=one.kind, heading=one.heading_in(language), text=text)


def _audiences(request: HttpRequest, running: tuple[AnnouncementEntry, ...]) -> frozenset[str]:
    user = getattr(request, "user", None)  # An error page may be shown before it is known.
    if user is None or not user.is_authenticated:
        return frozenset()
    if any(one.audience == OFFICIALS for one in running) and caller_of(request).grants:
        return frozenset({SIGNED_IN, OFFICIALS})
    return frozenset({SIGNED_IN})


def _moment(instant: datetime) -> str:
    local = timezone.localtime(instant, programs.load(settings.TRUEUP_PROGRAM).zone)
    return f"{date_format(local, 'DATETIME_FORMAT')} {local.tzname()}"


def _name_of_page(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).url_name or ""
    except Resolver404:
        return ""


def _page(request: HttpRequest, window: AnnouncementEntry) -> HttpResponseBase:
    from trueup.web.pages import page  # The pages' frame asks for announcements.

    return page(
        request,
        "support/maintenance",
        http_status=503,
        sentence=sentence_of(window),
        window=window,
    )


def _problem(window: AnnouncementEntry) -> HttpResponseBase:
    return JsonResponse(
        {
            "type": "tag:trueup,2026:support.maintenance",
            "title": "The registry is being maintained.",
            "status": 503,
            "detail": sentence_of(window),
            "reasons": [],
        },
        status=503,
        content_type="application/problem+json",
    )
