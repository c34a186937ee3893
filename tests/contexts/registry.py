"""A small registry to allocate and settle in: Barry and Gaston in Alabama, Cane in Kentucky."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from trueup.accounts import queries as account_queries
from trueup.accounts import services as accounts
from trueup.accounts.entries import FacilitySpec, PersonSpec, UnitSpec
from trueup.allocation import services as allocation
from trueup.allocation.entries import AllocationReceipt, AllocationRow
from trueup.compliance import queries as compliance_queries
from trueup.compliance import services as compliance
from trueup.compliance.entries import Outcome, RunResult
from trueup.emissions import services as emissions
from trueup.emissions.entries import AnnualReport
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.periods import CompliancePeriod
from trueup.rules.refusal import Refused
from trueup.transfers import services as transfers
from trueup.transfers.entries import TransferEntry

PROGRAM = "cpp-mass"
EASTERN = ZoneInfo("America/New_York")
FIRST = CompliancePeriod(first_year=2022, last_year=2024)
SECOND = CompliancePeriod(first_year=2025, last_year=2027)
START = datetime(2021, 5, 3, 13, 0, tzinfo=UTC)

FACILITIES = (
    FacilitySpec(
        oris_code=3,
        name="Barry",
        jurisdiction="AL",
        units=(UnitSpec(unit_id="1"), UnitSpec(unit_id="2")),
    ),
    FacilitySpec(oris_code=26, name="Gaston", jurisdiction="AL", units=(UnitSpec(unit_id="5"),)),
    FacilitySpec(
        oris_code=1363,
        name="Cane",
        jurisdiction="KY",
        units=(
            UnitSpec(unit_id="1", unit_type="steam", net_summer_mw=Decimal(500)),
            UnitSpec(
                unit_id="2",
                unit_type="combined_cycle",
                net_summer_mw=Decimal(500),
                operating_from=date(2012, 4, 1),
            ),
        ),
    ),
)
REPRESENTATIVES = {"Barry": "Ana Ruiz", "Gaston": "Gil Orr", "Cane": "Kim Day"}


def noon(day: str) -> datetime:
    """Noon of a day, US Eastern."""
    return datetime.combine(date.fromisoformat(day), time(12), tzinfo=EASTERN).astimezone(UTC)


@dataclass(slots=True)
class Registry:
    """People, facilities and accounts by name; a clock that moves a second with each act."""

    now: datetime = START
    people: dict[str, int] = field(default_factory=dict)
    facilities: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, AccountEntry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.register(FACILITIES)
        for facility, person in REPRESENTATIVES.items():
            self.represent(facility, person)
        self.open_general("Gulf Brokers", "Cy Dunn")

    def on(self, day: str) -> datetime:
        """Let it be noon of a day."""
        self.now = noon(day)
        return self.now

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def register(self, specs: Sequence[FacilitySpec]) -> None:
        entries = accounts.register_facilities(specs, program=PROGRAM, registered_at=self.tick())
        self.facilities.update({entry.name: entry.id for entry in entries})

    def person(self, name: str) -> int:
        if name not in self.people:
            spec = PersonSpec(name=name, email=f"{name.split(maxsplit=1)[0].lower()}@example.org")
            (entry,) = accounts.register_people([spec], registered_at=self.tick())
            self.people[name] = entry.id
        return self.people[name]

    def represent(self, facility: str, person: str, role: str = "primary") -> None:
        (account,) = accounts.name_designated_representative(
            program=PROGRAM,
            facility=self.facilities[facility],
            person=self.person(person),
            role=role,
            at=self.tick(),
        )
        self.accounts[facility] = account

    def open_general(self, name: str, person: str) -> AccountEntry:
        self.accounts[name] = accounts.open_general_account(
            program=PROGRAM, name=name, representative=self.person(person), at=self.tick()
        )
        return self.accounts[name]

    def number(self, name: str) -> str:
        return self.accounts[name].number

    def allocate(self, *rows: tuple[str, str, int, int]) -> AllocationReceipt:
        """Record allocations: account, unit, vintage, quantity."""
        return allocation.record_allocations(
            program=PROGRAM, rows=self.rows(*rows), recorded_at=self.tick()
        )

    def rows(self, *rows: tuple[str, str, int, int]) -> list[AllocationRow]:
        return [
            AllocationRow(
                account=self.number(account) if account in self.accounts else account,
                unit=unit,
                vintage=vintage,
                quantity=quantity,
            )
            for account, unit, vintage, quantity in rows
        ]

    def transfer(
        self,
        source: str,
        destination: str,
        vintage: int,
        quantity: int,
        *,
        received: str = "",
    ) -> TransferEntry:
        """The source's representative submits a transfer by vintage and quantity."""
        submitted_at = self.tick()
        return transfers.submit_transfer(
            program=PROGRAM,
            source=self.number(source),
            destination=self.number(destination),
            submitted_by=self.representative(source),
            vintage=vintage,
            quantity=quantity,
            submitted_at=submitted_at,
            received_at=noon(received) if received else submitted_at,
            recorded_at=noon(received) if received else submitted_at,
            key=uuid4(),
        )

    def representative(self, name: str) -> int:
        """Who is the primary representative of an account now."""
        account = self.account(name).id
        return account_queries.representatives([account])[account][0].person

    def report(self, facility: str, *rows: tuple[str, int, object], is_final: bool = True) -> None:
        """Report emissions, which are final at once: unit, year, tons."""
        at = self.tick()
        emissions.report_annual(
            [
                AnnualReport(
                    facility=self.facilities[facility],
                    unit=unit,
                    year=year,
                    co2_tons=Decimal(str(tons)),
                )
                for unit, year, tons in rows
            ],
            program=PROGRAM,
            actor=f"person:{self.representative(facility)}",
            recorded_at=at,
            is_final=is_final,
        )

    def report_years(self, facility: str, **tons: tuple[object, object, object]) -> None:
        """Report 2022 to 2024 of each unit, the unit's id after a `u`: `u1=(350, 300, 250)`."""
        self.report(
            facility,
            *(
                (unit.removeprefix("u"), year, mass)
                for unit, masses in tons.items()
                for year, mass in zip(FIRST.vintages, masses, strict=True)
            ),
        )

    def run(self, period: CompliancePeriod = FIRST) -> RunResult:
        """The Administrator runs the deductions."""
        return compliance.run_deductions(program=PROGRAM, period=period, recorded_at=self.tick())

    def outcome(self, facility: str, period: CompliancePeriod = FIRST) -> Outcome:
        found = compliance_queries.outcome(
            program=PROGRAM, period=period, facility=self.facilities[facility]
        )
        assert found is not None, f"{facility} is not settled"
        return found

    def figures(self, facility: str, period: CompliancePeriod = FIRST) -> tuple[int, ...]:
        """Obligation, deducted, excess, excess due, excess deducted, outstanding."""
        found = self.outcome(facility, period)
        return (
            found.obligation,
            found.deducted,
            found.excess,
            found.excess_due,
            found.excess_deducted,
            found.outstanding,
        )

    def deducted(self, facility: str, period: CompliancePeriod = FIRST) -> list[str]:
        """What was deducted, in order: `AL-2022-1 to AL-2022-300 (emissions)`."""
        return [
            f"{item.block} ({item.ground})"
            for item in compliance_queries.deducted_blocks(
                program=PROGRAM, period=period, facility=self.facilities[facility]
            )
        ]

    def held(self, name: str) -> list[str]:
        """Blocks in an account, neighbours joined."""
        return [str(block) for block in ledger.blocks_held(self.account(name).id)]

    def total(self, name: str, vintage: int | None = None) -> int:
        return sum(
            balance.quantity
            for balance in ledger.balances(self.account(name).id)
            if vintage in (None, balance.vintage)
        )

    def account(self, name: str) -> AccountEntry:
        if name not in self.accounts:
            self.accounts[name] = ledger.accounts_named(program=PROGRAM, names=[name])[name]
        return self.accounts[name]


def refused(*reasons: str) -> pytest.RaisesContext[Refused]:
    """An act that is refused for these reasons, among others."""
    pattern = "".join(rf"(?=.*\b\w+\.{reason}\b)" for reason in reasons)
    return pytest.raises(Refused, match=rf"(?s){pattern}")


@contextmanager
def statements() -> Iterator[CaptureQueriesContext]:
    """Count the statements that go through Django's cursors."""
    with CaptureQueriesContext(connection) as captured:
        yield captured
