"""Whether a unit is an affected EGU, and why one is not.

Source: 40 CFR 62.16410(b), which points to 60.5840(b) and 60.5845; 60.5850; preamble I.C.1,
III.C (80 FR 64966); RATE-003, RATE-004; AMB-29.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType

from trueup.rules.rate import subcategory_of
from trueup.rules.refusal import Refusal

CONSTRUCTION_BY = date(2014, 1, 8)
SELLS_OVER_MW = Decimal(25)
HEAT_INPUT_OVER_MMBTU = Decimal(250)  # An hour; 260 GJ.
SALES_MAX_MWH = Decimal(219_000)  # A year.
FOSSIL_SHARE_MAX = Decimal("0.10")  # Of the annual capacity factor.

# Why a unit that passes the test of size is outside all the same (preamble III.C).
EXCLUSIONS: Mapping[str, str] = MappingProxyType(
    {
        "SUBPART_TTTT": "it was modified or reconstructed and is under subpart TTTT",
        "SALES_LIMIT": "its permit limits what it sells",
        "MOSTLY_NON_FOSSIL": "it burns mostly fuel that is not fossil",
        "NO_NATURAL_GAS": "it is a turbine that cannot burn natural gas",
        "CHP_SALES_LIMIT": "it is a combined heat and power unit that sells little",
        "SHARED_GENERATOR": "its share of a shared generator is 25 MW or less",
        "WASTE_COMBUSTOR": "it is a waste combustor under subpart Eb or CCCC",
    }
)


class NotAffected(Refusal):
    code = "affected.not_affected"
    cite = "40 CFR 62.16410(b)"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFacts:
    """What decides whether a unit is affected; what is not known is None.

    Attributes:
        sells_mw: What its generator can sell to the grid; its share of a shared generator.
        heat_input_mmbtu: Base load rating of fossil fuel, an hour.
        is_chp: Whether it makes useful heat as well.
        potential_mwh: Its potential electric output of a year.
        permitted_sales_mwh: What a permit always limited its sales of a year to.
        design_efficiency: As a share of one; for combined heat and power.
        fossil_share: Fossil fuel's share of its annual capacity factor, where that is limited.
    """

    unit_type: str
    construction_began_on: date
    sells_mw: Decimal
    heat_input_mmbtu: Decimal
    fuel: str = ""
    is_chp: bool = False
    is_shared_generator: bool = False
    is_under_subpart_tttt: bool = False
    is_waste_combustor: bool = False
    can_burn_natural_gas: bool = True
    potential_mwh: Decimal | None = None
    permitted_sales_mwh: Decimal | None = None
    design_efficiency: Decimal | None = None
    fossil_share: Decimal | None = None


def check_affected(facts: UnitFacts) -> list[Refusal]:
    """Whether a unit passes the tests of kind, date and size; why not, each by itself.

    Source: 40 CFR 62.16410(b); RATE-003; AMB-29.
    """
    reasons = []
    if subcategory_of(unit_type=facts.unit_type, fuel=facts.fuel) is None:
        reasons.append(
            "It is no steam unit, IGCC, nor a turbine of combined cycle or of combined heat and"
            " power."
        )
    if facts.construction_began_on > CONSTRUCTION_BY:
        reasons.append(f"Its construction began after {CONSTRUCTION_BY}.")
    if facts.sells_mw <= SELLS_OVER_MW:
        reasons.append(f"It cannot sell more than {SELLS_OVER_MW} MW to the grid.")
    if facts.heat_input_mmbtu <= HEAT_INPUT_OVER_MMBTU:
        reasons.append(
            f"Its base load rating is not above {HEAT_INPUT_OVER_MMBTU} MMBtu of fossil fuel an"
            " hour."
        )
    return [NotAffected(reason) for reason in reasons]


def exclusions_of(facts: UnitFacts) -> tuple[str, ...]:
    """The codes of the exclusions that these facts show, in the order of the preamble.

    Source: 40 CFR 60.5850; preamble III.C; RATE-004.
    """
    shown = {
        "SUBPART_TTTT": facts.is_under_subpart_tttt,
        "SALES_LIMIT": not facts.is_chp and _sells_at_most(facts, _third(facts)),
        "MOSTLY_NON_FOSSIL": facts.fossil_share is not None
        and facts.fossil_share <= FOSSIL_SHARE_MAX,
        "NO_NATURAL_GAS": subcategory_of(unit_type=facts.unit_type, fuel=facts.fuel)
        == "combustion_turbine"
        and not facts.can_burn_natural_gas,
        "CHP_SALES_LIMIT": facts.is_chp and _sells_at_most(facts, _by_efficiency(facts)),
        "SHARED_GENERATOR": facts.is_shared_generator and facts.sells_mw <= SELLS_OVER_MW,
        "WASTE_COMBUSTOR": facts.is_waste_combustor,
    }
    return tuple(code for code in EXCLUSIONS if shown[code])


def _third(facts: UnitFacts) -> Decimal | None:
    return facts.potential_mwh / 3 if facts.potential_mwh is not None else None


def _by_efficiency(facts: UnitFacts) -> Decimal | None:
    if facts.potential_mwh is None or facts.design_efficiency is None:
        return None
    return facts.potential_mwh * facts.design_efficiency


def _sells_at_most(facts: UnitFacts, limit: Decimal | None) -> bool:
    """Sales limited to the share of potential output or 219,000 MWh, whichever is more."""
    if facts.permitted_sales_mwh is None:
        return False
    return facts.permitted_sales_mwh <= max(SALES_MAX_MWH, limit or SALES_MAX_MWH)
