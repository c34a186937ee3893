"""What the books say. Every function takes a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from trueup.audit.statements import among, aware, execute, unfolded
from trueup.ledger.checks import SerialsNotHeld
from trueup.ledger.entries import (
    MOVES_PER_TRANSACTION,
    AccountEntry,
    Balance,
    ClaimEntry,
    HistoryEntry,
    HoldEntry,
    HoldingEntry,
    LotTotal,
    Range,
    TransactionEntry,
)
from trueup.ledger.models import Account, Claim, Hold, Holding, Move
from trueup.ledger.models import Transaction as JournalLine
from trueup.ledger.plan import OWN
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.serials import PROGRAM_PLACE, Lot, SerialBlock, join, lot_of_number

PAGE = 100
FIRST_BLOCKS = 50
RANGES_MAX = 50

_ACCOUNTS_BY_NUMBER = """
    SELECT id, program_id, number, kind, name, jurisdiction, purpose, state, opened_at
    FROM ledger_account WHERE number IN
"""


def account_entry(account: Account) -> AccountEntry:
    """An account's row as the plain value that leaves the kernel."""
    return AccountEntry(
        id=account.pk,
        program=_program_codes()[account.program_id],
        number=account.number,
        kind=account.kind,
        name=account.name,
        jurisdiction=account.jurisdiction,
        purpose=account.purpose,
        state=account.state,
        opened_at=account.opened_at,
    )


def account(identity: int) -> AccountEntry:
    """The account with this id; raises KeyError if there is none."""
    return accounts_by_id([identity])[identity]


def accounts_by_id(ids: Iterable[int]) -> dict[int, AccountEntry]:
    """Accounts by id; unknown ids are left out."""
    return {entry.pk: account_entry(entry) for entry in Account.objects.filter(id__in=set(ids))}


def find_account(*, program: str, number: str) -> AccountEntry | None:
    """The account with this number in a program."""
    found = Account.objects.filter(number=number.strip().upper(), program__code=program).first()
    return account_entry(found) if found is not None else None


def accounts_numbered(*, program: str, numbers: Iterable[str]) -> dict[str, AccountEntry]:
    """Accounts of a program by number; unknown numbers are left out."""
    found = Account.objects.filter(program__code=program, number__in=set(numbers))
    return {entry.number: account_entry(entry) for entry in found}


def accounts_by_number(numbers: Iterable[str]) -> dict[str, AccountEntry]:
    """Accounts of any program by number; unknown numbers are left out."""
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        return {}
    # Every transfer asks this, and the ORM takes several times as long.
    many, given = unfolded(wanted)
    rows = execute(f"{_ACCOUNTS_BY_NUMBER} ({many})", given).rows
    codes = _program_codes()
    return {
        number: AccountEntry(
            id=identity,
            program=codes[program],
            number=number,
            kind=kind,
            name=name,
            jurisdiction=jurisdiction,
            purpose=purpose,
            state=state,
            opened_at=aware(opened_at),
        )
        for identity, program, number, kind, name, jurisdiction, purpose, state, opened_at in rows
    }


def accounts_named(*, program: str, names: Iterable[str]) -> dict[str, AccountEntry]:
    """Accounts of a program by name; of several with one name the oldest."""
    found = Account.objects.filter(program__code=program, name__in=set(names)).order_by("-id")
    return {entry.name: account_entry(entry) for entry in found}


def account_of_purpose(
    *, program: str, purpose: str, jurisdiction: str = ""
) -> AccountEntry | None:
    """The State's or the Administrator's account for a purpose."""
    found = Account.objects.filter(
        program__code=program, purpose=purpose, jurisdiction=jurisdiction
    ).first()
    return account_entry(found) if found is not None else None


