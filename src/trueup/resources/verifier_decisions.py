"""What officials decide about verifiers: accreditation, clearance, periodic review.

Source: 40 CFR 62.16470, 62.16475(d)-(f), 62.16480; preamble IV.D.7; RATE-123 to RATE-134.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from trueup.audit import services as audit
from trueup.resources import checks
from trueup.resources.checklists import accreditation_subject, checklist, review_refusals
from trueup.resources.decisions import ACCREDITATION, Act, decide
from trueup.resources.entries import VerifierEntry, VerifierSpec
from trueup.resources.filing import existing, refuse, require_ground
from trueup.resources.models import AccreditationApplication, Engagement, VerifierReview
from trueup.resources.verifiers import accredit_verifier, known_verifier, nothing_disclosed
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused

GROUND_MAX = 2000


@transaction.atomic
def accredit_applicant(
    *,
    application: int,
    grounds: str,
    review_due_on: date,
    decided_at: datetime,
    actor: str = "administrator",
) -> VerifierEntry:
    """Accredit the verifier that applied, when every item of its checklist is ticked.

    Raises Refused (`unknown_verifier` for an application that there is not,
    `decided_already`, `review_open`, `ground_missing`, and as `accredit_verifier` does).

    Source: 40 CFR 62.16470(a)-(c); RATE-123 to RATE-126, RATE-134.
    """
    row = _open(application)
    refusals: list[Refusal] = list(require_ground(grounds))
    refusals += review_refusals(checklist(accreditation_subject(row)))
    if not row.is_free_of_debarment:
        refusals.append(checks.Debarred(f"“{row.name}” does not state that it is not debarred."))
    if review_due_on <= programs.load(row.program).local_date(decided_at):
        refusals.append(checks.GroundMissing("The next review is due on a day to come."))
    refuse(refusals)
    entry = accredit_verifier(
        program=row.program,
        spec=VerifierSpec(
            name=row.name,
            team=tuple(row.team),
            categories=tuple(row.categories),
            evidence=dict(row.evidence),
            sp_rating=row.sp_rating,
            moodys_rating=row.moodys_rating,
            review_due_on=review_due_on,
        ),
        accredited_at=decided_at,
        actor=actor,
    )
    _close(row, "accredited", grounds=grounds, at=decided_at, actor=actor, verifier=entry.id)
    return entry


@transaction.atomic
def reject_applicant(
    *, application: int, grounds: str, decided_at: datetime, actor: str = "administrator"
) -> None:
    """Refuse an accreditation, with the grounds; the verifier may apply again.

    Raises Refused (`unknown_verifier`, `decided_already`, `ground_missing`).

    Source: 40 CFR 62.16470(a)-(c).
    """
    row = _open(application)
    refuse(require_ground(grounds))
    _close(row, "rejected", grounds=grounds, at=decided_at, actor=actor)
    decide(
        Act(
            program=row.program,
            subject=f"accreditation:{row.pk}",
            at=decided_at,
            actor=actor,
            cite="40 CFR 62.16470",
        ),
        item=ACCREDITATION,
        outcome="not accredited",
        ground=grounds,
        name=row.name,
    )


@transaction.atomic
def refuse_engagement(
    *,
    verifier: int,
    resource: int,
    ground: str,
    decided_at: datetime,
    actor: str = "administrator",
) -> None:
    """Refuse that a verifier works for a resource; facts disclosed anew reopen it.

    Raises Refused (`unknown_verifier`, `unknown_resource`, `engagement_not_cleared` if
    nothing was disclosed, `decided_already`, `ground_missing`).

    Source: 40 CFR 62.16475(e), (f); RATE-129, RATE-130.
    """
    row, of = known_verifier(verifier), existing(resource)
    refuse(require_ground(ground))
    found = Engagement.objects.filter(verifier=row, resource=of).first()
    if found is None:
        raise Refused([nothing_disclosed(row, of)])
    if found.state == "refused":
        raise Refused([checks.DecidedAlready("The engagement was refused already.")])
    found.state, found.decided_at = "refused", decided_at
    found.save(update_fields=["state", "decided_at"])
    audit.log(
        at=decided_at,
        program=row.program,
        actor=actor,
        act="refuse_engagement",
        subject=f"resource:{of.pk}",
        after={"verifier": row.pk, "ground": ground[:GROUND_MAX]},
        cite="40 CFR 62.16475(e)",
    )


@transaction.atomic
def review_verifier(
    *,
    verifier: int,
    finding: str,
    next_due_on: date,
    reviewed_at: datetime,
    actor: str = "administrator",
) -> None:
    """Keep a periodic review of a verifier, and when the next is due.

    Raises Refused (`unknown_verifier`, `not_accredited`, `ground_missing`).

    Source: 40 CFR 62.16470(c)(1)(i); preamble IV.D.7; RATE-134.
    """
    row = known_verifier(verifier)
    refusals: list[Refusal] = list(require_ground(finding))
    if row.revoked_at is not None:
        refusals.append(checks.NotAccredited(f"“{row.name}” is not accredited any more."))
    if next_due_on <= programs.load(row.program).local_date(reviewed_at):
        refusals.append(checks.GroundMissing("The next review is due on a day to come."))
    refuse(refusals)
    VerifierReview.objects.create(
        verifier=row,
        finding=finding.strip()[:GROUND_MAX],
        next_due_on=next_due_on,
        reviewed_at=reviewed_at,
        reviewed_by=actor,
    )
    row.review_due_on = next_due_on
    row.save(update_fields=["review_due_on"])
    audit.log(
        at=reviewed_at,
        program=row.program,
        actor=actor,
        act="review_verifier",
        subject=f"verifier:{row.pk}",
        after={"finding": finding[:GROUND_MAX], "next_due_on": str(next_due_on)},
        cite="40 CFR 62.16470(c)(1)(i)",
    )


def _open(application: int) -> AccreditationApplication:
    row = AccreditationApplication.objects.select_for_update().filter(id=application).first()
    if row is None:
        raise Refused([checks.UnknownVerifier(f"There is no application {application}.")])
    if row.state != "submitted":
        raise Refused([checks.DecidedAlready(f"The application is {row.state} already.")])
    return row


def _close(
    row: AccreditationApplication,
    state: str,
    *,
    grounds: str,
    at: datetime,
    actor: str,
    verifier: int | None = None,
) -> None:
    row.state, row.ground, row.decided_at, row.decided_by = state, grounds[:GROUND_MAX], at, actor
    row.verifier_id = verifier
    row.save(update_fields=["state", "ground", "decided_at", "decided_by", "verifier"])
    audit.notify(
        [
            audit.NoticeSpec(
                event="resource_decided",
                program=row.program,
                person=row.applicant_id,
                created_at=at,
                context={
                    "resource": row.name,
                    "program": programs.load(row.program).name,
                    "paper": "Application for accreditation",
                    "decision": state,
                    "at": programs.load(row.program).local_date(at),
                    "ground": grounds,
                    "cite": "40 CFR 62.16470",
                },
            )
        ]
    )
