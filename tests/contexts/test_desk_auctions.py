"""Auctions at the desk: what two officials do, and what one of them cannot."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.contexts.auction_registry import CLOSES, OPENS, PROGRAM, AuctionRegistry
from trueup.accounts import services as accounts
from trueup.accounts.entries import PersonSpec
from trueup.auctions import bidder_queries, queries
from trueup.auctions import services as auctions
from trueup.auctions.models import OpenedBid
from trueup.desk import services as desk
from trueup.desk.entries import Done, ProposalEntry
from trueup.ledger.verify import audit
from trueup.officials import services as officials
from trueup.rules.refusal import Refused
from trueup.tasks import queries as tasks

pytestmark = pytest.mark.django_db


class AuctionDesk(AuctionRegistry):
    """Two officials who hold auctions."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("Olga", "Pete", "Paul"):
            (person,) = accounts.register_people(
                [PersonSpec(name=name, email=f"{name.lower()}@example.org")],
                registered_at=self.tick(),
            )
            self.people[name] = person.id
            officials.grant(
                person=person.id,
                role="administrator",
                program=PROGRAM,
                from_at=self.tick(),
                granted_by="administrator",
                reason="a test",
            )

    def act(self, name: str, by: str = "Olga", **values: Any) -> Done:
        return desk.act(name, program=PROGRAM, by=self.people[by], at=self.tick(), **values)

    def propose(self, name: str, by: str = "Olga", **values: Any) -> ProposalEntry:
        done = self.act(name, by, **values)
        assert done.proposal is not None
        return done.proposal

    def approve(self, entry: ProposalEntry, by: str = "Pete") -> ProposalEntry:
        return desk.approve(
            proposal=entry.key, by=self.people[by], at=self.tick(), digest=entry.digest
        )

    def announce(self, offers: str = "", number: str = "30", **more: Any) -> ProposalEntry:
        return self.propose(
            "announce_auction",
            number=number,
            offers=offers or f"{self.number('MD')}, 2015, 100",
            reserve_price="2.05",
            opens_at=OPENS.isoformat(),
            closes_at=CLOSES.isoformat(),
            security_required="yes",
            **more,
        )

    def apply(self, name: str, cents: int = 10**6, number: str = "30") -> int:
        return auctions.apply_to_bid(
            program=PROGRAM,
            number=number,
            account=self.number(name),
            person=self.people[name],
            security_kind="bond",
            security_cents=cents,
            reference="B-1",
            key=uuid4(),
            at=self.tick(),
        ).id


@pytest.fixture
def office() -> AuctionDesk:
    return AuctionDesk()


def reasons(act: Any, *args: Any, **kwargs: Any) -> frozenset[str]:
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)
    return refused.value.reasons


class TestNotice:
    """RGGI-040, RGGI-043, PLAT-066: a notice is previewed, and published by two."""

    def test_nothing_is_announced_before_a_second_official_approves(
        self, office: AuctionDesk
    ) -> None:
        proposal = office.announce()

        assert proposal.preview["offered"] == ["100"]
        assert queries.auctions(program=PROGRAM) == []
        assert office.approve(proposal).state == "executed"
        assert queries.auction(program=PROGRAM, number="30").quantity == 100

    def test_several_vintages_are_auctions_of_one_sitting(self, office: AuctionDesk) -> None:
        from trueup.ledger import services as ledger
        from trueup.ledger.entries import Origination
        from trueup.rules.serials import Lot

        ledger.originate_many(
            [
                Origination(
                    lot=Lot(jurisdiction="MD", year=2016),
                    shares=((office.accounts["MD"].id, 50),),
                    key=uuid4(),
                )
            ],
            program=PROGRAM,
            actor="administrator",
            recorded_at=office.tick(),
        )
        source = office.number("MD")
        office.approve(office.announce(f"account,vintage\n{source},2015,100\n{source},2016,50"))

        found = {of.number: of for of in queries.auctions(program=PROGRAM)}
        assert {number: of.vintage for number, of in found.items()} == {
            "30-2015": 2015,
            "30-2016": 2016,
        }
        office.qualify("A", security=30_000, number="30-2015")
        office.bid("A", 60, 300, number="30-2015")
        # The same security covers both vintages: 180 dollars are bound, 120 are left.
        assert reasons(office.bid, "A", 41, 300, number="30-2016") == {"over_security"}
        office.bid("A", 40, 300, number="30-2016")
        assert office.close("30-2015").sold == 60
        assert office.close("30-2016").sold == 40

    def test_lines_that_cannot_be_read_are_told(self, office: AuctionDesk) -> None:
        assert reasons(office.announce, "x, y") == {"value_not_usable"}
        assert reasons(office.announce, "A1, 2015, 0x10") == {"value_not_usable"}
        assert reasons(office.announce, "account,vintage,quantity") == {"value_not_usable"}

    def test_a_reserve_without_a_recorded_trigger_is_not_released(
        self, office: AuctionDesk
    ) -> None:
        offers = f"{office.number('MD')}, 2015, 100\n{office.number('NY')}, 2015, 50, 4.00"

        assert reasons(office.announce, offers) == {"trigger_missing"}
        office.approve(office.announce(offers, containment_ground="Order 1 of the Department."))
        entry = queries.auction(program=PROGRAM, number="30")
        assert [of.trigger_cents for of in queries.consignments(entry.id)] == [None, 400]
        assert queries.terms(entry.id).containment_ground == "Order 1 of the Department."


