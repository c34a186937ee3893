"""The home page of who holds accounts: standing, deadline, what awaits one, receipts, notices.

Source: PLAT-051, PLAT-052, PLAT-081; docs/decisions/0231.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.audit import queries as audit
from trueup.audit.entries import NoticeEntry
from trueup.desk.callers import Caller
from trueup.disclosure.standing import Standing, next_deadline, standings
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.signing import forms as library
from trueup.signing import queries as signing
from trueup.transfers import queries as transfers
from trueup.web import holder_charts
from trueup.web.access import caller_of, own, registered, signed_in
from trueup.web.awaiting import awaiting
from trueup.web.downloads import csv_download
from trueup.web.fleet import FILTERED_FROM, FLEET_MAX, fleet_of, in_order, reads, roles_of
from trueup.web.pages import Link, page
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.transfer_rows import TransferRow, rows_of_transfers
from trueup.web.views.people import person_of
from trueup.web.views.pictures import look_of, picture

TRANSFERS_SHOWN = 5
RECEIPTS_SHOWN = 5
NOTICES_SHOWN = 5


@signed_in
@require_safe
def you(request: HttpRequest) -> HttpResponse:
    """Where one's accounts stand, the next deadline, what awaits one, and the latest receipts.

    Source: PLAT-051, PLAT-052, PLAT-081.
    """
    person, caller = person_of(request), caller_of(request)
    if person is None:
        return page(request, "you", person=None)
    fleet = fleet_of(request, caller)
    found = [next_deadline(programs.load(code), at=caller.at) for code in fleet.programs]
    return page(
        request,
        "you",
        program=programs.load(fleet.programs[0]) if len(fleet.programs) == 1 else None,
        person=person,
        fleet=fleet,
        fleet_max=FLEET_MAX,
        is_filtered=fleet.total >= FILTERED_FROM,
        deadlines=[deadline for deadline in found if deadline is not None],
        awaiting=awaiting(caller, fleet.sums),
        transfers=_waiting(caller),
        receipts=_receipts(person.id),
        notices=audit.notices_of(person.id, limit=NOTICES_SHOWN),
    )


@registered
@require_safe
def fleet_chart(request: HttpRequest) -> HttpResponse:
    """What the accounts that owe most can use, against what they owe."""
    caller = caller_of(request)
    entries = list(ledger.accounts_by_id(roles_of(caller)).values())
    rows = in_order(standings(entries[:FLEET_MAX], at=caller.at))
    spec = holder_charts.accounts_against_obligations(
        [row for row in rows if row.position is not None],
        shown=look_of(request),
        words=(_("Usable"), _("Owed so far")),
    )
    return private(picture(request, spec))


def reads_account(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Whether the caller reads what only the people of the account in the address see."""
    found = ledger.find_account(program=arguments["code"], number=arguments["number"])
    return found is not None and reads(caller, found.id)


@own(reads_account)
@require_safe
def account_chart(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """What one account holds by vintage, against what it owes so far."""
    entry = ledger.find_account(program=code, number=number)
    if entry is None:
        raise Http404("There is no such account.")
    (found,) = standings([entry], at=caller_of(request).at)
    spec = holder_charts.held_by_vintage(
        found,
        shown=look_of(request),
        words=(_("Usable"), _("Owed so far"), _("For later")),
    )
    return private(picture(request, spec))


@registered
@require_safe
def fleet_csv(request: HttpRequest) -> StreamingHttpResponse:
    """One's accounts with what each holds, owes and lacks, for a spreadsheet."""
    caller = caller_of(request)
    entries = list(ledger.accounts_by_id(roles_of(caller)).values())
    header = (
        "program",
        "number",
        "name",
        "kind",
        "state",
        "held",
        "period",
        "usable",
        "obligation_so_far",
        "short",
        "preliminary",
        "outstanding",
    )
    rows = in_order(standings(entries, at=caller.at))
    return csv_download("accounts", header, (_csv_row(row) for row in rows))


@registered
@require_safe
def my_notices(request: HttpRequest) -> HttpResponse:
    """The notices that one got, the newest first.

    Source: PLAT-150.
    """
    person = person_of(request)
    rows = (
        audit.notices_of(person.id, limit=PAGE_SIZE + 1, before=number_after(request) or None)
        if person is not None
        else []
    )
    return page(
        request,
        "my_notices",
        trail=[_home()],
        page=page_of(request, rows, key=lambda row: row.id),
    )


def is_told(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Whether a notice is the caller's."""
    found = audit.notice(arguments["notice_id"])
    return found is not None and found.person == caller.person


@own(is_told)
@require_safe
def my_notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """One notice, word for word.

    Source: PLAT-150.
    """
    found = audit.notice(notice_id)
    if found is None:
        raise Http404("There is no such notice.")
    return page(
        request,
        "my_notice",
        program=programs.load(found.program) if found.program else None,
        trail=[_home(), Link(name=_("Notices"), address=reverse("my-notices"))],
        notice=found,
        account=_account_of(found),
    )


def private(answer: HttpResponse) -> HttpResponse:
    """An answer that only the person's own browser may keep."""
    answer["Cache-Control"] = "private, max-age=60"
    return answer


def _waiting(caller: Caller) -> list[TransferRow]:
    """Transfers of one's accounts that wait for anybody: signatures first, then the rest."""
    ids = sorted(caller.represents)
    if not ids:
        return []
    found = {
        entry.id: entry
        for entry in (
            *transfers.awaiting(ids, limit=TRANSFERS_SHOWN),
            *transfers.waiting_out_of(ids, limit=TRANSFERS_SHOWN),
        )
    }
    rows = []
    for entry in list(found.values())[:TRANSFERS_SHOWN]:
        into = entry.destination.id if entry.destination is not None else 0
        is_own = entry.source is not None and entry.source.id in caller.represents
        seen_from = entry.source.id if is_own and entry.source is not None else into
        shown = entry if is_own else entry.public
        rows += rows_of_transfers([shown], account=seen_from)
    return rows


def _receipts(person: int) -> list[dict[str, Any]]:
    """The latest that a person signed, by the title of its form."""
    forms = library.forms()
    return [
        {"signature": found, "title": forms[found.document].title}
        if found.document in forms
        else {"signature": found, "title": found.document}
        for found in signing.signatures_of(person=person, limit=RECEIPTS_SHOWN)
    ]


def _csv_row(row: Standing) -> tuple[object, ...]:
    return (
        row.account.program,
        row.account.number,
        row.account.name,
        row.account.kind,
        row.account.jurisdiction,
        row.held,
        row.period.name if row.period is not None else "",
        row.usable,
        row.obligation,
        row.shortage if row.position is not None else None,
        row.is_preliminary if row.position is not None else None,
        row.outstanding,
    )


def _account_of(notice: NoticeEntry) -> Any:
    if notice.account is None:
        return None
    return ledger.accounts_by_id([notice.account]).get(notice.account)


def _home() -> Link:
    return Link(name=_("Your accounts"), address=reverse("you"))
