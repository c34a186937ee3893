"""What came into accounts and left them, and what became of each State's instruments.

Every function takes a constant number of statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, QuerySet, Sum

from trueup.audit.statements import among, execute
from trueup.ledger.account_reads import account_of_purpose
from trueup.ledger.models import Lot as LotRow
from trueup.ledger.models import Transaction as JournalLine
from trueup.rules import programs
from trueup.rules.serials import PROGRAM_PLACE, Lot, lot_of_number


class Flow(NamedTuple):
    """What transactions of one type moved between an account and one other.

    Attributes:
        other: The other account; None when instruments were created.
        is_in: Whether they came into the account.
    """

    account: int
    type: str
    other: int | None
    is_in: bool
    quantity: int


class Retired(NamedTuple):
    """Instruments of a lot that are retired, by type of transaction and giver's State."""

    lot: Lot
    type: str
    jurisdiction: str
    quantity: int


def flows_of(
    accounts: Iterable[int], *, since: datetime | None = None, until: datetime | None = None
) -> list[Flow]:
    """What came into and left accounts between two instants, by type and other account.

    Args:
        until: What was recorded at that instant is not included.

    Source: RGGI-029.
    """
    wanted = among(list(accounts))
    lines = JournalLine.objects.all()
    if since is not None:
        lines = lines.filter(recorded_at__gte=since)
    if until is not None:
        lines = lines.filter(recorded_at__lt=until)
    found: list[Flow] = []
    for mine, other, is_in in (
        ("destination_id", "source_id", True),
        ("source_id", "destination_id", False),
    ):
        rows = (
            lines.filter(**{f"{mine}__in": wanted})
            .values_list(mine, "type", other)
            .annotate(total=Sum("quantity"))
            .order_by(mine, "type", other)
        )
        found += [Flow(account, kind, of, is_in, total) for account, kind, of, total in rows]
    return found


def issued_totals(program: str) -> dict[Lot, int]:
    """How many instruments of each lot of a program were ever created.

    Source: RGGI-003; 40 CFR 62.16325(c).
    """
    rows = LotRow.objects.filter(program__code=program, next_serial__gt=F("first"))
    return {
        lot_of_number(number): following - first
        for number, first, following in rows.values_list("id", "first", "next_serial")
    }


def retired_by_state(program: str) -> list[Retired]:
    """What the retirement account holds, by lot, type and State of the account that gave.

    Source: RGGI-003.
    """
    retirement = account_of_purpose(program=program, purpose="retirement")
    if retirement is None:
        return []
    rows = execute(
        "SELECT h.lot_id, t.type, a.jurisdiction, SUM(h.nxt - h.lo) FROM ledger_holding h"
        " JOIN ledger_move m ON m.id = h.move_id JOIN ledger_tx t ON t.id = m.tx_id"
        " LEFT JOIN ledger_account a ON a.id = t.source_id"
        " WHERE h.account_id = %s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        (retirement.id,),
    ).rows
    return [
        Retired(lot_of_number(lot), kind, state or "", int(quantity))
        for lot, kind, state, quantity in rows
    ]


def allocated_transactions(
    *, program: str, kinds: Sequence[str], limit: int, before: int = 0
) -> list[int]:
    """Transactions of some types, which gave instruments out, the latest first, by id.

    Source: RGGI-030, RGGI-031, RGGI-048.
    """
    lines = _of_types(program, kinds)
    if before:
        lines = lines.filter(id__lt=before)
    return list(lines.order_by("-id").values_list("id", flat=True)[:limit])


def allocated_totals(*, program: str, kinds: Sequence[str]) -> list[tuple[datetime, str, int]]:
    """What transactions of some types gave out at each instant; one statement.

    Source: RGGI-048.
    """
    rows = _of_types(program, kinds).values_list("recorded_at", "type")
    return [
        (at, kind, total)
        for at, kind, total in rows.annotate(total=Sum("quantity")).order_by("recorded_at", "type")
    ]


def _of_types(program: str, kinds: Sequence[str]) -> QuerySet[JournalLine]:
    first = programs.load(program).number * PROGRAM_PLACE
    return JournalLine.objects.filter(
        type__in=kinds, destination_id__gte=first, destination_id__lt=first + PROGRAM_PLACE
    )
