"""Obligations in the middle of a period: a share each year, the rest at its end.

What was surrendered at an interim deadline is taken off the obligation at the end, so that
no ton is owed twice. Shares, years and the year that they are of are values of a program.

Source: RGGI-010 to RGGI-016; preamble V.C (80 FR 65013-14).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from trueup.rules.periods import CompliancePeriod, PeriodSchedule, YearlyDate
from trueup.rules.refusal import Refused

SAME_YEAR, PREVIOUS_YEAR = "same_year", "previous_year"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartialObligation:
    """What is due before a period ends.

    Attributes:
        share_percent: Of a year's emissions, 0 to 100.
        years: Places in the period, from 1, of the years that have an interim obligation.
        base: Whose emissions it is of: those of the `same_year`, or the `previous_year`.
        excess_ratio_applies: Whether what is missing at an interim deadline is owed at the
            ratio for excess emissions (RGGI-016, reading b).
    """

    share_percent: int
    years: tuple[int, ...]
    base: str = SAME_YEAR
    excess_ratio_applies: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.share_percent <= 100:
            raise ValueError(f"a share is between 0 and 100 percent, not {self.share_percent}")
        if self.base not in (SAME_YEAR, PREVIOUS_YEAR):
            raise ValueError(f"no year to take emissions of: {self.base}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """How an obligation was met at its deadline.

    Attributes:
        excess: Tons that nothing was deducted for.
        excess_due: Allowances owed for them, in all.
    """

    obligation: int
    deducted: int
    excess: int
    excess_due: int


def interim_years(
    period: CompliancePeriod, *, partial: PartialObligation | None
) -> tuple[tuple[int, int], ...]:
    """The interim obligations of a period: the year of each, and whose emissions it is of.

    Emissions of an earlier period are never among them; they were settled with it.

    Source: RGGI-011, RGGI-014.
    """
    if partial is None:
        return ()
    found = []
    for place in sorted(partial.years):
        year = period.first_year + place - 1
        of_year = year if partial.base == SAME_YEAR else year - 1
        if year <= period.last_year and of_year >= period.first_year:
            found.append((year, of_year))
    return tuple(found)


def interim_periods(
    period: CompliancePeriod, *, partial: PartialObligation | None
) -> tuple[CompliancePeriod, ...]:
    """The interim control periods of a period, each named by the year of its emissions.

    Source: RGGI-011, RGGI-014.
    """
    years = sorted({of_year for _, of_year in interim_years(period, partial=partial)})
    single = (CompliancePeriod(first_year=year, last_year=year) for year in years)
    return tuple(interim for interim in single if interim != period)


def named_period(
    name: str, *, schedule: PeriodSchedule, partial: PartialObligation | None
) -> CompliancePeriod:
    """The period of a name such as `2015-2017`, or the interim control period `2015`.

    Raises Refused (`no_such_period`).

    Source: RGGI-010, RGGI-011.
    """
    try:
        asked = CompliancePeriod.parse(name)
        if asked in interim_periods(schedule.of_year(asked.first_year), partial=partial):
            return asked
    except (ValueError, Refused):
        pass
    return schedule.named(name)


def settled_after(
    year: int, *, schedule: PeriodSchedule, partial: PartialObligation | None
) -> CompliancePeriod | None:
    """What is settled in the year after one: the period that it ends, or its interim one.

    Raises Refused (`before_program_start`, `after_program_end`).

    Source: RGGI-012; 40 CFR 62.16375 “Allowance transfer deadline”.
    """
    period = schedule.of_year(year)
    if period.last_year == year:
        return period
    ending = (one for one in interim_periods(period, partial=partial) if one.last_year == year)
    return next(ending, None)


def interim_obligation(tons: int, *, partial: PartialObligation) -> int:
    """Allowances due for a year at the interim deadline, rounded up.

    Source: RGGI-011.
    """
    if tons < 0:
        raise ValueError(f"a mass is not negative: {tons}")
    return -(-tons * partial.share_percent // 100)


def interim_due_on(of_year: int, *, deadline: YearlyDate) -> date:
    """The printed deadline of an interim obligation: in the year after the emissions.

    Source: RGGI-012.
    """
    return deadline.in_year(of_year + 1)


def final_obligation(tons: Mapping[int, int], *, surrendered: int) -> int:
    """What is due at the end of a period: all its tons, less what was surrendered before.

    Args:
        tons: By year, of every year of the period.
        surrendered: `credited` of the interim deadlines, together.

    Source: RGGI-013.
    """
    if surrendered < 0 or any(of < 0 for of in tons.values()):
        raise ValueError("neither a mass nor a surrender is negative")
    return max(0, sum(tons.values()) - surrendered)


def settle(obligation: int, *, available: int, multiplier: int, ratio_applies: bool) -> Settled:
    """Deduct for an obligation what is there, and say what is owed for the rest.

    Args:
        multiplier: Allowances in all for a ton of excess emissions.
        ratio_applies: Whether they are owed; if not, what is missing is due at the end.

    Source: RGGI-013, RGGI-016.
    """
    if obligation < 0 or available < 0:
        raise ValueError("neither an obligation nor a holding is negative")
    deducted = min(obligation, available)
    excess = obligation - deducted
    return Settled(
        obligation=obligation,
        deducted=deducted,
        excess=excess,
        excess_due=excess * multiplier if ratio_applies else 0,
    )


def credited(deducted: int, *, excess: int, ratio_applies: bool) -> int:
    """What counts toward the end of the period: a ton made good at the ratio counts once.

    A ton that is owed at the ratio is owed there until it is made good, and is not charged
    again; one that no ratio applies to is due at the end.

    Args:
        deducted: For emissions at an interim deadline.
        excess: Tons that nothing was deducted for then.

    Source: RGGI-013; RGGI-016, reading c; docs/decisions/0355.
    """
    return deducted + (excess if ratio_applies else 0)


def vintage_max(period: CompliancePeriod) -> int:
    """The latest vintage that can be used at a deadline of a period, interim ones included.

    Source: RGGI-015.
    """
    return period.last_year


def offsets_max(obligation: int, *, percent: int) -> int:
    """How many offset allowances can count toward an obligation, rounded down.

    Args:
        percent: The program's limit; 100 where it has none.

    Source: RGGI-033.
    """
    if not 0 <= percent <= 100:
        raise ValueError(f"a limit is between 0 and 100 percent, not {percent}")
    return obligation * percent // 100
