"""Load the demonstration into an empty registry, and remember what came of it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from django.db import transaction

from trueup.accounts import queries as accounts
from trueup.audit import queries as audit_queries
from trueup.audit import services as audit
from trueup.demonstration import sign_in
from trueup.demonstration.agenda import Progress
from trueup.demonstration.course import Course
from trueup.demonstration.plants import national_data
from trueup.demonstration.summary import Summary
from trueup.demonstration.tally import summary_of
from trueup.demonstration.timetable import Timetable, timetable
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused

PROGRAM = "cpp-mass"
SEED = 2022
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
) -> Summary:
    """Load the demonstration: a compliance period on real plants, from budget to settlement.

    All of it is one database transaction: a run that is ended early leaves nothing. What
    was told on the way is there to be read, and nobody gets a mail of it.

    Args:
        progress: Is told what is being done, and how many days of how many are over.
        seed: Decides people and trades; the same seed gives the same summary.
        jurisdictions: Only these of Table 1; all 50 if empty.
        with_sign_in: Make users who can sign in with the demonstration's known password.
        days_before_deadline: End so many days before the transfer deadline; what is due
            later is left to those who practise. None: to the settlement.

    Raises Refused (`registry_not_empty`, `unknown_jurisdiction`).

    Source: docs/explanation/demonstration.md.
    """
    program = programs.load(PROGRAM)
    chosen = tuple(jurisdictions) or tuple(program.jurisdictions)
    unknown = [code for code in chosen if code not in program.jurisdictions]
    if unknown:
        raise Refused([UnknownJurisdiction(f"Table 1 has no jurisdiction {', '.join(unknown)}.")])
    started = time.monotonic()
    with transaction.atomic():
        if not is_registry_empty():
            raise Refused([_not_empty()])
        data = national_data(chosen)
        days = timetable(program)
        until = last_day(days, days_before_deadline)
        course = Course(data.plants, days=days, seed=seed, progress=progress, until=until)
        course.run()
        if with_sign_in:
            sign_in.create_users(course.participants, at=days.at(until))
        ended_at = days.at(until, hour=18)
        audit.settle_history(until=ended_at)
        # The coverage is the nation's, whatever part of it was chosen.
        nation = national_data(tuple(program.jurisdictions))
        summary = summary_of(course, coverage=nation.coverage)
        summary = replace(summary, seconds=round(time.monotonic() - started, 1))
        audit.log(
            at=ended_at,
            program=PROGRAM,
            actor="administrator",
            act="load_demonstration",
            subject=SUBJECT,
            after=summary.as_json(),
        )
    return summary


def last_day(days: Timetable, days_before_deadline: int | None) -> date:
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


def latest_summary() -> Summary | None:
    """What came of the demonstration that this registry holds; None if it holds none.

    Source: docs/explanation/demonstration.md.
    """
    kept = audit_queries.events_of(SUBJECT, limit=1)
    return Summary.from_json(kept[0].after) if kept and kept[0].after else None


def _has_accounts(program: str) -> bool:
    return bool(ledger.accounts(program=program, limit=1))


def _not_empty() -> Refusal:
    if latest_summary() is not None:
        return RegistryNotEmpty("The demonstration is loaded already. Nothing was changed.")
    return RegistryNotEmpty(
        "The registry holds accounts or facilities; the demonstration needs an empty one."
        " Nothing was changed."
    )
