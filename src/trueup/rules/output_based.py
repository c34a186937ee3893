"""The output-based set-aside: combined-cycle units that ran above half of their capacity.

Everything is exact until whole allowances are counted.

Source: 40 CFR 62.16245(b); 62.16240(b)(2); MASS-088 to MASS-093; MASS-AMB-26 to MASS-AMB-28.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from trueup.rules.allocation import Number, largest_remainder
from trueup.rules.periods import CompliancePeriod, YearlyDate

_POUNDS_PER_TON = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputBasedRules:
    """What a program says of its output-based set-aside.

    Attributes:
        unit_types: Types of affected unit that take part.
        above_percent: Of capacity; a unit takes part above it, and earns for what is above.
        pounds_per_mwh: Earned for each net MWh above it.
        data_due: When data and preliminary results are published, in a period's first year.
        comment_until: The last day for comments.
        final_due: By when final results are published and allowances recorded.
        records: `period`: all vintages of the period at once; `following_year`: the
            vintage after the year of the run alone (MASS-AMB-28).
    """

    unit_types: Collection[str]
    above_percent: int
    pounds_per_mwh: int
    data_due: YearlyDate
    comment_until: YearlyDate
    final_due: YearlyDate
    records: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOutput:
    """What an affected unit put out in the generation period.

    Attributes:
        unit_type: As its facility registered it.
        net_summer_mw: Net summer capacity.
        net_mwh: In the whole of the period.
    """

    unit_type: str
    net_summer_mw: Number
    net_mwh: Number

    def __post_init__(self) -> None:
        if Fraction(self.net_summer_mw) < 0 or Fraction(self.net_mwh) < 0:
            raise ValueError(f"negative output or capacity: {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputShares:
    """How a year's output-based set-aside is divided.

    Attributes:
        earned: By unit, exact allowances a year before the set-aside's limit.
        allowances: By unit, whole, never more together than the set-aside.
        surplus: What no unit earned.
    """

    earned: Mapping[int, Fraction]
    allowances: Mapping[int, int]
    surplus: int

    @property
    def is_oversubscribed(self) -> bool:
        return sum(self.earned.values(), Fraction(0)) > sum(self.allowances.values()) + self.surplus


def hours_in(period: CompliancePeriod) -> int:
    """The hours of a period, of leap years as well.

    Source: 40 CFR 62.16375 “Capacity factor”; MASS-AMB-27.
    """
    return sum(24 * (366 if isleap(year) else 365) for year in period.vintages)


def capacity_factor(output: UnitOutput, *, period: CompliancePeriod) -> Fraction:
    """Net generation as a part of net summer capacity for every hour; 0 without capacity.

    Source: 40 CFR 62.16375 “Capacity factor”; MASS-088.
    """
    possible = Fraction(output.net_summer_mw) * hours_in(period)
    return Fraction(output.net_mwh) / possible if possible else Fraction(0)


def takes_part(output: UnitOutput, *, period: CompliancePeriod, rules: OutputBasedRules) -> bool:
    """Whether a unit is of the kind, and ran above the capacity factor.

    Source: 40 CFR 62.16245(b)(2); MASS-088.
    """
    factor = capacity_factor(output, period=period)
    return output.unit_type in rules.unit_types and factor * 100 > rules.above_percent


def earned_allowances(
    output: UnitOutput, *, period: CompliancePeriod, rules: OutputBasedRules
) -> Fraction:
    """What a unit earns for each year of the next period, exact; 0 if it takes no part.

    Its generation above the level, averaged over the years, at the pounds for each MWh.

    Source: 40 CFR 62.16245(b)(3)(i); MASS-089; MASS-AMB-26, MASS-AMB-27.
    """
    if not takes_part(output, period=period, rules=rules):
        return Fraction(0)
    level = Fraction(output.net_summer_mw) * hours_in(period) * rules.above_percent / 100
    yearly_mwh = (Fraction(output.net_mwh) - level) / len(period.vintages)
    return yearly_mwh * rules.pounds_per_mwh / _POUNDS_PER_TON


def share_output_based(set_aside: int, earned: Mapping[int, Fraction]) -> OutputShares:
    """Give each unit what it earned, or its share where that is more than there is.

    Amounts are rounded half up; if they are more than the set-aside, earned or by the
    rounding, all of it is divided in proportion by largest remainder.

    Source: 40 CFR 62.16245(b)(3)(i)-(ii); MASS-089, MASS-090; MASS-AMB-09.
    """
    if set_aside < 0 or any(amount < 0 for amount in earned.values()):
        raise ValueError("neither a set-aside nor what is earned is negative")
    rounded = {unit: int(amount + Fraction(1, 2)) for unit, amount in earned.items()}
    if sum(rounded.values()) > set_aside:
        shares = largest_remainder(set_aside, earned)
        return OutputShares(earned=dict(earned), allowances=shares, surplus=0)
    return OutputShares(
        earned=dict(earned), allowances=rounded, surplus=set_aside - sum(rounded.values())
    )


def generation_period_of(
    period: CompliancePeriod, *, earlier: CompliancePeriod | None
) -> CompliancePeriod | None:
    """The period whose generation earns a period's vintages: the one before it.

    Args:
        earlier: The compliance period before it; None in the first, which has none.

    Source: 40 CFR 62.16375 “Generation period”; MASS-093.
    """
    if earlier is not None and earlier.last_year + 1 != period.first_year:
        raise ValueError(f"{earlier} is not the period before {period}")
    return earlier


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputBasedDates:
    """The printed days of a period's output-based set-aside."""

    data_on: date
    comment_until: date
    final_on: date


def dates_of(period: CompliancePeriod, *, rules: OutputBasedRules) -> OutputBasedDates:
    """When data are published, comments end and allowances are recorded.

    Source: 40 CFR 62.16245(b)(3)(iii)-(iv); 62.16240(b)(2)(i); 62.16325(e); MASS-091.
    """
    year = period.first_year
    return OutputBasedDates(
        data_on=rules.data_due.in_year(year),
        comment_until=rules.comment_until.in_year(year),
        final_on=rules.final_due.in_year(year),
    )


def vintages_recorded(
    period: CompliancePeriod, *, run_in: int, rules: OutputBasedRules
) -> tuple[int, ...]:
    """Which vintages a run of a period's first year records.

    Source: 40 CFR 62.16325(e); MASS-AMB-28.
    """
    if rules.records == "period":
        return period.vintages
    return tuple(vintage for vintage in period.vintages if vintage == run_in + 1)
