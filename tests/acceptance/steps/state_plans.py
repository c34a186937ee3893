"""Sentences on States' plans, links and methods, and on trade between States."""

from __future__ import annotations

from datetime import date

from tests.acceptance.sentences import sentence
from tests.acceptance.tables import DataTable, rows_of, same_rows
from tests.acceptance.world import World
from trueup.allocation import losses, services
from trueup.allocation.state_methods import CONDITIONS
from trueup.disclosure.interstate import interstate_trade
from trueup.rules.state_plans import Step
from trueup.state_plans import queries
from trueup.state_plans import services as state_plans
from trueup.state_plans.entries import StateStanding

STEPS = {
    "found complete": "complete",
    "found incomplete": "incomplete",
    "approved": "approved",
    "approved in part": "partly_approved",
    "approved on a condition": "conditionally_approved",
    "disapproved": "disapproved",
    "withdrawn": "withdrawn",
    "federal": "federal_plan",
}
PLANS = {"of its own": "own", "that adopts the rule": "adopting"}
CLOCKS = {
    "decision on completeness": "completeness",
    "decision": "decision",
    "federal plan": "federal_plan",
    "condition": "condition",
}
MODES = {
    "the federal plan": "federal",
    "a plan of its own": "own",
    "a plan that adopts the rule": "adopting",
    "no plan": "none",
}
GROUNDS = {
    "it was idle": "idle",
    "it was modified": "modified",
    "it was not an affected EGU": "not_affected",
    "it is in another State": "elsewhere",
}


@sentence('"{jurisdiction}" submits a plan {plan:of its own|that adopts the rule} on {day}')
def submit_plan(world: World, jurisdiction: str, plan: str, day: date) -> None:
    keep(world, jurisdiction, Step(kind="received", on=day, plan=PLANS[plan], note="letter"))


@sentence(
    'the plan of "{jurisdiction}" is {step:found complete|found incomplete|approved'
    "|approved in part|disapproved|withdrawn|federal} on {day}[, in effect from {dispatched_on}|]"
)
def keep_step(
    world: World, jurisdiction: str, step: str, day: date, dispatched_on: date | None = None
) -> None:
    kept = Step(kind=STEPS[step], on=day, effective_on=dispatched_on, note="81 FR 1")
    keep(world, jurisdiction, kept)


@sentence(
    'the plan of "{jurisdiction}" is approved on a condition on {day} due by {received_on},'
    " in effect from {dispatched_on}"
)
def keep_condition(
    world: World, jurisdiction: str, day: date, received_on: date, dispatched_on: date
) -> None:
    kept = Step(
        kind="conditionally_approved",
        on=day,
        due_on=received_on,
        effective_on=dispatched_on,
        note="81 FR 1",
    )
    keep(world, jurisdiction, kept)


def keep(world: World, jurisdiction: str, step: Step) -> None:
    with world.act():
        services.record_plan_step(
            program=world.program, jurisdiction=jurisdiction, step=step, recorded_at=world.now
        )


@sentence('the plan of "{jurisdiction}" has the status "{status}"')
def check_status(world: World, jurisdiction: str, status: str) -> None:
    found = standing(world, jurisdiction).standing.status
    assert found == status, f"the plan of {jurisdiction} is {found}, not {status}"


@sentence(
    'the {clock:decision on completeness|decision|federal plan|condition} of "{jurisdiction}"'
    " is due by {day}"
)
def check_due(world: World, clock: str, jurisdiction: str, day: date) -> None:
    running = standing(world, jurisdiction).standing.open_clocks()
    due = {one.name: one.due_on for one in running}
    assert due.get(CLOCKS[clock]) == day, f"due are {due}"


@sentence('a step of the plan of "{jurisdiction}" is late')
def check_late(world: World, jurisdiction: str) -> None:
    assert standing(world, jurisdiction).late, f"nothing of {jurisdiction} is late"


@sentence(
    'on {day} the units of "{jurisdiction}" are under'
    " {mode:the federal plan|a plan of its own|a plan that adopts the rule|no plan}"
)
def check_mode(world: World, day: date, jurisdiction: str, mode: str) -> None:
    found = standing(world, jurisdiction).standing.mode_on(day)
    assert found == MODES[mode], f"they are under {found}, not {mode}"


def standing(world: World, jurisdiction: str) -> StateStanding:
    today = world.rules.local_date(world.now)
    return queries.standing(program=world.program, jurisdiction=jurisdiction, today=today)


@sentence('"{jurisdiction}" is linked from {day}')
def link(world: World, jurisdiction: str, day: date) -> None:
    activate(world, jurisdiction, day)


@sentence('"{jurisdiction}" asks for a link from {day} with the unit "{unit}"')
def link_with_unit(world: World, jurisdiction: str, day: date, unit: str) -> None:
    activate(world, jurisdiction, day, unit=unit)


