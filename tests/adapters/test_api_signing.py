"""The API signs with a fresh second factor; keys propose; nobody reaches what is another's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.adapters.api_books import PROGRAM, ROOT, Browser, Shelf, codes, post, read
from trueup.api import access
from trueup.api.api import api
from trueup.identity import services as identity
from trueup.rules import programs
from trueup.signing import queries as signing
from trueup.signing.models import Signature
from trueup.signing.texts import digest_of
from trueup.transfers import queries, services
from trueup.transfers.models import Transfer
from trueup.transfers.proposals import proposals_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return Shelf.on_its_own_clock(monkeypatch)


def operations() -> Iterator[tuple[str, str, Any]]:
    """Every operation of the API: method, path, and what answers it."""
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                for method in operation.methods:
                    yield method, prefix + path, operation


class TestAccess:
    """PLAT-004: each operation carries a rule, and the rule holds."""

    def test_every_operation_has_a_rule(self) -> None:
        found = list(operations())
        without = [
            (method, path)
            for method, path, operation in found
            if (rule := access.rule_of(operation.view_func)) is None
            or rule.kind not in access.KINDS
        ]
        assert len(found) > 25
        assert without == []

    def test_what_changes_something_needs_a_sign_in_and_a_second_factor(self) -> None:
        for method, path, operation in operations():
            rule = access.rule_of(operation.view_func)
            assert rule is not None
            if method == "GET":
                assert not rule.signs, path
            else:
                assert operation.auth_callbacks, path
                assert rule.signs, path
                assert rule.kind != access.PUBLIC, path

    def test_a_stranger_is_answered_401(self, shelf: Shelf) -> None:
        values = {"program": PROGRAM, "number": shelf.registry.number("Barry"), "key": uuid4()}
        for method, path, operation in operations():
            if not operation.auth_callbacks:
                continue
            address = "/api/v1" + path.replace("uuidstr:", "").replace("uuid:", "").format(**values)
            answer = shelf.public.generic(method, address, "{}", content_type="application/json")
            assert answer.status_code == 401, path
            assert answer["Content-Type"] == "application/problem+json"


class TestSigned:
    """PLAT-050, PLAT-151, PLAT-152; MASS-027, MASS-037."""

    def test_what_was_signed_is_kept_and_can_be_verified(self, shelf: Shelf) -> None:
        done = read(post(shelf.ana, "/transfers", shelf.transfer(100)))

        stored = Transfer.objects.get(key=done["key"])
        kept = signing.signature(stored.signature_id or 0)
        assert kept is not None
        assert kept.method == "totp"
        assert f"Key: {done['key']}" in kept.text
        assert "of vintage 2022" in kept.text
        assert signing.verify(kept).is_valid

    def test_changed_text_is_found_by_its_hash(self, shelf: Shelf) -> None:
        post(shelf.ana, "/transfers", shelf.transfer(100))
        (kept, *_) = signing.signatures_of(person=shelf.registry.person("Ana Ruiz"))

        changed = kept.text.replace("Quantity: 100", "Quantity: 900")
        assert changed != kept.text
        assert not signing.verify(replace(kept, text=changed)).is_valid
        forged = replace(kept, text=changed, digest=digest_of(changed))
        assert not signing.verify(forged).is_valid

    @pytest.mark.parametrize("code", ["", "000000", "12", "x" * 20, "١٢٣٤٥٦"])
    def test_not_without_the_code_that_is_shown_now(self, shelf: Shelf, code: str) -> None:
        client = shelf.ana
        text = json.dumps({**shelf.transfer(100), "accepted": ["CERT-DR-SUBMISSION"]})
        answer = client.generic(
            "POST",
            f"{ROOT}/transfers",
            text,
            content_type="application/json",
            HTTP_X_SECOND_FACTOR=code,
        )
        assert answer.status_code in {403, 422}
        assert shelf.registry.total("Barry") == 1000
        assert not Transfer.objects.exists()

    def test_a_code_signs_once(self, shelf: Shelf) -> None:
        client = shelf.ana
        code = client.code()
        assert post(client, "/transfers", shelf.transfer(1), code=code).status_code == 201

        again = post(client, "/transfers", shelf.transfer(1), code=code)

        assert again.status_code == 403
        assert codes(again) == {"code_used_before"}
        assert shelf.registry.total("Barry") == 999

    def test_codes_cannot_be_guessed(self, shelf: Shelf) -> None:
        client = shelf.ana
        answers = [post(client, "/transfers", shelf.transfer(1), code="000000") for _ in range(7)]

        assert [answer.status_code for answer in answers] == [403] * 5 + [429] * 2
        assert post(client, "/transfers", shelf.transfer(1)).status_code == 429
        shelf.registry.now += timedelta(minutes=16)
        assert post(client, "/transfers", shelf.transfer(1)).status_code == 201

    @pytest.mark.parametrize("accepted", [[], ["CERT-GA-SUBMISSION"], ["CERT-COR-1"], ["x"]])
    def test_not_certified_changes_nothing(self, shelf: Shelf, accepted: list[str]) -> None:
        for path, body in (
            ("/transfers", shelf.transfer(5)),
            ("/transfers/batch", {"transfers": [shelf.transfer(5)]}),
        ):
            answer = post(shelf.ana, path, body, accepted=accepted)
            assert answer.status_code == 422
            assert codes(answer) == {"not_certified"}
        assert shelf.registry.total("Barry") == 1000
        assert not Transfer.objects.exists()
        assert not Signature.objects.filter(document="transfer").exists()

    def test_not_without_the_agreement(self, shelf: Shelf) -> None:
        from trueup.accounts.models import Person

        client = shelf.client("New Face")
        other = Person.objects.create(name="No Agreement", email="no@example.org")
        Person.objects.filter(id=shelf.registry.person("New Face")).update(user=None)
        Person.objects.filter(id=other.pk).update(user=client.codes.user)

        answer = post(client, "/transfers", shelf.transfer(1))

        assert answer.status_code == 403
        assert codes(answer) == {"no_agreement"}

    def test_a_batch_is_one_signature(self, shelf: Shelf) -> None:
        rows = [shelf.transfer(10), shelf.transfer(20)]
        assert post(shelf.ana, "/transfers/batch", {"transfers": rows}).status_code == 200

        found = set(Transfer.objects.values_list("signature_id", flat=True))
        assert len(found) == 1
        (key,) = found
        kept = signing.signature(key or 0)
        assert kept is not None
        assert kept.document == "transfer_batch"
        assert "2 transfers" in kept.text


class TestKeys:
    """PLAT-050, PLAT-094: a machine proposes; a person signs."""

    def key(self, shelf: Shelf, *scopes: str, **more: Any) -> str:
        at = shelf.registry.tick()
        _, secret = identity.create_api_key(
            person=shelf.registry.person("Ana Ruiz"),
            name="Trading desk",
            scopes=scopes or ("read", "propose_transfers"),
            created_at=at,
            expires_at=at + timedelta(days=30),
            **more,
        )
        return str(secret)

    def test_a_key_proposes_and_nothing_moves(self, shelf: Shelf) -> None:
        answer = post(shelf.public, "/transfers", shelf.transfer(40), secret=self.key(shelf))

        assert answer.status_code == 202, answer.content
        assert read(answer)["state"] == "proposed"
        assert shelf.registry.total("Barry") == 1000
        assert not Transfer.objects.exists()
        (waiting,) = proposals_of(shelf.registry.account("Barry").id)
        assert waiting.actor.startswith("key:")

    def test_a_person_signs_what_a_key_proposed(self, shelf: Shelf) -> None:
        key = read(post(shelf.public, "/transfers", shelf.transfer(40), secret=self.key(shelf)))[
            "key"
        ]
        assert post(shelf.cy, f"/proposals/{key}/sign", {}).status_code == 404

        answer = post(shelf.ana, f"/proposals/{key}/sign", {})

        assert answer.status_code == 201, answer.content
        assert shelf.registry.total("Barry") == 960
        assert post(shelf.ana, f"/proposals/{key}/sign", {}).status_code == 422

    def test_a_key_signs_approves_and_decides_nothing(self, shelf: Shelf) -> None:
        secret = self.key(shelf)
        key = read(post(shelf.public, "/transfers", shelf.transfer(40), secret=secret))["key"]
        barry = shelf.registry.number("Barry")
        for path in (
            f"/proposals/{key}/sign",
            *(f"/transfers/{key}/{act}" for act in DECISIONS),
            "/delegations",
            f"/accounts/{barry}/trusted",
            f"/accounts/{barry}/trusted/approve",
        ):
            answer = post(shelf.public, path, {"accepted": ["CERT-DR-SUBMISSION"]}, secret=secret)
            assert answer.status_code == 403, path
            assert codes(answer) == {"key_cannot_sign"}
        assert shelf.registry.total("Barry") == 1000

    def test_a_session_beside_the_key_does_not_help_it(self, shelf: Shelf) -> None:
        client = shelf.ana
        answer = client.post(
            f"{ROOT}/transfers",
            json.dumps({**shelf.transfer(40), "accepted": ["CERT-DR-SUBMISSION"]}),
            content_type="application/json",
            headers={
                "Authorization": f"Bearer {self.key(shelf)}",
                "X-Second-Factor": client.code(),
            },
        )
        assert answer.status_code == 202
        assert shelf.registry.total("Barry") == 1000

    @pytest.mark.parametrize("secret", ["wrong", "tu_00000000_abc", "tu_", "\u00e9", " "])
    def test_a_secret_that_opens_nothing_is_401(self, shelf: Shelf, secret: str) -> None:
        shelf.ana  # noqa: B018 - somebody is there to be mistaken for.
        for client in (shelf.public, shelf.ana):
            answer = client.post(
                f"{ROOT}/transfers",
                json.dumps(shelf.transfer(1)),
                content_type="application/json",
                headers={"Authorization": f"Bearer {secret}"},
            )
            assert answer.status_code == 401
        barry = shelf.registry.number("Barry")
        reading = shelf.public.get(
            f"{ROOT}/accounts/{barry}/transfers", headers={"Authorization": f"Bearer {secret}"}
        )
        assert reading.status_code == 401

    def test_a_key_ends_with_its_day_and_with_its_revocation(self, shelf: Shelf) -> None:
        secret = self.key(shelf)
        shelf.registry.now += timedelta(days=31)
        assert post(shelf.public, "/transfers", shelf.transfer(1), secret=secret).status_code == 401

    def test_a_key_keeps_to_its_scope_account_and_program(self, shelf: Shelf) -> None:
        brokers = shelf.registry.account("Gulf Brokers").id
        for secret in (
            self.key(shelf, "read"),
            self.key(shelf, account=brokers),
            self.key(shelf, program="cpp-rate"),
        ):
            answer = post(shelf.public, "/transfers", shelf.transfer(1), secret=secret)
            assert answer.status_code == 403
            assert codes(answer) == {"key_cannot_sign"}
        assert proposals_of(shelf.registry.account("Barry").id) == []

    def test_a_key_proposes_only_for_accounts_of_its_person(self, shelf: Shelf) -> None:
        body = shelf.transfer(1)
        body["source"], body["destination"] = body["destination"], body["source"]

        answer = post(shelf.public, "/transfers", body, secret=self.key(shelf))

        assert answer.status_code == 403
        assert codes(answer) == {"not_authorized"}

    def test_what_waits_is_read_by_keys_with_that_scope_alone(self, shelf: Shelf) -> None:
        secret = self.key(shelf)
        post(shelf.public, "/transfers", shelf.transfer(40, reference="PO-7"), secret=secret)
        address = f"{ROOT}/accounts/{shelf.registry.number('Barry')}/proposals"

        def get(one: str) -> HttpResponse:
            return shelf.public.get(address, headers={"Authorization": f"Bearer {one}"})

        assert [item["reference"] for item in read(get(secret))["items"]] == ["PO-7"]
        assert get(self.key(shelf, "propose_transfers")).status_code == 403
        assert shelf.cy.get(address).status_code == 403


DECISIONS = ("approve", "reject", "cancel", "accept", "decline")


def held(shelf: Shelf) -> str:
    """A transfer of Barry's that awaits the approval of its alternate."""
    registry = shelf.registry
    registry.represent("Barry", "Al Poe", role="alternate")
    services.require_second_person(
        account=registry.account("Barry").id, at=registry.tick(), actor="administrator"
    )
    answer = post(shelf.ana, "/transfers", shelf.transfer(40))
    assert answer.status_code == 202
    assert read(answer)["state"] == "awaiting_approval"
    return str(read(answer)["key"])


