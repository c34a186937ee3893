"""Records, time limits and decisions of the rate-based program, by the catalogue's figures."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest

from tests.contexts.rate_registry import (
    FIRST,
    PROGRAM,
    SECOND,
    RateRegistry,
)
from tests.contexts.resources_registry import WIND, ResourceRegistry
from trueup.accounts.entries import FacilitySpec, UnitSpec
from trueup.audit import queries as audit
from trueup.audit.models import Decision
from trueup.compliance import queries as compliance
from trueup.emissions.queries import quarterly_report_due_on
from trueup.resources import services as resources
from trueup.rules import programs
from trueup.rules.rate import COMBUSTION_TURBINE, STEAM_IGCC, standard_of
from trueup.rules.serials import parse_block
from trueup.transfers import services as transfers

pytestmark = pytest.mark.django_db

RULES = programs.load(PROGRAM)


@pytest.fixture
def registry() -> RateRegistry:
    return RateRegistry()


class TestStandards:
    """RATE-016; Table 1: one standard for a subcategory, whatever the State."""

    def test_a_unit_of_wyoming_needs_what_one_of_north_carolina_needs(
        self, registry: RateRegistry
    ) -> None:
        needed = set()
        for oris, state in ((4158, "WY"), (2712, "NC")):
            registry.register(
                FacilitySpec(
                    oris_code=oris,
                    name=f"Plant {state}",
                    jurisdiction=state,
                    units=(UnitSpec(unit_id="1", unit_type="steam"),),
                )
            )
            registry.operate(f"Plant {state}/1", [(2023, 167_100_000, 0)])
            needed.add(
                compliance.obligation(
                    program=PROGRAM,
                    period=FIRST,
                    facility=registry.facilities[f"Plant {state}"],
                    unit=registry.unit(f"Plant {state}/1"),
                )
            )
        assert needed == {100_000}
        assert standard_of(STEAM_IGCC, 2023) == 1671
        assert standard_of(COMBUSTION_TURBINE, 2039) == 771


class TestViolations:
    """RATE-030; 40 CFR 62.16420(c)(5): each day of the period is a violation of its own."""

    @pytest.mark.parametrize(
        ("period", "days"),
        [
            ("2022-2024", 1096),
            ("2025-2027", 1095),
            ("2028-2029", 731),
            ("2030-2031", 730),
            ("2032-2033", 731),
        ],
    )
    def test_the_days_of_a_period(self, period: str, days: int) -> None:
        assert RULES.period_named(period).days == days

    def test_a_shortfall_holds_shortfall_twice_it_and_the_days(
        self, registry: RateRegistry
    ) -> None:
        registry.operate("Cane/1", [(2022, 167_100, 0), (2023, 0, 0), (2024, 0, 0)])
        registry.run()
        outcome = registry.outcome("Cane/1")
        assert (outcome.excess, outcome.excess_due) == (100, 200)
        assert outcome.violations.period_days == 1096
        assert outcome.violations.is_enforcement_flagged

    def test_who_met_the_standard_has_none(self, registry: RateRegistry) -> None:
        registry.operate("Cane/1", [(2022, 0, 0), (2023, 0, 0), (2024, 0, 0)])
        registry.run()
        assert registry.outcome("Cane/1").violations.period_days == 0


class TestCorrections:
    """RATE-152; 40 CFR 62.16550; DL-14."""

    def test_a_correction_of_november_8_is_told_by_november_22(
        self, registry: RateRegistry
    ) -> None:
        registry.on("2023-06-30")
        registry.issue("Sand Hill", "SOL", 10, vintage=2022)
        at = registry.on("2023-11-08")
        transfers.correct_error(
            program=PROGRAM,
            source=registry.accounts["Sand Hill"].number,
            destination=registry.accounts["Cane/1"].number,
            blocks=[parse_block("TX-2023-SOL-1", "TX-2023-SOL-10")],
            ground="recorded in the wrong account",
            corrected_at=at,
            key=uuid4(),
        )
        for person in registry.people.values():
            (notice,) = audit.notices_of(person, event="account_corrected")
            assert notice.due_on == date(2023, 11, 22)


class TestTime:
    """40 CFR 62.16425 and “business day”: RATE-259, 260, 261, 262."""

    def test_thirty_days_from_a_friday_end_on_the_next_business_day(self) -> None:
        """RATE-261."""
        assert RULES.days_from(date(2022, 9, 2), 30) == date(2022, 10, 3)

    def test_fourteen_days_before_the_deadline(self) -> None:
        """RATE-260: they end the day before; that Sunday rolls to Monday."""
        first, last = RULES.calendar.days_before(date(2025, 11, 3), 14)
        assert (first, last) == (date(2025, 10, 20), date(2025, 11, 2))
        assert RULES.effective_on(last) == date(2025, 11, 3)

    def test_five_business_days_leave_out_the_fourth_of_july(self) -> None:
        """RATE-262."""
        assert RULES.calendar.business_days_from(date(2023, 6, 29), 5) == date(2023, 7, 6)


class TestQuarterlyReports:
    """RATE-248; preamble IV.D.9, IV.D.13."""

    @pytest.mark.parametrize(
        ("year", "quarter", "due_on"),
        [
            (2022, 1, date(2022, 5, 2)),
            (2022, 2, date(2022, 8, 1)),
            (2022, 3, date(2022, 10, 31)),
            (2022, 4, date(2023, 1, 30)),
        ],
    )
    def test_thirty_days_after_the_quarter_or_the_next_business_day(
        self, year: int, quarter: int, due_on: date
    ) -> None:
        assert quarterly_report_due_on(program=PROGRAM, year=year, quarter=quarter) == due_on


class TestPreliminaryDecisions:
    """RATE-265; 78.1(a)(1)."""

    def test_a_question_is_not_appealable_and_a_rejection_is(self) -> None:
        registry = ResourceRegistry()
        registry.accredit()
        registry.describe()
        registry.clear()
        registry.apply()
        resource = registry.resources[WIND.name].id
        before = Decision.objects.count()
        resources.ask_for_information(
            resource=resource, question="Which meter?", asked_at=registry.tick()
        )
        assert Decision.objects.count() == before
        resources.reject_application(
            resource=resource, grounds="No meter.", decided_at=registry.tick()
        )
        (decision,) = Decision.objects.all()[before:]
        assert decision.decision_class == "qualified"
        assert decision.reasons


class TestBanking:
    """RATE-182, 203; 40 CFR 62.16545."""

    def test_what_is_over_serves_the_next_period(self, registry: RateRegistry) -> None:
        registry.on("2023-06-30")
        registry.issue("Cane/1", "SOL", 100, vintage=2022)
        registry.operate("Cane/1", [(2022, 1671 * 70, 0), (2023, 0, 0), (2024, 0, 0)])
        registry.run()
        assert registry.balance("Cane/1") == 30
        registry.operate("Cane/1", [(2025, 1500 * 30, 0), (2026, 0, 0), (2027, 0, 0)])
        registry.run(SECOND, on="2028-11-02")
        assert registry.outcome("Cane/1", SECOND).is_in_compliance
        assert registry.balance("Cane/1") == 0
