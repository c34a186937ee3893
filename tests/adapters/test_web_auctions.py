"""Auctions on the pages: what a bidder signs, what officials see, what the public may know."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.adapters.second_factor import Codes
from tests.adapters.web_books import Page
from tests.contexts.auction_registry import CLOSES, OPENS, PROGRAM
from tests.contexts.test_desk_auctions import AuctionDesk
from trueup.accounts.models import Person
from trueup.auctions import queries, sealing
from trueup.auctions.models import SealedBid
from trueup.rules import programs
from trueup.signing import services as signing
from trueup.signing.entries import Evidence
from trueup.signing.models import Draft, Signature

pytestmark = pytest.mark.django_db

KEYS = tuple(one.key for of in programs.load(PROGRAM).people.statements.values() for one in of)


class Room:
    """Auction 30 of 1,000 allowances, its officials and bidders at their browsers."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, offered: int = 1000) -> None:
        self.office = AuctionDesk()
        monkeypatch.setattr("trueup.web.signed_acts.now", self.office.tick)
        source = self.office.number("MD")
        self.office.approve(self.office.announce(f"{source}, 2015, {offered}"))
        self.clients: dict[str, tuple[Client, Codes]] = {}

    def client(self, name: str) -> Client:
        if name not in self.clients:
            user, _ = User.objects.get_or_create(username=name.lower())
            Person.objects.filter(id=self.office.people[name]).update(user=user)
            signing.accept_agreement(
                person=self.office.people[name],
                evidence=Evidence(method="console"),
                accepted_at=self.office.tick(),
            )
            client = Client()
            client.force_login(user)
            self.clients[name] = (client, Codes(user))
        return self.clients[name][0]

    def act(self, name: str, account: str = "") -> str:
        return reverse(f"act-{name}", args=[PROGRAM, self.office.number(account or "A")])

    def walk(self, name: str, act: str, *pages: dict[str, Any]) -> str:
        """Answer the pages of an act; the address of the page that checks the answers."""
        place = self.act(act, name)
        for sent in pages:
            answer = self.client(name).post(place, sent)
            assert answer.status_code == 302, text_of(answer)
            place = str(answer["Location"])
        assert place.endswith("/check/"), place
        return place

    def sign(self, name: str, check: str) -> str:
        """Sign what was checked; the text of the receipt."""
        client = self.client(name)
        place = check.removesuffix("check/")
        page = Page(client.get(place).content.decode())
        (nonce,) = [item for item in page.of("input") if item.get("name") == "nonce"]
        self.office.now += timedelta(seconds=31)
        code = self.clients[name][1].at(self.office.now + timedelta(seconds=1))
        sent = {"nonce": nonce["value"], "accepted": KEYS, "code": code}
        answer = client.post(place, sent)
        assert answer.status_code == 302, text_of(answer)
        return text_of(client.get(answer["Location"]))

    def bid(self, name: str, *bids: tuple[str, str]) -> str:
        self.office.now = max(self.office.now, OPENS)
        return self.walk(name, "bid", {"auction": "30"}, rows_of(*bids))

    def page(self, name: str, view: str, *arguments: Any) -> str:
        client = self.client(name) if name else Client()
        return text_of(client.get(reverse(view, args=[PROGRAM, *arguments])))

    def close(self) -> None:
        self.office.at(CLOSES)
        self.office.approve(self.office.propose("close_auction", number="30"))


def rows_of(*bids: tuple[str, str]) -> dict[str, str]:
    sent = {}
    for place, (quantity, price) in enumerate(bids, start=1):
        sent |= {f"quantity-{place}": quantity, f"price-{place}": price}
    return sent


def text_of(answer: HttpResponse) -> str:
    page = Page(answer.content.decode())
    assert page.problems() == [], page.problems()
    return page.text


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    return Room(monkeypatch)


