"""The historical-generation formula, recorded for a whole period."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from tests.contexts.registry import PROGRAM, Registry, refused
from trueup.accounts import queries as accounts
from trueup.allocation import queries, services
from trueup.allocation.entries import AllocationReceipt, GenerationRow
from trueup.allocation.formula import idle_units
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod

pytestmark = pytest.mark.django_db

FIRST = CompliancePeriod(first_year=2022, last_year=2024)
SECOND = CompliancePeriod(first_year=2025, last_year=2027)


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.on("2021-06-01")
    return registry


def generation(
    registry: Registry, account: str, unit: str, *annual_mwh: int | None
) -> GenerationRow:
    years = dict(zip((2010, 2011, 2012), annual_mwh, strict=False))
    return GenerationRow(
        account=registry.number(account),
        unit=unit,
        annual_mwh={year: Decimal(mwh) for year, mwh in years.items() if mwh is not None},
    )


def alabama(registry: Registry) -> list[GenerationRow]:
    return [
        generation(registry, "Barry", "1", 10_000_000, 12_000_000, 11_000_000),
        generation(registry, "Barry", "2", 0, 5_000_000, 6_000_000),
        generation(registry, "Gaston", "5", 2_409_000, 2_409_000, 2_409_000),
    ]


def allocate(
    registry: Registry,
    rows: list[GenerationRow],
    *,
    period: CompliancePeriod = FIRST,
    jurisdiction: str = "",
    idle: tuple[int, ...] | None = (),
) -> AllocationReceipt:
    return services.allocate_by_formula(
        program=PROGRAM,
        period=period,
        generation=rows,
        jurisdiction=jurisdiction,
        idle=idle,
        recorded_at=registry.tick(),
    )


def by_unit(receipt: AllocationReceipt) -> dict[tuple[str, int], int]:
    rows = queries.allocations_of_run(receipt.run)
    return {(row.unit, row.vintage): row.quantity for row in rows}


class TestFormula:
    """MASS-056, MASS-058; preamble V.D.1."""

    def test_the_worked_example_of_alabama(self, registry: Registry) -> None:
        receipt = allocate(registry, alabama(registry))

        shares = by_unit(receipt)
        assert len(shares) == 9
        for vintage in FIRST.vintages:
            assert [shares[unit, vintage] for unit in ("1", "2", "5")] == [
                34_749_238,
                17_374_619,
                7_610_083,
            ]
        assert registry.total("AL reserve") == 0

    def test_all_vintages_of_a_period_at_once_each_account_in_one_transaction(
        self, registry: Registry
    ) -> None:
        receipt = allocate(registry, alabama(registry))

        assert len(receipt.transactions) == 2
        assert registry.total("Gaston", 2024) == 7_610_083

    def test_a_new_unit_gets_an_estimate(self, registry: Registry) -> None:
        rows = [
            generation(registry, "Cane", "1", 2_409_000, 2_409_000, 2_409_000),
            generation(registry, "Cane", "2"),  # 500 MW x 55 % x 8,760 h = 2,409,000 MWh
        ]
        shares = by_unit(allocate(registry, rows))

        assert abs(shares["1", 2022] - shares["2", 2022]) <= 1
        budget = programs.load(PROGRAM).budget("KY", 2022)
        assert budget is not None
        assert shares["1", 2022] + shares["2", 2022] == budget.units

    def test_an_old_unit_without_data_gets_nothing(self, registry: Registry) -> None:
        rows = [generation(registry, "Barry", "1"), generation(registry, "Gaston", "5", 5)]
        shares = by_unit(allocate(registry, rows))

        assert ("1", 2022) not in shares
        assert registry.total("Gaston", 2022) == 59_733_940

    def test_only_one_state_where_one_is_named(self, registry: Registry) -> None:
        rows = [*alabama(registry), generation(registry, "Cane", "1", 5)]
        allocate(registry, rows, jurisdiction="KY")

        assert registry.total("Barry") == 0
        assert registry.total("Cane") > 0

    def test_nobody_generated_anything(self, registry: Registry) -> None:
        with refused("generation_missing"):
            allocate(registry, [generation(registry, "Barry", "1", 0, 0, 0)])

    def test_a_unit_named_twice_or_unknown_is_refused_by_row(self, registry: Registry) -> None:
        rows = [*alabama(registry), *alabama(registry)[:1], generation(registry, "Barry", "9", 5)]
        with refused("duplicate_row", "unknown_unit") as caught:
            allocate(registry, rows)

        assert [refusal.row for refusal in caught.value.refusals] == [4, 5]

    def test_the_recordation_is_made_once(self, registry: Registry) -> None:
        allocate(registry, alabama(registry))
        with refused("over_budget"):
            allocate(registry, alabama(registry))

    def test_the_next_period_waits_for_its_year(self, registry: Registry) -> None:
        with refused("one_period_at_a_time"):
            allocate(registry, alabama(registry), period=SECOND)

        registry.on("2024-06-03")
        allocate(registry, alabama(registry), period=SECOND)
        assert sum(registry.total(name, 2026) for name in ("Barry", "Gaston")) == 53_687_528


class TestIdleUnits:
    """40 CFR 62.16240(a)(2); MASS-060, MASS-062, MASS-AMB-14."""

    def unit(self, registry: Registry, unit_id: str) -> int:
        barry = registry.facilities["Barry"]
        (found,) = (u for u in accounts.units_of([barry])[barry] if u.unit_id == unit_id)
        return found.id

    def test_what_an_idle_unit_would_get_goes_to_the_renewable_set_aside(
        self, registry: Registry
    ) -> None:
        receipt = allocate(registry, alabama(registry), idle=(self.unit(registry, "2"),))

        shares = by_unit(receipt)
        assert ("2", 2022) not in shares
        assert shares["", 2022] == 17_374_619
        assert registry.total("AL renewable energy set-aside", 2022) == 3_308_224 + 17_374_619
        assert registry.total("AL reserve") == 0

    def test_two_years_reported_without_operation_make_it_idle(self, registry: Registry) -> None:
        """Example (a): idle in 2022 and 2023, so the next period goes to the set-aside."""
        registry.on("2024-02-01")
        registry.report("Barry", *[("2", year, 0) for year in (2022, 2023)])
        registry.report("Barry", ("1", 2022, 0), ("1", 2023, 5))
        assert idle_units(program=PROGRAM, tested_on=date(2023, 6, 1)) == set()
        registry.on("2024-06-03")
        receipt = allocate(registry, alabama(registry), period=SECOND, idle=None)

        shares = by_unit(receipt)
        assert ("2", 2025) not in shares
        assert shares["", 2025] > 0
        assert shares["1", 2025] > 0

    def test_a_year_without_data_is_not_idle(self, registry: Registry) -> None:
        registry.on("2024-02-01")
        registry.report("Barry", ("2", 2023, 0))

        assert idle_units(program=PROGRAM, tested_on=date(2024, 6, 3)) == set()
