"""Read what was signed, and verify it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

from trueup.audit import queries as audit
from trueup.audit.statements import among
from trueup.identity.encryption import decrypt
from trueup.signing import drafts, forms, models, texts
from trueup.signing.entries import (
    DraftEntry,
    PaperEntry,
    SignatureEntry,
    StatementAccepted,
    Verification,
)
from trueup.signing.papers import paper_entry

PAGE = 50


def signature(signature_id: int) -> SignatureEntry | None:
    """A signed submission by its id."""
    row = models.Signature.objects.filter(id=signature_id).first()
    return signature_entry(row) if row is not None else None


def signature_with(nonce: str) -> SignatureEntry | None:
    """The signature that a challenge or a paper became."""
    row = models.Signature.objects.filter(nonce=nonce).first() if nonce else None
    return signature_entry(row) if row is not None else None


def signatures(ids: Iterable[int]) -> dict[int, SignatureEntry]:
    """Signed submissions by their ids, with one statement."""
    return {
        row.pk: signature_entry(row) for row in models.Signature.objects.filter(id__in=among(ids))
    }


def signatures_of(
    *,
    person: int | None = None,
    account: int | None = None,
    limit: int = PAGE,
    before: int | None = None,
) -> list[SignatureEntry]:
    """What a person signed, or what was signed for an account, the newest first."""
    rows = models.Signature.objects.all()
    if person is not None:
        rows = rows.filter(signer_id=person)
    if account is not None:
        rows = rows.filter(account_id=account)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [signature_entry(row) for row in rows.order_by("-id")[:limit]]


def has_agreement(person: int, *, on: date) -> bool:
    """Whether a person's electronic signature agreement is on file and in force.

    Source: PLAT-151.
    """
    version = forms.version_in_force(forms.AGREEMENT, on=on)
    return models.Agreement.objects.filter(person_id=person, form_version=version).exists()


def draft(key: UUID, *, person: int, at: datetime) -> DraftEntry | None:
    """A draft of this person's, if it is signed or can still be."""
    row = models.Draft.objects.filter(key=key, person_id=person).first()
    if row is None or (row.done_at is None and row.changed_at + drafts.LIFETIME <= at):
        return None
    return drafts.draft_entry(row)


def drafts_of(
    person: int,
    *,
    at: datetime,
    acts: Collection[str],
    program: str = "",
    subject: str = "",
    limit: int = PAGE,
) -> list[DraftEntry]:
    """What a person has begun and not signed, the last changed first.

    Source: PLAT-051; docs/decisions/0240.
    """
    rows = models.Draft.objects.filter(
        person_id=person, act__in=acts, done_at=None, changed_at__gt=at - drafts.LIFETIME
    )
    if program:
        rows = rows.filter(program=program)
    if subject:
        rows = rows.filter(subject=subject)
    return [drafts.draft_entry(row) for row in rows.order_by("-changed_at", "-id")[:limit]]


def open_drafts(
    *, program: str, acts: Collection[str], at: datetime, limit: int = PAGE, after: int = 0
) -> list[tuple[int, DraftEntry]]:
    """All that was begun in a program and not signed, with its id, a page at a time.

    Source: PLAT-051; docs/decisions/0240.
    """
    rows = models.Draft.objects.filter(
        program=program,
        act__in=acts,
        done_at=None,
        changed_at__gt=at - drafts.LIFETIME,
        id__gt=after,
    )
    return [(row.pk, drafts.draft_entry(row)) for row in rows.order_by("id")[:limit]]


def papers(nonces: Iterable[str]) -> list[PaperEntry]:
    """Forms that came on paper, in the order of entering."""
    rows = models.Paper.objects.filter(nonce__in=list(nonces)).order_by("id")
    return [paper_entry(row) for row in rows]


def scan_of(nonce: str) -> tuple[str, bytes] | None:
    """The media type and the bytes of a paper's scan."""
    found = models.PaperScan.objects.filter(paper__nonce=nonce).first()
    return (found.media_type, decrypt(bytes(found.content))) if found is not None else None


def verify(signature: SignatureEntry) -> Verification:
    """Whether a kept signature still proves what it says: its hash, the log, the assertion.

    Anyone who has the entry can do the same without the registry, but for the log.

    Source: PLAT-151; PLAT-152 (changed text after signing is detected by hash).
    """
    problems = []
    digest = texts.digest_of(signature.text)
    is_unchanged = digest == signature.digest
    if not is_unchanged:
        problems.append("The text is not the one that was signed: its SHA-256 differs.")
    logged = [
        event.after["digest"]
        for event in audit.events_of(f"signature:{signature.id}")
        if event.act == "sign" and event.after is not None
    ]
    if logged != [signature.digest]:
        is_unchanged = False
        problems.append("The audit trail holds another SHA-256 than the signature.")
    is_valid = None
    if signature.method == "passkey":
        from trueup.signing import factors

        found = factors.problems_of_assertion(
            signature.proof, text=signature.text, nonce=signature.nonce
        )
        is_valid = not found
        problems += found
    return Verification(
        is_text_unchanged=is_unchanged,
        is_assertion_valid=is_valid,
        problems=tuple(problems),
    )


def signature_entry(row: models.Signature) -> SignatureEntry:
    statements: Sequence[dict[str, str]] = row.statements
    return SignatureEntry(
        id=row.pk,
        program=row.program,
        document=row.document,
        form_version=row.form_version,
        text=row.text,
        digest=row.digest,
        statements=tuple(StatementAccepted(**item) for item in statements),
        signer=row.signer_id,
        for_person=row.for_person_id,
        account=row.account_id,
        method=row.method,
        proof=row.proof,
        nonce=row.nonce or "",
        signed_at=row.signed_at,
        received_at=row.received_at,
        entered_by=row.entered_by_id,
        approved_by=row.approved_by_id,
    )
