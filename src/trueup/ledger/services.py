"""What can be done to the books; every function is one database transaction.

Nothing else writes holdings or the journal. Adapters do not come here: the contexts
named after the rule's headings do.
"""

from __future__ import annotations

from trueup.ledger.brake import confirm_brake, lift_brake, pull_brake
from trueup.ledger.disqualifying import disqualify
from trueup.ledger.opening import (
    close_account,
    freeze_account,
    lock_account,
    open_account,
    open_accounts,
    retirement_account,
    unfreeze_account,
)
from trueup.ledger.origination import originate, originate_many
from trueup.ledger.recordation import check, record, record_each, reverse
from trueup.ledger.waiting import (
    place_claims,
    place_hold,
    release,
    release_all,
    release_hold,
    reserve,
    withdraw_claim,
)

__all__ = [
    "check",
    "close_account",
    "confirm_brake",
    "disqualify",
    "freeze_account",
    "lift_brake",
    "lock_account",
    "open_account",
    "open_accounts",
    "originate",
    "originate_many",
    "place_claims",
    "place_hold",
    "pull_brake",
    "record",
    "record_each",
    "release",
    "release_all",
    "release_hold",
    "reserve",
    "retirement_account",
    "reverse",
    "unfreeze_account",
    "withdraw_claim",
]
