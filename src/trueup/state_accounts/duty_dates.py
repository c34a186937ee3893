"""The day by which States divide their budgets, in the calendar and as tasks in time.

Nothing is recorded by the clock: it only asks officials.

Source: RGGI-020; MD-2 (“By January 31st of each calendar year”); PLAT-052, PLAT-082.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.state_accounts.entries import DutyEntry
from trueup.state_accounts.queries import duties
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec

KIND = "state_accounts_duty"
NAME = "state_division"
CITE = "RGGI-020"
AHEAD = timedelta(days=30)


def dates_of_period(program: Program, period: CompliancePeriod) -> list[tuple[int, date]]:
    """Each year of a period with the day by which its budgets are to be divided.

    Source: RGGI-020.
    """
    rules = program.market.state_accounts
    if rules is None:
        return []
    return [(year, rules.due.in_year(year)) for year in period.vintages]


def years_done(program: str, *, today: date) -> set[int]:
    """The years whose budgets every State has divided that has set one.

    Source: RGGI-020.
    """
    by_year = _by_year(program, today=today)
    return {
        year
        for year, of_year in by_year.items()
        if any(duty.recorded_at for duty in of_year)
        and all(duty.recorded_at for duty in of_year if duty.budget is not None)
    }


def ask_officials(*, program: str, now: datetime) -> int:
    """Open a task for each year whose day is near or past, and close those that are done.

    One task a year, however many States are to divide. Nothing is recorded. How many are new.

    Source: RGGI-020; PLAT-052, PLAT-082.
    """
    rules = programs.load(program)
    if rules.market.state_accounts is None:
        return 0
    today = rules.local_date(now)
    done = years_done(program, today=today)
    if done:
        subjects = [f"{KIND}:{year}" for year in sorted(done)]
        tasks.close_many(subjects, kind=KIND, closed_at=now, outcome="every State is done")
    wanted = {
        year: of_year[0].due_on
        for year, of_year in _by_year(program, today=today).items()
        if year not in done and of_year[0].due_on - AHEAD <= today
    }
    if not wanted:
        return 0
    return tasks.open_tasks(
        [
            TaskSpec(
                kind=KIND,
                program=program,
                subject=f"{KIND}:{year}",
                title=f"Divide the budgets of {year} among the States' accounts",
                opened_at=now,
                due_on=due_on,
                function="allocate",
                dedupe=f"{program} {KIND}:{year}",
            )
            for year, due_on in sorted(wanted.items())
        ]
    )


def _by_year(program: str, *, today: date) -> dict[int, list[DutyEntry]]:
    found: dict[int, list[DutyEntry]] = {}
    for duty in duties(program=program, today=today):
        found.setdefault(duty.year, []).append(duty)
    return found
