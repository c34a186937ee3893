"""Why a certificate of representation is not taken in, or not signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from trueup.accounts import certificate_reads as reads
from trueup.accounts import checks, other_programs, queries
from trueup.accounts.certificate_entries import CertificateEntry, CertificateSpec
from trueup.accounts.entries import FacilityEntry, FacilitySpec, UnitSpec
from trueup.accounts.representation import facility_refusals
from trueup.accounts.seats import seat_refusals
from trueup.audit import services as audit
from trueup.identity import queries as identity
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.signing.entries import Evidence

# Who signs with a second factor of their own has been checked in person before.
ELECTRONIC = ("passkey", "totp", "recovery_code")


class NoSuchCertificate(Refusal):
    code = "accounts.no_such_certificate"
    cite = "40 CFR 62.16305(a)"


def no_such_certificate() -> Refusal:
    return NoSuchCertificate("There is no such certificate that still waits for this.")


def refuse(
    specs: Sequence[CertificateSpec],
    *,
    rules: Program,
    filed_by: int | None,
    evidence: Mapping[int, Evidence],
    at: datetime,
) -> None:
    """Refuse certificates that cannot be kept, or that this person may not file.

    Raises Refused with every reason of every row.

    Source: 40 CFR 62.16290(a), (b), 62.16305(a); docs/decisions/0153.
    """
    facilities = queries.facilities_by_id(spec.facility for spec in specs)
    people = queries.people(who.person for spec in specs for who in spec.signatories.values())
    in_force = reads.certificates_in_force(program=rules.code, facilities=facilities)
    sitting = _sitting(facilities, rules=rules)
    differing = other_programs.differences(specs) if _is_refused(rules) else {}
    refusals: list[Refusal] = []
    for row, spec in enumerate(specs, start=1):
        facility = facilities.get(spec.facility)
        found = facility_refusals(facility, rules=rules)
        seats = {role: who.person for role, who in spec.signatories.items()}
        if seats:
            found += seat_refusals(seats, people)
        if facility is not None:
            found += _content_refusals(spec, facility, rules=rules)
        before = in_force.get(spec.facility)
        if before is not None and before.received_at is not None and before.received_at > at:
            found.append(
                checks.SupersededAlready("A later certificate of representation was received.")
            )
        found += [
            other_programs.DiffersFromOtherProgram(sentence)
            for sentence in differing.get(spec.facility, ())
        ]
        seated = sitting.get(spec.facility, set())
        if filed_by is not None and seated and filed_by not in seated:
            found.append(
                checks.NotAuthorized(
                    "Who represents the facility now files this; or send it on paper, or ask"
                    " the Administrator."
                )
            )
        refusals += checks.in_row(found, row)
    refusals += identity_refusals(evidence)
    if refusals:
        raise Refused(refusals)


def signing_refusals(
    entries: Sequence[CertificateEntry | None], *, person: int, evidence: Evidence
) -> list[Refusal]:
    """Whether a person can sign these certificates: each waits, and names this person."""
    if not entries or any(
        entry is None
        or entry.state != "incomplete"
        or all(who.person != person for who in entry.spec.signatories.values())
        for entry in entries
    ):
        return [no_such_certificate()]
    if len({entry.program for entry in entries if entry is not None}) > 1:
        raise ValueError("certificates of one act are of one program")
    return identity_refusals({person: evidence})


def identity_refusals(evidence: Mapping[int, Evidence]) -> list[Refusal]:
    """Who signs electronically was identified before; paper and console are officials' acts.

    Source: PLAT-026, PLAT-094.
    """
    signing = [person for person, proof in evidence.items() if proof.method in ELECTRONIC]
    if not signing:
        return []
    checked = identity.identity_checked(signing)
    names = queries.people(signing)
    return [
        checks.IdentityNotChecked(
            f"The identity of {names[person].name} has to be checked before they can represent."
        )
        for person in signing
        if person not in checked and person in names
    ]


def log_release(entry: CertificateEntry, *, reason: str, at: datetime, actor: str) -> None:
    audit.log(
        at=at,
        program=entry.program,
        actor=actor,
        act="release_certificate",
        subject=f"facility:{entry.facility}",
        before={"hold": entry.hold},
        after={"certificate": entry.id, "reason": reason},
        cite="40 CFR 62.16375 “Designated representative”",
    )


def _is_refused(rules: Program) -> bool:
    return rules.people.representation.other_program_differs == "refuse"


def _sitting(facilities: Iterable[int], *, rules: Program) -> dict[int, set[int]]:
    accounts = queries.facility_accounts(program=rules.code, facilities=facilities)
    facility_of = {entry.account: entry.facility.id for entry in accounts}
    found: dict[int, set[int]] = {}
    for account, seats in queries.representatives(facility_of).items():
        found.setdefault(facility_of[account], set()).update(seat.person for seat in seats)
    return found


def _content_refusals(
    spec: CertificateSpec, facility: FacilityEntry, *, rules: Program
) -> list[Refusal]:
    """What is given must be usable, whether or not something else is missing."""
    refusals = checks.check_facility(
        FacilitySpec(
            oris_code=facility.oris_code,
            name=facility.name,
            jurisdiction=facility.jurisdiction,
            county=spec.county,
            latitude=spec.latitude,
            longitude=spec.longitude,
            units=tuple(
                UnitSpec(
                    unit_id=unit.unit_id,
                    unit_type=unit.unit_type,
                    net_summer_mw=unit.net_summer_mw,
                    operating_from=unit.operating_from,
                    is_operation_projected=unit.is_operation_projected,
                )
                for unit in spec.units
                if unit.unit_id
            ),
        ),
        rules=rules,
    )
    for unit in spec.units:
        for generator in unit.generators:
            if generator.nameplate_mw is not None:
                refusals += checks.check_capacity(
                    generator.nameplate_mw, unit_id=unit.unit_id, what="nameplate"
                )
    for name in _names(spec):
        refusals += checks.check_name(name, of="owner or operator")
    refusals += [
        checks.ContactNotUsable("A contact has a control character or more than 400 characters.")
        for text in _texts(spec)
        if len(text) > 400 or not checks.is_readable(text)
    ]
    return refusals


def _names(spec: CertificateSpec) -> set[str]:
    units = [name for unit in spec.units for name in (*unit.owners, *unit.operators)]
    return {*spec.owners, *spec.operators, *units}


def _texts(spec: CertificateSpec) -> list[str]:
    contacts = [who.contact for who in spec.signatories.values()]
    contacts += [unit.arrival.seller for unit in spec.units if unit.arrival is not None]
    contacts += [removal.buyer for removal in spec.removals]
    texts = [spec.category, spec.naics]
    for contact in contacts:
        texts += [contact.name, contact.address, contact.phone, contact.email, contact.fax]
    return texts
