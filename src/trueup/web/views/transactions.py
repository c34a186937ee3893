"""The journal: the newest transactions, and one of them with its serial numbers."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from trueup.ledger import queries as ledger
from trueup.web.access import public
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of

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


@public
@require_safe
def transaction(request: HttpRequest, code: str, tx: int) -> HttpResponse:
    """One recorded transaction."""
    program = program_or_404(code)
    entry = ledger.transaction(tx)
    if entry is None or entry.program != program.code:
        raise Http404(f"There is no transaction {tx} in this program.")
    blocks = ledger.blocks_of([tx], limit=BLOCKS_SHOWN + 1).get(tx, [])
    journal = Link(name="Transactions", address=reverse("transactions", args=[program.code]))
    return page(
        request,
        "transaction",
        program=program,
        trail=program_trail(program, journal),
        entry=entry,
        blocks=blocks[:BLOCKS_SHOWN],
        is_cut=sum(block.quantity for block in blocks) < entry.quantity,
    )