def accounts(
    *,
    program: str,
    kind: str = "",
    jurisdiction: str = "",
    search: str = "",
    limit: int = PAGE,
    after: int = 0,
) -> list[AccountEntry]:
    """Accounts of a program in order of opening, a page at a time.

    Args:
        search: Part of the name, or the beginning of the number.
        after: Id of the last account of the page before.
    """
    found = Account.objects.filter(program__code=program, id__gt=after)
    if kind:
        found = found.filter(kind=kind)
    if jurisdiction:
        found = found.filter(jurisdiction=jurisdiction)
    if search:
        found = found.filter(Q(name__icontains=search) | Q(number__istartswith=search))
    return [account_entry(entry) for entry in found.order_by("id")[:limit]]


def account_counts(*, program: str) -> dict[str, int]:
    """How many accounts of each kind a program has; closed ones count."""
    rows = Account.objects.filter(program__code=program).values("kind").annotate(count=Count("id"))
    return {row["kind"]: row["count"] for row in rows}


def holdings(
    account: int, *, vintage_max: int | None = None, limit: int | None = None
) -> list[HoldingEntry]:
    """What an account holds, first in, first out.

    Own allocations that never left come first, then what came in; each in order of
    recordation, then by serial number.

    Source: 40 CFR 62.16340(c)(2).
    """
    found = Holding.objects.filter(account_id=account).order_by("tier", "move_id", "lo")
    return _holding_entries(found[:limit] if vintage_max is None else found, vintage_max)[:limit]


def holdings_of(
    accounts: Sequence[int], *, vintage_max: int | None = None
) -> dict[int, list[HoldingEntry]]:
    """What several accounts hold, each first in, first out, in one statement.

    Source: 40 CFR 62.16340(c)(2).
    """
    by_account: dict[int, list[HoldingEntry]] = {identity: [] for identity in accounts}
    found = Holding.objects.filter(account_id__in=accounts)
    ordered = found.order_by("account_id", "tier", "move_id", "lo")
    for entry in _holding_entries(ordered, vintage_max):
        by_account[entry.account].append(entry)
    return by_account


def blocks_held(account: int) -> list[SerialBlock]:
    """What an account holds as blocks, adjacent ones shown as one."""
    return join(entry.block for entry in holdings(account))


def blocks_page(account: int, *, limit: int, after: Range | None = None) -> list[SerialBlock]:
    """Recorded blocks of an account in serial order, a page at a time.

    Neighbours are not joined, so that a page ends where the next one begins.

    Args:
        after: The last block of the page before; its lot and last number count.
    """
    found = Holding.objects.filter(account_id=account)
    if after is not None:
        found = found.filter(Q(lot_id__gt=after.lot) | Q(lot_id=after.lot, lo__gt=after.hi))
    return [entry.block for entry in _holding_entries(found.order_by("lot_id", "lo")[:limit], None)]


def balances(account: int) -> list[Balance]:
    """An account's quantity of each lot, oldest vintage first.

    Source: 40 CFR 62.16375 "CO2 allowances held".
    """
    size = F("nxt") - F("lo")
    rows = (
        Holding.objects.filter(account_id=account)
        .values("lot_id")
        .annotate(quantity=Sum(size), reserved=Sum(size, filter=Q(reservation__isnull=False)))
    )
    found = [
        Balance(
            lot=lot_of_number(row["lot_id"]),
            quantity=row["quantity"],
            reserved=row["reserved"] or 0,
        )
        for row in rows
    ]
    return sorted(found, key=lambda balance: (balance.vintage, balance.lot.code))


def totals(*, program: str, kind: str = "") -> dict[int, int]:
    """What each account of a program holds, all vintages together; empty ones left out."""
    found = Holding.objects.filter(account__program__code=program)
    if kind:
        found = found.filter(account__kind=kind)
    rows = found.values("account_id").annotate(quantity=Sum(F("nxt") - F("lo")))
    return {row["account_id"]: row["quantity"] for row in rows}


