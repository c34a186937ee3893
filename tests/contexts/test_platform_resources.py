"""What the platform's chapter says of credits and their papers, act by act."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.contexts.resources_registry import WIND, ResourceRegistry, refused
from trueup.resources import services

pytestmark = pytest.mark.django_db

SMALL = replace(
    WIND, name="Small Hill", category="GEO", kind="", capacity_mw=Decimal("0.5"), grid="ERCOT"
)


@pytest.fixture
def registry() -> ResourceRegistry:
    found = ResourceRegistry()
    found.register()
    return found


class TestTwoSteps:
    """PLAT-122: the resource is approved first; what it generates is reported after."""

    def test_a_report_of_a_resource_that_is_not_approved_is_refused(self) -> None:
        registry = ResourceRegistry()
        registry.describe()
        registry.accredit()
        registry.clear()
        registry.apply()
        registry.verify_application()
        registry.on("2023-02-01")

        with refused("not_registered"):
            registry.report()
        registry.approve()
        registry.on("2024-05-20")
        registry.verify(registry.report(year=2023))
        registry.notice(2023)
        registry.on("2024-06-25")

        assert registry.issue(2023).quantity == 5000


class TestTiming:
    """PLAT-125: data by June 1, thirty days of comment, and then the credits."""

    def test_thirty_days_of_comment_come_before_the_issue(self, registry: ResourceRegistry) -> None:
        registry.on("2025-05-15")
        report = registry.report(year=2024)
        assert not report.is_late
        registry.verify(report)
        registry.on("2025-05-20")
        registry.notice(2024)
        registry.on("2025-06-18")
        with refused("comment_period_open"):
            registry.issue(2024)
        registry.on("2025-06-25")

        assert registry.issue(2024).quantity == 5000


class TestSuspension:
    """PLAT-128: nothing is issued until it is lifted; what was issued stays good."""

    def test_what_was_issued_before_stays_where_it_is(self, registry: ResourceRegistry) -> None:
        registry.issue_year("10")
        resource = registry.resources[WIND.name].id
        services.suspend_issuance(
            resource=resource,
            cause="INVESTIGATION",
            ground="reported errors",
            suspended_at=registry.on("2024-03-01"),
        )
        with refused("issuance_suspended"):
            registry.issue_year("20", 2023)
        assert registry.held() == 10

        services.lift_suspension(resource=resource, ground="cleared", lifted_at=registry.tick())
        assert registry.issue(2023).quantity == 20
        assert registry.held() == 30


class TestNoDoubleCrediting:
    """PLAT-131: the same MWh are credited once, whatever they were rewarded with."""

    def test_a_month_is_in_one_report_and_a_year_in_one_issue(
        self, registry: ResourceRegistry
    ) -> None:
        registry.issue_year("10")
        with refused("overlap"):
            registry.report("1", months=(12, 12))
        with refused("issued_already"):
            registry.issue()
        assert registry.held() == 10

    def test_who_is_given_allowances_of_a_set_aside_is_issued_no_credits(self) -> None:
        registry = ResourceRegistry(program="cpp-mass")
        registry.register(replace(WIND, name="Sand Hill North"))
        registry.on("2023-02-01")
        registry.verify(registry.report(resource="Sand Hill North"))
        with refused("no_credits"):
            registry.issue(resource="Sand Hill North")


class TestFeasibility:
    """PLAT-136: more than the capacity permits is explained, or not verified."""

    def test_5_000_mwh_of_half_a_megawatt_are_flagged(self) -> None:
        registry = ResourceRegistry()
        registry.register(SMALL)
        registry.on("2023-02-01")
        report = registry.report("5000", resource="Small Hill")

        assert report.is_excessive
        with refused("analysis_missing"):
            registry.verify(report, "5000")
        registry.verify(report, "5000", excess_analysis="The nameplate is nominal.")

    def test_4_380_mwh_of_it_are_not(self) -> None:
        registry = ResourceRegistry()
        registry.register(SMALL)
        registry.on("2023-02-01")

        assert not registry.report("4380", resource="Small Hill").is_excessive
