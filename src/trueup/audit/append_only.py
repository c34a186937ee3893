"""Tables whose rows are kept: the database refuses what would change or remove them.

A migration calls `protect("table")` for a table whose rows can only be added, and
`keep_rows("table")` for one whose rows can change and never go. On both engines the
statement raises an IntegrityError, whoever asks. PostgreSQL refuses TRUNCATE too, and
refuses a statement even if it would touch no row. SQLite replaces a row in an
`INSERT OR REPLACE` without asking the delete trigger, so there an insert that repeats a
unique key is refused as well; the migration names the keys.

Source: PLAT-017; 40 CFR 62.16355 (an error is mended by a new entry).
"""

from __future__ import annotations

from collections.abc import Sequence

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION trueup_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is refused: the rows of % are kept', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""


Keys = Sequence[Sequence[str]]
ONLY_ID: Keys = (("id",),)


def protect(table: str, *, keys: Keys = ONLY_ID) -> migrations.RunPython:
    """The migration operation that makes a table append-only on either engine."""
    return _refuse(table, ("UPDATE", "DELETE"), keys)


def keep_rows(table: str, *, keys: Keys = ONLY_ID) -> migrations.RunPython:
    """The migration operation that keeps a table's rows from being removed."""
    return _refuse(table, ("DELETE",), keys)


def protect_again(table: str, *, keys: Keys = ONLY_ID) -> migrations.RunPython:
    """The same, after an operation for which SQLite made an append-only table anew.

    SQLite cannot change a constraint; Django makes another table there and copies the
    rows, and the triggers stay behind. On PostgreSQL they are where they were.
    """

    def forwards(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        if editor.connection.vendor != "sqlite":
            return
        for statement in refusing_sql(table, ("UPDATE", "DELETE"), vendor="sqlite", keys=keys):
            editor.execute(statement, params=None)

    return migrations.RunPython(forwards, migrations.RunPython.noop)


def _refuse(table: str, acts: Sequence[str], keys: Keys) -> migrations.RunPython:
    def forwards(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in refusing_sql(table, acts, vendor=editor.connection.vendor, keys=keys):
            editor.execute(statement, params=None)

    def backwards(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in _permitting_sql(table, acts, vendor=editor.connection.vendor):
            editor.execute(statement, params=None)

    return migrations.RunPython(forwards, backwards)


def refusing_sql(
    table: str, acts: Sequence[str], *, vendor: str, keys: Keys = ONLY_ID
) -> list[str]:
    """The statements that make the database refuse these acts on a table."""
    if vendor == "postgresql":
        return [
            _POSTGRESQL_FUNCTION,
            f"CREATE TRIGGER {table}_kept BEFORE {' OR '.join(acts)} OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION trueup_refuse_change()",
        ]
    exists = " OR ".join(_exists(table, key) for key in keys)
    return [
        *(
            f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} {_body(table, act)}"
            for act in acts
        ),
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {exists} "
        + _body(table, "REPLACE"),
    ]


def _exists(table: str, key: Sequence[str]) -> str:
    same = " AND ".join(f"{column} = NEW.{column}" for column in key)
    return f"EXISTS (SELECT 1 FROM {table} WHERE {same})"  # noqa: S608


def _body(table: str, act: str) -> str:
    return f"BEGIN SELECT RAISE(ABORT, '{act} is refused: the rows of {table} are kept'); END"


def _permitting_sql(table: str, acts: Sequence[str], *, vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [f"DROP TRIGGER {table}_kept ON {table}"]
    return [f"DROP TRIGGER {table}_no_{act.lower()}" for act in (*acts, "REPLACE")]
