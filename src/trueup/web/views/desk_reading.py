"""What auditors, market monitors and officials read: the trail, the market, late notices."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from hashlib import sha256

from django.conf import settings
from django.contrib import messages
from django.core.cache import cache
from django.db.models import Q
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.audit import queries as audit
from trueup.audit import services as audit_services
from trueup.audit.entries import EventEntry, TrailFilter
from trueup.desk import authority
from trueup.ledger import queries as ledger
from trueup.rules import appeals, programs
from trueup.support import queries as support
from trueup.web.access import caller_of, official, public
from trueup.web.downloads import csv_download
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.spreadsheets import ROWS_MAX, Sheet, TooManyRows, xlsx_download
from trueup.web.views.saved_searches import address_of

LOOK_SECONDS = 600
FIELDS = ("program", "actor", "act", "subject", "account", "since", "until")
HEADER = ("id", "at", "program", "actor", "act", "subject", "account", "before", "after", "cite")


@official("read_audit")
@require_safe
def audit_trail(request: HttpRequest) -> HttpResponse:
    """Who did what to what, when, under which paragraph, with before and after.

    Source: PLAT-017.
    """
    chosen, problem = _chosen(request)
    keep_look(
        request, "read_audit_trail", given={name: request.GET.get(name, "") for name in FIELDS}
    )
    rows = audit.trail(
        within=authority.events_in(caller_of(request)) if not problem else Q(pk__in=()),
        chosen=chosen,
        limit=PAGE_SIZE + 1,
        before=number_after(request) or None,
    )
    return page(
        request,
        "desk/audit",
        trail=[Link(name=_("Desk"), address=reverse("desk"))],
        page=page_of(request, rows, key=lambda row: row.id),
        rows=[(row, _json(row.before), _json(row.after)) for row in rows[:PAGE_SIZE]],
        chosen={name: request.GET.get(name, "") for name in FIELDS},
        codes=programs.codes(),
        problem=problem,
        csv=f"{reverse('audit-trail-csv')}?{request.GET.urlencode()}",
        xlsx=f"{reverse('audit-trail-xlsx')}?{request.GET.urlencode()}",
        kept=searches_of(request, "audit"),
    )


@official("read_audit")
@require_safe
def audit_trail_csv(request: HttpRequest) -> StreamingHttpResponse:
    """The same as a file, streamed; that it was exported is logged too.

    Source: PLAT-017.
    """
    return csv_download("audit-trail", HEADER, _exported(request))


@official("read_audit")
@require_safe
def audit_trail_xlsx(request: HttpRequest) -> HttpResponseBase:
    """The same as a spreadsheet; one that is too long for it leads to the CSV.

    Source: PLAT-017.
    """
    sheet = Sheet(title="Audit trail", header=HEADER, rows=_exported(request))
    try:
        return xlsx_download("audit-trail", [sheet])
    except TooManyRows:
        return too_long(request, reverse("audit-trail-csv"))


@official("notices")
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """Notices that are overdue, and those that could not be mailed, with the error.

    Source: PLAT-053, PLAT-150.
    """
    caller = caller_of(request)
    within = authority.notices_in(caller)
    today = caller.at.date()
    return page(
        request,
        "desk/notices",
        trail=[Link(name=_("Desk"), address=reverse("desk"))],
        overdue=audit.overdue_notices(today, within=within),
        failing=audit.failing_notices(within=within),
        today=today,
    )


@public
@require_safe
def decision(request: HttpRequest, code: str, number: int) -> HttpResponse:
    """A final decision with its reasons, how it can be appealed, and its appeals.

    Source: 78.1(a)(1), (b)(18), (b)(19); MASS-165, RATE-267, PLAT-111.
    """
    program = program_or_404(code)
    entry = audit.decision(number)
    if entry is None or entry.program != program.code:
        raise Http404(f"There is no decision {number} in this program.")
    return page(
        request,
        "desk/decision",
        program=program,
        trail=program_trail(program),
        entry=entry,
        appealable=appeals.appealable(program.code).get(entry.decision_class),
        appeals=audit.appeals_of([number])[number],
    )


def keep_look(request: HttpRequest, act: str, *, given: dict[str, str], program: str = "") -> None:
    """Keep that a reader looked, and at what; the same look once in ten minutes.

    Source: PLAT-017 (who looked at what), PLAT-112.
    """
    caller = caller_of(request)
    said = {name: value for name, value in given.items() if value}
    text = json.dumps([act, caller.actor, program, said], sort_keys=True)
    if not cache.add(f"look:{sha256(text.encode()).hexdigest()}", 1, LOOK_SECONDS):
        return
    audit_services.log(
        at=caller.at,
        program=program,
        actor=caller.actor,
        act=act,
        subject=f"page:{request.path}"[:120],
        after=said or None,
        cite="PLAT-017",
    )


def searches_of(request: HttpRequest, of: str, program: str = "") -> list[tuple[str, str]]:
    """The names and addresses of a reader's kept searches of a list."""
    found = support.searches_of(caller_of(request).person or 0, of=of, program=program)
    return [(search.name, address_of(search)) for search in found]


