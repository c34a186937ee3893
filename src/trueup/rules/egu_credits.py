"""Credits that an affected EGU earns in a year: below its standard, and by gas shift.

Source: 40 CFR 62.16434; preamble IV.C.1, IV.C.2, IV.D.6; AMB-04, AMB-06.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from trueup.rules.credits import BELOW_STANDARD, GAS_SHIFT
from trueup.rules.periods import CompliancePeriod
from trueup.rules.rate import (
    COMBUSTION_TURBINE,
    STEAM_IGCC,
    Operation,
    below_standard_ercs,
    gas_shift_ercs,
    in_all,
    incremental_generation_factor,
    standard_of,
)

CATEGORIES = (BELOW_STANDARD, GAS_SHIFT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """What an affected EGU is to be issued for a year, in one category.

    Attributes:
        quantity: Whole credits to be issued.
        over_issued: Credits of the period that were issued and are not earned any more.
    """

    category: str
    quantity: int
    over_issued: int = 0


def earned_in(
    year: int,
    years: Mapping[int, Operation],
    *,
    subcategory: str,
    period: CompliancePeriod,
    issued: Mapping[str, int],
    basis: str = "cumulative",
) -> tuple[Earned, ...]:
    """What is issued for a year: below the standard, and by gas shift at turbines.

    The two are computed apart; neither is set off against the other, nor against what the
    unit needs.

    Args:
        years: Operation of the period's years up to this one.
        issued: By category, what was issued already: for the period, or by `year` for
            the year alone.
        basis: `cumulative` (the period to date, less what was issued), `year` (each year
            alone) or `period` (once, with the period's last year).

    Raises Refused (`no_standard`) for a year or subcategory without one.

    Source: 40 CFR 62.16434(b), (c); RATE-033 to RATE-038; AMB-04, AMB-06.
    """
    counted = in_all(
        of for known, of in years.items() if known == year or (known < year and basis != "year")
    )
    if basis == "period" and year != period.last_year:
        return ()
    found = {
        BELOW_STANDARD: below_standard_ercs(counted, standard=standard_of(subcategory, year)),
    }
    if subcategory == COMBUSTION_TURBINE:
        found[GAS_SHIFT] = gas_shift_ercs(
            counted,
            steam_standard=standard_of(STEAM_IGCC, year),
            factor=incremental_generation_factor(year),
        )
    return tuple(
        Earned(
            category=category,
            quantity=max(0, earned - issued.get(category, 0)),
            over_issued=max(0, issued.get(category, 0) - earned),
        )
        for category, earned in found.items()
    )