class TestDecisions:
    """PLAT-094: the one who asked never approves."""

    def test_a_second_person_approves(self, shelf: Shelf) -> None:
        key = held(shelf)
        al = shelf.client("Al Poe")
        own = post(shelf.ana, f"/transfers/{key}/approve", {})
        assert own.status_code in {403, 422}
        assert codes(own) == {"same_person"}

        answer = post(al, f"/transfers/{key}/approve", {})

        assert answer.status_code == 200, answer.content
        assert read(answer)["state"] == "recorded"
        assert shelf.registry.total("Barry") == 960

    def test_a_rejection_has_a_reason(self, shelf: Shelf) -> None:
        key = held(shelf)
        al = shelf.client("Al Poe")
        assert post(al, f"/transfers/{key}/reject", {}).status_code == 422

        answer = post(al, f"/transfers/{key}/reject", {"reason": "Wrong  receiver"})

        assert read(answer)["state"] == "rejected"

    def test_a_signature_is_needed_for_each(self, shelf: Shelf) -> None:
        key = held(shelf)
        al = shelf.client("Al Poe")
        answer = post(al, f"/transfers/{key}/approve", {}, accepted=[])
        assert codes(answer) == {"not_certified"}
        assert post(al, f"/transfers/{key}/approve", {}, code="").status_code == 403
        found = queries.transfer(uuid_of(key))
        assert found is not None
        assert found.state == "awaiting_approval"

    @pytest.mark.parametrize("act", DECISIONS)
    def test_others_are_told_nothing(self, shelf: Shelf, act: str) -> None:
        key = held(shelf)
        gil = shelf.client("Gil Orr")
        known = post(gil, f"/transfers/{key}/{act}", {"reason": "x"})
        unknown = post(gil, f"/transfers/{uuid4()}/{act}", {"reason": "x"})

        assert known.status_code == unknown.status_code == 404
        assert codes(known) == codes(unknown)


