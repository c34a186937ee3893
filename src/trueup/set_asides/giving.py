"""Move what each recipient of a distribution gets out of the set-aside's account.

Source: 40 CFR 62.16325(d), (e).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid5

from trueup.allocation import queries as allocation
from trueup.allocation.entries import StateVintage
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import Instruction, Range
from trueup.set_asides.entries import PlannedDistribution
from trueup.set_asides.models import Distribution

SHARES = UUID("6b0f2a52-9d0c-4f9e-8f57-621624050001")
BATCH = 1000  # Transactions that the ledger plans at once.


def move_shares(
    row: Distribution, planned: PlannedDistribution, *, actor: str, at: datetime, cite: str
) -> list[int | None]:
    """One transaction for each share that is not empty, from the lowest numbers up.

    Source: 40 CFR 62.16325(d), (e); MASS-081.
    """
    instructions: list[Instruction] = []
    wanted = sum(share.quantity for share in planned.shares)
    source = allocation.state_account(
        program=row.program, jurisdiction=row.jurisdiction, purpose=row.purpose
    )
    if source is None:
        if wanted:
            raise AssertionError("a set-aside that gives has an account")
        return [None for _ in planned.shares]
    left = free_of(source.id, StateVintage(row.jurisdiction, row.vintage))
    for place, share in enumerate(planned.shares):
        if share.quantity:
            instructions.append(
                Instruction(
                    type="allocate",
                    source=source.id,
                    destination=share.account,
                    blocks=tuple(take(left, share.quantity)),
                    key=uuid5(SHARES, f"{row.pk} {place}"),
                    actor=actor,
                    submitted_at=at,
                    cite=cite,
                )
            )
    txs: list[int] = []
    for start in range(0, len(instructions), BATCH):
        batch = instructions[start : start + BATCH]
        receipts = ledger.record(batch, program=row.program, recorded_at=at)
        txs += [receipt.tx for receipt in receipts]
    given = iter(txs)
    return [next(given) if share.quantity else None for share in planned.shares]


def free_of(account: int, of: StateVintage) -> list[Range]:
    """What an account holds of a State's vintage that is free, the lowest numbers last."""
    held: Iterable[Range] = (
        one.range
        for one in ledger_queries.holdings_of([account])[account]
        if (one.lot.jurisdiction, one.vintage) == of and one.reservation is None
    )
    return sorted(held, reverse=True)


def take(left: list[Range], quantity: int) -> Iterable[Range]:
    """So many of the lowest numbers, taken off the end of the list."""
    missing = quantity
    while missing:
        part = left.pop()
        size = min(missing, part.quantity)
        if size < part.quantity:
            left.append(Range(part.lot, part.lo + size, part.hi))
        missing -= size
        yield Range(part.lot, part.lo, part.lo + size - 1)
