"""What is created and allocated; each function is one transaction."""

from __future__ import annotations

from datetime import datetime

from trueup.accounts.rivals import looking_again
from trueup.allocation.budgets import originate_budget, originate_budgets, set_set_aside
from trueup.allocation.early_action import (
    apply_for_early_action,
    award_early_action,
    decide_on_early_action,
)
from trueup.allocation.early_leftovers import distribute_early_leftover
from trueup.allocation.early_pools import (
    grant_matching,
    redistribute_matching,
    retire_unused_matching,
)
from trueup.allocation.early_settings import set_early_action
from trueup.allocation.formula import allocate_by_formula, record_formula, rows_by_formula
from trueup.allocation.generation import read_generation
from trueup.allocation.losses import end_allocations
from trueup.allocation.plan_steps import record_plan_step
from trueup.allocation.plans import import_plan, read_plan, record_plan
from trueup.allocation.recordation import record_allocations, record_from_reserve
from trueup.allocation.state_accounts import (
    ensure_state_accounts,
    every_place,
)
from trueup.allocation.state_methods import decide_method, record_state_table, submit_method
from trueup.ledger.entries import AccountEntry

__all__ = [
    "allocate_by_formula",
    "apply_for_early_action",
    "award_early_action",
    "decide_method",
    "decide_on_early_action",
    "distribute_early_leftover",
    "end_allocations",
    "grant_matching",
    "import_plan",
    "open_state_accounts",
    "originate_budget",
    "originate_budgets",
    "read_generation",
    "read_plan",
    "record_allocations",
    "record_formula",
    "record_from_reserve",
    "record_plan",
    "record_plan_step",
    "record_state_table",
    "redistribute_matching",
    "retire_unused_matching",
    "rows_by_formula",
    "set_early_action",
    "set_set_aside",
    "state_account",
    "submit_method",
]


def state_account(
    *, program: str, jurisdiction: str, purpose: str, opened_at: datetime
) -> AccountEntry:
    """A State's reserve or set-aside account, opened when it is first needed.

    Args:
        purpose: `reserve`, `renewable_energy`, `output_based` or `early_action`.

    Source: preamble V.D.3.b; MASS-032; PLAT-021.
    """
    place = (jurisdiction, purpose)
    return looking_again(
        lambda: ensure_state_accounts([place], program=program, opened_at=opened_at)[place]
    )


def open_state_accounts(
    *, program: str, opened_at: datetime
) -> dict[tuple[str, str], AccountEntry]:
    """All reserves and set-aside accounts of a program, by State and purpose.

    Source: preamble V.D.3.b; MASS-032; PLAT-021.
    """
    return looking_again(
        lambda: ensure_state_accounts(every_place(program), program=program, opened_at=opened_at)
    )
