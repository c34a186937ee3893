"""What a transfer's receipt says: what is recorded, and nothing of the sender alone.

The sender's reference and note are not on it, because a receipt is shown to others
(docs/decisions/0082).

Source: 40 CFR 62.16335(e)(1); MASS-168; PLAT-150.
"""

from __future__ import annotations

from uuid import UUID

from trueup.documents.checks import NotFinal, NothingToIssue
from trueup.documents.entries import Facts
from trueup.documents.facts import (
    block_values,
    instant,
    last_position,
    party_values,
    program_values,
    runs,
    sums_by_vintage,
)
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.transfers import queries as transfers

KIND = "transfer_receipt"


def transfer_facts(key: UUID) -> Facts:
    """A transfer as it was recorded.

    Raises Refused (`nothing_to_issue`, `not_final`).

    Source: 40 CFR 62.16335(e)(1); MASS-168.
    """
    found = transfers.transfer(key)
    if found is None:
        raise Refused([NothingToIssue("There is no such transfer.")])
    if found.tx is None or found.recorded_at is None:
        raise Refused([NotFinal("The transfer is not recorded, so there is no receipt for it.")])
    rules = programs.load(found.program)
    blocks = [block_values(block) for block in ledger.blocks_of([found.tx]).get(found.tx, [])]
    return Facts(
        kind=KIND,
        program=found.program,
        subject={"transfer": str(key)},
        title=f"Transaction {found.tx}: {found.source_number} to {found.destination_number}",
        values={
            "program": program_values(rules),
            "key": str(key),
            "type": found.kind,
            "source": party_values(found.source),
            "destination": party_values(found.destination),
            "quantity": found.quantity,
            "submitted_at": instant(found.submitted_at, rules),
            "recorded_at": instant(found.recorded_at, rules),
            "tx": found.tx,
            "reason": found.reason,
            "beneficiary": found.beneficiary,
            "vintages": sums_by_vintage(blocks),
            "blocks": blocks,
        },
        positions=runs([found.tx]),
        journal_until=last_position(found.program),
        is_public=True,
    )
