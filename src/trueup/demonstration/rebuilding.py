"""Make the books of a place to practise anew, in one step: the site is never half empty.

The new books are made beside the old ones by a process of its own, which takes seconds to
a minute. Then they take the old ones' place in one transaction: on SQLite the new file is
copied over the old one page by page within one, on PostgreSQL two schemas change names.
Whoever reads meanwhile sees all of the old books or all of the new.

Source: PLAT-155; docs/decisions/0276.
"""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp

from django.conf import settings
from django.db import connection, transaction

from trueup.demonstration import practice, practice_mail
from trueup.rules.refusal import Refusal, Refused

log = logging.getLogger("trueup.practice")

NEXT, OLD = "trueup_next", "trueup_old"
WAIT_SECONDS = 60
BUILD_SECONDS = 1800


class CouldNotBuild(Refusal):
    code = "practice.could_not_build"
    cite = "docs/decisions/0276"


def rebuild(*, made_at: datetime, jurisdictions: Sequence[str] | None = None) -> None:
    """Put fresh books in the place of those that are there, all at once.

    Args:
        made_at: By the wall clock.
        jurisdictions: Only these States; None: the same as before.

    Raises Refused (`not_for_practice`, `could_not_build`); then nothing was changed.

    Source: PLAT-155; docs/decisions/0276.
    """
    practice.require_may_be_made_anew()
    chosen = practice.chosen_jurisdictions() if jurisdictions is None else list(jurisdictions)
    options = ["--scenario", practice.chosen_scenario()]
    for code in chosen:
        options += ["--jurisdiction", code]
    if connection.vendor == "postgresql":
        _rebuild_postgresql(options)
    else:
        _rebuild_sqlite(options)
    practice.set_clock(made_at=made_at)
    practice_mail.forget_all()


def _rebuild_sqlite(options: Sequence[str]) -> None:
    current = str(connection.settings_dict["NAME"])
    beside = Path(mkdtemp(prefix="practice-", dir=settings.VAR_DIR))
    fresh = beside / "next.sqlite3"
    try:
        _build(options, {"DATABASE_URL": f"sqlite:///{fresh}"})
        connection.close()
        copy_over(fresh, Path(current))
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def copy_over(fresh: Path, current: Path) -> None:
    """Put the pages of one SQLite file in the place of another's, in one transaction."""
    with (
        closing(sqlite3.connect(fresh)) as source,
        closing(sqlite3.connect(current, timeout=WAIT_SECONDS)) as target,
    ):
        source.backup(target)


def _rebuild_postgresql(options: Sequence[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        current = cursor.fetchone()[0]
        cursor.execute(f"DROP SCHEMA IF EXISTS {NEXT} CASCADE")
        cursor.execute(f"CREATE SCHEMA {NEXT}")
    _build(options, {"TRUEUP_DATABASE_SCHEMA": NEXT})
    quoted = connection.ops.quote_name(current)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS {OLD} CASCADE")
        cursor.execute(f"ALTER SCHEMA {quoted} RENAME TO {OLD}")
        cursor.execute(f"ALTER SCHEMA {NEXT} RENAME TO {quoted}")
    with connection.cursor() as cursor:
        # What still reads the old books is waited for; nobody begins to read them now.
        cursor.execute(f"DROP SCHEMA {OLD} CASCADE")


def _build(options: Sequence[str], database: Mapping[str, str]) -> None:
    command = [sys.executable, "-m", "trueup.cli", "sandbox", "build", *options]
    if connection.vendor == "postgresql":
        database = {"DATABASE_URL": _address(), **database}
    done = subprocess.run(  # noqa: S603 - Our own program.
        command,
        env={**os.environ, "TRUEUP_SANDBOX": "1", **database},
        capture_output=True,
        text=True,
        timeout=BUILD_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        log.error("the books of practice could not be made:\n%s", done.stderr)
        told = done.stderr.strip().splitlines()
        raise Refused(
            [CouldNotBuild(f"New books could not be made: {told[-1] if told else 'no reason'}")]
        )


def _address() -> str:
    """The database that is used now, as an address; not the one that the process began with."""
    from urllib.parse import quote

    values = connection.settings_dict
    user = quote(str(values["USER"] or ""), safe="")
    password = quote(str(values["PASSWORD"] or ""), safe="")
    host = quote(str(values["HOST"] or ""), safe="")
    port = f":{values['PORT']}" if values["PORT"] else ""
    who = f"{user}:{password}@" if password else f"{user}@" if user else ""
    return f"postgres://{who}{host}{port}/{quote(str(values['NAME']), safe='')}"
