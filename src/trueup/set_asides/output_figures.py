"""What units of a State put out in the period before, and what they earned by it.

Source: 40 CFR 62.16245(b)(2)-(3); MASS-088, MASS-089, MASS-093.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from trueup.accounts import queries as accounts
from trueup.accounts.entries import UnitEntry
from trueup.emissions import queries as emissions
from trueup.rules import programs
from trueup.rules.output_based import OutputBasedRules, UnitOutput, earned_allowances
from trueup.rules.periods import CompliancePeriod
from trueup.rules.refusal import Refusal, Refused
from trueup.set_asides import checks


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    """What one unit put out in a period, and earns for each year of the next."""

    account: int
    net_summer_mw: Decimal
    net_mwh: Decimal
    earned: Fraction


def rules_of(program: str) -> OutputBasedRules:
    """What a program says of its output-based set-aside.

    Raises Refused (`no_set_aside`).
    """
    rules = programs.load(program).output_based
    if rules is None:
        raise Refused([checks.NoSetAside(f"{program} has no output-based set-aside.")])
    return rules


def generation_period(*, program: str, vintage: int) -> CompliancePeriod:
    """The period whose generation earns a vintage: the one before its own.

    Raises Refused (`no_generation_period`).

    Source: 40 CFR 62.16375 “Generation period”; MASS-093.
    """
    rules = programs.load(program)
    own = rules.period_of_year(vintage)
    if own.first_year == rules.schedule.printed[0].first_year:
        raise Refused(
            [checks.NoGenerationPeriod(f"No period comes before {own}: it has no set-aside.")]
        )
    return rules.period_of_year(own.first_year - 1)


def earned_by_unit(*, program: str, jurisdiction: str, vintage: int) -> dict[int, Earned]:
    """What each unit of the kind put out and earned, by its id; constant statements.

    Raises Refused (`no_set_aside`, `no_generation_period`, `data_missing`).

    Source: 40 CFR 62.16245(b)(2)-(3); MASS-088, MASS-089.
    """
    rules = rules_of(program)
    period = generation_period(program=program, vintage=vintage)
    held = accounts.facility_accounts(program=program, jurisdiction=jurisdiction)
    account_of = {of.facility.id: of.account for of in held}
    names = {of.facility.id: of.facility.name for of in held}
    units = [
        unit
        for of in accounts.units_of(list(account_of)).values()
        for unit in of
        if unit.unit_type in rules.unit_types
    ]
    mwh = emissions.net_generation(
        facilities=list(account_of), first_year=period.first_year, last_year=period.last_year
    )
    problems: list[Refusal] = []
    found: dict[int, Earned] = {}
    for unit in units:
        years = {year: mwh.get((unit.facility, unit.unit_id, year)) for year in period.vintages}
        missing = [year for year, of in years.items() if of is None and unit.owes_data_for(year)]
        if unit.net_summer_mw is None or missing:
            problems.append(_missing(names[unit.facility], unit, missing))
            continue
        total = sum((of for of in years.values() if of is not None), Decimal(0))
        net_mwh = max(total, Decimal(0))
        output = UnitOutput(
            unit_type=unit.unit_type,
            net_summer_mw=unit.net_summer_mw,
            net_mwh=net_mwh,
        )
        found[unit.id] = Earned(
            account=account_of[unit.facility],
            net_summer_mw=unit.net_summer_mw,
            net_mwh=net_mwh,
            earned=earned_allowances(output, period=period, rules=rules),
        )
    if problems:
        raise Refused(problems)
    return found


def _missing(facility: str, unit: UnitEntry, years: list[int]) -> Refusal:
    what = (
        f"net generation of {', '.join(str(year) for year in years)}"
        if years
        else "net summer capacity"
    )
    return checks.DataMissing(f"{facility}, unit {unit.unit_id}: {what} is not known.")
