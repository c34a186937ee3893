"""Reading what a batch concerns, and writing what was planned.

Three things differ between the engines, and nothing else: how a table of parameters is
passed (`unnest` or `json_each`), where fresh ids come from, and that PostgreSQL locks
rows (SQLite has one writer at a time). The statements are written by hand: through the
ORM a transfer takes five to fourteen times as long.

Every write compares the rows with what was read. A row that has changed meanwhile
means that nothing is written and the batch is planned again: `write` answers False.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from trueup.ledger.checks import AccountFact
from trueup.ledger.entries import ClaimEntry, Instruction, Range
from trueup.ledger.plan import DoneBefore, Facts, Plan, PlannedTransaction
from trueup.ledger.rows import Row, Rows

# What a fact is, then at most seven numbers and two texts; see READ in both stores.
FactRow = tuple[Any, ...]


class Store(ABC):
    """The kernel's way to one engine."""

    @abstractmethod
    def read_facts(
        self,
        ranges: Sequence[Range],
        accounts: Sequence[int],
        keys: Sequence[UUID],
        ids: int,
    ) -> Facts:
        """Read everything that decides a batch, in a constant number of statements."""

    @abstractmethod
    def fresh_ids(self, count: int) -> list[int]:
        """Numbers for further transactions."""

    @abstractmethod
    def write(self, plan: Plan) -> bool:
        """Write the plan if every row is still as it was read; else write nothing."""

    @abstractmethod
    def lock_claims(self, accounts: Sequence[int]) -> dict[int, list[ClaimEntry]]:
        """Open claims on accounts, kept from others until the transaction ends."""

    @abstractmethod
    def open_lot(self, lot: int, program: int, code: str) -> int:
        """Make the lot if it is new; keep others from extending it; its next number."""


def store() -> Store:
    """The store of the database that is configured."""
    if connection.vendor == "postgresql":
        from trueup.ledger.store_postgresql import PostgresqlStore

        return PostgresqlStore()
    from trueup.ledger.store_sqlite import SqliteStore

    return SqliteStore()


def concerned(
    instructions: Iterable[Instruction],
) -> tuple[list[Range], list[int], list[UUID]]:
    """The ranges, accounts and keys that a batch names, each once."""
    ranges: dict[Range, None] = {}
    accounts: dict[int, None] = {}
    keys: dict[UUID, None] = {}
    for instruction in instructions:
        for block in instruction.blocks:
            if 1 <= block.lo <= block.hi:
                ranges[block] = None
        if instruction.source is not None:
            accounts[instruction.source] = None
        accounts[instruction.destination] = None
        keys[instruction.key] = None
    return list(ranges), list(accounts), list(keys)


def collect(rows: Iterable[FactRow]) -> Facts:
    """Sort what was read by what it is."""
    facts = Facts(rows=Rows({}))
    holdings: dict[int, dict[int, Row]] = {}
    for tag, a, b, c, d, e, f, g, text, other in rows:
        if tag == "h":
            holdings.setdefault(a, {})[b] = Row(b, c, d, e, f, g, was=(c, e, g))
        elif tag == "a":
            number, kind, *stopped = text.split()
            facts.accounts[a] = AccountFact(a, number, kind, other, tuple(stopped))
        elif tag == "k":
            recorded_at = datetime.fromtimestamp(c / 1_000_000, tz=UTC)
            facts.done[UUID(text)] = DoneBefore(a, b, other, recorded_at)
        elif tag == "c":
            facts.claims[a] = []
        else:
            facts.ids.append(a)
    facts.rows = Rows({lot: [rows[lo] for lo in sorted(rows)] for lot, rows in holdings.items()})
    return facts


def claims_by_account(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[ClaimEntry]]:
    """Claims in the order in which they were placed, by account."""
    claims: dict[int, list[ClaimEntry]] = {}
    for identity, account, destination, owed, taken, vintage_max, barred, ground, placed_at in rows:
        entry = ClaimEntry(
            id=identity,
            account=account,
            destination=destination,
            owed=owed,
            taken=taken,
            vintage_max=vintage_max,
            ground=ground,
            placed_at=placed_at,
            barred=frozenset(barred.split()),
        )
        claims.setdefault(account, []).append(entry)
    return claims


def transactions_json(transactions: Iterable[PlannedTransaction]) -> str:
    """The journal's lines as one JSON text, which both engines read as a table."""
    return json.dumps(
        [
            {
                "id": planned.id,
                "type": planned.instruction.type,
                "ground": planned.instruction.ground,
                "cite": planned.instruction.cite,
                "actor": planned.instruction.actor,
                "source_id": planned.instruction.source,
                "destination_id": planned.instruction.destination,
                "quantity": planned.quantity,
                "key": planned.instruction.key.hex,
                "fingerprint": planned.fingerprint,
                "submitted_at": stamp(planned.instruction.submitted_at),
                "recorded_at": stamp(planned.recorded_at),
                "mends_id": planned.instruction.mends,
            }
            for planned in transactions
        ]
    )


def stamp(at: datetime) -> str:
    """An instant in UTC, written as Django writes it, so that SQLite finds equal ones equal."""
    return str(at.astimezone(UTC).replace(tzinfo=None))
