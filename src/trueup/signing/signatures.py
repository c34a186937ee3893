"""Sign: keep what was signed, by whom, and the proof, in the transaction of the act.

Source: PLAT-151, PLAT-152; MASS-027, MASS-037.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from trueup.audit import services as audit
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.statements import Statement
from trueup.signing import challenges, checks, forms, models, papers, texts
from trueup.signing.entries import Evidence, SignatureEntry
from trueup.signing.queries import signature_entry


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proof:
    """What makes a signature its signer's."""

    nonce: str | None
    proof: Mapping[str, Any]
    received_at: datetime
    entered_by: int | None = None
    approved_by: int | None = None


@transaction.atomic
def sign(
    *,
    program: str,
    document: str,
    text: str,
    statements: Sequence[Statement],
    signer: int,
    for_person: int | None,
    evidence: Evidence,
    signed_at: datetime,
    received_at: datetime | None = None,
    account: int | None = None,
    form_version: str = "",
) -> SignatureEntry:
    """Keep a submission as signed: its text, the statements accepted, the signer, the proof.

    The text must be the very one for which the second factor was given. It is called in
    the transaction of the act, so there is no act without its signature, nor the reverse.

    Args:
        document: The key of the form. for_person: In whose name, if an agent signs.

    Raises Refused (`key_cannot_sign`, `form_superseded`, `no_agreement`, `not_certified`,
    `second_factor_missing`, `text_changed`, `challenge_expired`, `signed_already`,
    `paper_not_approved`).

    Source: PLAT-050, PLAT-151, PLAT-152; 40 CFR 62.16295, 62.16320(c)(2)(ii), (e).
    """
    on_paper = evidence.method == "paper"
    version = _version_signed(document, evidence, signer=signer, at=signed_at, given=form_version)
    _require_statements(statements, evidence)
    whole = challenges.whole_text(
        program=program,
        document=document,
        form_version=version,
        text=text,
        statements=statements,
        signer=signer,
        for_person=for_person,
    )
    digest = texts.digest_of(whole)
    proof = _proof_of(evidence, signer=signer, digest=digest, at=signed_at)
    row = models.Signature.objects.create(
        program=program,
        document=document,
        form_version=version,
        text=whole,
        digest=digest,
        statements=[{"key": item.key, "digest": item.digest} for item in statements],
        signer_id=signer,
        for_person_id=for_person if for_person != signer else None,
        account_id=account,
        method=evidence.method,
        proof=dict(proof.proof),
        nonce=proof.nonce,
        signed_at=min(signed_at, proof.received_at),
        received_at=proof.received_at if on_paper else max(received_at or signed_at, signed_at),
        entered_by_id=proof.entered_by,
        approved_by_id=proof.approved_by,
    )
    _log(row, at=signed_at)
    return signature_entry(row)


@transaction.atomic
def accept_agreement(*, person: int, evidence: Evidence, accepted_at: datetime) -> SignatureEntry:
    """Put a person's electronic signature agreement on file.

    Raises Refused (`agreed_already`, or as `sign` does).

    Source: PLAT-151.
    """
    agreement = forms.form(forms.AGREEMENT)
    version = forms.version_in_force(agreement.key, on=accepted_at.date())
    if models.Agreement.objects.filter(person_id=person, form_version=version).exists():
        raise Refused([checks.AgreedAlready("Your agreement is on file already.")])
    signature = sign(
        program="",
        document=agreement.key,
        text=agreement.text,
        statements=(),
        signer=person,
        for_person=None,
        evidence=evidence,
        signed_at=accepted_at,
    )
    models.Agreement.objects.create(
        person_id=person,
        form_version=version,
        signature_id=signature.id,
        accepted_at=accepted_at,
    )
    return signature


def _version_signed(
    document: str, evidence: Evidence, *, signer: int, at: datetime, given: str
) -> str:
    """The version of the form, once it is clear that this person can sign at all.

    Source: PLAT-151, PLAT-153.
    """
    if evidence.method == "key":
        raise Refused([_key_cannot_sign()])
    if evidence.method == "paper":
        return papers.version_of(str(evidence.detail.get("paper", "")))
    version = forms.version_in_force(document, on=at.date(), version=given)
    if document != forms.AGREEMENT:
        challenges.require_agreement(signer, at=at)
    return version


def _require_statements(statements: Sequence[Statement], evidence: Evidence) -> None:
    """Refuse a submission whose prescribed statements were not all accepted.

    Source: 40 CFR 62.16295; 62.16320(c)(2)(ii), (e); MASS-027, MASS-037.
    """
    missing = [item.key for item in statements if item.key not in evidence.accepted]
    if missing:
        raise Refused(
            [
                checks.NotCertified(
                    "This is not certified, so it is neither accepted nor acted on: accept"
                    f" the statement {' and '.join(missing)}."
                )
            ]
        )


def _proof_of(evidence: Evidence, *, signer: int, digest: str, at: datetime) -> _Proof:
    """Use up the challenge or the paper of this signature."""
    if evidence.method == "console":
        return _Proof(nonce=None, proof={}, received_at=at)
    if evidence.method == "paper":
        paper = papers.use(str(evidence.detail.get("paper", "")), signer=signer, digest=digest)
        return _Proof(
            nonce=paper.nonce,
            proof={"entered_at": paper.entered_at.isoformat()},
            received_at=paper.received_at,
            entered_by=paper.entered_by,
            approved_by=paper.approved_by,
        )
    if evidence.method not in models.FACTORS:
        raise ValueError(f"nobody signs by {evidence.method!r}")
    nonce = str(evidence.detail.get("challenge", ""))
    challenge = models.Challenge.objects.filter(nonce=nonce, person_id=signer).first()
    refusal = _refusal_of(challenge, evidence, digest=digest, at=at)
    if refusal is not None or challenge is None:
        raise Refused([refusal or _not_proven()])
    if not models.Challenge.objects.filter(id=challenge.pk, used_at=None).update(used_at=at):
        raise Refused([challenges.signed_already()])
    return _Proof(nonce=nonce, proof=challenge.proof, received_at=at)


def _refusal_of(
    challenge: models.Challenge | None, evidence: Evidence, *, digest: str, at: datetime
) -> Refusal | None:
    if challenge is None or challenge.proven_at is None or challenge.method != evidence.method:
        return _not_proven()
    if challenge.used_at is not None:
        return challenges.signed_already()
    if challenge.digest != digest:
        return checks.TextChanged(
            "What would be done is not what you signed. Check your answers and sign again."
        )
    if challenge.expires_at <= at:
        return challenges.expired()
    return None


def _not_proven() -> Refusal:
    return checks.SecondFactorMissing("Give your second factor for exactly this submission.")


def _key_cannot_sign() -> Refusal:
    return checks.KeyCannotSign(
        "An API key can propose, and never sign. A representative signs the proposal."
    )


def _log(row: models.Signature, *, at: datetime) -> None:
    """The digest is in the audit trail too, so that a text changed later is found twice."""
    audit.log(
        at=at,
        program=row.program,
        actor=f"person:{row.signer_id}",
        act="sign",
        subject=f"signature:{row.pk}",
        after={
            "document": row.document,
            "version": row.form_version,
            "digest": row.digest,
            "method": row.method,
        },
        cite="PLAT-151",
    )
