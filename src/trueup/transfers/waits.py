"""What a transfer waits for before it can be recorded.

Only the deductions of an ended compliance period so far: a transfer submitted after the
deadline, to or from a compliance account, with vintages that the deductions may use. It
follows from dates, and from the marks that the ledger keeps as released holds; so a
transfer one second late waits, whether or not anybody has noticed that the deadline has
passed (docs/decisions/0080).

Source: 40 CFR 62.16335(b); MASS-130; PLAT-055.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache

from trueup.ledger.entries import AccountEntry, HoldEntry
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.transfers.entries import Reason

HELD = "held"
DEDUCTIONS_PENDING = "transfers.deductions_pending"
CITE = "40 CFR 62.16335(b)"

Holds = Mapping[int, Sequence[HoldEntry]]


def ground_of(period: CompliancePeriod) -> str:
    """What the hold of a period's deductions is called in the ledger."""
    return f"deductions {period.name}"


def ended_periods(rules: Program, at: datetime) -> list[CompliancePeriod]:
    """The compliance periods whose transfer deadline was before an instant.

    Source: 40 CFR 62.16375 “Allowance transfer deadline”.
    """
    ended = []
    period = rules.schedule.printed[0]
    while _deadline_at(rules, period) < at:
        ended.append(period)
        try:
            period = rules.next_period(period)
        except Refused:
            break
    return ended


def periods_to_wait_for(
    rules: Program, *, submitted_at: datetime, vintages: Iterable[int]
) -> list[CompliancePeriod]:
    """The ended periods whose deductions could use some of these vintages.

    Source: 40 CFR 62.16335(b).
    """
    oldest = min(vintages, default=None)
    if not rules.hold_after_deadline or oldest is None:
        return []
    return [
        period
        for period in ended_periods(rules, submitted_at)
        if oldest <= rules.hold_vintage_max(period)
    ]


def waits_of(
    rules: Program,
    *,
    submitted_at: datetime,
    vintages: Sequence[int],
    accounts: Iterable[AccountEntry],
    holds: Holds,
) -> tuple[Reason, ...]:
    """What a transfer between two accounts waits for; nothing if it can be recorded.

    An account that was opened after a period's deadline held nothing then, so that
    period's deductions take nothing from it, unless a hold says otherwise.

    Args:
        holds: All holds that were ever placed on the accounts, released ones too.

    Source: 40 CFR 62.16335(b); docs/decisions/0080.
    """
    periods = periods_to_wait_for(rules, submitted_at=submitted_at, vintages=vintages)
    waits = []
    for account in accounts if periods else ():
        of_account = {hold.ground: hold for hold in holds.get(account.id, ())}
        for period in periods:
            hold = of_account.get(ground_of(period))
            if hold is not None:
                is_pending = hold.released_at is None
            else:
                was_open = account.opened_at <= _deadline_at(rules, period)
                is_pending = account.kind == "compliance" and was_open
            if is_pending:
                waits.append(_deductions_pending(account, period))
    return tuple(waits)


def ended_at(waited_for: Iterable[HoldEntry], *, otherwise: datetime) -> datetime:
    """When the last of some holds was released.

    Source: 40 CFR 62.16335(a), (b); MASS-130.
    """
    released = [hold.released_at for hold in waited_for if hold.released_at is not None]
    return max(released, default=otherwise)


def state_of(waits: Sequence[Reason]) -> str:
    """The state of a transfer that waits; further kinds of waiting will have their own."""
    return HELD if waits else "recorded"


def _deductions_pending(account: AccountEntry, period: CompliancePeriod) -> Reason:
    return Reason(
        code=DEDUCTIONS_PENDING,
        cite=CITE,
        sentence=(
            f"Submitted after the transfer deadline for {period.name}: it waits until the"
            f" deductions from {account.name} ({account.number}) are done."
        ),
    )


@lru_cache(maxsize=256)
def _deadline_at(rules: Program, period: CompliancePeriod) -> datetime:
    return rules.deadline_at(period)
