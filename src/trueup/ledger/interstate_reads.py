"""Whose instruments were deducted in which State: sums over the retirement account.

Source: preamble III.A.1, V.A; MASS-048, MASS-072; RATE-217.
"""

from __future__ import annotations

from typing import NamedTuple

from trueup.audit.statements import execute
from trueup.ledger.account_reads import account_of_purpose
from trueup.rules.serials import lot_of_number


class Used(NamedTuple):
    """Instruments of one State that were deducted from accounts of another, or of its own."""

    issued_by: str
    used_in: str
    quantity: int


def deducted_by_state(*, program: str, grounds: tuple[str, str]) -> list[Used]:
    """What is deducted, by the State that issued it and the State of the account it left.

    What was given back does not count: it is retired no more.

    Args:
        grounds: Of the deductions that count: `emissions 2022-2024`, `excess 2022-2024`.

    Source: 40 CFR 62.16340(b), (d); MASS-142.
    """
    retirement = account_of_purpose(program=program, purpose="retirement")
    if retirement is None:
        return []
    rows = execute(
        "SELECT h.lot_id, a.jurisdiction, SUM(h.nxt - h.lo) FROM ledger_holding h"
        " JOIN ledger_move m ON m.id = h.move_id JOIN ledger_tx t ON t.id = m.tx_id"
        " JOIN ledger_account a ON a.id = t.source_id"
        " WHERE h.account_id = %s AND t.type = 'deduct' AND t.ground IN (%s, %s)"
        " GROUP BY h.lot_id, a.jurisdiction",
        (retirement.id, *grounds),
    ).rows
    found: dict[tuple[str, str], int] = {}
    for lot, state, quantity in rows:
        key = (lot_of_number(lot).jurisdiction, state)
        found[key] = found.get(key, 0) + int(quantity)
    return [Used(*key, quantity) for key, quantity in sorted(found.items())]
