"""A representative at a browser, with an authenticator, on the registry's clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.adapters.api_books import PROGRAM, Shelf
from tests.adapters.second_factor import Codes
from tests.adapters.web_books import Page
from trueup.rules import programs

STATEMENTS = programs.load(PROGRAM).people.statements
STATEMENT = STATEMENTS["submission_compliance"][0]
EVERY_KEY = tuple(one.key for statements in STATEMENTS.values() for one in statements)


class Desk:
    """Ana Ruiz of Barry at her browser, with an authenticator; and the registry's clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, name: str = "Ana Ruiz") -> None:
        self.shelf = Shelf()
        monkeypatch.setattr("trueup.web.signed_acts.now", self.shelf.registry.tick)
        self.person, self.client, self.codes = self.join(name)

    def join(self, name: str) -> tuple[int, Client, Codes]:
        client = self.shelf.client(name)
        person = self.shelf.registry.person(name)
        user = User.objects.get(username=name.split(maxsplit=1)[0].lower())
        return person, client, Codes(user)

    def address(self, act: str, account: str = "Barry") -> str:
        return reverse(f"act-{act}", args=[PROGRAM, self.shelf.registry.number(account)])

    def answers(self, **more: object) -> dict[str, object]:
        number = self.shelf.registry.number("Gulf Brokers")
        return {"destination": number, "vintage": "2022", "quantity": "100", **more}

    def draft(self, **more: object) -> str:
        """Answer the pages of a transfer; the address of the page that signs it."""
        return self.walk("transfer", self.answers(**more)).removesuffix("check/")

    def walk(self, act: str, answers: dict[str, object], account: str = "Barry") -> str:
        """Answer every page of a journey; the address of the page that checks the answers."""
        place = self.address(act, account)
        for _ in range(8):
            answer = self.client.post(place, self.on_page(place, answers))
            assert answer.status_code == 302, Page(answer.content.decode()).text
            place = str(answer["Location"])
            if place.endswith("/check/"):
                return place
        raise AssertionError(f"the journey of {act} has no end: {place}")

    def on_page(self, place: str, answers: dict[str, object]) -> dict[str, object]:
        """What is sent from a page: the answers, the end of the number, every box ticked."""
        page = Page(self.client.get(place).content.decode())
        assert page.problems() == [], page.problems()
        sent = dict(answers)
        if sent.get("vintage"):
            sent[f"quantity_{sent.pop('vintage')}"] = sent.pop("quantity")
        sent["by"] = "serials" if sent.get("blocks") else "file" if sent.get("file") else "vintage"
        sent["ending"] = str(answers.get("destination", ""))[-4:]
        boxes = [item for item in page.of("input") if item.get("name", "").startswith("read_")]
        return sent | {box["name"]: "on" for box in boxes}

    def nonce(self, address: str) -> str:
        page = Page(self.client.get(address).content.decode())
        (field,) = [item for item in page.of("input") if item.get("name") == "nonce"]
        return field["value"]

    def code(self) -> str:
        """The code that the authenticator shows now; time passes until it is a new one."""
        self.shelf.registry.now += timedelta(seconds=31)
        return self.codes.at(self.shelf.registry.now + timedelta(seconds=1))

    def sign(self, address: str, **more: object) -> HttpResponse:
        nonce = self.nonce(address)
        values = {"nonce": nonce, "accepted": STATEMENT.key, "code": self.code(), **more}
        return self.client.post(address, values)

    @property
    def total(self) -> int:
        return self.shelf.registry.total("Barry")

    def go_through(self, form: str, answers: dict[str, object], **more: object) -> str:
        """Fill a form, sign what it asks for, and give the text of the receipt."""
        page = Page(self.client.get(form).content.decode())
        assert page.problems() == [], page.problems()
        answer = self.client.post(form, answers)
        assert answer.status_code == 302, Page(answer.content.decode()).text
        place = str(answer["Location"])
        page = Page(self.client.get(place).content.decode())
        assert page.problems() == [], page.problems()
        answer = self.sign(place, accepted=EVERY_KEY, **more)
        assert answer.status_code == 302, Page(answer.content.decode()).text
        receipt = Page(self.client.get(answer["Location"]).content.decode())
        assert receipt.problems() == [], receipt.problems()
        return receipt.text

    def be(self, name: str) -> None:
        """Let another person sit down at the browser."""
        self.person, self.client, self.codes = self.join(name)
