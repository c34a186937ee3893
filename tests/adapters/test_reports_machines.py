"""The public reports and State accounts for machines: the API and the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner
from django.test import Client

from tests.contexts.state_registry import PROGRAM, StateRegistry
from trueup.cli.state_accounting import reports, state_accounts
from trueup.disclosure.reports import agreement

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry() -> StateRegistry:
    made = StateRegistry()
    made.on("2016-01-29")
    made.set_year()
    return made


def run(group: Any, *words: str) -> Any:
    answer = CliRunner().invoke(group, [*words, "--json"], catch_exceptions=False)
    return answer.exit_code, json.loads(answer.stdout)


class TestInterface:
    """RGGI-047, RGGI-049: the reports as data, without log-in, in pages."""

    def test_a_report_comes_in_pages(self, registry: StateRegistry, client: Client) -> None:
        registry.divide()
        address = f"/api/v1/{PROGRAM}/reports/allocations"
        first = client.get(address, {"limit": 3}).json()
        rest = client.get(address, {"limit": 3, "after": first["next"]}).json()

        assert len(first["rows"]) == 3
        assert len(rest["rows"]) == 2
        assert rest["next"] is None
        assert len(client.get(f"/api/v1/{PROGRAM}/reports").json()) == 12

    def test_what_there_is_not_is_told(self, registry: StateRegistry, client: Client) -> None:
        assert client.get(f"/api/v1/{PROGRAM}/reports/bids").status_code == 404
        assert client.get("/api/v1/cpp-mass/reports").status_code == 404
        wrong = client.get(f"/api/v1/{PROGRAM}/reports/compliance", {"period": "2016-2017"})
        assert wrong.status_code in (404, 422)

    def test_statements_and_budgets_are_data(self, registry: StateRegistry, client: Client) -> None:
        registry.divide()
        found = client.get(f"/api/v1/{PROGRAM}/state-accounts/MD/2016").json()
        assert {row["account"]: row["allocated"] for row in found}["consumer"] == 800
        (budget,) = client.get(f"/api/v1/{PROGRAM}/state-budgets").json()
        assert (budget["issued"], budget["in_state_accounts"]) == (1000, 1000)


class TestCommands:
    """RGGI-020, RGGI-048: a year is set and divided, and the reports are checked nightly."""

    def test_a_year_is_set_divided_and_read(self, registry: StateRegistry) -> None:
        run(state_accounts, "set-year", "MD", "2017", "--budget", "100", "--tons-per-mwh", "0.4")
        code, told = run(state_accounts, "divide", "MD", "2017", "liesa 10, vrsa 5")
        assert code == 0
        assert told["shares"]["consumer"] == 85
        _code, read = run(state_accounts, "duties")
        assert any(duty["standing"] == "done" for duty in read["duties"])

    def test_reports_are_listed_shown_and_checked(self, registry: StateRegistry) -> None:
        registry.divide()
        assert len(run(reports, "list")[1]["reports"]) == 12
        assert len(run(reports, "show", "allocations")[1]["rows"]) == 5
        assert run(reports, "check") == (0, {"agree": True, "differences": []})

    def test_a_difference_ends_with_code_3(
        self, registry: StateRegistry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        registry.divide()
        monkeypatch.setattr(agreement, "allocated_totals", lambda program, kinds: [])

        assert run(reports, "check")[0] == 3
