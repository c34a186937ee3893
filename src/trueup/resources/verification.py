"""Verification reports, which the verifier alone files.

Source: 40 CFR 62.16445(d), 62.16465, 62.16475(g); RATE-116 to RATE-132.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from trueup.audit import services as audit
from trueup.resources import checks
from trueup.resources.applications import open_application
from trueup.resources.decisions import Act, log
from trueup.resources.entries import ReportEntry, Upload
from trueup.resources.filing import existing, file_document, refuse, require_ground, state_refusals
from trueup.resources.models import Application, Report, Resource, Verifier
from trueup.resources.queries import report_entry
from trueup.resources.reports import DECIMALS_MAX, open_report
from trueup.resources.signed import Signed, keep_signature
from trueup.resources.verifiers import known_verifier, verifier_refusals
from trueup.rules.papers import VERIFICATION, check_paper
from trueup.rules.refusal import Refusal, Refused

CITE = "40 CFR 62.16445(d), 62.16465"


@transaction.atomic
def verify_application(
    *,
    resource: int,
    verifier: int,
    elements: Mapping[str, str],
    submitted_by: int,
    submitted_at: datetime,
    uploads: Sequence[Upload] = (),
    signed: Signed | None = None,
) -> None:
    """Take in a verifier's report on an eligibility application.

    Args:
        submitted_by: The person of the verifier's team who files it.

    Raises Refused (`unknown_verifier`, `application_missing`, `not_accredited`,
    `category_not_accredited`, `debarred`, `not_of_the_team`, `engagement_not_cleared`,
    `conflict_of_interest`, `element_missing`, ...).

    Source: 40 CFR 62.16445(a)(6), (d), 62.16465(a), (b); RATE-118, RATE-122.
    """
    row, by = existing(resource), known_verifier(verifier)
    applied = open_application(row)
    handing = _Handing(verifier=by, elements=elements, person=submitted_by, at=submitted_at)
    refuse(_refusals(handing, row, "of_application"))
    file_document(
        row,
        kind=VERIFICATION,
        elements=elements,
        filed_at=submitted_at,
        filed_by=f"person:{submitted_by}",
        application=applied,
        verifier=by,
        uploads=uploads,
    )
    applied.verifier, applied.verified_at = by, submitted_at
    applied.save(update_fields=["verifier", "verified_at"])
    keep_signature(row, signed, person=submitted_by, at=submitted_at)
    log(_act(row, submitted_at, submitted_by), "verify_application", verifier=by.pk)


@transaction.atomic
def verify_report(
    *,
    report: int,
    verifier: int,
    verified_mwh: Decimal,
    elements: Mapping[str, str],
    submitted_by: int,
    submitted_at: datetime,
    uploads: Sequence[Upload] = (),
    signed: Signed | None = None,
) -> ReportEntry:
    """Take in a verifier's report on an M&V report, with the MWh that it determined.

    Raises Refused (`report_missing`, `report_not_open`, `verified_above_reported`,
    `discrepancy_not_explained`, `analysis_missing`, and as `verify_application` does).

    Source: 40 CFR 62.16445(d), 62.16465(a), (c); RATE-119 to RATE-122.
    """
    row, by = open_report(report), known_verifier(verifier)
    refuse(state_refusals(row.resource))
    handing = _Handing(verifier=by, elements=elements, person=submitted_by, at=submitted_at)
    refusals = _refusals(handing, row.resource, "of_report")
    refuse([*refusals, *verified_refusals(row, verified_mwh, elements)])
    file_document(
        row.resource,
        kind=VERIFICATION,
        elements={**elements, "verified_mwh": str(verified_mwh)},
        filed_at=submitted_at,
        filed_by=f"person:{submitted_by}",
        report=row,
        verifier=by,
        uploads=uploads,
    )
    row.state, row.verifier = "verified", by
    row.verified_mwh, row.verified_at = verified_mwh, submitted_at
    row.save(update_fields=["state", "verifier", "verified_mwh", "verified_at"])
    keep_signature(row.resource, signed, person=submitted_by, at=submitted_at)
    log(
        _act(row.resource, submitted_at, submitted_by),
        "verify_report",
        report=row.pk,
        verifier=by.pk,
        verified_mwh=str(verified_mwh),
    )
    return report_entry(row)


@transaction.atomic
def application_refusals(
    *, resource: int, verifier: int, elements: Mapping[str, str], person: int, at: datetime
) -> list[Refusal]:
    """Why a verifier's report on an application would be refused now.

    Source: 40 CFR 62.16445(d), 62.16465(a), (b); PLAT-050.
    """
    try:
        row, by = existing(resource), known_verifier(verifier)
        open_application(row)
    except Refused as refused:
        return list(refused.refusals)
    handing = _Handing(verifier=by, elements=elements, person=person, at=at)
    return _refusals(handing, row, "of_application")


@transaction.atomic
def report_refusals(
    *,
    report: int,
    verifier: int,
    verified_mwh: Decimal,
    elements: Mapping[str, str],
    person: int,
    at: datetime,
) -> list[Refusal]:
    """Why a verifier's report on an M&V report would be refused now.

    Source: 40 CFR 62.16445(d), 62.16465(a), (c); PLAT-050.
    """
    try:
        row, by = open_report(report), known_verifier(verifier)
    except Refused as refused:
        return list(refused.refusals)
    handing = _Handing(verifier=by, elements=elements, person=person, at=at)
    return [
        *state_refusals(row.resource),
        *_refusals(handing, row.resource, "of_report"),
        *verified_refusals(row, verified_mwh, elements),
    ]


@transaction.atomic
def reject_verification(
    *, report: int, ground: str, rejected_at: datetime, actor: str = "administrator"
) -> ReportEntry:
    """Reject a verification report, for a conflict or another defect: nothing is issued on it.

    The M&V report is incomplete until another verification report is filed.

    Raises Refused (`report_missing`, `report_not_open`, `verification_missing`,
    `ground_missing`).

    Source: 40 CFR 62.16475(g); RATE-132, RATE-136.
    """
    row = open_report(report)
    refusals: list[Refusal] = list(require_ground(ground))
    if row.state != "verified":
        refusals.append(checks.NotVerified(f"The report of {row.year} is not verified."))
    refuse(refusals)
    row.state = "incomplete"
    row.save(update_fields=["state"])
    audit.log(
        at=rejected_at,
        program=row.resource.program,
        actor=actor,
        act="reject_verification",
        subject=f"resource:{row.resource_id}",
        after={"report": row.pk, "ground": ground},
        cite="40 CFR 62.16475(g)",
    )
    return report_entry(row)


@transaction.atomic
def reject_application_verification(
    *, resource: int, ground: str, rejected_at: datetime, actor: str = "administrator"
) -> None:
    """Reject a verification report on an application, for a conflict or another defect.

    The application is incomplete until another verification report is filed, and decided
    on anew where it was approved already; until then the resource earns nothing.

    Raises Refused (`unknown_resource`, `verification_missing`, `ground_missing`).

    Source: 40 CFR 62.16475(g); 62.16280(g); RATE-132; MASS-125.
    """
    row = existing(resource)
    refuse(require_ground(ground))
    found = (
        Application.objects.select_for_update()
        .filter(resource=row, verified_at__isnull=False)
        .exclude(state="rejected")
        .order_by("-id")
        .first()
    )
    if found is None or row.state == "revoked":
        raise Refused([checks.NotVerified(f"No application of {row.name} is verified.")])
    found.verified_at = None
    if found.state == "approved":
        found.state, found.decided_at, found.decided_by = "submitted", None, ""
        row.state = "submitted"
        row.save(update_fields=["state"])
    found.save(update_fields=["verified_at", "state", "decided_at", "decided_by"])
    log(
        Act(
            program=row.program,
            subject=f"resource:{row.pk}",
            at=rejected_at,
            actor=actor,
            cite="40 CFR 62.16475(g)",
        ),
        "reject_application_verification",
        ground=ground,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Handing:
    """A report that somebody hands in for a verifier."""

    verifier: Verifier
    elements: Mapping[str, str]
    person: int
    at: datetime


def _refusals(handing: _Handing, row: Resource, tag: str) -> list[Refusal]:
    """Whether these hands may hand this paper in, and whether it is whole."""
    found = verifier_refusals(
        handing.verifier,
        row,
        person=handing.person,
        signed_by=handing.elements.get("signed_by", "").strip(),
        at=handing.at,
    )
    return found + check_paper(
        VERIFICATION, handing.elements, tags=("all", tag), program=row.program
    )


def verified_refusals(
    row: Report, verified_mwh: Decimal, elements: Mapping[str, str]
) -> list[Refusal]:
    """Why MWh cannot have been verified of a report, as the verification report explains them.

    Source: 40 CFR 62.16465(c)(1); RATE-120, RATE-121.
    """
    exponent = verified_mwh.as_tuple().exponent
    if not verified_mwh.is_finite() or verified_mwh < 0:
        return [checks.MwhNotReadable(f"“{verified_mwh}” is no quantity of MWh of at least 0.")]
    if isinstance(exponent, int) and exponent < -DECIMALS_MAX:
        return [checks.MwhNotReadable(f"{verified_mwh} has more than {DECIMALS_MAX} decimals.")]
    refusals: list[Refusal] = []
    reported = row.mwh if row.mwh is not None else Decimal(0)
    if verified_mwh > reported:
        refusals.append(
            checks.VerifiedAboveReported(
                f"{verified_mwh} MWh were verified of {reported} reported: the applicant must file"
                " a report of what was found."
            )
        )
    if verified_mwh < reported and elements.get("misstatement") != "FOUND":
        refusals.append(
            checks.DiscrepancyNotExplained(
                f"{verified_mwh} MWh were verified of {reported} reported: explain the source of"
                " the discrepancy."
            )
        )
    if row.is_excessive and not elements.get("excess_analysis", "").strip():
        refusals.append(
            checks.AnalysisMissing(
                f"{reported} MWh are more than the capacity permits: analyse it (excess_analysis)."
            )
        )
    return refusals


def _act(row: Resource, at: datetime, person: int) -> Act:
    return Act(
        program=row.program,
        subject=f"resource:{row.pk}",
        at=at,
        actor=f"person:{person}",
        cite=CITE,
    )
