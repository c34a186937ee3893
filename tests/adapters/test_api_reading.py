"""Reading through the API: pages, what is public, what is not there."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from tests.adapters.api_books import ROOT, Shelf, post, read
from tests.contexts.registry import statements
from trueup.ledger import queries as ledger

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    return Shelf.on_its_own_clock(monkeypatch)


class TestAccountsAndHoldings:
    """PLAT-141: the public reads accounts and what they hold."""

    def test_accounts_come_in_pages_that_join_up(self, shelf: Shelf) -> None:
        whole = read(shelf.public.get(f"{ROOT}/accounts?limit=500"))
        numbers, after = [], ""
        while True:
            page = read(shelf.public.get(f"{ROOT}/accounts?limit=3&after={after}"))
            numbers += [item["number"] for item in page["items"]]
            after = page["next"]
            if after is None:
                break

        assert numbers == [item["number"] for item in whole["items"]]
        assert len(numbers) == len(set(numbers)) > 3
        assert whole["next"] is None

    def test_accounts_are_found_by_kind_state_and_part_of_the_name(self, shelf: Shelf) -> None:
        found = read(
            shelf.public.get(f"{ROOT}/accounts?kind=compliance&jurisdiction=al&search=arr")
        )

        assert [item["name"] for item in found["items"]] == ["Barry"]

    def test_holdings_come_in_pages_of_blocks(self, shelf: Shelf) -> None:
        for _ in range(3):  # The brokers hold blocks from Barry and from Cane in turn.
            post(shelf.ana, "/transfers", shelf.transfer(10))
            kim = shelf.client("Kim Day")
            post(kim, "/transfers", shelf.transfer(10, source=shelf.registry.number("Cane")))
        number = shelf.registry.number("Gulf Brokers")
        held, after = [], ""
        while after is not None:
            page = read(
                shelf.public.get(f"{ROOT}/accounts/{number}/holdings?limit=2&after={after}")
            )
            held += page["items"]
            after = page["next"]

        assert len(held) == 7
        assert sum(block["quantity"] for block in held) == 1060
        assert len({block["first"] for block in held}) == 7
        balance = read(shelf.public.get(f"{ROOT}/accounts/{number}/balance"))
        assert balance["total"] == 1060
        assert {lot["lot"]: lot["quantity"] for lot in balance["lots"]} == {
            "AL-2022": 1030,
            "KY-2022": 30,
        }

    def test_a_page_of_a_large_account_costs_what_a_page_of_a_small_one_does(
        self, shelf: Shelf
    ) -> None:
        number = shelf.registry.number("Gulf Brokers")

        def asked() -> int:
            with statements() as captured:
                shelf.public.get(f"{ROOT}/accounts/{number}/holdings?limit=1")
            return len(captured)

        before = asked()
        for _ in range(3):
            post(shelf.ana, "/transfers", shelf.transfer(10))
        assert asked() == before <= 3


class TestHistories:
    """PLAT-040, PLAT-141."""

    def test_a_serial_number_tells_its_life(self, shelf: Shelf) -> None:
        post(shelf.ana, "/transfers", shelf.transfer(100))

        found = read(shelf.public.get(f"{ROOT}/serials/AL-2022-00017/history"))

        assert found["serial"] == "AL-2022-17"
        assert found["held_by"]["name"] == "Gulf Brokers"
        events = [step["transaction"]["event"] for step in found["steps"]]
        assert events == ["originated", "allocated", "transferred"]

    def test_a_serial_number_that_was_never_created_is_not_found(self, shelf: Shelf) -> None:
        assert shelf.public.get(f"{ROOT}/serials/WY-2022-1/history").status_code == 404

    def test_the_journal_comes_newest_first_and_each_transaction_with_its_blocks(
        self, shelf: Shelf
    ) -> None:
        post(shelf.ana, "/transfers", shelf.transfer(100))

        newest = read(shelf.public.get(f"{ROOT}/transactions?limit=1"))
        number = shelf.registry.number("Barry")
        of_barry = read(shelf.public.get(f"{ROOT}/accounts/{number}/transactions?limit=1"))
        one = read(shelf.public.get(f"{ROOT}/transactions/{newest['items'][0]['id']}"))

        assert newest["items"] == of_barry["items"]
        assert newest["items"][0]["quantity"] == 100
        assert one["blocks"] == [{"first": "AL-2022-1", "last": "AL-2022-100", "quantity": 100}]
        assert one["has_more_blocks"] is False
        older = read(shelf.public.get(f"{ROOT}/transactions?before={newest['next']}"))
        assert newest["items"][0]["id"] not in [item["id"] for item in older["items"]]

    def test_pages_take_as_many_statements_for_much_as_for_little(self, shelf: Shelf) -> None:
        for _ in range(4):
            post(shelf.ana, "/transfers", shelf.transfer(10))
        number = shelf.registry.number("Barry")
        for path in (
            "/accounts",
            "/transactions",
            f"/accounts/{number}/transactions",
            f"/accounts/{number}/transfers",
            "/emissions",
            "/settlements/2022-2024",
        ):
            counts = set()
            for limit in (1, 4):
                with statements() as captured:
                    assert shelf.public.get(f"{ROOT}{path}?limit={limit}").status_code == 200
                counts.add(len(captured))
            assert len(counts) == 1, (path, counts)


class TestOutcomes:
    """PLAT-074, PLAT-083, PLAT-088: emissions and settlements are public."""

    def test_a_settlement_comes_with_every_block_that_was_deducted(self, shelf: Shelf) -> None:
        shelf.settle()

        (listed,) = read(shelf.public.get(f"{ROOT}/settlements/2022-2024"))["items"]
        statement = read(shelf.public.get(f"{ROOT}/settlements/2022-2024/3"))

        assert statement["settlement"] == listed
        assert (listed["obligation"], listed["deducted"], listed["excess"]) == (900, 900, 0)
        assert listed["in_compliance"] is True
        assert statement["balance"] == 100
        (block,) = statement["blocks"]
        assert (block["first"], block["last"], block["ground"]) == (
            "AL-2022-1",
            "AL-2022-900",
            "emissions",
        )

    def test_settlements_are_listed_by_outcome_and_state(self, shelf: Shelf) -> None:
        shelf.settle()

        def listed(query: str) -> int:
            found = shelf.public.get(f"{ROOT}/settlements/2022-2024?{query}")
            return len(read(found)["items"])

        assert (listed("outcome=in"), listed("outcome=not_in")) == (1, 0)
        assert (listed("jurisdiction=AL"), listed("jurisdiction=KY")) == (1, 0)

    def test_emissions_come_by_unit_and_year_and_say_what_is_provisional(
        self, shelf: Shelf
    ) -> None:
        shelf.settle()

        found = read(shelf.public.get(f"{ROOT}/emissions?year=2022&facility=3"))["items"]

        assert [(row["unit"], row["year"]) for row in found] == [("1", 2022), ("2", 2022)]
        assert {row["co2_tons"] for row in found} == {"150.06667"}
        assert {row["is_provisional"] for row in found} == {False}

    def test_emissions_come_in_pages_that_join_up(self, shelf: Shelf) -> None:
        shelf.settle()
        seen, after = [], 0
        while after is not None:
            page = read(shelf.public.get(f"{ROOT}/emissions?limit=2&after={after}"))
            seen += [(row["unit"], row["year"]) for row in page["items"]]
            after = page["next"]

        assert len(seen) == len(set(seen)) == 6


class TestPrivacy:
    """MASS-168, PLAT-054: references, notes and what was not recorded are the account's own."""

    def test_reference_and_note_are_shown_to_the_transferors_people_alone(
        self, shelf: Shelf
    ) -> None:
        body = shelf.transfer(10, reference="PO-7", note="to be kept quiet")
        key = read(post(shelf.ana, "/transfers", body))["key"]
        number = shelf.registry.number("Barry")

        for client, shown in ((shelf.public, ""), (shelf.cy, ""), (shelf.ana, "PO-7")):
            one = read(client.get(f"{ROOT}/transfers/{key}"))
            listed = read(client.get(f"{ROOT}/accounts/{number}/transfers"))["items"][0]
            assert one["reference"] == listed["reference"] == shown
            assert bool(one["note"]) == bool(shown)

    def test_no_public_answer_holds_them(self, shelf: Shelf) -> None:
        body = shelf.transfer(10, reference="PO-7", note="to be kept quiet")
        key = read(post(shelf.ana, "/transfers", body))["key"]
        tx = ledger.recent(program="cpp-mass", limit=1)[0].id
        number = shelf.registry.number("Barry")

        for path in (
            f"/transfers/{key}",
            f"/accounts/{number}/transfers",
            f"/accounts/{number}/transactions",
            f"/transactions/{tx}",
            "/transactions",
            "/serials/AL-2022-1/history",
        ):
            text = shelf.public.get(ROOT + path).content
            assert b"PO-7" not in text
            assert b"quiet" not in text

    def test_what_was_refused_is_for_the_accounts_people(self, shelf: Shelf) -> None:
        key = uuid4()
        assert post(shelf.ana, "/transfers", shelf.transfer(10**9), key=key).status_code == 422
        number = shelf.registry.number("Barry")

        assert shelf.public.get(f"{ROOT}/transfers/{key}").status_code == 404
        assert shelf.client("Kim Day").get(f"{ROOT}/transfers/{key}").status_code == 404
        assert read(shelf.ana.get(f"{ROOT}/transfers/{key}"))["state"] == "refused"
        assert read(shelf.public.get(f"{ROOT}/accounts/{number}/transfers"))["items"] == []


