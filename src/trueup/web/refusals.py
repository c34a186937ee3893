"""Keep in the audit trail what was refused to whom, without letting anybody flood it.

Every 403 to somebody who has signed in, and every act that was refused, on the pages and
on the data interface. The same refusal of the same person is kept once in ten minutes,
and at most 100 of one person in an hour. Strangers are not kept: anybody can make as many
as they like. Bodies are never kept.

Source: PLAT-004 (the attempt is in the audit log), PLAT-017.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from trueup.audit import services as audit
from trueup.rules import programs
from trueup.web.access import caller_of

SAME_SECONDS = 600
HOUR_SECONDS = 3600
A_PERSON_AN_HOUR = 100
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CODES_KEPT = 20
PATH_MAX = 120


class KeepRefusals:
    """Look at each answer, and keep the refusals."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        status = response.status_code
        if status == 403 or (status in (409, 422) and request.method not in SAFE):
            self._keep(request, response)
        return response

    def _keep(self, request: HttpRequest, response: HttpResponseBase) -> None:
        actor = _actor(request)
        if not actor or not _is_new(actor, request, response.status_code):
            return
        match = request.resolver_match
        named = match.kwargs if match is not None else {}
        program = str(named.get("code", named.get("program", "")))
        audit.log(
            at=timezone.now(),
            program=program if program in programs.codes() else "",
            actor=actor,
            act="access_refused" if response.status_code == 403 else "act_refused",
            subject=f"page:{request.path}"[:PATH_MAX],
            after={
                "method": request.method,
                "status": response.status_code,
                "reasons": _codes(response),
            },
            cite="PLAT-004",
        )


def _actor(request: HttpRequest) -> str:
    """Who asked; nobody for a stranger."""
    asker = getattr(getattr(request, "auth", None), "actor", "")
    if asker:
        return str(asker)
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return ""
    caller = caller_of(request)
    return caller.actor if caller.person is not None else f"user:{user.pk}"


def _is_new(actor: str, request: HttpRequest, status: int) -> bool:
    """Whether this one is to be kept: not the same again, and not one too many."""
    page = sha256(request.path.encode()).hexdigest()[:16]
    same = f"refused:{actor}:{request.method}:{page}:{status}"
    if not cache.add(same, 1, SAME_SECONDS):
        return False
    count = f"refused:{actor}"
    cache.add(count, 0, HOUR_SECONDS)
    try:
        return cache.incr(count) <= A_PERSON_AN_HOUR
    except ValueError:  # It ran out in between.
        return True


def _codes(response: HttpResponseBase) -> list[str]:
    """The codes of a problem document; a page has none."""
    is_problem = response.headers.get("Content-Type", "").startswith("application/problem+json")
    if not isinstance(response, HttpResponse) or not is_problem:
        return []
    try:
        read: Any = json.loads(response.content)
        return [str(reason["code"]) for reason in read["reasons"]][:CODES_KEPT]
    except (ValueError, KeyError, TypeError):
        return []
