"""The course of the mass-based demonstration: an agenda of days, each act through a service."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from uuid import UUID, uuid5

from trueup.accounts import services as accounts
from trueup.allocation import services as allocation
from trueup.allocation.entries import GenerationRow
from trueup.compliance import services as compliance
from trueup.compliance.entries import RunResult
from trueup.demonstration.agenda import Agenda, Progress
from trueup.demonstration.generators import GreenPlant
from trueup.demonstration.participants import Participants, register
from trueup.demonstration.plants import Plant, PlantUnit
from trueup.demonstration.renewables import Renewables
from trueup.demonstration.sharing import Sharing
from trueup.demonstration.stand_ins import NOTHING, YEARS, Figures
from trueup.demonstration.timetable import (
    Days,
    Timetable,
    operating_from,
    retired_on,
    stand_in_year,
)
from trueup.demonstration.trading import (
    Market,
    Position,
    Trade,
    plan_next_period_trades,
    plan_trades,
)
from trueup.emissions import services as emissions
from trueup.emissions.entries import AnnualReport
from trueup.ledger import queries as ledger
from trueup.ledger.entries import HoldingEntry
from trueup.rules.allocation import was_idle
from trueup.rules.periods import CompliancePeriod
from trueup.rules.serials import SerialBlock
from trueup.rules.units import facility_tons
from trueup.transfers import services as transfers
from trueup.transfers.entries import TransferEntry, TransferSpec

_KEYS = UUID("5c6a2b1e-2f6a-4a55-9b51-62163250c0de")
# One in so many transfers is signed by the alternate.
_ALTERNATE_SIGNS = 6


class Course(Agenda):
    """One run of the demonstration for some plants."""

    def __init__(
        self,
        plants: Sequence[Plant],
        green: Sequence[GreenPlant] = (),
        *,
        days: Timetable,
        seed: int,
        progress: Progress,
        until: date | None = None,
    ) -> None:
        super().__init__(until=until or days.deducted_on, progress=progress)
        self.plants = plants
        self.days = days
        self.seed = seed
        self.program = days.program.code
        self.renewables = Renewables(green, program=days.program, seed=seed)
        self.sharing = Sharing(self)
        self.participants: Participants
        self.submitted: list[TransferEntry] = []
        self.last_trade = 0
        self.deductions: RunResult

    def run(self) -> None:
        """Go through all days from the opening of accounts to the release of held transfers.

        What is due after `until` is left to those who practise.
        """
        self.on(self.days.opened_on, self._open)
        self.on(self.days.recorded_on, self._allocate)
        self.on(self.days.next_recorded_on, self._allocate_next)
        for year in YEARS:
            self.on(self.days.reported_on(stand_in_year(year)), self._report)
            self.sharing.expect(stand_in_year(year))
        for day in warning_days(self.days):
            self.on(day, self._warn)
        self.on(self.days.deducted_on, self._deduct)
        self.go_through()

    def _open(self, day: date) -> str:
        self.participants = register(
            self.plants,
            program=self.program,
            seed=self.seed,
            registered_at=self.days.at(day),
        )
        for plant in self.plants:
            for unit in plant.units:
                self._expect_changes(plant, unit)
        return f"{len(self.plants):,} compliance accounts opened"

    def _expect_changes(self, plant: Plant, unit: PlantUnit) -> None:
        """Put a unit's first operation and its retirement on the agenda."""
        key = self.participants.units[unit.key]
        begins_on, ends_on = operating_from(unit), retired_on(unit)
        if begins_on is not None and begins_on != unit.operating_from:
            self.on(begins_on, partial(self._begin, key, plant))
        if ends_on is not None and ends_on < self.days.deducted_on:
            self.on(ends_on, partial(self._retire, key, plant))

    def _begin(self, unit: int, plant: Plant, day: date) -> str:
        accounts.supply_operating_date(
            unit=unit, operating_from=day, supplied_at=self.days.at(day, hour=15)
        )
        return f"a unit of {plant.name} began to operate"

    def _retire(self, unit: int, plant: Plant, day: date) -> str:
        account = self.participants.compliance[plant.oris_code].number
        accounts.retire_unit(
            program=self.program,
            unit=unit,
            retired_on=day,
            filed_at=self.days.at(day, hour=15),
            filed_by=self.participants.representatives[account][0],
        )
        return f"a unit of {plant.name} retired"

    def _allocate(self, day: date) -> str:
        receipt = allocation.allocate_by_formula(
            program=self.program,
            period=self.days.period,
            generation=self._generation(),
            recorded_at=self.days.at(day),
            key=self._key("allocation"),
        )
        positions = self._positions(self.days.period)
        trades = plan_trades(
            positions,
            market=self.market(self.days.period, self.days.sessions, self.days.late_sessions),
            seed=self.seed,
        )
        self.expect_trades(trades)
        self.sharing.short = {
            position.account: position.need_tons - sum(position.allowances.values())
            for position in positions
        }
        self.sharing.count(trades)
        return f"{receipt.quantity:,} allowances of {self.days.period.name} allocated"

    def _allocate_next(self, day: date) -> str:
        receipt = allocation.allocate_by_formula(
            program=self.program,
            period=self.days.next_period,
            generation=self._generation(),
            recorded_at=self.days.at(day),
            idle=self._idle(day),
            key=self._key("next allocation"),
        )
        later = [session for session in self.days.sessions if session > day]
        trades = plan_next_period_trades(
            self._positions(self.days.next_period),
            market=self.market(self.days.next_period, later, ()),
            seed=self.seed,
        )
        self.expect_trades(trades)
        return f"{receipt.quantity:,} allowances of {self.days.next_period.name} allocated"

    def _generation(self) -> list[GenerationRow]:
        """The MWh of the real years, in place of the baseline years."""
        formula = self.days.program.historical_generation
        if formula is None:
            raise ValueError(f"{self.program} does not divide by historical generation")
        baseline = dict(zip(YEARS, formula.baseline_years, strict=True))
        return [
            GenerationRow(
                account=self.participants.compliance[plant.oris_code].number,
                unit=unit.unit_id,
                annual_mwh={baseline[year]: f.mwh for year, f in unit.figures.items()},
            )
            for plant in self.plants
            for unit in plant.units
        ]

    def _idle(self, day: date) -> list[int]:
        """Units that burned nothing in two years that are over (62.16240(a)(2))."""
        return [
            self.participants.units[unit.key]
            for plant in self.plants
            for unit in plant.units
            if was_idle(
                {stand_in_year(year): f.tons > 0 for year, f in unit.figures.items()},
                tested_on=day,
            )
        ]

    def _positions(self, period: CompliancePeriod) -> list[Position]:
        """What each plant got of a period, and what it will have emitted in the first."""
        held = ledger.vintage_totals(program=self.program, kinds=("compliance",))
        positions = []
        for plant in self.plants:
            account = self.participants.compliance[plant.oris_code]
            masses = ([f.tons for f in unit.figures.values()] for unit in plant.units)
            positions.append(
                Position(
                    account=account.number,
                    allowances={year: held.get((account.id, year), 0) for year in period.vintages},
                    need_tons=facility_tons(masses, rounding=self.days.program.tons_rounding),
                )
            )
        return positions

    def market(
        self, period: CompliancePeriod, sessions: Sequence[date], late_sessions: Sequence[date]
    ) -> Market:
        """Who trades the allowances of a period, and when."""
        return Market(
            brokers=[account.number for account in self.participants.brokers],
            sessions=sessions,
            late_sessions=late_sessions,
            vintages=tuple(period.vintages),
        )

    def expect_trades(self, trades: Iterable[Trade]) -> None:
        """Put trades on the agenda, each on its day."""
        by_day: dict[date, list[Trade]] = defaultdict(list)
        for trade in trades:
            by_day[trade.on].append(trade)
        for day, of_day in by_day.items():
            self.on(day, partial(self._trade, of_day))

    def _blocks_of(
        self, trades: Sequence[Trade], day: date
    ) -> dict[Trade, tuple[SerialBlock, ...]]:
        """The serials that plants name when they sell after the deadline: those deducted last."""
        if day not in self.days.late_sessions:
            return {}
        by_number = {
            account.number: account.id for account in self.participants.compliance.values()
        }
        selling = [trade for trade in trades if trade.source in by_number]
        held = ledger.holdings_of([by_number[trade.source] for trade in selling])
        return {
            trade: _from_the_end(held[by_number[trade.source]], trade.vintage, trade.quantity)
            for trade in selling
        }

    def _trade(self, trades: Sequence[Trade], day: date) -> str:
        specs = []
        named = self._blocks_of(trades, day)
        for minute, trade in enumerate(trades):
            self.last_trade += 1
            people = self._people_of(trade.source)
            hour, of_hour = divmod(minute, 60)
            specs.append(
                TransferSpec(
                    source=trade.source,
                    destination=trade.destination,
                    submitted_by=people[self.last_trade % _ALTERNATE_SIGNS == 0],
                    submitted_at=self.days.at(day, hour=9 + hour, minute=of_hour),
                    key=self._key(f"trade {self.last_trade}"),
                    blocks=named.get(trade, ()),
                    vintage=None if trade in named else trade.vintage,
                    quantity=None if trade in named else trade.quantity,
                    reference=f"Deal {self.last_trade:05}",
                )
            )
        self.submitted += transfers.submit_batch(
            specs, program=self.program, recorded_at=self.days.at(day, hour=17)
        )
        return f"{len(specs)} transfers"

    def _people_of(self, account: str) -> tuple[int, int]:
        """Who signs for an account: the representative and the alternate."""
        of_sponsors = self.renewables.representatives.get(account)
        return of_sponsors or self.participants.representatives[account]

    def _report(self, day: date) -> str:
        """Report the year before, for each unit that owes data for it, as final."""
        year = day.year - 1
        reports = [
            AnnualReport(
                facility=self.participants.facilities[plant.oris_code],
                unit=unit.unit_id,
                year=year,
                co2_tons=figures.tons,
                net_mwh=figures.mwh,
            )
            for plant in self.plants
            for unit in plant.units
            for figures in [figures_of(unit).get(year)]
            if figures is not None
        ]
        emissions.report_annual(
            reports,
            program=self.program,
            actor="administrator",
            recorded_at=self.days.at(day),
            is_final=True,
        )
        return f"{len(reports):,} reports of {year}"

    def _warn(self, day: date) -> str:
        short = compliance.warn_of_insufficient_holdings(
            program=self.program, now=self.days.at(day, hour=8)
        )
        return f"{short:,} facilities warned of insufficient holdings"

    def _deduct(self, day: date) -> str:
        self.deductions = compliance.run_deductions(
            program=self.program, period=self.days.period, recorded_at=self.days.at(day)
        )
        return f"{len(self.deductions.outcomes):,} facilities settled"

    def _key(self, what: str) -> UUID:
        return uuid5(_KEYS, f"{self.seed} {what}")


