"""A representative's task list and an official's console with many accounts and tasks.

    python -m benchmarks.task_list [--accounts 5000] [--tasks 20000] [--looks 200]

Fills an empty database of its own, then asks for the two pages again and again, in turn
with a page that reads one row, in one process; prints medians, 95th percentiles, the
ratios to that page, and how many statements each took.

Measured on 2026-11-22 with 5,000 accounts and 20,000 open tasks, two cores that other work
kept busy (load 6), median and 95th percentile in milliseconds, and the ratio of medians:

    page                        SQLite              PostgreSQL 15
    one row                       8 /  13   x 1.0     13 /  29   x 1.0
    task list, representative    35 /  53   x 4.5     98 / 160   x 7.7
    task list, official          81 / 129   x 10.5   202 / 307   x 15.8
    console, official            74 / 109   x 9.6    187 / 284   x 14.6

Of an official's page the list's statement took about 5 ms and the counts' about 10 ms
(SQLite). The goal is a 95th percentile below 300 ms.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from django.http import HttpRequest

PROGRAM = "cpp-mass"
NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=5000)
    parser.add_argument("--tasks", type=int, default=20_000)
    parser.add_argument("--looks", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _set_up(Path(folder))
        ana, olga = _fill(accounts=given.accounts, tasks=given.tasks)
        pages = {
            "one row": ("help", None),
            "task list, representative": ("tasks", ana),
            "task list, official": ("tasks", olga),
            "console, official": ("desk", olga),
        }
        _measure(pages, looks=given.looks)


def _set_up(folder: Path) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trueup.config.settings")
    os.environ.setdefault("TRUEUP_VAR_DIR", str(folder))
    os.environ.setdefault("DATABASE_URL", f"sqlite:///{folder}/tasks.sqlite3")
    os.environ["TRUEUP_ALLOWED_HOSTS"] = "testserver"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _fill(*, accounts: int, tasks: int) -> tuple[int, int]:
    """Accounts with representatives, officials, and open tasks of all kinds."""
    from trueup.accounts import services as account_services
    from trueup.accounts.entries import PersonSpec
    from trueup.accounts.models import Representative
    from trueup.audit.statements import insert_many
    from trueup.ledger import services as ledger
    from trueup.officials import services as officials
    from trueup.tasks import services as task_services
    from trueup.tasks.entries import TaskSpec

    chance = random.Random(1)
    people = account_services.register_people(
        [PersonSpec(name=f"Person {n:05}") for n in range(accounts // 5 + 10)], registered_at=NOON
    )
    ids = [
        ledger.open_account(
            program=PROGRAM, kind="general", name=f"Account {n:05}", opened_at=NOON
        ).id
        for n in range(accounts)
    ]
    insert_many(
        Representative,
        [
            {
                "account_id": account,
                "person_id": people[n % (len(people) - 10)].id,
                "role": "primary",
                "from_at": NOON,
            }
            for n, account in enumerate(ids)
        ],
    )
    for n, role in enumerate(("administrator", "administrator", "technical")):
        officials.grant(
            person=people[-1 - n].id,
            role=role,
            program=PROGRAM,
            from_at=NOON,
            granted_by="registry",
        )
    functions = ("originate", "allocate", "settle", "review_applications", "correct")
    specs = []
    for n in range(tasks):
        due = date(2026, 1, 1) + timedelta(days=chance.randrange(700)) if n % 3 else None
        audience: dict[str, object] = (
            {"function": chance.choice(functions), "jurisdiction": chance.choice(("", "AL", "KY"))}
            if n % 2
            else {"account": chance.choice(ids), "submission": "transfers"}
        )
        specs.append(
            TaskSpec(
                kind=f"kind_{n % 12}",
                program=PROGRAM,
                subject=f"subject:{n}",
                title=f"Task {n}",
                opened_at=NOON,
                due_on=due,
                excluded=(people[-1].id,) if n % 50 == 1 else (),
                **audience,  # type: ignore[arg-type]
            )
        )
    for start in range(0, tasks, 2000):
        task_services.open_tasks(specs[start : start + 2000])
    return people[0].id, people[-1].id


def _is_signed_in(request: HttpRequest) -> bool:
    return request.user.is_authenticated


def _measure(pages: dict[str, tuple[str, int | None]], *, looks: int) -> None:
    from django.contrib.auth.models import User
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from trueup.accounts.models import Person
    from trueup.web.authentication import second_factor

    # Signing in is not what is measured here.
    second_factor.was_given = _is_signed_in

    asks: dict[str, Callable[[], object]] = {}
    for name, (view, person) in pages.items():
        client = Client()
        if person is not None:
            user, _ = User.objects.get_or_create(username=f"user-{person}")
            Person.objects.filter(id=person).update(user=user)
            client.force_login(user)
        address = reverse(view)
        asks[name] = lambda client=client, address=address: client.get(address)
    counts = {}
    for name, ask in asks.items():
        ask()
        with CaptureQueriesContext(connection) as captured:
            answer = ask()
        counts[name] = len(captured)
        if getattr(answer, "status_code", 0) != 200:
            sys.exit(f"{name}: {answer}")
    seconds: dict[str, list[float]] = {name: [] for name in asks}
    for _ in range(looks):
        for name, ask in asks.items():
            begun = time.perf_counter()
            ask()
            seconds[name].append(time.perf_counter() - begun)
    base = statistics.median(seconds["one row"])
    print(f"{'page':28} {'queries':>7} {'median ms':>10} {'p95 ms':>8} {'x one row':>10}")
    for name, taken in seconds.items():
        median = statistics.median(taken)
        p95 = statistics.quantiles(taken, n=20)[-1]
        print(
            f"{name:28} {counts[name]:>7} {median * 1000:>10.1f} {p95 * 1000:>8.1f}"
            f" {median / base:>10.1f}"
        )


if __name__ == "__main__":
    main()
