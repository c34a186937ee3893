"""The emergency brake, and what the kernel refuses (PLAT-094)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.contexts.registry import refused
from tests.contexts.transfers_registry import (
    NOON,
    PROGRAM,
    SECOND,
    Registry,
    block,
    eastern,
    statements,
)
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import BrakeEntry, Instruction, range_of
from trueup.ledger.models import Brake
from trueup.ledger.verify import audit as audit_books
from trueup.rules import programs
from trueup.tasks.models import Task
from trueup.transfers import queries, services
from trueup.transfers.models import Transfer

pytestmark = pytest.mark.django_db

TEN = block("AL-2022-1", "AL-2022-10")
MAX, NIA = "official:901", "official:902"


@pytest.fixture
def registry() -> Registry:
    made = Registry()
    made.allocate(made.barry, 300)
    return made


@pytest.fixture(autouse=True)
def _every_serial_is_in_exactly_one_account(db: None) -> Iterator[None]:
    yield
    report = audit_books()
    assert report.clean, report.differences


def pull(*types: str, program: str = PROGRAM) -> BrakeEntry:
    return services.pull_brake(
        program=program, types=types or ("transfer",), ground="phishing", at=NOON, actor=MAX
    )


def lift(brake: BrakeEntry) -> None:
    for official in (MAX, NIA):
        services.lift_brake(key=brake.key, at=NOON + SECOND, actor=official)


class TestWhatIsStopped:
    """Transfers wait, they are not refused, and keep their place and clocks."""

    def test_what_is_stopped_waits_and_what_is_not_goes_on(self, registry: Registry) -> None:
        pull("transfer")

        entry = registry.transfer(registry.barry, registry.gulf, TEN)
        (retired,) = services.submit_batch(
            [registry.retirement(registry.barry, 5)], program=PROGRAM, recorded_at=NOON
        )

        assert (entry.state, retired.state) == ("delayed", "recorded")
        assert entry.due_on == date(2021, 6, 7)
        assert registry.told(registry.ana, "transfer_delayed") == []
        assert registry.told(registry.ana, "transactions_stopped") == ["transactions_stopped"]

    def test_the_kernel_refuses_whoever_asks(self, registry: Registry) -> None:
        pull("transfer", "deduct")
        instruction = Instruction(
            type="transfer",
            source=registry.barry.id,
            destination=registry.gulf.id,
            blocks=(range_of(TEN, program_number=programs.load(PROGRAM).number),),
            key=uuid4(),
            actor="person:1",
            submitted_at=NOON,
        )

        with refused("stopped"):
            ledger.record([instruction], program=PROGRAM, recorded_at=NOON)

    def test_a_brake_pulled_after_the_look_makes_it_wait(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        look = ledger_queries.accounts_by_number

        def looked(numbers: Iterator[str]) -> dict[str, object]:
            found = look(numbers)
            monkeypatch.undo()
            pull("transfer")
            return dict(found)

        monkeypatch.setattr(ledger_queries, "accounts_by_number", looked)

        entry = registry.transfer(registry.barry, registry.gulf, TEN)

        assert (entry.state, entry.reasons) == ("delayed", ())

    def test_what_is_wrong_is_refused_all_the_same(self, registry: Registry) -> None:
        pull("transfer")

        entry = registry.transfer(registry.barry, registry.gulf, block("AL-2022-301"))

        assert entry.reason_codes == {"serials_not_held"}

    def test_in_a_batch_too(self, registry: Registry) -> None:
        pull("transfer")
        specs = [
            registry.spec(registry.barry, registry.gulf, vintage=2022, quantity=5),
            registry.spec(registry.barry, registry.gulf, vintage=2022, quantity=5),
            registry.spec(registry.barry, registry.gulf, vintage=2022, quantity=500),
        ]

        entries = services.submit_batch(specs, program=PROGRAM, recorded_at=NOON)

        assert [entry.state for entry in entries] == ["delayed", "delayed", "refused"]
        assert [str(entry.blocks[0]) for entry in entries[:2]] == [
            "AL-2022-1 to AL-2022-5",
            "AL-2022-6 to AL-2022-10",
        ]

    def test_they_go_on_in_the_order_of_receipt(self, registry: Registry) -> None:
        brake = pull("transfer")
        entries = [
            registry.transfer(
                registry.barry, registry.gulf, block(f"AL-2022-{number}"), at=NOON + number * SECOND
            )
            for number in (1, 2, 3)
        ]
        assert services.record_due(program=PROGRAM, now=NOON + timedelta(hours=1)).recorded == 0
        lift(brake)

        done = services.record_due(program=PROGRAM, now=NOON + timedelta(hours=2))

        assert done.recorded == 3
        numbers = [queries.transfer(entry.key) for entry in entries]
        txs = [found.tx for found in numbers if found is not None and found.tx is not None]
        assert txs == sorted(txs)

    def test_a_transfer_that_waits_already_waits_on(self, registry: Registry) -> None:
        services.set_safeguards(
            program=PROGRAM, at=NOON, actor="administrator", wait_business_days=1
        )
        entry = registry.transfer(registry.barry, registry.gulf, TEN)
        brake = pull("transfer")
        midnight = eastern("2021-06-02", "00:00")

        assert services.record_due(program=PROGRAM, now=midnight).recorded == 0
        lift(brake)
        assert services.record_due(program=PROGRAM, now=midnight + SECOND).recorded == 1
        assert Transfer.objects.get(key=entry.key).state == "recorded"

    def test_other_programs_and_accounts_opened_meanwhile(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, TEN)
        pull("transfer")
        fresh = registry.general("Fresh Brokers", registry.cy)

        assert ledger_queries.account(fresh.id).stopped == ("transfer",)
        elsewhere = registry.general("Elsewhere", registry.cy, program="cpp-rate")
        assert elsewhere.stopped == ()

    def test_it_costs_no_statement(self, registry: Registry) -> None:
        registry.transfer(registry.barry, registry.gulf, block("AL-2022-1"))
        with statements() as before:
            registry.transfer(registry.barry, registry.gulf, block("AL-2022-20"))
        lift(pull("transfer"))
        with statements() as after:
            registry.transfer(registry.barry, registry.gulf, block("AL-2022-40"))

        assert len(before.acts) == len(after.acts)
        assert not [text for text in after.acts if "ledger_brake" in text]


class TestOfficials:
    """One pulls it, a second confirms within a business day, two lift it."""

    def test_only_officials(self, registry: Registry) -> None:
        for actor in ("", "person:1", "key:1"):
            with refused("not_authorized"):
                services.pull_brake(
                    program=PROGRAM, types=["transfer"], ground="x", at=NOON, actor=actor
                )
        brake = pull()
        for act in (services.confirm_brake, services.lift_brake):
            with refused("not_authorized"):
                act(key=brake.key, at=NOON, actor="person:1")

    def test_what_is_stopped_and_why_must_be_said(self, registry: Registry) -> None:
        for types in ((), ("all",)):
            with refused("unknown_type"):
                services.pull_brake(program=PROGRAM, types=types, ground="x", at=NOON, actor=MAX)
        with refused("ground_missing"):
            services.pull_brake(program=PROGRAM, types=["transfer"], ground=" ", at=NOON, actor=MAX)

    def test_the_same_official_neither_confirms_nor_lifts(self, registry: Registry) -> None:
        brake = pull()
        assert brake.confirm_by == date(2021, 6, 2)
        with refused("same_person"):
            services.confirm_brake(key=brake.key, at=NOON, actor=MAX)
        services.lift_brake(key=brake.key, at=NOON, actor=MAX)
        with refused("same_person"):
            services.lift_brake(key=brake.key, at=NOON, actor=MAX)

        assert registry.transfer(registry.barry, registry.gulf, TEN).state == "delayed"

    def test_unconfirmed_it_is_overdue_and_stays_on(self, registry: Registry) -> None:
        brake = pull()
        task = Task.objects.get(subject=f"brake:{brake.key}")
        assert (task.kind, task.due_on) == ("confirm_brake", date(2021, 6, 2))

        services.expire_due(program=PROGRAM, now=NOON + timedelta(days=30))
        services.record_due(program=PROGRAM, now=NOON + timedelta(days=30))

        assert ledger_queries.stopped_types(PROGRAM) == ["transfer"]
        task.refresh_from_db()
        assert task.closed_at is None

    def test_confirmed_once_and_lifted_once(self, registry: Registry) -> None:
        brake = pull()
        confirmed = services.confirm_brake(key=brake.key, at=NOON, actor=NIA)
        assert confirmed.confirmed_by == NIA
        with refused("brake_confirmed"):
            services.confirm_brake(key=brake.key, at=NOON, actor="official:903")
        lift(brake)
        with refused("brake_lifted"):
            services.lift_brake(key=brake.key, at=NOON, actor=MAX)
        with refused("unknown_brake"):
            services.lift_brake(key=uuid4(), at=NOON, actor=MAX)
        assert not Task.objects.filter(subject=f"brake:{brake.key}", closed_at=None).exists()

    def test_two_brakes_are_two(self, registry: Registry) -> None:
        first, second = pull("transfer"), pull("transfer", "retire")
        lift(second)

        assert ledger_queries.stopped_types(PROGRAM) == ["transfer"]
        assert [found.key for found in ledger_queries.brakes(program=PROGRAM)] == [first.key]

    def test_the_database_wants_two(self, registry: Registry) -> None:
        brake = pull()
        changes: list[dict[str, object]] = [
            {"confirmed_by": MAX, "confirmed_at": NOON},
            {"lifted_by": MAX, "lifted_at": NOON},
            {"lift_asked_by": MAX, "lift_asked_at": NOON, "lifted_by": MAX, "lifted_at": NOON},
        ]
        for change in changes:
            with pytest.raises(IntegrityError), transaction.atomic():
                Brake.objects.filter(key=brake.key).update(**change)
