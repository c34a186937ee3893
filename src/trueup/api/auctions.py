"""Auctions: notices, results and awards, public; losing bids never are."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from trueup.api.access import PUBLIC, rule
from trueup.api.asking import READING, After, Before, Limit, NotFound, program_named
from trueup.auctions import queries, result_queries
from trueup.auctions.entries import AuctionEntry, ResultEntry
from trueup.ledger import queries as ledger
from trueup.rules.refusal import Refused

router = Router(tags=["Auctions"])


class AuctionResult(Schema):
    """Money is whole cents; null where nothing was sold."""

    price_cents: int | None
    sold: int
    released: int
    bidders: int
    winners: int
    seed: str


class Auction(Schema):
    number: str
    vintage: int
    state: str
    quantity: int
    reserve_price_cents: int
    lot_size: int
    bid_limit_percent: int
    bids_max: int
    opens_at: datetime
    closes_at: datetime
    seed_digest: str
    result: AuctionResult | None


class Consignment(Schema):
    jurisdiction: str
    quantity: int
    trigger_cents: int | None
    sold: int | None


class Step(Schema):
    price_cents: int
    start: int
    end: int


class AuctionInFull(Auction):
    """Demand is what was awarded, and only where there were enough winners to hide each."""

    sitting: str
    qualify_until: datetime
    how_to_qualify: str
    consignments: list[Consignment]
    supply: list[Step]
    demand: list[Step]


class Award(Schema):
    account: str
    quantity: int
    is_forfeited: bool
    transaction: int | None


class AuctionPage(Schema):
    items: list[Auction]
    next: int | None


class AwardPage(Schema):
    items: list[Award]
    next: int | None


@router.get("/{program}/auctions", response={200: AuctionPage, **READING})
@rule(PUBLIC)
def list_auctions(
    request: HttpRequest, program: str, *, limit: Limit = 100, before: Before = None
) -> AuctionPage:
    """The auctions of a program, the newest first (RGGI-040, RGGI-045)."""
    rules = program_named(program)
    found = queries.auctions(program=rules.code, limit=limit + 1, before=before)
    page = found[:limit]
    results = queries.results([entry.id for entry in page])
    return AuctionPage(
        items=[Auction(**_auction(entry, results.get(entry.id))) for entry in page],
        next=page[-1].id if len(found) > limit else None,
    )


@router.get("/{program}/auctions/{number}", response={200: AuctionInFull, **READING})
@rule(PUBLIC)
def get_auction(request: HttpRequest, program: str, number: str) -> AuctionInFull:
    """An auction with what each State offered, and from the close on what it came to."""
    entry = _named(program, number)
    terms = queries.terms(entry.id)
    consignments = queries.consignments(entry.id)
    result = queries.result(entry.id)
    curves = result_queries.curves(entry, consignments, result) if result else None
    return AuctionInFull(
        **_auction(entry, result),
        sitting=terms.sitting,
        qualify_until=terms.qualify_until,
        how_to_qualify=terms.how_to_qualify,
        consignments=[
            Consignment(
                jurisdiction=of.jurisdiction,
                quantity=of.quantity,
                trigger_cents=of.trigger_cents,
                sold=of.sold,
            )
            for of in consignments
        ],
        supply=[_step(step) for step in curves.supply] if curves else [],
        demand=[_step(step) for step in curves.demand] if curves else [],
    )


@router.get("/{program}/auctions/{number}/awards", response={200: AwardPage, **READING})
@rule(PUBLIC)
def list_awards(
    request: HttpRequest, program: str, number: str, *, limit: Limit = 100, after: After = 0
) -> AwardPage:
    """What each winner was awarded; `next` is where to go on."""
    entry = _named(program, number)
    found = queries.awards(entry.id, limit=limit + 1, after=after)
    page = found[:limit]
    accounts = ledger.accounts_by_id([award.account for award in page])
    return AwardPage(
        items=[
            Award(
                account=accounts[award.account].number,
                quantity=award.quantity,
                is_forfeited=award.is_forfeited,
                transaction=award.tx,
            )
            for award in page
        ],
        next=page[-1].account if len(found) > limit else None,
    )


def _named(program: str, number: str) -> AuctionEntry:
    rules = program_named(program)
    try:
        return queries.auction(program=rules.code, number=number[:40])
    except Refused as refused:
        raise NotFound("There is no such auction.") from refused


def _auction(entry: AuctionEntry, result: ResultEntry | None) -> dict[str, Any]:
    return {
        "number": entry.number,
        "vintage": entry.vintage,
        "state": entry.state,
        "quantity": entry.quantity,
        "reserve_price_cents": entry.reserve_price_cents,
        "lot_size": entry.lot_size,
        "bid_limit_percent": entry.bid_limit_percent,
        "bids_max": entry.bids_max,
        "opens_at": entry.opens_at,
        "closes_at": entry.closes_at,
        "seed_digest": entry.seed_digest,
        "result": None
        if result is None
        else AuctionResult(
            price_cents=result.price_cents,
            sold=result.sold,
            released=result.released,
            bidders=result.bidders,
            winners=result.winners,
            seed=result.seed,
        ),
    }


def _step(step: object) -> Step:
    return Step.model_validate(step, from_attributes=True)
