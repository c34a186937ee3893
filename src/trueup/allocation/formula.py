"""Divide budgets among affected units by historical generation, and record the result.

Source: preamble V.D.1 (80 FR 65016); 40 CFR 62.16240(a); MASS-056, MASS-060.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID, uuid4

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityEntry, UnitEntry
from trueup.allocation import checks
from trueup.allocation.entries import (
    AllocationReceipt,
    AllocationRow,
    GenerationRow,
    StateVintage,
)
from trueup.allocation.losses import lost_units
from trueup.allocation.queries import budgets_of
from trueup.allocation.recipients import RECIPIENTS
from trueup.allocation.recordation import Source, record_rows
from trueup.allocation.state_accounts import RENEWABLE_ENERGY, ensure_state_accounts
from trueup.emissions import queries as emissions
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.allocation import (
    allocate_by_generation,
    average_generation_mwh,
    estimated_generation_mwh,
    was_idle,
)
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import HistoricalGeneration
from trueup.rules.refusal import Refusal, Refused

# By which of the two capacity factors a type of unit is estimated.
_FACTOR_OF_TYPE = {
    "steam": "steam",
    "igcc": "steam",  # The emission guidelines count it among steam units.
    "combined_cycle": "gas",
    "combined_heat_and_power": "gas",
}


class UnitKey(NamedTuple):
    """Names a unit in a table of shares; shares that tie go to the lowest."""

    oris_code: int
    unit_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """A unit with the generation that decides its share."""

    key: UnitKey
    account: str
    jurisdiction: str
    average_mwh: Fraction
    is_idle: bool


def allocate_by_formula(
    *,
    program: str,
    period: CompliancePeriod,
    generation: Sequence[GenerationRow],
    recorded_at: datetime,
    actor: str = "administrator",
    jurisdiction: str = "",
    idle: Iterable[int] | None = None,
    key: UUID | None = None,
) -> AllocationReceipt:
    """Determine all allocations of a period by historical generation and record them.

    Each vintage's budget, less its set-asides, is divided by the units' shares of their
    State's average generation in the baseline years. The share of a unit that did not
    operate for two consecutive calendar years goes to its State's renewable set-aside.

    Args:
        generation: Every affected unit of the State, or of all States.
        jurisdiction: Only this State's units; all that are given if empty.
        idle: Keys of units that did not operate for two consecutive calendar years;
            by what is reported if not given.

    Raises Refused (`no_formula`, `generation_missing`, `duplicate_row`, and the reasons
    of `record_allocations`); `row` counts the rows of `generation` from 1.

    Source: preamble V.D.1, steps 1 to 5 (80 FR 65016); 40 CFR 62.16240(a)(1) and (2).
    """
    rows = rows_by_formula(
        program=program,
        period=period,
        generation=generation,
        recorded_at=recorded_at,
        jurisdiction=jurisdiction,
        idle=idle,
    )
    return record_formula(
        rows, program=program, recorded_at=recorded_at, actor=actor, key=key or uuid4()
    )


def rows_by_formula(
    *,
    program: str,
    period: CompliancePeriod,
    generation: Sequence[GenerationRow],
    recorded_at: datetime,
    jurisdiction: str = "",
    idle: Iterable[int] | None = None,
) -> list[AllocationRow]:
    """Determine a period's allocations by historical generation; none is recorded.

    A State's set-aside account that idle units' shares go to is opened if it is not there.

    Raises Refused (`no_formula`, `generation_missing`, `duplicate_row`, `unknown_unit`).

    Source: preamble V.D.1, steps 1 to 5 (80 FR 65016); 40 CFR 62.16240(a)(1) and (2).
    """
    rules = programs.load(program)
    formula = rules.historical_generation
    if formula is None:
        raise Refused([checks.NoFormula(f"{rules.name} has no such formula.")])
    if idle is None:
        tested_on = rules.local_date(recorded_at)
        idle = idle_units(program=program, tested_on=tested_on, jurisdiction=jurisdiction)
    # What was lost before is lost for good, whatever is reported since.
    idle = {*idle, *lost_units(program=program, vintage=period.first_year)}
    baselines = _baselines(
        generation, program=program, formula=formula, jurisdiction=jurisdiction, idle=set(idle)
    )
    shares = shares_of(baselines, program=program, period=period)
    return _rows(baselines, shares, program=program, recorded_at=recorded_at)


def record_formula(
    rows: Sequence[AllocationRow],
    *,
    program: str,
    recorded_at: datetime,
    key: UUID,
    actor: str = "administrator",
) -> AllocationReceipt:
    """Record allocations that were determined by the formula; a key is used once.

    Raises Refused as `record_allocations` does.

    Source: 40 CFR 62.16240(a)(1); 62.16325(a).
    """
    return record_rows(
        rows,
        program=program,
        recorded_at=recorded_at,
        actor=actor,
        key=key,
        source=Source("formula"),
        kinds=RECIPIENTS | {"holding"},
    )


def idle_units(*, program: str, tested_on: date, jurisdiction: str = "") -> set[int]:
    """Units that by what is reported did not operate for two consecutive calendar years.

    Source: 40 CFR 62.16240(a)(2); MASS-060, MASS-AMB-14.
    """
    entries = accounts.facility_accounts(program=program, jurisdiction=jurisdiction)
    facilities = {entry.facility.id for entry in entries}
    operated = emissions.operated(facilities=facilities, last_year=tested_on.year - 1)
    return {
        unit.id
        for units in accounts.units_of(facilities).values()
        for unit in units
        if was_idle(operated.get((unit.facility, unit.unit_id), {}), tested_on=tested_on)
    }


def shares_of(
    baselines: Sequence[Baseline], *, program: str, period: CompliancePeriod
) -> dict[int, dict[UnitKey, int]]:
    """By vintage, the allowances of each unit.

    Raises Refused (`no_budget`, `generation_missing`).

    Source: preamble V.D.1, steps 3 to 5 (80 FR 65016); 40 CFR 62.16240(a)(1).
    """
    by_state: dict[str, dict[UnitKey, Fraction]] = {}
    for unit in baselines:
        by_state.setdefault(unit.jurisdiction, {})[unit.key] = unit.average_mwh
    wanted = [StateVintage(state, vintage) for state in by_state for vintage in period.vintages]
    budgets = budgets_of(wanted, program=program)
    refusals: list[Refusal] = [
        checks.GenerationMissing(f"No unit of {state} generated anything in the baseline years.")
        for state, averages in by_state.items()
        if not any(averages.values())
    ]
    refusals += [checks.no_budget(of) for of in wanted if budgets[of] is None]
    if refusals:
        raise Refused(refusals)
    shares: dict[int, dict[UnitKey, int]] = {vintage: {} for vintage in period.vintages}
    for of, budget in budgets.items():
        pool = budget.units if budget is not None else 0
        shares[of.vintage].update(allocate_by_generation(pool, by_state[of.jurisdiction]))
    return shares


def _baselines(
    generation: Sequence[GenerationRow],
    *,
    program: str,
    formula: HistoricalGeneration,
    jurisdiction: str,
    idle: set[int],
) -> list[Baseline]:
    """Look up the units and determine what each is taken to have generated a year."""
    known = ledger.accounts_numbered(program=program, numbers={row.account for row in generation})
    facilities = accounts.facilities_of(account.id for account in known.values())
    homes = {
        account.number: facilities[account.id].facility
        for account in known.values()
        if account.id in facilities
    }
    units = {
        (unit.facility, unit.unit_id): unit
        for of_facility in accounts.units_of({home.id for home in homes.values()}).values()
        for unit in of_facility
    }
    refusals: list[Refusal] = []
    baselines: dict[UnitKey, Baseline] = {}
    for line, row in enumerate(generation, start=1):
        home = homes.get(row.account)
        unit = units.get((home.id, row.unit)) if home is not None else None
        if home is None or unit is None:
            what = f"unit “{row.unit}” of account {row.account}"
            refusals.append(checks.UnknownUnit(f"There is no {what}.", row=line))
            continue
        if jurisdiction and home.jurisdiction != jurisdiction:
            continue
        average = _average(row, unit, home, formula=formula, line=line, refusals=refusals)
        baseline = Baseline(
            key=UnitKey(home.oris_code, unit.unit_id),
            account=row.account,
            jurisdiction=home.jurisdiction,
            average_mwh=average,
            is_idle=unit.id in idle,
        )
        if baseline.key in baselines:
            refusals.append(
                checks.DuplicateRow(f"Unit {row.unit} of {home.name} is named twice.", row=line)
            )
        baselines[baseline.key] = baseline
    if refusals:
        raise Refused(refusals)
    return list(baselines.values())


def _average(
    row: GenerationRow,
    unit: UnitEntry,
    home: FacilityEntry,
    *,
    formula: HistoricalGeneration,
    line: int,
    refusals: list[Refusal],
) -> Fraction:
    """The average of the years with generation, or the estimate of a new unit."""
    began = unit.operating_from
    is_new = began is not None and began.year >= formula.baseline_years[-1]
    if any(year in row.annual_mwh for year in formula.baseline_years) or not is_new:
        return average_generation_mwh(row.annual_mwh, years=formula.baseline_years)
    factor = _FACTOR_OF_TYPE.get(unit.unit_type)
    if unit.net_summer_mw is None or factor is None:
        refusals.append(
            checks.GenerationMissing(
                f"Unit {unit.unit_id} of {home.name} is new; its estimate needs its type and its"
                " net summer capacity.",
                row=line,
            )
        )
        return Fraction(0)
    return estimated_generation_mwh(
        unit.net_summer_mw,
        capacity_percent=formula.capacity_percent[factor],
        hours=formula.estimate_hours,
    )


def _rows(
    baselines: Sequence[Baseline],
    shares: Mapping[int, Mapping[UnitKey, int]],
    *,
    program: str,
    recorded_at: datetime,
) -> list[AllocationRow]:
    """Unit by unit, all vintages; what idle units would get goes to the set-aside."""
    rows = [
        AllocationRow(
            account=unit.account,
            unit=unit.key.unit_id,
            vintage=vintage,
            quantity=of_vintage[unit.key],
            jurisdiction=unit.jurisdiction,
        )
        for unit in baselines
        if not unit.is_idle
        for vintage, of_vintage in shares.items()
        if of_vintage[unit.key]
    ]
    redirected: dict[StateVintage, int] = {}
    for unit in baselines:
        if unit.is_idle:
            for vintage, of_vintage in shares.items():
                of = StateVintage(unit.jurisdiction, vintage)
                redirected[of] = redirected.get(of, 0) + of_vintage[unit.key]
    set_asides = ensure_state_accounts(
        {(of.jurisdiction, RENEWABLE_ENERGY) for of in redirected},
        program=program,
        opened_at=recorded_at,
    )
    rows += [
        AllocationRow(
            account=set_asides[of.jurisdiction, RENEWABLE_ENERGY].number,
            vintage=of.vintage,
            quantity=quantity,
            jurisdiction=of.jurisdiction,
        )
        for of, quantity in redirected.items()
        if quantity
    ]
    return rows
