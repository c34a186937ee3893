"""Receipts offer to ask for a transfer back, or to send it back; requests for the deductions."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.adapters.api_books import PROGRAM
from tests.adapters.signing_desk import EVERY_KEY, Desk
from tests.adapters.web_books import Page
from trueup.compliance.models import SerialRequest
from trueup.signing.models import Signature
from trueup.transfers import returns
from trueup.transfers.models import Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


def place(act: str, key: object) -> str:
    return reverse(f"act-{act}", args=[PROGRAM, key])


def page_of(desk: Desk, key: object) -> str:
    answer = desk.client.get(reverse("transfer", args=[PROGRAM, key]))
    page = Page(answer.content.decode())
    assert page.problems() == []
    return page.text


@pytest.fixture
def key(desk: Desk) -> object:
    """A hundred of Barry's, recorded in the brokers' account."""
    answer = desk.sign(desk.draft())
    receipt = desk.client.get(answer["Location"]).content.decode()
    found = Transfer.objects.get().key
    assert place("ask-back", found) in receipt
    return found


class TestReturns:
    """PLAT-054, PLAT-094: both sides agree to what is given back."""

    def test_the_sender_asks_and_the_receiver_signs(self, desk: Desk, key: object) -> None:
        receipt = desk.go_through(place("ask-back", key), {"reason": "Wrong account"})
        assert "Nothing has moved" in receipt
        assert "has asked for it back: “Wrong account”" in page_of(desk, key)
        assert desk.client.get(place("ask-back", key)).status_code == 403
        asked = returns.return_of(key)  # type: ignore[arg-type]
        assert asked is not None

        desk.be("Cy Dunn")
        brokers = desk.shelf.registry.number("Gulf Brokers")
        listed = desk.client.get(reverse("transfers", args=[PROGRAM, brokers]) + "?list=drafts")
        assert place("sign-proposal", asked.key) in listed.content.decode()
        signed = desk.go_through(place("sign-proposal", asked.key), {})

        assert "Recorded: 100" in signed
        assert desk.total == 1000
        assert "gives back an earlier transfer" in page_of(desk, asked.key)

    def test_the_receiver_sends_it_back_and_the_sender_accepts(
        self, desk: Desk, key: object
    ) -> None:
        desk.be("Cy Dunn")
        receipt = desk.go_through(place("send-back", key), {"reason": "We ordered nothing"})
        assert "Submitted; it waits" in receipt
        back = returns.return_of(key)  # type: ignore[arg-type]
        assert back is not None
        assert "sends it back" in page_of(desk, key)

        desk.be("Ana Ruiz")
        desk.go_through(place("accept", back.key), {})

        assert desk.total == 1000

    def test_what_has_moved_on_is_explained(self, desk: Desk, key: object) -> None:
        desk.shelf.registry.transfer("Gulf Brokers", "Cane", 2022, 1100)
        answer = desk.client.post(place("ask-back", key), {"reason": "Slip"})

        signed = desk.sign(str(answer["Location"]), accepted=EVERY_KEY)

        assert signed.status_code == 422
        text = Page(signed.content.decode()).text
        assert "have moved on" in text
        assert "Cane" in text

    def test_the_other_side_has_no_such_page(self, desk: Desk, key: object) -> None:
        assert desk.client.get(place("send-back", key)).status_code == 403
        desk.be("Cy Dunn")
        assert desk.client.get(place("ask-back", key)).status_code == 403


class TestRequests:
    """62.16340(c)(1), PLAT-085: which serial numbers are deducted first, signed."""

    def test_they_are_named_checked_and_signed(self, desk: Desk) -> None:
        desk.shelf.registry.on("2024-02-01")
        answers = {"period": "2022-2024", "blocks": "AL-2022-7 to AL-2022-9"}
        check = desk.walk("serial-request", answers)
        assert "AL-2022-7 to AL-2022-9" in Page(desk.client.get(check).content.decode()).text

        answer = desk.sign(check.removesuffix("check/"))

        assert answer["Location"].endswith("/receipt/"), answer.content.decode()
        receipt = Page(desk.client.get(answer["Location"]).content.decode()).text
        assert "Your request is taken in" in receipt
        assert SerialRequest.objects.get().blocks == [["AL-2022-7", "AL-2022-9"]]
        assert "deducted first" in Signature.objects.get(document="serial_request").text

    def test_a_general_account_has_no_such_page(self, desk: Desk) -> None:
        desk.be("Cy Dunn")
        address = desk.address("serial-request", "Gulf Brokers")
        assert desk.client.get(address).status_code == 403


class TestRetirement:
    """PLAT-056: the same journey, with a reason instead of a receiver."""

    def test_it_is_walked_signed_and_recorded(self, desk: Desk) -> None:
        answers = {"vintage": "2022", "quantity": "10", "reason": "environmental benefit"}
        check = desk.walk("retire", answers)

        answer = desk.sign(check.removesuffix("check/"))

        assert answer["Location"].endswith("/receipt/"), answer.content.decode()
        assert desk.total == 990
