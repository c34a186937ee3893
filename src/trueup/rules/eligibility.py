"""Which resources can earn emission rate credits: four tests, all of which must be passed.

New capacity, the contiguous grid, location and category; what is excluded whatever it
passes; and the share of an uprated resource's output that counts.

Source: 40 CFR 62.16435(a) to (c); preamble III.A.2, IV.C.3, IV.D.8; RATE-043 to RATE-056.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from trueup.rules.refusal import Refusal

NEW_AFTER = date(2013, 1, 1)
GRIDS = ("EASTERN", "WESTERN", "ERCOT")
RENEWABLE = frozenset({"WND", "SOL", "GEO", "HYD", "WAV", "TID"})
LISTED = RENEWABLE | {"BIO", "WTE", "NUC", "CHP", "WHP", "DSM"}
# Every kind of a category that a federal plan admits; "" is a category without kinds.
FEDERAL_KINDS = {
    "WND": ("on_shore",),
    "SOL": ("photovoltaic", "concentrated"),
    "GEO": ("",),
    "NUC": ("",),
    "HYD": ("",),
}
SIZED = frozenset({"WND", "SOL", "HYD"})  # Those that must be of utility scale.
EXCLUSIONS = {
    "TTTT": "new, modified or reconstructed units under subpart TTTT",
    "NON_AFFECTED_EGU": "fossil units that are not affected EGUs",
    "OUTSIDE_SECTOR": "reductions outside the power sector",
    "NOT_APPROVED": "measures that are not approved for the State",
}
BASES = ("EX_POST", "REAL_TIME")

RATE, MASS, NONE = "rate", "mass", "none"
FEDERAL, MODEL = "federal", "model"


class ExistingCapacity(Refusal):
    code = "eligibility.existing_capacity"
    cite = "40 CFR 62.16435(a)(1)"


class InServiceDateMissing(Refusal):
    code = "eligibility.in_service_date_missing"
    cite = "40 CFR 62.16435(a)(1); 62.16445(a)(3)"


class UprateAfterDerate(Refusal):
    code = "eligibility.uprate_after_derate"
    cite = "40 CFR 62.16435(a)(1); 62.16570 “Derate”, “Uprate”"


class RelicensedCapacity(Refusal):
    code = "eligibility.relicensed_capacity"
    cite = "40 CFR 62.16435(a)(1)"


class NotOnGrid(Refusal):
    code = "eligibility.not_on_grid"
    cite = "40 CFR 62.16435(a)(2)"


class WrongLocation(Refusal):
    code = "eligibility.wrong_location"
    cite = "40 CFR 62.16435(a)(3)"


class ContractMissing(Refusal):
    code = "eligibility.contract_missing"
    cite = "40 CFR 62.16435(a)(3); preamble IV.D.6.b"


class CategoryNotListed(Refusal):
    code = "eligibility.category_not_listed"
    cite = "40 CFR 62.16435(a)(4)"


class CategoryNotInPlan(Refusal):
    code = "eligibility.category_not_in_plan"
    cite = "40 CFR 62.16435(a); preamble IV.C.3, IV.D.8"


class MeasureExcluded(Refusal):
    code = "eligibility.measure_excluded"
    cite = "40 CFR 62.16435(c)"


class ProjectedSavings(Refusal):
    code = "eligibility.projected_savings"
    cite = "40 CFR 62.16435(a)(4)(vi); 62.16455(c)(7)(i)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Uprate:
    """Capacity that was added to a resource, in MW of nameplate.

    Attributes:
        of_license: The capacities are those of the new and of the prior permit.
    """

    on: date
    from_mw: Decimal
    to_mw: Decimal
    of_license: bool = False

    def __post_init__(self) -> None:
        if self.from_mw < 0 or self.to_mw <= 0:
            raise ValueError(f"no capacity: {self.from_mw} to {self.to_mw} MW")

    @property
    def share(self) -> Fraction:
        """The part of the output that is attributed to the added capacity (AMB-18)."""
        added = max(self.to_mw - self.from_mw, Decimal(0))
        return Fraction(added) / Fraction(self.to_mw)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostState:
    """How the State where a resource is has chosen.

    Attributes:
        program: `rate`; `mass`; `none` for one without affected EGUs.
        plan: `federal` or `model`, whose list of categories applies.
    """

    program: str = RATE
    plan: str = FEDERAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the rule leaves to the State (AMB-15, AMB-16).

    Attributes:
        utility_scale_mw: From which size a plant is of utility scale.
        by_contract: Categories that a contract can bring in from a mass-based State.
    """

    utility_scale_mw: Decimal = Decimal(1)
    by_contract: frozenset[str] = RENEWABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """What an eligibility application shows of a resource.

    Attributes:
        category: Code of the category.
        kind: Within the category: `on_shore`, `off_shore`, `photovoltaic`, ....
        in_service_on: When its capacity was installed or its measure implemented.
        grid: The interconnection that it supplies.
        derated_on: When its capacity was last reduced before the uprate.
        contract_with: A rate-based State to which its output is sold by contract.
        is_regional_supply: The record that treats it as a supply of that region.
        exclusion: A reason of 62.16435(c) that applies; qualifying CHP has none.
    """

    category: str
    capacity_mw: Decimal
    in_service_on: date | None
    kind: str = ""
    grid: str = "EASTERN"
    uprate: Uprate | None = None
    derated_on: date | None = None
    is_relicensed: bool = False
    contract_with: str = ""
    is_regional_supply: bool = False
    has_revenue_quality_meter: bool = False
    exclusion: str = ""
    savings_basis: str = "EX_POST"


