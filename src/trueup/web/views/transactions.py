"""The journal: the newest transactions, and one of them with its serial numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from trueup.desk.callers import Caller
from trueup.ledger import queries as ledger
from trueup.transfers import queries as transfers
from trueup.web.access import own, public
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.views.people import person_of

BLOCKS_SHOWN = 200


@public
@require_safe
def transactions(request: HttpRequest, code: str) -> HttpResponse:
    """What was recorded in a program, newest first."""
    program = program_or_404(code)
    rows = ledger.recent(
        program=program.code, limit=PAGE_SIZE + 1, before=number_after(request) or None
    )
    return page(
        request,
        "transactions",
        program=program,
        trail=program_trail(program),
        page=page_of(request, rows, key=lambda row: row.id),
    )


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
        raise Http404("There is no such transfer in this program.")
    return page(
        request,
        "transfer",
        program=program,
        trail=program_trail(program, Link(name="Your accounts", address=reverse("you"))),
        entry=entry,
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
        raise Http404(f"There is no transaction {tx} in this program.")
    blocks = ledger.blocks_of([tx], limit=BLOCKS_SHOWN + 1).get(tx, [])
    person = person_of(request)
    viewer = person.id if person else None
    submitted = transfers.transfers_recorded([tx], viewer=viewer).get(tx)
    journal = Link(name="Transactions", address=reverse("transactions", args=[program.code]))
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
