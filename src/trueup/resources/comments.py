"""Comment periods of applications: open them, comment, keep a comment from the public.

Source: preamble IV.D.6.b; RATE-213; docs/decisions/0311.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from trueup.audit import services as audit
from trueup.resources import checks, public_checks
from trueup.resources.applications import open_application
from trueup.resources.comment_reads import comment_entry, comment_period, open_period_of
from trueup.resources.decisions import Act, log
from trueup.resources.entries import AttachmentEntry
from trueup.resources.files import keep_file
from trueup.resources.filing import existing, refuse
from trueup.resources.models import Comment, CommentPeriod, CommentWithheld
from trueup.resources.public_entries import CommentEntry, CommentPeriodEntry, CommentSpec
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused

CITE = "preamble IV.D.6.b"
NAME_MAX, TEXT_MAX, QUESTION_MAX = 200, 10_000, 1000


@transaction.atomic
def open_comment_period(
    *, resource: int, question: str, opened_at: datetime, actor: str = "administrator"
) -> CommentPeriodEntry:
    """Ask the public about an application; the days are the program's (`comment_days`).

    Raises Refused (`unknown_resource`, `application_missing`, `comment_empty`,
    `comments_open`).

    Source: preamble IV.D.6.b; RATE-213; docs/decisions/0311.
    """
    row = existing(resource)
    applied = open_application(row)
    rules = programs.load(row.program)
    today = rules.local_date(opened_at)
    refusals: list[Refusal] = []
    if not question.strip():
        refusals.append(public_checks.CommentEmpty("Say what the public is asked."))
    running = open_period_of(applied.pk, today=today)
    if running is not None:
        refusals.append(
            public_checks.CommentsOpen(f"The public can comment already, until {running}.")
        )
    refuse(refusals)
    days = rules.credits.comment_days if rules.credits is not None else 0
    period = CommentPeriod.objects.create(
        resource=row,
        application=applied,
        question=question.strip()[:QUESTION_MAX],
        opened_at=opened_at,
        opened_by=actor,
        opens_on=today,
        closes_on=rules.days_from(today, days),
    )
    log(
        Act(
            program=row.program, subject=f"resource:{row.pk}", at=opened_at, actor=actor, cite=CITE
        ),
        "open_comment_period",
        period=period.pk,
        closes_on=period.closes_on.isoformat(),
    )
    found = comment_period(period.pk)
    assert found is not None  # It was made just now.
    return found


def file_comment(*, period: int, spec: CommentSpec, filed_at: datetime) -> CommentEntry:
    """Take in a comment of anybody, while the period is open; the clock closes it.

    Raises Refused (`unknown_comment_period`, `comments_closed`, `comment_empty`,
    `comment_too_long`, `file_too_large`, `file_refused`).

    Source: preamble IV.D.6.b; RATE-213; docs/decisions/0311.
    """
    known = Comment.objects.filter(key=spec.key, period_id=period).first()
    if known is not None:
        return comment_entry(known)
    row = CommentPeriod.objects.select_related("resource").filter(id=period).first()
    if row is None:
        raise Refused([public_checks.UnknownCommentPeriod(f"There is no comment period {period}.")])
    refuse(_refusals(row, spec, filed_at))
    kept = keep_file(spec.upload) if spec.upload is not None else None
    try:
        return comment_entry(_keep(row, spec, kept, filed_at))
    except IntegrityError:
        # The same form was sent twice at once; the other one was first.
        return comment_entry(Comment.objects.get(key=spec.key))


@transaction.atomic
def withhold_comment(
    *, comment: int, reason: str, withheld_at: datetime, actor: str = "administrator"
) -> CommentEntry:
    """Keep a comment from the public, with the reason in its place; the officials read it.

    Raises Refused (`unknown_comment`, `ground_missing`).

    Source: PLAT-127; docs/decisions/0311.
    """
    row = (
        Comment.objects.select_for_update(of=("self",))
        .select_related("period__resource")
        .filter(id=comment)
        .first()
    )
    if row is None:
        raise Refused([public_checks.UnknownComment(f"There is no comment {comment}.")])
    if not reason.strip():
        raise Refused([checks.GroundMissing("Say why the comment is not published.")])
    if not CommentWithheld.objects.filter(comment=row).exists():
        CommentWithheld.objects.create(
            comment=row,
            reason=reason.strip()[:QUESTION_MAX],
            withheld_at=withheld_at,
            withheld_by=actor,
        )
        audit.log(
            at=withheld_at,
            program=row.period.resource.program,
            actor=actor,
            act="withhold_comment",
            subject=f"resource:{row.period.resource_id}",
            after={"comment": row.pk, "reason": reason.strip()[:QUESTION_MAX]},
            cite="PLAT-127",
        )
    return comment_entry(Comment.objects.select_related("withheld").get(id=row.pk))


@transaction.atomic
def _keep(
    row: CommentPeriod, spec: CommentSpec, kept: AttachmentEntry | None, filed_at: datetime
) -> Comment:
    comment = Comment.objects.create(
        period=row,
        key=spec.key,
        name=spec.name.strip(),
        organization=spec.organization.strip(),
        email=spec.email.strip(),
        text=spec.text.strip(),
        filed_at=filed_at,
        file_name=kept.name if kept is not None else "",
        file_media_type=kept.media_type if kept is not None else "",
        file_size_bytes=kept.size_bytes if kept is not None else 0,
        file_sha256=kept.sha256 if kept is not None else "",
    )
    audit.log(
        at=filed_at,
        program=row.resource.program,
        actor="public",
        act="file_comment",
        subject=f"resource:{row.resource_id}",
        after={"period": row.pk, "comment": comment.pk},
        cite=CITE,
    )
    return comment


def _refusals(row: CommentPeriod, spec: CommentSpec, at: datetime) -> list[Refusal]:
    today = programs.load(row.resource.program).local_date(at)
    refusals: list[Refusal] = []
    if not row.opens_on <= today <= row.closes_on:
        refusals.append(
            public_checks.CommentsClosed(f"The time for comments ended on {row.closes_on}.")
        )
    if not spec.name.strip():
        refusals.append(public_checks.CommentEmpty("Give your name."))
    if not spec.text.strip():
        refusals.append(public_checks.CommentEmpty("Write what you have to say."))
    if len(spec.text.strip()) > TEXT_MAX:
        refusals.append(
            public_checks.CommentTooLong(
                f"A comment has at most {TEXT_MAX:,} characters; attach the rest as a file."
            )
        )
    if max(len(spec.name), len(spec.organization), len(spec.email)) > NAME_MAX:
        refusals.append(public_checks.CommentTooLong(f"A name has at most {NAME_MAX} characters."))
    return refusals
