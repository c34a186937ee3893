"""Closing general accounts: with the transfers that empty them, and for inactivity."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.contexts.registry import refused
from tests.contexts.transfers_registry import NOON, PROGRAM, Registry, block, eastern
from trueup.accounts import closing_records, queries, services
from trueup.accounts.application_models import Closing
from trueup.audit import queries as audit
from trueup.ledger import queries as ledger
from trueup.ledger import services as books
from trueup.ledger.entries import AccountEntry, ClaimSpec
from trueup.tasks import queries as tasks
from trueup.transfers import closing
from trueup.transfers import queries as transfers
from trueup.transfers.closing import ClosureEntry
from trueup.transfers.entries import TransferSpec
from trueup.transfers.models import Transfer

pytestmark = pytest.mark.django_db


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.allocate(registry.gulf, 25)
    return registry


def state(account: AccountEntry) -> str:
    return ledger.account(account.id).state


def out(registry: Registry, first: int, last: int, **more: object) -> TransferSpec:
    return registry.spec(
        registry.gulf,
        registry.barry,
        block(f"AL-2022-{first}", f"AL-2022-{last}"),
        by=registry.cy,
        **more,  # type: ignore[arg-type]
    )


def close(registry: Registry, *specs: TransferSpec, by: int | None = None) -> ClosureEntry:
    return closing.close_with_transfers(
        account=registry.gulf.id,
        asked_by=by if by is not None else registry.cy,
        asked_at=NOON,
        transfers=specs,
    )


class TestOnRequest:
    """40 CFR 62.16320(c)(6)(i); MASS-041, RATE-178, PLAT-027."""

    def test_the_transfer_of_all_is_recorded_and_then_the_account_is_closed(
        self, registry: Registry
    ) -> None:
        entry = close(registry, out(registry, 1, 25))

        assert not entry.closes_later
        assert [one.state for one in entry.transfers] == ["recorded"]
        assert state(registry.gulf) == "closed"
        assert registry.quantity(registry.barry) == 25
        assert registry.told(registry.cy)[-1] == "account_closing"

    def test_with_24_of_25_nothing_is_changed(self, registry: Registry) -> None:
        with refused("account_not_empty") as problem:
            close(registry, out(registry, 1, 24))

        assert "1 allowances would stay" in str(problem.value)
        assert state(registry.gulf) == "open"
        assert registry.held(registry.gulf) == ["AL-2022-1 to AL-2022-25"]
        assert registry.quantity(registry.barry) == 0
        assert not Transfer.objects.exists()
        assert "transfer_recorded" not in registry.told(registry.ana)

    def test_without_a_transfer_the_balance_is_said(self, registry: Registry) -> None:
        with refused("account_not_empty"):
            close(registry)

    def test_several_transfers_to_several_accounts_empty_it(self, registry: Registry) -> None:
        elsewhere = registry.spec(
            registry.gulf, registry.bay, block("AL-2022-11", "AL-2022-25"), by=registry.cy
        )
        close(registry, out(registry, 1, 10), elsewhere)

        assert state(registry.gulf) == "closed"
        assert registry.quantity(registry.bay) == 15

    def test_a_transfer_that_is_not_correct_refuses_the_whole_request(
        self, registry: Registry
    ) -> None:
        with refused("serials_not_held"):
            close(registry, out(registry, 1, 25), out(registry, 25, 26))
        assert state(registry.gulf) == "open"
        assert registry.quantity(registry.gulf) == 25

    def test_an_empty_account_is_closed_by_the_bare_request(self, registry: Registry) -> None:
        entry = closing.close_with_transfers(
            account=registry.bay.id, asked_by=registry.eve, asked_at=NOON
        )

        assert entry.account.state == "closed"

    def test_only_its_representative_and_only_its_own_transfers(self, registry: Registry) -> None:
        with refused("not_authorized"):
            close(registry, by=registry.ana)
        foreign = registry.spec(registry.barry, registry.bay, block("AL-2022-1"))
        with refused("not_of_this_account"):
            close(registry, foreign)

    def test_a_compliance_account_stays_open(self, registry: Registry) -> None:
        with refused("stays_open"):
            closing.close_with_transfers(
                account=registry.barry.id, asked_by=registry.ana, asked_at=NOON
            )
        assert state(registry.barry) == "open"

    def test_a_frozen_account_is_not_closed_by_a_transfer_out_of_it(
        self, registry: Registry
    ) -> None:
        services.freeze_account(account=registry.gulf.id, ground="inquiry", frozen_at=NOON)
        with refused("account_frozen"):
            close(registry, out(registry, 1, 25))
        assert registry.quantity(registry.gulf) == 25

    def test_an_account_that_owes_stays(self, registry: Registry) -> None:
        close_later = registry.bay
        retirement = books.open_account(
            program=PROGRAM, kind="retirement", name="retirement", opened_at=NOON
        )
        books.place_claims(
            [
                ClaimSpec(
                    account=close_later.id,
                    destination=retirement.id,
                    owed=5,
                    vintage_max=2024,
                    ground="revoked",
                )
            ],
            placed_at=NOON,
        )
        with refused("debt_outstanding"):
            closing.close_with_transfers(
                account=close_later.id, asked_by=registry.eve, asked_at=NOON
            )

    def test_closed_is_closed_and_not_reopened(self, registry: Registry) -> None:
        close(registry, out(registry, 1, 25))

        with refused("account_closed"):
            close(registry)
        with refused("not_reopened"):
            services.reopen_account(account=registry.gulf.id)
        assert registry.general("Gulf Brokers", registry.cy).number != registry.gulf.number
        (decision, *_) = audit.decisions_of([f"account:{registry.gulf.id}"])[
            f"account:{registry.gulf.id}"
        ]
        assert decision.outcome == "account closed"


def waiting_into(registry: Registry, destination: AccountEntry, *, submitted: str) -> None:
    """A correctly submitted transfer that waits, as programs with delays have them."""
    registry.transfer(registry.gulf, destination, block("AL-2022-1"), by=registry.cy)
    row = Transfer.objects.order_by("-id")[0]
    reservation = books.reserve(
        account=registry.gulf.id,
        blocks=[ledger.holdings(registry.gulf.id)[0].range],
        placed_at=NOON,
        note="test",
    )
    Transfer.objects.create(
        key=uuid4(),
        program=PROGRAM,
        kind="transfer",
        state="delayed",
        source_id=registry.gulf.id,
        source_number=registry.gulf.number,
        destination_id=destination.id,
        destination_number=destination.number,
        submitted_by_id=registry.cy,
        submitted_at=eastern(submitted),
        received_at=eastern(submitted),
        quantity=24,
        blocks=[["AL-2022-2", "AL-2022-25"]],
        fingerprint="x",
        due_on=row.due_on,
        reservation_id=reservation,
    )


def to_bay_and_back(registry: Registry, there: str, back: str) -> None:
    """An allowance goes from Gulf to Bay on one day and back on another."""
    one = block("AL-2022-1")
    registry.transfer(registry.gulf, registry.bay, one, by=registry.cy, at=eastern(there))
    registry.transfer(registry.bay, registry.gulf, one, by=registry.eve, at=eastern(back))


class TestInactivity:
    """40 CFR 62.16320(c)(6)(ii); MASS-042, RATE-179."""

    @pytest.fixture
    def idle(self, registry: Registry) -> Registry:
        """Bay's last transfer was on 2024-03-10; it holds nothing since."""
        registry.transfer(
            registry.gulf,
            registry.bay,
            block("AL-2022-1"),
            by=registry.cy,
            at=eastern("2024-03-01"),
        )
        registry.transfer(
            registry.bay,
            registry.gulf,
            block("AL-2022-1"),
            by=registry.eve,
            at=eastern("2024-03-10"),
        )
        return registry

    def notice(self, registry: Registry, on: str, account: AccountEntry | None = None) -> date:
        found = closing.give_notice_of_closure(
            account=(account or registry.bay).id, sent_at=eastern(on)
        )
        assert found.ends_on is not None
        return found.ends_on

    def clock(self, day: str) -> tuple[int, int]:
        due = closing.close_due(program=PROGRAM, now=eastern(day, "00:00"))
        return due.closed, due.kept

    def test_the_dates_of_the_example(self, idle: Registry) -> None:
        with refused("not_dormant"):
            self.notice(idle, "2025-03-09")

        assert self.notice(idle, "2025-03-11") == date(2025, 4, 9)
        assert self.clock("2025-04-09") == (0, 0)
        assert state(idle.bay) == "open"
        assert self.clock("2025-04-10") == (1, 0)
        assert state(idle.bay) == "closed"

    def test_a_notice_is_possible_on_the_very_day(self, idle: Registry) -> None:
        assert self.notice(idle, "2025-03-10") == date(2025, 4, 8)

    def test_at_eleven_months_and_with_a_balance_it_is_refused(self, idle: Registry) -> None:
        with refused("not_dormant"):
            self.notice(idle, "2025-02-10")
        with refused("account_not_empty"):
            self.notice(idle, "2026-03-11", idle.gulf)

    def test_the_dates_of_the_rate_based_example(self, registry: Registry) -> None:
        registry.transfer(
            registry.gulf,
            registry.bay,
            block("AL-2022-1"),
            by=registry.cy,
            at=eastern("2023-01-09"),
        )
        registry.transfer(
            registry.bay,
            registry.gulf,
            block("AL-2022-1"),
            by=registry.eve,
            at=eastern("2023-01-10"),
        )
        assert self.notice(registry, "2024-01-15") == date(2024, 2, 13)
        assert self.clock("2024-02-13") == (0, 0)
        assert self.clock("2024-02-14") == (1, 0)

    def test_an_account_that_was_never_used_counts_from_its_opening(
        self, registry: Registry
    ) -> None:
        with refused("not_dormant"):
            self.notice(registry, "2022-02-02")
        assert self.notice(registry, "2022-02-03")

    def test_the_notice_says_the_date_the_reason_and_the_remedy(self, idle: Registry) -> None:
        self.notice(idle, "2025-03-11")

        (notice,) = audit.notices_of(idle.eve, event="account_closing")
        assert "Closing: 2025-04-10" in notice.body
        assert "12 months or more" in notice.body
        assert "the last day is 2025-04-09" in notice.body

    def test_a_transfer_into_it_in_time_ends_the_notice(self, idle: Registry) -> None:
        self.notice(idle, "2025-03-11")
        idle.transfer(idle.gulf, idle.bay, block("AL-2022-2"), by=idle.cy, at=eastern("2025-04-08"))

        assert self.clock("2025-04-09") == (0, 1)
        assert self.clock("2025-04-10") == (0, 0)
        assert state(idle.bay) == "open"
        (entry,) = closing_records.closings_of(idle.bay.id)
        assert (entry.state, entry.outcome) == ("kept", "a transfer into it was submitted in time")
        assert idle.told(idle.eve)[-1] == "account_stays_open"

    def test_so_does_one_that_came_and_went_on_before_the_clock(self, idle: Registry) -> None:
        self.notice(idle, "2025-03-11")
        idle.transfer(idle.gulf, idle.bay, block("AL-2022-2"), by=idle.cy, at=eastern("2025-04-08"))
        idle.transfer(
            idle.bay, idle.gulf, block("AL-2022-2"), by=idle.eve, at=eastern("2025-04-08", "10:00")
        )

        assert self.clock("2025-04-10") == (0, 1)
        assert state(idle.bay) == "open"

    def test_a_transfer_that_waits_counts_when_it_was_submitted(self, idle: Registry) -> None:
        self.notice(idle, "2025-03-11")
        waiting_into(idle, idle.bay, submitted="2025-04-08")

        assert self.clock("2025-04-10") == (0, 1)
        assert state(idle.bay) == "open"

    def test_no_notice_while_a_transfer_is_on_its_way(self, idle: Registry) -> None:
        idle.transfer(idle.gulf, idle.bay, block("AL-2022-5"), by=idle.cy, at=eastern("2024-03-11"))
        idle.transfer(
            idle.bay, idle.gulf, block("AL-2022-5"), by=idle.eve, at=eastern("2024-03-11")
        )
        Transfer.objects.all()
        other = idle.general("Idle", idle.eve)
        waiting_into(idle, other, submitted="2025-04-08")
        with refused("transfers_pending"):
            closing.give_notice_of_closure(account=other.id, sent_at=eastern("2025-06-02"))
        with refused("transfers_pending"):
            closing.close_with_transfers(
                account=other.id, asked_by=idle.eve, asked_at=eastern("2025-06-02")
            )

    def test_one_notice_at_a_time(self, idle: Registry) -> None:
        self.notice(idle, "2025-03-11")
        with refused("under_notice"):
            self.notice(idle, "2025-03-12")

    def test_only_general_accounts(self, idle: Registry) -> None:
        with refused("stays_open"):
            self.notice(idle, "2025-03-11", idle.gaston)

    def test_good_cause_that_is_accepted_keeps_it_open(self, idle: Registry) -> None:
        self.notice(idle, "2025-03-11")
        with refused("not_authorized"):
            services.state_good_cause(
                account=idle.bay.id, by=idle.cy, text="x", stated_at=eastern("2025-03-12")
            )
        services.state_good_cause(
            account=idle.bay.id,
            by=idle.eve,
            text="We buy next month.",
            stated_at=eastern("2025-04-09"),
        )
        (task,) = tasks.open_on(f"account:{idle.bay.id}", kind="good_cause")
        assert (task.function, task.due_on) == ("close", date(2025, 4, 9))
        assert self.clock("2025-04-10") == (0, 0), "it waits for the decision"

        services.decide_good_cause(
            account=idle.bay.id,
            accepted=True,
            reason="a contract was shown",
            decided_at=eastern("2025-04-10"),
            actor="official:1",
        )

        assert self.clock("2025-04-11") == (0, 0)
        assert state(idle.bay) == "open"
        assert tasks.open_on(f"account:{idle.bay.id}", kind="good_cause") == []

    def test_good_cause_that_is_not_accepted_does_not(self, idle: Registry) -> None:
        self.notice(idle, "2025-03-11")
        services.state_good_cause(
            account=idle.bay.id, by=idle.eve, text="Please.", stated_at=eastern("2025-04-01")
        )
        services.decide_good_cause(
            account=idle.bay.id,
            accepted=False,
            reason="no cause was shown",
            decided_at=eastern("2025-04-02"),
            actor="official:1",
        )

        assert self.clock("2025-04-10") == (1, 0)
        assert state(idle.bay) == "closed"

    def test_good_cause_needs_a_notice(self, idle: Registry) -> None:
        with refused("no_notice"):
            services.state_good_cause(
                account=idle.bay.id, by=idle.eve, text="x", stated_at=eastern("2025-03-12")
            )
        self.notice(idle, "2025-03-11")
        with refused("no_notice"):
            services.decide_good_cause(
                account=idle.bay.id,
                accepted=True,
                reason="x",
                decided_at=eastern("2025-03-12"),
            )

    def test_a_freeze_stops_the_clock(self, idle: Registry) -> None:
        self.notice(idle, "2025-03-11")
        services.freeze_account(
            account=idle.bay.id, ground="inquiry", frozen_at=eastern("2025-04-01")
        )
        assert self.clock("2025-04-10") == (0, 0)
        services.unfreeze_account(
            account=idle.bay.id, ground="ended", released_at=eastern("2025-04-15")
        )
        assert self.clock("2025-04-16") == (1, 0)

    def test_its_representative_can_close_it_before(self, idle: Registry) -> None:
        self.notice(idle, "2025-03-11")
        closing.close_with_transfers(
            account=idle.bay.id, asked_by=idle.eve, asked_at=eastern("2025-03-12")
        )

        assert state(idle.bay) == "closed"
        assert self.clock("2025-04-10") == (0, 0)

    def test_the_clock_takes_the_same_statements_for_many_that_are_not_due(
        self, registry: Registry, django_assert_num_queries: Callable[..., object]
    ) -> None:
        for number in range(5):
            account = registry.general(f"Idle {number}", registry.eve)
            self.notice(registry, "2022-02-03", account)
        with django_assert_num_queries(8):
            assert self.clock("2022-02-10") == (0, 0)


