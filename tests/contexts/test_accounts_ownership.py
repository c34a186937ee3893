"""Who has an interest in an account, then and now; objections, which change nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.contexts.registry import refused
from tests.contexts.transfers_registry import Registry, block, eastern
from trueup.accounts import objections, ownership, queries, services
from trueup.accounts.application_models import Objection
from trueup.accounts.entries import GeneralAccountSpec
from trueup.accounts.ownership_entries import OwnershipFilingEntry, PartySpec
from trueup.accounts.ownership_models import Interest, OwnershipFiling, Party
from trueup.audit import queries as audit

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
LLC, HOLDING, OTHER = (PartySpec(name=name) for name in ("Gulf LLC", "Holding", "Other"))


@pytest.fixture
def cy() -> int:
    return services.register_person(name="Cy Dunn", registered_at=NOON).id


@pytest.fixture
def account(cy: int) -> int:
    spec = GeneralAccountSpec(name="Gulf Brokers", representative=cy, owners=(LLC, HOLDING))
    return services.open_general_accounts([spec], program=PROGRAM, at=NOON)[0].id


def file(
    account: int,
    changed_on: str,
    filed: str,
    *,
    listed: tuple[PartySpec, ...] = (),
    unlisted: tuple[PartySpec, ...] = (),
    by: int | None = None,
) -> OwnershipFilingEntry:
    return services.file_ownership_change(
        account=account,
        changed_on=date.fromisoformat(changed_on),
        filed_at=eastern(filed),
        listed=listed,
        unlisted=unlisted,
        filed_by=by,
    )


def names(account: int, on: str = "") -> list[str]:
    day = date.fromisoformat(on) if on else None
    return [party.name for party in ownership.parties_of([account], on=day)[account]]


class TestTheList:
    """PLAT-037; 40 CFR 62.16320(c)(1)(ii)(C); MASS-036, RATE-173."""

    def test_an_account_begins_with_the_owners_of_its_application(self, account: int) -> None:
        assert names(account) == ["Gulf LLC", "Holding"]

    def test_without_a_word_of_owners_it_is_whom_the_account_is_called_after(self, cy: int) -> None:
        entry = services.open_general_account(
            program=PROGRAM, name="Bay  Traders", representative=cy, at=NOON
        )
        assert names(entry.id) == ["Bay Traders"]

    def test_who_was_interested_on_any_past_date(self, account: int) -> None:
        file(account, "2022-03-10", "2022-03-20", listed=(OTHER,), unlisted=(HOLDING,))

        assert names(account, "2021-05-31") == []
        assert names(account, "2021-06-01") == ["Gulf LLC", "Holding"]
        assert names(account, "2022-03-09") == ["Gulf LLC", "Holding"]
        assert names(account, "2022-03-10") == ["Gulf LLC", "Other"]
        assert names(account) == ["Gulf LLC", "Other"]
        history = ownership.interests_of(account)
        assert [(one.party.name, one.until_on) for one in history] == [
            ("Gulf LLC", None),
            ("Holding", date(2022, 3, 10)),
            ("Other", None),
        ]

    def test_the_last_party_is_not_removed_but_can_be_followed(self, account: int) -> None:
        with refused("last_party"):
            file(account, "2022-03-10", "2022-03-20", unlisted=(LLC, HOLDING))
        assert names(account) == ["Gulf LLC", "Holding"]

        file(account, "2022-03-10", "2022-03-20", listed=(OTHER,), unlisted=(LLC, HOLDING))
        assert names(account) == ["Other"]

    def test_what_cannot_be_on_the_list(self, account: int) -> None:
        with refused("party_not_listed"):
            file(account, "2022-03-10", "2022-03-20", unlisted=(OTHER,))
        with refused("party_listed_already"):
            file(account, "2022-03-10", "2022-03-20", listed=(LLC,))
        with refused("nothing_changed"):
            file(account, "2022-03-10", "2022-03-20")
        with refused("change_not_yet"):
            file(account, "2022-03-21", "2022-03-20", listed=(OTHER,))
        with refused("name_not_usable"):
            file(account, "2022-03-10", "2022-03-20", listed=(PartySpec(name=" "),))
        with refused("unknown_account"):
            file(account + 1, "2022-03-10", "2022-03-20", listed=(OTHER,))
        assert not OwnershipFiling.objects.exists()

    def test_only_the_representative_files(self, account: int, cy: int) -> None:
        stranger = services.register_person(name="Dee Fox", registered_at=NOON).id
        with refused("not_authorized"):
            file(account, "2022-03-10", "2022-03-20", listed=(OTHER,), by=stranger)
        entry = file(account, "2022-03-10", "2022-03-20", listed=(OTHER,), by=cy)
        assert entry.filed_by == f"person:{cy}"

    def test_whoever_goes_and_comes_back_has_two_spells(self, account: int) -> None:
        file(account, "2022-03-10", "2022-03-20", unlisted=(HOLDING,))
        file(account, "2023-03-10", "2023-03-20", listed=(HOLDING,))

        assert names(account, "2022-12-31") == ["Gulf LLC"]
        assert names(account, "2023-03-10") == ["Gulf LLC", "Holding"]


class TestThirtyDays:
    """40 CFR 62.16320(c)(3)(iii); MASS-038, RATE-173, MASS-024."""

    @pytest.mark.parametrize(
        ("changed_on", "due_on", "in_time", "late"),
        [
            ("2025-03-11", "2025-04-09", "2025-04-09", "2025-04-10"),
            ("2023-01-09", "2023-02-07", "2023-02-07", "2023-02-08"),
            # Day 30 is a Saturday.
            ("2022-09-02", "2022-10-03", "2022-10-03", "2022-10-04"),
        ],
    )
    def test_a_late_filing_is_taken_and_flagged(
        self, account: int, changed_on: str, due_on: str, in_time: str, late: str
    ) -> None:
        first = file(account, changed_on, in_time, listed=(OTHER,))
        second = file(account, changed_on, late, listed=(PartySpec(name="Latecomer"),))

        assert (first.due_on.isoformat(), first.is_late) == (due_on, False)
        assert (second.due_on.isoformat(), second.is_late) == (due_on, True)
        assert names(account, changed_on)[-2:] == ["Other", "Latecomer"]

    def test_it_is_logged_with_before_and_after(self, account: int) -> None:
        file(account, "2025-03-11", "2025-04-10", listed=(OTHER,))

        event = audit.events_of(f"account:{account}")[0]
        assert event.act == "file_ownership_change"
        assert event.before == {"parties": ["Gulf LLC", "Holding"]}
        assert event.after is not None
        assert event.after["is_late"] is True


class TestUnlistedAreBound:
    """MASS-038, RATE-173, PLAT-033: whoever is not on the list is bound anyway."""

    def test_a_transfer_stands_though_the_ownership_changed_unfiled(self) -> None:
        registry = Registry()
        registry.allocate(registry.gulf, 10)

        entry = registry.transfer(
            registry.gulf, registry.bay, block("AL-2022-1", "AL-2022-5"), by=registry.cy
        )

        assert entry.state == "recorded"
        file(registry.gulf.id, "2021-05-01", "2021-06-10", listed=(OTHER,))
        assert registry.quantity(registry.bay) == 5


class TestObjections:
    """40 CFR 62.16310, 62.16320(c)(4); MASS-026, MASS-039; RATE-165, RATE-176."""

    def test_an_objection_is_kept_and_has_no_effect(self) -> None:
        registry = Registry()
        registry.allocate(registry.gulf, 10)
        registry.allocate(registry.barry, 10)
        before = {
            account.id: queries.representatives([account.id])[account.id]
            for account in (registry.gulf, registry.barry)
        }
        for account in (registry.gulf, registry.barry):
            services.log_objection(
                account=account.id,
                by="A co-owner",
                about="the transfer of June 1",
                text="I did not agree to this.",
                received_at=NOON,
            )

        out = registry.transfer(
            registry.gulf, registry.bay, block("AL-2022-1", "AL-2022-5"), by=registry.cy
        )
        facility = registry.transfer(registry.barry, registry.bay, block("AL-2022-11"))

        assert (out.state, facility.state) == ("recorded", "recorded")
        for account in (registry.gulf, registry.barry):
            assert queries.representatives([account.id])[account.id] == before[account.id]
            (entry,) = objections.objections_of(account.id)
            assert (entry.by, entry.text) == ("A co-owner", "I did not agree to this.")
            event = audit.events_of(f"account:{account.id}")[0]
            assert event.after is not None
            assert event.after["effect"] == "none"

    def test_an_objection_without_a_name_or_a_word_is_not_kept(self, account: int) -> None:
        with refused("name_not_usable"):
            services.log_objection(account=account, by=" ", text="x", received_at=NOON)
        with refused("ground_missing"):
            services.log_objection(account=account, by="x", text=" ", received_at=NOON)
        with refused("unknown_account"):
            services.log_objection(account=account + 1, by="x", text="x", received_at=NOON)

    def test_they_come_a_page_at_a_time_the_newest_first(self, account: int) -> None:
        for number in range(5):
            services.log_objection(
                account=account,
                by=f"Objector {number}",
                text="x",
                received_at=NOON + timedelta(days=number),
            )
        page = objections.objections_of(account, limit=2)
        following = objections.objections_of(account, limit=2, before=page[-1].id)

        assert [entry.by for entry in (*page, *following)] == [
            "Objector 4",
            "Objector 3",
            "Objector 2",
            "Objector 1",
        ]


class TestConstraints:
    """What the database refuses, whoever asks."""

    def test_what_was_filed_or_objected_is_never_changed(self, account: int) -> None:
        file(account, "2022-03-10", "2022-03-20", listed=(OTHER,))
        services.log_objection(account=account, by="x", text="x", received_at=NOON)
        for act in (
            lambda: OwnershipFiling.objects.update(is_late=True),
            OwnershipFiling.objects.all().delete,
            lambda: Objection.objects.update(text="y"),
            Objection.objects.all().delete,
            Interest.objects.all().delete,
            Party.objects.all().delete,
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                act()

    def test_nobody_is_listed_twice_nor_backwards(self, account: int) -> None:
        first = Interest.objects.filter(account_id=account).order_by("id")[0]
        with pytest.raises(IntegrityError), transaction.atomic():
            Interest.objects.create(
                account_id=account, party_id=first.party_id, from_on=date(2022, 1, 1)
            )
        for changes in ({"until_on": date(2020, 1, 1)}, {"kind": "ghost"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Interest.objects.filter(id=first.pk).update(**changes)

    def test_a_party_has_a_name_and_is_entered_once(self, account: int) -> None:
        for values in ({"name": ""}, {"name": "Gulf LLC"}, {"name": "x", "kind": "ghost"}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Party.objects.create(**values)
