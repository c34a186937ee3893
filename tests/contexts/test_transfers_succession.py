"""What transfers bring into the preview of a change of representatives."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.contexts.transfers_registry import NOON, PROGRAM, Registry, block
from trueup.transfers import services as transfers
from trueup.transfers import succession

pytestmark = pytest.mark.django_db

TEN = block("AL-2022-1", "AL-2022-10")
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def registry() -> Registry:
    return Registry()


def preview(registry: Registry, **more: object) -> succession.Preview:
    return succession.preview(
        program=PROGRAM,
        facilities=[registry.barry_facility],
        at=LATER,
        **{"primary": registry.eve, **more},  # type: ignore[arg-type]
    )


class TestPreview:
    """40 CFR 62.16300(a), (b): what a predecessor left unsigned ends, what waits binds."""

    def test_a_transfer_that_waits_binds_the_successor(self, registry: Registry) -> None:
        registry.allocate(registry.barry, 100)
        transfers.require_second_person(account=registry.barry.id, person=registry.ana, at=NOON)
        entry = registry.transfer(registry.barry, registry.gulf, TEN)
        assert entry.state == "awaiting_approval"

        found = preview(registry)

        (told,) = found.binds
        assert told.reference == str(entry.key)
        assert told.what.startswith("transfer of 10 ")
        assert "that waits" in told.what

    def test_what_was_prepared_for_who_leaves_ends(self, registry: Registry) -> None:
        registry.allocate(registry.barry, 100)
        prepared = transfers.propose_transfer(
            registry.spec(registry.barry, registry.gulf, TEN), program=PROGRAM, recorded_at=NOON
        )

        found = preview(registry)

        assert [told.reference for told in found.ends] == [str(prepared.key)]
        assert "10 " in found.ends[0].what

    def test_what_was_prepared_for_who_only_changes_seats_goes_on(self, registry: Registry) -> None:
        registry.allocate(registry.barry, 100)
        transfers.propose_transfer(
            registry.spec(registry.barry, registry.gulf, TEN), program=PROGRAM, recorded_at=NOON
        )

        assert preview(registry, primary=registry.bo, alternate=registry.ana).ends == ()

    def test_other_accounts_are_left_out(self, registry: Registry) -> None:
        registry.allocate(registry.gulf, 100)
        transfers.propose_transfer(
            registry.spec(registry.gulf, registry.barry, TEN, by=registry.cy),
            program=PROGRAM,
            recorded_at=NOON,
        )

        found = preview(registry)

        assert (found.ends, found.binds) == ((), ())
