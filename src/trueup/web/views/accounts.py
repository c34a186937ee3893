"""One account with its holdings, its history, its downloads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from trueup.accounts import queries as registered
from trueup.accounts.entries import RepresentativeEntry
from trueup.disclosure.standing import by_vintage, next_deadline, standings
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry, Range, TransactionEntry, range_of
from trueup.ledger.vintage_reads import held_by_lot
from trueup.rules.programs import Program
from trueup.rules.refusal import Refused
from trueup.rules.serials import SerialBlock, join, parse_serial
from trueup.web.access import caller_of, public
from trueup.web.account_panels import own_panels
from trueup.web.downloads import csv_download
from trueup.web.fleet import reads
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, Page, continued, number_after, page_of

HISTORY_SHOWN = 10
BLOCKS_SHOWN = 20
BLOCKS_READ = 1000
CSV_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRepresentative:
    """Who acts for an account, as everybody may know it: no address, no telephone."""

    role_name: str
    name: str
    since: datetime


ROLE_NAMES = {
    ("compliance", "primary"): gettext_lazy("Designated representative"),
    ("compliance", "alternate"): gettext_lazy("Alternate designated representative"),
    ("general", "primary"): gettext_lazy("Authorized account representative"),
    ("general", "alternate"): gettext_lazy("Alternate authorized account representative"),
}


@public
@require_safe
def account(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """One account: what it holds and owes, who acts for it, what happened in it.

    Source: PLAT-018, PLAT-041, PLAT-081, PLAT-140; docs/decisions/0073, 0232.
    """
    program, entry = program_or_404(code), account_or_404(code, number)
    caller = caller_of(request)
    place = program.jurisdictions.get(entry.jurisdiction)
    owner = registered.facility_of(entry.id)
    seats = registered.representatives([entry.id])[entry.id]
    is_own = reads(caller, entry.id)
    recent = ledger.entries(entry.id, limit=HISTORY_SHOWN)
    lots = held_by_lot([entry.id], program=program.code)[entry.id]
    standing = standings([entry], at=caller.at)[0] if is_own else None
    return page(
        request,
        "account",
        program=program,
        trail=accounts_trail(program),
        entry=entry,
        jurisdiction_name=place.name if place else entry.jurisdiction,
        total=sum(held.quantity for held in lots),
        waiting=sum(held.reserved for held in lots),
        vintages=by_vintage(lots),
        blocks=_blocks(request, program, entry),
        holds=ledger.holds([entry.id]).get(entry.id, []),
        claims=[claim for claim in ledger.claims([entry.id]).get(entry.id, []) if claim.open],
        history=recent,
        standing=standing,
        deadline=next_deadline(program, at=caller.at) if is_own else None,
        own=own_panels(caller, entry, seats) if is_own else None,
        facility=owner.facility if owner else None,
        unit=owner.unit if owner else None,
        representatives=_public(entry, seats),
        holdings_csv=reverse("account-holdings-csv", args=[program.code, entry.number]),
    )


@public
@require_safe
def account_history(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """All transactions of an account, newest first."""
    program, entry = program_or_404(code), account_or_404(code, number)
    rows = ledger.entries(entry.id, limit=PAGE_SIZE + 1, before=number_after(request) or None)
    here = Link(name=entry.number, address=reverse("account", args=[program.code, entry.number]))
    return page(
        request,
        "account_history",
        program=program,
        trail=[*accounts_trail(program), here],
        entry=entry,
        history=page_of(request, rows, key=lambda row: row.id),
        history_csv=reverse("account-history-csv", args=[program.code, entry.number]),
    )


@public
@require_safe
def account_holdings_csv(_request: HttpRequest, code: str, number: str) -> StreamingHttpResponse:
    """What an account holds, block by block."""
    program, entry = program_or_404(code), account_or_404(code, number)
    return csv_download(
        f"{entry.number}-holdings",
        ("account_number", "first", "last", "vintage", "quantity"),
        (
            (entry.number, block.first_serial, block.last_serial, block.lot.year, block.quantity)
            for block in _all_blocks(program, entry)
        ),
    )


@public
@require_safe
def account_history_csv(_request: HttpRequest, code: str, number: str) -> StreamingHttpResponse:
    """All transactions of an account."""
    program_or_404(code)
    entry = account_or_404(code, number)
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
    return csv_download(
        f"{entry.number}-history",
        header,
        (
            (
                row.id,
                row.submitted_at.isoformat(),
                row.recorded_at.isoformat(),
                row.event,
                row.ground,
                row.source.number if row.source else "",
                row.destination.number,
                row.quantity,
            )
            for row in _all_transactions(entry)
        ),
    )


def account_or_404(code: str, number: str) -> AccountEntry:
    """The account that an address names."""
    entry = ledger.find_account(program=code, number=number)
    if entry is None:
        raise Http404(_("There is no account %(number)s in this program.") % {"number": number})
    return entry


def accounts_trail(program: Program) -> list[Link]:
    """The way back from a page of an account."""
    return program_trail(
        program, Link(name=_("Accounts"), address=reverse("accounts", args=[program.code]))
    )


def _public(
    entry: AccountEntry, seats: Sequence[RepresentativeEntry]
) -> list[PublicRepresentative]:
    return [
        PublicRepresentative(
            role_name=str(ROLE_NAMES.get((entry.kind, person.role), _("Representative"))),
            name=person.name,
            since=person.from_at,
        )
        for person in seats
    ]


def _blocks(request: HttpRequest, program: Program, entry: AccountEntry) -> Page[SerialBlock]:
    """A page of serial numbers, neighbours shown as one block."""
    recorded = ledger.blocks_page(entry.id, limit=BLOCKS_READ, after=_block_after(request, program))
    by_lot = groupby(recorded, key=lambda block: block.lot)
    blocks = [block for _, of_lot in by_lot for block in join(of_lot)]
    if len(recorded) == BLOCKS_READ and len(blocks) > 1:
        blocks.pop()  # It may go on beyond what was read; it begins the next page.
    page = page_of(
        request, blocks, key=lambda block: block.last_serial, size=BLOCKS_SHOWN, name="blocks"
    )
    if len(recorded) == BLOCKS_READ and not page.next:
        return continued(request, page, key=blocks[-1].last_serial, name="blocks")
    return page


def _block_after(request: HttpRequest, program: Program) -> Range | None:
    """The serial number after which the blocks begin; nonsense begins at the start."""
    try:
        lot, number = parse_serial(request.GET.get("blocks", ""))
    except Refused:
        return None
    return range_of(SerialBlock(lot=lot, first=number, last=number), program_number=program.number)


def _all_blocks(program: Program, entry: AccountEntry) -> Iterator[SerialBlock]:
    after: Range | None = None
    while blocks := ledger.blocks_page(entry.id, limit=CSV_BATCH, after=after):
        yield from blocks
        after = range_of(blocks[-1], program_number=program.number)


def _all_transactions(entry: AccountEntry) -> Iterator[TransactionEntry]:
    before: int | None = None
    while rows := ledger.entries(entry.id, limit=CSV_BATCH, before=before):
        yield from rows
        before = rows[-1].id