def check_eligibility(
    showing: Showing, *, host: HostState, policy: Policy | None = None
) -> list[Refusal]:
    """Every test that a resource fails; none if it can earn credits.

    Source: 40 CFR 62.16435(a)(1)-(4), (b), (c); RATE-043.
    """
    policy = policy or Policy()
    return [
        *check_new_capacity(showing),
        *check_grid(showing),
        *check_location(showing, host=host, policy=policy),
        *check_category(showing, host=host, policy=policy),
        *check_exclusions(showing),
    ]


def check_new_capacity(showing: Showing) -> list[Refusal]:
    """Only capacity installed, or measures implemented, after January 1, 2013 counts.

    Source: 40 CFR 62.16435(a)(1); RATE-044, RATE-046, RATE-047; AMB-17, AMB-18.
    """
    if showing.in_service_on is None:
        return [InServiceDateMissing("State when the capacity was installed.")]
    if showing.in_service_on > NEW_AFTER:
        return []
    if showing.is_relicensed and _adds_nothing(showing.uprate):
        return [
            RelicensedCapacity(
                "A license that was renewed or extended adds no capacity: show the uprate that"
                " the new permit records."
            )
        ]
    if showing.uprate is None or showing.uprate.on <= NEW_AFTER or _adds_nothing(showing.uprate):
        return [
            ExistingCapacity(
                f"The capacity was installed on {showing.in_service_on}; only what was installed"
                " after 2013-01-01 can earn credits."
            )
        ]
    if _is_barred_by_derate(showing):
        return [
            UprateAfterDerate(
                f"The uprate of {showing.uprate.on} follows a derate of {showing.derated_on}, on or"
                " after 2013-01-01: it earns nothing."
            )
        ]
    return []


def eligible_share(showing: Showing) -> Fraction:
    """The part of the output that can earn credits, between 0 and 1.

    All of new capacity; of older capacity the uprate's part, by nameplate; none of an
    uprate after a derate of 2013-01-01 or later.

    Source: 40 CFR 62.16435(a)(1); RATE-045 to RATE-047; AMB-18.
    """
    if showing.in_service_on is None:
        return Fraction(0)
    is_new = showing.in_service_on > NEW_AFTER
    if showing.uprate is None:
        return Fraction(1 if is_new else 0)
    if _is_barred_by_derate(showing):
        return 1 - showing.uprate.share if is_new else Fraction(0)
    if is_new:
        return Fraction(1)
    return showing.uprate.share if showing.uprate.on > NEW_AFTER else Fraction(0)


