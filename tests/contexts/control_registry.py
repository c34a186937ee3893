"""A small registry of RGGI: a source in Maryland, one in New York, and a broker."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from tests.contexts.registry import noon
from trueup.accounts import services as accounts
from trueup.accounts.entries import FacilitySpec, PersonSpec, UnitSpec
from trueup.allocation import services as allocation
from trueup.allocation.entries import AllocationRow
from trueup.compliance import queries, services
from trueup.compliance.entries import Outcome, RunResult
from trueup.emissions import services as emissions
from trueup.emissions.entries import AnnualReport
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.trade_reports import TradeReport
from trueup.transfers import services as transfers
from trueup.transfers.entries import TransferEntry
from trueup.transfers.trades import OWN_ACCOUNTS, without_price

PROGRAM = "rggi-md"
RULES = programs.load(PROGRAM)
THIRD = CompliancePeriod(first_year=2015, last_year=2017)
Y2015, Y2016, Y2017 = (CompliancePeriod(first_year=y, last_year=y) for y in THIRD.vintages)
CHALK, RAVEN, BAY = "Chalk Point", "Ravenswood", "Bay Brokers"

SOURCES = (
    FacilitySpec(oris_code=1571, name=CHALK, jurisdiction="MD", units=(UnitSpec(unit_id="1"),)),
    FacilitySpec(oris_code=2500, name=RAVEN, jurisdiction="NY", units=(UnitSpec(unit_id="30"),)),
)
UNITS = {CHALK: "1", RAVEN: "30"}
SEATS = {CHALK: "Ana Ruiz", RAVEN: "Gil Orr"}


@dataclass(slots=True)
class ControlRegistry:
    """Sources and accounts by name; a clock that moves a second with each act."""

    now: datetime = field(default_factory=lambda: noon("2015-01-05"))
    people: dict[str, int] = field(default_factory=dict)
    facilities: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, AccountEntry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        found = accounts.register_facilities(SOURCES, program=PROGRAM, registered_at=self.tick())
        self.facilities.update({entry.name: entry.id for entry in found})
        for facility, name in SEATS.items():
            (self.accounts[facility],) = accounts.name_designated_representative(
                program=PROGRAM,
                facility=self.facilities[facility],
                person=self.person(name),
                role="primary",
                at=self.tick(),
            )
        self.accounts[BAY] = accounts.open_general_account(
            program=PROGRAM, name=BAY, representative=self.person("Cy Dunn"), at=self.tick()
        )

    def join(self, name: str, oris_code: int, state: str, person: str) -> None:
        """A source of another State, with its account and a unit “1”."""
        spec = FacilitySpec(
            oris_code=oris_code, name=name, jurisdiction=state, units=(UnitSpec(unit_id="1"),)
        )
        (entry,) = accounts.register_facilities([spec], program=PROGRAM, registered_at=self.tick())
        self.facilities[name] = entry.id
        (self.accounts[name],) = accounts.name_designated_representative(
            program=PROGRAM,
            facility=entry.id,
            person=self.person(person),
            role="primary",
            at=self.tick(),
        )

    def on(self, day: str) -> None:
        """Let it be noon of a day."""
        self.now = noon(day)

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def person(self, name: str) -> int:
        if name not in self.people:
            spec = PersonSpec(name=name, email=f"{name.split(maxsplit=1)[0].lower()}@example.org")
            (entry,) = accounts.register_people([spec], registered_at=self.tick())
            self.people[name] = entry.id
        return self.people[name]

    def give(self, account: str, vintage: int, quantity: int, *, state: str = "MD") -> None:
        """Allowances of a vintage, straight into an account."""
        if account == BAY:
            allocation.record_from_reserve(
                program=PROGRAM,
                jurisdiction=state,
                vintage=vintage,
                quantity=quantity,
                account=self.accounts[account].number,
                recorded_at=self.tick(),
            )
            return
        row = AllocationRow(
            account=self.accounts[account].number,
            unit=UNITS.get(account, "1"),
            vintage=vintage,
            quantity=quantity,
        )
        allocation.record_allocations(program=PROGRAM, rows=[row], recorded_at=self.tick())

    def report(self, facility: str, year: int, tons: object, *, is_final: bool = True) -> None:
        emissions.report_annual(
            [
                AnnualReport(
                    facility=self.facilities[facility],
                    unit=UNITS.get(facility, "1"),
                    year=year,
                    co2_tons=Decimal(str(tons)),
                )
            ],
            program=PROGRAM,
            actor="administrator",
            recorded_at=self.tick(),
            is_final=is_final,
        )

    def transfer(
        self,
        source: str,
        destination: str,
        vintage: int,
        quantity: int,
        *,
        trade: TradeReport | None = None,
        by: str = "",
        by_consent: bool = False,
        key: UUID | None = None,
    ) -> TransferEntry:
        """A transfer, without a price if no trade is named."""
        at = self.tick()
        return transfers.submit_transfer(
            program=PROGRAM,
            source=self.accounts[source].number,
            destination=self.accounts[destination].number,
            submitted_by=self.person(by or SEATS.get(source, "Cy Dunn")),
            vintage=vintage,
            quantity=quantity,
            submitted_at=at,
            key=key or uuid4(),
            trade=trade or without_price(RULES, reason=OWN_ACCOUNTS, on=RULES.local_date(at)),
            by_consent=by_consent,
        )

    def run(self, period: CompliancePeriod) -> RunResult:
        return services.run_deductions(program=PROGRAM, period=period, recorded_at=self.tick())

    def outcome(self, facility: str, period: CompliancePeriod) -> Outcome | None:
        return queries.outcome(program=PROGRAM, period=period, facility=self.facilities[facility])

    def figures(self, facility: str, period: CompliancePeriod) -> tuple[int, ...]:
        """Obligation, deducted, excess, excess due, excess deducted, outstanding."""
        found = self.outcome(facility, period)
        assert found is not None, f"{facility} is not settled for {period}"
        return (
            found.obligation,
            found.deducted,
            found.excess,
            found.excess_due,
            found.excess_deducted,
            found.outstanding,
        )

    def adjust(self, facility: str, year: int, tons: object) -> None:
        services.adjust_after_audit(
            program=PROGRAM,
            facility=self.facilities[facility],
            unit=UNITS[facility],
            year=year,
            co2_tons=Decimal(str(tons)),
            ground="audit",
            recorded_at=self.tick(),
        )

    def total(self, account: str) -> int:
        entry = self.accounts[account]
        return ledger.totals_of([entry.id])[entry.id]
