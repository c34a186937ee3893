"""Read the journal: transactions, and the life of a serial number."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import F, Max, Q, QuerySet, Sum
from django.db.models.expressions import RawSQL

from trueup.audit.statements import among
from trueup.ledger.account_reads import accounts_by_id
from trueup.ledger.entries import (
    MOVES_PER_TRANSACTION,
    AccountEntry,
    HistoryEntry,
    Range,
    TransactionEntry,
)
from trueup.ledger.holding_reads import holding_at
from trueup.ledger.models import Move
from trueup.ledger.models import Transaction as JournalLine
from trueup.ledger.plan import OWN
from trueup.ledger.vintages import vintages_of
from trueup.rules import programs
from trueup.rules.serials import PROGRAM_PLACE, Lot, SerialBlock, lot_of_number

PAGE = 100
RANGES_MAX = 50
_NUMBERED = f"""
    SELECT m.id FROM json_each(%s) t CROSS JOIN ledger_move m
    WHERE m.id >= t.value * {MOVES_PER_TRANSACTION}
        AND m.id < (t.value + 1) * {MOVES_PER_TRANSACTION}
"""  # noqa: S608 - a constant.


def serial_history(*, program: str, lot: Lot, number: int) -> list[HistoryEntry]:
    """Every step of one serial number, from its creation to where it is now.

    Walks from the newest move to the move before, in one statement.

    Source: PLAT-040; 40 CFR 62.16375 "Recordation".
    """
    found = holding_at(program, lot, number)
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
    """The newest transactions of a program."""
    found = _of_program(program)
    if before is not None:
        found = found.filter(id__lt=before)
    return transactions(found.order_by("-id").values_list("id", flat=True)[:limit])[::-1]


def earliest(*, program: str, limit: int = PAGE, after: int = 0) -> list[TransactionEntry]:
    """The first transactions of a program, or the first after one of them."""
    found = _of_program(program).filter(id__gt=after)
    return transactions(found.order_by("id").values_list("id", flat=True)[:limit])


def _of_program(program: str) -> QuerySet[JournalLine]:
    """The journal of a program.

    The program is read off the account's id, so that the journal is walked from its end;
    a join to the accounts would make both databases collect and sort all of it.
    """
    number = programs.load(program).number
    return JournalLine.objects.alias(books=F("destination_id") / PROGRAM_PLACE).filter(books=number)


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
    rows = list(_moves_of(list(givers)).values_list("tx_id", "lot_id", "lo", "hi"))
    known = vintages_of({lot for _, lot, _, _ in rows})
    for tx, lot, lo, hi in rows:
        giver = givers[tx]
        parts = known.usable(Range(lot, lo, hi), vintage_max=vintage_max)
        if usable := sum(part.hi - part.lo + 1 for part in parts):
            found[giver] = found.get(giver, 0) + usable
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


def last_recorded(accounts: Iterable[int]) -> dict[int, datetime]:
    """When something was last recorded into or out of each account; never: left out.

    Source: 40 CFR 62.16320(c)(6)(ii).
    """
    wanted = list(accounts)
    found: dict[int, datetime] = {}
    for side in ("source_id", "destination_id"):
        rows = JournalLine.objects.filter(**{f"{side}__in": among(wanted)}).values_list(side)
        for account, last in rows.annotate(last=Max("recorded_at")):
            found[account] = max(last, found.get(account, last))
    return found


def moved_totals(*, program: str, type: str, ground: str = "") -> dict[int, int]:  # noqa: A002
    """Quantity that transactions of one type took from each account, by account."""
    found = JournalLine.objects.filter(type=type, source__program__code=program)
    if ground:
        found = found.filter(ground=ground)
    rows = found.values("source_id").annotate(total=Sum("quantity"))
    return {row["source_id"]: row["total"] for row in rows}


def _moves_of(ids: Sequence[int]) -> QuerySet[Move]:
    """The moves of transactions, by the numbers that their moves can have.

    Moves have no index by transaction: a move's number begins with its transaction's.
    SQLite looks up each range of a join, but reads the whole journal for many alternatives.
    """
    if connection.vendor == "sqlite":
        return Move.objects.filter(pk__in=RawSQL(_NUMBERED, (json.dumps(list(ids)),)))  # noqa: S611
    if len(ids) > RANGES_MAX:
        return Move.objects.filter(tx_id__in=among(ids))
    numbered = Q(pk__in=())
    for tx in ids:
        start = tx * MOVES_PER_TRANSACTION
        numbered |= Q(id__range=(start, start + MOVES_PER_TRANSACTION - 1))
    return Move.objects.filter(numbered)


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
