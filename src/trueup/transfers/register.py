"""Enter what was decided: the decisions of refusal, the transfers, and the notices.

Three statements for any number of transfers, the first only if some were refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from trueup.audit import services as audit
from trueup.audit.entries import DecisionSpec
from trueup.audit.statements import insert_many_returning_ids
from trueup.transfers.checks import fingerprint_of
from trueup.transfers.deadlines import record_by
from trueup.transfers.drafts import Batch, Draft
from trueup.transfers.entries import (
    Reason,
    RetirementSpec,
    TransferEntry,
    blocks_json,
)
from trueup.transfers.models import NUMBER_MAX, WAITING, Transfer
from trueup.transfers.notices import notify
from trueup.transfers.telling import tell_of_waiting
from trueup.transfers.trades import keep as keep_terms
from trueup.transfers.waits import DEDUCTIONS_PENDING

TRANSFER_DECISION = "iii"  # 40 CFR 78.1(b)(18)(iii).
# The five business days for recording run from when these are over.
UNDATED = ("held", "awaiting_approval", "awaiting_acceptance")


def enter(batch: Batch) -> list[TransferEntry]:
    """Store what became of each draft, and tell the representatives of both accounts.

    Source: 40 CFR 62.16335(d), (e); 78.1(b)(18)(iii).
    """
    rules, at = batch.rules, batch.recorded_at
    decisions = decide_not_to_record(
        [
            (str(draft.spec.key), [Reason.of(refusal) for refusal in draft.refusals])
            for draft in batch.drafts
            if draft.refusals
        ],
        program=rules.code,
        decided_at=at,
    )
    rows = [
        _row(draft, batch, decision=decisions.get(str(draft.spec.key))) for draft in batch.drafts
    ]
    ids = insert_many_returning_ids(Transfer, rows)
    keep_terms(
        (
            (identity, draft.spec, _is_at_arms_length(draft, batch))
            for draft, identity in zip(batch.drafts, ids, strict=True)
            if not draft.refusals
        ),
        program=rules.code,
    )
    entries = [
        _entry(draft, row, identity=identity)
        for draft, row, identity in zip(batch.drafts, rows, ids, strict=True)
    ]
    notify(entries, rules=rules, submitters=batch.submitters, at=at, copying=batch.copying)
    waiting = [entry for entry in entries if entry.state in WAITING]
    if waiting:
        tell_of_waiting(waiting, rules=rules, submitters=batch.submitters, at=at)
    return entries


def decide_not_to_record(
    refused: Sequence[tuple[str, Sequence[Reason]]], *, program: str, decided_at: datetime
) -> dict[str, int]:
    """Issue a decision with its reasons for each transfer that is refused, by its key.

    Source: 40 CFR 62.16335(e); 78.1(b)(18)(iii); MASS-165.
    """
    ids = audit.decide_many(
        [
            DecisionSpec(
                decision_class=TRANSFER_DECISION,
                program=program,
                subject=f"transfer:{key}",
                outcome="transfer not recorded",
                reasons=tuple(f"{reason} [{reason.code}]" for reason in reasons),
                decided_at=decided_at,
                decided_by="registry",
            )
            for key, reasons in refused
        ]
    )
    return dict(zip((key for key, _ in refused), ids, strict=True))


def _row(draft: Draft, batch: Batch, *, decision: int | None) -> dict[str, object]:
    spec, receipt = draft.spec, draft.receipt
    rules, at = batch.rules, batch.recorded_at
    return {
        "key": spec.key,
        "program": rules.code,
        "kind": draft.kind,
        "state": draft.state,
        "source_id": draft.source.id if draft.source else None,
        "source_number": spec.source[:NUMBER_MAX],
        "destination_id": draft.destination.id if draft.destination else None,
        "destination_number": spec.destination[:NUMBER_MAX],
        "submitted_by_id": spec.submitted_by,
        "role": draft.role,
        "principal_id": draft.principal,
        "asked_at": spec.submitted_at if draft.asked else None,
        "approved_by_id": None,
        "expires_at": draft.expires_at,
        "not_before_at": draft.not_before_at,
        "accepted_at": None,
        "ended_at": None,
        "ended_by": "",
        "ended_ground": "",
        "signature_id": batch.signature,
        "vintage": spec.vintage if draft.is_by_quantity and draft.state in WAITING else None,
        "submitted_at": spec.submitted_at,
        "received_at": spec.arrived_at,
        "due_on": None if draft.state in UNDATED else record_by(rules, spec.arrived_at),
        "recorded_at": at if receipt else None,
        "tx_id": receipt.tx if receipt else None,
        "quantity": draft.quantity,
        "blocks": blocks_json(draft.blocks),
        "waits": reasons_json(draft.waits),
        "is_late": is_late(draft.waits),
        "reasons": reasons_json([Reason.of(refusal) for refusal in draft.refusals]),
        "decision_id": decision,
        "reservation_id": draft.reservation,
        "reversal_id": None,
        "reference": spec.reference,
        "note": spec.note,
        "reason": spec.reason if isinstance(spec, RetirementSpec) else "",
        "beneficiary": spec.beneficiary if isinstance(spec, RetirementSpec) else "",
        "fingerprint": fingerprint_of(spec),
    }


def is_late(waits: Sequence[Reason]) -> bool:
    """Whether deductions are among what a transfer waits for.

    Source: 40 CFR 62.16335(b).
    """
    return any(wait.code == DEDUCTIONS_PENDING for wait in waits)


def reasons_json(reasons: Sequence[Reason]) -> list[dict[str, str]]:
    """Reasons as a table stores them."""
    return [
        {"code": reason.code, "cite": reason.cite, "sentence": reason.sentence}
        for reason in reasons
    ]


def _entry(draft: Draft, row: dict[str, object], *, identity: int) -> TransferEntry:
    """What was stored, without reading it again."""
    spec, receipt = draft.spec, draft.receipt
    due_on, decision = row["due_on"], row["decision_id"]
    return TransferEntry(
        id=identity,
        key=spec.key,
        program=str(row["program"]),
        kind=draft.kind,
        state=draft.state,
        source=draft.source,
        source_number=str(row["source_number"]),
        destination=draft.destination,
        destination_number=str(row["destination_number"]),
        submitted_by=spec.submitted_by,
        role=draft.role,
        submitted_at=spec.submitted_at,
        received_at=spec.arrived_at,
        due_on=due_on if isinstance(due_on, date) else None,
        recorded_at=receipt.recorded_at if receipt else None,
        tx=receipt.tx if receipt else None,
        quantity=draft.quantity,
        blocks=draft.blocks,
        waits=draft.waits,
        reasons=tuple(Reason.of(refusal) for refusal in draft.refusals),
        decision=decision if isinstance(decision, int) else None,
        reversal=None,
        reference=spec.reference,
        note=spec.note,
        reason=str(row["reason"]),
        beneficiary=str(row["beneficiary"]),
        principal=draft.principal,
        asked_at=spec.submitted_at if draft.asked else None,
        expires_at=draft.expires_at,
        not_before_at=draft.not_before_at,
        signature=signature if isinstance(signature := row["signature_id"], int) else None,
        trade=spec.trade,
    )


def _is_at_arms_length(draft: Draft, batch: Batch) -> bool:
    """Whether nobody acts for both accounts.

    Source: RGGI-049; docs/decisions/0357.
    """
    sides = [
        {seat.principal for seat in batch.submitters.get(account.id, ())}
        for account in draft.parties
    ]
    return len(sides) == 2 and not sides[0] & sides[1]
