"""Read certificates of representation, and begin a new one with what is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date

from django.db.models import QuerySet

from trueup.accounts import queries
from trueup.accounts.certificate_entries import (
    CertificateEntry,
    CertificateSignatureEntry,
    CertificateSpec,
    CertificateUnit,
    Contact,
    Generator,
    ReportedChange,
    Signatory,
)
from trueup.accounts.certificate_models import Certificate, CertificateSignature
from trueup.accounts.certificate_text import certificate_text, digest_of, spec_of
from trueup.accounts.entries import FacilityEntry, UnitEntry
from trueup.accounts.models import Person
from trueup.audit.statements import among


def certificate(identity: int) -> CertificateEntry | None:
    """A certificate of representation by its key."""
    return certificates([identity]).get(identity)


def certificates(ids: Iterable[int]) -> dict[int, CertificateEntry]:
    """Certificates by key, in two statements."""
    found = _entries(Certificate.objects.filter(id__in=among(ids)))
    return {entry.id: entry for entry in found}


def certificates_in_force(
    *, program: str, facilities: Iterable[int]
) -> dict[int, CertificateEntry]:
    """The certificate on which the Administrator relies, by facility.

    Source: 40 CFR 62.16310(a); 62.16505.
    """
    rows = Certificate.objects.filter(
        program=program, state="in_force", facility_id__in=among(facilities)
    )
    return {entry.facility: entry for entry in _entries(rows)}


def certificates_of(*, program: str, facility: int, limit: int = 100) -> list[CertificateEntry]:
    """Every version of a facility's certificate, the latest first."""
    rows = Certificate.objects.filter(program=program, facility_id=facility)
    return _entries(rows.order_by("-version")[:limit])


def certificates_awaiting(person: int, *, limit: int = 500) -> list[CertificateEntry]:
    """Certificates without effect so far that name a person who has not signed them.

    Source: 40 CFR 62.16305(a)(5).
    """
    open_rows = Certificate.objects.filter(state="incomplete")
    rows = (open_rows.filter(primary_id=person) | open_rows.filter(alternate_id=person)).order_by(
        "id"
    )
    entries = _entries(rows[:limit])
    return [
        entry
        for entry in entries
        if all(signature.person != person for signature in entry.signatures)
    ]


def prefilled(*, program: str, facilities: Iterable[int]) -> dict[int, CertificateSpec]:
    """A certificate for each facility that says what is known, to be amended and signed.

    It repeats the one in force; without one, what the registry has. Nobody has signed it.
    """
    wanted = list(facilities)
    known = queries.facilities_by_id(wanted)
    in_force = certificates_in_force(program=program, facilities=wanted)
    fresh = [facility for facility in wanted if facility not in in_force]
    units = queries.units_of(fresh)
    seats = _seats(fresh, program=program)
    specs = {}
    for facility in wanted:
        if facility in in_force:
            specs[facility] = _repeated(in_force[facility].spec)
        elif facility in known:
            specs[facility] = _of_registry(
                known[facility], units=units[facility], seats=seats.get(facility, {})
            )
    return specs


def contacts(people: Iterable[int]) -> dict[int, Contact]:
    """How persons are reached, as the registry knows it."""
    rows = Person.objects.filter(id__in=among(people))
    return {
        row.id: Contact(
            name=row.name, address=row.address, phone=row.phone, email=row.email, fax=row.fax
        )
        for row in rows
    }


def signing_text(
    specs: Iterable[CertificateSpec], *, facilities: Mapping[int, FacilityEntry] | None = None
) -> str:
    """What one act signs: the text of every certificate, one after the other.

    Source: PLAT-151; docs/decisions/0154.
    """
    wanted = list(specs)
    known = facilities or queries.facilities_by_id(spec.facility for spec in wanted)
    return "\n\n".join(certificate_text(spec, known[spec.facility]) for spec in wanted)


def _seats(facilities: Iterable[int], *, program: str) -> dict[int, dict[str, Signatory]]:
    accounts = queries.facility_accounts(program=program, facilities=facilities)
    facility_of = {entry.account: entry.facility.id for entry in accounts}
    sitting = queries.representatives(facility_of)
    people = contacts({seat.person for seats in sitting.values() for seat in seats})
    found: dict[int, dict[str, Signatory]] = {}
    for account, seats in sitting.items():
        for seat in seats:
            found.setdefault(facility_of[account], {})[seat.role] = Signatory(
                person=seat.person, contact=people[seat.person]
            )
    return found


def _repeated(spec: CertificateSpec) -> CertificateSpec:
    return replace(
        spec,
        owners_changed_on=None,
        removals=(),
        units=tuple(replace(unit, arrival=None) for unit in spec.units),
        primary=_unsigned(spec.primary),
        alternate=_unsigned(spec.alternate),
    )


def _unsigned(who: Signatory | None) -> Signatory | None:
    return None if who is None else Signatory(person=who.person, contact=who.contact)


def _of_registry(
    facility: FacilityEntry, *, units: Iterable[UnitEntry], seats: Mapping[str, Signatory]
) -> CertificateSpec:
    return CertificateSpec(
        facility=facility.id,
        county=facility.county,
        latitude=facility.latitude,
        longitude=facility.longitude,
        units=tuple(
            CertificateUnit(
                unit_id=unit.unit_id,
                unit_type=unit.unit_type,
                generators=()
                if unit.nameplate_mw is None
                else (Generator(generator_id=unit.unit_id, nameplate_mw=unit.nameplate_mw),),
                operating_from=unit.operating_from,
                is_operation_projected=unit.is_operation_projected,
                net_summer_mw=unit.net_summer_mw,
            )
            for unit in units
        ),
        primary=seats.get("primary"),
        alternate=seats.get("alternate"),
    )


def _entries(rows: QuerySet[Certificate]) -> list[CertificateEntry]:
    found = list(rows.select_related("facility"))
    signatures: dict[int, list[CertificateSignature]] = {row.pk: [] for row in found}
    signed = CertificateSignature.objects.filter(certificate_id__in=among(signatures))
    for signature in signed.select_related("person").order_by("id"):
        signatures[signature.certificate_id].append(signature)
    return [_entry(row, signatures[row.pk]) for row in found]


def _entry(row: Certificate, signatures: Iterable[CertificateSignature]) -> CertificateEntry:
    spec = spec_of(row.document)
    # A signature counts while the certificate says what was signed.
    digest = digest_of(spec, queries.facility_entry(row.facility))
    return CertificateEntry(
        id=row.pk,
        program=row.program,
        facility=row.facility_id,
        facility_name=row.facility.name,
        version=row.version,
        state=row.state,
        spec=spec,
        missing=tuple(row.missing),
        changes=tuple(
            ReportedChange(
                what=change["what"],
                changed_on=date.fromisoformat(change["changed_on"]),
                due_on=date.fromisoformat(change["due_on"]),
                is_late=change["is_late"],
            )
            for change in row.deadlines
        ),
        is_late=row.is_late,
        hold=row.hold,
        filed_by=row.filed_by,
        filed_at=row.filed_at,
        received_at=row.received_at,
        superseded_at=row.superseded_at,
        signatures=tuple(
            CertificateSignatureEntry(
                person=signature.person_id,
                name=signature.person.name,
                role=signature.role,
                statements=tuple(item["key"] for item in signature.statements),
                method=signature.method,
                signed_at=signature.signed_at,
                signature=signature.signature_id,
            )
            for signature in signatures
            if signature.digest == digest
        ),
    )
