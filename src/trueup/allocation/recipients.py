"""Look up what the rows of an allocation name, and check each row by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from trueup.accounts import queries as accounts
from trueup.allocation import checks
from trueup.allocation.entries import AllocationRow, StateVintage
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.refusal import Refusal

RECIPIENTS = frozenset({"compliance", "general"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One row with everything that was looked up for it."""

    row: AllocationRow
    line: int
    account: AccountEntry
    unit: int | None
    of: StateVintage


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedUp:
    """Rows with what they name, and why others cannot be recorded."""

    recipients: list[Recipient]
    refusals: list[Refusal]


def look_up(
    rows: Sequence[AllocationRow],
    *,
    program: str,
    recorded_at: datetime,
    kinds: frozenset[str] = RECIPIENTS,
) -> LookedUp:
    """Look up the accounts and units that rows name, and check each row by itself."""
    rules = programs.load(program)
    today = rules.local_date(recorded_at)
    known = ledger.accounts_numbered(program=program, numbers={row.account for row in rows})
    units = _units_by_account(known.values()) if any(row.unit for row in rows) else {}
    only = next(iter(rules.jurisdictions)) if len(rules.jurisdictions) == 1 else ""
    looked_up = LookedUp(recipients=[], refusals=[])
    for position, row in enumerate(rows, start=1):
        line = row.line if row.line is not None else position
        account = known.get(row.account)
        ids = units.get(account.id) if account is not None else None
        state = row.jurisdiction or (account.jurisdiction if account is not None else "") or only
        found = [
            *checks.check_recipient(row, account, units=ids, kinds=kinds, state=state, line=line),
            *checks.check_vintage(row.vintage, rules=rules, today=today, row=line),
            *checks.check_quantity(row.quantity, row=line),
        ]
        looked_up.refusals.extend(found)
        if account is not None and not found:
            looked_up.recipients.append(
                Recipient(
                    row=row,
                    line=line,
                    account=account,
                    unit=ids[row.unit] if row.unit and ids is not None else None,
                    of=StateVintage(state, row.vintage),
                )
            )
    return looked_up


def _units_by_account(found: Iterable[AccountEntry]) -> dict[int, dict[str, int]]:
    """Keys of affected units by account and unit id."""
    ids = [account.id for account in found if account.kind == "compliance"]
    facilities = accounts.facilities_of(ids)
    units = accounts.units_of({entry.facility.id for entry in facilities.values()})
    return {
        account: {unit.unit_id: unit.id for unit in units[entry.facility.id]}
        for account, entry in facilities.items()
    }