def uuid_of(text: str):  # type: ignore[no-untyped-def]
    from uuid import UUID

    return UUID(text)


class TestRepresentation:
    """40 CFR 62.16315; PLAT-034, PLAT-094."""

    def test_a_notice_of_delegation_is_signed(self, shelf: Shelf) -> None:
        shelf.registry.person("Abe Noh")
        agent = {"name": "Abe Noh", "email": "abe@example.org", "kinds": ["transfers"]}
        body = {"basis": "compliance", "agents": [agent]}

        answer = post(shelf.ana, "/delegations", body)

        assert answer.status_code == 201, answer.content
        abe = shelf.client("Abe Noh")
        assert post(abe, "/transfers", shelf.transfer(5)).status_code == 201
        wrong = {**body, "agents": [{**agent, "email": "x@example.org"}]}
        assert codes(post(shelf.ana, "/delegations", wrong)) == {"unknown_person"}

    def test_nobody_delegates_what_they_do_not_have(self, shelf: Shelf) -> None:
        shelf.registry.person("Abe Noh")
        agent = {"name": "Abe Noh", "email": "abe@example.org", "kinds": ["transfers"]}
        answer = post(shelf.cy, "/delegations", {"basis": "compliance", "agents": [agent]})
        assert answer.status_code == 422

    def test_accounts_are_trusted_by_their_own_representatives(self, shelf: Shelf) -> None:
        barry, brokers = (shelf.registry.number(name) for name in ("Barry", "Gulf Brokers"))

        answer = post(shelf.ana, f"/accounts/{barry}/trusted", {"other": brokers})

        assert answer.status_code == 201, answer.content
        assert read(answer)["state"] == "listed"
        for client in (shelf.cy, shelf.client("Gil Orr")):
            listed = client.get(f"{ROOT}/accounts/{barry}/trusted")
            assert listed.status_code == 403
            assert brokers.encode() not in listed.content
            for path in ("trusted", "trusted/approve"):
                refused = post(client, f"/accounts/{barry}/{path}", {"other": brokers})
                assert refused.status_code == 403

    def test_tasks_are_the_askers_own(self, shelf: Shelf) -> None:
        held(shelf)
        al, gil = shelf.client("Al Poe"), shelf.client("Gil Orr")
        assert read(al.get("/api/v1/tasks"))["items"]
        assert read(gil.get("/api/v1/tasks"))["items"] == []


