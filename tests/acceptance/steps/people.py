"""Sentences on people, facilities and accounts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.acceptance.sentences import sentence
from tests.acceptance.tables import DataTable, Row, rows_of
from tests.acceptance.world import World
from trueup.accounts import queries, services
from trueup.accounts.entries import AgentSpec, FacilitySpec, UnitSpec

UNIT_COLUMNS = ("type", "net_summer_mw", "operating_from", "retired_on")


@sentence(
    'the facility "{facility}" with ORIS code {oris_code} in "{jurisdiction}"'
    ' with the affected units "{units}"'
)
def register_facility(
    world: World, facility: str, oris_code: int, jurisdiction: str, units: str
) -> None:
    specs = [UnitSpec(unit_id=unit.strip()) for unit in units.split(",") if unit.strip()]
    _register(world, facility, oris_code, jurisdiction, specs)


@sentence(
    'the facility "{facility}" with ORIS code {oris_code} in "{jurisdiction}"'
    " with the affected units:"
)
def register_facility_with_table(
    world: World, facility: str, oris_code: int, jurisdiction: str, datatable: DataTable
) -> None:
    rows = rows_of(datatable, required=("unit",), optional=UNIT_COLUMNS)
    _register(world, facility, oris_code, jurisdiction, [_unit(row) for row in rows])


def _unit(row: Row) -> UnitSpec:
    capacity = row.get("net_summer_mw")
    return UnitSpec(
        unit_id=row["unit"],
        unit_type=row.get("type", ""),
        net_summer_mw=Decimal(capacity) if capacity else None,
        operating_from=_day(row.get("operating_from")),
        retired_on=_day(row.get("retired_on")),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _register(
    world: World, name: str, oris_code: int, jurisdiction: str, units: list[UnitSpec]
) -> None:
    spec = FacilitySpec(
        oris_code=oris_code, name=name, jurisdiction=jurisdiction, units=tuple(units)
    )
    with world.act():
        world.facilities[name] = services.register_facility(
            program=world.program, facility=spec, registered_at=world.now
        )


@sentence('"{person}" is the designated representative of "{facility}"')
@sentence('a certificate of representation names "{person}" for "{facility}"')
def name_representative(world: World, person: str, facility: str) -> None:
    _name(world, person, facility, role="primary")


@sentence('"{person}" is the alternate designated representative of "{facility}"')
def name_alternate(world: World, person: str, facility: str) -> None:
    _name(world, person, facility, role="alternate")


def _name(world: World, person: str, facility: str, *, role: str) -> None:
    of = world.facility(facility)
    somebody = world.anybody(person)
    with world.act():
        services.name_designated_representative(
            program=world.program, facility=of.id, person=somebody.id, at=world.now, role=role
        )


@sentence('the general account "{account}" with authorized account representative "{person}"')
def open_general_account(world: World, account: str, person: str) -> None:
    if world.find_account(account) is not None:
        raise AssertionError(f"there is an account “{account}” already")
    somebody = world.anybody(person)
    with world.act():
        services.open_general_account(
            program=world.program, name=account, representative=somebody.id, at=world.now
        )


@sentence('"{person}" asks to close the account "{account}"')
def close_account(world: World, person: str, account: str) -> None:
    closing = world.opened_account(account)
    somebody = world.anybody(person)
    with world.act():
        services.close_account(
            account=closing.id,
            ground="asked for by its representative",
            closed_at=world.now,
            asked_by=somebody.id,
        )


@sentence('the Administrator freezes the account "{account}"')
def freeze_account(world: World, account: str) -> None:
    freezing = world.opened_account(account)
    with world.act():
        services.freeze_account(account=freezing.id, ground="investigation", frozen_at=world.now)


@sentence('the Administrator unfreezes the account "{account}"')
def unfreeze_account(world: World, account: str) -> None:
    frozen = world.opened_account(account)
    with world.act():
        services.unfreeze_account(
            account=frozen.id, ground="investigation ended", released_at=world.now
        )


@sentence('the account "{account}" is {state:open|frozen|closed}')
def check_state(world: World, account: str, state: str) -> None:
    found = world.opened_account(account).state
    assert found == state, f"the account “{account}” is {found}, not {state}"


@sentence('"{person}" files that unit "{unit}" of "{facility}" was permanently retired on {day}')
def retire_unit(world: World, person: str, unit: str, facility: str, day: date) -> None:
    retiring = world.unit(facility, unit)
    somebody = world.anybody(person)
    with world.act():
        services.retire_unit(
            program=world.program,
            unit=retiring.id,
            retired_on=day,
            filed_at=world.now,
            filed_by=somebody.id,
        )


@sentence('unit "{unit}" of "{facility}" is exempt from {day}')
def check_exempt(world: World, unit: str, facility: str, day: date) -> None:
    found = queries.exempt_from(program=world.program, unit=world.unit(facility, unit))
    assert found == day, f"unit “{unit}” of “{facility}” is exempt from {found}, not {day}"


@sentence('the request is refused with "{code}"')
def check_request_refused(world: World, code: str) -> None:
    world.require_refused("request", code)


@sentence('"{agent}" is an agent of "{delegator}" for "{kinds}"')
def name_agent(world: World, agent: str, delegator: str, kinds: str) -> None:
    by, somebody = world.anybody(delegator), world.anybody(agent)
    named = tuple(kind.strip() for kind in kinds.split(","))
    with world.act():
        in_force = queries.delegations_of(by.id, program=world.program, at=world.now)
        for basis in queries.bases_of(by.id, program=world.program) or ["compliance"]:
            others = [
                AgentSpec(person=entry.person, kinds=entry.kinds, ends_at=entry.ends_at)
                for notice in in_force
                if notice.basis == basis
                for entry in notice.agents
                if entry.person != somebody.id
            ]
            services.file_delegation_notice(
                program=world.program,
                basis=basis,
                delegator=by.id,
                agents=[*others, AgentSpec(person=somebody.id, kinds=named)],
                received_at=world.now,
            )


@sentence('"{delegator}" ends the delegation to "{agent}"')
def end_delegation(world: World, delegator: str, agent: str) -> None:
    by, somebody = world.anybody(delegator), world.anybody(agent)
    with world.act():
        services.end_delegation(
            program=world.program, delegator=by.id, agent=somebody.id, received_at=world.now
        )
