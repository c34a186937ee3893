"""One of several processes that race the safeguards; started by the stress test.

    python -m tests.contexts.guards_rivals ACT --client 3 --times 100

ACT is `freeze` (client 0 freezes one account after the other, the others transfer out of
them), `brake` (client 0 pulls the brake and lifts it, the others transfer), `approve` (all
approve the same transfers) or `cancel` (client 0 cancels what the others approve).
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import count
from pathlib import Path
from uuid import UUID, uuid4, uuid5

import django

KEYS = UUID("9e107d9d-372b-4b6b-8a2f-fedcba987654")
PATIENCE = 60.0
BREATH = 0.01  # SQLite has one writer at a time: let the others have their turn.


def freeze(client: int, times: int) -> Counter[str]:
    from django.db import transaction

    from tests.contexts.transfers_registry import NOON, PROGRAM
    from trueup.accounts import services as accounts
    from trueup.ledger import queries as ledger
    from trueup.transfers import services

    brokers = ledger.accounts(program=PROGRAM, kind="general", limit=200)
    racing = [entry for entry in brokers if entry.name.startswith("Racer")][:times]
    gulf = next(entry for entry in brokers if entry.name == "Gulf Brokers")
    cy = person("Cy Dunn")
    counts: Counter[str] = Counter()
    for account in racing:
        if client == 0:
            wait_until(partial(_has_sent, account.id))
            with transaction.atomic():
                accounts.freeze_account(account=account.id, ground="race", frozen_at=NOON)
                # Counted before it commits: whatever is there later came too late.
                counts[f"{account.id}"] = sent(account.id)
            continue
        for _ in count():
            entry = services.submit_transfer(
                program=PROGRAM,
                source=account.number,
                destination=gulf.number,
                submitted_by=cy,
                submitted_at=NOON,
                key=uuid4(),
                vintage=2022,
                quantity=1,
            )
            if "account_frozen" in entry.reason_codes:
                break
            time.sleep(BREATH)
    return counts


def brake(client: int, times: int) -> Counter[str]:
    """Client 0 pulls and lifts; nothing may be recorded from the one to the other.

    Before each pull it waits until something more was recorded: pulled again at once, the
    brake would be on whenever the others look, and nothing would race it.
    """
    from django.db import transaction

    from tests.contexts.transfers_registry import NOON, PROGRAM
    from trueup.ledger import queries as ledger
    from trueup.transfers import services
    from trueup.transfers.models import Transfer

    counts: Counter[str] = Counter()
    barry = next(iter(ledger.accounts_named(program=PROGRAM, names=["Barry"]).values()))
    if client == 0:
        before = 0
        for turn in range(times):
            wait_until(partial(_has_sent, barry.id, before))
            with transaction.atomic():
                pulled = services.pull_brake(
                    program=PROGRAM, types=["transfer"], ground="race", at=NOON, actor="official:1"
                )
                # Counted before it commits: whatever is there later came too late.
                before = sent(barry.id)
            waiting = Transfer.objects.filter(state="delayed").count()
            wait_until(partial(_more_wait, waiting))
            counts["slipped"] += sent(barry.id) - before
            for official in ("official:1", "official:2"):
                services.lift_brake(key=pulled.key, at=NOON, actor=official)
            counts["pulled"] = turn + 1
        finished().touch()
        return counts
    gulf = next(iter(ledger.accounts_named(program=PROGRAM, names=["Gulf Brokers"]).values()))
    ana = person("Ana Ruiz")
    while not finished().exists():
        entry = services.submit_transfer(
            program=PROGRAM,
            source=barry.number,
            destination=gulf.number,
            submitted_by=ana,
            submitted_at=NOON,
            key=uuid4(),
            vintage=2022,
            quantity=1,
        )
        counts[entry.state] += 1
        time.sleep(BREATH)
    return counts


def approve(client: int, times: int) -> Counter[str]:
    from tests.contexts.transfers_registry import NOON
    from trueup.rules.refusal import Refused
    from trueup.transfers import services

    approver = person("Bo Lee" if client % 2 == 0 else "Dan Poe")
    counts: Counter[str] = Counter()
    for turn in range(times):
        try:
            entry = services.approve(key=uuid5(KEYS, str(turn)), person=approver, at=NOON)
            counts[entry.state] += 1
        except Refused as refused:
            counts[" ".join(sorted(refused.reasons))] += 1
    return counts


def cancel(client: int, times: int) -> Counter[str]:
    from tests.contexts.transfers_registry import NOON
    from trueup.rules.refusal import Refused
    from trueup.transfers import services

    if client != 0:
        return approve(client, times)
    ana = person("Ana Ruiz")
    counts: Counter[str] = Counter()
    for turn in range(times):
        try:
            services.cancel(key=uuid5(KEYS, str(turn)), person=ana, at=NOON)
            counts["cancelled"] += 1
        except Refused as refused:
            counts[" ".join(sorted(refused.reasons))] += 1
    return counts


def _has_sent(account: int, before: int = 0) -> bool:
    return sent(account) > before


def _more_wait(seen: int) -> bool:
    """Whether more transfers wait for the brake than before."""
    from trueup.transfers.models import Transfer

    return Transfer.objects.filter(state="delayed").count() > seen


def sent(account: int) -> int:
    """How many transfers out of an account the journal has."""
    from trueup.ledger.models import Transaction

    return Transaction.objects.filter(source_id=account, type="transfer").count()


def person(name: str) -> int:
    from trueup.accounts import queries as accounts

    (found,) = accounts.find_people(name)
    return found.id


def finished() -> Path:
    """A file that says that client 0 is done."""
    return Path(os.environ["TRUEUP_VAR_DIR"]) / "race_is_over"


def wait_until(is_so: Callable[[], bool]) -> None:
    """Look again and again, and go on after a while even if it is not so."""
    end = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > end:
            raise TimeoutError("the others do not get on")
        time.sleep(0.002)


ACTS = {"freeze": freeze, "brake": brake, "approve": approve, "cancel": cancel}


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
