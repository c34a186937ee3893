"""The acts of officials on the assurance levels of States.

Source: 40 CFR 97.406(c)(2), 97.425(b); docs/decisions/0366; PLAT-018.
"""

from __future__ import annotations

from trueup.assurance import services as assurance
from trueup.desk.kinds import Act, Asked, Result
from trueup.desk.parameters import Parameter

YEAR = Parameter(name="year", label="Year", kind="whole", help="Of the emissions.")


def assess(asked: Asked) -> Result:
    """Compare every State's emissions of a year with its assurance level.

    Source: 40 CFR 97.425(b).
    """
    states = assurance.assess_states(
        program=asked.program, year=asked["year"], assessed_at=asked.at, actor=asked.actor
    )
    return {
        "states": len(states),
        "above": ", ".join(state.jurisdiction for state in states if state.above) or "none",
        "due": f"{sum(state.due for state in states):,}",
    }


def take(asked: Asked) -> Result:
    """Deduct what sources owe for their States' assurance levels of a year.

    Source: 40 CFR 97.406(c)(2)(ii), 97.425(b).
    """
    taken = assurance.take_what_is_due(
        program=asked.program, year=asked["year"], recorded_at=asked.at, actor=asked.actor
    )
    return {
        "sources": taken.sources,
        "due": f"{taken.due:,}",
        "deducted": f"{taken.deducted:,}",
        "outstanding": f"{taken.outstanding:,}",
    }


ACTS = (
    Act(
        name="assess_assurance",
        title="Compare the States' emissions with their assurance levels",
        cite="40 CFR 97.425(b)",
        function="settle",
        rule="settle",
        parameters=(YEAR,),
        carry_out=assess,
    ),
    Act(
        name="take_assurance",
        title="Deduct what is owed for assurance levels",
        cite="40 CFR 97.406(c)(2)(ii)",
        function="settle",
        rule="settle",
        parameters=(YEAR,),
        carry_out=take,
    ),
)
ASSURANCE = frozenset(act.name for act in ACTS)
