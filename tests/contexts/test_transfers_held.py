"""Transfers after the deadline: held, released, checked again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection

from tests.contexts.transfers_registry import (
    NOON,
    PROGRAM,
    SECOND,
    Registry,
    block,
    eastern,
    statements,
)
from trueup.accounts import services as accounts
from trueup.audit import queries as audit
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, Instruction, range_of
from trueup.ledger.services import retirement_account
from trueup.ledger.verify import audit as audit_books
from trueup.rules import programs
from trueup.transfers import queries, services, waits
from trueup.transfers.entries import Released
from trueup.transfers.models import Transfer

pytestmark = pytest.mark.django_db

RULES = programs.load(PROGRAM)
PERIOD = RULES.period_named("2022-2024")
DEADLINE = RULES.deadline_at(PERIOD)
LATE = eastern("2025-05-02")
TEN = block("AL-2022-1", "AL-2022-10")


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    made.allocate(made.barry, 300)
    made.allocate(made.gulf, 100)
    made.allocate(made.barry, 50, vintage=2025)
    return made


@pytest.fixture(autouse=True)
def _every_serial_is_in_exactly_one_account(db: None) -> Iterator[None]:
    yield
    report = audit_books()
    assert report.clean, report.differences


def settle(*settled: AccountEntry, at: datetime = LATE + timedelta(days=18)) -> Released:
    return services.release_held(
        program=PROGRAM,
        period=PERIOD,
        accounts=[account.id for account in settled],
        released_at=at,
    )


def deduct(registry: Registry, first: str, last: str) -> None:
    """What compliance does: take serial numbers out of Barry for emissions."""
    services.free_for_deductions(program=PROGRAM, accounts=[registry.barry.id])
    retirement = retirement_account(program=PROGRAM, opened_at=NOON)
    ledger.record(
        [
            Instruction(
                type="deduct",
                source=registry.barry.id,
                destination=retirement.id,
                blocks=(range_of(block(first, last), program_number=RULES.number),),
                key=uuid4(),
                actor="registry",
                submitted_at=LATE,
                ground="emissions",
            )
        ],
        program=PROGRAM,
        recorded_at=LATE,
    )


class TestWhatIsHeld:
    """40 CFR 62.16335(b); MASS-130, MASS-AMB-39."""

    @pytest.mark.parametrize("at", [DEADLINE + timedelta(microseconds=1), LATE])
    def test_out_of_a_compliance_account(self, registry: Registry, at: datetime) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, TEN, at=at)

        assert entry.state == "held"
        assert (entry.due_on, entry.tx, entry.recorded_at) == (None, None, None)
        assert [wait.reason for wait in entry.waits] == ["deductions_pending"]
        assert "2022-2024" in entry.waits[0].sentence
        assert registry.quantity(registry.gulf) == 100

    def test_nobody_needs_to_have_noticed_the_deadline(self, registry: Registry) -> None:
        assert ledger_queries.holds([registry.barry.id], include_released=True) == {}

        entry = registry.transfer(registry.barry, registry.gulf, TEN, at=DEADLINE + SECOND)

        assert entry.state == "held"

    def test_into_a_compliance_account(self, registry: Registry) -> None:
        entry = registry.transfer(
            registry.gulf, registry.barry, block("AL-2022-301"), by=registry.cy, at=LATE
        )

        assert entry.state == "held"

    def test_by_quantity_the_serials_are_chosen_now_and_kept(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, vintage=2022, quantity=10, at=LATE)

        assert entry.state == "held"
        assert entry.blocks == (TEN,)
        next_one = registry.transfer(
            registry.barry, registry.gulf, vintage=2022, quantity=10, at=LATE
        )
        assert next_one.blocks == (block("AL-2022-11", "AL-2022-20"),)

    def test_one_old_vintage_holds_the_whole_transfer(self, registry: Registry) -> None:
        entry = registry.transfer(
            registry.barry, registry.gulf, block("AL-2025-1", "AL-2025-5"), TEN, at=LATE
        )

        assert entry.state == "held"
        assert registry.quantity(registry.gulf) == 100

    def test_a_retirement_out_of_a_compliance_account_too(self, registry: Registry) -> None:
        entry = services.retire(
            program=PROGRAM,
            source=registry.barry.number,
            submitted_by=registry.ana,
            submitted_at=LATE,
            key=uuid4(),
            reason="environmental benefit",
            vintage=2022,
            quantity=5,
        )

        assert entry.state == "held"
        assert settle(registry.barry) == Released(recorded=1)
        found = queries.transfer(entry.key)
        assert found is not None
        assert (found.state, found.reason) == ("recorded", "environmental benefit")

    def test_nobody_is_told_while_it_waits(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, TEN, at=LATE)

        assert registry.told(registry.ana) == registry.told(registry.cy) == []


class TestWhatIsNotHeld:
    """40 CFR 62.16335(b); MASS-130, MASS-014."""

    @pytest.mark.parametrize("at", [DEADLINE, eastern("2025-05-01", "23:59")])
    def test_what_was_submitted_by_the_deadline(self, registry: Registry, at: datetime) -> None:
        assert registry.transfer(registry.barry, registry.gulf, TEN, at=at).state == "recorded"

    def test_what_was_dispatched_in_time_and_arrived_late(self, registry: Registry) -> None:
        entry = registry.transfer(
            registry.barry,
            registry.gulf,
            TEN,
            at=eastern("2025-05-01"),
            received_at=eastern("2025-05-06"),
        )

        assert entry.state == "recorded"
        assert entry.due_on == date(2025, 5, 12)

    def test_a_vintage_of_the_running_period(self, registry: Registry) -> None:
        entry = registry.transfer(
            registry.barry, registry.gulf, block("AL-2025-1", "AL-2025-5"), at=LATE
        )

        assert entry.state == "recorded"

    def test_between_general_accounts(self, registry: Registry) -> None:
        entry = registry.transfer(
            registry.gulf, registry.bay, block("AL-2022-301"), by=registry.cy, at=LATE
        )

        assert entry.state == "recorded"

    def test_out_of_an_account_that_is_settled(self, registry: Registry) -> None:
        settle(registry.barry, at=LATE)

        assert registry.transfer(registry.barry, registry.gulf, TEN, at=LATE).state == "recorded"

    def test_an_account_opened_after_the_deadline_has_nothing_to_be_deducted(
        self, registry: Registry
    ) -> None:
        late = registry.facility("Late", 99, registry.eve, at=DEADLINE + SECOND)
        entry = registry.transfer(
            registry.gulf, late, block("AL-2022-301"), by=registry.cy, at=LATE
        )

        assert entry.state == "recorded"

    def test_unless_a_hold_says_otherwise(self, registry: Registry) -> None:
        late = registry.facility("Late", 99, registry.eve, at=DEADLINE + SECOND)
        ledger.place_hold(
            [late.id], vintage_max=2024, ground=waits.ground_of(PERIOD), placed_at=LATE
        )

        entry = registry.transfer(
            registry.gulf, late, block("AL-2022-301"), by=registry.cy, at=LATE
        )

        assert entry.state == "held"

    def test_the_settled_first_period_does_not_settle_the_second(self, registry: Registry) -> None:
        settle(registry.barry)
        after_second = eastern("2028-05-02")

        entry = registry.transfer(registry.barry, registry.gulf, TEN, at=after_second)

        assert entry.state == "held"
        assert len(entry.waits) == 1
        assert "2025-2027" in entry.waits[0].sentence

    def test_programs_can_do_without(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        without = replace(RULES, hold_after_deadline=False)
        monkeypatch.setattr(programs, "load", lambda code: without)

        assert registry.transfer(registry.barry, registry.gulf, TEN, at=LATE).state == "recorded"


class TestChecksAtSubmission:
    """Acceptance: checks are made when a transfer is submitted and again when it is recorded."""

    def test_a_late_transfer_that_cannot_be_recorded_is_refused_at_once(
        self, registry: Registry
    ) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, block("AL-2022-301"), at=LATE)

        assert entry.reason_codes == {"serials_not_held"}
        assert entry.waits == ()
        assert registry.told(registry.cy) == ["transfer_not_recorded"]

    def test_serials_that_wait_are_not_held_by_another_transfer(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, TEN, at=LATE)

        again = registry.transfer(registry.barry, registry.bay, TEN, at=LATE + SECOND)

        assert again.reason_codes == {"serials_not_held"}
        assert "in another transfer" in again.reasons[0].sentence

    def test_those_of_a_general_account_that_wait_cannot_be_sold_elsewhere(
        self, registry: Registry
    ) -> None:
        wanted = block("AL-2022-301", "AL-2022-310")
        registry.transfer(registry.gulf, registry.barry, wanted, by=registry.cy, at=LATE)

        elsewhere = registry.transfer(
            registry.gulf, registry.bay, wanted, by=registry.cy, at=LATE + SECOND
        )
        rest = registry.transfer(
            registry.gulf, registry.bay, vintage=2022, quantity=90, by=registry.cy, at=LATE
        )

        assert elsewhere.reason_codes == {"serials_not_held"}
        assert rest.state == "recorded"

    def test_the_same_request_again_still_waits(self, registry: Registry) -> None:
        key = uuid4()
        first = registry.transfer(registry.barry, registry.gulf, TEN, at=LATE, key=key)

        assert registry.transfer(registry.barry, registry.gulf, TEN, at=LATE, key=key) == first
        assert Transfer.objects.count() == 1
        assert registry.told(registry.ana) == []


class TestRelease:
    """40 CFR 62.16335(a), (b); MASS-130, MASS-135."""

    def test_it_is_recorded_when_the_deductions_are_done(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, TEN, at=LATE, reference="PO 1")

        assert settle(registry.barry, at=eastern("2025-05-20")) == Released(recorded=1)

        found = queries.transfer(entry.key, viewer=registry.ana)
        assert found is not None
        assert (found.state, found.recorded_at) == ("recorded", eastern("2025-05-20"))
        # Five business days of the end of the deductions; May 26 is Memorial Day.
        assert found.due_on == date(2025, 5, 27)
        assert (found.reference, found.waits) == ("PO 1", ())
        assert found.blocks == (TEN,)
        assert registry.quantity(registry.gulf) == 110
        assert not Transfer.objects.exclude(reservation=None).exists()

    def test_both_sides_are_told_then(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, TEN, at=LATE, reference="PO 1")
        settle(registry.barry, at=eastern("2025-05-20"))

        for person in (registry.ana, registry.bo, registry.cy):
            (notice,) = audit.notices_of(person, event="transfer_recorded")
            assert notice.due_on == date(2025, 5, 27)
            assert notice.created_at == eastern("2025-05-20")
        (theirs,) = audit.notices_of(registry.cy, event="transfer_recorded")
        assert "PO 1" not in theirs.body

    def test_the_journal_keeps_when_it_was_submitted(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, TEN, at=LATE)
        settle(registry.barry, at=eastern("2025-05-20"))

        row = Transfer.objects.get(key=entry.key)
        assert row.tx_id is not None
        line = ledger_queries.transaction(row.tx_id)
        assert line is not None
        assert (line.submitted_at, line.recorded_at) == (LATE, eastern("2025-05-20"))
        assert "62.16335(b)" in line.cite

    def test_what_was_deducted_meanwhile_is_refused_with_the_reasons(
        self, registry: Registry
    ) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, TEN, at=LATE)
        deduct(registry, "AL-2022-1", "AL-2022-5")

        assert settle(registry.barry, at=eastern("2025-05-20")) == Released(refused=1)

        found = queries.transfer(entry.key)
        assert found is not None
        assert found.state == "refused"
        assert {"serials_retired", "serials_not_held"} == found.reason_codes
        assert found.decision is not None
        (notice,) = audit.notices_of(registry.cy, event="transfer_not_recorded")
        # Ten business days of the end of the deductions: those of receipt are over.
        assert notice.due_on == date(2025, 6, 3)
        assert registry.quantity(registry.gulf) == 100

    def test_deductions_take_what_waits_only_after_it_is_freed(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, TEN, at=LATE)

        freed = services.free_for_deductions(program=PROGRAM, accounts=[registry.barry.id])

        assert freed == 1
        assert all(held.reservation is None for held in ledger_queries.holdings(registry.barry.id))
        assert services.free_for_deductions(program=PROGRAM, accounts=[registry.barry.id]) == 0
        assert settle(registry.barry) == Released(recorded=1)
        found = queries.transfer(entry.key)
        assert found is not None
        assert found.state == "recorded"

    def test_what_comes_into_the_account_keeps_its_serials(self, registry: Registry) -> None:
        registry.transfer(
            registry.gulf, registry.barry, block("AL-2022-301"), by=registry.cy, at=LATE
        )

        freed = services.free_for_deductions(program=PROGRAM, accounts=[registry.barry.id])

        assert freed == 0
        assert any(held.reservation for held in ledger_queries.holdings(registry.gulf.id))

    def test_a_facility_that_was_left_out_goes_on_waiting(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, TEN, at=LATE)

        assert settle(registry.gaston) == Released()

        found = queries.transfer(entry.key)
        assert found is not None
        assert found.state == "held"
        assert queries.held(program=PROGRAM) == [found]

    def test_between_two_facilities_it_waits_for_both(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gaston, TEN, at=LATE)
        assert len(entry.waits) == 2

        assert settle(registry.barry) == Released()
        assert settle(registry.gaston) == Released(recorded=1)

    def test_an_account_frozen_or_closed_meanwhile(self, registry: Registry) -> None:
        out = registry.transfer(
            registry.gulf, registry.barry, block("AL-2022-301"), by=registry.cy, at=LATE
        )
        into = registry.transfer(registry.barry, registry.bay, TEN, at=LATE)
        accounts.freeze_account(account=registry.gulf.id, ground="inquiry", frozen_at=LATE)
        accounts.close_account(account=registry.bay.id, ground="asked", closed_at=LATE)

        assert settle(registry.barry) == Released(refused=2)

        for entry, reason in ((out, "account_frozen"), (into, "account_closed")):
            found = queries.transfer(entry.key)
            assert found is not None
            assert found.reason_codes == {reason}
        assert all(held.reservation is None for held in ledger_queries.holdings(registry.gulf.id))
        assert all(held.reservation is None for held in ledger_queries.holdings(registry.barry.id))

    def test_they_are_recorded_in_the_order_in_which_they_came(self, registry: Registry) -> None:
        into = registry.transfer(
            registry.gulf, registry.barry, block("AL-2022-301"), by=registry.cy, at=LATE
        )
        out = registry.transfer(registry.barry, registry.bay, TEN, at=LATE + SECOND)

        settle(registry.barry)

        rows = {row.key: row.tx_id or 0 for row in Transfer.objects.all()}
        assert rows[into.key] < rows[out.key]

    def test_releasing_twice_changes_nothing(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, TEN, at=LATE)
        settle(registry.barry)

        assert settle(registry.barry) == Released()
        holds = ledger_queries.holds([registry.barry.id], include_released=True)
        assert len(holds[registry.barry.id]) == 1
        assert registry.told(registry.cy) == ["transfer_recorded"]

    def test_a_hold_that_the_clock_placed_is_released(self, registry: Registry) -> None:
        ledger.place_hold(
            [registry.barry.id],
            vintage_max=2024,
            ground=waits.ground_of(PERIOD),
            placed_at=DEADLINE,
        )
        registry.transfer(registry.barry, registry.gulf, TEN, at=LATE)

        assert settle(registry.barry) == Released(recorded=1)

    def test_many_in_a_constant_number_of_statements(self, registry: Registry) -> None:
        def released(count: int, first: int) -> int:
            for number in range(first, first + count):
                entry = registry.transfer(
                    registry.barry, registry.gulf, block(f"AL-2022-{2 * number}"), at=LATE
                )
                assert entry.state == "held"
            with statements() as sent:
                assert services.record_due(program=PROGRAM, now=LATE) == Released()
                Transfer.objects.filter(state="held").update(submitted_at=NOON)
                done = services.record_due(program=PROGRAM, now=LATE)
            assert done == Released(recorded=count)
            return len(sent.acts)

        # SQLite writes a row at a time; the kernel's statements on PostgreSQL do not.
        if connection.vendor == "postgresql":
            assert released(5, 1) == released(25, 10)
        else:
            assert released(5, 1) > 0


class TestRecordDue:
    """The clock: what no longer waits is recorded, the checks made again."""

    def test_nothing_happens_while_deductions_are_pending(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, TEN, at=LATE)

        assert services.record_due(program=PROGRAM, now=LATE + timedelta(days=300)) == Released()

    def test_what_is_free_to_go_goes(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, TEN, at=LATE)
        services.mark_done(
            program=PROGRAM,
            period=PERIOD,
            accounts=[registry.barry.id],
            released_at=eastern("2025-05-20"),
        )

        assert services.record_due(program=PROGRAM, now=eastern("2025-05-22")) == Released(
            recorded=1
        )

        found = queries.transfer(entry.key)
        assert found is not None
        assert found.recorded_at == eastern("2025-05-22")
        assert found.due_on == date(2025, 5, 27)


class TestQueries:
    """MASS-045, MASS-135: what waits, and how much of it on which side."""

    def test_what_is_on_its_way_in_and_out(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, TEN, at=LATE)
        registry.transfer(
            registry.gulf,
            registry.barry,
            block("AL-2022-301", "AL-2022-304"),
            by=registry.cy,
            at=LATE,
        )

        assert queries.waiting_totals([registry.barry.id, registry.gulf.id, registry.bay.id]) == {
            registry.barry.id: (4, 10),
            registry.gulf.id: (10, 4),
            registry.bay.id: (0, 0),
        }

    def test_a_late_transfer_does_not_keep_the_deductions_waiting(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, TEN, at=LATE)

        assert queries.pending(program=PROGRAM, submitted_until=DEADLINE) == []

    def test_what_waits_in_time_does(self, registry: Registry) -> None:
        entry = registry.transfer(registry.barry, registry.gulf, TEN, at=LATE)
        Transfer.objects.filter(key=entry.key).update(
            state="delayed", submitted_at=DEADLINE, due_on=date(2025, 5, 7)
        )

        (found,) = queries.pending(program=PROGRAM, submitted_until=DEADLINE)
        assert found.key == entry.key
        assert queries.overdue(program=PROGRAM, today=date(2025, 5, 7)) == []
        assert [late.key for late in queries.overdue(program=PROGRAM, today=date(2025, 5, 8))] == [
            entry.key
        ]
