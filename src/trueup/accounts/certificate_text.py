"""A certificate as a document that is stored, and as the text that is signed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeVar

from trueup.accounts.certificate_entries import (
    Arrival,
    CertificateSpec,
    CertificateUnit,
    Contact,
    Generator,
    Removal,
    Signatory,
)
from trueup.accounts.entries import FacilityEntry

Value = TypeVar("Value")


def document_of(spec: CertificateSpec) -> dict[str, object]:
    """All that a certificate says, for storing; numbers and dates are texts."""
    document = _plain(asdict(spec))
    if not isinstance(document, dict):
        raise AssertionError("a certificate is a mapping")
    return document


def spec_of(document: Mapping[str, Any]) -> CertificateSpec:
    """What a stored document says."""
    return CertificateSpec(
        facility=document["facility"],
        category=document["category"],
        naics=document["naics"],
        county=document["county"],
        latitude=_decimal(document["latitude"]),
        longitude=_decimal(document["longitude"]),
        indian_country=document["indian_country"],
        units=tuple(_unit(unit) for unit in document["units"]),
        owners=tuple(document["owners"]),
        operators=tuple(document["operators"]),
        primary=_maybe(document["primary"], _signatory),
        alternate=_maybe(document["alternate"], _signatory),
        owners_changed_on=_date(document["owners_changed_on"]),
        removals=tuple(
            Removal(
                unit_id=removal["unit_id"],
                buyer=Contact(**removal["buyer"]),
                sold_on=_date(removal["sold_on"]),
                left_on=_date(removal["left_on"]),
            )
            for removal in document["removals"]
        ),
    )


def certificate_text(spec: CertificateSpec, facility: FacilityEntry) -> str:
    """What is signed: every element of the certificate, a line each.

    Source: 40 CFR 62.16305(a)(1) to (3); PLAT-151.
    """
    lines = [
        f"Facility: {facility.name}, plant code {facility.oris_code}",
        f"State: {facility.jurisdiction}; county: {spec.county}",
        f"Position: {_shown(spec.latitude)}, {_shown(spec.longitude)}",
        f"Category: {spec.category}; NAICS: {spec.naics}",
        f"In Indian country: {_yes_or_no(spec.indian_country)}",
    ]
    for unit in spec.units:
        lines += _unit_lines(unit)
    lines += [f"Owner of the facility: {name}" for name in spec.owners]
    lines += [f"Operator of the facility: {name}" for name in spec.operators]
    if spec.owners_changed_on is not None:
        lines.append(f"Owners or operators changed on {spec.owners_changed_on}")
    for removal in spec.removals:
        lines.append(
            f"Removed unit {removal.unit_id}: sold on {_shown(removal.sold_on)} to"
            f" {_contact(removal.buyer)}; left on {_shown(removal.left_on)}"
        )
    titles = {"primary": "Designated representative", "alternate": "Alternate"}
    for role, who in spec.signatories.items():
        lines.append(f"{titles[role]}: {_contact(who.contact)}")
    return "\n".join(lines)


def digest_of(spec: CertificateSpec, facility: FacilityEntry) -> str:
    """SHA-256 of what is signed: says whether a signature is under these very words."""
    return hashlib.sha256(certificate_text(spec, facility).encode()).hexdigest()


def changes_between(
    before: Mapping[str, Any] | None, after: Mapping[str, Any]
) -> dict[str, tuple[object, object]]:
    """What a certificate changes: by element, the old and the new value.

    Source: PLAT-035 (old and new value with date).
    """
    old, new = _flat(before or {}), _flat(after)
    return {
        key: (old.get(key), new.get(key))
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key) and not _is_personal(key)
    }


def _is_personal(key: str) -> bool:
    # An audit entry lasts for ever, so it does not hold contact data.
    return ".contact." in key or ".seller." in key or ".buyer." in key


def _flat(value: object, key: str = "") -> dict[str, object]:
    if isinstance(value, Mapping):
        items: Iterable[tuple[str, object]] = value.items()
    elif isinstance(value, list):
        items = ((_name_of(item, place), item) for place, item in enumerate(value, start=1))
    else:
        return {key: value}
    flat: dict[str, object] = {}
    for name, item in items:
        flat |= _flat(item, f"{key}.{name}" if key else name)
    return flat


def _name_of(item: object, place: int) -> str:
    if isinstance(item, Mapping):
        return str(item.get("unit_id") or item.get("generator_id") or place)
    return str(place)


def _unit_lines(unit: CertificateUnit) -> list[str]:
    expected = "expected " if unit.is_operation_projected else ""
    lines = [
        f"Unit {unit.unit_id}: {unit.unit_type}; in commercial operation from"
        f" {expected}{_shown(unit.operating_from)};"
        f" net summer capacity {_shown(unit.net_summer_mw)} MW"
    ]
    lines += [
        f"  Generator {generator.generator_id}: {_shown(generator.nameplate_mw)} MWe"
        for generator in unit.generators
    ]
    lines += [f"  Owner: {name}" for name in unit.owners]
    lines += [f"  Operator: {name}" for name in unit.operators]
    if unit.arrival is not None and unit.arrival.operated_before:
        lines.append(
            f"  Bought on {_shown(unit.arrival.purchased_on)} from {_contact(unit.arrival.seller)};"
            f" here since {_shown(unit.arrival.located_on)}"
        )
    elif unit.arrival is not None:
        lines.append(f"  Not operated before; here since {_shown(unit.arrival.located_on)}")
    return lines


def _contact(contact: Contact) -> str:
    parts = (contact.name, contact.address, contact.phone, contact.email, contact.fax)
    return "; ".join(part for part in parts if part)


def _shown(value: object) -> str:
    return "not given" if value is None else str(value)


def _yes_or_no(answer: bool | None) -> str:
    return "not answered" if answer is None else "yes" if answer else "no"


def _plain(value: object) -> object:
    match value:
        case dict():
            return {key: _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case datetime() | date():
            return value.isoformat()
        case Decimal():
            return str(value)
        case _:
            return value


def _unit(document: Mapping[str, Any]) -> CertificateUnit:
    return CertificateUnit(
        unit_id=document["unit_id"],
        unit_type=document["unit_type"],
        generators=tuple(
            Generator(
                generator_id=generator["generator_id"],
                nameplate_mw=_decimal(generator["nameplate_mw"]),
            )
            for generator in document["generators"]
        ),
        operating_from=_date(document["operating_from"]),
        is_operation_projected=document["is_operation_projected"],
        net_summer_mw=_decimal(document["net_summer_mw"]),
        owners=tuple(document["owners"]),
        operators=tuple(document["operators"]),
        arrival=_maybe(document["arrival"], _arrival),
    )


def _arrival(document: Mapping[str, Any]) -> Arrival:
    return Arrival(
        operated_before=document["operated_before"],
        located_on=_date(document["located_on"]),
        seller=Contact(**document["seller"]),
        purchased_on=_date(document["purchased_on"]),
    )


def _signatory(document: Mapping[str, Any]) -> Signatory:
    return Signatory(
        person=document["person"],
        contact=Contact(**document["contact"]),
        accepted=tuple(document["accepted"]),
        signed_on=_date(document["signed_on"]),
    )


def _maybe(
    document: Mapping[str, Any] | None, read: Callable[[Mapping[str, Any]], Value]
) -> Value | None:
    return None if document is None else read(document)


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
