"""What compliance accounts lack of a share of what they owe, and serial numbers to fill it.

Source: PLAT-080, PLAT-081; 40 CFR 62.16220(c)(1)(i), 62.16375 “CO2 allowances held”;
docs/decisions/0244.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trueup.accounts import queries as accounts
from trueup.compliance import checks
from trueup.compliance.entries import Position
from trueup.compliance.obligations import barred_for
from trueup.compliance.positions import positions
from trueup.compliance.usability import read_usability
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.deduction import Block
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot, SerialBlock, lot_of_number

Chosen = dict[int, list[SerialBlock]]


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRow:
    """One compliance account of a fleet, and what it lacks of the share."""

    account: AccountEntry
    position: Position
    lacks: int


def fleet(
    *, program: str, period: CompliancePeriod, account_ids: Sequence[int], percent: int
) -> list[FleetRow]:
    """What each compliance account owes and holds, and lacks of a share of what it owes.

    A share of a whole number of tons is rounded up: a part of a ton is not covered by less
    than an instrument. A constant number of statements, however many accounts.

    Args:
        account_ids: Of any kind; the compliance accounts among them are taken.
        percent: Of the obligation so far.

    Source: 40 CFR 62.16220(c)(1)(i); PLAT-080, PLAT-081.
    """
    known = ledger.accounts_by_id(account_ids)
    owners = accounts.facilities_of(account_ids)
    wanted = {one.account for one in owners.values()}
    found = positions(
        program=program,
        period=period,
        facilities=sorted({one.facility.id for one in owners.values()}),
    )
    return [
        FleetRow(
            account=known[position.account],
            position=position,
            lacks=max(-(-position.obligation * percent // 100) - position.held, 0),
        )
        for position in found
        if position.account in wanted and position.account in known
    ]


def choose_for(
    source: int, amounts: Mapping[int, int], *, program: str, period: CompliancePeriod
) -> Chosen:
    """Serial numbers out of one account for several: the oldest usable vintage goes first.

    Of a vintage the ones that were recorded first go first. What an account may not use is
    passed over for it.

    Args:
        amounts: How many each account gets, in the order in which they are served.

    Raises Refused (`too_little_to_give`), saying by how much.

    Source: PLAT-051 (note); 40 CFR 62.16220(c)(3), 62.16434(c)(3); docs/decisions/0244.
    """
    rules = programs.load(program)
    stock = _stock(source, rules=rules, period=period)
    entries = list(accounts.facilities_of(list(amounts)).values())
    barred = barred_for(entries, rules=rules)
    chosen: Chosen = {}
    lacking = 0
    for account, amount in amounts.items():
        taken, stock, missing = _take(stock, amount, barred=barred.get(account, frozenset()))
        chosen[account] = taken
        lacking += missing
    if lacking:
        wanted = sum(amounts.values())
        raise Refused(
            [
                checks.TooLittleToGive(
                    f"{wanted:,} {rules.instruments} are to go, and the account has"
                    f" {wanted - lacking:,} that are free and usable for {period.name}:"
                    f" {lacking:,} too few. Nothing was moved."
                )
            ]
        )
    return chosen


def _stock(source: int, *, rules: Program, period: CompliancePeriod) -> list[Block]:
    """What an account has free and usable for a period, in the order in which it goes."""
    free = [entry for entry in ledger.holdings(source) if entry.reservation is None]
    lots = {entry.lot_number for entry in free}
    usability = read_usability(rules, lots, on=rules.deadline_on(period))
    stock: list[Block] = []
    for entry in free:
        whole = Block(
            lot=entry.lot_number,
            first=entry.first,
            last=entry.last,
            vintage=entry.vintage,
            recorded_seq=entry.move,
            own=entry.own,
        )
        stock += [
            part
            for part, is_usable in usability.parts(whole)
            if is_usable and part.vintage <= rules.vintage_max(period)
        ]
    return sorted(stock, key=lambda block: (block.vintage, block.recorded_seq, block.first))


def _take(
    stock: Sequence[Block], amount: int, *, barred: frozenset[str]
) -> tuple[list[SerialBlock], list[Block], int]:
    """The next numbers that may be used, what is left of the stock, and how many lack."""
    taken: list[SerialBlock] = []
    left: list[Block] = []
    for position, block in enumerate(stock):
        if amount == 0:
            left += stock[position:]
            break
        lot = _lot(block)
        if lot.category in barred:
            left.append(block)
            continue
        size = min(amount, block.quantity)
        taken.append(SerialBlock(lot=lot, first=block.first, last=block.first + size - 1))
        amount -= size
        if size < block.quantity:
            left.append(
                Block(
                    lot=block.lot,
                    first=block.first + size,
                    last=block.last,
                    vintage=block.vintage,
                    recorded_seq=block.recorded_seq,
                    own=block.own,
                )
            )
    return taken, left, amount


def _lot(block: Block) -> Lot:
    if not isinstance(block.lot, int):
        raise TypeError(f"a block of the books names its lot by number, not {block.lot}")
    return lot_of_number(block.lot)
