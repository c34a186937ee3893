"""M&V reports: file them for whole months of a year.

Source: 40 CFR 62.16445(c), 62.16460; RATE-056, RATE-057, RATE-110 to RATE-115.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.db import IntegrityError, transaction
from django.db.models import Max

from trueup.audit import services as audit
from trueup.audit.statements import insert_many
from trueup.resources import checks, saving_claims
from trueup.resources.entries import ReportEntry, ReportSpec
from trueup.resources.files import keep_file, path_of
from trueup.resources.filing import (
    capacity_of,
    existing,
    file_document,
    refuse,
    state_refusals,
    submitter_refusals,
    tags_for,
)
from trueup.resources.meter_data import accepted_mwh
from trueup.resources.models import Report, ReportedMonth, Resource
from trueup.resources.plans import plan_refusals
from trueup.resources.queries import report_entry
from trueup.resources.report_years import (
    days_of,
    deemed_refusals,
    due_on,
    is_early_year,
    year_refusals,
)
from trueup.resources.signed import Signed, keep_signature
from trueup.rules import programs
from trueup.rules.ercs import is_feasible
from trueup.rules.meter import MeterTotal, total_meter_data
from trueup.rules.paper_answers import check_report
from trueup.rules.papers import REPORT, check_paper
from trueup.rules.refusal import Refusal, Refused

CITE = "40 CFR 62.16445(c), 62.16460"
DECIMALS_MAX = 5
DECEMBER = 12
MWH_MAX = Decimal(10) ** 10


@transaction.atomic
def submit_report(
    *,
    resource: int,
    spec: ReportSpec,
    submitted_by: int,
    submitted_at: datetime,
    signed: Signed | None = None,
) -> ReportEntry:
    """Take in an M&V report for months that are over and not reported yet.

    Output above capacity times hours is taken in and marked: the verification analyses it.

    Raises Refused (`not_registered`, `qualification_revoked`, `barred`,
    `not_representative`, `months_not_usable`, `before_first_year`, `before_service`,
    `period_not_over`, `year_not_over`, `mwh_not_usable`, `above_metered`, `overlap`,
    `element_missing`, ...).

    Source: 40 CFR 62.16445(c), 62.16460; RATE-056, RATE-057, RATE-110 to RATE-115.
    """
    row = existing(resource)
    refuse(submitter_refusals(row, submitted_by, at=submitted_at))
    refuse(state_refusals(row))
    before = Report.objects.filter(resource=row).aggregate(last=Max("sequence"))["last"] or 0
    refuse(spec_refusals(row, spec, is_first=not before, at=submitted_at))
    metered = metered_elements(row, spec, read=read_mwh(row, spec))
    report = _insert(row, spec, sequence=before + 1, filed_at=submitted_at)
    saving_claims.claim(report, spec)
    file_report_paper(row, report, spec, metered, by=submitted_by)
    keep_signature(row, signed, person=submitted_by, at=submitted_at)
    audit.log(
        at=submitted_at,
        program=row.program,
        actor=f"person:{submitted_by}",
        act="submit_report",
        subject=f"resource:{row.pk}",
        after={"report": report.pk, "year": spec.year, "mwh": str(spec.mwh)},
        cite=CITE,
    )
    return report_entry(report)


@transaction.atomic
def withdraw_report(
    *,
    report: int,
    withdrawn_by: int,
    ground: str,
    withdrawn_at: datetime,
    signed: Signed | None = None,
) -> ReportEntry:
    """Withdraw a report on which nothing was issued, to file another for its months.

    The report and its papers stay on record.

    Raises Refused (`report_missing`, `not_representative`, `report_not_open`).

    Source: 40 CFR 62.16460; PLAT-089.
    """
    row = open_report(report)
    refuse(submitter_refusals(row.resource, withdrawn_by, at=withdrawn_at))
    row.state = "superseded"
    row.save(update_fields=["state"])
    row.months.all().delete()
    saving_claims.give_up(row)
    keep_signature(row.resource, signed, person=withdrawn_by, at=withdrawn_at)
    audit.log(
        at=withdrawn_at,
        program=row.resource.program,
        actor=f"person:{withdrawn_by}",
        act="withdraw_report",
        subject=f"resource:{row.resource_id}",
        after={"report": row.pk, "ground": ground},
        cite=CITE,
    )
    return report_entry(row)


def open_report(report: int) -> Report:
    """A report on which nothing was issued.

    Raises Refused (`report_missing`, `report_not_open`).
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
    return row


