"""A job's page: how far it is, what it gave, why it was refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from trueup.desk.callers import Caller
from trueup.rules import programs
from trueup.tasks import jobs
from trueup.tasks.jobs import JobEntry
from trueup.web.access import caller_of, own
from trueup.web.downloads import csv_download
from trueup.web.pages import Link, page
from trueup.web.paging import PAGE_SIZE, number_after, page_of


def sees_job(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Whether a job is there and the caller's to see, for the rule of access."""
    entry = jobs.job(arguments["key"])
    if entry is None or caller.person is None:
        return False
    return entry.by == caller.person or bool(
        entry.function
        and caller.may(entry.function, program=entry.program, jurisdiction=entry.jurisdiction)
    )


def jobs_seen(
    caller: Caller, program: str, *, names: tuple[str, ...], limit: int
) -> list[JobEntry]:
    """The latest jobs of these kinds that a caller may see."""
    within = Q(by_id=caller.person)
    for grant in caller.grants:
        if grant.program in ("", program):
            seen = Q(function__in=grant.functions)
            within |= seen & Q(jurisdiction=grant.jurisdiction) if grant.jurisdiction else seen
    return jobs.jobs_of(within=within, names=names, program=program, limit=limit)


@own(sees_job)
@never_cache
@require_safe
def job(request: HttpRequest, key: UUID) -> HttpResponse:
    """How far a job is; the page asks again by itself until it has ended.

    Source: PLAT-006.
    """
    entry = _known(key)
    numbered = list(enumerate(entry.refusals, 1))
    after = number_after(request)
    return page(
        request,
        "desk/job",
        program=programs.load(entry.program) if entry.program else None,
        trail=_trail(request),
        job=entry,
        reasons=page_of(
            request, numbered[after : after + PAGE_SIZE + 1], key=lambda reason: reason[0]
        ),
        reasons_count=len(numbered),
        has_rows=any(refusal.get("row") for refusal in entry.refusals),
        reasons_csv=reverse("job-reasons", args=[key]),
    )


@own(sees_job)
@never_cache
@require_safe
def reasons_csv(_request: HttpRequest, key: UUID) -> StreamingHttpResponse:
    """Every reason why a job was refused, by row, as a table.

    Source: PLAT-060.
    """
    entry = _known(key)
    return csv_download(
        f"job-{key}-errors",
        ("row", "code", "sentence", "paragraph"),
        (
            (refusal.get("row") or "", refusal["code"], refusal["sentence"], refusal["cite"])
            for refusal in entry.refusals
        ),
    )


def _known(key: UUID) -> JobEntry:
    entry = jobs.job(key)
    if entry is None:
        raise Http404("There is no such job.")
    return entry


def _trail(request: HttpRequest) -> list[Link]:
    return [Link(name=_("Desk"), address=reverse("desk"))] if caller_of(request).grants else []
