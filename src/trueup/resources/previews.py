"""What a report would earn if its MWh were verified as they stand: whole credits, and a rest.

Source: 40 CFR 62.16445(e); RATE-045, RATE-050, RATE-051, RATE-089, RATE-135; AMB-03.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from trueup.resources.admission import showing_of
from trueup.resources.entries import ReportSpec
from trueup.resources.models import HostState, PlausibleOutput, Resource
from trueup.rules import ercs
from trueup.rules.eligibility import eligible_share


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditPreview:
    """Whole credits that a report's MWh would earn, and what is left of them.

    Attributes:
        creditable_mwh: After the new share, the contract and what was rewarded elsewhere.
        fraction: What is below a whole MWh; dropped, unless the State carries it.
        above_plausible: Months whose MWh are above what the resource plausibly puts out.
    """

    mwh: Decimal
    share: Fraction
    creditable_mwh: Fraction
    whole: int
    fraction: Fraction
    carries: bool
    above_plausible: tuple[int, ...]


def preview_credits(
    *, resource: int, spec: ReportSpec, by_month: Mapping[int, Decimal] | None = None
) -> CreditPreview:
    """What a report's MWh would earn by themselves, exact; three statements.

    Source: 40 CFR 62.16445(e), 62.16435(a)(1), (3); RATE-135; AMB-03.
    """
    row = Resource.objects.get(id=resource)
    share = eligible_share(showing_of(row))
    host = HostState.objects.filter(program=row.program, jurisdiction=row.jurisdiction).first()
    try:
        earned = ercs.credited_heat_and_power(
            row.category, spec.elements, electric_mwh=spec.mwh, year=spec.year
        )
        creditable = ercs.creditable_mwh(
            earned,
            share=share,
            biogenic_share=_number(spec.elements, "biogenic_share"),
            contract_mwh=_number(spec.elements, "contract_mwh"),
            rewarded_mwh=_number(spec.elements, "rewarded_mwh") or Decimal(0),
        )
    except (KeyError, ValueError, ArithmeticError):
        creditable = Fraction(spec.mwh) * share  # Not everything is stated yet.
    whole = ercs.whole_ercs(creditable)
    return CreditPreview(
        mwh=spec.mwh,
        share=share,
        creditable_mwh=creditable,
        whole=whole,
        fraction=creditable - whole,
        carries=host is not None and host.carries_fractions,
        above_plausible=_above(row, by_month or {}),
    )


def _above(row: Resource, by_month: Mapping[int, Decimal]) -> tuple[int, ...]:
    curve = {
        one.month: one.mwh
        for one in PlausibleOutput.objects.filter(resource=row)
        if one.mwh is not None
    }
    return tuple(
        month for month, mwh in sorted(by_month.items()) if month in curve and mwh > curve[month]
    )


def _number(elements: Mapping[str, str], name: str) -> Decimal | None:
    try:
        return Decimal(elements[name])
    except (KeyError, InvalidOperation):
        return None
