"""RGGI-040 to RGGI-045: one round of sealed bids, one price."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.rules.auction import (
    RESERVE,
    Bid,
    Clearing,
    ContainmentTier,
    Offer,
    clear,
    drawn,
    exposure_cents,
    share_equally,
)
from trueup.rules.auction_bids import (
    AuctionRules,
    Terms,
    check_bids,
    in_dollars,
    price_in_cents,
)
from trueup.rules.refusal import Refused

RULES = AuctionRules(
    lot_size=1,
    bid_limit_percent=100,
    bids_max=10,
    undersubscribed_price="lowest_winning_bid",
    per_quarter=1,
)


def bids(*of: tuple[str, int, str]) -> list[Bid]:
    """Bids of (bidder, quantity, price in dollars), in order of entry."""
    return [
        Bid(id=number, bidder=bidder, quantity=quantity, price_cents=price_in_cents(Decimal(price)))
        for number, (bidder, quantity, price) in enumerate(of, 1)
    ]


def offer(quantity: int, *, reserve: int = 1) -> Offer:
    return Offer(quantities={"MD": quantity}, reserve_price_cents=reserve)


def won(of: Offer, made: Sequence[Bid], *, seed: str = "s") -> dict[str, int]:
    return clear(of, made, seed=seed).of_bidders(made)


@st.composite
def auctions(draw: st.DrawFn) -> tuple[Offer, list[Bid]]:
    """Offers of several States and bids of few prices, so that ties are common."""
    lot_size = draw(st.sampled_from([1, 1, 10]))
    lots = st.integers(0, 30)
    states = draw(st.dictionaries(st.sampled_from(["CT", "MD", "NY"]), lots, min_size=1))
    tiers = draw(
        st.lists(
            st.tuples(
                st.integers(1, 8),
                st.dictionaries(st.sampled_from(["CT", "MD"]), lots, min_size=1),
            ),
            max_size=2,
        )
    )
    made = draw(
        st.lists(
            st.tuples(st.sampled_from("ABCDEF"), st.integers(1, 20), st.integers(1, 8)),
            max_size=20,
        )
    )
    return (
        Offer(
            quantities={state: of * lot_size for state, of in states.items()},
            reserve_price_cents=draw(st.integers(0, 4)),
            lot_size=lot_size,
            containment=tuple(
                ContainmentTier(
                    trigger_cents=trigger,
                    quantities={state: of * lot_size for state, of in put_up.items()},
                )
                for trigger, put_up in tiers
            ),
        ),
        [
            Bid(id=number, bidder=bidder, quantity=quantity * lot_size, price_cents=price)
            for number, (bidder, quantity, price) in enumerate(made, 1)
        ],
    )


class TestPrice:
    """RGGI-041: the lowest winning bid, and nothing below the reserve price."""

    def test_the_worked_example(self) -> None:
        made = bids(("A", 60, "3.00"), ("B", 50, "2.50"), ("C", 40, "2.00"))
        found = clear(offer(100, reserve=205), made, seed="s")

        assert found.of_bidders(made) == {"A": 60, "B": 40}
        assert found.price_cents == 250

    def test_what_is_not_asked_for_goes_back(self) -> None:
        made = bids(("A", 60, "3.00"), ("C", 40, "2.00"))
        found = clear(offer(100, reserve=205), made, seed="s")

        assert found.of_bidders(made) == {"A": 60}
        assert found.returned == {"MD": 40}
        assert found.price_cents == 300

    def test_by_the_other_reading_what_is_undersubscribed_is_sold_at_the_reserve_price(
        self,
    ) -> None:
        made = bids(("A", 60, "3.00"))
        at_reserve = replace(offer(100, reserve=205), undersubscribed_price=RESERVE)

        assert clear(at_reserve, made, seed="s").price_cents == 205

    def test_without_bids_there_is_no_price(self) -> None:
        found = clear(offer(100), [], seed="s")

        assert (found.price_cents, found.awards, found.returned) == (None, {}, {"MD": 100})

    def test_an_offer_of_nothing_sells_nothing(self) -> None:
        found = clear(offer(0), bids(("A", 1, "3.00")), seed="s")

        assert (found.price_cents, found.quantity) == (None, 0)

    def test_bids_of_one_bidder_at_several_prices_each_stand_alone(self) -> None:
        made = bids(("A", 50, "4.00"), ("A", 50, "2.00"), ("B", 60, "3.00"))

        assert won(offer(100), made) == {"A": 50, "B": 50}

    @given(auction=auctions(), seed=st.text(max_size=3))
    def test_none_below_the_price_wins_and_none_above_it_loses(
        self, auction: tuple[Offer, list[Bid]], seed: str
    ) -> None:
        of, made = auction
        found = clear(of, made, seed=seed)

        for bid in made:
            quantity = found.awards.get(bid.id, 0)
            assert 0 <= quantity <= bid.quantity
            assert quantity % of.lot_size == 0
            if found.price_cents is None or bid.price_cents < found.price_cents:
                assert not quantity
            elif bid.price_cents > found.price_cents:
                assert quantity == bid.quantity
        if found.price_cents is not None:
            assert found.price_cents >= of.reserve_price_cents
            winning = [bid.price_cents for bid in made if bid.id in found.awards]
            assert found.price_cents == min(winning)

    @given(auction=auctions(), seed=st.text(max_size=3))
    def test_all_is_awarded_or_goes_back(self, auction: tuple[Offer, list[Bid]], seed: str) -> None:
        of, made = auction
        found = clear(of, made, seed=seed)

        assert found.quantity == sum(found.sold.values()) + sum(found.released.values())
        for state, quantity in of.quantities.items():
            assert 0 <= found.returned[state] <= quantity
            assert found.sold[state] + found.returned[state] == quantity
        assert all(quantity >= 0 for quantity in found.kept.values())
        asked = sum(bid.quantity for bid in made if bid.price_cents >= of.reserve_price_cents)
        assert found.quantity == min(
            asked, sum(of.quantities.values()) + sum(found.released.values())
        )

    @given(auction=auctions(), seed=st.text(max_size=3))
    def test_the_order_in_which_bids_are_read_does_not_matter(
        self, auction: tuple[Offer, list[Bid]], seed: str
    ) -> None:
        of, made = auction

        assert clear(of, made, seed=seed) == clear(of, made[::-1], seed=seed)


class TestTies:
    """RGGI-041: equal shares at the price, then a draw from a published seed."""

    def test_what_is_left_is_shared_equally_not_in_proportion(self) -> None:
        made = bids(("A", 40, "3.00"), ("B", 100, "2.50"), ("C", 30, "2.50"))
        found = clear(offer(100), made, seed="s")

        assert found.of_bidders(made) == {"A": 40, "B": 30, "C": 30}
        assert found.tied == ("B", "C")

    def test_who_asked_for_less_than_an_equal_share_gets_all_of_it(self) -> None:
        made = bids(("B", 100, "2.50"), ("C", 10, "2.50"), ("D", 100, "2.50"))

        assert won(offer(100), made) == {"B": 45, "C": 10, "D": 45}

    def test_bidding_in_parts_gains_nothing(self) -> None:
        made = bids(("B", 50, "2.50"), ("B", 50, "2.50"), ("C", 100, "2.50"))

        assert won(offer(100), made) == {"B": 50, "C": 50}

    def test_the_seed_decides_who_gets_what_cannot_be_shared(self) -> None:
        made = bids(("B", 10, "2.50"), ("C", 10, "2.50"))
        lucky = min("BC", key=lambda bidder: drawn(bidder, seed="2016-03"))

        found = won(offer(7), made, seed="2016-03")
        assert sorted(found.values()) == [3, 4]
        assert found[lucky] == 4
        assert {max(won(offer(1), made, seed=str(n))) for n in range(20)} == {"B", "C"}

    def test_nobody_tied_where_there_was_enough(self) -> None:
        made = bids(("B", 10, "2.50"), ("C", 10, "2.50"))

        assert clear(offer(20), made, seed="s").tied == ()

    @given(
        wanted=st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers(1, 50), min_size=1),
        data=st.data(),
    )
    def test_shares_differ_by_one_at_most_unless_less_was_wanted(
        self, wanted: dict[str, int], data: st.DataObject
    ) -> None:
        lots = data.draw(st.integers(0, sum(wanted.values())))
        shares = share_equally(lots, wanted, seed="s")

        assert sum(shares.values()) == lots
        most = max(shares.values())
        for bidder, share in shares.items():
            assert share <= wanted[bidder]
            assert share >= most - 1 or share == wanted[bidder]

    def test_more_than_is_wanted_cannot_be_shared(self) -> None:
        with pytest.raises(ValueError, match="more than is wanted"):
            share_equally(3, {"A": 2}, seed="s")


class TestConsignment:
    """RGGI-043: several States, each selling in proportion to what it offers."""

    @staticmethod
    def cleared(sold: int, quantities: Mapping[str, int]) -> Clearing:
        of = Offer(quantities=quantities, reserve_price_cents=1)
        return clear(of, bids(("A", sold, "3.00")), seed="s")

    def test_the_worked_example(self) -> None:
        found = self.cleared(500, {"A": 600, "B": 400})

        assert found.sold == {"A": 300, "B": 200}
        assert found.returned == {"A": 300, "B": 200}

    def test_fractions_go_to_the_largest(self) -> None:
        found = self.cleared(100, {"CT": 1, "MD": 1, "NY": 151})

        assert sum(found.sold.values()) == 100

    def test_a_state_that_offers_nothing_sells_nothing(self) -> None:
        assert self.cleared(5, {"CT": 0, "MD": 10}).sold == {"CT": 0, "MD": 5}


class TestCostContainment:
    """A reserve that is sold only where the price would be above its trigger."""

    TIER = ContainmentTier(trigger_cents=400, quantities={"MD": 50})

    def test_it_is_added_until_the_price_is_at_the_trigger(self) -> None:
        of = replace(offer(100, reserve=205), containment=(self.TIER,))
        made = bids(("A", 100, "9.00"), ("B", 30, "5.00"), ("C", 90, "3.00"))
        found = clear(of, made, seed="s")

        assert found.released == {"MD": 30}
        assert found.kept == {"MD": 20}
        assert found.of_bidders(made) == {"A": 100, "B": 30}
        assert found.price_cents == 500

    def test_it_stays_where_the_price_is_at_the_trigger_or_below(self) -> None:
        of = replace(offer(100), containment=(self.TIER,))
        made = bids(("A", 100, "4.00"), ("B", 30, "4.00"))

        assert clear(of, made, seed="s").released == {"MD": 0}

    def test_all_of_it_may_not_be_enough(self) -> None:
        of = replace(offer(100), containment=(self.TIER,))
        made = bids(("A", 120, "9.00"), ("B", 60, "5.00"))
        found = clear(of, made, seed="s")

        assert found.released == {"MD": 50}
        assert found.of_bidders(made) == {"A": 120, "B": 30}
        assert found.price_cents == 500

    def test_nobody_pays_less_than_the_trigger_for_it(self) -> None:
        of = replace(offer(10), containment=(self.TIER,))
        made = bids(("A", 10, "9.00"), ("B", 5, "4.00"), ("C", 100, "3.99"))
        found = clear(of, made, seed="s")

        assert found.released == {"MD": 5}
        assert found.price_cents == 400

    @given(auction=auctions(), seed=st.text(max_size=3))
    def test_whoever_pays_for_a_released_allowance_pays_its_trigger(
        self, auction: tuple[Offer, list[Bid]], seed: str
    ) -> None:
        of, made = auction
        found = clear(of, made, seed=seed)

        if sum(found.released.values()):
            assert found.price_cents is not None
            assert found.price_cents >= min(tier.trigger_cents for tier in of.containment)


class TestBids:
    """RGGI-041, RGGI-042: what is refused when it is made."""

    def terms(self, **changes: object) -> Terms:
        terms = Terms(offered=1000, reserve_price_cents=205, rules=RULES, security_cents=100_000)
        return replace(terms, **changes)  # type: ignore[arg-type]

    def reasons(self, made: Sequence[Bid], **changes: object) -> set[str]:
        return {found.reason for found in check_bids(made, terms=self.terms(**changes))}

    def test_what_is_within_the_security_is_taken(self) -> None:
        assert self.reasons(bids(("A", 400, "2.50"))) == set()

    def test_what_could_cost_more_than_the_security_is_refused(self) -> None:
        assert self.reasons(bids(("A", 400, "5.10"))) == {"over_security"}
        assert self.reasons(bids(("A", 400, "5.10")), security_cents=None) == set()

    def test_the_security_covers_the_dearest_outcome_not_the_sum(self) -> None:
        made = bids(("A", 100, "5.00"), ("A", 300, "2.50"))

        assert exposure_cents(made) == 400 * 250
        assert self.reasons(made) == set()
        assert self.reasons(made, security_cents=99_999) == {"over_security"}

    def test_no_outcome_costs_more_than_the_exposure(self) -> None:
        made = bids(("A", 100, "5.00"), ("A", 300, "2.50"), ("A", 10, "2.06"))
        for quantity in range(1, 411, 7):
            found = clear(offer(quantity), made, seed="s")
            assert found.price_cents is not None
            assert found.quantity * found.price_cents <= exposure_cents(made)

    def test_a_bid_below_the_reserve_price_is_refused(self) -> None:
        assert self.reasons(bids(("A", 10, "2.04"))) == {"below_reserve"}
        assert self.reasons(bids(("A", 10, "2.05"))) == set()

    def test_a_bidder_and_its_owner_group_keep_to_a_limit(self) -> None:
        quarter = replace(RULES, bid_limit_percent=25)

        assert self.reasons(bids(("A", 250, "2.50")), rules=quarter) == set()
        assert self.reasons(bids(("A", 251, "2.50")), rules=quarter) == {"over_bid_limit"}
        assert self.reasons(bids(("A", 150, "2.50")), rules=quarter, of_group=101) == {
            "over_bid_limit"
        }

    def test_a_thousand_bids_of_one_party_are_too_many(self) -> None:
        many = bids(*[("A", 1, "2.50")] * 11)

        assert self.reasons(many) == {"too_many_bids"}

    def test_bids_are_for_whole_lots(self) -> None:
        thousands = replace(RULES, lot_size=1000)

        assert self.reasons(bids(("A", 400, "2.06")), rules=thousands) == {"not_whole_lots"}

    @pytest.mark.parametrize("price", ["2.055", "0", "-1", "NaN", "Infinity", "1e12"])
    def test_a_price_is_in_whole_cents(self, price: str) -> None:
        with pytest.raises(Refused) as refused:
            price_in_cents(Decimal(price))
        assert refused.value.reasons == {"not_a_price"}

    def test_money_is_exact(self) -> None:
        assert price_in_cents(Decimal("2.05")) == 205
        assert price_in_cents(Decimal("19.9900")) == 1999
        assert in_dollars(123_450) == "1,234.50"
        assert in_dollars(5) == "0.05"

    def test_what_is_no_bid_or_no_offer_is_a_bug(self) -> None:
        with pytest.raises(ValueError, match="no bid"):
            Bid(id=1, bidder="A", quantity=0, price_cents=1)
        with pytest.raises(ValueError, match="cannot be offered"):
            offer(-1)
        with pytest.raises(ValueError, match="no multiple"):
            Offer(quantities={"MD": 15}, reserve_price_cents=1, lot_size=10)
        with pytest.raises(ValueError, match="one id"):
            clear(offer(1), bids(("A", 1, "3.00")) * 2, seed="s")
        with pytest.raises(ValueError, match="no multiple"):
            clear(
                Offer(quantities={"MD": 20}, reserve_price_cents=1, lot_size=10),
                bids(("A", 15, "3.00")),
                seed="s",
            )


class TestSpeed:
    """An auction of 100 million allowances with 10,000 bids."""

    def test_ten_thousand_bids_clear_at_once(self) -> None:
        made = [
            Bid(
                id=number,
                bidder=f"bidder {number % 997}",
                quantity=1000 * (1 + number * 7919 % 40),
                price_cents=200 + number * 104_729 % 300,
            )
            for number in range(10_000)
        ]
        of = Offer(
            quantities={"MD": 60_000_000, "NY": 40_000_000}, reserve_price_cents=205, lot_size=1000
        )

        start = time.perf_counter()
        found = clear(of, made, seed="s")
        seconds = time.perf_counter() - start

        assert found.quantity == 100_000_000
        assert found.sold == {"MD": 60_000_000, "NY": 40_000_000}
        assert seconds < 1.0
