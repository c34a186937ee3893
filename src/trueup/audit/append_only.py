"""Tables whose rows can be added and never changed: the database refuses the rest.

A migration calls `protect("table")` for each such table. On both engines UPDATE and
DELETE raise an IntegrityError, whoever asks. PostgreSQL refuses TRUNCATE too, and
refuses a statement even if it would touch no row. SQLite replaces a row in an
`INSERT OR REPLACE` without asking the delete trigger, so there an insert that names an
id which exists is refused as well.

Source: PLAT-017; 40 CFR 62.16355 (an error is mended by a new entry).
"""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION trueup_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % is refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$
"""


def protect(table: str) -> migrations.RunPython:
    """The migration operation that makes a table append-only on either engine."""

    def forwards(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in protecting_sql(table, vendor=editor.connection.vendor):
            editor.execute(statement, params=None)

    def backwards(_apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in _releasing_sql(table, vendor=editor.connection.vendor):
            editor.execute(statement, params=None)

    return migrations.RunPython(forwards, backwards)


def protecting_sql(table: str, *, vendor: str) -> list[str]:
    """The statements that make a table append-only."""
    if vendor == "postgresql":
        return [
            _POSTGRESQL_FUNCTION,
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION trueup_refuse_change()",
        ]
    refused = "BEGIN SELECT RAISE(ABORT, '{table} is append-only: {act} is refused'); END"
    statements = [
        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} "
        + refused.format(table=table, act=act)
        for act in ("UPDATE", "DELETE")
    ]
    exists = f"EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"  # noqa: S608
    statements.append(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN {exists} "
        + refused.format(table=table, act="REPLACE")
    )
    return statements


def _releasing_sql(table: str, *, vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [f"DROP TRIGGER {table}_append_only ON {table}"]
    return [f"DROP TRIGGER {table}_no_{act}" for act in ("update", "delete", "replace")]
