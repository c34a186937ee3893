"""Freeze, release and close accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trueup.accounts import checks, queries, watchers
from trueup.accounts.account_limits import existing_account, limit_refusals
from trueup.accounts.closing_records import end_closings
from trueup.accounts.rivals import looking_again
from trueup.accounts.seats import titled
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.audit.notices import ContextValue
from trueup.ledger import checks as ledger_checks
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused

FREEZE = "40 CFR 62.16255(c), (d)(1)"
CLOSING = "40 CFR 62.16320(c)(6)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes of an account, why and on whose word."""

    act: str
    state: str
    event: str
    ground: str
    at: datetime
    actor: str
    cite: str
    context: dict[str, ContextValue]


def freeze_account(
    *,
    account: int,
    ground: str,
    frozen_at: datetime,
    actor: str = "administrator",
    as_correction: bool = False,
) -> AccountEntry:
    """Keep a general account from sending, for cause or during an investigation.

    It can still receive, and the Administrator can still deduct from it.

    Args:
        as_correction: Part of the correction of an error (62.16355), for which an account
            of any kind can be frozen.

    Raises Refused (`unknown_account`, `account_closed`, `account_frozen`,
    `freeze_not_permitted`, `ground_missing`).

    Source: 40 CFR 62.16255(c), (d)(1); docs/decisions/0043.
    """

    def act() -> AccountEntry:
        ledger.lock_account(account)  # Of rivals the second sees what the first has done.
        entry = existing_account(account)
        refusals = _freeze_refusals(entry, ground=ground, as_correction=as_correction)
        if refusals:
            raise Refused(refusals)
        ledger.freeze_account(account)
        log_decide_and_tell(
            entry,
            Change(
                act="freeze_account",
                state="frozen",
                ground=ground,
                at=frozen_at,
                actor=actor,
                event="account_frozen",
                context={"frozen_at": frozen_at, "ground": ground},
                cite=FREEZE,
            ),
        )
        return ledger_queries.account(account)

    return looking_again(act)


def unfreeze_account(
    *, account: int, ground: str, released_at: datetime, actor: str = "administrator"
) -> AccountEntry:
    """Let a frozen account send again.

    Raises Refused (`unknown_account`, `account_closed`, `not_frozen`, `ground_missing`).

    Source: 40 CFR 62.16255(c), (d)(1).
    """

    def act() -> AccountEntry:
        ledger.lock_account(account)  # Of rivals the second sees what the first has done.
        entry = existing_account(account)
        refusals = _state_refusals(entry, ground=ground, act="unfreeze")
        if refusals:
            raise Refused(refusals)
        ledger.unfreeze_account(account)
        log_decide_and_tell(
            entry,
            Change(
                act="unfreeze_account",
                state="open",
                ground=ground,
                at=released_at,
                actor=actor,
                event="account_unfrozen",
                context={"released_at": released_at, "ground": ground},
                cite=FREEZE,
            ),
        )
        return ledger_queries.account(account)

    return looking_again(act)


def close_account(
    *,
    account: int,
    ground: str,
    closed_at: datetime,
    actor: str = "administrator",
    as_correction: bool = False,
    asked_by: int | None = None,
) -> AccountEntry:
    """Close a general account that holds nothing and owes nothing; its number stays its own.

    Args:
        asked_by: The person who asks for it; None when the Administrator closes it.
        as_correction: Part of the correction of an error (62.16355), for which a
            compliance account can be closed too.

    Raises Refused (`unknown_account`, `account_closed`, `not_authorized`, `stays_open`,
    `account_not_empty`, `debt_outstanding`, `ground_missing`).

    Source: 40 CFR 62.16320(c)(6); PLAT-027; MASS-043.
    """

    def act() -> AccountEntry:
        ledger.lock_account(account)  # Of rivals the second sees what the first has done.
        entry = existing_account(account)
        refusals = _closing_refusals(entry, ground=ground, as_correction=as_correction)
        if asked_by is not None and not queries.may_submit(
            asked_by, account, closed_at, kind="account_requests"
        ):
            refusals.append(
                checks.NotAuthorized("Only the account's representative may ask to close it.")
            )
        if refusals:
            raise Refused(refusals)
        ledger.close_account(account)
        end_closings([account], state="closed", at=closed_at, outcome=ground)
        log_decide_and_tell(
            entry,
            Change(
                act="close_account",
                state="closed",
                ground=ground,
                at=closed_at,
                actor=actor if asked_by is None else f"person:{asked_by}",
                event="account_closing",
                context={
                    "closing_on": programs.load(entry.program).local_date(closed_at),
                    "reason": ground,
                },
                cite=CLOSING,
            ),
        )
        return ledger_queries.account(account)

    return looking_again(act)


