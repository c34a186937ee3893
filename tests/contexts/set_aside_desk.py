"""A small mass-based registry in which a wind farm has its papers and a project its pool."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import uuid4

from tests.contexts.resources_registry import ResourceRegistry
from trueup.ledger import queries as ledger
from trueup.ledger import services as books
from trueup.ledger.entries import Instruction, Range
from trueup.resources.entries import ResourceSpec
from trueup.set_asides import services as set_asides
from trueup.set_asides.entries import DistributionEntry, ProjectSpec

PROGRAM = "cpp-mass"
FIRST, SECOND = "official:1", "official:2"
RENEWABLE = "renewable_energy"
P1 = ResourceSpec(
    name="P1",
    category="WND",
    kind="on_shore",
    jurisdiction="AL",
    capacity_mw=Decimal(500),
    in_service_on=date(2015, 6, 1),
    grid="EASTERN",
)


@dataclass(slots=True)
class SetAsideDesk:
    """P1 has its papers in the registry; others may be in its pool without them."""

    papers: ResourceRegistry = field(default_factory=lambda: ResourceRegistry(program=PROGRAM))
    projects: dict[str, int] = field(default_factory=dict)

    def register(self, spec: ResourceSpec = P1) -> int:
        """A resource with its approved application, plan and verification."""
        return self.papers.register(spec).id

    def enter(self, name: str, mwh: int, *, year: int = 2022) -> None:
        """An approved project in a year's pool, with the file of its resource if it has one."""
        resource = self.papers.resources.get(name)
        account = "Sand Hill" if resource is not None else name
        if account not in self.papers.accounts:
            self.papers.open_general(account, f"{account} Person")
        if name not in self.projects:
            entry = set_asides.file_project(
                ProjectSpec(
                    name=name,
                    jurisdiction="AL",
                    account=self.papers.accounts[account].number,
                    category="WND",
                    kind="on_shore",
                    capacity_mw=Decimal(500),
                    in_service_on=date(2015, 6, 1),
                    resource=resource.id if resource is not None else None,
                ),
                program=PROGRAM,
                actor="person:1",
                dispatched_at=self.papers.tick(),
                received_at=self.papers.tick(),
            )
            self.projects[name] = entry.id
            set_asides.decide_project(
                project=entry.id, outcome="approved", actor=FIRST, at=self.papers.tick()
            )
        set_asides.file_projection(
            project=self.projects[name],
            generation_year=year,
            projected_mwh=Decimal(mwh),
            method="Typical meteorological year.",
            actor="person:1",
            dispatched_at=self.papers.tick(),
            received_at=self.papers.tick(),
        )
        set_asides.decide_projection(
            project=self.projects[name],
            generation_year=year,
            is_approved=True,
            actor=FIRST,
            at=self.papers.tick(),
        )

    def distribute(self, vintage: int = 2022, *, on: str = "") -> list[DistributionEntry]:
        """Two officials divide Alabama's renewable energy set-aside of a vintage."""
        self.papers.on(on or f"{vintage - 1}-12-01")
        named = {
            "program": PROGRAM,
            "jurisdiction": "AL",
            "vintage": vintage,
            "purpose": RENEWABLE,
        }
        set_asides.propose_distribution(**named, actor=FIRST, at=self.papers.tick())  # type: ignore[arg-type]
        return set_asides.approve_distribution(**named, actor=SECOND, at=self.papers.tick())  # type: ignore[arg-type]

    def reported(self, mwh: str, year: int = 2022, **said: str) -> None:
        """A year's M&V report and its verification, early in the next."""
        self.papers.on(f"{year + 1}-02-01")
        report = self.papers.report(mwh, year, resource="P1", said=said)
        self.papers.verify(report, mwh)

    def give_away(self, quantity: int, *, of: str = "Sand Hill", to: str = "Gulf") -> None:
        """Move the lowest numbers out of an account, P1's if no other is named."""
        if to not in self.papers.accounts:
            self.papers.open_general(to, f"{to} Person")
        source = self.papers.accounts[of].id
        books.record(
            [
                Instruction(
                    type="transfer",
                    source=source,
                    destination=self.papers.accounts[to].id,
                    blocks=tuple(books_of(source, quantity)),
                    key=uuid4(),
                    actor="person:1",
                    submitted_at=self.papers.tick(),
                )
            ],
            program=PROGRAM,
            recorded_at=self.papers.tick(),
        )

    def held(self, account: str = "Sand Hill") -> int:
        return self.papers.held(account)


def books_of(account: int, quantity: int) -> list[Range]:
    """The lowest numbers of an account, as many as are wanted."""
    taken = []
    for held in sorted(ledger.holdings(account), key=lambda one: (one.lot_number, one.first)):
        part = min(quantity, held.quantity)
        if part:
            taken.append(held.range._replace(hi=held.first + part - 1))
        quantity -= part
    return taken
