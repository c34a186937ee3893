"""The adjusted rate: pounds of CO2 for each net MWh, zero-emission MWh included.

Everything is exact: masses and outputs are Decimal, ratios are Fraction, and nothing is
rounded before the whole credits are counted.

Source: 40 CFR 62.16420(c), 62.16434, 62.16535(b) and (e), Tables 1 and 2 of subpart NNN.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache

from trueup.rules.refusal import Refusal, Refused
from trueup.rules.rows import read_rows

STEAM_IGCC = "steam_igcc"
COMBUSTION_TURBINE = "combustion_turbine"
# What each type of affected EGU is by Table 1; there is no other type.
SUBCATEGORIES = {
    "steam": STEAM_IGCC,
    "igcc": STEAM_IGCC,
    "combined_cycle": COMBUSTION_TURBINE,
    "combined_heat_and_power": COMBUSTION_TURBINE,
}
_SOLID_FUELS = ("coal", "coke", "lignite", "peat", "wood", "biomass", "solid", "sludge", "tire")
STANDARDS_TABLE = "table1_emission_standards.csv"
FACTORS_TABLE = "table2_incremental_generation.csv"


class NoStandard(Refusal):
    code = "rate.no_standard"
    cite = "40 CFR 62.16420(c)(1), Table 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What an affected EGU emitted and put out: pounds of CO2 and net MWh."""

    co2_lb: Decimal
    net_mwh: Decimal

    def __post_init__(self) -> None:
        for value in (self.co2_lb, self.net_mwh):
            if not value.is_finite() or value < 0:
                raise ValueError(f"not a quantity of at least zero: {value}")


def in_all(years: Iterable[Operation]) -> Operation:
    """The operation of a whole compliance period: sums, never a mean of yearly rates.

    Source: 40 CFR 62.16420(c)(1); preamble IV.D.5.
    """
    known = list(years)
    return Operation(
        co2_lb=sum((year.co2_lb for year in known), Decimal(0)),
        net_mwh=sum((year.net_mwh for year in known), Decimal(0)),
    )


def subcategory_of(*, unit_type: str, fuel: str = "") -> str | None:
    """The subcategory of Table 1 that an affected EGU belongs to; None if its type is unknown.

    A turbine that burns any solid fuel directly is a steam generating unit.

    Args:
        unit_type: `steam`, `igcc`, `combined_cycle` or `combined_heat_and_power`.
        fuel: Its fuels, in words, as its monitoring plan names them.

    Source: 40 CFR 62.16570 “Stationary combustion turbine”; Table 1; RATE-006.
    """
    subcategory = SUBCATEGORIES.get(unit_type)
    if subcategory == COMBUSTION_TURBINE and _is_solid(fuel):
        return STEAM_IGCC
    return subcategory


def _is_solid(fuel: str) -> bool:
    """Whether a solid fuel is among these; gas that was made of it is none."""
    parts = fuel.casefold().replace(";", ",").split(",")
    return any(word in part for part in parts if "gas" not in part for word in _SOLID_FUELS)


def standard_of(subcategory: str, year: int) -> int:
    """The emission standard in a year, in lb of CO2 for each net MWh.

    Raises Refused (`no_standard`) for a subcategory or a year that Table 1 does not have.

    Source: 40 CFR 62.16420(c)(1), Table 1.
    """
    for (first, last, name), standard in _standards().items():
        if name == subcategory and first <= year <= last:
            return standard
    raise Refused([NoStandard(f"Table 1 has no emission standard of “{subcategory}” for {year}.")])


def incremental_generation_factor(year: int) -> Fraction:
    """The part of a turbine's output that counts as shifted to gas.

    Raises Refused (`no_standard`) for a year that Table 2 does not have.

    Source: 40 CFR 62.16434(c)(1), Table 2.
    """
    for (first, last), factor in _factors().items():
        if first <= year <= last:
            return factor
    raise Refused([NoStandard(f"Table 2 has no incremental generation factor for {year}.")])


def adjusted_rate(operation: Operation, *, ercs: int) -> Fraction | None:
    """Pounds of CO2 for each MWh, those of the credits included; None without any MWh.

    Source: 40 CFR 62.16420(c)(1).
    """
    mwh = Fraction(operation.net_mwh) + ercs
    return Fraction(operation.co2_lb) / mwh if mwh else None


def meets(operation: Operation, *, standard: int, ercs: int = 0) -> bool:
    """Whether the adjusted rate does not exceed the standard, compared without rounding.

    Source: 40 CFR 62.16420(c)(4); 62.16535(b)(1).
    """
    return Fraction(operation.co2_lb) <= standard * (Fraction(operation.net_mwh) + ercs)


def ercs_needed(operation: Operation, *, standard: int) -> int:
    """The smallest whole number of credits that brings the rate to or below the standard.

    Source: 40 CFR 62.16420(c)(1), (4); 62.16535(b)(1).
    """
    return max(0, math.ceil(-_undercut_mwh(operation, standard=standard)))


def below_standard_ercs(operation: Operation, *, standard: int) -> int:
    """Whole credits earned by undercutting the standard; none where it does not.

    Source: 40 CFR 62.16434(b).
    """
    return max(0, math.floor(_undercut_mwh(operation, standard=standard)))


def gas_shift_ercs(operation: Operation, *, steam_standard: int, factor: Fraction) -> int:
    """Whole gas-shift credits of a turbine, on all its net output in the window.

    Args:
        steam_standard: Of steam units and IGCC in the same period.
        factor: The period's incremental generation factor.

    Source: 40 CFR 62.16434(c)(1), (2).
    """
    mwh, pounds = Fraction(operation.net_mwh), Fraction(operation.co2_lb)
    # Output times (1 - rate / standard): without the rate, so that no output is no division.
    return max(0, math.floor(factor * (mwh - pounds / steam_standard)))


def yearly_issues(cumulative: Sequence[int]) -> tuple[int, ...]:
    """What is issued each year of a period: what is earned so far, less what was issued.

    Args:
        cumulative: Whole credits earned from the period's start to the end of each year.

    Source: 40 CFR 62.16434(b); preamble IV.C.1, IV.D.6; AMB-04.
    """
    issues: list[int] = []
    for earned in cumulative:
        issues.append(max(0, earned - sum(issues)))
    return tuple(issues)


def _undercut_mwh(operation: Operation, *, standard: int) -> Fraction:
    """MWh above those that the standard asks for these pounds; negative if there are fewer."""
    return Fraction(operation.net_mwh) - Fraction(operation.co2_lb) / standard


@cache
def _standards() -> dict[tuple[int, int, str], int]:
    return {
        (*_years(row["first_year"], row["last_year"]), row["subcategory"]): int(row["lb_per_mwh"])
        for row in read_rows(STANDARDS_TABLE)
    }


@cache
def _factors() -> dict[tuple[int, int], Fraction]:
    return {
        _years(row["first_year"], row["last_year"]): Fraction(row["factor"])
        for row in read_rows(FACTORS_TABLE)
    }


def _years(first: str, last: str) -> tuple[int, int]:
    """The years that a row is for; the final period has no last one."""
    return int(first), int(last) if last else 9999
