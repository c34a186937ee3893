"""Signing on the pages: the exact text, each statement, a fresh second factor, once."""

from __future__ import annotations

from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.adapters.api_books import PROGRAM
from tests.adapters.second_factor import Codes, Passkey
from tests.adapters.signing_desk import STATEMENT, Desk
from tests.adapters.web_books import Page
from trueup.accounts.models import Person
from trueup.identity.models import UsedCode
from trueup.rules import programs
from trueup.signing import queries
from trueup.signing.models import Challenge, Signature

pytestmark = pytest.mark.django_db

GENERAL = programs.load(PROGRAM).people.statements["submission_general"][0]


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(monkeypatch)


class TestTheFlow:
    """PLAT-050, PLAT-051, PLAT-151: check the answers, sign, get a receipt."""

    def test_a_transfer_is_checked_signed_and_recorded(self, desk: Desk) -> None:
        address = desk.draft()
        page = Page(desk.client.get(address).content.decode())
        assert page.problems() == []
        assert "AL-2022-1 to AL-2022-100" in page.text
        assert STATEMENT.text in unescape(page.text)
        assert desk.total == 1000

        answer = desk.sign(address)

        assert answer["Location"] == f"{address}receipt/", answer.content.decode()
        assert desk.total == 900
        receipt = Page(desk.client.get(answer["Location"]).content.decode())
        assert receipt.problems() == []
        assert "Recorded: 100" in receipt.text
        kept = queries.signatures_of(person=desk.person)[0]
        assert kept.document == "transfer"
        assert "AL-2022-1 to AL-2022-100" in kept.text
        assert kept.digest in receipt.text
        assert queries.verify(kept).is_valid


class TestOnce:
    """PLAT-054, PLAT-151: a double click, the back button and a replay move nothing twice."""

    def test_the_same_form_sent_twice_is_answered_with_the_receipt(self, desk: Desk) -> None:
        address = desk.draft()
        values = {"nonce": desk.nonce(address), "accepted": STATEMENT.key, "code": desk.code()}

        first = desk.client.post(address, values)
        again = desk.client.post(address, values)

        assert first["Location"] == again["Location"] == f"{address}receipt/"
        assert desk.total == 900
        assert Signature.objects.filter(document="transfer").count() == 1

    def test_going_back_shows_the_receipt(self, desk: Desk) -> None:
        address = desk.draft()
        desk.sign(address)

        assert desk.client.get(address)["Location"] == f"{address}receipt/"

    def test_a_challenge_of_another_submission_signs_nothing(self, desk: Desk) -> None:
        small, large = desk.draft(quantity="1"), desk.draft(quantity="900")
        nonce = desk.nonce(small)

        answer = desk.sign(large, nonce=nonce)

        assert answer.status_code == 422
        assert desk.total == 1000

    def test_a_used_challenge_signs_nothing_more(self, desk: Desk) -> None:
        small = desk.draft(quantity="1")
        nonce = desk.nonce(small)
        desk.sign(small, nonce=nonce)

        answer = desk.sign(desk.draft(quantity="2"), nonce=nonce)

        assert answer.status_code == 422
        assert desk.total == 999

    def test_a_code_works_once(self, desk: Desk) -> None:
        first = desk.draft(quantity="1")
        again = desk.draft(vintage="", quantity="", blocks="AL-2022-500 to AL-2022-502")
        code = desk.code()
        assert desk.sign(first, code=code).status_code == 302
        desk.shelf.registry.now -= timedelta(seconds=31)

        answer = desk.sign(again, code=code)

        assert answer.status_code == 422
        assert desk.total == 999

    def test_the_time_for_signing_ends(self, desk: Desk) -> None:
        address = desk.draft()
        nonce = desk.nonce(address)
        desk.shelf.registry.now += timedelta(minutes=16)

        assert desk.sign(address, nonce=nonce).status_code == 422
        assert desk.total == 1000


