"""Preamble IV.D: what the public can download of a rate-based program."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse

from tests.contexts.rate_registry import PROGRAM, RateRegistry

pytestmark = pytest.mark.django_db

PERIOD = "2022-2024"


@pytest.fixture
def settled() -> RateRegistry:
    """Cane/1 needed 100 credits and had 60; Cane/2 needed none."""
    registry = RateRegistry()
    registry.operate("Cane/1", [(2022, 167_100, 0), (2023, 0, 0), (2024, 0, 0)])
    registry.operate("Cane/2", [(2022, 0, 0), (2023, 0, 0), (2024, 0, 0)])
    registry.issue("Cane/1", "WND", 60, vintage=2024, year=2025)
    registry.run()
    return registry


def download(name: str, *arguments: object) -> list[dict[str, str]]:
    answer = Client().get(reverse(name, args=arguments))
    assert answer.status_code == 200
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


class TestComplianceResults:
    """RATE-212: by unit and period, for everybody, and without any price."""

    def test_each_unit_has_its_result(self, settled: RateRegistry) -> None:
        rows = download("settlements-of-period-csv", PROGRAM, PERIOD)
        assert len(rows) == 2
        by_unit = {row["unit"]: row for row in rows}
        assert set(by_unit) == {"1", "2"}
        figures = {value for value in by_unit["1"].values() if value.isdigit()}
        assert {"100", "60", "40", "80"} <= figures  # Needed, deducted, short, owed.
        assert not [name for row in rows for name in row if "price" in name]

    def test_the_serial_numbers_that_were_deducted_are_there(self, settled: RateRegistry) -> None:
        found = Client().get(reverse("serial", args=[PROGRAM, "TX-2025-WND-60"]))
        assert found.status_code == 200
        assert "price" not in found.content.decode().lower()
