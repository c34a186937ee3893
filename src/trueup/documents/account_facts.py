"""What an account's statement, its reference sheet and its confirmation of holdings say.

Source: PLAT-041, PLAT-140; MASS-168.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from trueup.accounts import queries as accounts
from trueup.disclosure.account_statement import (
    HeldLot,
    Movement,
    account_statement,
    end_of,
    holdings_as_of,
)
from trueup.documents.checks import TooLong, YearNotOver
from trueup.documents.entries import Facts
from trueup.documents.facts import (
    account_values,
    block_values,
    instant,
    last_position,
    party_values,
    program_values,
    runs,
    sums_by_vintage,
)
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refused

STATEMENT = "account_statement"
REFERENCE_SHEET = "reference_sheet"
CONFIRMATION = "confirmation_of_holdings"


def statement_facts(account: AccountEntry, *, start: date, end: date) -> Facts:
    """What an account held at the start and the end of some days, and what moved.

    Raises Refused, as `disclosure.account_statement` does.

    Source: PLAT-041, PLAT-140.
    """
    rules = programs.load(account.program)
    found = account_statement(account.id, program=account.program, start=start, end=end)
    head = found.head
    return Facts(
        kind=STATEMENT,
        program=account.program,
        subject={"account": account.id, "start": start.isoformat(), "end": end.isoformat()},
        title=f"Account {account.number}, {start} to {end}",
        values={
            "program": program_values(rules),
            "account": {**account_values(account), "state": ""},
            "start": start.isoformat(),
            "end": end.isoformat(),
            "opening": [_held(lot) for lot in head.opening],
            "closing": [_held(lot) for lot in head.closing],
            "opening_total": head.opening_total,
            "closing_total": head.closing_total,
            "received": head.received,
            "given": head.given,
            "vintages": [
                {
                    "vintage": row.vintage,
                    "opening": row.opening,
                    "received": row.received,
                    "given": row.given,
                    "closing": row.closing,
                }
                for row in head.vintages
            ],
            "movements": [_movement(one, rules) for one in found.movements],
        },
        positions=runs(one.position for one in found.movements),
        journal_until=last_position(account.program),
        is_public=True,
    )


def reference_facts(account: AccountEntry, *, on: date, at: datetime) -> Facts:
    """Who an account is: its exact name, number, program, status and representatives.

    Source: 40 CFR 62.16290(a)(2), 62.16320(c); PLAT-140.
    """
    rules = programs.load(account.program)
    seats = accounts.representatives([account.id], at=at)[account.id]
    owner = accounts.facility_of(account.id)
    place = rules.jurisdictions.get(account.jurisdiction)
    return Facts(
        kind=REFERENCE_SHEET,
        program=account.program,
        subject={"account": account.id, "on": on.isoformat()},
        title=f"Account {account.number}, on {on}",
        values={
            "program": program_values(rules),
            "account": account_values(account),
            "jurisdiction_name": place.name if place else account.jurisdiction,
            "opened_on": rules.local_date(account.opened_at).isoformat(),
            "on": on.isoformat(),
            "facility": None
            if owner is None
            else {
                "name": owner.facility.name,
                "oris_code": owner.facility.oris_code,
                "unit": owner.unit.unit_id if owner.unit else "",
            },
            "representatives": [
                {
                    "role": seat.role,
                    "name": seat.name,
                    "since": rules.local_date(seat.from_at).isoformat(),
                }
                for seat in seats
            ],
        },
        positions=(),
        journal_until=last_position(account.program),
        is_public=True,
    )


def confirmation_facts(account: AccountEntry, *, year: int, at: datetime) -> Facts:
    """What an account held at the end of a year, by serial number.

    Args:
        at: When it is asked for: the year is over then.

    Raises Refused (`year_not_over`, `too_long`).

    Source: PLAT-041, PLAT-140.
    """
    rules = programs.load(account.program)
    end = end_of(date(year, 12, 31), rules)
    if end >= at:
        raise Refused([YearNotOver(f"The year {year} is not over yet.")])
    held = holdings_as_of(account.id, at=end)
    if held.is_cut:
        raise Refused(
            [
                TooLong(
                    f"The account held more blocks of serial numbers at the end of {year} than a"
                    " document holds. Download its holdings as CSV."
                )
            ]
        )
    blocks = [block_values(block) for block in held.blocks]
    return Facts(
        kind=CONFIRMATION,
        program=account.program,
        subject={"account": account.id, "year": year},
        title=f"Account {account.number}, at the end of {year}",
        values={
            "program": program_values(rules),
            "account": {**account_values(account), "state": ""},
            "year": year,
            "at": instant(end, rules),
            "total": held.total,
            "vintages": sums_by_vintage(blocks),
            "blocks": blocks,
        },
        positions=runs([held.position] if held.position else []),
        journal_until=last_position(account.program),
        is_public=True,
    )


def of_subject(kind: str, subject: Mapping[str, Any], *, at: datetime) -> Facts:
    """The facts that a document of an account was about, as the books have them now."""
    account = ledger.account(subject["account"])
    if kind == STATEMENT:
        start, end = (date.fromisoformat(subject[key]) for key in ("start", "end"))
        return statement_facts(account, start=start, end=end)
    if kind == CONFIRMATION:
        return confirmation_facts(account, year=subject["year"], at=at)
    return reference_facts(account, on=date.fromisoformat(subject["on"]), at=at)


def _held(lot: HeldLot) -> dict[str, Any]:
    return {"lot": lot.lot.code, "vintage": lot.vintage, "quantity": lot.quantity}


def _movement(one: Movement, rules: Program) -> dict[str, Any]:
    return {
        "tx": one.position,
        "recorded_at": instant(one.recorded_at, rules),
        "event": one.transaction.event,
        "is_incoming": one.is_incoming,
        "counterparty": party_values(one.counterparty),
        "quantity": one.quantity,
        "balance": one.balance,
        "blocks": [block_values(block) for block in one.blocks],
    }
