"""Invent the trades of the demonstration from a seed, and keep them possible.

Every trade is between a compliance account and a broker's general account, or between two
brokers. Plants that got more than they will need sell most of it; plants that got less
buy, if brokers have any. Because the plants together got about 5 % less than they emit,
some are left short, and because some sell too much or buy nothing, more are. Whoever sells
holds what is sold on that day: the planner keeps books of its own, so the registry has no
reason to refuse. Prices are not invented.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

# Chances of what a plant does; the rest of each hundred does nothing.
_SELLS_SURPLUS, _SELLS_TOO_MUCH = 0.86, 0.08
_BUYS_ENOUGH, _BUYS_PART = 0.78, 0.12
_SELLS_AHEAD = 0.15
_BROKERS_TRADE = 0.6
_DEALS_MAX = 7
# What brokers keep of all they bought of a vintage until the deadline.
_BROKERS_KEEP = 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What a plant got and what it will owe.

    Attributes:
        account: Number of its compliance account.
        allowances: By vintage, of one compliance period.
        need_tons: What it will have emitted in the running period.
    """

    account: str
    allowances: Mapping[int, int]
    need_tons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """When is traded, what and through whom.

    Attributes:
        sessions: Days of trading up to the transfer deadline, in order.
        late_sessions: Days after it, before the deductions.
        vintages: Of the compliance period whose allowances are traded.
    """

    brokers: Sequence[str]
    sessions: Sequence[date]
    late_sessions: Sequence[date]
    vintages: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A transfer to be submitted on a day."""

    on: date
    source: str
    destination: str
    vintage: int
    quantity: int


@dataclass(slots=True)
class _Wish:
    """A plant's wish to sell (or buy) so many allowances of some vintages."""

    account: str
    quantity: int
    vintages: Sequence[int]


def plan_trades(positions: Sequence[Position], *, market: Market, seed: int) -> list[Trade]:
    """Trades of the running period's allowances, in order of their days."""
    planner = _Planner(positions, market, random.Random(f"trades {seed}"))  # noqa: S311
    for position in positions:
        planner.wish(position)
    return planner.plan()


def plan_next_period_trades(
    positions: Sequence[Position], *, market: Market, seed: int
) -> list[Trade]:
    """Trades of the next period's allowances: some plants sell part of one vintage.

    A plant that did may lack what it owes for excess emissions.
    """
    planner = _Planner(positions, market, random.Random(f"next trades {seed}"))  # noqa: S311
    for position in positions:
        planner.wish_to_sell_ahead(position)
    return planner.plan()


