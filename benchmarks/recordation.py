"""June 1: a nation's allowances of three vintages recorded, against a bare INSERT of its rows.

    python tools/postgres.py --durable -- python -m benchmarks.recordation
    python -m benchmarks.recordation                      (SQLite, in a temporary folder)

Every jurisdiction of Table 1 with its printed budgets, and made-up units that share them by
historical generation: budgets are originated into reserves and set-asides, the formula is
computed, and each unit's allowances are recorded, in one transaction as an official does
it. The second figure is an INSERT of the same rows into tables without keys or checks.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import django

from benchmarks.true_up import databases

if TYPE_CHECKING:
    from trueup.allocation.entries import GenerationRow

PROGRAM = "cpp-mass"
PERIOD = "2022-2024"
REGISTERED = datetime(2021, 5, 3, 14, 0, tzinfo=UTC)
RECORDED = datetime(2021, 6, 1, 14, 0, tzinfo=UTC)
UNITS_A_FACILITY = 2
BASELINE = (2010, 2011, 2012)
SEED = 62_16325


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--units", type=int, default=3_000)
    arguments.add_argument("--rounds", type=int, default=3)
    given = arguments.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trueup.config.settings")
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as (url, _):
        os.environ["DATABASE_URL"] = url
        django.setup()
        from django.core.management import call_command
        from django.db import connection

        call_command("migrate", verbosity=0)
        say(f"registering {given.units:,} units in every jurisdiction")
        compare(register(given.units), given.units, rounds=given.rounds)
        connection.close()


def compare(generation: list[GenerationRow], units: int, *, rounds: int) -> None:
    """Record and insert bare, each time from the same state; print medians and their ratio."""
    from django.db import transaction

    runs, bares, rows, quantity = [], [], 0, 0
    for number in range(rounds):
        say(f"round {number + 1} of {rounds}")
        with transaction.atomic():
            seconds, bare, rows, quantity = _round(generation)
            if number + 1 < rounds:
                transaction.set_rollback(True)
        runs.append(seconds)
        bares.append(bare)
    one, other = statistics.median(runs), statistics.median(bares)
    print(f"\n{quantity:,} allowances of three vintages recorded for {units:,} units")
    print(f"  recordation, whole             {one:>8.2f} s")
    print(f"  bare INSERT of {rows:>9,} rows  {other:>8.2f} s")
    print(f"  ratio                          {one / other:>8.2f}")


def _round(generation: list[GenerationRow]) -> tuple[float, float, int, int]:
    from benchmarks.bare import highest, insert_bare
    from trueup.allocation import services
    from trueup.allocation.models import AllocationRecord, AllocationRun, BudgetPart
    from trueup.audit.models import Decision, Event
    from trueup.ledger import queries as ledger
    from trueup.ledger.models import Move, Transaction
    from trueup.rules import programs

    before = highest(
        (Transaction, Move, AllocationRun, AllocationRecord, BudgetPart, Decision, Event)
    )
    begun = time.perf_counter()
    services.allocate_by_formula(
        program=PROGRAM,
        period=programs.load(PROGRAM).period_named(PERIOD),
        generation=generation,
        recorded_at=RECORDED,
        idle=(),
    )
    seconds = time.perf_counter() - begun
    bare, rows = insert_bare(before)
    quantity = sum(total.quantity for total in ledger.lot_totals(PROGRAM))
    return seconds, bare, rows, quantity


def register(units: int) -> list[GenerationRow]:
    """Made-up facilities of two units in every jurisdiction, and what they generated."""
    from trueup.accounts import services as accounts
    from trueup.accounts.entries import FacilitySpec, NamingSpec, UnitSpec
    from trueup.allocation.entries import GenerationRow
    from trueup.rules import programs

    places = list(programs.load(PROGRAM).jurisdictions)
    entries = accounts.register_facilities(
        [
            FacilitySpec(
                oris_code=90_000 + number,
                name=f"Plant {number}",
                jurisdiction=places[number % len(places)],
                units=tuple(
                    UnitSpec(unit_id=str(unit + 1), unit_type="steam", fuel="coal")
                    for unit in range(UNITS_A_FACILITY)
                ),
            )
            for number in range(units // UNITS_A_FACILITY)
        ],
        program=PROGRAM,
        registered_at=REGISTERED,
    )
    person = accounts.register_person(
        name="Ana Ruiz", email="ana@benchmark.example", registered_at=REGISTERED
    )
    opened = accounts.name_designated_representatives(
        [NamingSpec(facility=entry.id, primary=person.id) for entry in entries],
        program=PROGRAM,
        at=REGISTERED,
    )
    chance = random.Random(SEED)
    return [
        GenerationRow(
            account=opened[entry.id][0].number,
            unit=str(unit + 1),
            annual_mwh={year: Decimal(chance.randint(10_000, 9_000_000)) for year in BASELINE},
        )
        for entry in entries
        for unit in range(UNITS_A_FACILITY)
    ]


def say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
