"""The kernel on SQLite: the same parts, one statement after another.

Django begins every transaction with BEGIN IMMEDIATE here, so nobody else writes between
the read and the write. The comparison is made all the same: code that reads outside
the transaction, or another setting, must not pass unseen.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db import OperationalError, connection

from trueup.ledger.entries import ClaimEntry, Range
from trueup.ledger.plan import Facts, Plan
from trueup.ledger.store import FactRow, Store, claims_by_account, collect, transactions_json

READ_HOLDINGS = """
WITH r (lot, lo, hi) AS MATERIALIZED (
    SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))
SELECT 'h', h.lot_id, h.lo, h.nxt, h.account_id, h.move_id, h.tier, h.reservation_id, NULL, NULL
  FROM r CROSS JOIN ledger_holding h
 WHERE h.lot_id = r.lot AND h.lo <= r.hi AND h.lo >= (
    SELECT max(p.lo) FROM ledger_holding p WHERE p.lot_id = r.lot AND p.lo <= r.lo)
"""
READ_ACCOUNTS = """
SELECT 'a', id, NULL, NULL, NULL, NULL, NULL, NULL, number || ' ' || kind || ' ' || stopped, state
  FROM ledger_account WHERE id IN (SELECT value FROM json_each(?))
"""
READ_KEYS = """
SELECT 'k', id, quantity, CAST(strftime('%s', recorded_at) AS integer) * 1000000
           + coalesce(CAST(substr(recorded_at, 21, 6) AS integer), 0),
       NULL, NULL, NULL, NULL, "key", fingerprint
  FROM ledger_tx WHERE "key" IN (SELECT value FROM json_each(?))
"""
READ_CLAIMED = """
SELECT 'c', account_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM ledger_claim
 WHERE account_id IN (SELECT value FROM json_each(?)) AND withdrawn_at IS NULL AND taken < owed
"""
COMPARISON = "AND nxt IS ? AND move_id IS ? AND reservation_id IS ?"
CHANGE = """
UPDATE ledger_holding SET nxt = ?, account_id = ?, move_id = ?, tier = ?, reservation_id = ?
 WHERE lot_id = ? AND lo = ? {comparison}
"""
INSERT_TRANSACTIONS = """
INSERT INTO ledger_tx (id, type, ground, cite, actor, source_id, destination_id, quantity,
                       "key", fingerprint, submitted_at, recorded_at, mends_id)
SELECT value ->> 'id', value ->> 'type', value ->> 'ground', value ->> 'cite', value ->> 'actor',
       value ->> 'source_id', value ->> 'destination_id', value ->> 'quantity', value ->> 'key',
       value ->> 'fingerprint', value ->> 'submitted_at', value ->> 'recorded_at',
       value ->> 'mends_id'
  FROM json_each(?)
"""
INSERT_MOVES = """
INSERT INTO ledger_move (id, tx_id, lot_id, lo, hi, from_id, to_id, prev_id, tier)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
INSERT_HOLDINGS = """
INSERT INTO ledger_holding (lot_id, lo, nxt, account_id, move_id, tier, reservation_id)
VALUES (?, ?, ?, ?, ?, ?, ?)
"""
TAKE = "UPDATE ledger_claim SET taken = ? WHERE id = ?"
CLAIMS = """
SELECT id, account_id, destination_id, owed, taken, vintage_max, barred, ground, placed_at
  FROM ledger_claim
 WHERE account_id IN (SELECT value FROM json_each(?)) AND withdrawn_at IS NULL AND taken < owed
 ORDER BY id
"""


class SqliteStore(Store):
    """Read, compare and write as the only writer."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self._database: sqlite3.Connection = connection.connection
        self._last_id = 0

    def read_facts(
        self,
        ranges: Sequence[Range],
        accounts: Sequence[int],
        keys: Sequence[UUID],
        ids: int,
    ) -> Facts:
        with connection.wrap_database_errors:
            facts = collect(self._facts(ranges, accounts, keys))
        facts.ids = self.fresh_ids(ids)
        return facts

    def _facts(
        self, ranges: Sequence[Range], accounts: Sequence[int], keys: Sequence[UUID]
    ) -> Iterator[FactRow]:
        wanted = json.dumps(accounts)
        yield from self._database.execute(READ_HOLDINGS, [json.dumps(ranges)])
        yield from self._database.execute(READ_ACCOUNTS, [wanted])
        yield from self._database.execute(READ_KEYS, [json.dumps([key.hex for key in keys])])
        yield from self._database.execute(READ_CLAIMED, [wanted])

    def fresh_ids(self, count: int) -> list[int]:
        (newest,) = self._database.execute("SELECT max(id) FROM ledger_tx").fetchone()
        first = max(newest or 0, self._last_id) + 1
        self._last_id = first + count - 1
        return list(range(first, first + count))

    def write(self, plan: Plan) -> bool:
        with connection.wrap_database_errors:
            # The journal first: between a change of holdings and its new rows the chain's
            # deferred keys are open, and SQLite then looks for the children of every row
            # that it inserts, of a transaction through all moves there ever were.
            if plan.transactions:
                self._database.execute(INSERT_TRANSACTIONS, [transactions_json(plan.transactions)])
                self._database.executemany(INSERT_MOVES, plan.moves)
            self._change(plan)
            self._database.executemany(
                INSERT_HOLDINGS,
                [
                    (lot, row.lo, row.nxt, row.account, row.move, row.tier, row.reservation)
                    for lot, row in plan.rows.new()
                ],
            )
            self._database.executemany(TAKE, [(t, c) for c, t in plan.claims_taken.items()])
        return True

    def _change(self, plan: Plan) -> None:
        changed = [
            (row.nxt, row.account, row.move, row.tier, row.reservation, lot, row.lo)
            + (row.was or (None, None, None))
            for lot, row in plan.rows.changed()
        ]
        if not changed:
            return
        cursor = self._database.executemany(CHANGE.format(comparison=COMPARISON), changed)
        if cursor.rowcount != len(changed):
            raise OperationalError("a holding changed between the read and the write")

    def lock_claims(self, accounts: Sequence[int]) -> dict[int, list[ClaimEntry]]:
        rows = self._database.execute(CLAIMS, [json.dumps(accounts)])
        return claims_by_account((*row[:8], _aware(row[8])) for row in rows)

    def open_lot(self, lot: int, program: int, code: str) -> int:
        find = "SELECT next_serial FROM ledger_lot WHERE id = ?"
        with connection.wrap_database_errors:
            row = self._database.execute(find, [lot]).fetchone()
            if row is None:
                self._database.execute(
                    "INSERT INTO ledger_lot (id, program_id, code) VALUES (?, ?, ?)",
                    [lot, program, code],
                )
                self._database.execute(
                    "INSERT INTO ledger_holding (lot_id, lo) VALUES (?, 1)", [lot]
                )
                row = self._database.execute(find, [lot]).fetchone()
        return int(row[0])


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo is not None else at.replace(tzinfo=UTC)
