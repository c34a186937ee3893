"""Why a task is not claimed or commented on."""

from __future__ import annotations

from trueup.rules.refusal import Refusal


class TaskClosed(Refusal):
    code = "tasks.task_closed"
    cite = "PLAT-094"


class TaskClaimed(Refusal):
    code = "tasks.task_claimed"
    cite = "PLAT-094"


class SamePerson(Refusal):
    code = "tasks.same_person"
    cite = "PLAT-052, PLAT-094"


class NothingSaid(Refusal):
    code = "tasks.nothing_said"
    cite = "PLAT-017"


class UnknownTask(Refusal):
    code = "tasks.unknown_task"
    cite = "PLAT-004"
