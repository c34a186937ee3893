"""Record what waited when the waiting is over: the checks are made again.

Source: 40 CFR 62.16335(b); MASS-130, MASS-135; PLAT-094.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, HoldEntry, Range, range_of
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.transfers import waits
from trueup.transfers.entries import Reason, Released, TransferEntry
from trueup.transfers.models import Transfer
from trueup.transfers.onward import Item, go_on
from trueup.transfers.queries import entries, waiting_rows
from trueup.transfers.register import is_late, reasons_json
from trueup.transfers.vintages import KnownVintages, read_vintages

CHUNK = 100
# What goes on by itself; the other states await somebody.
SELF_ENDING = ("held", "delayed")


@transaction.atomic
def free_for_deductions(*, program: str, accounts: Sequence[int]) -> int:
    """Let deductions take the serial numbers that late or unsigned transfers keep.

    What was submitted after the deadline, or lacks the second signature and so is not
    submitted, was still held then: it is available. A transfer whose numbers are deducted
    is refused when it goes on.

    Returns the number of transfers that keep nothing any longer.

    Source: 40 CFR 62.16335(b), 62.16340(a); 62.16375 “CO2 allowances held”; MASS-045.
    """
    rows = waiting_rows(program, accounts_=accounts).filter(
        source_id__in=list(accounts), reservation__isnull=False
    )
    kept = list(rows.select_for_update().values_list("id", "reservation_id"))
    ledger.release_all([reservation for _, reservation in kept])
    Transfer.objects.filter(id__in=[identity for identity, _ in kept]).update(reservation=None)
    return len(kept)


def release_held(
    *,
    program: str,
    period: CompliancePeriod,
    accounts: Sequence[int],
    released_at: datetime,
) -> Released:
    """Mark the deductions of a period as done for accounts, and record what waited for them.

    Accounts from which nothing was to be deducted belong among them; one that was left out
    does not, and what it waits for goes on waiting. A transfer between two compliance
    accounts waits for both.

    Source: 40 CFR 62.16335(b); MASS-130, MASS-135; docs/decisions/0080.
    """
    mark_done(program=program, period=period, accounts=accounts, released_at=released_at)
    rows = waiting_rows(program, accounts_=accounts)
    waiting = rows.filter(state__in=SELF_ENDING).values_list("id", flat=True)
    return _release(list(waiting), program=program, at=released_at)


@transaction.atomic
def mark_done(
    *, program: str, period: CompliancePeriod, accounts: Sequence[int], released_at: datetime
) -> None:
    """Keep in the ledger that the deductions of a period are done for accounts.

    Source: 40 CFR 62.16335(b).
    """
    ground = waits.ground_of(period)
    known = ledger_queries.holds(accounts, include_released=True)
    unmarked = [
        account
        for account in accounts
        if not any(hold.ground == ground for hold in known.get(account, ()))
    ]
    vintage_max = programs.load(program).hold_vintage_max(period)
    ledger.place_hold(unmarked, vintage_max=vintage_max, ground=ground, placed_at=released_at)
    ledger.release_hold(accounts, ground=ground, released_at=released_at)


def record_due(*, program: str, now: datetime) -> Released:
    """Record every transfer whose waiting is over, the checks made again.

    The clock calls this; a transfer that still waits stays as it is. While the brake is on
    what it stops is not even looked at.

    Source: 40 CFR 62.16335(a), (b); PLAT-094.
    """
    on_time = Q(not_before_at=None) | Q(not_before_at__lte=now)
    waiting = Transfer.objects.filter(on_time, program=program, state__in=SELF_ENDING)
    if not waiting.exists():
        return Released()
    stopped = ledger_queries.stopped_types(program)
    kinds = [kind for kind in waits.KINDS if waits.ledger_type(kind) in stopped]
    ids = waiting.exclude(kind__in=kinds).order_by("received_at", "id")
    return _release(list(ids.values_list("id", flat=True)), program=program, at=now)


def _release(ids: Sequence[int], *, program: str, at: datetime) -> Released:
    """Release in chunks, each a database transaction, in the order of receipt."""
    rules = programs.load(program)
    released = Released()
    for start in range(0, len(ids), CHUNK):
        released += _release_chunk(ids[start : start + CHUNK], rules, at=at)
    return released


@transaction.atomic
def _release_chunk(ids: Sequence[int], rules: Program, *, at: datetime) -> Released:
    waiting = Transfer.objects.filter(id__in=ids, state__in=SELF_ENDING)
    rows = list(waiting.order_by("id").select_for_update())
    rows.sort(key=lambda row: (row.received_at, row.pk))
    ready = _no_longer_waiting(rows, rules, at=at)
    if not ready:
        return Released()
    go_on(ready, rules, at=at)
    return Released(
        recorded=sum(1 for item in ready if item.receipt is not None),
        refused=sum(1 for item in ready if item.refused),
    )


def _no_longer_waiting(rows: Sequence[Transfer], rules: Program, *, at: datetime) -> list[Item]:
    """Those that nothing keeps any more, with the instant from which their time runs.

    The others are named for what they wait for now.
    """
    found = entries(rows)
    parties = {account.id for entry in found for account in _sides(entry)}
    holds = ledger_queries.holds(parties, include_released=True)
    lots = {item.lot for entry in found for item in ranges_of(entry, rules)}
    known = read_vintages(rules, lots)
    ready, changed = [], []
    for row, entry in zip(rows, found, strict=True):
        still = remaining_waits(entry, rules, holds=holds, known=known, at=at)
        if not still:
            released_at = _released_at(entry, holds, at=at)
            ready.append(Item(row=row, entry=entry, released_at=released_at))
        elif [wait.code for wait in still] != [wait.code for wait in entry.waits]:
            row.state, row.waits = waits.state_of(still), reasons_json(still)
            row.is_late = is_late(still)
            changed.append(row)
    if changed:
        Transfer.objects.bulk_update(changed, ["state", "waits", "is_late"])
    return ready


def remaining_waits(
    entry: TransferEntry,
    rules: Program,
    *,
    holds: waits.Holds,
    known: KnownVintages,
    at: datetime,
) -> tuple[Reason, ...]:
    """What a submitted transfer that nobody need agree to any more waits for still.

    Args:
        known: Of the lots of the transfer's serial numbers.

    Source: 40 CFR 62.16335(b); PLAT-094; docs/decisions/0171.
    """
    still: list[Reason] = []
    if entry.source is None or entry.destination is None:
        raise ValueError("a transfer between unknown accounts does not wait")
    if entry.not_before_at is not None and entry.not_before_at > at:
        until_on = rules.local_date(entry.not_before_at)
        still.append(waits.delay_pending(entry.destination, until_on=until_on))
    still += waits.waits_of(
        rules,
        submitted_at=entry.submitted_at,
        vintages=known.of(ranges_of(entry, rules)),
        accounts=_sides(entry),
        holds=holds,
    )
    if waits.ledger_type(entry.kind) in entry.source.stopped:
        still.append(waits.stopped())
    return tuple(still)


def _released_at(entry: TransferEntry, holds: waits.Holds, *, at: datetime) -> datetime:
    """From when its five business days run: its receipt, or the end of the deductions.

    Source: 40 CFR 62.16335(a), (b); MASS-130.
    """
    received_at = max(entry.received_at, entry.accepted_at or entry.received_at)
    if not any(wait.code == waits.DEDUCTIONS_PENDING for wait in entry.waits):
        return received_at
    waited_for: list[HoldEntry] = [
        hold for side in _sides(entry) for hold in holds.get(side.id, ())
    ]
    return max(min(waits.ended_at(waited_for, otherwise=at), at), received_at)


def _sides(entry: TransferEntry) -> list[AccountEntry]:
    return [side for side in (entry.source, entry.destination) if side is not None]


def ranges_of(entry: TransferEntry, rules: Program) -> list[Range]:
    """The serial numbers of a transfer as the ledger names them."""
    return [range_of(block, program_number=rules.number) for block in entry.blocks]
