"""Why a transfer is not recorded, in the order in which all reasons are given.

This context finds the first of them; the ledger finds the rest, in its own order
(`trueup.ledger.checks`). What cannot be stored as a submission at all, such as a text with
control characters, is refused before there is one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from trueup.accounts.checks import NotAuthorized, is_readable
from trueup.ledger import checks as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import trade_reports
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.transfers.entries import RetirementSpec, TransferSpec
from trueup.transfers.models import (
    BENEFICIARY_MAX,
    NOTE_MAX,
    REASON_MAX,
    REFERENCE_MAX,
)

# The largest quantity that an account could hold; what is more is a slip of the hand.
QUANTITY_MAX = 10**13
BLOCKS_MAX = 10_000


class ReasonNotListed(Refusal):
    code = "transfers.reason_not_listed"
    cite = "PLAT-056"


class TextNotUsable(Refusal):
    code = "transfers.text_not_usable"
    cite = "40 CFR 62.16330(b)(1)"


class SerialsOrQuantity(Refusal):
    code = "transfers.serials_or_quantity"
    cite = "PLAT-051"


class TooManyBlocks(Refusal):
    code = "transfers.too_many_blocks"
    cite = "40 CFR 62.16330(b)(1)(ii)"


class ReceivedBeforeSubmitted(Refusal):
    code = "transfers.received_before_submitted"
    cite = "40 CFR 62.16375 “Submit or serve”"


class UnknownTransfer(Refusal):
    code = "transfers.unknown_transfer"
    cite = "40 CFR 62.16330"


class CoolingDown(Refusal):
    code = "transfers.cooling_down"
    cite = "PLAT-094"


class SamePerson(Refusal):
    code = "transfers.same_person"
    cite = "PLAT-094"


class HoldingLimitExceeded(Refusal):
    code = "transfers.holding_limit_exceeded"
    cite = "PLAT-112"


class NotAwaitingApproval(Refusal):
    code = "transfers.not_awaiting_approval"
    cite = "PLAT-094"


class NotAwaitingAcceptance(Refusal):
    code = "transfers.not_awaiting_acceptance"
    cite = "PLAT-052"


class Expired(Refusal):
    code = "transfers.expired"
    cite = "PLAT-094"


class NotWaiting(Refusal):
    code = "transfers.not_waiting"
    cite = "40 CFR 62.16335(b)"


class NotProposed(Refusal):
    code = "transfers.not_proposed"
    cite = "PLAT-050"


class ProposalEnded(Refusal):
    code = "transfers.proposal_ended"
    cite = "40 CFR 62.16300"


class SafeguardNotUsable(Refusal):
    code = "transfers.safeguard_not_usable"
    cite = "PLAT-052"


class RequiredAlready(Refusal):
    code = "transfers.required_already"
    cite = "PLAT-094"


class NotRequired(Refusal):
    code = "transfers.not_required"
    cite = "PLAT-094"


class TrustedAlready(Refusal):
    code = "transfers.trusted_already"
    cite = "PLAT-094"


class NotListed(Refusal):
    code = "transfers.not_listed"
    cite = "PLAT-094"


class AgreedAlready(Refusal):
    code = "transfers.agreed_already"
    cite = "PLAT-052"


class SerialsMovedOn(Refusal):
    """What was transferred is not all where it went to."""

    code = "transfers.serials_moved_on"
    cite = "40 CFR 62.16330(b)(2)"


class ReturnAskedAlready(Refusal):
    code = "transfers.return_asked_already"
    cite = "PLAT-054"


class NotRecorded(Refusal):
    code = "transfers.not_recorded"
    cite = "40 CFR 62.16355"


class AlreadyReversed(Refusal):
    code = "transfers.already_reversed"
    cite = "40 CFR 62.16355"


class AlreadyLifted(Refusal):
    code = "transfers.already_lifted"
    cite = "40 CFR 62.16220(c)(5)"


class UnknownLimitation(Refusal):
    code = "transfers.unknown_limitation"
    cite = "40 CFR 62.16220(c)(5)"


OWN_ORDER: tuple[type[Refusal], ...] = (
    ledger.UnknownAccount,
    NotAuthorized,
    CoolingDown,
    ReasonNotListed,
    *trade_reports.REPORTED,
    HoldingLimitExceeded,
)
KERNEL_ORDER: tuple[str, ...] = tuple(check.__name__ for check in ledger.REPORTED)


def in_order(refusals: Iterable[Refusal]) -> list[Refusal]:
    """Each reason once, in the documented order: ours, then the ledger's."""
    order = [kind.code.rpartition(".")[2] for kind in OWN_ORDER] + list(KERNEL_ORDER)
    found: dict[str, Refusal] = {}
    for refusal in refusals:
        found.setdefault(refusal.reason, refusal)
    return sorted(found.values(), key=lambda refusal: order.index(refusal.reason))


