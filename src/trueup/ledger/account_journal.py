"""Read an account's part of the journal: what came and went, and what it held after any entry.

An instant stands for a place in the journal: everything up to the last entry of the
account that was recorded by then. What is asked about two places then always adds up,
even where two clocks disagreed by a moment.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet, Sum

from trueup.audit.statements import among, execute
from trueup.ledger.entries import MOVES_PER_TRANSACTION, TransactionEntry
from trueup.ledger.journal_reads import transactions
from trueup.ledger.models import Move
from trueup.ledger.models import Transaction as JournalLine
from trueup.rules import programs
from trueup.rules.serials import PROGRAM_PLACE, Lot, SerialBlock, lot_of_number

PAGE = 100
MOVES_READ = 1000

# A move's number begins with its transaction's; moves have no other index by transaction.
_MOVES_OF_ACCOUNT = f"""
    FROM ledger_tx t JOIN ledger_move m
        ON m.id >= t.id * {MOVES_PER_TRANSACTION} AND m.id < (t.id + 1) * {MOVES_PER_TRANSACTION}
"""
# Of credits the year of the MWh is kept with their issue, not in the serial number.
_ISSUED = " JOIN ledger_issue i ON i.lot_id = m.lot_id AND i.lo <= m.hi AND i.hi >= m.lo"
_ISSUED_QUANTITY = (
    "CASE WHEN m.hi < i.hi THEN m.hi ELSE i.hi END"
    " - CASE WHEN m.lo > i.lo THEN m.lo ELSE i.lo END + 1"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotFlow:
    """What an account held of a lot and vintage at a place of the journal, and what followed.

    Attributes:
        held: After the entry at which the period begins.
        received, given: Since then, up to the entry at which the period ends.
    """

    lot: Lot
    vintage: int
    held: int
    received: int
    given: int


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPart:
    """How many transactions an account has between two places, and what they moved."""

    transactions: int
    received: int
    given: int


def position_at(account: int, *, at: datetime) -> int:
    """The number of the last transaction of an account recorded by an instant; 0 if none."""
    found = 0
    for side in ("source_id", "destination_id"):
        lines = JournalLine.objects.filter(**{side: account}, recorded_at__lte=at)
        last = lines.order_by("-id").values_list("id", flat=True).first()
        found = max(found, last or 0)
    return found


def flows(account: int, *, after: int, until: int) -> list[LotFlow]:
    """What an account held after one entry, received and gave until another; by lot.

    Lots of which it neither held nor moved anything are left out. Oldest vintage first.
    """
    is_rate_based = _rules_of(account).is_rate_based
    vintage, group = ("i.vintage", "m.lot_id, i.vintage") if is_rate_based else ("0", "m.lot_id")
    size = _ISSUED_QUANTITY if is_rate_based else "m.hi - m.lo + 1"
    joined = _MOVES_OF_ACCOUNT + (_ISSUED if is_rate_based else "")
    sums: dict[tuple[int, int], list[int]] = {}
    for sign, side, place in ((1, "destination_id", 1), (-1, "source_id", 2)):
        sql = f"""
            SELECT m.lot_id, {vintage},
                SUM(CASE WHEN t.id <= %s THEN {size} ELSE 0 END),
                SUM(CASE WHEN t.id > %s THEN {size} ELSE 0 END)
            {joined} WHERE t.{side} = %s AND t.id <= %s GROUP BY {group}
        """
        for lot, year, before, since in execute(sql, (after, after, account, until)).rows:
            row = sums.setdefault((lot, year), [0, 0, 0])
            row[0] += sign * int(before)
            row[place] += int(since)
    found = [
        LotFlow(
            lot=lot_of_number(lot),
            vintage=year or lot_of_number(lot).year,
            held=held,
            received=received,
            given=given,
        )
        for (lot, year), (held, received, given) in sums.items()
        if held or received or given
    ]
    return sorted(found, key=lambda flow: (flow.vintage, flow.lot.code))


def part(account: int, *, after: int, until: int) -> JournalPart:
    """How much of the journal lies between two places, for one account."""
    into = _lines(account, "destination_id", after=after, until=until)
    out = _lines(account, "source_id", after=after, until=until)
    received = into.aggregate(many=Count("id"), moved=Sum("quantity"))
    given = out.aggregate(many=Count("id"), moved=Sum("quantity"))
    return JournalPart(
        transactions=received["many"] + given["many"],
        received=received["moved"] or 0,
        given=given["moved"] or 0,
    )


def entries_between(
    account: int, *, after: int, until: int, limit: int = PAGE
) -> list[TransactionEntry]:
    """Transactions of an account between two places of the journal, the earliest first."""
    ids: set[int] = set()
    for side in ("destination_id", "source_id"):
        found = _lines(account, side, after=after, until=until).order_by("id")
        ids |= set(found.values_list("id", flat=True)[:limit])
    return transactions(sorted(ids)[:limit])


def blocks_held_at(account: int, *, position: int) -> Iterator[SerialBlock]:
    """What an account held after an entry of the journal, in the order of its receipt.

    Each move into the account is read with what left it again until then; a part of the
    moves is in memory at a time.
    """
    after = 0
    while moves := _received(account, after=after, position=position):
        left = _left([identity for identity, *_ in moves], position=position)
        for identity, lot, lo, hi in moves:
            yield from _rest(lot_of_number(lot), lo, hi, left.get(identity, []))
        after = moves[-1][0]


def _received(account: int, *, after: int, position: int) -> list[tuple[int, int, int, int]]:
    sql = f"""
        SELECT m.id, m.lot_id, m.lo, m.hi {_MOVES_OF_ACCOUNT}
        WHERE t.destination_id = %s AND t.id >= %s AND t.id <= %s AND m.id > %s
        ORDER BY m.id LIMIT {MOVES_READ}
    """
    given = (account, after // MOVES_PER_TRANSACTION, position, after)
    return [(int(a), int(b), int(c), int(d)) for a, b, c, d in execute(sql, given).rows]


def _left(moves: list[int], *, position: int) -> dict[int, list[tuple[int, int]]]:
    """What of some moves had been moved on, by the move that brought it; in serial order."""
    rows = Move.objects.filter(
        prev_id__in=among(moves), id__lt=(position + 1) * MOVES_PER_TRANSACTION
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for prev, lo, hi in rows.order_by("prev_id", "lo").values_list("prev_id", "lo", "hi"):
        if prev is not None:
            found.setdefault(prev, []).append((lo, hi))
    return found


def _rest(lot: Lot, lo: int, hi: int, gone: list[tuple[int, int]]) -> Iterator[SerialBlock]:
    for first, last in [*gone, (hi + 1, hi + 1)]:
        if lo < first:
            yield SerialBlock(lot=lot, first=lo, last=first - 1)
        lo = last + 1


def _lines(account: int, side: str, *, after: int, until: int) -> QuerySet[JournalLine]:
    return JournalLine.objects.filter(**{side: account}, id__gt=after, id__lte=until)


def _rules_of(account: int) -> programs.Program:
    number = account // PROGRAM_PLACE
    return next(
        rules
        for rules in (programs.load(code) for code in programs.codes())
        if rules.number == number
    )
