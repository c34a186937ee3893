"""Statements that carry many rows or many values in one parameter.

The rows travel as one JSON text, which both engines unfold: the number of statements
does not depend on the number of rows, and no engine's limit on parameters is met.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from django.db import connection, models
from django.db.models.expressions import RawSQL

Row = Mapping[str, Any]
FEW = 4


class Answer(NamedTuple):
    """What a statement gave, and how many rows it concerned."""

    rows: Sequence[tuple[Any, ...]]
    affected: int


def insert_many(model: type[models.Model], rows: Sequence[Row], *, ignore: bool = False) -> int:
    """Insert rows with one statement and give the number that were inserted.

    The names in a row are attribute names (`person_id`, not `person`); all rows have
    those of the first.

    Args:
        ignore: Leave out rows that a unique constraint refuses.
    """
    if not rows:
        return 0
    sql = _insert_sql(model, tuple(rows[0]), connection.vendor, ignore)
    return execute(sql, (_as_json(rows),)).affected


def insert_many_returning_ids(model: type[models.Model], rows: Sequence[Row]) -> list[int]:
    """Insert rows with one statement and give their new ids, in the order of the rows.

    Both engines number the rows of an ordered INSERT ... SELECT in that order, so the
    ids in ascending order belong to the rows in theirs.
    """
    if not rows:
        return []
    sql = _insert_sql(model, tuple(rows[0]), connection.vendor, False)
    ids = sorted(int(row[0]) for row in execute(f"{sql} RETURNING id", (_as_json(rows),)).rows)
    if len(ids) != len(rows):
        raise AssertionError(f"{len(rows)} rows were given and {len(ids)} were inserted")
    return ids


def among(values: Iterable[int | str]) -> RawSQL:
    """What `field__in` takes in place of a list: one parameter for any number of values."""
    wanted = list(values)
    return RawSQL(_unfolding(wanted), (json.dumps(wanted),))  # noqa: S611 - the text is fixed.


def unfolded(values: Sequence[int | str]) -> tuple[str, tuple[int | str, ...]]:
    """What stands in the brackets of an `IN (...)` written as SQL, and its parameters.

    A few values are parameters of their own: PostgreSQL then knows how few they are.
    """
    if len(values) <= FEW:
        return ", ".join(["%s"] * len(values)), tuple(values)
    return _unfolding(values), (json.dumps(values),)


def aware(instant: datetime) -> datetime:
    """An instant as a statement of our own reads it: SQLite's are UTC without saying so."""
    return instant if instant.tzinfo is not None else instant.replace(tzinfo=UTC)


def execute(sql: str, parameters: Sequence[object]) -> Answer:
    """Execute a statement of our own; PostgreSQL prepares it once for each connection.

    Planning takes longer than executing the statements that every transfer needs.
    """
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)  # type: ignore[arg-type]
            return Answer(
                rows=cursor.fetchall() if cursor.description else [], affected=cursor.rowcount
            )
    connection.ensure_connection()
    if connection.queries_logged:
        connection.queries_log.append({"sql": sql, "time": "not measured"})
    with connection.wrap_database_errors:
        prepared = psycopg.Cursor(connection.connection).execute(sql, parameters, prepare=True)
        return Answer(
            rows=prepared.fetchall() if prepared.description else [], affected=prepared.rowcount
        )


def _unfolding(values: Sequence[int | str]) -> str:
    if connection.vendor != "postgresql":
        return "SELECT value FROM json_each(%s)"
    element = "text" if any(isinstance(value, str) for value in values) else "bigint"
    return f"SELECT value::{element} FROM json_array_elements_text(%s::json)"  # noqa: S608


@cache
def _insert_sql(
    model: type[models.Model], attributes: tuple[str, ...], vendor: str, ignore: bool
) -> str:
    fields = {field.attname: field for field in model._meta.concrete_fields}
    chosen = [fields[attribute] for attribute in attributes]
    columns = ", ".join(f'"{field.column}"' for field in chosen)
    conflict = " ON CONFLICT DO NOTHING" if ignore else ""
    if vendor == "postgresql":
        typed = ", ".join(
            f'"{name}" {_postgresql_type(field)}'
            for name, field in zip(attributes, chosen, strict=True)
        )
        names = ", ".join(f'r."{name}"' for name in attributes)
        source = (
            f"SELECT {names} FROM ROWS FROM (json_to_recordset(%s::json) AS ({typed}))"  # noqa: S608
            f" WITH ORDINALITY AS r({', '.join(attributes)}, _position) ORDER BY r._position"
        )
    else:
        values = ", ".join(_sqlite_value(name) for name in attributes)
        source = f"SELECT {values} FROM json_each(%s) r WHERE true ORDER BY r.key"  # noqa: S608
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) {source}{conflict}'


def _postgresql_type(field: models.Field[Any, Any]) -> str:
    column_type = field.rel_db_type(connection) if field.primary_key else field.db_type(connection)
    if column_type is None:
        raise ValueError(f"{field} has no column")
    return column_type


def _sqlite_value(name: str) -> str:
    # json_extract gives objects and lists back as JSON text, as a JSONField stores them.
    return f"json_extract(r.value, '$.{name}')"


def _as_json(rows: Sequence[Row]) -> str:
    plain = _plain_sqlite if connection.vendor == "sqlite" else _plain_postgresql
    return json.dumps(rows, default=plain, ensure_ascii=False)


def _plain_sqlite(value: object) -> object:
    # SQLite stores what Django reads back there: UTC without an offset, UUIDs without hyphens.
    if isinstance(value, datetime):
        return _naive(value)
    return value.hex if isinstance(value, UUID) else _plain(value)


def _plain_postgresql(value: object) -> object:
    if isinstance(value, datetime):
        return f"{_naive(value)}+00"
    return _plain(value)


@lru_cache(maxsize=1024)
def _naive(value: datetime) -> str:
    """An instant in UTC; the rows of one act say the same one again and again."""
    if value.tzinfo is None:
        raise ValueError(f"an instant needs a time zone: {value}")
    return str(value.astimezone(UTC).replace(tzinfo=None))


def _plain(value: object) -> object:
    match value:
        case date():
            return value.isoformat()
        case Decimal() | UUID():
            return str(value)
        case Mapping():
            return dict(value)
        case _:
            raise TypeError(f"{type(value).__name__} cannot be stored")