class TestBidders:
    """RGGI-042: who applies with security may bid, once an official says so."""

    def test_an_application_waits_until_it_is_decided(self, office: AuctionDesk) -> None:
        office.approve(office.announce())
        application = office.apply("A")
        (waiting,) = tasks.open_on(f"bidder:{application}")
        assert waiting.function == "auction"
        assert reasons(office.bid, "A", 10, 300) == {"not_qualified"}
        assert reasons(office.apply, "A") == {"already_applied"}

        office.act("decide_bidder", application=application, accepted="yes")
        assert office.bid("A", 10, 300).quantity == 10
        assert tasks.open_on(f"bidder:{application}") == []
        assert reasons(office.act, "decide_bidder", application=application, accepted="yes") == {
            "already_decided"
        }

    def test_a_refusal_has_a_reason_and_another_application_can_follow(
        self, office: AuctionDesk
    ) -> None:
        office.approve(office.announce())
        application = office.apply("A")

        assert reasons(office.act, "decide_bidder", application=application, accepted="no") == {
            "reason_missing"
        }
        office.act(
            "decide_bidder", application=application, accepted="no", reason="The bond lapsed."
        )
        assert reasons(office.bid, "A", 10, 300) == {"not_qualified"}
        assert office.apply("A") > application

    def test_security_is_stated_and_the_time_is_kept(self, office: AuctionDesk) -> None:
        office.approve(office.announce(qualify_until=OPENS.isoformat()))

        assert reasons(office.apply, "A", 0) == {"security_missing"}
        assert reasons(office.apply, "A", -5) == {"security_missing"}
        office.at(OPENS)
        assert reasons(office.apply, "A") == {"applications_closed"}

    def test_who_does_not_represent_the_account_cannot_apply(self, office: AuctionDesk) -> None:
        office.approve(office.announce())
        office.people["A"] = office.people["B"]

        assert reasons(office.apply, "A") == {"not_representative"}


class TestClose:
    """RGGI-041, PLAT-018: bids are opened on the word of two, never for one of them."""

    def test_trying_it_opens_no_bid(self, office: AuctionDesk) -> None:
        office.approve(office.announce())
        office.qualify("A")
        office.bid("A", 60, 300)
        office.at(CLOSES)
        proposal = office.propose("close_auction", number="30")

        assert OpenedBid.objects.count() == 0
        assert "clearing_price" not in proposal.preview
        assert queries.auction(program=PROGRAM, number="30").state == "open"
        assert reasons(office.approve, proposal, "Olga") == {"same_person"}

        done = office.approve(proposal)
        assert done.verdict is not None
        assert done.verdict.result["clearing_price"] == "3.00"

    def test_before_its_time_it_cannot_even_be_asked_for(self, office: AuctionDesk) -> None:
        office.approve(office.announce())

        assert reasons(office.act, "close_auction", number="30") == {"not_yet_closing"}

    def test_the_second_of_two_closes_finds_it_closed(self, office: AuctionDesk) -> None:
        office.approve(office.announce())
        office.at(CLOSES)
        one = office.propose("close_auction", number="30")
        other = office.propose("close_auction", "Paul", number="30")

        assert office.approve(one).state == "executed"
        after = office.approve(other)
        assert after.state == "refused"
        assert after.verdict is not None
        assert [refusal["code"] for refusal in after.verdict.refusals] == ["auction.not_in_state"]

    def test_settled_and_delivered_by_two(self, office: AuctionDesk) -> None:
        office.approve(office.announce())
        office.qualify("A", "B")
        office.bid("A", 60, 300)
        office.bid("B", 30, 250)
        office.at(CLOSES)
        office.approve(office.propose("close_auction", number="30"))
        office.approve(office.propose("settle_auction", number="30", unpaid=office.number("B")))
        proposal = office.propose("deliver_auction", number="30")
        assert proposal.preview["delivered"] == "60"
        office.approve(proposal)

        assert (office.total("A"), office.total("B"), office.total("MD")) == (60, 0, 940)
        assert tasks.open_on(f"auction:{queries.auction(program=PROGRAM, number='30').id}") == []
        (mine,) = bidder_queries.own_results(
            queries.auction(program=PROGRAM, number="30").id, account=office.accounts["B"].id
        )
        assert (mine.quantity, mine.awarded) == (30, 30)
        assert audit().clean