def check_grid(showing: Showing) -> list[Refusal]:
    """The resource is tied to the contiguous grid and supplies or saves electricity on it.

    Source: 40 CFR 62.16435(a)(2); RATE-048; AMB-25.
    """
    if showing.grid in GRIDS:
        return []
    return [
        NotOnGrid(
            f"“{showing.grid}” is no interconnection of the contiguous United States:"
            f" {', '.join(GRIDS)}."
        )
    ]


def check_location(showing: Showing, *, host: HostState, policy: Policy) -> list[Refusal]:
    """A rate-based State, or elsewhere a renewable resource with a contract into one.

    Source: 40 CFR 62.16435(a)(3); preamble III.A.2; RATE-049, RATE-050; AMB-16, AMB-25.
    """
    if host.program == RATE:
        return []
    if host.program == MASS and showing.category not in policy.by_contract:
        return [
            WrongLocation(
                f"A resource of category {showing.category} in a mass-based State cannot earn"
                " credits, with or without a contract."
            )
        ]
    if showing.contract_with and showing.is_regional_supply:
        return []
    return [
        ContractMissing(
            "The State is not rate-based: show the contract by which the output serves load in a"
            " rate-based State, and that it is treated as a regional supply resource."
        )
    ]


def check_category(showing: Showing, *, host: HostState, policy: Policy) -> list[Refusal]:
    """The category is a listed one, and in a federal-plan State one of its shorter list.

    Source: 40 CFR 62.16435(a)(4); preamble IV.C.3, IV.D.8; RATE-052, RATE-053; AMB-15.
    """
    if showing.category not in LISTED:
        return [CategoryNotListed(f"“{showing.category}” is no category of eligible resources.")]
    if showing.category == "DSM" and showing.savings_basis not in BASES:
        return [
            ProjectedSavings(
                f"Savings count as they were measured, not “{showing.savings_basis}”:"
                f" {' or '.join(BASES)}."
            )
        ]
    return _check_federal(showing, policy) if host.plan == FEDERAL else []


def _check_federal(showing: Showing, policy: Policy) -> list[Refusal]:
    kinds = FEDERAL_KINDS.get(showing.category)
    if kinds is None or (kinds != ("",) and showing.kind not in kinds):
        what = f"{showing.category} {showing.kind}".strip()
        return [CategoryNotInPlan(f"A federal plan issues no credits to “{what}”.")]
    lacking = []
    if showing.category in SIZED and showing.capacity_mw < policy.utility_scale_mw:
        lacking.append(f"{policy.utility_scale_mw} MW or more")
    if not showing.has_revenue_quality_meter:
        lacking.append("a revenue-quality meter")
    if not lacking:
        return []
    return [CategoryNotInPlan(f"A federal plan asks for {' and '.join(lacking)}.")]


def check_exclusions(showing: Showing) -> list[Refusal]:
    """What can never earn credits, whatever else it shows.

    Raises ValueError for an exclusion that the rule does not name.

    Source: 40 CFR 62.16435(c); RATE-054.
    """
    if not showing.exclusion:
        return []
    return [
        MeasureExcluded(f"Never issued to {EXCLUSIONS[showing.exclusion]} ({showing.exclusion}).")
    ]


def _adds_nothing(uprate: Uprate | None) -> bool:
    return uprate is None or uprate.share == 0


def _is_barred_by_derate(showing: Showing) -> bool:
    """A derate on or after January 1, 2013 bars the whole uprate that follows it."""
    return (
        showing.uprate is not None
        and showing.derated_on is not None
        and NEW_AFTER <= showing.derated_on <= showing.uprate.on
    )
