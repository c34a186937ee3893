"""What officials do with an auction after its bids: close by two, settle, deliver, draw again."""

from __future__ import annotations

from datetime import datetime

import click

from trueup.auctions import queries, result_queries, services
from trueup.auctions.entries import AuctionEntry
from trueup.cli.auction_output import auction_json, draw_rows, result_json
from trueup.cli.naming import ADMINISTRATOR, at_option, find_account, find_person, instant
from trueup.cli.output import Output, Table, with_output, with_tables
from trueup.desk.checks import NotAuthorized
from trueup.ledger import queries as ledger
from trueup.officials import queries as officials
from trueup.rules import programs
from trueup.rules.auction_bids import in_dollars
from trueup.rules.refusal import Refused

WINNERS_MAX = 100_000
auction_program = click.option(
    "--program",
    type=click.Choice(programs.codes()),
    default="rggi-md",
    show_default=True,
    help="The program whose auction is meant.",
)
AS_OFFICIAL = click.option(
    "--as", "who", required=True, metavar="PERSON", help="The official: e-mail address, name or id."
)


@click.command(name="ask-to-close")
@click.argument("number")
@AS_OFFICIAL
@auction_program
@at_option
@with_output
def ask_to_close(output: Output, *, number: str, who: str, program: str, at: str | None) -> None:
    """Ask, as the first of two officials, that the bids be opened.

    \b
    Example:
      trueup auctions ask-to-close 30 --as olga@example.org
    """
    moment = instant(program, at)
    actor = _official(who, program=program, at=moment)
    entry = services.ask_to_close(program=program, number=number, actor=actor, at=moment)
    output.result({"as": actor, **auction_json(entry)}, text="Another official closes it now.")


@click.command()
@click.argument("number")
@AS_OFFICIAL
@auction_program
@at_option
@with_output
def close(output: Output, *, number: str, who: str, program: str, at: str | None) -> None:
    """Open the bids as the second official, and clear the auction.

    \b
    Example:
      trueup auctions close 30 --as pete@example.org
    """
    moment = instant(program, at)
    actor = _official(who, program=program, at=moment)
    found = services.close_auction(program=program, number=number, actor=actor, at=moment)
    price = "nothing" if found.price_cents is None else f"{in_dollars(found.price_cents)} each"
    output.result(
        {"as": actor, "auction": number, "result": result_json(found)},
        text=f"{found.sold:,} sold to {found.winners:,} of {found.bidders:,} bidders: {price}.",
    )


@click.command()
@click.argument("number")
@click.option("--unpaid", multiple=True, metavar="ACCOUNT", help="Who did not pay. Repeatable.")
@auction_program
@at_option
@with_output
def settle(
    output: Output, *, number: str, unpaid: tuple[str, ...], program: str, at: str | None
) -> None:
    """Record that the winners have paid, but for those who have not.

    \b
    Example:
      trueup auctions settle 30 --unpaid "Gulf Brokers"
    """
    entry = services.settle_auction(
        program=program,
        number=number,
        actor=ADMINISTRATOR,
        at=instant(program, at),
        unpaid=[find_account(program, one).number for one in unpaid],
    )
    _say_state(output, entry)


@click.command()
@click.argument("number")
@auction_program
@at_option
@with_output
def deliver(output: Output, *, number: str, program: str, at: str | None) -> None:
    """Deliver what was won, and give the States the rest back, all at once.

    \b
    Example:
      trueup auctions deliver 30
    """
    entry = services.deliver_auction(
        program=program, number=number, actor=ADMINISTRATOR, at=instant(program, at)
    )
    _say_state(output, entry)


@click.command()
@click.argument("number")
@click.option("--reason", required=True, help="Told to everybody who is concerned.")
@auction_program
@at_option
@with_output
def cancel(output: Output, *, number: str, reason: str, program: str, at: str | None) -> None:
    """Call an auction off before its bids are opened.

    \b
    Example:
      trueup auctions cancel 30 --reason "A wrong quantity."
    """
    entry = services.cancel_auction(
        program=program, number=number, reason=reason, actor=ADMINISTRATOR, at=instant(program, at)
    )
    _say_state(output, entry)


@click.command()
@click.argument("number")
@auction_program
@with_tables
def draw(output: Output, *, number: str, program: str) -> None:
    """Repeat the draw of ties: each winner's SHA-256 of the published seed and its number.

    \b
    Example:
      trueup auctions draw 30
    """
    entry = queries.auction(program=program, number=number)
    result = queries.result(entry.id)
    winners = [award.account for award in queries.awards(entry.id, limit=WINNERS_MAX)]
    places = result_queries.places_in_draw(winners, seed=result.seed) if result else []
    accounts = ledger.accounts_by_id(winners)
    output.result(
        {
            "auction": number,
            "seed": result.seed if result else None,
            "seed_digest": entry.seed_digest,
            "places": [
                {"account": accounts[one].number, "number_in_books": one, "sha256": digest}
                for one, digest in places
            ],
        },
        table=Table(
            title="The lowest comes first",
            columns=("Account", "Number in the books", "SHA-256 of seed/number"),
            rows=draw_rows(places, accounts),
        ),
        text=f"Seed: {result.seed if result else 'published at the close'}."
        f" Its SHA-256, published with the notice: {entry.seed_digest}.",
    )


def _official(who: str, *, program: str, at: datetime) -> str:
    """How the audit names an official who may hold auctions.

    Raises Refused (`not_authorized`).
    """
    person = find_person(who)
    if officials.acting_as(person.id, "auction", program=program, jurisdiction="", at=at) is None:
        raise Refused([NotAuthorized(f"{person.name} is no official who holds auctions.")])
    return f"official:{person.id}"


def _say_state(output: Output, entry: AuctionEntry) -> None:
    output.result(
        {"as": ADMINISTRATOR, **auction_json(entry)},
        text=f"Auction {entry.number} is {entry.state}.",
    )


ACTS = (ask_to_close, close, settle, deliver, cancel, draw)
