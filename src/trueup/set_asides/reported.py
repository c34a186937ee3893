"""Verified MWh of a resource's reports become what its project was verified to generate.

Source: 40 CFR 62.16245(a)(4); 62.16265; 62.16270; MASS-082.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from trueup.resources import queries as resources
from trueup.resources.awards import use_verified_year, verified_year
from trueup.resources.entries import ReportEntry
from trueup.rules.refusal import Refused
from trueup.set_asides import checks
from trueup.set_asides.entries import DeliveryEntry
from trueup.set_asides.models import Project
from trueup.set_asides.projections import verify_generation

MONTHS = 12
VERIFIED = ("verified", "issued")
COUNTED = (*VERIFIED, "submitted", "incomplete")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """How far the reports of a resource's year have come.

    Attributes:
        state: `none`, `incomplete` (months, or their verification, are missing) or
            `verified`.
        months: Reported. verified_months: Of them verified.
        mwh: Verified so far.
    """

    state: str
    months: int
    verified_months: int
    mwh: Decimal


def reported(resource: int, *, year: int) -> Reported:
    """What the reports of a resource's year say; a shortfall is final once it is `verified`.

    Source: 40 CFR 62.16245(a)(4); MASS-082.
    """
    return _of(resources.reports_of(resource, year=year))


@transaction.atomic
def verify_from_report(*, resource: int, year: int, actor: str, at: datetime) -> DeliveryEntry:
    """Take what a resource's verified reports of a year say as what its project generated.

    All twelve months must be reported, and each report verified by the accredited
    verifier; until then nothing is final. What earlier reports overstated is taken off.

    Args:
        resource: Id of the project's file among eligible resources.

    Raises Refused (`unknown_project`, `report_not_verified`, and as `verify_generation`).

    Source: 40 CFR 62.16245(a)(4); 62.16255(a); 62.16265; 62.16270; MASS-082, MASS-102.
    """
    found = Project.objects.filter(resource_id=resource).exclude(state="rejected").first()
    if found is None:
        raise Refused([checks.UnknownProject("No project asks for allowances for this resource.")])
    of = reported(resource, year=year)
    if of.state != "verified":
        raise Refused(
            [
                checks.ReportNotVerified(
                    f"Of {year}, {of.months} months are reported and {of.verified_months}"
                    " verified: nothing is final until all twelve are."
                )
            ]
        )
    entry = resources.resource(resource)
    if entry is None or entry.program != found.program:
        return verify_generation(
            project=found.pk, generation_year=year, actual_mwh=of.mwh, actor=actor, at=at
        )
    delivery = verify_generation(
        project=found.pk,
        generation_year=year,
        actual_mwh=verified_year(resource, year=year).used_mwh,
        actor=actor,
        at=at,
    )
    use_verified_year(resource=resource, year=year, at=at, actor=actor)
    return delivery


def _of(reports: Iterable[ReportEntry]) -> Reported:
    counted = [one for one in reports if one.state in COUNTED]
    verified = [one for one in counted if one.state in VERIFIED]
    months = sum(_months(one) for one in counted)
    verified_months = sum(_months(one) for one in verified)
    state = "none" if not counted else "incomplete"
    return Reported(
        state="verified" if verified_months == MONTHS else state,
        months=months,
        verified_months=verified_months,
        mwh=sum((one.verified_mwh or Decimal(0) for one in verified), Decimal(0)),
    )


def _months(report: ReportEntry) -> int:
    return report.last_month - report.first_month + 1
