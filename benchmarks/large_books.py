"""A registry of a size that no program has had yet, made through the services in minutes.

    python -m benchmarks.large_books [--accounts 5000] [--moves 1000000]

Accounts, people, allowances, emissions and the settlement come from the contexts' services,
and every move from the kernel's batches, so all checks and constraints have held. Only the
rows that say who asked for a recorded transfer are written beside them, in bulk: asking
through the service once for each would take an hour.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

PROGRAM = "cpp-mass"
BEGUN = datetime(2021, 6, 1, 14, 0, tzinfo=UTC)
TRADED_UNTIL = datetime(2025, 4, 30, 20, 0, tzinfo=UTC)
REPORTED = datetime(2025, 2, 3, 16, 0, tzinfo=UTC)
SETTLED = datetime(2025, 5, 19, 16, 0, tzinfo=UTC)
PERIOD = "2022-2024"
VINTAGES = (2022, 2023, 2024, 2025)
ALLOCATED = 1_000_000
A_BATCH = 500
BLOCKS_MAX = 7
FLEET = 60
ASKED_FOR = 100_000
TASKS = 20_000


@dataclass(slots=True)
class Held:
    """What every account holds, as the builder keeps it, to choose from."""

    chance: random.Random
    blocks: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)

    def take(self, account: int, count: int) -> list[tuple[int, int, int]]:
        """Some blocks of an account: of a large one the lower half."""
        mine = self.blocks[account]
        taken = []
        for _ in range(min(count, len(mine))):
            place = self.chance.randrange(len(mine))
            lot, lo, hi = mine[place]
            mine[place] = mine[-1]
            mine.pop()
            if hi - lo > 50:
                middle = lo + (hi - lo) // 2
                mine.append((lot, middle + 1, hi))
                hi = middle
            taken.append((lot, lo, hi))
        return taken

    def give(self, account: int, blocks: list[tuple[int, int, int]]) -> None:
        self.blocks.setdefault(account, []).extend(blocks)


@dataclass(slots=True)
class Builder:
    """Makes the books."""

    accounts: int
    moves: int
    chance: random.Random = field(default_factory=lambda: random.Random(62_16325))
    plants: list[int] = field(default_factory=list)
    facilities: list[int] = field(default_factory=list)
    traders: list[int] = field(default_factory=list)
    representative: dict[int, int] = field(default_factory=dict)
    numbers: dict[int, str] = field(default_factory=dict)
    held: Held = field(init=False)
    asked_for: int = 0

    def __post_init__(self) -> None:
        self.held = Held(chance=self.chance)

    def build(self) -> None:
        from django.db import connection

        for what, act in (
            ("accounts and people", self._open),
            ("allowances", self._allocate),
            ("moves", self._trade),
            ("emissions", self._report),
            ("the settlement", self._settle),
            ("tasks", self._ask),
        ):
            begun = time.monotonic()
            act()
            say(f"{what}: {time.monotonic() - begun:.0f} s")
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

    def _open(self) -> None:
        from trueup.accounts import services
        from trueup.accounts.entries import (
            FacilitySpec,
            GeneralAccountSpec,
            NamingSpec,
            PersonSpec,
            UnitSpec,
        )

        states = self._states()
        plants = self.accounts * 3 // 10
        people = [
            one.id
            for one in services.register_people(
                [
                    PersonSpec(name=f"Person {n:05}", email=f"p{n}@benchmark.example")
                    for n in range(self.accounts // 4)
                ],
                registered_at=BEGUN,
            )
        ]
        entries = services.register_facilities(
            [
                FacilitySpec(
                    oris_code=70_000 + n,
                    name=f"Plant {n:05}",
                    jurisdiction=states[n % len(states)],
                    units=tuple(UnitSpec(unit_id=str(unit + 1)) for unit in range(1 + n % 4)),
                )
                for n in range(plants)
            ],
            program=PROGRAM,
            registered_at=BEGUN,
        )
        who = [people[0] if n < FLEET else people[n % len(people)] for n in range(plants)]
        named = services.name_designated_representatives(
            [
                NamingSpec(facility=one.id, primary=person)
                for one, person in zip(entries, who, strict=True)
            ],
            program=PROGRAM,
            at=BEGUN,
        )
        self.facilities = [one.id for one in entries]
        opened = [named[one.id][0] for one in entries]
        general = services.open_general_accounts(
            [
                GeneralAccountSpec(name=f"Trader {n:05}", representative=people[n % len(people)])
                for n in range(self.accounts - plants)
            ],
            program=PROGRAM,
            at=BEGUN,
        )
        self.plants, self.traders = [one.id for one in opened], [one.id for one in general]
        self.numbers = {one.id: one.number for one in (*opened, *general)}
        self.representative = dict(zip(self.plants, who, strict=True)) | {
            account: people[n % len(people)] for n, account in enumerate(self.traders)
        }

    def _states(self) -> list[str]:
        from trueup.rules import programs

        return list(programs.load(PROGRAM).jurisdictions)

    def _allocate(self) -> None:
        """Lots of each State and vintage, dealt out to the State's plants."""
        from trueup.ledger import services
        from trueup.ledger.entries import Instruction, Range
        from trueup.rules import programs
        from trueup.rules.serials import Lot

        number = programs.load(PROGRAM).number
        states = self._states()
        for place, state in enumerate(states):
            mine = self.plants[place :: len(states)]
            if not mine:
                continue
            reserve = services.open_account(
                program=PROGRAM,
                kind="origination",
                name=f"{state} reserve",
                opened_at=BEGUN,
                jurisdiction=state,
                purpose="reserve",
            ).id
            for vintage in VINTAGES:
                lot = Lot(jurisdiction=state, year=vintage)
                services.originate(
                    program=PROGRAM,
                    lot=lot,
                    shares=[(reserve, ALLOCATED * len(mine))],
                    key=self._key(),
                    actor="administrator",
                    recorded_at=BEGUN,
                )
                blocks = [
                    (lot.number(number), n * ALLOCATED + 1, (n + 1) * ALLOCATED)
                    for n in range(len(mine))
                ]
                services.record(
                    [
                        Instruction(
                            type="allocate",
                            source=reserve,
                            destination=account,
                            blocks=(Range(*block),),
                            key=self._key(),
                            actor="administrator",
                            submitted_at=BEGUN,
                        )
                        for account, block in zip(mine, blocks, strict=True)
                    ],
                    program=PROGRAM,
                    recorded_at=BEGUN,
                )
                for account, block in zip(mine, blocks, strict=True):
                    self.held.give(account, [block])

    def _trade(self) -> None:
        """Transfers of a few blocks each between all accounts, until there are enough moves."""
        begun, done, batches = time.monotonic(), 0, self.moves // (A_BATCH * 4)
        for number in range(10 * batches):
            at = BEGUN + (TRADED_UNTIL - BEGUN) * min(number / batches, 1)
            done += self._batch(at + timedelta(microseconds=number))
            if number % 20 == 0:
                rate = done / (time.monotonic() - begun)
                say(f"  {done:,} of {self.moves:,} moves, {rate:,.0f} a second")
            if done >= self.moves:
                return

    def _batch(self, at: datetime) -> int:
        from trueup.ledger import services
        from trueup.ledger.entries import Instruction, Range

        sources = self._sources()
        instructions, given = [], []
        for source in sources:
            blocks = self.held.take(source, 1 + self.chance.randrange(BLOCKS_MAX))
            destination = self._destination(source)
            given.append((destination, blocks))
            instructions.append(
                Instruction(
                    type="transfer",
                    source=source,
                    destination=destination,
                    blocks=tuple(Range(*block) for block in blocks),
                    key=self._key(),
                    actor=f"person:{self.representative[source]}",
                    submitted_at=at,
                )
            )
        # What was received in this batch moves on in a later one.
        receipts = services.record(instructions, program=PROGRAM, recorded_at=at)
        for destination, blocks in given:
            self.held.give(destination, blocks)
        if self.asked_for < ASKED_FOR:
            self._say_who_asked(instructions, [one.tx for one in receipts], at)
        return sum(len(one.blocks) for one in instructions)

    def _sources(self) -> list[int]:
        having = [account for account, blocks in self.held.blocks.items() if blocks]
        return self.chance.sample(having, min(A_BATCH, len(having)))

    def _destination(self, source: int) -> int:
        """A tenth of the accounts gets half of what is traded."""
        everyone = self.traders + self.plants
        few = everyone[::10]
        while True:
            found = self.chance.choice(few if self.chance.random() < 0.5 else everyone)
            if found != source:
                return found

    def _say_who_asked(self, instructions: list, txs: list[int], at: datetime) -> None:
        """The transfers behind recorded transactions, as their service would have kept them."""
        from trueup.audit.statements import insert_many
        from trueup.transfers.models import Transfer

        insert_many(
            Transfer,
            [
                {
                    "key": one.key,
                    "program": PROGRAM,
                    "kind": "transfer",
                    "state": "recorded",
                    "source_id": one.source,
                    "source_number": self.numbers[one.source],
                    "destination_id": one.destination,
                    "destination_number": self.numbers[one.destination],
                    "submitted_by_id": self.representative[one.source],
                    "principal_id": self.representative[one.source],
                    "role": "primary",
                    "submitted_at": at,
                    "received_at": at,
                    "recorded_at": at,
                    "tx_id": tx,
                    "quantity": sum(block.hi - block.lo + 1 for block in one.blocks),
                    "blocks": [],
                    "waits": [],
                    "is_late": False,
                    "reasons": [],
                    "ended_by": "",
                    "ended_ground": "",
                    "reference": "",
                    "note": "",
                    "reason": "",
                    "beneficiary": "",
                    "fingerprint": "0" * 32,
                }
                for one, tx in zip(instructions, txs, strict=True)
            ],
        )
        self.asked_for += len(instructions)

    def _report(self) -> None:
        from trueup.accounts import queries
        from trueup.emissions import services
        from trueup.emissions.entries import AnnualReport

        units = queries.units_of(self.facilities)
        services.report_annual(
            [
                AnnualReport(
                    facility=facility,
                    unit=unit.unit_id,
                    year=year,
                    co2_tons=Decimal(self.chance.randrange(1, 400_000)),
                )
                for facility, found in units.items()
                for unit in found
                for year in (2022, 2023, 2024)
            ],
            program=PROGRAM,
            actor="administrator",
            recorded_at=REPORTED,
            is_final=True,
        )

    def _settle(self) -> None:
        from trueup.compliance import services
        from trueup.rules import programs

        services.run_deductions(
            program=PROGRAM,
            period=programs.load(PROGRAM).period_named(PERIOD),
            recorded_at=SETTLED,
        )

    def _ask(self) -> None:
        """Open tasks of officials and of the accounts' people."""
        from trueup.tasks import services
        from trueup.tasks.entries import TaskSpec

        functions = ("originate", "allocate", "settle", "review_applications", "correct")
        everyone = self.traders + self.plants
        specs = [
            TaskSpec(
                kind=f"kind_{n % 12}",
                program=PROGRAM,
                subject=f"subject:{n}",
                title=f"Task {n}",
                opened_at=SETTLED,
                due_on=date(2026, 1, 1) + timedelta(days=self.chance.randrange(700)),
                **(
                    {"function": self.chance.choice(functions)}
                    if n % 2
                    else {"account": self.chance.choice(everyone), "submission": "transfers"}
                ),
            )
            for n in range(TASKS)
        ]
        for start in range(0, TASKS, 2000):
            services.open_tasks(specs[start : start + 2000])

    def _key(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    import django
    from django.core.management import call_command

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=5_000)
    parser.add_argument("--moves", type=int, default=1_000_000)
    given = parser.parse_args()
    django.setup()
    call_command("migrate", verbosity=0)
    Builder(accounts=given.accounts, moves=given.moves).build()


if __name__ == "__main__":
    main()
