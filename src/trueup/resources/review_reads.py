"""What officials read of papers under review; in constant statements.

Source: 40 CFR 62.16445 to 62.16480; PLAT-120; RATE-061 to RATE-134.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import TypeVar

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from trueup.resources import checks
from trueup.resources.entries import ReportEntry
from trueup.resources.models import (
    AccreditationApplication,
    Application,
    CommentPeriod,
    Debt,
    Document,
    Engagement,
    Issuance,
    Report,
    ReportReview,
    ReviewQuestion,
    Verifier,
)
from trueup.resources.queries import report_entry
from trueup.rules import programs
from trueup.rules.papers import DECISION, PLAN
from trueup.rules.refusal import Refused

LISTED = 1_000
Row = TypeVar("Row", Application, Report, Document, Engagement, CommentPeriod)
APPLICATION_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A paper that waits for an official.

    Attributes:
        kind: `application`, `report`, `verification`, `plan`, `accreditation`, `engagement`
            or `comments`; `id` is the application's, report's, ... and of a plan the resource's.
        state: What it waits for, as a code.
        due_on: By when an official should have decided, or the sponsor answered.
    """

    kind: str
    id: int
    resource: int | None
    title: str
    state: str
    jurisdiction: str
    category: str
    since: date
    due_on: date | None
    year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which of what waits is listed; blank: all."""

    program: str
    today: date
    kind: str = ""
    jurisdiction: str = ""
    category: str = ""
    text: str = ""


def waiting(wanted: Wanted) -> list[Waiting]:
    """What waits, the first due first; at most so many of each kind; seven statements.

    Source: 40 CFR 62.16445(b), (e), 62.16470(d), 62.16475(e); preamble IV.D.6.b.
    """
    found: list[Waiting] = []
    for name, reader in READERS.items():
        if wanted.kind in ("", name) or (name, wanted.kind) == ("report", "verification"):
            found += reader(wanted)
    if wanted.kind:
        found = [row for row in found if row.kind == wanted.kind]
    return sorted(found, key=lambda row: (row.due_on or date.max, row.since, row.title))


def count_waiting(*, program: str, today: date) -> int:
    """How much waits for an official, for the console; seven statements."""
    return len(waiting(Wanted(program=program, today=today)))


def application_of(resource: int) -> int:
    """The application of a resource that awaits a decision.

    Raises Refused (`application_missing`).
    """
    rows = Application.objects.filter(resource_id=resource, state__in=("submitted", "info_asked"))
    found = rows.order_by("-id").values_list("id", flat=True).first()
    if found is None:
        raise Refused([checks.NotSubmitted("No application of it awaits a decision.")])
    return found


def report_of(report: int) -> ReportEntry | None:
    """An M&V report by its id."""
    row = Report.objects.filter(id=report).first()
    return report_entry(row) if row is not None else None


def verifier_program(verifier: int) -> str:
    """The program of a verifier; empty if there is none."""
    return Verifier.objects.filter(id=verifier).values_list("program", flat=True).first() or ""


def accreditation_program(application: int) -> str:
    """The program of an application for accreditation; empty if there is none."""
    rows = AccreditationApplication.objects.filter(id=application)
    return rows.values_list("program", flat=True).first() or ""


def reports_in_hand(verifier: int) -> int:
    """Reports verified by a verifier on which nothing was issued yet.

    Source: 40 CFR 62.16480; RATE-133.
    """
    return Report.objects.filter(verifier_id=verifier, state="verified").count()


def still_issued(resource: int) -> int:
    """Credits ever issued to a resource that were not demanded back yet.

    Source: 40 CFR 62.16450(d); RATE-148.
    """
    issued = Issuance.objects.filter(resource_id=resource).aggregate(total=Sum("quantity"))
    before = Debt.objects.filter(resource_id=resource).aggregate(total=Sum("demanded"))
    return max(0, (issued["total"] or 0) - (before["total"] or 0))


def debt(key: int) -> tuple[str, str] | None:
    """The program and the resource's name of a demand for credits."""
    rows = Debt.objects.filter(id=key).values_list("resource__program", "resource__name")
    return rows.first()


def _applications(wanted: Wanted) -> list[Waiting]:
    rows = _narrowed(
        Application.objects.filter(
            resource__program=wanted.program, state__in=("submitted", "info_asked")
        ).select_related("resource"),
        wanted,
    )
    return [
        Waiting(
            kind="application",
            id=row.pk,
            resource=row.resource_id,
            title=row.resource.name,
            state=row.state
            if row.state == "info_asked"
            else ("submitted" if row.verified_at else "not_verified"),
            jurisdiction=row.resource.jurisdiction,
            category=row.resource.category,
            since=_day(wanted.program, row.submitted_at),
            due_on=_day(wanted.program, row.submitted_at) + timedelta(days=APPLICATION_DAYS),
        )
        for row in rows.order_by("id")[:LISTED]
    ]


