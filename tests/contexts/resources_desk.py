"""Sand Hill Wind and Cane with the officials who review, calculate and issue."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from tests.contexts.resources_registry import PROGRAM, WIND, ResourceRegistry
from trueup.desk import services as desk
from trueup.desk.entries import Done, ProposalEntry
from trueup.officials import services as officials
from trueup.resources import calculations, checklists, reviews
from trueup.resources.models import Application, Calculation, Report

OFFICIALS = (
    ("Olga Stone", "administrator", ""),
    ("Pete Moss", "administrator", ""),
    ("Tex Lane", "state_official", "TX"),
    ("Ken Ash", "state_official", "KY"),
    ("Mo Lin", "market_monitor", ""),
)


@dataclass(slots=True)
class ReviewDesk(ResourceRegistry):
    """The small registry of resources with its officials."""

    def __post_init__(self) -> None:
        for name, role, state in OFFICIALS:
            officials.grant(
                person=self.person(name),
                role=role,
                program=PROGRAM,
                jurisdiction=state,
                from_at=self.tick(),
                granted_by="administrator",
            )

    @property
    def wind(self) -> int:
        return self.resources[WIND.name].id

    def act(self, name: str, by: str = "Olga Stone", **values: Any) -> Done:
        return desk.act(name, program=PROGRAM, by=self.person(by), at=self.tick(), **values)

    def propose(self, name: str, by: str = "Olga Stone", **values: Any) -> ProposalEntry:
        done = self.act(name, by, **values)
        assert done.proposal is not None
        return done.proposal

    def approve_proposal(self, entry: ProposalEntry, by: str = "Pete Moss") -> ProposalEntry:
        return desk.approve(
            proposal=entry.key, by=self.person(by), at=self.tick(), digest=entry.digest
        )

    def tick_all(self, *, report: int | None = None, leave: str = "") -> None:
        """Tick every item of the last application, or of a report."""
        if report is None:
            rows = Application.objects.select_related("resource")
            subject = reviews.subject_of_application(rows.latest("id"))
        else:
            reports = Report.objects.select_related("resource")
            subject = reviews.subject_of_report(reports.get(id=report))
        for state in checklists.checklist(subject):
            if state.item.code != leave:
                checklists.tick_item(
                    subject,
                    item=state.item.code,
                    is_ticked=True,
                    by=self.person("Olga Stone"),
                    at=self.tick(),
                )

    def applied(self) -> None:
        self.describe()
        self.accredit()
        self.clear()
        self.apply()
        self.verify_application()

    def verified(self, mwh: str = "5000.7") -> int:
        self.register()
        self.on("2023-02-01")
        report = self.report(mwh)
        self.verify(report, mwh)
        return report.id

    def calculate(self, kind: str, year: int = 2022) -> dict[str, Any]:
        """What an act that does just this takes."""
        calculate = {
            "notice": calculations.calculate_notice,
            "resources": calculations.calculate_issue_to_resources,
            "affected_units": calculations.calculate_issue_to_units,
        }[kind]
        key: UUID = calculate(
            program=PROGRAM, year=year, by=self.person("Olga Stone"), at=self.tick()
        )
        row = Calculation.objects.get(key=key)
        return {"year": year, "calculation": str(key), "digest": row.digest}
