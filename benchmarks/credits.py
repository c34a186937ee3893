"""Credits: issue 50 million of them with their papers, and trace one serial in 1,000,000 moves.

    python tools/postgres.py --durable -- python -m benchmarks.credits
    python -m benchmarks.credits                          (SQLite, in a temporary folder)

Made-up resources are registered, report and are verified through the bulk functions; then
a year is issued at once, each resource an issue of its own, linked to its papers. The
second figure is an INSERT of the same rows into tables without keys or checks. Then the
credits are moved, block by block, and serials drawn at random are traced to their papers
before and after: the number of statements must be the same, and the time is compared with
looking a row up by its primary key.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import django

from benchmarks.true_up import databases

if TYPE_CHECKING:
    from trueup.demonstration.generators import GreenPlant
    from trueup.ledger.entries import HoldingEntry

PROGRAM = "cpp-rate"
YEAR = 2022
CATEGORIES = ("WND", "SOL", "HYD", "GEO", "NUC")
BATCH = 500
TRACED = 300
SEED = 62_16445
MOVED = datetime(2023, 7, 3, 16, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traced:
    """How many statements a trace takes, and how long it took, in seconds."""

    statements: int
    median: float
    p99: float


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--issues", type=int, default=2_000)
    arguments.add_argument("--credits", type=int, default=50_000_000)
    arguments.add_argument("--moves", type=int, default=1_000_000)
    given = arguments.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trueup.config.settings")
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as (url, _):
        os.environ["DATABASE_URL"] = url
        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        issue(given.issues, given.credits)
        trace(given.moves)
        connection.close()


def issue(issues: int, credits_: int) -> None:
    """Issue a year's credits of many resources, and insert the same rows bare."""
    from benchmarks.bare import insert_bare
    from trueup.resources import services

    say(f"registering {issues:,} resources, their reports and verifications")
    at = _verified(_plants(issues, credits_))
    before = _highest()
    begun = time.perf_counter()
    given = services.issue_ercs_of_year(program=PROGRAM, year=YEAR, issued_at=at)
    seconds = time.perf_counter() - begun
    issued = sum(one.quantity for one in given.issued)
    lots = {one.block.lot for one in given.issued if one.block is not None}
    if issued != credits_ or given.left_out:
        raise SystemExit(f"{issued:,} credits were issued, not {credits_:,}")
    bare, rows = insert_bare(before)
    print(f"\n{issued:,} credits issued in {len(given.issued):,} issues of {len(lots):,} lots")
    print(f"  issued with papers and links   {seconds:>8.2f} s")
    print(f"  bare INSERT of {rows:>9,} rows  {bare:>8.2f} s")
    print(f"  ratio                          {seconds / bare:>8.2f}")


