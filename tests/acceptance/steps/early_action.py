"""Sentences on early action, in both programs."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.acceptance.sentences import sentence
from tests.acceptance.world import World, new_key
from trueup.accounts import services as registration
from trueup.allocation import early_pools, early_reads, services
from trueup.allocation.early_entries import EarlyActionSpec
from trueup.allocation.early_settings import rules_of
from trueup.allocation.entries import StateVintage
from trueup.allocation.queries import originated
from trueup.ledger.entries import AccountEntry
from trueup.rules.early_action import EarlyActionRules

STARTED_ON = date(2018, 9, 7)
# More than any scenario matches, where none says how much there is (rule 5).
AMPLE_TONS = 100_000_000


@sentence('early action earns {tons} {instruments} a MWh in "{jurisdiction}"')
def set_ratio(world: World, tons: Decimal, instruments: str, jurisdiction: str) -> None:
    """Everything else that is open is set too (rule 5)."""
    world.require_instruments(instruments)
    _set(world, jurisdiction, per_mwh=tons, mechanism="retire_later")


@sentence('early action in "{jurisdiction}" has no mechanism that offsets it')
def set_no_mechanism(world: World, jurisdiction: str) -> None:
    _set(world, jurisdiction, per_mwh=Decimal(1), mechanism="")


@sentence('the matching pool of "{jurisdiction}" is {quantity} tons')
def grant(world: World, jurisdiction: str, quantity: int) -> None:
    _grant(world, jurisdiction, quantity)


@sentence(
    'the Administrator moves {quantity} of the matching pool of "{jurisdiction}"'
    " to the {reserve:renewable|efficiency} reserve"
)
def redistribute(world: World, quantity: int, jurisdiction: str, reserve: str) -> None:
    other = {"renewable": "efficiency", "efficiency": "renewable"}[reserve]
    with world.act():
        services.redistribute_matching(
            program=world.program,
            source=early_pools.Reserve(jurisdiction=jurisdiction, name=other),
            destination=early_pools.Reserve(jurisdiction=jurisdiction, name=reserve),
            quantity=quantity,
            recorded_at=world.now,
            key=new_key(),
        )


@sentence(
    'the Administrator awards early action to "{project}" in "{jurisdiction}"'
    ' for {quantity} MWh of "{kind}" in {year}'
)
def award(
    world: World, project: str, jurisdiction: str, quantity: int | Decimal, kind: str, year: int
) -> None:
    """The project has applied and is approved, and the pool has enough (rule 5)."""
    with world.act():
        known = early_reads.find_project(program=world.program, name=project)
        if known is None:
            known = services.apply_for_early_action(
                program=world.program,
                spec=EarlyActionSpec(
                    name=project,
                    jurisdiction=jurisdiction,
                    kind=kind.replace(" ", "_").replace("-", "_"),
                    started_on=STARTED_ON,
                    account=_account_of(world, project).id,
                    shows="as described",
                ),
                applied_by=None,
                applied_at=world.now,
            )
            services.decide_on_early_action(
                project=known.id, approve=True, ground="as described", decided_at=world.now
            )
        if not rules_of(world.program, jurisdiction).unset:
            _provide(world, jurisdiction)
        services.award_early_action(
            project=known.id, year=year, mwh=Decimal(quantity), awarded_at=world.now
        )


@sentence('"{person}" applies for early action of "{project}", "{kind}" begun on {day}')
def apply(world: World, person: str, project: str, kind: str, day: date) -> None:
    account = _account_of(world, project)
    with world.act():
        services.apply_for_early_action(
            program=world.program,
            spec=EarlyActionSpec(
                name=project,
                jurisdiction="TX",
                kind=kind,
                started_on=day,
                account=account.id,
                shows="as described",
            ),
            applied_by=world.anybody(person).id,
            applied_at=world.now,
        )


@sentence('the Administrator divides what is left of early action in "{jurisdiction}"')
def divide_left(world: World, jurisdiction: str) -> None:
    with world.act():
        services.distribute_early_leftover(
            program=world.program, jurisdiction=jurisdiction, distributed_at=world.now
        )


@sentence("the Administrator retires the unused matching {instruments}")
def retire_unused(world: World, instruments: str) -> None:
    world.require_instruments(instruments)
    with world.act():
        services.retire_unused_matching(program=world.program, retired_at=world.now)


@sentence(
    '"{project}" was awarded {quantity} early and {matching} matching {instruments} for {year}'
)
def check_awarded(
    world: World, project: str, quantity: int, matching: str, instruments: str, year: int
) -> None:
    world.require_instruments(instruments)
    known = early_reads.find_project(program=world.program, name=project)
    awards = early_reads.awards_of(known.id) if known is not None else []
    found = [(one.early, one.matching) for one in awards if one.year == year]
    assert found == [(quantity, int(matching))], f"“{project}” was awarded {found} for {year}"


def _set(world: World, jurisdiction: str, *, per_mwh: Decimal, mechanism: str) -> None:
    services.set_early_action(
        program=world.program,
        jurisdiction=jurisdiction,
        rules=EarlyActionRules(
            per_mwh=per_mwh,
            per_ton=Decimal(1),
            renewable_share=Decimal("0.5"),
            mechanism=mechanism,
        ),
        set_at=world.now,
    )


def _grant(world: World, jurisdiction: str, tons: int) -> None:
    with world.act():
        services.grant_matching(
            program=world.program,
            jurisdiction=jurisdiction,
            tons=tons,
            granted_at=world.now,
            key=new_key(),
        )


def _provide(world: World, jurisdiction: str) -> None:
    """What no sentence said of: a pool that suffices, and budgets that are created."""
    if not early_pools.reserves(world.program, [jurisdiction]):
        _grant(world, jurisdiction, AMPLE_TONS)
    if world.rules.is_rate_based:
        return
    first = world.rules.schedule.printed[0]
    wanted = [StateVintage(jurisdiction, vintage) for vintage in first.vintages]
    for of, parts in originated(wanted, program=world.program).items():
        if not parts:
            services.originate_budget(
                program=world.program,
                jurisdiction=jurisdiction,
                vintage=of.vintage,
                recorded_at=world.now,
            )


def _account_of(world: World, project: str) -> AccountEntry:
    """The general account of a project: one that was named for it, or one of its own name."""
    name = world.projects.get(project, project)
    found = world.find_account(name)
    if found is not None:
        return found
    registration.open_general_account(
        program=world.program,
        name=name,
        representative=world.anybody(f"{project} lead").id,
        at=world.now,
    )
    return world.opened_account(name)
