"""How a document comes to be: number, file, signature, and its line in the register."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from trueup.audit import services as audit
from trueup.documents.entries import DocumentEntry, Facts
from trueup.documents.facts import canonical, instant
from trueup.documents.letterhead import letterhead
from trueup.documents.models import Document, DocumentFile
from trueup.documents.queries import document_of_facts, entry
from trueup.documents.typesetting import typeset
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.scope import check_wording

# Crockford's: nothing that is mistaken for something else when it is read out or typed.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuance:
    """A document, and whether it was made now."""

    document: DocumentEntry
    is_new: bool


def issue(facts: Facts, *, made_at: datetime, asked_by: str) -> Issuance:
    """The document that says these facts: the one that there is, or a new one.

    It is set and signed before the transaction begins, because that takes longest.

    Raises Refused (`scope.overstated`) for a title that claims more than the registry knows.

    Source: PLAT-088; RATE-011; docs/decisions/0271.
    """
    if refusals := check_wording(facts.title):
        raise Refused(refusals)
    attached = canonical(facts, is_practice=settings.TRUEUP_SANDBOX)
    digest = hashlib.sha256(attached).hexdigest()
    known = document_of_facts(digest)
    if known is not None:
        return Issuance(document=known, is_new=False)
    from trueup.documents import signing_key  # Its libraries are slow to load.

    made_at = made_at.replace(microsecond=0)
    number = number_of(digest, made_at)
    head = letterhead()
    plain = typeset(
        facts.kind,
        facts=attached,
        frame=_frame(facts, number=number, digest=digest, made_at=made_at),
        made_at=made_at,
    )
    file = signing_key.sign(
        plain,
        number=number,
        registry=head.registry,
        address=head.check_address,
        signed_at=made_at,
    )
    try:
        with transaction.atomic():
            return _keep(
                facts, file, number=number, digest=digest, made_at=made_at, asked_by=asked_by
            )
    except IntegrityError:
        # Somebody else issued the same at the same time; both are given that one.
        known = document_of_facts(digest)
        if known is None:
            raise
        return Issuance(document=known, is_new=False)


def issued(facts: Facts) -> DocumentEntry | None:
    """The document that says these facts, if there is one."""
    attached = canonical(facts, is_practice=settings.TRUEUP_SANDBOX)
    return document_of_facts(hashlib.sha256(attached).hexdigest())


def number_of(facts_digest: str, made_at: datetime) -> str:
    """The number of a document, `D-7K3M-9QXT-2WHP`: it follows from what it says and when.

    Nobody can guess it who does not have the document.
    """
    told = hashlib.sha256(f"{facts_digest} {made_at.isoformat()}".encode()).digest()
    value = int.from_bytes(told[:8], "big")
    letters = "".join(_LETTERS[value >> (5 * place) & 31] for place in range(_LENGTH))
    return f"D-{letters[:4]}-{letters[4:8]}-{letters[8:]}"


def _keep(
    facts: Facts, file: bytes, *, number: str, digest: str, made_at: datetime, asked_by: str
) -> Issuance:
    row = Document.objects.create(
        number=number,
        kind=facts.kind,
        program=facts.program,
        subject=dict(facts.subject),
        title=facts.title,
        facts_digest=digest,
        file_digest=hashlib.sha256(file).hexdigest(),
        file_bytes=len(file),
        positions=[list(run) for run in facts.positions],
        journal_until=facts.journal_until,
        made_at=made_at,
        asked_by=asked_by,
        is_public=facts.is_public,
        is_practice=settings.TRUEUP_SANDBOX,
    )
    DocumentFile.objects.create(document=row, content=file)
    audit.log(
        at=made_at,
        program=facts.program,
        actor=asked_by or "registry",
        act="issue_document",
        subject=f"document:{number}",
        after={"kind": facts.kind, "file": row.file_digest, "facts": digest},
        cite="PLAT-088",
    )
    return Issuance(document=entry(row), is_new=True)


def _frame(facts: Facts, *, number: str, digest: str, made_at: datetime) -> dict[str, Any]:
    head = letterhead()
    return {
        "number": number,
        "registry": head.registry,
        "agency": head.agency,
        "check": f"{head.check_address}?of={number}",
        "facts_digest": digest,
        "made_at": instant(made_at, programs.load(facts.program)),
        "journal_until": facts.journal_until,
        "positions": [list(run) for run in facts.positions],
        "title": facts.title,
        "sandbox": settings.TRUEUP_SANDBOX,
    }