class TestSecondFactor:
    """PLAT-151: a signature asks again for a credential, whoever is signed in."""

    def test_a_stolen_session_signs_nothing(self, desk: Desk) -> None:
        address = desk.draft()
        for code in ("", "000000", "١٢٣٤٥٦", desk.codes.wrong_at(desk.shelf.registry.now)):
            answer = desk.sign(address, code=code)
            assert answer.status_code == 422
            assert 'id="code_error"' in answer.content.decode()
        assert desk.total == 1000

    def test_guessing_ends_soon_even_with_the_right_code(self, desk: Desk) -> None:
        address = desk.draft()
        for _ in range(5):
            desk.sign(address, code="000000")

        answer = desk.sign(address)

        assert answer.status_code == 422
        assert "Wait 15 minutes" in answer.content.decode()
        desk.shelf.registry.now += timedelta(minutes=16)
        assert desk.sign(address).status_code == 302

    def test_without_a_second_factor_nothing_can_be_signed(self, desk: Desk) -> None:
        desk.codes.user.authenticator_set.all().delete()
        address = desk.draft()

        assert "You have no second factor" in desk.client.get(address).content.decode()
        assert desk.sign(address).status_code == 422
        assert desk.total == 1000

    def test_without_the_agreement_it_comes_first(self, desk: Desk) -> None:
        """PLAT-151: signing refused with link to the form."""
        cy = Client()
        user = User.objects.create(username="cyrus")
        Person.objects.filter(id=desk.shelf.registry.person("Cy Dunn")).update(user=user)
        cy.force_login(user)
        desk.client, number = cy, desk.shelf.registry.number("Barry")
        check = desk.walk("transfer", desk.answers(destination=number), "Gulf Brokers")
        draft = check.removesuffix("check/")

        sent = cy.get(draft)

        assert urlsplit(sent["Location"]).path == reverse("agreement")
        agreement = cy.get(sent["Location"])["Location"]
        desk.client, desk.codes = cy, Codes(user)
        answer = desk.sign(agreement, accepted="")
        assert answer.status_code == 302, answer.content.decode()
        receipt = cy.get(answer["Location"]).content.decode()
        assert draft in receipt
        assert cy.get(draft).status_code == 200

    def test_each_statement_is_accepted_or_nothing_happens(self, desk: Desk) -> None:
        """MASS-027, MASS-037; the code is not used up."""
        address = desk.draft()
        for accepted in ("", GENERAL.key):
            answer = desk.sign(address, accepted=accepted)
            assert answer.status_code == 422
            assert 'id="accepted_error"' in answer.content.decode()
        assert desk.total == 1000
        assert not UsedCode.objects.exists()


class TestPasskey:
    """PLAT-151: the challenge is the digest of the submission, and the assertion is kept."""

    def options(self, page: Page) -> str:
        (button,) = [item for item in page.of("button") if item.get("id") == "sign-passkey"]
        return button["data-options"]

    def test_an_assertion_signs_and_can_be_verified_later(self, desk: Desk) -> None:
        passkey = Passkey(desk.codes.user)
        address = desk.draft()
        page = Page(desk.client.get(address).content.decode())
        (field,) = [item for item in page.of("input") if item.get("name") == "nonce"]
        assertion = passkey.answer(self.options(page))

        answer = desk.client.post(
            address,
            {"nonce": field["value"], "accepted": STATEMENT.key, "assertion": assertion},
        )

        assert answer.status_code == 302, answer.content.decode()
        kept = queries.signatures_of(person=desk.person)[0]
        assert kept.method == "passkey"
        found = queries.verify(kept)
        assert found.is_assertion_valid
        assert found.is_valid

    def test_an_assertion_for_one_submission_signs_no_other(self, desk: Desk) -> None:
        passkey = Passkey(desk.codes.user)
        small, large = desk.draft(quantity="1"), desk.draft(quantity="900")
        assertion = passkey.answer(self.options(Page(desk.client.get(small).content.decode())))

        answer = desk.sign(large, assertion=assertion)

        assert answer.status_code == 422
        assert desk.total == 1000

    def test_an_assertion_from_another_site_signs_nothing(self, desk: Desk) -> None:
        passkey = Passkey(desk.codes.user)
        address = desk.draft()
        nonce = desk.nonce(address)
        challenge = bytes.fromhex(Challenge.objects.get(nonce=nonce).challenge)
        import json

        for site, origin in (("evil.example", ""), ("testserver", "http://evil.example")):
            forged = json.dumps(passkey.assertion(challenge, site=site, origin=origin))
            answer = desk.client.post(
                address, {"nonce": nonce, "accepted": STATEMENT.key, "assertion": forged}
            )
            assert answer.status_code == 422
        assert desk.total == 1000

    @pytest.mark.parametrize("text", ["{", "[]", "{}", '{"id": 3}', '{"response": {}}', "null"])
    def test_what_is_no_assertion_signs_nothing(self, desk: Desk, text: str) -> None:
        address = desk.draft()
        assert desk.sign(address, assertion=text).status_code == 422
        assert desk.total == 1000


