"""Sponsors, verifiers and the register of resources, through the bulk functions of filing."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trueup.accounts import services as accounts
from trueup.accounts.entries import GeneralAccountSpec
from trueup.demonstration.generators import GreenPlant
from trueup.demonstration.papers import Filer, Papers
from trueup.demonstration.participants import people_ids, register_people
from trueup.demonstration.people import InventedPerson, Invention, Sponsor
from trueup.demonstration.timetable import RateTimetable
from trueup.ledger.entries import AccountEntry
from trueup.resources import services as resources
from trueup.resources.bulk_entries import (
    ApplicationFiling,
    ApplicationVerification,
    Description,
    Disclosure,
    ReportFiling,
    ReportVerification,
)
from trueup.resources.entries import ReportEntry, ReportSpec, ResourceSpec, VerifierSpec
from trueup.resources.verifiers import EVIDENCE

VERIFIERS = 6
PLANTS_A_SPONSOR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Verifier:
    """An accredited verifier that does not exist, with the person who signs for it."""

    id: int
    name: str
    person: int
    signed_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sponsored:
    """A plant's resource: its id, its account's number, who files for it, who verifies."""

    plant: GreenPlant
    resource: int
    account: str
    person: int
    verifier: Verifier


@dataclass(frozen=True, slots=True, kw_only=True)
class Sponsors:
    """The sponsors' general accounts and persons, their resources, and the verifiers.

    Attributes:
        representatives: Person ids of the primary and the alternate, by account number.
    """

    accounts: Sequence[AccountEntry]
    representatives: Mapping[str, tuple[int, int]]
    resources: Sequence[Sponsored]
    verifiers: Sequence[Verifier]


class Registration:
    """Takes the chosen plants from their description to the register, day by day."""

    def __init__(self, plants: Sequence[GreenPlant], *, days: RateTimetable, seed: int) -> None:
        self.plants = plants
        self.days = days
        self.program = days.program.code
        self.papers = Papers(self.program)
        self._random = random.Random(f"sponsors {seed}")  # noqa: S311 - Not a secret.
        self._invention = Invention(seed, of="sponsors")
        self._filers: list[tuple[Filer, int]] = []

    def describe(self, day: datetime) -> Sponsors:
        """Open the sponsors' accounts, accredit verifiers, put every plant on record."""
        sponsors = self._invention.sponsors(max(1, len(self.plants) // PLANTS_A_SPONSOR))
        ids = register_people([sponsor.people for sponsor in sponsors], day)
        opened = accounts.open_general_accounts(
            [
                GeneralAccountSpec(
                    name=sponsor.name,
                    representative=ids[sponsor.people.primary],
                    alternate=ids[sponsor.people.alternate],
                )
                for sponsor in sponsors
            ],
            program=self.program,
            at=day,
        )
        verifiers = self._accredit(day)
        owned = self._owners(sponsors, opened)
        self._filers = [
            (_filer(sponsor, account), ids[sponsor.people.primary]) for sponsor, account in owned
        ]
        entries = resources.describe_resources(
            [
                Description(spec=_spec(plant, sponsor), account=account.id)
                for plant, (sponsor, account) in zip(self.plants, owned, strict=True)
            ],
            program=self.program,
            described_at=day,
        )
        return Sponsors(
            accounts=opened,
            representatives={
                account.number: people_ids(sponsor.people, ids)
                for sponsor, account in zip(sponsors, opened, strict=True)
            },
            resources=[
                Sponsored(
                    plant=plant,
                    resource=entry.id,
                    account=filer.account_number,
                    person=person,
                    verifier=verifiers[number % len(verifiers)],
                )
                for number, (plant, entry, (filer, person)) in enumerate(
                    zip(self.plants, entries, self._filers, strict=True)
                )
            ],
            verifiers=verifiers,
        )

    def apply(self, sponsored: Sequence[Sponsored], day: datetime) -> None:
        """File the applications with their plans, and what verifiers disclose and report."""
        resources.submit_applications(
            [
                ApplicationFiling(
                    resource=one.resource,
                    application=self.papers.application(one.plant, filer),
                    plan=self.papers.plan(one.plant),
                    submitted_by=one.person,
                )
                for one, (filer, _) in zip(sponsored, self._filers, strict=True)
            ],
            submitted_at=day,
        )
        resources.disclose_engagements(
            [
                Disclosure(
                    verifier=one.verifier.id,
                    resource=one.resource,
                    disclosure="A fixed fee for each report; no other business with the sponsor.",
                )
                for one in sponsored
            ],
            disclosed_at=day,
        )

    def register(self, sponsored: Sequence[Sponsored], day: datetime) -> None:
        """Clear the verifiers, take in their reports, and register the resources."""
        resources.clear_engagements(
            [(one.verifier.id, one.resource) for one in sponsored], decided_at=day
        )
        resources.verify_applications(
            [
                ApplicationVerification(
                    resource=one.resource,
                    verifier=one.verifier.id,
                    elements=self.papers.verified_application(one.verifier.signed_by),
                    submitted_by=one.verifier.person,
                )
                for one in sponsored
            ],
            submitted_at=day,
        )
        resources.approve_applications([one.resource for one in sponsored], decided_at=day)

    def report(
        self, sponsored: Sequence[Sponsored], *, year: int, day: datetime
    ) -> list[ReportEntry]:
        """File the M&V reports of a year."""
        is_first = year == self.days.period.first_year
        return resources.submit_reports(
            [
                ReportFiling(
                    resource=one.resource,
                    spec=ReportSpec(
                        year=year,
                        mwh=one.plant.mwh,
                        elements=self.papers.report(one.plant, is_first=is_first),
                    ),
                    submitted_by=one.person,
                )
                for one in sponsored
            ],
            submitted_at=day,
        )

    def verify(
        self, sponsored: Sequence[Sponsored], reports: Sequence[ReportEntry], day: datetime
    ) -> None:
        """Verify the reports of a year; all MWh are confirmed."""
        resources.verify_reports(
            [
                ReportVerification(
                    report=report.id,
                    verifier=one.verifier.id,
                    verified_mwh=report.mwh,
                    elements=self.papers.verified_report(one.verifier.signed_by),
                    submitted_by=one.verifier.person,
                )
                for one, report in zip(sponsored, reports, strict=True)
            ],
            submitted_at=day,
        )

    def _accredit(self, day: datetime) -> list[Verifier]:
        found = []
        for name, person in self._invention.verifiers(VERIFIERS):
            entry = accounts.register_person(
                name=person.name, email=person.email, registered_at=day
            )
            accredited = resources.accredit_verifier(
                program=self.program,
                spec=VerifierSpec(
                    name=name,
                    team=(entry.id,),
                    evidence=dict.fromkeys(EVIDENCE, "shown (invented)"),
                    sp_rating="AA",
                ),
                accredited_at=day,
            )
            found.append(
                Verifier(id=accredited.id, name=name, person=entry.id, signed_by=person.name)
            )
        return found

    def _owners(
        self, sponsors: Sequence[Sponsor], opened: Sequence[AccountEntry]
    ) -> list[tuple[Sponsor, AccountEntry]]:
        """Who sponsors each plant: drawn from the seed, each sponsor at least once."""
        pairs = list(zip(sponsors, opened, strict=True))
        drawn = [self._random.choice(pairs) for _ in range(len(self.plants) - len(pairs))]
        return self._random.sample(pairs + drawn, len(self.plants))


def _filer(sponsor: Sponsor, account: AccountEntry) -> Filer:
    person: InventedPerson = sponsor.people.primary
    return Filer(sponsor=sponsor.name, person=person, account_number=account.number)


def _spec(plant: GreenPlant, sponsor: Sponsor) -> ResourceSpec:
    return ResourceSpec(
        name=plant.name,
        category=plant.category,
        kind=plant.kind,
        jurisdiction=plant.jurisdiction,
        capacity_mw=Decimal(plant.capacity_mw),
        in_service_on=plant.in_service_on,
        grid=plant.grid,
        owner=sponsor.name,
    )