class _Planner:
    def __init__(
        self, positions: Sequence[Position], market: Market, source: random.Random
    ) -> None:
        self.market = market
        self.random = source
        self.held: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self.kept: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        self.sells: dict[date, list[_Wish]] = defaultdict(list)
        self.buys: dict[date, list[_Wish]] = defaultdict(list)
        self.trades: list[Trade] = []
        for position in positions:
            self.held[position.account].update(position.allowances)

    def plan(self) -> list[Trade]:
        days = [*self.market.sessions, *self.market.late_sessions]
        for index, day in enumerate(days):
            for sell in self._shuffled(self.sells[day]):
                self._sell(day, sell)
            if self.random.random() < _BROKERS_TRADE:
                self._between_brokers(day)
            for buy in self._shuffled(self.buys[day]):
                missing = self._buy(day, buy)
                if missing and index + 1 < len(self.market.sessions):
                    again = self.random.choice(self.market.sessions[index + 1 :])
                    self.buys[again].append(_Wish(buy.account, missing, buy.vintages))
        return self.trades

    def wish(self, position: Position) -> None:
        """Decide what a plant sells or buys, and on which days."""
        got = sum(position.allowances.get(vintage, 0) for vintage in self.market.vintages)
        surplus, chance = got - position.need_tons, self.random.random()
        if surplus > 0:
            if chance < _SELLS_SURPLUS:
                self._spread(self.sells, position, int(surplus * self.random.uniform(0.6, 1)))
            elif chance < _SELLS_SURPLUS + _SELLS_TOO_MUCH:
                too_much = int(position.need_tons * self.random.uniform(0.02, 0.2))
                self._spread(self.sells, position, min(surplus + too_much, got))
        elif chance < _BUYS_ENOUGH:
            self._spread(self.buys, position, int(-surplus * self.random.uniform(1, 1.04)) + 1)
        elif chance < _BUYS_ENOUGH + _BUYS_PART:
            self._spread(self.buys, position, int(-surplus * self.random.uniform(0.3, 0.95)))

    def wish_to_sell_ahead(self, position: Position) -> None:
        """Decide whether a plant sells part of one vintage that it does not need yet."""
        if self.random.random() < _SELLS_AHEAD:
            vintage = self.random.choice(self.market.vintages)
            share = self.random.uniform(0.2, 0.9)
            quantity = int(position.allowances.get(vintage, 0) * share)
            if quantity:
                day = self.random.choice(self.market.sessions)
                self.sells[day].append(_Wish(position.account, quantity, (vintage,)))

    def _spread(self, wishes: dict[date, list[_Wish]], position: Position, quantity: int) -> None:
        """Cut a quantity into several deals on several days; a few come after the deadline."""
        deals = min(self.random.randint(1, _DEALS_MAX), quantity)
        cuts = sorted(self.random.randint(1, quantity) for _ in range(deals - 1))
        for low, high in zip([0, *cuts], [*cuts, quantity], strict=True):
            is_late = bool(self.market.late_sessions) and self.random.random() < 0.04
            day = self.random.choice(self.market.late_sessions if is_late else self.market.sessions)
            if high > low:
                wishes[day].append(_Wish(position.account, high - low, self.market.vintages))

    def _sell(self, day: date, wish: _Wish) -> None:
        """A plant sells one vintage to one broker, as much as it wishes and has of it."""
        held = self.held[wish.account]
        offered = sorted(vintage for vintage in wish.vintages if held[vintage])
        if offered:
            # The latest vintage after the deadline: the deductions take the earliest.
            is_late = day in self.market.late_sessions
            vintage = offered[-1] if is_late else self.random.choice(offered)
            broker = self.random.choice(self.market.brokers)
            self._move(day, wish.account, broker, vintage, min(held[vintage], wish.quantity))

    def _buy(self, day: date, wish: _Wish) -> int:
        """A plant buys one vintage from one broker; gives what it could not get."""
        is_late = day in self.market.late_sessions
        offers = [
            (broker, vintage, offered)
            for broker in self.market.brokers
            for vintage in wish.vintages
            for offered in [self._offered(broker, vintage, is_late=is_late)]
            if offered > 0
        ]
        if not offers:
            return wish.quantity
        broker, vintage, offered = self.random.choice(offers)
        quantity = min(offered, wish.quantity)
        self._move(day, broker, wish.account, vintage, quantity)
        return wish.quantity - quantity

    def _offered(self, broker: str, vintage: int, *, is_late: bool) -> int:
        held = self.held[broker][vintage]
        return held if is_late else held - self.kept[broker][vintage]

    def _between_brokers(self, day: date) -> None:
        """Brokers trade among themselves, a few deals a day."""
        for _ in range(self.random.randint(1, 5)):
            source, destination = self.random.sample(self.market.brokers, 2)
            offers = {v: self._offered(source, v, is_late=False) for v in self.market.vintages}
            vintages = [vintage for vintage, offered in offers.items() if offered >= 10]
            if vintages:
                vintage = self.random.choice(vintages)
                quantity = int(offers[vintage] * self.random.uniform(0.1, 0.6))
                self._move(day, source, destination, vintage, quantity)

    def _move(self, day: date, source: str, destination: str, vintage: int, quantity: int) -> None:
        self.held[source][vintage] -= quantity
        if day not in self.market.late_sessions:  # Else it arrives after the deductions.
            self.held[destination][vintage] += quantity
            if destination in self.market.brokers:
                self.kept[destination][vintage] += int(quantity * _BROKERS_KEEP)
        self.trades.append(
            Trade(
                on=day, source=source, destination=destination, vintage=vintage, quantity=quantity
            )
        )

    def _shuffled(self, wishes: Sequence[_Wish]) -> list[_Wish]:
        return self.random.sample(wishes, len(wishes))
