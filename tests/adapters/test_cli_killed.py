"""Commands that are killed, and a server that is stopped: real processes, real commits."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.conftest import SharedDatabase
from tests.contexts.registry import PROGRAM, Registry
from trueup.accounts import services as accounts
from trueup.accounts.entries import FacilitySpec, NamingSpec, UnitSpec
from trueup.compliance import queries as compliance
from trueup.emissions import queries as emissions
from trueup.emissions import services as emission_acts
from trueup.emissions.entries import AnnualReport
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.ledger.verify import audit
from trueup.rules import programs

pytestmark = pytest.mark.stress

PLANTS = 400
UNITS = 5
PERIOD = programs.load(PROGRAM).period_named("2022-2024")
TRUEUP = ("-m", "trueup.cli")


def many_plants(registry: Registry) -> list[int]:
    """Plants that make an import and a run of deductions last long enough to be killed."""
    units = tuple(UnitSpec(unit_id=str(number)) for number in range(UNITS))
    plants = accounts.register_facilities(
        [
            FacilitySpec(oris_code=50_000 + n, name=f"Plant {n}", jurisdiction="AL", units=units)
            for n in range(PLANTS)
        ],
        program=PROGRAM,
        registered_at=registry.tick(),
    )
    person = registry.person("Ana Ruiz")
    accounts.name_designated_representatives(
        [NamingSpec(facility=plant.id, primary=person) for plant in plants],
        program=PROGRAM,
        at=registry.tick(),
    )
    return [plant.id for plant in plants]


def reported(path: Path) -> Path:
    """A file with every unit's emissions of the period."""
    rows = [
        f"{50_000 + plant},{unit},{year},100.4,"
        for plant in range(PLANTS)
        for unit in range(UNITS)
        for year in PERIOD.vintages
    ]
    path.write_text("\n".join(["facility,unit,year,co2_tons,net_mwh", *rows, ""]))
    return path


def killed_somewhere(
    shared: SharedDatabase, command: list[str], *, is_done: Callable[[], bool]
) -> int:
    """Kill a command ever later until it gets to its end; gives how often it was killed.

    Raises AssertionError if the books are ever neither as before nor as after.
    """
    before = state()
    kills = 0
    for wait in (0.0, 0.3, 0.7, 1.2, 2.0, 4.0, 8.0, 20.0, 60.0):
        process = shared.start(*TRUEUP, *command)
        started = time.monotonic()
        assert process.stdout is not None
        for line in process.stdout:  # It has begun: Python and Django are loaded.
            if line.rstrip().endswith("..."):
                break
        loaded = time.monotonic() - started
        try:
            process.wait(timeout=wait)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
        assert audit().clean, f"killed {wait} s after it began ({loaded} s to load)"
        if is_done():
            return kills
        assert state() == before, f"killed {wait} s after it began"
    raise AssertionError("it never got to its end")


def state() -> dict[str, object]:
    """What the books hold: balances, settlements, records, files."""
    return {
        "totals": ledger.totals(program=PROGRAM),
        "settled": len(compliance.outcomes(program=PROGRAM, period=PERIOD, limit=PLANTS)),
        "runs": len(compliance.runs(program=PROGRAM, period=PERIOD)),
        "newest": [entry.id for entry in ledger.recent(program=PROGRAM, limit=1)],
        "files": len(emissions.files()),
        "records": len(emissions.public_records(program=PROGRAM, limit=1)),
    }


class TestKilled:
    """Issue 2: on restart the books are as before or as after, and the audit is clean."""

    def test_an_import_is_whole_or_not_there(
        self, shared_database: SharedDatabase, tmp_path: Path
    ) -> None:
        many_plants(Registry())
        path = reported(tmp_path / "emissions.csv")

        kills = killed_somewhere(
            shared_database,
            ["import-emissions", str(path), "--at", "2025-02-01"],
            is_done=lambda: bool(emissions.files()),
        )

        assert kills > 1
        assert len(emissions.public_records(program=PROGRAM, limit=100_000)) == PLANTS * UNITS * 3

    def test_a_settlement_is_whole_or_not_there(self, shared_database: SharedDatabase) -> None:
        registry = Registry()
        plants = many_plants(registry)
        registry.on("2021-06-01")
        held = [(account.number, "", 2022, 1000) for account in _accounts()]
        registry.allocate(*held)
        registry.on("2025-02-01")
        emission_acts.report_annual(
            [
                AnnualReport(facility=plant, unit=str(unit), year=year, co2_tons=Decimal(100))
                for plant in plants
                for unit in range(UNITS)
                for year in PERIOD.vintages
            ],
            program=PROGRAM,
            actor="administrator",
            recorded_at=registry.now,
            is_final=True,
        )

        kills = killed_somewhere(
            shared_database,
            ["settle", PERIOD.name, "--record", "--at", "2025-05-19"],
            is_done=lambda: bool(compliance.runs(program=PROGRAM, period=PERIOD)),
        )

        assert kills > 1
        assert len(compliance.outcomes(program=PROGRAM, period=PERIOD, limit=PLANTS)) == PLANTS
        retired = ledger.account_of_purpose(program=PROGRAM, purpose="retirement")
        assert retired is not None
        assert ledger.totals_of([retired.id])[retired.id] == PLANTS * 1000


class TestServing:
    """Issue 2, item 1: it says when it can be opened, and leaves nothing behind."""

    def start(self, shared: SharedDatabase, port: int, *more: str) -> subprocess.Popen[str]:
        process = shared.start(*TRUEUP, "serve", "--address", f"127.0.0.1:{port}", *more)
        assert process.stdout is not None
        printed = []
        for line in process.stdout:
            printed.append(line)
            if "Ctrl-C" in line:
                return process
        raise AssertionError(f"it ended with {process.wait()}: {''.join(printed)}")

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
    def test_it_answers_when_it_says_so_and_ends_with_all_its_processes(
        self, shared_database: SharedDatabase, number: signal.Signals
    ) -> None:
        port = free_port()
        process = self.start(shared_database, port)
        with urlopen(f"http://127.0.0.1:{port}/api/v1/programs", timeout=30) as answer:
            assert answer.status == 200
        children = descendants(process.pid)
        assert len(children) >= 2

        process.send_signal(number)

        assert process.wait(timeout=60) == 0
        assert not [child for child in children if is_running(child)]

    def test_killed_outright_it_takes_its_processes_along(
        self, shared_database: SharedDatabase
    ) -> None:
        process = self.start(shared_database, free_port())
        children = descendants(process.pid)

        process.kill()
        process.wait()

        until = time.monotonic() + 30
        while any(is_running(child) for child in children) and time.monotonic() < until:
            time.sleep(0.1)
        assert not [child for child in children if is_running(child)]

    def test_a_port_in_use_is_said_before_anything_is_started(
        self, shared_database: SharedDatabase
    ) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]

            process = shared_database.start(*TRUEUP, "serve", "--address", f"127.0.0.1:{port}")
            printed, _ = process.communicate(timeout=60)

        assert process.returncode == 2
        assert "--address" in printed
        assert str(port) in printed


def _accounts() -> list[AccountEntry]:
    found = ledger.accounts(program=PROGRAM, kind="compliance", limit=PLANTS + 10)
    return [account for account in found if account.name.startswith("Plant")]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def descendants(pid: int) -> list[int]:
    """All processes that a process has started, and those that they did (Linux)."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += [int(child), *descendants(int(child))]
    return found


def is_running(pid: int) -> bool:
    try:
        state_of = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state_of != "Z"
