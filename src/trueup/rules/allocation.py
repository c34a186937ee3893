"""Allocation: dividing allowances without a remainder, and by historical generation.

Source: 40 CFR 62.16240(a); preamble V.D.1 (80 FR 65016); 62.16245 for pro rata shares.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

Number = int | Decimal | Fraction
# What receives a share; shares that tie go to the lowest, so it must have an order.
Recipient = TypeVar("Recipient", bound=Any)


def largest_remainder(quantity: int, weights: Mapping[Recipient, Number]) -> dict[Recipient, int]:
    """Divide whole allowances in proportion to weights, so that they add up exactly.

    Every share is rounded down; what is left goes one each to the largest remainders,
    and where these tie to the lowest recipient. Shares are in the order of `weights`.

    Raises ValueError for a negative quantity or weight, or if nothing has a weight and
    there is something to divide.

    Source: 40 CFR 62.16375 “ATCS” (whole allowances only); no rule rounds shares.
    """
    exact = {recipient: Fraction(weight) for recipient, weight in weights.items()}
    whole = sum(exact.values(), start=Fraction(0))
    if quantity < 0 or any(weight < 0 for weight in exact.values()):
        raise ValueError("neither a quantity nor a weight may be negative")
    if whole == 0:
        if quantity:
            raise ValueError(f"nobody has a share in {quantity}")
        return dict.fromkeys(weights, 0)
    shares: dict[Recipient, int] = {}
    remainders: dict[Recipient, Fraction] = {}
    for recipient, weight in exact.items():
        share = quantity * weight / whole
        shares[recipient] = int(share)
        remainders[recipient] = share - int(share)
    left = quantity - sum(shares.values())
    by_remainder = sorted(remainders, key=lambda recipient: (-remainders[recipient], recipient))
    for recipient in by_remainder[:left]:
        shares[recipient] += 1
    return shares


def average_generation_mwh(annual_mwh: Mapping[int, Number], *, years: Iterable[int]) -> Fraction:
    """A unit's average net generation over the baseline years in which it had any.

    Years without generation, with negative generation or without data are left out; a
    unit that has none in any year has an average of zero.

    Source: preamble V.D.1, steps 1 and 2 (80 FR 65016).
    """
    generated = [Fraction(annual_mwh[year]) for year in years if annual_mwh.get(year, 0) > 0]
    if not generated:
        return Fraction(0)
    return sum(generated, start=Fraction(0)) / len(generated)


def estimated_generation_mwh(
    net_summer_capacity_mw: Number, *, capacity_percent: int, hours: int
) -> Fraction:
    """The yearly generation assumed for a unit that began operation in or after 2012.

    Source: preamble V.D.1, note 95 (80 FR 65016).
    """
    return Fraction(net_summer_capacity_mw) * capacity_percent * hours / 100


def allocate_by_generation(
    pool: int, average_mwh: Mapping[Recipient, Number]
) -> dict[Recipient, int]:
    """Divide a goal, less its set-asides, by the units' shares of historical generation.

    Args:
        pool: `Budget.units` of one vintage.
        average_mwh: Average or estimated generation of every unit of the jurisdiction.

    Raises ValueError if no unit generated anything.

    Source: preamble V.D.1, steps 3 to 5 (80 FR 65016); 40 CFR 62.16240(a)(1).
    """
    return largest_remainder(pool, average_mwh)


def was_idle(operated: Mapping[int, bool], *, tested_on: date) -> bool:
    """Whether a unit did not operate for two consecutive calendar years.

    Only complete years count, and only a year that was reported: one without data is
    not idle. Once idle a unit stays so.

    Args:
        operated: By calendar year, whether the unit burned any fuel; reported years only.
        tested_on: Day of the recordation run that asks.

    Source: 40 CFR 62.16240(a)(2).
    """
    return idle_years(operated, tested_on=tested_on) is not None


def idle_years(operated: Mapping[int, bool], *, tested_on: date) -> tuple[int, int] | None:
    """The first two consecutive calendar years in which a unit did not operate, if any.

    Source: 40 CFR 62.16240(a)(2); MASS-060, MASS-AMB-14.
    """
    idle = sorted(year for year, ran in operated.items() if not ran and year < tested_on.year)
    return next(((year, year + 1) for year in idle if year + 1 in idle), None)
