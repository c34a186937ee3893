"""The rate-based program of the cast: a unit that was settled, and Ana's wind farm with credits."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.conf import settings

PROGRAM, PERIOD, ORIS_CODE = "cpp-rate", "2022-2024", 1364
# The first year that is over after the farm is registered.
YEAR = 2026


@dataclass(slots=True)
class Rates:
    """What there is in the rate-based program, made by the registry's own helpers.

    Attributes:
        mass: The registry of the other program, whose people these are.
    """

    mass: Any
    things: dict[str, Any] = field(default_factory=dict)
    number: str = ""
    now: datetime = field(init=False)

    def arrange(self) -> datetime:
        """Make all of it; gives when the last of it happened."""
        self._settle_a_unit()
        self._issue_credits()
        return self.now

    def _settle_a_unit(self) -> None:
        """A steam unit has half of the credits that it owes; a turbine earns some."""
        from tests.contexts.rate_registry import CANE, RateRegistry

        mill = replace(CANE, name="Mill Creek", oris_code=ORIS_CODE)
        registry = RateRegistry(now=self.mass.tick(), plant=mill)
        steam, turbine = f"{mill.name}/1", f"{mill.name}/2"
        registry.operate(steam, [(year, "2000000", "1000") for year in (2022, 2023, 2024)])
        registry.operate(turbine, [(year, "900000000", "1000000") for year in (2022, 2023, 2024)])
        registry.issue("Sand Hill", "WND", 100, vintage=2024, year=2025)
        registry.transfer("Sand Hill", steam, "TX-2025-WND-1", "TX-2025-WND-60", person="Fay Ito")
        registry.run()
        self.now = registry.tick()

    def _issue_credits(self) -> None:
        """Ana's wind farm from its description to its credits, with all papers."""
        from tests.contexts.resources_registry import WIND, ResourceRegistry
        from trueup.resources import services
        from trueup.resources.files import Upload
        from trueup.resources.models import Application, Report
        from trueup.web.credit_reports import REPORTS

        people = {
            "Fay Ito": self.mass.person("Ana Ruiz"),
            "Northwind Audit lead": self.mass.person("Vera Fy"),
            "Vera Fy": self.mass.person("Vera Fy"),
        }
        registry = ResourceRegistry(now=self.now, people=people)
        registry.open_general("Ruiz Wind", "Fay Ito")
        registry.describe(account="Ruiz Wind")
        registry.accredit()
        registry.clear()
        readings = Path(settings.VAR_DIR) / "meters.csv"
        readings.write_text("month,mwh\n1,400\n")
        registry.apply(uploads=[Upload(name="meters.csv", media_type="text/csv", path=readings)])
        registry.verify_application(by="Vera Fy")
        registry.approve()
        registry.on(f"{YEAR + 1}-02-01")
        registry.verify(registry.report("5000.7", YEAR), by="Vera Fy")
        registry.notice(YEAR)
        registry.on(f"{YEAR + 1}-06-30")
        issued = registry.issue(YEAR)
        farm = registry.resources[WIND.name].id
        second = replace(WIND, name="Ruiz Wind II")
        in_review = registry.describe(second, account="Ruiz Wind").id
        registry.apply(second.name)
        period = services.open_comment_period(
            resource=in_review, question="Is the turbine new?", opened_at=registry.tick()
        )
        self.number = registry.accounts["Ruiz Wind"].number
        self.things |= {
            "credit_report": next(iter(REPORTS)),
            "resource": farm,
            "in_review": in_review,
            "verifier": registry.verifiers["Northwind Audit"].id,
            "report": Report.objects.get(resource_id=farm).id,
            "application_in_review": Application.objects.get(resource_id=in_review).id,
            "issue": issued.id,
            "comment_period": period.id,
        }
        self._note_papers(farm)
        self._let_the_sponsor_act(registry, farm)
        self._let_officials_calculate(registry)
        self._issue_credits_of_the_turbine(registry)
        self.now = registry.tick() + timedelta(seconds=1)

    def _issue_credits_of_the_turbine(self, registry: Any) -> None:
        """By gas shift, after 30 days of comment."""
        from trueup.resources import services
        from trueup.resources.models import EguIssuance

        services.publish_credit_notice(
            program=PROGRAM, year=2022, published_at=registry.on(f"{YEAR + 1}-07-01")
        )
        services.issue_to_affected_units(
            program=PROGRAM, year=2022, issued_at=registry.on(f"{YEAR + 1}-08-03")
        )
        self.things["egu_issue"] = EguIssuance.objects.order_by("id")[0].id

    def _note_papers(self, farm: int) -> None:
        from trueup.resources.models import Attachment, Document

        attachment = Attachment.objects.order_by("id")[0]
        self.things |= {
            "paper": Document.objects.filter(resource_id=farm).order_by("id")[0].id,
            "paper_with_file": attachment.document_id,
            "attachment": attachment.id,
            "digest": attachment.sha256,
        }

    def _let_officials_calculate(self, registry: Any) -> None:
        """A calculation of a year's credits, and a verifier's application."""
        from uuid import uuid4

        from trueup.resources.calculations import calculate_issue_to_resources
        from trueup.resources.models import AccreditationApplication
        from trueup.resources.verifiers import EVIDENCE

        olga, vera = self.mass.person("Olga Stone"), self.mass.person("Vera Fy")
        self.things |= {
            "calculation": calculate_issue_to_resources(
                program=PROGRAM, year=YEAR, by=olga, at=registry.tick()
            ),
            "accreditation": AccreditationApplication.objects.create(
                program=PROGRAM,
                key=uuid4(),
                applicant_id=vera,
                name="Vera Audit",
                team=[vera],
                evidence=dict.fromkeys(EVIDENCE, "shown"),
                insurer="Insurer",
                sp_rating="A",
                is_free_of_debarment=True,
                submitted_at=registry.tick(),
            ).pk,
        }

    def _let_the_sponsor_act(self, registry: Any, farm: int) -> None:
        """What each act of a sponsor is about: Ana's, and meter data that Cy reports."""
        from tests.contexts.resources_registry import WIND
        from trueup.resources import services
        from trueup.resources.entries import MeterRow, StandingSpec
        from trueup.resources.models import Application
        from trueup.resources.questions import ask_about_application

        registry.people |= {"Cy Dunn": self.mass.person("Cy Dunn")}
        registry.open_general("Dunn Power", "Cy Dunn")
        described = registry.describe(replace(WIND, name="Ruiz Wind III"), account="Ruiz Wind").id
        asked = registry.describe(replace(WIND, name="Ruiz Wind IV"), account="Ruiz Wind").id
        registry.apply("Ruiz Wind IV")
        question = ask_about_application(
            application=Application.objects.get(resource_id=asked).pk,
            text="Which turbines?",
            asked_at=registry.tick(),
            actor="administrator",
        )
        registry.report("100", YEAR + 1, months=(1, 3))
        services.name_meter_reporter(
            resource=farm,
            reporter=registry.person("Cy Dunn"),
            named_by=registry.person("Fay Ito"),
            at=registry.tick(),
        )
        services.file_meter_data(
            [MeterRow(resource=farm, year=YEAR + 1, month=4, mwh=Decimal(500))],
            program=PROGRAM,
            reporter=registry.person("Cy Dunn"),
            filed_at=registry.tick(),
        )
        standing = services.give_standing_instruction(
            StandingSpec(
                resource=farm,
                destination=registry.accounts["Dunn Power"].number,
                percent=Decimal(10),
                is_irrevocable=True,
            ),
            person=registry.person("Fay Ito"),
            given_at=registry.tick(),
        )
        self.things |= {
            "described": described,
            "asked": asked,
            "question": question.key,
            "standing": standing.id,
        }
