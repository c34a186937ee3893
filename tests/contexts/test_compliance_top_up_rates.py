"""Fleet top-up where each affected EGU needs credits: what lacks, and which credits go."""

from __future__ import annotations

from uuid import uuid4

import pytest

from tests.contexts.rate_registry import FIRST, PROGRAM, RateRegistry, Year
from tests.contexts.registry import refused
from trueup.compliance import top_up
from trueup.transfers import services as transfers
from trueup.transfers.entries import TransferSpec

pytestmark = pytest.mark.django_db

NOTHING: list[Year] = [(2023, 0, 0), (2024, 0, 0)]
STEAM: list[Year] = [(2022, 3_500_000_000, 2_000_000), *NOTHING]
TURBINE: list[Year] = [(2022, 900_000_000, 1_000_000), *NOTHING]
STEAM_NEEDS, TURBINE_NEEDS = 94_555, 26_226


@pytest.fixture
def registry() -> RateRegistry:
    found = RateRegistry()
    found.operate("Cane/1", STEAM)
    found.operate("Cane/2", TURBINE)
    return found


def accounts(registry: RateRegistry) -> list[int]:
    return [entry.id for entry in registry.accounts.values()]


def fleet(registry: RateRegistry, percent: int = 100) -> dict[str, tuple[int, int, int]]:
    """What each account owes, holds and lacks, by its name in the registry."""
    rows = top_up.fleet(
        program=PROGRAM, period=FIRST, account_ids=accounts(registry), percent=percent
    )
    names = {entry.id: name for name, entry in registry.accounts.items()}
    return {
        names[row.account.id]: (row.position.obligation, row.position.held, row.lacks)
        for row in rows
    }


def choose(registry: RateRegistry, **amounts: int) -> dict[str, list[str]]:
    """The categories of the credits that each account would get, in their order."""
    named = {name.replace("_", "/"): amount for name, amount in amounts.items()}
    chosen = top_up.choose_for(
        registry.accounts["Sand Hill"].id,
        {registry.accounts[name].id: amount for name, amount in named.items()},
        program=PROGRAM,
        period=FIRST,
    )
    return {
        name: [block.lot.category for block in chosen[registry.accounts[name].id]] for name in named
    }


class TestLacking:
    """62.16420(c)(1), (4): credits needed stand where a mass-based program has tons."""

    def test_each_egu_lacks_the_credits_that_its_own_standard_needs(
        self, registry: RateRegistry
    ) -> None:
        registry.issue("Cane/2", "SOL", 20_000, vintage=2022)

        assert fleet(registry) == {
            "Cane/1": (STEAM_NEEDS, 0, STEAM_NEEDS),
            "Cane/2": (TURBINE_NEEDS, 20_000, TURBINE_NEEDS - 20_000),
        }

    def test_a_share_of_a_whole_number_of_credits_is_rounded_up(
        self, registry: RateRegistry
    ) -> None:
        lacks = {name: row[2] for name, row in fleet(registry, percent=50).items()}

        assert lacks == {"Cane/1": 47_278, "Cane/2": 13_113}

    def test_who_meets_the_standard_lacks_nothing(self) -> None:
        registry = RateRegistry()
        registry.operate("Cane/1", [(2022, 1_000_000, 1_000_000), *NOTHING])

        assert fleet(registry)["Cane/1"] == (0, 0, 0)


class TestChoosing:
    """62.16434(c)(3), RATE-194: what a unit may not use is passed over for it."""

    def test_the_oldest_usable_vintage_goes_first(self, registry: RateRegistry) -> None:
        registry.issue("Sand Hill", "SOL", 40_000, vintage=2023)
        registry.issue("Sand Hill", "WND", 30_000, vintage=2022)
        registry.issue("Sand Hill", "HYD", 30_000, vintage=2025)

        found = choose(registry, Cane_1=40_000, Cane_2=20_000)

        assert found["Cane/1"] == ["WND", "SOL"]
        assert found["Cane/2"] == ["SOL"]

    def test_gas_shift_credits_are_not_given_to_a_unit_that_cannot_use_them(
        self, registry: RateRegistry
    ) -> None:
        registry.issue("Sand Hill", "GSE", 30_000, vintage=2022)
        registry.issue("Sand Hill", "WND", 30_000, vintage=2023)

        found = choose(registry, Cane_2=20_000, Cane_1=20_000)

        assert found["Cane/2"] == ["WND"]
        assert found["Cane/1"] == ["GSE"]

    def test_what_cannot_be_used_is_not_counted_as_there(self, registry: RateRegistry) -> None:
        registry.issue("Sand Hill", "GSE", 30_000, vintage=2022)

        with refused("too_little_to_give"):
            choose(registry, Cane_2=20_000)


def test_a_topped_up_fleet_lacks_nothing_and_is_settled(registry: RateRegistry) -> None:
    registry.issue("Sand Hill", "WND", 200_000, vintage=2022)
    chosen = top_up.choose_for(
        registry.accounts["Sand Hill"].id,
        {registry.accounts[name].id: row[2] for name, row in fleet(registry).items()},
        program=PROGRAM,
        period=FIRST,
    )
    numbers = {entry.id: entry.number for entry in registry.accounts.values()}
    at = registry.tick()
    transfers.submit_batch(
        [
            TransferSpec(
                source=registry.accounts["Sand Hill"].number,
                destination=numbers[account],
                blocks=tuple(blocks),
                submitted_by=registry.people["Fay Ito"],
                submitted_at=at,
                key=uuid4(),
            )
            for account, blocks in chosen.items()
        ],
        program=PROGRAM,
        recorded_at=at,
        all_or_none=True,
    )

    assert {row[2] for row in fleet(registry).values()} == {0}
    registry.run()
    assert registry.outcome("Cane/1").is_in_compliance
    assert registry.outcome("Cane/2").is_in_compliance
