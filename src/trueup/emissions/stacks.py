"""Register the stacks and ducts at which the mass of units is monitored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from trueup.audit import services as audit
from trueup.audit.statements import insert_many, insert_many_returning_ids
from trueup.emissions import locations
from trueup.emissions.entries import LocationSpec
from trueup.emissions.models import LocationUnit, MonitoringLocation
from trueup.emissions.refusals import LocationExists, UnknownFacility, UnknownUnit
from trueup.rules.refusal import Refusal, Refused


@transaction.atomic
def register_stacks(
    specs: Sequence[LocationSpec], *, actor: str, recorded_at: datetime
) -> list[int]:
    """Register stacks with the units that they serve, all or none, and give their keys.

    A stack may serve several units, and a unit may have several stacks; the mass of a
    common stack counts once.

    Raises Refused (`unknown_facility`, `unknown_unit`, `location_exists`), each with the
    position of its stack from 1.

    Source: 40 CFR 62.16345(a)(7)-(8); MASS-155.
    """
    known = locations.load({spec.facility for spec in specs})
    units = {
        (unit.facility, unit.unit_id): unit.id for rows in known.units.values() for unit in rows
    }
    refusals = _refusals(specs, known, units)
    if refusals:
        raise Refused(refusals)
    ids = insert_many_returning_ids(
        MonitoringLocation,
        [
            {
                "facility_id": spec.facility,
                "location_id": spec.location_id,
                "operating_from": spec.operating_from,
                "retired_on": spec.retired_on,
            }
            for spec in specs
        ],
    )
    links = [
        {"location_id": key, "unit_id": units[spec.facility, unit]}
        for key, spec in zip(ids, specs, strict=True)
        for unit in dict.fromkeys(spec.units)
    ]
    insert_many(LocationUnit, links)
    audit.log(
        at=recorded_at,
        program="",
        actor=actor,
        act="register_stacks",
        subject=f"facility:{specs[0].facility}" if len(specs) == 1 else f"{len(specs)} stacks",
        after={spec.location_id: list(spec.units) for spec in specs},
        cite="40 CFR 62.16345(a)(7)-(8)",
    )
    return ids


def _refusals(
    specs: Sequence[LocationSpec], known: locations.Locations, units: Mapping[tuple[int, str], int]
) -> list[Refusal]:
    refusals: list[Refusal] = []
    seen = {(facility, name) for facility, of in known.of_facility.items() for name in of}
    for number, spec in enumerate(specs, start=1):
        if spec.facility not in known.facilities:
            refusals.append(UnknownFacility("The registry has no such facility.", row=number))
            continue
        if (spec.facility, spec.location_id) in seen:
            sentence = f"“{spec.location_id}” is a unit or stack of the facility already."
            refusals.append(LocationExists(sentence, row=number))
        seen.add((spec.facility, spec.location_id))
        unknown = [unit for unit in spec.units if (spec.facility, unit) not in units]
        if unknown or not spec.units:
            sentence = (
                f"“{spec.location_id}” serves units of its facility, not {unknown or 'none'}."
            )
            refusals.append(UnknownUnit(sentence, row=number))
    return refusals
