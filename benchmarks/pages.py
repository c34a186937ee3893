"""Each kind of page with 5,000 accounts and 1,000,000 moves: how long it takes, what it asks.

    python -m benchmarks.pages [--accounts 5000] [--moves 1000000] [--looks 60]
    python tools/postgres.py -- python -m benchmarks.pages        (makes the books anew)

The books are made once (`benchmarks.large_books`) and kept in the var folder on SQLite. All
pages are asked for in turn, round after round, in one process through Django's test client,
so that a machine whose speed drifts slows all of them; with each stands the ratio to the
help page, which reads next to nothing, of the same run. Beside it a second process makes the
sums over the whole program once a minute, as the clock does beside a server. The goal is a
95th percentile of at most 300 ms.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.large_books import PERIOD, PROGRAM, Builder, say

GOAL_MS = 300
USERS = {"representative": 0, "official": 1}


@dataclass(slots=True)
class Looked:
    """What asking for one page again and again gave."""

    times: list[float] = field(default_factory=list)
    statements: set[int] = field(default_factory=set)
    status: set[int] = field(default_factory=set)

    @property
    def median(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.times, n=20)[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=5_000)
    parser.add_argument("--moves", type=int, default=1_000_000)
    parser.add_argument("--looks", type=int, default=60)
    parser.add_argument("--sums", action="store_true", help="Only make the sums, each minute.")
    given = parser.parse_args()
    _set_up(given.accounts, given.moves)
    if given.sums:
        _make_sums()
        return
    with _clock():
        _measure(looks=given.looks)


@contextmanager
def _clock() -> Iterator[None]:
    """A second process that makes the sums; goes on when they are there."""
    from trueup.disclosure import kept_sums
    from trueup.disclosure.models import KeptSum

    kept_sums.forget()
    begun = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.pages", "--sums"]
    clock = subprocess.Popen(command)
    try:
        while not KeptSum.objects.filter(name="standings", program=PROGRAM).exists():
            time.sleep(0.1)
        say(f"  the clock made the sums in {time.perf_counter() - begun:.1f} s from its start")
        yield
    finally:
        clock.terminate()
        clock.wait()


def _make_sums() -> None:
    from django.utils import timezone

    from trueup.cli import clockwork

    while True:
        clockwork.make_sums(timezone.now())
        time.sleep(60)


def _set_up(accounts: int, moves: int) -> None:
    """Open the kept books, or make them."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trueup.config.settings")
    os.environ.setdefault("TRUEUP_ALLOWED_HOSTS", "testserver")
    var = Path(os.environ.get("TRUEUP_VAR_DIR", "var"))
    if not os.environ.get("DATABASE_URL"):
        folder = var.resolve() / "benchmarks"
        folder.mkdir(parents=True, exist_ok=True)
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/pages-{accounts}-{moves}.sqlite3"
    import django

    django.setup()
    from django.core.management import call_command

    from trueup.tasks.models import Task

    call_command("migrate", verbosity=0)
    # Tasks are made last: books without them were not finished.
    if not Task.objects.exists():
        say(f"making books of {moves:,} moves in {accounts:,} accounts; they are kept")
        Builder(accounts=accounts, moves=moves).build()


def _measure(*, looks: int) -> None:
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext

    clients = _clients()
    pages = _pages()
    found = {name: Looked() for name, _, _ in pages}
    for number in range(looks + 2):
        for name, role, address in pages:
            reset_queries()  # The log holds 9,000, and a full one counts nothing.
            with CaptureQueriesContext(connection) as captured:
                begun = time.perf_counter()
                answer = clients[role].get(address)
                _ = answer.getvalue()
                took = time.perf_counter() - begun
            if number == 0:
                say(f"  {name}: {took:.2f} s at first, {len(captured)} statements")
            if number > 1:  # The first ones fill caches and plans.
                found[name].times.append(took * 1000)
                found[name].statements.add(len(captured))
                found[name].status.add(answer.status_code)
    _print(found)


def _print(found: dict[str, Looked]) -> None:
    floor = found["help"].median
    print(f"{'page':<26}{'p50 ms':>9}{'p95 ms':>9}{'ratio':>8}{'statements':>12}  status")
    for name, one in found.items():
        slow = "  > goal" if one.p95 > GOAL_MS else ""
        asked = "-".join(str(n) for n in sorted({min(one.statements), max(one.statements)}))
        status = ",".join(map(str, sorted(one.status)))
        print(
            f"{name:<26}{one.median:>9.0f}{one.p95:>9.0f}{one.median / floor:>8.1f}"
            f"{asked:>12}  {status}{slow}"
        )


