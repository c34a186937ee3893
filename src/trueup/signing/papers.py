"""Forms on paper: entered as their signer's submission, and approved by a second official.

Nobody acts as a user: the signer is the person whose signature is on the paper.

Source: PLAT-154; 40 CFR 62.16375 "Receive or receipt of".
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from trueup.audit import services as audit
from trueup.identity.encryption import encrypt
from trueup.rules.refusal import Refused
from trueup.rules.statements import Statement
from trueup.signing import challenges, checks, forms, models, texts
from trueup.signing.entries import PaperEntry

MEDIA_TYPES = ("application/pdf", "image/png", "image/jpeg", "image/tiff")
SCAN_MAX = 20_000_000


@transaction.atomic
def enter_paper(
    *,
    program: str,
    document: str,
    text: str,
    statements: Sequence[Statement],
    signer: int,
    for_person: int | None,
    accepted: Sequence[str],
    received_at: datetime,
    scan: bytes,
    media_type: str,
    entered_by: int,
    entered_at: datetime,
    form_version: str = "",
) -> PaperEntry:
    """Enter a form that came on paper, with its scan and the time of its receipt.

    It does nothing yet: a second official compares text and scan and approves it.

    Args:
        text: What the paper says, as the canonical text of the act it asks for.
        accepted: Keys of the statements that stand signed on the paper.

    Raises Refused (`paper_not_usable`, `form_superseded`).

    Source: PLAT-153, PLAT-154.
    """
    _refuse_unusable(
        scan,
        media_type,
        is_own=signer == entered_by,
        is_early=received_at > entered_at,
    )
    version = forms.version_in_force(document, on=received_at.date(), version=form_version)
    whole = challenges.whole_text(
        program=program,
        document=document,
        form_version=version,
        text=text,
        statements=statements,
        signer=signer,
        for_person=for_person,
    )
    row = models.Paper.objects.create(
        nonce=secrets.token_hex(32),
        document=document,
        form_version=version,
        digest=texts.digest_of(whole),
        signer_id=signer,
        accepted=list(accepted),
        received_at=received_at,
        entered_by_id=entered_by,
        entered_at=entered_at,
    )
    _keep_scan(row, scan, media_type, program=program)
    return paper_entry(row)


@transaction.atomic
def approve_paper(*, nonce: str, by: int, at: datetime) -> PaperEntry:
    """A second official has compared text and scan; now it can be acted on.

    Raises Refused (`paper_not_usable`, `paper_not_approved`).

    Source: PLAT-018, PLAT-154.
    """
    row = models.Paper.objects.select_for_update().filter(nonce=nonce).first()
    if row is None:
        raise Refused([checks.PaperNotUsable("There is no such form on paper.")])
    if by in {row.entered_by_id, row.signer_id}:
        raise Refused(
            [
                checks.PaperNotApproved(
                    "A second official approves it: neither who entered it nor who signed it."
                )
            ]
        )
    if row.approved_by_id is None:
        row.approved_by_id, row.approved_at = by, at
        row.save(update_fields=["approved_by", "approved_at"])
        audit.log(
            at=at,
            program="",
            actor=f"official:{by}",
            act="approve_paper",
            subject=f"paper:{row.pk}",
            cite="PLAT-154",
        )
    return paper_entry(row)


def version_of(nonce: str) -> str:
    """The version of the form that came on paper: in force when it was received.

    Raises Refused (`paper_not_approved`) if there is no such paper.
    """
    row = models.Paper.objects.filter(nonce=nonce).first()
    if row is None:
        raise Refused([checks.PaperNotApproved("There is no such form on paper.")])
    return row.form_version


def use(nonce: str, *, signer: int, digest: str) -> PaperEntry:
    """The approved paper of this signer and this text, once only.

    Raises Refused (`paper_not_approved`, `text_changed`, `signed_already`).
    """
    row = models.Paper.objects.select_for_update().filter(nonce=nonce, signer_id=signer).first()
    if row is None or row.approved_by_id is None:
        raise Refused([checks.PaperNotApproved("A second official has not approved this form.")])
    if row.digest != digest:
        raise Refused([checks.TextChanged("What would be done is not what the paper says.")])
    if models.Signature.objects.filter(nonce=nonce).exists():
        raise Refused([challenges.signed_already()])
    return paper_entry(row)


def _refuse_unusable(scan: bytes, media_type: str, *, is_own: bool, is_early: bool) -> None:
    """Refuse a paper that cannot be entered, with every reason."""
    found = []
    if is_own:
        found.append("Nobody enters a form that they signed themselves.")
    if media_type not in MEDIA_TYPES or not 0 < len(scan) <= SCAN_MAX:
        found.append(f"The scan is a PDF, PNG, JPEG or TIFF file of at most {SCAN_MAX:,} bytes.")
    if is_early:
        found.append("A form is not entered before it is received.")
    if found:
        raise Refused(checks.PaperNotUsable(sentence) for sentence in found)


def _keep_scan(row: models.Paper, scan: bytes, media_type: str, *, program: str) -> None:
    digest = hashlib.sha256(scan).hexdigest()
    models.PaperScan.objects.create(
        paper=row, media_type=media_type, content=encrypt(scan), digest=digest
    )
    audit.log(
        at=row.entered_at,
        program=program,
        actor=f"official:{row.entered_by_id}",
        act="enter_paper",
        subject=f"paper:{row.pk}",
        after={
            "document": row.document,
            "signer": row.signer_id,
            "digest": row.digest,
            "scan": digest,
        },
        cite="PLAT-154",
    )


def paper_entry(row: models.Paper) -> PaperEntry:
    return PaperEntry(
        nonce=row.nonce,
        document=row.document,
        form_version=row.form_version,
        digest=row.digest,
        signer=row.signer_id,
        accepted=tuple(row.accepted),
        received_at=row.received_at,
        entered_by=row.entered_by_id,
        entered_at=row.entered_at,
        approved_by=row.approved_by_id,
        approved_at=row.approved_at,
    )
