"""Recorded transfers asked back by their senders, or sent back by their receivers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from tests.contexts.registry import refused
from tests.contexts.transfers_registry import NOON, OPENED, PROGRAM, SECOND, Registry, block
from trueup.accounts.models import Representative
from trueup.tasks.models import Task
from trueup.transfers import queries, returns, services
from trueup.transfers.entries import TransferEntry
from trueup.transfers.models import TransferReturn

pytestmark = pytest.mark.django_db

TEN = block("AL-2022-1", "AL-2022-10")
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def registry() -> Registry:
    found = Registry()
    found.allocate(found.barry, 100)
    return found


@pytest.fixture
def sent(registry: Registry) -> TransferEntry:
    """Ten of Barry's (Ana) to the Gulf Brokers (Cy), recorded."""
    entry = registry.transfer(registry.barry, registry.gulf, TEN)
    assert entry.state == "recorded"
    return entry


class TestAskedBack:
    """PLAT-054, PLAT-094: the sender asks, and who holds the numbers signs or does not."""

    def test_nothing_moves_before_the_receiver_signs(
        self, registry: Registry, sent: TransferEntry
    ) -> None:
        proposal = services.ask_back(
            key=sent.key, person=registry.ana, reason="Wrong  account", at=LATER
        )

        assert registry.held(registry.gulf) == [str(TEN)]
        assert (proposal.account, proposal.principal) == (registry.gulf.id, registry.cy)
        assert proposal.spec.blocks == (TEN,)
        assert registry.told(registry.cy, "transfer_return_asked") == ["transfer_return_asked"]
        assert Task.objects.filter(subject=f"proposal:{proposal.key}", account_id=registry.gulf.id)

        entry = services.sign_proposal(key=proposal.key, person=registry.cy, at=LATER + SECOND)

        assert entry.state == "recorded"
        assert registry.held(registry.gulf) == []
        assert registry.quantity(registry.barry) == 100

    def test_each_of_the_two_knows_of_the_other(
        self, registry: Registry, sent: TransferEntry
    ) -> None:
        proposal = services.ask_back(key=sent.key, person=registry.ana, reason="Slip", at=LATER)
        services.sign_proposal(key=proposal.key, person=registry.cy, at=LATER + SECOND)

        back, of = returns.return_of(sent.key), returns.returns_what(proposal.key)

        assert back is not None
        assert back == of
        assert (back.key, back.returned, back.side) == (proposal.key, sent.key, "sender")
        assert queries.transfer(back.key) is not None

    def test_only_the_senders_people_ask(self, registry: Registry, sent: TransferEntry) -> None:
        for person in (registry.cy, registry.eve):
            with refused("not_authorized"):
                services.ask_back(key=sent.key, person=person, reason="Mine", at=LATER)
        assert not TransferReturn.objects.exists()

    @pytest.mark.parametrize("reason", ["", "   ", "x" * 401, "a\x07b"])
    def test_it_says_why(self, registry: Registry, sent: TransferEntry, reason: str) -> None:
        with refused("text_not_usable"):
            services.ask_back(key=sent.key, person=registry.ana, reason=reason, at=LATER)

    def test_it_is_asked_once_whoever_asks(self, registry: Registry, sent: TransferEntry) -> None:
        services.ask_back(key=sent.key, person=registry.ana, reason="Slip", at=LATER)

        with refused("return_asked_already"):
            services.ask_back(key=sent.key, person=registry.bo, reason="Again", at=LATER)
        with refused("return_asked_already"):
            services.send_back(key=sent.key, person=registry.cy, reason="Not ours", at=LATER)

    def test_what_has_moved_on_is_refused_with_the_place(
        self, registry: Registry, sent: TransferEntry
    ) -> None:
        registry.transfer(
            registry.gulf, registry.bay, block("AL-2022-3", "AL-2022-5"), by=registry.cy
        )

        with refused("serials_moved_on") as caught:
            services.ask_back(key=sent.key, person=registry.ana, reason="Slip", at=LATER)

        assert "AL-2022-3 to AL-2022-5 is in Bay Traders" in str(caught.value)
        assert not TransferReturn.objects.exists()

    def test_what_moves_on_before_it_is_signed_is_not_recorded(
        self, registry: Registry, sent: TransferEntry
    ) -> None:
        proposal = services.ask_back(key=sent.key, person=registry.ana, reason="Slip", at=LATER)
        registry.transfer(registry.gulf, registry.bay, TEN, by=registry.cy, at=LATER)

        entry = services.sign_proposal(key=proposal.key, person=registry.cy, at=LATER + SECOND)

        assert entry.state == "refused"
        assert entry.reason_codes == {"serials_not_held"}

    def test_what_is_not_recorded_or_retired_cannot_come_back(self, registry: Registry) -> None:
        services.require_second_person(account=registry.barry.id, person=registry.ana, at=NOON)
        waiting = registry.transfer(registry.barry, registry.gulf, TEN)
        with refused("not_recorded"):
            services.ask_back(key=waiting.key, person=registry.ana, reason="Slip", at=LATER)
        registry.allocate(registry.gulf, 10)
        (retired,) = services.submit_batch(
            [registry.retirement(registry.gulf, 1)], program=PROGRAM, recorded_at=NOON
        )
        assert retired.kind == "retirement"
        with refused("not_recorded"):
            services.ask_back(key=retired.key, person=registry.cy, reason="Slip", at=LATER)

    def test_the_database_keeps_one_link_and_never_changes_it(
        self, registry: Registry, sent: TransferEntry
    ) -> None:
        services.ask_back(key=sent.key, person=registry.ana, reason="Slip", at=LATER)
        row = TransferReturn.objects.get()
        for act in (
            lambda: TransferReturn.objects.update(side="receiver"),
            lambda: TransferReturn.objects.all().delete(),
            lambda: TransferReturn.objects.create(
                transfer_id=row.transfer_id,
                key=sent.key,
                side="sender",
                asked_by_id=registry.ana,
                asked_at=LATER,
                ground="x",
            ),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                act()


class TestSentBack:
    """PLAT-054: who did not expect it sends it back, and the sender accepts it."""

    def test_it_waits_for_the_sender_whatever_the_program_asks(
        self, registry: Registry, sent: TransferEntry
    ) -> None:
        entry = services.send_back(
            key=sent.key, person=registry.cy, reason="We ordered nothing", at=LATER
        )

        assert entry.state == "awaiting_acceptance"
        assert registry.told(registry.ana, "transfer_awaiting_acceptance")
        accepted = services.accept_incoming(key=entry.key, person=registry.ana, at=LATER + SECOND)
        assert accepted.state == "recorded"
        assert registry.quantity(registry.barry) == 100

    def test_the_sender_can_decline_it(self, registry: Registry, sent: TransferEntry) -> None:
        entry = services.send_back(key=sent.key, person=registry.cy, reason="Not ours", at=LATER)

        declined = services.decline_incoming(
            key=entry.key, person=registry.ana, reason="It was ordered", at=LATER + SECOND
        )

        assert declined.state == "rejected"
        assert registry.held(registry.gulf) == [str(TEN)]

    def test_only_the_receivers_people_send_it_back(
        self, registry: Registry, sent: TransferEntry
    ) -> None:
        with refused("not_authorized"):
            services.send_back(key=sent.key, person=registry.ana, reason="Give it", at=LATER)

    def test_a_second_person_of_the_receiver_does_not_end_the_consent(
        self, registry: Registry, sent: TransferEntry
    ) -> None:
        Representative.objects.create(
            account_id=registry.gulf.id, person_id=registry.eve, role="alternate", from_at=OPENED
        )
        services.require_second_person(account=registry.gulf.id, person=registry.cy, at=NOON)
        entry = services.send_back(key=sent.key, person=registry.cy, reason="Not ours", at=LATER)
        assert entry.state == "awaiting_approval"

        approved = services.approve(key=entry.key, person=registry.eve, at=LATER + SECOND)

        assert approved.state == "awaiting_acceptance"

    def test_it_is_sent_back_once(self, registry: Registry, sent: TransferEntry) -> None:
        services.send_back(key=sent.key, person=registry.cy, reason="Not ours", at=LATER)

        with refused("return_asked_already"):
            services.send_back(key=sent.key, person=registry.cy, reason="Not ours", at=LATER)
        with refused("return_asked_already"):
            services.ask_back(key=sent.key, person=registry.ana, reason="Slip", at=LATER)
