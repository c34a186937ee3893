"""The course of the rate-based demonstration: every State chose rates.

Papers first, then each year its reports, their verification, the notice for comment, and
the issue of credits; trades between the issues; the settlement after the deadline.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import partial
from uuid import UUID, uuid5

from trueup.accounts import services as accounts
from trueup.compliance import services as compliance
from trueup.compliance.entries import RunResult
from trueup.demonstration.agenda import Agenda, Progress
from trueup.demonstration.course import figures_of, warning_days
from trueup.demonstration.credit_trading import CreditMarket, CreditTrade, Holder, Round
from trueup.demonstration.generators import GreenPlant
from trueup.demonstration.output import output_of
from trueup.demonstration.participants import Participants, register, unit_type_of
from trueup.demonstration.plants import Plant, PlantUnit
from trueup.demonstration.sponsors import Registration, Sponsors
from trueup.demonstration.stand_ins import YEARS
from trueup.demonstration.timetable import (
    RateTimetable,
    operating_from,
    retired_on,
    stand_in_year,
)
from trueup.emissions import services as emissions
from trueup.emissions.entries import OperationReport
from trueup.resources import services as resources
from trueup.resources.entries import ReportEntry
from trueup.rules.rate import (
    COMBUSTION_TURBINE,
    Operation,
    ercs_needed,
    in_all,
    standard_of,
    subcategory_of,
)
from trueup.rules.serials import SerialBlock
from trueup.transfers import services as transfers
from trueup.transfers.entries import TransferEntry, TransferSpec

_KEYS = UUID("0a9c0d52-6d4a-4d0e-8f0b-62164100c0de")
# One in so many transfers is signed by the alternate.
_ALTERNATE_SIGNS = 6
# A State without affected EGUs that has resources is put on record as one that chose rates.
HOSTS_PLAN = "model"


class RateCourse(Agenda):
    """One run of the demonstration for some plants and resources."""

    def __init__(
        self,
        plants: Sequence[Plant],
        green: Sequence[GreenPlant],
        *,
        days: RateTimetable,
        seed: int,
        progress: Progress,
        until: date | None = None,
    ) -> None:
        super().__init__(until=until or days.deducted_on, progress=progress)
        self.plants = plants
        self.green = green
        self.days = days
        self.seed = seed
        self.program = days.program.code
        self.registration = Registration(green, days=days, seed=seed)
        self.participants: Participants
        self.sponsors: Sponsors
        self.market: CreditMarket
        self.reports: Sequence[ReportEntry] = ()
        self.submitted: list[TransferEntry] = []
        self.last_trade = 0
        # Affected EGUs by category of what they earned, each once.
        self.earned: dict[str, set[int]] = defaultdict(set)
        self.deductions: RunResult

    def run(self) -> None:
        """Go through all days, from the opening of accounts to the settlement."""
        days = self.days
        self.on(days.opened_on, self._open)
        self.on(days.applied_on, self._apply)
        self.on(days.registered_on, self._register)
        for real in YEARS:
            year = stand_in_year(real)
            self.on(days.reported_on(year), self._operate)
            self.on(days.metered_on(year), self._report)
            self.on(days.verified_on(year), self._verify)
            self.on(days.noticed_on(year), self._notice)
            self.on(days.issued_on(year), self._issue)
        for day in warning_days(days):
            self.on(day, self._warn)
        self.on(days.deducted_on, self._deduct)
        self.go_through()

    def _open(self, day: date) -> str:
        at = self.days.at(day)
        self.participants = register(
            self.plants, program=self.program, seed=self.seed, registered_at=at
        )
        for jurisdiction in sorted({plant.jurisdiction for plant in self.green}):
            resources.set_host_state(
                program=self.program,
                jurisdiction=jurisdiction,
                approach="rate",
                plan=HOSTS_PLAN,
                set_at=at,
            )
        for plant in self.plants:
            for unit in plant.units:
                self._expect_changes(plant, unit)
        self.sponsors = self.registration.describe(at)
        self.market = CreditMarket(self._holders(), seed=self.seed)
        return (
            f"{len(self.participants.of_units):,} compliance accounts opened,"
            f" {len(self.green):,} resources described"
        )

    def _expect_changes(self, plant: Plant, unit: PlantUnit) -> None:
        key = self.participants.units[unit.key]
        begins_on, ends_on = operating_from(unit), retired_on(unit)
        if begins_on is not None and begins_on != unit.operating_from:
            self.on(begins_on, partial(self._begin, key, plant))
        if ends_on is not None and ends_on < self.days.deducted_on:
            self.on(ends_on, partial(self._retire, key, plant, unit))

    def _begin(self, unit: int, plant: Plant, day: date) -> str:
        accounts.supply_operating_date(
            unit=unit, operating_from=day, supplied_at=self.days.at(day, hour=15)
        )
        return f"a unit of {plant.name} began to operate"

    def _retire(self, key: int, plant: Plant, unit: PlantUnit, day: date) -> str:
        account = self.participants.of_units[unit.key].number
        accounts.retire_unit(
            program=self.program,
            unit=key,
            retired_on=day,
            filed_at=self.days.at(day, hour=15),
            filed_by=self.participants.representatives[account][0],
            permits="PERMITS_TERMINATED",
        )
        return f"a unit of {plant.name} retired"

    def _holders(self) -> Iterable[Holder]:
        for plant in self.plants:
            for unit in plant.units:
                subcategory = subcategory_of(
                    unit_type=unit_type_of(unit), fuel=unit.unit_class.fuel
                )
                if subcategory is None:
                    continue
                years = [output_of(figures) for figures in figures_of(unit).values()]
                operation = in_all(
                    Operation(co2_lb=year.co2_lb, net_mwh=year.net_mwh + year.heat_mwh)
                    for year in years
                )
                standard = standard_of(subcategory, self.days.period.first_year)
                yield Holder(
                    account=self.participants.of_units[unit.key].number,
                    kind="egu",
                    need=ercs_needed(operation, standard=standard),
                    uses_gas_shift=subcategory != COMBUSTION_TURBINE,
                )
        for account in self.sponsors.accounts:
            yield Holder(account=account.number, kind="sponsor")
        for account in self.participants.brokers:
            yield Holder(account=account.number, kind="broker")

    def _apply(self, day: date) -> str:
        self.registration.apply(self.sponsors.resources, self.days.at(day))
        return f"{len(self.green):,} eligibility applications with their EM&V plans"

    def _register(self, day: date) -> str:
        self.registration.register(self.sponsors.resources, self.days.at(day))
        return f"{len(self.green):,} applications verified, approved and registered"

    def _operate(self, day: date) -> str:
        """Report the operation of the year before, of each unit that owes data, as final."""
        year = day.year - 1
        reports = [
            OperationReport(
                facility=self.participants.facilities[plant.oris_code],
                unit=unit.unit_id,
                year=year,
                co2_lb=output.co2_lb,
                net_mwh=output.net_mwh,
                useful_thermal_mwh=output.heat_mwh,
            )
            for plant in self.plants
            for unit in plant.units
            for figures in [figures_of(unit).get(year)]
            if figures is not None
            for output in [output_of(figures)]
        ]
        emissions.report_operation(
            reports,
            program=self.program,
            actor="administrator",
            recorded_at=self.days.at(day),
            is_final=True,
        )
        return f"{len(reports):,} reports of operation of {year}"

    def _report(self, day: date) -> str:
        self.reports = self.registration.report(
            self.sponsors.resources, year=day.year - 1, day=self.days.at(day)
        )
        return f"{len(self.reports):,} M&V reports of {day.year - 1}"

    def _verify(self, day: date) -> str:
        self.registration.verify(self.sponsors.resources, self.reports, self.days.at(day))
        return f"{len(self.reports):,} verification reports"

    def _notice(self, day: date) -> str:
        notice = resources.publish_credit_notice(
            program=self.program, year=day.year - 1, published_at=self.days.at(day)
        )
        return f"credits of {notice.resources:,} resources, {notice.units:,} EGUs published"

    def _issue(self, day: date) -> str:
        """Issue what comments are in for, and plan the trades until the next issue."""
        year, at = day.year - 1, self.days.at(day)
        issued: dict[str, list[SerialBlock]] = defaultdict(list)
        units = resources.issue_to_affected_units(program=self.program, year=year, issued_at=at)
        by_id = {account.id: account.number for account in self.participants.of_units.values()}
        for to_unit in units.issued:
            issued[by_id[to_unit.owner.account]].append(to_unit.block)
            self.earned[to_unit.category].add(to_unit.owner.account)
        total = sum(one.quantity for one in units.issued)
        if self.green:
            given = resources.issue_ercs_of_year(program=self.program, year=year, issued_at=at)
            owners = {one.resource: one.account for one in self.sponsors.resources}
            for one in given.issued:
                if one.block is not None:
                    issued[owners[one.resource]].append(one.block)
                    total += one.block.quantity
        self._expect(self.market.plan(issued, self._round(day)))
        return f"{total:,} credits of {year} issued"

    def _round(self, day: date) -> Round:
        """The sessions from an issue to the next one; after the last, to the end."""
        is_last = day.year - 1 == self.days.period.last_year
        until = self.days.deducted_on if is_last else self.days.issued_on(day.year)
        return Round(
            sessions=[session for session in self.days.sessions if day < session < until],
            late_sessions=self.days.late_sessions if is_last else (),
            is_last=is_last,
        )

    def _expect(self, trades: Iterable[CreditTrade]) -> None:
        by_day: dict[date, list[CreditTrade]] = defaultdict(list)
        for trade in trades:
            by_day[trade.on].append(trade)
        for day, of_day in by_day.items():
            self.on(day, partial(self._trade, of_day))

    def _trade(self, trades: Sequence[CreditTrade], day: date) -> str:
        specs = []
        people = {**self.participants.representatives, **self.sponsors.representatives}
        for minute, trade in enumerate(trades):
            self.last_trade += 1
            hour, of_hour = divmod(minute, 60)
            specs.append(
                TransferSpec(
                    source=trade.source,
                    destination=trade.destination,
                    submitted_by=people[trade.source][self.last_trade % _ALTERNATE_SIGNS == 0],
                    submitted_at=self.days.at(day, hour=9 + hour, minute=of_hour),
                    key=uuid5(_KEYS, f"{self.seed} trade {self.last_trade}"),
                    blocks=trade.blocks,
                    reference=f"Deal {self.last_trade:05}",
                )
            )
        self.submitted += transfers.submit_batch(
            specs, program=self.program, recorded_at=self.days.at(day, hour=17)
        )
        return f"{len(specs)} transfers"

    def _warn(self, day: date) -> str:
        short = compliance.warn_of_insufficient_holdings(
            program=self.program, now=self.days.at(day, hour=8)
        )
        return f"{short:,} affected EGUs warned of insufficient holdings"

    def _deduct(self, day: date) -> str:
        self.deductions = compliance.run_deductions(
            program=self.program, period=self.days.period, recorded_at=self.days.at(day)
        )
        return f"{len(self.deductions.outcomes):,} affected EGUs settled"
