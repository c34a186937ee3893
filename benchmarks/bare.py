"""What the same rows cost without keys, indexes and checks: the other side of a ratio."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from django.db import connection, transaction
from django.db.models import Model


def highest(models: Iterable[type[Model]]) -> dict[str, int]:
    """The last id of each table, to know later which rows are new."""
    found = {}
    with connection.cursor() as cursor:
        for table in (model._meta.db_table for model in models):
            cursor.execute(f"SELECT coalesce(max(id), 0) FROM {table}")
            found[table] = cursor.fetchone()[0]
    return found


def insert_bare(before: Mapping[str, int]) -> tuple[float, int]:
    """Insert the rows that were written since into bare tables; seconds and rows."""
    with connection.cursor() as cursor:
        for table in before:
            cursor.execute(f"CREATE TABLE bare_{table} AS SELECT * FROM {table} LIMIT 0")
        begun, rows = time.perf_counter(), 0
        with transaction.atomic():
            for table, last in before.items():
                cursor.execute(
                    f"INSERT INTO bare_{table} SELECT * FROM {table} WHERE id > %s", [last]
                )
                rows += cursor.rowcount
        seconds = time.perf_counter() - begun
        for table in before:
            cursor.execute(f"DROP TABLE bare_{table}")
    return seconds, rows
