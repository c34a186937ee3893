"""Read who holds what. Every function takes a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from django.db.models import F, Q, Sum

from trueup.audit.statements import among, execute, unfolded
from trueup.ledger.account_reads import account_entry
from trueup.ledger.checks import SerialsNotHeld
from trueup.ledger.entries import (
    AccountEntry,
    HoldingEntry,
    LotTotal,
    Range,
)
from trueup.ledger.models import Holding
from trueup.ledger.plan import OWN
from trueup.ledger.vintage_reads import WITHIN_ISSUE, LotHeld, held_by_lot
from trueup.ledger.vintages import Vintages, vintages_of
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.rules.serials import PROGRAM_PLACE, YEAR_PLACE, Lot, SerialBlock, join, lot_of_number

FIRST_BLOCKS = 50


class _Reading(NamedTuple):
    """How a statement finds the vintage and the size of what is held."""

    vintage: str
    size: str
    source: str


# Summed by account and lot from the index `holding_account` alone, in its order; the year
# of an allowance's lot is its vintage, read as `lot_of_number` does.
_ALLOWANCES = _Reading(
    vintage=f"(h.lot_id - a.program_id * {PROGRAM_PLACE}) / {YEAR_PLACE}",
    size="h.quantity",
    source="""
    FROM (
        SELECT account_id, lot_id, SUM(nxt - lo) AS quantity FROM ledger_holding
        WHERE account_id BETWEEN %s AND %s GROUP BY account_id, lot_id
    ) h JOIN ledger_account a ON a.id = h.account_id WHERE 1 = 1
""",
)
# A credit's lot is of the year of issue; its vintage is kept with the issue.
_CREDITS = _Reading(
    vintage="i.vintage",
    size=WITHIN_ISSUE,
    source="""
    FROM ledger_holding h
    JOIN ledger_account a ON a.id = h.account_id
    JOIN ledger_issue i ON i.lot_id = h.lot_id AND i.lo < h.nxt AND i.hi >= h.lo
    WHERE h.account_id BETWEEN %s AND %s
""",
)


def holdings(account: int, *, limit: int | None = None) -> list[HoldingEntry]:
    """What an account holds, first in, first out.

    Own allocations that never left come first, then what came in; each in order of
    recordation, then by serial number.

    Source: 40 CFR 62.16340(c)(2).
    """
    found = Holding.objects.filter(account_id=account).order_by("tier", "move_id", "lo")
    return _holding_entries(found[:limit])


def holdings_of(accounts: Sequence[int]) -> dict[int, list[HoldingEntry]]:
    """What several accounts hold, each first in, first out, in one statement.

    Source: 40 CFR 62.16340(c)(2).
    """
    by_account: dict[int, list[HoldingEntry]] = {identity: [] for identity in accounts}
    found = Holding.objects.filter(account_id__in=accounts)
    ordered = found.order_by("account_id", "tier", "move_id", "lo")
    for entry in _holding_entries(ordered):
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
    return [entry.block for entry in _holding_entries(found.order_by("lot_id", "lo")[:limit])]


def balances(account: int) -> list[LotHeld]:
    """An account's quantity of each lot and vintage, oldest vintage first.

    Source: 40 CFR 62.16375 "CO2 allowances held"; 62.16570 “ERC held”; RATE-142.
    """
    program = _rules_of(account // PROGRAM_PLACE).code
    return held_by_lot([account], program=program)[account]


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


def usable_totals(
    accounts: Sequence[int], *, vintage_max: int, category: str | None = None
) -> dict[int, int]:
    """What each account holds of the vintages up to one, without what is reserved.

    Args:
        category: Only of it; None: whatever it is.

    Source: 40 CFR 62.16375 “CO2 allowances held”.
    """
    found = Holding.objects.filter(account_id__in=among(accounts), reservation=None)
    held = dict.fromkeys(accounts, 0)
    rows = found.values("account_id", "lot_id").annotate(quantity=Sum(F("nxt") - F("lo")))
    for row in rows:
        lot = lot_of_number(row["lot_id"])
        if lot.year <= vintage_max and category in (None, lot.category):
            held[row["account_id"]] += row["quantity"]
    return held


def vintage_totals(*, program: str, kinds: Sequence[str]) -> dict[tuple[int, int], int]:
    """What each account of some kinds holds of each vintage, by (account, vintage).

    Source: PLAT-112; RATE-142.
    """
    many, given = unfolded(kinds)
    reading = _reading(program)
    rows = execute(
        f"SELECT h.account_id, {reading.vintage}, SUM({reading.size}) {reading.source}"
        f" AND a.kind IN ({many}) GROUP BY 1, 2",
        (*_accounts_of(program), *given),
    ).rows
    return {(account, year): int(quantity) for account, year, quantity in rows}


def lot_totals(program: str) -> list[LotTotal]:
    """What the accounts of each kind, State and purpose hold of each lot and vintage.

    Source: PLAT-141; RATE-142.
    """
    reading = _reading(program)
    rows = execute(
        f"SELECT h.lot_id, {reading.vintage}, a.kind, a.jurisdiction, a.purpose,"
        f" SUM({reading.size}) {reading.source} GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5",
        _accounts_of(program),
    ).rows
    return [
        LotTotal(
            lot=lot_of_number(lot),
            vintage=vintage,
            kind=kind,
            jurisdiction=jurisdiction,
            purpose=purpose,
            quantity=int(quantity),
        )
        for lot, vintage, kind, jurisdiction, purpose, quantity in rows
    ]


def _reading(program: str) -> _Reading:
    return _CREDITS if programs.load(program).is_rate_based else _ALLOWANCES


def _accounts_of(program: str) -> tuple[int, int]:
    """Between which numbers the accounts of a program are; nobody's holdings are outside."""
    first = programs.load(program).number * PROGRAM_PLACE
    return first, first + PROGRAM_PLACE - 1


