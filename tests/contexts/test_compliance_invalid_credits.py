"""Credits that were used and prove invalid: the settlement is reopened, nobody uses them again."""

from __future__ import annotations

import pytest

from tests.contexts.rate_registry import FIRST, PROGRAM, RateRegistry, Year
from trueup.audit.models import Decision, Notice
from trueup.compliance import queries, services
from trueup.compliance.entries import Resettlement
from trueup.ledger import queries as ledger
from trueup.ledger.verify import audit
from trueup.rules.refusal import Refused
from trueup.rules.serials import parse_block

pytestmark = pytest.mark.django_db

STEAM: list[Year] = [(2022, 3_500_000_000, 2_000_000), (2023, 0, 0), (2024, 0, 0)]
TURBINE: list[Year] = [(2022, 0, 0), (2023, 0, 0), (2024, 0, 0)]


@pytest.fixture
def registry() -> RateRegistry:
    """Cane/1 needs 94,555 credits (RATE-195) and was settled with as many of a wind farm."""
    registry = RateRegistry()
    registry.operate("Cane/1", STEAM)
    registry.operate("Cane/2", TURBINE)
    registry.issue("Cane/1", "WND", 94_555, vintage=2022)
    registry.on("2025-11-04")
    registry.run()
    return registry


def serial(registry: RateRegistry, number: int) -> str:
    found = queries.deducted_blocks(
        program=PROGRAM,
        period=FIRST,
        facility=registry.facilities["Cane"],
        unit=registry.unit("Cane/1"),
    )
    first = found[0].block
    return f"{first.lot.code}-{first.first + number - 1}"


def reopen(registry: RateRegistry, first: int, last: int, ground: str = "Of 2011.") -> Resettlement:
    return services.reopen_for_invalid_credits(
        program=PROGRAM,
        period=FIRST,
        facility=registry.facilities["Cane"],
        unit=registry.unit("Cane/1"),
        blocks=[parse_block(serial(registry, first), serial(registry, last))],
        ground=ground,
        recorded_at=registry.tick(),
    )


def reasons(registry: RateRegistry, first: int, last: int, ground: str = "x") -> frozenset[str]:
    with pytest.raises(Refused) as refused:
        reopen(registry, first, last, ground)
    return refused.value.reasons


class TestReopening:
    """RATE-029; 40 CFR 62.16420(c)(5)(iv): the unit remains liable."""

    def test_what_was_invalid_is_a_shortfall_and_owed_twice(self, registry: RateRegistry) -> None:
        settled = reopen(registry, 1001, 2000)

        assert (settled.before.excess, settled.after.excess) == (0, 1000)
        assert settled.returned == 1000
        assert settled.after.deducted == 93_555
        assert settled.after.excess_due == 2000
        assert audit().clean

    def test_what_is_owed_is_taken_from_what_is_held(self, registry: RateRegistry) -> None:
        registry.issue("Cane/1", "SOL", 1_500, vintage=2024)

        settled = reopen(registry, 1, 1000)

        account = registry.accounts["Cane/1"].id
        assert settled.taken == 1_500
        assert ledger.totals_of([account])[account] == 0
        (debt,) = ledger.claims([account])[account]
        assert debt.open == 500

    def test_the_invalid_ones_are_revoked_and_never_come_back(self, registry: RateRegistry) -> None:
        reopen(registry, 1, 1000)

        account = registry.accounts["Cane/1"].id
        assert ledger.totals_of([account])[account] == 0
        assert Decision.objects.filter(outcome="reopened_for_invalid_credits").count() == 1

    def test_the_owners_are_told(self, registry: RateRegistry) -> None:
        before = Notice.objects.filter(event="deductions_recorded").count()

        reopen(registry, 1, 1000)

        assert Notice.objects.filter(event="deductions_recorded").count() > before

    def test_it_cannot_be_done_twice_for_the_same_numbers(self, registry: RateRegistry) -> None:
        blocks = [parse_block(serial(registry, 1), serial(registry, 10))]
        given = {
            "program": PROGRAM,
            "period": FIRST,
            "facility": registry.facilities["Cane"],
            "unit": registry.unit("Cane/1"),
            "blocks": blocks,
            "ground": "Of 2011.",
        }
        services.reopen_for_invalid_credits(**given, recorded_at=registry.tick())  # type: ignore[arg-type]

        with pytest.raises(Refused) as refused:
            services.reopen_for_invalid_credits(**given, recorded_at=registry.tick())  # type: ignore[arg-type]
        assert refused.value.reasons == {"none_of_these_deducted"}

    def test_it_needs_a_ground(self, registry: RateRegistry) -> None:
        assert reasons(registry, 1, 10, " ") == {"ground_missing"}

    def test_a_unit_that_is_not_settled_is_not_reopened(self) -> None:
        registry = RateRegistry()
        registry.operate("Cane/1", STEAM)

        with pytest.raises(Refused) as refused:
            services.reopen_for_invalid_credits(
                program=PROGRAM,
                period=FIRST,
                facility=registry.facilities["Cane"],
                unit=registry.unit("Cane/1"),
                blocks=[parse_block("TX-2023-WND-1", "TX-2023-WND-2")],
                ground="x",
                recorded_at=registry.tick(),
            )
        assert refused.value.reasons == {"not_settled"}
