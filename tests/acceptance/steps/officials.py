"""Sentences on officials: their roles, what they propose, and the second official."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from tests.acceptance.sentences import sentence
from tests.acceptance.world import World
from trueup.desk import queries, services
from trueup.desk.callers import caller
from trueup.desk.entries import ProposalEntry
from trueup.desk.models import Proposal
from trueup.officials import services as officials
from trueup.tasks import queries as tasks


@sentence('"{person}" has the role "{role}" for "{state}"')
def give_state_role(world: World, person: str, role: str, state: str) -> None:
    _grant(world, person, role, jurisdiction=state)


@sentence('"{person}" has the role "{role}"')
def give_role(world: World, person: str, role: str) -> None:
    _grant(world, person, role)


@sentence('"{person}" is given the role "{role}" without a reason')
def give_role_without_reason(world: World, person: str, role: str) -> None:
    with world.act():
        _grant(world, person, role, reason="")


@sentence('"{person}" is the agent of "{state}" who recommends on "{function}"')
def name_state_agent(world: World, person: str, state: str, function: str) -> None:
    _grant(world, person, "state_agent", jurisdiction=state, recommends=(function,))


@sentence('the official "{person}" asks to originate "{state}" {vintage}')
def ask_to_originate(world: World, person: str, state: str, vintage: int) -> None:
    _act(world, person, "originate", jurisdiction=state, vintage=vintage)


@sentence(
    'the official "{person}" asks to move {quantity} of vintage {vintage}'
    ' from "{state}" to "{account}"'
)
def ask_to_move(
    world: World, person: str, quantity: int, vintage: int, state: str, account: str
) -> None:
    _act(world, person, "record_from_reserve", **_move(world, quantity, vintage, state, account))


@sentence(
    'the agent "{person}" recommends to move {quantity} of vintage {vintage}'
    ' from "{state}" to "{account}"'
)
def recommend_to_move(
    world: World, person: str, quantity: int, vintage: int, state: str, account: str
) -> None:
    with world.act():
        services.recommend(
            "record_from_reserve",
            program=world.program,
            by=world.anybody(person).id,
            at=world.now,
            note="recommended in a scenario",
            **_move(world, quantity, vintage, state, account),
        )


@sentence('the official "{person}" takes the recommendation up')
def take_up(world: World, person: str) -> None:
    with world.act():
        services.take_up(proposal=_latest(world).key, by=world.anybody(person).id, at=world.now)


@sentence('the official "{person}" freezes "{account}" because of "{ground}"')
def freeze(world: World, person: str, account: str, ground: str) -> None:
    _act(world, person, "freeze", account=world.opened_account(account).number, ground=ground)


@sentence('the official "{person}" approves the proposal of "{first}"')
def approve_of(world: World, person: str, first: str) -> None:
    _approve(world, person, _latest(world, first).key)


@sentence('the official "{person}" approves the proposal')
def approve(world: World, person: str) -> None:
    _approve(world, person, _latest(world).key)


@sentence('the official "{person}" confirms the proposal')
def confirm(world: World, person: str) -> None:
    with world.act():
        services.confirm(proposal=_latest(world).key, by=world.anybody(person).id, at=world.now)


@sentence('the official "{person}" declines the proposal because of "{reason}"')
def decline(world: World, person: str, reason: str) -> None:
    with world.act():
        services.decline(
            proposal=_latest(world).key,
            by=world.anybody(person).id,
            at=world.now,
            reason=reason,
        )


@sentence('the proposal of "{first}" is {state:waiting|executed|declined|refused}')
def check_state_of(world: World, first: str, state: str) -> None:
    assert _latest(world, first).state == state


@sentence("the proposal is overdue")
def check_overdue(world: World) -> None:
    late = queries.overdue_confirmations(world.rules.local_date(world.now))
    assert _latest(world).key in {entry.key for entry in late}


@sentence("the proposal is due on {day}")
def check_due(world: World, day: date) -> None:
    assert _latest(world).due_on == day


@sentence("the proposal is {state:waiting|unconfirmed|executed|confirmed|undone|declined|refused}")
def check_state(world: World, state: str) -> None:
    assert _latest(world).state == state


@sentence('the proposal names "{authority}" and "{agent}"')
def check_names(world: World, authority: str, agent: str) -> None:
    entry = _latest(world)
    assert entry.proposed_as == authority
    assert agent in entry.note


@sentence('"{person}" has a task "{kind}"')
def check_task(world: World, person: str, kind: str) -> None:
    assert kind in _tasks(world, person)


@sentence('"{person}" has no task "{kind}"')
def check_no_task(world: World, person: str, kind: str) -> None:
    assert kind not in _tasks(world, person)


def _grant(world: World, person: str, role: str, reason: str = "a scenario", **limits: Any) -> None:
    officials.grant(
        person=world.anybody(person).id,
        role=role,
        program=world.program,
        from_at=world.now,
        granted_by="administrator",
        reason=reason,
        **limits,
    )


def _act(world: World, person: str, name: str, **values: Any) -> None:
    with world.act():
        services.act(
            name, program=world.program, by=world.anybody(person).id, at=world.now, **values
        )


def _approve(world: World, person: str, key: UUID) -> None:
    with world.act():
        services.approve(proposal=key, by=world.anybody(person).id, at=world.now)


def _move(world: World, quantity: int, vintage: int, state: str, account: str) -> dict[str, Any]:
    return {
        "jurisdiction": state,
        "vintage": vintage,
        "quantity": quantity,
        "account": world.opened_account(account).number,
    }


def _latest(world: World, first: str = "") -> ProposalEntry:
    """The newest proposal of the program, or of one official."""
    rows = Proposal.objects.filter(program=world.program).order_by("-id")
    if first:
        rows = rows.filter(proposed_by=world.anybody(first).id)
    return queries.known(rows[0].key)


def _tasks(world: World, person: str) -> set[str]:
    who = caller(world.anybody(person).id, at=world.now)
    found = tasks.tasks_for(
        person=who.person or 0,
        accounts=who.represents,
        delegated=who.delegated,
        functions=who.scopes,
    )
    return {task.kind for task in found}
