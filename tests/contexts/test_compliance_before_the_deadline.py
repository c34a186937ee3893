"""Obligation, shortage and warnings, before the deadline."""

from __future__ import annotations

from datetime import date

import pytest

from tests.contexts.registry import FIRST, PROGRAM, Registry, noon, statements
from trueup.accounts.entries import FacilitySpec, UnitSpec
from trueup.audit import queries as audit
from trueup.audit.entries import NoticeEntry
from trueup.compliance import queries, services
from trueup.compliance.reviews import review_due
from trueup.ledger import services as ledger
from trueup.ledger.entries import Range
from trueup.rules import programs
from trueup.rules.serials import Lot

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry() -> Registry:
    """Three facilities with 900, 1,000 and 1,200 for 1,000 tons each, as in PLAT-082."""
    registry = Registry()
    registry.on("2021-06-01")
    registry.allocate(
        ("Barry", "1", 2022, 900), ("Gaston", "5", 2022, 1000), ("Cane", "1", 2022, 1200)
    )
    registry.on("2025-02-03")
    registry.report_years("Barry", u1=(400, 300, 300), u2=(0, 0, 0))
    registry.report_years("Gaston", u5=(1000, 0, 0))
    registry.report_years("Cane", u1=(1000, 0, 0), u2=(0, 0, 0))
    return registry


def warnings(registry: Registry, person: str) -> list[NoticeEntry]:
    return audit.notices_of(registry.person(person), event="insufficient_holdings")


def review(day: str) -> int:
    return services.warn_of_insufficient_holdings(program=PROGRAM, now=noon(day))


def shortage(registry: Registry, facility: str) -> int:
    return queries.shortage(program=PROGRAM, period=FIRST, facility=registry.facilities[facility])


class TestPosition:
    """MASS-005, MASS-045, PLAT-080, PLAT-081."""

    def test_needed_held_and_short(self, registry: Registry) -> None:
        position = queries.position(
            program=PROGRAM, period=FIRST, facility=registry.facilities["Barry"]
        )
        assert position is not None
        assert (position.obligation, position.held, position.shortage) == (1000, 900, 100)
        assert not position.is_preliminary
        assert shortage(registry, "Gaston") == shortage(registry, "Cane") == 0
        assert (
            queries.obligation(program=PROGRAM, period=FIRST, facility=registry.facilities["Barry"])
            == 1000
        )

    def test_vintages_of_the_next_period_do_not_count(self, registry: Registry) -> None:
        registry.allocate(("Barry", "1", 2025, 500))
        assert shortage(registry, "Barry") == 100

    def test_what_is_on_its_way_out_does_not_count(self, registry: Registry) -> None:
        lot = Lot(jurisdiction="AL", year=2022).number(programs.load(PROGRAM).number)
        ledger.reserve(
            account=registry.account("Barry").id,
            blocks=[Range(lot, 1, 50)],
            placed_at=registry.tick(),
        )
        assert shortage(registry, "Barry") == 150

    def test_what_is_on_its_way_in_counts(self, registry: Registry) -> None:
        """A transfer that waits for the deductions of the period before."""
        registry.on("2025-05-02")
        transfer = registry.transfer("Gaston", "Barry", 2022, 60)
        assert transfer.state == "held"
        assert shortage(registry, "Barry") == 40
        assert shortage(registry, "Gaston") == 60

    def test_incomplete_data_make_it_preliminary(self, registry: Registry) -> None:
        registry.register(
            [
                FacilitySpec(
                    oris_code=7, name="Gadsden", jurisdiction="AL", units=(UnitSpec(unit_id="1"),)
                )
            ]
        )
        registry.represent("Gadsden", "Gus Ely")
        registry.report("Gadsden", ("1", 2022, 70))

        position = queries.position(
            program=PROGRAM, period=FIRST, facility=registry.facilities["Gadsden"]
        )
        assert position is not None
        assert position.is_preliminary
        assert position.missing == (("1", 2023), ("1", 2024))
        assert position.shortage == 70
        not_ready = queries.not_ready(program=PROGRAM, period=FIRST)
        assert [entry.facility.name for entry in not_ready] == ["Gadsden"]
        review("2025-03-02")
        (notice,) = warnings(registry, "Gus Ely")
        assert "preliminary, not reported yet: unit 1 2023, unit 1 2024" in notice.body

    def test_a_facility_without_an_account_has_none(self, registry: Registry) -> None:
        assert queries.position(program=PROGRAM, period=FIRST, facility=999) is None


class TestWarnings:
    """PLAT-082."""

    def test_only_the_short_are_told_and_how_short(self, registry: Registry) -> None:
        assert review("2025-03-02") == 1

        (notice,) = warnings(registry, "Ana Ruiz")
        assert notice.subject.startswith("Short of 100 allowances for 2022-2024: Barry (C")
        assert "Held:       900 allowances" in notice.body
        assert "Days left:  60" in notice.body
        assert warnings(registry, "Gil Orr") == []
        assert warnings(registry, "Kim Day") == []

    def test_once_for_each_lead_time(self, registry: Registry) -> None:
        days = ("2025-03-01", "2025-03-02", "2025-03-02", "2025-03-03", "2025-04-01")
        days += ("2025-04-24", "2025-04-25", "2025-04-30", "2025-05-01", "2025-05-02")
        for day in days:
            review(day)

        told = [notice.created_at.date().isoformat() for notice in warnings(registry, "Ana Ruiz")]
        assert told[::-1] == ["2025-03-02", "2025-04-01", "2025-04-24", "2025-04-30"]

    def test_a_missed_lead_time_is_made_up_for(self, registry: Registry) -> None:
        review("2025-03-20")
        review("2025-03-21")
        assert len(warnings(registry, "Ana Ruiz")) == 1

    def test_who_became_short_is_told_at_the_next_lead_time(self, registry: Registry) -> None:
        review("2025-03-02")
        registry.on("2025-03-10")
        registry.transfer("Gaston", "Gulf Brokers", 2022, 1)
        review("2025-04-01")

        assert len(warnings(registry, "Gil Orr")) == 1
        assert len(warnings(registry, "Ana Ruiz")) == 2

    def test_both_representatives_are_told(self, registry: Registry) -> None:
        registry.represent("Barry", "Bo Lee", "alternate")
        review("2025-03-02")
        assert len(warnings(registry, "Bo Lee")) == 1

    @pytest.mark.parametrize(
        ("today", "due"),
        [
            (date(2025, 3, 1), None),
            (date(2025, 3, 2), 60),
            (date(2025, 4, 24), 7),
            (date(2025, 5, 1), 1),
            (date(2025, 5, 2), None),
            (date(2024, 4, 30), None),
            (date(2022, 4, 30), None),
            (date(2028, 4, 30), 1),
        ],
    )
    def test_only_after_the_last_year_of_a_period(self, today: date, due: int | None) -> None:
        found = review_due(programs.load(PROGRAM), today)
        assert (found[1] if found else None) == due

    def test_a_day_without_a_review_costs_one_statement(self, registry: Registry) -> None:
        review("2025-03-02")
        with statements() as executed:
            review("2025-03-03")
        assert len([sql for sql in executed if "SELECT" in sql["sql"]]) == 1
