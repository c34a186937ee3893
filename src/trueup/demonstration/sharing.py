"""The set-asides in the course of the mass-based demonstration: who does what, and when.

What projects get, their sponsors sell to plants that lack some.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import TYPE_CHECKING

from trueup.demonstration.trading import Position, Trade, plan_trades
from trueup.ledger import queries as ledger

if TYPE_CHECKING:
    from trueup.demonstration.course import Course


class Sharing:
    """The renewable energy set-asides of a course, year by year.

    Attributes:
        short: What each plant will lack by what is planned, by account number; less than
            nothing is a surplus.
    """

    def __init__(self, course: Course) -> None:
        self.course = course
        self.renewables = course.renewables
        self.short: dict[str, int] = {}

    def expect(self, year: int) -> None:
        """Put the year's renewable energy set-aside on the agenda; also where no project is."""
        days = self.course.days
        if self.renewables.plants:
            self.course.on(days.projected_on(year), partial(self._project, year))
            self.course.on(days.decided_on(year), partial(self._approve, year))
            self.course.on(days.metered_on(year), partial(self._verify, year))
        self.course.on(days.distributed_on(year), partial(self._distribute, year))

    def _project(self, year: int, day: date) -> str:
        at = self.course.days.at(day)
        if not self.renewables.accounts:
            self.renewables.open(at)
            self.renewables.apply(at)
        self.renewables.project(year, at)
        return f"{len(self.renewables.plants):,} projects said what they will generate in {year}"

    def _approve(self, year: int, day: date) -> str:
        at = self.course.days.at(day)
        if year == self.course.days.period.first_year:
            self.renewables.approve(at)
        self.renewables.decide(year, at)
        return f"projections for {year} approved"

    def _distribute(self, year: int, day: date) -> str:
        places = sorted({plant.jurisdiction for plant in self.course.plants})
        quantity = self.renewables.distribute(places, year, self.course.days.at(day))
        self._sell(year, day)
        return f"{quantity:,} allowances of the renewable energy set-asides of {year} distributed"

    def _sell(self, year: int, day: date) -> None:
        """Let sponsors sell what they got to plants that lack some, in the sessions to come."""
        numbers = {account.id: account.number for account in self.renewables.accounts}
        held = ledger.vintage_totals(program=self.course.program, kinds=("general",))
        selling = [
            Position(account=numbers[account], allowances={year: quantity}, need_tons=0)
            for (account, vintage), quantity in sorted(held.items())
            if account in numbers and vintage == year
        ]
        rounds = self.course.days.period.last_year - year + 1
        buying = [
            Position(account=account, allowances={}, need_tons=missing // rounds)
            for account, missing in self.short.items()
            if missing >= rounds
        ]
        trades = plan_trades(
            [*selling, *buying],
            market=replace(
                self.course.market(
                    self.course.days.period,
                    [on for on in self.course.days.sessions if on > day],
                    (),
                ),
                vintages=(year,),
            ),
            seed=self.course.seed + year,
        )
        self.course.expect_trades(trades)
        self.count(trades)

    def count(self, trades: Iterable[Trade]) -> None:
        """Note what plants will have less or more when trades are made."""
        for trade in trades:
            if trade.source in self.short:
                self.short[trade.source] += trade.quantity
            if trade.destination in self.short:
                self.short[trade.destination] -= trade.quantity

    def _verify(self, year: int, day: date) -> str:
        self.renewables.verify(year, self.course.days.at(day))
        return f"what projects generated in {year} verified"
