"""What is read before credits are issued, for one resource or for thousands alike.

Source: 40 CFR 62.16445(e), (f), 62.16450; preamble IV.D.6.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import F, Max, Q

from trueup.audit.statements import among
from trueup.resources.credit_notices import latest_notice
from trueup.resources.meter_data import open_meter_data
from trueup.resources.models import (
    Bar,
    CreditNotice,
    Document,
    HostState,
    Issuance,
    MeterReading,
    NoticedReport,
    Overstatement,
    Report,
    Resource,
    Suspension,
)
from trueup.resources.questions import questioned_reports
from trueup.rules.eligibility import RATE
from trueup.rules.papers import REPORT
from trueup.rules.program import Program

# Their credits follow from more than the MWh: what the report states is read as well.
HEAT_AND_POWER = frozenset({"CHP", "WHP"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """Which year's credits are issued, when, and by whom."""

    rules: Program
    year: int
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of one resource before its credits of a year are issued.

    Attributes:
        closed: Reports that a notice covers on which nobody can comment any more.
        questioned: Reports about which a question to the sponsor is open.
        notice: The last notice of the year.
        stated: Elements of the reports, where credits follow from them.
        overstatements: What is still to be taken off, oldest first.
        carried: The fraction that its State carries over from the last issue.
        is_outside: Whether its State is not rate-based, so that a buyer's lends its code.
    """

    resource: Resource
    reports: Sequence[Report]
    is_barred: bool
    is_suspended: bool
    is_issued: bool
    open_meter_data: Sequence[MeterReading]
    closed: frozenset[int]
    questioned: frozenset[int]
    notice: CreditNotice | None
    stated: Mapping[int, Mapping[str, str]]
    overstatements: Sequence[Overstatement]
    carries: bool
    carried: Fraction
    is_outside: bool


def read_facts(rows: Sequence[Resource], of: Round) -> list[Facts]:
    """What is known of some resources of one program, in the order given; a dozen statements."""
    ids = [row.pk for row in rows]
    hosts = {row.jurisdiction: row for row in HostState.objects.filter(program=of.rules.code)}
    reports: dict[int, list[Report]] = defaultdict(list)
    of_year = Report.objects.filter(resource_id__in=among(ids), year=of.year)
    for report in of_year.exclude(state="superseded").order_by("resource_id", "sequence"):
        reports[report.resource_id].append(report)
    barred = _having(Bar.objects.filter(until_at=None), ids)
    suspended = _having(Suspension.objects.filter(until_at=None), ids)
    issued = _having(Issuance.objects.filter(year=of.year), ids)
    closed = _closed(ids, of)
    stated = _stated(rows, reports)
    overstatements = _overstatements(ids)
    metered = open_meter_data(ids, year=of.year)
    carried = _carried(ids)
    every = [report.pk for of_one in reports.values() for report in of_one]
    questioned = frozenset(questioned_reports(every))
    notice = latest_notice(of.rules.code, of.year)
    return [
        Facts(
            resource=row,
            reports=reports[row.pk],
            is_barred=row.pk in barred,
            is_suspended=row.pk in suspended,
            is_issued=row.pk in issued,
            open_meter_data=metered.get(row.pk, ()),
            closed=closed,
            questioned=questioned,
            notice=notice,
            stated=stated,
            overstatements=overstatements[row.pk],
            carries=_carries(row, hosts),
            carried=carried.get(row.pk, Fraction(0)),
            is_outside=_is_outside(row, hosts, of.rules),
        )
        for row in rows
    ]


def _having(found: object, ids: Sequence[int]) -> set[int]:
    rows = found.filter(resource_id__in=among(ids))  # type: ignore[attr-defined]
    return set(rows.values_list("resource_id", flat=True))


def _closed(ids: Sequence[int], of: Round) -> frozenset[int]:
    """Reports whose notice is closed and says what is verified now.

    Source: preamble IV.D.6; RATE-139; AMB-10.
    """
    noticed = NoticedReport.objects.filter(
        report__resource_id__in=among(ids),
        report__year=of.year,
        notice__closes_on__lt=of.rules.local_date(of.at),
        verified_mwh=F("report__verified_mwh"),
    )
    return frozenset(noticed.values_list("report_id", flat=True))


def _stated(
    rows: Sequence[Resource], reports: Mapping[int, Sequence[Report]]
) -> dict[int, Mapping[str, str]]:
    """What each report states, as it was filed last, where it is asked for."""
    asked = [
        report.pk
        for row in rows
        if row.category in HEAT_AND_POWER
        for report in reports.get(row.pk, ())
    ]
    papers = Document.objects.filter(kind=REPORT, report_id__in=among(asked)).order_by("id")
    return {paper.report_id: paper.elements for paper in papers if paper.report_id is not None}


def _overstatements(ids: Sequence[int]) -> dict[int, list[Overstatement]]:
    found: dict[int, list[Overstatement]] = defaultdict(list)
    rows = Overstatement.objects.filter(resource_id__in=among(ids)).filter(Q(taken__lt=F("mwh")))
    for row in rows.order_by("id"):
        found[row.resource_id].append(row)
    return found


def _carried(ids: Sequence[int]) -> dict[int, Fraction]:
    """The fraction of a MWh that each resource's last issue left."""
    of = Issuance.objects.filter(resource_id__in=among(ids))
    last = of.values("resource_id").annotate(last=Max("id")).values("last")
    rows = Issuance.objects.filter(id__in=last).exclude(fraction_carried="")
    return {row.resource_id: Fraction(row.fraction_carried) for row in rows}


def _carries(row: Resource, hosts: Mapping[str, HostState]) -> bool:
    host = hosts.get(row.jurisdiction)
    return host is not None and host.carries_fractions


def _is_outside(row: Resource, hosts: Mapping[str, HostState], rules: Program) -> bool:
    """Whether the State where the resource is follows no rate-based program.

    Source: 40 CFR 62.16435(a)(3); AMB-25.
    """
    host = hosts.get(row.jurisdiction)
    if host is not None:
        return host.approach != RATE
    return row.jurisdiction not in rules.jurisdictions
