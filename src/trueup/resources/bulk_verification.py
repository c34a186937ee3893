"""Engagements and verification reports of many resources at once, checked as one by one.

Source: 40 CFR 62.16445(d), 62.16465, 62.16475(d), (e); docs/decisions/0315.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F

from trueup.audit import services as audit
from trueup.audit.entries import EventSpec
from trueup.audit.statements import among
from trueup.resources import checks, verification, verifiers
from trueup.resources.bulk_entries import ApplicationVerification, Disclosure, ReportVerification
from trueup.resources.bulk_facts import (
    acknowledge,
    event_of,
    numbered,
    open_applications,
    read_register,
    read_verifiers,
)
from trueup.resources.entries import Paper, ReportEntry
from trueup.resources.filing import file_papers, refuse, require_ground, state_refusals
from trueup.resources.models import Application, Engagement, Report, Resource, Verifier
from trueup.resources.queries import report_entry
from trueup.resources.verifiers import Seen, verifier_refusals
from trueup.rules.papers import VERIFICATION, check_paper
from trueup.rules.refusal import Refusal


@transaction.atomic
def disclose_engagements(disclosures: Sequence[Disclosure], *, disclosed_at: datetime) -> None:
    """Disclose the facts of many engagements before verifiers start to work.

    Raises Refused as `disclose_engagement` does, with the row.

    Source: 40 CFR 62.16475(d), (f); RATE-129, RATE-130.
    """
    register = read_register([one.resource for one in disclosures], at=disclosed_at)
    known = read_verifiers(
        [(one.verifier, register.resources[one.resource]) for one in disclosures]
    )
    refuse(
        numbered(
            (number, require_ground(one.disclosure))
            for number, one in enumerate(disclosures, start=1)
        )
    )
    Engagement.objects.bulk_create(
        [
            Engagement(
                verifier_id=one.verifier,
                resource_id=one.resource,
                state="disclosed",
                is_conflict=one.is_conflict,
                disclosure=one.disclosure[:2000],
                disclosed_at=disclosed_at,
                decided_at=None,
            )
            for one in disclosures
        ],
        update_conflicts=True,
        unique_fields=["verifier", "resource"],
        update_fields=["state", "is_conflict", "disclosure", "disclosed_at", "decided_at"],
    )
    audit.log_many(
        [
            EventSpec(
                at=disclosed_at,
                program=known[one.verifier][0].program,
                actor=f"verifier:{one.verifier}",
                act="disclose_engagement",
                subject=f"resource:{one.resource}",
                after={"is_conflict": one.is_conflict, "disclosure": one.disclosure[:2000]},
                cite="40 CFR 62.16475(d), (f)",
            )
            for one in disclosures
        ]
    )


@transaction.atomic
def clear_engagements(
    pairs: Sequence[tuple[int, int]], *, decided_at: datetime, actor: str = "administrator"
) -> None:
    """Approve that verifiers work for resources.

    Args:
        pairs: Verifier and resource.

    Raises Refused as `clear_engagement` does, with the row.

    Source: 40 CFR 62.16475(e); RATE-129.
    """
    register = read_register([resource for _, resource in pairs], at=decided_at)
    of = [(verifier, register.resources[resource]) for verifier, resource in pairs]
    known = read_verifiers(of)
    refuse(
        numbered(
            (number, _engagement_refusals(*known[verifier], row))
            for number, (verifier, row) in enumerate(of, start=1)
        )
    )
    cleared = [known[verifier][1].engagements[row.pk].pk for verifier, row in of]
    Engagement.objects.filter(id__in=among(cleared)).update(state="approved", decided_at=decided_at)
    audit.log_many(
        [
            EventSpec(
                at=decided_at,
                program=row.program,
                actor=actor,
                act="clear_engagement",
                subject=f"resource:{row.pk}",
                after={"verifier": verifier},
                cite="40 CFR 62.16475(e)",
            )
            for verifier, row in of
        ]
    )


def _engagement_refusals(verifier: Verifier, seen: Seen, row: Resource) -> list[Refusal]:
    if row.pk not in seen.engagements:
        return [verifiers.nothing_disclosed(verifier, row)]
    return verifiers.conflict_refusals(verifier, row, seen)


@transaction.atomic
def verify_applications(
    filings: Sequence[ApplicationVerification], *, submitted_at: datetime
) -> None:
    """Take in verifiers' reports without files on eligibility applications.

    Raises Refused as `verify_application` does, with the row.

    Source: 40 CFR 62.16445(a)(6), (d), 62.16465(a), (b); RATE-118, RATE-122.
    """
    register = read_register([filing.resource for filing in filings], at=submitted_at)
    rows = [register.resources[filing.resource] for filing in filings]
    known = read_verifiers([(f.verifier, row) for f, row in zip(filings, rows, strict=True)])
    applied = open_applications(rows)
    refuse(
        numbered(
            (number, _application_refusals(filing, row, *known[filing.verifier], submitted_at))
            for number, (filing, row) in enumerate(zip(filings, rows, strict=True), start=1)
        )
    )
    papers = [
        Paper(
            resource=filing.resource,
            kind=VERIFICATION,
            elements=filing.elements,
            filed_at=submitted_at,
            filed_by=f"person:{filing.submitted_by}",
            application=applied[filing.resource].pk,
            verifier=filing.verifier,
        )
        for filing in filings
    ]
    acknowledge(papers, file_papers(papers), rows)
    last = {filing.resource: filing.verifier for filing in filings}
    for verifier in sorted(set(last.values())):
        verified = [applied[resource].pk for resource, by in last.items() if by == verifier]
        Application.objects.filter(id__in=among(verified)).update(
            verifier_id=verifier, verified_at=submitted_at
        )
    audit.log_many(
        [
            event_of(
                row,
                submitted_at,
                f"person:{filing.submitted_by}",
                "verify_application",
                cite=verification.CITE,
                after={"verifier": filing.verifier},
            )
            for filing, row in zip(filings, rows, strict=True)
        ]
    )


def _application_refusals(
    filing: ApplicationVerification,
    row: Resource,
    verifier: Verifier,
    seen: Seen,
    at: datetime,
) -> list[Refusal]:
    refusals = verifier_refusals(
        verifier,
        row,
        person=filing.submitted_by,
        signed_by=filing.elements.get("signed_by", "").strip(),
        at=at,
        seen=seen,
    )
    return refusals + check_paper(
        VERIFICATION, filing.elements, tags=("all", "of_application"), program=row.program
    )


@transaction.atomic
def verify_reports(
    filings: Sequence[ReportVerification], *, submitted_at: datetime
) -> list[ReportEntry]:
    """Take in verifiers' reports without files on M&V reports.

    Raises Refused as `verify_report` does, with the row.

    Source: 40 CFR 62.16445(d), 62.16465(a), (c); RATE-119 to RATE-122.
    """
    rows = _open_reports([filing.report for filing in filings])
    register = read_register([row.resource_id for row in rows], at=submitted_at)
    known = read_verifiers(
        [(f.verifier, row.resource) for f, row in zip(filings, rows, strict=True)]
    )
    refuse(
        numbered(
            (
                number,
                state_refusals(row.resource, is_barred=row.resource_id in register.barred_resources)
                or _report_refusals(filing, row, *known[filing.verifier], submitted_at),
            )
            for number, (filing, row) in enumerate(zip(filings, rows, strict=True), start=1)
        )
    )
    papers = [
        Paper(
            resource=row.resource_id,
            kind=VERIFICATION,
            elements={**filing.elements, "verified_mwh": str(filing.verified_mwh)},
            filed_at=submitted_at,
            filed_by=f"person:{filing.submitted_by}",
            report=row.pk,
            verifier=filing.verifier,
        )
        for filing, row in zip(filings, rows, strict=True)
    ]
    acknowledge(papers, file_papers(papers), [row.resource for row in rows])
    for filing, row in zip(filings, rows, strict=True):
        row.state, row.verifier_id = "verified", filing.verifier
        row.verified_mwh, row.verified_at = filing.verified_mwh, submitted_at
    _update(rows, submitted_at)
    audit.log_many(
        [_verified(row, filing, submitted_at) for row, filing in zip(rows, filings, strict=True)]
    )
    return [report_entry(row) for row in rows]


def _update(rows: Sequence[Report], at: datetime) -> None:
    """Keep what was verified; most verifiers confirm what was reported, in one statement each."""
    for verifier in sorted({row.verifier_id for row in rows if row.verifier_id is not None}):
        confirmed = [
            row.pk for row in rows if row.verifier_id == verifier and row.verified_mwh == row.mwh
        ]
        Report.objects.filter(id__in=among(confirmed)).update(
            state="verified", verifier_id=verifier, verified_mwh=F("mwh"), verified_at=at
        )
    found_otherwise = [row for row in rows if row.verified_mwh != row.mwh]
    Report.objects.bulk_update(
        found_otherwise, ["state", "verifier", "verified_mwh", "verified_at"], batch_size=200
    )


def _open_reports(ids: Sequence[int]) -> list[Report]:
    """Reports on which nothing was issued, in the order asked for.

    Raises Refused (`report_missing`, `report_not_open`), with the row.
    """
    found = (
        Report.objects.select_for_update(of=("self",))
        .select_related("resource")
        .filter(id__in=among(ids))
        .order_by("id")
    )
    known = {report.pk: report for report in found}
    refusals: list[Refusal] = []
    for number, one in enumerate(ids, start=1):
        row = known.get(one)
        if row is None:
            refusals.append(checks.ReportMissing(f"There is no M&V report {one}.", row=number))
        elif row.state in {"issued", "superseded"}:
            refusals.append(
                checks.ReportNotOpen(f"The report of {row.year} is {row.state}.", row=number)
            )
    refuse(refusals)
    return [known[one] for one in ids]


def _report_refusals(
    filing: ReportVerification, row: Report, verifier: Verifier, seen: Seen, at: datetime
) -> list[Refusal]:
    refusals = verifier_refusals(
        verifier,
        row.resource,
        person=filing.submitted_by,
        signed_by=filing.elements.get("signed_by", "").strip(),
        at=at,
        seen=seen,
    )
    refusals += check_paper(
        VERIFICATION, filing.elements, tags=("all", "of_report"), program=row.resource.program
    )
    return refusals + verification.verified_refusals(row, filing.verified_mwh, filing.elements)


def _verified(row: Report, filing: ReportVerification, at: datetime) -> EventSpec:
    return EventSpec(
        at=at,
        program=row.resource.program,
        actor=f"person:{filing.submitted_by}",
        act="verify_report",
        subject=f"resource:{row.resource_id}",
        after={
            "report": row.pk,
            "verifier": filing.verifier,
            "verified_mwh": str(filing.verified_mwh),
        },
        cite=verification.CITE,
    )
