"""Notices of closure for inactivity, and what is said against them.

Whether transfers wait is not known here; `transfers.closing` asks before it comes here.

Source: 40 CFR 62.16320(c)(6)(ii); MASS-042; RATE-179.
"""

from __future__ import annotations

from datetime import date, datetime

from trueup.accounts import checks, closing_records, queries, watchers
from trueup.accounts.account_limits import (
    NoNotice,
    NotReopened,
    existing_account,
    limit_refusals,
)
from trueup.accounts.application_entries import ClosingEntry
from trueup.accounts.application_models import Closing
from trueup.accounts.conditions import CLOSING, Change, balance_refusals, log_decide_and_tell
from trueup.accounts.rivals import looking_again
from trueup.accounts.seats import titled
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.ledger import checks as ledger_checks
from trueup.ledger import queries as ledger_queries
from trueup.ledger.entries import AccountEntry
from trueup.rules import dormancy, programs
from trueup.rules.refusal import Refusal, Refused
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec

REMEDY = (
    "a transfer into the account that is correctly submitted in this time, or a statement"
    " of good cause that the Administrator accepts"
)
GOOD_CAUSE = "good_cause"


class NotDormant(Refusal):
    code = "accounts.not_dormant"
    cite = "40 CFR 62.16320(c)(6)(ii)"


def give_notice(*, account: int, sent_at: datetime, actor: str = "administrator") -> ClosingEntry:
    """Give notice that an empty account without transfers is to be closed.

    It is possible from 12 months after the last entry in or out; for an account that
    never had one, after it was opened.

    Raises Refused with every reason (`unknown_account`, `stays_open`, `account_frozen`,
    `account_closed`, `under_notice`, `account_not_empty`, `debt_outstanding`,
    `not_dormant`).

    Source: 40 CFR 62.16320(c)(6)(ii); MASS-042; RATE-179.
    """

    def act() -> ClosingEntry:
        entry = existing_account(account)
        rules = programs.load(entry.program)
        sent_on = rules.local_date(sent_at)
        refusals = _notice_refusals(entry, sent_on=sent_on)
        if refusals:
            raise Refused(refusals)
        ends_on = rules.days_from(sent_on, rules.people.general_accounts.notice_days)
        months = rules.people.general_accounts.inactive_months
        ground = f"no {rules.instruments} and no transfer in or out for {months} months or more"
        notice = closing_records.begin_closing(
            account=account, kind="inactivity", ground=ground, begun_at=sent_at, ends_on=ends_on
        )
        log_decide_and_tell(
            entry,
            Change(
                act="give_notice_of_closure",
                state="under_notice",
                event="account_closing",
                ground=ground,
                at=sent_at,
                actor=actor,
                cite=CLOSING,
                context={
                    "closing_on": dormancy.closes_on(ends_on=ends_on),
                    "reason": ground,
                    "remedy": f"{REMEDY}; the last day is {ends_on}",
                },
            ),
        )
        return notice

    return looking_again(act)


def state_good_cause(*, account: int, by: int, text: str, stated_at: datetime) -> ClosingEntry:
    """State why an account under notice should not be closed.

    One that arrives within the time keeps the account open until it is decided.

    Raises Refused (`unknown_account`, `no_notice`, `not_authorized`, `ground_missing`).

    Source: 40 CFR 62.16320(c)(6)(ii).
    """

    def act() -> ClosingEntry:
        entry = existing_account(account)
        row = _pending_notice(entry)
        refusals: list[Refusal] = []
        if not queries.may_submit(by, account, stated_at, kind="account_requests"):
            refusals.append(checks.NotAuthorized("Only the account's representative may state it."))
        if not text.strip() or not checks.is_readable(" ".join(text.split())):
            refusals.append(ledger_checks.GroundMissing("Say why the account should stay open."))
        if refusals:
            raise Refused(refusals)
        row.good_cause, row.good_cause_at = text.strip(), stated_at
        row.save(update_fields=["good_cause", "good_cause_at"])
        _log(entry, "state_good_cause", actor=f"person:{by}", at=stated_at, said=text.strip())
        tasks.open_tasks(
            [
                TaskSpec(
                    kind=GOOD_CAUSE,
                    program=entry.program,
                    subject=f"account:{account}",
                    title=f"Good cause to keep {titled(entry)} open",
                    opened_at=stated_at,
                    due_on=row.ends_on,
                    function="close",
                    dedupe=f"{GOOD_CAUSE}:{row.pk}",
                    excluded=(by,),
                )
            ]
        )
        return closing_records.closing_entry(row)

    return looking_again(act)