def figures_of(unit: PlantUnit) -> Mapping[int, Figures]:
    """By the program's year, for each year of which the unit owes data; nothing if idle."""
    begins_on, ends_on = operating_from(unit), retired_on(unit)
    figures = {}
    for real in YEARS:
        year = stand_in_year(real)
        has_begun = begins_on is None or begins_on.year <= year
        if has_begun and (ends_on is None or year <= ends_on.year):
            figures[year] = unit.figures.get(real, NOTHING)
    return figures


def _from_the_end(held: list[HoldingEntry], vintage: int, quantity: int) -> tuple[SerialBlock, ...]:
    """The last serials of a vintage in the order of deduction; they leave the list."""
    blocks = []
    for position in reversed(range(len(held))):
        entry = held[position]
        if quantity and entry.vintage == vintage and entry.reservation is None:
            first = max(entry.first, entry.last - quantity + 1)
            blocks.append(SerialBlock(lot=entry.lot, first=first, last=entry.last))
            quantity -= entry.last - first + 1
            held[position : position + 1] = (
                [replace(entry, last=first - 1)] if first > entry.first else []
            )
    return tuple(blocks)


def warning_days(days: Days) -> list[date]:
    """When accounts that hold too little are warned of the deadline."""
    deadline_on = days.program.deadline_on(days.period)
    return [deadline_on - timedelta(days=ahead) for ahead in days.program.warning_days]
