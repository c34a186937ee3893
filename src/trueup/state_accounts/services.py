"""What is done with a State's general accounts; each function is one transaction."""

from __future__ import annotations

from datetime import datetime

from trueup.accounts.rivals import looking_again
from trueup.ledger.entries import AccountEntry
from trueup.state_accounts.applications import (
    approve_application,
    file_application,
    find_complete,
    refuse_application,
)
from trueup.state_accounts.executing import check_act, execute_application, move_between
from trueup.state_accounts.offsets import award_offset_allowances
from trueup.state_accounts.places import ensure_accounts, require_state
from trueup.state_accounts.yearly import distribute_budget, division, set_state_year

__all__ = [
    "approve_application",
    "award_offset_allowances",
    "check_act",
    "distribute_budget",
    "division",
    "execute_application",
    "file_application",
    "find_complete",
    "move_between",
    "open_state_accounts",
    "refuse_application",
    "set_state_year",
]


def open_state_accounts(
    *, program: str, jurisdiction: str, opened_at: datetime
) -> dict[str, AccountEntry]:
    """Open a State's general accounts, by purpose; those that are there stay.

    Source: RGGI-028; PLAT-021.
    """
    require_state(program, jurisdiction)
    return looking_again(
        lambda: ensure_accounts(jurisdiction, program=program, opened_at=opened_at)
    )
