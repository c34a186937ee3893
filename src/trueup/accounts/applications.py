"""Applications for general accounts: what the applicant does.

A draft is revised, signed by whoever is to act, and submitted. What is incomplete comes
back with every missing element named; it opens nothing.

Source: 40 CFR 62.16320(c)(1) to (3); PLAT-024 to PLAT-026, PLAT-038.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

from trueup.accounts import application_checks as reasons
from trueup.accounts import application_reads, checks, queries
from trueup.accounts.account_limits import existing_account, limit_refusals
from trueup.accounts.application_decisions import take_effect, unchecked
from trueup.accounts.application_entries import ApplicationEntry, ApplicationSpec
from trueup.accounts.application_models import Application, ApplicationSignature
from trueup.accounts.application_records import (
    Step,
    after,
    applicant_refusals,
    locked,
    take,
    tell,
)
from trueup.accounts.checks import tidy
from trueup.accounts.ownership_checks import tidied
from trueup.accounts.rivals import looking_again
from trueup.accounts.signed_forms import keep_signature
from trueup.identity import queries as identity
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused
from trueup.signing.entries import Evidence

CONSOLE = "console"


def begin_application(
    *,
    program: str,
    applicant: int,
    document: ApplicationSpec,
    begun_at: datetime,
    account: int | None = None,
) -> ApplicationEntry:
    """Begin an application for a general account, as a draft that may lack anything.

    Args:
        account: The open account whose application this one is to supersede.

    Raises Refused with every reason (`unknown_person`, `name_not_usable`,
    `party_not_usable`, `jurisdiction_not_covered`; of an account `unknown_account`,
    `named_by_certificate`, `account_closed`).

    Source: 40 CFR 62.16320(c)(1), (3); PLAT-024.
    """
    rules = programs.load(program)
    document = _tidied(document)

    def act() -> ApplicationEntry:
        refusals = reasons.draft_refusals(document, rules=rules)
        if applicant not in queries.people([applicant]):
            refusals.append(checks.UnknownPerson("The applicant is not registered."))
        if account is not None:
            refusals += _account_refusals(existing_account(account))
        if refusals:
            raise Refused(refusals)
        row = Application.objects.create(
            program=program,
            kind="open" if account is None else "supersede",
            applicant_id=applicant,
            account_id=account,
            document=application_reads.document_json(document),
            begun_at=begun_at,
            heard_at=begun_at,
        )
        begun = application_reads.entries([row])[0]
        take(begun, Step(act="begin", state="draft", actor=f"person:{applicant}", at=begun_at))
        return after(row.pk)

    return looking_again(act)


def revise_application(
    *, application: int, document: ApplicationSpec, by: int, at: datetime
) -> ApplicationEntry:
    """Change what an application says; it must be signed anew.

    Raises Refused (`unknown_application`, `step_not_permitted`, `not_the_applicant`, and
    as `begin_application` does).

    Source: 40 CFR 62.16320(c)(1); PLAT-026.
    """
    document = _tidied(document)

    def act() -> ApplicationEntry:
        before = locked(application)
        rules = programs.load(before.program)
        refusals = applicant_refusals(before, "revise", by=by)
        refusals += reasons.draft_refusals(document, rules=rules)
        if refusals:
            raise Refused(refusals)
        Application.objects.filter(id=application).update(
            document=application_reads.document_json(document), revision=before.revision + 1
        )
        step = Step(act="revise", state=before.state, actor=f"person:{by}", at=at, heard=True)
        take(before, step)
        return after(application)

    return looking_again(act)


def sign_application(
    *, application: int, person: int, at: datetime, evidence: Evidence | None = None
) -> ApplicationEntry:
    """Sign an application as its representative or alternate, statement accepted.

    Raises Refused (`unknown_application`, `step_not_permitted`, `not_a_signer`,
    `signed_already`), or as `signing.services.sign` does.

    Source: 40 CFR 62.16320(c)(1)(ii)(D), (E); MASS-036, RATE-172.
    """

    def act() -> ApplicationEntry:
        before = locked(application)
        refusals = reasons.step_refusals(before, "sign")
        named = (*before.document.representatives, *before.document.alternates)
        if person not in named and not _sits(person, before.account):
            refusals.append(
                reasons.NotASigner("Only the representative and the alternate sign this.")
            )
        if any(signed.person == person for signed in before.signatures):
            refusals.append(reasons.SignedAlready("You have signed this already."))
        if refusals:
            raise Refused(refusals)
        text = application_text(before)
        key = keep_signature(
            program=before.program,
            form="application",
            text=text,
            signer=person,
            evidence=evidence,
            signed_at=at,
            account=before.account,
        )
        statements = programs.load(before.program).people.statements["application"]
        ApplicationSignature.objects.create(
            application_id=application,
            revision=before.revision,
            person_id=person,
            statements=[{"key": item.key, "digest": item.digest} for item in statements],
            digest=hashlib.sha256(text.encode()).hexdigest(),
            method=evidence.method if evidence is not None else CONSOLE,
            signed_at=at,
            signature_id=key,
        )
        step = Step(act="sign", state=before.state, actor=f"person:{person}", at=at, heard=True)
        take(before, step)
        return after(application)

    return looking_again(act)


def application_text(application: ApplicationEntry) -> str:
    """What is signed: the application's elements, with the contacts of whom it names.

    Source: 40 CFR 62.16320(c)(1)(ii).
    """
    named = (*application.document.representatives, *application.document.alternates)
    account = existing_account(application.account) if application.account is not None else None
    return application_reads.document_text(
        application.document,
        people=application_reads.contacts(named),
        account_number=account.number if account is not None else "",
    )


def submit_application(*, application: int, by: int, at: datetime) -> ApplicationEntry:
    """Submit an application: it is received as complete, or comes back as incomplete.

    A superseding application that a sitting representative has signed, and whose new
    persons' identities are checked, has effect on receipt; any other is reviewed first.

    Raises Refused (`unknown_application`, `step_not_permitted`, `not_the_applicant`).

    Source: 40 CFR 62.16320(c)(1), (2)(i), (3)(i); MASS-036, MASS-038, RATE-174.
    """

    def act() -> ApplicationEntry:
        before = locked(application)
        refusals = applicant_refusals(before, "submit", by=by)
        if before.account is not None:
            refusals += _account_refusals(existing_account(before.account))
        if refusals:
            raise Refused(refusals)
        missing = _missing(before)
        actor = f"person:{by}"
        if missing:
            step = Step(
                act="submit", state="incomplete", actor=actor, at=at, missing=missing, heard=True
            )
            take(before, step)
            tell(before, "application_incomplete", at=at, reasons=missing)
            return after(application)
        take(before, Step(act="submit", state="submitted", actor=actor, at=at, heard=True))
        received = after(application)
        if _has_effect_on_receipt(received, at=at):
            take_effect(received, actor=actor, at=at, reason="effective on receipt")
        else:
            tell(received, "application_received", at=at)
        return after(application)

    return looking_again(act)


def withdraw_application(
    *, application: int, by: int, at: datetime, reason: str = ""
) -> ApplicationEntry:
    """Withdraw an application that has not been decided.

    Raises Refused (`unknown_application`, `step_not_permitted`, `not_the_applicant`).

    Source: PLAT-026.
    """

    def act() -> ApplicationEntry:
        before = locked(application)
        refusals = applicant_refusals(before, "withdraw", by=by)
        if refusals:
            raise Refused(refusals)
        step = Step(
            act="withdraw",
            state="withdrawn",
            actor=f"person:{by}",
            at=at,
            reason=reason,
            heard=True,
        )
        take(before, step)
        tell(before, "application_ended", at=at, context={"outcome": "withdrawn"})
        return after(application)

    return looking_again(act)


def _missing(application: ApplicationEntry) -> tuple[str, ...]:
    document = application.document
    return reasons.missing_elements(
        document,
        people=application_reads.contacts((*document.representatives, *document.alternates)),
        signed={signed.person for signed in application.signatures},
        rules=programs.load(application.program),
    )


def _has_effect_on_receipt(application: ApplicationEntry, *, at: datetime) -> bool:
    """Whether a superseding application needs no review; docs/decisions/0160.

    Who has just had credentials reset does not hand an account over unseen (PLAT-094).
    """
    signed = {entry.person for entry in application.signatures}
    sitting = {person for person in signed if _sits(person, application.account)}
    return (
        application.kind == "supersede"
        and bool(sitting - identity.cooling_down(sitting, at=at).keys())
        and not unchecked(application)
    )


def _sits(person: int, account: int | None) -> bool:
    if account is None:
        return False
    return any(seat.person == person for seat in queries.representatives([account])[account])


def _account_refusals(account: AccountEntry) -> list[Refusal]:
    refusals = limit_refusals(account, "name_representative")
    if account.kind != "general":
        refusals.append(
            checks.NamedByCertificate(
                "A certificate of representation names who acts for this account."
            )
        )
    return refusals


def _tidied(document: ApplicationSpec) -> ApplicationSpec:
    return ApplicationSpec(
        name=tidy(document.name),
        representatives=document.representatives,
        alternates=document.alternates,
        parties=tuple(tidied(party) for party in document.parties),
        jurisdiction=document.jurisdiction,
        changed_on=document.changed_on,
    )
