"""The grounds of deductions in the journal: for what, and for which period.

The period is part of the ground, so that a debt that is met years later is known to be
of its settlement.

Source: 40 CFR 62.16340(e); MASS-142.
"""

from __future__ import annotations

from trueup.rules.deduction import EMISSIONS, EXCESS
from trueup.rules.periods import CompliancePeriod

STEPS = (EMISSIONS, EXCESS)


def ground_of(step: str, period: CompliancePeriod) -> str:
    """What a deduction for a period is called in the journal: `emissions 2022-2024`."""
    return f"{step} {period.name}"


def step_of(ground: str) -> str:
    """`emissions` or `excess`, out of a ground in the journal."""
    return ground.partition(" ")[0]
