"""The act by which a unit is recorded as outside a program.

Source: preamble III.C; RATE-004.
"""

from __future__ import annotations

from trueup.accounts import applicability
from trueup.desk.kinds import Act, Asked, Result
from trueup.desk.parameters import Parameter
from trueup.rules.affected import EXCLUSIONS


def exclude_unit(asked: Asked) -> Result:
    entry = applicability.exclude_unit(
        program=asked.program,
        oris_code=asked["oris_code"],
        unit_id=asked["unit"],
        reason=asked["reason"],
        ground=asked["ground"],
        decided_at=asked.at,
        actor=asked.actor,
    )
    return {"unit": asked["unit"], "reason": EXCLUSIONS[asked["reason"]], "decision": entry.id}


ACTS = (
    Act(
        name="exclude_unit",
        title="Record that a unit is outside the program",
        cite="40 CFR 62.16410(b); preamble III.C; RATE-004",
        function="review_submissions",
        second="never",
        parameters=(
            Parameter(name="oris_code", label="Plant (ORIS code)", kind="whole"),
            Parameter(name="unit", label="Unit"),
            Parameter(name="reason", label="Reason", kind="choice", choices=tuple(EXCLUSIONS)),
            Parameter(name="ground", label="What shows it"),
        ),
        carry_out=exclude_unit,
    ),
)
