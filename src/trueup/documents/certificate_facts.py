"""What a certificate of representation says: all that was filed and who signed it.

Source: 40 CFR 62.16305(a), 62.16500(a).
"""

from __future__ import annotations

from trueup.accounts import queries as accounts
from trueup.accounts.certificate_reads import certificate
from trueup.accounts.certificate_text import document_of
from trueup.documents.checks import NotFinal, NothingToIssue
from trueup.documents.entries import Facts
from trueup.documents.facts import instant, last_position, program_values
from trueup.rules import programs
from trueup.rules.refusal import Refused

KIND = "certificate_of_representation"
FINAL = frozenset({"in_force", "superseded"})


def certificate_facts(key: int) -> Facts:
    """A certificate of representation as it was received, with the statements accepted.

    Raises Refused (`nothing_to_issue`, `not_final`).

    Source: 40 CFR 62.16305(a), (b); 62.16500(a).
    """
    found = certificate(key)
    if found is None:
        raise Refused([NothingToIssue("There is no such certificate.")])
    if found.state not in FINAL or found.received_at is None:
        raise Refused(
            [NotFinal("The certificate is not complete, so no document is issued of it.")]
        )
    rules = programs.load(found.program)
    facility = accounts.facility(found.facility)
    if facility is None:
        raise AssertionError(f"certificate {key} is of no facility")
    place = rules.jurisdictions.get(facility.jurisdiction)
    texts = {item.key: item.text for item in rules.people.statements["certificate"]}
    return Facts(
        kind=KIND,
        program=found.program,
        subject={"certificate": key},
        title=f"{found.facility_name}, version {found.version}",
        values={
            "program": program_values(rules),
            "facility": {
                "name": facility.name,
                "oris_code": facility.oris_code,
                "jurisdiction": place.name if place else facility.jurisdiction,
            },
            "version": found.version,
            "received_at": instant(found.received_at, rules),
            "is_late": found.is_late,
            "mark": found.mark,
            "content": document_of(found.spec),
            "signatures": [
                {
                    "name": one.name,
                    "role": one.role,
                    "method": one.method,
                    "signed_at": instant(one.signed_at, rules),
                    "statements": [texts.get(name, name) for name in one.statements],
                }
                for one in found.signatures
            ],
        },
        positions=(),
        journal_until=last_position(found.program),
        is_public=False,
    )
