"""Close general accounts: with the transfers that empty them, or for inactivity.

Accounts know nothing of transfers that wait, so what closes an account is here: the
request that carries its transfers, the notice, and the clock that does the rest.

Source: 40 CFR 62.16320(c)(6); MASS-041, MASS-042; RATE-178, RATE-179; PLAT-027.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from trueup.accounts import checks as account_checks
from trueup.accounts import closing_records, conditions, dormancy
from trueup.accounts import queries as accounts
from trueup.accounts.account_limits import existing_account, limit_refusals
from trueup.accounts.application_entries import ClosingEntry
from trueup.accounts.signed_forms import keep_signature
from trueup.audit import services as audit
from trueup.ledger import checks as ledger_checks
from trueup.ledger import queries as ledger_queries
from trueup.ledger.entries import AccountEntry
from trueup.rules import dormancy as times
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.serials import PROGRAM_PLACE
from trueup.signing.entries import Evidence
from trueup.transfers import queries
from trueup.transfers.entries import TransferEntry, TransferSpec
from trueup.transfers.submission import submit

BATCH = 500
REGISTRY = "registry"
ASKED = "asked for by its representative"


class TransfersPending(Refusal):
    code = "transfers.transfers_pending"
    cite = "PLAT-027; 40 CFR 62.16320(c)(6)"


class NotOfThisAccount(Refusal):
    code = "transfers.not_of_this_account"
    cite = "40 CFR 62.16320(c)(6)(i)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosureEntry:
    """What became of a request to close an account.

    Attributes:
        closes_later: A transfer of the request waits; the account is closed when it is
            recorded.
    """

    account: AccountEntry
    transfers: tuple[TransferEntry, ...]
    closes_later: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What the clock did with accounts that may be closed."""

    closed: int = 0
    kept: int = 0


@transaction.atomic
def close_with_transfers(
    *,
    account: int,
    asked_by: int,
    asked_at: datetime,
    transfers: Sequence[TransferSpec] = (),
    ground: str = ASKED,
    evidence: Evidence | None = None,
) -> ClosureEntry:
    """Close a general account on request, with the transfers that empty it.

    All or nothing: unless every transfer is correctly submitted and together they leave
    nothing, none is recorded and the account stays open. If one of them waits, the
    account is closed once it is recorded.

    Raises Refused with every reason (`unknown_account`, `stays_open`, `account_closed`,
    `account_frozen`, `not_authorized`, `not_of_this_account`, `account_not_empty`,
    `debt_outstanding`, `transfers_pending`, and those against the transfers).

    Source: 40 CFR 62.16320(c)(6)(i); MASS-041; RATE-178; PLAT-027.
    """
    entry = existing_account(account)
    refusals = _request_refusals(entry, transfers, asked_by=asked_by, at=asked_at)
    if refusals:
        raise Refused(refusals)
    submitted: list[TransferEntry] = []
    if transfers:
        submitted = submit(transfers, program=entry.program, recorded_at=asked_at, all_or_none=True)
    _refuse_what_stays(entry, submitted)
    keep_signature(
        program=entry.program,
        form="closure",
        text=closure_text(entry, transfers),
        signer=asked_by,
        evidence=evidence,
        signed_at=asked_at,
        account=account,
    )
    waits = any(one.state != "recorded" for one in submitted)
    if waits:
        closing_records.end_closings(
            [account], state="kept", at=asked_at, outcome="its representative asks to close it"
        )
        closing_records.begin_closing(
            account=account, kind="request", ground=ground, begun_at=asked_at, asked_by=asked_by
        )
        _log(entry, "ask_to_close_account", actor=f"person:{asked_by}", at=asked_at)
    else:
        conditions.close_account(
            account=account, ground=ground, closed_at=asked_at, asked_by=asked_by
        )
    return ClosureEntry(
        account=existing_account(account), transfers=tuple(submitted), closes_later=waits
    )


def closure_text(account: AccountEntry, transfers: Sequence[TransferSpec]) -> str:
    """What is signed when a request to close an account is made.

    Source: 40 CFR 62.16320(c)(6)(i).
    """
    lines = [f"Close account {account.number}, {account.name}"]
    for spec in transfers:
        what = ", ".join(str(block) for block in spec.blocks)
        what = what or f"{spec.quantity} of vintage {spec.vintage}"
        lines.append(f"Transfer {what} to account {spec.destination}")
    return "\n".join(lines)


@transaction.atomic
def give_notice_of_closure(
    *, account: int, sent_at: datetime, actor: str = "administrator"
) -> ClosingEntry:
    """Give notice that an empty account without transfers is to be closed.

    Raises Refused as `accounts.dormancy.give_notice` does, and `transfers_pending`.

    Source: 40 CFR 62.16320(c)(6)(ii); MASS-042; RATE-179.
    """
    entry = existing_account(account)
    coming, _ = queries.waiting_totals([account])[account]
    if coming:
        raise Refused([_pending(entry, coming)])
    return dormancy.give_notice(account=account, sent_at=sent_at, actor=actor)


def close_due(*, program: str, now: datetime) -> Due:
    """Close accounts whose notice has run out, and those whose last transfer is recorded.

    A notice ends without closing if a transfer into the account was correctly submitted
    in its time. Each account is a transaction of its own.

    Source: 40 CFR 62.16320(c)(6); MASS-042.
    """
    rules = programs.load(program)
    first = rules.number * PROGRAM_PLACE
    closed = kept = after = 0
    while True:
        pending = closing_records.pending_closings(
            program_accounts=(first, first + PROGRAM_PLACE - 1), limit=BATCH, after=after
        )
        if not pending:
            return Due(closed=closed, kept=kept)
        facts = _facts_of([closing.account for closing in pending])
        for closing in pending:
            outcome = _outcome(closing, facts[closing.account], rules=rules, now=now)
            if outcome.keep:
                dormancy.keep_open(account=closing.account, reason=outcome.keep, at=now)
                kept += 1
            elif outcome.is_due:
                closed += _close(closing, now=now)
        after = pending[-1].id


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """What is known of an account that may be closed.

    Attributes:
        waiting: How much waits on its way in, and on its way out.
    """

    waiting: tuple[int, int]
    balance: int
    last_at: datetime | None
    state: str


