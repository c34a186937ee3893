"""What the acts that only note something of a facility call; nothing waits for them.

Source: 40 CFR 62.16220(d), 62.16360(e); MASS-009, MASS-162.
"""

from __future__ import annotations

from trueup.accounts import notes
from trueup.accounts import queries as accounts
from trueup.accounts.checks import UnknownFacility, UnknownUnit
from trueup.accounts.note_models import PERMIT_STATES
from trueup.desk.kinds import Act, Asked, Result
from trueup.desk.parameters import Parameter
from trueup.rules.refusal import Refused


def note_permit(asked: Asked) -> Result:
    facility = accounts.find_facility(oris_code=asked["facility"])
    if facility is None:
        raise Refused([UnknownFacility(f"There is no facility {asked['facility']}.")])
    note = notes.note_permit(
        program=asked.program,
        facility=facility.id,
        reference=asked["reference"],
        state=asked["state"],
        noted_at=asked.at,
        actor=asked.actor,
    )
    return {"facility": facility.name, "permit": note.reference, "state": note.state}


def note_capture(asked: Asked) -> Result:
    facility = accounts.find_facility(oris_code=asked["facility"])
    if facility is None:
        raise Refused([UnknownFacility(f"There is no facility {asked['facility']}.")])
    units = accounts.units_of([facility.id])[facility.id]
    unit = next((one for one in units if one.unit_id == asked["unit"]), None)
    if unit is None:
        raise Refused([UnknownUnit(f"{facility.name} has no unit {asked['unit']}.")])
    note = notes.note_capture(
        program=asked.program,
        unit=unit.id,
        captures=asked["captures"] == "yes",
        receiver=asked.get("receiver", ""),
        reports=asked["reported"] == "yes",
        noted_at=asked.at,
        actor=asked.actor,
    )
    return {"unit": f"{facility.name}/{unit.unit_id}", "captures": "yes" if note.captures else "no"}


FACILITY = Parameter(name="facility", label="Facility (ORIS code)", kind="facility")

ACTS = (
    Act(
        name="note_permit",
        title="Note a facility's permit and how it stands",
        cite="40 CFR 62.16220(d); MASS-009",
        function="review_submissions",
        second="never",
        parameters=(
            FACILITY,
            Parameter(name="reference", label="Permit"),
            Parameter(name="state", label="It is", kind="choice", choices=PERMIT_STATES),
        ),
        carry_out=note_permit,
    ),
    Act(
        name="note_capture",
        title="Note whether a unit captures CO2, and who reports it",
        cite="40 CFR 62.16360(e); MASS-162",
        function="review_submissions",
        second="never",
        parameters=(
            FACILITY,
            Parameter(name="unit", label="Unit"),
            Parameter(
                name="captures", label="It captures CO2", kind="choice", choices=("yes", "no")
            ),
            Parameter(
                name="receiver",
                label="Facility that receives it",
                required=False,
                help="Left out: the unit keeps or sells it itself.",
            ),
            Parameter(
                name="reported",
                label="Reported under part 98, subparts PP and RR",
                kind="choice",
                choices=("yes", "no"),
            ),
        ),
        carry_out=note_capture,
    ),
)
