"""One of several processes that submit transfers at once; started by the stress test.

    python -m tests.contexts.transfers_rivals ACT --client 3 --times 20

ACT is `quantity` (out of one account by quantity), `batch` (the same, ten at a time),
`key` (one request, the same key), or `release` (what was held).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from uuid import UUID, uuid5

import django

KEYS = UUID("9e107d9d-372b-4b6b-8a2f-0123456789ab")
EACH = 3
PERIOD = "2022-2024"


def by_quantity(client: int, times: int) -> Counter[str]:
    from tests.contexts.transfers_registry import NOON, PROGRAM
    from trueup.transfers import services

    source, destination, person = parties(client)
    counts: Counter[str] = Counter()
    for turn in range(times):
        entry = services.submit_transfer(
            program=PROGRAM,
            source=source,
            destination=destination,
            submitted_by=person,
            submitted_at=NOON,
            key=uuid5(KEYS, f"{client} {turn}"),
            vintage=2022,
            quantity=EACH,
        )
        counts[entry.state] += 1
    return counts


def in_batches(client: int, times: int) -> Counter[str]:
    from tests.contexts.transfers_registry import NOON, PROGRAM
    from trueup.transfers import services
    from trueup.transfers.entries import TransferSpec

    source, destination, person = parties(client)
    counts: Counter[str] = Counter()
    for first in range(0, times, 10):
        entries = services.submit_batch(
            [
                TransferSpec(
                    source=source,
                    destination=destination,
                    submitted_by=person,
                    submitted_at=NOON,
                    key=uuid5(KEYS, f"{client} {turn}"),
                    vintage=2022,
                    quantity=EACH,
                )
                for turn in range(first, min(first + 10, times))
            ],
            program=PROGRAM,
            recorded_at=NOON,
        )
        counts.update(entry.state for entry in entries)
    return counts


def with_one_key(client: int, times: int) -> Counter[str]:
    """The same requests as all others, whoever comes first."""
    from tests.contexts.transfers_registry import NOON, PROGRAM
    from trueup.transfers import services

    source, destination, person = parties(0)
    counts: Counter[str] = Counter()
    for turn in range(times):
        entry = services.submit_transfer(
            program=PROGRAM,
            source=source,
            destination=destination,
            submitted_by=person,
            submitted_at=NOON,
            key=uuid5(KEYS, f"all {turn}"),
            vintage=2022,
            quantity=EACH,
        )
        counts[f"{turn} {entry.state} {entry.tx} {entry.blocks[0]}"] += 1
    return counts


def release(client: int, times: int) -> Counter[str]:
    from tests.contexts.transfers_registry import PROGRAM, eastern
    from trueup.ledger import queries as ledger
    from trueup.rules import programs
    from trueup.transfers import services

    counts: Counter[str] = Counter()
    now = eastern("2025-05-20")
    accounts = [entry.id for entry in ledger.accounts(program=PROGRAM, kind="compliance")]
    if client == 0:
        done = services.release_held(
            program=PROGRAM,
            period=programs.load(PROGRAM).period_named(PERIOD),
            accounts=accounts,
            released_at=now,
        )
        counts.update(recorded=done.recorded, refused=done.refused)
    for _ in range(times):
        done = services.record_due(program=PROGRAM, now=now)
        counts.update(recorded=done.recorded, refused=done.refused)
    return counts


def parties(client: int) -> tuple[str, str, int]:
    """Barry, one of the brokers in turn, and Barry's representative."""
    from tests.contexts.transfers_registry import PROGRAM
    from trueup.accounts import queries as accounts
    from trueup.ledger import queries as ledger

    (barry,) = ledger.accounts_named(program=PROGRAM, names=["Barry"]).values()
    brokers = ledger.accounts(program=PROGRAM, kind="general")
    (ana,) = accounts.find_people("Ana Ruiz")
    return barry.number, brokers[client % len(brokers)].number, ana.id


ACTS = {
    "quantity": by_quantity,
    "batch": in_batches,
    "key": with_one_key,
    "release": release,
}


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("act", choices=ACTS)
    arguments.add_argument("--client", type=int, required=True)
    arguments.add_argument("--times", type=int, required=True)
    given = arguments.parse_args()
    django.setup()
    print("ready", flush=True)
    sys.stdin.readline()  # All begin together.
    print(json.dumps(ACTS[given.act](given.client, given.times)))


if __name__ == "__main__":
    main()
