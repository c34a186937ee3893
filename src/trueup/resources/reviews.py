"""Decide on papers that were reviewed: approve, accept or disapprove, with grounds.

Nothing is approved while an item of the checklist is open or a question is unanswered;
disapproving needs its grounds alone.

Source: 40 CFR 62.16445(b), (e), 62.16475(g); RATE-074, RATE-132, RATE-136;
docs/decisions/0305.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from trueup.resources import checks
from trueup.resources.applications import approve_application, open_application, reject_application
from trueup.resources.checklists import (
    Subject,
    application_subject,
    checklist,
    report_subject,
    review_refusals,
)
from trueup.resources.decisions import Act, log
from trueup.resources.entries import ResourceEntry
from trueup.resources.filing import existing, refuse, require_ground, tags_for
from trueup.resources.models import Application, Document, Report, ReportReview
from trueup.resources.questions import QuestionEntry, questions_of
from trueup.resources.reports import open_report
from trueup.resources.review_notices import tell_representatives
from trueup.rules.papers import DECISION, VERIFICATION
from trueup.rules.refusal import Refusal, Refused

GROUNDS_MAX = 2000


@transaction.atomic
def approve_reviewed_application(
    *, resource: int, grounds: str, decided_at: datetime, actor: str
) -> ResourceEntry:
    """Approve an application whose review is finished; tell the representatives.

    Raises Refused (`review_open` for each item that is not ticked, `question_open`, and as
    `approve_application` does).

    Source: 40 CFR 62.16445(b); RATE-071, RATE-073, RATE-074; docs/decisions/0305.
    """
    row = existing(resource)
    applied = open_application(row)
    refuse(
        [
            *review_refusals(checklist(subject_of_application(applied))),
            *_question_refusals(questions_of(application=applied.pk)),
        ]
    )
    entry = approve_application(
        resource=resource, decided_at=decided_at, grounds=grounds, actor=actor
    )
    tell_representatives(
        row,
        event="resource_decided",
        at=decided_at,
        context={
            "paper": "Eligibility application",
            "decision": f"approved; registered as {entry.identifier}",
            "ground": grounds,
            "cite": "40 CFR 62.16445(b)",
        },
    )
    return entry


@transaction.atomic
def disapprove_application(
    *, resource: int, grounds: str, decided_at: datetime, actor: str
) -> ResourceEntry:
    """Disapprove an application, and tell the representatives why.

    Raises Refused (`application_missing`, `ground_missing`).

    Source: 40 CFR 62.16445(b); RATE-061; PLAT-150.
    """
    row = existing(resource)
    entry = reject_application(
        resource=resource, grounds=grounds, decided_at=decided_at, actor=actor
    )
    tell_representatives(
        row,
        event="resource_decided",
        at=decided_at,
        context={
            "paper": "Eligibility application",
            "decision": "not approved",
            "ground": grounds,
            "cite": "40 CFR 62.16445(b)",
        },
    )
    return entry


@transaction.atomic
def accept_report(*, report: int, grounds: str, decided_at: datetime, actor: str) -> None:
    """Accept a verified M&V report with its verification report.

    Raises Refused (`report_missing`, `report_not_open`, `verification_missing`,
    `review_open`, `question_open`, `decided_already`, `ground_missing`).

    Source: 40 CFR 62.16445(e); RATE-136; docs/decisions/0305.
    """
    row = open_report(report)
    refusals: list[Refusal] = list(require_ground(grounds))
    if row.state != "verified":
        refusals.append(checks.NotVerified(f"The report of {row.year} is not verified."))
    refusals += review_refusals(checklist(subject_of_report(row)))
    refusals += _question_refusals(questions_of(report=row.pk))
    refuse(refusals)
    _keep(row, "accepted", grounds=grounds, at=decided_at, actor=actor)


@transaction.atomic
def disapprove_report(*, report: int, grounds: str, decided_at: datetime, actor: str) -> None:
    """Disapprove an M&V report or its verification: nothing is issued on it.

    It is incomplete until another verification report is filed, or the sponsor withdraws
    it and files another.

    Raises Refused (`report_missing`, `report_not_open`, `decided_already`,
    `ground_missing`).

    Source: 40 CFR 62.16445(e), 62.16475(g); RATE-132, RATE-136.
    """
    row = open_report(report)
    refuse(require_ground(grounds))
    if row.state == "incomplete":
        raise Refused([checks.DecidedAlready(f"The report of {row.year} is incomplete already.")])
    _keep(row, "disapproved", grounds=grounds, at=decided_at, actor=actor)
    row.state = "incomplete"
    row.save(update_fields=["state"])


def subject_of_application(row: Application) -> Subject:
    """An application as its checklist takes it."""
    return application_subject(row, tags_for(row.resource))


def subject_of_report(row: Report) -> Subject:
    """An M&V report as its checklist takes it."""
    return report_subject(row, tags_for(row.resource))


def _question_refusals(questions: list[QuestionEntry]) -> list[Refusal]:
    return [
        checks.QuestionOpen(f"Awaited from the sponsor: {question.text}")
        for question in questions
        if question.is_open
    ]


def _keep(row: Report, outcome: str, *, grounds: str, at: datetime, actor: str) -> None:
    papers = Document.objects.filter(report=row).exclude(kind=DECISION).order_by("-id")
    paper = papers.filter(kind=VERIFICATION).first() or papers.first()
    try:
        with transaction.atomic():
            ReportReview.objects.create(
                report=row,
                outcome=outcome,
                grounds=grounds.strip()[:GROUNDS_MAX],
                paper=paper,
                decided_at=at,
                decided_by=actor,
            )
    except IntegrityError as error:
        raise Refused([checks.DecidedAlready("This version was decided on already.")]) from error
    resource = row.resource
    log(
        Act(
            program=resource.program,
            subject=f"resource:{resource.pk}",
            at=at,
            actor=actor,
            cite="40 CFR 62.16445(e), 62.16475(g)",
        ),
        f"report_{outcome}",
        report=row.pk,
        ground=grounds[:GROUNDS_MAX],
    )
    tell_representatives(
        resource,
        event="resource_decided",
        at=at,
        context={
            "paper": f"M&V report of {row.year}",
            "decision": outcome,
            "ground": grounds,
            "cite": "40 CFR 62.16445(e), 62.16475(g)",
        },
    )
