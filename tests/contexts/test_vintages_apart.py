"""RATE-142: a credit's vintage is the year of its MWh, wherever holdings are added up.

Ten credits for MWh of 2022 and thirty of 2024 were issued in one lot in 2025, after the
first period had ended; twenty for MWh of 2025 were issued in 2025 too, into that lot.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from tests.contexts.rate_registry import FIRST, PROGRAM, RateRegistry
from trueup.compliance import queries as compliance
from trueup.compliance import services as compliance_services
from trueup.disclosure import queries as disclosure
from trueup.disclosure.concentration import concentration
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.transfers import services as transfers

pytestmark = pytest.mark.django_db

RULES = programs.load(PROGRAM)
HELD = {2022: 10, 2024: 30, 2025: 20}


@pytest.fixture
def registry() -> RateRegistry:
    found = RateRegistry()
    found.on("2025-06-30")
    for vintage, quantity in HELD.items():
        found.issue("Cane/1", "SOL", quantity, vintage=vintage, year=2025)
    return found


class TestTotals:
    """RATE-142; 40 CFR 62.16420(d)(1)."""

    def test_all_are_of_one_lot_that_names_the_year_of_issue(self, registry: RateRegistry) -> None:
        (block,) = ledger.blocks_held(registry.accounts["Cane/1"].id)
        assert (block.lot.code, block.quantity) == ("TX-2025-SOL", 60)

    def test_an_accounts_balance_is_by_vintage(self, registry: RateRegistry) -> None:
        found = ledger.balances(registry.accounts["Cane/1"].id)
        assert {balance.vintage: balance.quantity for balance in found} == HELD
        assert {balance.lot.year for balance in found} == {2025}

    def test_sums_of_the_program_are_by_vintage(self, registry: RateRegistry) -> None:
        account = registry.accounts["Cane/1"].id
        found = ledger.vintage_totals(program=PROGRAM, kinds=("compliance",))
        assert found == {(account, vintage): held for vintage, held in HELD.items()}
        totals = {total.vintage: total.quantity for total in ledger.lot_totals(PROGRAM)}
        assert totals == HELD

    def test_a_block_that_was_divided_is_counted_once(self, registry: RateRegistry) -> None:
        registry.transfer(
            "Cane/1", "Sand Hill", "TX-2025-SOL-6", "TX-2025-SOL-15", person="Ana Ruiz"
        )
        found = ledger.balances(registry.accounts["Sand Hill"].id)
        assert {balance.vintage: balance.quantity for balance in found} == {2022: 5, 2024: 5}
        left = ledger.balances(registry.accounts["Cane/1"].id)
        assert {one.vintage: one.quantity for one in left} == {2022: 5, 2024: 25, 2025: 20}
        assert sum(total.quantity for total in ledger.lot_totals(PROGRAM)) == 60


class TestReaders:
    """Who reads them: the State's bank, shares of owners, what owners retired."""

    def test_the_bank_of_a_period_has_what_its_vintages_left(self, registry: RateRegistry) -> None:
        state = disclosure.program_state(RULES, FIRST)
        (kentucky,) = [row for row in state.states if row.jurisdiction.code == "KY"]
        assert kentucky.banked == 40
        (summary,) = compliance.state_summaries(program=PROGRAM, period=FIRST)
        assert summary.banked == 40

    def test_shares_of_one_vintage_are_of_that_years_mwh(self, registry: RateRegistry) -> None:
        found = concentration(program=PROGRAM, on=date(2025, 7, 1), vintage=2024)
        assert found.total == 30
        assert dict(found.vintages) == HELD

    def test_what_an_owner_retired_counts_by_vintage(self, registry: RateRegistry) -> None:
        at = registry.tick()
        transfers.retire(
            program=PROGRAM,
            source=registry.accounts["Cane/1"].number,
            blocks=ledger.blocks_held(registry.accounts["Cane/1"].id),
            reason="environmental benefit",
            submitted_by=registry.people["Ana Ruiz"],
            submitted_at=at,
            received_at=at,
            recorded_at=at,
            key=uuid4(),
        )
        account = registry.accounts["Cane/1"].id
        found = ledger.retired_totals([account], after=None, until=at, vintage_max=2024)
        assert found == {account: 40}


class TestSettlement:
    """RATE-142, RATE-194: issued in 2025 for MWh of 2024, they count for 2022 to 2024."""

    def test_an_adjustment_takes_and_returns_by_vintage(self, registry: RateRegistry) -> None:
        registry.operate("Cane/1", [(2022, 1671 * 35, 0), (2023, 0, 0), (2024, 0, 0)])
        registry.run()
        assert registry.outcome("Cane/1").deducted == 35
        assert registry.balance("Cane/1") == 25
        for needed, left in ((40, 20), (12, 48)):
            compliance_services.adjust_after_audit(
                program=PROGRAM,
                facility=registry.facilities["Cane"],
                unit="1",
                year=2022,
                co2_tons=Decimal(1671 * needed) / 2000,
                ground="audit",
                recorded_at=registry.tick(),
            )
            outcome = registry.outcome("Cane/1")
            assert (outcome.deducted, outcome.excess) == (needed, 0)
            assert registry.balance("Cane/1") == left
