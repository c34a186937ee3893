"""How many emission rate credits generation earns: whole credits of verified MWh.

Quantities are Decimal, ratios are Fraction; nothing is rounded before the whole credits
are counted. What demand-side savings earn is in `savings`.

Source: 40 CFR 62.16435, 62.16445(e), 62.16450(a), 62.16455(c)(1)-(5), 62.16465(c)(1);
preamble IV.C.3.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from trueup.rules.rate import standard_of
from trueup.rules.refusal import Refusal, Refused

HOURS_A_DAY = 24
FIRST_YEAR = 2022
SMALL_KW = Decimal(10)
AGGREGATED_KW = Decimal(150)
AGGREGATE_MAX_KW = Decimal(1000)
LEAST_DELIVERY_MWH = Decimal(1)  # Printed as “1 MW” over 365 days (AMB-21).
EIA_860_MW = Decimal(1)
AS_AFFECTED_EGU, LOW_MASS, MONTHLY_RECORDS = "affected_egu", "low_mass_emissions", "monthly_records"
_CHP_AFFECTED_MW, _CHP_LOW_MASS_MW = Decimal(25), Decimal(1)


class OnSiteUseNotMetered(Refusal):
    code = "ercs.on_site_use_not_metered"
    cite = "40 CFR 62.16455(c)(1)(ii)"


class BiogenicShareMissing(Refusal):
    code = "ercs.biogenic_share_missing"
    cite = "40 CFR 62.16455(c)(4)"


class AggregationInvalid(Refusal):
    code = "ercs.aggregation_invalid"
    cite = "40 CFR 62.16455(c)(1)(iii), (c)(2)(iii)"


class MeterMissing(Refusal):
    code = "ercs.meter_missing"
    cite = "40 CFR 62.16455(c)(1), (c)(2)"


Mwh = Decimal | Fraction | int


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuance:
    """What is issued of verified MWh, and what is left of corrections and fractions."""

    ercs: int
    correction_left: int = 0
    fraction_carried: Fraction = Fraction(0)


def whole_ercs(mwh: Mwh) -> int:
    """One credit for each whole verified MWh; the fraction is dropped.

    Raises ValueError for fewer MWh than none, which is a caller's bug.

    Source: 40 CFR 62.16445(e); 62.16420(c)(2)(ii); RATE-135; AMB-03.
    """
    return math.floor(_quantity(mwh))


def issue(
    mwh: Mwh, *, correction: int = 0, carried: Fraction = Fraction(0), carries: bool = False
) -> Issuance:
    """What is issued after an earlier report's overstatement is taken off; never below zero.

    Args:
        mwh: Verified and creditable MWh of this report.
        correction: Whole credits that were issued too many and not yet taken off.
        carried: Fraction of the report before, where the State carries fractions.

    Source: 40 CFR 62.16445(e), 62.16450(a); RATE-135, RATE-145; AMB-03.
    """
    if correction < 0:
        raise ValueError(f"a correction is not negative: {correction}")
    exact = _quantity(mwh) + (carried if carries else 0)
    whole = math.floor(exact)
    taken = min(whole, correction)
    return Issuance(
        ercs=whole - taken,
        correction_left=correction - taken,
        fraction_carried=exact - whole if carries else Fraction(0),
    )


def creditable_mwh(
    verified_mwh: Mwh,
    *,
    share: Fraction = Fraction(1),
    biogenic_share: Decimal | None = None,
    contract_mwh: Decimal | None = None,
    rewarded_mwh: Decimal = Decimal(0),
) -> Fraction:
    """The verified MWh that can earn credits, exact.

    Args:
        share: Part of the output that is new capacity.
        biogenic_share: Of a waste-to-energy plant.
        contract_mwh: MWh under the contract into a rate-based State, where one is needed.
        rewarded_mwh: MWh that were rewarded with set-aside allowances or elsewhere.

    Source: 40 CFR 62.16435(a)(1), (3); 62.16455(c)(4); preamble III.A.2; RATE-045,
    RATE-050, RATE-051, RATE-089.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share is between 0 and 1: {share}")
    earned = _quantity(verified_mwh) * share
    if biogenic_share is not None:
        earned *= Fraction(biogenic_share)
    if contract_mwh is not None:
        earned = min(earned, _quantity(contract_mwh))
    return max(earned - _quantity(rewarded_mwh), Fraction(0))


def check_biogenic_share(share: Decimal | None) -> list[Refusal]:
    """The share of biogenic output is stated, and between 0 and 1.

    Source: 40 CFR 62.16455(c)(4); RATE-089.
    """
    if share is not None and share.is_finite() and 0 <= share <= 1:
        return []
    said = "is missing" if share is None else f"of {share} is not between 0 and 1"
    return [BiogenicShareMissing(f"The biogenic share of the net output {said}.")]