def _clients() -> dict[str, Any]:
    """Browsers of nobody, of the representative of a fleet, and of an official."""
    from django.contrib.auth.models import User
    from django.test import Client

    from tests.conftest import give_second_factor
    from trueup.accounts.models import Person
    from trueup.officials import services as officials

    clients: dict[str, Any] = {"anyone": Client()}
    people = list(Person.objects.order_by("id")[:2])
    for role, place in USERS.items():
        user, is_new = User.objects.get_or_create(username=f"benchmark-{role}")
        if is_new:
            Person.objects.filter(id=people[place].pk).update(user=user)
            if role == "official":
                officials.grant(
                    person=people[place].pk,
                    role="administrator",
                    program=PROGRAM,
                    from_at=_long_ago(),
                    granted_by="administrator",
                )
        clients[role] = Client()
        clients[role].force_login(user)
        give_second_factor(clients[role], user)
    return clients


def _long_ago() -> Any:
    from benchmarks.large_books import BEGUN

    return BEGUN


def _pages() -> list[tuple[str, str, str]]:
    """Name, who asks, and address: of the busiest account and of a plant of the fleet."""
    from django.db import connection
    from django.urls import reverse

    from trueup.accounts import queries as accounts
    from trueup.ledger import queries as ledger
    from trueup.tasks.models import Task

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT a.number, a.id FROM ledger_account a JOIN (SELECT account_id, count(*) AS n"
            " FROM ledger_holding WHERE account_id IS NOT NULL GROUP BY 1 ORDER BY n DESC LIMIT"
            " 50) h ON h.account_id = a.id WHERE a.kind = 'general' ORDER BY n DESC LIMIT 1"
        )
        busiest, busiest_id = cursor.fetchone()
    oris = 70_000
    plant = accounts.facilities_by_oris_code([oris])[oris]
    block = str(ledger.blocks_held(busiest_id)[0]).partition(" ")[0]
    newest = ledger.entries(busiest_id, limit=1)[0].id
    own = accounts.accounts_of(accounts.person_of_user(_user("representative")).id)[0].number
    program = {"code": PROGRAM}
    account = {**program, "number": busiest}
    named = [
        ("help", "anyone", reverse("help")),
        ("home", "anyone", reverse("home")),
        ("program", "anyone", reverse("program", kwargs=program)),
        ("states", "anyone", reverse("states", kwargs=program)),
        ("accounts", "anyone", reverse("accounts", kwargs=program)),
        ("account, busiest", "anyone", reverse("account", kwargs=account)),
        ("account history", "anyone", reverse("account-history", kwargs=account)),
        ("facilities", "anyone", reverse("facilities", kwargs=program)),
        (
            "facility",
            "anyone",
            reverse("facility", kwargs={**program, "oris_code": plant.oris_code}),
        ),
        ("serial", "anyone", reverse("serial", kwargs={**program, "serial_number": block})),
        ("transactions", "anyone", reverse("transactions", kwargs=program)),
        ("transaction", "anyone", reverse("transaction", kwargs={**program, "tx": newest})),
        (
            "settlements",
            "anyone",
            reverse("settlements-of-period", kwargs={**program, "period": PERIOD}),
        ),
        (
            "settlement",
            "anyone",
            reverse("settlement", kwargs={**program, "period": PERIOD, "oris_code": oris}),
        ),
        ("search", "anyone", reverse("search") + "?q=Trader+01"),
        ("you, a fleet of 60", "representative", reverse("you")),
        ("account, own", "representative", reverse("account", kwargs={**program, "number": own})),
        (
            "statement, own",
            "representative",
            reverse("account-statement", kwargs={**program, "number": own}),
        ),
        (
            "transfers, own",
            "representative",
            reverse("transfers", kwargs={**program, "number": own}),
        ),
        ("tasks, representative", "representative", reverse("tasks")),
        ("tasks, official", "official", reverse("tasks")),
        ("console", "official", reverse("desk")),
        (
            "settlement run",
            "official",
            reverse("desk-settlement", kwargs={**program, "period": PERIOD}),
        ),
        ("facility's file", "official", reverse("desk-facility", kwargs={"oris_code": oris})),
        ("market", "official", reverse("market", kwargs=program)),
        ("audit trail", "official", reverse("audit-trail")),
    ]
    if not Task.objects.exists():
        raise AssertionError("the books have no tasks")
    return named


def _user(role: str) -> int:
    from django.contrib.auth.models import User

    return int(User.objects.get(username=f"benchmark-{role}").pk)


if __name__ == "__main__":
    main()
