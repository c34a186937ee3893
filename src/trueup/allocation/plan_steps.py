"""Keep a step of a State's plan, which changes plans where nothing is recorded yet.

Source: 40 CFR 60.27; preamble IV.E.2, V.F; MASS-071, MASS-074; RATE-220, RATE-221.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction

from trueup.allocation.losses import first_open_period
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.state_plans import Step
from trueup.state_plans import services as state_plans
from trueup.state_plans.entries import StateStanding


@transaction.atomic
def record_plan_step(
    *,
    program: str,
    jurisdiction: str,
    step: Step,
    recorded_at: datetime,
    first_period: str = "",
    actor: str = "administrator",
) -> StateStanding:
    """Keep a step of a jurisdiction's plan; another plan begins with a period that is open.

    Open is, where allowances are allocated, a period of which none is recorded; elsewhere
    one that begins after the step. What is owed for earlier periods stays owed.

    Raises Refused as `state_plans.services.record_step` does.

    Source: 40 CFR 60.27; preamble IV.E.2, V.F; MASS-071; RATE-221; PLAT-107.
    """
    rules = programs.load(program)
    return state_plans.record_step(
        program=program,
        jurisdiction=jurisdiction,
        step=step,
        open_from=_open_from(rules, jurisdiction, after=step.on),
        recorded_at=recorded_at,
        first_period=first_period,
        actor=actor,
    )


def _open_from(rules: Program, jurisdiction: str, *, after: date) -> date:
    if rules.allocates:
        return first_open_period(program=rules.code, jurisdiction=jurisdiction).first_day
    period = rules.schedule.printed[0]
    while period.first_day < after:
        period = rules.next_period(period)
    return period.first_day
