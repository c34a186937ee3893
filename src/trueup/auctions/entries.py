"""What goes into auctions and what comes out of them: plain, immutable values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsignmentSpec:
    """What a State puts up.

    Attributes:
        account: Number of the State's account that gives.
        trigger_cents: Of a cost containment reserve, the price above which it is offered.
    """

    account: str
    quantity: int
    trigger_cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuctionSpec:
    """What a notice says of an auction.

    Attributes:
        reason: Why there is another one in its quarter, where there is.
        sitting: The same for auctions of several vintages that are held together; empty:
            it is held alone.
        qualify_until: Last instant for an application to qualify; None: the close.
        containment_ground: By which paper a cost containment reserve is offered.
    """

    number: str
    vintage: int
    reserve_price_cents: int
    opens_at: datetime
    closes_at: datetime
    consignments: Sequence[ConsignmentSpec] = field(default_factory=tuple)
    is_security_required: bool = True
    reason: str = ""
    sitting: str = ""
    qualify_until: datetime | None = None
    how_to_qualify: str = ""
    containment_ground: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuctionEntry:
    """An auction as everybody may see it."""

    id: int
    program: str
    number: str
    vintage: int
    quantity: int
    reserve_price_cents: int
    lot_size: int
    bid_limit_percent: int
    bids_max: int
    is_security_required: bool
    account: int
    reason: str
    seed_digest: str
    noticed_at: datetime
    opens_at: datetime
    closes_at: datetime
    state: str
    asked_by: str
    closed_at: datetime | None
    settled_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsignmentEntry:
    """What a State put up, and from the close on what was sold of it."""

    jurisdiction: str
    account: int
    quantity: int
    trigger_cents: int | None
    sold: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BidReceipt:
    """That a bid was entered: what the bidder keeps.

    Attributes:
        commitment: SHA-256 of `quantity/price_cents/salt`; after the close anybody who is
            told the three can compare.
        repeated: The key had been entered before; nothing was done again.
    """

    id: int
    auction: int
    account: int
    quantity: int
    price_cents: int
    salt: str
    commitment: str
    entered_at: datetime
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultEntry:
    """What an auction came to; losing bids are never told.

    Attributes:
        bidders: Who bid, by number only.
    """

    price_cents: int | None
    sold: int
    released: int
    bids: int
    bidders: int
    winners: int
    seed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardEntry:
    """What a winner gets."""

    account: int
    quantity: int
    is_forfeited: bool
    tx: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsEntry:
    """What a notice says besides: who may still apply, and how; the reserve's ground."""

    sitting: str
    qualify_until: datetime
    how_to_qualify: str
    containment_ground: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationEntry:
    """An application to qualify, with the security that it gives."""

    id: int
    key: UUID
    auction: int
    number: str
    account: int
    person: int
    security_kind: str
    security_cents: int | None
    reference: str
    filed_at: datetime
    state: str
    decided_at: datetime | None
    reason: str
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleReceipt:
    """That an account's bids were entered, all at once: what the bidder keeps.

    Attributes:
        bids: Each with its commitment; none: all were taken back.
        commitment: SHA-256 over their commitments, in their order.
    """

    key: UUID
    auction: int
    account: int
    bids: tuple[BidReceipt, ...]
    commitment: str
    entered_at: datetime
    repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBid:
    """A bid of one's own after the close, with what it won."""

    id: int
    quantity: int
    price_cents: int
    awarded: int
    commitment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How an account stands in an auction.

    Attributes:
        application: The last one, if it applied.
        is_qualified: Whether it may bid; then with which security (None: none is asked).
        bids: How many stand, whatever they say.
        awarded: Known from the close on.
    """

    auction: AuctionEntry
    application: ApplicationEntry | None
    is_qualified: bool
    security_cents: int | None
    bids: int
    awarded: int | None