def spec_refusals(
    row: Resource,
    spec: ReportSpec,
    *,
    is_first: bool,
    at: datetime,
    tags: frozenset[str] | None = None,
) -> list[Refusal]:
    """What is wrong with a report by itself: its months, its MWh, its elements, its plan.

    Args:
        tags: Which elements the resource's papers have, where that was read already.

    Source: 40 CFR 62.16460(b); RATE-111 to RATE-114; PLAT-135.
    """
    wrong = [*month_refusals(row, spec, at), *mwh_refusals(spec.mwh)]
    if wrong:
        return wrong
    tags = (tags_for(row) if tags is None else tags).union(("first",) if is_first else ())
    if is_early_year(row.program, spec.year):
        tags |= {"early"}
    cited = spec.elements.get("plan_version", "").strip()
    return [
        *check_paper(REPORT, spec.elements, tags=tags, program=row.program),
        *check_report(spec.elements),
        *deemed_refusals(row, spec),
        *(plan_refusals(row.pk, cited) if cited else ()),
    ]


def file_report_paper(
    row: Resource, report: Report, spec: ReportSpec, metered: Mapping[str, str], *, by: int
) -> None:
    """Keep the next version of a report's paper, with its files.

    Source: 40 CFR 62.16460(b)(2), 62.16515(g)(10).
    """
    file_document(
        row,
        kind=REPORT,
        elements=report_elements(spec, metered),
        filed_at=report.filed_at,
        filed_by=f"person:{by}",
        report=report,
        uploads=[*spec.uploads, *spec.meter_files],
    )


def read_mwh(row: Resource, spec: ReportSpec) -> Decimal | None:
    """MWh of a report's months that named reporters metered; None if nobody does.

    Source: PLAT-130; docs/decisions/0205.
    """
    return accepted_mwh(
        row.pk, year=spec.year, first_month=spec.first_month, last_month=spec.last_month
    )


def metered_elements(row: Resource, spec: ReportSpec, *, read: Decimal | None) -> dict[str, str]:
    """What the meters add up to; no more is reported than was metered.

    Args:
        read: MWh that a meter-data reporter reported and that were accepted, if any.

    Raises Refused (`file_too_large`, `file_refused`, `above_metered`, and what is wrong in
    which line).

    Source: 40 CFR 62.16455(c)(1), 62.16460(b)(2)(iii); PLAT-130.
    """
    first_on, last_on = days_of(spec)
    if read is not None and spec.mwh > read:
        above = checks.AboveMetered(f"{spec.mwh} MWh are reported; {read} were metered.")
        raise Refused([above])
    if not spec.meter_files:
        return {} if read is None else {"metered_mwh": str(read)}
    totals = [
        total_of_file(row, keep_file(file).sha256, first_on=first_on, last_on=last_on)
        for file in spec.meter_files
    ]
    mwh = sum((found.mwh for found in totals), Decimal(0))
    if spec.mwh > mwh:
        above = checks.AboveMetered(f"{spec.mwh} MWh are reported; {mwh} were metered.")
        raise Refused([above])
    intervals = sum(found.intervals for found in totals)
    return {"metered_mwh": str(mwh), "meter_intervals": str(intervals)}


def total_of_file(row: Resource, digest: str, *, first_on: date, last_on: date) -> MeterTotal:
    """What a meter file that is kept adds up to; its lines cover the months whole.

    Raises Refused with what is wrong in which line.

    Source: 40 CFR 62.16455(c)(1)(i), 62.16460(b)(2)(iii).
    """
    with path_of(digest).open(encoding="utf-8-sig", newline="") as lines:
        return total_meter_data(
            lines, first_on=first_on, last_on=last_on, capacity_mw=capacity_of(row) or None
        )


def _insert(row: Resource, spec: ReportSpec, *, sequence: int, filed_at: datetime) -> Report:
    report = report_row(row, spec, sequence=sequence, filed_at=filed_at)
    report.save(force_insert=True)
    try:
        with transaction.atomic():
            insert_many(ReportedMonth, months_of(report))
    except IntegrityError as error:
        raise Refused([overlap(row, spec.year)]) from error
    return report


