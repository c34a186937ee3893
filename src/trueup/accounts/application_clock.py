"""What becomes of applications by the passing of time: reminders, and lapse.

Days of silence are counted from when the applicant was last heard of, or was last asked.

Source: PLAT-026; the program's `people.general_accounts`; docs/decisions/0160.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from trueup.accounts.application_entries import ApplicationEntry
from trueup.accounts.application_models import WITH_THE_APPLICANT, Application
from trueup.accounts.application_records import Step, locked, take, tell
from trueup.accounts.rivals import looking_again
from trueup.rules import programs
from trueup.rules.program import Program

BATCH = 200
REGISTRY = "registry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What the clock did with applications."""

    reminded: int = 0
    lapsed: int = 0


def run_due(program: str, now: datetime) -> Due:
    """Remind applicants who are silent, and let applications lapse that stay so.

    A clock that stood still makes up for it: one reminder, not one for each day missed.
    Each application is one transaction.

    Source: PLAT-026; docs/decisions/0160.
    """
    rules = programs.load(program)
    times = rules.people.general_accounts
    first_on = rules.local_date(now) - timedelta(days=min(times.reminder_days, default=0))
    reminded = lapsed = after = 0
    while True:
        rows = Application.objects.filter(
            program=program,
            state__in=WITH_THE_APPLICANT,
            id__gt=after,
            # A day more than needed: which day it was is the program's zone's to say.
            heard_at__date__lte=first_on + timedelta(days=1),
        )
        batch = list(rows.order_by("id").values_list("id", flat=True)[:BATCH])
        if not batch:
            return Due(reminded=reminded, lapsed=lapsed)
        for key in batch:
            did = looking_again(partial(_run_one, key, rules=rules, now=now))
            reminded += did == "reminded"
            lapsed += did == "lapsed"
        after = batch[-1]


def due_days(program: str, first: date, last: date) -> list[date]:
    """The days after the first and before the last on which an applicant is owed a word.

    Source: PLAT-026.
    """
    rules = programs.load(program)
    times = rules.people.general_accounts
    waiting = Application.objects.filter(program=program, state__in=WITH_THE_APPLICANT)
    days = {
        rules.local_date(heard_at) + timedelta(days=silent)
        for heard_at in waiting.values_list("heard_at", flat=True)
        for silent in (*times.reminder_days, times.lapse_days)
    }
    return sorted(day for day in days if first < day < last)


def _run_one(application: int, *, rules: Program, now: datetime) -> str:
    before = locked(application)
    if not before.waits_for_the_applicant:
        return ""
    times = rules.people.general_accounts
    heard_on = rules.local_date(before.heard_at)
    silent_days = (rules.local_date(now) - heard_on).days
    if silent_days >= times.lapse_days:
        reason = f"nothing was heard for {silent_days} days"
        take(before, Step(act="lapse", state="lapsed", actor=REGISTRY, at=now, reason=reason))
        tell(before, "application_ended", at=now, reasons=[reason], context={"outcome": "lapsed"})
        return "lapsed"
    owed = sum(1 for days in times.reminder_days if silent_days >= days)
    if owed <= before.reminders:
        return ""
    Application.objects.filter(id=application).update(reminders=owed)
    tell(
        before,
        "application_reminder",
        at=now,
        reasons=_waits_for(before),
        context={
            "silent_days": silent_days,
            "lapses_on": heard_on + timedelta(days=times.lapse_days),
        },
    )
    return "reminded"


def _waits_for(application: ApplicationEntry) -> list[str]:
    """What the applicant is to do: the missing elements, or the question."""
    for step in reversed(application.steps):
        if step.missing:
            return list(step.missing)
        if step.act == "ask":
            return [step.reason]
    return ["its submission"]
