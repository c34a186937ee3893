"""Running the registry: the demonstration, the server, and the clock beside it."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from types import FrameType

import click
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from trueup.cli import clockwork
from trueup.cli.naming import now
from trueup.cli.output import Output, messages, with_output

READY_SECONDS = 60


@click.command()
@click.option("--address", default="127.0.0.1:8000", show_default=True, metavar="HOST:PORT")
@click.option("--workers", type=click.IntRange(1, 64), default=None, help="Processes that answer.")
@click.option("--clock/--no-clock", default=True, help="Do what falls due, once a minute.")
def serve(address: str, workers: int | None, clock: bool) -> None:
    """Serve the pages and the API, and do what falls due.

    Prints the address when it can be opened. Ctrl-C stops everything.
    """
    _require_migrated()
    host, _, port = address.rpartition(":")
    if not port.isdigit():
        raise click.UsageError(f"“{address}” is not HOST:PORT.")
    if workers is None:
        # SQLite has one writer; a second process would mostly wait for it.
        workers = 1 if connection.vendor == "sqlite" else 2
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--host", host.strip("[]"), "--port", port, "--workers", str(workers)]
    command += ["--blocking-threads", "4", "--log-level", "warning"]
    children = [subprocess.Popen([*command, "trueup.config.wsgi:application"])]
    if clock:
        trueup = [sys.executable, "-m", "trueup.cli", "clock", "--every", "60"]
        children.append(subprocess.Popen(trueup))
    _watch(children, url=f"http://{host}:{port}/")


@click.command()
@click.option("--every", type=click.IntRange(1, 86_400), metavar="SECONDS", help="Again and again.")
@with_output
def clock(output: Output, every: int | None) -> None:
    """Do what falls due without a decision: release transfers, send warnings and mail.

    It never allocates, issues or deducts: those are acts of the Administrator.
    """
    while True:
        done = clockwork.run_once(now())
        if every is None:
            output.result(done, text="; ".join(f"{what}: {n:,}" for what, n in done.items()))
            return
        if any(done.values()):
            messages.print(f"clock: {done}", markup=False)
        time.sleep(every)


def _require_migrated() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        messages.print("Bringing the database up to date ...")
        call_command("migrate", verbosity=0)


def _watch(children: list[subprocess.Popen[bytes]], *, url: str) -> None:
    """Say when the server answers, wait until one child ends, and end the others."""

    def stop(signum: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + signum)

    signal.signal(signal.SIGTERM, stop)
    try:
        _wait_until_ready(children[0], url=url)
        while all(child.poll() is None for child in children):
            time.sleep(0.5)
        raise SystemExit(max(child.poll() or 0 for child in children))
    except KeyboardInterrupt:
        messages.print("Stopping ...")
    finally:
        for child in children:
            child.terminate()
        for child in children:
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                child.kill()


def _wait_until_ready(server: subprocess.Popen[bytes], *, url: str) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SystemExit(f"The server ended with code {server.returncode}.")
        try:
            urllib.request.urlopen(url, timeout=2).close()  # noqa: S310
        except urllib.error.HTTPError:
            break  # It answers; what it answers is for the browser.
        except OSError:
            time.sleep(0.2)
            continue
        break
    else:
        raise SystemExit(f"The server did not answer at {url} within {READY_SECONDS} s.")
    messages.print(f"\n  Open {url}", markup=False)
    _say_how_to_sign_in(url)
    messages.print("  Ctrl-C stops it.\n")


def _say_how_to_sign_in(url: str) -> None:
    from trueup.demonstration import sign_in

    names = sign_in.names()
    if not names:
        messages.print("  Nobody can sign in yet: `trueup demo` makes people who can.")
        return
    messages.print(f"  Sign in at {url}sign-in/ with the password “{sign_in.PASSWORD}” as:")
    for name, who in names:
        messages.print(f"    {name:<16} {who}", markup=False)
