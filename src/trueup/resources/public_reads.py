"""Lists that anybody may read: resources, applications, issues, verifiers, engagements.

Each is a page in the order of its key, in a constant number of statements.

Source: 40 CFR 62.16515(h), (i); RATE-207, RATE-209, RATE-213; PLAT-127.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, Sum

from trueup.audit.statements import among
from trueup.ledger.entries import Range
from trueup.ledger.fate_reads import fates_of
from trueup.resources.entries import (
    EguIssuanceEntry,
    IssuanceEntry,
    ResourceEntry,
    VerifierEntry,
)
from trueup.resources.models import (
    AccreditationApplication,
    Application,
    EguIssuance,
    Engagement,
    Issuance,
    Resource,
    TeamMember,
    Verifier,
)
from trueup.resources.queries import issuance_entry, resource_entry, verifier_entry
from trueup.resources.trace import egu_entries

PAGE = 100
RETIRED = "retirement"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationLine:
    """An eligibility application and how far it has come.

    Source: RATE-213; PLAT-127.
    """

    id: int
    resource: ResourceEntry
    state: str
    submitted_at: datetime
    verified_at: datetime | None
    verifier: str
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLine:
    """An issue to a resource, and where its credits are now."""

    issuance: IssuanceEntry
    resource: ResourceEntry
    held: int
    retired: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EguIssueLine:
    """An issue to an affected EGU, and where its credits are now."""

    id: int
    issue: EguIssuanceEntry
    issued_at: datetime
    held: int
    retired: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierLine:
    """A verifier in the public list."""

    entry: VerifierEntry
    team: tuple[str, ...]
    review_due_on: date | None
    revoked_for: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EngagementLine:
    """That a verifier works for a resource, as the public sees it.

    Source: RATE-129, RATE-213.
    """

    id: int
    verifier: VerifierEntry
    resource: ResourceEntry
    state: str
    is_conflict: bool
    disclosed_at: datetime
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccreditationLine:
    """An application for accreditation, as the public sees it."""

    id: int
    name: str
    categories: tuple[str, ...]
    state: str
    submitted_at: datetime
    decided_at: datetime | None


def find_resources(
    *,
    program: str,
    state: str = "",
    category: str = "",
    jurisdiction: str = "",
    search: str = "",
    limit: int = PAGE,
    after: int = 0,
) -> list[ResourceEntry]:
    """Resources by State, category, status and a part of name or identifier.

    Source: 40 CFR 62.16515(h); RATE-207.
    """
    rows = Resource.objects.filter(program=program, id__gt=after).order_by("id")
    for name, value in (("state", state), ("category", category), ("jurisdiction", jurisdiction)):
        if value:
            rows = rows.filter(**{name: value})
    if search:
        rows = rows.filter(Q(name__icontains=search) | Q(identifier__iexact=search))
    return [resource_entry(row) for row in rows[:limit]]


def resources_by_id(ids: Iterable[int]) -> dict[int, ResourceEntry]:
    """Resources by id; unknown ids are left out."""
    rows = Resource.objects.filter(id__in=among(set(ids)))
    return {row.pk: resource_entry(row) for row in rows}


def issued_totals(resources: Iterable[int]) -> dict[int, int]:
    """How many credits were ever issued to each resource; one statement."""
    rows = (
        Issuance.objects.filter(resource_id__in=among(resources))
        .values("resource_id")
        .annotate(total=Sum("quantity"))
    )
    return {row["resource_id"]: row["total"] for row in rows}


def applications(
    *,
    program: str,
    state: str = "",
    submitted_before: datetime | None = None,
    limit: int = PAGE,
    after: int = 0,
) -> list[ApplicationLine]:
    """Eligibility applications in order of filing; those pending too long by the date.

    Source: RATE-213; PLAT-127.
    """
    rows = (
        Application.objects.filter(resource__program=program, id__gt=after)
        .select_related("resource", "verifier")
        .order_by("id")
    )
    if state:
        rows = rows.filter(state=state)
    if submitted_before is not None:
        rows = rows.filter(submitted_at__lt=submitted_before, state__in=("submitted", "info_asked"))
    return [
        ApplicationLine(
            id=row.pk,
            resource=resource_entry(row.resource),
            state=row.state,
            submitted_at=row.submitted_at,
            verified_at=row.verified_at,
            verifier=row.verifier.name if row.verifier is not None else "",
            decided_at=row.decided_at,
        )
        for row in rows[:limit]
    ]


def issues(
    *,
    program: str,
    resource: int | None = None,
    year: int | None = None,
    category: str = "",
    limit: int = PAGE,
    after: int = 0,
) -> list[IssueLine]:
    """Issues to resources in order of issue, and where their credits are; two statements.

    Source: 40 CFR 62.16515(g), (i); RATE-205, RATE-209.
    """
    rows = (
        Issuance.objects.filter(resource__program=program, id__gt=after)
        .select_related("resource")
        .order_by("id")
    )
    if resource is not None:
        rows = rows.filter(resource_id=resource)
    if year is not None:
        rows = rows.filter(year=year)
    if category:
        rows = rows.filter(resource__category=category)
    found = list(rows[:limit])
    where = _fates([(row.lot, row.lo, row.hi) for row in found])
    return [
        IssueLine(
            issuance=issuance_entry(row),
            resource=resource_entry(row.resource),
            held=sum(fate.values()) - fate.get(RETIRED, 0),
            retired=fate.get(RETIRED, 0),
        )
        for row, fate in zip(found, where, strict=True)
    ]


def egu_issues(
    *,
    program: str,
    account: int | None = None,
    year: int | None = None,
    category: str = "",
    limit: int = PAGE,
    after: int = 0,
) -> list[EguIssueLine]:
    """Issues to affected EGUs in order of issue, and where their credits are.

    Source: 40 CFR 62.16434, 62.16515(g), (i); RATE-205, RATE-209.
    """
    rows = (
        EguIssuance.objects.filter(round__program=program, id__gt=after)
        .select_related("round")
        .order_by("id")
    )
    if account is not None:
        rows = rows.filter(account_id=account)
    if year is not None:
        rows = rows.filter(round__year=year)
    if category:
        rows = rows.filter(category=category)
    found = list(rows[:limit])
    where = _fates([(row.lot, row.lo, row.hi) for row in found])
    return [
        EguIssueLine(
            id=row.pk,
            issue=entry,
            issued_at=row.round.issued_at,
            held=sum(fate.values()) - fate.get(RETIRED, 0),
            retired=fate.get(RETIRED, 0),
        )
        for row, entry, fate in zip(found, egu_entries(found), where, strict=True)
    ]


def verifiers(*, program: str, limit: int = PAGE, after: int = 0) -> list[VerifierLine]:
    """Verifiers, revoked ones too, with their teams; two statements.

    Source: 40 CFR 62.16515(i)(2); RATE-209.
    """
    rows = list(Verifier.objects.filter(program=program, id__gt=after).order_by("id")[:limit])
    teams: dict[int, list[str]] = {row.pk: [] for row in rows}
    members = TeamMember.objects.filter(verifier_id__in=among(teams), until_at=None)
    for member in members.select_related("person").order_by("id"):
        teams[member.verifier_id].append(member.person.name)
    return [
        VerifierLine(
            entry=verifier_entry(row),
            team=tuple(teams[row.pk]),
            review_due_on=row.review_due_on,
            revoked_for=row.revoked_for,
        )
        for row in rows
    ]


def engagements(
    *,
    program: str,
    verifier: int | None = None,
    resource: int | None = None,
    limit: int = PAGE,
    after: int = 0,
) -> list[EngagementLine]:
    """Who verifies for whom, and whether it was cleared.

    Source: RATE-129, RATE-213.
    """
    rows = (
        Engagement.objects.filter(verifier__program=program, id__gt=after)
        .select_related("verifier", "resource")
        .order_by("id")
    )
    if verifier is not None:
        rows = rows.filter(verifier_id=verifier)
    if resource is not None:
        rows = rows.filter(resource_id=resource)
    return [
        EngagementLine(
            id=row.pk,
            verifier=verifier_entry(row.verifier),
            resource=resource_entry(row.resource),
            state=row.state,
            is_conflict=row.is_conflict,
            disclosed_at=row.disclosed_at,
            decided_at=row.decided_at,
        )
        for row in rows[:limit]
    ]


def accreditation_applications(
    *, program: str, limit: int = PAGE, after: int = 0
) -> list[AccreditationLine]:
    """Applications for accreditation in order of filing.

    Source: RATE-213.
    """
    rows = AccreditationApplication.objects.filter(program=program, id__gt=after).order_by("id")
    return [
        AccreditationLine(
            id=row.pk,
            name=row.name,
            categories=tuple(row.categories),
            state=row.state,
            submitted_at=row.submitted_at,
            decided_at=row.decided_at,
        )
        for row in rows[:limit]
    ]


def _fates(
    ranges: Sequence[tuple[int | None, int | None, int | None]],
) -> list[dict[str, int]]:
    """Where the credits of issues are; an issue of nothing has none."""
    known = [
        Range(lot, lo, hi)
        for lot, lo, hi in ranges
        if lot is not None and lo is not None and hi is not None
    ]
    found = iter(fates_of(known))
    return [next(found) if lot is not None else {} for lot, _, _ in ranges]
