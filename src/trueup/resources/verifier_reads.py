"""What officials read of verifiers; in constant statements.

Source: 40 CFR 62.16470 to 62.16480; RATE-123 to RATE-134.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F

from trueup.accounts import queries as accounts
from trueup.audit.statements import among
from trueup.resources.models import (
    AccreditationApplication,
    Engagement,
    Report,
    TeamMember,
    Verifier,
    VerifierReview,
)

LISTED = 200
REVIEW_YEARS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedVerifier:
    """A verifier in a list, with how many reports it has in hand."""

    id: int
    name: str
    categories: tuple[str, ...]
    is_revoked: bool
    review_due_on: date | None
    in_hand: int
    awaited: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierFile:
    """A verifier as its file at the desk shows it."""

    row: Verifier
    team: tuple[TeamMember, ...]
    engagements: tuple[Engagement, ...]
    in_hand: tuple[Report, ...]
    issued: int
    reviews: tuple[VerifierReview, ...]


def verifiers_of(*, program: str, limit: int, after: int = 0) -> list[ListedVerifier]:
    """Verifiers in the order of accreditation, a page at a time; three statements."""
    rows = list(Verifier.objects.filter(program=program, id__gt=after).order_by("id")[:limit])
    ids = [row.pk for row in rows]
    in_hand = _counted(Report.objects.filter(state="verified", verifier_id__in=among(ids)))
    awaited = _counted(Engagement.objects.filter(state="disclosed", verifier_id__in=among(ids)))
    return [
        ListedVerifier(
            id=row.pk,
            name=row.name,
            categories=tuple(row.categories),
            is_revoked=row.revoked_at is not None,
            review_due_on=row.review_due_on,
            in_hand=in_hand.get(row.pk, 0),
            awaited=awaited.get(row.pk, 0),
        )
        for row in rows
    ]


def open_applications(*, program: str) -> list[AccreditationApplication]:
    """Applications for accreditation that await a decision, the oldest first."""
    rows = AccreditationApplication.objects.filter(program=program, state="submitted")
    return list(rows.order_by("id")[:LISTED])


def application(number: int, *, program: str) -> AccreditationApplication | None:
    """An application for accreditation."""
    rows = AccreditationApplication.objects.filter(id=number, program=program)
    return rows.select_related("applicant", "verifier").first()


def verifier_file(number: int, *, program: str) -> VerifierFile | None:
    """The file of a verifier; None if the program has no such verifier; six statements."""
    row = Verifier.objects.filter(id=number, program=program).first()
    if row is None:
        return None
    reports = Report.objects.filter(verifier=row)
    return VerifierFile(
        row=row,
        team=tuple(
            TeamMember.objects.filter(verifier=row, until_at=None)
            .select_related("person")
            .order_by("id")[:LISTED]
        ),
        engagements=tuple(
            Engagement.objects.filter(verifier=row)
            .select_related("resource")
            .order_by(F("decided_at").asc(nulls_first=True), "-id")[:LISTED]
        ),
        in_hand=tuple(
            reports.filter(state="verified").select_related("resource").order_by("id")[:LISTED]
        ),
        issued=reports.filter(state="issued").count(),
        reviews=tuple(VerifierReview.objects.filter(verifier=row).order_by("-id")[:LISTED]),
    )


def names_of(people: Iterable[int]) -> list[str]:
    """The names of the persons of a team."""
    return [entry.name for entry in accounts.people(people).values()]


def next_review_on(today: date) -> date:
    """The day that is proposed for the next periodic review.

    Source: preamble IV.D.7; RATE-134.
    """
    return today.replace(year=today.year + REVIEW_YEARS, day=min(today.day, 28))


def _counted(rows: object) -> dict[int, int]:
    values = rows.values("verifier_id").annotate(number=Count("id")).order_by()  # type: ignore[attr-defined]
    return {row["verifier_id"]: row["number"] for row in values}
