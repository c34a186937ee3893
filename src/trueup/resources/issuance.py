"""Issue a resource's credits of a year when the time for comment is over.

Source: 40 CFR 62.16445(e), (f), 62.16515(f); preamble IV.D.6; RATE-135 to RATE-144.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from trueup.audit.statements import insert_many
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.resources import checks, standing
from trueup.resources.applications import showing_of
from trueup.resources.credit_notices import comment_refusal, year_refusals
from trueup.resources.decisions import ISSUANCE, Act, decide
from trueup.resources.entries import IssuanceEntry
from trueup.resources.filing import existing, file_document, host_of, refuse, state_refusals
from trueup.resources.models import (
    Document,
    HostState,
    Issuance,
    IssuanceDocument,
    IssuanceReport,
    NoticedReport,
    Overstatement,
    Report,
    Resource,
    Suspension,
)
from trueup.resources.queries import issuance_entry
from trueup.rules import ercs, programs
from trueup.rules.eligibility import RATE, eligible_share
from trueup.rules.papers import DECISION, REPORT
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.serials import Lot

CITE = "40 CFR 62.16445(e), (f)"
ISSUES = UUID("b1f5a6c0-5d0e-4b6b-9a34-621644500e0f")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """What is to be issued to one resource for one year."""

    resource: Resource
    year: int
    reports: Sequence[Report]
    rules: Program
    at: datetime
    actor: str


@transaction.atomic
def issue_ercs(
    *, resource: int, year: int, issued_at: datetime, actor: str = "administrator"
) -> IssuanceEntry:
    """Issue a resource's credits for a year: one a verified MWh, less what was overstated.

    The credits are recorded in the general account of the resource, numbered by State,
    year of issue and category, and linked to the papers on which they rest.

    Raises Refused with everything that is missing (`not_registered`,
    `qualification_revoked`, `barred`, `issuance_suspended`, `year_not_over`,
    `report_missing`, `verification_missing`, `comment_period_open`, `issued_already`).

    Source: 40 CFR 62.16445(e), (f), 62.16450(a), 62.16515(f); RATE-135 to RATE-145.
    """
    row = existing(resource)
    rules = programs.load(row.program)
    reports = list(
        Report.objects.filter(resource=row, year=year)
        .exclude(state="superseded")
        .order_by("sequence")
    )
    work = _Round(resource=row, year=year, reports=reports, rules=rules, at=issued_at, actor=actor)
    refuse(_refusals(work))
    result = _calculate(work)
    issuance = _record(work, result)
    _link(work, issuance)
    _decide(work, issuance)
    standing.carry_out(issuance, at=issued_at)
    return issuance_entry(issuance)


def _refusals(work: _Round) -> list[Refusal]:
    """Everything that stands in the way, in the order of the steps."""
    row = work.resource
    refusals = state_refusals(row)
    if Suspension.objects.filter(resource=row, until_at=None).exists():
        refusals.append(
            checks.IssuanceSuspended(f"Issuance to {row.name} is suspended; lift that first.")
        )
    refusals += year_refusals(work.rules, work.year, work.at)
    issued = Issuance.objects.filter(resource=row, year=work.year).exists()
    if issued:
        refusals.append(
            checks.IssuedAlready(f"Credits of {work.year} were issued to {row.name} already.")
        )
        return refusals
    if not work.reports:
        refusals.append(checks.ReportMissing(f"{row.name} has no M&V report for {work.year}."))
    if not work.reports or any(report.state != "verified" for report in work.reports):
        refusals.append(
            checks.NotVerified(
                f"A verification report for {work.year} of {row.name} is missing: an accredited"
                " verifier must file it."
            )
        )
    return [*refusals, *_comment_refusals(work)]


def _comment_refusals(work: _Round) -> list[Refusal]:
    """Whether the 30 days of a notice that covers every report are over.

    Source: preamble IV.D.6; RATE-139; AMB-10.
    """
    if not work.rules.readings["comment_before_issuance"].is_on:
        return []
    today = work.rules.local_date(work.at)
    closed = set(
        NoticedReport.objects.filter(
            report__in=work.reports,
            notice__closes_on__lt=today,
            verified_mwh=F("report__verified_mwh"),
        ).values_list("report_id", flat=True)
    )
    if work.reports and closed.issuperset(report.pk for report in work.reports):
        return []
    return [comment_refusal(work.resource.program, work.year, today=today)]


def _calculate(work: _Round) -> ercs.Issuance:
    """Whole credits of all reports together, less what is still to be made up for."""
    row = work.resource
    share = eligible_share(showing_of(row))
    is_outside = host_of(row).program != RATE
    earned = Fraction(0)
    stated = _stated(work)
    for report in work.reports:
        electric_mwh = report.verified_mwh if report.verified_mwh is not None else Decimal(0)
        earned += ercs.creditable_mwh(
            ercs.credited_heat_and_power(
                row.category, stated[report.pk], electric_mwh=electric_mwh, year=work.year
            ),
            share=share,
            biogenic_share=report.biogenic_share,
            contract_mwh=report.contract_mwh if is_outside else None,
            rewarded_mwh=report.rewarded_mwh or Decimal(0),
        )
    correction = sum(found.mwh - found.taken for found in open_overstatements(row))
    before = Issuance.objects.filter(resource=row).order_by("-id").first()
    carried = Fraction(before.fraction_carried or 0) if before is not None else Fraction(0)
    return ercs.issue(earned, correction=correction, carried=carried, carries=_carries(row))


def _stated(work: _Round) -> dict[int, Mapping[str, str]]:
    """What each report states, as it was filed last."""
    papers = Document.objects.filter(kind=REPORT, report__in=work.reports).order_by("id")
    return {paper.report_id: paper.elements for paper in papers if paper.report_id is not None}


def open_overstatements(row: Resource) -> list[Overstatement]:
    """What is still to be taken off the next issues, oldest first."""
    found = Overstatement.objects.filter(resource=row).filter(Q(taken__lt=F("mwh")))
    return list(found.order_by("id"))


def _carries(row: Resource) -> bool:
    return HostState.objects.filter(
        program=row.program, jurisdiction=row.jurisdiction, carries_fractions=True
    ).exists()


def _record(work: _Round, result: ercs.Issuance) -> Issuance:
    """Originate the credits and note the issuance; corrections can leave nothing to issue."""
    row = work.resource
    open_before = open_overstatements(row)
    corrected = sum(found.mwh - found.taken for found in open_before) - result.correction_left
    _take_off(open_before, corrected)
    values: dict[str, object] = {}
    if result.ercs:
        lot = _lot(work)
        (receipt,) = ledger.originate(
            program=row.program,
            lot=lot,
            shares=[(_recipient(row), result.ercs)],
            key=uuid5(ISSUES, f"{row.program} {row.pk} {work.year}"),
            actor=work.actor,
            recorded_at=work.at,
            ground=f"{row.identifier} {work.year}",
            cite=CITE,
            vintage=work.year,
        )
        (block,) = ledger_queries.blocks_of([receipt.tx])[receipt.tx]
        values = {
            "lot": lot.number(work.rules.number),
            "lo": block.first,
            "hi": block.last,
            "tx": receipt.tx,
        }
    try:
        with transaction.atomic():
            return Issuance.objects.create(
                resource=row,
                year=work.year,
                quantity=result.ercs,
                corrected=corrected,
                fraction_carried=str(result.fraction_carried or ""),
                issued_at=work.at,
                issued_by=work.actor,
                **values,
            )
    except IntegrityError as error:
        raise Refused([checks.IssuedAlready(f"{work.year} was issued already.")]) from error


def _take_off(found: Sequence[Overstatement], corrected: int) -> None:
    left = corrected
    for overstatement in found:
        part = min(left, overstatement.mwh - overstatement.taken)
        if part:
            overstatement.taken += part
            overstatement.save(update_fields=["taken"])
        left -= part


def _lot(work: _Round) -> Lot:
    """State of issue, year of issue, category: a host that is not rate-based lends its buyer's.

    Source: 40 CFR 62.16515(f); RATE-141, RATE-142; AMB-13, AMB-25.
    """
    row = work.resource
    is_outside = host_of(row).program != RATE
    return Lot(
        jurisdiction=row.contract_with if is_outside else row.jurisdiction,
        year=work.rules.local_date(work.at).year,
        category=row.category,
    )


def _recipient(row: Resource) -> int:
    if row.account_id is None:
        raise Refused([checks.AccountMissing(f"{row.name} has no general account.")])
    return row.account_id


def _link(work: _Round, issuance: Issuance) -> None:
    """File the decision and link the papers, in order of filing; each report only once.

    Source: 40 CFR 62.16515(g)(10); PLAT-089.
    """
    row = work.resource
    decision = file_document(
        row,
        kind=DECISION,
        elements={"decision": "issued", "year": str(work.year), "ercs": str(issuance.quantity)},
        filed_at=work.at,
        filed_by=work.actor,
        report=work.reports[-1],
    )
    reports = [report.pk for report in work.reports]
    insert_many(IssuanceReport, [{"issuance_id": issuance.pk, "report_id": pk} for pk in reports])
    papers = (
        Document.objects.filter(resource=row)
        .filter(Q(application__state="approved") | Q(report_id__in=reports))
        .order_by("id")
        .values_list("id", flat=True)
    )
    insert_many(
        IssuanceDocument,
        [
            {"issuance_id": issuance.pk, "document_id": paper, "position": position}
            for position, paper in enumerate(papers, start=1)
        ],
    )
    Report.objects.filter(id__in=reports).update(state="issued")
    if decision.report_id not in reports:
        raise AssertionError("the decision is filed with a report of the year")


def _decide(work: _Round, issuance: Issuance) -> None:
    act = Act(
        program=work.resource.program,
        subject=f"resource:{work.resource.pk}",
        at=work.at,
        actor=work.actor,
        cite=CITE,
    )
    decide(
        act,
        item=ISSUANCE,
        outcome="ERCs issued",
        ground=f"{issuance.quantity:,} ERCs for {work.year}; {issuance.corrected:,} taken off for"
        " earlier overstatement.",
        year=work.year,
        quantity=issuance.quantity,
        tx=issuance.tx,
    )
