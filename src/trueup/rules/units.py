"""Units of measure: tons, hourly mass, net output; the only place that rounds.

Everything is Decimal; tons are short tons of 2,000 pounds.

Source: 40 CFR 62.16220(b)(2); 62.16345(a).
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from trueup.rules.refusal import Refusal, Refused

POUNDS_PER_TON = Decimal(2000)
JOULES_PER_MWH = Decimal("3.6e9")
BTU_PER_MWH = Decimal("3.413e6")
WATTS_PER_HORSEPOWER = Decimal("745.7")
_WATTS_PER_MEGAWATT = Decimal(1_000_000)
_ROUNDING = {"half_up": ROUND_HALF_UP, "half_even": ROUND_HALF_EVEN}


class HourIncomplete(Refusal):
    code = "emissions.hour_incomplete"
    cite = "40 CFR 62.16345(a)(1)"


def whole_tons(tons: Decimal, *, rounding: str = "half_up") -> int:
    """Round to the nearest ton; an exact half goes up, or to the even ton if so read.

    Raises ValueError for a mass below zero or an unknown rounding.

    Source: 40 CFR 62.16220(b)(2).
    """
    _require_quantity(tons)
    if rounding not in _ROUNDING:
        raise ValueError(f"unknown rounding {rounding!r}")
    return int(tons.to_integral_value(rounding=_ROUNDING[rounding]))


def location_tons(masses_tons: Iterable[Decimal], *, rounding: str = "half_up") -> int:
    """The whole tons of one monitoring location in one compliance period.

    The masses of all its hours, quarters or years are added as they are and rounded once.

    Source: 40 CFR 62.16220(b)(2); 62.16345(a)(2).
    """
    return whole_tons(sum(masses_tons, start=Decimal(0)), rounding=rounding)


def facility_tons(locations_tons: Iterable[Iterable[Decimal]], *, rounding: str = "half_up") -> int:
    """The tons a facility owes for: the sum of its locations, each rounded by itself.

    Source: 40 CFR 62.16220(b)(2) and (c)(1)(i).
    """
    return sum(location_tons(masses, rounding=rounding) for masses in locations_tons)


def hourly_mass_tons(rate_tons_per_hour: Decimal | None, *, operating_hours: Decimal) -> Decimal:
    """The CO2 mass of one hour: its rate times the part of the hour that the unit ran.

    Raises Refused (`hour_incomplete`) if the unit ran and there is no rate: a complete
    data record is required, with substitute data where needed.

    Source: 40 CFR 62.16345(a)(1), (a)(4)(ii) and (iii), (a)(5).
    """
    _require_quantity(operating_hours)
    if operating_hours > 1:
        raise ValueError(f"an hour has no {operating_hours} hours")
    if operating_hours == 0:
        return Decimal(0)
    if rate_tons_per_hour is None:
        raise Refused(
            [HourIncomplete("The unit operated in this hour, but its CO2 rate is missing.")]
        )
    _require_quantity(rate_tons_per_hour)
    return rate_tons_per_hour * operating_hours


def pounds_of(tons: Decimal) -> Decimal:
    """Short tons as pounds.

    Source: 40 CFR 62.16345(a)(4)(iii) and (a)(5)(iii).
    """
    return tons * POUNDS_PER_TON


def tons_of(pounds: Decimal) -> Decimal:
    """Pounds as short tons, not rounded.

    Source: 40 CFR 62.16345(a)(4)(iii) and (a)(5)(iii).
    """
    return pounds / POUNDS_PER_TON


def net_output_mwh(
    *,
    steam_turbine_mwh: Decimal = Decimal(0),
    combustion_turbine_mwh: Decimal = Decimal(0),
    other_electric_mwh: Decimal = Decimal(0),
    auxiliary_mwh: Decimal = Decimal(0),
    process_steam_mwh: Decimal = Decimal(0),
    heat_recovery_mwh: Decimal = Decimal(0),
    other_thermal_mwh: Decimal = Decimal(0),
    delivery_factor: Decimal = Decimal(1),
) -> Decimal:
    """The net energy output of one hour: electric, less what the unit used, and thermal.

    The electric part is zero where gross output does not exceed the auxiliary load; the
    thermal part counts even then.

    Args:
        delivery_factor: 0.95 for combined heat and power that qualifies, else 1.

    Source: 40 CFR 62.16345(a)(6)(i)(A); 62.16375 “Net energy output”.
    """
    gross_mwh = steam_turbine_mwh + combustion_turbine_mwh + other_electric_mwh
    electric_mwh = max(gross_mwh - auxiliary_mwh, Decimal(0)) / delivery_factor
    return electric_mwh + process_steam_mwh + heat_recovery_mwh + other_thermal_mwh


def steam_output_mwh(steam_kg: Decimal, *, enthalpy_j_per_kg: Decimal) -> Decimal:
    """Useful thermal output of process steam: its mass times its enthalpy.

    Source: 40 CFR 62.16345(a)(6)(i)(B).
    """
    return steam_kg * enthalpy_j_per_kg / JOULES_PER_MWH


def mechanical_output_mwh(horsepower_hours: Decimal) -> Decimal:
    """Mechanical output in horsepower-hours, as energy.

    Source: 40 CFR 62.16375 “Mechanical output”.
    """
    return horsepower_hours * WATTS_PER_HORSEPOWER / _WATTS_PER_MEGAWATT


def nameplate_mw(capacity_mw: Decimal) -> Decimal:
    """A generator's nameplate capacity to the nearest tenth of a megawatt.

    Source: 40 CFR 62.16305(a)(1).
    """
    _require_quantity(capacity_mw)
    return capacity_mw.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def _require_quantity(value: Decimal) -> None:
    if not value.is_finite() or value < 0:
        raise ValueError(f"not a quantity of at least zero: {value}")
