"""`trueup auctions`: an auction from the command line, and what the interface reads of it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client, override_settings

from tests.contexts.auction_registry import CLOSES, OPENS, PROGRAM
from tests.contexts.test_desk_auctions import AuctionDesk
from trueup.cli.main import cli

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> AuctionDesk:
    return AuctionDesk()


def trueup(*arguments: str) -> Result:
    with override_settings(TRUEUP_BANNER="demonstration"):
        return CliRunner().invoke(cli, ["auctions", *arguments])


def told(*arguments: str) -> Any:
    result = trueup(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def hold(office: AuctionDesk, folder: Path, *bids: tuple[str, int, str]) -> None:
    """An auction of 101 from the notice to the delivery."""
    offers = folder / "offers.csv"
    offers.write_text(f"account,vintage,quantity\n{office.number('MD')},2015,101\n")
    at = "2016-03-01T09:00"
    told(
        *("announce", "30", str(offers), "--reserve", "2.05"),
        *("--opens", OPENS.isoformat(), "--closes", CLOSES.isoformat(), "--at", at),
    )
    for name, quantity, price in bids:
        told("qualify", "30", office.number(name), "--security", "5000", "--at", at)
        file = folder / f"{name}.csv"
        file.write_text(f"quantity,price\n{quantity},{price}\n")
        told(
            *("bid", "30", office.number(name), str(file), "--as", f"{name.lower()}@example.org"),
            *("--at", "2016-03-09T10:00"),
        )
    late = ("--at", "2016-03-09T15:00")
    told("ask-to-close", "30", "--as", "olga@example.org", *late)
    told("close", "30", "--as", "pete@example.org", *late)
    told("settle", "30", *late)
    told("deliver", "30", *late)


class TestAuctions:
    """RGGI-040 to RGGI-045, PLAT-067: the whole of an auction."""

    def test_from_the_notice_to_the_delivery(self, office: AuctionDesk, tmp_path: Path) -> None:
        hold(office, tmp_path, ("A", 100, "3.00"), ("B", 100, "3.00"))

        shown = told("show", "30")
        assert shown["state"] == "delivered"
        assert shown["result"]["price_cents"] == 300
        assert sorted(award["quantity"] for award in shown["awards"]) == [50, 51]
        assert [one["number"] for one in told("list")] == ["30"]
        assert "30,2015,delivered" in trueup("list", "--csv").stdout

    def test_anybody_can_repeat_the_draw(self, office: AuctionDesk, tmp_path: Path) -> None:
        hold(office, tmp_path, ("A", 100, "3.00"), ("B", 100, "3.00"))
        drawn = told("draw", "30")
        awards = {award["account"]: award["quantity"] for award in told("show", "30")["awards"]}

        assert hashlib.sha256(drawn["seed"].encode()).hexdigest() == drawn["seed_digest"]
        first = min(
            drawn["places"],
            key=lambda one: hashlib.sha256(
                f"{drawn['seed']}/{one['number_in_books']}".encode()
            ).hexdigest(),
        )
        assert drawn["places"][0] == first
        assert awards[first["account"]] == 51

    def test_one_official_does_not_close_alone(self, office: AuctionDesk, tmp_path: Path) -> None:
        office.approve(office.announce())
        late = ("--at", "2016-03-09T15:00")

        assert trueup("ask-to-close", "30", "--as", "a@example.org", *late).exit_code == 1
        assert trueup("close", "30", "--as", "pete@example.org", *late).exit_code == 1
        told("ask-to-close", "30", "--as", "olga@example.org", *late)
        assert trueup("close", "30", "--as", "olga@example.org", *late).exit_code == 1
        told("close", "30", "--as", "pete@example.org", *late)

    def test_files_that_cannot_be_read_are_refused(
        self, office: AuctionDesk, tmp_path: Path
    ) -> None:
        office.approve(office.announce())
        office.qualify("A")
        file = tmp_path / "bids.csv"
        for text in ("ten,3.00", "10", "10,three", "10,3.001"):
            file.write_text(text)
            result = trueup(
                *("bid", "30", office.number("A"), str(file), "--as", "a@example.org"),
                *("--at", "2016-03-09T10:00"),
            )
            assert result.exit_code == 1, (text, result.output)
        file.write_text("1,3.00\n" * 1000)  # A thousand bids of one party.
        result = trueup(
            *("bid", "30", office.number("A"), str(file), "--as", "a@example.org"),
            *("--at", "2016-03-09T10:00"),
        )
        assert (result.exit_code, "at most 100 bids" in result.stderr) == (1, True)


class TestInterface:
    """RGGI-045: what machines read, without signing in."""

    def get(self, path: str) -> Any:
        answer = Client().get(f"/api/v1/{PROGRAM}/auctions{path}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    def test_notice_result_and_awards(self, office: AuctionDesk, tmp_path: Path) -> None:
        hold(office, tmp_path, ("A", 60, "3.00"), ("B", 60, "2.50"), ("C", 30, "2.21"))

        (listed,) = self.get("")["items"]
        assert listed["result"]["price_cents"] == 250
        whole = self.get("/30")
        assert whole["consignments"][0]["sold"] == 101
        assert whole["demand"] == []  # Two winners: what each bid would be told.
        assert whole["supply"] == [{"price_cents": 205, "start": 0, "end": 101}]
        assert [one["quantity"] for one in self.get("/30/awards")["items"]] == [60, 41]
        assert len(self.get("/30/awards?limit=1")["items"]) == 1
        for path in ("", "/30", "/30/awards"):
            said = json.dumps(self.get(path))
            for random in (listed["seed_digest"], listed["result"]["seed"]):
                said = said.replace(random, "")
            assert "221" not in said

    def test_what_is_not_there_is_not_found(self, office: AuctionDesk) -> None:
        assert Client().get(f"/api/v1/{PROGRAM}/auctions/99").status_code == 404
        assert Client().get("/api/v1/nowhere/auctions").status_code == 404
        assert self.get("")["items"] == []
