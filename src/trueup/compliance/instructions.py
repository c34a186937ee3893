"""The transactions by which deductions are recorded, and what they are filed under.

Source: 40 CFR 62.16340(b), (d) and (e).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from trueup.compliance.grounds import ground_of
from trueup.ledger.entries import Instruction, Range
from trueup.rules.deduction import EMISSIONS, EXCESS, Block
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program

_CITES = {
    "mass": {EMISSIONS: "40 CFR 62.16340(b)", EXCESS: "40 CFR 62.16340(d)"},
    "rate": {EMISSIONS: "40 CFR 62.16535(b)", EXCESS: "40 CFR 62.16535(e)"},
}
DEDUCTIONS = UUID("6b0f2a52-9d0c-4f9e-8f57-62163400bd00")


def cite_of(step: str, *, rules: Program) -> str:
    """The paragraph under which credits or allowances are deducted.

    Source: 40 CFR 62.16340(b), (d); 62.16535(b), (e).
    """
    if rules.market.partial is not None:
        return rules.transaction_types["deduct"].cite
    return _CITES[rules.kind][step]


def deduction(
    *,
    rules: Program,
    account: int,
    retirement: int,
    blocks: Sequence[Block],
    step: str,
    period: CompliancePeriod,
    key: UUID,
    actor: str,
    at: datetime,
) -> Instruction:
    """The transaction that takes blocks for emissions, or for excess emissions, in order.

    Source: 40 CFR 62.16340(b), (d) and (e).
    """
    return Instruction(
        type="deduct",
        source=account,
        destination=retirement,
        blocks=tuple(Range(int_lot(block), block.first, block.last) for block in blocks),
        key=key,
        actor=actor,
        submitted_at=at,
        ground=ground_of(step, period),
        cite=cite_of(step, rules=rules),
    )


def int_lot(block: Block) -> int:
    """A block's lot, which the books name by its number."""
    if not isinstance(block.lot, int):
        raise TypeError(f"a block of the books names its lot by number, not {block.lot}")
    return block.lot


def settlement_subject(program: str, period: CompliancePeriod, account: int) -> str:
    """What decisions and events about one settlement are filed under."""
    return f"settlement:{program}/{period.name}/{account}"
