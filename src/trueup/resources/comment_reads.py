"""Read comment periods and comments: officials all of them, the public after the end.

Source: preamble IV.D.6.b; RATE-213; docs/decisions/0311.
"""

from __future__ import annotations

from datetime import date

from django.db.models import Count, QuerySet

from trueup.resources.entries import AttachmentEntry
from trueup.resources.models import Comment, CommentPeriod
from trueup.resources.public_entries import CommentEntry, CommentPeriodEntry

PAGE = 100


def comment_period(period: int) -> CommentPeriodEntry | None:
    """A comment period by its id."""
    row = _counted().filter(id=period).first()
    return _period_entry(row) if row is not None else None


def comment_periods_of(resource: int) -> list[CommentPeriodEntry]:
    """The comment periods of a resource, in order of opening."""
    return [_period_entry(row) for row in _counted().filter(resource_id=resource).order_by("id")]


def comment_periods(
    *, program: str, open_on: date | None = None, limit: int = PAGE, before: int | None = None
) -> list[CommentPeriodEntry]:
    """The comment periods of a program, the newest first, a page at a time.

    Args:
        open_on: Only those in which one can comment on this day.
        before: The id of the last one of the page before.
    """
    rows = _counted().filter(resource__program=program).order_by("-id")
    if open_on is not None:
        rows = rows.filter(opens_on__lte=open_on, closes_on__gte=open_on)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [_period_entry(row) for row in rows[:limit]]


def comments_of(period: int, *, limit: int = PAGE, after: int = 0) -> list[CommentEntry]:
    """The comments of a period as they came in, for officials, a page at a time."""
    rows = (
        Comment.objects.filter(period_id=period, id__gt=after)
        .select_related("withheld")
        .order_by("id")
    )
    return [comment_entry(row) for row in rows[:limit]]


def comment(comment_id: int) -> CommentEntry | None:
    """A comment by its id, for officials."""
    row = Comment.objects.select_related("withheld").filter(id=comment_id).first()
    return comment_entry(row) if row is not None else None


def published_comments(
    period: CommentPeriodEntry, *, today: date, limit: int = PAGE, after: int = 0
) -> list[CommentEntry]:
    """What the public reads: nothing before the end, no address, no comment withheld.

    Source: PLAT-127; docs/decisions/0311.
    """
    if today <= period.closes_on:
        return []
    return [as_published(entry) for entry in comments_of(period.id, limit=limit, after=after)]


def as_published(entry: CommentEntry) -> CommentEntry:
    """A comment as the public reads it."""
    is_kept = bool(entry.withheld_for)
    return CommentEntry(
        id=entry.id,
        period=entry.period,
        name="" if is_kept else entry.name,
        organization="" if is_kept else entry.organization,
        email="",
        text="" if is_kept else entry.text,
        filed_at=entry.filed_at,
        file=None if is_kept else entry.file,
        withheld_for=entry.withheld_for,
    )


def open_period_of(application: int, *, today: date) -> date | None:
    """Until when the public can comment on an application; None if it cannot."""
    row = (
        CommentPeriod.objects.filter(
            application_id=application, opens_on__lte=today, closes_on__gte=today
        )
        .order_by("-closes_on")
        .first()
    )
    return row.closes_on if row is not None else None


def comment_entry(row: Comment) -> CommentEntry:
    withheld = getattr(row, "withheld", None)
    return CommentEntry(
        id=row.pk,
        period=row.period_id,
        name=row.name,
        organization=row.organization,
        email=row.email,
        text=row.text,
        filed_at=row.filed_at,
        file=AttachmentEntry(
            name=row.file_name,
            media_type=row.file_media_type,
            size_bytes=row.file_size_bytes,
            sha256=row.file_sha256,
        )
        if row.file_sha256
        else None,
        withheld_for=withheld.reason if withheld is not None else "",
    )


def _counted() -> QuerySet[CommentPeriod]:
    return CommentPeriod.objects.annotate(said=Count("comments"))


def _period_entry(row: CommentPeriod) -> CommentPeriodEntry:
    return CommentPeriodEntry(
        id=row.pk,
        resource=row.resource_id,
        application=row.application_id,
        question=row.question,
        opens_on=row.opens_on,
        closes_on=row.closes_on,
        comments=getattr(row, "said", 0),
    )
