"""Jobs: done once, in one transaction, whatever happens to the worker."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import override_settings
from django_tasks_db.models import DBTaskResult

from trueup.accounts import services as accounts
from trueup.accounts.models import Person
from trueup.rules.refusal import Refusal, Refused
from trueup.tasks import job_worker, jobs
from trueup.tasks.job_progress import Progress, Teller, progress_of
from trueup.tasks.jobs import KINDS, JobEntry, Made, Work
from trueup.tasks.models import Job

pytestmark = pytest.mark.django_db

NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
QUEUE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}


class NotNow(Refusal):
    code = "tests.not_now"
    cite = "PLAT-006"


@pytest.fixture(autouse=True)
def kinds() -> Iterator[None]:
    """Jobs that register a person, and then do what their values say."""

    @jobs.register("tests.register", title="Register a person")
    def _run(work: Work) -> Made:
        accounts.register_person(name=work.values["name"], registered_at=work.at)
        work.tell("Registering", 1, 2)
        match work.values.get("then"):
            case "refuse":
                raise Refused([NotNow("Not now.", row=7)])
            case "break":
                raise RuntimeError("the inside")
        return Made(result={"people": 1}, address="/here/")

    yield
    del KINDS["tests.register"]


def start(name: str = "Ana Ruiz", **values: str) -> JobEntry:
    key = jobs.start(
        "tests.register", by=None, program="cpp-mass", values={"name": name, **values}, at=NOON
    )
    return again(key)


def again(key: object) -> JobEntry:
    entry = jobs.job(key)  # type: ignore[arg-type]
    assert entry is not None
    return entry


def queued() -> list[str]:
    return [row.args_kwargs["args"][0] for row in DBTaskResult.objects.ready()]


class TestDoing:
    """PLAT-006: never half a transaction."""

    def test_what_it_did_and_gave_is_kept(self) -> None:
        entry = start()

        assert (entry.state, entry.result, entry.address) == ("done", {"people": 1}, "/here/")
        assert Person.objects.filter(name="Ana Ruiz").count() == 1
        assert entry.has_ended
        assert entry.title == "Register a person"

    def test_a_refused_one_leaves_nothing_but_its_reasons(self) -> None:
        entry = start(then="refuse")

        assert entry.state == "refused"
        assert entry.refusals == (
            {"code": "tests.not_now", "cite": "PLAT-006", "sentence": "Not now.", "row": 7},
        )
        assert not Person.objects.filter(name="Ana Ruiz").exists()

    def test_one_that_breaks_leaves_nothing_and_tells_no_secret(self) -> None:
        entry = start(then="break")

        assert entry.state == "failed"
        assert entry.error
        assert "the inside" not in entry.error
        assert not Person.objects.filter(name="Ana Ruiz").exists()

    def test_a_kind_that_is_not_known_is_a_bug_of_ours(self) -> None:
        with pytest.raises(ValueError, match="no kind of job"):
            jobs.start("tests.other", by=None, program="", values={}, at=NOON)

    def test_a_job_ends_when_it_says_so(self) -> None:
        entry = start()

        with pytest.raises(IntegrityError), transaction.atomic():
            Job.objects.filter(key=entry.key).update(ended_at=None)


@pytest.fixture
def queue() -> Iterator[None]:
    """The worker's queue, in which jobs wait."""
    with override_settings(TASKS=QUEUE):
        yield


@pytest.mark.usefixtures("queue")
class TestQueue:
    """PLAT-006: whoever asks twice has it once, and a dead worker's job is done again."""

    def test_it_waits_for_the_worker(self) -> None:
        entry = start()

        assert entry.state == "waiting"
        assert queued() == [str(entry.key)]
        assert not Person.objects.filter(name="Ana Ruiz").exists()

    def test_the_same_is_not_asked_for_twice(self) -> None:
        assert start().key == start().key
        assert start("Other").key != start().key
        assert len(queued()) == 2

    def test_when_it_has_ended_the_same_can_be_asked_for_again(self) -> None:
        first = start()
        job_worker.run(first.key)

        assert start().key != first.key

    def test_it_is_done_at_the_instant_asked_and_the_time_it_waited(self) -> None:
        entry = start()
        job_worker.run(entry.key, waited=timedelta(minutes=3))

        assert again(entry.key).ended_at == NOON + timedelta(minutes=3)

    def test_two_workers_do_it_once(self) -> None:
        entry = start()
        job_worker.run(entry.key)
        job_worker.run(entry.key)

        assert Person.objects.filter(name="Ana Ruiz").count() == 1

    def test_a_job_whose_worker_ended_is_asked_for_again(self) -> None:
        entry = start()
        DBTaskResult.objects.update(status="RUNNING")
        Job.objects.filter(key=entry.key).update(state="running", attempts=1, began_at=NOON)

        assert job_worker.recover(NOON + timedelta(seconds=30)) == 0
        assert job_worker.recover(NOON + timedelta(minutes=3)) == 1

        assert queued() == [str(entry.key)]
        job_worker.run(entry.key)
        assert again(entry.key).state == "done"

    def test_a_worker_that_is_alone_asks_again_at_once(self) -> None:
        entry = start()
        DBTaskResult.objects.update(status="RUNNING")
        Job.objects.filter(key=entry.key).update(state="running", attempts=1, began_at=NOON)

        assert job_worker.recover(NOON, alone=True) == 1

    def test_what_waits_in_the_queue_is_left_there(self) -> None:
        entry = start()

        assert job_worker.recover(NOON + timedelta(days=1)) == 0
        assert queued() == [str(entry.key)]

    def test_a_job_that_kills_its_worker_is_given_up(self) -> None:
        entry = start()
        Job.objects.filter(key=entry.key).update(state="running", attempts=3, began_at=NOON)

        job_worker.recover(NOON + timedelta(hours=1))

        assert again(entry.key).state == "failed"
        assert "3 times" in again(entry.key).error

    def test_a_worker_thought_dead_takes_everything_back(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It slept through its own burial: another began the job meanwhile."""
        entry = start()
        begin = job_worker._begin

        def late(key: object, waited: timedelta) -> int | None:
            attempt = begin(key, waited)  # type: ignore[arg-type]
            Job.objects.filter(key=key).update(attempts=2)
            return attempt

        monkeypatch.setattr(job_worker, "_begin", late)
        job_worker.run(entry.key)

        assert not Person.objects.filter(name="Ana Ruiz").exists()
        assert again(entry.key).state == "running"

    def test_old_ones_are_deleted_and_what_waits_is_not(self) -> None:
        old, waits = start(), start("Other")
        job_worker.run(old.key)

        assert job_worker.delete_old(NOON + timedelta(days=89)) == 0
        assert job_worker.delete_old(NOON + timedelta(days=91)) == 1
        assert jobs.job(old.key) is None
        assert jobs.job(waits.key) is not None


class TestProgress:
    """How far it is."""

    def test_nothing_is_known_of_what_has_not_begun(self) -> None:
        assert progress_of(uuid4()) == Progress()
        assert Progress().percent is None

    def test_it_is_told_while_the_transaction_is_open_and_gone_after(self) -> None:
        key = uuid4()
        with Teller(key) as tell, transaction.atomic():
            tell("Deducting", 3, 12)
            tell("Deducting", 4, 12)  # Too soon after: not told.
            seen = progress_of(key)
        assert seen == Progress(done=3, of=12, sentence="Deducting")
        assert seen.percent == 25
        assert progress_of(key) == Progress()
