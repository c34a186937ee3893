"""Load the demonstration into an empty registry, and remember what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from django.db import transaction

from trueup.accounts import queries as accounts
from trueup.audit import queries as audit_queries
from trueup.audit import services as audit
from trueup.demonstration import sign_in
from trueup.demonstration.agenda import Progress
from trueup.demonstration.course import Course
from trueup.demonstration.generators import green_plants
from trueup.demonstration.plants import national_data
from trueup.demonstration.rate_course import RateCourse
from trueup.demonstration.rate_summary import RateSummary
from trueup.demonstration.rate_tally import rate_summary_of
from trueup.demonstration.rggi_course import STATE, RggiCourse
from trueup.demonstration.rggi_summary import RggiSummary
from trueup.demonstration.rggi_tally import rggi_summary_of
from trueup.demonstration.rggi_timetable import rggi_timetable
from trueup.demonstration.summary import Summary
from trueup.demonstration.tally import summary_of
from trueup.demonstration.timetable import Days, rate_timetable, timetable
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused

MASS, RATE, RGGI = "mass", "rate", "rggi"
# The program of each scenario: no State is in both programs at once.
SCENARIOS = {MASS: "cpp-mass", RATE: "cpp-rate", RGGI: "rggi-md"}
SEED = 2022
AnySummary = Summary | RateSummary | RggiSummary
SUBJECT = "demonstration"


class RegistryNotEmpty(Refusal):
    code = "demonstration.registry_not_empty"
    cite = "docs/explanation/demonstration.md"


class UnknownJurisdiction(Refusal):
    code = "demonstration.unknown_jurisdiction"
    cite = "40 CFR 62.16235(a), Table 1"


def tell_nobody(_what: str, _done: int, _total: int) -> None:
    """Be told of progress, and tell nobody.

    Source: docs/explanation/demonstration.md.
    """


def run(
    *,
    progress: Progress = tell_nobody,
    seed: int = SEED,
    jurisdictions: Sequence[str] = (),
    with_sign_in: bool = False,
    days_before_deadline: int | None = None,
    scenario: str = MASS,
) -> AnySummary:
    """Load the demonstration: a compliance period on real plants, from the first to settlement.

    All of it is one database transaction: a run that is ended early leaves nothing.

    Args:
        progress: Is told what is being done, and how many days of how many are over.
        seed: Decides people and trades; the same seed gives the same summary.
        jurisdictions: Only these; all if empty.
        with_sign_in: Make users who can sign in with the demonstration's known password.
        days_before_deadline: End so many days before the transfer deadline; what is due
            later is left. None: to the settlement.
        scenario: `mass`: allowances in every State of Table 1; `rate`: every State chose
            rates, and credits are issued to affected EGUs and eligible resources; `rggi`:
            Maryland's sources through a control period of RGGI.

    Raises Refused (`registry_not_empty`, `unknown_jurisdiction`).

    Source: docs/explanation/demonstration.md.
    """
    program = programs.load(SCENARIOS[scenario])
    known = places_of(scenario)
    chosen = tuple(jurisdictions) or known
    unknown = [code for code in chosen if code not in known]
    if unknown:
        raise Refused([UnknownJurisdiction(f"There is no plant in {', '.join(unknown)}.")])
    started = time.monotonic()
    with transaction.atomic():
        if not is_registry_empty():
            raise Refused([_not_empty()])
        until = last_day(days := days_of(scenario), days_before_deadline)
        tour = _Tour(chosen=chosen, seed=seed, progress=progress, until=until, sign_in=with_sign_in)
        summary = _RUNS[scenario](tour)
        summary = replace(summary, seconds=round(time.monotonic() - started, 1))
        audit.log(
            at=days.at(until, hour=18),
            program=program.code,
            actor="administrator",
            act="load_demonstration",
            subject=SUBJECT,
            after=summary.as_json(),
        )
    return summary


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tour:
    """What was asked of a run."""

    chosen: tuple[str, ...]
    seed: int
    progress: Progress
    until: date
    sign_in: bool


def _run_mass(tour: _Tour) -> Summary:
    program = programs.load(SCENARIOS[MASS])
    days = timetable(program)
    course = Course(
        national_data(tour.chosen).plants,
        green_plants(tour.chosen),
        days=days,
        seed=tour.seed,
        progress=tour.progress,
        until=tour.until,
    )
    course.run()
    if tour.sign_in:
        sign_in.create_users(course.participants, program=program.code, at=days.at(tour.until))
    audit.settle_history(until=days.at(tour.until, hour=18))
    # The coverage is the nation's, whatever part of it was chosen.
    nation = national_data(tuple(program.jurisdictions))
    return summary_of(course, coverage=nation.coverage)


def _run_rate(tour: _Tour) -> RateSummary:
    program = programs.load(SCENARIOS[RATE])
    days = rate_timetable(program)
    with_units = tuple(code for code in tour.chosen if code in program.jurisdictions)
    course = RateCourse(
        national_data(with_units).plants,
        green_plants(tour.chosen),
        days=days,
        seed=tour.seed,
        progress=tour.progress,
        until=tour.until,
    )
    course.run()
    if tour.sign_in:
        sign_in.create_users(
            course.participants,
            program=program.code,
            at=days.at(tour.until),
            sponsors=course.sponsors,
        )
    audit.settle_history(until=days.at(tour.until, hour=18))
    return rate_summary_of(course)


def _run_rggi(tour: _Tour) -> RggiSummary:
    program = programs.load(SCENARIOS[RGGI])
    days = rggi_timetable(program)
    course = RggiCourse(
        national_data(tour.chosen).plants,
        days=days,
        seed=tour.seed,
        progress=tour.progress,
        until=tour.until,
    )
    course.run()
    if tour.sign_in:
        sign_in.create_users(course.participants, program=program.code, at=days.at(tour.until))
    audit.settle_history(until=days.at(tour.until, hour=18))
    return rggi_summary_of(course)


_RUNS: dict[str, Callable[[_Tour], AnySummary]] = {
    MASS: _run_mass,
    RATE: _run_rate,
    RGGI: _run_rggi,
}


def days_of(scenario: str) -> Days:
    """The days of a scenario's demonstration.

    Source: docs/explanation/demonstration.md.
    """
    program = programs.load(SCENARIOS[scenario])
    if scenario == RGGI:
        return rggi_timetable(program)
    return rate_timetable(program) if scenario == RATE else timetable(program)


def places_of(scenario: str) -> tuple[str, ...]:
    """Where the plants of a scenario are: with resources, also where no affected EGU is.

    Source: docs/explanation/demonstration.md; AMB-25.
    """
    if scenario == RGGI:
        return (STATE,)
    named = tuple(programs.load(SCENARIOS[scenario]).jurisdictions)
    if scenario != RATE:
        return named
    return tuple(dict.fromkeys((*named, *(plant.jurisdiction for plant in green_plants()))))


def last_day(days: Days, days_before_deadline: int | None) -> date:
    """The last day of the demonstration: of the settlement, or so long before the deadline.

    Source: docs/explanation/demonstration.md; PLAT-155.
    """
    if days_before_deadline is None:
        return days.deducted_on
    return days.program.deadline_on(days.period) - timedelta(days=days_before_deadline)


def is_registry_empty() -> bool:
    """Whether nothing stands in the way of the demonstration: no account, no facility.

    Source: docs/explanation/demonstration.md.
    """
    return not (accounts.facilities(limit=1) or any(map(_has_accounts, programs.codes())))


def latest_summary() -> AnySummary | None:
    """What came of the demonstration that this registry holds; None if it holds none.

    Source: docs/explanation/demonstration.md.
    """
    kept = audit_queries.events_of(SUBJECT, limit=1)
    if not kept or not kept[0].after:
        return None
    told = kept[0].after
    of: dict[str, type[AnySummary]] = {SCENARIOS[RATE]: RateSummary, SCENARIOS[RGGI]: RggiSummary}
    return of.get(str(told["program"]), Summary).from_json(told)


def _has_accounts(program: str) -> bool:
    return bool(ledger.accounts(program=program, limit=1))


def _not_empty() -> Refusal:
    if latest_summary() is not None:
        return RegistryNotEmpty("The demonstration is loaded already. Nothing was changed.")
    return RegistryNotEmpty(
        "The registry holds accounts or facilities; the demonstration needs an empty one."
        " Nothing was changed."
    )
