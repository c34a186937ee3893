"""What is done with transfers; each function is one database transaction, or says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from trueup.rules.serials import SerialBlock
from trueup.rules.trade_reports import TradeReport
from trueup.signing.entries import Evidence
from trueup.transfers.approval import accept_incoming, approve, decline_incoming, reject
from trueup.transfers.brake import confirm_brake, lift_brake, pull_brake
from trueup.transfers.canonical import (
    canonical_acceptance,
    canonical_act,
    canonical_listing,
    canonical_second_person,
    canonical_text,
    statements_for,
)
from trueup.transfers.corrections import correct_error, reverse
from trueup.transfers.ending import cancel, expire_due, stop
from trueup.transfers.entries import RetirementSpec, TransferEntry, TransferSpec
from trueup.transfers.files import error_report, import_transfers
from trueup.transfers.limits import cancel_instruments, lift_limitation, limit_instruments
from trueup.transfers.proposals import propose_transfer, sign_proposal
from trueup.transfers.release import free_for_deductions, mark_done, record_due, release_held
from trueup.transfers.reminders import remind_of_drafts
from trueup.transfers.returns import ask_back, send_back
from trueup.transfers.safeguards import (
    agree_once_and_for_all,
    ask_to_end_second_person,
    end_agreement,
    end_second_person,
    keep_second_person,
    require_second_person,
    set_safeguards,
)
from trueup.transfers.submission import submit
from trueup.transfers.trusted import approve_trusted, remove_trusted, trust_account

__all__ = [
    "accept_incoming",
    "agree_once_and_for_all",
    "approve",
    "approve_trusted",
    "ask_back",
    "ask_to_end_second_person",
    "cancel",
    "cancel_instruments",
    "canonical_acceptance",
    "canonical_act",
    "canonical_listing",
    "canonical_second_person",
    "canonical_text",
    "confirm_brake",
    "correct_error",
    "decline_incoming",
    "end_agreement",
    "end_second_person",
    "error_report",
    "expire_due",
    "free_for_deductions",
    "import_transfers",
    "keep_second_person",
    "lift_brake",
    "lift_limitation",
    "limit_instruments",
    "mark_done",
    "propose_transfer",
    "pull_brake",
    "record_due",
    "reject",
    "release_held",
    "remind_of_drafts",
    "remove_trusted",
    "require_second_person",
    "retire",
    "reverse",
    "send_back",
    "set_safeguards",
    "sign_proposal",
    "statements_for",
    "stop",
    "submit_batch",
    "submit_transfer",
    "trust_account",
]


def submit_transfer(
    *,
    program: str,
    source: str,
    destination: str,
    submitted_by: int,
    submitted_at: datetime,
    key: UUID,
    blocks: Sequence[SerialBlock] | None = None,
    vintage: int | None = None,
    quantity: int | Decimal | None = None,
    received_at: datetime | None = None,
    recorded_at: datetime | None = None,
    reference: str = "",
    note: str = "",
    evidence: Evidence | None = None,
    trade: TradeReport | None = None,
    by_consent: bool = False,
) -> TransferEntry:
    """Record a transfer, let it wait, or refuse it; the state says which.

    Serial numbers are named, or the earliest recorded ones of a vintage go. A transfer
    that is refused is kept with every reason; nothing is raised for it. The same request
    with the same key again is answered with what became of it.

    Args:
        source, destination: Account numbers.
        submitted_by: The person who signed it.
        submitted_at: When it was dispatched; `received_at` when it arrived, if later.
        recorded_at: Now, if that is later still.
        reference, note: Only for the people of the transferor account.
        evidence: That it was signed as `canonical_text` says; None on the console.
        trade: The agreement behind it, where the program asks for that.
        by_consent: Whether the buyer must confirm the same terms before anything moves.

    Raises Refused (`key_reused`, `text_not_usable`, `serials_or_quantity`,
    `too_many_blocks`, `received_before_submitted`): these are no submissions.

    Source: 40 CFR 62.16330, 62.16335; PLAT-050 to PLAT-054; RGGI-032, RGGI-035.
    """
    spec = TransferSpec(
        source=source,
        destination=destination,
        submitted_by=submitted_by,
        submitted_at=submitted_at,
        received_at=received_at,
        key=key,
        blocks=tuple(blocks or ()),
        vintage=vintage,
        quantity=quantity,
        reference=reference,
        note=note,
        trade=trade,
        by_consent=by_consent,
    )
    (entry,) = submit(
        [spec], program=program, recorded_at=recorded_at or spec.arrived_at, evidence=evidence
    )
    return entry


def submit_batch(
    specs: Sequence[TransferSpec],
    *,
    program: str,
    recorded_at: datetime,
    all_or_none: bool = False,
    evidence: Evidence | None = None,
) -> list[TransferEntry]:
    """Decide many transfers and retirements in their order: each for itself, or all or none.

    Each for itself they are decided a hundred at a time, each hundred in a database
    transaction of its own, in a constant number of statements; an entry's state says what
    became of it. All or none is one database transaction.

    Raises Refused as `submit_transfer` does, and with `all_or_none` for every reason
    against any of them; `row` is the spec's, or counts from 1.

    Source: 40 CFR 62.16330, 62.16335; PLAT-050, PLAT-054.
    """
    return submit(
        specs, program=program, recorded_at=recorded_at, all_or_none=all_or_none, evidence=evidence
    )


def retire(
    *,
    program: str,
    source: str,
    submitted_by: int,
    submitted_at: datetime,
    key: UUID,
    reason: str,
    beneficiary: str = "",
    blocks: Sequence[SerialBlock] | None = None,
    vintage: int | None = None,
    quantity: int | Decimal | None = None,
    received_at: datetime | None = None,
    recorded_at: datetime | None = None,
    reference: str = "",
    note: str = "",
    evidence: Evidence | None = None,
) -> TransferEntry:
    """Move instruments into the retirement account of one's own motion, for good.

    It counts for no obligation. Otherwise it is submitted, waits and is refused as a
    transfer is.

    Args:
        reason: One of the program's reasons; public, and in the journal.
        beneficiary: For whom, if that is to be said; public, not in the journal.

    Raises Refused as `submit_transfer` does.

    Source: 40 CFR 62.16320(b); PLAT-056; MASS-035.
    """
    spec = RetirementSpec(
        source=source,
        submitted_by=submitted_by,
        submitted_at=submitted_at,
        received_at=received_at,
        key=key,
        reason=reason,
        beneficiary=beneficiary,
        blocks=tuple(blocks or ()),
        vintage=vintage,
        quantity=quantity,
        reference=reference,
        note=note,
    )
    (entry,) = submit(
        [spec], program=program, recorded_at=recorded_at or spec.arrived_at, evidence=evidence
    )
    return entry