def everything_kept() -> str:
    """Every text of every table, as somebody reads them who has the database alone."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(found)


class TestApplying:
    """RGGI-042: a bidder applies with security; an official decides."""

    def test_from_the_application_to_the_decision(self, room: Room) -> None:
        check = room.walk(
            "A",
            "apply-to-bid",
            {"auction": "30"},
            {"security_kind": "bond", "amount": "5000", "reference": "B-77"},
        )
        assert "taken in" in room.sign("A", check)
        assert "Waits for a decision" in room.page(
            "A", "account-auction", room.office.number("A"), "30"
        )
        desk = room.page("Olga", "desk-auction", "30")
        assert "B-77" in desk
        assert "$5,000.00" in desk
        assert Signature.objects.get(document="auction_application").text.count("5,000.00") == 1

    def test_an_amount_is_asked_for(self, room: Room) -> None:
        first = room.client("A").post(room.act("apply-to-bid"), {"auction": "30"})["Location"]

        for amount in ("", "-1", "0", "1.001", "x", "9" * 30):
            answer = room.client("A").post(first, {"security_kind": "bond", "amount": amount})
            assert answer.status_code == 422, amount
        assert room.client("A").post(room.act("apply-to-bid"), {"auction": "99"}).status_code == 422


class TestBids:
    """RGGI-041, RGGI-042: bids are entered, changed and withdrawn until the close."""

    def test_several_bids_are_signed_at_once(self, room: Room) -> None:
        room.office.qualify("A")
        check = room.bid("A", ("100", "3.00"), ("250", "2.50"))
        shown = text_of(room.client("A").get(check))
        assert "250 at $2.50" in shown

        receipt = room.sign("A", check)

        assert "2 bids are sealed" in receipt
        own = room.page("A", "account-auction", room.office.number("A"), "30")
        assert "$2.50" in own
        assert queries.bids_entered(queries.auction(program=PROGRAM, number="30").id) == 2

    def test_later_bids_take_the_place_of_earlier_ones_and_can_be_withdrawn(
        self, room: Room
    ) -> None:
        room.office.qualify("A")
        auction = queries.auction(program=PROGRAM, number="30").id
        room.sign("A", room.bid("A", ("100", "3.00"), ("250", "2.50")))
        room.sign("A", room.bid("A", ("70", "4.00")))
        assert queries.bids_entered(auction) == 1

        receipt = room.sign("A", room.walk("A", "withdraw-bids", {"auction": "30"}))
        assert "withdrawn" in receipt
        assert queries.bids_entered(auction) == 0

    def test_a_spreadsheet_takes_the_place_of_the_rows(self, room: Room) -> None:
        room.office.qualify("A")
        room.office.at(OPENS)
        client = room.client("A")
        place = client.post(room.act("bid"), {"auction": "30"})["Location"]
        lines = "quantity,price\n" + "\n".join(f"1,{3 + n / 100:.2f}" for n in range(100))
        file = io.BytesIO(lines.encode())
        file.name = "bids.csv"

        answer = client.post(place, {"file": file})
        assert answer.status_code == 302, text_of(answer)
        assert "100 bids are sealed" in room.sign("A", str(answer["Location"]))

    def test_what_is_no_bid_is_told_beside_the_form(self, room: Room) -> None:
        room.office.qualify("A", security=100_000)
        room.office.at(OPENS)
        client = room.client("A")
        place = client.post(room.act("bid"), {"auction": "30"})["Location"]
        for bids, told in (
            ([("10", "2.04")], "Nothing is sold below"),
            ([("400", "5.00")], "security"),
            ([("10.5", "3.00")], "Row 1"),
            ([("-5", "3.00")], "Row 1"),
            ([("10", "3.005")], "Row 1"),
            ([("10", "")], "Row 1"),
            ([("10", "NaN")], "Row 1"),
            ([("9" * 18, "3.00")], "Row 1"),
            ([], "at least one"),
            ([("1", "3.00")] * 120, "at most"),
        ):
            answer = client.post(place, rows_of(*bids))
            assert answer.status_code == 422, bids[:1]
            assert told.lower() in text_of(answer).lower(), (bids[:1], text_of(answer))
        file = io.BytesIO(b"1,3.00\n" * 1000)
        file.name = "bids.csv"
        answer = client.post(place, {"file": file})
        assert (answer.status_code, "more than 101 rows" in text_of(answer)) == (422, True)
        assert SealedBid.objects.count() == 0

    def test_after_the_close_nothing_is_taken(self, room: Room) -> None:
        room.office.qualify("A")
        check = room.bid("A", ("10", "3.00"))
        room.office.at(CLOSES + timedelta(minutes=1))

        assert "closed" in text_of(room.client("A").get(check))
        answer = room.client("A").post(room.act("bid"), {"auction": "30"})
        assert answer.status_code == 422

    def test_who_is_not_qualified_has_no_auction_to_choose(self, room: Room) -> None:
        room.office.at(OPENS)

        assert "Bidding is open in no auction" in text_of(room.client("A").get(room.act("bid")))

    def test_nobody_bids_for_an_account_of_others(self, room: Room) -> None:
        room.client("B")
        for view in ("act-bid", "act-apply-to-bid", "act-withdraw-bids", "account-auctions"):
            address = reverse(view, args=[PROGRAM, room.office.number("A")])
            assert room.client("B").get(address).status_code == 403, view


class TestSealed:
    """RGGI-041: before the close a bid is in no table, no page and no mail in the clear."""

    def test_no_table_tells_what_was_typed(self, room: Room) -> None:
        room.office.qualify("A", security=10**11)
        room.sign("A", room.bid("A", ("777", "31337.19")))
        room.bid("A", ("778", "41337.19"))  # Begun, and not signed.
        kept = everything_kept()

        for secret in ("31337.19", "3133719", "41337.19", "4133719"):
            assert secret not in kept, secret
        row = SealedBid.objects.get()
        assert sealing.unseal(row.sealed, commitment=row.commitment)[:2] == (777, 3133719)
        assert all("sealed" in draft.values for draft in Draft.objects.filter(act="bid"))

    def test_what_is_signed_names_commitments_alone(self, room: Room) -> None:
        room.office.qualify("A")
        room.sign("A", room.bid("A", ("777", "313.19")))
        text = Signature.objects.get(document="auction_bids").text
        commitment = SealedBid.objects.get().commitment

        assert commitment in text
        assert "313" not in text.replace(commitment, "").replace(room.office.number("A"), "")

    def test_officials_are_told_that_they_cannot_read_bids_and_see_none(self, room: Room) -> None:
        room.office.qualify("A")
        room.sign("A", room.bid("A", ("777", "313.19")))
        room.client("Olga")
        digest = queries.auction(program=PROGRAM, number="30").seed_digest
        shown = room.page("Olga", "desk-auction", "30").replace(digest, "")

        assert "You cannot read them" in shown
        assert "777" not in shown
        assert "313" not in shown
        own = reverse("account-auction", args=[PROGRAM, room.office.number("A"), "30"])
        assert room.client("Olga").get(own).status_code == 403
        chart = reverse("chart-desk-auction", args=[PROGRAM, "30"])
        assert room.client("Olga").get(chart).status_code == 404


class TestResults:
    """RGGI-045: the public sees what the rules let it see, each bidder its own result."""

    def bid_and_close(self, room: Room) -> None:
        for name, quantity, price in (("A", 600, "3.00"), ("B", 500, "2.50"), ("C", 400, "2.21")):
            room.office.qualify(name)
            room.office.bid(name, quantity, int(price.replace(".", "")))
        room.close()

    def test_the_page_has_price_quantities_bidders_and_winners(self, room: Room) -> None:
        self.bid_and_close(room)
        shown = room.page("", "auction", "30")

        for said in ("$2.50", "1,000", "600", "400"):
            assert said in shown, said
        assert "2.21" not in shown
        for view in ("auctions", "auctions-csv", "auction-awards-csv"):
            named = ["30"] if "awards" in view else []
            answer = Client().get(reverse(view, args=[PROGRAM, *named]))
            body = b"".join(answer) if answer.streaming else answer.content
            assert answer.status_code == 200
            assert b"2.21" not in body, view

    def test_of_few_winners_no_demand_is_told(self, room: Room) -> None:
        self.bid_and_close(room)
        shown = room.page("", "auction", "30")

        assert "Demand is not shown" in shown
        assert "$3.00" not in shown
        assert "$3.00" in room.page("Olga", "desk-auction", "30")
        chart = Client().get(reverse("chart-auction-curve", args=[PROGRAM, "30"]))
        assert chart.status_code == 200
        assert b"<svg" in chart.content

    def test_each_bidder_sees_its_own_result_alone(self, room: Room) -> None:
        self.bid_and_close(room)
        loser = room.page("C", "account-auction", room.office.number("C"), "30")
        winner = room.page("B", "account-auction", room.office.number("B"), "30")

        assert "Did not win" in loser
        assert "Won in part" in winner
        assert "$1,000.00" in winner  # 400 at 2.50.
        assert "2.21" not in winner

    def test_the_seed_is_published_with_the_result_and_its_digest_before(self, room: Room) -> None:
        entry = queries.auction(program=PROGRAM, number="30")
        assert entry.seed_digest in room.page("", "auction", "30")
        assert "published at the close" in room.page("", "auction", "30")
        self.bid_and_close(room)
        result = queries.result(entry.id)
        assert result is not None
        assert result.seed in room.page("", "auction", "30")

    def test_charts_are_drawn_for_who_may_see_them(self, room: Room) -> None:
        self.bid_and_close(room)
        for name, view in (("", "chart-auction-prices"), ("Olga", "chart-desk-auction")):
            client = room.client(name) if name else Client()
            arguments = [PROGRAM] if "prices" in view else [PROGRAM, "30"]
            answer = client.get(reverse(view, args=arguments))
            assert answer.status_code == 200
            assert b"<svg" in answer.content

    def test_an_auction_that_is_not_there_is_not_found(self, room: Room) -> None:
        for view in ("auction", "chart-auction-curve", "auction-awards-csv"):
            assert Client().get(reverse(view, args=[PROGRAM, "99"])).status_code == 404
        curve = reverse("chart-auction-curve", args=[PROGRAM, "30"])
        assert Client().get(curve).status_code == 404
        assert Client().get(reverse("auctions", args=["cpp-mass"])).status_code == 200


class TestDesk:
    """PLAT-018: the official's pages lead to acts that are signed, and to two where needed."""

    def test_the_list_shows_quarters_without_an_auction(self, room: Room) -> None:
        shown = room.page("Olga", "desk-auctions")

        assert "Quarters of 2016" in shown
        assert shown.count("None announced") == 3

    def test_a_notice_is_previewed_before_it_is_signed(self, room: Room) -> None:
        place = reverse("act-desk/announce_auction", args=[PROGRAM])
        sent = {
            "number": "31",
            "offers": f"{room.office.number('NY')}, 2015, 100",
            "reserve_price": "2.05",
            "opens_at": "2016-06-08 09:00",
            "closes_at": "2016-06-08 14:00",
            "security_required": "yes",
        }
        answer = room.client("Olga").post(place, sent)
        assert answer.status_code == 302, text_of(answer)
        shown = text_of(room.client("Olga").get(answer["Location"]))
        assert "2016-06-08 13:00 UTC" in shown
        assert "until a second official approves" in shown

        sent["closes_at"] = "when it suits"
        assert room.client("Olga").post(place, sent).status_code == 422

    def test_an_application_is_decided_from_the_auction_page(self, room: Room) -> None:
        application = room.office.apply("A")
        place = reverse("desk-auction", args=[PROGRAM, "30"])
        answer = room.client("Olga").post(place, {"act": "decide_bidder", "accepted": "yes"})

        assert answer.status_code == 302
        shown = text_of(room.client("Olga").get(answer["Location"]))
        assert str(application) in shown

    def test_others_have_no_business_here(self, room: Room) -> None:
        for view in ("desk-auctions", "desk-auction"):
            named = ["30"] if view == "desk-auction" else []
            assert room.client("A").get(reverse(view, args=[PROGRAM, *named])).status_code == 403

    def test_the_number_of_statements_does_not_grow(
        self, room: Room, django_assert_max_num_queries: Any
    ) -> None:
        for name in "ABC":
            room.office.qualify(name)
            for place in range(5):
                room.office.bid(name, 10, 300 + place)
        room.close()
        with django_assert_max_num_queries(16):
            Client().get(reverse("auction", args=[PROGRAM, "30"]))
        with django_assert_max_num_queries(16):
            Client().get(reverse("auctions", args=[PROGRAM]))


def test_json_of_drafts_is_sealed(room: Room) -> None:
    """RGGI-041: the answers of a draft hold nothing of the bids."""
    room.office.qualify("A")
    room.bid("A", ("10", "3.00"))
    draft = Draft.objects.get(act="bid")

    assert draft.answers == {"auction": {"auction": ["30"]}, "bids": {}}