def totals_of(accounts: Sequence[int]) -> dict[int, int]:
    """What each of these accounts holds; an empty one holds 0."""
    rows = (
        Holding.objects.filter(account_id__in=accounts)
        .values("account_id")
        .annotate(quantity=Sum(F("nxt") - F("lo")))
    )
    held = {row["account_id"]: row["quantity"] for row in rows}
    return {identity: held.get(identity, 0) for identity in accounts}


def usable_totals(accounts: Sequence[int], *, vintage_max: int) -> dict[int, int]:
    """What each account holds of the vintages up to one, without what is reserved.

    Source: 40 CFR 62.16375 “CO2 allowances held”.
    """
    found = Holding.objects.filter(account_id__in=among(accounts), reservation=None)
    held = dict.fromkeys(accounts, 0)
    rows = found.values("account_id", "lot_id").annotate(quantity=Sum(F("nxt") - F("lo")))
    for row in rows:
        if lot_of_number(row["lot_id"]).year <= vintage_max:
            held[row["account_id"]] += row["quantity"]
    return held


def vintage_totals(*, program: str, kind: str = "") -> dict[tuple[int, int], int]:
    """What each account of a program holds of each vintage, by (account, vintage)."""
    found = Holding.objects.filter(account__program__code=program)
    if kind:
        found = found.filter(account__kind=kind)
    held: dict[tuple[int, int], int] = {}
    for row in found.values("account_id", "lot_id").annotate(quantity=Sum(F("nxt") - F("lo"))):
        key = (row["account_id"], lot_of_number(row["lot_id"]).year)
        held[key] = held.get(key, 0) + row["quantity"]
    return held


def lot_totals(program: str) -> list[LotTotal]:
    """What the accounts of each kind, State and purpose hold of each lot."""
    rows = (
        Holding.objects.filter(account__program__code=program)
        .values("lot_id", "account__kind", "account__jurisdiction", "account__purpose")
        .annotate(quantity=Sum(F("nxt") - F("lo")))
        .order_by("lot_id")
    )
    return [
        LotTotal(
            lot=lot_of_number(row["lot_id"]),
            kind=row["account__kind"],
            jurisdiction=row["account__jurisdiction"],
            purpose=row["account__purpose"],
            quantity=row["quantity"],
        )
        for row in rows
    ]


def choose(account: int, *, vintage: int, quantity: int) -> tuple[Range, ...]:
    """Serial numbers for a transfer by quantity: earliest recorded first, lowest first.

    Numbers that wait in another transfer are passed over.

    Raises Refused (`serials_not_held`) if there are too few.

    Source: PLAT-051 (note); 62.16375 "CO2 allowances held".
    """
    free = Holding.objects.filter(account_id=account, reservation=None).order_by("move_id", "lo")
    if 1000 <= vintage <= 9999:
        # The lots of a year are neighbours: their numbers begin with program and year.
        program_number = account // PROGRAM_PLACE
        first = Lot(jurisdiction="AA", year=vintage).number(program_number)
        last = Lot(jurisdiction="ZZZ", year=vintage, category="ZZZZ").number(program_number)
        free = free.filter(lot_id__gte=first, lot_id__lte=last)
    found = 0
    for rows in (free[:FIRST_BLOCKS], free):  # A few blocks are nearly always enough.
        chosen: list[Range] = []
        found = 0
        for entry in _holding_entries(rows, None):
            if entry.vintage != vintage:
                continue
            taken = min(quantity - found, entry.quantity)
            chosen.append(Range(entry.lot_number, entry.first, entry.first + taken - 1))
            found += taken
            if found == quantity:
                return tuple(chosen)
    raise Refused(
        [
            SerialsNotHeld(
                f"The account holds {found:,} of vintage {vintage} that are free,"
                f" not {quantity:,}. Nothing was moved."
            )
        ]
    )


