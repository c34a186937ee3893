"""Search the journal: for those who watch the market."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from trueup.ledger.entries import TransactionEntry
from trueup.ledger.journal_reads import transactions
from trueup.ledger.models import Transaction as JournalLine
from trueup.rules import programs
from trueup.rules.serials import PROGRAM_PLACE

PAGE = 100
STEP = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFilter:
    """Which transactions are wanted; what is left out is no condition.

    Attributes:
        account: On either side.
        type: As the program declares it: `transfer`.
        since, until: Recorded from one instant until, not including, the other.
    """

    account: int | None = None
    type: str = ""
    since: datetime | None = None
    until: datetime | None = None


def search_transactions(
    *, program: str, chosen: JournalFilter, limit: int = PAGE, before: int | None = None
) -> list[TransactionEntry]:
    """The transactions of a program that fit, the newest first, a page at a time.

    Source: PLAT-112, PLAT-140.
    """
    ids: set[int] = set()
    # With an account two ranges of two indexes; one condition with OR would read both whole.
    sides = ("source_id", "destination_id") if chosen.account is not None else ("",)
    for side in sides:
        found = JournalLine.objects.filter(_condition(chosen, side=side))
        if not side:
            number = programs.load(program).number
            found = found.alias(books=F("destination_id") / PROGRAM_PLACE).filter(books=number)
        if before is not None:
            found = found.filter(id__lt=before)
        ids.update(found.order_by("-id").values_list("id", flat=True)[:limit])
    wanted = sorted(ids)[-limit:]
    return [entry for entry in transactions(wanted)[::-1] if entry.program == program]


def all_transactions(*, program: str, chosen: JournalFilter) -> Iterator[TransactionEntry]:
    """All that fit, the newest first, read in parts, for an export.

    Source: PLAT-140.
    """
    last: int | None = None
    while part := search_transactions(program=program, chosen=chosen, limit=STEP, before=last):
        yield from part
        last = part[-1].id


def _condition(chosen: JournalFilter, *, side: str) -> Q:
    condition = Q(**{side: chosen.account}) if side else Q()
    if chosen.type:
        condition &= Q(type=chosen.type)
    if chosen.since is not None:
        condition &= Q(recorded_at__gte=chosen.since)
    if chosen.until is not None:
        condition &= Q(recorded_at__lt=chosen.until)
    return condition
