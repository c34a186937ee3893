"""One person of every role, each with a browser, and one of every thing that has an owner."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from tests.contexts.registry import PROGRAM, Registry
from trueup.accounts import services as accounts
from trueup.accounts.entries import AgentSpec
from trueup.accounts.models import Person
from trueup.desk import services as desk
from trueup.desk.models import Preview
from trueup.officials import services as officials
from trueup.officials.roles import ROLES
from trueup.signing import services as signing
from trueup.tasks import jobs
from trueup.tasks import queries as tasks
from trueup.tasks import services as task_services
from trueup.tasks.entries import TaskSpec
from trueup.transfers import queries as transfers

# What each role of the test may do, said again by hand: not read from the code under test.
OPERATION = frozenset(
    [
        "originate",
        "allocate",
        "settle",
        "revoke",
        "correct",
        "freeze",
        "unfreeze",
        "close",
        "brake",
        "stop_transfer",
        "review_applications",
        "enter_paper",
        "review_submissions",
        "appeals",
        "holding_accounts",
        "state_plans",
        "review_eligibility",
        "notices",
        "approve_roles",
        "read_audit",
        "read_market",
        "support",
        "announce",
        "auction",
    ]
)
STATE = frozenset({"allocate", "holding_accounts", "review_eligibility"})
FUNCTIONS = {
    "anonymous": frozenset[str](),
    "user": frozenset[str](),
    "person": frozenset[str](),
    "other": frozenset[str](),
    "representative": frozenset[str](),
    "agent": frozenset[str](),
    "state": STATE,
    "other_state": STATE,
    "state_agent": frozenset({"holding_accounts"}),
    "administrator": OPERATION,
    "second": OPERATION,
    "technical": frozenset({"roles", "security", "health"}),
    "monitor": frozenset({"read_market"}),
    "auditor": frozenset({"read_audit", "read_market"}),
    "verifier": frozenset({"verify"}),
    "helper": frozenset({"support"}),
    "contractor": frozenset({"support", "notices", "announce", "health", "security"}),
    "keeper": frozenset({"identity_scans"}),
}
GRANTS = {
    "state": ("state_official", "AL", ()),
    "other_state": ("state_official", "KY", ()),
    "state_agent": ("state_agent", "AL", ("holding_accounts",)),
    "administrator": ("administrator", "", ()),
    "second": ("administrator", "", ()),
    "technical": ("technical", "", ()),
    "monitor": ("market_monitor", "", ()),
    "auditor": ("auditor", "", ()),
    "verifier": ("verifier", "", ()),
    "helper": ("support", "", ()),
    "contractor": ("contractor", "", ()),
    "keeper": ("identity_keeper", "", ()),
}
OFFICIALS = frozenset(GRANTS)
NAMES = {
    "person": "Nina Noll",
    "other": "Cy Dunn",
    "representative": "Ana Ruiz",
    "agent": "Abe Gent",
    "state": "Ada Lane",
    "other_state": "Ken Ash",
    "state_agent": "Gus Orr",
    "administrator": "Olga Stone",
    "second": "Pete Moss",
    "technical": "Tess Ide",
    "monitor": "Mo Lin",
    "auditor": "Al Dee",
    "verifier": "Vera Fy",
    "helper": "Hal Per",
    "contractor": "Cora Firm",
    "keeper": "Kay Pear",
}


@dataclass(slots=True)
class Everyone:
    """Ana represents Barry, Cy the brokers; everybody else by role."""

    registry: Registry
    clients: dict[str, Client] = field(default_factory=dict)
    things: dict[str, UUID | int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for role, name in NAMES.items():
            self.registry.person(name)
            if role in GRANTS:
                self._appoint(role, name)
        self._name_agent()
        for role in FUNCTIONS:
            self.clients[role] = self._browser(role)
        self._make_things()

    @property
    def ana(self) -> int:
        return self.registry.person("Ana Ruiz")

    def _appoint(self, role: str, name: str) -> None:
        code, state, functions = GRANTS[role]
        officials.grant(
            person=self.registry.person(name),
            role=code,
            program=PROGRAM if ROLES[code].needs_program or code == "administrator" else "",
            jurisdiction=state,
            functions=functions,
            from_at=self.registry.tick(),
            granted_by="administrator",
        )

    def _name_agent(self) -> None:
        """Abe is Ana's agent for transfers, and for nothing else."""
        accounts.file_delegation_notice(
            program=PROGRAM,
            basis="compliance",
            delegator=self.ana,
            agents=[AgentSpec(person=self.registry.person("Abe Gent"), kinds=("transfers",))],
            received_at=self.registry.tick(),
        )

    def _browser(self, role: str) -> Client:
        client = Client()
        if role == "anonymous":
            return client
        user = User.objects.create(username=role)
        if role in NAMES:
            Person.objects.filter(id=self.registry.person(NAMES[role])).update(user=user)
        client.force_login(user)
        session = client.session
        # As allauth notes it after a second factor.
        session["account_authentication_methods"] = [
            {"method": "mfa", "type": "totp", "at": time.time()}
        ]
        session.save()
        return client

    def _make_things(self) -> None:
        registry = self.registry
        barry = registry.accounts["Barry"].id
        task_services.open_tasks(
            [
                TaskSpec(
                    kind="transfer_awaiting_approval",
                    program=PROGRAM,
                    subject="transfer:x",
                    title="Approve",
                    opened_at=registry.tick(),
                    account=barry,
                    submission="transfers",
                )
            ]
        )
        self.things["task"] = tasks.tasks_for(person=self.ana, accounts=[barry])[0].key
        self._make_proposal()
        self._make_transfer()
        self._make_preview()
        self.things["draft"] = signing.keep_draft(
            person=self.ana,
            program=PROGRAM,
            act="agreement",
            subject="",
            answers={},
            values={"then": ""},
            created_at=timezone.now(),
        ).key

    def _make_preview(self) -> None:
        """A job that has made a preview of a settlement."""
        key = jobs.start(
            "desk.preview_settlement",
            by=self.registry.person("Olga Stone"),
            program=PROGRAM,
            values={"period": "2022-2024"},
            at=self.registry.tick(),
        )
        self.things["job"] = key
        self.things["preview"] = Preview.objects.get().key

    def _make_transfer(self) -> None:
        registry = self.registry
        registry.transfer("Barry", "Gulf Brokers", 2022, 1)
        entry = transfers.transfers_of(registry.accounts["Barry"].id, viewer=self.ana)[0]
        self.things["transfer"] = entry.key

    def _make_proposal(self) -> None:
        registry = self.registry
        done = desk.act(
            "originate",
            program=PROGRAM,
            by=registry.person("Olga Stone"),
            at=registry.tick(),
            jurisdiction="AL",
            vintage=2022,
        )
        if done.proposal is None:
            raise AssertionError("an origination needs a second official")
        self.things["proposal"] = done.proposal.key
