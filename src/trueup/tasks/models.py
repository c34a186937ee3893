"""What awaits somebody: tasks, whom they are not for, and what was done with them."""

from __future__ import annotations

import uuid
from datetime import date

from django.db import models
from django.db.models import Q

WHATS = ("opened", "claimed", "released", "commented", "due_changed", "closed")
NO_DUE_DATE = date(9999, 12, 31)


class Task(models.Model):
    """One thing that awaits an account's representatives, a person, or officials.

    Person and account are never deleted; their foreign keys are not checked by the
    database, because transfers open tasks and the check would lock their rows
    (docs/decisions/0041).

    Attributes:
        key: Names the task in addresses.
        kind: What is to be done: `transfer_second_approval`.
        subject: On what: `transfer:<key>`, `proposal:<key>`, `application:<id>`.
        account: For those who act for this account.
        submission: The kind of submission that doing it is: an agent whose delegation
            lists that kind may do it too; empty: representatives alone.
        person: For this person alone.
        function, jurisdiction: For officials with this function in the program and State.
        sort_on: The due date; a day in the far future where there is none.
        dedupe: Among open tasks, a non-empty text occurs once.
        outcome: How it ended, in a word: `approved`.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    kind = models.CharField(max_length=40)
    program = models.CharField(max_length=20)
    subject = models.CharField(max_length=120)
    title = models.CharField(max_length=300)
    account = models.ForeignKey(
        "ledger.Account",
        null=True,
        on_delete=models.PROTECT,
        related_name="tasks",
        db_constraint=False,
        db_index=False,
    )
    person = models.ForeignKey(
        "accounts.Person",
        null=True,
        on_delete=models.PROTECT,
        related_name="tasks",
        db_constraint=False,
        db_index=False,
    )
    function = models.CharField(max_length=40, blank=True)
    jurisdiction = models.CharField(max_length=3, blank=True)
    submission = models.CharField(max_length=40, blank=True)
    opened_at = models.DateTimeField()
    due_on = models.DateField(null=True)
    sort_on = models.DateField()
    dedupe = models.CharField(max_length=200, blank=True)
    claimed_by = models.ForeignKey(
        "accounts.Person",
        null=True,
        on_delete=models.PROTECT,
        related_name="claimed_tasks",
        db_index=False,
    )
    claimed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=60, blank=True, db_default="")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=~Q(kind="") & ~Q(subject="") & ~Q(title=""), name="task_says_what"
            ),
            models.CheckConstraint(
                condition=Q(account__isnull=False, person=None, function="")
                | Q(account=None, person__isnull=False, function="")
                | (Q(account=None, person=None) & ~Q(function="")),
                name="task_one_audience",
            ),
            models.CheckConstraint(
                condition=Q(due_on=None, sort_on=NO_DUE_DATE)
                | Q(due_on__isnull=False, due_on=models.F("sort_on")),
                name="task_sorted_by_due_date",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, outcome="")
                | (Q(closed_at__isnull=False) & ~Q(outcome="")),
                name="task_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(claimed_by=None, claimed_at=None)
                | Q(claimed_by__isnull=False, claimed_at__isnull=False),
                name="task_claimed_when",
            ),
            models.UniqueConstraint(
                fields=("dedupe",), condition=~Q(dedupe="") & Q(closed_at=None), name="task_once"
            ),
        )
        indexes = (
            models.Index(
                fields=("account", "sort_on", "id"),
                condition=Q(closed_at=None, account__isnull=False),
                name="task_by_account",
            ),
            models.Index(
                fields=("person", "sort_on", "id"),
                condition=Q(closed_at=None, person__isnull=False),
                name="task_by_person",
            ),
            # Both hold all columns that officials' lists and counts look at, `closed_at` as
            # well, so that these read no row of the table but those of the page shown.
            models.Index(
                fields=(
                    "sort_on",
                    "id",
                    "function",
                    "program",
                    "jurisdiction",
                    "kind",
                    "closed_at",
                ),
                condition=Q(closed_at=None) & ~Q(function=""),
                name="task_of_officials_by_due",
            ),
            models.Index(
                fields=(
                    "function",
                    "program",
                    "jurisdiction",
                    "kind",
                    "sort_on",
                    "id",
                    "closed_at",
                ),
                condition=Q(closed_at=None) & ~Q(function=""),
                name="task_of_officials_by_kind",
            ),
            models.Index(fields=("subject", "id"), name="task_by_subject"),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.title}"


class Exclusion(models.Model):
    """A person who may not do a task: whoever asked never approves.

    Source: PLAT-094, PLAT-052.
    """

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="exclusions")
    person = models.ForeignKey(
        "accounts.Person",
        on_delete=models.PROTECT,
        related_name="excluded_tasks",
        db_constraint=False,
        db_index=False,
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("task", "person"), name="task_exclusion_once"),
        )

    def __str__(self) -> str:
        return f"{self.task_id} not for {self.person_id}"


class Step(models.Model):
    """What was done with a task, when and by whom: append-only."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="steps", db_index=False)
    at = models.DateTimeField()
    actor = models.CharField(max_length=60)
    what = models.CharField(max_length=20)
    text = models.CharField(max_length=2000, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(what__in=WHATS), name="task_step_what"),
            models.CheckConstraint(condition=~Q(actor=""), name="task_step_says_who"),
        )
        indexes = (models.Index(fields=("task", "id"), name="task_step_by_task"),)

    def __str__(self) -> str:
        return f"{self.task_id} {self.what} by {self.actor}"


