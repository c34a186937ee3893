"""A small rate-based registry: Cane with a steam unit and a turbine, and a wind farm's account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

from trueup.accounts import queries as account_queries
from trueup.accounts import services as accounts
from trueup.accounts.entries import FacilitySpec, UnitSpec
from trueup.compliance import queries as compliance_queries
from trueup.compliance import services as compliance
from trueup.compliance.entries import Outcome, RunResult
from trueup.emissions import services as emissions
from trueup.emissions.entries import OperationReport, RecordingResult
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.periods import CompliancePeriod
from trueup.rules.serials import Lot, parse_block
from trueup.transfers import services as transfers
from trueup.transfers.entries import TransferEntry

PROGRAM = "cpp-rate"
FIRST = CompliancePeriod(first_year=2022, last_year=2024)
SECOND = CompliancePeriod(first_year=2025, last_year=2027)
EASTERN = ZoneInfo("America/New_York")
Year = tuple[int, str | int, str | int]  # Year, pounds of CO2, net MWh.

CANE = FacilitySpec(
    oris_code=1363,
    name="Cane",
    jurisdiction="KY",
    units=(
        UnitSpec(unit_id="1", unit_type="steam", net_summer_mw=Decimal(500)),
        UnitSpec(unit_id="2", unit_type="combined_cycle", net_summer_mw=Decimal(640)),
    ),
)


def noon(day: str) -> datetime:
    """Noon of a day, US Eastern."""
    return datetime.combine(date.fromisoformat(day), time(12), tzinfo=EASTERN).astimezone(UTC)


@dataclass(slots=True)
class RateRegistry:
    """Facilities and accounts by name; a clock that moves a second with each act."""

    now: datetime = field(default_factory=lambda: noon("2022-01-03"))
    facilities: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, AccountEntry] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    plant: FacilitySpec = CANE

    def __post_init__(self) -> None:
        for name in ("Ana Ruiz", "Fay Ito"):
            self.people[name] = accounts.register_person(name=name, registered_at=self.tick()).id
        self.register(self.plant)
        self.accounts["Sand Hill"] = accounts.open_general_account(
            program=PROGRAM,
            name="Sand Hill",
            representative=self.people["Fay Ito"],
            at=self.tick(),
        )

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def on(self, day: str) -> datetime:
        self.now = noon(day)
        return self.now

    def register(self, spec: FacilitySpec) -> None:
        facility = accounts.register_facility(
            program=PROGRAM, facility=spec, registered_at=self.tick()
        )
        self.facilities[spec.name] = facility.id
        accounts.name_designated_representative(
            program=PROGRAM,
            facility=facility.id,
            person=self.people["Ana Ruiz"],
            role="primary",
            at=self.tick(),
        )
        for unit in account_queries.units_of([facility.id])[facility.id]:
            account = account_queries.compliance_account(PROGRAM, facility.id, unit=unit.id)
            if account is None:
                raise AssertionError(f"unit {unit.unit_id} has no account")
            self.accounts[f"{spec.name}/{unit.unit_id}"] = account

    def unit(self, name: str) -> int:
        """The key of a unit, named as its account: `Cane/1`."""
        facility, _, unit_id = name.partition("/")
        units = account_queries.units_of([self.facilities[facility]])[self.facilities[facility]]
        return next(unit.id for unit in units if unit.unit_id == unit_id)

    def operate(
        self, name: str, years: Sequence[Year], *, is_final: bool = True
    ) -> RecordingResult:
        """Report the operation of a unit, year by year, once these years are over."""
        facility, _, unit_id = name.partition("/")
        after = noon(f"{max(year for year, _, _ in years) + 1}-02-01")
        self.now = max(self.now, after)
        return emissions.report_operation(
            [
                OperationReport(
                    facility=self.facilities[facility],
                    unit=unit_id,
                    year=year,
                    co2_lb=Decimal(pounds),
                    net_mwh=Decimal(mwh),
                )
                for year, pounds, mwh in years
            ],
            program=PROGRAM,
            actor="administrator",
            recorded_at=self.tick(),
            is_final=is_final,
        )

    def issue(
        self, account: str, category: str, quantity: int, *, vintage: int, year: int | None = None
    ) -> None:
        """Issue credits for MWh of a year, by default in the year after it."""
        ledger.originate(
            program=PROGRAM,
            lot=Lot(jurisdiction="TX", year=year or vintage + 1, category=category),
            shares=[(self.accounts[account].id, quantity)],
            key=uuid4(),
            actor="administrator",
            recorded_at=self.tick(),
            vintage=vintage,
        )

    def transfer(
        self, source: str, destination: str, first: str, last: str, *, person: str
    ) -> TransferEntry:
        """Submit a transfer, which is recorded at once unless it must wait."""
        at = self.tick()
        return transfers.submit_transfer(
            program=PROGRAM,
            source=self.accounts[source].number,
            destination=self.accounts[destination].number,
            blocks=[parse_block(first, last)],
            submitted_by=self.people[person],
            submitted_at=at,
            received_at=at,
            recorded_at=at,
            key=uuid4(),
        )

    def run(self, period: CompliancePeriod = FIRST, *, on: str = "2025-11-04") -> RunResult:
        self.now = max(self.now, noon(on))
        return compliance.run_deductions(program=PROGRAM, period=period, recorded_at=self.tick())

    def outcome(self, name: str, period: CompliancePeriod = FIRST) -> Outcome:
        found = compliance_queries.outcome(
            program=PROGRAM,
            period=period,
            facility=self.facilities[name.partition("/")[0]],
            unit=self.unit(name),
        )
        if found is None:
            raise AssertionError(f"{name} is not settled for {period.name}")
        return found

    def balance(self, name: str) -> int:
        return ledger_queries.totals_of([self.accounts[name].id])[self.accounts[name].id]
