"""What goes over the wire. Requests refuse fields that they do not know (PLAT-049)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from trueup.ledger.entries import AccountEntry, TransactionEntry
from trueup.rules.serials import SerialBlock

SerialText = Annotated[str, StringConstraints(max_length=40)]
AccountText = Annotated[str, StringConstraints(pattern="^[0-9A-Za-z]{1,12}$")]
Whole = Annotated[int, Field(ge=1, le=10**13, strict=True)]
MOST_BLOCKS = 10_000
MOST_TRANSFERS = 1_000


class Reason(Schema):
    code: str
    cite: str
    sentence: str
    row: int | None = None


class Problem(Schema):
    """A problem document (RFC 9457), `application/problem+json`."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    reasons: list[Reason]


class Account(Schema):
    number: str
    name: str
    kind: str
    jurisdiction: str
    purpose: str
    state: str
    opened_at: datetime

    @classmethod
    def of(cls, entry: AccountEntry) -> Account:
        return cls(
            number=entry.number,
            name=entry.name,
            kind=entry.kind,
            jurisdiction=entry.jurisdiction,
            purpose=entry.purpose,
            state=entry.state,
            opened_at=entry.opened_at,
        )


class AccountPage(Schema):
    items: list[Account]
    next: str | None = Field(None, description="Give it as `after` for the following page.")


class Block(Schema):
    first: str
    last: str
    quantity: int

    @classmethod
    def of(cls, block: SerialBlock) -> Block:
        return cls(first=block.first_serial, last=block.last_serial, quantity=block.quantity)


class LotBalance(Schema):
    lot: str
    vintage: int
    quantity: int
    reserved: int = Field(description="Of these, waiting in transfers.")


class Balance(Schema):
    account: Account
    total: int
    lots: list[LotBalance]


class Holdings(Schema):
    account: Account
    items: list[Block] = Field(description="As they were recorded; neighbours may touch.")
    next: str | None = Field(None, description="Give it as `after` for the following page.")


class Transaction(Schema):
    id: int
    event: str
    type: str
    ground: str
    cite: str
    source: Account | None
    destination: Account
    quantity: int
    submitted_at: datetime
    recorded_at: datetime
    mends: int | None = Field(description="The transaction that this one corrects or reverses.")

    @classmethod
    def of(cls, entry: TransactionEntry) -> Transaction:
        return cls(
            id=entry.id,
            event=entry.event,
            type=entry.type,
            ground=entry.ground,
            cite=entry.cite,
            source=Account.of(entry.source) if entry.source is not None else None,
            destination=Account.of(entry.destination),
            quantity=entry.quantity,
            submitted_at=entry.submitted_at,
            recorded_at=entry.recorded_at,
            mends=entry.mends,
        )


class TransactionWithBlocks(Schema):
    transaction: Transaction
    blocks: list[Block] = Field(description="In the order in which they went.")
    has_more_blocks: bool = Field(description="Ask again with a larger `limit` for the rest.")


class TransactionPage(Schema):
    items: list[Transaction]
    next: int | None = Field(None, description="Give it as `before` for the following page.")


class SerialStep(Schema):
    transaction: Transaction
    block: Block = Field(description="The block that the serial number moved in.")


class SerialHistory(Schema):
    serial: str
    held_by: Account
    steps: list[SerialStep]


class Request(Schema):
    model_config = ConfigDict(extra="forbid")


class Signed(Request):
    """What a person signs with a second factor."""

    accepted: list[Annotated[str, StringConstraints(max_length=40)]] = Field(
        [],
        max_length=20,
        description="Keys of the prescribed statements that you have read and accept (`/forms`)."
        " Without each of them it is not certified, and nothing is done.",
    )


class BlockIn(Request):
    first: SerialText
    last: SerialText


class _Instruments(Request):
    """By serial numbers, or by vintage and quantity: the earliest recorded ones go."""

    source: AccountText
    blocks: list[BlockIn] | None = Field(None, max_length=MOST_BLOCKS)
    vintage: Annotated[int, Field(ge=1990, le=2200, strict=True)] | None = None
    quantity: Whole | None = None
    reference: Annotated[str, StringConstraints(max_length=100)] = Field(
        "", description="Your reference; only your account's people see it."
    )
    note: Annotated[str, StringConstraints(max_length=2000)] = Field(
        "", description="Only your account's people see it."
    )


