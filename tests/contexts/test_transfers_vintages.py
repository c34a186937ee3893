"""Of which vintage what is transferred is: of credits, that of their issue."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.contexts.rate_registry import PROGRAM, RateRegistry
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.serials import parse_block
from trueup.transfers import services
from trueup.transfers.entries import TransferSpec
from trueup.transfers.vintages import vintages_in
from trueup.transfers.whereabouts import free_quantities, not_free

pytestmark = pytest.mark.django_db

RULES = programs.load(PROGRAM)


@pytest.fixture
def registry() -> RateRegistry:
    """Ten credits for MWh of 2022 and ten of 2023, all issued in 2024."""
    found = RateRegistry()
    found.on("2024-02-01")
    for vintage in (2022, 2023):
        found.issue("Sand Hill", "WND", 10, vintage=vintage, year=2024)
    return found


class TestVintagesOfCredits:
    """RATE-186; 40 CFR 62.16420(c)(3): the number names the year of issue, not the vintage."""

    def test_they_are_those_of_the_issue(self, registry: RateRegistry) -> None:
        blocks = ledger.blocks_held(registry.accounts["Sand Hill"].id)
        assert set(vintages_in(RULES, blocks)) == {2022, 2023}
        assert {block.lot.year for block in blocks} == {2024}

    def test_what_is_free_is_counted_by_them(self, registry: RateRegistry) -> None:
        account = registry.accounts["Sand Hill"].id
        assert free_quantities(account, rules=RULES) == {2022: 10, 2023: 10}
        assert not_free(account, ledger.blocks_held(account), rules=RULES) == []

    def test_several_transfers_by_quantity_are_chosen_by_them(self, registry: RateRegistry) -> None:
        at = registry.tick()
        specs = [
            TransferSpec(
                source=registry.accounts["Sand Hill"].number,
                destination=next(
                    entry.number for name, entry in registry.accounts.items() if name != "Sand Hill"
                ),
                submitted_by=registry.people["Fay Ito"],
                submitted_at=at,
                key=uuid4(),
                vintage=2023,
                quantity=4,
            )
            for _ in range(2)
        ]

        entries = services.submit_batch(specs, program=PROGRAM, recorded_at=at)

        assert [entry.state for entry in entries] == ["recorded", "recorded"]
        for entry in entries:
            assert set(vintages_in(RULES, entry.blocks)) == {2023}

    def test_a_late_issue_is_still_of_its_years_mwh(self, registry: RateRegistry) -> None:
        """Issued in 2026 for MWh of 2024, they count for 2022 to 2024."""
        registry.issue("Sand Hill", "WND", 5, vintage=2024, year=2026)
        block = next(
            block
            for block in ledger.blocks_held(registry.accounts["Sand Hill"].id)
            if block.lot.year == 2026
        )
        assert vintages_in(RULES, [block, parse_block(block.first_serial, block.last_serial)]) == [
            2024,
            2024,
        ]
