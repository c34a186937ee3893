"""M&V reports corrected: the whole total of the months anew, as a debit or a credit.

Source: 40 CFR 62.16450(a), (b), 62.16460(b)(2); RATE-145; PLAT-130.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from trueup.audit import services as audit
from trueup.resources import checks, saving_claims
from trueup.resources.entries import Correction, ReportSpec
from trueup.resources.filing import existing, refuse, state_refusals, submitter_refusals
from trueup.resources.models import Report, ReportedMonth, Resource
from trueup.resources.queries import report_entry
from trueup.resources.reports import (
    file_report_paper,
    metered_elements,
    overlap,
    read_mwh,
    spec_refusals,
    submit_report,
    total_of_file,
    withdraw_report,
)
from trueup.resources.signed import Signed, keep_signature
from trueup.rules.meter import MeterTotal
from trueup.rules.refusal import Refusal, Refused

CITE = "40 CFR 62.16450(a), (b)"


@transaction.atomic
def correct_report(
    *,
    report: int,
    spec: ReportSpec,
    submitted_by: int,
    submitted_at: datetime,
    signed: Signed | None = None,
) -> Correction:
    """Report the whole total of a report's months anew; the difference is a debit or credit.

    On a report that was not issued on, the new one takes its place. Where credits were
    issued, the new total is the next version of its paper, and an official decides what
    becomes of the difference.

    Raises Refused (`report_missing`, `not_representative`, `other_months`, and as
    `submit_report` does).

    Source: 40 CFR 62.16450(a), (b), 62.16460(b)(2); RATE-112, RATE-145; PLAT-130.
    """
    row = _standing(report)
    refuse(submitter_refusals(row.resource, submitted_by, at=submitted_at))
    asked = (spec.year, spec.first_month, spec.last_month)
    if asked != (row.year, row.first_month, row.last_month):
        raise Refused(
            [checks.OtherMonths("A correction states the total of the very months reported.")]
        )
    difference = spec.mwh - (row.mwh if row.mwh is not None else Decimal(0))
    if row.state == "issued":
        _file_correction(row, spec, difference, by=submitted_by, at=submitted_at, signed=signed)
        return Correction(report=report_entry(row), difference=difference, is_for_official=True)
    withdraw_report(
        report=row.pk,
        withdrawn_by=submitted_by,
        ground=f"corrected by {difference} MWh",
        withdrawn_at=submitted_at,
    )
    entry = submit_report(
        resource=row.resource_id,
        spec=spec,
        submitted_by=submitted_by,
        submitted_at=submitted_at,
        signed=signed,
    )
    return Correction(report=entry, difference=difference, is_for_official=False)


def report_refusals(
    *, resource: int, spec: ReportSpec, person: int, at: datetime, corrects: int | None = None
) -> list[Refusal]:
    """Why a report would be refused now; its meter files were added up when they came.

    Args:
        corrects: The report whose place it takes.

    Source: 40 CFR 62.16445(c), 62.16460; RATE-110 to RATE-115.
    """
    row = Resource.objects.filter(id=resource).first()
    if row is None:
        return [checks.UnknownResource(f"There is no resource {resource}.")]
    before = Report.objects.filter(resource=row).exclude(id=corrects or 0)
    taken = ReportedMonth.objects.filter(
        resource=row, year=spec.year, month__range=(spec.first_month, spec.last_month)
    ).exclude(report_id=corrects or 0)
    return [
        *submitter_refusals(row, person, at=at),
        *state_refusals(row),
        *spec_refusals(row, spec, is_first=not before.exists(), at=at),
        *([overlap(row, spec.year)] if taken.exists() else []),
    ]


def total_meter_file(*, resource: int, digest: str, first_on: date, last_on: date) -> MeterTotal:
    """What a meter file that is kept adds up to for a resource.

    Raises Refused with what is wrong in which line.

    Source: 40 CFR 62.16455(c)(1)(i), 62.16460(b)(2)(iii).
    """
    row = Resource.objects.get(id=resource)
    return total_of_file(row, digest, first_on=first_on, last_on=last_on)


def is_first_report(resource: int, *, besides: int | None = None) -> bool:
    """Whether a report would be the first, which documents the installation.

    Source: 40 CFR 62.16460(b)(1); RATE-111.
    """
    return not Report.objects.filter(resource_id=resource).exclude(id=besides or 0).exists()


def _file_correction(
    row: Report,
    spec: ReportSpec,
    difference: Decimal,
    *,
    by: int,
    at: datetime,
    signed: Signed | None,
) -> None:
    """The next version of the paper of a report on which credits were issued."""
    resource = existing(row.resource_id)
    refuse(spec_refusals(resource, spec, is_first=row.sequence == 1, at=at))
    metered = metered_elements(resource, spec, read=read_mwh(resource, spec))
    row.filed_at = at  # The paper is of now; the report itself keeps its day.
    saving_claims.give_up(row)
    saving_claims.claim(row, spec)
    file_report_paper(resource, row, spec, metered, by=by)
    keep_signature(resource, signed, person=by, at=at)
    audit.log(
        at=at,
        program=resource.program,
        actor=f"person:{by}",
        act="correct_report",
        subject=f"resource:{resource.pk}",
        after={"report": row.pk, "mwh": str(spec.mwh), "difference": str(difference)},
        cite=CITE,
        account=resource.account_id,
    )


def _standing(report: int) -> Report:
    row = (
        Report.objects.select_for_update(of=("self",))
        .select_related("resource")
        .filter(id=report)
        .exclude(state="superseded")
        .first()
    )
    if row is None:
        raise Refused([checks.ReportMissing(f"There is no M&V report {report} to correct.")])
    return row
