"""Invent the trades of credits from a seed, and keep them possible.

Credits are issued once a year; then their holders sell: sponsors nearly all, affected EGUs
most of what they do not need themselves. Brokers buy and sell on to EGUs whose rate is
above their standard. All credits together are fewer than are needed, so buyers come in a
drawn order and the last find nothing. Turbines are sold no gas-shift credits, which they
may not use (62.16434(c)). Serial numbers are named; whoever sells holds them: the planner
keeps books of its own, so the registry has no reason to refuse. Prices are not invented.
"""

from __future__ import annotations

import random
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from trueup.rules.serials import Lot, SerialBlock

GAS_SHIFT = "GSE"
# Chances of what somebody does; the rest of each hundred does nothing.
_EGU_SELLS, _EGU_BUYS = 0.9, 0.94
_BROKERS_TRADE = 0.3
# What sponsors keep of what they were issued, and brokers of what they have.
_SPONSORS_KEEP, _BROKERS_KEEP = 0.02, 0.01
_LATE_SHARE = 0.04
# Nobody sells less, unless it is all that the buyer lacks.
_LEAST_DEAL = 100
# Only so many buyers deal in a round before the last: the others wait.
_BUYS_EARLY = 0.55


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An account that trades credits, and what it will need in the compliance period.

    Attributes:
        kind: `sponsor`, `broker` or `egu`.
        uses_gas_shift: Whether gas-shift credits are of use to it.
    """

    account: str
    kind: str
    need: int = 0
    uses_gas_shift: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditTrade:
    """A transfer of named serial numbers, to be submitted on a day."""

    on: date
    source: str
    destination: str
    blocks: tuple[SerialBlock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """The trading between two issues of credits, or after the last of them."""

    sessions: Sequence[date]
    late_sessions: Sequence[date] = ()
    is_last: bool = False


class CreditMarket:
    """The planner's books: who holds which serial numbers, over all rounds."""

    def __init__(self, holders: Iterable[Holder], *, seed: int) -> None:
        self.holders = {holder.account: holder for holder in holders}
        self.brokers = [one.account for one in self.holders.values() if one.kind == "broker"]
        self.random = random.Random(f"credits {seed}")  # noqa: S311 - Not a secret.
        self.held: dict[str, Stock] = defaultdict(Stock)
        self.trades: list[CreditTrade] = []

    def plan(self, issued: Mapping[str, Sequence[SerialBlock]], round_: Round) -> list[CreditTrade]:
        """The trades of a round, in the order of their days.

        Args:
            issued: What was issued into each account before it, and is not in these books.
        """
        for account, blocks in issued.items():
            for block in blocks:
                self.held[account].put(block)
        self.trades = []
        selling = self._spread(self._sellers(), round_)
        buying = self._spread(self._buyers(round_), round_)
        for day in round_.sessions:
            for account in selling[day]:
                self._sell(day, account)
            if self.random.random() < _BROKERS_TRADE:
                self._between_brokers(day)
            for account in buying[day]:
                self._buy(day, account)
        for day in round_.late_sessions:
            self._buy_late(day)
        return self.trades

    def lacking(self, account: str) -> int:
        """What an account still needs, after what it can use of what it holds."""
        holder = self.holders[account]
        return max(0, holder.need - self.held[account].usable(holder.uses_gas_shift))

    def _sellers(self) -> list[str]:
        """Sponsors, and EGUs with more than they will use; in a drawn order."""
        found = [
            account
            for account, holder in self.holders.items()
            if holder.kind == "sponsor"
            or (
                holder.kind == "egu"
                and self._surplus(account)
                and self.random.random() < _EGU_SELLS
            )
        ]
        return self.random.sample(found, len(found))

    def _buyers(self, round_: Round) -> list[str]:
        chance = _EGU_BUYS if round_.is_last else _BUYS_EARLY
        found = [
            account
            for account, holder in self.holders.items()
            if holder.kind == "egu" and self.lacking(account) and self.random.random() < chance
        ]
        return self.random.sample(found, len(found))

    def _spread(self, accounts: Sequence[str], round_: Round) -> dict[date, list[str]]:
        """Give each account a session; the first ones are not crowded more than the last."""
        on: dict[date, list[str]] = defaultdict(list)
        for account in accounts:
            on[self.random.choice(round_.sessions)].append(account)
        return on

    def _surplus(self, account: str) -> int:
        holder, stock = self.holders[account], self.held[account]
        return max(0, stock.usable(holder.uses_gas_shift) - holder.need) + (
            0 if holder.uses_gas_shift else stock.quantity(gas_shift=True)
        )

    def _sell(self, day: date, account: str) -> None:
        """All to one broker: what a sponsor does not keep, what an EGU does not need."""
        holder, stock = self.holders[account], self.held[account]
        broker = self.random.choice(self.brokers)
        if holder.kind == "sponsor":
            total = stock.usable(uses_gas_shift=True)
            self._move(day, account, broker, stock.take(total - int(total * _SPONSORS_KEEP)))
            return
        spare = max(0, stock.usable(holder.uses_gas_shift) - holder.need)
        blocks = stock.take(
            int(spare * self.random.uniform(0.85, 1)), gas_shift=holder.uses_gas_shift
        )
        if not holder.uses_gas_shift:
            blocks += stock.take(stock.quantity(gas_shift=True), only_gas_shift=True)
        self._move(day, account, broker, blocks)

    def _buy(self, day: date, account: str) -> None:
        """What is lacking, from one or two brokers that have it."""
        holder = self.holders[account]
        for broker in self.random.sample(self.brokers, len(self.brokers)):
            lacking = self.lacking(account)
            stock = self.held[broker]
            offered = int(stock.usable(holder.uses_gas_shift) * (1 - _BROKERS_KEEP))
            if lacking and offered >= min(lacking, _LEAST_DEAL):
                blocks = stock.take(min(lacking, offered), gas_shift=holder.uses_gas_shift)
                self._move(day, broker, account, blocks)

    def _buy_late(self, day: date) -> None:
        """A few EGUs buy after the deadline what brokers have left: it arrives too late."""
        for account in list(self.holders):
            if self.holders[account].kind == "egu" and self.lacking(account):
                broker = self.random.choice(self.brokers)
                is_buying = self.random.random() < _LATE_SHARE
                stock, uses = self.held[broker], self.holders[account].uses_gas_shift
                offered = min(self.lacking(account), stock.usable(uses) // 2)
                if is_buying and offered >= _LEAST_DEAL:
                    self._move(day, broker, account, stock.take(offered, gas_shift=uses))

    def _between_brokers(self, day: date) -> None:
        """Two brokers deal with each other."""
        source, destination = self.random.sample(self.brokers, 2)
        offered = self.held[source].usable(uses_gas_shift=True)
        blocks = self.held[source].take(int(offered * self.random.uniform(0.05, 0.3)))
        self._move(day, source, destination, blocks)

    def _move(
        self, day: date, source: str, destination: str, blocks: Sequence[SerialBlock]
    ) -> None:
        if not blocks:
            return
        for block in blocks:
            self.held[destination].put(block)
        self.trades.append(
            CreditTrade(on=day, source=source, destination=destination, blocks=tuple(blocks))
        )


class Stock:
    """What one account holds, first in first out; gas-shift credits lie apart."""

    def __init__(self) -> None:
        self._blocks: dict[bool, deque[SerialBlock]] = {False: deque(), True: deque()}
        self._quantity = {False: 0, True: 0}

    def put(self, block: SerialBlock) -> None:
        """Add a block."""
        gas_shift = block.lot.category == GAS_SHIFT
        self._blocks[gas_shift].append(block)
        self._quantity[gas_shift] += block.quantity

    def quantity(self, *, gas_shift: bool) -> int:
        """How many gas-shift credits there are, or how many others."""
        return self._quantity[gas_shift]

    def usable(self, uses_gas_shift: bool) -> int:
        """How many credits are of use to somebody."""
        return self._quantity[False] + (self._quantity[True] if uses_gas_shift else 0)

    def take(
        self, quantity: int, *, gas_shift: bool = True, only_gas_shift: bool = False
    ) -> list[SerialBlock]:
        """Take so many credits out, gas-shift credits first where they may be among them."""
        taken: list[SerialBlock] = []
        order = [True] if only_gas_shift else [True, False] if gas_shift else [False]
        for kind in order:
            while quantity and self._blocks[kind]:
                block = self._blocks[kind].popleft()
                part = min(quantity, block.quantity)
                last = block.first + part - 1
                taken.append(_part(block.lot, block.first, last))
                if last < block.last:
                    self._blocks[kind].appendleft(_part(block.lot, last + 1, block.last))
                self._quantity[kind] -= part
                quantity -= part
        return taken


def _part(lot: Lot, first: int, last: int) -> SerialBlock:
    return SerialBlock(lot=lot, first=first, last=last)