class TradeIn(Request):
    """What was agreed, in programs that ask for it: a price, how it is found, or why none."""

    kind: Annotated[str, StringConstraints(max_length=40)]
    agreed_on: date
    price: Annotated[str, StringConstraints(max_length=20)] = Field(
        "", description="Of each, in US dollars and whole cents: `5.00`."
    )
    pricing_method: Annotated[str, StringConstraints(max_length=200)] = ""
    no_price_because: Annotated[str, StringConstraints(max_length=40)] = Field(
        "", description="One of the program's reasons."
    )
    receiver_confirms: Annotated[bool, Field(strict=True)] = Field(
        False, description="The receiving side confirms these terms before anything moves."
    )


class TransferIn(_Instruments):
    destination: AccountText
    trade: TradeIn | None = None


class RetirementIn(_Instruments):
    reason: Annotated[str, StringConstraints(max_length=100)] = Field(
        description="One of the program's reasons; it is public."
    )
    beneficiary: Annotated[str, StringConstraints(max_length=200)] = Field(
        "", description="For whom, if that is to be said; it is public."
    )


class SignedTransferIn(TransferIn, Signed):
    """A transfer with what is accepted."""


class SignedRetirementIn(RetirementIn, Signed):
    """A retirement with what is accepted."""


class _Batch(Signed):
    all_or_none: Annotated[bool, Field(strict=True)] = Field(
        True, description="Record all or none; else each for itself."
    )


class TransfersIn(_Batch):
    transfers: list[TransferIn] = Field(min_length=1, max_length=MOST_TRANSFERS)


class RetirementsIn(_Batch):
    retirements: list[RetirementIn] = Field(min_length=1, max_length=MOST_TRANSFERS)


class Transfer(Schema):
    key: UUID
    state: str
    kind: str
    source: str
    destination: str
    quantity: int | None
    blocks: list[Block]
    submitted_at: datetime
    received_at: datetime
    due_on: date | None
    recorded_at: datetime | None
    transaction: int | None
    waits: list[Reason]
    reasons: list[Reason]
    reason: str = Field(description="Of a retirement.")
    beneficiary: str
    reference: str = Field(description="Empty for all but the people of the source.")
    note: str = Field(description="Empty for all but the people of the source.")


class DecisionIn(Signed):
    """A decision on a transfer."""

    reason: Annotated[str, StringConstraints(max_length=400)] = Field(
        "", description="Told to both sides; a rejection needs one."
    )


class Proposal(Schema):
    """A transfer that nobody has signed: it moves and keeps nothing."""

    key: UUID
    state: str
    kind: str
    source: str
    destination: str
    vintage: int | None
    quantity: int | None
    blocks: list[Block]
    reference: str
    note: str
    proposed_at: datetime
    expires_at: datetime | None


class Proposals(Schema):
    items: list[Proposal]


class Transfers(Schema):
    items: list[Transfer] = Field(description="In the order of the request.")


class TransferPage(Schema):
    items: list[Transfer]
    next: int | None = Field(None, description="Give it as `before` for the following page.")


class Emissions(Schema):
    facility: int = Field(description="ORIS code")
    unit: str
    year: int
    quarter: int = Field(description="1 to 4; 0 for the whole year.")
    co2_tons: Decimal | None = Field(description="Short tons; null is missing, not zero.")
    net_mwh: Decimal | None
    is_provisional: bool
    version: int


class EmissionsPage(Schema):
    items: list[Emissions]
    next: int | None = Field(None, description="Give it as `after` for the following page.")


class Settlement(Schema):
    facility: int = Field(description="ORIS code")
    name: str
    jurisdiction: str
    period: str
    recorded_at: datetime
    obligation: int
    deducted: int
    excess: int
    excess_due: int
    excess_deducted: int
    outstanding: int
    in_compliance: bool


class SettlementPage(Schema):
    items: list[Settlement]
    next: int | None = Field(None, description="Give it as `after` for the following page.")


class DeductedBlock(Schema):
    first: str
    last: str
    quantity: int
    ground: str
    transaction: int
    recorded_at: datetime


class Statement(Schema):
    settlement: Settlement
    balance: int = Field(description="What the compliance account holds now.")
    blocks: list[DeductedBlock]


class Period(Schema):
    name: str
    first_year: int
    last_year: int
    deadline_on: date
    recordation_on: date | None = Field(description="None where nothing is allocated.")


class Program(Schema):
    code: str
    name: str
    kind: str
    instrument: str
    unit: str
    periods: list[Period]
