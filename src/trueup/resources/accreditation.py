"""Verifiers apply for accreditation, and disclose what could be a conflict.

Source: 40 CFR 62.16470, 62.16475; RATE-123 to RATE-131.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from trueup.audit import services as audit
from trueup.resources import checks, public_checks
from trueup.resources.accreditation_entries import (
    TESTS,
    AccreditationEntry,
    AccreditationSpec,
    DisclosureSpec,
)
from trueup.resources.accreditation_reads import accreditation_entry
from trueup.resources.entries import VerifierSpec
from trueup.resources.filing import existing, refuse, require_ground
from trueup.resources.models import (
    AccreditationApplication,
    Engagement,
    EngagementDisclosure,
    Resource,
    Verifier,
)
from trueup.resources.signed import Signed
from trueup.resources.verifiers import (
    Seen,
    accreditation_refusals,
    conflict_refusals,
    disclose_engagement,
    known_verifier,
    see,
)
from trueup.rules.refusal import Refusal, Refused
from trueup.signing import services as signing

CITE = "40 CFR 62.16470"


def submit_accreditation(
    *,
    program: str,
    spec: AccreditationSpec,
    key: UUID,
    submitted_by: int,
    submitted_at: datetime,
    signed: Signed | None = None,
) -> AccreditationEntry:
    """Take in an application for accreditation, with everything that the rule asks for.

    Raises Refused (`evidence_missing`, `not_insured`, `debarred`, `not_of_the_team`,
    `accreditation_open`, `verifier_known`).

    Source: 40 CFR 62.16470(b), (c); RATE-124 to RATE-126.
    """
    refuse(_submission_refusals(program, spec, submitted_by, submitted_at))
    try:
        row = _row(program, spec, key, submitted_by, submitted_at)
        return _keep(row, signed)
    except IntegrityError as error:
        same = AccreditationApplication.objects.filter(key=key, applicant_id=submitted_by).first()
        if same is not None:
            return accreditation_entry(same)
        raise Refused([_open(spec.name)]) from error


@transaction.atomic
def withdraw_accreditation(
    *, application: int, withdrawn_by: int, withdrawn_at: datetime
) -> AccreditationEntry:
    """Withdraw an application on which nobody has decided.

    Raises Refused (`unknown_accreditation`, `not_the_applicant`, `accreditation_decided`).

    Source: 40 CFR 62.16470.
    """
    row = _waiting(application)
    if row.applicant_id != withdrawn_by:
        raise Refused([public_checks.NotTheApplicant("Only the applicant withdraws it.")])
    row.state, row.decided_at = "withdrawn", withdrawn_at
    row.decided_by = f"person:{withdrawn_by}"
    row.save(update_fields=["state", "decided_at", "decided_by"])
    _log(row, withdrawn_at, row.decided_by, "withdraw_accreditation")
    return accreditation_entry(row)


@transaction.atomic
def disclose_facts(
    *,
    verifier: int,
    resource: int,
    spec: DisclosureSpec,
    disclosed_by: int,
    disclosed_at: datetime,
    signed: Signed | None = None,
) -> int:
    """Answer the seven tests of a conflict for a resource, before starting or later.

    What is new reopens the review: until an official clears it again, the verifier files
    nothing. What the registry itself knows to be a tie cannot be denied. A declared tie
    with measures that keep it away is for the official to weigh.

    Raises Refused (`unknown_verifier`, `unknown_resource`, `not_of_the_team`,
    `not_accredited`, `ground_missing`, `conflict_test_not_answered`,
    `conflict_not_declared`).

    Source: 40 CFR 62.16475(a), (d)-(f); RATE-127, RATE-129, RATE-130; docs/decisions/0312.
    """
    row, of = known_verifier(verifier), existing(resource)
    refuse(_disclosure_refusals(row, of, spec, disclosed_by, disclosed_at))
    is_tied = "yes" in spec.answers.values()
    disclose_engagement(
        verifier=row.pk,
        resource=of.pk,
        disclosure=spec.text.strip(),
        is_conflict=is_tied and not spec.isolation.strip(),
        disclosed_at=disclosed_at,
    )
    engagement = Engagement.objects.get(verifier=row, resource=of)
    made = EngagementDisclosure.objects.create(
        engagement=engagement,
        version=EngagementDisclosure.objects.filter(engagement=engagement).count() + 1,
        answers=dict(spec.answers),
        text=spec.text.strip()[:2000],
        isolation=spec.isolation.strip()[:2000],
        disclosed_by_id=disclosed_by,
        disclosed_at=disclosed_at,
    )
    _sign(row.program, signed, disclosed_by, disclosed_at)
    return made.version


def accreditation_refusals_of(
    program: str, spec: AccreditationSpec, *, submitted_by: int, at: datetime
) -> list[Refusal]:
    """Why an application for accreditation would be refused now.

    Source: 40 CFR 62.16470(b), (c); RATE-124 to RATE-126.
    """
    return _submission_refusals(program, spec, submitted_by, at)


def disclosure_refusals(
    *, verifier: int, resource: int, spec: DisclosureSpec, disclosed_by: int, at: datetime
) -> list[Refusal]:
    """Why a disclosure would be refused now.

    Source: 40 CFR 62.16475(a), (d).
    """
    row = Verifier.objects.filter(id=verifier).first()
    of = Resource.objects.filter(id=resource).first()
    if row is None or of is None:
        return [checks.UnknownVerifier("There is no such verifier or resource.")]
    return _disclosure_refusals(row, of, spec, disclosed_by, at)


@transaction.atomic
def _keep(row: AccreditationApplication, signed: Signed | None) -> AccreditationEntry:
    row.save(force_insert=True)
    _sign(row.program, signed, row.applicant_id, row.submitted_at)
    _log(row, row.submitted_at, f"person:{row.applicant_id}", "submit_accreditation")
    return accreditation_entry(row)


def _row(
    program: str, spec: AccreditationSpec, key: UUID, person: int, at: datetime
) -> AccreditationApplication:
    return AccreditationApplication(
        program=program,
        key=key,
        applicant_id=person,
        name=spec.name.strip(),
        categories=sorted(spec.categories),
        team=list(dict.fromkeys(spec.team)),
        evidence=dict(spec.evidence),
        insurer=spec.insurer.strip(),
        sp_rating=spec.sp_rating,
        moodys_rating=spec.moodys_rating,
        is_free_of_debarment=spec.is_free_of_debarment,
        submitted_at=at,
    )


def _submission_refusals(
    program: str, spec: AccreditationSpec, person: int, at: datetime
) -> list[Refusal]:
    refusals = accreditation_refusals(
        program,
        VerifierSpec(
            name=spec.name,
            team=spec.team,
            categories=spec.categories,
            evidence=spec.evidence,
            sp_rating=spec.sp_rating,
            moodys_rating=spec.moodys_rating,
        ),
        at,
    )
    name = spec.name.strip()
    if not name or not spec.insurer.strip():
        refusals.append(checks.EvidenceMissing("Name the verifier and the liability insurer."))
    if not spec.is_free_of_debarment:
        refusals.append(
            checks.Debarred("Who is debarred, suspended or proposed for it is not accredited.")
        )
    if person not in spec.team:
        refusals.append(checks.NotOfTheTeam("Whoever applies is of the team."))
    if AccreditationApplication.objects.filter(
        program=program, name=name, state="submitted"
    ).exists():
        refusals.append(_open(name))
    if Verifier.objects.filter(program=program, name=name, revoked_at=None).exists():
        refusals.append(checks.VerifierKnown(f"“{name}” is accredited already."))
    return refusals


def _disclosure_refusals(
    row: Verifier, of: Resource, spec: DisclosureSpec, person: int, at: datetime
) -> list[Refusal]:
    refusals: list[Refusal] = list(require_ground(spec.text))
    seen = see(row, [of])
    if person not in seen.team:
        refusals.append(checks.NotOfTheTeam(f"Only the team of “{row.name}” discloses for it."))
    if row.revoked_at is not None and row.revoked_at <= at:
        refusals.append(checks.NotAccredited(f"The accreditation of “{row.name}” was revoked."))
    refusals += _unanswered(spec.answers)
    if "yes" not in spec.answers.values():
        fresh = conflict_refusals(row, of, _without_engagement(seen))
        refusals += [
            public_checks.ConflictNotDeclared(
                f"{refusal.sentence} Answer yes to the test that it concerns."
            )
            for refusal in fresh
        ]
    return refusals


def _unanswered(answers: Mapping[str, str]) -> list[Refusal]:
    return [
        public_checks.TestNotAnswered(f"Answer yes or no: {label}.")
        for name, label in TESTS.items()
        if answers.get(name) not in ("yes", "no")
    ]


def _without_engagement(seen: Seen) -> Seen:
    """What the registry knows by itself, without what was declared before."""
    return replace(seen, engagements={})


def _waiting(application: int) -> AccreditationApplication:
    row = AccreditationApplication.objects.select_for_update().filter(id=application).first()
    if row is None:
        raise Refused(
            [public_checks.UnknownAccreditation(f"There is no application {application}.")]
        )
    if row.state != "submitted":
        raise Refused(
            [public_checks.AccreditationDecided(f"The application was {row.state} already.")]
        )
    return row


def _open(name: str) -> Refusal:
    return public_checks.AccreditationOpen(f"An application of “{name}” awaits its decision.")


def _sign(program: str, signed: Signed | None, person: int, at: datetime) -> None:
    """Keep the signature of an act for no account; from the command line there is none."""
    if signed is not None:
        signing.sign(
            program=program,
            document=signed.document,
            text=signed.text,
            statements=signed.statements,
            signer=person,
            for_person=None,
            evidence=signed.evidence,
            signed_at=at,
            account=None,
        )


def _log(
    row: AccreditationApplication, at: datetime, actor: str, act: str, **after: object
) -> None:
    audit.log(
        at=at,
        program=row.program,
        actor=actor,
        act=act,
        subject=f"accreditation:{row.pk}",
        after={"name": row.name, **after},
        cite=CITE,
    )
