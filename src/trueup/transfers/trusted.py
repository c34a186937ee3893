"""The accounts that an account trusts: transfers to them do not wait.

A listing takes effect after the program's business days, and where there is a second
person it needs that person's approval first. Taking an account off the list is safe, so
it takes effect at once. Accounts of one owner are trusted by being listed, not otherwise.

Source: PLAT-094; docs/decisions/0173.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from trueup.accounts.entries import SubmitterEntry
from trueup.audit import services as audit
from trueup.ledger import checks as ledger_checks
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.signing.entries import Evidence
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec
from trueup.transfers import authority, checks
from trueup.transfers.canonical import canonical_listing
from trueup.transfers.deadlines import wait_ends_at
from trueup.transfers.entries import TrustedAccountEntry
from trueup.transfers.guard_models import SecondPersonRule, TrustedAccount
from trueup.transfers.guards import guards_for
from trueup.transfers.notices import titled
from trueup.transfers.safeguards import tell_of_change
from trueup.transfers.signed import sign

APPROVE = "approve_trusted_account"
CITE = "PLAT-094"
LIST_MAX = 500


@transaction.atomic
def trust_account(
    *,
    account: int,
    other: int,
    by: int,
    at: datetime,
    evidence: Evidence | None = None,
) -> TrustedAccountEntry:
    """Put an account on another one's list of those that it trusts.

    It takes effect after the program's business days; where the account has another
    representative, or requires a second person, when that person has approved as well.

    Args:
        by: A representative of the account; an agent cannot.

    Raises Refused (`unknown_account`, `same_account`, `not_authorized`, `cooling_down`,
    `trusted_already`, and what signing refuses).

    Source: PLAT-094; docs/decisions/0173.
    """
    giver, taker = _pair(account, other)
    seat = authority.require_representative(giver, by, at=at)
    authority.require_no_cool_down(by, at=at)
    signature = _sign(giver, taker, seat, evidence, act="list", at=at)
    needs_approval = _needs_approval(giver, by=seat, at=at)
    try:
        with transaction.atomic():
            row = TrustedAccount.objects.create(
                account_id=giver.id,
                other_id=taker.id,
                listed_by_id=by,
                principal_id=seat.principal,
                listed_at=at,
                needs_approval=needs_approval,
                effective_at=None if needs_approval else _effective_at(giver, at=at),
                listing_signature_id=signature,
            )
    except IntegrityError:
        raise Refused(
            [checks.TrustedAlready(f"Account {taker.number} is on the list already.")]
        ) from None
    _log(row, giver, taker, act="trust_account", actor=f"person:{by}", at=at)
    tell_of_change(giver, f"{_titled(taker)} is to be a trusted account.", at=at)
    if needs_approval:
        tasks.open_tasks([_task(row, giver, taker)])
    return _entry(row, taker)


@transaction.atomic
def approve_trusted(
    *,
    account: int,
    other: int,
    person: int,
    at: datetime,
    evidence: Evidence | None = None,
) -> TrustedAccountEntry:
    """Approve, as the second person, that an account is trusted; its days begin now.

    Raises Refused (`not_listed`, `not_authorized`, `same_person`, `cooling_down`, and what
    signing refuses).

    Source: PLAT-094; docs/decisions/0173.
    """
    giver, taker = _pair(account, other)
    row = _listed(giver, taker)
    if row.effective_at is not None:
        raise Refused([checks.NotListed("The listing awaits no approval.")])
    seat = authority.require_representative(giver, person, at=at)
    authority.require_second_person(
        giver, person, asked_by=row.listed_by_id, principal=row.principal_id, at=at
    )
    row.approval_signature_id = _sign(giver, taker, seat, evidence, act="approve", at=at)
    row.approved_by_id, row.approved_at = person, at
    row.effective_at = _effective_at(giver, at=at)
    row.save()
    _log(row, giver, taker, act="approve_trusted", actor=f"person:{person}", at=at)
    tell_of_change(giver, f"{_titled(taker)} is approved as a trusted account.", at=at)
    tasks.close_tasks(subject=_subject(row), closed_at=at, outcome="approved")
    return _entry(row, taker)


@transaction.atomic
def remove_trusted(*, account: int, other: int, person: int, at: datetime) -> None:
    """Take an account off the list, or decline that it be trusted; at once.

    Raises Refused (`not_listed`, `not_authorized`).

    Source: PLAT-094; docs/decisions/0173.
    """
    giver, taker = _pair(account, other)
    authority.require_representative(giver, person, at=at)
    row = _listed(giver, taker)
    row.removed_by, row.removed_at = f"person:{person}", at
    row.save()
    _log(row, giver, taker, act="remove_trusted", actor=row.removed_by, at=at)
    tell_of_change(giver, f"{_titled(taker)} is no trusted account any more.", at=at)
    tasks.close_tasks(subject=_subject(row), closed_at=at, outcome="removed")


def trusted_accounts(account: int, *, limit: int = LIST_MAX) -> list[TrustedAccountEntry]:
    """The list of an account, with those that still await approval or their day.

    Source: PLAT-094.
    """
    rows = list(
        TrustedAccount.objects.filter(account_id=account, removed_at=None).order_by("id")[:limit]
    )
    known = ledger.accounts_by_id(row.other_id for row in rows)
    return [_entry(row, known[row.other_id]) for row in rows]


def _pair(account: int, other: int) -> tuple[AccountEntry, AccountEntry]:
    known = ledger.accounts_by_id([account, other])
    if account not in known or other not in known:
        raise Refused([ledger_checks.UnknownAccount("There is no such account.")])
    giver, taker = known[account], known[other]
    if account == other:
        raise Refused([ledger_checks.SameAccount("An account need not trust itself.")])
    if giver.program != taker.program:
        raise Refused([ledger_checks.WrongProgram("The accounts are of different programs.")])
    return giver, taker


def _needs_approval(giver: AccountEntry, *, by: SubmitterEntry, at: datetime) -> bool:
    """Whether there is a second person to approve, or the account asks for one anyway.

    Source: docs/decisions/0173.
    """
    everybody = authority.submitters([giver.id], at=at)[giver.id]
    others = [seat for seat in authority.representatives(everybody) if seat.person != by.person]
    return (
        bool(others) or SecondPersonRule.objects.filter(account_id=giver.id, ended_at=None).exists()
    )


def _effective_at(giver: AccountEntry, *, at: datetime) -> datetime:
    rules = programs.load(giver.program)
    days = guards_for([], rules=rules, at=at).safeguards.listing_business_days
    return wait_ends_at(rules, at, days=days) if days else at


def _listed(giver: AccountEntry, taker: AccountEntry) -> TrustedAccount:
    rows = TrustedAccount.objects.select_for_update()
    row = rows.filter(account_id=giver.id, other_id=taker.id, removed_at=None).first()
    if row is None:
        raise Refused([checks.NotListed(f"Account {taker.number} is not on the list.")])
    return row


def _sign(
    giver: AccountEntry,
    taker: AccountEntry,
    seat: SubmitterEntry,
    evidence: Evidence | None,
    *,
    act: str,
    at: datetime,
) -> int | None:
    return sign(
        rules=programs.load(giver.program),
        document="trusted_account",
        text=canonical_listing(giver, taker, act=act),
        accounts=[giver],
        signer=seat.person,
        principal=seat.principal,
        evidence=evidence,
        signed_at=at,
    )


def _log(
    row: TrustedAccount,
    giver: AccountEntry,
    taker: AccountEntry,
    *,
    act: str,
    actor: str,
    at: datetime,
) -> None:
    audit.log(
        at=at,
        program=giver.program,
        actor=actor,
        act=act,
        subject=f"account:{giver.id}",
        after={
            "other": taker.number,
            "effective_at": row.effective_at.isoformat() if row.effective_at else None,
        },
        cite=CITE,
    )


def _task(row: TrustedAccount, giver: AccountEntry, taker: AccountEntry) -> TaskSpec:
    return TaskSpec(
        kind=APPROVE,
        program=giver.program,
        subject=_subject(row),
        title=f"Approve {taker.name} ({taker.number}) as a trusted account of {giver.name}",
        opened_at=row.listed_at,
        account=giver.id,
        dedupe=f"{APPROVE} {row.pk}",
        excluded=(row.listed_by_id,),
        opened_by=f"person:{row.listed_by_id}",
    )


def _subject(row: TrustedAccount) -> str:
    return f"trusted_account:{row.account_id}:{row.other_id}"


def _titled(account: AccountEntry) -> str:
    return titled(account, account.number)


def _entry(row: TrustedAccount, other: AccountEntry) -> TrustedAccountEntry:
    return TrustedAccountEntry(
        account=row.account_id,
        other=other,
        listed_by=row.listed_by_id,
        listed_at=row.listed_at,
        needs_approval=row.needs_approval,
        approved_by=row.approved_by_id,
        approved_at=row.approved_at,
        effective_at=row.effective_at,
    )
