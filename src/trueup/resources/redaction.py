"""Keep parts of papers from the public: sponsors claim, officials decide, with reasons.

Source: 40 CFR 62.16515(g), (h), (i); PLAT-127; RATE-206; docs/decisions/0310.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from trueup.audit import services as audit
from trueup.resources import checks, public_checks
from trueup.resources.files import keep_file
from trueup.resources.filing import refuse, require_ground, submitter_refusals
from trueup.resources.models import (
    Attachment,
    ConfidentialClaim,
    Document,
    RedactedFile,
    Redaction,
)
from trueup.resources.public_entries import ClaimEntry, FileRedaction
from trueup.resources.redaction_models import CLAIM_STATES
from trueup.resources.signed import Signed, keep_signature
from trueup.rules.papers import DECISION
from trueup.rules.refusal import Refusal, Refused

CITE = "40 CFR 62.16515(h), (i); PLAT-127"
# What every credit must be traced to is public, whatever anybody claims.
ALWAYS_PUBLIC = frozenset(
    {
        "account_number",
        "certification",
        "conflicts_evaluated",
        "contract_mwh",
        "decision",
        "ercs",
        "findings",
        "grounds",
        "metered_mwh",
        "misstatement",
        "months",
        "mwh",
        "nameplate_mw",
        "rewarded_mwh",
        "verified_mwh",
        "year",
    }
)
__all__ = ["ALWAYS_PUBLIC", "CLAIM_STATES", "claim_confidential", "redact", "refuse_claim"]


@transaction.atomic
def claim_confidential(
    *,
    document: int,
    elements: Sequence[str] = (),
    attachments: Sequence[int] = (),
    ground: str,
    claimed_by: int,
    claimed_at: datetime,
    signed: Signed | None = None,
) -> ClaimEntry:
    """Claim that parts of a paper are confidential; the public gets them no more until decided.

    Raises Refused (`unknown_paper`, `not_representative`, `ground_missing`,
    `nothing_named`, `not_of_the_paper`, `always_public`, `claim_open`).

    Source: PLAT-127; docs/decisions/0310.
    """
    row = _paper(document)
    refusals = submitter_refusals(row.resource, claimed_by, at=claimed_at)
    refusals += require_ground(ground)
    if not elements and not attachments:
        refusals.append(public_checks.NothingNamed("Name what of the paper is confidential."))
    refusals += _part_refusals(row, elements, attachments)
    if ConfidentialClaim.objects.filter(document=row, state="open").exists():
        refusals.append(public_checks.ClaimOpen("A claim about this paper awaits its decision."))
    refuse(refusals)
    claim = ConfidentialClaim.objects.create(
        document=row,
        elements=sorted(set(elements)),
        attachments=sorted(set(attachments)),
        ground=ground.strip()[:2000],
        claimed_by_id=claimed_by,
        claimed_at=claimed_at,
    )
    keep_signature(row.resource, signed, person=claimed_by, at=claimed_at)
    _log(row, claimed_at, f"person:{claimed_by}", "claim_confidential", claim=claim.pk)
    return claim_entry(claim)


@transaction.atomic
def redact(
    *,
    document: int,
    elements: Mapping[str, str],
    files: Sequence[FileRedaction] = (),
    made_at: datetime,
    actor: str = "administrator",
    claim: int | None = None,
    decision: str = "",
) -> int:
    """Say what of a paper the public does not get, each with the reason that it reads.

    It replaces what was said before; nothing named: the public gets the whole paper.

    Args:
        claim: The claim that this grants, wholly or in part; `decision` tells the sponsor.

    Raises Refused (`unknown_paper`, `not_of_the_paper`, `always_public`, `ground_missing`,
    `unknown_claim`, `claim_decided`, `file_too_large`, `file_refused`).

    Source: 40 CFR 62.16515(h), (i); PLAT-127; docs/decisions/0310.
    """
    row = _paper(document)
    refusals = _part_refusals(row, list(elements), [file.attachment for file in files])
    for reason in (*elements.values(), *(file.reason for file in files)):
        refusals += require_ground(reason)
    refuse(refusals[:1] if _only_grounds(refusals) else refusals)
    granted = _open_claim(claim, row) if claim is not None else None
    made = Redaction.objects.create(
        document=row,
        version=Redaction.objects.filter(document=row).count() + 1,
        elements={name: reason.strip()[:1000] for name, reason in sorted(elements.items())},
        claim=granted,
        made_at=made_at,
        made_by=actor,
    )
    RedactedFile.objects.bulk_create([_redacted_file(made, file) for file in files])
    if granted is not None:
        _decide(granted, "granted", decision or "Granted.", made_at, actor)
    _log(
        row,
        made_at,
        actor,
        "redact",
        version=made.version,
        elements=sorted(elements),
        files=sorted(file.attachment for file in files),
    )
    return made.version


@transaction.atomic
def refuse_claim(
    *, claim: int, decision: str, decided_at: datetime, actor: str = "administrator"
) -> ClaimEntry:
    """Refuse a claim; the public gets what was claimed.

    Raises Refused (`unknown_claim`, `claim_decided`, `ground_missing`).

    Source: PLAT-127; docs/decisions/0310.
    """
    refuse(require_ground(decision))
    row = _open_claim(claim)
    _decide(row, "refused", decision, decided_at, actor)
    _log(row.document, decided_at, actor, "refuse_claim", claim=row.pk, decision=decision)
    return claim_entry(row)


def claim_entry(row: ConfidentialClaim) -> ClaimEntry:
    return ClaimEntry(
        id=row.pk,
        document=row.document_id,
        elements=tuple(row.elements),
        attachments=tuple(row.attachments),
        ground=row.ground,
        state=row.state,
        claimed_by=row.claimed_by_id,
        claimed_at=row.claimed_at,
        decision=row.decision,
    )


def _paper(document: int) -> Document:
    row = (
        Document.objects.select_for_update(of=("self",))
        .select_related("resource")
        .filter(id=document)
        .first()
    )
    if row is None:
        raise Refused([public_checks.UnknownPaper(f"There is no paper {document}.")])
    return row


def _part_refusals(
    row: Document, elements: Sequence[str], attachments: Sequence[int]
) -> list[Refusal]:
    own = set(Attachment.objects.filter(document=row).values_list("id", flat=True))
    unknown = [name for name in elements if name not in row.elements]
    unknown += [f"file {file}" for file in attachments if file not in own]
    refusals: list[Refusal] = [
        public_checks.NotOfThePaper(f"The paper has no “{name}”.") for name in unknown
    ]
    kept = [name for name in elements if name in ALWAYS_PUBLIC]
    if row.kind == DECISION:
        kept = list(elements)
    refusals += [
        public_checks.AlwaysPublic(f"“{name}” is public: each credit is traced to it.")
        for name in kept
    ]
    return refusals


def _only_grounds(refusals: Sequence[Refusal]) -> bool:
    return all(isinstance(refusal, checks.GroundMissing) for refusal in refusals)


def _open_claim(claim: int, of: Document | None = None) -> ConfidentialClaim:
    row = (
        ConfidentialClaim.objects.select_for_update(of=("self",))
        .select_related("document__resource")
        .filter(id=claim)
        .first()
    )
    if row is None or (of is not None and row.document_id != of.pk):
        raise Refused([public_checks.UnknownClaim(f"There is no claim {claim} on this paper.")])
    if row.state != "open":
        raise Refused([public_checks.ClaimDecided(f"The claim was {row.state} already.")])
    return row


def _decide(row: ConfidentialClaim, state: str, decision: str, at: datetime, actor: str) -> None:
    row.state, row.decision = state, decision.strip()[:2000]
    row.decided_at, row.decided_by = at, actor
    row.save(update_fields=["state", "decision", "decided_at", "decided_by"])


def _redacted_file(made: Redaction, file: FileRedaction) -> RedactedFile:
    kept = keep_file(file.replacement) if file.replacement is not None else None
    return RedactedFile(
        redaction=made,
        attachment_id=file.attachment,
        reason=file.reason.strip()[:1000],
        name=kept.name if kept is not None else "",
        media_type=kept.media_type if kept is not None else "",
        size_bytes=kept.size_bytes if kept is not None else 0,
        sha256=kept.sha256 if kept is not None else "",
    )


def _log(row: Document, at: datetime, actor: str, act: str, **after: object) -> None:
    audit.log(
        at=at,
        program=row.resource.program,
        actor=actor,
        act=act,
        subject=f"resource:{row.resource_id}",
        after={"paper": row.pk, **after},
        cite=CITE,
    )
