"""One client process of the ledger benchmark: does one thing until the time is up.

    python -m benchmarks.client kernel --client 0 --seconds 2

It says `ready`, waits for a line, works, and prints how often it was done. The workload
is the ledger study's: cut 1,000 serial numbers out of a random place.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import django
from django.db import connection, transaction

from benchmarks.books import LOT_SIZE, LOTS, NOON, PROGRAM

WIDTH = 1000


class Work:
    """What a client can be asked to do; every method does it once."""

    def __init__(self, *, client: int, batch: int) -> None:
        from trueup.accounts import queries as accounts
        from trueup.ledger import queries
        from trueup.rules import programs
        from trueup.rules.serials import Lot

        self.random = random.Random(f"{client} {time.time_ns()}")
        self.batch = batch
        number = programs.load(PROGRAM).number
        self.lots = [Lot(jurisdiction=code, year=2022) for code in LOTS]
        self.numbers = [lot.number(number) for lot in self.lots]
        found = queries.accounts(program=PROGRAM, kind="general", limit=100_000)
        self.accounts = [account.id for account in found]
        self.account_numbers = {account.id: account.number for account in found}
        self.hot = self.accounts[0]
        self.person = accounts.find_people("Ana Ruiz")[0].id

    def instruction(self, destination: int | None = None) -> Any:
        """A transfer of 1,000 serial numbers by whoever holds them now."""
        return self.instructions(1, destination)[0]

    def instructions(self, wanted: int, destination: int | None = None) -> list[Any]:
        """Transfers out of random places; one statement finds who holds them."""
        from trueup.ledger.entries import Instruction, Range
        from trueup.ledger.store import store

        made: list[Any] = []
        while len(made) < wanted:
            ranges = [
                Range(self.random.choice(self.numbers), first, first + WIDTH - 1)
                for first in self.random.choices(range(1, LOT_SIZE - WIDTH), k=wanted - len(made))
            ]
            facts = store().read_facts(ranges, [], [], 0)
            for asked in ranges:
                row = facts.rows.overlapping(asked)[0]
                receiver = destination or self.random.choice(self.accounts)
                if row.nxt is None or row.account in (None, receiver) or row.lo >= asked.lo:
                    continue
                block = Range(asked.lot, asked.lo, min(asked.hi, row.nxt - 1))
                made.append(
                    Instruction(
                        type="transfer",
                        source=row.account,
                        destination=receiver,
                        blocks=(block,),
                        key=uuid.uuid4(),
                        actor="person:1",
                        submitted_at=NOON,
                    )
                )
        return made

    def select(self) -> int:
        """Django's floor: an empty transaction round `SELECT 1`."""
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        return 1

    def kernel(self) -> int:
        """One transfer through the kernel, the look for its holder included."""
        return self._record([self.instruction()])

    def hot_account(self) -> int:
        """As `kernel`, every transfer to one account."""
        return self._record([self.instruction(self.hot)])

    def batches(self) -> int:
        """Many transfers in one batch."""
        return self._record(self.instructions(self.batch))

    def service(self) -> int:
        """One transfer through the application service, its record and notices included."""
        from trueup.transfers import services

        asked = self.instruction()
        transfer = services.submit_transfer(
            program=PROGRAM,
            source=self.account_numbers[asked.source],
            destination=self.account_numbers[asked.destination],
            submitted_by=self.person,
            blocks=[block.block for block in asked.blocks],
            submitted_at=datetime.now(UTC),
            key=asked.key,
        )
        return 1 if transfer.state == "recorded" else 0

    def rows_without_logic(self) -> int:
        """The rows of a transfer out of the middle of a block, with no check of anything."""
        asked = self.instruction()
        block = asked.blocks[0]
        marker = "%s" if connection.vendor == "postgresql" else "?"
        tx = self.random.getrandbits(40) + 10**12
        at = "2021-06-01 16:00:00"
        key = asked.key.hex
        with transaction.atomic():
            run = connection.connection.execute
            lo, nxt, account, move, tier = run(
                self.sql("find", marker), (block.lot, block.lo)
            ).fetchone()
            run(self.sql("cut", marker), (block.lo, block.lot, lo))
            line = (tx, asked.source, asked.destination, block.quantity, key, key, at, at)
            run(self.sql("tx", marker), line)
            moved = (tx * 1_000_000, tx, block.lot, block.lo, block.hi)
            run(self.sql("move", marker), (*moved, account, asked.destination, move))
            row = (block.lot, block.lo, block.hi + 1, asked.destination, tx * 1_000_000, 1)
            run(self.sql("hold", marker), row)
            if block.hi + 1 < nxt:
                run(self.sql("hold", marker), (block.lot, block.hi + 1, nxt, account, move, tier))
        return 1

    @staticmethod
    def sql(name: str, marker: str) -> str:
        return {
            "find": "SELECT lo, nxt, account_id, move_id, tier FROM ledger_holding"
            " WHERE lot_id = ? AND lo < ? ORDER BY lo DESC LIMIT 1",
            "cut": "UPDATE ledger_holding SET nxt = ? WHERE lot_id = ? AND lo = ?",
            "tx": "INSERT INTO ledger_tx VALUES"
            " (?, 'transfer', '', '', 'x', ?, ?, ?, ?, ?, ?, ?, NULL)",
            "move": "INSERT INTO ledger_move VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)",
            "hold": "INSERT INTO ledger_holding VALUES (?, ?, ?, ?, ?, ?, NULL)",
        }[name].replace("?", marker)

    def _record(self, instructions: list[Any]) -> int:
        from trueup.ledger import services
        from trueup.rules.refusal import Refused

        done = services.record_each(instructions, program=PROGRAM, recorded_at=NOON)
        return sum(not isinstance(outcome, Refused) for outcome in done)


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("work", choices=[n for n in vars(Work) if not n.startswith("_")])
    arguments.add_argument("--client", type=int, required=True)
    arguments.add_argument("--seconds", type=float, required=True)
    arguments.add_argument("--batch", type=int, default=100)
    given = arguments.parse_args()
    django.setup()
    once: Callable[[], int] = getattr(Work(client=given.client, batch=given.batch), given.work)
    once()
    print("ready", flush=True)
    sys.stdin.readline()
    done = 0
    latencies = []
    begun = time.perf_counter()
    while (before := time.perf_counter()) - begun < given.seconds:
        done += once()
        latencies.append(time.perf_counter() - before)
    elapsed = time.perf_counter() - begun
    latencies.sort()
    slowest = latencies[int(len(latencies) * 0.99)] * 1000
    print(json.dumps({"done": done, "a_second": done / elapsed, "p99_ms": slowest}))


if __name__ == "__main__":
    main()
