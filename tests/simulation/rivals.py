"""One of several processes that want the same serial numbers; started by the stress test.

    python -m tests.simulation.rivals --client 3 --seed 1 --seconds 4 [--blind]

Every request names the holder it has seen, as a web page would. `--blind` takes the
comparison out of the write, and reads outside the transaction: the mistake that the
audit or a constraint must find.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import sys
import time
import uuid
from collections import Counter
from datetime import UTC, datetime

import django
from django.db import IntegrityError, transaction

PROGRAM = "cpp-mass"
SERIALS = 20_000
ACCOUNTS = 12
WIDEST = 21
NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)


def prepare() -> None:
    """A lot of 20,000 allowances, dealt out to twelve general accounts."""
    from trueup.ledger import services
    from trueup.ledger.entries import AccountSpec, Instruction, Range
    from trueup.rules import programs
    from trueup.rules.serials import Lot

    specs = [AccountSpec(program=PROGRAM, kind="origination", name="reserve")]
    specs += [
        AccountSpec(program=PROGRAM, kind="general", name=f"rival {number}")
        for number in range(ACCOUNTS)
    ]
    reserve, *rivals = services.open_accounts(specs, opened_at=NOON)
    lot = Lot(jurisdiction="AL", year=2022)
    services.originate(
        program=PROGRAM,
        lot=lot,
        shares=[(reserve.id, SERIALS)],
        key=uuid.uuid4(),
        actor="administrator",
        recorded_at=NOON,
    )
    number = lot.number(programs.load(PROGRAM).number)
    services.record(
        [
            Instruction(
                type="allocate",
                source=reserve.id,
                destination=rivals[first // 100 % ACCOUNTS].id,
                blocks=(Range(number, first + 1, first + 100),),
                key=uuid.uuid4(),
                actor="administrator",
                submitted_at=NOON,
            )
            for first in range(0, SERIALS, 100)
        ],
        program=PROGRAM,
        recorded_at=NOON,
    )


class Rival:
    """Asks for random blocks of whoever holds them and gives them to somebody else."""

    def __init__(self, *, seed: int, blind: bool) -> None:
        from trueup.ledger import queries
        from trueup.rules import programs
        from trueup.rules.serials import Lot

        self.random = random.Random(seed)
        self.blind = blind
        self.counts: Counter[str] = Counter()
        self.lot = Lot(jurisdiction="AL", year=2022)
        self.number = self.lot.number(programs.load(PROGRAM).number)
        found = queries.accounts(program=PROGRAM, kind="general", limit=ACCOUNTS)
        self.accounts = [account.id for account in found]

    def ask(self) -> None:
        from trueup.ledger import queries
        from trueup.ledger.entries import Instruction, Range
        from trueup.rules.refusal import Refused

        first = self.random.randint(1, SERIALS // 20)
        last = min(first + self.random.randrange(WIDEST), SERIALS)
        holder = queries.holder_of(program=PROGRAM, lot=self.lot, number=first)
        if holder is None:
            raise ValueError(f"nobody holds {first}")
        others = [account for account in self.accounts if account != holder.id]
        instruction = Instruction(
            type="transfer",
            source=holder.id,
            destination=self.random.choice(others),
            blocks=(Range(self.number, first, last),),
            key=uuid.UUID(int=self.random.getrandbits(128), version=4),
            actor="person:1",
            submitted_at=NOON,
        )
        try:
            self.send(instruction)
            self.counts["recorded"] += 1
        except Refused:
            self.counts["refused"] += 1
        except IntegrityError:
            if not self.blind:
                raise
            self.counts["caught by a constraint"] += 1

    def send(self, instruction: object) -> None:
        from trueup.ledger import recordation, services
        from trueup.ledger.store import store

        if not self.blind:
            services.record([instruction], program=PROGRAM, recorded_at=NOON)  # type: ignore[list-item]
            return
        plan = recordation.decide(store(), [instruction], program=PROGRAM, recorded_at=NOON)  # type: ignore[list-item]
        recordation.refuse_whole(plan.outcomes)
        with transaction.atomic():
            store().write(plan)


def forget_the_comparison(client: int) -> None:
    """Write without looking whether the rows are still as they were read.

    On SQLite each client numbers its transactions apart: ids read outside the
    transaction would clash, and hide what is to be seen.
    """
    from trueup.ledger import store_postgresql, store_sqlite

    ids = itertools.count((client + 1) * 1_000_000)
    store_sqlite.SqliteStore.fresh_ids = lambda _, count: [next(ids) for _ in range(count)]  # type: ignore[method-assign]

    store_postgresql.COMPARISON = ""
    store_sqlite.CHANGE = """
UPDATE ledger_holding SET nxt = ?, account_id = ?, move_id = ?, tier = ?, reservation_id = ?
 WHERE lot_id = ? AND lo = ? AND (? IS NULL OR ? IS NULL OR ? IS NULL OR 1)
"""
    store_sqlite.COMPARISON = ""


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--client", type=int, required=True)
    arguments.add_argument("--seed", type=int, required=True)
    arguments.add_argument("--seconds", type=float, required=True)
    arguments.add_argument("--blind", action="store_true")
    given = arguments.parse_args()
    django.setup()
    if given.blind:
        forget_the_comparison(given.client)
    rival = Rival(seed=given.seed * 1000 + given.client, blind=given.blind)
    print("ready", flush=True)
    sys.stdin.readline()  # All begin together.
    until = time.monotonic() + given.seconds
    while time.monotonic() < until:
        rival.ask()
    print(json.dumps(rival.counts))


if __name__ == "__main__":
    main()
