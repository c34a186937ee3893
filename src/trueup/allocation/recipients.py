"""Look up what the rows of an allocation name, and check each row by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from trueup.accounts import queries as accounts
from trueup.allocation import checks
from trueup.allocation.entries import AllocationRow, StateVintage
from trueup.allocation.losses import losses_of
from trueup.allocation.state_accounts import RENEWABLE_ENERGY, ensure_state_accounts
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.refusal import Refusal

RECIPIENTS = frozenset({"compliance", "general"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One row with everything that was looked up for it.

    Attributes:
        is_redirected: Its unit has lost its allocations: `account` is the State's renewable
            set-aside, and `unit` none.
    """

    row: AllocationRow
    line: int
    account: AccountEntry
    unit: int | None
    of: StateVintage
    is_redirected: bool = False


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
    """Look up the accounts and units that rows name, and check each row by itself.

    What is for a unit that has lost its allocations goes to its State's renewable
    set-aside for the same year.

    Source: 40 CFR 62.16240(a)(1) to (3), (c)(2), (5); MASS-060 to MASS-064, MASS-067.
    """
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
    _redirect(looked_up.recipients, program=program, at=recorded_at)
    return looked_up


def _redirect(recipients: list[Recipient], *, program: str, at: datetime) -> None:
    """Put the set-aside in the place of units that get nothing of a vintage."""
    units = {one.unit for one in recipients if one.unit is not None}
    lost = losses_of(units, program=program) if units else {}
    if not lost:
        return
    places = {(one.of.jurisdiction, RENEWABLE_ENERGY) for one in recipients if one.unit in lost}
    set_asides = ensure_state_accounts(places, program=program, opened_at=at)
    for place, one in enumerate(recipients):
        since = lost.get(one.unit) if one.unit is not None else None
        if since is not None and one.of.vintage >= since:
            recipients[place] = replace(
                one,
                account=set_asides[one.of.jurisdiction, RENEWABLE_ENERGY],
                unit=None,
                is_redirected=True,
            )


def _units_by_account(found: Iterable[AccountEntry]) -> dict[int, dict[str, int]]:
    """Keys of affected units by account and unit id."""
    ids = [account.id for account in found if account.kind == "compliance"]
    facilities = accounts.facilities_of(ids)
    units = accounts.units_of({entry.facility.id for entry in facilities.values()})
    return {
        account: {unit.unit_id: unit.id for unit in units[entry.facility.id]}
        for account, entry in facilities.items()
    }
