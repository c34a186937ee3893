"""What accounts hold, with what decides whether and in which order it is deducted.

A run of deductions reads a hundred thousand blocks. The order of recordation and the
comparison of instants are left to the database, so that no instant has to be read.

Source: 40 CFR 62.16340(a)(2) and (c)(2).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from trueup.audit.statements import execute, unfolded
from trueup.ledger.entries import MOVES_PER_TRANSACTION
from trueup.ledger.plan import OWN
from trueup.ledger.store import stamp

HELD = """
SELECT h.account_id, h.lot_id, h.lo, h.nxt - 1, h.tier, h.reservation_id,
       dense_rank() OVER (ORDER BY t.recorded_at),
       t.recorded_at > {instant} AND t.submitted_at > {instant} AND t.type NOT IN ({mending})
  FROM ledger_holding h JOIN ledger_tx t ON t.id = h.move_id / {moves}
 WHERE h.account_id IN ({accounts})
"""


class Held(NamedTuple):
    """A block that an account holds since one recordation.

    Attributes:
        lot: The lot's number.
        place: In the order of recordation; blocks recorded at one instant share it.
        is_later: It was neither recorded nor submitted by the instant that was asked for.
    """

    account: int
    lot: int
    first: int
    last: int
    own: bool
    reservation: int | None
    place: int
    is_later: bool


def held_since(
    accounts: Sequence[int], *, at: datetime, mending: Sequence[str]
) -> dict[int, list[Held]]:
    """What accounts hold now, and whether they held it at an instant, in one statement.

    Args:
        mending: Types of transaction that put an account as it should have been: what
            they brought counts as held.

    Source: 40 CFR 62.16340(a)(2), (c)(2); 62.16375 “CO2 allowances held”.
    """
    if not accounts:  # PostgreSQL has no list of nothing.
        return {}
    types, given_types = unfolded(list(mending))
    ids, given_ids = unfolded(list(accounts))
    on_postgresql = connection.vendor == "postgresql"
    instant: object = at if on_postgresql else stamp(at)
    sql = HELD.format(
        instant="%s::timestamptz" if on_postgresql else "%s",
        mending=types,
        moves=MOVES_PER_TRANSACTION,
        accounts=ids,
    )
    found: dict[int, list[Held]] = {account: [] for account in accounts}
    rows = execute(sql, (instant, instant, *given_types, *given_ids)).rows
    for account, lot, first, last, tier, reservation, place, is_later in rows:
        found[account].append(
            Held(account, lot, first, last, tier == OWN, reservation, place, bool(is_later))
        )
    return found
