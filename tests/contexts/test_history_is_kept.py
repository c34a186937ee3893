"""Who would rewrite history: an application superuser, and the web process's own role.

PLAT-017: no user has a function to delete or edit audit entries; 40 CFR 62.16355.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, IntegrityError, ProgrammingError, connection, transaction

from tests.contexts.registry import PROGRAM, Registry
from trueup.audit.database_roles import grants_for, kept_tables
from trueup.audit.models import Decision, Event
from trueup.desk.models import Proposal
from trueup.ledger import queries as ledger

pytestmark = pytest.mark.django_db

WEB = "trueup_web_of_a_test"
# The journal, the audit trail, decisions, signatures, the officials' words.
HISTORY = (
    "ledger_tx",
    "ledger_move",
    "audit_event",
    "audit_decision",
    "signing_signature",
    "desk_proposal",
    "desk_verdict",
    "desk_outcome",
    "desk_approval",
    "desk_preview",
    "desk_previewrow",
    "desk_facilitynote",
    "desk_secondtyping",
    "tasks_step",
    "resources_attachment",
    "resources_calculation",
    "resources_calculationrow",
    "resources_comment",
    "resources_commentperiod",
    "resources_commentwithheld",
    "resources_creditnotice",
    "resources_document",
    "resources_eguissuance",
    "resources_eguround",
    "resources_engagementdisclosure",
    "resources_issuance",
    "resources_issuancedocument",
    "resources_issuancereport",
    "resources_noticedearning",
    "resources_noticedreport",
    "resources_redactedfile",
    "resources_redaction",
    "resources_reportreview",
    "resources_reviewanswer",
    "resources_reviewquestion",
    "resources_reviewtick",
    "resources_setasideaward",
    "resources_standingpart",
    "resources_verifierreview",
    "state_accounts_distribution",
    "state_accounts_offsetaward",
    "state_accounts_share",
    "state_accounts_shift",
)


@pytest.fixture
def registry() -> Registry:
    found = Registry()
    found.allocate(("Barry", "1", 2022, 100))
    found.transfer("Barry", "Gulf Brokers", 2022, 10)
    return found


def refused(statement: str) -> type[Exception]:
    """What the database says to a statement; it must say something."""
    with (
        pytest.raises(DatabaseError) as problem,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    return type(problem.value)


class TestSuperuser:
    """An application superuser has the whole ORM and raw SQL, and still rewrites nothing."""

    @pytest.mark.parametrize("table", HISTORY)
    def test_no_row_of_history_is_changed_or_removed(self, registry: Registry, table: str) -> None:
        del registry
        User.objects.create_superuser("root", password="x")

        assert refused(f"DELETE FROM {table}") if rows_of(table) else True
        assert refused(f"UPDATE {table} SET id = id") if rows_of(table) else True

    def test_the_orm_is_refused_as_well(self, registry: Registry) -> None:
        del registry
        for model in (Event, Decision):
            for act in (
                lambda model=model: model.objects.update(id=1),
                lambda model=model: model.objects.all().delete(),
                lambda model=model: model.objects.first().save(force_update=True),
            ):
                with pytest.raises(IntegrityError), transaction.atomic():
                    act()
        with pytest.raises(IntegrityError), transaction.atomic():
            Event.objects.bulk_update([Event(id=Event.objects.first().id, act="x")], ["act"])

    def test_nothing_of_django_admin_is_there(self) -> None:
        from django.conf import settings

        assert "django.contrib.admin" not in settings.INSTALLED_APPS


def rows_of(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


@pytest.fixture
def web_role() -> Iterator[None]:
    """A real second role, with which the connection goes on."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {WEB} LOGIN")
        for statement in grants_for(WEB):
            cursor.execute(statement)
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET SESSION AUTHORIZATION")


def become_the_web_process() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET SESSION AUTHORIZATION {WEB}")


class TestWebRole:
    """PostgreSQL: the web process's own role, taken over by an attacker."""

    @pytest.mark.parametrize("table", HISTORY)
    def test_it_has_no_right_to_rewrite_history(self, web_role: None, table: str) -> None:
        become_the_web_process()

        for statement in (
            f"UPDATE {table} SET id = id",
            f"DELETE FROM {table}",
            f"TRUNCATE {table} CASCADE",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TRIGGER {table}_kept ON {table}",
            f"DROP TABLE {table} CASCADE",
        ):
            assert refused(statement) is ProgrammingError, statement

    def test_it_cannot_take_the_guards_away(self, web_role: None) -> None:
        become_the_web_process()

        for statement in (
            "CREATE OR REPLACE FUNCTION trueup_refuse_change() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RETURN NEW; END $$",
            "SET session_replication_role = replica",
            "DELETE FROM django_migrations",
            "GRANT UPDATE ON audit_event TO PUBLIC",
        ):
            if statement.startswith("GRANT"):
                with connection.cursor() as cursor:  # A warning, and nothing is granted.
                    cursor.execute(statement)
                assert refused("UPDATE audit_event SET id = id") is ProgrammingError
            else:
                assert refused(statement) is ProgrammingError, statement

    def test_it_removes_no_row_that_is_kept(self, web_role: None) -> None:
        _, kept = kept_tables()
        become_the_web_process()

        for table in kept:
            assert refused(f"DELETE FROM {table}") is ProgrammingError, table

    def test_it_can_do_its_work(self, web_role: None) -> None:
        become_the_web_process()

        found = Registry()
        found.allocate(("Barry", "1", 2022, 100))
        entry = found.transfer("Barry", "Gulf Brokers", 2022, 10)

        assert entry.state == "recorded"
        assert ledger.recent(program=PROGRAM, limit=1)

    def test_an_officials_act_goes_through_as_well(self, web_role: None) -> None:
        from tests.contexts.test_desk import Office

        become_the_web_process()
        office = Office()
        office.approve(office.propose("originate", jurisdiction="AL", vintage=2022))

        assert Proposal.objects.count() == 1
