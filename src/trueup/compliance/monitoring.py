"""Certified monitoring equipment of sources: what is there, what lapsed, what does not apply.

A defect is shown and flags the data; it refuses none.

Source: RGGI-004; docs/decisions/0356.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from trueup.accounts import queries as accounts
from trueup.audit import services as audit
from trueup.audit.statements import among
from trueup.compliance import checks
from trueup.compliance.certification_models import MonitoringRecord
from trueup.rules import programs
from trueup.rules.refusal import Refused

CITE = "RGGI-004"
CERTIFIED, LAPSED, ABSENT, NOT_APPLICABLE = "certified", "lapsed", "missing", "not_applicable"
REASON_MAX = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Equipment:
    """What is known of the equipment for one quantity.

    Attributes:
        state: `certified`, `lapsed`, `missing` or `not_applicable`.
        reason: Why it does not apply.
    """

    quantity: str
    state: str
    certified_on: date | None = None
    valid_until: date | None = None
    reason: str = ""

    @property
    def is_defect(self) -> bool:
        return self.state in (LAPSED, ABSENT)


@transaction.atomic
def record_monitoring(
    *,
    program: str,
    facility: int,
    quantity: str,
    recorded_at: datetime,
    certified_on: date | None = None,
    valid_until: date | None = None,
    not_applicable: str = "",
    actor: str = "administrator",
) -> Equipment:
    """Record that equipment is certified, until when, or why a source needs none.

    Raises Refused (`not_asked_for`, `unknown_facility`, `monitoring_not_stated`).

    Source: RGGI-004.
    """
    rules = programs.load(program)
    asked = rules.market.certification
    if asked is None or quantity not in asked.quantities:
        raise Refused([checks.NotAskedFor(f"{rules.name} asks for no equipment for “{quantity}”.")])
    if accounts.compliance_account(program, facility) is None:
        raise Refused([checks.UnknownFacility("The facility has no compliance account.")])
    reason = " ".join(not_applicable.split())
    today = rules.local_date(recorded_at)
    _require_stated(certified_on, valid_until, reason=reason, today=today)
    MonitoringRecord.objects.create(
        program=program,
        facility_id=facility,
        quantity=quantity,
        certified_on=certified_on,
        valid_until=valid_until,
        not_applicable=reason,
        recorded_at=recorded_at,
        actor=actor,
    )
    audit.log(
        at=recorded_at,
        program=program,
        actor=actor,
        act="record_monitoring",
        subject=f"facility:{facility}",
        after={
            "quantity": quantity,
            "certified_on": certified_on.isoformat() if certified_on else None,
            "valid_until": valid_until.isoformat() if valid_until else None,
            "not_applicable": reason,
        },
        cite=CITE,
    )
    found = equipment(program=program, facilities=[facility], on=today)[facility]
    return next(one for one in found if one.quantity == quantity)


def _require_stated(
    certified_on: date | None, valid_until: date | None, *, reason: str, today: date
) -> None:
    """Raise Refused (`monitoring_not_stated`) unless days or a reason are given, not both."""
    is_stated = (certified_on is None) == bool(reason) and len(reason) <= REASON_MAX
    in_order = certified_on is None or (
        certified_on <= today and (valid_until is None or certified_on <= valid_until)
    )
    if not is_stated or not in_order or (reason and valid_until is not None):
        raise Refused(
            [
                checks.MonitoringNotStated(
                    "State since when it is certified, and perhaps until when; or why the source"
                    " needs none."
                )
            ]
        )


def equipment(
    *, program: str, facilities: Iterable[int], on: date
) -> dict[int, tuple[Equipment, ...]]:
    """The equipment of sources on a day, each quantity in the program's order; one statement.

    Source: RGGI-004.
    """
    asked = programs.load(program).market.certification
    wanted = list(facilities)
    if asked is None:
        return dict.fromkeys(wanted, ())
    rows = MonitoringRecord.objects.filter(program=program, facility_id__in=among(wanted))
    newest = {(row.facility_id, row.quantity): row for row in rows.order_by("id")}
    return {
        facility: tuple(
            _equipment(quantity, newest.get((facility, quantity)), on=on)
            for quantity in asked.quantities
        )
        for facility in wanted
    }


def defects(*, program: str, on: date) -> int:
    """How many sources have equipment whose certification is missing or lapsed.

    Source: RGGI-004.
    """
    facilities = {entry.facility.id for entry in accounts.facility_accounts(program=program)}
    found = equipment(program=program, facilities=facilities, on=on)
    return sum(1 for of_source in found.values() if any(one.is_defect for one in of_source))


def _equipment(quantity: str, row: MonitoringRecord | None, *, on: date) -> Equipment:
    if row is None:
        return Equipment(quantity=quantity, state=ABSENT)
    if row.not_applicable:
        return Equipment(quantity=quantity, state=NOT_APPLICABLE, reason=row.not_applicable)
    is_over = row.valid_until is not None and row.valid_until < on
    return Equipment(
        quantity=quantity,
        state=LAPSED if is_over else CERTIFIED,
        certified_on=row.certified_on,
        valid_until=row.valid_until,
    )