def choose(account: int, *, vintage: int, quantity: int) -> tuple[Range, ...]:
    """Serial numbers for a transfer by quantity: earliest recorded first, lowest first.

    The vintage of credits is the year of their MWh. Numbers that wait in another transfer
    are passed over.

    Raises Refused (`serials_not_held`) if there are too few.

    Source: PLAT-051 (note); 62.16375 "CO2 allowances held".
    """
    free = Holding.objects.filter(account_id=account, reservation=None).order_by("move_id", "lo")
    program_number = account // PROGRAM_PLACE
    has_credits = _rules_of(program_number).is_rate_based
    if 1000 <= vintage <= 9999 and not has_credits:
        # The lots of a year are neighbours: their numbers begin with program and year.
        first = Lot(jurisdiction="AA", year=vintage).number(program_number)
        last = Lot(jurisdiction="ZZZ", year=vintage, category="ZZZZ").number(program_number)
        free = free.filter(lot_id__gte=first, lot_id__lte=last)
    found = 0
    for rows in (free[:FIRST_BLOCKS], free):  # A few blocks are nearly always enough.
        chosen: list[Range] = []
        found = 0
        entries = _holding_entries(rows)
        known = vintages_of(entry.lot_number for entry in entries) if has_credits else None
        for block in _of_vintage(entries, vintage, known):
            taken = min(quantity - found, block.quantity)
            chosen.append(Range(block.lot, block.lo, block.lo + taken - 1))
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


@cache
def _rules_of(program_number: int) -> Program:
    """The program whose accounts and lots begin with a number."""
    known = (programs.load(code) for code in programs.codes())
    return next(rules for rules in known if rules.number == program_number)


def _of_vintage(
    entries: Iterable[HoldingEntry], vintage: int, known: Vintages | None
) -> Iterator[Range]:
    """What of some blocks is of a vintage, in their order."""
    for entry in entries:
        if known is None:
            if entry.vintage == vintage:
                yield entry.range
            continue
        for part in known.parts(*entry.range):
            if part.vintage == vintage:
                yield Range(entry.lot_number, part.first, part.last)


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
        for entry in _holding_entries(rows if ranges else rows.none())
        for item in ranges
        if item.lot == entry.lot_number and item.lo <= entry.last and entry.first <= item.hi
    ]


def holder_of(*, program: str, lot: Lot, number: int) -> AccountEntry | None:
    """Who holds a serial number; None if it was never created.

    Source: PLAT-041.
    """
    found = holding_at(program, lot, number)
    if found is None or found.account is None:
        return None
    return account_entry(found.account)


def last_serial(*, program: str, lot: Lot) -> int:
    """How many numbers of a lot were created."""
    number = lot.number(programs.load(program).number)
    closing = Holding.objects.filter(lot_id=number, nxt=None).values_list("lo", flat=True).first()
    return closing - 1 if closing is not None else 0


def holding_at(program: str, lot: Lot, number: int) -> Holding | None:
    lot_number = lot.number(programs.load(program).number)
    rows = Holding.objects.filter(lot_id=lot_number, lo__lte=number).select_related("account")
    return rows.order_by("-lo").first()


def _holding_entries(rows: Any) -> list[HoldingEntry]:
    lots: dict[int, Lot] = {}
    found = []
    for lot, lo, nxt, account, move, tier, reservation in rows.values_list(
        "lot_id", "lo", "nxt", "account_id", "move_id", "tier", "reservation_id"
    ):
        known = lots.get(lot) or lots.setdefault(lot, lot_of_number(lot))
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
