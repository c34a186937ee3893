"""Applications for general accounts: what the Administrator does.

Nobody decides about an application in which that person is named, and nothing is opened
before the identity of whoever will act has been checked and recorded.

Source: PLAT-026, PLAT-038, PLAT-094; 40 CFR 62.16320(c)(1), (3).
"""

from __future__ import annotations

from datetime import datetime

from trueup.accounts import application_checks as reasons
from trueup.accounts import application_reads, checks, general_accounts, ownership
from trueup.accounts.account_limits import existing_account
from trueup.accounts.application_entries import ApplicationEntry
from trueup.accounts.application_models import Application
from trueup.accounts.application_records import (
    Step,
    after,
    locked,
    reason_refusals,
    subject_of,
    take,
    tell,
)
from trueup.accounts.entries import GeneralAccountSpec
from trueup.accounts.ownership_models import OwnershipFiling
from trueup.accounts.rivals import looking_again
from trueup.audit import services as audit
from trueup.identity import queries as identity
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused

ADMINISTRATOR = "administrator"


def review_application(*, application: int, by: int | None, at: datetime) -> ApplicationEntry:
    """Take a submitted application into review.

    Args:
        by: The official; None is the Administrator at the command line.

    Raises Refused (`unknown_application`, `step_not_permitted`, `same_person`).

    Source: PLAT-026.
    """

    def act() -> ApplicationEntry:
        before = locked(application)
        _refuse(_official_refusals(before, "review", by=by))
        take(before, Step(act="review", state="in_review", actor=_actor(by), at=at))
        return after(application)

    return looking_again(act)


def ask_for_information(
    *, application: int, by: int | None, reason: str, at: datetime
) -> ApplicationEntry:
    """Ask the applicant for more; the application waits for the answer.

    Raises Refused (`unknown_application`, `step_not_permitted`, `same_person`,
    `reason_missing`).

    Source: PLAT-026.
    """

    def act() -> ApplicationEntry:
        before = locked(application)
        _refuse(_official_refusals(before, "ask", by=by) + reason_refusals(reason))
        step = Step(
            act="ask", state="information_requested", actor=_actor(by), at=at, reason=reason
        )
        # The silence that is counted begins with the question.
        Application.objects.filter(id=application).update(heard_at=at, reminders=0)
        take(before, step)
        tell(before, "application_information_requested", at=at, reasons=[reason])
        return after(application)

    return looking_again(act)


def approve_application(
    *, application: int, by: int | None, at: datetime, reason: str = ""
) -> ApplicationEntry:
    """Approve an application: the account is opened with a number, or changed.

    Raises Refused with every reason (`unknown_application`, `step_not_permitted`,
    `same_person`, `identity_not_checked`), or as opening and naming do.

    Source: 40 CFR 62.16320(c)(1), (2)(i), (3); PLAT-026, PLAT-038.
    """

    def act() -> ApplicationEntry:
        before = locked(application)
        refusals = _official_refusals(before, "approve", by=by)
        missing = unchecked(before)
        if missing:
            refusals.append(
                checks.IdentityNotChecked(
                    f"The identity of {' and '.join(missing)} has not been checked; record"
                    " the check first."
                )
            )
        _refuse(refusals)
        take_effect(before, actor=_actor(by), at=at, reason=reason)
        return after(application)

    return looking_again(act)


def reject_application(
    *, application: int, by: int | None, reason: str, at: datetime
) -> ApplicationEntry:
    """Reject an application, with the reason; it is a decision.

    Raises Refused (`unknown_application`, `step_not_permitted`, `same_person`,
    `reason_missing`).

    Source: PLAT-026; 40 CFR 62.16320(c)(1).
    """

    def act() -> ApplicationEntry:
        before = locked(application)
        _refuse(_official_refusals(before, "reject", by=by) + reason_refusals(reason))
        decision = audit.decide(
            decision_class="uncertain",
            program=before.program,
            subject=subject_of(application),
            outcome="application rejected",
            reasons=[reason.strip()],
            decided_at=at,
            decided_by=_actor(by),
        )
        take(before, Step(act="reject", state="rejected", actor=_actor(by), at=at, reason=reason))
        tell(
            before,
            "application_ended",
            at=at,
            reasons=[reason],
            context={"outcome": "rejected", "decision": str(decision.id)},
        )
        return after(application)

    return looking_again(act)


def unchecked(application: ApplicationEntry) -> list[str]:
    """Names of those who are to act and whose identity nobody has checked.

    Whoever was checked for an earlier account need not be checked again.

    Source: PLAT-026, PLAT-038.
    """
    named = {*application.document.representatives, *application.document.alternates}
    missing = named - identity.identity_checked(sorted(named))
    return [contact.name for contact in application_reads.contacts(sorted(missing)).values()]


def take_effect(application: ApplicationEntry, *, actor: str, at: datetime, reason: str) -> None:
    """Open the account that a complete application asks for, or change the one it names.

    Source: 40 CFR 62.16320(c)(2)(i), (3)(i), (iii); RATE-174, RATE-176.
    """
    account = application.account
    if application.kind == "open":
        account = _open(application, actor=actor, at=at)
    else:
        _supersede(application, actor=actor, at=at)
    step = Step(act="approve", state="approved", actor=actor, at=at, reason=reason)
    take(application, step, account=account)


def _open(application: ApplicationEntry, *, actor: str, at: datetime) -> int:
    document = application.document
    (account,) = general_accounts.open_general_accounts(
        [
            GeneralAccountSpec(
                name=document.name,
                representative=document.representatives[0],
                alternate=next(iter(document.alternates), None),
                jurisdiction=document.jurisdiction,
                owners=document.parties,
            )
        ],
        program=application.program,
        at=at,
        actor=actor,
    )
    return account.id


def _supersede(application: ApplicationEntry, *, actor: str, at: datetime) -> None:
    """Seat whom the application names and list whom it lists; nobody else stays."""
    account = existing_account(application.account or 0)
    document = application.document
    general_accounts.seat_exactly(
        account=account,
        primary=document.representatives[0],
        alternate=next(iter(document.alternates), None),
        at=at,
        actor=actor,
    )
    rules = programs.load(application.program)
    received_on = rules.local_date(application.received_at or at)
    changed_on = min(document.changed_on or received_on, received_on)
    listed, unlisted = ownership.replace_list(account.id, document.parties, changed_on=changed_on)
    if not listed and not unlisted:
        return
    due_on = rules.days_from(changed_on, rules.people.representation.owner_change_days)
    OwnershipFiling.objects.create(
        account_id=account.id,
        changed_on=changed_on,
        filed_at=application.received_at or at,
        due_on=due_on,
        is_late=received_on > due_on,
        filed_by=f"person:{application.applicant}",
        listed=[spec.name for spec in listed],
        unlisted=[spec.name for spec in unlisted],
    )


def _official_refusals(
    application: ApplicationEntry, step: str, *, by: int | None
) -> list[Refusal]:
    refusals = reasons.step_refusals(application, step)
    if by is not None and by in application.people:
        refusals.append(
            reasons.SamePerson("You are named in this application; somebody else decides about it.")
        )
    return refusals


def _actor(by: int | None) -> str:
    return ADMINISTRATOR if by is None else f"official:{by}"


def _refuse(refusals: list[Refusal]) -> None:
    if refusals:
        raise Refused(refusals)
