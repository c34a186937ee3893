"""Whether a resource may earn what its program gives: credits, or allowances of a set-aside.

Source: 40 CFR 62.16435(a) to (c); 62.16245(a)(2); MASS-AMB-17.
"""

from __future__ import annotations

from trueup.resources.filing import capacity_of, uprate_of
from trueup.resources.models import Resource
from trueup.rules import programs
from trueup.rules.eligibility import (
    MODEL,
    HostState,
    Policy,
    Showing,
    check_category,
    check_eligibility,
    check_exclusions,
)
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal
from trueup.rules.set_aside_eligibility import Claim, KindNotListed, check_claim


def showing_of(row: Resource) -> Showing:
    """What is shown of a resource, for the tests of eligibility."""
    return Showing(
        category=row.category,
        kind=row.kind,
        capacity_mw=capacity_of(row),
        in_service_on=row.in_service_on,
        grid=row.grid,
        uprate=uprate_of(row),
        derated_on=row.derated_on,
        is_relicensed=row.is_relicensed,
        contract_with=row.contract_with,
        is_regional_supply=row.is_regional_supply,
        has_revenue_quality_meter=row.has_meter,
        exclusion=row.exclusion,
        savings_basis=row.savings_basis,
    )


def eligibility_refusals(row: Resource, *, host: HostState) -> list[Refusal]:
    """Every test that a resource fails in its program; none if it may take part.

    A set-aside under the federal plan admits its own short list of kinds; a State's own
    plan may admit every category for which the rule says how it is measured.

    Source: 40 CFR 62.16435(a) to (c); 62.16245(a)(2); RATE-043; MASS-075; MASS-AMB-17.
    """
    rules = programs.load(row.program)
    showing = showing_of(row)
    if rules.resources is not None and rules.resources.earns_offsets:
        return []  # Its type is one of the program's; Maryland's paper asks for no more.
    if rules.resources is None or not rules.resources.earns_allowances:
        return check_eligibility(showing, host=host)
    return [*_check_set_aside(row, showing, host, rules), *check_exclusions(showing)]


def _check_set_aside(
    row: Resource, showing: Showing, host: HostState, rules: Program
) -> list[Refusal]:
    renewable = rules.renewable_energy
    if renewable is None or row.jurisdiction not in rules.jurisdictions:
        return [KindNotListed(f"{row.jurisdiction} has no renewable energy set-aside.")]
    policy = Policy()
    found = check_claim(
        Claim(
            showing=showing,
            state=row.jurisdiction,
            set_aside_of=row.jurisdiction,
            is_utility_scale=showing.capacity_mw >= policy.utility_scale_mw,
            # The Administrator decides on the one day in doubt with the project (MASS-AMB-18).
            date_accepted=True,
        ),
        rules=renewable,
    )
    if host.plan != MODEL:
        return found
    others = [one for one in found if not isinstance(one, KindNotListed)]
    return [*others, *check_category(showing, host=host, policy=policy)]
