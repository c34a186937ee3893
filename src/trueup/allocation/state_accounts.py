"""The State's accounts for what is not distributed, and the retirement account.

Source: 40 CFR 62.16320; preamble V.D.3.b; MASS-032.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from trueup.allocation.models import PURPOSES
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, AccountSpec
from trueup.rules import programs

RESERVE, RENEWABLE_ENERGY, OUTPUT_BASED, EARLY_ACTION = PURPOSES
TITLES = {
    RESERVE: "reserve",
    RENEWABLE_ENERGY: "renewable energy set-aside",
    OUTPUT_BASED: "output-based set-aside",
    EARLY_ACTION: "early action set-aside",
}
_MANY = 100_000

Place = tuple[str, str]  # Jurisdiction and purpose.


def state_account_name(jurisdiction: str, purpose: str) -> str:
    """What an account of a State is called: `AL renewable energy set-aside`."""
    return f"{jurisdiction} {TITLES[purpose]}"


def ensure_state_accounts(
    places: Iterable[Place], *, program: str, opened_at: datetime
) -> dict[Place, AccountEntry]:
    """The accounts of States for purposes, opened where they are not there yet.

    To be called within a transaction that is tried again if a rival opens one first.
    """
    wanted = list(dict.fromkeys(places))
    found = _known(program) if wanted else {}
    missing = [place for place in wanted if place not in found]
    opened = ledger.open_accounts(
        [
            AccountSpec(
                program=program,
                kind="origination" if purpose == RESERVE else "holding",
                name=state_account_name(jurisdiction, purpose),
                jurisdiction=jurisdiction,
                purpose=purpose,
            )
            for jurisdiction, purpose in missing
        ],
        opened_at=opened_at,
    )
    found.update(zip(missing, opened, strict=True))
    return {place: found[place] for place in wanted}


def every_place(program: str) -> list[Place]:
    """All States of a program with all purposes that its budgets have."""
    rules = programs.load(program)
    set_asides = list(rules.budgets.set_asides) if rules.budgets is not None else []
    return [(code, purpose) for code in rules.jurisdictions for purpose in (RESERVE, *set_asides)]


def _known(program: str) -> dict[Place, AccountEntry]:
    kinds = ("origination", "holding")
    return {
        (account.jurisdiction, account.purpose): account
        for kind in kinds
        for account in ledger_queries.accounts(program=program, kind=kind, limit=_MANY)
        if account.purpose
    }