def maximum_mwh(capacity_mw: Decimal, *, days: int) -> Decimal:
    """The most that a plant can have put out since its last reading.

    Source: 40 CFR 62.16465(c)(1)(i); RATE-120.
    """
    if days < 1:
        raise ValueError(f"a reading covers at least a day: {days}")
    return capacity_mw * HOURS_A_DAY * days


def is_feasible(mwh: Decimal, *, capacity_mw: Decimal, days: int) -> bool:
    """Whether reported MWh stay within what the plant can put out; an excess is analysed.

    Source: 40 CFR 62.16465(c)(1)(i); RATE-120.
    """
    return mwh <= maximum_mwh(capacity_mw, days=days)


def days_creditable(first_on: date, last_on: date) -> tuple[date, date] | None:
    """The part of a report's period in which MWh are creditable; None if there is none.

    Source: 40 CFR 62.16420(d); preamble IV.D.6; RATE-056; AMB-40.
    """
    if last_on < first_on:
        raise ValueError(f"a period does not end before it begins: {first_on} to {last_on}")
    start = date(FIRST_YEAR, 1, 1)
    return None if last_on < start else (max(first_on, start), last_on)


def net_of_station_service(
    gross_mwh: Decimal, *, station_service_mwh: Decimal, on_site_mwh: Decimal, is_separable: bool
) -> Decimal:
    """Output without station service; other on-site load counts if it is metered apart.

    Source: 40 CFR 62.16455(c)(1)(v); RATE-085.
    """
    net = gross_mwh - station_service_mwh - (Decimal(0) if is_separable else on_site_mwh)
    return max(net, Decimal(0))


def grid_delivered(inverter_mwh: Decimal, *, on_site_mwh: Decimal | None) -> Decimal:
    """What a small unit behind the meter delivers to the grid.

    Raises Refused (`on_site_use_not_metered`).

    Source: 40 CFR 62.16455(c)(1)(ii), (c)(2)(vi); RATE-082, RATE-086.
    """
    if on_site_mwh is None:
        raise Refused([OnSiteUseNotMetered("The use on the site is not metered: meter it.")])
    if on_site_mwh > inverter_mwh or on_site_mwh < 0:
        raise Refused(
            [
                OnSiteUseNotMetered(
                    f"The use on the site, {on_site_mwh} MWh, does not fit the inverter's output"
                    f" of {inverter_mwh} MWh: correct one of them."
                )
            ]
        )
    return inverter_mwh - on_site_mwh


def unmetered_delivery(estimated_mwh: Decimal, *, on_site_mwh: Decimal) -> Decimal:
    """Creditable MWh of an unmetered unit in 365 days; none below the least delivery.

    Source: 40 CFR 62.16455(c)(2)(ii), (vi); RATE-086; AMB-21.
    """
    delivered = grid_delivered(estimated_mwh, on_site_mwh=on_site_mwh)
    return delivered if delivered >= LEAST_DELIVERY_MWH else Decimal(0)


def metering_of(capacity_kw: Decimal, *, has_meter: bool) -> str:
    """Which rules a renewable unit follows: `metered` or `estimated`.

    Raises Refused (`meter_missing`) for one of 10 kW or more without a meter.

    Source: 40 CFR 62.16455(c)(1), (c)(2); RATE-080; AMB-21.
    """
    if has_meter:
        return "metered"
    if capacity_kw >= SMALL_KW:
        raise Refused([MeterMissing(f"A unit of {capacity_kw} kW needs a meter; it has none.")])
    return "estimated"


@dataclass(frozen=True, slots=True, kw_only=True)
class AggregatedUnit:
    """One of several units behind one meter, or under one algorithm of estimation."""

    capacity_kw: Decimal
    jurisdiction: str
    measured_by: str  # Meter type and maintenance regime, or the algorithm.
    characteristics: str = ""


def check_aggregation(units: Sequence[AggregatedUnit]) -> list[Refusal]:
    """Whether units may share one meter: alike, small, of one State, and 1 MW in all.

    Source: 40 CFR 62.16455(c)(1)(iii), (c)(2)(iii); RATE-083, RATE-087; AMB-21.
    """
    if len(units) == 1 and units[0].capacity_kw < AGGREGATED_KW:
        return []
    faults = []
    if any(unit.capacity_kw >= AGGREGATED_KW for unit in units):
        faults.append(f"each unit must be below {AGGREGATED_KW} kW")
    total = sum((unit.capacity_kw for unit in units), Decimal(0))
    if total > AGGREGATE_MAX_KW:
        faults.append(f"together they must not be over {AGGREGATE_MAX_KW} kW, and are {total}")
    for what, values in (
        ("State", {unit.jurisdiction for unit in units}),
        ("kind of meter or algorithm", {unit.measured_by for unit in units}),
        ("generation characteristics", {unit.characteristics for unit in units}),
    ):
        if len(values) > 1:
            faults.append(f"they must have one {what}")
    return [AggregationInvalid(f"Units cannot share a meter: {fault}.") for fault in faults]


