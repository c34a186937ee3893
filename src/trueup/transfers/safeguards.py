"""Safeguards that can be changed while the registry runs: a program's, and an account's own.

Source: PLAT-052, PLAT-094; docs/decisions/0170, 0172, 0174.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction

from trueup.accounts.checks import NotAuthorized
from trueup.accounts.watchers import with_copies
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.audit.notices import ContextValue
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.people import Safeguards
from trueup.rules.refusal import Refused
from trueup.signing.entries import Evidence
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec
from trueup.transfers import authority, checks
from trueup.transfers.canonical import canonical_acceptance, canonical_second_person
from trueup.transfers.guard_models import (
    ACCEPTANCES,
    ProgramSafeguards,
    SecondPersonRule,
    StandingAcceptance,
)
from trueup.transfers.guards import guards_for
from trueup.transfers.notices import titled
from trueup.transfers.signed import sign

CITE = "PLAT-094"
CHANGED = "account_safeguard_changed"
END_SECOND_PERSON = "end_second_person"
HOURS_MAX = 24 * 365


@transaction.atomic
def set_safeguards(
    *,
    program: str,
    at: datetime,
    actor: str,
    effective_at: datetime | None = None,
    wait_business_days: int | None = None,
    listing_business_days: int | None = None,
    second_signature_hours: int | None = None,
    receiver_acceptance: str | None = None,
    ground: str = "",
) -> Safeguards:
    """Change a program's safeguards from an instant on; what is not named stays.

    What was submitted before keeps what was asked of it then.

    Raises Refused (`not_authorized`, `safeguard_not_usable`).

    Source: PLAT-052, PLAT-094; docs/decisions/0172.
    """
    if not authority.is_official(actor):
        raise Refused([NotAuthorized("Only the Administrator changes a program's safeguards.")])
    rules = programs.load(program)
    effective_at = effective_at or at
    before = guards_for([], rules=rules, at=effective_at).safeguards
    named = {
        "wait_business_days": wait_business_days,
        "listing_business_days": listing_business_days,
        "second_signature_hours": second_signature_hours,
        "receiver_acceptance": receiver_acceptance,
    }
    changed = {name: value for name, value in named.items() if value is not None}
    after = replace(before, **changed)  # type: ignore[arg-type]
    _refuse_unusable(after, longest=rules.record_business_days - 1, in_time=effective_at >= at)
    ProgramSafeguards.objects.create(
        program=program,
        effective_at=effective_at,
        second_signature_hours=after.second_signature_hours,
        wait_business_days=after.wait_business_days,
        listing_business_days=after.listing_business_days,
        receiver_acceptance=after.receiver_acceptance,
        set_by=actor,
        set_at=at,
        ground=ground,
    )
    audit.log(
        at=at,
        program=program,
        actor=actor,
        act="set_safeguards",
        subject=f"program:{program}",
        before={name: getattr(before, name) for name in named},
        after={name: getattr(after, name) for name in named}
        | {"effective_at": effective_at.isoformat(), "ground": ground},
        cite=CITE,
    )
    return after


def _refuse_unusable(after: Safeguards, *, longest: int, in_time: bool) -> None:
    """Refuse a wait that would outlast the time for recording, and other slips.

    Source: 40 CFR 62.16335(a).
    """
    problems = []
    if not 0 <= after.wait_business_days <= longest:
        problems.append(
            f"A transfer waits 0 to {longest} business days, so that it is recorded in time."
        )
    if not 0 <= after.listing_business_days <= 60:
        problems.append("An account is trusted after 0 to 60 business days.")
    if not 0 <= after.second_signature_hours <= HOURS_MAX:
        problems.append(f"A proposal lasts 0 (without end) to {HOURS_MAX:,} hours.")
    if after.receiver_acceptance not in ACCEPTANCES:
        problems.append(f"The receiver agrees {', '.join(ACCEPTANCES)}.")
    if not in_time:
        problems.append("Safeguards are not changed for the past.")
    if problems:
        raise Refused(checks.SafeguardNotUsable(problem) for problem in problems)


@transaction.atomic
def require_second_person(
    *,
    account: int,
    at: datetime,
    actor: str = "",
    person: int | None = None,
    evidence: Evidence | None = None,
) -> None:
    """From now on a second person approves what is transferred out of an account.

    Args:
        person: A representative of the account; or `actor`, an official.

    Raises Refused (`not_authorized`, `required_already`, and what signing refuses).

    Source: PLAT-094; docs/decisions/0170.
    """
    entry = ledger.account(account)
    by = _representative_or_official(entry, person=person, actor=actor, at=at)
    text = canonical_second_person(entry, required=True)
    _sign(entry, person, "second_person", text, evidence, at=at)
    try:
        with transaction.atomic():
            SecondPersonRule.objects.create(account_id=account, required_by=by, required_at=at)
    except IntegrityError:
        raise Refused([checks.RequiredAlready("A second person is required already.")]) from None
    _log(entry, act="require_second_person", actor=by, at=at)
    tell_of_change(entry, "A second person approves transfers out of it from now on.", at=at)


@transaction.atomic
def ask_to_end_second_person(
    *, account: int, person: int, at: datetime, evidence: Evidence | None = None
) -> None:
    """Ask that no second person be required any more; another representative ends it.

    Raises Refused (`not_authorized`, `not_required`, `required_already` if somebody has
    asked, `cooling_down`, and what signing refuses).

    Source: PLAT-094; docs/decisions/0170.
    """
    entry = ledger.account(account)
    seat = authority.require_representative(entry, person, at=at)
    authority.require_no_cool_down(person, at=at)
    rule = _rule(account)
    if rule.end_asked_at is not None:
        raise Refused([checks.RequiredAlready("Somebody has asked for that already.")])
    text = canonical_second_person(entry, required=False)
    _sign(entry, person, "second_person", text, evidence, at=at)
    rule.end_asked_by, rule.end_asked_at = f"person:{person}", at
    rule.end_asked_principal_id = seat.principal
    rule.save()
    _log(entry, act="ask_to_end_second_person", actor=rule.end_asked_by, at=at)
    tell_of_change(entry, "One representative asks that no second person be required.", at=at)
    tasks.open_tasks(
        [
            TaskSpec(
                kind=END_SECOND_PERSON,
                program=entry.program,
                subject=f"second_person:{account}",
                title=f"Second person of {entry.name}: end the requirement, or keep it",
                opened_at=at,
                account=account,
                dedupe=f"{END_SECOND_PERSON} {account}",
                excluded=(person,),
                opened_by=rule.end_asked_by,
            )
        ]
    )


@transaction.atomic
def end_second_person(
    *,
    account: int,
    at: datetime,
    person: int | None = None,
    actor: str = "",
    evidence: Evidence | None = None,
) -> None:
    """End the requirement of a second person, as another one has asked.

    Where the account has one representative alone, an official is the second person.

    Raises Refused (`not_authorized`, `not_required`, `same_person`, `cooling_down`, and
    what signing refuses).

    Source: PLAT-094; docs/decisions/0170.
    """
    entry = ledger.account(account)
    rule = _rule(account)
    if rule.end_asked_at is None:
        raise Refused([checks.NotRequired("Nobody has asked that it end.")])
    by = _representative_or_official(entry, person=person, actor=actor, at=at)
    if by == rule.end_asked_by:
        raise Refused([checks.SamePerson("Another representative than who asked ends it.")])
    if person is not None:
        authority.require_no_cool_down(person, at=at)
    text = canonical_second_person(entry, required=False)
    _sign(entry, person, "second_person", text, evidence, at=at)
    rule.ended_by, rule.ended_at = by, at
    rule.save()
    _log(entry, act="end_second_person", actor=by, at=at)
    tell_of_change(entry, "No second person is required for transfers out of it any more.", at=at)
    tasks.close_tasks(subject=f"second_person:{account}", closed_at=at, outcome="ended")


@transaction.atomic
def keep_second_person(*, account: int, person: int, at: datetime) -> None:
    """Keep the requirement of a second person, although somebody asked that it end.

    Raises Refused (`not_authorized`, `not_required`).

    Source: PLAT-094; docs/decisions/0170.
    """
    entry = ledger.account(account)
    authority.require_representative(entry, person, at=at)
    rule = _rule(account)
    if rule.end_asked_at is None:
        raise Refused([checks.NotRequired("Nobody has asked that it end.")])
    rule.end_asked_by, rule.end_asked_at, rule.end_asked_principal = "", None, None
    rule.save()
    _log(entry, act="keep_second_person", actor=f"person:{person}", at=at)
    tasks.close_tasks(subject=f"second_person:{account}", closed_at=at, outcome="kept")


@transaction.atomic
def agree_once_and_for_all(
    *, account: int, person: int, at: datetime, evidence: Evidence | None = None
) -> None:
    """Agree, for an account, to everything that is transferred into it from now on.

    Raises Refused (`not_authorized`, `agreed_already`, and what signing refuses).

    Source: PLAT-052 (program value); docs/decisions/0174.
    """
    entry = ledger.account(account)
    seat = authority.require_representative(entry, person, at=at)
    text = canonical_acceptance(entry)
    signature = _sign(entry, person, "standing_acceptance", text, evidence, at=at)
    try:
        with transaction.atomic():
            StandingAcceptance.objects.create(
                account_id=account,
                agreed_by_id=person,
                principal_id=seat.principal,
                agreed_at=at,
                signature_id=signature,
            )
    except IntegrityError:
        raise Refused([checks.AgreedAlready("The account has agreed already.")]) from None
    _log(entry, act="agree_once_and_for_all", actor=f"person:{person}", at=at)
    tell_of_change(entry, "It agrees to everything that is transferred into it.", at=at)


@transaction.atomic
def end_agreement(*, account: int, person: int, at: datetime) -> None:
    """Take back an account's agreement to everything that is transferred into it.

    Raises Refused (`not_authorized`, `not_listed`).

    Source: PLAT-052 (program value); docs/decisions/0174.
    """
    entry = ledger.account(account)
    authority.require_representative(entry, person, at=at)
    rows = StandingAcceptance.objects.filter(account_id=account, ended_at=None)
    if not rows.update(ended_at=at, ended_by=f"person:{person}"):
        raise Refused([checks.NotListed("The account has not agreed once and for all.")])
    _log(entry, act="end_agreement", actor=f"person:{person}", at=at)
    tell_of_change(entry, "It agrees to each transfer into it again, one by one.", at=at)


def _rule(account: int) -> SecondPersonRule:
    """What requires a second person now, locked."""
    rows = SecondPersonRule.objects.select_for_update()
    found = rows.filter(account_id=account, ended_at=None).first()
    if found is None:
        raise Refused([checks.NotRequired("No second person is required.")])
    return found


def _representative_or_official(
    entry: AccountEntry, *, person: int | None, actor: str, at: datetime
) -> str:
    if person is not None:
        authority.require_representative(entry, person, at=at)
        return f"person:{person}"
    if not authority.is_official(actor):
        raise Refused([authority.not_authorized(entry)])
    return actor


def _sign(
    entry: AccountEntry,
    person: int | None,
    document: str,
    text: str,
    evidence: Evidence | None,
    *,
    at: datetime,
) -> int | None:
    if person is None:
        return None
    return sign(
        rules=programs.load(entry.program),
        document=document,
        text=text,
        accounts=[entry],
        signer=person,
        principal=person,
        evidence=evidence,
        signed_at=at,
    )


def _log(entry: AccountEntry, *, act: str, actor: str, at: datetime) -> None:
    audit.log(
        at=at,
        program=entry.program,
        actor=actor,
        act=act,
        subject=f"account:{entry.id}",
        cite=CITE,
    )


def tell_of_change(entry: AccountEntry, what: str, *, at: datetime) -> None:
    """Tell every representative of an account what has changed in how it is guarded.

    Source: PLAT-150.
    """
    everybody = authority.submitters([entry.id], at=at)[entry.id]
    context: dict[str, ContextValue] = {
        "account": titled(entry, entry.number),
        "what": what,
        "changed_at": at,
    }
    notices = with_copies(
        [
            NoticeSpec(
                event=CHANGED,
                program=entry.program,
                person=seat.person,
                account=entry.id,
                context=context,
                created_at=at,
            )
            for seat in authority.representatives(everybody)
        ]
    )
    audit.notify(notices)
