"""An auction, closed and delivered, against a bare INSERT of the rows that it writes.

    python tools/postgres.py --durable -- python -m benchmarks.auction
    python -m benchmarks.auction                          (SQLite, in a temporary folder)
    python -m benchmarks.auction --bidders 100 --bids 10 --quantity 1000000

Made-up bidders enter sealed bids in an auction of three States' allowances. Each round
copies the database twice: on one copy two officials close the auction as they do it (bids
decrypted and compared with their commitments, cleared, results kept, bidders told), it is
settled, and delivered with one transaction a winner; on the other the rows that this
wrote are inserted into the same tables, with no reading, no check and no decryption.
Medians of the rounds are compared.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

from benchmarks.true_up import child as child_of
from benchmarks.true_up import databases, say

PROGRAM, NUMBER = "rggi-md", "47"
STATES = ("MD", "NY", "DE")
NOTICED = datetime(2016, 2, 1, 16, 0, tzinfo=UTC)
OPENS = NOTICED + timedelta(days=30)
CLOSES = OPENS + timedelta(hours=5)
SEED = 47
# By which column the rows of a table are known that were not there before.
TABLES = {
    "ledger_tx": "id",
    "ledger_move": "id",
    "auctions_openedbid": "bid_id",
    "auctions_award": "id",
    "auctions_result": "auction_id",
    "audit_event": "id",
    "audit_notice": "id",
    "audit_decision": "id",
    "tasks_task": "id",
    "tasks_step": "id",
}
HOLDINGS = "ledger_holding"


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--bidders", type=int, default=1_000)
    arguments.add_argument("--bids", type=int, default=10, help="Of each bidder.")
    arguments.add_argument("--quantity", type=int, default=100_000_000)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--do", choices=("make", "run", "insert"), help=argparse.SUPPRESS)
    arguments.add_argument("--rows", type=Path, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.do is None:
        compare(given.bidders, given.bids, given.quantity, given.rounds)
        return
    django.setup()
    if given.do == "make":
        make(given.bidders, given.bids, given.quantity)
    elif given.do == "run":
        print(json.dumps(run(given.rows)))
    else:
        print(json.dumps(insert(given.rows)))


def child(url: str, do: str, *arguments: str) -> str:
    """A part of the benchmark in a process of its own, on a database of its own."""
    return child_of(url, do, *arguments, module="benchmarks.auction")


def compare(bidders: int, bids: int, quantity: int, rounds: int) -> None:
    """Interleave the two, and print what each took and their ratio."""
    closes, deliveries, inserts = [], [], []
    figures: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as (base, copy_of):
        say(f"making {bidders * bids:,} sealed bids of {bidders:,} bidders")
        of = ("--bidders", str(bidders), "--bids", str(bids), "--quantity", str(quantity))
        child(base, "make", *of)
        rows = Path(folder) / "rows.json"
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}")
            with copy_of("run") as url:
                figures = json.loads(child(url, "run", "--rows", str(rows)))
                closes.append(figures["close"])
                deliveries.append(figures["deliver"])
            with copy_of("insert") as url:
                inserts.append(json.loads(child(url, "insert", "--rows", str(rows)))["seconds"])
    close, deliver = statistics.median(closes), statistics.median(deliveries)
    other = statistics.median(inserts)
    print(
        f"\n{quantity:,} allowances, {bidders * bids:,} bids of {bidders:,} bidders,"
        f" {figures['winners']:,} winners, {figures['rows']:,} rows written"
    )
    print(f"  opened, cleared and told    {close:>8.2f} s")
    print(f"  settled and delivered       {deliver:>8.2f} s")
    print(f"  bare INSERT of the same     {other:>8.2f} s")
    print(f"  ratio                       {(close + deliver) / other:>8.2f}")


def make(bidders: int, bids: int, quantity: int) -> None:
    """States' accounts with what is offered, bidders with security, and their bids."""
    from django.core.management import call_command
    from django.db import connection

    from trueup.auctions import services as auctions
    from trueup.auctions.entries import AuctionSpec, ConsignmentSpec

    call_command("migrate", verbosity=0)
    sources = _states(quantity)
    auctions.publish_notice(
        AuctionSpec(
            number=NUMBER,
            vintage=2015,
            reserve_price_cents=205,
            opens_at=OPENS,
            closes_at=CLOSES,
            consignments=[
                ConsignmentSpec(account=source, quantity=share) for source, share in sources
            ],
        ),
        program=PROGRAM,
        actor="official:1",
        noticed_at=NOTICED,
    )
    _bid(bidders, bids, quantity)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _states(quantity: int) -> list[tuple[str, int]]:
    """The number of each State's account, and what it puts up."""
    from trueup.ledger import services as ledger
    from trueup.ledger.entries import AccountSpec, Origination
    from trueup.rules.serials import Lot

    shares = [quantity // len(STATES)] * len(STATES)
    shares[0] += quantity - sum(shares)
    entries = ledger.open_accounts(
        [
            AccountSpec(
                program=PROGRAM,
                kind="holding",
                name=f"{state} consumer",
                jurisdiction=state,
                purpose="consumer",
            )
            for state in STATES
        ],
        opened_at=NOTICED,
    )
    ledger.originate_many(
        [
            Origination(
                lot=Lot(jurisdiction=state, year=2015),
                shares=((entry.id, share),),
                key=uuid.uuid4(),
            )
            for state, entry, share in zip(STATES, entries, shares, strict=True)
        ],
        program=PROGRAM,
        actor="administrator",
        recorded_at=NOTICED,
    )
    return [(entry.number, share) for entry, share in zip(entries, shares, strict=True)]


def _bid(bidders: int, bids: int, quantity: int) -> None:
    """Every bidder asks for about a fifth more, at 10 prices a bidder, than there is in all."""
    from trueup.accounts import services as accounts
    from trueup.accounts.entries import PersonSpec
    from trueup.auctions import services as auctions

    chance = random.Random(SEED)
    people = accounts.register_people(
        [
            PersonSpec(name=f"Bidder {number}", email=f"b{number}@benchmark.example")
            for number in range(bidders)
        ],
        registered_at=NOTICED,
    )
    mean = max(quantity * 12 // (10 * bidders * bids), 1)
    for number, person in enumerate(people):
        account = accounts.open_general_account(
            program=PROGRAM, name=f"Bidder {number}", representative=person.id, at=NOTICED
        )
        of = {"program": PROGRAM, "number": NUMBER, "account": account.number}
        auctions.qualify_bidder(security_cents=10**14, actor="official:1", at=NOTICED, **of)
        wanted = [
            (chance.randint(1, 2 * mean - 1), 205 + chance.randint(0, 400)) for _ in range(bids)
        ]
        auctions.enter_bids(
            person=person.id,
            bids=auctions.unseal_all(auctions.sealed_bids(wanted)),
            key=uuid.uuid4(),
            at=OPENS,
            **of,
        )


def run(rows: Path) -> dict[str, float]:
    """Close, settle and deliver as the services do it; the rows written are kept in a file."""
    from django.db import connection

    from trueup.auctions import services as auctions

    connection.ensure_connection()
    known = set(connection.introspection.table_names())
    before = {table: _last(table, key) for table, key in TABLES.items() if table in known}
    moved = before["ledger_move"]
    of = {"program": PROGRAM, "number": NUMBER, "at": CLOSES + timedelta(minutes=5)}
    begun = time.perf_counter()
    auctions.ask_to_close(actor="official:1", **of)  # type: ignore[arg-type]
    result = auctions.close_auction(actor="official:2", **of)  # type: ignore[arg-type]
    closed = time.perf_counter()
    auctions.settle_auction(actor="official:1", **of)  # type: ignore[arg-type]
    auctions.deliver_auction(actor="official:1", **of)  # type: ignore[arg-type]
    delivered = time.perf_counter()
    written = {
        table: _rows(f"{TABLES[table]} > {last} ORDER BY {TABLES[table]}", table)
        for table, last in before.items()
    }
    written[HOLDINGS] = _rows(f"move_id > {moved}", HOLDINGS)
    rows.write_text(json.dumps(written, default=str), encoding="utf-8")
    return {
        "close": closed - begun,
        "deliver": delivered - closed,
        "winners": result.winners,
        "rows": sum(len(of[1]) for of in written.values()),
    }


def _last(table: str, key: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(MAX({key}), 0) FROM {table}")
        return int(cursor.fetchone()[0])


def _rows(condition: str, table: str) -> tuple[list[str], list[list[Any]]]:
    """The columns of a table, and those of its rows that are meant, as they are stored."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table} WHERE {condition}")
        columns = [column[0] for column in cursor.description]
        return columns, [[_plain(value) for value in row] for row in cursor.fetchall()]


def _plain(value: Any) -> Any:
    """A value as JSON has it; documents of PostgreSQL as their text."""
    if isinstance(value, dict | list):
        return json.dumps(value)
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | uuid.UUID) else value


def insert(rows: Path) -> dict[str, float]:
    """Insert the same rows, in one transaction, and do nothing else.

    Holdings go into a table of the same columns and key, because in their own they would
    lie over what is held already.
    """
    from django.db import connection, transaction

    written = json.loads(rows.read_text(encoding="utf-8"))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bare_holding AS SELECT * FROM {HOLDINGS} WHERE 1 = 0")
        cursor.execute("CREATE UNIQUE INDEX bare_holding_key ON bare_holding (lot_id, lo)")
        cursor.execute("CREATE INDEX bare_holding_account ON bare_holding (account_id)")
    begun = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        for table, (columns, values) in written.items():
            into = "bare_holding" if table == HOLDINGS else table
            places = ", ".join(["%s"] * len(columns))
            if values:
                cursor.executemany(
                    f"INSERT INTO {into} ({', '.join(columns)}) VALUES ({places})",
                    values,
                )
        seconds = time.perf_counter() - begun
        transaction.set_rollback(True)
    return {"seconds": seconds}


if __name__ == "__main__":
    main()