class TestWaitingRequest:
    """PLAT-027: closed once the last transfer of the request is recorded."""

    def ask(self, registry: Registry) -> None:
        closing_records.begin_closing(
            account=registry.gulf.id,
            kind="request",
            ground=closing.ASKED,
            begun_at=NOON,
            asked_by=registry.cy,
        )

    def test_it_is_closed_when_nothing_is_left(self, registry: Registry) -> None:
        self.ask(registry)
        registry.transfer(
            registry.gulf, registry.barry, block("AL-2022-1", "AL-2022-25"), by=registry.cy
        )

        due = closing.close_due(program=PROGRAM, now=NOON + timedelta(days=1))

        assert (due.closed, due.kept) == (1, 0)
        assert state(registry.gulf) == "closed"

    def test_if_a_transfer_failed_it_stays_open_and_its_people_are_told(
        self, registry: Registry
    ) -> None:
        self.ask(registry)

        due = closing.close_due(program=PROGRAM, now=NOON + timedelta(days=1))

        assert (due.closed, due.kept) == (0, 1)
        assert state(registry.gulf) == "open"
        assert registry.told(registry.cy)[-1] == "account_stays_open"

    def test_it_waits_as_long_as_its_transfers(self, registry: Registry) -> None:
        waiting_into(registry, registry.bay, submitted="2021-06-01")
        self.ask(registry)

        due = closing.close_due(program=PROGRAM, now=NOON + timedelta(days=1))

        assert (due.closed, due.kept) == (0, 0)
        with refused("transfers_pending"):
            close(registry)
        assert transfers.waiting_totals([registry.gulf.id])[registry.gulf.id] == (0, 24)


class TestConstraints:
    """What the database refuses, whoever asks."""

    def test_a_closing_is_whole(self, registry: Registry) -> None:
        row = Closing.objects.create(
            account_id=registry.bay.id,
            kind="inactivity",
            ground="x",
            begun_at=NOON,
            ends_on=date(2021, 7, 1),
        )
        rows = Closing.objects.filter(id=row.pk)
        for changes in (
            {"kind": "whim"},
            {"kind": "request"},
            {"ends_on": None},
            {"state": "closed"},
            {"state": "lost", "ended_at": NOON},
            {"ground": ""},
            {"good_cause": "x"},
            {"state": "kept", "ended_at": NOON - timedelta(days=1)},
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                rows.update(**changes)
        with pytest.raises(IntegrityError), transaction.atomic():
            Closing.objects.create(
                account_id=registry.bay.id, kind="request", ground="x", begun_at=NOON
            )
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.delete()
        assert queries.representatives([registry.bay.id])
