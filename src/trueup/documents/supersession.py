"""Whether the books say today what an issued document says.

Source: PLAT-088; 40 CFR 62.16355; docs/decisions/0273.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from trueup.accounts.certificate_reads import certificate
from trueup.documents import account_facts, certificate_facts, settlement_facts, transfer_facts
from trueup.documents.entries import Checked, DocumentEntry, Facts
from trueup.documents.facts import canonical
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.refusal import Refused

POSITIONS_LOOKED_AT = 20_000


def with_supersession(checked: Checked, *, at: datetime) -> Checked:
    """What was checked, and whether the books say something else as of an instant.

    Source: 40 CFR 62.16355; PLAT-088.
    """
    if checked.document is None:
        return checked
    later = corrections(checked.document)
    return replace(
        checked,
        later=later,
        is_superseded=bool(later) or _is_changed(checked.document, at),
    )


def facts_today(document: DocumentEntry, *, at: datetime) -> Facts:
    """What a document about the same would say as of an instant.

    Raises Refused if there is nothing to say any more.

    Source: docs/decisions/0273.
    """
    subject = document.subject
    if document.kind == settlement_facts.KIND:
        return settlement_facts.settlement_facts(
            program=document.program,
            period=programs.load(document.program).period_named(subject["period"]),
            facility=subject["facility"],
            unit=subject["unit"],
        )
    if document.kind == transfer_facts.KIND:
        return transfer_facts.transfer_facts(UUID(subject["transfer"]))
    if document.kind == certificate_facts.KIND:
        return certificate_facts.certificate_facts(subject["certificate"])
    return account_facts.of_subject(document.kind, subject, at=at)


def _is_changed(document: DocumentEntry, at: datetime) -> bool:
    if document.kind == certificate_facts.KIND:
        found = certificate(document.subject["certificate"])
        return found is None or found.state != "in_force"
    try:
        facts = facts_today(document, at=at)
    except Refused:
        return True
    today = canonical(facts, is_practice=document.is_practice)
    return hashlib.sha256(today).hexdigest() != document.facts_digest


def corrections(document: DocumentEntry) -> tuple[int, ...]:
    """Later positions of the journal that correct or reverse those a document rests on.

    Source: 40 CFR 62.16355.
    """
    positions = [
        position for first, last in document.positions for position in range(first, last + 1)
    ]
    known = set(positions)
    mending = ledger.transactions_mending(positions[:POSITIONS_LOOKED_AT])
    return tuple(entry.id for entry in mending if entry.id not in known)
