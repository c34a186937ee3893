"""RGGI-040 to RGGI-045, PLAT-067, PLAT-068: auctions, from the notice to delivery."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from tests.contexts.auction_registry import (
    CLOSES,
    OFFICIAL,
    OPENS,
    PROGRAM,
    SECOND,
    AuctionRegistry,
)
from trueup.auctions import queries, sealing
from trueup.auctions import services as auctions
from trueup.auctions.entries import AuctionSpec
from trueup.auctions.models import Auction, OpenedBid, SealedBid
from trueup.ledger import queries as ledger
from trueup.ledger.verify import audit
from trueup.rules.auction import drawn
from trueup.rules.refusal import Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry() -> AuctionRegistry:
    return AuctionRegistry()


def reasons(act: object, *args: object, **kwargs: object) -> set[str]:
    """Why an act is refused; it must be, and must change nothing."""
    before = (Auction.objects.count(), SealedBid.objects.count(), OpenedBid.objects.count())
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)  # type: ignore[operator]
    after = (Auction.objects.count(), SealedBid.objects.count(), OpenedBid.objects.count())
    assert after == before
    return set(refused.value.reasons)


def awarded(number: str = "30") -> dict[int, int]:
    entry = queries.auction(program=PROGRAM, number=number)
    return {award.account: award.quantity for award in queries.awards(entry.id)}


class TestWhole:
    """The worked examples of RGGI-041 and PLAT-067."""

    def test_from_notice_to_delivery(self, registry: AuctionRegistry) -> None:
        entry = registry.notice()
        assert registry.total("MD") == 900
        registry.qualify("A", "B")
        registry.bid("A", 60, 300)
        registry.bid("B", 50, 250)
        found = registry.close()

        assert (found.price_cents, found.sold, found.winners) == (250, 100, 2)
        assert awarded() == {registry.accounts["A"].id: 60, registry.accounts["B"].id: 40}
        assert registry.total("A") == 0

        delivered = registry.deliver()
        assert delivered.state == "delivered"
        assert registry.held("A") == ["MD-2015-1 to MD-2015-60"]
        assert registry.held("B") == ["MD-2015-61 to MD-2015-100"]
        assert ledger.account(entry.account).state == "closed"
        assert audit().clean

    def test_what_is_not_sold_goes_back(self, registry: AuctionRegistry) -> None:
        registry.notice()
        registry.qualify("A")
        registry.bid("A", 60, 300)
        registry.close()
        registry.deliver()

        assert registry.total("A") == 60
        assert registry.total("MD") == 940
        assert audit().clean

    def test_without_bids_all_goes_back(self, registry: AuctionRegistry) -> None:
        registry.notice()
        found = registry.close()
        registry.deliver()

        assert (found.price_cents, found.sold, found.bidders) == (None, 0, 0)
        assert registry.total("MD") == 1000

    def test_several_states_sell_in_proportion(self, registry: AuctionRegistry) -> None:
        """RGGI-043."""
        entry = registry.notice(offers=[("MD", 600), ("NY", 400)])
        registry.qualify("A")
        registry.bid("A", 500, 300)
        registry.close()
        registry.deliver()

        assert [of.sold for of in queries.consignments(entry.id)] == [300, 200]
        assert (registry.total("MD"), registry.total("NY")) == (700, 800)
        assert registry.held("A") == ["MD-2015-1 to MD-2015-300", "NY-2015-1 to NY-2015-200"]

    def test_cost_containment_is_released_as_far_as_it_is_asked_for(
        self, registry: AuctionRegistry
    ) -> None:
        registry.notice(offers=[("MD", 100)], containment=[("MD", 50, 400)])
        assert registry.total("MD") == 850
        registry.qualify("A", "B")
        registry.bid("A", 100, 900)
        registry.bid("B", 30, 500)
        found = registry.close()
        registry.deliver()

        assert (found.price_cents, found.released, found.sold) == (500, 30, 130)
        assert registry.total("MD") == 870

    def test_who_does_not_pay_gets_nothing_and_the_price_stays(
        self, registry: AuctionRegistry
    ) -> None:
        """PLAT-068."""
        registry.notice()
        registry.qualify("A", "B")
        registry.bid("A", 60, 300)
        registry.bid("B", 40, 250)
        registry.close()
        entry = registry.deliver(unpaid=["A"])

        assert (registry.total("A"), registry.total("B"), registry.total("MD")) == (0, 40, 960)
        found = queries.result(entry.id)
        assert found is not None
        assert found.price_cents == 250

    def test_ties_are_drawn_by_the_seed_whose_digest_was_published(
        self, registry: AuctionRegistry
    ) -> None:
        entry = registry.notice(offers=[("MD", 101)])
        registry.qualify("A", "B")
        registry.bid("A", 100, 300)
        registry.bid("B", 100, 300)
        found = registry.close()

        assert hashlib.sha256(found.seed.encode()).hexdigest() == entry.seed_digest
        both = [registry.accounts[name].id for name in "AB"]
        lucky = min(both, key=lambda of: drawn(str(of), seed=found.seed))
        assert awarded() == {of: 51 if of == lucky else 50 for of in both}


class TestNotice:
    """RGGI-025, RGGI-040, RGGI-043."""

    def test_only_the_account_that_is_for_auction_offers(self, registry: AuctionRegistry) -> None:
        registry.open_state("MD", 50, purpose="vrsa")

        assert reasons(registry.notice, offers=[("MD vrsa", 10)]) == {"not_of_state"}
        assert reasons(registry.notice, offers=[("A", 10)]) == {"not_of_state"}

    def test_nothing_is_offered_that_is_not_held(self, registry: AuctionRegistry) -> None:
        assert reasons(registry.notice, offers=[("MD", 1001)]) == {"too_few_held"}
        assert reasons(registry.notice, vintage=2016) == {"too_few_held"}
        assert registry.total("MD") == 1000

    def test_nothing_cannot_be_offered(self, registry: AuctionRegistry) -> None:
        assert reasons(registry.notice, offers=[]) == {"nothing_offered"}
        assert reasons(registry.notice, offers=[("MD", 0)]) == {"nothing_offered"}
        assert reasons(registry.notice, offers=[("MD", 1), ("MD", 2)]) == {"nothing_offered"}

    def test_a_second_auction_in_a_quarter_needs_a_reason(self, registry: AuctionRegistry) -> None:
        registry.notice()

        assert reasons(registry.notice, "31") == {"reason_missing"}
        assert registry.notice("31", reason="The first one was undersubscribed.").number == "31"
        later = CLOSES + timedelta(days=90)
        assert registry.notice("32", closes_at=later, opens_at=OPENS).number == "32"

    def test_a_number_is_given_once(self, registry: AuctionRegistry) -> None:
        registry.notice()

        assert reasons(registry.notice, reason="Again.") == {"number_taken"}

    def test_times_are_in_order(self, registry: AuctionRegistry) -> None:
        assert reasons(registry.notice, closes_at=OPENS) == {"times_not_in_order"}
        registry.at(CLOSES)
        assert reasons(registry.notice) == {"times_not_in_order"}

    def test_a_program_without_auctions_has_none(self, registry: AuctionRegistry) -> None:
        spec = AuctionSpec(
            number="1", vintage=2022, reserve_price_cents=1, opens_at=OPENS, closes_at=CLOSES
        )

        assert reasons(
            auctions.publish_notice,
            spec,
            program="cpp-mass",
            actor=OFFICIAL,
            noticed_at=registry.tick(),
        ) == {"no_auctions"}

    def test_what_is_called_off_goes_back_whole(self, registry: AuctionRegistry) -> None:
        registry.notice(containment=[("NY", 70, 400)])
        registry.qualify("A")
        registry.bid("A", 60, 300)

        def cancel(reason: str = "A wrong quantity.") -> object:
            return auctions.cancel_auction(
                program=PROGRAM, number="30", reason=reason, actor=OFFICIAL, at=registry.tick()
            )

        assert reasons(cancel, " ") == {"reason_missing"}
        cancel()
        assert (registry.total("MD"), registry.total("NY")) == (1000, 1000)
        assert reasons(cancel) == {"not_in_state"}
        assert reasons(registry.bid, "A", 10, 300) == {"bidding_closed"}
        assert reasons(registry.close) == {"not_in_state"}


class TestBids:
    """RGGI-041, RGGI-042."""

    def test_a_bidder_is_qualified_first(self, registry: AuctionRegistry) -> None:
        registry.notice()

        assert reasons(registry.bid, "A", 10, 300) == {"not_qualified"}
        assert reasons(registry.qualify, "A", security=None) == {"security_missing"}
        assert reasons(registry.qualify, "MD") == {"unknown_account"}

    def test_security_covers_all_bids_of_an_account_together(
        self, registry: AuctionRegistry
    ) -> None:
        registry.notice(offers=[("MD", 1000)])
        registry.qualify("A", security=100_000)

        assert reasons(registry.bid, "A", 400, 510) == {"over_security"}
        registry.bid("A", 100, 510)
        assert reasons(registry.bid, "A", 300, 300) == {"over_security"}
        registry.qualify("A", security=120_000)
        registry.bid("A", 300, 300)

    def test_nothing_is_bid_below_the_reserve_price(self, registry: AuctionRegistry) -> None:
        registry.notice()
        registry.qualify("A")

        assert reasons(registry.bid, "A", 10, 204) == {"below_reserve"}
        assert reasons(registry.bid, "A", 0, 300) == {"nothing_offered"}
        assert reasons(registry.bid, "A", 101, 300) == {"over_bid_limit"}

    def test_bids_come_within_the_window(self, registry: AuctionRegistry) -> None:
        registry.notice()
        registry.qualify("A")

        def bid_at(at: object) -> object:
            return auctions.submit_bid(
                program=PROGRAM,
                number="30",
                account=registry.number("A"),
                person=registry.people["A"],
                quantity=10,
                price_cents=300,
                key=uuid4(),
                at=at,  # type: ignore[arg-type]
            )

        second = timedelta(seconds=1)
        assert reasons(bid_at, OPENS - second) == {"not_yet_open"}
        assert reasons(bid_at, CLOSES + second) == {"bidding_closed"}
        bid_at(OPENS)
        bid_at(CLOSES)

    def test_only_a_representative_bids_for_an_account(self, registry: AuctionRegistry) -> None:
        registry.notice()
        registry.qualify("A")
        registry.people["A"] = registry.people["B"]

        assert reasons(registry.bid, "A", 10, 300) == {"not_representative"}

    def test_the_same_key_bids_once(self, registry: AuctionRegistry) -> None:
        registry.notice()
        registry.qualify("A")
        key = uuid4()

        def bid(quantity: int) -> object:
            return auctions.submit_bid(
                program=PROGRAM,
                number="30",
                account=registry.number("A"),
                person=registry.people["A"],
                quantity=quantity,
                price_cents=300,
                key=key,
                at=OPENS,
            )

        assert not bid(10).repeated  # type: ignore[attr-defined]
        assert bid(10).repeated  # type: ignore[attr-defined]
        assert SealedBid.objects.count() == 1
        assert reasons(bid, 11) == {"key_reused"}

    def test_a_bid_that_is_taken_back_does_not_count(self, registry: AuctionRegistry) -> None:
        registry.notice()
        registry.qualify("A", "B")
        mine = registry.bid("A", 60, 300)

        def withdraw(name: str) -> None:
            auctions.withdraw_bid(
                program=PROGRAM,
                number="30",
                bid=mine.id,
                person=registry.people[name],
                at=registry.tick(),
            )

        assert reasons(withdraw, "B") == {"not_representative"}
        withdraw("A")
        assert reasons(withdraw, "A") == {"unknown_bid"}
        assert registry.close().bidders == 0

    def test_too_many_bids_of_one_account_are_refused(self, registry: AuctionRegistry) -> None:
        registry.notice()
        registry.qualify("A")
        Auction.objects.update(bids_max=3)
        for _ in range(3):
            registry.bid("A", 1, 300)

        assert reasons(registry.bid, "A", 1, 300) == {"too_many_bids"}


class TestSealed:
    """RGGI-041: nobody reads a bid before the close, not even in the database."""

    def test_the_database_does_not_tell_what_was_bid(self, registry: AuctionRegistry) -> None:
        registry.notice()
        registry.qualify("A")
        registry.bid("A", 57, 317)
        row = SealedBid.objects.get()

        assert b"57, 317" not in bytes(row.sealed)
        assert sealing.unseal(row.sealed, commitment=row.commitment)[:2] == (57, 317)
        assert queries.bids_entered(row.auction_id) == 1
        assert queries.result(row.auction_id) is None

    def test_the_receipt_shows_afterwards_what_was_sealed(self, registry: AuctionRegistry) -> None:
        registry.notice()
        registry.qualify("A")
        found = registry.bid("A", 57, 317)

        text = f"{found.quantity}/{found.price_cents}/{found.salt}"
        assert hashlib.sha256(text.encode()).hexdigest() == found.commitment
        (mine,) = auctions.own_bids(program=PROGRAM, number="30", account=registry.accounts["A"].id)
        assert mine == found

    def test_a_bid_that_was_exchanged_stops_the_close(self, registry: AuctionRegistry) -> None:
        registry.notice()
        registry.qualify("A", "B")
        registry.bid("A", 57, 317)
        registry.bid("B", 1, 300)
        first, second = SealedBid.objects.order_by("id")
        SealedBid.objects.filter(id=first.pk).update(sealed=second.sealed)

        with pytest.raises(ValueError, match="not the one"), transaction.atomic():
            registry.close()
        assert queries.auction(program=PROGRAM, number="30").state == "open"


class TestClose:
    """RGGI-041, PLAT-018, PLAT-068."""

    def close(self, registry: AuctionRegistry, actor: str) -> object:
        return auctions.close_auction(program=PROGRAM, number="30", actor=actor, at=registry.tick())

    def test_bids_stay_sealed_until_the_close(self, registry: AuctionRegistry) -> None:
        registry.notice()
        registry.at(CLOSES - timedelta(seconds=3))

        def ask() -> object:
            return auctions.ask_to_close(
                program=PROGRAM, number="30", actor=OFFICIAL, at=registry.tick()
            )

        assert reasons(ask) == {"not_yet_closing"}
        assert reasons(self.close, registry, SECOND) == {"not_yet_closing"}

    def test_two_officials_close_it(self, registry: AuctionRegistry) -> None:
        registry.notice()
        registry.at(CLOSES)

        assert reasons(self.close, registry, OFFICIAL) == {"not_asked_for"}
        auctions.ask_to_close(program=PROGRAM, number="30", actor=OFFICIAL, at=registry.tick())
        assert reasons(self.close, registry, OFFICIAL) == {"same_official"}
        self.close(registry, SECOND)
        assert reasons(self.close, registry, "official:3") == {"not_in_state"}

    def test_the_order_is_kept(self, registry: AuctionRegistry) -> None:
        registry.notice()
        registry.qualify("A")
        registry.bid("A", 10, 300)

        def deliver() -> object:
            return auctions.deliver_auction(
                program=PROGRAM, number="30", actor=OFFICIAL, at=registry.tick()
            )

        assert reasons(deliver) == {"not_in_state"}
        registry.close()
        assert reasons(deliver) == {"not_in_state"}
        assert reasons(registry.deliver, unpaid=["B"]) == {"not_a_winner"}
        registry.deliver()
        assert reasons(deliver) == {"not_in_state"}
        assert registry.total("A") == 10

    def test_a_winner_whose_account_is_closed_stops_the_delivery(
        self, registry: AuctionRegistry
    ) -> None:
        registry.notice()
        registry.qualify("A", "B")
        registry.bid("A", 10, 300)
        registry.bid("B", 10, 300)
        registry.close()
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE ledger_account SET state = 'closed' WHERE id = %s",
                [registry.accounts["B"].id],
            )

        assert reasons(registry.deliver) == {"winner_not_open"}
        assert registry.total("A") == 0

    def test_losing_bids_are_told_to_nobody(self, registry: AuctionRegistry) -> None:
        """RGGI-045."""
        registry.notice()
        registry.qualify("A", "B")
        registry.bid("A", 100, 300)
        registry.bid("B", 50, 250)
        found = registry.close()

        assert (found.bidders, found.winners) == (2, 1)
        assert awarded() == {registry.accounts["A"].id: 100}

    def test_an_unknown_auction_is_refused(self, registry: AuctionRegistry) -> None:
        assert reasons(self.close, registry, SECOND) == {"unknown_auction"}


class TestDatabase:
    """What can never be otherwise, whatever the code does."""

    @pytest.mark.parametrize(
        "values",
        [
            {"state": "sold"},
            {"state": "closed"},
            {"state": "closed", "closed_at": CLOSES, "closed_by": "x", "asked_by": "x"},
            {"state": "closed", "closed_at": OPENS, "closed_by": "x", "asked_by": "y"},
            {"state": "delivered", "delivered_at": CLOSES},
            {"settled_at": CLOSES},
            {"closes_at": OPENS},
            {"quantity": 0},
        ],
    )
    def test_an_auction_is_closed_by_two_after_its_close_and_in_order(
        self, registry: AuctionRegistry, values: dict[str, object]
    ) -> None:
        registry.notice()

        with pytest.raises(IntegrityError), transaction.atomic():
            Auction.objects.update(**values)

    def test_what_was_opened_is_never_changed(self, registry: AuctionRegistry) -> None:
        registry.notice()
        registry.qualify("A")
        registry.bid("A", 10, 300)
        registry.close()

        for statement in (
            "UPDATE auctions_openedbid SET awarded = 0",
            "UPDATE auctions_result SET sold = 1",
            "DELETE FROM auctions_sealedbid",
            "DELETE FROM auctions_award",
            "DELETE FROM auctions_auction",
        ):
            with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)

    def test_more_is_never_sold_than_was_put_up(self, registry: AuctionRegistry) -> None:
        registry.notice()

        with pytest.raises(IntegrityError), transaction.atomic():
            Auction.objects.get().consignments.update(sold=101)
