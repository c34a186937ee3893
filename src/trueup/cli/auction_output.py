"""Auctions as documents and rows of the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trueup.auctions.entries import AuctionEntry, AwardEntry, ConsignmentEntry, ResultEntry
from trueup.cli.output import Json
from trueup.ledger.entries import AccountEntry
from trueup.rules.auction_bids import in_dollars

AUCTION_COLUMNS = ("Auction", "Vintage", "State", "Closes", "Offered", "Sold", "Price")


def auction_json(entry: AuctionEntry) -> dict[str, Json]:
    """An auction's notice as a document; money in cents."""
    return {
        "program": entry.program,
        "number": entry.number,
        "vintage": entry.vintage,
        "state": entry.state,
        "quantity": entry.quantity,
        "reserve_price_cents": entry.reserve_price_cents,
        "lot_size": entry.lot_size,
        "bid_limit_percent": entry.bid_limit_percent,
        "bids_max": entry.bids_max,
        "opens_at": entry.opens_at.isoformat(),
        "closes_at": entry.closes_at.isoformat(),
        "seed_digest": entry.seed_digest,
    }


def auction_row(entry: AuctionEntry, result: ResultEntry | None) -> tuple[object, ...]:
    """A line of the list of auctions."""
    price = "" if result is None or result.price_cents is None else in_dollars(result.price_cents)
    return (
        entry.number,
        str(entry.vintage),
        entry.state,
        f"{entry.closes_at:%Y-%m-%d %H:%M %Z}",
        entry.quantity,
        result.sold if result is not None else "",
        price,
    )


def result_json(result: ResultEntry | None) -> Json:
    """What an auction came to, as everybody may know it."""
    if result is None:
        return None
    return {
        "price_cents": result.price_cents,
        "sold": result.sold,
        "released": result.released,
        "bidders": result.bidders,
        "winners": result.winners,
        "seed": result.seed,
    }


def consignments_json(found: Sequence[ConsignmentEntry]) -> Json:
    """What each State offers, and what was sold of it."""
    return [
        {
            "jurisdiction": of.jurisdiction,
            "quantity": of.quantity,
            "trigger_cents": of.trigger_cents,
            "sold": of.sold,
        }
        for of in found
    ]


def awards_json(awards: Sequence[AwardEntry], accounts: Mapping[int, AccountEntry]) -> Json:
    """What each winner was awarded."""
    return [
        {
            "account": accounts[one.account].number,
            "quantity": one.quantity,
            "is_forfeited": one.is_forfeited,
            "transaction": one.tx,
        }
        for one in awards
    ]


def draw_rows(
    places: Sequence[tuple[int, str]], accounts: Mapping[int, AccountEntry]
) -> list[tuple[object, ...]]:
    """The places of the draw, a line each."""
    return [(accounts[one].number, str(one), digest) for one, digest in places]
