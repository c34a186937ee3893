"""Transfers on their way from what was submitted to what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from trueup.accounts import queries as accounts
from trueup.accounts.checks import NotAuthorized
from trueup.accounts.entries import RepresentativeEntry
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry, Instruction, Range, Receipt, range_of
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal
from trueup.rules.serials import SerialBlock, lot_of_number
from trueup.transfers import checks, waits
from trueup.transfers.entries import Reason, RetirementSpec, TransferSpec

Seats = Mapping[int, Sequence[RepresentativeEntry]]

CITES = {
    "transfer": "40 CFR 62.16330, 62.16335(a)",
    "retirement": "40 CFR 62.16320(b); PLAT-056",
}


@dataclass(slots=True, kw_only=True, eq=False)
class Draft:
    """A submission that is being decided.

    Attributes:
        role: The seat in which the submitter may act for the transferor; blank if none.
        ranges: What is to go; by quantity it is chosen, and perhaps chosen again.
        waits: Why it is not recorded at once.
        refusals: Why it is not recorded at all.
    """

    spec: TransferSpec
    source: AccountEntry | None
    destination: AccountEntry | None
    role: str = ""
    ranges: tuple[Range, ...] = ()
    waits: tuple[Reason, ...] = ()
    refusals: list[Refusal] = field(default_factory=list)
    receipt: Receipt | None = None
    reservation: int | None = None

    @property
    def kind(self) -> str:
        return "retirement" if isinstance(self.spec, RetirementSpec) else "transfer"

    @property
    def state(self) -> str:
        return "refused" if self.refusals else waits.state_of(self.waits)

    @property
    def quantity(self) -> int | None:
        """The whole number asked for, if it is one."""
        if self.spec.blocks:
            return sum(block.quantity for block in self.spec.blocks)
        return checks.whole(self.spec.quantity)

    @property
    def is_by_quantity(self) -> bool:
        return not self.spec.blocks and self.quantity is not None

    @property
    def blocks(self) -> tuple[SerialBlock, ...]:
        """What goes, or what was asked to go."""
        return self.spec.blocks or tuple(item.block for item in self.ranges)

    @property
    def vintages(self) -> list[int]:
        if self.is_by_quantity and self.spec.vintage is not None:
            return [self.spec.vintage]
        return [lot_of_number(item.lot).year for item in self.ranges]

    @property
    def parties(self) -> list[AccountEntry]:
        return [account for account in (self.source, self.destination) if account is not None]

    def settle(self) -> None:
        """Put the reasons in order; what was chosen for a refused transfer is forgotten."""
        self.refusals = checks.in_order(self.refusals)
        if self.refusals:
            self.waits = ()
            self.ranges = () if self.is_by_quantity else self.ranges

    def instruction(self) -> Instruction:
        """What the ledger is asked to record."""
        if self.source is None or self.destination is None:
            raise ValueError("a transfer between unknown accounts is not for the ledger")
        reason = self.spec.reason if isinstance(self.spec, RetirementSpec) else ""
        return Instruction(
            type="retire" if self.kind == "retirement" else "transfer",
            source=self.source.id,
            destination=self.destination.id,
            blocks=self.ranges,
            key=self.spec.key,
            actor=f"person:{self.spec.submitted_by}",
            submitted_at=self.spec.submitted_at,
            ground=reason,
            cite=CITES[self.kind],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Submissions that are decided together, and who represents their accounts now."""

    rules: Program
    recorded_at: datetime
    drafts: Sequence[Draft]
    seats: Seats


def draft_all(specs: Sequence[TransferSpec], *, rules: Program, recorded_at: datetime) -> Batch:
    """Look up accounts and representatives, in two statements, and find our own reasons.

    Source: 40 CFR 62.16330(a), (b)(1); 62.16320(e).
    """
    known = ledger.accounts_by_number(
        number for spec in specs for number in (spec.source, spec.destination)
    )
    seats = accounts.representatives((entry.id for entry in known.values()), at=recorded_at)
    drafts = []
    for spec in specs:
        checks.require_order(received_at=spec.arrived_at, recorded_at=recorded_at)
        draft = Draft(
            spec=spec, source=known.get(spec.source), destination=known.get(spec.destination)
        )
        draft.ranges = tuple(range_of(block, program_number=rules.number) for block in spec.blocks)
        draft.refusals = checks.account_refusals(
            spec, source=draft.source, destination=draft.destination
        )
        draft.role = _role_of(draft, seats)
        if draft.source is not None and not draft.role:
            draft.refusals.append(_not_authorized(draft.source))
        draft.refusals += checks.reason_refusals(spec, rules=rules)
        drafts.append(draft)
    return Batch(rules=rules, recorded_at=recorded_at, drafts=drafts, seats=seats)


def find_waits(drafts: Iterable[Draft], *, rules: Program) -> None:
    """Find what each draft waits for; holds are read only if one could matter.

    Source: 40 CFR 62.16335(b).
    """
    late = [
        draft
        for draft in drafts
        if any(account.kind == "compliance" for account in draft.parties)
        and waits.periods_to_wait_for(
            rules, submitted_at=draft.spec.submitted_at, vintages=draft.vintages
        )
    ]
    if not late:
        return
    holds = ledger.holds(
        {account.id for draft in late for account in draft.parties}, include_released=True
    )
    for draft in late:
        draft.waits = waits.waits_of(
            rules,
            submitted_at=draft.spec.submitted_at,
            vintages=draft.vintages,
            accounts=draft.parties,
            holds=holds,
        )


def _role_of(draft: Draft, seats: Seats) -> str:
    """The seat that the submitter had when the transfer was dispatched; blank if none.

    Who sits there still, and did then, needs no look into the past.

    Source: 40 CFR 62.16290(a)(2), (b)(2), 62.16300; 62.16320(c)(2)(iii), (e).
    """
    if draft.source is None:
        return ""
    spec = draft.spec
    for seat in seats[draft.source.id]:
        if seat.person == spec.submitted_by and seat.from_at <= spec.submitted_at:
            return seat.role
    then = accounts.representatives([draft.source.id], at=spec.submitted_at)
    for seat in then[draft.source.id]:
        if seat.person == spec.submitted_by:
            return seat.role
    return ""


def _not_authorized(source: AccountEntry) -> Refusal:
    return NotAuthorized(
        f"Whoever submitted this does not represent account {source.number};"
        " only its representative or the alternate can transfer out of it."
    )
