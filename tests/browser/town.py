"""A small registry short before a deadline, for the journeys: who is short, and who sells."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

from tests.browser.site import Clock

PROGRAM = "cpp-mass"
ALLOCATED, REPORTED, NOW = "2021-06-01", "2025-02-03", "2025-04-28"
OWED = 1_500
PEOPLE = ("Ana Ruiz", "Cy Dunn", "Kim Day", "Abe Gent", "Olga Stone", "Pete Moss")
RIGHT_TO_LEFT = "شركة الطاقة النظيفة"


@dataclass(slots=True)
class Town:
    """Barry of Ana Ruiz owes 1,500 and holds 1,000; brokers, Cane and Ana's reserve have more.

    Olga Stone and Pete Moss are officials of the Administrator; Abe Gent is Ana's agent.
    """

    registry: Any = field(init=False)
    clock: Clock = field(init=False)

    def arrange(self, clock: Clock) -> None:
        from allauth.account.models import EmailAddress
        from django.contrib.auth.models import User

        from tests.contexts.registry import Registry
        from trueup.accounts.models import Person
        from trueup.allocation import services as allocation
        from trueup.officials import services as officials
        from trueup.signing import services as signing
        from trueup.signing.entries import Evidence

        self.clock = clock
        registry = self.registry = Registry()
        registry.open_general("Ruiz Reserve", "Ana Ruiz")
        registry.open_general(RIGHT_TO_LEFT, "Cy Dunn")
        registry.on(ALLOCATED)
        registry.allocate(("Barry", "1", 2022, 1000), ("Cane", "1", 2022, 500))
        for name in ("Gulf Brokers", "Ruiz Reserve"):
            allocation.record_from_reserve(
                program=PROGRAM,
                jurisdiction="AL",
                vintage=2022,
                quantity=1000,
                account=registry.number(name),
                recorded_at=registry.tick(),
            )
        for name in ("Olga Stone", "Pete Moss"):
            officials.grant(
                person=registry.person(name),
                role="administrator",
                program=PROGRAM,
                from_at=registry.tick(),
                granted_by="administrator",
            )
        self._name_agent()
        registry.on(REPORTED)
        registry.report_years("Barry", u1=(300, 300, 300), u2=(200, 200, 200))
        registry.report_years("Gaston", u5=(0, 0, 0))
        registry.report_years("Cane", u1=(100, 100, 100), u2=(0, 0, 0))
        for name in PEOPLE:
            person = registry.person(name)
            username = name.split(maxsplit=1)[0].lower()
            address = f"{username}@example.org"
            user = User.objects.create(username=username, email=address)
            EmailAddress.objects.create(user=user, email=address, verified=True, primary=True)
            Person.objects.filter(id=person).update(user=user)
            signing.accept_agreement(
                person=person, evidence=Evidence(method="console"), accepted_at=registry.tick()
            )
        self.on(NOW)

    def again(self) -> Town:
        """The same town, as a test can change it."""
        other = Town()
        other.registry = copy.deepcopy(self.registry)
        return other

    def come_to(self, clock: Clock) -> None:
        """Go by the clock of a site that has a copy of the town's database."""
        self.clock = clock
        self.on(NOW)

    def on(self, day: str) -> None:
        """Let it be noon of a day, for the registry and for the site."""
        self.registry.on(day)
        self.clock.noon_of(day)

    def catch_up(self) -> None:
        """What the tests do next happens now."""
        self.registry.now = self.clock.now()

    def number(self, name: str) -> str:
        return str(self.registry.number(name))

    def total(self, name: str) -> int:
        return int(self.registry.total(name))

    def make_known(self, name: str) -> None:
        """How a person is reached is registered, and somebody has seen their passport."""
        from trueup.accounts.models import Person
        from trueup.identity import services as identity

        person = self.registry.person(name)
        Person.objects.filter(id=person).update(
            address="1 Main Street, Mobile AL 36602", phone="+1 251 555 0100"
        )
        identity.record_identity_check(
            person=person,
            checked_by="administrator",
            method="in_person",
            document="passport",
            checked_at=self.registry.tick(),
        )

    def _name_agent(self) -> None:
        from trueup.accounts import services as accounts
        from trueup.accounts.entries import AgentSpec

        registry = self.registry
        accounts.file_delegation_notice(
            program=PROGRAM,
            basis="compliance",
            delegator=registry.person("Ana Ruiz"),
            agents=[AgentSpec(person=registry.person("Abe Gent"), kinds=("transfers",))],
            received_at=registry.tick(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """A town that was arranged once, and the name of its database, to be copied."""

    town: Town
    database: str
