"""The kernel on PostgreSQL: one statement reads the facts, one writes the plan.

The statements are prepared by the server. They go through a plain psycopg cursor on
Django's connection, inside Django's transaction: Django's own cursors put the values
into the text, which costs half of the throughput here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from trueup.ledger.checks import AccountFact
from trueup.ledger.entries import ClaimEntry, Range
from trueup.ledger.plan import Facts, Plan
from trueup.ledger.store import Store, claims_by_account, collect, transactions_json

READ = """
SELECT 'h', h.lot_id, h.lo, h.nxt, h.account_id, h.move_id, h.tier::bigint, h.reservation_id,
       NULL, NULL
  FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS r (lot, lo, hi)
  CROSS JOIN LATERAL (
    (SELECT * FROM ledger_holding WHERE lot_id = r.lot AND lo <= r.lo ORDER BY lo DESC LIMIT 1)
    UNION ALL
    SELECT * FROM ledger_holding WHERE lot_id = r.lot AND lo > r.lo AND lo <= r.hi) AS h
UNION ALL
SELECT 'a', id, NULL, NULL, NULL, NULL, NULL, NULL, number || ' ' || kind || ' ' || stopped, state
  FROM ledger_account WHERE id = ANY (%s::bigint[])
UNION ALL
SELECT 'k', id, quantity, (extract(epoch FROM recorded_at) * 1000000)::bigint,
       NULL, NULL, NULL, NULL, key::text, fingerprint
  FROM ledger_tx WHERE key = ANY (%s::uuid[])
UNION ALL
SELECT 'c', account_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM ledger_claim
 WHERE account_id = ANY (%s::bigint[]) AND withdrawn_at IS NULL AND taken < owed
UNION ALL
SELECT 'i', nextval('ledger_tx_number'), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM generate_series(1, %s)
"""

# The comparison: a row that is no longer as it was read is not locked, and the gate `g`
# stays shut. The same holds for an account `a` that was frozen, closed or stopped in
# between: whoever does that locks its row FOR UPDATE, which excludes FOR KEY SHARE (the
# lock that the foreign keys of the journal take anyway). Locks are taken in one order, so
# that two batches cannot wait for each other. Rows are shortened before the pieces are
# inserted, because (lot_id, nxt) is unique at every moment.
COMPARISON = """
       AND h.nxt IS NOT DISTINCT FROM r.was_nxt AND h.move_id IS NOT DISTINCT FROM r.was_move
       AND h.reservation_id IS NOT DISTINCT FROM r.was_reservation"""
WRITE = """
WITH r AS MATERIALIZED (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                         %s::bigint[], %s::bigint[], %s::bigint[], %s::smallint[], %s::bigint[])
        AS r (lot, lo, was_nxt, was_move, was_reservation, nxt, account, move, tier, reservation)
), l AS MATERIALIZED (
    SELECT h.lot_id FROM r JOIN ledger_holding h ON h.lot_id = r.lot AND h.lo = r.lo {comparison}
     ORDER BY h.lot_id, h.lo FOR NO KEY UPDATE OF h
), a AS MATERIALIZED (
    SELECT x.id FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS s (id, state, stopped)
      JOIN ledger_account x ON x.id = s.id AND x.state = s.state AND x.stopped = s.stopped
     ORDER BY x.id FOR KEY SHARE OF x
), g AS MATERIALIZED (
    SELECT 1 FROM (SELECT count(*) AS rows FROM l) AS locked WHERE rows = %s
       AND (SELECT count(*) FROM a) = %s
), u AS (
    UPDATE ledger_holding h
       SET nxt = r.nxt, account_id = r.account, move_id = r.move, tier = r.tier,
           reservation_id = r.reservation
      FROM r, g WHERE h.lot_id = r.lot AND h.lo = r.lo
    RETURNING 1
), done AS MATERIALIZED (
    SELECT count(*) AS rows FROM u
), t AS (
    INSERT INTO ledger_tx (id, type, ground, cite, actor, source_id, destination_id, quantity,
                           key, fingerprint, submitted_at, recorded_at, mends_id)
    SELECT t.id, t.type, t.ground, t.cite, t.actor, t.source_id, t.destination_id, t.quantity,
           t.key, t.fingerprint, t.submitted_at AT TIME ZONE 'UTC',
           t.recorded_at AT TIME ZONE 'UTC', t.mends_id
      FROM json_to_recordset(%s::json) AS t (
        id bigint, type text, ground text, cite text, actor text, source_id bigint,
        destination_id bigint, quantity bigint, key uuid, fingerprint text,
        submitted_at timestamp, recorded_at timestamp, mends_id bigint), g
), m AS (
    INSERT INTO ledger_move (id, tx_id, lot_id, lo, hi, from_id, to_id, prev_id, tier)
    SELECT m.* FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                           %s::bigint[], %s::bigint[], %s::bigint[], %s::smallint[]) AS m, g
), n AS (
    INSERT INTO ledger_holding (lot_id, lo, nxt, account_id, move_id, tier, reservation_id)
    SELECT n.* FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
                           %s::smallint[], %s::bigint[]) AS n, g, done
     WHERE done.rows >= 0
)
SELECT count(*) FROM g
"""

CLAIMS = """
SELECT id, account_id, destination_id, owed, taken, vintage_max, barred, ground, placed_at
  FROM ledger_claim
 WHERE account_id = ANY (%s::bigint[]) AND withdrawn_at IS NULL AND taken < owed
 ORDER BY id FOR UPDATE
