"""What a group of owners may hold: asked when a transfer is submitted, and when it is recorded.

A program without a limit costs nothing here. With one, four statements a transfer: the
owners' groups, what their accounts hold, and a turn to wait for, so that two transfers that
fit one by one cannot pass together.

Source: PLAT-112; docs/decisions/0365.
"""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from trueup.accounts import owner_groups
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.holding_limit import HoldingLimit, held_after
from trueup.rules.program import Program
from trueup.transfers.checks import HoldingLimitExceeded

# What keeps transfers of one program apart on PostgreSQL; SQLite has one writer anyway.
_TURN = 62_920


def refuse_beyond_limit(
    source: AccountEntry, destination: AccountEntry, quantity: int, *, rules: Program, at: datetime
) -> HoldingLimitExceeded | None:
    """Why a transfer would give a group of owners too much; None if it would not.

    Source: PLAT-112; docs/decisions/0365.
    """
    limit = rules.market.holding_limit
    if limit is None or destination.kind not in limit.counted_in:
        return None
    take_turn(rules)
    on = rules.local_date(at)
    most = limit.of_budget(rules.budget_of_year(on.year))
    known = owner_groups.groups_of_accounts([destination.id], on=on)
    groups = [set(group.accounts) for group in known] or [{destination.id}]
    counted = _counted({account for group in groups for account in group}, limit, rules)
    held = ledger.totals_of(sorted(counted))
    for group in groups:
        if source.id in group & counted:
            continue
        after = held_after(
            source=source.id,
            destination=destination.id,
            quantity=quantity,
            group=group & counted,
            held=held,
        )
        if after > most:
            return HoldingLimitExceeded(
                f"The owners of {destination.name} ({destination.number}) would hold {after:,}"
                f" {rules.instruments} with all who belong to them; a group may hold {most:,}"
                f" in {on.year}."
            )
    return None


def take_turn(rules: Program) -> None:
    """Wait until no other transfer of a program with a limit is being decided.

    Source: docs/decisions/0365.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_TURN, rules.number])


def _counted(accounts: set[int], limit: HoldingLimit, rules: Program) -> set[int]:
    """Accounts of this program and of a kind that counts."""
    return {
        entry.id
        for entry in ledger.accounts_by_id(accounts).values()
        if entry.program == rules.code and entry.kind in limit.counted_in
    }
