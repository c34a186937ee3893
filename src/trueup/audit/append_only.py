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

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION trueup_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is refused: the rows of % are kept', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""


Keys = Sequence[Sequence[str]]
ONLY_ID: Keys = (("id",),)


class Refuse(Operation):
    """A migration operation that makes the database refuse acts on a table.

    It touches no model, so it does not ask for the state of them all as RunPython does,
    which took longer than everything else in a migration.

    Args:
        engines: Those on which it is done.
    """

    reduces_to_sql = True
    reversible = True

    def __init__(
        self,
        table: str,
        acts: Sequence[str],
        keys: Keys,
        engines: Sequence[str] = ("sqlite", "postgresql"),
    ) -> None:
        self.table, self.acts, self.keys, self.engines = table, acts, keys, engines

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """No model changes."""

    def database_forwards(
        self,
        app_label: str,  # noqa: ARG002 - Django's signature.
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002
        to_state: ProjectState,  # noqa: ARG002
    ) -> None:
        vendor = schema_editor.connection.vendor
        if vendor in self.engines:
            for statement in refusing_sql(self.table, self.acts, vendor=vendor, keys=self.keys):
                schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,  # noqa: ARG002 - Django's signature.
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,  # noqa: ARG002
        to_state: ProjectState,  # noqa: ARG002
    ) -> None:
        if len(self.engines) == 1:
            return  # What was done again was done before.
        for statement in _permitting_sql(
            self.table, self.acts, vendor=schema_editor.connection.vendor
        ):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Keep the rows of {self.table}"


def protect(table: str, *, keys: Keys = ONLY_ID) -> Refuse:
    """The migration operation that makes a table append-only on either engine."""
    return Refuse(table, ("UPDATE", "DELETE"), keys)


def keep_rows(table: str, *, keys: Keys = ONLY_ID) -> Refuse:
    """The migration operation that keeps a table's rows from being removed."""
    return Refuse(table, ("DELETE",), keys)


def protect_again(table: str, *, keys: Keys = ONLY_ID) -> Refuse:
    """The same, after an operation for which SQLite made an append-only table anew.

    SQLite cannot change a constraint; Django makes another table there and copies the
    rows, and the triggers stay behind. On PostgreSQL they are where they were.
    """
    return Refuse(table, ("UPDATE", "DELETE"), keys, engines=("sqlite",))


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
