"""The harness itself: what the other tests rest on must hold on both databases."""

from __future__ import annotations

import pytest
from django.db import connection, connections

from tests.conftest import SharedDatabase, chosen_seed

WRITE_ONE = """
import sys, django
django.setup()
from django.contrib.auth.models import Group
for turn in range(5):
    Group.objects.create(name=f"{sys.argv[1]}-{turn}")
"""


def test_the_header_names_a_seed_that_can_be_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEUP_SEED", "7")

    assert chosen_seed() == 7


@pytest.mark.django_db
def test_the_suite_never_touches_the_registry_in_use() -> None:
    name = str(connection.settings_dict["NAME"])

    assert "memory" in name if connection.vendor == "sqlite" else name.startswith("test_")


@pytest.mark.stress
class TestSharedDatabase:
    """Several processes write at once, and all of it is there afterwards."""

    def test_what_other_processes_commit_is_seen_here(
        self, shared_database: SharedDatabase
    ) -> None:
        from django.contrib.auth.models import Group

        writers = [shared_database.start("-c", WRITE_ONE, f"w{n}") for n in range(3)]
        printed = [writer.communicate(timeout=120)[0] for writer in writers]

        assert [writer.returncode for writer in writers] == [0, 0, 0], printed
        assert Group.objects.count() == 15
        assert shared_database.run("-c", "print(40 + 2)").strip() == "42"

    def test_a_process_that_fails_fails_the_test(self, shared_database: SharedDatabase) -> None:
        with pytest.raises(AssertionError, match="no such luck"):
            shared_database.run("-c", "raise SystemExit('no such luck')")

    def test_the_default_connection_is_to_the_shared_database(
        self, shared_database: SharedDatabase
    ) -> None:
        name = str(connections["default"].settings_dict["NAME"])

        assert name in shared_database.url
        assert "memory" not in name
