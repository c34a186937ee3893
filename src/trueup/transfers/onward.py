"""A transfer that waited goes on: all checks are made again, by the ledger, at that instant.

What a representative submitted while authorized stays submitted: authority is not asked
again (62.16300). Everything else is: a frozen or closed account, serial numbers that are
gone, a debt.

Source: 40 CFR 62.16335(a) to (e); docs/decisions/0083.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import Instruction, Receipt, range_of
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.transfers import authority, waits
from trueup.transfers.deadlines import record_by
from trueup.transfers.deciding import CHOICES, but_for_the_brake
from trueup.transfers.entries import Reason, TransferEntry, blocks_json
from trueup.transfers.holding_limit import refuse_beyond_limit
from trueup.transfers.models import Transfer
from trueup.transfers.notices import notify
from trueup.transfers.queries import entries
from trueup.transfers.register import (
    UNDATED,
    decide_not_to_record,
    is_late,
    reasons_json,
)

CITES = {
    "transfer": "40 CFR 62.16330, 62.16335(b)",
    "retirement": "40 CFR 62.16320(b), 62.16335(b); PLAT-056",
}
# What is wrong when deductions, or others, took the serial numbers.
GONE = frozenset({"serials_not_held", "serials_retired"})
FIELDS = (
    "state",
    "tx",
    "recorded_at",
    "reasons",
    "waits",
    "is_late",
    "decision",
    "reservation",
    "due_on",
    "blocks",
    "approved_by",
    "accepted_at",
    "submitted_at",
    "received_at",
    "not_before_at",
    "expires_at",
)


@dataclass(slots=True, kw_only=True)
class Item:
    """A transfer whose waiting is over, or that is looked at again.

    Attributes:
        released_at: From when the business days for recording and refusing run.
        waits: What it waits for still; nothing is recorded then.
    """

    row: Transfer
    entry: TransferEntry
    released_at: datetime
    waits: tuple[Reason, ...] = ()
    receipt: Receipt | None = None
    refused: tuple[Reason, ...] = ()


def go_on(items: Sequence[Item], rules: Program, *, at: datetime) -> None:
    """Record what waits for nothing, look whether the rest still could be, and tell.

    Two statements of the kernel for all that can be recorded; what waits is looked at one
    by one.

    Source: 40 CFR 62.16335(a) to (e).
    """
    ready = [item for item in items if not item.waits]
    if rules.market.holding_limit is not None:
        _record_within_limit(ready, rules, at=at)
    elif ready:
        outcomes = ledger.record_each(
            [_instruction(item, rules) for item in ready], program=rules.code, recorded_at=at
        )
        for item, outcome in zip(ready, outcomes, strict=True):
            _take_over(item, _chosen_again(item, outcome, rules, at=at))
    for item in items:
        if item.waits and not item.refused:
            _keep_waiting(item, rules, at=at)
    _enter(items, rules, at=at)


def _record_within_limit(ready: Sequence[Item], rules: Program, *, at: datetime) -> None:
    """Record one after another, so that each finds what the one before has brought.

    Source: PLAT-112; docs/decisions/0365.
    """
    for item in ready:
        entry = item.entry
        if entry.source is None or entry.destination is None:
            raise ValueError("a transfer between unknown accounts does not wait")
        beyond = refuse_beyond_limit(
            entry.source, entry.destination, entry.quantity or 0, rules=rules, at=at
        )
        if beyond is not None:
            item.refused = (Reason.of(beyond),)
            continue
        (outcome,) = ledger.record_each(
            [_instruction(item, rules)], program=rules.code, recorded_at=at
        )
        _take_over(item, _chosen_again(item, outcome, rules, at=at))


def _chosen_again(
    item: Item, outcome: Receipt | Refused, rules: Program, *, at: datetime
) -> Receipt | Refused:
    """A transfer by quantity takes others where deductions took those chosen for it.

    Source: PLAT-051 (note); 40 CFR 62.16335(b); docs/decisions/0176.
    """
    row = item.row
    for _ in range(CHOICES):
        is_off = isinstance(outcome, Refused) and outcome.reasons <= GONE
        if not is_off or row.vintage is None or row.quantity is None or row.source_id is None:
            return outcome
        try:
            ranges = ledger_queries.choose(
                row.source_id, vintage=row.vintage, quantity=row.quantity
            )
        except Refused:
            return outcome
        if row.reservation_id is not None:
            ledger.release(row.reservation_id)
            row.reservation_id = None
        row.blocks = blocks_json(found.block for found in ranges)
        (item.entry,) = entries([row])
        (outcome,) = ledger.record_each(
            [_instruction(item, rules)], program=rules.code, recorded_at=at
        )
    return outcome


def _take_over(item: Item, outcome: Receipt | Refused) -> None:
    if isinstance(outcome, Refused):
        refusals = but_for_the_brake(outcome)
        item.refused = tuple(Reason.of(refusal) for refusal in refusals)
        if not refusals:  # The brake was pulled between the look and the recordation.
            item.waits = (waits.stopped(),)
    else:
        item.receipt = outcome


def _keep_waiting(item: Item, rules: Program, *, at: datetime) -> None:
    """Whether it could be recorded, were it not for what it waits for.

    Source: 40 CFR 62.16335(b); PLAT-045.
    """
    instruction = _instruction(item, rules)
    (outcome,) = ledger.check([instruction], program=rules.code, recorded_at=at)
    if isinstance(outcome, Refused):
        item.refused = tuple(Reason.of(refusal) for refusal in but_for_the_brake(outcome))
    if item.refused or item.row.reservation_id is not None:
        return
    try:
        item.row.reservation_id = ledger.reserve(
            account=instruction.source or 0,
            blocks=instruction.blocks,
            placed_at=at,
            note=f"transfer {item.row.key}",
        )
    except Refused as refused:
        item.refused = tuple(Reason.of(refusal) for refusal in refused.refusals)


def _instruction(item: Item, rules: Program) -> Instruction:
    entry = item.entry
    if entry.source is None or entry.destination is None:
        raise ValueError("a transfer between unknown accounts does not wait")
    return Instruction(
        type=waits.ledger_type(entry.kind),
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


def _enter(items: Sequence[Item], rules: Program, *, at: datetime) -> None:
    """Store what became of them, free what refused ones kept, and tell those concerned."""
    refused = [item for item in items if item.refused]
    decisions = decide_not_to_record(
        [(str(item.row.key), item.refused) for item in refused],
        program=rules.code,
        decided_at=at,
    )
    kept = [item.row.reservation_id for item in refused]
    ledger.release_all(reservation for reservation in kept if reservation is not None)
    for item in items:
        row = item.row
        if item.refused:
            row.state, row.waits, row.reservation_id = "refused", [], None
            row.reasons = reasons_json(item.refused)
            row.decision_id = decisions[str(row.key)]
        elif item.receipt is not None:
            row.state, row.waits, row.reservation_id = "recorded", [], None
            row.tx_id, row.recorded_at = item.receipt.tx, at
        else:
            row.state, row.waits = waits.state_of(item.waits), reasons_json(item.waits)
        row.is_late = is_late(item.waits) and row.state != "refused"
        row.due_on = None if row.state in UNDATED else record_by(rules, item.released_at)
    Transfer.objects.bulk_update([item.row for item in items], FIELDS)
    _tell(items, rules, at=at)


def _tell(items: Sequence[Item], rules: Program, *, at: datetime) -> None:
    told = entries([item.row for item in items])
    for item, entry in zip(items, told, strict=True):
        item.entry = entry
    parties = {
        account.id
        for entry in told
        for account in (entry.source, entry.destination)
        if account is not None
    }
    notify(
        told,
        rules=rules,
        submitters=authority.submitters(parties, at=at),
        at=at,
        released_at={item.row.pk: item.released_at for item in items},
    )
