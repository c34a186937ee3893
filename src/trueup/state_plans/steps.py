"""Keep the steps of a jurisdiction's plan.

Source: 40 CFR 60.27; 62.16410(a); preamble IV.E, V.F, VI; MASS-071, MASS-074.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from trueup.audit import services as audit
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.state_plans import (
    APPROVALS,
    EFFECTIVE,
    OWN_PLAN,
    REVISION_MONTHS_MAX,
    Step,
    missing_before,
    months_after,
    standing_of,
)
from trueup.state_plans import checks
from trueup.state_plans.entries import StateStanding
from trueup.state_plans.models import PlanStep
from trueup.state_plans.queries import standing, steps_of

CITE = "40 CFR 60.27; 62.16410(a); MASS-074"


@transaction.atomic
def record_step(
    *,
    program: str,
    jurisdiction: str,
    step: Step,
    open_from: date,
    recorded_at: datetime,
    first_period: str = "",
    actor: str = "administrator",
) -> StateStanding:
    """Keep one step of a jurisdiction's plan; what follows from it is computed.

    Args:
        step: Its `note` says on what it rests: a letter, a notice, a docket.
        open_from: The first day from which nothing is recorded for the State's units, so
            that another plan can begin there.
        first_period: Of a State that joins within a period, the first that its units owe
            for; the next period if not given.

    Raises Refused (`unknown_state`, `note_missing`, `day_not_usable`, `plan_not_named`,
    `step_out_of_order`, `own_plan_in_force`, `not_at_period_start`, `period_recorded`).

    Source: 40 CFR 60.27(b)-(d), (g)-(k); 62.16410(a); MASS-071, MASS-074; RATE-220,
    RATE-221; PLAT-107.
    """
    rules = programs.load(program)
    if jurisdiction not in rules.jurisdictions:
        raise Refused([checks.UnknownState(f"{jurisdiction} is no State of {rules.name}.")])
    today = rules.local_date(recorded_at)
    before = steps_of(program=program, jurisdiction=jurisdiction)
    refusals = _refusals(step, before, today=today)
    if not refusals:
        refusals = _change_refusals(step, before, rules=rules, open_from=open_from)
    if refusals:
        raise Refused(refusals)
    PlanStep.objects.create(
        program=program,
        jurisdiction=jurisdiction,
        kind=step.kind,
        on=step.on,
        plan=step.plan,
        effective_on=step.effective_on,
        due_on=step.due_on,
        first_period=_first_period(step, before, rules=rules, given=first_period),
        note=step.note.strip()[:500],
        actor=actor,
        recorded_at=recorded_at,
    )
    audit.log(
        at=recorded_at,
        program=program,
        actor=actor,
        act="record_plan_step",
        subject=f"plan:{program}/{jurisdiction}",
        after={
            "step": step.kind,
            "on": step.on.isoformat(),
            "plan": step.plan,
            "effective_on": step.effective_on.isoformat() if step.effective_on else None,
            "due_on": step.due_on.isoformat() if step.due_on else None,
            "note": step.note.strip()[:500],
        },
        cite=CITE,
    )
    return standing(program=program, jurisdiction=jurisdiction, today=today)


def _refusals(step: Step, before: list[Step], *, today: date) -> list[Refusal]:
    """Whether the step is whole by itself, and follows on what is there."""
    found: list[Refusal] = []
    if not step.note.strip():
        found.append(checks.NoteMissing("Say on what the step rests: a letter, a notice."))
    if step.on > today:
        found.append(checks.DayNotUsable(f"{step.on} is still to come."))
    if step.kind == "received" and not step.plan:
        found.append(checks.PlanNotNamed("Say whether the plan adopts the rule or is its own."))
    if step.kind in EFFECTIVE and step.effective_on is None:
        found.append(checks.DayNotUsable("Say from when the units are under it."))
    if step.kind not in (*EFFECTIVE, "withdrawn") and step.effective_on is not None:
        found.append(checks.DayNotUsable("This step brings nothing into effect."))
    if step.kind in ("revision_noticed", "conditionally_approved"):
        latest = months_after(step.on, REVISION_MONTHS_MAX)
        if step.due_on is None or step.due_on <= step.on:
            found.append(checks.DayNotUsable("Say by which later day it is to be done."))
        elif step.kind == "revision_noticed" and step.due_on > latest:
            found.append(
                checks.DayNotUsable(
                    f"A revision is due {REVISION_MONTHS_MAX} months after its notice at the"
                    f" latest, which is {latest}."
                )
            )
    missing = missing_before(before, step.kind, on=step.on)
    if missing:
        is_own = missing == OWN_PLAN
        found.append((checks.OwnPlanInForce if is_own else checks.StepOutOfOrder)(missing))
    return found


def _change_refusals(
    step: Step, before: list[Step], *, rules: Program, open_from: date
) -> list[Refusal]:
    """Another plan begins with a period of which nothing is recorded.

    Source: preamble IV.E.2, V.F; MASS-071; RATE-221; PLAT-107.
    """
    day = step.effective_on
    if day is None:
        return []
    until_now = standing_of(before, today=step.on).mode_on(day)
    if until_now in (_mode_after(step, before), "none"):
        return []
    if day < rules.schedule.printed[0].first_day:
        return []  # Nothing is owed yet.
    period = rules.period_of(day)
    if day != period.first_day:
        return [
            checks.NotAtPeriodStart(
                f"{day} lies within the compliance period {period.name}; a State changes plans"
                " with the first day of one. What is owed for earlier periods stays owed."
            )
        ]
    if day < open_from:
        return [
            checks.PeriodRecorded(
                f"Allowances of {period.name} are recorded; the change can take effect from"
                f" {open_from}."
            )
        ]
    return []


def _mode_after(step: Step, before: list[Step]) -> str:
    assert step.effective_on is not None
    after = standing_of([*before, step], today=step.on)
    return after.mode_on(step.effective_on)


def _first_period(step: Step, before: list[Step], *, rules: Program, given: str) -> str:
    """The first period that the units of a State owe for which joins the program.

    Source: 40 CFR 62.16410(a); RATE-220; AMB-38.
    """
    day = step.effective_on
    if day is None or step.kind not in ("federal_plan", *APPROVALS):
        return ""
    if standing_of(before, today=step.on).mode_on(day) != "none" or (
        _mode_after(step, before) not in ("federal", "adopting")
    ):
        return ""
    if given:
        return rules.period_named(given).name
    period: CompliancePeriod = rules.schedule.printed[0]
    while period.first_day < day:
        period = rules.next_period(period)
    return period.name
