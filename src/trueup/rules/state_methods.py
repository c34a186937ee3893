"""A State's own distribution of its allowances: its timetable, and what it must fill.

Source: 40 CFR 62.16325(a), (b); preamble V.E, Table 11 (80 FR 65028); MASS-068, MASS-069.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from trueup.rules.periods import CompliancePeriod
from trueup.rules.refusal import Refusal

DUE_MONTH, DUE_DAY = 3, 1
METHOD_YEARS_BEFORE = 2
TABLE_YEARS_BEFORE = 1


class PeriodNotWhole(Refusal):
    """A table that leaves out a year of its period, or names a year of another."""

    code = "allocation.period_not_whole"
    cite = "preamble V.E; MASS-068; PLAT-062"


class AboveGoal(Refusal):
    code = "allocation.above_goal"
    cite = "40 CFR 62.16235(a); preamble V.E; MASS-068"


def method_due_on(period: CompliancePeriod) -> date:
    """The printed day by which a State submits its method for a period.

    Source: preamble V.E, Table 11 (80 FR 65028); MASS-069.
    """
    return date(period.first_year - METHOD_YEARS_BEFORE, DUE_MONTH, DUE_DAY)


def table_due_on(period: CompliancePeriod) -> date:
    """The printed day by which a State submits its table of a period.

    Source: preamble V.E, Table 11 (80 FR 65028); MASS-069.
    """
    return date(period.first_year - TABLE_YEARS_BEFORE, DUE_MONTH, DUE_DAY)


def check_whole(
    totals: Mapping[int, int], goals: Mapping[int, int], *, period: CompliancePeriod
) -> list[Refusal]:
    """Every year of the period is distributed, none other, and none above its goal.

    A year may have less than its goal.

    Args:
        totals: Allowances in the table, by vintage. goals: The State's, by vintage.

    Source: preamble V.E (80 FR 65028); MASS-068; PLAT-062.
    """
    missing = [str(year) for year in period.vintages if not totals.get(year)]
    others = [str(year) for year in sorted(totals) if year not in period.vintages]
    found: list[Refusal] = []
    if missing:
        found.append(
            PeriodNotWhole(
                f"The table must cover the whole period {period.name}; it has nothing for"
                f" {', '.join(missing)}."
            )
        )
    if others:
        found.append(
            PeriodNotWhole(f"The table is of {period.name}; it has rows of {', '.join(others)}.")
        )
    found += [
        AboveGoal(
            f"{totals[year]:,} allowances of {year} are {totals[year] - goals[year]:,} more than"
            f" the goal of {goals[year]:,}."
        )
        for year in period.vintages
        if totals.get(year, 0) > goals.get(year, 0)
    ]
    return found
