"""Which serial numbers of an auction are whose, and what goes back to a State."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from trueup.auctions.models import Auction, Consignment
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import Instruction, Range, range_of
from trueup.rules import programs

RETURNS = UUID("6b0f2a52-9d0c-4f9e-8f57-0000524747a2")


def consigned(row: Auction) -> dict[int, list[Range]]:
    """The serial numbers of each consignment, as they came."""
    number = programs.load(row.program).number
    txs = list(row.consignments.values_list("tx_id", flat=True))
    return {
        tx: [range_of(block, program_number=number) for block in blocks]
        for tx, blocks in ledger_queries.blocks_of(txs).items()
    }


def cut(ranges: Iterable[Range], quantity: int) -> tuple[list[Range], list[Range]]:
    """The first so many serial numbers, and the rest.

    Raises ValueError if there are fewer.
    """
    taken: list[Range] = []
    rest: list[Range] = []
    missing = quantity
    for part in ranges:
        size = min(missing, part.quantity)
        if size:
            taken.append(Range(part.lot, part.lo, part.lo + size - 1))
        if size < part.quantity:
            rest.append(Range(part.lot, part.lo + size, part.hi))
        missing -= size
    if missing:
        raise ValueError(f"{missing} serial numbers are missing")
    return taken, rest


def give_back(
    row: Auction, parts: Sequence[tuple[Consignment, int]], *, actor: str, at: datetime
) -> None:
    """Return the last so many of each consignment to the State's account that gave them."""
    blocks = consigned(row)
    instructions = []
    for of, quantity in parts:
        if quantity:
            _, rest = cut(blocks[of.tx_id], of.quantity - quantity)
            instructions.append(returning(row, of, rest, actor=actor, at=at))
    if instructions:
        ledger.record(instructions, program=row.program, recorded_at=at)


def returning(
    row: Auction, of: Consignment, blocks: Sequence[Range], *, actor: str, at: datetime
) -> Instruction:
    """The transaction by which a State gets back what was not sold."""
    return Instruction(
        type="consign",
        source=row.account_id,
        destination=of.source_id,
        blocks=tuple(blocks),
        key=uuid5(RETURNS, f"{row.program} {row.number} {of.pk}"),
        actor=actor,
        submitted_at=at,
        ground=f"not sold in auction {row.number}",
        cite="RGGI-041, RGGI-043",
    )
