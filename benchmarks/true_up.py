"""The true-up: a run of deductions over many facilities against a bare UPDATE of the same rows.

    python tools/postgres.py --durable -- python -m benchmarks.true_up
    python -m benchmarks.true_up                          (SQLite, in a temporary folder)
    python -m benchmarks.true_up --program cpp-rate --facilities 3000

Made-up facilities, or affected EGUs where the books are by EGU, hold the starting blocks,
dealt out so that neighbours belong to different ones. Each round copies the database
twice: on one copy the whole run is done as a user does it (emissions read, serial numbers
chosen, journal, decisions, claims, reports), on the other the holdings that it took are
given to the retirement account by one UPDATE, with no journal and no check. Medians of the
rounds are compared.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django

REPOSITORY_DIR = Path(__file__).resolve().parents[1]
MASS, RATE = "cpp-mass", "cpp-rate"
ALLOCATED = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
REPORTED = datetime(2025, 2, 3, 16, 0, tzinfo=UTC)
SETTLED = {
    MASS: datetime(2025, 5, 2, 16, 0, tzinfo=UTC),
    RATE: datetime(2025, 11, 4, 16, 0, tzinfo=UTC),
}
STANDARD = 1671  # Pounds a MWh of a steam unit, 2022 to 2024.
JURISDICTIONS = ("AL", "GA", "OH", "TX", "WY")
LOT_SIZE = 200_000_000
BATCH = 500
SEED = 62_16340

Copies = Callable[[str], AbstractContextManager[str]]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--facilities", type=int, default=1_300)
    arguments.add_argument("--blocks", type=int, default=100_000)
    arguments.add_argument("--program", choices=(MASS, RATE), default=MASS)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--do", choices=("make", "run", "update"), help=argparse.SUPPRESS)
    arguments.add_argument("--rows", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.do is None:
        compare(given.program, given.facilities, given.blocks, given.rounds)
        return
    django.setup()
    if given.do == "make":
        make(given.program, given.facilities, given.blocks)
    elif given.do == "run":
        print(json.dumps(run(given.program, given.rows)))
    else:
        print(json.dumps(update(given.program, given.rows)))


def compare(program: str, facilities: int, blocks: int, rounds: int) -> None:
    """Interleave the two, and print what each took and their ratio."""
    runs, updates, taken = [], [], 0
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as (base, copy_of):
        say(f"making {blocks:,} blocks in {facilities:,} compliance accounts")
        of = ("--program", program)
        child(base, "make", *of, "--facilities", str(facilities), "--blocks", str(blocks))
        rows = Path(folder) / "rows.json"
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}")
            with copy_of("run") as url:
                figures = json.loads(child(url, "run", *of, "--rows", str(rows)))
                runs.append(figures["seconds"])
                taken = figures["rows"]
            with copy_of("update") as url:
                updates.append(
                    json.loads(child(url, "update", *of, "--rows", str(rows)))["seconds"]
                )
    one, other = statistics.median(runs), statistics.median(updates)
    what = "affected EGUs" if program == RATE else "facilities"
    print(f"\n{facilities:,} {what}, {blocks:,} blocks, {taken:,} rows taken")
    print(f"  run of deductions           {one:>8.2f} s")
    print(f"  bare UPDATE of the same     {other:>8.2f} s")
    print(f"  ratio                       {one / other:>8.2f}")


def make(program: str, facilities: int, blocks: int) -> None:
    """Facilities with their accounts, blocks and final emissions."""
    from django.core.management import call_command
    from django.db import connection

    from trueup.accounts import services as accounts
    from trueup.accounts.entries import FacilitySpec, NamingSpec, UnitSpec

    call_command("migrate", verbosity=0)
    entries = accounts.register_facilities(
        [
            FacilitySpec(
                oris_code=90_000 + number,
                name=f"Plant {number}",
                jurisdiction=JURISDICTIONS[number % len(JURISDICTIONS)],
                units=(UnitSpec(unit_id="1", unit_type="steam", fuel="coal"),),
            )
            for number in range(facilities)
        ],
        program=program,
        registered_at=ALLOCATED,
    )
    person = accounts.register_person(
        name="Ana Ruiz", email="ana@benchmark.example", registered_at=ALLOCATED
    )
    opened = accounts.name_designated_representatives(
        [NamingSpec(facility=entry.id, primary=person.id) for entry in entries],
        program=program,
        at=ALLOCATED,
    )
    held = _deal_out(program, [opened[entry.id][0].id for entry in entries], blocks)
    report = _report_operation if program == RATE else _report
    report([entry.id for entry in entries], held)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _deal_out(program: str, accounts: list[int], blocks: int) -> list[int]:
    """Give each account every n-th block, one transaction a block; what each holds."""
    from trueup.ledger import services
    from trueup.ledger.entries import Instruction, Range
    from trueup.rules import programs
    from trueup.rules.serials import Lot

    held = [0] * len(accounts)
    a_lot = blocks // len(JURISDICTIONS)
    width = LOT_SIZE // a_lot
    kind, type_ = ("general", "transfer") if program == RATE else ("origination", "allocate")
    for position, jurisdiction in enumerate(JURISDICTIONS):
        reserve = services.open_account(
            program=program, kind=kind, name=jurisdiction, opened_at=ALLOCATED
        ).id
        lot = Lot(jurisdiction=jurisdiction, year=2022)
        if program == RATE:
            lot = Lot(jurisdiction=jurisdiction, year=2023, category="WND")
        services.originate(
            program=program,
            lot=lot,
            shares=[(reserve, LOT_SIZE)],
            key=uuid.uuid4(),
            actor="administrator",
            recorded_at=ALLOCATED,
            vintage=2022,
        )
        number = lot.number(programs.load(program).number)
        for start in range(0, a_lot, BATCH):
            instructions = []
            for block in range(start, min(start + BATCH, a_lot)):
                owner = (block * len(JURISDICTIONS) + position) % len(accounts)
                held[owner] += width
                instructions.append(
                    Instruction(
                        type=type_,
                        source=reserve,
                        destination=accounts[owner],
                        blocks=(Range(number, block * width + 1, (block + 1) * width),),
                        key=uuid.uuid4(),
                        actor="administrator",
                        submitted_at=ALLOCATED,
                    )
                )
            services.record(instructions, program=program, recorded_at=ALLOCATED)
    return held


def _report(facilities: list[int], held: list[int]) -> None:
    """Emissions of 40 to 107 % of what each facility holds: some are short."""
    from trueup.emissions import services
    from trueup.emissions.entries import AnnualReport

    chance = random.Random(SEED)
    services.report_annual(
        [
            AnnualReport(
                facility=facility,
                unit="1",
                year=year,
                co2_tons=Decimal(int(quantity * chance.uniform(0.4, 1.07)) if year == 2022 else 0),
            )
            for facility, quantity in zip(facilities, held, strict=True)
            for year in (2022, 2023, 2024)
        ],
        program=MASS,
        actor="administrator",
        recorded_at=REPORTED,
        is_final=True,
    )


def _report_operation(facilities: list[int], held: list[int]) -> None:
    """Pounds, without output, for which 40 to 107 % of what each EGU holds is needed."""
    from trueup.emissions import services
    from trueup.emissions.entries import OperationReport

    chance = random.Random(SEED)
    services.report_operation(
        [
            OperationReport(
                facility=facility,
                unit="1",
                year=year,
                co2_lb=Decimal(
                    int(quantity * chance.uniform(0.4, 1.07)) * STANDARD if year == 2022 else 0
                ),
                net_mwh=Decimal(0),
            )
            for facility, quantity in zip(facilities, held, strict=True)
            for year in (2022, 2023, 2024)
        ],
        program=RATE,
        actor="administrator",
        recorded_at=REPORTED,
        is_final=True,
    )


def run(program: str, rows: Path) -> dict[str, float]:
    """The whole run as the service does it; the rows that it took are kept in a file."""
    from django.db import connection

    from trueup.compliance import services
    from trueup.rules.periods import CompliancePeriod

    connection.ensure_connection()
    begun = time.perf_counter()
    result = services.run_deductions(
        program=program,
        period=CompliancePeriod(first_year=2022, last_year=2024),
        recorded_at=SETTLED[program],
    )
    seconds = time.perf_counter() - begun
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT m.lot_id, m.lo FROM ledger_move m JOIN ledger_tx t ON t.id = m.tx_id"
            " WHERE t.type = 'deduct' ORDER BY m.lot_id, m.lo"
        )
        taken = [list(row) for row in cursor.fetchall()]
    rows.write_text(json.dumps(taken), encoding="utf-8")
    if len(result.outcomes) < 1 or not taken:
        raise SystemExit("nothing was settled")
    return {"seconds": seconds, "rows": len(taken)}


def update(program: str, rows: Path) -> dict[str, float]:
    """Give the same rows to the retirement account, and write nothing else."""
    from django.db import connection, transaction

    from trueup.ledger.opening import retirement_account

    retirement = retirement_account(program=program, opened_at=ALLOCATED).id
    taken = json.loads(rows.read_text(encoding="utf-8"))
    if connection.vendor == "postgresql":
        statement = (
            "UPDATE ledger_holding h SET account_id = %s, tier = 1"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS r (lot, lo)"
            " WHERE h.lot_id = r.lot AND h.lo = r.lo"
        )
        parameters: list[object] = [retirement, [row[0] for row in taken], [r[1] for r in taken]]
    else:
        statement = (
            "UPDATE ledger_holding AS h SET account_id = %s, tier = 1 FROM (SELECT value ->> 0"
            " AS lot, value ->> 1 AS lo FROM json_each(%s)) AS r"
            " WHERE h.lot_id = r.lot AND h.lo = r.lo"
        )
        parameters = [retirement, json.dumps(taken)]
    begun = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        changed = cursor.rowcount
    seconds = time.perf_counter() - begun
    if changed != len(taken):
        raise SystemExit(f"{changed} rows changed, not {len(taken)}")
    return {"seconds": seconds}


@contextmanager
def databases(folder: Path) -> Iterator[tuple[str, Copies]]:
    """An empty database, and a way to work on a copy of it that is thrown away."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        base = folder / "base.sqlite3"

        @contextmanager
        def copy_file(name: str) -> Iterator[str]:
            copied = folder / f"{name}.sqlite3"
            shutil.copy(base, copied)
            yield f"sqlite:///{copied}"
            for file in folder.glob(f"{name}.sqlite3*"):
                file.unlink()

        yield f"sqlite:///{base}", copy_file
        return
    import psycopg

    base_name = f"trueup_true_up_{os.getpid()}"
    parts = urlsplit(url)
    with psycopg.connect(url, autocommit=True) as server:

        @contextmanager
        def copy_database(name: str) -> Iterator[str]:
            copied = f"{base_name}_{name}"
            server.execute(f'CREATE DATABASE "{copied}" TEMPLATE "{base_name}"')  # type: ignore[arg-type]
            try:
                yield urlunsplit(parts._replace(path=f"/{copied}"))
            finally:
                server.execute(f'DROP DATABASE "{copied}" WITH (FORCE)')  # type: ignore[arg-type]

        server.execute(f'CREATE DATABASE "{base_name}"')  # type: ignore[arg-type]
        try:
            yield urlunsplit(parts._replace(path=f"/{base_name}")), copy_database
        finally:
            server.execute(f'DROP DATABASE "{base_name}" WITH (FORCE)')  # type: ignore[arg-type]


def child(url: str, do: str, *arguments: str, module: str = "benchmarks.true_up") -> str:
    """Do one thing in a process of its own; what it printed last."""
    printed = subprocess.run(
        [sys.executable, "-m", module, "--do", do, *arguments],
        cwd=REPOSITORY_DIR,
        env={
            **os.environ,
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "trueup.config.settings",
            "PYTHONPATH": os.pathsep.join((str(REPOSITORY_DIR / "src"), str(REPOSITORY_DIR))),
        },
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.strip()
    return printed.splitlines()[-1] if printed else ""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
