"""The agreement behind a transfer, in the journey, for the buyer, and in the API."""

from __future__ import annotations

import json
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.adapters.second_factor import Codes
from tests.adapters.web_books import Page
from tests.contexts.control_registry import BAY, CHALK, PROGRAM, RULES, ControlRegistry
from trueup.accounts.models import Person
from trueup.signing import services as signing
from trueup.signing.entries import Evidence
from trueup.transfers.models import Transfer

pytestmark = pytest.mark.django_db

EVERY_KEY = [one.key for found in RULES.people.statements.values() for one in found]
TERMS = {"kind": "spot", "agreed_on": "2021-05-28", "price": "5.00", "pricing_method": ""}


class Browser:
    """Somebody of the registry at a browser, with an authenticator."""

    def __init__(self, registry: ControlRegistry, name: str) -> None:
        self.registry, self.client = registry, Client()
        user = User.objects.create_user(name.split(maxsplit=1)[0].lower())
        Person.objects.filter(id=registry.person(name)).update(user=user)
        signing.accept_agreement(
            person=registry.person(name),
            evidence=Evidence(method="console"),
            accepted_at=registry.tick(),
        )
        self.client.force_login(user)
        self.codes = Codes(user)

    def text(self, place: str) -> str:
        return self.read(self.client.get(place))

    @staticmethod
    def read(answer: HttpResponse) -> str:
        page = Page(answer.content.decode())
        assert page.problems() == [], page.problems()
        return unescape(page.text)

    def send(self, place: str, **values: object) -> str:
        answer = self.client.post(place, values)
        assert answer.status_code == 302, self.read(answer)
        return str(answer["Location"])

    def code(self) -> str:
        self.registry.now += timedelta(seconds=31)
        return self.codes.at(self.registry.now + timedelta(seconds=1))

    def sign(self, place: str) -> str:
        page = Page(self.client.get(place).content.decode())
        (field,) = [item for item in page.of("input") if item.get("name") == "nonce"]
        done = self.send(place, nonce=field["value"], accepted=EVERY_KEY, code=self.code())
        return self.text(done)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> ControlRegistry:
    found = ControlRegistry()
    found.on("2021-06-01")
    found.give(CHALK, 2021, 1000)
    monkeypatch.setattr("trueup.web.signed_acts.now", found.tick)
    monkeypatch.setattr("trueup.api.asking.now", found.tick)
    return found


@pytest.fixture
def ana(registry: ControlRegistry) -> Browser:
    return Browser(registry, "Ana Ruiz")


def to_the_terms(ana: Browser) -> str:
    """The pages before the terms, answered; the address of the terms' page."""
    number = ana.registry.accounts[BAY].number
    start = reverse("act-transfer", args=[PROGRAM, ana.registry.accounts[CHALK].number])
    to = ana.send(start, by="vintage", quantity_2021="100")
    receiver = ana.send(to, destination=number)
    return ana.send(receiver, ending=number[-4:])


def on_with_warnings(ana: Browser, place: str) -> str:
    """Past the page of warnings, if there is one."""
    if not place.endswith("/warnings/"):
        return place
    page = Page(ana.client.get(place).content.decode())
    boxes = [one["name"] for one in page.of("input") if one.get("name", "").startswith("read_")]
    return ana.send(place, **dict.fromkeys(boxes, "on"))


