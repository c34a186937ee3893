"""The picture of an auction: supply and demand as steps."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from trueup.rules import programs
from trueup.rules.auction import Bid, ContainmentTier, Offer, clear
from trueup.rules.auction_bids import AuctionRules, ContainmentYear
from trueup.rules.auction_curve import Step, demand, demand_is_public, points, supply
from trueup.rules.market_file import read_market
from trueup.rules.program_file import Section

SECTION = """
[auctions]
held = true
lot_size = 1
bid_limit_percent = 100
bids_max = 100
undersubscribed_price = "lowest_winning_bid"
per_quarter = 1
demand_from = 3
cite = "x"
"""
BIDS = st.lists(st.tuples(st.integers(1, 500), st.integers(1, 90)), max_size=20)


class TestCurves:
    """RGGI-041, RGGI-045."""

    def test_demand_goes_down_by_price(self) -> None:
        assert demand([(250, 50), (300, 60), (250, 10)]) == [
            Step(price_cents=300, start=0, end=60),
            Step(price_cents=250, start=60, end=120),
        ]

    def test_supply_is_the_offer_at_the_reserve_price_and_more_above_a_trigger(self) -> None:
        offer = Offer(
            quantities={"MD": 60, "NY": 40},
            reserve_price_cents=205,
            containment=(ContainmentTier(trigger_cents=400, quantities={"MD": 50}),),
        )

        assert supply(offer) == [
            Step(price_cents=205, start=0, end=100),
            Step(price_cents=400, start=100, end=150),
        ]
        assert points(supply(offer)) == [(0, 205), (100, 205), (100, 400), (150, 400)]

    def test_of_few_winners_demand_is_not_told(self) -> None:
        assert demand_is_public(winners=3, least=3)
        assert not demand_is_public(winners=2, least=3)
        assert not demand_is_public(winners=1000, least=0)

    @given(bids=BIDS)
    def test_a_curve_has_all_that_was_bid_and_no_gap(self, bids: list[tuple[int, int]]) -> None:
        steps = demand(bids)

        assert sum(step.quantity for step in steps) == sum(quantity for _, quantity in bids)
        assert [step.start for step in steps[1:]] == [step.end for step in steps[:-1]]
        prices = [step.price_cents for step in steps]
        assert prices == sorted(set(prices), reverse=True)

    @given(bids=BIDS, offered=st.integers(1, 300))
    def test_the_curves_meet_at_the_clearing_price(
        self, bids: list[tuple[int, int]], offered: int
    ) -> None:
        """Where all is sold, the clearing price is on the demand curve at what is offered."""
        offer = Offer(quantities={"MD": offered}, reserve_price_cents=1)
        made = [
            Bid(id=place, bidder=str(place), quantity=quantity, price_cents=price)
            for place, (price, quantity) in enumerate(bids)
        ]
        found = clear(offer, made, seed="x")
        if found.quantity == offered:
            (at,) = [step for step in demand(bids) if step.start < offered <= step.end]
            assert found.price_cents == at.price_cents


class TestProgramValues:
    """PLAT-066, PLAT-067; MASS-068: who holds auctions, and with which reserve, is data."""

    def read(self, text: str) -> AuctionRules | None:
        values = tomllib.loads(text)
        return read_market(Section(values, file="x.toml"), {}).auctions

    def test_the_mass_based_program_holds_none_until_its_file_says_so(self) -> None:
        assert programs.load("cpp-mass").market.auctions is None
        assert self.read(SECTION.replace("held = true", "held = false")) is None
        held = self.read(SECTION)
        assert held is not None
        assert (held.demand_from, held.containment) == (3, None)

    def test_the_reserve_of_a_year_has_its_trigger_and_quantity(self) -> None:
        held = self.read(
            SECTION + '[auctions.cost_containment]\ncite = "x"\n'
            'years = [{ year = 2016, trigger = "8.00", quantity = 10_000_000 }]\n'
        )

        assert held is not None
        assert held.containment == {2016: ContainmentYear(trigger_cents=800, quantity=10_000_000)}
        rggi = programs.load("rggi-md").market.auctions
        assert rggi is not None
        assert rggi.containment == {}  # Each notice gives its own.