def needs_form_eia_860(capacity_mw: Decimal) -> bool:
    """Whether the latest Form EIA-860 is attached, or else the same data are given.

    Source: 40 CFR 62.16445(a)(2)(i)(A), (B); RATE-064.
    """
    return capacity_mw >= EIA_860_MW


def nameplate_mw(capacity_mw: Decimal) -> Decimal:
    """Nameplate capacity as it is stored: MW to one decimal.

    Source: 40 CFR 62.16445(a)(2)(i); RATE-063.
    """
    return capacity_mw.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def chp_monitoring(capacity_mw: Decimal) -> str:
    """How combined heat and power is monitored, by its electric capacity.

    Source: 40 CFR 62.16455(c)(5); RATE-090.
    """
    if capacity_mw > _CHP_AFFECTED_MW:
        return AS_AFFECTED_EGU
    return LOW_MASS if capacity_mw > _CHP_LOW_MASS_MW else MONTHLY_RECORDS


def chp_rate(
    *,
    fuel_mmbtu: Decimal,
    factor_lb_per_mmbtu: Decimal,
    thermal_mmbtu: Decimal,
    boiler_efficiency: Decimal,
    electric_mwh: Decimal,
) -> Fraction:
    """Pounds of CO2 for each electric MWh, without those of the heat that was useful.

    Source: preamble IV.C.3; RATE-091.
    """
    heat = Fraction(thermal_mmbtu) / Fraction(boiler_efficiency)
    pounds = (Fraction(fuel_mmbtu) - heat) * Fraction(factor_lb_per_mmbtu)
    return pounds / Fraction(electric_mwh)


def chp_mwh(*, rate: Fraction | int, standard: int, electric_mwh: Decimal) -> Fraction:
    """Creditable MWh of combined heat and power: the part by which it beats the standard.

    Source: preamble IV.C.3; RATE-091; AMB-30.
    """
    ratio = min(max(Fraction(rate) / standard, Fraction(0)), Fraction(1))
    return (1 - ratio) * Fraction(electric_mwh)


def waste_heat_mwh(
    *, electric_mwh: Decimal, thermal_load_mwh: Decimal, fossil_share: Decimal = Decimal(0)
) -> Fraction:
    """Creditable MWh of waste heat power: no more than the thermal load, none of fossil heat.

    Source: preamble IV.C.3, notes 67 to 69; RATE-092; AMB-30.
    """
    if not 0 <= fossil_share <= 1:
        raise ValueError(f"a share is between 0 and 1: {fossil_share}")
    return Fraction(min(electric_mwh, thermal_load_mwh)) * (1 - Fraction(fossil_share))


def credited_heat_and_power(
    category: str, stated: Mapping[str, str], *, electric_mwh: Decimal, year: int
) -> Fraction:
    """What a combined heat and power plant's report earns, from what the report states.

    Args:
        category: `CHP`, or `WHP` for waste heat power; others earn all their MWh.
        stated: Elements of the M&V report, which were checked when it was filed.
        year: Of generation; the matching subcategory's standard of that year applies.

    Source: preamble IV.C.3; RATE-091, RATE-092; AMB-30.
    """
    if category == "WHP":
        return waste_heat_mwh(
            electric_mwh=electric_mwh,
            thermal_load_mwh=Decimal(stated["thermal_load_mwh"]),
            fossil_share=Decimal(stated["fossil_share"]),
        )
    if category != "CHP" or not electric_mwh:
        return Fraction(electric_mwh)
    rate = chp_rate(
        fuel_mmbtu=Decimal(stated["fuel_mmbtu"]),
        factor_lb_per_mmbtu=Decimal(stated["co2_factor"]),
        thermal_mmbtu=Decimal(stated["thermal_mmbtu"]),
        boiler_efficiency=Decimal(stated["boiler_efficiency"]),
        electric_mwh=electric_mwh,
    )
    standard = standard_of(stated["matching_standard"], year)
    return chp_mwh(rate=rate, standard=standard, electric_mwh=electric_mwh)


def _quantity(mwh: Mwh) -> Fraction:
    if isinstance(mwh, Decimal) and not mwh.is_finite():
        raise ValueError(f"not a quantity: {mwh}")
    if mwh < 0:
        raise ValueError(f"MWh are not negative: {mwh}")
    return Fraction(mwh)
