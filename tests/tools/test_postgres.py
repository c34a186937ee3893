"""tools/postgres.py: the server is there for the command, and gone after it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tools import postgres

TOOL = Path(postgres.__file__)

pytestmark = pytest.mark.skipif(
    postgres.find_binaries() is None, reason="no PostgreSQL programs on this machine"
)


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Ours without a server given, and with temporary folders where we can count them."""
    inherited = {name: text for name, text in os.environ.items() if name != "DATABASE_URL"}
    return {**inherited, "TMPDIR": str(folder), **more}


def run(*arguments: str, env: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(TOOL), *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, timeout=90)


def query(statement: str) -> tuple[str, str, str]:
    program = (
        "import os, psycopg\n"
        "with psycopg.connect(os.environ['DATABASE_URL']) as c:\n"
        f"    print('answer', c.execute({statement!r}).fetchone()[0])\n"
    )
    return sys.executable, "-c", program


@pytest.fixture
def folder() -> Iterator[Path]:
    """A temporary folder that the server's own user can pass through, as /tmp is."""
    with tempfile.TemporaryDirectory(prefix="trueup-test-", dir="/tmp") as place:
        Path(place).chmod(0o755)
        yield Path(place)


def test_the_command_reaches_a_server_and_nothing_is_left(folder: Path) -> None:
    done = run("--", *query("select 40 + 2"), env=environment(folder))

    assert done.returncode == 0, done.stderr
    assert "answer 42" in done.stdout
    assert list(folder.iterdir()) == []


def test_the_exit_code_is_the_commands(folder: Path) -> None:
    done = run("--", sys.executable, "-c", "raise SystemExit(7)", env=environment(folder))

    assert done.returncode == 7
    assert list(folder.iterdir()) == []


def test_commits_reach_the_disk_only_when_asked(folder: Path) -> None:
    fast = run("--", *query("show fsync"), env=environment(folder))
    durable = run("--durable", "--", *query("show fsync"), env=environment(folder))

    assert "answer off" in fast.stdout
    assert "answer on" in durable.stdout


def test_a_setting_can_be_given(folder: Path) -> None:
    done = run("--set", "work_mem=5MB", "--", *query("show work_mem"), env=environment(folder))

    assert "answer 5MB" in done.stdout


def test_termination_stops_the_server(folder: Path, tmp_path: Path) -> None:
    said = tmp_path / "said"
    program = "import time; print('ready', flush=True); time.sleep(60)"
    with said.open("w", encoding="utf-8") as sink:
        process = subprocess.Popen(
            [sys.executable, str(TOOL), "--", sys.executable, "-c", program],
            env=environment(folder),
            stdout=subprocess.PIPE,
            stderr=sink,
            text=True,
        )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    port = re.search(r"127\.0\.0\.1:(\d+)", said.read_text(encoding="utf-8"))
    assert port is not None

    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=30) == 128 + signal.SIGTERM
    process.stdout.close()
    assert list(folder.iterdir()) == []
    assert not _answers(int(port[1]))


def test_two_run_at_once(folder: Path) -> None:
    command = [sys.executable, str(TOOL), "--", *query("select inet_server_port()")]
    both = [
        subprocess.Popen(command, env=environment(folder), stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]

    answers = {process.communicate(timeout=90)[0] for process in both}

    assert [process.returncode for process in both] == [0, 0]
    assert len(answers) == 2


def test_the_given_server_is_used(folder: Path) -> None:
    given = environment(folder, DATABASE_URL="postgres://nobody@192.0.2.1/x")
    program = "import os; print(os.environ['DATABASE_URL'])"

    done = run("--", sys.executable, "-c", program, env=given)

    assert done.stdout == "postgres://nobody@192.0.2.1/x\n"
    assert list(folder.iterdir()) == []


def test_another_kind_of_database_is_refused(folder: Path) -> None:
    done = run("--", "true", env=environment(folder, DATABASE_URL="sqlite:///x.sqlite3"))

    assert done.returncode == 2
    assert "another kind of database" in done.stderr


def test_without_programs_it_says_what_would_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(postgres, "_candidates", lambda: iter(()))

    assert postgres.main(["--find"]) == 1
    assert "apt-get install postgresql" in capsys.readouterr().out


def test_the_servers_user_is_never_root() -> None:
    assert postgres.server_user().uid != 0


def _answers(port: int) -> bool:
    for _ in range(20):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return False
        time.sleep(0.1)
    return True
