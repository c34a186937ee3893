"""Sentences on the assurance levels of States."""

from __future__ import annotations

from decimal import Decimal

from tests.acceptance.sentences import sentence
from tests.acceptance.tables import DataTable, rows_of, same_rows
from tests.acceptance.world import World
from trueup.assurance import queries, services


@sentence("the Administrator assesses the assurance levels of {year}")
def assess(world: World, year: int) -> None:
    with world.act():
        services.assess_states(program=world.program, year=year, assessed_at=world.now)


@sentence("the Administrator takes what is owed for the assurance levels of {year}")
def take(world: World, year: int) -> None:
    with world.act():
        services.take_what_is_due(program=world.program, year=year, recorded_at=world.now)


@sentence('"{jurisdiction}" emitted {tons} tons above its assurance level in {year}')
def check_state(world: World, jurisdiction: str, tons: Decimal, year: int) -> None:
    states = {
        state.jurisdiction: state for state in queries.states(program=world.program, year=year)
    }
    assert jurisdiction in states, f"“{jurisdiction}” was not assessed for {year}"
    assert states[jurisdiction].above == tons, f"{states[jurisdiction].above} tons above"


@sentence('these allowances are owed for the assurance level of "{jurisdiction}" for {year}:')
def check_shares(world: World, jurisdiction: str, year: int, datatable: DataTable) -> None:
    columns = ("account", "group_due", "due", "deducted", "outstanding")
    expected = [dict(row) for row in rows_of(datatable, required=columns)]
    found = [
        {
            "account": share.facility,
            "group_due": str(share.group_due),
            "due": str(share.due),
            "deducted": str(share.deducted),
            "outstanding": str(share.outstanding),
        }
        for share in queries.shares(program=world.program, year=year, jurisdiction=jurisdiction)
    ]
    same_rows(found, expected, what=f"what is owed in {jurisdiction} for {year}")