class TestTheJourney:
    """RGGI-032: one page asks what was agreed, after it is known who receives."""

    def test_a_priced_transfer_is_signed_with_its_price(self, ana: Browser) -> None:
        terms = to_the_terms(ana)
        shown = ana.text(terms)
        assert "What was agreed" in shown
        assert "Step 3 of 7" in shown
        assert "Futures delivery" in shown

        check = on_with_warnings(ana, ana.send(terms, **TERMS, reason=""))
        assert "Price of each, in US dollars 5.00" in ana.text(check)
        place = check.removesuffix("check/")
        assert "Price of each: 5.00 US dollars" in ana.text(place)
        assert "Recorded: 100 allowances" in ana.sign(place)
        entry = Transfer.objects.get()
        assert "5.00" in ana.text(reverse("transfer", args=[PROGRAM, entry.key]))
        assert entry.terms.price_cents == 500

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [
            ({"price": ""}, "price"),
            ({"price": "5.005"}, "price"),
            ({"price": "-5"}, "price"),
            ({"reason": "gift"}, "reason"),
            ({"kind": "barter"}, "kind"),
            ({"agreed_on": "2021-07-01"}, "agreed_on"),
            ({"agreed_on": ""}, "agreed_on"),
            ({"pricing_method": "a\u202eb"}, "pricing_method"),
        ],
    )
    def test_what_is_wrong_stands_beside_the_field(
        self, ana: Browser, wrong: dict[str, str], field: str
    ) -> None:
        terms = to_the_terms(ana)
        answer = ana.client.post(terms, {**TERMS, "reason": "", **wrong})

        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in answer.content.decode()
        assert Transfer.objects.count() == 0

    def test_without_a_price_the_reason_is_enough(self, ana: Browser) -> None:
        terms = to_the_terms(ana)
        check = on_with_warnings(ana, ana.send(terms, **{**TERMS, "price": ""}, reason="gift"))

        assert "No price Gift" in ana.text(check)


class TestTheBuyer:
    """RGGI-035: the seller proposes, and the buyer confirms the same terms."""

    def test_it_moves_when_the_buyer_has_signed_the_terms(
        self, registry: ControlRegistry, ana: Browser
    ) -> None:
        terms = to_the_terms(ana)
        check = on_with_warnings(ana, ana.send(terms, **TERMS, reason="", needs_buyer="on"))
        assert "it waits" in ana.sign(check.removesuffix("check/"))
        assert registry.total(BAY) == 0

        cy, entry = Browser(registry, "Cy Dunn"), Transfer.objects.get()
        accept = reverse("act-accept", args=[PROGRAM, entry.key])
        place = cy.send(accept)
        shown = cy.text(place)
        assert "Agreement: spot, of 2021-05-28" in shown
        assert "Price of each: 5.00 US dollars" in shown
        cy.sign(place)
        assert registry.total(BAY) == 100


class TestTheApi:
    """RGGI-032: the same in a request."""

    def post(self, ana: Browser, **trade: object) -> HttpResponse:
        body = {
            "source": ana.registry.accounts[CHALK].number,
            "destination": ana.registry.accounts[BAY].number,
            "vintage": 2021,
            "quantity": 10,
            "accepted": EVERY_KEY,
            **({"trade": trade} if trade else {}),
        }
        return ana.client.post(
            f"/api/v1/{PROGRAM}/transfers",
            json.dumps(body),
            content_type="application/json",
            headers={"X-Second-Factor": ana.code(), "Idempotency-Key": str(uuid4())},
        )

    def test_a_price_is_taken_and_its_absence_refused(self, ana: Browser) -> None:
        taken = self.post(ana, kind="spot", agreed_on="2021-05-28", price="5.00")
        assert taken.status_code == 201, taken.content
        assert Transfer.objects.get().terms.price_cents == 500

        for answer in (self.post(ana), self.post(ana, kind="spot", agreed_on="2021-05-28")):
            assert answer.status_code == 422
            assert "price_missing" in answer.content.decode()

    def test_nobody_reads_a_price_beside_a_name(self, ana: Browser) -> None:
        """RGGI-049."""
        self.post(ana, kind="spot", agreed_on="2021-05-28", price="7.77")
        entry = Transfer.objects.get()
        public = Client()

        for place in (
            f"/api/v1/{PROGRAM}/transfers/{entry.key}",
            f"/api/v1/{PROGRAM}/accounts/{ana.registry.accounts[CHALK].number}/transfers",
            reverse("transaction", args=[PROGRAM, entry.tx_id]),
        ):
            answer = public.get(place)
            assert answer.status_code == 200
            assert "7.77" not in answer.content.decode()
            assert "777" not in answer.content.decode()
