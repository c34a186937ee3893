"""Rivals in auctions, with real commits: nothing is taken twice, late, or by halves."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections

from tests.conftest import SharedDatabase
from tests.contexts.auction_registry import CLOSES, OFFICIAL, OPENS, PROGRAM, AuctionRegistry
from trueup.auctions import queries
from trueup.auctions import services as auctions
from trueup.auctions.filing_models import Application, BidSchedule
from trueup.auctions.models import OpenedBid, SealedBid
from trueup.auctions.result_queries import offer_of
from trueup.ledger import services as ledger
from trueup.ledger.entries import Origination
from trueup.ledger.verify import audit
from trueup.rules.auction import Bid, clear, exposure_cents
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot

pytestmark = pytest.mark.stress
RIVALS = 4
SEED = 47_0430
ROUNDS = 6
OF_BIDDERS = frozenset({"over_security", "over_bid_limit", "below_reserve", "bidding_closed"})
OF_OFFICIALS = frozenset({"not_in_state", "same_official", "not_asked_for"})


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """What each of the rivals got: an answer, or the problem."""
    together = threading.Barrier(len(acts))
    answers: list[object] = [None] * len(acts)

    def run(place: int) -> None:
        try:
            together.wait()
            answers[place] = acts[place]()
        except Exception as problem:
            answers[place] = problem
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def refused(answers: list[object]) -> list[set[str]]:
    """Why each was refused that was; anything else that went wrong fails the test."""
    problems = [answer for answer in answers if isinstance(answer, Exception)]
    assert all(isinstance(problem, Refused) for problem in problems), problems
    return [set(of.reasons) for of in problems if isinstance(of, Refused)]


def tolerating(act: Callable[[], object], reasons: frozenset[str]) -> None:
    """Do it; to be refused for one of these reasons is well, for any other it is not."""
    try:
        act()
    except Refused as problem:
        if not set(problem.reasons) <= reasons:
            raise


def enter(
    registry: AuctionRegistry, name: str, bids: list[tuple[int, int]], number: str = "30"
) -> object:
    return auctions.enter_bids(
        program=PROGRAM,
        number=number,
        account=registry.number(name),
        person=registry.people[name],
        bids=auctions.unseal_all(auctions.sealed_bids(bids)),
        key=uuid4(),
        at=OPENS,
    )


def test_of_two_schedules_one_stands_whole(shared_database: SharedDatabase) -> None:
    """RGGI-041: entered at the same instant, bids are replaced, never mixed."""
    registry = AuctionRegistry()
    registry.notice()
    registry.qualify("A")

    answers = at_once(
        [
            lambda rival=rival: enter(registry, "A", [(1, 300 + rival)] * 10)  # type: ignore[misc]
            for rival in range(RIVALS)
        ]
    )

    assert refused(answers) == []
    standing = SealedBid.objects.filter(withdrawn_at=None)
    said = {
        of.price_cents
        for of in auctions.own_bids(program=PROGRAM, number="30", account=registry.accounts["A"].id)
    }
    assert (standing.count(), len(said)) == (10, 1)
    assert BidSchedule.objects.count() == RIVALS


def test_one_security_is_not_spent_in_two_vintages(shared_database: SharedDatabase) -> None:
    """RGGI-042: the vintages of one sitting share what was given."""
    registry = AuctionRegistry()
    lot = Lot(jurisdiction="MD", year=2016)
    ledger.originate_many(
        [Origination(lot=lot, shares=((registry.accounts["MD"].id, 100),), key=uuid4())],
        program=PROGRAM,
        actor="administrator",
        recorded_at=registry.tick(),
    )
    for number, vintage in (("30-2015", 2015), ("30-2016", 2016)):
        registry.notice(number, vintage=vintage, sitting="30", reason="")
    registry.qualify("A", security=20_000, number="30-2015")

    answers = at_once(
        [
            lambda number=number: enter(registry, "A", [(60, 300)], number)  # type: ignore[misc]
            for number in ("30-2015", "30-2016")
        ]
    )

    assert refused(answers) == [{"over_security"}]
    assert SealedBid.objects.count() == 1


def test_one_application_waits(shared_database: SharedDatabase) -> None:
    """RGGI-042: applied for at once, an account has one application that waits."""
    registry = AuctionRegistry()
    registry.notice()

    def apply() -> object:
        return auctions.apply_to_bid(
            program=PROGRAM,
            number="30",
            account=registry.number("A"),
            person=registry.people["A"],
            security_kind="bond",
            security_cents=100,
            reference="",
            key=uuid4(),
            at=OPENS - timedelta(hours=1),
        )

    assert refused(at_once([apply] * RIVALS)) == [{"already_applied"}] * (RIVALS - 1)
    assert Application.objects.count() == 1


def test_one_of_them_delivers(shared_database: SharedDatabase) -> None:
    """RGGI-044, PLAT-068: nothing is delivered twice."""
    registry = AuctionRegistry()
    registry.notice()
    registry.qualify("A")
    registry.bid("A", 60, 300)
    registry.close()
    of = {"program": PROGRAM, "number": "30", "actor": OFFICIAL, "at": registry.tick()}

    settled = at_once([lambda: auctions.settle_auction(**of)] * RIVALS)  # type: ignore[arg-type]
    delivered = at_once([lambda: auctions.deliver_auction(**of)] * RIVALS)  # type: ignore[arg-type]

    assert refused(settled) == refused(delivered) == [{"not_in_state"}] * (RIVALS - 1)
    assert (registry.total("A"), registry.total("MD")) == (60, 940)
    assert audit().clean


def test_bidders_and_officials_at_once_leave_a_whole_auction(
    shared_database: SharedDatabase,
) -> None:
    """RGGI-041 to RGGI-044: whatever comes in which order, the auction is whole after it.

    Every bidder enters, changes and withdraws at random while officials try to close: what
    was opened is what stood, within each security, cleared as the rules clear it.
    """
    registry = AuctionRegistry()
    registry.notice(offers=[("MD", 100), ("NY", 50)])
    for name in "ABC":
        registry.qualify(name, security=60_000)
    at = CLOSES + timedelta(seconds=30)

    def bidder(name: str) -> Callable[[], object]:
        chance = random.Random(f"{SEED} {name}")

        def act() -> None:
            for _ in range(ROUNDS):
                count = chance.randint(0, 4)
                bids = [(chance.randint(1, 60), chance.randint(200, 600)) for _ in range(count)]
                tolerating(lambda bids=bids: enter(registry, name, bids), OF_BIDDERS)  # type: ignore[misc]

        return act

    def official(number: int) -> Callable[[], object]:
        def act() -> None:
            for _ in range(ROUNDS):
                of = {"program": PROGRAM, "number": "30", "actor": f"official:{number}", "at": at}
                for service in (auctions.ask_to_close, auctions.close_auction):
                    tolerating(lambda service=service, of=of: service(**of), OF_OFFICIALS)  # type: ignore[misc]

        return act

    acts = [*(bidder(name) for name in "ABC"), official(1), official(2)]
    assert refused(at_once(acts)) == []
    _check_whole(registry)


def _check_whole(registry: AuctionRegistry) -> None:
    entry = queries.auction(program=PROGRAM, number="30")
    assert entry.state == "closed"
    result = queries.result(entry.id)
    assert result is not None
    rows = OpenedBid.objects.select_related("bid").order_by("bid_id")
    assert {row.bid_id for row in rows} == set(
        SealedBid.objects.filter(withdrawn_at=None).values_list("id", flat=True)
    )
    bids = [
        Bid(
            id=row.bid_id,
            bidder=str(row.bid.account_id),
            quantity=row.quantity,
            price_cents=row.price_cents,
        )
        for row in rows
    ]
    for name in "ABC":
        mine = [bid for bid in bids if bid.bidder == str(registry.accounts[name].id)]
        assert exposure_cents(mine) <= 60_000
    again = clear(offer_of(entry, queries.consignments(entry.id)), bids, seed=result.seed)
    assert {row.bid_id: row.awarded for row in rows if row.awarded} == dict(again.awards)
    registry.at(CLOSES + timedelta(minutes=2))
    registry.deliver()
    won = sum(registry.total(name) for name in "ABC")
    assert won == result.sold
    assert registry.total("MD") + registry.total("NY") + won == 2000
    assert audit().clean
