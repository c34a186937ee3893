"""Note a facility's permits and captured CO2: kept, shown, and no gate of anything.

Source: 40 CFR 62.16220(d), 62.16360(e); MASS-009, MASS-162.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from trueup.accounts import checks
from trueup.accounts.models import AffectedUnit, Facility
from trueup.accounts.note_models import PERMIT_STATES, CaptureNote, PermitNote
from trueup.audit import services as audit
from trueup.rules.refusal import Refused
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec

CAPTURED = "report_captured_co2"


@transaction.atomic
def note_permit(
    *,
    program: str,
    facility: int,
    reference: str,
    state: str,
    noted_at: datetime,
    actor: str = "administrator",
) -> PermitNote:
    """Note a permit of a facility and how it stands; nothing waits for it.

    Args:
        state: `in_force`, `revision_pending` or `ended`.

    Raises Refused (`unknown_facility`, `note_missing`).

    Source: 40 CFR 62.16220(d); MASS-009.
    """
    row = Facility.objects.filter(id=facility).first()
    if row is None:
        raise Refused([checks.UnknownFacility(f"There is no facility {facility}.")])
    if not reference.strip() or state not in PERMIT_STATES:
        raise Refused(
            [checks.NoteMissing(f"Name the permit, and one of {', '.join(PERMIT_STATES)}.")]
        )
    note = PermitNote.objects.create(
        facility=row,
        reference=reference.strip()[:200],
        state=state,
        noted_at=noted_at,
        noted_by=actor,
    )
    audit.log(
        at=noted_at,
        program=program,
        actor=actor,
        act="note_permit",
        subject=f"facility:{row.pk}",
        after={"reference": note.reference, "state": state},
        cite="40 CFR 62.16220(d)",
    )
    return note


def permits_of(facility: int) -> dict[str, str]:
    """The permits of a facility by reference, each as it was noted last.

    Source: 40 CFR 62.16220(d); MASS-009.
    """
    rows = PermitNote.objects.filter(facility_id=facility).order_by("id")
    return {row.reference: row.state for row in rows}


@transaction.atomic
def note_capture(
    *,
    program: str,
    unit: int,
    captures: bool,
    reports: bool,
    noted_at: datetime,
    receiver: str = "",
    actor: str = "administrator",
) -> CaptureNote:
    """Note whether a unit captures CO2 to comply; a task is open until somebody reports it.

    Args:
        reports: Whether the unit, or the facility that receives it, reports under subparts
            PP and RR of part 98.

    Raises Refused (`unknown_unit`).

    Source: 40 CFR 62.16360(e); MASS-162.
    """
    row = AffectedUnit.objects.select_related("facility").filter(id=unit).first()
    if row is None:
        raise Refused([checks.UnknownUnit(f"There is no unit {unit}.")])
    note = CaptureNote.objects.create(
        unit=row,
        captures=captures,
        receiver=receiver.strip()[:200],
        reports=reports,
        noted_at=noted_at,
        noted_by=actor,
    )
    subject = f"unit:{row.pk}"
    audit.log(
        at=noted_at,
        program=program,
        actor=actor,
        act="note_capture",
        subject=subject,
        after={"captures": captures, "receiver": note.receiver, "reports": reports},
        cite="40 CFR 62.16360(e)",
    )
    if captures and not reports:
        _open_task(row, program, at=noted_at)
    else:
        tasks.close_tasks(
            kind=CAPTURED, subject=subject, closed_at=noted_at, outcome="it is reported"
        )
    return note


def capture_of(unit: int) -> CaptureNote | None:
    """What was noted last of a unit's captured CO2; None if nothing was.

    Source: 40 CFR 62.16360(e); MASS-162.
    """
    return CaptureNote.objects.filter(unit_id=unit).order_by("-id").first()


def _open_task(row: AffectedUnit, program: str, *, at: datetime) -> None:
    tasks.open_tasks(
        [
            TaskSpec(
                kind=CAPTURED,
                program=program,
                subject=f"unit:{row.pk}",
                title=(
                    f"{row.facility.name}, unit {row.unit_id}: nobody reports the captured CO2"
                    " under subparts PP and RR of part 98"
                ),
                opened_at=at,
                function="review_submissions",
                jurisdiction=row.facility.jurisdiction,
                dedupe=f"{CAPTURED} {row.pk}",
            )
        ]
    )