def _reports(wanted: Wanted) -> list[Waiting]:
    """Reports of which a verification is awaited, or an official's word on it."""
    reviewed = ReportReview.objects.filter(
        report=OuterRef("pk"), decided_at__gte=F("report__verified_at")
    )
    rows = _narrowed(
        Report.objects.filter(
            resource__program=wanted.program, state__in=("submitted", "verified", "incomplete")
        )
        .filter(~Q(state="verified") | ~Exists(reviewed))
        .select_related("resource"),
        wanted,
    )
    return [
        Waiting(
            kind="verification" if row.state == "verified" else "report",
            id=row.pk,
            resource=row.resource_id,
            title=row.resource.name,
            state=row.state,
            jurisdiction=row.resource.jurisdiction,
            category=row.resource.category,
            since=_day(wanted.program, row.verified_at or row.filed_at),
            due_on=date(row.year + 1, 6, 30),
            year=row.year,
        )
        for row in rows.order_by("id")[:LISTED]
    ]


def _plans(wanted: Wanted) -> list[Waiting]:
    """Later versions of the plans of registered resources; two statements."""
    rows = _narrowed(
        Document.objects.filter(
            resource__program=wanted.program,
            resource__state="registered",
            kind=PLAN,
            application__state="approved",
            filed_at__gt=F("application__decided_at"),
        ).select_related("resource"),
        wanted,
    ).order_by("id")[:LISTED]
    found = list(rows)
    decisions = Document.objects.filter(
        kind=DECISION, application__in=[row.application_id for row in found]
    )
    decided = {(paper.application_id, paper.elements.get("plan_version")) for paper in decisions}
    return [
        Waiting(
            kind="plan",
            id=row.resource_id,
            resource=row.resource_id,
            title=row.resource.name,
            state="submitted",
            jurisdiction=row.resource.jurisdiction,
            category=row.resource.category,
            since=_day(wanted.program, row.filed_at),
            due_on=_day(wanted.program, row.filed_at) + timedelta(days=APPLICATION_DAYS),
        )
        for row in found
        if (row.application_id, str(row.version)) not in decided
    ]


def _accreditations(wanted: Wanted) -> list[Waiting]:
    if wanted.jurisdiction or wanted.category:
        return []
    rows = AccreditationApplication.objects.filter(program=wanted.program, state="submitted")
    if wanted.text:
        rows = rows.filter(name__icontains=wanted.text)
    return [
        Waiting(
            kind="accreditation",
            id=row.pk,
            resource=None,
            title=row.name,
            state="submitted",
            jurisdiction="",
            category="",
            since=_day(wanted.program, row.submitted_at),
            due_on=_day(wanted.program, row.submitted_at) + timedelta(days=APPLICATION_DAYS),
        )
        for row in rows.order_by("id")[:LISTED]
    ]


def _engagements(wanted: Wanted) -> list[Waiting]:
    rows = _narrowed(
        Engagement.objects.filter(
            verifier__program=wanted.program, state="disclosed"
        ).select_related("resource", "verifier"),
        wanted,
    )
    return [
        Waiting(
            kind="engagement",
            id=row.verifier_id,
            resource=row.resource_id,
            title=f"{row.verifier.name}: {row.resource.name}",
            state="conflict" if row.is_conflict else "disclosed",
            jurisdiction=row.resource.jurisdiction,
            category=row.resource.category,
            since=_day(wanted.program, row.disclosed_at),
            due_on=_day(wanted.program, row.disclosed_at) + timedelta(days=30),
        )
        for row in rows.order_by("id")[:LISTED]
    ]


def _comments(wanted: Wanted) -> list[Waiting]:
    """Comment periods that are open, or closed with the application still undecided."""
    rows = _narrowed(
        CommentPeriod.objects.filter(
            resource__program=wanted.program, application__state__in=("submitted", "info_asked")
        ).select_related("resource"),
        wanted,
    )
    return [
        Waiting(
            kind="comments",
            id=row.application_id,
            resource=row.resource_id,
            title=row.resource.name,
            state="open" if row.closes_on >= wanted.today else "closed",
            jurisdiction=row.resource.jurisdiction,
            category=row.resource.category,
            since=row.opens_on,
            due_on=row.closes_on,
        )
        for row in rows.order_by("id")[:LISTED]
    ]


def overdue_questions(*, program: str, today: date) -> int:
    """Questions to sponsors whose day has passed without an answer."""
    return (
        ReviewQuestion.objects.filter(answer=None, due_on__lt=today)
        .filter(
            Q(application__resource__program=program, application__state="info_asked")
            | Q(report__resource__program=program, report__state__in=("submitted", "verified"))
        )
        .count()
    )


def _narrowed(rows: QuerySet[Row], wanted: Wanted) -> QuerySet[Row]:
    if wanted.jurisdiction:
        rows = rows.filter(resource__jurisdiction=wanted.jurisdiction)
    if wanted.category:
        rows = rows.filter(resource__category=wanted.category)
    if wanted.text:
        rows = rows.filter(resource__name__icontains=wanted.text)
    return rows


def _day(program: str, at: datetime) -> date:
    return programs.load(program).local_date(at)


READERS: Mapping[str, Callable[[Wanted], list[Waiting]]] = MappingProxyType(
    {
        "application": _applications,
        "report": _reports,
        "plan": _plans,
        "accreditation": _accreditations,
        "engagement": _engagements,
        "comments": _comments,
    }
)