def holdings_within(ranges: Sequence[Range]) -> list[HoldingEntry]:
    """Who holds the serial numbers of some ranges, in serial order.

    Each entry is cut to the ranges; numbers that were never created are left out.

    Source: PLAT-041.
    """
    wanted = Q()
    for item in ranges:
        wanted |= Q(lot_id=item.lot, lo__lte=item.hi, nxt__gt=item.lo)
    rows = Holding.objects.filter(wanted, account__isnull=False).order_by("lot_id", "lo")
    return [
        replace(entry, first=max(entry.first, item.lo), last=min(entry.last, item.hi))
        for entry in _holding_entries(rows if ranges else rows.none(), None)
        for item in ranges
        if item.lot == entry.lot_number and item.lo <= entry.last and entry.first <= item.hi
    ]


def holder_of(*, program: str, lot: Lot, number: int) -> AccountEntry | None:
    """Who holds a serial number; None if it was never created.

    Source: PLAT-041.
    """
    found = _holding_at(program, lot, number)
    if found is None or found.account is None:
        return None
    return account_entry(found.account)


def serial_history(*, program: str, lot: Lot, number: int) -> list[HistoryEntry]:
    """Every step of one serial number, from its creation to where it is now.

    Walks from the newest move to the move before, in one statement.

    Source: PLAT-040; 40 CFR 62.16375 "Recordation".
    """
    found = _holding_at(program, lot, number)
    if found is None or found.move_id is None:
        return []
    moves = Move.objects.raw(
        """WITH RECURSIVE walk AS (
               SELECT * FROM ledger_move WHERE id = %s
               UNION ALL
               SELECT m.* FROM ledger_move m JOIN walk ON m.id = walk.prev_id)
           SELECT * FROM walk ORDER BY id""",
        [found.move_id],
    )
    return _history(list(moves))


def entries(
    account: int, *, limit: int = PAGE, before: int | None = None
) -> list[TransactionEntry]:
    """Transactions of an account, newest first, a page at a time.

    Args:
        before: Id of the last transaction of the page before.
    """
    older = {"id__lt": before} if before is not None else {}
    # Two ranges of two indexes; one condition with OR would read all of both.
    out = JournalLine.objects.filter(source_id=account, **older).order_by("-id")[:limit]
    into = JournalLine.objects.filter(destination_id=account, **older).order_by("-id")[:limit]
    ids = sorted({*out.values_list("id", flat=True), *into.values_list("id", flat=True)})
    return transactions(ids[-limit:])[::-1]


def recent(*, program: str, limit: int = PAGE, before: int | None = None) -> list[TransactionEntry]:
    """The newest transactions of a program.

    The program is read off the account's id, so that the journal is walked from its end;
    a join to the accounts would make both databases collect and sort all of it.
    """
    number = programs.load(program).number
    found = JournalLine.objects.alias(books=F("destination_id") / PROGRAM_PLACE)
    found = found.filter(books=number)
    if before is not None:
        found = found.filter(id__lt=before)
    return transactions(found.order_by("-id").values_list("id", flat=True)[:limit])[::-1]


def transactions(ids: Iterable[int]) -> list[TransactionEntry]:
    """Transactions by id, in the order of the journal."""
    lines = list(JournalLine.objects.filter(id__in=among(ids)).order_by("id"))
    sides = {line.source_id for line in lines} | {line.destination_id for line in lines}
    known = accounts_by_id(identity for identity in sides if identity is not None)
    return [_transaction_entry(line, known) for line in lines]


def transaction(tx: int) -> TransactionEntry | None:
    """One transaction, or None."""
    found = transactions([tx])
    return found[0] if found else None


def transactions_from(
    accounts: Iterable[int],
    *,
    type: str,  # noqa: A002
    grounds: Iterable[str],
) -> list[TransactionEntry]:
    """What transactions of one type took from accounts on any of some grounds, in order."""
    found = JournalLine.objects.filter(
        source_id__in=among(accounts), type=type, ground__in=among(grounds)
    )
    return transactions(found.values_list("id", flat=True))


