"""Sentences on budgets and allocation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.acceptance.sentences import read_quantity, sentence
from tests.acceptance.tables import DataTable, columns_of, rows_of
from tests.acceptance.world import UnknownNameError, World
from tests.contexts.certificate_specs import LONG_AGO
from trueup.accounts import services as registration
from trueup.allocation import services
from trueup.allocation.entries import AllocationRow, GenerationRow
from trueup.compliance import queries as positions
from trueup.compliance import services as compliance

SET_ASIDES = {
    "renewable energy": "renewable_energy",
    "output-based": "output_based",
    "early action": "early_action",
}


@sentence(
    "the {set_aside:renewable energy|output-based|early action} set-aside"
    ' of "{jurisdiction}" for {vintage} is {quantity}'
)
def set_set_aside(
    world: World, set_aside: str, jurisdiction: str, vintage: int, quantity: int
) -> None:
    with world.act("allocations"):
        services.set_set_aside(
            program=world.program,
            jurisdiction=jurisdiction,
            vintage=vintage,
            purpose=SET_ASIDES[set_aside],
            quantity=quantity,
        )


@sentence('the Administrator originates the budget of "{jurisdiction}" for {vintage}')
def originate_budget(world: World, jurisdiction: str, vintage: int) -> None:
    with world.act("allocations"):
        services.originate_budget(
            program=world.program,
            jurisdiction=jurisdiction,
            vintage=vintage,
            recorded_at=world.now,
        )


@sentence("the Administrator records these allocations:")
def record_allocations(world: World, datatable: DataTable) -> None:
    rows = [
        AllocationRow(
            account=world.number_of(row["account"]),
            unit=row.get("unit", ""),
            vintage=int(row["vintage"]),
            quantity=read_quantity(row["quantity"]),  # type: ignore[arg-type]
        )
        for row in rows_of(
            datatable, required=("account", "vintage", "quantity"), optional=("unit",)
        )
    ]
    with world.act("allocations"):
        services.record_allocations(program=world.program, rows=rows, recorded_at=world.now)


@sentence(
    "the Administrator records {quantity} {instruments} of vintage {vintage}"
    ' from "{source}" in "{destination}"'
)
def record_from_reserve(
    world: World, quantity: int, instruments: str, vintage: int, source: str, destination: str
) -> None:
    world.require_instruments(instruments)
    of_state = world.state_account(source)
    if of_state is None or of_state[1] != "reserve":
        raise UnknownNameError(f"“{source}” is not the reserve of a State")
    with world.act("allocations"):
        services.record_from_reserve(
            program=world.program,
            jurisdiction=of_state[0],
            vintage=vintage,
            quantity=quantity,
            account=world.number_of(destination),
            recorded_at=world.now,
        )


@sentence('the net generation of {first_year} to {last_year} in "{jurisdiction}":')
def state_generation(
    world: World, first_year: int, last_year: int, jurisdiction: str, datatable: DataTable
) -> None:
    years = [column for column in columns_of(datatable) if column.isdecimal()]
    expected = [str(year) for year in range(first_year, last_year + 1)]
    if years != expected:
        raise AssertionError(f"the table's years are {years}, not {expected}")
    world.generation[jurisdiction] = [
        (
            row["account"],
            row["unit"],
            {int(year): Decimal(row[year]) for year in years if row[year]},
        )
        for row in rows_of(datatable, required=("account", "unit", *years))
    ]


@sentence('the Administrator records the allocations of "{jurisdiction}" for {period}')
def allocate_by_formula(world: World, jurisdiction: str, period: str) -> None:
    if jurisdiction not in world.generation:
        raise UnknownNameError(f"nothing was said of the net generation in “{jurisdiction}”")
    generation = [
        GenerationRow(account=world.number_of(account), unit=unit, annual_mwh=annual_mwh)
        for account, unit, annual_mwh in world.generation[jurisdiction]
    ]
    with world.act("allocations"):
        _begin_new_units(world, jurisdiction)
        services.allocate_by_formula(
            program=world.program,
            period=world.period(period),
            generation=generation,
            recorded_at=world.now,
            jurisdiction=jurisdiction,
        )


def _begin_new_units(world: World, jurisdiction: str) -> None:
    """A unit without any figure was new in the last of the years, and gets an estimate."""
    formula = world.rules.historical_generation
    for account, unit_id, annual_mwh in world.generation[jurisdiction]:
        if annual_mwh or formula is None or account not in world.facilities:
            continue
        unit = world.unit(account, unit_id)
        if unit.operating_from in (None, LONG_AGO):
            registration.supply_operating_date(
                unit=unit.id,
                operating_from=date(formula.baseline_years[-1], 1, 1),
                supplied_at=world.now,
            )


@sentence('the Administrator finds that "{facility}" unit "{unit}" was not an affected EGU')
def find_not_affected(world: World, facility: str, unit: str) -> None:
    with world.act():
        compliance.recover_incorrect_allocation(
            program=world.program,
            facility=world.facility(facility).id,
            unit=unit,
            ground="not an affected EGU",
            found_at=world.now,
        )


@sentence('the Administrator claims {quantity} {instruments} of "{facility}"')
def check_claimed(world: World, quantity: int, instruments: str, facility: str) -> None:
    world.require_instruments(instruments)
    owed = positions.claimed(program=world.program, facility=world.facility(facility).id)
    assert owed == quantity, f"“{facility}” owes {owed}, not {quantity}"


@sentence('the allocations are refused with "{code}"')
def check_allocations_refused(world: World, code: str) -> None:
    world.require_refused("allocations", code)
