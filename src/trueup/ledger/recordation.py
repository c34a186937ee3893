"""Record transactions: read what a batch concerns, plan it, write it with a comparison.

Source: 40 CFR 62.16375 “Recordation”.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from trueup.ledger import checks
from trueup.ledger.entries import (
    Instruction,
    Range,
    Receipt,
)
from trueup.ledger.models import Move
from trueup.ledger.models import Transaction as JournalLine
from trueup.ledger.plan import OWN, Plan, plan_batch
from trueup.ledger.store import Store, concerned, store
from trueup.ledger.vintages import vintages_of
from trueup.rules import programs
from trueup.rules.refusal import Refused

# A batch whose rows keep changing under it is given up after this many plans.
PLANS = 200

# Numbers that are about to be created, and their vintage.
Fresh = Sequence[tuple[Range, int]]


@transaction.atomic
def record(
    instructions: Sequence[Instruction], *, program: str, recorded_at: datetime
) -> tuple[Receipt, ...]:
    """Record a batch of transactions, all or none.

    A key that was recorded before with the same request gives its old receipt. Claims
    on the accounts that receive are met at once, in the same database transaction.

    Raises Refused with every reason; `row` counts the instructions from 1.

    Source: 40 CFR 62.16330(b), 62.16335(a) and (c).
    """
    return record_fresh(instructions, program=program, recorded_at=recorded_at, fresh=())


def record_fresh(
    instructions: Sequence[Instruction],
    *,
    program: str,
    recorded_at: datetime,
    fresh: Fresh,
) -> tuple[Receipt, ...]:
    """Record a batch that may create instruments, all or none.

    Args:
        fresh: Numbers that the batch creates, and their vintage.
    """
    plan = _carry_out(
        instructions, program=program, recorded_at=recorded_at, all_or_none=True, fresh=fresh
    )
    return tuple(outcome for outcome in plan.outcomes if isinstance(outcome, Receipt))


@transaction.atomic(savepoint=False)
def record_each(
    instructions: Sequence[Instruction], *, program: str, recorded_at: datetime
) -> tuple[Receipt | Refused, ...]:
    """Record each transaction of a batch that can be recorded, and say why of the others.

    Source: 40 CFR 62.16330(b), 62.16335(a) and (c).
    """
    plan = _carry_out(instructions, program=program, recorded_at=recorded_at, all_or_none=False)
    return tuple(plan.outcomes)


def check(
    instructions: Sequence[Instruction], *, program: str, recorded_at: datetime
) -> tuple[Receipt | Refused, ...]:
    """What `record_each` would answer now; nothing is written.

    Source: 40 CFR 62.16330(b).
    """
    plan = decide(store(), instructions, program=program, recorded_at=recorded_at)
    return tuple(plan.outcomes)


@transaction.atomic
def reverse(*, tx: int, key: UUID, actor: str, ground: str, recorded_at: datetime) -> Receipt:
    """Give the same serial numbers back by a new transaction that names the old one.

    Raises Refused (`not_reversible`, `serials_not_held`).

    Source: 40 CFR 62.16355.
    """
    line = JournalLine.objects.select_related("destination__program").get(id=tx)
    program = line.destination.program.code
    kind = programs.load(program).transaction_types[line.type]
    if line.source_id is None or not kind.reversible:
        raise Refused([checks.NotReversible(f"“{line.type}” cannot be reversed.")])
    moves = Move.objects.filter(tx_id=tx).order_by("id").select_related("prev")
    blocks = tuple((Range(m.lot_id, m.lo, m.hi), m.prev) for m in moves)
    instruction = Instruction(
        type="adjust",
        source=line.destination_id,
        destination=line.source_id,
        blocks=tuple(block for block, _ in blocks),
        own=tuple(block for block, prev in blocks if prev is not None and prev.tier == OWN),
        key=key,
        actor=actor,
        submitted_at=recorded_at,
        ground=ground,
        cite="40 CFR 62.16355",
        mends=tx,
    )
    (receipt,) = record([instruction], program=program, recorded_at=recorded_at)
    return receipt


def _carry_out(
    instructions: Sequence[Instruction],
    *,
    program: str,
    recorded_at: datetime,
    all_or_none: bool,
    fresh: Fresh = (),
) -> Plan:
    """Decide and write, again and again while rows change in between."""
    books = store()
    for _ in range(PLANS):
        plan = decide(books, instructions, program=program, recorded_at=recorded_at, fresh=fresh)
        if all_or_none:
            refuse_whole(plan.outcomes)
        if not plan.transactions or books.write(plan):
            return plan
    raise RuntimeError(f"a batch was planned {PLANS} times in vain")


def decide(
    books: Store,
    instructions: Sequence[Instruction],
    *,
    program: str,
    recorded_at: datetime,
    fresh: Fresh = (),
) -> Plan:
    """Read what the batch concerns and plan it; read more where a refusal needs it."""
    rules = programs.load(program)
    ranges, accounts, keys = concerned(instructions)
    while True:
        facts = books.read_facts(ranges, accounts, keys, len(instructions))
        if facts.claims:
            facts.claims = books.lock_claims(accounts)
            debts = sum(len(facts.claims.get(i.destination, ())) for i in instructions)
            facts.ids += books.fresh_ids(debts)
            if rules.is_rate_based:
                lots = {block.lot for one in instructions for block in one.blocks}
                facts.vintages = vintages_of(lots, fresh=fresh)
        plan = plan_batch(facts, instructions, program=rules, recorded_at=recorded_at)
        unread = plan.unknown_holders.difference(accounts)
        if not unread:
            return plan
        accounts += sorted(unread)


def refuse_whole(outcomes: Iterable[Receipt | Refused]) -> None:
    """Raise every refusal of a batch at once, each with the row it belongs to."""
    reasons = []
    for row, outcome in enumerate(outcomes, start=1):
        if isinstance(outcome, Refused):
            for refusal in outcome.refusals:
                refusal.row = row
                reasons.append(refusal)
    if reasons:
        raise Refused(reasons)
