"""The ledger's speed as ratios of one run: transfers against what the database can do.

    python tools/postgres.py --durable -- python -m benchmarks.ledger
    python -m benchmarks.ledger --blocks 10000            (SQLite, in a temporary folder)

Rounds are interleaved and medians are compared, so that a machine whose speed drifts
does not decide. simple-update is pgbench's, with prepared statements; "rows without
logic" writes the same rows with no check and no comparison. Nothing here gates a build.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django

REPOSITORY_DIR = Path(__file__).resolve().parents[1]
# What is done, and by how many clients.
ON_POSTGRESQL = (
    ("select", 4),
    ("rows_without_logic", 4),
    ("kernel", 4),
    ("service", 4),
    ("hot_account", 4),
    ("batches", 2),
)
ON_SQLITE = (("rows_without_logic", 1), ("kernel", 1), ("service", 1), ("batches", 1))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--blocks", type=int, default=100_000, help="starting blocks")
    arguments.add_argument("--other-blocks", type=int, help="compare with books of this size")
    arguments.add_argument("--accounts", type=int, default=3_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--seconds", type=float, default=2)
    given = arguments.parse_args()
    sizes = [given.blocks, *([given.other_blocks] if given.other_blocks else [])]
    rates: dict[tuple[int, str], list[float]] = {}
    with databases(sizes) as urls:
        for blocks, url in urls.items():
            prepare(url, blocks=blocks, accounts=given.accounts)
        for number in range(given.rounds):
            say(f"round {number + 1} of {given.rounds}")
            for blocks, url in urls.items():
                for name, rate in one_round(url, seconds=given.seconds).items():
                    rates.setdefault((blocks, name), []).append(rate)
    report(rates, sizes)


def one_round(url: str, *, seconds: float) -> dict[str, float]:
    """How often a second each thing is done, once through."""
    rates = {}
    if url.startswith("postgres"):
        for clients in (4, 16):
            rate = simple_update(url, clients=clients, seconds=seconds)
            if rate is not None:
                rates[f"simple-update, {clients} clients"] = rate
    for work, clients in ON_POSTGRESQL if url.startswith("postgres") else ON_SQLITE:
        rates[work] = together(url, work, clients=clients, seconds=seconds)
    return rates


def together(url: str, work: str, *, clients: int, seconds: float) -> float:
    """What several client processes do a second, all at it at the same time."""
    started = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "benchmarks.client", work),
                *("--client", str(client), "--seconds", str(seconds)),
            ],
            cwd=REPOSITORY_DIR,
            env=environment(url),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for client in range(clients)
    ]
    for process in started:
        if process.stdout is None or process.stdout.readline() != "ready\n":
            raise SystemExit(f"a client of {work} did not start")
    rate = 0.0
    for process in started:
        if process.stdin is not None:
            process.stdin.write("go\n")
            process.stdin.flush()
    for process in started:
        printed, _ = process.communicate()
        rate += float(json.loads(printed)["a_second"])
    return rate


def simple_update(url: str, *, clients: int, seconds: float) -> float | None:
    """pgbench's simple-update on its own tables in the same database; None without pgbench."""
    program = shutil.which("pgbench")
    if program is None:
        return None
    command = [program, "-N", "-n", "-M", "prepared", "-c", str(clients), "-j", "2"]
    run = subprocess.run(
        [*command, "-T", str(max(1, round(seconds))), url],
        check=True,
        capture_output=True,
        text=True,
    )
    line = next(line for line in run.stdout.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


@contextmanager
def databases(sizes: list[int]) -> Iterator[dict[int, str]]:
    """An empty database a size, dropped at the end."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres"):
        with tempfile.TemporaryDirectory(dir=os.environ.get("TRUEUP_VAR_DIR")) as folder:
            yield {size: f"sqlite:///{folder}/{size}.sqlite3" for size in sizes}
        return
    import psycopg

    names = {size: f"trueup_bench_{os.getpid()}_{size}" for size in sizes}
    with psycopg.connect(url, autocommit=True) as server:
        for name in names.values():
            server.execute(f'CREATE DATABASE "{name}"')  # type: ignore[arg-type]
        try:
            parts = urlsplit(url)
            yield {
                size: urlunsplit(parts._replace(path=f"/{name}")) for size, name in names.items()
            }
        finally:
            for name in names.values():
                server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')  # type: ignore[arg-type]


def prepare(url: str, *, blocks: int, accounts: int) -> None:
    say(f"making books of {blocks:,} blocks in {accounts:,} accounts")
    begun = time.monotonic()
    subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.books"),
            *("--blocks", str(blocks), "--accounts", str(accounts)),
        ],
        cwd=REPOSITORY_DIR,
        env=environment(url),
        check=True,
    )
    if url.startswith("postgres") and (program := shutil.which("pgbench")) is not None:
        subprocess.run([program, "-i", "-q", "-s", "10", url], check=True, capture_output=True)
    say(f"made in {time.monotonic() - begun:.0f} s")


def report(rates: dict[tuple[int, str], list[float]], sizes: list[int]) -> None:
    """Medians, and their ratios to the floors of the same size."""
    for blocks in sizes:
        medians = {
            name: statistics.median(found)
            for (size, name), found in rates.items()
            if size == blocks
        }
        print(f"\n{blocks:,} blocks")
        for name, rate in medians.items():
            print(f"  {name:<28}{rate:>10,.0f} a second")
        for name, floor in (
            ("kernel", "simple-update, 4 clients"),
            ("service", "simple-update, 4 clients"),
            ("kernel", "rows_without_logic"),
            ("service", "rows_without_logic"),
            ("hot_account", "kernel"),
            ("batches", "simple-update, 16 clients"),
        ):
            if name in medians and floor in medians:
                print(f"  {name + ' / ' + floor:<46}{medians[name] / medians[floor]:>6.2f}")
    if len(sizes) == 2:
        one, other = (statistics.median(rates[size, "kernel"]) for size in sizes)
        print(f"\n  kernel, {sizes[0]:,} / {sizes[1]:,} blocks: {one / other:.2f}")


def environment(url: str) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "trueup.config.settings",
        "PYTHONPATH": os.pathsep.join((str(REPOSITORY_DIR / "src"), str(REPOSITORY_DIR))),
    }


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trueup.config.settings")
    django.setup()
    main()
