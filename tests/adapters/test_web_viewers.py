"""What a viewer reads, and that a viewer submits nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from tests.adapters.web_books import PROGRAM, Books, small_program
from trueup.accounts import services as accounts
from trueup.accounts.watchers import watchers_of
from trueup.desk.callers import caller
from trueup.ledger import queries as ledger
from trueup.transfers import services as transfers
from trueup.transfers.entries import TransferEntry, TransferSpec

NOW = datetime(2026, 5, 4, 15, tzinfo=UTC)


@pytest.fixture
def books(db: None) -> Books:
    return small_program()


@pytest.fixture
def submitted(books: Books) -> TransferEntry:
    (block,) = (item.block for item in ledger.choose(books.barry.id, vintage=2022, quantity=5))
    spec = TransferSpec(
        source=books.barry.number,
        destination=books.brokers.number,
        blocks=(block,),
        submitted_by=books.ana,
        submitted_at=NOW,
        key=UUID(int=7),
        reference="Deal 7",
    )
    (entry,) = transfers.submit_batch([spec], program=PROGRAM, recorded_at=NOW)
    return entry


@pytest.fixture
def viewer(books: Books, client: Client) -> int:
    """Cy, whom Barry's representative lets read, and who has signed in."""
    accounts.name_watcher(
        account=books.barry.id, person=books.cy, kind="viewer", named_by=books.ana, at=NOW
    )
    user = User.objects.create_user("cy")
    accounts.link_user(person=books.cy, user=user.pk, at=NOW, actor="test")
    client.force_login(user)
    return books.cy


class TestViewers:
    """PLAT-018: a viewer reads what the account's people read, and signs nothing."""

    def test_a_viewer_reads_a_transfer_with_its_reference(
        self, client: Client, viewer: int, submitted: TransferEntry
    ) -> None:
        page = client.get(reverse("transfer", args=[PROGRAM, submitted.key]))

        assert page.status_code == 200
        assert "Deal 7" in page.content.decode()

    def test_who_was_not_named_does_not(
        self, client: Client, books: Books, submitted: TransferEntry
    ) -> None:
        user = User.objects.create_user("cy")
        accounts.link_user(person=books.cy, user=user.pk, at=NOW, actor="test")
        client.force_login(user)

        assert client.get(reverse("transfer", args=[PROGRAM, submitted.key])).status_code == 403

    def test_a_viewer_acts_for_nobody(self, books: Books, viewer: int) -> None:
        seen = caller(viewer, at=NOW)

        assert seen.views == {books.barry.id}
        assert seen.reads(books.barry.id)
        assert not seen.acts_for(books.barry.id, submission="transfers")
        assert not seen.reads(books.gaston.id)

    def test_a_viewer_who_was_ended_reads_no_more(self, books: Books, viewer: int) -> None:
        (watcher,) = watchers_of(books.barry.id, at=NOW)
        accounts.end_watcher(watcher=watcher.id, at=NOW, ended_by=books.ana)

        assert caller(viewer, at=NOW + timedelta(seconds=1)).views == frozenset()
