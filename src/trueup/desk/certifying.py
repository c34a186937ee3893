"""Acts of officials about what sources certify: their monitoring equipment.

Source: RGGI-004.
"""

from __future__ import annotations

from datetime import date

from trueup.compliance import services as compliance
from trueup.desk.carrying_out import facility_with_code
from trueup.desk.kinds import Act, Asked, Result
from trueup.desk.parameters import Parameter
from trueup.rules import programs


def _quantities() -> tuple[str, ...]:
    """What the programs ask certified equipment for."""
    asked = (programs.load(code).market.certification for code in programs.codes())
    found = (quantity for one in asked if one is not None for quantity in one.quantities)
    return tuple(dict.fromkeys(found))


def record_monitoring(asked: Asked) -> Result:
    found = compliance.record_monitoring(
        program=asked.program,
        facility=facility_with_code(asked["facility"]),
        quantity=asked["quantity"],
        certified_on=_day(asked.get("certified_on")),
        valid_until=_day(asked.get("valid_until")),
        not_applicable=asked.get("not_applicable", ""),
        recorded_at=asked.at,
        actor=asked.actor,
    )
    return {"quantity": found.quantity, "state": found.state}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


ACTS = (
    Act(
        name="record_monitoring",
        title="Record the certification of monitoring equipment",
        cite="RGGI-004",
        function="review_submissions",
        second="never",
        parameters=(
            Parameter(name="facility", label="Facility (ORIS code)", kind="facility"),
            Parameter(
                name="quantity", label="What it measures", kind="choice", choices=_quantities()
            ),
            Parameter(name="certified_on", label="Certified on", kind="date", required=False),
            Parameter(name="valid_until", label="Valid until", kind="date", required=False),
            Parameter(
                name="not_applicable",
                label="Not needed, because",
                required=False,
                help="Instead of a certification: why the source needs no such equipment.",
            ),
        ),
        carry_out=record_monitoring,
    ),
)
