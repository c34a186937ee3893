"""Agents, mails, tasks and the reserve of a year: what surrounds an auction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from tests.contexts.auction_registry import CLOSES, OPENS, PROGRAM, AuctionRegistry
from trueup.accounts.delegation_models import Delegation, DelegationNotice
from trueup.auctions import bidder_queries, noticing, queries
from trueup.auctions import services as auctions
from trueup.auctions.models import Auction
from trueup.audit.models import Notice
from trueup.rules import programs
from trueup.rules.auction_bids import AuctionRules, ContainmentYear
from trueup.rules.refusal import Refused
from trueup.tasks import queries as tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry() -> AuctionRegistry:
    return AuctionRegistry()


def reasons(act: object, *args: object, **kwargs: object) -> frozenset[str]:
    with pytest.raises(Refused) as refused:
        act(*args, **kwargs)  # type: ignore[operator]
    return refused.value.reasons


def delegate(registry: AuctionRegistry, kind: str) -> None:
    """B is an agent of A for a kind of submission."""
    notice = DelegationNotice.objects.create(
        program=PROGRAM,
        basis="general",
        delegator_id=registry.people["A"],
        email="a@example.org",
        method="console",
        received_at=registry.tick(),
    )
    Delegation.objects.create(
        notice=notice,
        program_number=programs.load(PROGRAM).number,
        basis="general",
        delegator_id=registry.people["A"],
        agent_id=registry.people["B"],
        kind=kind,
        from_at=registry.tick(),
    )


def enter(registry: AuctionRegistry, by: str) -> object:
    return auctions.enter_bids(
        program=PROGRAM,
        number="30",
        account=registry.number("A"),
        person=registry.people[by],
        bids=auctions.unseal_all(auctions.sealed_bids([(10, 300)])),
        key=uuid4(),
        at=OPENS,
    )


class TestAgents:
    """40 CFR 62.16315(a); RGGI-042: an agent bids who was named for auctions."""

    def test_an_agent_for_auctions_bids_in_the_name_of_the_representative(
        self, registry: AuctionRegistry
    ) -> None:
        registry.notice()
        registry.qualify("A")
        assert reasons(enter, registry, "B") == {"not_representative"}
        delegate(registry, "auction_submissions")

        enter(registry, "B")
        schedule = Auction.objects.get().schedules.get()
        assert (schedule.person_id, schedule.for_person_id) == (
            registry.people["B"],
            registry.people["A"],
        )

    def test_an_agent_for_something_else_does_not(self, registry: AuctionRegistry) -> None:
        registry.notice()
        registry.qualify("A")
        delegate(registry, "transfers")

        assert reasons(enter, registry, "B") == {"not_representative"}


class TestTelling:
    """PLAT-052, PLAT-150; RGGI-045: each is told what concerns it, and nobody else's bids."""

    def events(self, registry: AuctionRegistry, name: str) -> dict[str, str]:
        rows = Notice.objects.filter(person_id=registry.people[name])
        return {row.event: row.body for row in rows.order_by("id")}

    def test_each_bidder_is_told_its_own_result(self, registry: AuctionRegistry) -> None:
        registry.notice()
        registry.qualify("A", "B", "C")
        registry.bid("A", 60, 311)
        registry.bid("B", 50, 277)
        registry.bid("C", 40, 233)
        registry.close()
        registry.deliver(unpaid=["B"])

        won, lost = self.events(registry, "A"), self.events(registry, "C")
        assert "Awarded:   60" in won["auction_result"]
        assert "166.20" in won["auction_result"]  # 60 at 2.77.
        assert "auction_delivered" in won
        assert "Awarded:   0" in lost["auction_result"]
        assert "auction_delivered" not in lost | self.events(registry, "B")
        assert not any("2.33" in body for body in [*won.values(), *lost.values()])

    def test_the_receipt_tells_neither_quantity_nor_price(self, registry: AuctionRegistry) -> None:
        registry.notice()
        registry.qualify("A")
        enter(registry, "A")
        body = self.events(registry, "A")["auction_bids_received"]

        assert "3.00" not in body
        assert Auction.objects.get().schedules.get().commitment in body

    def test_who_is_concerned_is_told_that_it_is_called_off(
        self, registry: AuctionRegistry
    ) -> None:
        registry.notice()
        registry.qualify("A")
        auctions.cancel_auction(
            program=PROGRAM, number="30", reason="A flood.", actor="official:1", at=registry.tick()
        )

        assert "A flood." in self.events(registry, "A")["auction_cancelled"]
        assert "auction_cancelled" not in self.events(registry, "B")

    def test_tasks_follow_the_auction(self, registry: AuctionRegistry) -> None:
        entry = registry.notice()
        subject = f"auction:{entry.id}"
        registry.qualify("A")
        assert [of.kind for of in tasks.open_on(subject)] == ["close_auction", "enter_bids"]
        registry.close()
        assert [of.kind for of in tasks.open_on(subject)] == ["settle_auction"]
        registry.deliver()
        assert tasks.open_on(subject) == []


class TestReserveOfAYear:
    """PLAT-066: a program that fixes the reserve of a year is kept to it."""

    @pytest.fixture(autouse=True)
    def fixed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rules = programs.load(PROGRAM).market.auctions
        assert rules is not None
        year = {2016: ContainmentYear(trigger_cents=800, quantity=60)}

        def rules_of(_program: str) -> AuctionRules:
            return replace(rules, containment=year)

        monkeypatch.setattr(noticing, "rules_of", rules_of)

    def test_another_trigger_is_refused(self, registry: AuctionRegistry) -> None:
        assert reasons(registry.notice, containment=[("MD", 50, 700)]) == {"trigger_not_of_program"}
        assert registry.notice(containment=[("MD", 50, 800)]).quantity == 100

    def test_the_reserve_of_the_year_is_offered_once(self, registry: AuctionRegistry) -> None:
        registry.notice(containment=[("MD", 50, 800)])
        later = {"opens_at": OPENS + timedelta(days=90), "closes_at": CLOSES + timedelta(days=90)}

        assert reasons(registry.notice, "31", containment=[("MD", 20, 800)], **later) == {
            "containment_used_up"
        }
        assert registry.notice("31", containment=[("MD", 10, 800)], **later).number == "31"

    def test_a_number_is_an_address(self, registry: AuctionRegistry) -> None:
        for number in ("", "a b", "x/y", "-1", "9" * 21):
            assert "number_not_usable" in reasons(registry.notice, number), number


def test_standings_and_results_are_the_accounts_own(registry: AuctionRegistry) -> None:
    """RGGI-042, RGGI-045."""
    entry = registry.notice()
    registry.qualify("A", "B")
    registry.bid("A", 60, 300)
    registry.bid("B", 60, 250)
    registry.close()
    entry = queries.auction(program=PROGRAM, number=entry.number)

    (mine,) = bidder_queries.standings([entry], account=registry.accounts["B"].id)
    assert (mine.bids, mine.awarded) == (1, 40)
    (bid,) = bidder_queries.own_results(entry.id, account=registry.accounts["B"].id)
    assert (bid.quantity, bid.awarded, bid.price_cents) == (60, 40, 250)
