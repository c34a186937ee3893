"""Record transactions: read what a batch concerns, plan it, write it with a comparison.

Source: 40 CFR 62.16375 “Recordation”.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from trueup.ledger import checks
from trueup.ledger.account_reads import accounts_by_id
from trueup.ledger.entries import (
    Instruction,
    Range,
    Receipt,
)
from trueup.ledger.models import (
    Issue,
    Lot,
    Move,
)
from trueup.ledger.models import Transaction as JournalLine
from trueup.ledger.opening import open_books
from trueup.ledger.plan import OWN, Plan, plan_batch
from trueup.ledger.store import Store, concerned, store
from trueup.ledger.vintages import Vintages, vintages_of
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot as SerialLot
from trueup.rules.serials import lot_of_number

# A batch whose rows keep changing under it is given up after this many plans.
PLANS = 200


@transaction.atomic
def originate(
    *,
    program: str,
    lot: SerialLot,
    shares: Sequence[tuple[int, int]],
    key: UUID,
    actor: str,
    recorded_at: datetime,
    ground: str = "",
    cite: str = "40 CFR 62.16325(c)",
    vintage: int | None = None,
) -> tuple[Receipt, ...]:
    """Create instruments: the next numbers of a lot, share after share.

    Args:
        shares: Account id and quantity, in the order in which numbers are given.
        key: One key for all; each share's own key follows from it.
        vintage: Year of the MWh for credits; the lot's year unless it is given.

    Raises Refused as `record` does.

    Source: 40 CFR 62.16325(c); PLAT-040.
    """
    rules = programs.load(program)
    number = lot.number(rules.number)
    _refuse_shares(lot, shares)
    open_books(program)
    books = store()
    start = books.open_lot(number, rules.number, lot.code)
    instructions = []
    for position, (account, quantity) in enumerate(shares):
        instructions.append(
            Instruction(
                type="originate",
                source=None,
                destination=account,
                blocks=(Range(number, start, start + quantity - 1),),
                key=uuid5(key, f"share {position}"),
                actor=actor,
                submitted_at=recorded_at,
                ground=ground,
                cite=cite,
            )
        )
        start += quantity
    of_year = vintage if vintage is not None else lot.year
    receipts = _record(instructions, program=program, recorded_at=recorded_at, vintage=of_year)
    if any(receipt.repeated for receipt in receipts):
        return receipts
    Lot.objects.filter(id=number).update(next_serial=start)
    Issue.objects.create(
        lot_id=number,
        lo=instructions[0].blocks[0].lo,
        hi=start - 1,
        vintage=of_year,
        created_at=recorded_at,
    )
    return receipts


def _refuse_shares(lot: SerialLot, shares: Sequence[tuple[int, int]]) -> None:
    """Refuse parts of instruments, and one State's instruments in another State's account.

    Source: PLAT-029; MASS-046.
    """
    for _, quantity in shares:
        if quantity < 1:
            raise Refused(
                [checks.NotWholeNumber(f"{quantity} is not a whole number of at least 1.")]
            )
    others = [
        account
        for account in accounts_by_id(account for account, _ in shares).values()
        if account.kind in ("origination", "holding")
        and account.jurisdiction not in ("", lot.jurisdiction)
    ]
    if others:
        raise Refused(
            checks.DestinationNotPermitted(
                f"Account {account.number} is of {account.jurisdiction}: the instruments of"
                f" {lot.jurisdiction} are created in an account of {lot.jurisdiction}."
            )
            for account in others
        )


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
    return _record(instructions, program=program, recorded_at=recorded_at)


def _record(
    instructions: Sequence[Instruction],
    *,
    program: str,
    recorded_at: datetime,
    vintage: int | None = None,
) -> tuple[Receipt, ...]:
    plan = _carry_out(
        instructions, program=program, recorded_at=recorded_at, all_or_none=True, vintage=vintage
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
    vintage: int | None = None,
) -> Plan:
    """Decide and write, again and again while rows change in between."""
    books = store()
    for _ in range(PLANS):
        plan = decide(
            books, instructions, program=program, recorded_at=recorded_at, vintage=vintage
        )
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
    vintage: int | None = None,
) -> Plan:
    """Read what the batch concerns and plan it; read more where a refusal needs it.

    Args:
        vintage: Of instruments that the batch creates.
    """
    rules = programs.load(program)
    ranges, accounts, keys = concerned(instructions)
    while True:
        facts = books.read_facts(ranges, accounts, keys, len(instructions))
        if facts.claims:
            facts.claims = books.lock_claims(accounts)
            debts = sum(len(facts.claims.get(i.destination, ())) for i in instructions)
            facts.ids += books.fresh_ids(debts)
            if rules.is_rate_based:
                facts.vintages = _vintages(instructions, vintage)
        plan = plan_batch(facts, instructions, program=rules, recorded_at=recorded_at)
        unread = plan.unknown_holders.difference(accounts)
        if not unread:
            return plan
        accounts += sorted(unread)


def _vintages(instructions: Sequence[Instruction], vintage: int | None) -> Vintages:
    """The vintages of what a batch moves, and of what it creates."""
    fresh = [
        (block, vintage if vintage is not None else lot_of_number(block.lot).year)
        for instruction in instructions
        if instruction.source is None
        for block in instruction.blocks
    ]
    lots = {block.lot for instruction in instructions for block in instruction.blocks}
    return vintages_of(lots, fresh=fresh)


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
