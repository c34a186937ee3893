"""States' plans, lost allocations and trade between States from the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from tests.contexts.registry import Registry
from trueup.cli.main import cli

pytestmark = pytest.mark.django_db


def trueup(*arguments: str) -> Result:
    return CliRunner().invoke(cli, list(arguments))


def document(*arguments: str) -> Any:
    result = trueup(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.on("2021-06-01")
    return registry


class TestPlans:
    """MASS-074: a step is kept, and what follows from it is listed."""

    def test_a_step_changes_the_status_and_starts_a_clock(self, registry: Registry) -> None:
        told = document(
            *("plans", "step", "ky", "received", "--plan", "own", "--on", "2020-02-10"),
            *("--note", "letter", "--at", "2020-02-12"),
        )
        assert told["status"] == "received"
        assert told["open"] == [{"clock": "completeness", "due_on": "2020-04-09"}]
        answer = trueup("plans", "list", "--csv", "--at", "2020-05-01")
        rows = {row["state"]: row for row in csv.DictReader(io.StringIO(answer.stdout))}
        assert (rows["KY"]["late"], rows["AL"]["status"]) == ("late", "")

    def test_a_step_out_of_order_is_refused_with_1(self, registry: Registry) -> None:
        answer = trueup(
            *("plans", "step", "KY", "approved", "--on", "2020-02-10"),
            *("--effective", "2022-01-01", "--note", "x", "--at", "2020-02-12"),
        )
        assert answer.exit_code == 1
        assert "complete submission" in answer.stderr


class TestTables:
    """PLAT-061: a State's table from a file, with its problems by line."""

    def test_without_a_method_it_is_refused(self, registry: Registry, tmp_path: Path) -> None:
        table = tmp_path / "alabama.csv"
        table.write_text("account,unit,vintage,quantity\n")
        answer = trueup(
            "plans", "table", "AL", "2025-2027", str(table), "--dispatched", "2024-02-20"
        )
        assert answer.exit_code == 1
        assert "no approved method" in answer.stderr


class TestLosses:
    """MASS-060, MASS-061: who was idle, and an end to allocations."""

    def test_who_was_idle_is_listed_and_ended(self, registry: Registry) -> None:
        registry.on("2025-02-03")
        registry.report("Barry", *(("2", year, 0) for year in (2023, 2024)))
        (idle,) = document("plans", "idle", "--at", "2025-02-03")["idle"]
        assert (idle["oris_code"], idle["unit"], idle["nothing_from"]) == (3, "2", 2022)
        told = document(
            *("plans", "end", "3", "2", "--because", "idle", "--ground", "idle"),
            *("--at", "2025-02-03"),
        )
        assert told["from_vintage"] == 2022
        assert document("plans", "idle", "--at", "2025-02-03")["idle"] == []


class TestTrade:
    """MASS-072; PLAT-092."""

    def test_nothing_crossed_before_anything_was_deducted(self, registry: Registry) -> None:
        assert document("plans", "trade", "2022-2024")["states"] == []
