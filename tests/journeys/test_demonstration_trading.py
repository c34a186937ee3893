"""The invented people and trades of the demonstration: repeatable, and never impossible."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

import pytest

from trueup.demonstration.people import Invention, domain_of
from trueup.demonstration.trading import (
    Market,
    Position,
    Trade,
    plan_next_period_trades,
    plan_trades,
)

MARKET = Market(
    brokers=("B1", "B2", "B3"),
    sessions=[date(2021, 6, 9) + timedelta(days=14 * index) for index in range(100)],
    late_sessions=[date(2025, 5, 2), date(2025, 5, 6)],
    vintages=(2022, 2023, 2024),
)
# Forty plants with too much and sixty with too little.
POSITIONS = [
    Position(
        account=f"P{index}",
        allowances=dict.fromkeys((2022, 2023, 2024), 1000 + index),
        need_tons=2000 if index < 40 else 4500,
    )
    for index in range(100)
]


@pytest.fixture(scope="module")
def trades() -> list[Trade]:
    return plan_trades(POSITIONS, market=MARKET, seed=7)


class TestTrades:
    """Issue 2, 11: several thousand trades from a seed; some plants end short, some long."""

    def test_whoever_gives_holds_it_on_that_day(self, trades: list[Trade]) -> None:
        held: dict[tuple[str, int], int] = defaultdict(int)
        for position in POSITIONS:
            for vintage, quantity in position.allowances.items():
                held[position.account, vintage] = quantity
        for trade in trades:
            assert trade.quantity >= 1
            assert held[trade.source, trade.vintage] >= trade.quantity
            held[trade.source, trade.vintage] -= trade.quantity
            if trade.on not in MARKET.late_sessions:
                held[trade.destination, trade.vintage] += trade.quantity

    def test_they_are_in_the_order_of_their_days(self, trades: list[Trade]) -> None:
        days = [trade.on for trade in trades]
        assert days == sorted(days)
        assert set(days) <= {*MARKET.sessions, *MARKET.late_sessions}

    def test_a_broker_is_on_one_side_of_every_trade(self, trades: list[Trade]) -> None:
        brokers = set(MARKET.brokers)
        assert all({trade.source, trade.destination} & brokers for trade in trades)
        assert all(trade.source != trade.destination for trade in trades)
        assert any({trade.source, trade.destination} <= brokers for trade in trades)

    def test_some_are_submitted_after_the_deadline(self, trades: list[Trade]) -> None:
        late = [trade for trade in trades if trade.on in MARKET.late_sessions]
        assert {trade.source in MARKET.brokers for trade in late} == {True, False}

    def test_some_plants_end_short_and_some_long(self, trades: list[Trade]) -> None:
        balance = {p.account: 3 * p.allowances[2022] - p.need_tons for p in POSITIONS}
        for trade in trades:
            if trade.on not in MARKET.late_sessions:
                if trade.source in balance:
                    balance[trade.source] -= trade.quantity
                if trade.destination in balance:
                    balance[trade.destination] += trade.quantity
        assert sum(left < 0 for left in balance.values()) >= 10
        assert sum(left >= 0 for left in balance.values()) >= 10

    def test_the_seed_alone_decides(self, trades: list[Trade]) -> None:
        assert plan_trades(POSITIONS, market=MARKET, seed=7) == trades
        assert plan_trades(POSITIONS, market=MARKET, seed=8) != trades

    def test_of_the_next_period_some_plants_sell_part_of_one_vintage(self) -> None:
        ahead = plan_next_period_trades(POSITIONS, market=MARKET, seed=7)
        sold = [trade for trade in ahead if trade.source not in MARKET.brokers]
        assert 5 <= len(sold) <= 30
        assert len({trade.source for trade in sold}) == len(sold)
        assert all(trade.quantity < 1100 for trade in sold)
        assert all(trade.destination in MARKET.brokers for trade in ahead)


class TestPeople:
    """Issue 2, 11: representatives are invented, and it shows."""

    def test_no_name_is_given_twice_and_no_mail_can_reach_anybody(self) -> None:
        invention = Invention(seed=3)
        pairs = invention.pairs([f"Operator {number}, LLC" for number in range(600)])
        people = [person for pair in pairs.values() for person in (pair.primary, pair.alternate)]
        people += [
            person
            for broker in invention.brokers(16)
            for person in (broker.people.primary, broker.people.alternate)
        ]
        assert len({person.name for person in people}) == len(people) == 1232
        assert all(person.email.endswith(".example") for person in people)

    def test_brokers_say_that_they_are_fictional(self) -> None:
        assert all("(fictional)" in broker.name for broker in Invention(seed=3).brokers(24))

    def test_the_seed_alone_decides(self) -> None:
        assert Invention(seed=3).pairs(["A", "B"]) == Invention(seed=3).pairs(["B", "A"])
        assert Invention(seed=3).pairs(["A"]) != Invention(seed=4).pairs(["A"])

    @pytest.mark.parametrize(
        ("organisation", "domain"),
        [
            ("Kettle & Sons, L.P.", "kettle-sons-l-p.example"),
            ("Blue Heron Carbon (fictional)", "blue-heron-carbon.example"),
            ("", "operator.example"),
            ("x" * 80, "x" * 63 + ".example"),
        ],
    )
    def test_a_domain_is_made_of_a_name(self, organisation: str, domain: str) -> None:
        assert domain_of(organisation) == domain
