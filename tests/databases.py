"""Databases of a test's own, which Django's default connection is to meanwhile."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import migrated


@contextmanager
def own_database(folder: Path, *, template: str = "") -> Iterator[str]:
    """Make a migrated database of its own the default one; gives its address.

    A real file in the folder, or one on the PostgreSQL server in use: other threads and
    other processes see what is committed. It is dropped at the end.

    Args:
        template: On PostgreSQL the name of a migrated database to copy, which is quicker
            than to migrate; nobody may be connected to it.
    """
    import dj_database_url
    from django.core.management import call_command
    from django.db import connections

    before = connections["default"]
    name = f"trueup_shared_{secrets.token_hex(6)}"
    if before.vendor == "postgresql":
        url = _sibling_url(before.settings_dict, name)
        copied = f' TEMPLATE "{template}"' if template else ""
        _execute(before, f'CREATE DATABASE "{name}"{copied}')
        changed: dict[str, Any] = {"NAME": name}
    else:
        path = folder / f"{name}.sqlite3"
        if migrated.kept_file().exists():
            path.write_bytes(migrated.kept_file().read_bytes())
        url = f"sqlite:///{path}"
        changed = {"NAME": str(path)}
    if dj_database_url.parse(url)["NAME"] != changed["NAME"]:
        raise AssertionError(f"the address of {changed['NAME']} does not say its name")
    settings_before = connections.settings["default"]
    connections.settings["default"] = {**settings_before, **changed}
    del connections["default"]
    try:
        if not template:
            call_command("migrate", verbosity=0)
        yield url
    finally:
        connections["default"].close()
        connections.settings["default"] = settings_before
        connections["default"] = before
        if before.vendor == "postgresql":
            _execute(before, f'DROP DATABASE "{name}" WITH (FORCE)')


def _sibling_url(settings_dict: Mapping[str, Any], name: str) -> str:
    """The address of another database on the same server."""
    from urllib.parse import quote

    login = quote(str(settings_dict["USER"]), safe="")
    if settings_dict["PASSWORD"]:
        login += ":" + quote(str(settings_dict["PASSWORD"]), safe="")
    host = quote(str(settings_dict["HOST"]), safe="")
    port = f":{settings_dict['PORT']}" if settings_dict["PORT"] else ""
    return f"postgres://{login}@{host}{port}/{name}"


def _execute(connection: Any, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
