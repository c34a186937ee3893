"""File many M&V reports at once: the same checks, rows and papers as one by one.

Source: 40 CFR 62.16445(c), 62.16460; docs/decisions/0315.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Max

from trueup.audit import services as audit
from trueup.audit.entries import EventSpec
from trueup.audit.statements import among, insert_many
from trueup.resources import checks, reports, saving_claims
from trueup.resources.bulk_entries import ReportFiling
from trueup.resources.bulk_facts import (
    Register,
    acknowledge,
    numbered,
    read_register,
)
from trueup.resources.entries import Paper, ReportEntry, ReportSpec
from trueup.resources.filing import (
    described,
    file_papers,
    keep_attachments,
    refuse,
    state_refusals,
)
from trueup.resources.models import MeterReading, Report, ReportedMonth
from trueup.resources.queries import report_entry
from trueup.resources.signed import Signed, keep_signature
from trueup.rules.papers import REPORT, tags_of
from trueup.rules.refusal import Refusal, Refused

_Month = tuple[int, int, int]  # Resource, year, month.


@transaction.atomic
def submit_reports(
    filings: Sequence[ReportFiling], *, submitted_at: datetime, signed: Signed | None = None
) -> list[ReportEntry]:
    """Take in M&V reports for months that are over and not reported yet.

    A report that cites a version of its plan takes some statements more.

    Args:
        signed: What one person signed for all of them; they are of one account.

    Raises Refused as `submit_report` does, with the row.

    Source: 40 CFR 62.16445(c), 62.16460; RATE-056, RATE-057, RATE-110 to RATE-115.
    """
    reading = _read(filings, at=submitted_at)
    rows, elements, found = _examine(reading, filings, at=submitted_at)
    refuse(numbered(found))
    kept = _keep(rows)
    for report, filing in zip(kept, filings, strict=True):
        saving_claims.claim(report, filing.spec)  # Of savings alone; no statement for others.
    papers = [
        Paper(
            resource=filing.resource,
            kind=REPORT,
            elements=of_report,
            filed_at=submitted_at,
            filed_by=f"person:{filing.submitted_by}",
            report=report.pk,
        )
        for filing, report, of_report in zip(filings, kept, elements, strict=True)
    ]
    ids_of_papers = file_papers(papers)
    keep_attachments(
        {
            paper: [*filing.spec.uploads, *filing.spec.meter_files]
            for paper, filing in zip(ids_of_papers, filings, strict=True)
        }
    )
    resources = reading.register.resources
    acknowledge(papers, ids_of_papers, list(resources.values()))
    audit.log_many([_submitted(one, filing) for one, filing in zip(kept, filings, strict=True)])
    for filing in filings[:1]:
        row = resources[filing.resource]
        keep_signature(row, signed, person=filing.submitted_by, at=submitted_at)
    return [report_entry(report) for report in kept]


@transaction.atomic
def reports_refusals(filings: Sequence[ReportFiling], *, at: datetime) -> list[Refusal]:
    """Why M&V reports would not be taken in now, each with its row; nothing is filed.

    What savings another resource has claimed is looked up when they are filed.

    Source: 40 CFR 62.16445(c), 62.16460; PLAT-051.
    """
    _rows, _elements, found = _examine(_read(filings, at=at), filings, at=at)
    return numbered(found)


def _read(filings: Sequence[ReportFiling], *, at: datetime) -> _Reading:
    register = read_register([filing.resource for filing in filings], at=at)
    ids = list(register.resources)
    last = dict(
        Report.objects.filter(resource_id__in=among(ids))
        .values_list("resource_id")
        .annotate(last=Max("sequence"))
    )
    return _Reading(register, last, _metered(ids), _reported(ids))


def _examine(
    reading: _Reading, filings: Sequence[ReportFiling], *, at: datetime
) -> tuple[list[Report], list[dict[str, str]], list[tuple[int, list[Refusal]]]]:
    """The reports that can be kept with what their papers say, and each row's refusals."""
    rows, elements, found = [], [], []
    for number, filing in enumerate(filings, start=1):
        refusals, metered = reading.check(filing, at)
        found.append((number, refusals))
        if not refusals:
            resource = reading.register.resources[filing.resource]
            sequence = reading.take(filing)
            rows.append(reports.report_row(resource, filing.spec, sequence=sequence, filed_at=at))
            elements.append(reports.report_elements(filing.spec, metered))
    return rows, elements, found


class _Reading:
    """What was read before the batch, and what its rows so far have taken."""

    def __init__(
        self,
        register: Register,
        last: dict[int, int],
        metered: Mapping[_Month, Decimal],
        reported: set[_Month],
    ) -> None:
        self.register, self.last, self.metered = register, last, metered
        self.reported = reported

    def check(self, filing: ReportFiling, at: datetime) -> tuple[list[Refusal], dict[str, str]]:
        """Of the first step that is not passed, as for a single report; and what was metered."""
        spec, row = filing.spec, self.register.resources[filing.resource]
        refusals = (
            self.register.submitter_refusals(row, filing.submitted_by)
            or state_refusals(row, is_barred=row.pk in self.register.barred_resources)
            or reports.spec_refusals(
                row,
                spec,
                is_first=not self.last.get(row.pk),
                at=at,
                tags=tags_of(described(row, self.register.host_of(row))),
            )
        )
        metered: dict[str, str] = {}
        if not refusals:
            try:
                metered = reports.metered_elements(row, spec, read=self._accepted(filing))
            except Refused as refused:
                refusals = list(refused.refusals)
        if not refusals and not self.reported.isdisjoint(_months(filing.resource, spec)):
            refusals = [reports.overlap(row, spec.year)]
        return refusals, metered

    def take(self, filing: ReportFiling) -> int:
        """Note the months as reported, and number the report."""
        self.reported.update(_months(filing.resource, filing.spec))
        self.last[filing.resource] = (self.last.get(filing.resource) or 0) + 1
        return self.last[filing.resource]

    def _accepted(self, filing: ReportFiling) -> Decimal | None:
        found = [
            self.metered[month]
            for month in _months(filing.resource, filing.spec)
            if month in self.metered
        ]
        return sum(found, Decimal(0)) if found else None


def _months(resource: int, spec: ReportSpec) -> list[_Month]:
    return [(resource, spec.year, month) for month in range(spec.first_month, spec.last_month + 1)]


def _metered(ids: Sequence[int]) -> dict[_Month, Decimal]:
    rows = MeterReading.objects.filter(resource_id__in=among(ids)).exclude(state="superseded")
    return {(row.resource_id, row.year, row.month): row.mwh for row in rows if row.mwh is not None}


def _reported(ids: Sequence[int]) -> set[_Month]:
    rows = ReportedMonth.objects.filter(resource_id__in=among(ids))
    return set(rows.values_list("resource_id", "year", "month"))


def _keep(rows: Sequence[Report]) -> list[Report]:
    kept = Report.objects.bulk_create(rows)
    try:
        with transaction.atomic():
            insert_many(
                ReportedMonth, [month for report in kept for month in reports.months_of(report)]
            )
    except IntegrityError as error:
        raise Refused([checks.Overlap("Some of these months were reported just now.")]) from error
    return kept


def _submitted(report: Report, filing: ReportFiling) -> EventSpec:
    return EventSpec(
        at=report.filed_at,
        program=report.resource.program,
        actor=f"person:{filing.submitted_by}",
        act="submit_report",
        subject=f"resource:{report.resource_id}",
        after={"report": report.pk, "year": report.year, "mwh": str(filing.spec.mwh)},
        cite=reports.CITE,
    )
