"""The course of the demonstration of RGGI: Maryland's sources through one control period.

Each year a budget divided, an auction held and delivered, trades with their prices, and
certified at the deadline; interim deductions after the first two years, then the rest.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from trueup.auctions import queries as auction_queries
from trueup.auctions import services as auctions
from trueup.auctions.entries import AuctionSpec, ConsignmentSpec
from trueup.compliance import certification
from trueup.compliance import services as compliance
from trueup.demonstration.agenda import Agenda, Progress
from trueup.demonstration.course import warning_days
from trueup.demonstration.participants import Participants, register
from trueup.demonstration.plants import Plant
from trueup.demonstration.rggi_timetable import YEARS_LATER, RggiTimetable, without_late_dates
from trueup.demonstration.stand_ins import NOTHING
from trueup.emissions import services as emissions
from trueup.emissions.entries import AnnualReport
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.certification import Answer
from trueup.rules.periods import CompliancePeriod
from trueup.rules.trade_reports import TradeReport
from trueup.rules.units import facility_tons
from trueup.state_accounts import services as states
from trueup.state_accounts.entries import ApplicationSpec, CertificateSpec
from trueup.state_accounts.places import accounts_of
from trueup.transfers import services as transfers
from trueup.transfers.entries import TransferEntry, TransferSpec

STATE = "MD"
FIRST, SECOND = "official:1", "official:2"
_KEYS = UUID("7d1b1c52-2f6a-4a55-9b51-52474749c0de")
_BUDGET_OF_NEED = 1.06
_SHARES_PERCENT = {"liesa": 0, "ltc": 2, "vrsa": 1, "cgsa": 1}
_RESERVE_CENTS = 238
_AMPLE_CENTS = 10**12
_BROKERS_BID = 6
_TRADES_A_MONTH = 5
_CERTIFICATES = 400


class RggiCourse(Agenda):
    """One run of the demonstration of RGGI."""

    def __init__(
        self,
        plants: Sequence[Plant],
        *,
        days: RggiTimetable,
        seed: int,
        progress: Progress,
        until: date | None = None,
    ) -> None:
        super().__init__(until=until or days.deducted_on, progress=progress)
        self.plants = [without_late_dates(plant) for plant in plants]
        self.days = days
        self.seed = seed
        self.program = days.program.code
        self.random = random.Random(f"rggi {seed}")  # noqa: S311 - Not a secret.
        self.participants: Participants
        self.prices: dict[int, int] = {}
        self.budgets: Counter[int] = Counter()
        self.sold: Counter[int] = Counter()
        self.submitted: list[TransferEntry] = []
        self.surrendered: Counter[int] = Counter()

    def run(self) -> None:
        """Go through all days, from the opening of accounts to the end of the period."""
        days = self.days
        self.on(days.opened_on, self._open)
        for year in days.period.vintages:
            self.on(days.divided_on(year), self._divide)
            self.on(days.auctioned_on(year), self._auction)
            self.on(date(year, 5, 20), self._apply)
            self.on(days.reported_on(year), self._report)
            self.on(days.certified_on(year), partial(self._certify, late=False))
            self.on(days.settled_on(year) - timedelta(days=5), partial(self._certify, late=True))
            self.on(days.settled_on(year), self._deduct)
        for session in days.sessions:
            self.on(session, self._trade)
        for day in warning_days(days):
            self.on(day, self._warn)
        self.go_through()

    def needs(self, year: int) -> dict[str, int]:
        """What each source emits in a year of the program, by its account."""
        return {
            self.participants.compliance[plant.oris_code].number: facility_tons(
                ([unit.figures.get(year - YEARS_LATER, NOTHING).tons] for unit in plant.units),
                rounding=self.days.program.tons_rounding,
            )
            for plant in self.plants
        }

    def _open(self, day: date) -> str:
        self.participants = register(
            self.plants, program=self.program, seed=self.seed, registered_at=self.days.at(day)
        )
        return f"{len(self.plants):,} compliance accounts opened"

    def _divide(self, day: date) -> str:
        budget = round(sum(self.needs(day.year).values()) * _BUDGET_OF_NEED)
        of: dict[str, Any] = {
            "program": self.program,
            "jurisdiction": STATE,
            "year": day.year,
            "actor": FIRST,
        }
        states.set_state_year(
            **of, budget=budget, tons_per_mwh=Decimal("0.4"), at=self.days.at(day, hour=9)
        )
        shares = {of_: budget * percent // 100 for of_, percent in _SHARES_PERCENT.items()}
        states.distribute_budget(**of, quantities=shares, recorded_at=self.days.at(day))
        self.budgets[day.year] = budget
        number, account = self._number(day.year), self._account("consumer")
        auctions.publish_notice(
            AuctionSpec(
                number=number,
                vintage=day.year,
                reserve_price_cents=_RESERVE_CENTS,
                opens_at=self.days.at(self.days.auctioned_on(day.year), hour=9),
                closes_at=self.days.at(self.days.auctioned_on(day.year), hour=12),
                consignments=(
                    ConsignmentSpec(account=account, quantity=budget - sum(shares.values())),
                ),
            ),
            program=self.program,
            actor=FIRST,
            noticed_at=self.days.at(day, hour=11),
        )
        return f"{budget:,} allowances of {day.year} divided, auction {number} announced"

    def _auction(self, day: date) -> str:
        number, bidders = self._number(day.year), self._bids(day.year)
        of: dict[str, Any] = {"program": self.program, "number": number}
        for minute, (account, quantity, cents) in enumerate(bidders):
            at = self.days.at(day, hour=9, minute=minute % 60)
            auctions.qualify_bidder(
                **of, account=account, security_cents=_AMPLE_CENTS, actor=FIRST, at=at
            )
            auctions.submit_bid(
                **of,
                account=account,
                person=self.participants.representatives[account][0],
                quantity=quantity,
                price_cents=cents,
                key=self._key(f"bid {number} {account}"),
                at=at,
            )
        auctions.ask_to_close(**of, actor=FIRST, at=self.days.at(day, hour=13))
        found = auctions.close_auction(**of, actor=SECOND, at=self.days.at(day, hour=14))
        auctions.settle_auction(**of, actor=FIRST, at=self.days.at(day, hour=15))
        auctions.deliver_auction(**of, actor=FIRST, at=self.days.at(day, hour=16))
        self.prices[day.year] = found.price_cents or _RESERVE_CENTS
        self.sold[day.year] = found.sold
        return f"auction {number}: {found.sold:,} allowances at {self.prices[day.year]} cents"

    def _bids(self, year: int) -> list[tuple[str, int, int]]:
        """One bid of each source that emits, and of some brokers: account, quantity, cents."""
        needs = {account: need for account, need in self.needs(year).items() if need}
        found = [
            (account, max(int(need * self.random.uniform(0.9, 1.05)), 1), self._price(420, 880))
            for account, need in sorted(needs.items())
        ]
        part = max(sum(needs.values()) // 40, 1)
        brokers = [account.number for account in self.participants.brokers][:_BROKERS_BID]
        return [*found, *((account, part, self._price(380, 900)) for account in brokers)]

    def _price(self, low: int, high: int) -> int:
        return self.random.randrange(low, high)

    def _apply(self, day: date) -> str:
        """A source with a long-term contract buys; a broker brings retired certificates."""
        plant = self.plants[day.year % len(self.plants)]
        person, _ = self.participants.representatives[
            self.participants.compliance[plant.oris_code].number
        ]
        quantity = self.budgets[day.year] * _SHARES_PERCENT["ltc"] // 200
        of: dict[str, Any] = {"jurisdiction": STATE, "year": day.year}
        sale = ApplicationSpec(
            **of,
            purpose="ltc",
            oris_code=plant.oris_code,
            quantity=quantity,
            contract="power purchase agreement (invented)",
            viability="statement (invented)",
        )
        self._carry_out(sale, person, day, cents=_RESERVE_CENTS)
        broker, _ = self.participants.representatives[self.participants.brokers[0].number]
        brought = ApplicationSpec(
            **of,
            purpose="vrsa",
            certificates=[
                CertificateSpec(serial=f"GATS-{day.year}-{number}", retired_on=day)
                for number in range(1, _CERTIFICATES + 1)
            ],
        )
        self._carry_out(brought, broker, day, cents=None)
        return "two applications to set-asides carried out"

    def _carry_out(
        self, spec: ApplicationSpec, person: int, day: date, *, cents: int | None
    ) -> None:
        filed = states.file_application(
            spec,
            program=self.program,
            key=self._key(f"{spec.purpose} {spec.year}"),
            actor=f"person:{person}",
            applicant=person,
            filed_at=self.days.at(day),
        )
        of: dict[str, Any] = {"application": filed.id, "at": self.days.at(day, hour=15)}
        states.find_complete(**of, actor=FIRST)
        states.approve_application(**of, actor=FIRST)
        states.execute_application(**of, actor=SECOND, price_cents=cents, reserve_price_cents=cents)

    def _report(self, day: date) -> str:
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
            for figures in [unit.figures.get(year - YEARS_LATER, NOTHING)]
        ]
        emissions.report_annual(
            reports,
            program=self.program,
            actor="administrator",
            recorded_at=self.days.at(day),
            is_final=True,
        )
        return f"{len(reports):,} reports of {year}"

    def _certify(self, day: date, *, late: bool) -> str:
        """One in five sources is late, and the last of them files nothing."""
        asked = self.days.program.market.certification
        if asked is None:
            raise ValueError(f"{self.program} asks for no certification reports")
        late_ones = self.plants[::5]
        filing = late_ones[:-1] if late else [one for one in self.plants if one not in late_ones]
        for plant in filing:
            account = self.participants.compliance[plant.oris_code].number
            certification.file_certification(
                program=self.program,
                period=self.period_of(day.year - 1),
                facility=self.participants.facilities[plant.oris_code],
                answers=[Answer(statement=name, is_so=True) for name in asked.statements],
                filed_by=self.participants.representatives[account][0],
                filed_at=self.days.at(day),
            )
        return f"{len(filing):,} certification reports"

    def period_of(self, year: int) -> CompliancePeriod:
        """What is settled after a year: an interim control period, or the whole one."""
        period = self.days.period
        is_last = year == period.last_year
        return period if is_last else CompliancePeriod(first_year=year, last_year=year)

    def _deduct(self, day: date) -> str:
        period = self.period_of(day.year - 1)
        found = compliance.run_deductions(
            program=self.program, period=period, recorded_at=self.days.at(day)
        )
        for outcome in found.outcomes:
            self.surrendered[outcome.account] += outcome.deducted
        return f"{len(found.outcomes):,} sources settled for {period.name}"

    def _warn(self, day: date) -> str:
        short = compliance.warn_of_insufficient_holdings(
            program=self.program, now=self.days.at(day, hour=8)
        )
        return f"{short:,} sources warned of insufficient holdings"

    def _trade(self, day: date) -> str:
        """Brokers sell to the source that lacks most, and to one another; a few a month."""
        brokers = self.participants.brokers
        held = ledger.vintage_totals(program=self.program, kinds=("compliance", "general"))
        specs = []
        for place in range(_TRADES_A_MONTH):
            source, other = self.random.sample(brokers[:_BROKERS_BID], 2)
            destination = other if place == 0 else self._lacking(day, held)
            vintages = [of for of in self.days.period.vintages if held.get((source.id, of), 0) > 99]
            if not vintages:
                continue
            vintage = self.random.choice(vintages)
            quantity = int(held[source.id, vintage] * self.random.uniform(0.2, 0.6)) or 1
            held[source.id, vintage] -= quantity
            held[destination.id, vintage] = held.get((destination.id, vintage), 0) + quantity
            at = self.days.at(day, hour=9 + place)
            specs.append(
                TransferSpec(
                    source=source.number,
                    destination=destination.number,
                    submitted_by=self.participants.representatives[source.number][0],
                    submitted_at=at,
                    key=self._key(f"trade {day} {place}"),
                    vintage=vintage,
                    quantity=quantity,
                    trade=self._terms(day),
                )
            )
        self.submitted += transfers.submit_batch(
            specs, program=self.program, recorded_at=self.days.at(day, hour=17)
        )
        return f"{len(specs)} transfers"

    def _lacking(self, day: date, held: Mapping[tuple[int, int], int]) -> AccountEntry:
        """The source that holds least of what it will have emitted by the end of the year."""
        lacks: Counter[str] = Counter()
        for year in self.days.period.vintages:
            if year <= day.year:
                lacks.update(self.needs(year))
        opened = {account.number: account for account in self.participants.compliance.values()}
        for number, account in opened.items():
            lacks[number] -= sum(held.get((account.id, of), 0) for of in self.days.period.vintages)
            lacks[number] -= self.surrendered[account.id]
        return opened[max(opened, key=lambda number: (lacks[number], number))]

    def _terms(self, day: date) -> TradeReport:
        """Most agreements have a price near that of the last auction; one in six has none."""
        agreed_on = day - timedelta(days=self.random.randrange(1, 20))
        if self.random.random() < 1 / 6:
            return TradeReport(kind="other", agreed_on=agreed_on, reason="swap")
        cents = round(self.prices[day.year] * self.random.uniform(0.9, 1.15))
        kind = self.random.choice(("spot", "spot", "forward"))
        return TradeReport(kind=kind, agreed_on=agreed_on, price_cents=cents)

    def _number(self, year: int) -> str:
        """RGGI's auctions are numbered; here each is named by its year."""
        return f"{year}-1"

    def _account(self, purpose: str) -> str:
        return accounts_of(STATE, program=self.program)[purpose].number

    def _key(self, what: str) -> UUID:
        return uuid5(_KEYS, f"{self.seed} {what}")

    def auctions_delivered(self) -> int:
        """How many auctions were held and delivered."""
        found = auction_queries.auctions(program=self.program)
        return sum(one.delivered_at is not None for one in found)
