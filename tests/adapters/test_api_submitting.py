"""Submitting through the API: who may, what is refused, and once only."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.adapters.api_books import ROOT, Shelf, codes, post, read
from tests.contexts.registry import statements
from trueup.api import schemas
from trueup.api.problems import STATUSES, status_of
from trueup.rules.refusal import refusal_types

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return Shelf.on_its_own_clock(monkeypatch)


class TestWhoMaySubmit:
    """40 CFR 62.16320(e), 62.16330(a); PLAT-004."""

    def test_nobody_who_has_not_signed_in(self, shelf: Shelf) -> None:
        for path, body in (
            ("/transfers", shelf.transfer()),
            ("/transfers/batch", {"transfers": [shelf.transfer()]}),
            ("/retirements", {}),
            ("/retirements/batch", {}),
        ):
            response = post(shelf.public, path, body)
            assert response.status_code == 401, path
            assert response["Content-Type"] == "application/problem+json"
        assert shelf.registry.total("Barry") == 1000

    def test_not_with_the_cookie_alone(self, shelf: Shelf) -> None:
        client = shelf.client("Ana Ruiz", checks_csrf=True)

        response = post(client, "/transfers", shelf.transfer())

        assert response.status_code == 403
        assert response["Content-Type"] == "application/problem+json"
        assert shelf.registry.total("Barry") == 1000

    def test_not_for_the_account_of_others(self, shelf: Shelf) -> None:
        response = post(shelf.cy, "/transfers", shelf.transfer())

        assert response.status_code == 403
        assert "not_authorized" in codes(response)
        assert shelf.registry.total("Barry") == 1000

    def test_not_a_user_who_is_no_person(self, shelf: Shelf) -> None:
        from django.contrib.auth.models import User
        from django.test import Client

        client = Client()
        client.force_login(User.objects.create_user("clerk"))

        assert post(client, "/transfers", shelf.transfer()).status_code == 401


class TestTransfers:
    """40 CFR 62.16330, 62.16335; PLAT-050, PLAT-051."""

    def test_a_transfer_by_quantity_is_recorded(self, shelf: Shelf) -> None:
        response = post(shelf.ana, "/transfers", shelf.transfer(100))

        assert response.status_code == 201
        assert read(response)["state"] == "recorded"
        assert read(response)["blocks"] == [
            {"first": "AL-2022-1", "last": "AL-2022-100", "quantity": 100}
        ]
        assert shelf.registry.total("Gulf Brokers") == 1100

    def test_a_transfer_by_serial_numbers_is_recorded(self, shelf: Shelf) -> None:
        body = shelf.transfer(None, vintage=None)
        body["blocks"] = [{"first": "AL-2022-11", "last": "AL-2022-0020"}]

        response = post(shelf.ana, "/transfers", body)

        assert response.status_code == 201, response.content
        assert read(response)["quantity"] == 10

    def test_a_refusal_gives_every_reason_with_its_paragraph(self, shelf: Shelf) -> None:
        barry = shelf.registry.number("Barry")

        response = post(shelf.ana, "/transfers", shelf.transfer(5000, destination=barry))

        assert response.status_code == 422
        assert codes(response) == {"same_account", "serials_not_held"}
        assert all(reason["cite"] for reason in read(response)["reasons"])
        assert read(response)["type"].startswith("tag:trueup,2026:ledger.")
        assert shelf.registry.total("Barry") == 1000

    def test_an_unknown_receiver_is_a_refusal(self, shelf: Shelf) -> None:
        response = post(shelf.ana, "/transfers", shelf.transfer(5, destination="G00"))

        assert response.status_code == 422
        assert codes(response) == {"unknown_account"}

    def test_a_transfer_takes_as_many_statements_for_much_as_for_little(self, shelf: Shelf) -> None:
        client = shelf.ana
        post(client, "/transfers", shelf.transfer(1))  # The first one finds caches empty.
        counts = set()
        for quantity in (1, 500):
            with statements() as captured:
                assert post(client, "/transfers", shelf.transfer(quantity)).status_code == 201
            counts.add(len(captured))
        assert len(counts) == 1


class TestStrictBodies:
    """PLAT-049: a body says exactly what is meant, and nothing else."""

    @pytest.mark.parametrize("quantity", [10.5, 10.0, "10", True, 0, -1, 10**14, None, [], {}])
    def test_a_quantity_is_a_whole_number_of_at_least_one(
        self, shelf: Shelf, quantity: object
    ) -> None:
        response = post(shelf.ana, "/transfers", shelf.transfer(quantity))

        assert response.status_code == 422
        assert read(response)["reasons"]
        assert shelf.registry.total("Barry") == 1000

    def test_a_price_is_refused(self, shelf: Shelf) -> None:
        """RATE-191: transfers carry no price."""
        response = post(shelf.ana, "/transfers", shelf.transfer(10, price="5.10"))

        assert response.status_code == 422
        assert codes(response) == {"extra_forbidden"}
        assert "price" in read(response)["detail"]

    @pytest.mark.parametrize(
        "body",
        [
            "",
            "{",
            "[]",
            "3",
            "null",
            '"x"',
            '{"source": NaN}',
            b"\xff\xfe{}",
            '{"quantity": 1, "quantity": 1000}',
            '{"note": "\\ud800"}',
            '{"\\ud800": 1}',
            '{"note": "\\u0000"}',
            '{"note": "two \\\\\\u0000"}',
            "[" * 100_000,
            '{"quantity": ' + "9" * 5000 + "}",
        ],
    )
    def test_a_body_that_is_not_clean_json_is_refused(
        self, shelf: Shelf, body: str | bytes
    ) -> None:
        response = post(shelf.ana, "/transfers", body)

        assert response.status_code in {400, 422}
        assert response["Content-Type"] == "application/problem+json"

    def test_a_transfer_names_serial_numbers_or_a_quantity_not_both(self, shelf: Shelf) -> None:
        block = {"first": "AL-2022-1", "last": "AL-2022-2"}

        response = post(shelf.ana, "/transfers", shelf.transfer(2, blocks=[block]))

        assert response.status_code == 422
        assert codes(response) == {"serials_or_quantity"}

    @pytest.mark.parametrize(
        ("first", "last"), [("x", "y"), ("AL-2022-9", "AL-2022-1"), ("AL-2022-1", "KY-2022-2")]
    )
    def test_a_block_that_cannot_be_read_is_refused(
        self, shelf: Shelf, first: str, last: str
    ) -> None:
        body = shelf.transfer(None, vintage=None, blocks=[{"first": first, "last": last}])

        assert post(shelf.ana, "/transfers", body).status_code == 400

    def test_a_list_that_is_too_long_is_refused_with_the_limit(self, shelf: Shelf) -> None:
        many = [shelf.transfer(1)] * (schemas.MOST_TRANSFERS + 1)

        response = post(shelf.ana, "/transfers/batch", {"transfers": many})

        assert response.status_code == 422
        assert str(schemas.MOST_TRANSFERS) in read(response)["detail"]
        assert shelf.registry.total("Barry") == 1000

    def test_a_body_that_is_too_large_is_not_read(self, shelf: Shelf) -> None:
        response = post(shelf.ana, "/transfers", shelf.transfer(1, note="x" * 3_000_000))

        assert response.status_code == 413
        assert response["Content-Type"] == "application/problem+json"

    def test_a_form_is_not_json(self, shelf: Shelf) -> None:
        response = shelf.ana.post(f"{ROOT}/transfers", {"quantity": 1})

        assert response.status_code == 415

    @pytest.mark.parametrize("note", ["a\u0007b", "a\u202eb", "x" * 2001])
    def test_a_note_that_cannot_be_kept_is_refused(self, shelf: Shelf, note: str) -> None:
        assert post(shelf.ana, "/transfers", shelf.transfer(1, note=note)).status_code == 422


class TestKeys:
    """PLAT-054: the same key is carried out once, and never for another request."""

    def test_the_same_request_again_is_answered_with_what_became_of_it(self, shelf: Shelf) -> None:
        key = uuid4()
        first = post(shelf.ana, "/transfers", shelf.transfer(100), key=key)
        again = post(shelf.ana, "/transfers", shelf.transfer(100), key=key)

        assert again.status_code == 201
        assert read(again) == read(first)
        assert shelf.registry.total("Barry") == 900

    def test_another_body_under_the_key_is_a_conflict(self, shelf: Shelf) -> None:
        key = uuid4()
        post(shelf.ana, "/transfers", shelf.transfer(100), key=key)

        response = post(shelf.ana, "/transfers", shelf.transfer(101), key=key)

        assert response.status_code == 409
        assert codes(response) == {"key_reused"}
        assert shelf.registry.total("Barry") == 900

    def test_a_key_that_is_no_uuid_is_refused(self, shelf: Shelf) -> None:
        assert post(shelf.ana, "/transfers", shelf.transfer(), key="again").status_code == 422

    def test_a_batch_again_moves_nothing_twice(self, shelf: Shelf) -> None:
        key, body = uuid4(), {"transfers": [shelf.transfer(10), shelf.transfer(20)]}
        first = post(shelf.ana, "/transfers/batch", body, key=key)
        again = post(shelf.ana, "/transfers/batch", body, key=key)

        assert first.status_code == again.status_code == 200
        assert read(first) == read(again)
        assert shelf.registry.total("Barry") == 970

    @pytest.mark.parametrize(
        ("before", "after"),
        [
            ([10], [11]),
            ([10], [10, 20]),
            ([10, 20], [10]),
            ([10, 20], [10, 21]),
            ([10, 20], [11, 20]),
            ([10, 20], [10, 20, 30]),
            ([10, 20, 30], [10, 20]),
            ([10, 20, 30], [10, 30, 20]),
        ],
    )
    @pytest.mark.parametrize("all_or_none", [True, False])
    def test_another_batch_under_the_key_is_a_conflict(
        self, shelf: Shelf, before: list[int], after: list[int], all_or_none: bool
    ) -> None:
        key = uuid4()

        def batch(quantities: list[int]) -> dict[str, Any]:
            rows = [shelf.transfer(quantity) for quantity in quantities]
            return {"transfers": rows, "all_or_none": all_or_none}

        assert post(shelf.ana, "/transfers/batch", batch(before), key=key).status_code == 200
        response = post(shelf.ana, "/transfers/batch", batch(after), key=key)

        assert response.status_code == 409
        assert shelf.registry.total("Barry") == 1000 - sum(before)


class TestBatches:
    """PLAT-050: many transfers in one call, all or none, or each for itself."""

    def test_one_wrong_row_keeps_back_all_and_is_named(self, shelf: Shelf) -> None:
        rows = [shelf.transfer(10), shelf.transfer(5000), shelf.transfer(10, destination="X")]

        response = post(shelf.ana, "/transfers/batch", {"transfers": rows})

        assert response.status_code == 422
        assert {(r["row"], r["code"].split(".")[1]) for r in read(response)["reasons"]} == {
            (2, "serials_not_held"),
            (3, "unknown_account"),
        }
        assert shelf.registry.total("Barry") == 1000

    def test_each_for_itself_the_others_are_recorded(self, shelf: Shelf) -> None:
        rows = [shelf.transfer(10), shelf.transfer(5000), shelf.transfer(20)]

        response = post(shelf.ana, "/transfers/batch", {"transfers": rows, "all_or_none": False})

        assert response.status_code == 200
        states = [item["state"] for item in read(response)["items"]]
        assert states == ["recorded", "refused", "recorded"]
        assert shelf.registry.total("Barry") == 970

    def test_a_larger_batch_takes_hardly_more_statements(self, shelf: Shelf) -> None:
        client = shelf.ana
        post(client, "/transfers/batch", {"transfers": [shelf.transfer(1)] * 2})
        counts = []
        for rows in (5, 50):
            body = {"transfers": [shelf.transfer(1)] * rows}
            with statements() as captured:
                assert post(client, "/transfers/batch", body).status_code == 200
            counts.append(len(captured))
        assert counts[0] == counts[1]


class TestRetirements:
    """PLAT-056: voluntary retirement with a listed reason and, if wanted, a beneficiary."""

    def retirement(self, shelf: Shelf, **more: object) -> dict[str, object]:
        return {
            "source": shelf.registry.number("Gulf Brokers"),
            "vintage": 2022,
            "quantity": 5,
            "reason": "environmental benefit",
            "beneficiary": "The town of Mobile",
            **more,
        }

    def test_instruments_are_retired_for_good(self, shelf: Shelf) -> None:
        response = post(shelf.cy, "/retirements", self.retirement(shelf))

        assert response.status_code == 201, response.content
        done = read(response)
        assert (done["kind"], done["beneficiary"]) == ("retirement", "The town of Mobile")
        assert shelf.registry.total("Gulf Brokers") == 995
        serial = done["blocks"][0]["first"]
        history = read(shelf.public.get(f"{ROOT}/serials/{serial}/history"))
        assert history["held_by"]["kind"] == "retirement"

    def test_a_reason_of_ones_own_is_refused(self, shelf: Shelf) -> None:
        response = post(shelf.cy, "/retirements", self.retirement(shelf, reason="fun"))

        assert response.status_code == 422
        assert codes(response) == {"reason_not_listed"}
        assert shelf.registry.total("Gulf Brokers") == 1000

    def test_a_batch_retires_for_many_beneficiaries_once(self, shelf: Shelf) -> None:
        rows = [self.retirement(shelf, beneficiary=f"Customer {n}") for n in range(3)]
        key = uuid4()
        for _ in range(2):
            response = post(shelf.cy, "/retirements/batch", {"retirements": rows}, key=key)
            assert response.status_code == 200
            named = [item["beneficiary"] for item in read(response)["items"]]
            assert named == ["Customer 0", "Customer 1", "Customer 2"]
        assert shelf.registry.total("Gulf Brokers") == 985


class TestStatuses:
    """Every refusal that is declared has a status that a client can act on."""

    def test_every_code_has_a_status_and_every_status_a_code(self) -> None:
        import trueup.cli.books
        import trueup.demonstration.services

        modules = (trueup.cli.books, trueup.demonstration.services)  # Refusals are all over.
        declared = {kind.code.rpartition(".")[2] for kind in refusal_types() if modules}
        for reason in declared:
            assert 400 <= status_of([reason]) < 500, reason
        assert set(STATUSES) <= declared | {"unknown_program"}

    def test_words_of_a_code_agree_with_its_status(self) -> None:
        expected = {"not_authorized": 403, "key_reused": 409, "no_such_period": 404}
        expected |= {"not_readable": 400}
        expected |= {"already_": 409, "_exists": 409}
        for kind in refusal_types():
            reason = kind.code.rpartition(".")[2]
            for word, status in expected.items():
                if word in f"{reason}_"[: len(reason)] and reason not in {"date_not_readable"}:
                    assert status_of([reason]) == status, kind.code

    def test_the_reason_with_a_status_of_its_own_decides(self) -> None:
        assert status_of(["serials_not_held", "not_authorized"]) == 403
        assert status_of(["serials_not_held"]) == 422


def test_the_schema_is_served_and_says_that_problems_are_problems(shelf: Shelf) -> None:
    schema = json.loads(shelf.public.get("/api/v1/openapi.json").content)

    assert schema["openapi"].startswith("3.1")
    responses = schema["paths"]["/api/v1/{program}/transfers"]["post"]["responses"]
    assert list(responses["409"]["content"]) == ["application/problem+json"]
    assert list(responses["201"]["content"]) == ["application/json"]
