"""Resets that wait for an official: was it really the person?

Source: PLAT-094 (a transfer right after a password reset is held for review).
"""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from trueup.accounts import queries as accounts
from trueup.identity import queries as identity_queries
from trueup.identity import services as identity
from trueup.identity.entries import CLEARED
from trueup.rules.refusal import Refused
from trueup.tasks import services as tasks
from trueup.web.authentication.reviews import KIND
from trueup.web.pages import page
from trueup.web.sentences import say
from trueup.web.views.people import person_of


@never_cache
@require_http_methods(["GET", "POST"])
def resets(request: HttpRequest) -> HttpResponse:
    """The cool-downs that nobody has cleared; an official clears or upholds each."""
    if request.method == "POST":
        _review(request)
        return redirect("resets")
    shown = identity_queries.unreviewed_cool_downs()
    people = accounts.people(entry.person for entry in shown)
    return page(request, "resets", rows=[(entry, people[entry.person]) for entry in shown])


def _review(request: HttpRequest) -> None:
    official = person_of(request)
    if official is None:
        raise PermissionDenied
    number = request.POST.get("cool_down", "")
    actor, at = f"official:{official.id}", timezone.now()
    try:
        entry = identity.review_cool_down(
            cool_down=int(number) if number.isdecimal() else 0,
            by=actor,
            outcome=request.POST.get("outcome", ""),
            note=request.POST.get("note", "")[:400],
            at=at,
        )
    except Refused as refused:
        for refusal in refused.refusals:
            messages.error(request, say(refusal.sentence))
        return
    if entry.outcome == CLEARED:
        tasks.close_tasks(
            subject=f"cool_down:{entry.id}", kind=KIND, closed_at=at, outcome=CLEARED, actor=actor
        )
    messages.success(request, _("What you found is kept."))