class TestAddresses:
    """RFC 9457: whatever goes wrong under /api/, the answer is a problem document."""

    @pytest.mark.parametrize(
        "path",
        [
            "/api/",
            "/api/v1/nowhere",
            "/api/v2/",
            "/api/v1/cpp-mess/accounts",
            f"{ROOT}/transfers/not-a-key",
            f"{ROOT}/accounts/C0000000000A",
            f"{ROOT}/accounts/%00",
            f"{ROOT}/transfers/00000000-0000-4000-8000-000000000000",
            f"{ROOT}/transactions/0",
            f"{ROOT}/transactions/999999999999999999999999",
            f"{ROOT}/settlements/2023-2024",
            f"{ROOT}/settlements/1999-2001",
            f"{ROOT}/settlements/2022-2024/3",
            f"{ROOT}/settlements/2022-2024/99999999999999999999",
            f"{ROOT}/emissions?facility=999",
        ],
    )
    def test_what_is_not_there_is_a_problem_with_status_404(self, shelf: Shelf, path: str) -> None:
        response = shelf.public.get(path)

        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"
        assert read(response)["status"] == 404

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            (f"{ROOT}/serials/nonsense/history", 400),
            (f"{ROOT}/accounts?limit=501", 422),
            (f"{ROOT}/accounts?limit=many", 422),
            (f"{ROOT}/accounts?search=%00", 422),
            (f"{ROOT}/accounts?jurisdiction=%00%00", 422),
            (f"{ROOT}/transactions?before=-1", 422),
        ],
    )
    def test_what_cannot_be_read_says_so(self, shelf: Shelf, path: str, status: int) -> None:
        response = shelf.public.get(path)

        assert response.status_code == status
        assert response["Content-Type"] == "application/problem+json"
        assert read(response)["reasons"]

    def test_a_wrong_method_names_the_right_ones(self, shelf: Shelf) -> None:
        response = shelf.public.delete(f"{ROOT}/accounts")

        assert response.status_code == 405
        assert response["Allow"] == "GET"
        assert response["Content-Type"] == "application/problem+json"

    def test_pages_for_people_keep_their_own_errors(self, shelf: Shelf) -> None:
        assert shelf.public.get("/nowhere/")["Content-Type"].startswith("text/html")

    def test_an_error_of_ours_shows_nothing_of_the_inside(
        self, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def breaks(*_: object, **__: object) -> None:
            raise RuntimeError("a secret of the inside")

        monkeypatch.setattr(ledger, "accounts", breaks)
        client = Client(raise_request_exception=False)
        response = client.get(f"{ROOT}/accounts")

        assert response.status_code == 500
        assert response["Content-Type"] == "application/problem+json"
        assert b"secret" not in response.content

    def test_programs_name_their_periods_and_deadlines(self, shelf: Shelf) -> None:
        programs = {one["code"]: one for one in read(shelf.public.get("/api/v1/programs"))}
        program = programs["cpp-mass"]

        assert {one["kind"] for one in programs.values()} == {"mass", "rate"}
        assert all(period["deadline_on"] for period in program["periods"])
