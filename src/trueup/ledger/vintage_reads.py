"""Read what accounts hold by lot and vintage, however many accounts; one statement each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from trueup.audit.statements import execute, unfolded
from trueup.rules import programs
from trueup.rules.serials import Lot, lot_of_number

# Of credits the year of the MWh is kept with their issue, not in the serial number.
_OF_ISSUE = """
    SELECT h.account_id, h.lot_id, i.vintage, SUM({size}),
        SUM(CASE WHEN h.reservation_id IS NULL THEN 0 ELSE {size} END)
    FROM ledger_holding h
    JOIN ledger_issue i ON i.lot_id = h.lot_id AND i.lo < h.nxt AND i.hi >= h.lo
    WHERE h.account_id IN ({many}) GROUP BY h.account_id, h.lot_id, i.vintage
"""
_OF_LOT = """
    SELECT h.account_id, h.lot_id, 0, SUM({size}),
        SUM(CASE WHEN h.reservation_id IS NULL THEN 0 ELSE {size} END)
    FROM ledger_holding h WHERE h.account_id IN ({many}) GROUP BY h.account_id, h.lot_id
"""
WITHIN_ISSUE = (
    "(CASE WHEN h.nxt - 1 < i.hi THEN h.nxt - 1 ELSE i.hi END"
    " - CASE WHEN h.lo > i.lo THEN h.lo ELSE i.lo END + 1)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotHeld:
    """How much of a lot and vintage an account holds, and how much of it waits."""

    lot: Lot
    vintage: int
    quantity: int
    reserved: int


def held_by_lot(accounts: Iterable[int], *, program: str) -> dict[int, list[LotHeld]]:
    """What each of these accounts of a program holds, the oldest vintage first.

    The vintage of a credit is the year of its MWh, which its serial number does not say.

    Source: 40 CFR 62.16375 “CO2 allowances held”; 62.16570 “ERC held”; RATE-142.
    """
    wanted = list(accounts)
    found: dict[int, list[LotHeld]] = {account: [] for account in wanted}
    if not wanted:
        return found
    many, given = unfolded(wanted)
    is_rate_based = programs.load(program).is_rate_based
    statement, size = (_OF_ISSUE, WITHIN_ISSUE) if is_rate_based else (_OF_LOT, "(h.nxt - h.lo)")
    for account, lot, vintage, quantity, reserved in execute(
        statement.format(size=size, many=many), given
    ).rows:
        known = lot_of_number(lot)
        found[account].append(
            LotHeld(
                lot=known,
                vintage=vintage or known.year,
                quantity=int(quantity),
                reserved=int(reserved),
            )
        )
    for lots in found.values():
        lots.sort(key=lambda held: (held.vintage, held.lot.code))
    return found
