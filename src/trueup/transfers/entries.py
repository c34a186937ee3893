"""What goes into this context and what comes out of it: plain, immutable values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from trueup.ledger.entries import AccountEntry
from trueup.rules.refusal import Refusal
from trueup.rules.serials import SerialBlock
from trueup.rules.trade_reports import TradeReport


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferSpec:
    """A transfer to be submitted: by serial numbers, or by vintage and quantity.

    Attributes:
        source, destination: Account numbers.
        submitted_by: The person who signed it; `submitted_at` is when it was dispatched.
        key: Makes a repeated request harmless.
        received_at: When it arrived, if that was later than its dispatch.
        reference, note: Only for the people of the transferor account.
        row: Line of the file that it came from.
        by_consent: Whether it waits for the receiving side's consent, whatever the program
            asks for: what is returned is not forced on anybody, and the buyer of a two-sided
            trade confirms its terms.
        trade: The agreement behind it, where the program asks for that.
    """

    source: str
    destination: str
    submitted_by: int
    submitted_at: datetime
    key: UUID
    received_at: datetime | None = None
    blocks: tuple[SerialBlock, ...] = ()
    vintage: int | None = None
    quantity: int | Decimal | None = None
    reference: str = ""
    note: str = ""
    row: int | None = None
    by_consent: bool = False
    trade: TradeReport | None = None

    @property
    def arrived_at(self) -> datetime:
        return self.received_at if self.received_at is not None else self.submitted_at


@dataclass(frozen=True, slots=True, kw_only=True)
class RetirementSpec(TransferSpec):
    """A voluntary retirement to be submitted; its destination is the retirement account.

    Attributes:
        reason: One of the program's reasons.
        beneficiary: For whom; public, and not in the journal.
    """

    destination: str = ""
    reason: str
    beneficiary: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a transfer waits or was not recorded."""

    code: str
    cite: str
    sentence: str

    @classmethod
    def of(cls, refusal: Refusal) -> Reason:
        return cls(code=refusal.code, cite=refusal.cite, sentence=refusal.sentence)

    @property
    def reason(self) -> str:
        """The code without its context: `serials_not_held`."""
        return self.code.rpartition(".")[2]

    def __str__(self) -> str:
        return f"{self.sentence} ({self.cite})"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferEntry:
    """A submitted transfer and what became of it; `models.Transfer` has the words.

    Attributes:
        source, destination: None only if there is no account with the number given.
        submitted_by: The person's key; `principal` whose act it is.
        asked_at: When the first of two signatures was given; None if one is enough.
        trade: The agreement behind it; only both sides see it with their names.
    """

    id: int
    key: UUID
    program: str
    kind: str
    state: str
    source: AccountEntry | None
    source_number: str
    destination: AccountEntry | None
    destination_number: str
    submitted_by: int
    role: str
    submitted_at: datetime
    received_at: datetime
    due_on: date | None
    recorded_at: datetime | None
    tx: int | None
    quantity: int | None
    blocks: tuple[SerialBlock, ...]
    waits: tuple[Reason, ...]
    reasons: tuple[Reason, ...]
    decision: int | None
    reversal: int | None
    reference: str
    note: str
    reason: str
    beneficiary: str
    principal: int | None = None
    asked_at: datetime | None = None
    approved_by: int | None = None
    expires_at: datetime | None = None
    not_before_at: datetime | None = None
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str = ""
    ended_ground: str = ""
    signature: int | None = None
    vintage: int | None = None
    trade: TradeReport | None = None

    @property
    def by_agent(self) -> bool:
        """Whether an agent submitted it; then `principal` is whose act it is."""
        return self.role == "agent"

    @property
    def reason_codes(self) -> frozenset[str]:
        """The codes of the reasons without their contexts, for a quick look."""
        return frozenset(reason.reason for reason in self.reasons)

    @property
    def public(self) -> TransferEntry:
        """The same without what only the people of its accounts may see."""
        return replace(self.to_receiver, trade=None)

    @property
    def to_receiver(self) -> TransferEntry:
        """The same without what only the transferor's people may see."""
        return replace(self, reference="", note="", vintage=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOutcome:
    """What became of the rows of a file, and what is wrong with some of them.

    Attributes:
        transfers: In the order of the rows; refused ones too.
        problems: Each with the line of the file; rows that could not be read at all, and
            those that were submitted and refused.
    """

    transfers: tuple[TransferEntry, ...]
    problems: tuple[Refusal, ...]

    @property
    def recorded(self) -> int:
        return sum(1 for entry in self.transfers if entry.state == "recorded")


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """What became of transfers that were held."""

    recorded: int = 0
    refused: int = 0

    def __add__(self, other: Released) -> Released:
        return Released(
            recorded=self.recorded + other.recorded, refused=self.refused + other.refused
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ActEntry:
    """What was done to a transfer after it was asked for; `models.TransferAct` has the words."""

    what: str
    actor: str
    person: int | None
    principal: int | None
    at: datetime
    ground: str
    signature: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalEntry:
    """A transfer that nobody has signed; `models.Proposal` has the words.

    Attributes:
        spec: What is to be transferred, if a representative signs it.
    """

    key: UUID
    program: str
    account: int
    destination_number: str
    spec: TransferSpec
    state: str
    proposed_by: int
    principal: int
    actor: str
    proposed_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    ended_by: str
    ended_ground: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedAccountEntry:
    """An account on another one's list.

    Attributes:
        effective_at: From when transfers to it do not wait; None while it awaits approval.
    """

    account: int
    other: AccountEntry
    listed_by: int
    listed_at: datetime
    needs_approval: bool
    approved_by: int | None
    approved_at: datetime | None
    effective_at: datetime | None

    def state(self, at: datetime) -> str:
        """`awaiting_approval`, `listed` (it begins later) or `trusted`."""
        if self.effective_at is None:
            return "awaiting_approval"
        return "trusted" if self.effective_at <= at else "listed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountGuards:
    """What an account asks of its own transfers, and has agreed to.

    Attributes:
        end_asked_by: Who has asked that no second person be required; "" if nobody.
    """

    second_person: bool
    end_asked_by: str
    end_asked_at: datetime | None
    agreed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitationEntry:
    """Allowances that the Administrator limited."""

    key: UUID
    program: str
    account: AccountEntry
    blocks: tuple[SerialBlock, ...]
    quantity: int
    ground: str
    decision: int
    placed_at: datetime
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActReceipt:
    """An act of the Administrator as it was recorded.

    Attributes:
        transactions: In the journal, one for each account concerned.
        decision: The decision that ordered it.
    """

    transactions: tuple[int, ...]
    quantity: int
    decision: int
    recorded_at: datetime


def blocks_json(blocks: Iterable[SerialBlock]) -> list[list[str]]:
    """Blocks as a table stores them: first and last serial number."""
    return [[block.first_serial, block.last_serial] for block in blocks]
