"""A migrated SQLite database that is kept from one test run to the next.

Migrating an empty database takes longer than most test files. The kept file's name holds
a digest of every migration and of the locked packages, so a change of either makes it anew.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import sqlite3
import tempfile
import time
from pathlib import Path
from typing import Any

REPOSITORY_DIR = Path(__file__).resolve().parents[1]
# Another run may be about to begin with an older one.
KEPT_SECONDS = 24 * 3600


@functools.cache
def kept_file() -> Path:
    """Where the database with the tables of today's migrations is, or would be.

    Looked up once a process: migrations that appear while tests run belong to the next run.
    """
    from django.conf import settings

    digest = hashlib.sha256()
    migrations = sorted((REPOSITORY_DIR / "src" / "trueup").glob("*/migrations/*.py"))
    for path in [REPOSITORY_DIR / "uv.lock", *migrations]:
        digest.update(str(path).encode() + path.read_bytes())
    return Path(settings.VAR_DIR) / "tests" / f"migrated-{digest.hexdigest()[:24]}.sqlite3"


def start_from(kept: Path, connection: Any) -> None:
    """Have the test database begin with the tables of the kept file, if there is one."""
    creation = connection.creation
    create = creation._create_test_db

    def created(*arguments: Any, **named: Any) -> Any:
        name = create(*arguments, **named)
        if kept.exists():
            connection.close()
            connection.settings_dict["NAME"] = name
            connection.ensure_connection()
            with contextlib.closing(sqlite3.connect(kept)) as source:
                source.backup(connection.connection)
        return name

    creation._create_test_db = created


def keep(kept: Path, connection: Any) -> None:
    """Write the migrated test database down for the next run; those of yesterday are removed."""
    if connection.connection is None:
        return  # What it had in memory went with it.
    kept.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(prefix="draft-", dir=kept.parent)
    os.close(descriptor)
    with contextlib.closing(sqlite3.connect(draft)) as target:
        connection.connection.backup(target)
    Path(draft).replace(kept)
    for older in kept.parent.glob("migrated-*.sqlite3"):
        with contextlib.suppress(FileNotFoundError):
            if older != kept and older.stat().st_mtime < time.time() - KEPT_SECONDS:
                older.unlink()
