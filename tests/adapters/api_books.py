"""A small registry behind the API: Barry and Gulf Brokers, who can sign in, and 1,000 each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from tests.adapters.second_factor import Codes
from tests.contexts.registry import PROGRAM, Registry
from trueup.accounts.models import Person
from trueup.allocation import services as allocation
from trueup.compliance import services as compliance
from trueup.emissions import services as emissions
from trueup.emissions.entries import AnnualReport
from trueup.rules import programs
from trueup.signing import services as signing
from trueup.signing.entries import Evidence
from trueup.signing.models import Agreement

ROOT = f"/api/v1/{PROGRAM}"
ALL_STATEMENTS = tuple(
    statement.key
    for statements in programs.load(PROGRAM).people.statements.values()
    for statement in statements
)


class Browser(Client):
    """A client whose person has an authenticator, on the registry's clock."""

    registry: Registry
    codes: Codes

    def code(self) -> str:
        """A code that was not used: half a minute goes by."""
        step = int(self.registry.now.timestamp()) // 30 + 1
        self.registry.now = datetime.fromtimestamp(step * 30, UTC)
        return self.codes.at(self.registry.now)


@dataclass(slots=True)
class Shelf:
    """The registry, and who asks: nobody, Ana Ruiz of Barry, Cy Dunn of Gulf Brokers."""

    registry: Registry = field(default_factory=Registry)
    public: Client = field(default_factory=Client)

    def __post_init__(self) -> None:
        self.registry.on("2021-06-01")
        self.registry.allocate(("Barry", "1", 2022, 1000), ("Cane", "1", 2022, 500))
        allocation.record_from_reserve(
            program=PROGRAM,
            jurisdiction="AL",
            vintage=2022,
            quantity=1000,
            account=self.registry.number("Gulf Brokers"),
            recorded_at=self.registry.tick(),
        )

    @classmethod
    def on_its_own_clock(cls, monkeypatch: pytest.MonkeyPatch) -> Shelf:
        """A shelf whose API reads the registry's clock, long before the deadline."""
        shelf = cls()
        monkeypatch.setattr("trueup.api.asking.now", shelf.registry.tick)
        return shelf

    def client(self, name: str, *, checks_csrf: bool = False) -> Browser:
        """A client that this person has signed in with, who signs with an authenticator."""
        user, _ = User.objects.get_or_create(username=name.split(maxsplit=1)[0].lower())
        person = self.registry.person(name)
        Person.objects.filter(id=person).update(user=user)
        if not Agreement.objects.filter(person_id=person).exists():
            signing.accept_agreement(
                person=person,
                evidence=Evidence(method="console"),
                accepted_at=self.registry.tick(),
            )
        client = Browser(enforce_csrf_checks=checks_csrf)
        client.registry, client.codes = self.registry, Codes(user)
        client.force_login(user)
        return client

    def settle(self) -> None:
        """Barry emitted 900.4 tons in all and is settled; it held 1,000."""
        self.registry.on("2025-02-01")
        rows = [
            AnnualReport(
                facility=self.registry.facilities["Barry"],
                unit=unit,
                year=year,
                co2_tons=Decimal("150.06667"),
            )
            for unit in ("1", "2")
            for year in (2022, 2023, 2024)
        ]
        emissions.report_annual(
            rows,
            program=PROGRAM,
            actor="administrator",
            recorded_at=self.registry.now,
            is_final=True,
        )
        period = programs.load(PROGRAM).period_named("2022-2024")
        compliance.run_deductions(
            program=PROGRAM, period=period, recorded_at=self.registry.on("2025-05-19")
        )

    @property
    def ana(self) -> Browser:
        return self.client("Ana Ruiz")

    @property
    def cy(self) -> Browser:
        return self.client("Cy Dunn")

    def transfer(self, quantity: object = 100, **more: object) -> dict[str, Any]:
        """A transfer of vintage 2022 from Barry to Gulf Brokers."""
        return {
            "source": self.registry.number("Barry"),
            "destination": self.registry.number("Gulf Brokers"),
            "vintage": 2022,
            "quantity": quantity,
            **more,
        }


def post(
    client: Client,
    path: str,
    body: object,
    *,
    key: UUID | str | None = None,
    code: str | None = None,
    accepted: Sequence[str] | None = None,
    secret: str = "",
) -> HttpResponse:
    """Send JSON as a person signs it: a fresh code, and every statement accepted.

    Args:
        key: The idempotency key. code: Instead of the fresh one; empty: none.
        accepted: Instead of all. secret: Of an API key, which signs nothing.
    """
    headers = {"Idempotency-Key": str(key)} if key is not None else {}
    if secret:
        headers["Authorization"] = f"Bearer {secret}"
    elif isinstance(client, Browser):
        given = client.code() if code is None else code
        headers |= {"X-Second-Factor": given} if given else {}
        if isinstance(body, dict) and "accepted" not in body:
            body = {**body, "accepted": list(ALL_STATEMENTS if accepted is None else accepted)}
    text = body if isinstance(body, str | bytes) else json.dumps(body)
    return client.post(ROOT + path, text, content_type="application/json", headers=headers)


def read(response: HttpResponse) -> Any:
    """The document of an answer."""
    return json.loads(response.content)


def codes(response: HttpResponse) -> set[str]:
    """The reasons of a problem without their contexts."""
    return {reason["code"].rpartition(".")[2] for reason in read(response)["reasons"]}
