"""From a request's body to what the service takes, and back."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid5

from trueup.api import schemas
from trueup.ledger.checks import KeyReused
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.serials import SerialBlock, parse_block
from trueup.rules.trade_reports import TradeReport
from trueup.transfers import checks, queries
from trueup.transfers.entries import (
    ProposalEntry,
    Reason,
    RetirementSpec,
    TransferEntry,
    TransferSpec,
)
from trueup.transfers.trades import read_terms


class Signing(NamedTuple):
    """Who signs, and when it arrives."""

    person: int
    at: datetime


def batch_keys(
    key: UUID, payload: schemas.TransfersIn | schemas.RetirementsIn, *, count: int
) -> list[UUID]:
    """The keys of a batch's items, from the batch's key.

    The first item's says that the key was used, and for one or for several items; those of
    the others hold the whole body. So a batch that repeats another is found by all its keys,
    and another body under the same key by some of them only.

    Raises Refused (`key_reused`) if the key was used for another body.

    Source: PLAT-054; docs/decisions/0111.
    """
    body = payload.model_dump_json(exclude={"accepted"})
    digest = hashlib.sha256(body.encode()).hexdigest()
    kind = type(payload).__name__
    alone, first = uuid5(key, f"{kind} only"), uuid5(key, f"{kind} first of several")
    rest = [uuid5(key, f"{kind} {row} {digest}") for row in range(2, count + 1)]
    keys = [alone if count == 1 else first, *rest]
    known = queries.stored_with_keys([alone, first, *rest[:1]])
    other = first if count == 1 else alone
    differs = other in known or (count > 1 and first in known and keys[1] not in known)
    if differs:
        raise Refused([KeyReused("This key was used before for another batch; take a new one.")])
    return keys


def specs_of(
    items: Sequence[schemas.TransferIn | schemas.RetirementIn],
    *,
    keys: Sequence[UUID],
    signing: Signing,
    is_batch: bool = False,
) -> list[TransferSpec]:
    """What the service takes; raises Refused for each block that cannot be read."""
    specs: list[TransferSpec] = []
    problems: list[Refusal] = []
    for row, (item, key) in enumerate(zip(items, keys, strict=True), start=1):
        try:
            blocks = tuple(parse_block(block.first, block.last) for block in item.blocks or ())
        except Refused as refused:
            for refusal in refused.refusals:
                refusal.row = row if is_batch else None
                problems.append(refusal)
            continue
        specs.append(_spec(item, blocks, key=key, signing=signing, row=row if is_batch else None))
    if problems:
        raise Refused(problems)
    return specs


def _spec(
    item: schemas.TransferIn | schemas.RetirementIn,
    blocks: tuple[SerialBlock, ...],
    *,
    key: UUID,
    signing: Signing,
    row: int | None,
) -> TransferSpec:
    if isinstance(item, schemas.RetirementIn):
        return RetirementSpec(
            source=item.source,
            reason=item.reason,
            beneficiary=item.beneficiary,
            submitted_by=signing.person,
            submitted_at=signing.at,
            key=key,
            blocks=blocks,
            vintage=item.vintage,
            quantity=item.quantity,
            reference=item.reference,
            note=item.note,
            row=row,
        )
    trade = item.trade
    return TransferSpec(
        trade=None if trade is None else _terms(trade),
        by_consent=trade is not None and trade.receiver_confirms,
        source=item.source,
        destination=item.destination,
        submitted_by=signing.person,
        submitted_at=signing.at,
        key=key,
        blocks=blocks,
        vintage=item.vintage,
        quantity=item.quantity,
        reference=item.reference,
        note=item.note,
        row=row,
    )


def _terms(trade: schemas.TradeIn) -> TradeReport | None:
    """What was agreed, as the service takes it (RGGI-032)."""
    return read_terms(
        kind=trade.kind,
        agreed_on=trade.agreed_on.isoformat(),
        price=trade.price,
        method=trade.pricing_method,
        reason=trade.no_price_because,
    )


def transfer_of(entry: TransferEntry) -> schemas.Transfer:
    """A transfer as it goes over the wire."""
    return schemas.Transfer(
        key=entry.key,
        state=entry.state,
        kind=entry.kind,
        source=entry.source_number,
        destination=entry.destination_number,
        quantity=entry.quantity,
        blocks=[schemas.Block.of(block) for block in entry.blocks],
        submitted_at=entry.submitted_at,
        received_at=entry.received_at,
        due_on=entry.due_on,
        recorded_at=entry.recorded_at,
        transaction=entry.tx,
        waits=[_reason(reason) for reason in entry.waits],
        reasons=[_reason(reason) for reason in entry.reasons],
        reason=entry.reason,
        beneficiary=entry.beneficiary,
        reference=entry.reference,
        note=entry.note,
    )


def proposal_of(entry: ProposalEntry) -> schemas.Proposal:
    """A proposal as it goes over the wire."""
    spec = entry.spec
    return schemas.Proposal(
        key=entry.key,
        state=entry.state,
        kind="retirement" if isinstance(spec, RetirementSpec) else "transfer",
        source=spec.source,
        destination=spec.destination,
        vintage=spec.vintage,
        quantity=checks.whole(spec.quantity),
        blocks=[schemas.Block.of(block) for block in spec.blocks],
        reference=spec.reference,
        note=spec.note,
        proposed_at=entry.proposed_at,
        expires_at=entry.expires_at,
    )


def _reason(reason: Reason) -> schemas.Reason:
    return schemas.Reason(code=reason.code, cite=reason.cite, sentence=reason.sentence, row=None)
