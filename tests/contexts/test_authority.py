"""Predicates and scopes say the same of every row (PLAT-004, PLAT-140)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Model, Q

from trueup.accounts import services as accounts
from trueup.audit.models import Event, Notice
from trueup.desk import authority
from trueup.desk.acts import ACTS
from trueup.desk.callers import Caller
from trueup.desk.models import Proposal
from trueup.officials import services as officials
from trueup.officials.models import Grant
from trueup.officials.queries import grants_of
from trueup.officials.roles import FUNCTIONS, ROLES
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec
from trueup.tasks.models import Task

pytestmark = pytest.mark.django_db

NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
PROGRAMS = ("cpp-mass", "rggi-md")
STATES = ("", "AL", "KY")
SUBMISSIONS = ("", "transfers", "emissions_reports")
FAKE_ACCOUNTS = (11, 12, 13, 14)


class Draw:
    """Random people, roles and rows, the same for one seed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.people = [
            accounts.register_person(name=f"Person {chr(65 + n)}", registered_at=NOON).id
            for n in range(6)
        ]
        for person in self.people[1:]:
            for _ in range(self.random.randint(0, 2)):
                self.grant(person)

    def grant(self, person: int) -> None:
        name = self.random.choice(sorted(ROLES))
        role = ROLES[name]
        state = self.random.choice(STATES[1:]) if role.of_state else ""
        program = self.random.choice(PROGRAMS if role.needs_program else ("", *PROGRAMS))
        known = Grant.objects.filter(person=person, role=name, program=program, jurisdiction=state)
        if known.exists():
            return
        officials.grant(
            person=person,
            role=name,
            program=program,
            jurisdiction=state,
            functions=[self.random.choice(sorted(role.functions))] if role.needs_functions else (),
            from_at=NOON,
            granted_by="administrator",
            apart_reason="a test",
        )

    def caller(self, person: int) -> Caller:
        pick = self.random.sample
        return Caller(
            person=person,
            at=NOON,
            grants=tuple(grants_of(person, at=NOON)),
            represents=frozenset(pick(FAKE_ACCOUNTS, self.random.randint(0, 2))),
            delegated=MappingProxyType(
                {"transfers": frozenset(pick(FAKE_ACCOUNTS, self.random.randint(0, 2)))}
            ),
        )

    def rows(self, count: int) -> None:
        choice = self.random.choice
        audiences: list[Callable[[], dict[str, Any]]] = [
            lambda: {"person": choice(self.people)},
            lambda: {"account": choice(FAKE_ACCOUNTS), "submission": choice(SUBMISSIONS)},
            lambda: {"function": choice(sorted(FUNCTIONS)), "jurisdiction": choice(STATES)},
        ]
        for n in range(count):
            tasks.open_tasks(
                [
                    TaskSpec(
                        kind="k",
                        program=choice(PROGRAMS),
                        subject=f"s:{n}",
                        title="t",
                        opened_at=NOON,
                        excluded=tuple(self.random.sample(self.people, self.random.randint(0, 2))),
                        **choice(audiences)(),
                    )
                ]
            )
            Proposal.objects.create(
                key=uuid4(),
                kind="proposal",
                act=choice(sorted(ACTS)),
                program=choice(PROGRAMS),
                jurisdiction=choice(STATES),
                values={},
                digest="0" * 64,
                proposed_by_id=choice(self.people),
                proposed_as="x",
                proposed_at=NOON,
            )
            Event.objects.create(
                at=NOON, program=choice(("", *PROGRAMS)), actor="a", act="b", subject="c"
            )
            Notice.objects.create(
                event="e",
                program=choice(("", *PROGRAMS)),
                person_id=choice(self.people),
                subject="s",
                body="b",
                created_at=NOON,
                attempt_at=NOON,
            )


AGREE: tuple[tuple[str, type[Model], Callable[[Caller], Q]], ...] = (
    ("see_task", Task, authority.tasks_in),
    ("see_proposal", Proposal, authority.proposals_in),
    ("decide_proposal", Proposal, authority.proposals_to_decide),
    ("see_event", Event, authority.events_in),
    ("see_notice", Notice, authority.notices_in),
    ("see_grant", Grant, authority.grants_in),
)


@pytest.mark.parametrize("seed", range(4))
def test_a_predicate_is_true_of_a_row_exactly_if_the_row_is_in_scope(seed: int) -> None:
    draw = Draw(seed)
    draw.rows(25)
    callers = [draw.caller(person) for person in draw.people]
    callers.append(Caller(person=None, at=NOON))
    seen = 0

    for name, model, scope in AGREE:
        rows = list(model._default_manager.all())
        for caller in callers:
            within = set(model._default_manager.filter(scope(caller)).values_list("pk", flat=True))
            allowed = {row.pk for row in rows if authority.allows(name, caller, row)}
            assert within == allowed, (name, caller)
            seen += len(within)
    assert seen > 50


def test_every_rule_is_compared_with_its_scope() -> None:
    assert {name for name, _, _ in AGREE} == set(authority.PERMISSIONS)
