"""Freezing, the brake, approvals and cancellations, each racing transfers (PLAT-094)."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from uuid import uuid5

import pytest

from tests.conftest import SharedDatabase
from tests.contexts.guards_rivals import KEYS, sent
from tests.contexts.transfers_registry import NOON, OPENED, PROGRAM, Registry, block
from trueup.accounts import services as accounts
from trueup.accounts.entries import AgentSpec
from trueup.ledger.verify import audit
from trueup.transfers import services
from trueup.transfers.models import Transfer, TransferAct

pytestmark = pytest.mark.stress

RACES, FEW, EACH = int(os.environ.get("RACES") or 100), 40, 40


def let_them_loose(
    shared_database: SharedDatabase, act: str, *, clients: int, times: int
) -> list[Counter[str]]:
    started = [
        shared_database.start(
            *("-m", "tests.contexts.guards_rivals", act),
            *("--client", str(client), "--times", str(times)),
            stdin=subprocess.PIPE,
        )
        for client in range(clients)
    ]
    for process in started:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", process.communicate()[0]
    for process in started:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    counts = []
    for process in started:
        printed, _ = process.communicate(timeout=900)
        assert process.returncode == 0, printed
        counts.append(Counter(json.loads(printed.splitlines()[-1])))
    report = audit()
    assert report.clean, report.differences
    return counts


def wait_for_approval(registry: Registry, *, times: int) -> None:
    """Transfers that Bo Lee, or his agent Dan Poe, can approve."""
    dan = registry.person("Dan Poe")
    accounts.file_delegation_notice(
        program=PROGRAM,
        basis="compliance",
        delegator=registry.bo,
        agents=[AgentSpec(person=dan, kinds=("transfers",))],
        received_at=OPENED,
    )
    registry.allocate(registry.barry, times)
    services.require_second_person(account=registry.barry.id, at=NOON, actor="administrator")
    for turn in range(times):
        entry = registry.transfer(
            registry.barry,
            registry.gulf,
            block(f"AL-2022-{turn + 1}"),
            key=uuid5(KEYS, str(turn)),
        )
        assert entry.state == "awaiting_approval"


class TestFreezing:
    """40 CFR 62.16255(d)(1): once an account is frozen nothing leaves it."""

    def test_nothing_is_recorded_after_the_freeze(self, shared_database: SharedDatabase) -> None:
        registry = Registry()
        for number in range(RACES):
            account = registry.general(f"Racer {number}", registry.cy)
            registry.allocate(account, EACH)

        counts = let_them_loose(shared_database, "freeze", clients=2, times=RACES)

        frozen = {int(account): found for account, found in counts[0].items()}
        assert len(frozen) == RACES
        assert {account: sent(account) for account in frozen} == frozen
        assert any(0 < found < EACH for found in frozen.values())


class TestBrake:
    """PLAT-094: once the brake is pulled nothing of its kind is recorded; all of it waits."""

    def test_nothing_is_recorded_while_it_is_on(self, shared_database: SharedDatabase) -> None:
        registry = Registry()
        registry.allocate(registry.barry, 100_000)

        counts = let_them_loose(shared_database, "brake", clients=2, times=RACES)

        assert counts[0] == {"pulled": RACES, "slipped": 0}
        submitted = counts[1]
        assert set(submitted) == {"recorded", "delayed"}
        assert submitted["delayed"] >= RACES
        assert Transfer.objects.filter(state="refused").count() == 0
        released = services.record_due(program=PROGRAM, now=NOON)
        assert (released.recorded, released.refused) == (submitted["delayed"], 0)
        assert registry.quantity(registry.gulf) == submitted.total()


class TestApprovals:
    """PLAT-094: of two approvals at the same instant exactly one counts."""

    def test_exactly_one_counts(self, shared_database: SharedDatabase) -> None:
        registry = Registry()
        wait_for_approval(registry, times=FEW)

        counts = let_them_loose(shared_database, "approve", clients=2, times=FEW)

        total = sum(counts, Counter())
        assert total == {"recorded": FEW, "not_awaiting_approval": FEW}
        assert TransferAct.objects.filter(what="approve").count() == FEW
        assert registry.quantity(registry.gulf) == FEW

    def test_what_is_approved_is_not_cancelled(self, shared_database: SharedDatabase) -> None:
        registry = Registry()
        wait_for_approval(registry, times=FEW)

        counts = let_them_loose(shared_database, "cancel", clients=2, times=FEW)

        cancelled, recorded = counts[0]["cancelled"], counts[1]["recorded"]
        assert cancelled + recorded == FEW
        assert counts[0]["not_waiting"] == recorded
        assert counts[1]["not_awaiting_approval"] == cancelled
        assert registry.quantity(registry.gulf) == recorded
        assert registry.quantity(registry.barry) == cancelled
