"""Accounts that are a conflict of interest, as the registry itself can see them.

Source: 40 CFR 62.16475(a); 62.16280(a); RATE-128; MASS-123.
"""

from __future__ import annotations

from trueup.accounts import queries as accounts
from trueup.accounts.ownership import accounts_owned_by
from trueup.ledger import queries as ledger
from trueup.resources.awards import earns_allowances
from trueup.resources.models import Verifier


def accounts_in_conflict(row: Verifier, people: set[int]) -> list[str]:
    """Accounts that the verifier owns, or for which one of the team acts, that are a conflict.

    Those in which credits are; where allowances of a set-aside are earned, any account.

    Source: 40 CFR 62.16475(a)(5); 62.16280(a); RATE-128; MASS-123.
    """
    acted_for = {
        account.id: account.name
        for person in sorted(people)
        for account in accounts.accounts_of(person)
        if account.program == row.program
    }
    owned = accounts_owned_by(row.name, program=row.program)
    held = ledger.totals_of([*acted_for, *owned]) if acted_for or owned else {}
    any_account = earns_allowances(row.program)
    named = ledger.accounts_by_id(owned) if owned else {}
    return [
        *(
            f"one of its team represents “{name}”, which holds {held[account]:,} credits"
            if held[account]
            else f"one of its team represents “{name}”"
            for account, name in acted_for.items()
            if held[account] or any_account
        ),
        *(
            f"it has an interest in “{named[account].name}”"
            for account in owned
            if held[account] or any_account
        ),
    ]
