"""Auctions from the command line: notices, bidders, sealed bids, results, and the draw again."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from uuid import uuid4

import click

from trueup.auctions import queries, services
from trueup.auctions.entries import AuctionSpec
from trueup.cli import auction_acts
from trueup.cli.auction_acts import auction_program
from trueup.cli.auction_output import (
    AUCTION_COLUMNS,
    auction_json,
    auction_row,
    awards_json,
    consignments_json,
    result_json,
)
from trueup.cli.files import EXISTING
from trueup.cli.naming import (
    ADMINISTRATOR,
    at_option,
    find_account,
    find_person,
    instant,
)
from trueup.cli.output import Json, Output, Table, with_output, with_tables
from trueup.desk.auctioning import offers_of, price_of
from trueup.desk.checks import ValueNotUsable
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.auction_bids import in_dollars, price_in_cents
from trueup.rules.refusal import Refused

SHOWN = 100
FILE_ROWS_MAX = 10_000


@click.group()
def auctions() -> None:
    """Auctions: announce, qualify, bid, close by two officials, settle, deliver.

    Two officials close an auction, each named with --as; what else officials do the
    Administrator does here. Each command takes --json.

    \b
    Examples:
      trueup auctions list
      trueup auctions announce 30 offers.csv --reserve 2.05 --opens "2016-03-09 09:00" \\
          --closes "2016-03-09 14:00"
      trueup auctions qualify 30 "Gulf Brokers" --security 5000
      trueup auctions bid 30 "Gulf Brokers" bids.csv --as cy@example.org
      trueup auctions ask-to-close 30 --as olga@example.org
      trueup auctions close 30 --as pete@example.org
      trueup auctions settle 30
      trueup auctions deliver 30
      trueup auctions draw 30
    """


@auctions.command(name="list")
@auction_program
@with_tables
def list_(output: Output, *, program: str) -> None:
    """The auctions of a program, the newest first.

    \b
    Example:
      trueup auctions list --json
    """
    found = queries.auctions(program=program, limit=SHOWN)
    results = queries.results([entry.id for entry in found])
    output.result(
        [{**auction_json(entry), "result": result_json(results.get(entry.id))} for entry in found],
        table=Table(
            title="Auctions",
            columns=AUCTION_COLUMNS,
            rows=[auction_row(entry, results.get(entry.id)) for entry in found],
        ),
        text="" if found else "There are none.",
    )


@auctions.command()
@click.argument("number")
@auction_program
@with_tables
def show(output: Output, *, number: str, program: str) -> None:
    """An auction with what each State offers; from its close on what everybody won.

    \b
    Example:
      trueup auctions show 30
    """
    entry = queries.auction(program=program, number=number)
    result = queries.result(entry.id)
    awards = queries.awards(entry.id, limit=FILE_ROWS_MAX)
    accounts = ledger.accounts_by_id([award.account for award in awards])
    document: dict[str, Json] = {
        **auction_json(entry),
        "consignments": consignments_json(queries.consignments(entry.id)),
        "sealed_bids": queries.bids_entered(entry.id),
        "result": result_json(result),
        "awards": awards_json(awards, accounts),
    }
    price = "" if result is None or result.price_cents is None else in_dollars(result.price_cents)
    output.result(
        document,
        table=Table(
            title=f"Auction {number}: {entry.state}{', at ' + price if price else ''}",
            columns=("Account", "Name", "Quantity"),
            rows=[
                (accounts[one.account].number, accounts[one.account].name, one.quantity)
                for one in awards
            ],
        ),
        text=f"Auction {number}: {entry.state}, {entry.quantity:,} offered, sealed bids"
        f" {queries.bids_entered(entry.id):,}.",
    )


@auctions.command()
@click.argument("number")
@click.argument("offers", type=EXISTING)
@click.option("--reserve", required=True, help="The reserve price in dollars.")
@click.option("--opens", required=True, help="Such as “2016-03-09 09:00”.")
@click.option("--closes", required=True, help="The same, when bidding closes.")
@click.option("--qualify-until", default="", help="Last moment for applications.")
@click.option("--security/--no-security", default=True, help="Whether security is asked for.")
@click.option("--ground", default="", help="Of a cost containment reserve.")
@click.option("--reason", default="", help="Of another auction in the same quarter.")
@auction_program
@at_option
@with_output
def announce(
    output: Output,
    *,
    number: str,
    offers: Path,
    reserve: str,
    opens: str,
    closes: str,
    qualify_until: str,
    security: bool,
    ground: str,
    reason: str,
    program: str,
    at: str | None,
) -> None:
    """Publish a notice; OFFERS has lines of account, vintage, quantity and maybe a trigger.

    \b
    Example:
      trueup auctions announce 30 offers.csv --reserve 2.05 --opens "2016-03-09 09:00" \\
          --closes "2016-03-09 14:00"
    """
    entries = services.publish_sitting(
        _specs(
            number,
            offers.read_text(encoding="utf-8-sig"),
            common=AuctionSpec(
                number=number,
                vintage=0,
                reserve_price_cents=_price(reserve),
                opens_at=_moment(program, opens),
                closes_at=_moment(program, closes),
                is_security_required=security,
                reason=reason,
                sitting=number,
                qualify_until=_moment(program, qualify_until) if qualify_until else None,
                containment_ground=ground,
            ),
        ),
        program=program,
        actor=ADMINISTRATOR,
        noticed_at=instant(program, at),
    )
    output.result(
        {"as": ADMINISTRATOR, "auctions": [auction_json(entry) for entry in entries]},
        text="\n".join(f"Auction {of.number}: {of.quantity:,} offered." for of in entries),
    )


@auctions.command()
@click.argument("number")
@click.argument("account")
@click.option("--security", default="", help="Security given, dollars.")
@auction_program
@at_option
@with_output
def qualify(
    output: Output, *, number: str, account: str, security: str, program: str, at: str | None
) -> None:
    """Record that an account may bid, with the security it gave.

    \b
    Example:
      trueup auctions qualify 30 "Gulf Brokers" --security 5000
    """
    entry = find_account(program, account)
    cents = _price(security) if security else None
    services.qualify_bidder(
        program=program,
        number=number,
        account=entry.number,
        security_cents=cents,
        actor=ADMINISTRATOR,
        at=instant(program, at),
    )
    output.result(
        {"as": ADMINISTRATOR, "auction": number, "account": entry.number, "security_cents": cents},
        text=f"{entry.name} may bid in auction {number}.",
    )


@auctions.command()
@click.argument("number")
@click.argument("account")
@click.argument("bids", type=EXISTING)
@click.option("--as", "who", required=True, metavar="PERSON", help="Who bids for the account.")
@auction_program
@at_option
@with_output
def bid(
    output: Output,
    *,
    number: str,
    account: str,
    bids: Path,
    who: str,
    program: str,
    at: str | None,
) -> None:
    """Enter sealed bids: BIDS has rows of quantity and price; they replace earlier ones.

    \b
    Example:
      trueup auctions bid 30 "Gulf Brokers" bids.csv --as cy@example.org
    """
    entry, person = find_account(program, account), find_person(who)
    done = services.enter_bids(
        program=program,
        number=number,
        account=entry.number,
        person=person.id,
        bids=services.unseal_all(services.sealed_bids(_bids(bids))),
        key=uuid4(),
        at=instant(program, at),
    )
    output.result(
        {
            "as": person.name,
            "auction": number,
            "account": entry.number,
            "bids": [{"commitment": one.commitment, "salt": one.salt} for one in done.bids],
            "commitment": done.commitment,
        },
        text=f"{len(done.bids)} bids are sealed. Commitment: {done.commitment}",
    )


def _specs(number: str, text: str, *, common: AuctionSpec) -> list[AuctionSpec]:
    """An auction for each vintage that the file offers."""
    by_vintage = offers_of(text)
    return [
        replace(
            common,
            number=f"{number}-{vintage}" if len(by_vintage) > 1 else number,
            vintage=vintage,
            consignments=tuple(of),
        )
        for vintage, of in sorted(by_vintage.items())
    ]


def _moment(program: str, text: str) -> datetime:
    """An instant of a notice, in the program's time zone unless it names its own."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"“{text}” is not an instant such as 2016-03-09 09:00.") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=programs.load(program).zone)


def _price(text: str) -> int:
    try:
        return price_of(text)
    except InvalidOperation:
        raise click.UsageError(f"“{text}” is no price such as 2.05.") from None


def _bids(path: Path) -> list[tuple[int, int]]:
    """Quantity and price in cents of every row; a heading is passed over."""
    found: list[tuple[int, int]] = []
    with path.open(encoding="utf-8-sig", newline="") as file:
        for place, row in enumerate(csv.reader(file), start=1):
            if not any(cell.strip() for cell in row) or row[0].strip().lower() == "quantity":
                continue
            try:
                quantity, price = (cell.strip() for cell in row[:2])
                found.append((int(quantity), price_in_cents(Decimal(price))))
            except (ValueError, InvalidOperation):
                sentence = f"Row {place}: give a quantity and a price in dollars."
                raise Refused([ValueNotUsable(sentence)]) from None
            if len(found) > FILE_ROWS_MAX:
                raise Refused([ValueNotUsable(f"At most {FILE_ROWS_MAX:,} rows are read.")])
    return found


for _act in auction_acts.ACTS:
    auctions.add_command(_act)