def transactions_mending(ids: Iterable[int]) -> list[TransactionEntry]:
    """The transactions that correct or reverse some others, in the order of the journal.

    Source: 40 CFR 62.16355.
    """
    found = JournalLine.objects.filter(mends_id__in=among(ids))
    return transactions(found.values_list("id", flat=True))


def retired_totals(
    accounts: Iterable[int], *, after: datetime | None, until: datetime, vintage_max: int
) -> dict[int, int]:
    """What was retired voluntarily out of accounts between two instants, up to a vintage.

    Source: PLAT-083.
    """
    lines = JournalLine.objects.filter(
        source_id__in=among(accounts), type="retire", submitted_at__lte=until
    )
    if after is not None:
        lines = lines.filter(submitted_at__gt=after)
    givers = dict(lines.values_list("id", "source_id"))
    found: dict[int, int] = {}
    rows = _moves_of(list(givers)).values_list("tx_id", "lot_id", "lo", "hi")
    for tx, lot, lo, hi in rows:
        giver = givers[tx]
        if giver is not None and lot_of_number(lot).year <= vintage_max:
            found[giver] = found.get(giver, 0) + hi - lo + 1
    return found


def blocks_of(ids: Iterable[int], *, limit: int | None = None) -> dict[int, list[SerialBlock]]:
    """The serial numbers that transactions moved, in the order in which they went.

    Args:
        limit: How many recorded blocks to read at most, all transactions together.
    """
    blocks: dict[int, list[SerialBlock]] = {}
    rows = _moves_of(list(ids)).order_by("id")[:limit]
    for tx, lot, lo, hi in rows.values_list("tx_id", "lot_id", "lo", "hi"):
        block = SerialBlock(lot=lot_of_number(lot), first=lo, last=hi)
        before = blocks.setdefault(tx, [])
        if before and before[-1].lot == block.lot and before[-1].last + 1 == block.first:
            before[-1] = SerialBlock(lot=block.lot, first=before[-1].first, last=block.last)
        else:
            before.append(block)
    return blocks


def own_before(ids: Iterable[int]) -> dict[int, list[Range]]:
    """What transactions took that was an own allocation of the giver until then.

    Source: 40 CFR 62.16340(c)(2)(i).
    """
    taken: dict[int, list[Range]] = {}
    rows = _moves_of(list(ids)).filter(prev__tier=OWN).order_by("id")
    for tx, lot, lo, hi in rows.values_list("tx_id", "lot_id", "lo", "hi"):
        taken.setdefault(tx, []).append(Range(lot, lo, hi))
    return taken


def _moves_of(ids: Sequence[int]) -> QuerySet[Move]:
    """The moves of transactions; of a few, by the numbers that their moves can have.

    Moves have no index by transaction: a move's number begins with its transaction's.
    """
    if len(ids) > RANGES_MAX:
        return Move.objects.filter(tx_id__in=among(ids))
    numbered = Q(pk__in=())
    for tx in ids:
        start = tx * MOVES_PER_TRANSACTION
        numbered |= Q(id__range=(start, start + MOVES_PER_TRANSACTION - 1))
    return Move.objects.filter(numbered)


def moved_totals(*, program: str, type: str, ground: str = "") -> dict[int, int]:  # noqa: A002
    """Quantity that transactions of one type took from each account, by account."""
    found = JournalLine.objects.filter(type=type, source__program__code=program)
    if ground:
        found = found.filter(ground=ground)
    rows = found.values("source_id").annotate(total=Sum("quantity"))
    return {row["source_id"]: row["total"] for row in rows}


