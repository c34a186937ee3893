"""The report that representatives get after deductions, by serial number.

Source: PLAT-088; 40 CFR 62.16340(e).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from trueup.accounts import queries as accounts
from trueup.accounts.watchers import with_copies
from trueup.audit import notices
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.audit.notices import ContextValue
from trueup.compliance.entries import Outcome
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.deduction import Block
from trueup.rules.program import Program
from trueup.rules.serials import Lot, lot_of_number

EVENT = "deductions_recorded"
CITE = "40 CFR 62.16340(e)"

Entries = Sequence[tuple[Block, str]]  # Blocks with `emissions` or `excess`, in order.


def tell_of_deductions(
    reported: Sequence[tuple[Outcome, Entries]],
    *,
    rules: Program,
    at: datetime,
    dedupe: str = "",
) -> int:
    """Tell the representatives of facilities what was deducted, and what is left.

    Args:
        dedupe: Tells this report from an earlier one of the same settlement.

    Source: PLAT-088.
    """
    ids = [outcome.account for outcome, _ in reported]
    seats = accounts.representatives(ids, at=at)
    known = ledger.accounts_by_id(ids)
    balances = ledger.totals_of(ids)
    due_on = rules.business_days_from(rules.local_date(at), rules.notify_business_days)
    specs = []
    for outcome, entries in reported:
        account = outcome.account
        if not seats[account]:
            continue
        context = _context(
            outcome, entries, known[account], balance=balances[account], rules=rules, at=at
        )
        subject, body = notices.render(EVENT, context)
        specs += [
            NoticeSpec(
                event=EVENT,
                program=rules.code,
                person=seat.person,
                account=account,
                created_at=at,
                subject=subject,
                body=body,
                due_on=due_on,
                dedupe=f"{EVENT} {rules.code} {outcome.period.name} {account} {dedupe}".strip(),
            )
            for seat in seats[account]
        ]
    return audit.notify(with_copies(specs))


def _context(
    outcome: Outcome,
    entries: Entries,
    account: AccountEntry,
    *,
    balance: int,
    rules: Program,
    at: datetime,
) -> dict[str, ContextValue]:
    facility = outcome.facility
    return {
        "account": f"{account.name} ({account.number})",
        "facility": f"{outcome.name}, ORIS code {facility.oris_code}",
        "period": outcome.period.name,
        "recorded_at": at,
        "instruments": rules.instruments,
        "obligation": outcome.obligation,
        "deducted": outcome.deducted,
        "excess": outcome.excess,
        "excess_due": outcome.excess_due,
        "excess_deducted": outcome.excess_deducted,
        "outstanding": outcome.outstanding,
        "balance": balance,
        "blocks": list(_lines(entries)),
        "decision": str(outcome.decision) if outcome.decision is not None else "",
        "cite": _cite(rules),
    }


def _cite(rules: Program) -> str:
    if rules.market.partial is not None:
        return rules.transaction_types["deduct"].cite
    return "40 CFR 62.16535(f)" if rules.is_rate_based else CITE


def _lines(entries: Entries) -> Iterable[str]:
    """One line a block: `AL-2022-1 to AL-2022-300  (emissions)`."""
    codes: dict[Lot | int, str] = {}
    for block, step in entries:
        code = codes.get(block.lot)
        if code is None:
            lot = lot_of_number(block.lot) if isinstance(block.lot, int) else block.lot
            code = codes[block.lot] = lot.code
        yield f"{code}-{block.first} to {code}-{block.last}  ({step})"
