"""The renewable energy set-aside of every State: real plants as projects, year by year.

Plants, categories and MWh are eGRID's, as in the rate-based demonstration; sponsors are
invented. Source: 40 CFR 62.16245(a), 62.16240(b)(1), 62.16325(d).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trueup.accounts import services as accounts
from trueup.accounts.entries import GeneralAccountSpec
from trueup.demonstration.generators import GreenPlant
from trueup.demonstration.participants import people_ids, register_people
from trueup.demonstration.people import Invention
from trueup.demonstration.sponsors import PLANTS_A_SPONSOR
from trueup.ledger.entries import AccountEntry
from trueup.rules.program import Program
from trueup.set_asides import services
from trueup.set_asides.agreed import preview
from trueup.set_asides.entries import PlannedDistribution, ProjectSpec

PURPOSE = "renewable_energy"
METHOD = "Net generation of 2016, as eGRID has it"
# The law wants two officials; neither of them exists.
PROPOSER, APPROVER = "administrator", "administrator (second official)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What was distributed of a State's set-aside, by whom it went to.

    Attributes:
        to_projects, to_units: Allowances; those to units are what no project was there for.
        projects: How many projects got some.
    """

    to_projects: int
    to_units: int
    projects: int


class Renewables:
    """The projects of the chosen plants, and what they get."""

    def __init__(self, plants: Sequence[GreenPlant], *, program: Program, seed: int) -> None:
        rules = program.renewable_energy
        kinds = {} if rules is None else rules.kinds
        self.plants = [
            plant
            for plant in plants
            if plant.jurisdiction in program.jurisdictions
            and plant.mwh > 0
            and plant.category in kinds
            and (not kinds[plant.category] or plant.kind in kinds[plant.category])
        ]
        self.program = program.code
        self.seed = seed
        self.accounts: Sequence[AccountEntry] = ()
        self.representatives: dict[str, tuple[int, int]] = {}
        self.mwh: Mapping[int, Decimal] = {}
        self.given: dict[tuple[str, int], Given] = {}

    def open(self, at: datetime) -> None:
        """Open the sponsors' general accounts, each with its two people."""
        if not self.plants:
            return
        invention = Invention(self.seed, of="sponsors")
        sponsors = invention.sponsors(max(1, len(self.plants) // PLANTS_A_SPONSOR))
        ids = register_people([sponsor.people for sponsor in sponsors], at)
        self.accounts = accounts.open_general_accounts(
            [
                GeneralAccountSpec(
                    name=sponsor.name,
                    representative=ids[sponsor.people.primary],
                    alternate=ids[sponsor.people.alternate],
                )
                for sponsor in sponsors
            ],
            program=self.program,
            at=at,
        )
        self.representatives = {
            account.number: people_ids(sponsor.people, ids)
            for sponsor, account in zip(sponsors, self.accounts, strict=True)
        }

    def apply(self, at: datetime) -> None:
        """File the eligibility applications of all projects."""
        entries = services.file_projects(
            [
                ProjectSpec(
                    name=plant.name,
                    jurisdiction=plant.jurisdiction,
                    account=self.accounts[number % len(self.accounts)].number,
                    category=plant.category,
                    capacity_mw=Decimal(plant.capacity_mw),
                    in_service_on=plant.in_service_on,
                    kind=plant.kind,
                    grid=plant.grid,
                )
                for number, plant in enumerate(self.plants)
            ],
            program=self.program,
            actor=PROPOSER,
            dispatched_at=at,
            received_at=at,
        )
        self.mwh = {entry.id: plant.mwh for entry, plant in zip(entries, self.plants, strict=True)}

    def approve(self, at: datetime) -> None:
        """Approve the projects."""
        services.decide_projects(self.mwh, outcome="approved", actor=PROPOSER, at=at)

    def project(self, year: int, at: datetime) -> None:
        """File what every project will generate in a year."""
        services.file_projections(
            self.mwh,
            generation_year=year,
            method=METHOD,
            actor=PROPOSER,
            dispatched_at=at,
            received_at=at,
        )

    def decide(self, year: int, at: datetime) -> None:
        """Approve the projections for a year."""
        services.decide_projections(
            self.mwh, generation_year=year, is_approved=True, actor=PROPOSER, at=at
        )

    def verify(self, year: int, at: datetime) -> None:
        """Verify that every project generated what it said."""
        services.verify_generations(self.mwh, generation_year=year, actor=PROPOSER, at=at)

    def distribute(self, jurisdictions: Sequence[str], year: int, at: datetime) -> int:
        """Distribute the set-aside of every State for a year; how many allowances it was."""
        total = 0
        for jurisdiction in jurisdictions:
            shown = preview(
                program=self.program,
                jurisdiction=jurisdiction,
                vintage=year,
                purpose=PURPOSE,
                at=at,
            )
            if shown.refusals:
                continue  # A set-aside of zero, as of some tribal lands.
            services.distribute(
                program=self.program,
                jurisdiction=jurisdiction,
                vintage=year,
                purpose=PURPOSE,
                digest=shown.digest,
                proposed_by=PROPOSER,
                approved_by=APPROVER,
                at=at,
            )
            for planned in shown.planned:
                given = _given(planned)
                self.given[jurisdiction, planned.vintage] = given
                total += given.to_projects + given.to_units
        return total

    def totals(self) -> Mapping[str, Given]:
        """What was distributed of all years, by State."""
        to_projects: Counter[str] = Counter()
        to_units: Counter[str] = Counter()
        projects: dict[str, int] = {}
        for (jurisdiction, _), given in self.given.items():
            to_projects[jurisdiction] += given.to_projects
            to_units[jurisdiction] += given.to_units
            projects[jurisdiction] = max(projects.get(jurisdiction, 0), given.projects)
        return {
            jurisdiction: Given(
                to_projects=to_projects[jurisdiction],
                to_units=to_units[jurisdiction],
                projects=number,
            )
            for jurisdiction, number in projects.items()
        }


def _given(planned: PlannedDistribution) -> Given:
    """What a distribution gave, and to whom."""
    to_projects = [share.quantity for share in planned.shares if not share.is_surplus]
    return Given(
        to_projects=sum(to_projects),
        to_units=sum(share.quantity for share in planned.shares if share.is_surplus),
        projects=sum(1 for quantity in to_projects if quantity),
    )
