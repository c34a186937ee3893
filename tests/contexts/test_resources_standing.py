"""Standing instructions: parts of each issue that go to other accounts."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from tests.contexts.resources_registry import WIND, ResourceRegistry, refused
from trueup.ledger import queries as ledger
from trueup.ledger import services as books
from trueup.ledger.verify import audit
from trueup.resources import services, standing
from trueup.resources.entries import StandingEntry, StandingSpec
from trueup.resources.models import StandingInstruction, StandingPart


@pytest.fixture(autouse=True)
def _every_serial_is_in_exactly_one_account(db: None) -> Iterator[None]:
    yield
    report = audit()
    assert report.clean, report.differences


@pytest.fixture
def registry() -> ResourceRegistry:
    found = ResourceRegistry()
    found.register()
    found.open_general("Utility", "Una Vale")
    found.open_general("Lender", "Lee Ward")
    return found


def give(
    registry: ResourceRegistry,
    destination: str,
    *,
    by: str = "Fay Ito",
    **values: object,
) -> StandingEntry:
    account = registry.accounts.get(destination)
    spec = StandingSpec(
        resource=registry.resources[WIND.name].id,
        destination=account.number if account is not None else destination,
        **values,  # type: ignore[arg-type]
    )
    return services.give_standing_instruction(
        spec, person=registry.person(by), given_at=registry.tick()
    )


def held(registry: ResourceRegistry, account: str) -> int:
    return sum(item.quantity for item in ledger.holdings(registry.accounts[account].id))


class TestCarryingOut:
    """PLAT-126; docs/decisions/0204: in the issuing transaction, in the order given."""

    def test_a_share_of_each_issue_goes_to_the_account(self, registry: ResourceRegistry) -> None:
        give(registry, "Utility", percent=Decimal(40))
        give(registry, "Lender", up_to=500, priority=2)

        registry.issue_year("1000.9")

        assert (held(registry, "Utility"), held(registry, "Lender")) == (400, 500)
        assert registry.held() == 100
        (first,) = ledger.blocks_held(registry.accounts["Utility"].id)
        assert str(first) == "TX-2023-WND-1 to TX-2023-WND-400"

    def test_what_was_given_is_kept_with_its_transaction(self, registry: ResourceRegistry) -> None:
        give(registry, "Utility", up_to=5)

        registry.issue_year("10")

        part = StandingPart.objects.get()
        assert (part.wanted, part.given, part.reason) == (5, 5, "")
        assert part.tx is not None
        entry = ledger.transaction(part.tx)
        assert entry is not None
        assert entry.ground.startswith("standing instruction")

    def test_an_account_that_is_closed_gets_nothing_and_the_issue_goes_on(
        self, registry: ResourceRegistry
    ) -> None:
        give(registry, "Utility", percent=Decimal(100))
        books.close_account(registry.accounts["Utility"].id)

        assert registry.issue_year("10").quantity == 10

        part = StandingPart.objects.get()
        assert (part.wanted, part.given) == (10, 0)
        assert "closed" in part.reason
        assert registry.held() == 10

    def test_an_instruction_that_ended_does_nothing(self, registry: ResourceRegistry) -> None:
        one = give(registry, "Utility", percent=Decimal(100))
        services.end_standing_instruction(
            instruction=one.id, person=registry.person("Fay Ito"), at=registry.tick()
        )

        registry.issue_year("10")

        assert held(registry, "Utility") == 0
        assert not StandingPart.objects.exists()

    def test_other_vintages_are_left_alone(self, registry: ResourceRegistry) -> None:
        give(registry, "Utility", percent=Decimal(100), from_vintage=2023)

        registry.issue_year("10")

        assert held(registry, "Utility") == 0


class TestGiving:
    """PLAT-126: only the resource's representative, and only what can be carried out."""

    def test_who_does_not_represent_the_resource_is_refused(
        self, registry: ResourceRegistry
    ) -> None:
        with refused("not_representative"):
            give(registry, "Utility", by="Una Vale", percent=Decimal(1))

    def test_everything_wrong_at_once_is_named(self, registry: ResourceRegistry) -> None:
        with refused("unknown_account", "standing_quantity", "standing_vintages"):
            give(registry, "none", percent=Decimal(0), from_vintage=2024, to_vintage=2023)

    @pytest.mark.parametrize(
        "values",
        [{}, {"percent": Decimal("100.1")}, {"up_to": 0}, {"percent": Decimal(1), "up_to": 1}],
    )
    def test_a_share_that_is_none_is_refused(
        self, registry: ResourceRegistry, values: dict[str, object]
    ) -> None:
        with refused("standing_quantity"):
            give(registry, "Utility", **values)

    def test_to_its_own_account_is_refused(self, registry: ResourceRegistry) -> None:
        with refused("same_account"):
            give(registry, "Sand Hill", percent=Decimal(1))

    def test_there_is_a_limit(
        self, registry: ResourceRegistry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(standing, "IN_FORCE_MAX", 1)
        give(registry, "Utility", percent=Decimal(1))

        with refused("too_many_standing"):
            give(registry, "Lender", percent=Decimal(1))


class TestEnding:
    """docs/decisions/0204: an irrevocable instruction ends by both sides, or an official."""

    def test_one_side_alone_does_not_end_an_irrevocable_one(
        self, registry: ResourceRegistry
    ) -> None:
        one = give(registry, "Lender", percent=Decimal(50), is_irrevocable=True)

        asked = services.end_standing_instruction(
            instruction=one.id, person=registry.person("Fay Ito"), at=registry.tick()
        )
        assert asked.ended_at is None
        registry.issue_year("10")
        assert held(registry, "Lender") == 5

        ended = services.end_standing_instruction(
            instruction=one.id, person=registry.person("Lee Ward"), at=registry.tick()
        )
        assert ended.ended_by == f"person:{registry.person('Lee Ward')}"

    def test_one_side_asking_twice_is_still_one_side(self, registry: ResourceRegistry) -> None:
        one = give(registry, "Lender", percent=Decimal(50), is_irrevocable=True)

        for _ in range(2):
            asked = services.end_standing_instruction(
                instruction=one.id, person=registry.person("Fay Ito"), at=registry.tick()
            )

        assert asked.ended_at is None

    def test_an_official_ends_it_with_a_reason(self, registry: ResourceRegistry) -> None:
        one = give(registry, "Lender", percent=Decimal(50), is_irrevocable=True)

        with refused("ground_missing"):
            services.strike_standing_instruction(instruction=one.id, ground=" ", at=registry.tick())
        ended = services.strike_standing_instruction(
            instruction=one.id, ground="court order", at=registry.tick()
        )

        assert ended.ended_by == "administrator"
        with refused("no_such_standing"):
            services.strike_standing_instruction(
                instruction=one.id, ground="again", at=registry.tick()
            )

    def test_a_stranger_ends_nothing(self, registry: ResourceRegistry) -> None:
        one = give(registry, "Lender", percent=Decimal(50))

        with refused("not_representative"):
            services.end_standing_instruction(
                instruction=one.id, person=registry.person("Una Vale"), at=registry.tick()
            )

    def test_the_database_keeps_instructions_and_parts(self, registry: ResourceRegistry) -> None:
        give(registry, "Lender", percent=Decimal(50))
        registry.issue_year("10")

        for rows in (StandingInstruction.objects.all(), StandingPart.objects.all()):
            with pytest.raises(DatabaseError), transaction.atomic():
                rows.delete()
        with pytest.raises(DatabaseError), transaction.atomic():
            StandingPart.objects.update(given=1)
        with pytest.raises(DatabaseError), transaction.atomic():
            StandingInstruction.objects.update(percent=None)

    def test_they_are_read_in_their_order(self, registry: ResourceRegistry) -> None:
        give(registry, "Lender", percent=Decimal(50), priority=2)
        give(registry, "Utility", percent=Decimal(50), priority=1)

        found = standing.standing_of(registry.resources[WIND.name].id)

        assert [one.destination for one in found] == [
            registry.accounts["Utility"].id,
            registry.accounts["Lender"].id,
        ]
