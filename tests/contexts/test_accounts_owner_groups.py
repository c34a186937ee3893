"""Corporate associations as they are kept, and the holdings of groups of owners."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from tests.contexts.registry import refused, statements
from tests.contexts.transfers_registry import Registry
from trueup.accounts import owner_groups, services
from trueup.accounts.entries import GeneralAccountSpec
from trueup.accounts.ownership_entries import AssociationEntry, AssociationSpec, PartySpec
from trueup.accounts.ownership_models import Association
from trueup.audit import queries as audit
from trueup.disclosure.concentration import concentration
from trueup.ledger.entries import AccountEntry

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
DAY = date(2021, 6, 1)
BEGIN = date(2020, 1, 1)


def party(name: str, identifier: str = "") -> PartySpec:
    return PartySpec(name=name, identifier=identifier)


def holds(
    owner: str,
    owned: str,
    percentage: object = 0,
    *,
    control: str = "shares",
    from_on: date = BEGIN,
    until_on: date | None = None,
    source: str = "annual report",
) -> AssociationSpec:
    return AssociationSpec(
        owner=party(owner),
        owned=party(owned),
        percentage=Decimal(str(percentage)),
        control=control,
        from_on=from_on,
        until_on=until_on,
        source=source,
    )


def record(*specs: AssociationSpec) -> list[AssociationEntry]:
    return services.record_associations(specs, recorded_at=NOON)


@pytest.fixture
def registry() -> Registry:
    return Registry()


def broker(registry: Registry, name: str, *owners: str) -> AccountEntry:
    spec = GeneralAccountSpec(
        name=name, representative=registry.cy, owners=tuple(party(owner) for owner in owners)
    )
    return services.open_general_accounts([spec], program=PROGRAM, at=NOON)[0]


class TestAssociations:
    """PLAT-112; docs/decisions/0164."""

    def test_one_keeps_owner_owned_share_kind_dates_and_source(self) -> None:
        (entry,) = record(holds("Parent", "Child", "60.5", until_on=date(2025, 1, 1)))

        assert (entry.owner.name, entry.owned.name) == ("Parent", "Child")
        assert (entry.percentage, entry.control) == (Decimal("60.5"), "shares")
        assert (entry.from_on, entry.until_on) == (BEGIN, date(2025, 1, 1))
        assert (entry.source, entry.recorded_by) == ("annual report", "administrator")
        event = audit.events_of(f"association:{entry.id}")[0]
        assert event.act == "record_association"
        assert event.after is not None
        assert event.after["percentage"] == "60.5"

    def test_all_or_none_with_every_reason_and_row(self) -> None:
        with refused("association_not_usable") as problem:
            record(
                holds("Parent", "Child", 60),
                holds("Parent", "Parent", 60),
                holds("Parent", "Other", 0),
                holds("Parent", "Other", "60.1234"),
                holds("Parent", "Other", 101, source=" "),
                holds("Parent", "Other", 1, control="magic"),
                holds("Parent", "Other", 1, until_on=date(2019, 1, 1)),
                holds("Parent", "Other", Decimal("NaN")),
            )
        rows = [refusal.row for refusal in problem.value.refusals]
        assert sorted(set(rows), key=lambda row: row or 0) == [2, 3, 4, 5, 6, 7, 8]
        assert rows.count(5) == 2
        assert not Association.objects.exists()

    def test_nobody_is_held_for_more_than_the_whole(self) -> None:
        record(holds("One", "Child", 60))
        with refused("association_not_usable"):
            record(holds("Two", "Child", 41))
        with refused("association_not_usable"):
            record(holds("Two", "Child", 20), holds("Three", "Child", 21))
        record(holds("Two", "Child", 40))

    def test_an_earlier_holding_that_runs_into_a_later_one_is_refused(self) -> None:
        record(holds("One", "Child", 80, from_on=date(2025, 1, 1)))
        with refused("association_not_usable"):
            record(holds("Two", "Child", 60, from_on=date(2024, 1, 1)))
        record(holds("Two", "Child", 60, from_on=date(2024, 1, 1), until_on=date(2025, 1, 1)))

    def test_the_same_holding_is_not_recorded_twice(self) -> None:
        record(holds("One", "Child", 30))
        with refused("association_not_usable"):
            record(holds("One", "Child", 40))
        record(holds("One", "Child", control="management"))

    def test_a_holding_ends_on_a_day_and_only_once(self) -> None:
        (entry,) = record(holds("One", "Child", 60))

        def end(on: date, reason: str = "sold") -> AssociationEntry:
            return services.end_association(
                association=entry.id, until_on=on, reason=reason, ended_at=NOON, actor="official:1"
            )

        with refused("association_not_usable"):
            end(date(2019, 1, 1))
        with refused("association_not_usable"):
            end(date(2023, 1, 1), reason=" ")
        assert end(date(2023, 1, 1)).until_on == date(2023, 1, 1)
        with refused("association_not_usable"):
            end(date(2024, 1, 1))
        with refused("unknown_association"):
            services.end_association(
                association=0, until_on=DAY, reason="x", ended_at=NOON, actor="official:1"
            )

    def test_the_database_refuses_what_cannot_be(self) -> None:
        (entry,) = record(holds("One", "Child", 60))
        rows = Association.objects.filter(id=entry.id)
        for changes in (
            {"percentage": Decimal(101)},
            {"percentage": Decimal(0)},
            {"owned_id": entry.owner.id},
            {"control": "magic"},
            {"source": ""},
            {"until_on": date(2019, 1, 1)},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(**changes)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.delete()

    def test_companies_of_one_name_are_told_apart_by_their_number(self) -> None:
        spec = AssociationSpec(
            owner=party("Holding", "DE 1"),
            owned=party("Holding", "DE 2"),
            percentage=Decimal(100),
            from_on=BEGIN,
            source="company register",
        )
        (entry,) = services.record_associations([spec], recorded_at=NOON)

        assert entry.owner.id != entry.owned.id
        assert owner_groups.find_party("Holding") is None
        assert owner_groups.find_party("Holding", identifier="DE 2") == entry.owned


class TestGroups:
    """PLAT-112: the group is computed as of any date."""

    def test_a_group_has_the_accounts_of_all_its_members(self, registry: Registry) -> None:
        first = broker(registry, "First", "Child One")
        second = broker(registry, "Second", "Child Two")
        record(holds("Parent", "Child One", 60), holds("Parent", "Child Two", 60))
        parent = owner_groups.find_party("Parent")
        assert parent is not None

        group = owner_groups.group_of(parent.id, on=DAY)

        assert {member.name for member in group.parties} == {"Parent", "Child One", "Child Two"}
        assert group.accounts == (first.id, second.id)
        assert group.name.endswith("and 2 more")
        assert owner_groups.is_one_owner(first.id, second.id, on=DAY)
        assert not owner_groups.is_one_owner(first.id, registry.bay.id, on=DAY)

    def test_before_the_purchase_they_were_strangers(self, registry: Registry) -> None:
        first = broker(registry, "First", "Child One")
        second = broker(registry, "Second", "Child Two")
        record(holds("Child One", "Child Two", 60, from_on=date(2023, 1, 1)))

        assert not owner_groups.is_one_owner(first.id, second.id, on=date(2022, 12, 31))
        assert owner_groups.is_one_owner(first.id, second.id, on=date(2023, 1, 1))


class TestConcentration:
    """PLAT-112: the monitor sees holdings by owner group, flagged above 20 %."""

    def test_holdings_are_added_up_by_group_and_flagged(self, registry: Registry) -> None:
        first = broker(registry, "First", "Child One")
        second = broker(registry, "Second", "Child Two")
        record(holds("Parent", "Child One", 60), holds("Parent", "Child Two", 60))
        registry.allocate(registry.barry, 790)
        registry.allocate(first, 110)
        registry.allocate(second, 100)

        found = concentration(program=PROGRAM, on=DAY)

        assert (found.total, found.flag_percent) == (1000, 20)
        (group,) = (one for one in found.holdings if one.quantity == 210)
        assert (group.percent, group.is_flagged) == (Decimal("21.000"), True)
        assert group.accounts == (first.id, second.id)
        assert group in found.flagged

    def test_each_for_itself_they_are_not_flagged(self, registry: Registry) -> None:
        registry.allocate(broker(registry, "First", "Child One"), 110)
        registry.allocate(broker(registry, "Second", "Child Two"), 100)
        registry.allocate(registry.barry, 790)

        found = concentration(program=PROGRAM, on=DAY)

        assert {"Child One", "Child Two"} <= {one.group.name for one in found.holdings}
        assert not [one for one in found.flagged if one.group.name.startswith("Child")]

    def test_an_empty_program_has_no_shares(self, registry: Registry) -> None:
        found = concentration(program=PROGRAM, on=DAY)

        assert (found.total, found.unlisted, found.holdings) == (0, 0, ())
        assert found.percent(0) == 0

    def test_it_takes_the_same_statements_for_any_number_of_accounts(
        self, registry: Registry
    ) -> None:
        def count() -> int:
            with statements() as captured:
                concentration(program=PROGRAM, on=DAY)
            return len(captured)

        registry.allocate(broker(registry, "First", "Child"), 10)
        few = count()
        for number in range(20):
            registry.allocate(broker(registry, f"Broker {number}", f"Owner {number}"), 10)
        record(*(holds("Parent", f"Owner {number}", 60) for number in range(20)))

        assert count() == few
