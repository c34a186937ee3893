"""Record what was held until deductions were done: the checks are made again.

Source: 40 CFR 62.16335(b); MASS-130, MASS-135.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from trueup.accounts import queries as accounts_queries
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import HoldEntry, Instruction, Receipt, range_of
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.transfers import waits
from trueup.transfers.deadlines import record_by
from trueup.transfers.entries import Reason, Released, TransferEntry
from trueup.transfers.models import Transfer
from trueup.transfers.notices import notify
from trueup.transfers.queries import entries, waiting_rows
from trueup.transfers.register import decide_not_to_record, reasons_json

CHUNK = 100
CITES = {
    "transfer": "40 CFR 62.16330, 62.16335(b)",
    "retirement": "40 CFR 62.16320(b), 62.16335(b); PLAT-056",
}


@dataclass(slots=True, kw_only=True)
class _Waiting:
    """A held transfer whose waiting is over."""

    row: Transfer
    entry: TransferEntry
    released_at: datetime
    receipt: Receipt | None = None
    refused: tuple[Reason, ...] = ()


@transaction.atomic
def free_for_deductions(*, program: str, accounts: Sequence[int]) -> int:
    """Let deductions take the serial numbers that late transfers keep for themselves.

    What was submitted after the deadline was still held then, so it is available. A
    transfer whose numbers are deducted is refused when it is released.

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
    waiting = waiting_rows(program, accounts_=accounts).values_list("id", flat=True)
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

    The clock calls this; a transfer that still waits stays as it is.

    Source: 40 CFR 62.16335(a), (b).
    """
    waiting = waiting_rows(program).values_list("id", flat=True)
    return _release(list(waiting), program=program, at=now)


def _release(ids: Sequence[int], *, program: str, at: datetime) -> Released:
    """Release in chunks, each a database transaction, in the order of receipt."""
    rules = programs.load(program)
    released = Released()
    for start in range(0, len(ids), CHUNK):
        released += _release_chunk(ids[start : start + CHUNK], rules, at=at)
    return released


@transaction.atomic
def _release_chunk(ids: Sequence[int], rules: Program, *, at: datetime) -> Released:
    held = Transfer.objects.filter(id__in=ids, state="held").order_by("id")
    rows = list(held.select_for_update())
    ready = _no_longer_waiting(rows, rules, at=at)
    if not ready:
        return Released()
    outcomes = ledger.record_each(
        [_instruction(item, rules) for item in ready], program=rules.code, recorded_at=at
    )
    for item, outcome in zip(ready, outcomes, strict=True):
        if isinstance(outcome, Refused):
            item.refused = tuple(Reason.of(refusal) for refusal in outcome.refusals)
        else:
            item.receipt = outcome
    _enter(ready, rules, at=at)
    return Released(
        recorded=sum(1 for item in ready if item.receipt is not None),
        refused=sum(1 for item in ready if item.receipt is None),
    )


def _no_longer_waiting(rows: Sequence[Transfer], rules: Program, *, at: datetime) -> list[_Waiting]:
    """Those that nothing keeps any more, with the instant from which their time runs."""
    found = entries(rows)
    parties = {
        account.id: account
        for entry in found
        for account in (entry.source, entry.destination)
        if account is not None
    }
    holds = ledger_queries.holds(parties, include_released=True)
    ready = []
    for row, entry in zip(rows, found, strict=True):
        sides = [side for side in (entry.source, entry.destination) if side is not None]
        still = waits.waits_of(
            rules,
            submitted_at=entry.submitted_at,
            vintages=[block.lot.year for block in entry.blocks],
            accounts=sides,
            holds=holds,
        )
        if not still:
            waited_for: list[HoldEntry] = [
                hold for side in sides for hold in holds.get(side.id, ())
            ]
            ended_at = min(waits.ended_at(waited_for, otherwise=at), at)
            ready.append(
                _Waiting(row=row, entry=entry, released_at=max(ended_at, entry.received_at))
            )
    return ready


def _instruction(item: _Waiting, rules: Program) -> Instruction:
    entry = item.entry
    if entry.source is None or entry.destination is None:
        raise ValueError("a transfer between unknown accounts does not wait")
    return Instruction(
        type="retire" if entry.kind == "retirement" else "transfer",
        source=entry.source.id,
        destination=entry.destination.id,
        blocks=tuple(range_of(block, program_number=rules.number) for block in entry.blocks),
        key=entry.key,
        actor=f"person:{entry.submitted_by}",
        submitted_at=entry.submitted_at,
        ground=entry.reason,
        cite=CITES[entry.kind],
        reservation=item.row.reservation_id,
    )


def _enter(ready: Sequence[_Waiting], rules: Program, *, at: datetime) -> None:
    """Store what became of them, free what refused ones kept, and tell those concerned."""
    refused = [item for item in ready if item.receipt is None]
    decisions = decide_not_to_record(
        [(str(item.row.key), item.refused) for item in refused],
        program=rules.code,
        decided_at=at,
    )
    kept = [item.row.reservation_id for item in refused]
    ledger.release_all(reservation for reservation in kept if reservation is not None)
    for item in ready:
        row = item.row
        row.reservation_id = None
        row.due_on = record_by(rules, item.released_at)
        row.waits = []
        if item.receipt is not None:
            row.state, row.tx_id, row.recorded_at = "recorded", item.receipt.tx, at
        else:
            row.state, row.reasons = "refused", reasons_json(item.refused)
            row.decision_id = decisions[str(row.key)]
    fields = ("state", "tx", "recorded_at", "reasons", "waits", "decision", "reservation", "due_on")
    Transfer.objects.bulk_update([item.row for item in ready], fields)
    told = entries([item.row for item in ready])
    parties = {
        account.id
        for entry in told
        for account in (entry.source, entry.destination)
        if account is not None
    }
    notify(
        told,
        rules=rules,
        seats=accounts_queries.representatives(parties, at=at),
        at=at,
        released_at={item.row.pk: item.released_at for item in ready},
    )
