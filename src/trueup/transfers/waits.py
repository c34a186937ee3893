"""What a transfer waits for before it can be recorded, in the order that its state names.

1. The second person of its own side (`awaiting_approval`): before that nothing else counts,
   because it is not submitted.
2. The receiving side's consent, where the program asks for it (`awaiting_acceptance`).
3. The business days of a transfer to an account that is not trusted (`delayed`).
4. The deductions of an ended compliance period (`held`): a transfer submitted after the
   deadline, to or from a compliance account, with vintages that the deductions may use. It
   follows from dates, and from the marks that the ledger keeps as released holds; so a
   transfer one second late waits, whether or not anybody has noticed that the deadline has
   passed (docs/decisions/0080).
5. The emergency brake (`delayed`).

2 to 5 run side by side: it is recorded when the last of them is over.

Source: 40 CFR 62.16335(b); MASS-130; PLAT-055, PLAT-094; docs/decisions/0171.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache

from trueup.ledger.entries import AccountEntry, HoldEntry
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.transfers.entries import Reason

APPROVAL_PENDING = "transfers.approval_pending"
ACCEPTANCE_PENDING = "transfers.acceptance_pending"
DELAY_PENDING = "transfers.delay_pending"
DEDUCTIONS_PENDING = "transfers.deductions_pending"
STOPPED = "transfers.stopped"
# The state of a transfer that waits is that of the first of these.
STATES = {
    APPROVAL_PENDING: "awaiting_approval",
    ACCEPTANCE_PENDING: "awaiting_acceptance",
    DELAY_PENDING: "delayed",
    DEDUCTIONS_PENDING: "held",
    STOPPED: "delayed",
}
CITE = "40 CFR 62.16335(b)"
KINDS = ("transfer", "retirement")

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
    """The state of a transfer that waits for all of these; `recorded` if for nothing."""
    found = {wait.code for wait in waits}
    return next((state for code, state in STATES.items() if code in found), "recorded")


def approval_pending(account: AccountEntry) -> Reason:
    return Reason(
        code=APPROVAL_PENDING,
        cite="PLAT-094",
        sentence=(
            f"Account {account.number} requires a second person: it counts as submitted when"
            " somebody else who acts for the account has approved it."
        ),
    )


def acceptance_pending(account: AccountEntry) -> Reason:
    return Reason(
        code=ACCEPTANCE_PENDING,
        cite="PLAT-052",
        sentence=f"It waits until {account.name} ({account.number}) has agreed to receive it.",
    )


def delay_pending(account: AccountEntry, *, until_on: date) -> Reason:
    return Reason(
        code=DELAY_PENDING,
        cite="PLAT-094",
        sentence=(
            f"{account.name} ({account.number}) is not a trusted account of the transferor:"
            f" it is recorded on {until_on.isoformat()} at 00:00, unless it is stopped before."
        ),
    )


def stopped() -> Reason:
    return Reason(
        code=STOPPED,
        cite="PLAT-094",
        sentence=(
            "The Administrator has stopped such transactions in the whole program; it keeps"
            " its place until they go on."
        ),
    )


def ledger_type(kind: str) -> str:
    """The type of transaction that records a transfer or a voluntary retirement."""
    return "retire" if kind == "retirement" else "transfer"


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
