"""Accounts: the list, one account with its holdings, its history, its downloads."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from trueup.accounts import queries as registered
from trueup.accounts.entries import FacilityAccountEntry, RepresentativeEntry
from trueup.compliance import queries as compliance
from trueup.compliance.entries import Position
from trueup.disclosure import queries as disclosure
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry, Balance, Range, TransactionEntry, range_of
from trueup.ledger.numbers import ACCOUNT_KINDS
from trueup.rules.periods import CompliancePeriod
from trueup.rules.programs import Program
from trueup.rules.refusal import Refused
from trueup.rules.serials import SerialBlock, join, parse_serial
from trueup.transfers import queries as transfers
from trueup.web.access import public
from trueup.web.downloads import csv_download
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, Page, continued, number_after, page_of
from trueup.web.views.people import person_of

HISTORY_SHOWN = 10
BLOCKS_SHOWN = 20
BLOCKS_READ = 1000
TRANSFERS_SHOWN = 10
ORIGINS_NAMED = 4
CSV_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAccount:
    """An account in a list, with what it holds."""

    entry: AccountEntry
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VintageRow:
    """What an account holds of one vintage, and of which States it is."""

    vintage: int
    origins: str
    quantity: int
    reserved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicRepresentative:
    """Who acts for an account, as everybody may know it: no address, no telephone."""

    role_name: str
    name: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a facility owes and can use for a period that is not settled yet."""

    period: CompliancePeriod
    position: Position


ROLE_NAMES = {
    ("compliance", "primary"): "Designated representative",
    ("compliance", "alternate"): "Alternate designated representative",
    ("general", "primary"): "Authorized account representative",
    ("general", "alternate"): "Alternate authorized account representative",
}


@public
@require_safe
def accounts(request: HttpRequest, code: str) -> HttpResponse:
    """The accounts of a program by kind, State and name."""
    program = program_or_404(code)
    kind = _chosen(request, "kind", ACCOUNT_KINDS)
    state = _chosen(request, "state", program.jurisdictions)
    search = request.GET.get("search", "").strip()[:100]
    entries = ledger.accounts(
        program=program.code,
        kind=kind,
        jurisdiction=state,
        search=search,
        limit=PAGE_SIZE + 1,
        after=number_after(request),
    )
    held = ledger.totals_of([entry.id for entry in entries])
    rows = [ListedAccount(entry=entry, quantity=held[entry.id]) for entry in entries]
    return page(
        request,
        "accounts",
        program=program,
        trail=program_trail(program),
        kinds=list(ACCOUNT_KINDS),
        kind=kind,
        state=state,
        search=search,
        page=page_of(request, rows, key=lambda row: row.entry.id),
    )


@public
@require_safe
def account(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """One account: what it holds and owes, who acts for it, what happened in it."""
    program, entry = program_or_404(code), account_or_404(code, number)
    balances = ledger.balances(entry.id)
    place = program.jurisdictions.get(entry.jurisdiction)
    owner = registered.facility_of(entry.id)
    seats = registered.representatives([entry.id])[entry.id]
    person = person_of(request)
    is_own = person is not None and any(seat.person == person.id for seat in seats)
    recent = ledger.entries(entry.id, limit=HISTORY_SHOWN)
    return page(
        request,
        "account",
        program=program,
        trail=accounts_trail(program),
        entry=entry,
        jurisdiction_name=place.name if place else entry.jurisdiction,
        total=sum(balance.quantity for balance in balances),
        waiting=sum(balance.reserved for balance in balances),
        vintages=_by_vintage(balances),
        blocks=_blocks(request, program, entry),
        holds=ledger.holds([entry.id]).get(entry.id, []),
        claims=[claim for claim in ledger.claims([entry.id]).get(entry.id, []) if claim.open],
        history=recent,
        standing=_standing(program, owner) if is_own and owner else None,
        transfers=transfers.transfers_of(entry.id, viewer=person.id, limit=TRANSFERS_SHOWN)
        if is_own and person
        else [],
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
        raise Http404(f"There is no account {number} in this program.")
    return entry


def _chosen(request: HttpRequest, name: str, choices: Container[str]) -> str:
    value = request.GET.get(name, "")
    return value if value in choices else ""


def accounts_trail(program: Program) -> list[Link]:
    """The way back from a page of an account."""
    return program_trail(
        program, Link(name="Accounts", address=reverse("accounts", args=[program.code]))
    )


def _standing(program: Program, owner: FacilityAccountEntry) -> Standing | None:
    """What the facility owes and can use for the earliest period that is not settled.

    For its own people alone, as long as the period is not settled (PLAT-081).
    """
    running = disclosure.running_period(program, today=program.local_date(timezone.now()))
    settled = {
        outcome.period
        for outcome in compliance.outcomes_of_facility(
            program=program.code, facility=owner.facility.id
        )
    }
    first_year = program.schedule.printed[0].first_year
    before = program.period_of_year(max(running.first_year - 1, first_year))
    period = next((period for period in (before, running) if period not in settled), None)
    if period is None:
        return None
    position = compliance.position(program=program.code, period=period, facility=owner.facility.id)
    return Standing(period=period, position=position) if position else None


def _public(
    entry: AccountEntry, seats: Sequence[RepresentativeEntry]
) -> list[PublicRepresentative]:
    return [
        PublicRepresentative(
            role_name=ROLE_NAMES.get((entry.kind, person.role), "Representative"),
            name=person.name,
            since=person.from_at,
        )
        for person in seats
    ]


def _by_vintage(balances: Sequence[Balance]) -> list[VintageRow]:
    vintages: dict[int, list[Balance]] = {}
    for balance in balances:
        vintages.setdefault(balance.vintage, []).append(balance)
    return [
        VintageRow(
            vintage=vintage,
            origins=_origins(lots),
            quantity=sum(lot.quantity for lot in lots),
            reserved=sum(lot.reserved for lot in lots),
        )
        for vintage, lots in sorted(vintages.items())
    ]


def _origins(lots: Sequence[Balance]) -> str:
    """The States of issue, those with most first; the rest as a count."""
    ordered = sorted(lots, key=lambda lot: -lot.quantity)
    codes = list(dict.fromkeys(lot.lot.jurisdiction for lot in ordered))
    named = ", ".join(codes[:ORIGINS_NAMED])
    return f"{named} and {len(codes) - ORIGINS_NAMED} more" if len(codes) > ORIGINS_NAMED else named


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
