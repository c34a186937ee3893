"""Bringing a database up to date."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.commands import migrate as stock
from django.db import connection

from tests import databases

SQLITE = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
POSTGRESQL = """
SELECT 'column', table_name || '.' || column_name,
       concat_ws(' ', data_type, character_maximum_length, is_nullable, column_default)
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
ORDER BY 1, 2, 3
"""


def schema_after(folder: Path, command: Any) -> tuple[list[Any], float]:
    """The tables, constraints, indexes and triggers that a command makes, and its CPU seconds."""
    folder.mkdir()
    with databases.made_database(folder) as database, databases.default_is(database):
        if connection.vendor == "sqlite":
            connection.close()
            Path(database.name).unlink(missing_ok=True)  # A copy with all tables, perhaps.
        begun = time.process_time()
        call_command(command, verbosity=0)
        took = time.process_time() - begun
        with connection.cursor() as cursor:
            cursor.execute(SQLITE if connection.vendor == "sqlite" else POSTGRESQL)
            return cursor.fetchall(), took


@pytest.mark.usefixtures("django_db_setup")
class TestMigrate:
    """A new registry's tables (PLAT-011)."""

    def test_the_quicker_command_makes_what_djangos_own_makes(
        self, tmp_path: Path, django_db_blocker: Any
    ) -> None:
        with django_db_blocker.unblock():
            quick, quick_took = schema_after(tmp_path / "quick", "migrate")
            slow, slow_took = schema_after(tmp_path / "stock", stock.Command())
        assert len(quick) > 500
        assert quick == slow
        assert quick_took < slow_took
