"""The task list: what awaits whom."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from trueup.accounts import services as accounts
from trueup.rules.refusal import Refused
from trueup.tasks import queries, services
from trueup.tasks.entries import Scope, TaskEntry, TaskSpec
from trueup.tasks.models import Step

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)


def person(name: str) -> int:
    return accounts.register_person(name=name, registered_at=NOON).id


@pytest.fixture
def ana() -> int:
    return person("Ana Ruiz")


@pytest.fixture
def brokers(ana: int) -> int:
    return accounts.open_general_account(
        program=PROGRAM, name="Gulf Brokers", representative=ana, at=NOON
    ).id


def spec(**values: Any) -> TaskSpec:
    given: dict[str, Any] = {
        "kind": "transfer_second_approval",
        "program": PROGRAM,
        "subject": "transfer:1",
        "title": "Approve the transfer of 10",
        "opened_at": NOON,
    }
    return TaskSpec(**given | values)


def only(found: list[TaskEntry]) -> TaskEntry:
    (task,) = found
    return task


class TestAudience:
    """PLAT-052, PLAT-094: each task is for an account, a person or a function."""

    def test_a_task_of_an_account_is_seen_by_who_acts_for_it(self, ana: int, brokers: int) -> None:
        services.open_tasks([spec(account=brokers)])

        assert queries.tasks_for(person=ana, accounts=[brokers])
        assert not queries.tasks_for(person=ana, accounts=[brokers + 1])

    def test_an_agent_sees_the_tasks_of_the_delegated_kind_alone(
        self, ana: int, brokers: int
    ) -> None:
        services.open_tasks([spec(account=brokers, submission="transfers")])
        services.open_tasks([spec(account=brokers, kind="application_incomplete")])

        delegated = {"transfers": [brokers]}
        task = only(queries.tasks_for(person=ana, delegated=delegated))
        assert task.kind == "transfer_second_approval"
        assert queries.task_of(task.key, person=ana, delegated=delegated) is not None
        assert not queries.tasks_for(person=ana, delegated={"emissions_reports": [brokers]})

    def test_a_task_of_a_person_is_seen_by_that_person(self, ana: int) -> None:
        services.open_tasks([spec(person=ana)])

        assert queries.tasks_for(person=ana)
        assert not queries.tasks_for(person=person("Gil Orr"))

    def test_a_task_of_a_state_is_seen_by_its_officials_and_the_administrator(
        self, ana: int
    ) -> None:
        services.open_tasks([spec(function="allocate", jurisdiction="AL")])

        def sees(*scopes: Scope) -> bool:
            return bool(queries.tasks_for(person=ana, functions=scopes))

        assert sees(Scope(function="allocate", program=PROGRAM, jurisdiction="AL"))
        assert sees(Scope(function="allocate", program=PROGRAM))
        assert sees(Scope(function="allocate"))
        assert not sees(Scope(function="allocate", program=PROGRAM, jurisdiction="KY"))
        assert not sees(Scope(function="allocate", program="cpp-rate"))
        assert not sees(Scope(function="settle", program=PROGRAM))

    def test_who_is_excluded_neither_sees_nor_claims_it(self, ana: int, brokers: int) -> None:
        gil = person("Gil Orr")
        services.open_tasks([spec(account=brokers, excluded=(ana,))])

        assert not queries.tasks_for(person=ana, accounts=[brokers])
        task = only(queries.tasks_for(person=gil, accounts=[brokers]))
        assert queries.task_of(task.key, person=ana, accounts=[brokers]) is None
        with pytest.raises(Refused) as refused:
            services.claim(key=task.key, person=ana, at=LATER)
        assert refused.value.reasons == {"same_person"}

    def test_a_task_with_two_audiences_cannot_be_written_down(self, ana: int, brokers: int) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            services.open_tasks([spec(account=brokers, person=ana)])

    def test_a_task_with_no_audience_cannot_be_written_down(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            services.open_tasks([spec()])


class TestOrder:
    """PLAT-052."""

    def test_the_first_due_comes_first_and_pages_go_on(self, ana: int, brokers: int) -> None:
        for day, who in ((3, {"person": ana}), (1, {"account": brokers}), (2, {"person": ana})):
            services.open_tasks([spec(title=f"{day}", due_on=date(2021, 6, day), **who)])
        services.open_tasks([spec(title="whenever", person=ana)])

        seen: list[str] = []
        after = None
        while page := queries.tasks_for(person=ana, accounts=[brokers], limit=1, after=after):
            seen.append(page[0].title)
            after = queries.place_of(page[0])

        assert seen == ["1", "2", "3", "whenever"]

    def test_counts_say_how_many_are_late(self, ana: int) -> None:
        services.open_tasks([spec(person=ana, due_on=date(2021, 6, day)) for day in (1, 2, 3)])

        (count,) = queries.counts_for(person=ana, today=date(2021, 6, 3))

        assert (count.open, count.overdue) == (3, 2)

    def test_the_number_of_statements_does_not_depend_on_the_number_of_tasks(
        self, ana: int, brokers: int
    ) -> None:
        scopes = [Scope(function="allocate", program=PROGRAM, jurisdiction="AL")]

        def statements() -> int:
            with CaptureQueriesContext(connection) as captured:
                queries.tasks_for(person=ana, accounts=[brokers], functions=scopes)
                queries.counts_for(
                    person=ana, accounts=[brokers], functions=scopes, today=date(2021, 6, 1)
                )
            return len(captured)

        few = statements()
        services.open_tasks(
            [spec(account=brokers, subject=f"transfer:{n}") for n in range(100)]
            + [spec(function="allocate", jurisdiction="AL", subject=f"run:{n}") for n in range(50)]
        )

        assert statements() == few


class TestOnce:
    """PLAT-053: nobody is asked twice for one thing."""

    def test_an_open_task_is_not_opened_again(self, ana: int) -> None:
        assert services.open_tasks([spec(person=ana, dedupe="x", excluded=(ana + 1,))]) == 1
        assert services.open_tasks([spec(person=ana, dedupe="x"), spec(person=ana)]) == 1

    def test_a_closed_one_is(self, ana: int) -> None:
        services.open_tasks([spec(person=ana, dedupe="x")])
        services.close_tasks(subject="transfer:1", closed_at=LATER, outcome="expired")

        assert services.open_tasks([spec(person=ana, dedupe="x")]) == 1

    def test_many_are_opened_with_their_exclusions_in_few_statements(self, ana: int) -> None:
        specs = [
            spec(person=ana, subject=f"transfer:{n}", excluded=(ana + n + 1,)) for n in range(200)
        ]
        with CaptureQueriesContext(connection) as captured:
            assert services.open_tasks(specs) == 200
        assert len(captured) <= 6

        task = only(queries.open_on("transfer:7"))
        assert queries.excluded_from(task.key) == {ana + 8}


class TestWork:
    """PLAT-017, PLAT-094: claim, remark, due date, history."""

    def test_a_task_in_hand_is_not_claimed_by_another(self, ana: int, brokers: int) -> None:
        gil = person("Gil Orr")
        services.open_tasks([spec(account=brokers)])
        task = only(queries.tasks_for(person=ana, accounts=[brokers]))

        assert services.claim(key=task.key, person=ana, at=LATER).claimer == "Ana Ruiz"
        with pytest.raises(Refused) as refused:
            services.claim(key=task.key, person=gil, at=LATER)
        assert refused.value.reasons == {"task_claimed"}

        services.release(key=task.key, person=gil, at=LATER, reason="Ana is away")
        assert services.claim(key=task.key, person=gil, at=LATER).claimed_by == gil

    def test_the_history_says_what_was_done(self, ana: int) -> None:
        services.open_tasks([spec(person=ana)])
        task = only(queries.tasks_for(person=ana))
        services.claim(key=task.key, person=ana, at=LATER)
        services.comment(key=task.key, person=ana, text="Called the seller.", at=LATER)
        services.set_due(key=task.key, due_on=date(2021, 6, 9), person=ana, at=LATER)
        services.close_tasks(
            subject=task.subject, closed_at=LATER, outcome="approved", actor=f"person:{ana}"
        )

        steps = queries.history_of(task.key)
        assert [step.what for step in steps] == [
            "opened",
            "claimed",
            "commented",
            "due_changed",
            "closed",
        ]
        assert steps[3].text == "none to 2021-06-09"
        assert not queries.tasks_for(person=ana)

    def test_a_closed_task_is_not_claimed_and_an_empty_remark_not_kept(self, ana: int) -> None:
        services.open_tasks([spec(person=ana)])
        task = only(queries.tasks_for(person=ana))
        with pytest.raises(Refused) as refused:
            services.comment(key=task.key, person=ana, text=" ", at=LATER)
        assert refused.value.reasons == {"nothing_said"}

        services.close_tasks(subject=task.subject, closed_at=LATER, outcome="approved")
        with pytest.raises(Refused) as refused:
            services.claim(key=task.key, person=ana, at=LATER)
        assert refused.value.reasons == {"task_closed"}

    def test_history_is_neither_changed_nor_removed(self, ana: int) -> None:
        services.open_tasks([spec(person=ana)])

        with pytest.raises(IntegrityError), transaction.atomic():
            Step.objects.update(text="nothing happened")
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM tasks_task")

    def test_overdue_tasks_can_be_listed(self, ana: int) -> None:
        services.open_tasks([spec(person=ana, due_on=date(2021, 6, day)) for day in (1, 5)])

        assert len(queries.overdue(date(2021, 6, 2))) == 1


class TestSpeed:
    """PLAT-052: an official's list and counts stay quick with many open tasks."""

    @pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is SQLite's")
    @pytest.mark.parametrize("program", ["", PROGRAM])
    def test_officials_lists_and_counts_read_covering_indexes(self, ana: int, program: str) -> None:
        scopes = [Scope(function=name, program=program) for name in ("originate", "settle")]
        with CaptureQueriesContext(connection) as captured:
            queries.tasks_for(person=ana, functions=scopes)
            queries.counts_for(person=ana, functions=scopes, today=NOON.date())

        of_officials = [
            query["sql"] for query in captured.captured_queries if "originate" in query["sql"]
        ]
        assert len(of_officials) == 2
        for statement in of_officials:
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
                plan = [row[-1] for row in cursor.fetchall()]
            assert any("COVERING INDEX task_of_officials" in step for step in plan), plan
