"""What an auction's picture and history show; to the public only what the rules let.

Source: RGGI-045, PLAT-066.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, Sum

from trueup.auctions.entries import AuctionEntry, ConsignmentEntry, ResultEntry
from trueup.auctions.models import Auction, OpenedBid, Qualification, Result
from trueup.auctions.queries import auction_entry
from trueup.rules import programs
from trueup.rules.auction import ContainmentTier, Offer, drawn
from trueup.rules.auction_curve import Step, demand, demand_is_public, supply

PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Curves:
    """Supply and demand of an auction that is closed.

    Attributes:
        demand: Of the public: what was awarded, by the prices that winners bid, if there
            were enough of them. Of officials: all that was bid.
    """

    supply: tuple[Step, ...]
    demand: tuple[Step, ...]
    price_cents: int | None
    sold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PricePoint:
    """The clearing price of one auction of the past."""

    number: str
    vintage: int
    closed_at: datetime
    offered: int
    sold: int
    reserve_price_cents: int
    price_cents: int | None
    bidders: int
    winners: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What stands before the close of an auction.

    Attributes:
        qualified: Accounts that may bid. bidders: Those of them with bids that stand.
        sealed: Bids that stand, whatever they say.
    """

    waiting: int
    qualified: int
    bidders: int
    sealed: int


def curves(
    entry: AuctionEntry,
    consignments: Sequence[ConsignmentEntry],
    found: ResultEntry,
    *,
    is_official: bool = False,
) -> Curves:
    """The curves of a closed auction; losing bids are in them for officials alone.

    Source: RGGI-045.
    """
    rules = programs.load(entry.program).market.auctions
    least = rules.demand_from if rules is not None else 0
    bids = OpenedBid.objects.filter(bid__auction_id=entry.id)
    steps: list[Step] = []
    if is_official:
        rows = bids.values_list("price_cents").annotate(total=Sum("quantity"))
        steps = demand(rows)
    elif demand_is_public(winners=found.winners, least=least):
        rows = bids.filter(awarded__gt=0).values_list("price_cents").annotate(total=Sum("awarded"))
        steps = demand(rows)
    return Curves(
        supply=tuple(supply(offer_of(entry, consignments))),
        demand=tuple(steps),
        price_cents=found.price_cents,
        sold=found.sold,
    )


def offer_of(entry: AuctionEntry, consignments: Sequence[ConsignmentEntry]) -> Offer:
    """What an auction offers, by State, as its picture needs it.

    Source: RGGI-043; PLAT-066.
    """
    offered: dict[str, int] = {}
    tiers: dict[int, dict[str, int]] = {}
    for of in consignments:
        group = offered if of.trigger_cents is None else tiers.setdefault(of.trigger_cents, {})
        group[of.jurisdiction] = group.get(of.jurisdiction, 0) + of.quantity
    return Offer(
        quantities=offered,
        reserve_price_cents=entry.reserve_price_cents,
        lot_size=entry.lot_size,
        containment=tuple(
            ContainmentTier(trigger_cents=trigger, quantities=quantities)
            for trigger, quantities in sorted(tiers.items())
        ),
    )


def prices(*, program: str, limit: int = PAGE) -> list[PricePoint]:
    """The clearing prices of past auctions, the oldest first; one statement.

    Source: RGGI-045.
    """
    rows = Result.objects.filter(auction__program=program).select_related("auction")
    latest = list(rows.order_by("-auction__closes_at", "-auction_id")[:limit])
    return [
        PricePoint(
            number=row.auction.number,
            vintage=row.auction.vintage,
            closed_at=row.auction.closes_at,
            offered=row.auction.quantity,
            sold=row.sold,
            reserve_price_cents=row.auction.reserve_price_cents,
            price_cents=row.price_cents,
            bidders=row.bidders,
            winners=row.winners,
        )
        for row in reversed(latest)
    ]


def quarters(*, program: str, year: int) -> dict[int, list[AuctionEntry]]:
    """The auctions of a year by the quarter in which they close; each should have one.

    Source: RGGI-040.
    """
    rules = programs.load(program)
    found: dict[int, list[AuctionEntry]] = {quarter: [] for quarter in (1, 2, 3, 4)}
    rows = Auction.objects.filter(
        program=program, closes_at__year__gte=year - 1, closes_at__year__lte=year + 1
    ).exclude(state="cancelled")
    for row in rows.order_by("closes_at", "id"):
        day = rules.local_date(row.closes_at)
        if day.year == year:
            found[(day.month - 1) // 3 + 1].append(auction_entry(row))
    return found


def readiness(auction: int) -> Readiness:
    """What officials may know before the close: how many, never what.

    Source: RGGI-041, RGGI-042.
    """
    row = Auction.objects.get(id=auction)
    standing = row.bids.filter(Q(withdrawn_at=None))
    return Readiness(
        waiting=row.applications.filter(state="waiting").count(),
        qualified=Qualification.objects.filter(auction_id=auction).count(),
        bidders=standing.values("account_id").distinct().count(),
        sealed=standing.count(),
    )


def places_in_draw(accounts: Sequence[int], *, seed: str) -> list[tuple[int, str]]:
    """Accounts in the order of the draw, each with its SHA-256 of `seed/account`.

    Source: RGGI-041.
    """
    keyed = sorted((drawn(str(account), seed=seed), account) for account in accounts)
    return [(account, digest) for (digest, _), account in keyed]
