"""Why the ledger does not record a transaction: a closed list, in a fixed order.

Every check sees the same facts and answers with a refusal or with nothing; all that
apply are reported, in this order (62.16335(e)(2)). Two checks stop the rest, because
nothing more can be said: a key that was used for something else, an account that does
not exist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from trueup.ledger.entries import Instruction, Range
from trueup.rules.program import Program, TransactionType
from trueup.rules.refusal import Refusal
from trueup.rules.serials import PROGRAM_PLACE, join


class KeyReused(Refusal):
    code = "ledger.key_reused"
    cite = "PLAT-054"


class UnknownAccount(Refusal):
    code = "ledger.unknown_account"
    cite = "40 CFR 62.16330(a)(1)"


class WrongProgram(Refusal):
    code = "ledger.wrong_program"
    cite = "PLAT-044"


class UnknownJurisdiction(Refusal):
    code = "ledger.unknown_jurisdiction"
    cite = "40 CFR 62.16325(c)"


class UnknownCategory(Refusal):
    code = "ledger.unknown_category"
    cite = "40 CFR 62.16515(f)"


class SameAccount(Refusal):
    code = "ledger.same_account"
    cite = "40 CFR 62.16330(a)(1)"


class AccountClosed(Refusal):
    code = "ledger.account_closed"
    cite = "40 CFR 62.16320(c)(6)"


class AccountFrozen(Refusal):
    code = "ledger.account_frozen"
    cite = "40 CFR 62.16255(d)(1)"


class Stopped(Refusal):
    code = "ledger.stopped"
    cite = "PLAT-094"


class UnknownType(Refusal):
    code = "ledger.unknown_type"
    cite = "PLAT-094"


class UnknownBrake(Refusal):
    code = "ledger.unknown_brake"
    cite = "PLAT-094"


class BrakeLifted(Refusal):
    code = "ledger.brake_lifted"
    cite = "PLAT-094"


class BrakeConfirmed(Refusal):
    code = "ledger.brake_confirmed"
    cite = "PLAT-094"


class SameOfficial(Refusal):
    code = "ledger.same_person"
    cite = "PLAT-094"


class DestinationNotPermitted(Refusal):
    code = "ledger.destination_not_permitted"
    cite = "PLAT-021"


class GroundMissing(Refusal):
    code = "ledger.ground_missing"
    cite = "PLAT-110"


class NotWholeNumber(Refusal):
    code = "ledger.not_whole_number"
    cite = "40 CFR 62.16375 (ATCS)"


class DuplicateSerials(Refusal):
    code = "ledger.duplicate_serials"
    cite = "40 CFR 62.16330(a)(2)"


class SerialsRetired(Refusal):
    code = "ledger.serials_retired"
    cite = "40 CFR 62.16320(b)(1)"


class SerialsNotHeld(Refusal):
    code = "ledger.serials_not_held"
    cite = "40 CFR 62.16330(b)(2)"


class DebtOutstanding(Refusal):
    code = "ledger.debt_outstanding"
    cite = "40 CFR 62.16340(d)"


class NotReversible(Refusal):
    code = "ledger.not_reversible"
    cite = "40 CFR 62.16355"


class AccountNotEmpty(Refusal):
    code = "ledger.account_not_empty"
    cite = "40 CFR 62.16320(c)(6)(i)"


@dataclass(frozen=True, slots=True)
class AccountFact:
    """What the checks need to know of an account."""

    id: int
    number: str
    kind: str
    state: str
    stopped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """Requested serials that the giver cannot give: who has them, or nobody.

    Attributes:
        holder: Who has them, if that is known; None where they were never created.
        reserved: They are the giver's, but wait in another transfer.
    """

    range: Range
    holder: AccountFact | None
    reserved: bool


@dataclass(frozen=True, slots=True)
class Question:
    """One instruction and the facts that decide it."""

    instruction: Instruction
    program: Program
    type: TransactionType
    source: AccountFact | None
    destination: AccountFact | None
    elsewhere: Sequence[Elsewhere]
    key_is_taken: bool
    owes_vintage: int | None

    @property
    def accounts(self) -> Iterable[AccountFact]:
        return (account for account in (self.source, self.destination) if account is not None)


Check = Callable[[Question], Refusal | None]

# At most this many blocks are spelled out in a sentence; the count says how many more.
_NAMED_BLOCKS = 5


def key_reused(question: Question) -> Refusal | None:
    if question.key_is_taken:
        return KeyReused(
            "This request's key was used before for another request; send it with a new key."
        )
    return None


def unknown_account(question: Question) -> Refusal | None:
    missing = [
        side
        for side, wanted, found in (
            ("transferor", question.instruction.source, question.source),
            ("transferee", question.instruction.destination, question.destination),
        )
        if wanted is not None and found is None
    ]
    if missing:
        return UnknownAccount(f"There is no such {' and no such '.join(missing)} account.")
    return None


def wrong_program(question: Question) -> Refusal | None:
    number = question.program.number
    ids = [account.id for account in question.accounts]
    ids += [block.lot for block in question.instruction.blocks]
    if any(identity // PROGRAM_PLACE != number for identity in ids):
        return WrongProgram(
            f"An account or a serial number is not of the program {question.program.code};"
            " the books of two programs never mix."
        )
    return None


def same_account(question: Question) -> Refusal | None:
    if question.instruction.source == question.instruction.destination:
        return SameAccount("The transferor and the transferee are one account.")
    return None


def account_closed(question: Question) -> Refusal | None:
    closed = [account.number for account in question.accounts if account.state == "closed"]
    if closed:
        return AccountClosed(f"Account {' and '.join(closed)} is closed.")
    return None


def account_frozen(question: Question) -> Refusal | None:
    source = question.source
    if (
        source is not None
        and source.state == "frozen"
        and question.type.submitted_by == "representative"
    ):
        return AccountFrozen(
            f"Account {source.number} is frozen: it can receive, but it cannot send."
        )
    return None


def stopped(question: Question) -> Refusal | None:
    """Whether the emergency brake keeps this type of transaction from being recorded."""
    giver = question.source if question.source is not None else question.destination
    if giver is not None and question.type.code in giver.stopped:
        return Stopped(
            f"“{question.type.code}” is stopped in the whole program until the Administrator"
            " lets it go on."
        )
    return None


def destination_not_permitted(question: Question) -> Refusal | None:
    source, destination = question.source, question.destination
    if destination is None:
        return None
    route = (source.kind if source is not None else "", destination.kind)
    if route not in question.type.routes:
        came_from = f"a {route[0]} account" if route[0] else "nowhere"
        return DestinationNotPermitted(
            f"“{question.type.code}” does not go from {came_from} to a {route[1]} account."
        )
    return None


def ground_missing(question: Question) -> Refusal | None:
    if question.type.ground_required and not question.instruction.ground.strip():
        return GroundMissing(f"“{question.type.code}” needs a reason.")
    return None


def not_whole_number(question: Question) -> Refusal | None:
    return _not_whole(question.instruction.blocks)


def duplicate_serials(question: Question) -> Refusal | None:
    return _named_twice(question.instruction.blocks)


def unreadable(blocks: Sequence[Range]) -> list[Refusal]:
    """What is wrong with a list of blocks before anything is looked up."""
    found = (_not_whole(blocks), _named_twice(blocks))
    return [refusal for refusal in found if refusal is not None]


def serials_retired(question: Question) -> Refusal | None:
    retired = [
        item.range
        for item in question.elsewhere
        if item.holder is not None and item.holder.kind == "retirement"
    ]
    if retired:
        return SerialsRetired(f"Already retired: {_named(retired)}.")
    return None


def serials_not_held(question: Question) -> Refusal | None:
    return not_held(question.elsewhere) if question.elsewhere else None


def not_held(elsewhere: Iterable[Elsewhere]) -> Refusal:
    """The refusal that names what is elsewhere and what waits in another transfer."""
    waiting = [item.range for item in elsewhere if item.reserved]
    gone = [item.range for item in elsewhere if not item.reserved]
    parts = []
    if gone:
        parts.append(f"not in the transferor account: {_named(gone)}")
    if waiting:
        parts.append(f"waiting in another transfer of the account: {_named(waiting)}")
    sentence = "; ".join(parts)
    return SerialsNotHeld(f"{sentence[0].upper()}{sentence[1:]}. Nothing was moved.")


def debt_outstanding(question: Question) -> Refusal | None:
    vintage_max = question.owes_vintage
    if vintage_max is None or question.type.submitted_by != "representative":
        return None
    if not question.program.debt_blocks_transfers:
        return None
    return DebtOutstanding(
        f"The account owes {question.program.instruments} of vintage {vintage_max} or earlier;"
        " until they are deducted none of these can leave it."
    )


STOPPING: tuple[Check, ...] = (key_reused, unknown_account)
REPORTED: tuple[Check, ...] = (
    wrong_program,
    same_account,
    account_closed,
    account_frozen,
    destination_not_permitted,
    ground_missing,
    not_whole_number,
    duplicate_serials,
    serials_retired,
    serials_not_held,
    debt_outstanding,
    stopped,
)


def refusals(question: Question) -> list[Refusal]:
    """All reasons against an instruction, in the documented order; empty if there is none."""
    for check in STOPPING:
        refusal = check(question)
        if refusal is not None:
            return [refusal]
    return [refusal for check in REPORTED if (refusal := check(question)) is not None]


def _named(ranges: Iterable[Range]) -> str:
    blocks = join(item.block for item in _apart(ranges))
    named = ", ".join(str(block) for block in blocks[:_NAMED_BLOCKS])
    more = len(blocks) - _NAMED_BLOCKS
    return f"{named} and {more:,} more blocks" if more > 0 else named


def _apart(ranges: Iterable[Range]) -> list[Range]:
    """The same numbers in ranges that do not overlap: a request may name one twice."""
    apart: list[Range] = []
    for item in sorted(set(ranges)):
        before = apart[-1] if apart else None
        if before is None or before.lot != item.lot or before.hi < item.lo:
            apart.append(item)
        elif item.hi > before.hi:
            apart.append(Range(item.lot, before.hi + 1, item.hi))
    return apart


def _not_whole(blocks: Sequence[Range]) -> Refusal | None:
    if not blocks or any(block.lo < 1 or block.hi < block.lo for block in blocks):
        return NotWholeNumber("Name a whole number of at least 1, or blocks that run upwards.")
    return None


def _named_twice(blocks: Sequence[Range]) -> Refusal | None:
    if _not_whole(blocks) is not None:
        return None
    for one, other in pairwise(sorted(blocks)):
        if one.lot == other.lot and other.lo <= one.hi:
            return DuplicateSerials(
                f"A serial number is named twice: {one.block} and {other.block}."
            )
    return None
