"""Read accreditations, disclosures and what awaits a verifier; in constant statements.

Source: 40 CFR 62.16470, 62.16475; RATE-123 to RATE-134.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef, QuerySet

from trueup.resources.accreditation_entries import (
    AccreditationEntry,
    DisclosureEntry,
    MyVerifier,
)
from trueup.resources.entries import ReportEntry, ResourceEntry
from trueup.resources.models import (
    AccreditationApplication,
    Application,
    Engagement,
    EngagementDisclosure,
    Report,
    Resource,
    TeamMember,
    Verifier,
)
from trueup.resources.queries import report_entry, resource_entry

PAGE = 100


def verifiers_of(person: int, *, program: str = "") -> list[MyVerifier]:
    """The verifiers of whose team a person is, revoked ones too."""
    rows = Verifier.objects.filter(team__person_id=person, team__until_at=None).distinct()
    if program:
        rows = rows.filter(program=program)
    found = list(rows.order_by("id")[:PAGE])
    teams: dict[int, list[str]] = {row.pk: [] for row in found}
    members = TeamMember.objects.filter(verifier__in=found, until_at=None)
    for member in members.select_related("person").order_by("id"):
        teams[member.verifier_id].append(member.person.name)
    return [
        MyVerifier(
            id=row.pk,
            program=row.program,
            name=row.name,
            categories=tuple(row.categories),
            sp_rating=row.sp_rating,
            moodys_rating=row.moodys_rating,
            accredited_at=row.accredited_at,
            review_due_on=row.review_due_on,
            debarred_on=row.debarred_on,
            revoked_at=row.revoked_at,
            revoked_for=row.revoked_for,
            team=tuple(teams[row.pk]),
        )
        for row in found
    ]


def verifier_of(person: int, *, program: str) -> MyVerifier | None:
    """The accredited verifier for whom a person files in a program; the first of several."""
    found = verifiers_of(person, program=program)
    standing = [one for one in found if one.revoked_at is None]
    return next(iter(standing or found), None)


def applications_of(person: int, *, program: str) -> list[AccreditationEntry]:
    """The applications for accreditation that a person has made, the newest first."""
    rows = AccreditationApplication.objects.filter(applicant_id=person, program=program)
    return [accreditation_entry(row) for row in rows.order_by("-id")[:PAGE]]


def waiting_accreditations(
    *, program: str, limit: int = PAGE, after: int = 0
) -> list[AccreditationEntry]:
    """Applications for accreditation that await a decision, for officials."""
    rows = AccreditationApplication.objects.filter(program=program, state="submitted", id__gt=after)
    return [accreditation_entry(row) for row in rows.order_by("id")[:limit]]


def accreditation(application: int) -> AccreditationEntry | None:
    """An application for accreditation by its id."""
    row = AccreditationApplication.objects.filter(id=application).first()
    return accreditation_entry(row) if row is not None else None


def disclosures_of(verifier: int, resource: int) -> list[DisclosureEntry]:
    """What a verifier has disclosed of a resource, in order."""
    rows = EngagementDisclosure.objects.filter(
        engagement__verifier_id=verifier, engagement__resource_id=resource
    ).order_by("version")
    return [
        DisclosureEntry(
            version=row.version,
            answers=row.answers,
            text=row.text,
            isolation=row.isolation,
            disclosed_by=row.disclosed_by_id,
            disclosed_at=row.disclosed_at,
        )
        for row in rows
    ]


def applications_to_verify(verifier: int, *, limit: int = PAGE) -> list[ResourceEntry]:
    """Resources for which a verifier was cleared, with an application that nobody verified."""
    waiting = Application.objects.filter(
        resource=OuterRef("pk"), verified_at=None, state__in=("submitted", "info_asked")
    )
    rows = Resource.objects.filter(Exists(waiting), Exists(_cleared(verifier)))
    return [resource_entry(row) for row in rows.order_by("id")[:limit]]


def reports_to_verify(
    verifier: int, *, limit: int = PAGE
) -> list[tuple[ReportEntry, ResourceEntry]]:
    """Reports that await verification, of resources for which a verifier was cleared."""
    cleared = Engagement.objects.filter(
        verifier_id=verifier, state="approved", resource=OuterRef("resource")
    )
    rows = (
        Report.objects.filter(Exists(cleared), state__in=("submitted", "incomplete"))
        .select_related("resource")
        .order_by("id")
    )
    return [(report_entry(row), resource_entry(row.resource)) for row in rows[:limit]]


def resources_to_disclose(
    verifier: int, *, program: str, categories: Sequence[str], limit: int = PAGE, after: int = 0
) -> list[ResourceEntry]:
    """Resources in a verifier's categories for which it has disclosed nothing yet."""
    known = Engagement.objects.filter(verifier_id=verifier, resource=OuterRef("pk"))
    rows = Resource.objects.filter(
        ~Exists(known), program=program, state__in=("submitted", "registered"), id__gt=after
    )
    if categories:
        rows = rows.filter(category__in=list(categories))
    return [resource_entry(row) for row in rows.order_by("id")[:limit]]


def report(report_id: int) -> ReportEntry | None:
    """An M&V report by its id."""
    row = Report.objects.filter(id=report_id).first()
    return report_entry(row) if row is not None else None


def accreditation_entry(row: AccreditationApplication) -> AccreditationEntry:
    return AccreditationEntry(
        id=row.pk,
        program=row.program,
        applicant=row.applicant_id,
        name=row.name,
        categories=tuple(row.categories),
        team=tuple(row.team),
        evidence=row.evidence,
        insurer=row.insurer,
        sp_rating=row.sp_rating,
        moodys_rating=row.moodys_rating,
        state=row.state,
        submitted_at=row.submitted_at,
        decided_at=row.decided_at,
        ground=row.ground,
        verifier=row.verifier_id,
    )


def _cleared(verifier: int) -> QuerySet[Engagement]:
    """The clearances of a verifier for the resource of a row."""
    return Engagement.objects.filter(
        verifier_id=verifier, state="approved", resource=OuterRef("pk")
    )
