"""A recorded transfer asked back by its sender, or sent back by who did not expect it.

The reverse is a transfer like any other, of the same serial numbers, and it is nobody's to
impose: who holds the numbers signs it, and who would get them back has asked for it or
accepts it. Both transfers know of each other.

Source: PLAT-050, PLAT-054, PLAT-094; 40 CFR 62.16330; docs/decisions/0243.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction
from django.db.models import QuerySet

from trueup.accounts.entries import SubmitterEntry
from trueup.accounts.watchers import with_copies
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.serials import SerialBlock
from trueup.signing.entries import Evidence
from trueup.transfers import authority, checks, proposals, submission
from trueup.transfers.acting import Case, look_up, require_ground
from trueup.transfers.entries import ProposalEntry, TransferEntry, TransferSpec
from trueup.transfers.notices import titled
from trueup.transfers.return_models import TransferReturn
from trueup.transfers.signed import sign
from trueup.transfers.trades import RETURN, without_price
from trueup.transfers.whereabouts import Elsewhere, elsewhere

ASKED = "transfer_return_asked"
CITE = "PLAT-054; 40 CFR 62.16330"
NAMED_MAX = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnEntry:
    """What links a transfer and its return; `models.TransferReturn` has the words.

    Attributes:
        returned: Key of the transfer that is to be undone; `key` that of the reverse.
    """

    returned: UUID
    key: UUID
    side: str
    asked_by: int
    asked_at: datetime
    ground: str


@transaction.atomic
def ask_back(
    *, key: UUID, person: int, reason: str, at: datetime, evidence: Evidence | None = None
) -> ProposalEntry:
    """Ask the receiver of a recorded transfer to give it back; nothing moves by asking.

    A transfer of the same serial numbers is prepared for a representative of the account
    that received them, to be signed there or left.

    Raises Refused (`unknown_transfer`, `not_recorded`, `return_asked_already`,
    `serials_moved_on`, `not_authorized`, `text_not_usable`, and what signing refuses).

    Source: PLAT-054, PLAT-094; docs/decisions/0243.
    """
    case, ground = _case(key), require_ground(reason)
    by, _ = authority.require_capacity(case.source, person, at=at)
    holders = authority.submitters([case.destination.id], at=at)[case.destination.id]
    sitting = authority.representatives(holders)
    if not sitting:
        raise Refused([authority.not_authorized(case.destination)])
    signature = sign(
        rules=case.rules,
        document="transfer_return",
        text=return_text(case.entry, reason=ground),
        accounts=[case.source],
        signer=by.person,
        principal=by.principal,
        evidence=evidence,
        signed_at=at,
    )
    spec = reverse_spec(case.entry, person=person, at=at, reason=ground)
    _link(case, spec.key, side="sender", by=by, at=at, ground=ground, signature=signature)
    entry = proposals.prepare(
        spec,
        account=case.destination,
        principal=sitting[0].person,
        actor=f"person:{by.person}",
        at=at,
    )
    _tell(case, sitting, ground=ground, at=at)
    return entry


@transaction.atomic
def send_back(
    *, key: UUID, person: int, reason: str, at: datetime, evidence: Evidence | None = None
) -> TransferEntry:
    """Send back what came unexpectedly; it waits until its sender accepts it.

    Raises Refused as `ask_back` does, and as `submit_transfer`; a transfer that would be
    refused is not kept.

    Source: PLAT-054, PLAT-094; docs/decisions/0243.
    """
    case, ground = _case(key), require_ground(reason)
    by, _ = authority.require_capacity(case.destination, person, at=at)
    spec = reverse_spec(case.entry, person=person, at=at, reason=ground, by_consent=True)
    (entry,) = submission.submit(
        [spec], program=case.rules.code, recorded_at=at, all_or_none=True, evidence=evidence
    )
    signature = entry.signature
    _link(case, spec.key, side="receiver", by=by, at=at, ground=ground, signature=signature)
    return entry


def return_of(key: UUID) -> ReturnEntry | None:
    """What was asked for to undo a transfer; None if nobody has asked."""
    return _entry(TransferReturn.objects.filter(transfer__key=key))


def returns_what(key: UUID) -> ReturnEntry | None:
    """What a transfer, or a proposal of one, returns; None if it is none in return."""
    return _entry(TransferReturn.objects.filter(key=key))


def return_text(entry: TransferEntry, *, reason: str) -> str:
    """What the sender signs who asks for a transfer back, word for word.

    Source: PLAT-151.
    """
    return "\n".join(
        [
            "I ask that this transfer be given back, by a transfer of the same serial numbers.",
            f"Key: {entry.key}",
            f"From: {titled(entry.source, entry.source_number)}",
            f"To: {titled(entry.destination, entry.destination_number)}",
            f"Quantity: {entry.quantity}",
            "Serial numbers:",
            *(f"  {block.first_serial} to {block.last_serial}" for block in entry.blocks),
            f"Why: {reason}",
        ]
    )


def reverse_spec(
    entry: TransferEntry, *, person: int, at: datetime, reason: str, by_consent: bool = False
) -> TransferSpec:
    """The transfer that gives another one back: the same numbers, the other way.

    Args:
        by_consent: Whether the sender, who has not asked for it, has to accept it.

    Source: docs/decisions/0243.
    """
    rules = programs.load(entry.program)
    return TransferSpec(
        source=entry.destination_number,
        destination=entry.source_number,
        submitted_by=person,
        submitted_at=at,
        key=uuid5(entry.key, "return"),
        blocks=entry.blocks,
        note=f"Returns transfer {entry.key}: {reason}",
        by_consent=by_consent,
        trade=without_price(rules, reason=RETURN, on=rules.local_date(at)),
    )


def _case(key: UUID) -> Case:
    """A transfer that can be given back, locked.

    Raises Refused (`unknown_transfer`, `not_recorded`, `return_asked_already`,
    `serials_moved_on`).
    """
    case = look_up(key)
    if case.entry.state != "recorded" or case.entry.kind != "transfer":
        raise Refused([checks.NotRecorded("Only a transfer that is recorded can come back.")])
    if case.entry.reversal is not None or TransferReturn.objects.filter(transfer=case.row).exists():
        raise Refused(
            [checks.ReturnAskedAlready("This transfer is on its way back, or was asked back.")]
        )
    moved = elsewhere(case.destination.id, case.entry.blocks, rules=case.rules)
    if moved:
        raise Refused([_moved_on(moved, case.destination)])
    return case


def _moved_on(moved: Iterable[Elsewhere], account: AccountEntry) -> checks.SerialsMovedOn:
    found = list(moved)
    named = ", ".join(_where(item) for item in found[:NAMED_MAX])
    more = f" and {len(found) - NAMED_MAX} blocks more" if len(found) > NAMED_MAX else ""
    return checks.SerialsMovedOn(
        f"The serial numbers have moved on, and {account.name} ({account.number}) can no longer"
        f" give them back: {named}{more}. Ask whoever holds them now for a transfer."
    )


def _where(item: Elsewhere) -> str:
    block: SerialBlock = item.block
    if item.kept_back:
        return f"{block} is kept back for something that waits"
    if item.holder is None:
        return f"{block} is nowhere"
    return f"{block} is in {item.holder.name} ({item.holder.number})"


def _link(
    case: Case,
    key: UUID,
    *,
    side: str,
    by: SubmitterEntry,
    at: datetime,
    ground: str,
    signature: int | None,
) -> None:
    """Keep which transfer is returned by which, once, and log it."""
    TransferReturn.objects.create(
        transfer=case.row,
        key=key,
        side=side,
        asked_by_id=by.person,
        asked_at=at,
        ground=ground,
        signature_id=signature,
    )
    audit.log(
        at=at,
        program=case.rules.code,
        actor=f"person:{by.person}",
        act="return_transfer",
        subject=f"transfer:{case.entry.key}",
        after={"by": str(key), "side": side, "ground": ground},
        cite=CITE,
    )


def _tell(case: Case, people: Iterable[SubmitterEntry], *, ground: str, at: datetime) -> None:
    """Tell those who can sign the return, and those who get copies.

    Source: PLAT-150.
    """
    context = {
        "source": titled(case.source, case.source.number),
        "destination": titled(case.destination, case.destination.number),
        "quantity": case.entry.quantity,
        "instruments": case.rules.instruments,
        "recorded_at": case.entry.recorded_at,
        "ground": ground,
        "blocks": case.entry.blocks,
    }
    notices = [
        NoticeSpec(
            event=ASKED,
            program=case.rules.code,
            person=person,
            account=case.destination.id,
            context=context,
            created_at=at,
        )
        for person in dict.fromkeys(found.person for found in people)
    ]
    audit.notify(with_copies(notices))


def _entry(rows: QuerySet[TransferReturn]) -> ReturnEntry | None:
    row = rows.select_related("transfer").first()
    if row is None:
        return None
    return ReturnEntry(
        returned=row.transfer.key,
        key=row.key,
        side=row.side,
        asked_by=row.asked_by_id,
        asked_at=row.asked_at,
        ground=row.ground,
    )
