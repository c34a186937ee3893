"""The accounts themselves: one for each State and purpose, and what can be taken from them.

Source: RGGI-026, RGGI-028; PLAT-021.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, AccountSpec, Range
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.state_general_accounts import StateAccountRules
from trueup.state_accounts import checks

_MANY = 10_000


def rules_of(program: str) -> StateAccountRules:
    """What a program says of its States' general accounts.

    Raises Refused (`no_state_accounts`).

    Source: RGGI-020, RGGI-026.
    """
    rules = programs.load(program).market.state_accounts
    if rules is None:
        raise Refused(
            [checks.NoStateAccounts(f"The States of {program} have no accounts of their own.")]
        )
    return rules


def require_state(program: str, jurisdiction: str) -> None:
    """The State is one of the program's.

    Raises Refused (`unknown_state`).

    Source: RGGI-002.
    """
    if jurisdiction not in programs.load(program).jurisdictions:
        raise Refused([checks.UnknownState(f"“{jurisdiction}” is no State of {program}.")])


def ensure_accounts(
    jurisdiction: str, *, program: str, opened_at: datetime
) -> dict[str, AccountEntry]:
    """All accounts of a State by purpose, opened where they are not there yet.

    To be called within a transaction that is tried again if a rival opens one first.

    Source: RGGI-020, RGGI-028.
    """
    rules = rules_of(program)
    found = accounts_of(jurisdiction, program=program)
    missing = [of for of in rules.accounts if of.purpose not in found]
    opened = ledger.open_accounts(
        [
            AccountSpec(
                program=program,
                kind="holding",
                name=f"{jurisdiction} {of.title}",
                jurisdiction=jurisdiction,
                purpose=of.purpose,
            )
            for of in missing
        ],
        opened_at=opened_at,
    )
    found.update((of.purpose, entry) for of, entry in zip(missing, opened, strict=True))
    return {of.purpose: found[of.purpose] for of in rules.accounts}


def accounts_of(jurisdiction: str, *, program: str) -> dict[str, AccountEntry]:
    """The accounts of a State by purpose, as far as they were opened.

    Source: RGGI-028.
    """
    purposes = {of.purpose for of in rules_of(program).accounts}
    return {
        entry.purpose: entry
        for entry in ledger_queries.accounts(
            program=program, kind="holding", jurisdiction=jurisdiction, limit=_MANY
        )
        if entry.purpose in purposes
    }


def all_accounts(program: str) -> list[AccountEntry]:
    """The accounts of all States, in order of State and of the program's file.

    Source: RGGI-028.
    """
    order = {of.purpose: place for place, of in enumerate(rules_of(program).accounts)}
    found = [
        entry
        for entry in ledger_queries.accounts(program=program, kind="holding", limit=_MANY)
        if entry.purpose in order
    ]
    return sorted(found, key=lambda entry: (entry.jurisdiction, order[entry.purpose]))


def lowest(account: int, quantity: int) -> tuple[Range, ...]:
    """The lowest free numbers of an account, the oldest vintage first; all if it has fewer.

    Source: RGGI-017, RGGI-021 (what was not used is kept, and goes first).
    """
    taken: list[Range] = []
    left = quantity
    free = [held for held in ledger_queries.holdings(account) if held.reservation is None]
    for held in sorted(free, key=lambda one: (one.lot_number, one.first)):
        if left <= 0:
            break
        part = min(left, held.quantity)
        taken.append(Range(held.lot_number, held.first, held.first + part - 1))
        left -= part
    return tuple(taken)


def quantity_of(blocks: Iterable[Range]) -> int:
    """How many instruments are in blocks."""
    return sum(block.quantity for block in blocks)