def due_days(program: str, first: date, last: date) -> list[date]:
    """The days after the first and before the last on which a notice has run out.

    Source: 40 CFR 62.16320(c)(6)(ii).
    """
    start = programs.load(program).number * PROGRAM_PLACE
    days = closing_records.notices_ending(
        program_accounts=(start, start + PROGRAM_PLACE - 1), first=first, last=last
    )
    closing_days = {times.closes_on(ends_on=day) for day in days}
    return sorted(day for day in closing_days if first < day < last)


def _facts_of(accounts_: Sequence[int]) -> dict[int, _Facts]:
    """What is known of some accounts, in a constant number of statements."""
    waiting = queries.waiting_totals(accounts_)
    totals = ledger_queries.totals_of(accounts_)
    last = ledger_queries.last_recorded(accounts_)
    states = ledger_queries.accounts_by_id(accounts_)
    return {
        account: _Facts(
            waiting=waiting[account],
            balance=totals[account],
            last_at=last.get(account),
            state=states[account].state,
        )
        for account in accounts_
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outcome:
    """What is to be done with an account: keep it, for this reason; close it; or wait."""

    keep: str = ""
    is_due: bool = False


def _outcome(closing: ClosingEntry, facts: _Facts, *, rules: Program, now: datetime) -> _Outcome:
    coming, going = facts.waiting
    used = facts.last_at is not None and facts.last_at >= closing.begun_at
    if closing.kind == "request":
        if coming or going:
            return _Outcome()
        if facts.balance:
            return _Outcome(keep="a transfer of the request was not recorded, or others came")
        return _Outcome(is_due=True)
    if coming or used or facts.balance:
        return _Outcome(keep="a transfer into it was submitted in time")
    if closing.good_cause_at is not None or closing.ends_on is None or facts.state == "frozen":
        return _Outcome()
    is_due = rules.local_date(now) >= times.closes_on(ends_on=closing.ends_on)
    return _Outcome(is_due=is_due)


def _close(closing: ClosingEntry, *, now: datetime) -> bool:
    """Close an account if nothing came in between; whether it was closed."""
    try:
        conditions.close_account(
            account=closing.account, ground=closing.ground, closed_at=now, actor=REGISTRY
        )
    except Refused:
        return False  # Something arrived in the meantime; the clock looks again.
    return True


def _request_refusals(
    entry: AccountEntry, transfers: Sequence[TransferSpec], *, asked_by: int, at: datetime
) -> list[Refusal]:
    act = "close_with_transfers" if transfers else "close_empty"
    refusals = limit_refusals(entry, act)
    if entry.kind != "general":
        refusals.append(
            account_checks.StaysOpen(
                f"Account {entry.number} is a {entry.kind} account; the rule closes none."
            )
        )
    if not accounts.may_submit(asked_by, entry.id, at, kind="account_requests"):
        refusals.append(
            account_checks.NotAuthorized("Only the account's representative may ask to close it.")
        )
    for row, spec in enumerate(transfers, start=1):
        if spec.source.strip().upper() != entry.number or spec.submitted_by != asked_by:
            refusals.append(
                NotOfThisAccount(
                    f"A request to close account {entry.number} carries only transfers out of"
                    " it, by whoever asks.",
                    row=row,
                )
            )
    if closing_records.pending_closing(entry.id) is not None and _is_asked(entry.id):
        refusals.append(
            TransfersPending(f"Account {entry.number} is to be closed already; its transfers wait.")
        )
    return refusals


def _refuse_what_stays(entry: AccountEntry, submitted: Sequence[TransferEntry]) -> None:
    """Nothing stays but what goes by these transfers, and nothing is on its way in.

    Raises Refused (`account_not_empty`, `transfers_pending`).
    """
    refusals: list[Refusal] = []
    waiting = sum(one.quantity or 0 for one in submitted if one.state != "recorded")
    stays = ledger_queries.totals_of([entry.id])[entry.id] - waiting
    instruments = programs.load(entry.program).instruments
    if stays:
        refusals.append(
            ledger_checks.AccountNotEmpty(
                f"{stays:,} {instruments} would stay in account {entry.number}; the request"
                " must carry the transfer of all."
            )
        )
    coming, _ = queries.waiting_totals([entry.id])[entry.id]
    if coming:
        refusals.append(_pending(entry, coming))
    if refusals:
        raise Refused(refusals)


def _pending(entry: AccountEntry, coming: int) -> Refusal:
    instruments = programs.load(entry.program).instruments
    return TransfersPending(
        f"{coming:,} {instruments} are on their way into account {entry.number}; wait until"
        " they are recorded."
    )


def _is_asked(account: int) -> bool:
    pending = closing_records.pending_closing(account)
    return pending is not None and pending.kind == "request"


def _log(entry: AccountEntry, act: str, *, actor: str, at: datetime) -> None:
    after: Mapping[str, object] = {"state": "closes when its transfers are recorded"}
    audit.log(
        at=at,
        program=entry.program,
        actor=actor,
        act=act,
        subject=f"account:{entry.id}",
        before={"state": entry.state},
        after=after,
        cite=conditions.CLOSING,
    )
