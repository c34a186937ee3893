"""Certificates of representation of the demonstration's plants, as far as the facts are known.

Plants, units and their owners are real. Net summer capacity is the nameplate's, contact data
are invented, and both persons signed on the console. A plant of which the sources leave out a
unit's first day has no certificate: none is made up.

Source: 40 CFR 62.16305(a); docs/explanation/demonstration.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from trueup.accounts import services as accounts
from trueup.accounts.certificate_drafts import signed_on_the_console
from trueup.accounts.certificate_entries import CertificateSpec, Signatory
from trueup.accounts.certificate_reads import prefilled
from trueup.demonstration.plants import Plant

CATEGORY = "Electric utility"
NAICS = "221112"
# Telephone numbers from 555-0100 to 555-0199 belong to nobody.
PHONE = "+1 202 555 0100"
ADDRESS = "1 Example Street, Springfield"
BATCH = 200
STATE_LETTERS = 2  # Lands of tribes have a code of three.


def file_certificates(
    plants: Sequence[Plant], *, facilities: Mapping[int, int], program: str, at: datetime
) -> int:
    """File the certificates of plants whose facts are all known; gives their number.

    Args:
        facilities: Ids of the registered facilities by ORIS code.
    """
    known = [plant for plant in plants if _is_known(plant)]
    for start in range(0, len(known), BATCH):
        some = known[start : start + BATCH]
        found = prefilled(program=program, facilities=[facilities[one.oris_code] for one in some])
        accounts.file_certificates(
            [
                signed_on_the_console(
                    _completed(found[facilities[plant.oris_code]], plant), program=program, at=at
                )
                for plant in some
            ],
            program=program,
            received_at=at,
        )
    return len(known)


def _is_known(plant: Plant) -> bool:
    return bool(plant.county and (plant.owner or plant.operator)) and all(
        unit.operating_from is not None for unit in plant.units
    )


def _completed(spec: CertificateSpec, plant: Plant) -> CertificateSpec:
    owners = (plant.owner or plant.operator,)
    operators = (plant.operator or plant.owner,)
    return replace(
        spec,
        category=CATEGORY,
        naics=NAICS,
        indian_country=len(plant.jurisdiction) > STATE_LETTERS,
        units=tuple(
            replace(
                unit,
                net_summer_mw=unit.net_summer_mw or unit.generators[0].nameplate_mw,
                owners=owners,
                operators=operators,
            )
            for unit in spec.units
        ),
        owners=owners,
        operators=operators,
        primary=_reachable(spec.primary),
        alternate=_reachable(spec.alternate),
    )


def _reachable(who: Signatory | None) -> Signatory | None:
    if who is None:
        return None
    contact = replace(
        who.contact, address=who.contact.address or ADDRESS, phone=who.contact.phone or PHONE
    )
    return replace(who, contact=contact)
