"""Several processes that submit and release transfers at once (PLAT-054)."""

from __future__ import annotations

import json
import subprocess
from collections import Counter

import pytest

from tests.conftest import SharedDatabase
from tests.contexts.transfers_registry import Registry, block, eastern
from tests.contexts.transfers_rivals import EACH
from trueup.audit.models import Notice
from trueup.ledger.verify import audit
from trueup.transfers.models import Transfer

pytestmark = pytest.mark.stress

CLIENTS, TIMES, HELD = 4, 10, 40


def let_them_loose(shared_database: SharedDatabase, act: str, *, times: int) -> list[Counter[str]]:
    started = [
        shared_database.start(
            *("-m", "tests.contexts.transfers_rivals", act),
            *("--client", str(client), "--times", str(times)),
            stdin=subprocess.PIPE,
        )
        for client in range(CLIENTS)
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
        printed, _ = process.communicate(timeout=120)
        assert process.returncode == 0, printed
        counts.append(Counter(json.loads(printed.splitlines()[-1])))
    report = audit()
    assert report.clean, report.differences
    return counts


class TestOneAccount:
    """Acceptance: a fresh choice when another transfer took the chosen serials meanwhile."""

    @pytest.mark.parametrize("act", ["quantity", "batch"])
    def test_all_get_theirs_while_there_are_enough(
        self, shared_database: SharedDatabase, act: str
    ) -> None:
        registry = Registry()
        registry.allocate(registry.barry, CLIENTS * TIMES * EACH)

        counts = let_them_loose(shared_database, act, times=TIMES)

        assert sum(counts, Counter()) == {"recorded": CLIENTS * TIMES}
        assert registry.quantity(registry.barry) == 0
        assert registry.quantity(registry.gulf) == registry.quantity(registry.bay)

    def test_the_last_ones_are_refused_when_there_are_too_few(
        self, shared_database: SharedDatabase
    ) -> None:
        registry = Registry()
        registry.allocate(registry.barry, TIMES * EACH + 1)

        counts = let_them_loose(shared_database, "quantity", times=TIMES)

        total = sum(counts, Counter())
        assert total == {"recorded": TIMES, "refused": (CLIENTS - 1) * TIMES}
        assert registry.quantity(registry.barry) == 1


class TestOneKey:
    """PLAT-054: the same request from several processes is recorded once."""

    def test_all_get_the_same_answer(self, shared_database: SharedDatabase) -> None:
        registry = Registry()
        registry.allocate(registry.barry, 10_000)

        counts = let_them_loose(shared_database, "key", times=TIMES)

        assert all(answers == counts[0] for answers in counts)
        assert len(counts[0]) == TIMES
        assert Transfer.objects.count() == TIMES
        assert registry.quantity(registry.gulf) == TIMES * EACH
        assert Notice.objects.filter(event="transfer_recorded").count() == 3 * TIMES


class TestRelease:
    """40 CFR 62.16335(b): the clock and the run of deductions release the same transfers."""

    def test_each_is_recorded_and_told_once(self, shared_database: SharedDatabase) -> None:
        registry = Registry()
        registry.allocate(registry.barry, 200)
        late = eastern("2025-05-02")
        for number in range(1, HELD + 1):
            entry = registry.transfer(
                registry.barry, registry.gulf, block(f"AL-2022-{number}"), at=late
            )
            assert entry.state == "held"

        counts = let_them_loose(shared_database, "release", times=3)

        assert sum(counts, Counter())["recorded"] == HELD
        assert registry.quantity(registry.gulf) == HELD
        assert Notice.objects.filter(event="transfer_recorded").count() == 3 * HELD