def holds(accounts: Iterable[int], *, include_released: bool = False) -> dict[int, list[HoldEntry]]:
    """Holds that are in force on accounts, or all that ever were (62.16335(b))."""
    found: dict[int, list[HoldEntry]] = {}
    rows = Hold.objects.filter(account_id__in=list(accounts)).order_by("id")
    for hold in rows if include_released else rows.filter(released_at=None):
        entry = HoldEntry(
            account=hold.account_id,
            vintage_max=hold.vintage_max,
            ground=hold.ground,
            placed_at=hold.placed_at,
            released_at=hold.released_at,
        )
        found.setdefault(hold.account_id, []).append(entry)
    return found


def claims(accounts: Iterable[int]) -> dict[int, list[ClaimEntry]]:
    """Claims on accounts that were not withdrawn, met ones too, in order of placing."""
    found: dict[int, list[ClaimEntry]] = {}
    rows = Claim.objects.filter(account_id__in=list(accounts), withdrawn_at=None).order_by("id")
    for claim in rows:
        found.setdefault(claim.account_id, []).append(_claim_entry(claim))
    return found


def claims_by_id(ids: Iterable[int]) -> dict[int, ClaimEntry]:
    """Claims by id."""
    return {claim.pk: _claim_entry(claim) for claim in Claim.objects.filter(id__in=list(ids))}


def last_serial(*, program: str, lot: Lot) -> int:
    """How many numbers of a lot were created."""
    number = lot.number(programs.load(program).number)
    closing = Holding.objects.filter(lot_id=number, nxt=None).values_list("lo", flat=True).first()
    return closing - 1 if closing is not None else 0


@cache
def _program_codes() -> dict[int, str]:
    return {programs.load(code).number: code for code in programs.codes()}


def _holding_at(program: str, lot: Lot, number: int) -> Holding | None:
    lot_number = lot.number(programs.load(program).number)
    rows = Holding.objects.filter(lot_id=lot_number, lo__lte=number).select_related("account")
    return rows.order_by("-lo").first()


def _holding_entries(rows: Any, vintage_max: int | None) -> list[HoldingEntry]:
    lots: dict[int, Lot] = {}
    found = []
    for lot, lo, nxt, account, move, tier, reservation in rows.values_list(
        "lot_id", "lo", "nxt", "account_id", "move_id", "tier", "reservation_id"
    ):
        known = lots.get(lot) or lots.setdefault(lot, lot_of_number(lot))
        if vintage_max is not None and known.year > vintage_max:
            continue
        found.append(
            HoldingEntry(
                lot=known,
                lot_number=lot,
                first=lo,
                last=nxt - 1,
                account=account,
                move=move,
                own=tier == OWN,
                reservation=reservation,
            )
        )
    return found


def _history(moves: Sequence[Move]) -> list[HistoryEntry]:
    by_id = {entry.id: entry for entry in transactions({move.tx_id for move in moves})}
    return [
        HistoryEntry(
            transaction=by_id[move.tx_id],
            block=SerialBlock(lot=lot_of_number(move.lot_id), first=move.lo, last=move.hi),
        )
        for move in moves
    ]


def _transaction_entry(line: JournalLine, known: Mapping[int, AccountEntry]) -> TransactionEntry:
    destination = known[line.destination_id]
    kind = programs.load(destination.program).transaction_types[line.type]
    return TransactionEntry(
        id=line.pk,
        program=destination.program,
        type=line.type,
        event=kind.event,
        ground=line.ground,
        cite=line.cite,
        actor=line.actor,
        source=known[line.source_id] if line.source_id is not None else None,
        destination=destination,
        quantity=line.quantity,
        submitted_at=line.submitted_at,
        recorded_at=line.recorded_at,
        mends=line.mends_id,
    )


def _claim_entry(claim: Claim) -> ClaimEntry:
    return ClaimEntry(
        id=claim.pk,
        account=claim.account_id,
        destination=claim.destination_id,
        owed=claim.owed,
        taken=claim.taken,
        vintage_max=claim.vintage_max,
        ground=claim.ground,
        placed_at=claim.placed_at,
    )