class TestOthers:
    """PLAT-004: what belongs to others is not there."""

    def test_the_form_of_anothers_account_is_refused(self, desk: Desk) -> None:
        for act in ("transfer", "retire"):
            address = desk.address(act, "Gulf Brokers")
            assert desk.client.get(address).status_code == 403
            assert desk.client.post(address, desk.answers()).status_code == 403

    def test_anothers_draft_is_refused_like_one_that_is_not(self, desk: Desk) -> None:
        address = desk.draft()
        nonce = desk.nonce(address)
        _, cy, codes = desk.join("Cy Dunn")
        nowhere = reverse("sign", args=["00000000-0000-0000-0000-000000000001"])
        for place in (address, nowhere, f"{address}receipt/"):
            assert cy.get(place).status_code == 403
        values = {
            "nonce": nonce,
            "accepted": STATEMENT.key,
            "code": codes.at(desk.shelf.registry.now),
        }
        assert cy.post(address, values).status_code == 403
        assert desk.total == 1000

    def test_whoever_lost_the_seat_meanwhile_cannot_sign(self, desk: Desk) -> None:
        address = desk.draft()
        nonce = desk.nonce(address)
        desk.shelf.registry.represent("Barry", "Bo Fox")

        answer = desk.client.post(
            address, {"nonce": nonce, "accepted": STATEMENT.key, "code": desk.code()}
        )

        assert answer.status_code == 403
        assert desk.total == 1000

    def test_fields_that_no_form_has_change_nothing(self, desk: Desk) -> None:
        """Mass assignment: what is not asked is not taken."""
        brokers = desk.shelf.registry.accounts["Gulf Brokers"]
        address = desk.draft(
            source=brokers.number,
            submitted_by=str(desk.shelf.registry.person("Cy Dunn")),
            chosen="AL-2022-500",
            state="recorded",
        )
        desk.sign(address, source=brokers.number, quantity="900")
        assert desk.total == 900

    def test_a_forged_form_is_refused(self, desk: Desk) -> None:
        forged = Client(enforce_csrf_checks=True)
        forged.force_login(desk.codes.user)
        assert forged.post(desk.address("transfer"), desk.answers()).status_code == 403
        assert desk.total == 1000

    def test_a_signature_is_shown_to_those_concerned_alone(self, desk: Desk) -> None:
        desk.sign(desk.draft())
        kept = queries.signatures_of(person=desk.person)[0]
        _, cy, _ = desk.join("Cy Dunn")
        for name in ("signature", "signature-json"):
            address = reverse(name, args=[kept.id])
            assert desk.client.get(address).status_code == 200
            assert cy.get(address).status_code == 403
            assert Client().get(address).status_code == 401


class TestForms:
    """PLAT-153: the library of forms."""

    def test_the_forms_of_the_rule_are_there(self, client: Client) -> None:
        page = Page(client.get(reverse("forms")).content.decode())
        assert page.problems() == []
        for title in (
            "Certificate of representation",
            "Application for a general account",
            "Notice of delegation",
            "Transfer",
            "Retired unit exemption",
            "Electronic signature agreement",
            "Allocation plan",
            "Use of credits",
        ):
            assert title in page.text

    def test_a_form_shows_its_statements_word_for_word(self, client: Client) -> None:
        page = Page(client.get(reverse("form", args=["transfer"])).content.decode())
        assert page.problems() == []
        assert STATEMENT.text in unescape(page.text)
        assert GENERAL.text in unescape(page.text)
        assert client.get(reverse("form", args=["nothing"])).status_code == 404