def _plants(issues: int, credits_: int) -> list[GreenPlant]:
    from trueup.demonstration.generators import GreenPlant
    from trueup.rules import programs

    states = list(programs.load(PROGRAM).jurisdictions)
    each, rest = divmod(credits_, issues)
    kinds = {"WND": "on_shore", "SOL": "photovoltaic"}
    return [
        GreenPlant(
            oris_code=90_000 + number,
            plant=f"Plant {number}",
            category=CATEGORIES[number % len(CATEGORIES)],
            kind=kinds.get(CATEGORIES[number % len(CATEGORIES)], ""),
            jurisdiction=states[number // len(CATEGORIES) % len(states)],
            capacity_mw=Decimal(each // 1000 + 2),
            on_line=2015,
            mwh=Decimal(each + (number < rest)),
            name=f"Plant {number}",
        )
        for number in range(issues)
    ]


def _verified(plants: list[GreenPlant]) -> datetime:
    """Bring plants to verified reports on which nobody can comment any more."""
    from trueup.demonstration.sponsors import Registration
    from trueup.demonstration.timetable import rate_timetable
    from trueup.resources import services
    from trueup.rules import programs

    days = rate_timetable(programs.load(PROGRAM))
    for jurisdiction in {plant.jurisdiction for plant in plants}:
        services.set_host_state(
            program=PROGRAM,
            jurisdiction=jurisdiction,
            approach="rate",
            plan="model",
            set_at=days.at(days.opened_on),
        )
    registration = Registration(plants, days=days, seed=SEED)
    sponsored = registration.describe(days.at(days.opened_on)).resources
    registration.apply(sponsored, days.at(days.applied_on))
    registration.register(sponsored, days.at(days.registered_on))
    reports = registration.report(sponsored, year=YEAR, day=days.at(days.metered_on(YEAR)))
    registration.verify(sponsored, reports, days.at(days.verified_on(YEAR)))
    services.publish_credit_notice(
        program=PROGRAM, year=YEAR, published_at=days.at(days.noticed_on(YEAR))
    )
    return days.at(days.issued_on(YEAR))


def _highest() -> dict[str, int]:
    """The last id of each table with ids in which an issue leaves rows."""
    from benchmarks.bare import highest
    from trueup.audit.models import Decision, Event
    from trueup.ledger.models import Move, Transaction
    from trueup.resources.models import Document, Issuance, IssuanceDocument, IssuanceReport

    return highest(
        (
            Transaction,
            Move,
            Document,
            Issuance,
            IssuanceDocument,
            IssuanceReport,
            Decision,
            Event,
        )
    )


def trace(moves: int) -> None:
    """Trace serials to their papers, before and after the credits were moved many times."""
    from django.db import connection

    before = _traced()
    say(f"making {moves:,} moves")
    _move(moves)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    after = _traced()
    looked_up = _looked_up()
    if after.statements != before.statements:
        raise SystemExit(f"{after.statements} statements, and {before.statements} before")
    print(f"\nA serial to its papers in {moves:,} moves: {after.statements} statements")
    print(f"  before the moves, median       {before.median * 1e3:>8.2f} ms")
    print(f"  after them, median             {after.median * 1e3:>8.2f} ms")
    print(f"  after them, p99                {after.p99 * 1e3:>8.2f} ms")
    print(f"  look-up by primary key, median {looked_up * 1e3:>8.2f} ms")
    print(f"  ratio of medians, a statement  {after.median / after.statements / looked_up:>8.2f}")
    print(f"  ratio after to before          {after.median / before.median:>8.2f}")


def _holdings() -> list[HoldingEntry]:
    from trueup.ledger import queries

    accounts = [account.id for account in queries.accounts(program=PROGRAM, limit=100_000)]
    return [block for of in queries.holdings_of(accounts).values() for block in of]


def _traced() -> Traced:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from trueup.resources.trace import issue_of_serial

    chance = random.Random(SEED)
    held = _holdings()
    counts: set[int] = set()
    times = []
    for _ in range(TRACED):
        block = chance.choice(held)
        number = chance.randint(block.first, block.last)
        begun = time.perf_counter()
        found = issue_of_serial(program=PROGRAM, lot=block.lot, number=number)
        times.append(time.perf_counter() - begun)
        if found is None:
            raise SystemExit(f"{block.lot.code} {number} leads nowhere")
        if len(counts) < 2 and len(times) % 50 == 1:
            with CaptureQueriesContext(connection) as captured:
                issue_of_serial(program=PROGRAM, lot=block.lot, number=number)
            counts.add(len(captured))
    (statements,) = counts
    return Traced(
        statements=statements,
        median=statistics.median(times),
        p99=statistics.quantiles(times, n=100)[98],
    )


def _looked_up() -> float:
    from trueup.resources.models import Document

    chance = random.Random(SEED)
    ids = list(Document.objects.values_list("id", flat=True))
    times = []
    for _ in range(TRACED):
        begun = time.perf_counter()
        Document.objects.get(id=chance.choice(ids))
        times.append(time.perf_counter() - begun)
    return statistics.median(times)


def _move(moves: int) -> None:
    """Move pieces of the issued blocks between general accounts, by the kernel's batches."""
    import uuid

    from trueup.ledger import services
    from trueup.ledger.entries import Instruction, Range

    chance = random.Random(SEED)
    held = _holdings()
    accounts = sorted({block.account for block in held})
    owner = {
        (block.lot_number, lo, min(lo + 2_499, block.last)): block.account
        for block in held
        for lo in range(block.first, block.last + 1, 2_500)
    }
    pieces = list(owner)
    done = 0
    while done < moves:
        batch = chance.sample(pieces, min(BATCH, moves - done, len(pieces)))
        instructions = []
        for piece in batch:
            source = owner[piece]
            owner[piece] = chance.choice([one for one in accounts if one != source])
            instructions.append(
                Instruction(
                    type="transfer",
                    source=source,
                    destination=owner[piece],
                    blocks=(Range(*piece),),
                    key=uuid.uuid4(),
                    actor="administrator",
                    submitted_at=MOVED,
                )
            )
        services.record(instructions, program=PROGRAM, recorded_at=MOVED)
        done += len(batch)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
