"""From an allowance of a set-aside to the resource behind it and every paper of it.

Source: 40 CFR 62.16360(a)(1)(vi), 62.16365(a)(2)(iv)(A); MASS-161, MASS-164; PLAT-145.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from trueup.audit import queries as audit
from trueup.audit.entries import DecisionEntry
from trueup.ledger import queries as ledger
from trueup.resources.awards import award_entry, award_of
from trueup.resources.entries import AllowanceAward, ReportEntry, ResourceEntry
from trueup.resources.models import Document, Report, SetAsideAward
from trueup.resources.public_entries import PublicPaper
from trueup.resources.public_papers import public_papers
from trueup.resources.queries import report_entry, resource_entry
from trueup.rules.papers import DECISION
from trueup.rules.serials import Lot


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardTrace:
    """An award of a set-aside, with the papers of its resource and the decisions on it.

    Attributes:
        reports: M&V reports of the award's year.
        papers: The approved application's, the year's reports', and the decision that gave.
    """

    award: AllowanceAward
    awarded_at: datetime
    resource: ResourceEntry
    reports: tuple[ReportEntry, ...]
    papers: tuple[PublicPaper, ...]
    decisions: tuple[DecisionEntry, ...]


def award_of_serial(*, program: str, lot: Lot, number: int) -> AwardTrace | None:
    """The award by which an allowance left its set-aside; None if none did.

    A constant number of statements, however many awards, moves and papers there are.

    Source: 40 CFR 62.16365(a)(2)(iv)(A); MASS-164.
    """
    steps = ledger.serial_history(program=program, lot=lot, number=number)
    return award_of_transactions([step.transaction.id for step in steps])


def award_of_transactions(transactions: Collection[int]) -> AwardTrace | None:
    """The award that one of some transactions carried out, with everything behind it.

    Source: 40 CFR 62.16365(a)(2)(iv)(A); MASS-164.
    """
    row = award_of(transactions) if transactions else None
    if row is None:
        return None
    reports = Report.objects.filter(resource_id=row.resource_id, year=row.year)
    subject = f"resource:{row.resource_id}"
    return AwardTrace(
        award=award_entry(row),
        awarded_at=row.awarded_at,
        resource=resource_entry(row.resource),
        reports=tuple(
            report_entry(report)
            for report in reports.exclude(state="superseded").order_by("sequence")
        ),
        papers=tuple(public_papers(_papers(row))),
        decisions=tuple(audit.decisions_of([subject])[subject]),
    )


def _papers(row: SetAsideAward) -> QuerySet[Document]:
    """The papers on which an award rests, in order of filing."""
    return (
        Document.objects.filter(resource_id=row.resource_id)
        .filter(
            Q(application__state="approved")
            | (Q(report__year=row.year) & ~Q(report__state="superseded"))
            | Q(kind=DECISION, application=None, report=None, elements__transaction=str(row.tx))
        )
        .order_by("id")
    )