class TestMassAssignment:
    """PLAT-049: a body holds what is asked, and nothing else."""

    @pytest.mark.parametrize(
        "field",
        [
            "submitted_by",
            "submitted_at",
            "received_at",
            "recorded_at",
            "state",
            "role",
            "principal",
            "approved_by",
            "signature",
            "evidence",
            "key",
            "program",
            "reason",
            "price",
            "__proto__",
        ],
    )
    def test_a_field_that_was_not_asked_is_refused(self, shelf: Shelf, field: str) -> None:
        key = uuid4()
        bodies: dict[str, dict[str, object]] = {
            "/transfers": shelf.transfer(1),
            "/transfers/batch": {"transfers": [shelf.transfer(1)]},
            "/delegations": {"basis": "compliance", "agents": []},
            f"/accounts/{shelf.registry.number('Barry')}/trusted": {"other": "X"},
        }
        if field != "reason":
            bodies |= {f"/transfers/{key}/{act}": {} for act in DECISIONS}
            bodies[f"/proposals/{key}/sign"] = {}
        client = shelf.ana
        for path, body in bodies.items():
            answer = post(client, path, {**body, field: 1})
            assert answer.status_code == 422, path
            assert "extra_forbidden" in codes(answer)
        inner = {"transfers": [{**shelf.transfer(1), field: 1}]}
        assert "extra_forbidden" in codes(post(client, "/transfers/batch", inner))
        assert shelf.registry.total("Barry") == 1000


