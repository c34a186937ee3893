"""Questions to the sponsor about a paper, and the answers, back and forth.

A question is open until it is answered, or until the sponsor files another version of
the paper. Nothing is approved and nothing issued while one is open.

Source: 40 CFR 62.16445(a)(9); RATE-073; docs/decisions/0305.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from trueup.audit import services as audit
from trueup.audit.statements import among
from trueup.resources import checks
from trueup.resources.filing import refuse, require_ground, submitter_refusals
from trueup.resources.models import Application, Document, Report, ReviewAnswer, ReviewQuestion
from trueup.resources.review_notices import tell_representatives
from trueup.resources.signed import Signed, keep_signature
from trueup.rules import programs
from trueup.rules.papers import APPLICATION, PLAN, REPORT
from trueup.rules.refusal import Refused

CITE = "40 CFR 62.16445(a)(9)"
TEXT_MAX, ANSWER_MAX = 2000, 5000
ANSWER_DAYS = 30
SPONSORS = (APPLICATION, PLAN, REPORT)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionEntry:
    """A question, and its answer if there is one.

    Attributes:
        is_open: Neither answered nor made moot by a later version of the paper.
    """

    key: UUID
    application: int | None
    report: int | None
    element: str
    text: str
    asked_by: str
    asked_at: datetime
    due_on: date | None
    answer: str
    answered_by: str
    answered_at: datetime | None
    is_open: bool


@transaction.atomic
def ask_about_application(
    *,
    application: int,
    text: str,
    asked_at: datetime,
    actor: str,
    element: str = "",
    due_on: date | None = None,
) -> QuestionEntry:
    """Ask the sponsor about its application; the review rests until it is answered.

    Raises Refused (`application_missing`, `ground_missing`).

    Source: 40 CFR 62.16445(a)(9); RATE-073.
    """
    row = (
        Application.objects.select_for_update(of=("self",))
        .select_related("resource")
        .filter(id=application)
        .first()
    )
    if row is None or row.state not in {"submitted", "info_asked"}:
        raise Refused([checks.NotSubmitted("No such application awaits a decision.")])
    refuse(require_ground(text))
    row.state, row.question = "info_asked", text.strip()[:TEXT_MAX]
    row.save(update_fields=["state", "question"])
    return _ask(row, None, text=text, element=element, due_on=due_on, at=asked_at, actor=actor)


@transaction.atomic
def ask_about_report(
    *,
    report: int,
    text: str,
    asked_at: datetime,
    actor: str,
    element: str = "",
    due_on: date | None = None,
) -> QuestionEntry:
    """Ask the sponsor about an M&V report; nothing is issued on it until it is answered.

    Raises Refused (`report_missing`, `report_not_open`, `ground_missing`).

    Source: 40 CFR 62.16445(a)(9), (e); RATE-073.
    """
    row = (
        Report.objects.select_for_update(of=("self",))
        .select_related("resource")
        .filter(id=report)
        .first()
    )
    if row is None:
        raise Refused([checks.ReportMissing(f"There is no M&V report {report}.")])
    if row.state in {"issued", "superseded"}:
        raise Refused([checks.ReportNotOpen(f"The report of {row.year} is {row.state}.")])
    refuse(require_ground(text))
    return _ask(None, row, text=text, element=element, due_on=due_on, at=asked_at, actor=actor)


@transaction.atomic
def answer_question(
    *,
    question: UUID,
    text: str,
    answered_by: int,
    answered_at: datetime,
    signed: Signed | None = None,
) -> QuestionEntry:
    """Answer a question as the sponsor's representative; once.

    When the last question about an application is answered, its review goes on.

    Raises Refused (`unknown_question`, `question_answered`, `not_representative`,
    `ground_missing`).

    Source: 40 CFR 62.16445(a)(9); RATE-073.
    """
    row = (
        ReviewQuestion.objects.select_related("application__resource", "report__resource")
        .filter(key=question)
        .first()
    )
    if row is None:
        raise Refused([checks.UnknownQuestion("There is no such question.")])
    of = row.application or row.report
    if of is None:
        raise AssertionError("a question is about a paper")
    resource = of.resource
    refuse([*submitter_refusals(resource, answered_by, at=answered_at), *require_ground(text)])
    try:
        with transaction.atomic():
            ReviewAnswer.objects.create(
                question=row,
                text=text.strip()[:ANSWER_MAX],
                answered_by=f"person:{answered_by}",
                answered_at=answered_at,
            )
    except IntegrityError as error:
        raise Refused([checks.QuestionAnswered("The question was answered already.")]) from error
    keep_signature(resource, signed, person=answered_by, at=answered_at)
    if row.application is not None:
        _go_on(row.application)
    audit.log(
        at=answered_at,
        program=resource.program,
        actor=f"person:{answered_by}",
        act="answer_review_question",
        subject=f"resource:{resource.pk}",
        after={"question": str(row.key), "answer": text.strip()[:ANSWER_MAX]},
        cite=CITE,
    )
    (entry,) = [one for one in _entries([row]) if one.key == question]
    return entry


def questions_of(
    *, application: int | None = None, report: int | None = None
) -> list[QuestionEntry]:
    """The questions about one paper, in the order in which they were asked; two statements.

    Source: 40 CFR 62.16445(a)(9).
    """
    rows = ReviewQuestion.objects.order_by("id")
    if application is not None:
        return _entries(rows.filter(application_id=application))
    return _entries(rows.filter(report_id=report)) if report is not None else []


def questions_of_resources(resources: Sequence[int]) -> dict[int, list[QuestionEntry]]:
    """The open questions about papers of some resources, by resource; for the sponsor.

    Source: 40 CFR 62.16445(a)(9).
    """
    rows = list(
        ReviewQuestion.objects.filter(answer=None)
        .filter(
            Q(application__resource_id__in=among(resources))
            | Q(report__resource_id__in=among(resources))
        )
        .select_related("application", "report")
        .order_by("id")
    )
    owners = {
        row.key: of.resource_id for row in rows if (of := row.application or row.report) is not None
    }
    found: dict[int, list[QuestionEntry]] = defaultdict(list)
    for entry in _entries(rows):
        if entry.is_open:
            found[owners[entry.key]].append(entry)
    return found


def questioned_reports(reports: Iterable[int]) -> set[int]:
    """Reports about which a question is open; two statements.

    Source: 40 CFR 62.16445(a)(9), (e).
    """
    rows = ReviewQuestion.objects.filter(report_id__in=among(reports), answer=None)
    return {entry.report for entry in _entries(rows) if entry.is_open and entry.report is not None}


def _ask(
    application: Application | None,
    report: Report | None,
    *,
    text: str,
    element: str,
    due_on: date | None,
    at: datetime,
    actor: str,
) -> QuestionEntry:
    of = application or report
    if of is None:
        raise AssertionError("a question is about a paper")
    rules = programs.load(of.resource.program)
    row = ReviewQuestion.objects.create(
        application=application,
        report=report,
        element=element[:60],
        text=text.strip()[:TEXT_MAX],
        asked_by=actor,
        asked_at=at,
        due_on=due_on or rules.local_date(at) + timedelta(days=ANSWER_DAYS),
    )
    audit.log(
        at=at,
        program=of.resource.program,
        actor=actor,
        act="ask_for_information",
        subject=f"resource:{of.resource_id}",
        after={"question": row.text, "element": row.element, "due_on": str(row.due_on)},
        cite=CITE,
    )
    tell_representatives(
        of.resource,
        event="resource_question",
        at=at,
        context={"question": row.text, "due": row.due_on, "cite": CITE},
    )
    (entry,) = _entries([row])
    return entry


def _go_on(row: Application) -> None:
    """The review goes on when nothing is open any more."""
    if row.state == "info_asked" and not any(
        entry.is_open for entry in questions_of(application=row.pk)
    ):
        Application.objects.filter(id=row.pk, state="info_asked").update(state="submitted")


def _entries(rows: Iterable[ReviewQuestion]) -> list[QuestionEntry]:
    known = list(rows)
    answers = {
        answer.question_id: answer
        for answer in ReviewAnswer.objects.filter(question_id__in=among([row.pk for row in known]))
    }
    filed = _filed(known)
    return [_entry(row, answers.get(row.pk), filed) for row in known]


def _entry(
    row: ReviewQuestion,
    answer: ReviewAnswer | None,
    filed: dict[tuple[int | None, int | None], datetime],
) -> QuestionEntry:
    later = filed.get((row.application_id, row.report_id))
    is_moot = later is not None and later > row.asked_at
    return QuestionEntry(
        key=row.key,
        application=row.application_id,
        report=row.report_id,
        element=row.element,
        text=row.text,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        due_on=row.due_on,
        answer=answer.text if answer is not None else "",
        answered_by=answer.answered_by if answer is not None else "",
        answered_at=answer.answered_at if answer is not None else None,
        is_open=answer is None and not is_moot,
    )


def _filed(rows: Sequence[ReviewQuestion]) -> dict[tuple[int | None, int | None], datetime]:
    """When the sponsor last filed a paper of each application and report that is asked about."""
    if not rows:
        return {}
    papers = Document.objects.filter(kind__in=SPONSORS).filter(
        Q(
            application_id__in=among([row.application_id for row in rows if row.application_id]),
            report=None,
        )
        | Q(report_id__in=among([row.report_id for row in rows if row.report_id]))
    )
    return {
        (row["application_id"] if row["report_id"] is None else None, row["report_id"]): row["last"]
        for row in papers.values("application_id", "report_id").annotate(last=Max("filed_at"))
    }