def too_long(request: HttpRequest, csv: str) -> HttpResponse:
    """Where an export leads that is longer than a spreadsheet."""
    messages.info(
        request,
        _("This is more than %(rows)s rows, too long for a spreadsheet; the CSV has it all.")
        % {"rows": f"{ROWS_MAX:,}"},
    )
    back = csv.removesuffix(".csv") + "/"
    return HttpResponseRedirect(f"{back}?{request.GET.urlencode()}")


def _exported(request: HttpRequest) -> Iterator[tuple[object, ...]]:
    """The rows of an export, which is itself logged."""
    chosen, problem = _chosen(request)
    caller = caller_of(request)
    audit_services.log(
        at=caller.at,
        program=chosen.program,
        actor=caller.actor,
        act="export_audit_trail",
        subject="audit_trail",
        after={name: request.GET[name] for name in FIELDS if request.GET.get(name)},
        cite="PLAT-017",
    )
    within = authority.events_in(caller) if not problem else Q(pk__in=())
    return _cells(audit.whole_trail(within=within, chosen=chosen))


def _chosen(request: HttpRequest) -> tuple[TrailFilter, str]:
    """What the reader asks for; a sentence about what cannot be read."""
    given = {name: request.GET.get(name, "").strip()[:120] for name in FIELDS}
    zone = programs.load(settings.TRUEUP_PROGRAM).zone
    instants: dict[str, datetime] = {}
    for name, days in (("since", 0), ("until", 1)):
        if not given[name]:
            continue
        try:
            day = datetime.fromisoformat(given[name]).date() + timedelta(days=days)
        except (ValueError, OverflowError):
            return TrailFilter(), _("“%(text)s” is no day; write it as 2025-05-01.") % {
                "text": given[name]
            }
        instants[name] = datetime.combine(day, time.min, tzinfo=zone)
    account = None
    if given["account"]:
        found = ledger.accounts_by_number([given["account"].upper()])
        if not found:
            return TrailFilter(), _("There is no account %(number)s.") % {
                "number": given["account"]
            }
        account = next(iter(found.values())).id
    return (
        TrailFilter(
            program=given["program"],
            actor=given["actor"],
            act=given["act"],
            subject=given["subject"],
            account=account,
            since=instants.get("since"),
            until=instants.get("until"),
        ),
        "",
    )


def _cells(rows: Iterator[EventEntry]) -> Iterator[tuple[object, ...]]:
    for row in rows:
        yield (
            row.id,
            row.at.isoformat(),
            row.program,
            row.actor,
            row.act,
            row.subject,
            row.account or "",
            _json(row.before),
            _json(row.after),
            row.cite,
        )


def _json(value: object) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