@sentence('"{jurisdiction}" asks for a link from {day} as a {kind:mass|rate}-based State')
def link_as_kind(world: World, jurisdiction: str, day: date, kind: str) -> None:
    activate(world, jurisdiction, day, kind=kind)


@sentence('"{jurisdiction}" asks for a link from {day} through "{system}"')
def link_through(world: World, jurisdiction: str, day: date, system: str) -> None:
    activate(world, jurisdiction, day, tracking_system=system)


def activate(world: World, jurisdiction: str, day: date, **other: str) -> None:
    given = {"kind": world.rules.kind, "unit": world.rules.unit, "tracking_system": "", **other}
    with world.act():
        state_plans.activate_link(
            program=world.program,
            jurisdiction=jurisdiction,
            plan_evidence="81 FR 1",
            ready_evidence="81 FR 2",
            tracking_evidence="81 FR 3",
            active_from=day,
            recorded_at=world.now,
            **given,
        )


@sentence('"{jurisdiction}" supplies this list of its units:')
def supply_list(world: World, jurisdiction: str, datatable: DataTable) -> None:
    rows = rows_of(datatable, required=("oris_code", "unit", "unit_type"))
    lines = [",".join((row["oris_code"], row["unit"], row["unit_type"])) for row in rows]
    with world.act():
        state_plans.record_unit_list(
            program=world.program,
            jurisdiction=jurisdiction,
            data="\n".join(["oris_code,unit,unit_type", *lines]),
            recorded_at=world.now,
        )


@sentence(
    'the Administrator ends the allocations of "{facility}" unit "{unit}" because'
    " {ground:it was idle|it was modified|it was not an affected EGU|it is in another State}"
)
def end_allocations(world: World, facility: str, unit: str, ground: str) -> None:
    with world.act():
        services.end_allocations(
            program=world.program,
            facility=world.facility(facility).id,
            unit=unit,
            ground=GROUNDS[ground],
            detail=ground,
            found_at=world.now,
        )


@sentence("these units were idle:")
def check_idle(world: World, datatable: DataTable) -> None:
    today = world.rules.local_date(world.now)
    found = [
        {
            "facility": one.facility.name,
            "unit": one.unit.unit_id,
            "years": f"{one.years[0]}, {one.years[1]}",
            "nothing_from": str(one.from_period.first_year),
        }
        for one in losses.idle_queue(program=world.program, today=today)
    ]
    expected = rows_of(datatable, required=("facility", "unit", "years", "nothing_from"))
    assert found == [dict(row) for row in expected], f"idle were {found}"


@sentence('"{jurisdiction}" submits a method of distribution for {period} on {day}')
def submit_method(world: World, jurisdiction: str, period: str, day: date) -> None:
    with world.act():
        services.submit_method(
            program=world.program,
            jurisdiction=jurisdiction,
            period=period,
            dispatched_on=day,
            declares=tuple(CONDITIONS),
            note="letter",
            recorded_at=world.now,
        )


@sentence('the method of "{jurisdiction}" for {period} is approved')
def approve_method(world: World, jurisdiction: str, period: str) -> None:
    with world.act():
        services.decide_method(
            program=world.program,
            jurisdiction=jurisdiction,
            period=period,
            approved=True,
            ground="meets the conditions",
            decided_at=world.now,
        )


@sentence('"{jurisdiction}" distributes {period} itself, dispatched {dispatched_on}:')
def distribute(
    world: World, jurisdiction: str, period: str, dispatched_on: date, datatable: DataTable
) -> None:
    rows = rows_of(datatable, required=("account", "unit", "vintage", "quantity"))
    lines = [
        ",".join((world.number_of(row["account"]), row["unit"], row["vintage"], row["quantity"]))
        for row in rows
    ]
    with world.act("allocations"):
        services.record_state_table(
            program=world.program,
            jurisdiction=jurisdiction,
            period=period,
            dispatched_on=dispatched_on,
            data="\n".join(["account,unit,vintage,quantity", *lines]).encode(),
            recorded_at=world.now,
        )


@sentence("trade between States for {period} was:")
def check_trade(world: World, period: str, datatable: DataTable) -> None:
    columns = ("state", "own", "imported", "exported", "net_imports")
    found = [
        {
            "state": row.code,
            "own": str(row.own),
            "imported": str(row.imported),
            "exported": str(row.exported),
            "net_imports": str(row.net_imports),
        }
        for row in interstate_trade(world.rules, world.period(period))
        if row.used or row.exported
    ]
    expected = [dict(row) for row in rows_of(datatable, required=columns)]
    same_rows(found, expected, what=f"trade between States for {period}")
