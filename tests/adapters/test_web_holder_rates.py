"""The same pages where each affected EGU has its own books: the rate-based program."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.adapters.web_books import Page
from tests.contexts.rate_registry import PROGRAM, RateRegistry
from trueup.accounts.models import Person

pytestmark = pytest.mark.django_db

PERIOD = "2022-2024"
ORIS = 1363


@pytest.fixture(autouse=True)
def _sums_are_never_old(settings: Any) -> None:
    settings.TRUEUP_STATE_SECONDS = 0


@pytest.fixture
def books() -> RateRegistry:
    """Cane's steam unit 1 needs credits and has half of them; its turbine 2 needs none."""
    registry = RateRegistry()
    registry.operate("Cane/1", [(year, "2000000", "1000") for year in (2022, 2023, 2024)])
    registry.operate("Cane/2", [(year, "100000", "1000") for year in (2022, 2023, 2024)])
    registry.on("2025-03-03")
    registry.issue("Sand Hill", "WND", 100, vintage=2024, year=2025)
    registry.transfer("Sand Hill", "Cane/1", "TX-2025-WND-1", "TX-2025-WND-60", person="Fay Ito")
    return registry


@pytest.fixture
def settled(books: RateRegistry) -> RateRegistry:
    books.on("2025-11-20")
    books.run()
    return books


def get(client: Client, name: str, *arguments: object) -> Page:
    answer = client.get(reverse(name, args=arguments))
    assert answer.status_code == 200
    page = Page(answer.content.decode())
    assert page.problems() == []
    return page


class TestSettlementOfAnEgu:
    """40 CFR 62.16535: each affected EGU is settled by its own account, in credits."""

    def test_its_statement_speaks_of_credits_and_rates(
        self, client: Client, settled: RateRegistry
    ) -> None:
        page = get(client, "settlement-of-unit", PROGRAM, PERIOD, ORIS, "1")
        outcome = settled.outcome("Cane/1")
        assert outcome.excess
        assert f"ERCs that bring the rate of {PERIOD} to the standard" in page.text
        assert f"Excess emissions: ERCs that were missing {outcome.excess:,}" in page.text
        assert "Due for excess emissions, 2 for each missing ERC" in page.text
        assert "Standard, pounds a net MWh" in page.text
        assert "Rate without ERCs 2,000 " in page.text
        assert "tons are reported now" not in page.text
        assert "62.16535" in page.text

    def test_the_other_unit_is_settled_by_itself(
        self, client: Client, settled: RateRegistry
    ) -> None:
        page = get(client, "settlement-of-unit", PROGRAM, PERIOD, ORIS, "2")
        assert "In compliance" in page.text
        assert "Nothing was deducted." in page.text

    def test_the_facility_leads_to_its_units(self, client: Client, settled: RateRegistry) -> None:
        answer = client.get(reverse("settlement", args=[PROGRAM, PERIOD, ORIS]))
        assert answer.status_code == 302
        assert answer["Location"].endswith("/facilities/1363/#settlements")
        facility = get(client, "facility", PROGRAM, ORIS)
        for unit in ("1", "2"):
            address = reverse("settlement-of-unit", args=[PROGRAM, PERIOD, ORIS, unit])
            assert address in facility.html

    def test_the_list_of_the_period_names_each_egu(
        self, client: Client, settled: RateRegistry
    ) -> None:
        page = get(client, "settlements-of-period", PROGRAM, PERIOD)
        assert "Affected EGUs settled 2" in page.text
        assert "Cane/1" in page.text
        assert reverse("settlement-of-unit", args=[PROGRAM, PERIOD, ORIS, "2"]) in page.html

    def test_the_csv_and_the_chart_are_of_the_unit(
        self, client: Client, settled: RateRegistry
    ) -> None:
        arguments = [PROGRAM, PERIOD, ORIS, "1"]
        answer = client.get(reverse("settlement-of-unit-csv", args=arguments))
        text = b"".join(answer.streaming_content).decode().removeprefix("\ufeff")
        rows = list(csv.DictReader(io.StringIO(text)))
        assert {row["unit"] for row in rows} == {"1"}
        assert sum(int(row["quantity"]) for row in rows) == 60
        assert client.get(reverse("chart-settlement-of-unit", args=arguments)).status_code == 200

    def test_a_unit_that_is_not_there_is_not_found(
        self, client: Client, settled: RateRegistry
    ) -> None:
        for unit in ("9", "1/2"):
            address = reverse("settlement-of-unit", args=[PROGRAM, PERIOD, ORIS, unit])
            assert client.get(address).status_code == 404


class TestReading:
    """RATE-142, RATE-018: vintages are years of MWh, and net MWh stand beside the tons."""

    def test_the_account_shows_the_vintage_of_the_credits_and_what_the_unit_owes(
        self, client: Client, books: RateRegistry
    ) -> None:
        user = User.objects.create(username="ana")
        Person.objects.filter(id=books.people["Ana Ruiz"]).update(user=user)
        client.force_login(user)
        page = get(client, "account", PROGRAM, books.accounts["Cane/1"].number)
        assert "2024 TX 60 0" in page.text
        assert "unit 1" in page.text
        home = get(client, "you")
        assert "in 2 accounts" in home.text

    def test_a_unit_shows_its_net_mwh_and_its_own_account(
        self, client: Client, books: RateRegistry
    ) -> None:
        page = get(client, "unit", PROGRAM, ORIS, "1")
        assert "Emissions of CO₂ and net generation" in page.text
        assert "1,000 1,000 Final" in page.text
        assert books.accounts["Cane/1"].number in page.text
        assert books.accounts["Cane/2"].number not in page.text
