"""Representatives in the Acid Rain and Transport Rule programs, who must be the same persons."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from trueup.accounts import checks, queries
from trueup.accounts.certificate_entries import CertificateSpec
from trueup.accounts.certificate_models import SCHEMES, OtherProgramRepresentative
from trueup.audit import services as audit
from trueup.audit.statements import among
from trueup.rules.refusal import Refusal, Refused

TITLES = {"primary": "designated representative", "alternate": "alternate"}


class DiffersFromOtherProgram(Refusal):
    code = "accounts.differs_from_other_program"
    cite = "40 CFR 62.16375, 62.16570 “Designated representative”; RATE-156"


def record_other_program(
    *,
    facility: int,
    scheme: str,
    primary: int | None,
    alternate: int | None = None,
    at: datetime,
    actor: str = "administrator",
) -> None:
    """Record who represents a facility in a program whose representatives must be the same.

    Nobody at all: the facility is not in that program.

    Raises Refused (`unknown_facility`, `unknown_person`).

    Source: 40 CFR 62.16375 and 62.16570, “Designated representative”; MASS-018, RATE-156.
    """
    if scheme not in SCHEMES:
        raise ValueError(f"{scheme!r} is not one of {', '.join(SCHEMES)}")
    named = {"primary": primary, "alternate": alternate}
    people = {role: person for role, person in named.items() if person is not None}
    if queries.facility(facility) is None:
        raise Refused([checks.UnknownFacility("There is no such facility.")])
    if len(queries.people(people.values())) != len(set(people.values())):
        raise Refused([checks.UnknownPerson("The person named is not registered.")])
    with transaction.atomic():
        rows = OtherProgramRepresentative.objects.filter(facility_id=facility, scheme=scheme)
        before = {row.role: f"person:{row.person_id}" for row in rows}
        rows.delete()
        OtherProgramRepresentative.objects.bulk_create(
            OtherProgramRepresentative(
                facility_id=facility, scheme=scheme, role=role, person_id=person
            )
            for role, person in people.items()
        )
        audit.log(
            at=at,
            program="",
            actor=actor,
            act="record_other_program",
            subject=f"facility:{facility}",
            before={"scheme": scheme, **before},
            after={
                "scheme": scheme,
                **{role: f"person:{person}" for role, person in people.items()},
            },
            cite="40 CFR 62.16375 “Designated representative”",
        )


def differences(specs: Iterable[CertificateSpec]) -> dict[int, list[str]]:
    """By facility, where a certificate names somebody else than another program knows.

    Source: 40 CFR 62.16375 and 62.16570, “Designated representative”, “Alternate ...”.
    """
    named = {spec.facility: spec.signatories for spec in specs}
    rows = OtherProgramRepresentative.objects.filter(facility_id__in=among(named))
    found: dict[int, list[str]] = {facility: [] for facility in named}
    for row in rows.select_related("person").order_by("scheme", "-role"):
        who = named[row.facility_id].get(row.role)
        if who is not None and who.person != row.person_id:
            found[row.facility_id].append(
                f"The {TITLES[row.role]} differs from the one in the {SCHEMES[row.scheme]},"
                f" {row.person.name}."
            )
    return found
