"""Sentences on what is offered, who bids what, and what becomes of an auction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.acceptance.sentences import sentence
from tests.acceptance.steps.auctions import (
    FIRST,
    SECOND,
    provided_account,
)
from tests.acceptance.tables import DataTable, rows_of, same_rows
from tests.acceptance.world import World, new_key
from trueup.auctions import bidder_queries, queries, result_queries, services
from trueup.auctions.entries import AuctionEntry, AuctionSpec, ConsignmentSpec
from trueup.auctions.models import OpenedBid, SealedBid
from trueup.rules.auction import Bid, clear
from trueup.rules.auction_bids import in_dollars, price_in_cents
from trueup.rules.refusal import Refused

BIDDING = timedelta(hours=1)


@sentence('an auction "{number}" of vintage {vintage} with reserve price {tons} offers:')
def offers(world: World, number: str, vintage: int, tons: Decimal, datatable: DataTable) -> None:
    """A line for each account of a State; with a trigger it is of a cost containment reserve."""
    rows = rows_of(datatable, required=("account", "quantity"), optional=("trigger",))
    consignments = [
        ConsignmentSpec(
            account=provided_account(
                world,
                row["account"],
                vintage=vintage,
                quantity=sum(
                    int(one["quantity"]) for one in rows if one["account"] == row["account"]
                ),
            ).number,
            quantity=int(row["quantity"]),
            trigger_cents=price_in_cents(Decimal(row["trigger"])) if row.get("trigger") else None,
        )
        for row in rows
    ]
    with world.act("notice"):
        _announce(world, number, vintage, tons, consignments, reason="As described.")


@sentence(
    'an auction "{number}" of {quantity} {instruments} of vintage {vintage} from "{source}"'
    " with reserve price {tons} is announced without a reason"
)
def announce_without_reason(
    world: World,
    number: str,
    quantity: int,
    instruments: str,
    vintage: int,
    source: str,
    tons: Decimal,
) -> None:
    world.require_instruments(instruments)
    account = provided_account(world, source, vintage=vintage, quantity=quantity)
    consignments = [ConsignmentSpec(account=account.number, quantity=quantity)]
    with world.act("notice"):
        _announce(world, number, vintage, tons, consignments, reason="")


@sentence('the notice is refused with "{code}"')
def check_notice_refused(world: World, code: str) -> None:
    world.require_refused("notice", code)


@sentence(
    '"{person}" makes {count} bids of {quantity} {instruments} at {tons}'
    ' in auction "{number}" for "{account}"'
)
def bid_often(
    world: World,
    person: str,
    count: str,
    quantity: int,
    instruments: str,
    tons: Decimal,
    number: str,
    account: str,
) -> None:
    """All at once, under one signature: all are taken or none."""
    world.require_instruments(instruments)
    _enter(world, person, [(quantity, price_in_cents(tons))] * int(count), number, account)


@sentence('"{person}" withdraws all bids in auction "{number}" for "{account}"')
def withdraw(world: World, person: str, number: str, account: str) -> None:
    _enter(world, person, [], number, account)


@sentence('"{person}" applies to bid in auction "{number}" for "{account}" with security {tons}')
def apply(world: World, person: str, number: str, account: str, tons: Decimal) -> None:
    """It waits for an official."""
    world.secured.add((number, account))
    with world.act("application"):
        services.apply_to_bid(
            program=world.program,
            number=number,
            account=world.number_of(account),
            person=world.person(person).id,
            security_kind="bond",
            security_cents=price_in_cents(tons),
            reference="",
            key=new_key(),
            at=world.now,
        )


@sentence('the application of "{account}" to bid in auction "{number}" is accepted')
def accept(world: World, account: str, number: str) -> None:
    entry = queries.auction(program=world.program, number=number)
    wanted = world.account(account).id
    (application,) = [
        one
        for one in bidder_queries.applications(program=world.program, auction=entry.id)
        if one.account == wanted and one.state == "waiting"
    ]
    with world.act("application"):
        services.decide_application(
            program=world.program,
            application=application.id,
            is_accepted=True,
            actor=FIRST,
            at=world.now,
        )


@sentence('auction "{number}" closes, and "{account}" does not pay')
def close_unpaid(world: World, number: str, account: str) -> None:
    """Two officials close it; what the account won goes back when it is delivered."""
    _close(world, number)
    of = {"program": world.program, "number": number, "at": world.now}
    with world.act():
        services.settle_auction(actor=FIRST, unpaid=[world.number_of(account)], **of)
        services.deliver_auction(actor=FIRST, **of)


@sentence('two officials close auction "{number}" at once')
def close_twice(world: World, number: str) -> None:
    """The second of them finds it closed; what it meets is kept for the next Then."""
    _close(world, number)
    with world.act("closing"):
        services.close_auction(
            program=world.program, number=number, actor="official:3", at=world.now
        )


@sentence('the second of them is refused with "{code}"')
def check_second_refused(world: World, code: str) -> None:
    world.require_refused("closing", code)


@sentence('auction "{number}" is delivered before it is settled')
def deliver_early(world: World, number: str) -> None:
    _close(world, number)
    with world.act("delivery"):
        services.deliver_auction(program=world.program, number=number, actor=FIRST, at=world.now)


@sentence('the delivery is refused with "{code}"')
def check_delivery_refused(world: World, code: str) -> None:
    world.require_refused("delivery", code)


@sentence('nobody can read the bids of auction "{number}" yet')
def check_sealed(world: World, number: str) -> None:
    """No official opens them before the close, and the database has them encrypted."""
    entry = _entry(world, number)
    rows = list(SealedBid.objects.filter(auction_id=entry.id))
    assert rows, "there are no bids"
    assert not OpenedBid.objects.filter(bid__auction_id=entry.id).exists()
    assert all(bytes(row.sealed).startswith(b"gAAAA") for row in rows), "a bid is in the clear"
    with pytest.raises(Refused, match="stay sealed"):
        services.ask_to_close(program=world.program, number=number, actor=FIRST, at=world.now)


@sentence('auction "{number}" sells:')
def check_sold(world: World, number: str, datatable: DataTable) -> None:
    """By State, in the order of the notice; what is of a reserve with its trigger."""
    expected = rows_of(datatable, required=("jurisdiction", "sold"), optional=("trigger",))
    found = [
        {
            "jurisdiction": of.jurisdiction,
            "sold": str(of.sold),
            **({"trigger": in_dollars(of.trigger_cents)} if of.trigger_cents else {}),
        }
        for of in queries.consignments(_entry(world, number).id)
    ]
    same_rows(
        found,
        [{key: value for key, value in row.items() if value} for row in expected],
        what=f"what auction “{number}” sells",
    )


@sentence('the draw of auction "{number}" can be repeated from its published seed')
def check_draw(world: World, number: str) -> None:
    """The seed fits its digest in the notice, and clearing again gives the same awards."""
    entry = _entry(world, number)
    result = queries.result(entry.id)
    assert result is not None
    assert hashlib.sha256(result.seed.encode()).hexdigest() == entry.seed_digest
    opened = OpenedBid.objects.filter(bid__auction_id=entry.id).select_related("bid")
    bids = [
        Bid(
            id=row.bid_id,
            bidder=str(row.bid.account_id),
            quantity=row.quantity,
            price_cents=row.price_cents,
        )
        for row in opened.order_by("bid_id")
    ]
    offer = result_queries.offer_of(entry, queries.consignments(entry.id))
    again = clear(offer, bids, seed=result.seed).of_bidders(bids)
    assert {int(account): quantity for account, quantity in again.items()} == {
        award.account: award.quantity for award in queries.awards(entry.id)
    }


@sentence('the public is told of auction "{number}":')
def check_public(world: World, number: str, datatable: DataTable) -> None:
    """Offered, sold, price, bidders and winners; and nothing of a losing bid."""
    expected = rows_of(datatable, required=("what", "figure"))
    entry = _entry(world, number)
    result = queries.result(entry.id)
    assert result is not None
    price = "none" if result.price_cents is None else in_dollars(result.price_cents)
    figures = {
        "offered": str(entry.quantity),
        "sold": str(result.sold),
        "price": price,
        "bidders": str(result.bidders),
        "winners": str(result.winners),
    }
    found = [{"what": row["what"], "figure": figures[row["what"]]} for row in expected]
    same_rows(found, expected, what=f"what the public is told of auction “{number}”")
    curves = result_queries.curves(entry, queries.consignments(entry.id), result)
    assert all(step.price_cents >= (result.price_cents or 0) for step in curves.demand)
    assert sum(step.quantity for step in curves.demand) in (0, result.sold)


@sentence("the quarters of {year} have auctions:")
def check_quarters(world: World, year: int, datatable: DataTable) -> None:
    expected = rows_of(datatable, required=("quarter", "auctions"))
    held = result_queries.quarters(program=world.program, year=year)
    found = [
        {"quarter": str(quarter), "auctions": ", ".join(of.number for of in of_quarter) or "none"}
        for quarter, of_quarter in held.items()
    ]
    same_rows(found, expected, what=f"the auctions of {year}")


def _announce(
    world: World,
    number: str,
    vintage: int,
    price: Decimal,
    consignments: Sequence[ConsignmentSpec],
    *,
    reason: str,
) -> None:
    has_reserve = any(of.trigger_cents is not None for of in consignments)
    services.publish_notice(
        AuctionSpec(
            number=number,
            vintage=vintage,
            reserve_price_cents=price_in_cents(price),
            opens_at=world.now,
            closes_at=world.now + BIDDING,
            consignments=tuple(consignments),
            reason=reason,
            containment_ground="As described." if has_reserve else "",
        ),
        program=world.program,
        actor=FIRST,
        noticed_at=world.now,
    )


def _enter(
    world: World, person: str, bids: Sequence[tuple[int, int]], number: str, account: str
) -> None:
    with world.act("bid"):
        services.enter_bids(
            program=world.program,
            number=number,
            account=world.number_of(account),
            person=world.person(person).id,
            bids=services.unseal_all(services.sealed_bids(bids)),
            key=new_key(),
            at=world.now,
        )


def _close(world: World, number: str) -> None:
    entry = _entry(world, number)
    if world.now < entry.closes_at:
        world.set_time(entry.closes_at)
    of = {"program": world.program, "number": number, "at": world.now}
    with world.act():
        services.ask_to_close(actor=FIRST, **of)
        services.close_auction(actor=SECOND, **of)


def _entry(world: World, number: str) -> AuctionEntry:
    return queries.auction(program=world.program, number=number)