def decide_good_cause(
    *,
    account: int,
    accepted: bool,
    reason: str,
    decided_at: datetime,
    actor: str = "administrator",
) -> ClosingEntry:
    """Accept a statement of good cause, so that the account stays open, or do not.

    Raises Refused (`unknown_account`, `no_notice`, `ground_missing`).

    Source: 40 CFR 62.16320(c)(6)(ii).
    """

    def act() -> ClosingEntry:
        entry = existing_account(account)
        row = _pending_notice(entry)
        if row.good_cause_at is None:
            raise Refused([NoNotice("No statement of good cause has been received.")])
        if not reason.strip():
            raise Refused([ledger_checks.GroundMissing("Say why.")])
        tasks.close_tasks(
            subject=f"account:{account}",
            kind=GOOD_CAUSE,
            closed_at=decided_at,
            outcome="accepted" if accepted else "not accepted",
            actor=actor,
        )
        said = f"good cause {'accepted' if accepted else 'not accepted'}: {reason.strip()}"
        _log(entry, "decide_good_cause", actor=actor, at=decided_at, said=said)
        if accepted:
            keep_open(account=account, reason=said, at=decided_at)
        else:
            Closing.objects.filter(id=row.pk).update(good_cause="", good_cause_at=None)
        return closing_records.closing_entry(Closing.objects.get(id=row.pk))

    return looking_again(act)


def keep_open(*, account: int, reason: str, at: datetime, actor: str = "registry") -> None:
    """End what was pending against an account: it stays open, and its people are told.

    Source: 40 CFR 62.16320(c)(6).
    """
    entry = existing_account(account)
    closing_records.end_closings([account], state="kept", at=at, outcome=reason)
    _log(entry, "keep_account_open", actor=actor, at=at, said=reason)
    audit.notify(
        watchers.with_copies(
            [
                NoticeSpec(
                    event="account_stays_open",
                    program=entry.program,
                    person=seat.person,
                    account=account,
                    created_at=at,
                    context={"account": titled(entry), "reason": reason, "cite": CLOSING},
                )
                for seat in queries.representatives([account])[account]
            ]
        )
    )


def reopen_account(*, account: int) -> None:
    """Open an account again: that cannot be, whatever its state.

    Raises Refused (`unknown_account`, `not_reopened`).

    Source: 40 CFR 62.16320(c)(6), (d); docs/decisions/0162.
    """
    entry = existing_account(account)
    sentence = f"Account {entry.number} cannot be opened again; apply for a new account."
    raise Refused(limit_refusals(entry, "reopen") or [NotReopened(sentence)])


def _notice_refusals(entry: AccountEntry, *, sent_on: date) -> list[Refusal]:
    rules = programs.load(entry.program)
    refusals = limit_refusals(entry, "notice_of_closure")
    if entry.kind != "general":
        refusals.append(
            checks.StaysOpen(
                f"Account {entry.number} is a {entry.kind} account; only general accounts are"
                " closed for inactivity."
            )
        )
    refusals += balance_refusals(entry)
    last_at = ledger_queries.last_recorded([entry.id]).get(entry.id, entry.opened_at)
    possible_on = dormancy.notice_possible_on(
        last_transfer_on=rules.local_date(last_at),
        inactive_months=rules.people.general_accounts.inactive_months,
    )
    if sent_on < possible_on:
        refusals.append(
            NotDormant(
                f"Account {entry.number} was last used on {rules.local_date(last_at)};"
                f" a notice is possible from {possible_on}."
            )
        )
    return refusals


def _pending_notice(entry: AccountEntry) -> Closing:
    row = (
        Closing.objects.select_for_update()
        .filter(account_id=entry.id, kind="inactivity", state="pending")
        .first()
    )
    if row is None:
        sentence = f"Account {entry.number} is not under notice of closure."
        raise Refused(limit_refusals(entry, "good_cause") or [NoNotice(sentence)])
    return row


def _log(entry: AccountEntry, act: str, *, actor: str, at: datetime, said: str) -> None:
    audit.log(
        at=at,
        program=entry.program,
        actor=actor,
        act=act,
        subject=f"account:{entry.id}",
        after={"said": said},
        cite=CLOSING,
    )