def report_row(row: Resource, spec: ReportSpec, *, sequence: int, filed_at: datetime) -> Report:
    """A report as it is filed, before it is kept: what is excessive or late is marked.

    Source: 40 CFR 62.16445(c), 62.16465(c)(1)(i); RATE-110, RATE-120.
    """
    first_on, last_on = days_of(spec)
    rules = programs.load(row.program)
    days = (last_on - first_on).days + 1
    capacity = capacity_of(row)
    is_excessive = capacity > 0 and not is_feasible(spec.mwh, capacity_mw=capacity, days=days)
    return Report(
        resource=row,
        year=spec.year,
        first_month=spec.first_month,
        last_month=spec.last_month,
        sequence=sequence,
        mwh=spec.mwh,
        contract_mwh=_stated(spec.elements, "contract_mwh"),
        rewarded_mwh=_stated(spec.elements, "rewarded_mwh"),
        biogenic_share=_stated(spec.elements, "biogenic_share"),
        is_excessive=is_excessive,
        is_late=rules.local_date(filed_at) > rules.effective_on(due_on(rules, spec.year)),
        filed_at=filed_at,
    )


def months_of(report: Report) -> list[dict[str, int]]:
    """The months of a report that is kept, each a row."""
    return [
        {
            "report_id": report.pk,
            "resource_id": report.resource_id,
            "year": report.year,
            "month": month,
        }
        for month in range(report.first_month, report.last_month + 1)
    ]


def overlap(row: Resource, year: int) -> Refusal:
    """That months were reported before.

    Source: 40 CFR 62.16445(a)(4); preamble IV.D.6.b; RATE-057.
    """
    return checks.Overlap(
        f"Some months of {year} are reported for {row.name} already: every MWh is reported once."
    )


def report_elements(spec: ReportSpec, metered: Mapping[str, str]) -> dict[str, str]:
    """What the paper of a report says: what was filled in, and what the registry adds.

    Source: 40 CFR 62.16460(b)(2).
    """
    return {
        **spec.elements,
        "year": str(spec.year),
        "months": f"{spec.first_month}-{spec.last_month}",
        "mwh": str(spec.mwh),
        **metered,
    }


def month_refusals(row: Resource, spec: ReportSpec, at: datetime) -> list[Refusal]:
    """Why a resource cannot report these months.

    Source: 40 CFR 62.16420(d), 62.16435(a)(1), 62.16460; RATE-056.
    """
    if not (1 <= spec.first_month <= spec.last_month <= 12 and 1980 <= spec.year <= 2200):
        return [
            checks.MonthsNotReadable("A report covers whole months of one year, first to last.")
        ]
    early = year_refusals(row, spec)
    if early:
        return early
    last_on = days_of(spec)[1]
    refusals: list[Refusal] = []
    if programs.load(row.program).local_date(at) <= last_on:
        kind = checks.YearNotOver if spec.last_month == DECEMBER else checks.PeriodNotOver
        refusals.append(kind(f"The reported months are not over until {last_on}."))
    if row.in_service_on is not None and last_on < row.in_service_on:
        refusals.append(
            checks.BeforeService(f"{row.name} went into service on {row.in_service_on}.")
        )
    return refusals


def mwh_refusals(mwh: Decimal) -> list[Refusal]:
    """Why a quantity of MWh cannot be reported.

    Source: 40 CFR 62.16460(b)(2)(iii).
    """
    if not mwh.is_finite() or not 0 <= mwh < MWH_MAX:
        return [checks.MwhNotReadable(f"“{mwh}” is no quantity of MWh of at least 0.")]
    exponent = mwh.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -DECIMALS_MAX:
        return [checks.MwhNotReadable(f"{mwh} has more than {DECIMALS_MAX} decimals.")]
    return []


def _stated(elements: Mapping[str, str], name: str) -> Decimal | None:
    """A quantity among the elements, which were checked; cut to what is stored."""
    try:
        stated = Decimal(elements[name].strip())
    except (KeyError, InvalidOperation):
        return None
    refuse(mwh_refusals(stated))
    return stated
