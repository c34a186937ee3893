"""Running the registry: the server, and beside it the clock and the worker."""

from __future__ import annotations

import logging
import os
import secrets
import signal
import sys
import threading
import traceback
from types import FrameType

import click
from django.core.management import call_command
from django.db import close_old_connections, connection
from django_tasks_db.management.commands.db_worker import Worker

from trueup.cli import clockwork, serving
from trueup.cli.naming import at_option, instant, now
from trueup.cli.output import FAILED, Output, messages, with_output
from trueup.demonstration import practice, practice_clock, rebuilding, services
from trueup.disclosure import kept_sums
from trueup.rules import programs
from trueup.tasks import job_worker


@click.command()
@click.option("--address", default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="Processes that answer.")
@click.option("--clock/--no-clock", default=True, help="Do what falls due, once a minute.")
@click.option("--jobs/--no-jobs", default=True, help="Do what takes longer than a page may.")
@with_output
def serve(output: Output, *, address: str, workers: int | None, clock: bool, jobs: bool) -> None:
    """Serve the pages and the API, do what falls due, and what takes longer than a page.

    Prints the address when it can be opened. Ctrl-C stops everything.

    \b
    Examples:
      trueup serve
      trueup serve --address 127.0.0.1:9000 --no-clock
    """
    place = serving.Place.parse(address)
    place.require_free()
    if not serving.is_database_current():
        messages.print("Bringing the database up to date ...")
        call_command("migrate", verbosity=0)
    practice.check_books()
    _show_what_is_demonstrated()
    if workers is None:
        # SQLite has one writer; a second process would mostly wait for it.
        workers = 1 if connection.vendor == "sqlite" else 2
    kept_sums.forget()
    connection.close()
    commands = [serving.server_command(place, workers=workers)]
    if clock:
        commands.append([sys.executable, "-m", "trueup.cli", "clock", "--every", "60"])
    if jobs:
        commands.append([sys.executable, "-m", "trueup.cli", "worker"])
    try:
        with serving.children(commands) as started:
            serving.wait_until_ready(started[0], place)
            _say_ready(output, place)
            serving.wait_for_one_to_end(started)
            messages.print("One of the server's processes has ended; stopping.")
            raise SystemExit(FAILED)
    except serving.Stopped:
        messages.print("Stopped.")


def _show_what_is_demonstrated() -> None:
    """Pages that belong to no program are of the demonstration's, unless it is set otherwise."""
    summary = services.latest_summary()
    if summary is not None:
        os.environ.setdefault("TRUEUP_PROGRAM", summary.program)


@click.command()
@click.option("--every", type=click.IntRange(1, 86_400), metavar="SECONDS", help="Again and again.")
@at_option
@with_output
def clock(output: Output, *, every: int | None, at: str | None) -> None:
    """Do what falls due without a decision: record what has waited, send warnings and mail.

    It never allocates, issues or deducts: those are acts of the Administrator.

    \b
    Examples:
      trueup clock
      trueup clock --every 60
    """
    if every is not None:
        if at is not None or output.as_json:
            raise click.UsageError("--every goes with neither --at nor --json.")
        _tick(every)
        return
    done = clockwork.run_once(instant(programs.codes()[0], at))
    clockwork.make_sums(now())
    output.result({**done}, text=_what_was_done(done))


@click.command()
@click.option("--batch", is_flag=True, help="Do what waits, and end.")
@with_output
def worker(output: Output, *, batch: bool) -> None:
    """Do jobs one after another until told to stop: allocations, settlements, previews.

    What an earlier worker left unfinished is done again; nothing of it was kept. On
    PostgreSQL several may run at once; on SQLite one.

    \b
    Examples:
      trueup worker
      trueup worker --batch --json
    """
    logging.basicConfig(level=logging.WARNING, format="worker: %(message)s")
    job_worker.recover(now(), alone=connection.vendor == "sqlite")
    doing = Worker(
        queue_names=["*"],
        interval=1,
        batch=batch,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=secrets.token_hex(8),
        excluded_queue_names=[],
    )
    doing.configure_signals()
    doing.run()
    output.result({"ended": True}, text="The worker has ended.")


def _tick(every: int) -> None:
    """Do what is due again and again until told to stop; a failure waits for the next time."""
    told_to_stop = threading.Event()

    def stop(_signum: int, _frame: FrameType | None) -> None:
        told_to_stop.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    while not told_to_stop.is_set():
        close_old_connections()
        try:
            if practice.is_due(practice_clock.real_now()):
                rebuilding.rebuild(made_at=practice_clock.real_now())
            clockwork.make_sums(now())
            done = clockwork.run_once(now())
            if any(done.values()):
                messages.print(f"clock: {_what_was_done(done)}", markup=False)
        except Exception:  # The next time may do better; the server goes on meanwhile.
            messages.print(f"clock: {traceback.format_exc()}", markup=False, soft_wrap=True)
        told_to_stop.wait(every)


def _what_was_done(done: dict[str, int]) -> str:
    return (
        f"{done['recorded']:,} waiting transfers recorded, {done['refused']:,} refused;"
        f" {done['warned']:,} facilities warned; {done['mailed']:,} notices mailed"
    )


def _say_ready(output: Output, place: serving.Place) -> None:
    from trueup.demonstration import sign_in

    names = sign_in.names()
    connection.close()
    if output.as_json:
        users: list[dict[str, str]] = [{"name": name, "who": who} for name, who in names]
        output.result({"address": place.url, "sign_in": users})
        sys.stdout.flush()
    messages.print(f"\n  Open {place.url}", markup=False)
    if names:
        messages.print(
            f"  Sign in at {place.url}sign-in/ with the password “{sign_in.PASSWORD}” as:",
            markup=False,
            soft_wrap=True,
        )
        for name, who in names:
            messages.print(f"    {name:<16} {who}", markup=False, soft_wrap=True)
        messages.print("  That page shows the code of each one's second factor.", markup=False)
    else:
        messages.print("  Nobody can sign in yet; in an empty registry `trueup demo` makes users.")
    messages.print("  Ctrl-C stops it.\n")
