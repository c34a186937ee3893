"""The server's processes: started, waited for until they answer, and ended, all of them."""

from __future__ import annotations

import ctypes
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType

import click
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from trueup.cli.output import FAILED, messages

READY_SECONDS = 60
STOP_SECONDS = 15
# Told to the kernel: send this process a signal when its parent is gone.
_PR_SET_PDEATHSIG = 1
_ANYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104

Child = subprocess.Popen[bytes]


class Stopped(Exception):
    """Somebody asked for the end: Ctrl-C, or a signal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the server listens."""

    host: str
    port: int

    @classmethod
    def parse(cls, address: str) -> Place:
        """Read HOST:PORT; raises click.UsageError."""
        host, _, port = address.rpartition(":")
        if not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise click.UsageError(f"“{address}” is not HOST:PORT.")
        return cls(host=host.removeprefix("[").removesuffix("]"), port=int(port))

    @property
    def reachable_host(self) -> str:
        """Where to find on this machine a server that listens everywhere."""
        return _ANYWHERE.get(self.host, self.host)

    @property
    def url(self) -> str:
        host = f"[{self.reachable_host}]" if ":" in self.reachable_host else self.reachable_host
        return f"http://{host}:{self.port}/"

    def require_free(self) -> None:
        """Raise click.UsageError if the server cannot listen there."""
        try:
            family = socket.getaddrinfo(self.host or None, self.port, type=socket.SOCK_STREAM)[0][0]
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((self.host, self.port))
        except OSError as error:
            raise click.UsageError(
                f"Cannot serve at {self.host}:{self.port}: {error.strerror or error}."
                " Give another --address (with make: make run ADDRESS=127.0.0.1:8001)."
            ) from None


def is_database_current() -> bool:
    """Whether the database has every migration."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def server_command(place: Place, *, workers: int) -> list[str]:
    """The command that answers at a place."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    command += ["--host", place.host or "0.0.0.0", "--port", str(place.port)]  # noqa: S104
    command += ["--workers", str(workers), "--blocking-threads", "4", "--log-level", "warning"]
    return [*command, "trueup.config.wsgi:application"]


@contextmanager
def children(commands: Sequence[Sequence[str]]) -> Iterator[list[Child]]:
    """Start processes, and end them with all that they started, whatever happens.

    Each has a session of its own, so that Ctrl-C reaches us alone and we end them in order.

    Raises Stopped when this process is told to end.
    """
    before = {
        number: signal.signal(number, _stop)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    }
    started: list[Child] = []
    try:
        for command in commands:
            started.append(
                subprocess.Popen(  # noqa: S603 - Our own programs.
                    command,
                    start_new_session=True,
                    preexec_fn=_end_with_parent,  # noqa: PLW1509 - We have one thread.
                )
            )
        yield started
    finally:
        for number in before:
            signal.signal(number, signal.SIG_IGN)
        _end(started)
        for number, handler in before.items():
            signal.signal(number, handler)


def wait_until_ready(server: Child, place: Place) -> None:
    """Return when the server answers; raises SystemExit if it ends or does not in time."""
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            messages.print(f"The server ended with code {server.returncode}.")
            raise SystemExit(FAILED)
        if _answers(place):
            return
        time.sleep(0.1)
    messages.print(f"The server did not answer at {place.url} within {READY_SECONDS} s.")
    raise SystemExit(FAILED)


def wait_for_one_to_end(started: Sequence[Child]) -> None:
    while all(child.poll() is None for child in started):
        time.sleep(0.5)


def _answers(place: Place) -> bool:
    """Whether anything comes back; what it is, a redirection too, is for the browser."""
    asked = http.client.HTTPConnection(place.reachable_host, place.port, timeout=5)
    try:
        asked.request("GET", "/api/v1/programs")
        asked.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        asked.close()
    return True


def _stop(_signum: int, _frame: FrameType | None) -> None:
    raise Stopped


def _end(started: Sequence[Child]) -> None:
    for child in started:
        child.terminate()
    until = time.monotonic() + STOP_SECONDS
    for child in started:
        with suppress(subprocess.TimeoutExpired):
            child.wait(timeout=max(until - time.monotonic(), 0.1))
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)  # Whatever is left of its session.
        child.wait()


def _end_with_parent() -> None:
    """In a new child: be told to end even if the parent is killed outright (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
