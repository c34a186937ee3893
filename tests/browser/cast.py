"""Who and what the pages are shown to and about: the demonstration, and one of everything.

The demonstration of one State fills the pages; on top of it comes somebody of every role,
and one of each thing that has an owner, from the tests of access.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.test import Client

from tests.browser import auction_room, project_pool, rates, resource_drafts, state_accounts
from tests.browser.rates import Rates
from tests.browser.site import Clock
from tests.conftest import give_second_factor
from trueup.accounts.ownership_models import Party

if TYPE_CHECKING:
    from tests.adapters.roles_of_access import Everyone

STATE = "DE"
PERIOD = "2022-2024"
AFTERWARDS = "2025-06-02"


@dataclass(slots=True)
class Cast:
    """Everyone of the tests of access, who came to the demonstration after its end."""

    # Filled by `arrange`, which needs the database.
    clients: dict[str, Client] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)
    plants: list[str] = field(default_factory=list)
    oris_code: int = 0
    rates: Rates = field(init=False)
    auctions: dict[str, Any] = field(default_factory=dict)
    states: dict[str, Any] = field(default_factory=dict)
    projects: dict[str, Any] = field(default_factory=dict)

    def arrange(self, clock: Clock) -> None:
        """Load the demonstration, and let everyone come."""
        from django.contrib.auth.hashers import make_password
        from django.contrib.auth.models import User

        from tests.adapters.roles_of_access import Everyone
        from tests.browser.things import Maker
        from tests.contexts.registry import Registry
        from trueup.demonstration import services as demonstration
        from trueup.demonstration import sign_in

        demonstration.run(jurisdictions=(STATE,))
        clock.noon_of(AFTERWARDS)
        registry = Registry(now=clock.now())
        self.rates = Rates(mass=registry)
        registry.now = self.rates.arrange()
        clock.set(registry.now)
        everyone = Everyone(registry=registry)
        self._appoint_for_rates(everyone)
        self.auctions = auction_room.arrange(registry)
        self.states = state_accounts.arrange(registry)
        self.projects = project_pool.arrange(registry)
        clock.set(registry.now)
        # With the known password the sign-in page shows who can use it.
        User.objects.filter(username=sign_in.ADMINISTRATOR).update(
            password=make_password(sign_in.PASSWORD)
        )
        self._give_ana_plants(everyone)
        clock.set(everyone.registry.tick())
        clock.forward(minutes=1)
        self.clients = everyone.clients
        for role, client in self.clients.items():
            if role != "anonymous":
                client.force_login(User.objects.get(username=role))
                give_second_factor(client, User.objects.get(username=role))
        self.things |= everyone.things | self.rates.things
        self.things |= Maker(everyone=everyone, clock=clock, plants=self.plants).make()
        self.things |= resource_drafts.drafts(self.clients, self.things)
        self.things |= self.auctions
        self.things |= self.states
        self.things |= self.projects
        self.things["bids_draft"] = auction_room.draft(
            self.clients["representative"], self.auctions["bidder"]
        )

    def _appoint_for_rates(self, everyone: Everyone) -> None:
        """The officials of the Administrator are so in the rate-based program too."""
        from trueup.officials import services as officials

        for name in ("Olga Stone", "Pete Moss"):
            officials.grant(
                person=everyone.registry.person(name),
                role="administrator",
                program=rates.PROGRAM,
                from_at=everyone.registry.tick(),
                granted_by="administrator",
            )

    def _give_ana_plants(self, everyone: Any) -> None:
        """Ana represents two plants of the demonstration, whose pages are full."""
        from trueup.accounts import queries as accounts

        registry = everyone.registry
        plants = [one for one in accounts.facilities(limit=100) if one.jurisdiction == STATE]
        self.plants = [plant.name for plant in plants[:2]]
        for plant in plants[:2]:
            registry.facilities[plant.name] = plant.id
            registry.represent(plant.name, "Ana Ruiz")
        registry.open_general("Ruiz Reserve", "Ana Ruiz")
        account = registry.account(plants[0].name)
        self.oris_code = plants[0].oris_code
        self.numbers = {
            "representative": account.number,
            "other": registry.number("Gulf Brokers"),
            "guarded": registry.number(plants[1].name),
            "reserve": registry.number("Ruiz Reserve"),
        }

    def serial_number(self) -> str:
        """One that Ana's plant holds."""
        from trueup.ledger import queries as ledger

        account = ledger.find_account(program="cpp-mass", number=self.numbers["representative"])
        if account is None:
            raise AssertionError("Ana's plant has no account")
        return str(ledger.blocks_held(account.id)[0]).partition(" ")[0]

    def arguments_by_program(self) -> tuple[Mapping[str, Any], ...]:
        """Examples for what the addresses name: in one program, and in the other."""
        in_rates = {
            "code": rates.PROGRAM,
            "program": rates.PROGRAM,
            "period": rates.PERIOD,
            "oris_code": rates.ORIS_CODE,
            "unit_id": "1",
            "number": self.rates.number,
            "resource_id": self.things["resource"],
            "document_id": self.things["paper_with_file"],
            "digest": self.things["digest"],
            "attachment": self.things["attachment"],
            "jurisdiction": "TX",
            "year": rates.YEAR,
        }
        in_auctions = {
            "code": auction_room.PROGRAM,
            "program": auction_room.PROGRAM,
            "number": self.auctions["bidder"],
            "auction": self.auctions["sold_auction"],
            "jurisdiction": "MD",
        }
        return (
            self.arguments(),
            {**self.arguments(), **in_rates},
            {**self.arguments(), **in_auctions},
        )

    def arguments(self) -> Mapping[str, Any]:
        """Examples for what the addresses name, by the name of the argument."""
        return {
            "code": "cpp-mass",
            "program": "cpp-mass",
            "jurisdiction": STATE,
            "period": PERIOD,
            "oris_code": self.oris_code,
            "number": self.numbers["representative"],
            "tx": self.things["tx"],
            "serial_number": self.serial_number(),
            "signature_id": self.things["signature"],
            "notice_id": self.things["notice"],
            "unit_id": self.things["unit"],
            "person": self.things["ana"],
            "party": Party.objects.values_list("id", flat=True).order_by("id")[0],
            "certificate": self.things["certificate"],
            "application": self.things["application"],
            "year": 2024,
            "vintage": 2022,
            "section": "62.16375",
            "topic": "account-page",
        }