def _state_refusals(entry: AccountEntry, *, ground: str, act: str) -> list[Refusal]:
    refusals: list[Refusal] = []
    if not ground.strip():
        refusals.append(ledger_checks.GroundMissing("Say why."))
    return refusals + limit_refusals(entry, act)


def _freeze_refusals(entry: AccountEntry, *, ground: str, as_correction: bool) -> list[Refusal]:
    refusals = _state_refusals(entry, ground=ground, act="freeze")
    if entry.kind != "general" and not as_correction:
        refusals.append(
            checks.FreezeNotPermitted(
                f"Account {entry.number} is a {entry.kind} account; only general accounts"
                " are frozen, others for the correction of an error."
            )
        )
    return refusals


def _closing_refusals(entry: AccountEntry, *, ground: str, as_correction: bool) -> list[Refusal]:
    refusals = _state_refusals(entry, ground=ground, act="close_empty")
    permitted = ("general", "compliance") if as_correction else ("general",)
    if entry.kind not in permitted:
        refusals.append(
            checks.StaysOpen(
                f"Account {entry.number} is a {entry.kind} account; the rule closes none."
            )
        )
    return refusals + balance_refusals(entry)


def balance_refusals(entry: AccountEntry) -> list[Refusal]:
    """Whether an account holds nothing and owes nothing.

    Source: 40 CFR 62.16320(c)(6); PLAT-027.
    """
    rules = programs.load(entry.program)
    refusals: list[Refusal] = []
    balance = ledger_queries.totals_of([entry.id])[entry.id]
    if balance:
        refusals.append(
            ledger_checks.AccountNotEmpty(
                f"Account {entry.number} still holds {balance:,} {rules.instruments}."
            )
        )
    owed = sum(claim.open for claim in ledger_queries.claims([entry.id]).get(entry.id, ()))
    if owed:
        refusals.append(
            ledger_checks.DebtOutstanding(
                f"Account {entry.number} still owes {owed:,} {rules.instruments}."
            )
        )
    return refusals


def log_decide_and_tell(entry: AccountEntry, change: Change) -> None:
    """Log the act, issue it as a decision with its reason, and tell the representatives.

    The appeal list names none of these acts, so the decision says that its appeal is
    uncertain (MASS-AMB-47).
    """
    subject = f"account:{entry.id}"
    audit.log(
        at=change.at,
        program=entry.program,
        actor=change.actor,
        act=change.act,
        subject=subject,
        before={"state": entry.state},
        after={"state": change.state, "ground": change.ground},
        cite=change.cite,
    )
    decision = audit.decide(
        decision_class="uncertain",
        program=entry.program,
        subject=subject,
        outcome=f"account {change.state}",
        reasons=[change.ground],
        decided_at=change.at,
        decided_by=change.actor,
    )
    context: dict[str, ContextValue] = {
        **change.context,
        "account": titled(entry),
        "decision": str(decision.id),
        "cite": change.cite,
    }
    audit.notify(
        watchers.with_copies(
            [
                NoticeSpec(
                    event=change.event,
                    program=entry.program,
                    person=seat.person,
                    account=entry.id,
                    created_at=change.at,
                    context=context,
                )
                for seat in queries.representatives([entry.id])[entry.id]
            ]
        )
    )