JOB_STATES = ("waiting", "running", "done", "refused", "failed")


class Job(models.Model):
    """Work that takes longer than a page may: done once by the worker, in one transaction.

    It is kept for a while after it has ended and then deleted; what it did is in the books
    and the audit trail. Person and program say who asked for it and where.

    Attributes:
        key: Names the job in addresses.
        name: A key of `jobs.KINDS`.
        function, jurisdiction: Officials with this function there may see it too.
        values: What was asked, as plain JSON.
        dedupe: Among jobs that have not ended, a non-empty text occurs once.
        attempts: How often a worker began it.
        task: The entry in the worker's queue.
        result: What it gave. address: The page of that.
        refusals: Why it was refused: code, cite, sentence and row of each reason.
        error: What went wrong, in a sentence; the details are in the worker's log.
    """

    key = models.UUIDField(default=uuid.uuid4, unique=True)
    name = models.CharField(max_length=60)
    program = models.CharField(max_length=20, blank=True)
    function = models.CharField(max_length=40, blank=True)
    jurisdiction = models.CharField(max_length=3, blank=True)
    by = models.ForeignKey(
        "accounts.Person", null=True, on_delete=models.PROTECT, related_name="jobs"
    )
    values = models.JSONField(default=dict)
    dedupe = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, default="waiting")
    attempts = models.PositiveSmallIntegerField(default=0)
    task = models.CharField(max_length=64, blank=True)
    result = models.JSONField(default=dict)
    address = models.CharField(max_length=400, blank=True)
    refusals = models.JSONField(default=list)
    error = models.CharField(max_length=400, blank=True)
    asked_at = models.DateTimeField()
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(condition=Q(state__in=JOB_STATES), name="job_state"),
            models.CheckConstraint(condition=~Q(name=""), name="job_says_what"),
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "running"), ended_at=None)
                | (~Q(state__in=("waiting", "running")) & Q(ended_at__isnull=False)),
                name="job_ended_when",
            ),
            models.UniqueConstraint(
                fields=("dedupe",), condition=~Q(dedupe="") & Q(ended_at=None), name="job_once"
            ),
        )
        indexes = (
            models.Index(fields=("ended_at",), name="job_by_end"),
            models.Index(fields=("name", "program", "id"), name="job_by_name"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.key} ({self.state})"


class JobProgress(models.Model):
    """How far a job is; apart from it, so that it can be told while the job's row is locked."""

    key = models.UUIDField(primary_key=True)
    done = models.PositiveBigIntegerField(default=0)
    of = models.PositiveBigIntegerField(default=0)
    sentence = models.CharField(max_length=200, blank=True)
    told_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.key}: {self.done} of {self.of}"
