"""Sentences on auctions."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

from tests.acceptance.sentences import sentence
from tests.acceptance.tables import DataTable, rows_of, same_rows
from tests.acceptance.world import UnknownNameError, World, new_key
from trueup.auctions import queries, services
from trueup.auctions.entries import AuctionSpec, ConsignmentSpec
from trueup.ledger import queries as ledger
from trueup.ledger import services as books
from trueup.ledger.entries import AccountEntry, AccountSpec, Origination
from trueup.rules.auction_bids import price_in_cents
from trueup.rules.serials import Lot

FIRST, SECOND = "official:1", "official:2"
BIDDING = timedelta(hours=1)
AMPLE_CENTS = 10**12


@sentence(
    'an auction "{number}" of {quantity} {instruments} of vintage {vintage}'
    ' from "{source}" with reserve price {tons}'
)
def announce(
    world: World,
    number: str,
    quantity: int,
    instruments: str,
    vintage: int,
    source: str,
    tons: Decimal,
) -> None:
    """Bidding is open at once and for an hour; what the State lacks is created."""
    world.require_instruments(instruments)
    account = provided_account(world, source, vintage=vintage, quantity=quantity)
    with world.act():
        services.publish_notice(
            AuctionSpec(
                number=number,
                vintage=vintage,
                reserve_price_cents=price_in_cents(tons),
                opens_at=world.now,
                closes_at=world.now + BIDDING,
                consignments=(ConsignmentSpec(account=account.number, quantity=quantity),),
                reason="As described.",
            ),
            program=world.program,
            actor=FIRST,
            noticed_at=world.now,
        )


@sentence('"{account}" has security of {tons} in auction "{number}"')
def qualify(world: World, account: str, tons: Decimal, number: str) -> None:
    with world.act():
        _qualify(world, account, number, cents=price_in_cents(tons))


@sentence(
    '"{person}" bids {quantity} {instruments} at {tons} in auction "{number}" for "{account}"'
)
def bid(
    world: World,
    person: str,
    quantity: int,
    instruments: str,
    tons: Decimal,
    number: str,
    account: str,
) -> None:
    """Whoever bids is qualified, with ample security unless some was named (rule 5)."""
    world.require_instruments(instruments)
    with world.act("bid"):
        entry = queries.auction(program=world.program, number=number)
        if (number, account) not in world.secured and entry.state == "open":
            _qualify(world, account, number, cents=AMPLE_CENTS)
        services.submit_bid(
            program=world.program,
            number=number,
            account=world.number_of(account),
            person=world.person(person).id,
            quantity=quantity,
            price_cents=price_in_cents(tons),
            key=new_key(),
            at=world.now,
        )


@sentence('auction "{number}" closes')
def close(world: World, number: str) -> None:
    """Its hour ends; two officials close it, all winners pay, and it is delivered."""
    entry = queries.auction(program=world.program, number=number)
    if world.now < entry.closes_at:
        world.set_time(entry.closes_at)
    of = {"program": world.program, "number": number, "at": world.now}
    with world.act():
        services.ask_to_close(actor=FIRST, **of)
        services.close_auction(actor=SECOND, **of)
        services.settle_auction(actor=FIRST, **of)
        services.deliver_auction(actor=FIRST, **of)


@sentence('the clearing price of auction "{number}" is {tons}')
def check_price(world: World, number: str, tons: Decimal) -> None:
    found = queries.result(queries.auction(program=world.program, number=number).id)
    cents = None if found is None else found.price_cents
    assert cents == price_in_cents(tons), f"the clearing price is {cents} cents"


@sentence('auction "{number}" awards:')
def check_awards(world: World, number: str, datatable: DataTable) -> None:
    entry = queries.auction(program=world.program, number=number)
    expected = rows_of(datatable, required=("account", "quantity"))
    found = [
        {"account": ledger.account(of.account).name, "quantity": str(of.quantity)}
        for of in queries.awards(entry.id)
        if not of.is_forfeited
    ]
    same_rows(
        sorted(found, key=lambda row: row["account"]),
        sorted(expected, key=lambda row: row["account"]),
        what=f"what auction “{number}” awards",
    )


@sentence('auction "{number}" sells nothing')
def check_nothing_sold(world: World, number: str) -> None:
    found = queries.result(queries.auction(program=world.program, number=number).id)
    assert found is not None
    assert (found.price_cents, found.sold) == (None, 0), f"it sold {found.sold}"


@sentence('the bid is refused with "{code}"')
def check_bid_refused(world: World, code: str) -> None:
    world.require_refused("bid", code)


def _qualify(world: World, account: str, number: str, *, cents: int) -> None:
    world.secured.add((number, account))
    services.qualify_bidder(
        program=world.program,
        number=number,
        account=world.number_of(account),
        security_cents=cents,
        actor=FIRST,
        at=world.now,
    )


def provided_account(world: World, name: str, *, vintage: int, quantity: int) -> AccountEntry:
    """A State's account that holds so many of a vintage at least."""
    account = _state_account(world, name)
    _provide(world, account, vintage=vintage, quantity=quantity)
    return account


def _state_account(world: World, name: str) -> AccountEntry:
    """A State's account by its name, `MD consumer energy efficiency`, opened if need be."""
    known = world.find_account(name)
    if known is not None:
        return known
    rules = world.rules.market.state_accounts
    purposes = {of.title: of.purpose for of in rules.accounts} if rules is not None else {}
    match = re.fullmatch(r"([A-Z]{2,3}) (.+)", name)
    if match is None or match[1] not in world.rules.jurisdictions or match[2] not in purposes:
        raise UnknownNameError(f"“{name}” is no account of a State")
    (entry,) = books.open_accounts(
        [
            AccountSpec(
                program=world.program,
                kind="holding",
                name=name,
                jurisdiction=match[1],
                purpose=purposes[match[2]],
            )
        ],
        opened_at=world.now,
    )
    return entry


def _provide(world: World, account: AccountEntry, *, vintage: int, quantity: int) -> None:
    """Create what the account lacks; no budget is printed in this program."""
    held = sum(of.quantity for of in ledger.balances(account.id) if of.vintage == vintage)
    if held < quantity:
        books.originate_many(
            [
                Origination(
                    lot=Lot(jurisdiction=account.jurisdiction, year=vintage),
                    shares=((account.id, quantity - held),),
                    key=new_key(),
                )
            ],
            program=world.program,
            actor="administrator",
            recorded_at=world.now,
        )
