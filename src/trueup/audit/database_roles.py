"""What the web process may do in PostgreSQL: a role of its own, which cannot rewrite history.

The tables belong to the role that migrates. The web process signs in with another, which
gets what it needs and no more: it reads and adds everywhere, changes rows where rows
change, and has neither UPDATE nor DELETE nor TRUNCATE on what is only ever added to. It
owns no table, so it cannot put a trigger out of force either. Which tables those are is
read from the triggers that the migrations made; nobody keeps a second list.

Source: PLAT-017 (no user has a function to delete or edit audit entries); PLAT-094.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import connection

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
# The bits of pg_trigger.tgtype for what a trigger refuses.
_DELETE, _UPDATE = 8, 16
_KEPT = """
    SELECT c.relname, (t.tgtype & %s) <> 0
    FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE p.proname = 'trueup_refuse_change' AND (t.tgtype & %s) <> 0
    ORDER BY c.relname
"""
# Only migrations write here.
_OF_MIGRATIONS = ("django_migrations",)


def kept_tables() -> tuple[list[str], list[str]]:
    """The tables that are only added to, and those whose rows change and never go."""
    with connection.cursor() as cursor:
        cursor.execute(_KEPT, [_UPDATE, _DELETE])
        found = cursor.fetchall()
    added_to = [table for table, refuses_update in found if refuses_update]
    return added_to, [table for table, refuses_update in found if not refuses_update]


def grants_for(role: str) -> list[str]:
    """The statements that give an existing role what the web process needs, and no more.

    They can be carried out again after each migration; the owner of the tables does.

    Raises ValueError for a name that is none, and on SQLite, which has no roles.
    """
    if connection.vendor != "postgresql":
        raise ValueError("SQLite has no roles: there the triggers alone keep the rows")
    if not _NAME.fullmatch(role):
        raise ValueError(f"{role!r} is no name of a role: small letters, digits and _")
    added_to, kept = kept_tables()
    return [
        f"REVOKE ALL ON SCHEMA public FROM {role}",
        f"GRANT USAGE ON SCHEMA public TO {role}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        *_revoke("UPDATE, DELETE", added_to, role),
        *_revoke("DELETE", kept, role),
        *_revoke("INSERT, UPDATE, DELETE", _OF_MIGRATIONS, role),
    ]


def _revoke(what: str, tables: Sequence[str], role: str) -> list[str]:
    return [f"REVOKE {what} ON {table} FROM {role}" for table in tables]
