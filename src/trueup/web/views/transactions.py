"""The journal: the newest transactions, and one of them with its serial numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.desk.callers import Caller
from trueup.ledger import queries as ledger
from trueup.ledger.entries import TransactionEntry
from trueup.rules.programs import Program
from trueup.transfers import queries as transfers
from trueup.web.access import own, public
from trueup.web.acts.trades import rows_of
from trueup.web.downloads import csv_download
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.sorting import Sorting, sorting_of
from trueup.web.views.people import person_of

BLOCKS_SHOWN = 200
CSV_ROWS = 10_000
CSV_BATCH = 1000


@public
@require_safe
def transactions(request: HttpRequest, code: str) -> HttpResponse:
    """What was recorded in a program, newest first or oldest first."""
    program = program_or_404(code)
    sorting, beyond = _order(request), number_after(request)
    csv_address = reverse("transactions-csv", args=[program.code])
    return page(
        request,
        "transactions",
        program=program,
        trail=program_trail(program),
        sorting=sorting,
        csv_address=f"{csv_address}?{request.GET.urlencode()}" if request.GET else csv_address,
        csv_rows=CSV_ROWS,
        page=page_of(
            request,
            _listed(program, sorting, limit=PAGE_SIZE + 1, beyond=beyond),
            key=lambda row: row.id,
        ),
    )


@public
@require_safe
def transactions_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The transactions from where the page begins, so many that a spreadsheet holds them."""
    program = program_or_404(code)
    header = (
        "transaction",
        "submitted_at",
        "recorded_at",
        "event",
        "ground",
        "from_account",
        "to_account",
        "quantity",
    )
    rows = _rows(program, _order(request), beyond=number_after(request))
    return csv_download("transactions", header, islice(rows, CSV_ROWS))


def _rows(program: Program, sorting: Sorting, *, beyond: int) -> Iterator[tuple[object, ...]]:
    while listed := _listed(program, sorting, limit=CSV_BATCH, beyond=beyond):
        for row in listed:
            yield (
                row.id,
                row.submitted_at.isoformat(),
                row.recorded_at.isoformat(),
                row.event,
                row.ground,
                row.source.number if row.source else "",
                row.destination.number,
                row.quantity,
            )
        beyond = listed[-1].id


def _order(request: HttpRequest) -> Sorting:
    return sorting_of(request, ("recorded",), default="-recorded")


def _listed(
    program: Program, sorting: Sorting, *, limit: int, beyond: int
) -> list[TransactionEntry]:
    if sorting.is_descending:
        return ledger.recent(program=program.code, limit=limit, before=beyond or None)
    return ledger.earliest(program=program.code, limit=limit, after=beyond)


def concerns(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Whether a transfer is the caller's to see: of an account they act for, or as an official.

    Source: MASS-168; PLAT-004.
    """
    entry = transfers.transfer(arguments["key"], viewer=caller.person)
    if entry is None or entry.program != arguments["code"]:
        return False
    sides = [side.id for side in (entry.source, entry.destination) if side is not None]
    return any(caller.reads(side, submission="transfers") for side in sides) or any(
        caller.may_somewhere(function, program=entry.program)
        for function in ("stop_transfer", "read_audit")
    )


@own(concerns)
@require_safe
def transfer(request: HttpRequest, code: str, key: UUID) -> HttpResponse:
    """A submitted transfer, whatever became of it; for the people of its two accounts.

    Source: MASS-168.
    """
    program = program_or_404(code)
    person = person_of(request)
    entry = transfers.transfer(key, viewer=person.id if person else None)
    if entry is None or entry.program != program.code:
        raise Http404(_("There is no such transfer in this program."))
    return page(
        request,
        "transfer",
        program=program,
        trail=program_trail(program, Link(name=_("Your accounts"), address=reverse("you"))),
        entry=entry,
        terms=rows_of(entry.trade),
        blocks=entry.blocks[:BLOCKS_SHOWN],
        is_cut=len(entry.blocks) > BLOCKS_SHOWN,
    )


@public
@require_safe
def transaction(request: HttpRequest, code: str, tx: int) -> HttpResponse:
    """One recorded transaction."""
    program = program_or_404(code)
    entry = ledger.transaction(tx)
    if entry is None or entry.program != program.code:
        raise Http404(_("There is no transaction %(number)s in this program.") % {"number": tx})
    blocks = ledger.blocks_of([tx], limit=BLOCKS_SHOWN + 1).get(tx, [])
    person = person_of(request)
    viewer = person.id if person else None
    submitted = transfers.transfers_recorded([tx], viewer=viewer).get(tx)
    journal = Link(name=_("Transactions"), address=reverse("transactions", args=[program.code]))
    return page(
        request,
        "transaction",
        program=program,
        trail=program_trail(program, journal),
        entry=entry,
        blocks=blocks[:BLOCKS_SHOWN],
        submitted=submitted,
        is_cut=sum(block.quantity for block in blocks) < entry.quantity,
    )
