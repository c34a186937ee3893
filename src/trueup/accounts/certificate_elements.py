"""Which elements of a certificate of representation are missing, each by name.

Source: 40 CFR 62.16305(a); 62.16500(a); MASS-021, RATE-159, RATE-160.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from trueup.accounts import checks
from trueup.accounts.certificate_entries import (
    CertificateSpec,
    CertificateUnit,
    Contact,
    Generator,
    Removal,
    ReportedChange,
)
from trueup.accounts.models import UNIT_TYPES
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal
from trueup.rules.units import nameplate_mw

TITLES = {
    "primary": "designated representative",
    "alternate": "alternate designated representative",
}


class CertificateIncomplete(Refusal):
    code = "accounts.certificate_incomplete"
    cite = "40 CFR 62.16305(a), 62.16320(a)"


def tidied(spec: CertificateSpec) -> CertificateSpec:
    """A certificate as it is stored: texts tidied, nameplate capacities to the tenth of a MW.

    Source: 40 CFR 62.16305(a)(1) (“to the nearest tenth”).
    """
    return replace(
        spec,
        category=checks.tidy(spec.category),
        naics=checks.tidy(spec.naics),
        county=checks.tidy(spec.county),
        owners=_names(spec.owners),
        operators=_names(spec.operators),
        units=tuple(
            replace(
                unit,
                unit_id=checks.tidy(unit.unit_id),
                owners=_names(unit.owners),
                operators=_names(unit.operators),
                generators=tuple(_tidied_generator(item) for item in unit.generators),
            )
            for unit in spec.units
        ),
    )


def missing_elements(
    spec: CertificateSpec, *, rules: Program, before: CertificateSpec | None
) -> list[str]:
    """What has to be supplied before the certificate is complete, signatures apart.

    Args:
        before: The certificate in force, which this one would supersede.

    Source: 40 CFR 62.16305(a)(1) to (3), 62.16300(c), (d).
    """
    missing = _facility_elements(spec)
    added = _added(spec, before)
    for unit in spec.units:
        missing += _unit_elements(unit, is_added=unit.unit_id in added)
    missing += _removal_elements(spec, before)
    if before is not None and _owners(spec) != _owners(before) and not spec.owners_changed_on:
        missing.append("the day on which owners or operators changed")
    if spec.primary is None:
        missing.append("a designated representative")
    if spec.alternate is None and rules.people.representation.alternate_required:
        missing.append("an alternate designated representative")
    for role, who in spec.signatories.items():
        missing += _contact_elements(who.contact, of=TITLES[role])
    return missing


def missing_signatures(
    spec: CertificateSpec, *, rules: Program, accepted: Mapping[str, Iterable[str]]
) -> list[str]:
    """Whose signature is missing, and which statement a signer did not accept.

    Args:
        accepted: By role of those who signed these very words, the statements accepted.

    Source: 40 CFR 62.16305(a)(4), (5); RATE-160.
    """
    missing: list[str] = []
    for role in spec.signatories:
        if role not in accepted:
            missing.append(f"the signature and date of the {TITLES[role]}")
            continue
        given = set(accepted[role])
        missing += [
            f"statement {statement.key} accepted by the {TITLES[role]}"
            for statement in rules.people.statements["certificate"]
            if statement.key not in given
        ]
    return missing


def reported_changes(
    spec: CertificateSpec, *, rules: Program, before: CertificateSpec | None, filed_on: object
) -> list[ReportedChange]:
    """The changes that a certificate reports, when each was due, and whether it is late.

    Source: 40 CFR 62.16300(c), (d); MASS-024, MASS-025, RATE-163, RATE-164.
    """
    days = rules.people.representation
    events = []
    if spec.owners_changed_on is not None:
        events.append(("owners or operators", spec.owners_changed_on, days.owner_change_days))
    added = _added(spec, before)
    for unit in spec.units:
        arrival = unit.arrival
        if unit.unit_id in added and arrival is not None and arrival.located_on is not None:
            events.append((f"unit {unit.unit_id} added", arrival.located_on, days.unit_change_days))
    for removal in spec.removals:
        if removal.left_on is not None:
            events.append(
                (f"unit {removal.unit_id} removed", removal.left_on, days.unit_change_days)
            )
    changes = []
    for what, changed_on, period in events:
        due_on = rules.days_from(changed_on, period)
        is_late = str(filed_on) > due_on.isoformat()
        changes.append(
            ReportedChange(what=what, changed_on=changed_on, due_on=due_on, is_late=is_late)
        )
    return changes


def _facility_elements(spec: CertificateSpec) -> list[str]:
    given = {
        "the facility category": spec.category,
        "the NAICS code or its equivalent": spec.naics,
        "the county": spec.county,
        "latitude and longitude": spec.latitude is not None and spec.longitude is not None,
        "whether the facility is in Indian country": spec.indian_country is not None,
        "the units": spec.units,
        "the owners of the facility": spec.owners,
        "the operators of the facility": spec.operators,
    }
    return [element for element, value in given.items() if not value]


def _unit_elements(unit: CertificateUnit, *, is_added: bool) -> list[str]:
    of = f"unit {unit.unit_id or '?'}"
    given = {
        f"{of}: its id": unit.unit_id,
        f"{of}: its type": unit.unit_type in UNIT_TYPES,
        f"{of}: the generators that it serves": unit.generators,
        f"{of}: the actual or projected date of commercial operation": unit.operating_from,
        f"{of}: its net summer capacity": unit.net_summer_mw is not None,
        f"{of}: its owners": unit.owners,
        f"{of}: its operators": unit.operators,
    }
    missing = [element for element, value in given.items() if not value]
    for generator in unit.generators:
        if not generator.generator_id:
            missing.append(f"{of}: the id of a generator")
        if generator.nameplate_mw is None:
            missing.append(f"{of}: the nameplate capacity of generator {generator.generator_id}")
    return missing + (_arrival_elements(unit, of=of) if is_added else [])


def _arrival_elements(unit: CertificateUnit, *, of: str) -> list[str]:
    """A unit that operated elsewhere comes with its seller; a new one has none.

    Source: 40 CFR 62.16300(d)(1); MASS-025, RATE-164.
    """
    arrival = unit.arrival
    if arrival is None:
        return [f"{of}: whether it operated before it came to the facility"]
    missing = [] if arrival.located_on else [f"{of}: the day from which it is at the facility"]
    if not arrival.operated_before:
        return missing
    if arrival.purchased_on is None:
        missing.append(f"{of}: the day of its purchase")
    return missing + _contact_elements(arrival.seller, of=f"seller of {of}", email=False)


def _removal_elements(spec: CertificateSpec, before: CertificateSpec | None) -> list[str]:
    removed = {removal.unit_id: removal for removal in spec.removals}
    missing: list[str] = []
    if before is not None:
        staying = {unit.unit_id for unit in spec.units}
        for unit in before.units:
            if unit.unit_id not in staying and unit.unit_id not in removed:
                missing.append(f"unit {unit.unit_id}: who bought it, and when it left")
    for removal in removed.values():
        missing += _of_removal(removal)
    return missing


def _of_removal(removal: Removal) -> list[str]:
    of = f"unit {removal.unit_id}"
    missing = [] if removal.sold_on else [f"{of}: the day of its sale"]
    if removal.left_on is None:
        missing.append(f"{of}: the day from which it is no longer at the facility")
    return missing + _contact_elements(removal.buyer, of=f"buyer of {of}")


def _contact_elements(contact: Contact, *, of: str, email: bool = True) -> list[str]:
    """Name, address, telephone and e-mail are given; a fax number only if there is one.

    Source: 40 CFR 62.16305(a)(2).
    """
    given = {"name": contact.name, "address": contact.address, "telephone number": contact.phone}
    if email:
        given["e-mail address"] = contact.email
    return [f"the {what} of the {of}" for what, value in given.items() if not value.strip()]


def _added(spec: CertificateSpec, before: CertificateSpec | None) -> set[str]:
    """Units that come later; those of the first certificate were there before it."""
    if before is None:
        return {unit.unit_id for unit in spec.units if unit.arrival is not None}
    known = {unit.unit_id for unit in before.units}
    return {unit.unit_id for unit in spec.units if unit.unit_id not in known}


def _owners(spec: CertificateSpec) -> tuple[object, ...]:
    """Owners and operators of the facility and of the units that were there before."""
    return (
        sorted(spec.owners),
        sorted(spec.operators),
        sorted({name for unit in spec.units for name in unit.owners}),
        sorted({name for unit in spec.units for name in unit.operators}),
    )


def _names(names: Iterable[str]) -> tuple[str, ...]:
    tidied_names = (checks.tidy(name) for name in names)
    return tuple(dict.fromkeys(name for name in tidied_names if name))


def _tidied_generator(generator: Generator) -> Generator:
    capacity_mw = generator.nameplate_mw
    if capacity_mw is not None and capacity_mw.is_finite() and capacity_mw >= 0:
        capacity_mw = nameplate_mw(capacity_mw)  # Another one is refused as it is.
    return Generator(generator_id=checks.tidy(generator.generator_id), nameplate_mw=capacity_mw)
