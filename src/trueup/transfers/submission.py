"""Decide submissions: record them, let them wait, or refuse them with all reasons.

The happy path of one transfer takes a fixed number of statements: accounts, who acts for
them, the safeguards, the ledger's facts and its write, the transfer's row and its notices
(docs/decisions/0179). A batch of any size takes as many, and two more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from trueup.ledger import checks as ledger_checks
from trueup.ledger import services as ledger
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.signing.entries import Evidence
from trueup.transfers import checks, queries
from trueup.transfers.canonical import canonical_text, tidied
from trueup.transfers.deciding import KeyTakenError, decide
from trueup.transfers.drafts import Batch, draft_all
from trueup.transfers.entries import RetirementSpec, TransferEntry, TransferSpec
from trueup.transfers.register import enter
from trueup.transfers.signed import sign

CHUNK = 100
ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    """How submissions are decided.

    Attributes:
        evidence: Of the signature that is to be kept; `signature` is one that was kept.
    """

    rules: Program
    recorded_at: datetime
    all_or_none: bool
    evidence: Evidence | None = None
    signature: int | None = None


def submit(
    specs: Sequence[TransferSpec],
    *,
    program: str,
    recorded_at: datetime,
    all_or_none: bool = False,
    evidence: Evidence | None = None,
) -> list[TransferEntry]:
    """Decide submissions, each for itself or all together, in their order.

    Each for itself they are decided in chunks, each a database transaction. One signature
    may stand for all of them: of several chunks it is kept before the first.

    Raises Refused for what cannot be stored, for a key that was used for something else,
    and with `all_or_none` for every reason against any of them.
    """
    rules = programs.load(program)
    specs = _with_retirement_account(
        [tidied(spec) for spec in specs], program=program, at=recorded_at
    )
    checks.refuse_unusable(specs)
    act = _Act(rules=rules, recorded_at=recorded_at, all_or_none=all_or_none, evidence=evidence)
    if all_or_none or len(specs) <= CHUNK:
        return _with_keys(specs, act)
    if evidence is not None:
        with transaction.atomic():
            batch = draft_all(specs, rules=rules, recorded_at=recorded_at)
            act = replace(act, evidence=None, signature=_signature(batch, evidence))
    entries: list[TransferEntry] = []
    for start in range(0, len(specs), CHUNK):
        entries += _with_keys(specs[start : start + CHUNK], act)
    return entries


def reasons_against(
    specs: Sequence[TransferSpec], *, program: str, recorded_at: datetime
) -> list[Refusal]:
    """What would be said against submissions now; nothing is kept.

    Source: 40 CFR 62.16335(e)(2).
    """
    if not specs:
        return []
    return forecast(specs, program=program, recorded_at=recorded_at)[1]


def forecast(
    specs: Sequence[TransferSpec], *, program: str, recorded_at: datetime
) -> tuple[list[TransferEntry], list[Refusal]]:
    """What would become of submissions now, or what would be said against them; nothing is kept.

    Source: 40 CFR 62.16335(b), (e)(2); PLAT-051.
    """
    entries: list[TransferEntry] = []
    try:
        with transaction.atomic():
            entries = submit(specs, program=program, recorded_at=recorded_at, all_or_none=True)
            transaction.set_rollback(True)
    except Refused as refused:
        return [], list(refused.refusals)
    return entries, []


def _with_retirement_account(
    specs: list[TransferSpec], *, program: str, at: datetime
) -> list[TransferSpec]:
    """Retirements with the number of the Administrator's retirement account.

    Source: 40 CFR 62.16320(b).
    """
    if not any(isinstance(spec, RetirementSpec) for spec in specs):
        return specs
    number = ledger.retirement_account(program=program, opened_at=at).number
    return [
        replace(spec, destination=number) if isinstance(spec, RetirementSpec) else spec
        for spec in specs
    ]


def _with_keys(specs: Sequence[TransferSpec], act: _Act) -> list[TransferEntry]:
    """Answer repeated requests with what became of them, and decide the others.

    A single request is taken for a new one until its key turns out to be taken. One that
    was signed and is sent again finds its signature used up, and is a repeated one too.

    Source: PLAT-054.
    """
    for attempt in range(ATTEMPTS):
        is_new = len(specs) == 1 and attempt == 0
        earlier = {} if is_new else _submitted_before(specs, program=act.rules.code)
        fresh = [spec for spec in specs if spec.key not in earlier]
        try:
            with transaction.atomic():
                entries = _all_or_none(fresh, act) if act.all_or_none else _each(fresh, act)
        except (IntegrityError, KeyTakenError) as error:
            if attempt < ATTEMPTS - 1:
                continue
            if isinstance(error, IntegrityError):
                raise
            raise Refused([_key_reused(error.spec)]) from None
        except Refused as refused:
            if is_new and refused.reasons == {"signed_already"}:
                earlier = _submitted_before(specs, program=act.rules.code)
                if earlier:
                    return [earlier[spec.key] for spec in specs]
            raise
        decided = {entry.key: entry for entry in entries}
        return [earlier.get(spec.key) or decided[spec.key] for spec in specs]
    raise AssertionError("unreachable")


def _submitted_before(specs: Sequence[TransferSpec], *, program: str) -> dict[UUID, TransferEntry]:
    """What became of those that were submitted before.

    Raises Refused (`key_reused`) if a key stood for something else then.
    """
    stored = queries.stored_with_keys(spec.key for spec in specs)
    reused = [
        spec
        for spec in specs
        if spec.key in stored
        and (stored[spec.key].fingerprint, stored[spec.key].program)
        != (checks.fingerprint_of(spec), program)
    ]
    if reused:
        raise Refused(_key_reused(spec) for spec in reused)
    return {entry.key: entry for entry in queries.entries(list(stored.values()))}


def _each(specs: Sequence[TransferSpec], act: _Act) -> list[TransferEntry]:
    return enter(_drafted(specs, act))


def _drafted(specs: Sequence[TransferSpec], act: _Act) -> Batch:
    """Submissions decided, with the signature that was kept for them."""
    batch = draft_all(specs, rules=act.rules, recorded_at=act.recorded_at)
    signature = act.signature
    if act.evidence is not None and specs:
        signature = _signature(batch, act.evidence)
    batch = replace(batch, signature=signature)
    decide(batch)
    return batch


def _signature(batch: Batch, evidence: Evidence) -> int | None:
    """Keep the signature that stands for all of a batch.

    Source: PLAT-050, PLAT-151.
    """
    specs = [draft.spec for draft in batch.drafts]
    sources = {draft.source.id: draft.source for draft in batch.drafts if draft.source}
    known = {account.number: account for draft in batch.drafts for account in draft.parties}
    one = batch.drafts[0]
    document = "transfer_batch" if len(specs) > 1 else one.kind
    return sign(
        rules=batch.rules,
        document=document,
        text=canonical_text(specs, known=known),
        accounts=list(sources.values()),
        signer=one.spec.submitted_by,
        principal=one.principal,
        evidence=evidence,
        signed_at=one.spec.submitted_at,
        received_at=one.spec.arrived_at,
    )


def _all_or_none(specs: Sequence[TransferSpec], act: _Act) -> list[TransferEntry]:
    """Decide all and keep nothing if any is refused; every reason is told first."""
    refusals: list[Refusal] = []
    entries: list[TransferEntry] = []
    if act.evidence is not None and specs:
        whole = draft_all(specs, rules=act.rules, recorded_at=act.recorded_at)
        act = replace(act, evidence=None, signature=_signature(whole, act.evidence))
    for start in range(0, len(specs), CHUNK):
        batch = _drafted(specs[start : start + CHUNK], act)
        for position, draft in enumerate(batch.drafts, start=start + 1):
            for refusal in draft.refusals:
                refusal.row = draft.spec.row or position
                refusals.append(refusal)
        if not refusals:
            entries += enter(batch)
    if refusals:
        raise Refused(refusals)
    return entries


def _key_reused(spec: TransferSpec) -> Refusal:
    return ledger_checks.KeyReused(
        "This request's key was used before for another request; send it with a new key.",
        row=spec.row,
    )
