"""Databases of a test's own, which Django's default connection is to meanwhile."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests import migrated


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """One that was made for tests.

    Attributes:
        name: On SQLite its file.
    """

    name: str
    url: str


@contextmanager
def own_database(folder: Path, *, template: str = "") -> Iterator[str]:
    """Make a migrated database of its own the default one; gives its address.

    A real file in the folder, or one on the PostgreSQL server in use: other threads and
    other processes see what is committed. It is dropped at the end.

    Args:
        template: A migrated database to copy, by its name, which is quicker than to
            migrate; nobody may be connected to it.
    """
    with made_database(folder, template=template) as database, default_is(database):
        if not template:
            migrate()
        yield database.url


@contextmanager
def made_database(folder: Path, *, template: str = "") -> Iterator[Database]:
    """Make a database beside the default one, without tables or as a copy; drop it at the end."""
    import dj_database_url
    from django.db import connections

    server = connections["default"]
    name = f"trueup_shared_{secrets.token_hex(6)}"
    if server.vendor == "postgresql":
        url = _sibling_url(server.settings_dict, name)
        copied = f' TEMPLATE "{template}"' if template else ""
        _execute(server, f'CREATE DATABASE "{name}"{copied}')
    else:
        path = folder / f"{name}.sqlite3"
        source = Path(template) if template else migrated.kept_file()
        if source.exists():
            path.write_bytes(source.read_bytes())
        name = str(path)
        url = f"sqlite:///{path}"
    if dj_database_url.parse(url)["NAME"] != name:
        raise AssertionError(f"the address of {name} does not say its name")
    try:
        yield Database(name=name, url=url)
    finally:
        if server.vendor == "postgresql":
            _execute(server, f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def default_is(database: Database) -> Iterator[None]:
    """Let a database be Django's default one until the end of the block."""
    from django.db import connections

    before = connections["default"]
    settings_before = connections.settings["default"]
    connections.settings["default"] = {**settings_before, "NAME": database.name}
    del connections["default"]
    try:
        yield
    finally:
        connections["default"].close()
        connections.settings["default"] = settings_before
        connections["default"] = before


def migrate() -> None:
    """Make or complete the tables of the default database."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


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
