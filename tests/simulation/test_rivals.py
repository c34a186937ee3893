"""Eight processes that want the same serial numbers (PLAT-041, PLAT-054)."""

from __future__ import annotations

import json
import subprocess
from collections import Counter

import pytest

from tests.conftest import SharedDatabase
from tests.simulation import rivals
from trueup.ledger.models import Holding
from trueup.ledger.verify import audit

pytestmark = pytest.mark.stress

CLIENTS = 8


def let_them_loose(
    shared_database: SharedDatabase, *, seed: int, seconds: float, blind: bool = False
) -> Counter[str]:
    rivals.prepare()
    flags = ["--blind"] if blind else []
    started = [
        shared_database.start(
            *("-m", "tests.simulation.rivals", "--client", str(client)),
            *("--seed", str(seed), "--seconds", str(seconds), *flags),
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
    counts: Counter[str] = Counter()
    for process in started:
        printed, _ = process.communicate(timeout=120)
        assert process.returncode == 0, f"seed {seed}: {printed}"
        counts.update(json.loads(printed.splitlines()[-1]))
    return counts


class TestRivals:
    """PLAT-041: at every instant each serial is held in exactly one account."""

    def test_no_serial_is_lost_or_doubled_and_nobody_waits_for_ever(
        self, shared_database: SharedDatabase, seed: int
    ) -> None:
        counts = let_them_loose(shared_database, seed=seed, seconds=4)

        report = audit()
        assert report.clean, f"seed {seed}: {report.differences}"
        assert report.serials == rivals.SERIALS
        assert self.serials_held() == rivals.SERIALS
        assert counts["recorded"] > CLIENTS, f"seed {seed}: {counts}"
        assert counts["refused"] > 0, f"seed {seed}: the rivals never met: {counts}"

    def test_without_the_comparison_the_error_is_found(
        self, shared_database: SharedDatabase, seed: int
    ) -> None:
        counts = let_them_loose(shared_database, seed=seed, seconds=4, blind=True)

        report = audit()
        found = counts["caught by a constraint"] + len(report.differences)
        assert found > 0, f"seed {seed}: nothing was found: {counts}"

    @staticmethod
    def serials_held() -> int:
        rows = Holding.objects.exclude(nxt=None).values_list("lo", "nxt")
        return sum(nxt - lo for lo, nxt in rows)
