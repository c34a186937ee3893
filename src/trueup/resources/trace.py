"""From a credit to everything behind it, in a constant number of statements.

Source: 40 CFR 62.16515(g), (h), (i); RATE-205 to RATE-207; PLAT-121, PLAT-145.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import QuerySet

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityAccountEntry
from trueup.audit import queries as audit
from trueup.audit.entries import DecisionEntry
from trueup.resources.entries import (
    EguIssuanceEntry,
    IssuanceEntry,
    NoticeOfCredits,
    ReportEntry,
    ResourceEntry,
)
from trueup.resources.models import (
    CreditNotice,
    Document,
    EguIssuance,
    Issuance,
    Report,
)
from trueup.resources.public_entries import PublicPaper
from trueup.resources.public_papers import public_papers
from trueup.resources.queries import (
    issuance_entry,
    notice_entry,
    report_entry,
    resource_entry,
)
from trueup.rules import programs
from trueup.rules.serials import Lot, SerialBlock, lot_of_number

Made = TypeVar("Made", Issuance, EguIssuance)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueTrace:
    """An issue to an eligible resource, with its document set.

    Attributes:
        papers: The document set, in the order in which the issue rests on it.
        decisions: On the resource: its qualification, its issues, what came later.
    """

    issuance: IssuanceEntry
    resource: ResourceEntry
    reports: tuple[ReportEntry, ...]
    papers: tuple[PublicPaper, ...]
    decisions: tuple[DecisionEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EguIssueTrace:
    """An issue to an affected EGU, with the notices before it.

    Attributes:
        notices: Those of its year with its quantity for the EGU, in order.
    """

    id: int
    issue: EguIssuanceEntry
    issued_at: datetime
    notices: tuple[NoticeOfCredits, ...]
    decisions: tuple[DecisionEntry, ...]


def issue_of_serial(*, program: str, lot: Lot, number: int) -> IssueTrace | EguIssueTrace | None:
    """The issue in which a credit was created, and all papers behind it.

    Eleven statements at most, however many credits, moves and papers there are.

    Source: 40 CFR 62.16515(h); RATE-206; PLAT-121.
    """
    line = lot.number(programs.load(program).number)
    row = _before(Issuance.objects.select_related("resource"), line, number)
    if row is not None:
        return _issue_trace(row)
    unit = _before(EguIssuance.objects.select_related("round"), line, number)
    return _egu_trace(unit) if unit is not None else None


def issue(*, program: str, issuance: int) -> IssueTrace | None:
    """An issue to an eligible resource with its document set, in nine statements.

    Source: 40 CFR 62.16515(h); RATE-206; PLAT-121.
    """
    row = (
        Issuance.objects.select_related("resource")
        .filter(id=issuance, resource__program=program)
        .first()
    )
    return _issue_trace(row) if row is not None else None


def egu_issue(*, program: str, issuance: int) -> EguIssueTrace | None:
    """An issue to an affected EGU with its notices, in five statements.

    Source: 40 CFR 62.16434, 62.16515(h); RATE-139, RATE-206.
    """
    row = (
        EguIssuance.objects.select_related("round")
        .filter(id=issuance, round__program=program)
        .first()
    )
    return _egu_trace(row) if row is not None else None


def egu_entries(rows: Iterable[EguIssuance]) -> list[EguIssuanceEntry]:
    """Issues to affected EGUs with their owners, in two more statements."""
    known = list(rows)
    owners = accounts.facilities_of([row.account_id for row in known])
    return [_egu_entry(row, owners[row.account_id]) for row in known]


def _before(rows: QuerySet[Made], line: int, number: int) -> Made | None:
    """The issue of a lot that created a number."""
    row = rows.filter(lot=line, lo__lte=number).order_by("-lo").first()
    return row if row is not None and row.hi is not None and number <= row.hi else None


def _issue_trace(row: Issuance) -> IssueTrace:
    papers = Document.objects.filter(issuances__issuance=row).order_by("issuances__position")
    reports = Report.objects.filter(issuance__issuance=row).order_by("sequence")
    subject = f"resource:{row.resource_id}"
    return IssueTrace(
        issuance=issuance_entry(row),
        resource=resource_entry(row.resource),
        reports=tuple(report_entry(report) for report in reports),
        papers=tuple(public_papers(papers)),
        decisions=tuple(audit.decisions_of([subject])[subject]),
    )


def _egu_trace(row: EguIssuance) -> EguIssueTrace:
    (entry,) = egu_entries([row])
    notices = CreditNotice.objects.filter(
        earnings__account_id=row.account_id,
        earnings__category=row.category,
        earnings__quantity=row.quantity,
        year=row.round.year,
        program=row.round.program,
    ).order_by("id")
    subject = f"account:{row.account_id}"
    return EguIssueTrace(
        id=row.pk,
        issue=entry,
        issued_at=row.round.issued_at,
        notices=tuple(notice_entry(notice, resources=0, units=1) for notice in notices),
        decisions=_of_issues(audit.decisions_of([subject])[subject]),
    )


def _of_issues(found: Sequence[DecisionEntry]) -> tuple[DecisionEntry, ...]:
    return tuple(one for one in found if one.outcome == "ERCs issued")


def _egu_entry(row: EguIssuance, owner: FacilityAccountEntry) -> EguIssuanceEntry:
    return EguIssuanceEntry(
        owner=owner,
        year=row.round.year,
        category=row.category,
        quantity=row.quantity,
        block=SerialBlock(lot=lot_of_number(row.lot), first=row.lo, last=row.hi),
        tx=row.tx,
    )


__all__ = [
    "EguIssueTrace",
    "IssueTrace",
    "egu_entries",
    "egu_issue",
    "issue",
    "issue_of_serial",
]
