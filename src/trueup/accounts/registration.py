"""Register persons, facilities and their affected units."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from trueup.accounts import checks, queries
from trueup.accounts.entries import (
    FacilityEntry,
    FacilitySpec,
    PersonEntry,
    PersonSpec,
    UnitSpec,
)
from trueup.accounts.models import AffectedUnit, Facility, Person
from trueup.accounts.rivals import looking_again
from trueup.accounts.state_plan_units import registration_refusals
from trueup.audit import services as audit
from trueup.audit.entries import EventSpec
from trueup.audit.statements import insert_many, insert_many_returning_ids
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.units import nameplate_mw

CERTIFICATE = "40 CFR 62.16305(a)"


def register_person(
    *,
    name: str,
    registered_at: datetime,
    email: str = "",
    phone: str = "",
    actor: str = "administrator",
) -> PersonEntry:
    """Register a natural person who can be named as a representative.

    Raises Refused (`name_not_usable`, `not_a_natural_person`, `contact_not_usable`).

    Source: 40 CFR 62.16290(a), (b); 62.16305(a)(2).
    """
    spec = PersonSpec(name=name, email=email, phone=phone)
    try:
        return register_people([spec], registered_at=registered_at, actor=actor)[0]
    except Refused as refused:
        raise _without_row(refused) from None


def register_people(
    specs: Sequence[PersonSpec], *, registered_at: datetime, actor: str = "administrator"
) -> list[PersonEntry]:
    """Register natural persons, all or none, in the order given.

    Raises Refused with every reason; `row` counts the persons from 1.

    Source: 40 CFR 62.16290(a), (b); 62.16305(a)(2).
    """
    _refuse(
        refusal
        for row, spec in enumerate(specs, start=1)
        for refusal in checks.in_row(checks.check_person(spec), row)
    )

    def act() -> list[PersonEntry]:
        rows = [
            {"name": checks.tidy(spec.name), "email": spec.email, "phone": checks.tidy(spec.phone)}
            for spec in specs
        ]
        ids = insert_many_returning_ids(Person, rows)
        people = [PersonEntry(id=key, **row) for key, row in zip(ids, rows, strict=True)]
        # An audit entry lasts for ever, so it does not hold the contact data.
        audit.log_many(
            [
                EventSpec(
                    at=registered_at,
                    program="",
                    actor=actor,
                    act="register_person",
                    subject=f"person:{person.id}",
                    after={"name": person.name},
                    cite="40 CFR 62.16305(a)(2)",
                )
                for person in people
            ]
        )
        return people

    return looking_again(act)


def register_facility(
    *, program: str, facility: FacilitySpec, registered_at: datetime, actor: str = "administrator"
) -> FacilityEntry:
    """Register a facility with its affected units.

    Raises Refused as `register_facilities` does.

    Source: 40 CFR 62.16210(a), (b); 62.16305(a)(1).
    """
    try:
        return register_facilities(
            [facility], program=program, registered_at=registered_at, actor=actor
        )[0]
    except Refused as refused:
        raise _without_row(refused) from None


def register_facilities(
    specs: Sequence[FacilitySpec],
    *,
    program: str,
    registered_at: datetime,
    actor: str = "administrator",
) -> list[FacilityEntry]:
    """Register facilities with their affected units, all or none, in the order given.

    A nameplate capacity is kept to the nearest tenth of a megawatt.

    Raises Refused with every reason (`jurisdiction_not_covered`, `facility_exists`,
    `oris_code_not_usable`, `name_not_usable`, `position_not_usable`, `unit_not_usable`,
    `capacity_not_usable`, `unit_not_listed`, ...); `row` counts the facilities from 1.

    Source: 40 CFR 62.16210(a), (b); 62.16305(a)(1); PLAT-035.
    """
    rules = programs.load(program)

    def act() -> list[FacilityEntry]:
        refusals = _facility_refusals(specs, rules=rules)
        on = rules.local_date(registered_at)
        _refuse([*refusals, *registration_refusals(specs, rules=rules, on=on)])
        facilities = _insert_facilities(specs)
        units = [
            _unit_row(facility.id, unit, filed_at=registered_at)
            for facility, spec in zip(facilities, specs, strict=True)
            for unit in spec.units
        ]
        insert_many(AffectedUnit, units)
        audit.log_many(
            [
                EventSpec(
                    at=registered_at,
                    program=program,
                    actor=actor,
                    act="register_facility",
                    subject=f"facility:{facility.id}",
                    after=_logged(facility, spec),
                    cite=CERTIFICATE,
                )
                for facility, spec in zip(facilities, specs, strict=True)
            ]
        )
        return facilities

    return looking_again(act)


def _facility_refusals(specs: Sequence[FacilitySpec], *, rules: Program) -> list[Refusal]:
    codes = [spec.oris_code for spec in specs if isinstance(spec.oris_code, int)]
    in_range = [code for code in codes if 1 <= code <= checks.ORIS_CODE_MAX]
    known = queries.facilities_by_oris_code(in_range)
    refusals: list[Refusal] = []
    rows: dict[int, int] = {}
    for row, spec in enumerate(specs, start=1):
        found = checks.check_facility(spec, rules=rules)
        if spec.oris_code in known:
            name = known[spec.oris_code].name
            found.append(
                checks.FacilityExists(f"ORIS code {spec.oris_code} is registered as “{name}”.")
            )
        elif rows.setdefault(spec.oris_code, row) != row:
            found.append(
                checks.FacilityExists(
                    f"ORIS code {spec.oris_code} is also in row {rows[spec.oris_code]}."
                )
            )
        refusals += checks.in_row(found, row)
    return refusals


def _insert_facilities(specs: Sequence[FacilitySpec]) -> list[FacilityEntry]:
    rows = [
        {
            "oris_code": spec.oris_code,
            "name": checks.tidy(spec.name),
            "jurisdiction": spec.jurisdiction,
            "county": checks.tidy(spec.county),
            "latitude": spec.latitude,
            "longitude": spec.longitude,
        }
        for spec in specs
    ]
    insert_many(Facility, rows)
    stored = queries.facilities_by_oris_code(spec.oris_code for spec in specs)
    return [stored[spec.oris_code] for spec in specs]


def _unit_row(facility: int, spec: UnitSpec, *, filed_at: datetime) -> dict[str, object]:
    return {
        "facility_id": facility,
        "unit_id": checks.tidy(spec.unit_id),
        "unit_type": spec.unit_type,
        "fuel": spec.fuel,
        "nameplate_mw": None if spec.nameplate_mw is None else nameplate_mw(spec.nameplate_mw),
        "net_summer_mw": spec.net_summer_mw,
        "operating_from": spec.operating_from,
        "is_operation_projected": spec.is_operation_projected,
        "retired_on": spec.retired_on,
        "retirement_filed_at": None if spec.retired_on is None else filed_at,
    }


def _logged(facility: FacilityEntry, spec: FacilitySpec) -> dict[str, object]:
    return {
        "oris_code": facility.oris_code,
        "name": facility.name,
        "jurisdiction": facility.jurisdiction,
        "county": facility.county,
        "units": [
            {
                "unit_id": checks.tidy(unit.unit_id),
                "unit_type": unit.unit_type,
                "fuel": unit.fuel,
                "nameplate_mw": None if unit.nameplate_mw is None else str(unit.nameplate_mw),
                "net_summer_mw": None if unit.net_summer_mw is None else str(unit.net_summer_mw),
                "operating_from": _iso(unit.operating_from),
                "retired_on": _iso(unit.retired_on),
            }
            for unit in spec.units
        ],
    }


def _refuse(refusals: Iterable[Refusal]) -> None:
    found = list(refusals)
    if found:
        raise Refused(found)


def _without_row(refused: Refused) -> Refused:
    """The same reasons for an act that has no rows."""
    return Refused(checks.in_row(list(refused.refusals), None))


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
