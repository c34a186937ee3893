"""The days of set-asides in a program's calendar, and tasks as they come near.

Nothing is recorded by the clock: it only asks officials in time.

Source: 40 CFR 62.16240(b); 62.16245(a)(3)(ii), (a)(4), (b)(3)(iii)-(iv); 62.16325(d), (e);
MASS-078, MASS-081, MASS-082, MASS-091, MASS-167.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from trueup.rules import programs, set_aside
from trueup.rules.output_based import dates_of
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.set_asides.queries import duties
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec

KIND = "set_aside_duty"
AHEAD = timedelta(days=30)
TITLES = {
    "renewable_distribution": "Distribute the renewable energy set-aside of {vintage}",
    "output_data": "Publish data of the output-based set-aside of {vintage}",
    "output_distribution": "Distribute the output-based set-aside of {vintage}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsideDate:
    """A day of set-asides that everybody in the program waits for.

    Attributes:
        name: `projections`, `project_reports`, `renewable_distribution`, `output_data`,
            `output_comments` or `output_distribution`.
        who: `source` or `official`.
        year: The generation year, or the first year of the period.
    """

    name: str
    who: str
    on: date
    year: int
    cite: str


def dates_of_period(program: Program, period: CompliancePeriod) -> list[SetAsideDate]:
    """Every day of set-asides for the vintages of a period, rolled as the program says.

    Source: 40 CFR 62.16240(b); 62.16245; 62.16325(d), (e); MASS-081, MASS-091; MASS-AMB-21.
    """
    found = []
    renewable = program.renewable_energy
    if renewable is not None:
        for year in period.vintages:
            for name, who, on, cite in (
                (
                    "projections",
                    "source",
                    set_aside.projection_due_on(year, rules=renewable),
                    "40 CFR 62.16245(a)(3)(ii)",
                ),
                (
                    "renewable_distribution",
                    "official",
                    set_aside.recorded_on(year, rules=renewable),
                    "40 CFR 62.16240(b)(1)(i); 62.16325(d)",
                ),
                (
                    "project_reports",
                    "source",
                    renewable.report_due.in_year(year + 1),
                    "40 CFR 62.16245(a)(4); MASS-AMB-21",
                ),
            ):
                found.append((name, who, on, year, cite))
    output = program.output_based
    if output is not None and period.first_year > program.schedule.printed[0].last_year:
        days = dates_of(period, rules=output)
        found += [
            (name, who, on, period.first_year, cite)
            for name, who, on, cite in (
                ("output_data", "official", days.data_on, "40 CFR 62.16245(b)(3)(iii)"),
                ("output_comments", "source", days.comment_until, "40 CFR 62.16245(b)(3)(iii)"),
                (
                    "output_distribution",
                    "official",
                    days.final_on,
                    "40 CFR 62.16240(b)(2)(i); 62.16325(e)",
                ),
            )
        ]
    return [
        SetAsideDate(name=name, who=who, on=program.effective_on(on), year=year, cite=cite)
        for name, who, on, year, cite in found
    ]


def standing(program: str, *, years: set[int], today: date) -> dict[tuple[str, int], str]:
    """How the duties of some calendar years stand, all States together, by name and vintage.

    `overdue` if one State's is, else `open` if one is to be done, else `done`.

    Source: MASS-167; PLAT-082.
    """
    found: dict[tuple[str, int], set[str]] = {}
    for year in sorted(years):
        for duty in duties(program=program, year=year, today=today):
            found.setdefault((duty.name, duty.vintage), set()).add(duty.state)
    return {
        key: next((state for state in ("overdue", "open") if state in states), "done")
        for key, states in found.items()
    }


def ask_officials(*, program: str, now: datetime) -> int:
    """Open a task for each duty that is near or overdue, and close those that are done.

    Nothing is recorded. How many are new.

    Source: 40 CFR 62.16240(b), 62.16245(b)(3); MASS-167; PLAT-052, PLAT-082.
    """
    rules = programs.load(program)
    if rules.renewable_energy is None and rules.output_based is None:
        return 0
    today = rules.local_date(now)
    found: dict[str, tuple[str, int, date, str]] = {}
    states: dict[str, set[str]] = {}
    for year in (today.year - 1, today.year):
        for duty in duties(program=program, year=year, today=today):
            if duty.effective_on - AHEAD > today:
                continue
            subject = f"{KIND}:{duty.name}-{duty.vintage}-{year}"
            found[subject] = (duty.name, duty.vintage, duty.effective_on, duty.cite)
            states.setdefault(subject, set()).add(duty.state)
    open_ones = {key for key, stand in states.items() if stand & {"open", "overdue"}}
    done = sorted(set(states) - open_ones)
    if done:
        tasks.close_many(done, kind=KIND, closed_at=now, outcome="every State is done")
    if not open_ones:
        return 0
    return tasks.open_tasks(
        [
            TaskSpec(
                kind=KIND,
                program=program,
                subject=subject,
                title=TITLES[found[subject][0]].format(vintage=found[subject][1]),
                opened_at=now,
                due_on=found[subject][2],
                function="allocate",
                dedupe=f"{program} {subject}",
            )
            for subject in sorted(open_ones)
        ]
    )
