"""Officials of Maryland and an applicant at their browsers, with authenticators."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.adapters.second_factor import Codes
from tests.adapters.web_books import Page
from tests.contexts.state_registry import PROGRAM, StateRegistry
from trueup.accounts.models import Person
from trueup.officials import services as officials
from trueup.rules import programs
from trueup.signing import services as signing
from trueup.signing.entries import Evidence

KEYS = tuple(
    {one.key for found in programs.load(PROGRAM).people.statements.values() for one in found}
)


class StateDesk:
    """People by name, each with a browser; the registry's clock is everybody's."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.registry = StateRegistry()
        self.registry.on("2016-01-29")
        self.browsers: dict[str, tuple[Client, Codes]] = {}
        monkeypatch.setattr("trueup.web.signed_acts.now", self.registry.tick)
        for name in ("Olga Marsh", "Pete Moss"):
            self.official(name)
        self.be("Ana Ruiz")

    def official(self, name: str, role: str = "state_official", state: str = "MD") -> None:
        officials.grant(
            person=self.registry.person(name),
            role=role,
            program=PROGRAM,
            jurisdiction=state,
            from_at=self.registry.tick(),
            granted_by="administrator",
            reason="a test",
        )
        self.be(name)

    def be(self, name: str) -> None:
        user, _ = User.objects.get_or_create(username=name.split(maxsplit=1)[0].lower())
        person = self.registry.person(name)
        Person.objects.filter(id=person).update(user=user)
        signing.accept_agreement(
            person=person, evidence=Evidence(method="console"), accepted_at=self.registry.tick()
        )
        client = Client()
        client.force_login(user)
        self.browsers[name] = (client, Codes(user))

    def page(self, name: str, address: str, *, status: int = 200) -> Page:
        answer = self.browsers[name][0].get(address)
        assert answer.status_code == status, (address, answer.status_code)
        page = Page(answer.content.decode())
        assert page.problems() == [], page.problems()
        return page

    def post(self, name: str, address: str, **sent: Any) -> str:
        """Send a form; where it leads."""
        answer = self.browsers[name][0].post(address, sent)
        assert answer.status_code == 302, Page(answer.content.decode()).text
        return str(answer["Location"])

    def sign(self, name: str, place: str) -> str:
        """Sign what waits at an address; the text of the receipt."""
        page = self.page(name, place)
        (nonce,) = [item for item in page.of("input") if item.get("name") == "nonce"]
        self.registry.now += timedelta(seconds=31)
        client, codes = self.browsers[name]
        code = codes.at(self.registry.now + timedelta(seconds=1))
        sent = {"nonce": nonce["value"], "accepted": KEYS, "code": code}
        answer = client.post(place, sent)
        assert answer.status_code == 302, Page(answer.content.decode()).text
        return Page(client.get(answer["Location"]).content.decode()).text

    def approve(self, name: str, proposal: Any) -> str:
        """The second official signs the approval of a proposal."""
        place = self.post(
            name, reverse("proposal", args=[proposal]), proposal=str(proposal), word="yes"
        )
        return self.sign(name, place)
