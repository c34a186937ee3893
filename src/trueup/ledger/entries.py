"""What goes into the kernel and what comes out of it: plain, immutable values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from trueup.rules.serials import Lot, SerialBlock, lot_of_number

# A move's id is its transaction's times this, plus its position.
MOVES_PER_TRANSACTION = 1_000_000


class Range(NamedTuple):
    """Consecutive serial numbers of one lot by the lot's number; both ends included."""

    lot: int
    lo: int
    hi: int

    @property
    def quantity(self) -> int:
        return self.hi - self.lo + 1

    @property
    def block(self) -> SerialBlock:
        return SerialBlock(lot=lot_of_number(self.lot), first=self.lo, last=self.hi)


def range_of(block: SerialBlock, *, program_number: int) -> Range:
    """A block of serial numbers as the books of one program name it."""
    return Range(block.lot.number(program_number), block.first, block.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """One transaction to be recorded: which serials go from where to where, and why.

    Attributes:
        type: Code of a transaction type that the program declares.
        source: Account that gives; None when instruments are created.
        key: Makes a repeated request harmless: the same key is recorded once.
        actor: Who asked: `person:17`, `administrator`, `registry`.
        ground: Why, where the type asks for it: `emissions`, `court order`.
        mends: The transaction that this one corrects or reverses.
        reservation: The reservation under which the serials wait.
        own: Those of the blocks that return as an own allocation that never left.
    """

    type: str
    source: int | None
    destination: int
    blocks: tuple[Range, ...]
    key: UUID
    actor: str
    submitted_at: datetime
    ground: str = ""
    cite: str = ""
    mends: int | None = None
    reservation: int | None = None
    own: tuple[Range, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Origination:
    """One issue of instruments to be created: the next numbers of a lot.

    Attributes:
        shares: Account id and quantity, in the order in which numbers are given.
        key: One key for all; each share's own key follows from it.
        vintage: Year of the MWh for credits; the lot's year unless it is given.
    """

    lot: Lot
    shares: tuple[tuple[int, int], ...]
    key: UUID
    ground: str = ""
    cite: str = "40 CFR 62.16325(c)"
    vintage: int | None = None

    @property
    def of_year(self) -> int:
        return self.vintage if self.vintage is not None else self.lot.year


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A recorded transaction.

    Attributes:
        repeated: The key had been recorded before; nothing was done again.
        debts: Deductions that this arrival set off at once (62.16340(d)).
    """

    tx: int
    key: UUID
    quantity: int
    recorded_at: datetime
    repeated: bool = False
    debts: tuple[Receipt, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountSpec:
    """An account to be opened."""

    program: str
    kind: str
    name: str
    jurisdiction: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEntry:
    """An account as the ledger knows it; who may act for it is not the ledger's concern."""

    id: int
    program: str
    number: str
    kind: str
    name: str
    jurisdiction: str
    purpose: str
    state: str
    opened_at: datetime
    # Types of transaction that the emergency brake keeps from leaving it.
    stopped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BrakeEntry:
    """Types of transaction of a program that were stopped at once.

    Attributes:
        confirm_by: Last day for a second official to confirm it.
    """

    key: UUID
    program: str
    types: tuple[str, ...]
    ground: str
    pulled_by: str
    pulled_at: datetime
    confirm_by: date
    confirmed_by: str
    confirmed_at: datetime | None
    lift_asked_by: str
    lift_asked_at: datetime | None
    lifted_by: str
    lifted_at: datetime | None

    @property
    def is_on(self) -> bool:
        return self.lifted_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldingEntry:
    """A block that an account holds since one recordation.

    Attributes:
        vintage: The year of its lot; of credits, which are of the year of their MWh, the
            year of issue alone (`vintages_of` knows the other).
    """

    lot: Lot
    lot_number: int
    first: int
    last: int
    account: int
    move: int
    own: bool
    reservation: int | None

    @property
    def quantity(self) -> int:
        return self.last - self.first + 1

    @property
    def tx(self) -> int:
        """The transaction by which the account received it."""
        return self.move // MOVES_PER_TRANSACTION

    @property
    def vintage(self) -> int:
        return self.lot.year

    @property
    def block(self) -> SerialBlock:
        return SerialBlock(lot=self.lot, first=self.first, last=self.last)

    @property
    def range(self) -> Range:
        return Range(self.lot_number, self.first, self.last)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotTotal:
    """How much of a lot and vintage the accounts of one kind, State and purpose hold."""

    lot: Lot
    vintage: int
    kind: str
    jurisdiction: str
    purpose: str
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransactionEntry:
    """A recorded transaction without its serial numbers."""

    id: int
    program: str
    type: str
    event: str
    ground: str
    cite: str
    actor: str
    source: AccountEntry | None
    destination: AccountEntry
    quantity: int
    submitted_at: datetime
    recorded_at: datetime
    mends: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One step in the life of a block of serial numbers."""

    transaction: TransactionEntry
    block: SerialBlock

    @property
    def event(self) -> str:
        return self.transaction.event

    @property
    def recorded_at(self) -> datetime:
        return self.transaction.recorded_at


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEntry:
    """Transfers of an account that wait until the deductions of a period are done.

    Attributes:
        released_at: When they were done; None while transfers still wait.
    """

    account: int
    vintage_max: int
    ground: str
    placed_at: datetime
    released_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimSpec:
    """Instruments that an account is to owe.

    Attributes:
        destination: The retirement account that takes them.
        vintage_max: Newer vintages are left alone.
        barred: Categories of credits that do not pay it.
    """

    account: int
    destination: int
    owed: int
    vintage_max: int
    ground: str
    barred: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimEntry:
    """Instruments that an account owes and that are taken when they arrive."""

    id: int
    account: int
    destination: int
    owed: int
    taken: int
    vintage_max: int
    ground: str
    placed_at: datetime
    barred: frozenset[str] = frozenset()

    @property
    def open(self) -> int:
        return self.owed - self.taken