"""
TAKE = """
UPDATE ledger_claim c SET taken = r.taken
  FROM unnest(%s::bigint[], %s::bigint[]) AS r (id, taken) WHERE c.id = r.id
"""
NEW_LOT = """
WITH lot AS (
    INSERT INTO ledger_lot (id, program_id, code) VALUES (%s, %s, %s)
    ON CONFLICT DO NOTHING RETURNING id)
INSERT INTO ledger_holding (lot_id, lo) SELECT id, 1 FROM lot
"""


class PostgresqlStore(Store):
    """Read, compare and write with prepared statements."""

    def __init__(self) -> None:
        connection.ensure_connection()
        self._cursor: psycopg.Cursor[tuple[Any, ...]] = psycopg.Cursor(connection.connection)

    def read_facts(
        self,
        ranges: Sequence[Range],
        accounts: Sequence[int],
        keys: Sequence[UUID],
        ids: int,
    ) -> Facts:
        wanted = _array(accounts)
        parameters = [*_columns(ranges, 3), wanted, _texts(keys), wanted, ids]
        return collect(self._run(READ, parameters))

    def fresh_ids(self, count: int) -> list[int]:
        rows = self._run("SELECT nextval('ledger_tx_number') FROM generate_series(1, %s)", [count])
        return [row[0] for row in rows]

    def write(self, plan: Plan) -> bool:
        changed = [
            (
                lot,
                row.lo,
                *(row.was or ()),
                row.nxt,
                row.account,
                row.move,
                row.tier,
                row.reservation,
            )
            for lot, row in plan.rows.changed()
        ]
        new = [
            (lot, row.lo, row.nxt, row.account, row.move, row.tier, row.reservation)
            for lot, row in plan.rows.new()
        ]
        parameters: list[object] = [
            *_columns(changed, 10),
            *_parties(plan.parties.values()),
            len(changed),
            len(plan.parties),
            transactions_json(plan.transactions),
            *_columns(plan.moves, 9),
            *_columns(new, 7),
        ]
        written = self._run(WRITE.format(comparison=COMPARISON), parameters)
        if written[0][0] != 1:
            return False
        if plan.claims_taken:
            with connection.wrap_database_errors:
                self._cursor.execute(TAKE, _columns(list(plan.claims_taken.items()), 2))
        return True

    def lock_claims(self, accounts: Sequence[int]) -> dict[int, list[ClaimEntry]]:
        return claims_by_account(self._run(CLAIMS, [_array(accounts)]))

    def open_lot(self, lot: int, program: int, code: str) -> int:
        with connection.wrap_database_errors:
            self._cursor.execute(NEW_LOT, [lot, program, code])
        rows = self._run("SELECT next_serial FROM ledger_lot WHERE id = %s FOR UPDATE", [lot])
        return int(rows[0][0])

    def _run(self, statement: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        with connection.wrap_database_errors:
            return self._cursor.execute(statement, parameters, prepare=True).fetchall()


def _parties(accounts: Iterable[AccountFact]) -> list[str]:
    """Accounts as they were read: ids, states, and what the brake stops."""
    known = sorted(accounts, key=lambda account: account.id)
    return [
        _array(account.id for account in known),
        _texts(account.state for account in known),
        _texts(" ".join(account.stopped) for account in known),
    ]


def _columns(rows: Sequence[Sequence[object]], width: int) -> list[str]:
    """The rows as one array a column, in PostgreSQL's own notation."""
    if not rows:
        return ["{}"] * width
    return [_array(column) for column in zip(*rows, strict=True)]


def _array(values: Iterable[object]) -> str:
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def _texts(values: Iterable[object]) -> str:
    return "{" + ",".join(f'"{value}"' for value in values) + "}"