class TestOthersAccounts:
    """PLAT-004: an object id of another account in every field of every body."""

    def test_in_the_source_of_what_is_submitted(self, shelf: Shelf) -> None:
        brokers, barry = (shelf.registry.number(name) for name in ("Gulf Brokers", "Barry"))
        body = {"source": brokers, "destination": barry, "vintage": 2022, "quantity": 1}
        retire = {**body, "reason": "environmental benefit"}
        del retire["destination"]
        for path, sent in (
            ("/transfers", body),
            ("/transfers/batch", {"transfers": [body]}),
            ("/retirements", retire),
            ("/retirements/batch", {"retirements": [retire]}),
        ):
            answer = post(shelf.ana, path, sent)
            assert answer.status_code == 403, path
            assert "not_authorized" in codes(answer)
        assert shelf.registry.total("Gulf Brokers") == 1000

    def test_in_the_serial_numbers(self, shelf: Shelf) -> None:
        """Serials that another account holds are not moved, and nothing else is."""
        from trueup.ledger import queries as ledger

        (block, *_) = ledger.blocks_held(shelf.registry.account("Gulf Brokers").id)
        body = shelf.transfer(None, vintage=None)
        body["blocks"] = [{"first": block.first_serial, "last": block.first_serial}]

        answer = post(shelf.ana, "/transfers", body)

        assert answer.status_code == 422
        assert codes(answer) == {"serials_not_held"}

    def test_in_every_address(self, shelf: Shelf) -> None:
        client: Client = shelf.client("Gil Orr")
        barry = shelf.registry.number("Barry")
        key = held(shelf)
        for address in (f"/accounts/{barry}/proposals", f"/accounts/{barry}/trusted"):
            assert client.get(ROOT + address).status_code == 403
        assert client.get(f"{ROOT}/transfers/{key}").status_code == 404
        waiting = read(client.get(f"{ROOT}/accounts/{barry}/transfers"))["items"]
        assert waiting == []

    def test_a_person_without_a_session_of_two_factors_is_kept_out(self, shelf: Shelf) -> None:
        """A browser session that was stolen before a second factor."""
        client: Browser = shelf.ana
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": 1}]
        session.save()

        assert post(client, "/transfers", shelf.transfer(1)).status_code == 403
        assert shelf.registry.total("Barry") == 1000


def test_every_statement_of_a_program_is_published(shelf: Shelf) -> None:
    """PLAT-152, PLAT-153."""
    forms = {item["key"]: item for item in read(shelf.public.get(f"{ROOT}/forms"))["items"]}

    (statement,) = forms["transfer"]["compliance"]
    known = programs.load(PROGRAM).people.statements["submission_compliance"][0]
    assert (statement["text"], statement["sha256"]) == (known.text, known.digest)
    assert len(forms["certificate"]["compliance"]) == 3
