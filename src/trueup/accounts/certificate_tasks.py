"""What a certificate of representation still owes: tasks for the facility's representatives."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from trueup.accounts import queries, watchers
from trueup.accounts.entries import FacilityAccountEntry
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.rules import programs
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec

OPERATING_DATE = "supply_operating_date"
REVISED_CERTIFICATE = "revise_certificate"
PAGE = 500


@transaction.atomic
def open_operating_date_tasks(*, program: str, now: datetime) -> int:
    """Open a task for each unit whose projected date has passed without the actual one.

    `supply_operating_date`, or a certificate with the date, closes it.

    Source: 40 CFR 62.16305(a)(1); MASS-022, RATE-159.
    """
    today = programs.load(program).local_date(now)
    units = queries.projected_dates_passed(today, limit=PAGE)
    accounts = _accounts(program=program, facilities={unit.facility for unit in units})
    return tasks.open_tasks(
        [
            TaskSpec(
                kind=OPERATING_DATE,
                program=program,
                subject=f"unit:{unit.id}",
                title=f"{accounts[unit.facility].facility.name}, unit {unit.unit_id}: supply the"
                f" actual date of commercial operation; {unit.operating_from} was projected",
                opened_at=now,
                account=accounts[unit.facility].account,
                submission="operating_dates",
                dedupe=f"{OPERATING_DATE}:{program}:{unit.id}",
            )
            for unit in units
            if unit.facility in accounts
        ]
    )


def close_tasks_of(*, facilities: Iterable[int], units: Iterable[int], closed_at: datetime) -> None:
    """Close what a certificate settles: the tasks of facilities that were to revise theirs,
    and those of units whose actual date is known now.

    Source: 40 CFR 62.16300(c), 62.16305(a)(1).
    """
    tasks.close_many(
        [f"facility:{facility}" for facility in facilities],
        kind=REVISED_CERTIFICATE,
        closed_at=closed_at,
        outcome="certificate received",
    )
    supplied = [f"unit:{unit}" for unit in units]
    if supplied:
        tasks.close_many(supplied, kind=OPERATING_DATE, closed_at=closed_at, outcome="supplied")


@transaction.atomic
def note_owner_change(
    *, program: str, facility: int, changed_on: date, noted_at: datetime, actor: str
) -> date:
    """Remind a facility's representatives of a change of owners that somebody noticed.

    Nothing else follows: who is not listed is bound all the same. Gives the day by which
    the revised certificate is due.

    Source: 40 CFR 62.16300(c); MASS-024, PLAT-033.
    """
    rules = programs.load(program)
    due_on = rules.days_from(changed_on, rules.people.representation.owner_change_days)
    account = _accounts(program=program, facilities=[facility])[facility]
    audit.log(
        at=noted_at,
        program=program,
        actor=actor,
        act="note_owner_change",
        subject=f"facility:{facility}",
        after={"changed_on": changed_on.isoformat(), "due_on": due_on.isoformat()},
        cite="40 CFR 62.16300(c)",
    )
    tasks.open_tasks(
        [
            TaskSpec(
                kind=REVISED_CERTIFICATE,
                program=program,
                subject=f"facility:{facility}",
                title=f"{account.facility.name}: file a revised certificate of representation",
                opened_at=noted_at,
                due_on=due_on,
                account=account.account,
                dedupe=f"{REVISED_CERTIFICATE}:{program}:{facility}:{changed_on}",
                opened_by=actor,
            )
        ]
    )
    specs = [
        NoticeSpec(
            event="certificate_due",
            program=program,
            person=seat.person,
            account=account.account,
            created_at=noted_at,
            context={
                "facility": account.facility.name,
                "reason": "its owners or operators have changed",
                "changed_on": changed_on,
                "due_on": due_on,
                "cite": "40 CFR 62.16300(c)",
            },
        )
        for seat in queries.representatives([account.account])[account.account]
    ]
    audit.notify(watchers.with_copies(specs))
    return due_on


def _accounts(*, program: str, facilities: Iterable[int]) -> dict[int, FacilityAccountEntry]:
    """The account at which a facility's representatives find their tasks: the first."""
    found: dict[int, FacilityAccountEntry] = {}
    for entry in queries.facility_accounts(program=program, facilities=facilities):
        found.setdefault(entry.facility.id, entry)
    return found
