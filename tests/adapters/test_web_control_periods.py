"""Control periods on the pages: interim settlements, certification reports, whose budgets."""

from __future__ import annotations

from datetime import date
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.adapters.test_web_trades import Browser
from tests.adapters.web_books import Page
from tests.contexts.control_registry import (
    BAY,
    CHALK,
    PROGRAM,
    RAVEN,
    THIRD,
    Y2015,
    Y2016,
    ControlRegistry,
)
from tests.contexts.pdf_reading import Pdf
from trueup.compliance import services
from trueup.compliance.models import CertificationReport
from trueup.documents import queries as document_queries
from trueup.documents import services as documents

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sums_are_never_old(settings: Any) -> None:
    settings.TRUEUP_STATE_SECONDS = 0


@pytest.fixture
def settled() -> ControlRegistry:
    """The end-to-end example: 500, 600, then 1,900 of 2,000, and New York's use of Maryland's."""
    registry = ControlRegistry()
    registry.give(CHALK, 2015, 1700)
    registry.transfer(CHALK, RAVEN, 2015, 400)
    for year, tons in zip(THIRD.vintages, (1000, 1200, 900), strict=True):
        registry.on(f"{year + 1}-01-20")
        registry.report(CHALK, year, tons)
        registry.report(RAVEN, year, 200 if year == 2015 else 0)
        if year == 2017:
            registry.give(CHALK, 2017, 1700)
        registry.on(f"{year + 1}-03-02")
        registry.run({2015: Y2015, 2016: Y2016, 2017: THIRD}[year])
    return registry


def text(name: str, *arguments: object, client: Client | None = None) -> str:
    answer = (client or Client()).get(reverse(name, args=[PROGRAM, *arguments]))
    assert answer.status_code == 200
    page = Page(answer.content.decode())
    assert page.problems() == [], page.problems()
    return unescape(page.text)


class TestSettlements:
    """RGGI-011, RGGI-013, RGGI-018: interim settlements are public, each for itself."""

    def test_the_list_names_them(self, settled: ControlRegistry) -> None:
        shown = text("settlements")

        assert "2015, interim" in shown
        assert "2016, interim" in shown
        assert "2015-2017" in shown

    def test_an_interim_statement_says_its_share(self, settled: ControlRegistry) -> None:
        shown = text("settlement", "2015", 1571)

        assert "interim control period 2015" in shown
        assert "Obligation: 50 percent of the tons emitted in 2015 500" in shown
        assert "In compliance" in shown
        assert "RGGI-010 to RGGI-016" in shown

    def test_the_final_statement_shows_what_was_taken_off(self, settled: ControlRegistry) -> None:
        shown = text("settlement", "2015-2017", 1571)

        assert "less what the interim control periods settled 2,000" in shown
        assert "Settled before: 1,100 tons" in shown
        assert "3 for each ton 300" in shown
        assert "were changed after the settlement" not in shown

    def test_there_is_no_page_of_a_third_interim_year(self, settled: ControlRegistry) -> None:
        for name in ("settlements-of-period", "certifications"):
            assert Client().get(reverse(name, args=[PROGRAM, "2017"])).status_code == 404

    def test_budgets_are_kept_apart(self, settled: ControlRegistry) -> None:
        """RGGI-003: issued by Maryland, used in New York."""
        shown = text("settlements-of-period", "2015")

        assert "Whose budgets were used" in shown
        assert "MD 500 100 0 500" in shown
        assert "NY 0 0 100 100" in shown

    def test_the_calendar_and_the_api_know_the_interim_deadlines(
        self, settled: ControlRegistry
    ) -> None:
        answer = Client().get(f"/api/v1/{PROGRAM}/settlements/2015")
        assert answer.status_code == 200
        assert {row["obligation"] for row in answer.json()["items"]} == {500, 100}
        assert Client().get(reverse("calendar", args=[PROGRAM])).status_code == 200


class TestDocuments:
    """PLAT-088, RGGI-013: the signed statement says what the obligation is a share or rest of."""

    def test_both_kinds_of_statement_say_it(self, settled: ControlRegistry) -> None:
        found = []
        for period in (Y2015, THIRD):
            made = documents.issue_settlement_statement(
                program=PROGRAM,
                period=period,
                facility=settled.facilities[CHALK],
                made_at=settled.tick(),
            )
            found.append(" ".join(Pdf(document_queries.file_of(made)).text.split()))

        assert "An interim control period: 50 percent of the year's emissions" in found[0]
        assert "emitted 3,100 tons" in found[1]
        assert "1,100 of them were settled" in found[1]


class TestCertificationReports:
    """RGGI-034: what each source has filed is public, beside its settlement."""

    def test_filed_late_and_missing_are_listed(self, settled: ControlRegistry) -> None:
        shown = text("certifications", "2015")
        assert "Missing 2" in shown
        assert "CO2 concentration, Stack gas flow" in shown

    def test_a_settlement_shows_its_report_and_its_equipment(
        self, settled: ControlRegistry
    ) -> None:
        services.record_monitoring(
            program=PROGRAM,
            facility=settled.facilities[CHALK],
            quantity="heat input",
            certified_on=date(2014, 6, 1),
            recorded_at=settled.tick(),
        )
        shown = text("settlement", "2015", 1571)

        assert "Certification report Missing" in shown
        assert "Heat input Since June 1, 2014" in shown
        assert "Fuel flow Missing" in shown

    def test_a_representative_files_it(
        self, settled: ControlRegistry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settled.on("2020-06-01")
        monkeypatch.setattr("trueup.web.signed_acts.now", settled.tick)
        ana = Browser(settled, "Ana Ruiz")
        start = reverse("act-certification", args=[PROGRAM, settled.accounts[CHALK].number])
        assert "2015-2017, due 2018-03-01" in ana.text(start)
        place = ana.send(start, period="2015-2017")
        answers = {
            "so_allowances_held": "no",
            "so_monitoring_plan": "yes",
            "so_emissions_reported": "yes",
            "so_no_changes": "yes",
        }
        wrong = ana.client.post(place, answers)
        assert wrong.status_code == 422
        assert 'id="id_why_allowances_held_error"' in wrong.content.decode()

        check = ana.send(place, **answers, why_allowances_held="100 were missing")
        sign = check.removesuffix("check/")
        assert "it is filed late" in ana.text(sign)
        assert "Why not: 100 were missing" in ana.text(sign)
        assert "Your report is filed, late" in ana.sign(sign)
        assert CertificationReport.objects.get().signature is not None
        shown = text("settlement", "2015-2017", 1571)
        assert "Filed late" in shown
        assert "No: 100 were missing" in shown

    def test_nobody_else_gets_to_the_form(
        self, settled: ControlRegistry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settled.on("2020-06-01")
        monkeypatch.setattr("trueup.web.signed_acts.now", settled.tick)
        cy = Browser(settled, "Cy Dunn")
        for account in (CHALK, BAY):
            start = reverse("act-certification", args=[PROGRAM, settled.accounts[account].number])
            assert cy.client.get(start).status_code in (403, 404)
        assert Client().get(start).status_code in (302, 401)
