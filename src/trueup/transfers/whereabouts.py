"""Where serial numbers are that an account wants to give, and what it has free to give.

Source: PLAT-041, PLAT-051; 40 CFR 62.16330(b)(2).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from trueup.audit.statements import among
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry, HoldingEntry, Range, range_of
from trueup.ledger.vintages import vintages_of
from trueup.rules.program import Program
from trueup.rules.serials import SerialBlock
from trueup.transfers.models import WAITING, Transfer

# So many that are gone are explained; the others are counted.
EXPLAINED_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Serial numbers that an account cannot give, and why.

    Attributes:
        holder: Who holds them now; None if they were never created.
        kept_back: Whether the account holds them still, reserved for something that waits.
        waits_in: The transfer of its own that they wait in, if it is one.
        since: When they came to where they are; `tx` by which transaction.
    """

    block: SerialBlock
    holder: AccountEntry | None = None
    kept_back: bool = False
    waits_in: UUID | None = None
    tx: int | None = None
    since: datetime | None = None


def free_quantities(account: int, *, rules: Program) -> dict[int, int]:
    """What an account can give of each vintage, the oldest first.

    The vintage of credits is of their issue, not the year in their number.

    Source: PLAT-051; 40 CFR 62.16375 “CO2 allowances held”; RATE-186.
    """
    found: dict[int, int] = {}
    if rules.is_rate_based:
        free = [entry for entry in ledger.holdings(account) if entry.reservation is None]
        known = vintages_of(entry.lot_number for entry in free)
        for entry in free:
            for part in known.parts(*entry.range):
                size = part.last - part.first + 1
                found[part.vintage] = found.get(part.vintage, 0) + size
    else:
        for balance in ledger.balances(account):
            free_of_lot = balance.quantity - balance.reserved
            found[balance.vintage] = found.get(balance.vintage, 0) + free_of_lot
    return {vintage: found[vintage] for vintage in sorted(found) if found[vintage]}


def not_free(account: int, blocks: Sequence[SerialBlock], *, rules: Program) -> list[SerialBlock]:
    """The parts of some blocks that an account does not hold free, in their order.

    One statement, however many blocks.

    Source: 40 CFR 62.16330(b)(2).
    """
    free: dict[int, list[tuple[int, int]]] = {}
    for entry in ledger.holdings(account):
        if entry.reservation is None:
            free.setdefault(entry.lot_number, []).append((entry.first, entry.last))
    for spans in free.values():
        spans.sort()
    missing: list[SerialBlock] = []
    for block in blocks:
        item = range_of(block, program_number=rules.number)
        missing += [
            SerialBlock(lot=block.lot, first=low, last=high)
            for low, high in _gaps(item, free.get(item.lot, []))
        ]
    return missing


def elsewhere(account: int, blocks: Sequence[SerialBlock], *, rules: Program) -> list[Elsewhere]:
    """Why an account cannot give some of the blocks: who has them, since when, or what waits.

    At most EXPLAINED_MAX are explained; a constant number of statements.

    Source: PLAT-041, PLAT-051.
    """
    wanted = not_free(account, blocks, rules=rules)[:EXPLAINED_MAX]
    if not wanted:
        return []
    ranges = [range_of(block, program_number=rules.number) for block in wanted]
    held = ledger.holdings_within(ranges)
    holders = ledger.accounts_by_id({entry.account for entry in held})
    taken = {entry.id: entry for entry in ledger.transactions({entry.tx for entry in held})}
    own = _waiting({e.reservation for e in held if e.account == account and e.reservation})
    found = [
        Elsewhere(
            block=entry.block,
            holder=holders.get(entry.account),
            kept_back=entry.account == account,
            waits_in=own.get(entry.reservation) if entry.reservation else None,
            tx=entry.tx,
            since=taken[entry.tx].recorded_at if entry.tx in taken else None,
        )
        for entry in held
    ]
    return found + [Elsewhere(block=block) for block in _never_created(wanted, ranges, held)]


def _gaps(item: Range, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """What of a range lies in none of some spans, which are in order."""
    low = item.lo
    position = max(bisect_left(spans, (low, low)) - 1, 0)
    while position < len(spans) and low <= item.hi and spans[position][0] <= item.hi:
        first, last = spans[position]
        if last >= low:
            if first > low:
                yield low, first - 1
            low = last + 1
        position += 1
    if low <= item.hi:
        yield low, item.hi


def _waiting(reservations: Iterable[int]) -> dict[int, UUID]:
    rows = Transfer.objects.filter(reservation_id__in=among(reservations), state__in=WAITING)
    return {
        reservation: key
        for reservation, key in rows.values_list("reservation_id", "key")
        if reservation is not None
    }


def _never_created(
    wanted: Sequence[SerialBlock], ranges: Sequence[Range], held: Sequence[HoldingEntry]
) -> list[SerialBlock]:
    spans: dict[int, list[tuple[int, int]]] = {}
    for entry in held:
        spans.setdefault(entry.lot_number, []).append((entry.first, entry.last))
    for found in spans.values():
        found.sort()
    return [
        SerialBlock(lot=block.lot, first=low, last=high)
        for block, item in zip(wanted, ranges, strict=True)
        for low, high in _gaps(item, spans.get(item.lot, []))
    ]
