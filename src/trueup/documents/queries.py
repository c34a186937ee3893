"""Read the register of issued documents, and say what it knows of one that is shown to it."""

from __future__ import annotations

import hashlib
import re

from trueup.documents.entries import Checked, DocumentEntry
from trueup.documents.models import Document, DocumentFile

UPLOAD_MAX = 20 * 1024 * 1024
_NUMBER = re.compile(r"(?:D-?)?([0-9A-Z]{4})-?([0-9A-Z]{4})-?([0-9A-Z]{4})")
_NUMBER_WITHIN = re.compile(rb"D-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_READ_AS = str.maketrans("OIL", "011")
NUMBERS_TRIED = 20


def document(number: str) -> DocumentEntry | None:
    """An issued document by its number, however it is typed."""
    found = normal_number(number)
    row = Document.objects.filter(number=found).first() if found else None
    return entry(row) if row is not None else None


def document_of_facts(facts_digest: str) -> DocumentEntry | None:
    """The document that says exactly these facts."""
    row = Document.objects.filter(facts_digest=facts_digest).first()
    return entry(row) if row is not None else None


def file_of(document: DocumentEntry) -> bytes:
    """The bytes of a document as they were issued."""
    return bytes(DocumentFile.objects.get(document_id=document.id).content)


def normal_number(text: str) -> str:
    """A document's number as it is printed; empty if the text is none."""
    found = _NUMBER.fullmatch("".join(text.split()).upper().translate(_READ_AS))
    return f"D-{found[1]}-{found[2]}-{found[3]}" if found is not None else ""


def check_text(text: str) -> Checked:
    """What the register knows of a number, or of the SHA-256 of a file or of its facts.

    Source: PLAT-088; docs/decisions/0273.
    """
    found = document(text)
    digest = "".join(text.split()).lower()
    if found is None and _DIGEST.fullmatch(digest):
        row = (
            Document.objects.filter(file_digest=digest).first()
            or Document.objects.filter(facts_digest=digest).first()
        )
        found = entry(row) if row is not None else None
    return Checked(verdict="genuine" if found else "unknown", document=found)


def check_file(content: bytes) -> Checked:
    """Whether a file is, byte for byte, one that this registry issued.

    A file that names a document of ours and is not it was altered. The file is hashed and
    searched for numbers; it is not opened, so nothing in it can act.

    Source: PLAT-088; docs/decisions/0273.
    """
    row = Document.objects.filter(file_digest=hashlib.sha256(content).hexdigest()).first()
    if row is not None:
        return Checked(verdict="genuine", document=entry(row))
    named = list(dict.fromkeys(one.decode() for one in _NUMBER_WITHIN.findall(content)))
    rows = list(Document.objects.filter(number__in=named[:NUMBERS_TRIED]))
    for row in rows:
        begins = hashlib.sha256(content[: row.file_bytes]).hexdigest()
        if begins == row.file_digest:
            return Checked(verdict="altered", document=entry(row), is_added_to=True)
    if rows:
        first = min(rows, key=lambda row: named.index(row.number))
        return Checked(verdict="altered", document=entry(first))
    return Checked(verdict="unknown")


def entry(row: Document) -> DocumentEntry:
    """A row of the register as a plain value."""
    return DocumentEntry(
        id=row.pk,
        number=row.number,
        kind=row.kind,
        program=row.program,
        subject=row.subject,
        title=row.title,
        facts_digest=row.facts_digest,
        file_digest=row.file_digest,
        file_bytes=row.file_bytes,
        positions=tuple((first, last) for first, last in row.positions),
        journal_until=row.journal_until,
        made_at=row.made_at,
        asked_by=row.asked_by,
        is_public=row.is_public,
        is_practice=row.is_practice,
    )
