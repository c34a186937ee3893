"""Savings are claimed once: 40 CFR 62.16455(c)(7)(vi)(C)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.contexts.resources_registry import PROGRAM, WIND, ResourceRegistry, refused
from trueup.resources import services
from trueup.resources.entries import ReportEntry, ResourceSpec
from trueup.resources.models import Report
from trueup.resources.saving_models import SavingClaim

pytestmark = pytest.mark.django_db

UTILITY = replace(
    WIND,
    name="Bright Homes",
    category="DSM",
    kind="",
    capacity_mw=Decimal(0),
    savings_kind="program",
)
ESCO: ResourceSpec = replace(UTILITY, name="Elm Street lighting", savings_kind="project")


@pytest.fixture
def registry() -> ResourceRegistry:
    """A utility's program and a contractor's project, registered, of the year 2022."""
    registry = ResourceRegistry()
    services.set_host_state(
        program=PROGRAM,
        jurisdiction="TX",
        approach="rate",
        plan="model",
        set_at=registry.tick(),
    )
    registry.register(UTILITY)
    registry.register(ESCO)
    registry.on("2023-02-01")
    return registry


def claim(registry: ResourceRegistry, spec: ResourceSpec, *lines: str) -> ReportEntry:
    return registry.report("120", resource=spec.name, said={"participants": "\n".join(lines)})


class TestClaims:
    """RATE-102: a utility's program and a contractor's project do not both claim a saving."""

    def test_the_same_customer_and_measure_is_claimed_once(
        self, registry: ResourceRegistry
    ) -> None:
        claim(registry, UTILITY, "4711; LED lighting", "4712; LED lighting")

        with refused("saving_claimed_already"):
            claim(registry, ESCO, "4709; LED lighting", " 4711 ;led  Lighting")

        assert Report.objects.count() == 1
        assert SavingClaim.objects.count() == 2

    def test_another_measure_customer_or_year_is_another_saving(
        self, registry: ResourceRegistry
    ) -> None:
        claim(registry, UTILITY, "4711; LED lighting")

        claim(registry, ESCO, "4711; heat pump", "4712; LED lighting")

        assert SavingClaim.objects.count() == 3

    def test_a_report_that_is_withdrawn_lets_go_of_its_claims(
        self, registry: ResourceRegistry
    ) -> None:
        report = claim(registry, UTILITY, "4711; LED lighting")
        services.withdraw_report(
            report=report.id,
            withdrawn_by=registry.person("Fay Ito"),
            ground="Wrong year.",
            withdrawn_at=registry.tick(),
        )

        claim(registry, ESCO, "4711; LED lighting")

        assert [one.report.resource.name for one in SavingClaim.objects.all()] == [ESCO.name]

    @pytest.mark.parametrize("line", ["4711 LED lighting", "; LED", "4711;", "x" * 101 + ";LED"])
    def test_a_line_without_both_parts_is_refused_with_its_number(
        self, registry: ResourceRegistry, line: str
    ) -> None:
        with refused("participants_unclear"):
            claim(registry, UTILITY, "4711; LED lighting", line)
        assert not SavingClaim.objects.exists()

    def test_a_line_that_stands_there_twice_is_refused(self, registry: ResourceRegistry) -> None:
        with refused("participants_unclear"):
            claim(registry, UTILITY, "4711; LED lighting", "4711; led lighting")
