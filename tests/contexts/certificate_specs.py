"""Complete certificates of representation: what is known is repeated, the rest made up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from trueup.accounts import certificate_reads as reads
from trueup.accounts.certificate_drafts import signed_on_the_console
from trueup.accounts.certificate_entries import (
    CertificateSpec,
    CertificateUnit,
    Contact,
    Generator,
    Signatory,
)
from trueup.accounts.models import Person

OWNER = "Southern Power Company"
OPERATOR = "Southern Operating Company"

# What a certificate says of a unit whose first day of operation nobody gave.
LONG_AGO = date(1971, 1, 1)


def signatory(person: int) -> Signatory:
    """A person with all the contact data that a certificate asks for."""
    row = Person.objects.get(id=person)
    return Signatory(
        person=person,
        contact=Contact(
            name=row.name,
            address=row.address or "1 Main Street, Mobile AL 36602",
            phone=row.phone or "+1 251 555 0100",
            email=row.email or "somebody@example.org",
        ),
    )


def complete_unit(unit: CertificateUnit) -> CertificateUnit:
    return replace(
        unit,
        unit_type=unit.unit_type or "steam",
        generators=unit.generators
        or (Generator(generator_id=unit.unit_id, nameplate_mw=Decimal("512.34")),),
        operating_from=unit.operating_from or LONG_AGO,
        net_summer_mw=unit.net_summer_mw or Decimal(500),
        owners=unit.owners or (OWNER,),
        operators=unit.operators or (OPERATOR,),
    )


def complete(spec: CertificateSpec) -> CertificateSpec:
    """The certificate with every element that it lacks, but for the persons."""
    return replace(
        spec,
        category=spec.category or "Electric utility",
        naics=spec.naics or "221112",
        county=spec.county or "Mobile",
        latitude=spec.latitude if spec.latitude is not None else Decimal("31.0069"),
        longitude=spec.longitude if spec.longitude is not None else Decimal("-88.0103"),
        indian_country=bool(spec.indian_country),
        units=tuple(complete_unit(unit) for unit in spec.units),
        owners=spec.owners or (OWNER,),
        operators=spec.operators or (OPERATOR,),
    )


def certificate(
    *,
    program: str,
    facility: int,
    primary: int | None = None,
    alternate: int | None = None,
    at: datetime | None = None,
) -> CertificateSpec:
    """A complete certificate; without an instant nobody has signed it."""
    return certificates(
        program=program, facilities=[facility], primary=primary, alternate=alternate, at=at
    )[0]


def certificates(
    *,
    program: str,
    facilities: Iterable[int],
    primary: int | None = None,
    alternate: int | None = None,
    at: datetime | None = None,
) -> list[CertificateSpec]:
    """Complete certificates of many facilities, with the persons in office unless named."""
    specs = []
    for spec in reads.prefilled(program=program, facilities=facilities).values():
        whole = complete(spec)
        for role, person in (("primary", primary), ("alternate", alternate)):
            sitting = whole.signatories.get(role)
            named = person if person is not None else sitting.person if sitting else None
            whole = replace(whole, **{role: None if named is None else signatory(named)})
        specs.append(whole if at is None else signed_on_the_console(whole, program=program, at=at))
    return specs
