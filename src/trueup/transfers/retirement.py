"""The Administrator's retirement account, into which allowances go for good.

Source: 40 CFR 62.16320(b).
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from trueup.ledger import queries, services
from trueup.ledger.entries import AccountEntry

RETIREMENT = "retirement"


def retirement_account(*, program: str, opened_at: datetime) -> AccountEntry:
    """The retirement account of a program, opened if it is not there yet.

    Source: 40 CFR 62.16320(b); MASS-035.
    """
    found = queries.account_of_purpose(program=program, purpose=RETIREMENT)
    if found is not None:
        return found
    try:
        with transaction.atomic():
            return services.open_account(
                program=program,
                kind=RETIREMENT,
                name=RETIREMENT,
                purpose=RETIREMENT,
                opened_at=opened_at,
            )
    except IntegrityError:  # Somebody else has just opened it.
        found = queries.account_of_purpose(program=program, purpose=RETIREMENT)
        if found is None:
            raise
        return found
