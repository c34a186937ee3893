"""Sentences on credits as they stand in accounts: issued, limited, suspended, audited."""

from __future__ import annotations

from decimal import Decimal

from tests.acceptance.sentences import sentence
from tests.acceptance.steps.resources import resource_named, verifier_named
from tests.acceptance.world import World, new_key
from trueup.compliance import services as compliance
from trueup.ledger import services as ledger
from trueup.resources import queries, services
from trueup.rules.serials import Lot
from trueup.transfers import services as transfers

GROUND = "said in the scenario"


@sentence(
    '{quantity} {instruments} of category "{category}" for {year}'
    ' of "{jurisdiction}" were issued to "{account}"'
)
def issued(
    world: World,
    quantity: int,
    instruments: str,
    category: str,
    year: int,
    jurisdiction: str,
    account: str,
) -> None:
    """Credits that are there, without their papers: what comes after is the scenario's."""
    world.require_instruments(instruments)
    ledger.originate(
        program=world.program,
        lot=Lot(jurisdiction=jurisdiction, year=world.clock.today.year, category=category),
        shares=[(world.opened_account(account).id, quantity)],
        key=new_key(),
        actor="administrator",
        recorded_at=world.now,
        vintage=year,
    )


@sentence('the Administrator limits "{first}" to "{last}" because "{ground}"')
def limit(world: World, first: str, last: str, ground: str) -> None:
    with world.act():
        transfers.limit_instruments(
            program=world.program,
            blocks=[world.block(first, last)],
            ground=ground,
            placed_at=world.now,
            key=new_key(),
        )


@sentence('the Administrator suspends issuance to "{resource}" during an investigation')
def suspend(world: World, resource: str) -> None:
    with world.act():
        services.suspend_issuance(
            resource=resource_named(world, resource).id,
            cause="INVESTIGATION",
            ground=GROUND,
            suspended_at=world.now,
        )


@sentence('the Administrator lifts the suspension of issuance to "{resource}"')
def lift_suspension(world: World, resource: str) -> None:
    with world.act():
        services.lift_suspension(
            resource=resource_named(world, resource).id, ground=GROUND, lifted_at=world.now
        )


@sentence('the Administrator revokes the qualification of "{resource}" for {cause}')
def revoke_for(world: World, resource: str, cause: str) -> None:
    with world.act():
        services.revoke_qualification(
            resource=resource_named(world, resource).id,
            cause=cause.replace(" ", "_").upper(),
            ground=GROUND,
            revoked_at=world.now,
        )


@sentence('the resource "{resource}" is {state:described|submitted|registered|revoked}')
def check_state(world: World, resource: str, state: str) -> None:
    found = resource_named(world, resource).state
    assert found == state, f"“{resource}” is {found}, not {state}"


@sentence('"{verifier}" discloses new facts about "{resource}"')
def disclose(world: World, verifier: str, resource: str) -> None:
    with world.act():
        services.disclose_engagement(
            verifier=verifier_named(world, verifier),
            resource=resource_named(world, resource).id,
            disclosure="A sister company has bought the maintenance firm.",
            is_conflict=False,
            disclosed_at=world.now,
        )


@sentence('the Administrator clears "{verifier}" for "{resource}"')
def clear(world: World, verifier: str, resource: str) -> None:
    with world.act():
        services.clear_engagement(
            verifier=verifier_named(world, verifier),
            resource=resource_named(world, resource).id,
            decided_at=world.now,
        )


@sentence('the Administrator asks about the eligibility application of "{resource}": "{question}"')
def ask(world: World, resource: str, question: str) -> None:
    with world.act():
        services.ask_for_information(
            resource=resource_named(world, resource).id, question=question, asked_at=world.now
        )


@sentence('the M&V report of "{resource}" for {year} is {state:late|on time}')
def check_report_in_time(world: World, resource: str, year: int, state: str) -> None:
    (*_, latest) = queries.reports_of(resource_named(world, resource).id, year=year)
    assert latest.is_late == (state == "late")


@sentence('the CO2 of "{unit}" for {year} is adjusted to {tons} lb after audit')
def adjust_pounds(world: World, unit: str, year: int, tons: Decimal) -> None:
    _adjust(world, unit, year, co2_tons=tons / 2000)


@sentence('the output of "{unit}" for {year} is adjusted to {tons} net MWh after audit')
def adjust_output(world: World, unit: str, year: int, tons: Decimal) -> None:
    _adjust(world, unit, year, net_mwh=tons)


def _adjust(world: World, unit: str, year: int, **audited: Decimal) -> None:
    facility, _, unit_id = unit.rpartition("/")
    with world.act():
        compliance.adjust_after_audit(
            program=world.program,
            facility=world.facility(facility).id,
            unit=unit_id,
            year=year,
            ground="audit",
            recorded_at=world.now,
            **audited,
        )
