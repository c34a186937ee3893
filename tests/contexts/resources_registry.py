"""A small rate-based registry: Sand Hill Wind in Texas and its verifier, Northwind Audit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.rules.papers import complete
from trueup.accounts import services as accounts
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.resources import queries, services
from trueup.resources.entries import (
    IssuanceEntry,
    ReportEntry,
    ReportSpec,
    ResourceEntry,
    ResourceSpec,
    Upload,
    VerifierEntry,
    VerifierSpec,
)
from trueup.resources.verifiers import EVIDENCE
from trueup.rules.papers import APPLICATION, PLAN, REPORT, VERIFICATION, Described, tags_of
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot

PROGRAM = "cpp-rate"
EASTERN = ZoneInfo("America/New_York")
START = datetime(2021, 5, 3, 13, 0, tzinfo=UTC)
WIND = ResourceSpec(
    name="Sand Hill Wind",
    category="WND",
    kind="on_shore",
    jurisdiction="TX",
    capacity_mw=Decimal(1000),
    in_service_on=date(2015, 6, 1),
    grid="ERCOT",
)


@contextmanager
def refused(*codes: str) -> Iterator[None]:
    """The act is refused with exactly these reasons."""
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.reasons == set(codes)


@dataclass(slots=True)
class ResourceRegistry:
    """People, accounts, resources and verifiers by name; every act is a second later."""

    now: datetime = START
    program: str = PROGRAM
    people: dict[str, int] = field(default_factory=dict)
    accounts: dict[str, AccountEntry] = field(default_factory=dict)
    resources: dict[str, ResourceEntry] = field(default_factory=dict)
    specs: dict[str, ResourceSpec] = field(default_factory=dict)
    verifiers: dict[str, VerifierEntry] = field(default_factory=dict)

    def on(self, day: str) -> datetime:
        moment = datetime.combine(date.fromisoformat(day), time(12), tzinfo=EASTERN)
        self.now = moment.astimezone(UTC)
        return self.now

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def person(self, name: str) -> int:
        if name not in self.people:
            mailbox = name.replace(" ", ".").lower()
            entry = accounts.register_person(
                name=name, email=f"{mailbox}@example.org", registered_at=self.tick()
            )
            self.people[name] = entry.id
        return self.people[name]

    def open_general(self, name: str, person: str) -> AccountEntry:
        self.accounts[name] = accounts.open_general_account(
            program=self.program, name=name, representative=self.person(person), at=self.tick()
        )
        return self.accounts[name]

    def describe(self, spec: ResourceSpec = WIND, *, account: str = "Sand Hill") -> ResourceEntry:
        if account not in self.accounts:
            self.open_general(account, "Fay Ito")
        self.specs[spec.name] = spec
        self.resources[spec.name] = services.describe_resource(
            program=self.program,
            spec=spec,
            account=self.accounts[account].id,
            described_at=self.tick(),
        )
        return self.resources[spec.name]

    def accredit(self, name: str = "Northwind Audit", *categories: str) -> VerifierEntry:
        self.verifiers[name] = services.accredit_verifier(
            program=self.program,
            spec=VerifierSpec(
                name=name,
                team=(self.person(f"{name} lead"),),
                categories=categories,
                evidence=dict.fromkeys(EVIDENCE, "shown"),
                sp_rating="A",
            ),
            accredited_at=self.tick(),
        )
        return self.verifiers[name]

    def clear(self, verifier: str = "Northwind Audit", resource: str = WIND.name) -> None:
        services.disclose_engagement(
            verifier=self.verifiers[verifier].id,
            resource=self.resources[resource].id,
            disclosure="A fixed fee.",
            is_conflict=False,
            disclosed_at=self.tick(),
        )
        services.clear_engagement(
            verifier=self.verifiers[verifier].id,
            resource=self.resources[resource].id,
            decided_at=self.tick(),
        )

    def tags(self, resource: str = WIND.name, *more: str) -> frozenset[str]:
        spec = self.specs[resource]
        return tags_of(
            Described(
                category=spec.category,
                capacity_mw=spec.capacity_mw,
                has_meter=spec.has_meter,
                savings_kind=spec.savings_kind,
                is_outside=bool(spec.contract_with),
                earns_allowances=self.program == "cpp-mass",
            )
        ) | set(more)

    def apply(
        self,
        resource: str = WIND.name,
        *,
        by: str = "Fay Ito",
        uploads: Sequence[Upload] = (),
        **said: str,
    ) -> ResourceEntry:
        account = self.resources[resource].account
        assert account is not None
        number = ledger.account(account).number
        paper = complete(
            APPLICATION,
            self.tags(resource),
            program=self.program,
            **{"account_number": number, **said},
        )
        return services.submit_application(
            resource=self.resources[resource].id,
            application=paper,
            plan=complete(PLAN, self.tags(resource), program=self.program),
            submitted_by=self.person(by),
            submitted_at=self.tick(),
            uploads=uploads,
        )

    def verify_application(
        self,
        resource: str = WIND.name,
        verifier: str = "Northwind Audit",
        *,
        by: str = "",
        **said: str,
    ) -> None:
        lead = by or f"{verifier} lead"
        services.verify_application(
            resource=self.resources[resource].id,
            verifier=self.verifiers[verifier].id,
            elements=complete(
                VERIFICATION,
                ("all", "of_application"),
                program=self.program,
                **{"signed_by": lead, **said},
            ),
            submitted_by=self.person(lead),
            submitted_at=self.tick(),
        )

    def approve(self, resource: str = WIND.name) -> ResourceEntry:
        return services.approve_application(
            resource=self.resources[resource].id, decided_at=self.tick()
        )

    def register(self, spec: ResourceSpec = WIND) -> ResourceEntry:
        """From nothing to the register."""
        self.describe(spec)
        if "Northwind Audit" not in self.verifiers:
            self.accredit()
        self.clear(resource=spec.name)
        self.apply(spec.name)
        self.verify_application(spec.name)
        return self.approve(spec.name)

    def report(
        self,
        mwh: str = "5000.7",
        year: int = 2022,
        *,
        resource: str = WIND.name,
        months: tuple[int, int] = (1, 12),
        by: str = "Fay Ito",
        uploads: tuple[Upload, ...] = (),
        meter_file: Upload | None = None,
        said: Mapping[str, str] | None = None,
    ) -> ReportEntry:
        return services.submit_report(
            resource=self.resources[resource].id,
            spec=ReportSpec(
                year=year,
                mwh=Decimal(mwh),
                first_month=months[0],
                last_month=months[1],
                elements=complete(
                    REPORT, self.tags(resource, "first"), program=self.program, **(said or {})
                ),
                uploads=uploads,
                meter_file=meter_file,
            ),
            submitted_by=self.person(by),
            submitted_at=self.tick(),
        )

    def verify(
        self,
        report: ReportEntry,
        mwh: str = "5000.7",
        *,
        verifier: str = "Northwind Audit",
        by: str = "",
        **said: str,
    ) -> ReportEntry:
        lead = by or f"{verifier} lead"
        return services.verify_report(
            report=report.id,
            verifier=self.verifiers[verifier].id,
            verified_mwh=Decimal(mwh),
            elements=complete(
                VERIFICATION,
                ("all", "of_report"),
                program=self.program,
                **{"signed_by": lead, **said},
            ),
            submitted_by=self.person(lead),
            submitted_at=self.tick(),
        )

    def notice(self, year: int = 2022) -> None:
        services.publish_credit_notice(program=self.program, year=year, published_at=self.tick())

    def issue(self, year: int = 2022, *, resource: str = WIND.name) -> IssuanceEntry:
        return services.issue_ercs(
            resource=self.resources[resource].id, year=year, issued_at=self.tick()
        )

    def issue_year(
        self, mwh: str, year: int = 2022, *, resource: str = WIND.name, **said: str
    ) -> IssuanceEntry:
        """Report, verify, notice and issue a year's MWh, all on time."""
        self.on(f"{year + 1}-02-01")
        report = self.report(mwh, year, resource=resource, said=said)
        self.verify(report, mwh)
        self.notice(year)
        self.on(f"{year + 1}-06-30")
        return self.issue(year, resource=resource)

    def held(self, account: str = "Sand Hill") -> int:
        return sum(balance.quantity for balance in ledger.balances(self.accounts[account].id))

    def kinds(self, serial: int, *, year: int = 2023) -> list[str]:
        lot = Lot(jurisdiction="TX", year=year, category="WND")
        found = queries.trace(program=self.program, lot=lot, number=serial)
        return [document.kind for document in found.documents] if found is not None else []
