"""Maryland's accounts and three sources: one for each kind of set-aside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from datetime import date as day_type
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

from trueup.accounts import services as accounts
from trueup.accounts.entries import FacilitySpec, PersonSpec, UnitSpec
from trueup.emissions import services as emissions
from trueup.emissions.entries import AnnualReport
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.refusal import Refused
from trueup.state_accounts import services as states
from trueup.state_accounts.entries import (
    ApplicationEntry,
    ApplicationSpec,
    CertificateSpec,
    DistributionEntry,
)
from trueup.state_accounts.places import accounts_of

PROGRAM = "rggi-md"
EASTERN = ZoneInfo("America/New_York")
START = datetime(2015, 1, 5, 14, 0, tzinfo=UTC)
OFFICIAL = "official:1"
SHARES = {"liesa": 50, "ltc": 40, "vrsa": 30, "cgsa": 80}
SOURCES = {"Luke Mill": (1570, "MD"), "Warrior Run": (10678, "MD"), "Keys": (60302, "MD")}


def noon(day: str) -> datetime:
    """Noon of a day, US Eastern."""
    return datetime.combine(day_type.fromisoformat(day), time(12), tzinfo=EASTERN).astimezone(UTC)


@dataclass(slots=True)
class StateRegistry:
    """Sources and accounts by name; a clock that moves a second with each act."""

    now: datetime = START
    people: dict[str, int] = field(default_factory=dict)
    facilities: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, AccountEntry] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, (code, state) in SOURCES.items():
            self.open_source(name, code, state)

    def on(self, day: str) -> datetime:
        self.now = noon(day)
        return self.now

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def person(self, name: str) -> int:
        if name not in self.people:
            email = f"{name.split(maxsplit=1)[0].lower()}@example.org"
            (entry,) = accounts.register_people(
                [PersonSpec(name=name, email=email)], registered_at=self.tick()
            )
            self.people[name] = entry.id
        return self.people[name]

    def open_source(self, name: str, oris_code: int, state: str) -> None:
        (entry,) = accounts.register_facilities(
            [
                FacilitySpec(
                    oris_code=oris_code,
                    name=name,
                    jurisdiction=state,
                    units=(UnitSpec(unit_id="1", net_summer_mw=Decimal(100)),),
                )
            ],
            program=PROGRAM,
            registered_at=self.tick(),
        )
        self.facilities[name] = entry.id
        (self.accounts[name],) = accounts.name_designated_representative(
            program=PROGRAM,
            facility=entry.id,
            person=self.person("Ana Ruiz"),
            role="primary",
            at=self.tick(),
        )

    def emit(self, name: str, tons: Mapping[int, int]) -> None:
        emissions.report_annual(
            [
                AnnualReport(
                    facility=self.facilities[name], unit="1", year=year, co2_tons=Decimal(of)
                )
                for year, of in tons.items()
            ],
            program=PROGRAM,
            actor="person:1",
            recorded_at=self.tick(),
            is_final=True,
        )

    def set_year(
        self, year: int = 2016, budget: int = 1000, factor: str | None = "0.5", state: str = "MD"
    ) -> None:
        states.set_state_year(
            program=PROGRAM,
            jurisdiction=state,
            year=year,
            budget=budget,
            tons_per_mwh=None if factor is None else Decimal(factor),
            actor=OFFICIAL,
            at=self.tick(),
        )

    def divide(self, year: int = 2016, state: str = "MD", **quantities: int) -> DistributionEntry:
        return states.distribute_budget(
            program=PROGRAM,
            jurisdiction=state,
            year=year,
            quantities=quantities or SHARES,
            actor=OFFICIAL,
            recorded_at=self.tick(),
        )

    def apply(self, purpose: str, source: str = "", **more: object) -> ApplicationEntry:
        values: dict[str, object] = {
            "jurisdiction": "MD",
            "purpose": purpose,
            "year": 2016,
            "oris_code": SOURCES[source][0] if source else None,
            **more,
        }
        return states.file_application(
            ApplicationSpec(**values),  # type: ignore[arg-type]
            program=PROGRAM,
            key=uuid4(),
            actor="person:1",
            applicant=self.person("Ana Ruiz"),
            filed_at=self.tick(),
        )

    def approve(self, application: ApplicationEntry) -> ApplicationEntry:
        states.find_complete(application=application.id, actor=OFFICIAL, at=self.tick())
        return states.approve_application(
            application=application.id, actor=OFFICIAL, at=self.tick()
        )

    def execute(self, application: ApplicationEntry, **more: int) -> ApplicationEntry:
        return states.execute_application(
            application=application.id, actor=OFFICIAL, at=self.tick(), **more
        )

    def move(self, source: str, destination: str, quantity: int, reason: str = "left over") -> None:
        states.move_between(
            program=PROGRAM,
            jurisdiction="MD",
            source=source,
            destination=destination,
            vintage=2016,
            quantity=quantity,
            reason=reason,
            key=uuid4(),
            actor=OFFICIAL,
            at=self.tick(),
        )

    def state_account(self, purpose: str, state: str = "MD") -> AccountEntry:
        return accounts_of(state, program=PROGRAM)[purpose]

    def held(self, name: str) -> int:
        entry = self.accounts.get(name) or self.state_account(name)
        return ledger.totals_of([entry.id])[entry.id]


def recs(*numbers: int, retired: str | None = "2016-02-01") -> list[CertificateSpec]:
    """Certificates of one MWh each, retired on a day or not at all."""
    day = None if retired is None else day_type.fromisoformat(retired)
    return [CertificateSpec(serial=f"GATS-{number}", retired_on=day) for number in numbers]


def refusal_codes(refused: Refused) -> list[str]:
    """The codes of what was refused, in order."""
    return [refusal.code for refusal in refused.refusals]