def refuse_unusable(specs: Sequence[TransferSpec]) -> None:
    """Refuse what cannot be kept as a submission: then there is none, and no notice.

    Raises Refused with `row` counting from 1, or the line of the file.
    """
    refusals = []
    keys = set()
    for position, spec in enumerate(specs, start=1):
        found = unusable(spec)
        if spec.key in keys:
            found.append(ledger.KeyReused("Two of these transfers have one key."))
        keys.add(spec.key)
        for refusal in found:
            if len(specs) > 1 or spec.row is not None:
                refusal.row = spec.row or position
        refusals += found
    if refusals:
        raise Refused(refusals)


def unusable(spec: TransferSpec) -> list[Refusal]:
    """What keeps a request from being stored."""
    refusals: list[Refusal] = []
    texts = [
        ("reference", spec.reference, REFERENCE_MAX),
        ("note", spec.note.replace("\r", "").replace("\n", " "), NOTE_MAX),
    ]
    if isinstance(spec, RetirementSpec):
        texts.append(("reason", spec.reason, REASON_MAX))
        texts.append(("beneficiary", spec.beneficiary, BENEFICIARY_MAX))
    for name, text, longest in texts:
        if len(text) > longest or not is_readable(text):
            refusals.append(
                TextNotUsable(f"The {name} has at most {longest:,} readable characters.")
            )
    is_by_quantity = spec.vintage is not None or spec.quantity is not None
    if bool(spec.blocks) and is_by_quantity:
        refusals.append(SerialsOrQuantity("Give serial numbers, or a vintage and a quantity."))
    elif spec.vintage is None and spec.quantity is not None:
        refusals.append(SerialsOrQuantity("A quantity needs a vintage."))
    if len(spec.blocks) > BLOCKS_MAX:
        refusals.append(TooManyBlocks(f"A transfer names at most {BLOCKS_MAX:,} blocks."))
    if spec.arrived_at < spec.submitted_at:
        refusals.append(
            ReceivedBeforeSubmitted("A transfer is not received before it is dispatched.")
        )
    return refusals


def account_number(text: str) -> str:
    """An account number as people write it, without blanks and in capitals."""
    return "".join(text.split()).upper()


def whole(quantity: int | Decimal | None) -> int | None:
    """A quantity as a whole number of at least 1; None if it is not one.

    Source: 40 CFR 62.16375 (ATCS); MASS-046.
    """
    if quantity is None or isinstance(quantity, bool):
        return None
    if isinstance(quantity, Decimal) and not quantity.is_finite():
        return None
    if not 1 <= quantity <= QUANTITY_MAX or quantity != int(quantity):
        return None
    return int(quantity)


def account_refusals(
    spec: TransferSpec, *, source: AccountEntry | None, destination: AccountEntry | None
) -> list[Refusal]:
    """Whether both accounts exist and the transferor's instruments can leave it at all.

    Source: 40 CFR 62.16330(b)(1)(i), 62.16320(b)(1); PLAT-021.
    """
    missing = [
        f"“{number}”"
        for number, found in ((spec.source, source), (spec.destination, destination))
        if found is None
    ]
    refusals: list[Refusal] = []
    if missing:
        refusals.append(
            ledger.UnknownAccount(f"There is no account with the number {' or '.join(missing)}.")
        )
    if source is not None and source.kind == "retirement":
        refusals.append(
            ledger.SerialsRetired("What is in the retirement account is retired for good.")
        )
    return refusals


def reason_refusals(spec: TransferSpec, *, rules: Program) -> list[Refusal]:
    """Whether the reason of a voluntary retirement is one of the program's.

    Source: PLAT-056.
    """
    if not isinstance(spec, RetirementSpec) or spec.reason in rules.retirement_reasons:
        return []
    return [ReasonNotListed(f"State one of the reasons: {', '.join(rules.retirement_reasons)}.")]


def fingerprint_of(spec: TransferSpec) -> str:
    """What was asked for and by whom, without when, as 32 hexadecimal digits."""
    asked = (
        type(spec).__name__,
        spec.source,
        spec.destination if not isinstance(spec, RetirementSpec) else "",
        spec.submitted_by,
        [str(block) for block in spec.blocks],
        spec.vintage,
        None if spec.quantity is None else str(Decimal(spec.quantity).normalize()),
        spec.reference,
        spec.note,
        getattr(spec, "reason", ""),
        getattr(spec, "beneficiary", ""),
        *(["by consent"] if spec.by_consent else []),
        *([spec.trade] if spec.trade is not None else []),
    )
    return hashlib.blake2b(repr(asked).encode(), digest_size=16).hexdigest()


def require_order(*, received_at: datetime, recorded_at: datetime) -> None:
    """A transfer is decided after it was received; the caller has the clock wrong otherwise."""
    if recorded_at < received_at:
        raise ValueError(f"decided at {recorded_at}, before it was received at {received_at}")
