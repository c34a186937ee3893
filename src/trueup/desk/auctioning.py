"""The acts of officials on auctions: notice, bidders, close, settlement, delivery.

Source: RGGI-040 to RGGI-045; PLAT-018, PLAT-066 to PLAT-068.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from trueup.auctions import queries
from trueup.auctions import services as auctions
from trueup.auctions.entries import AuctionSpec, ConsignmentSpec
from trueup.desk import checks
from trueup.desk.kinds import Act, Asked, Result
from trueup.desk.parameters import Parameter
from trueup.rules.auction_bids import in_dollars, price_in_cents
from trueup.rules.refusal import Refusal, Refused

COLUMNS = ("account", "vintage", "quantity", "trigger")
LINES_MAX = 500
WINNERS_MAX = 100_000


def announce(asked: Asked) -> Result:
    """Give notice of an auction; of several vintages it makes one auction of each.

    Source: RGGI-040 to RGGI-043; PLAT-066, PLAT-067.
    """
    entries = auctions.publish_sitting(
        _specs(asked), program=asked.program, actor=asked.actor, noticed_at=asked.at
    )
    return {
        "auctions": [entry.number for entry in entries],
        "vintages": [entry.vintage for entry in entries],
        "offered": [f"{entry.quantity:,}" for entry in entries],
        "reserve_price": in_dollars(entries[0].reserve_price_cents),
        "a_bidder_may_bid_for_at_most": [
            f"{entry.quantity * entry.bid_limit_percent // 100:,}" for entry in entries
        ],
    }


def cancel(asked: Asked) -> Result:
    entry = auctions.cancel_auction(
        program=asked.program,
        number=asked["number"],
        reason=asked["reason"],
        actor=asked.actor,
        at=asked.at,
    )
    return {"auction": entry.number, "state": entry.state, "goes_back": f"{entry.quantity:,}"}


def decide_bidder(asked: Asked) -> Result:
    entry = auctions.decide_application(
        program=asked.program,
        application=asked["application"],
        is_accepted=asked["accepted"] == "yes",
        reason=asked.get("reason", ""),
        actor=asked.actor,
        at=asked.at,
    )
    return {"auction": entry.number, "application": entry.id, "state": entry.state}


def qualify(asked: Asked) -> Result:
    amount = asked.get("security")
    auctions.qualify_bidder(
        program=asked.program,
        number=asked["number"],
        account=asked["account"],
        security_cents=price_of(amount) if amount else None,
        actor=asked.actor,
        at=asked.at,
    )
    return {"auction": asked["number"], "account": asked["account"], "security": amount or "none"}


def close(asked: Asked) -> Result:
    """Ask for the close; with a second official the bids are opened and cleared.

    When it is tried for one official alone nothing is opened.

    Source: RGGI-041; PLAT-018.
    """
    of = {"program": asked.program, "number": asked["number"], "at": asked.at}
    entry = auctions.ask_to_close(actor=asked.actor, **of)
    if not asked.second:
        return {"auction": entry.number, "bids_are_opened": "when a second official approves"}
    found = auctions.close_auction(actor=asked.second, **of)
    return {
        "auction": entry.number,
        "clearing_price": in_dollars(found.price_cents) if found.price_cents is not None else "-",
        "sold": f"{found.sold:,}",
        "of_the_cost_containment_reserve": f"{found.released:,}",
        "bidders": found.bidders,
        "winners": found.winners,
    }


def settle(asked: Asked) -> Result:
    entry = auctions.settle_auction(
        program=asked.program,
        number=asked["number"],
        actor=asked.actor,
        at=asked.at,
        unpaid=asked.get("unpaid", ()),
    )
    return {"auction": entry.number, "state": entry.state, "unpaid": list(asked.get("unpaid", ()))}


def deliver(asked: Asked) -> Result:
    entry = auctions.deliver_auction(
        program=asked.program, number=asked["number"], actor=asked.actor, at=asked.at
    )
    winners = [award for award in queries.awards(entry.id, limit=WINNERS_MAX) if award.tx]
    return {
        "auction": entry.number,
        "state": entry.state,
        "winners": len(winners),
        "delivered": f"{sum(award.quantity for award in winners):,}",
    }


def price_of(amount: object) -> int:
    """Dollars as whole cents; raises Refused (`not_a_price`)."""
    return price_in_cents(Decimal(str(amount)))


def _specs(asked: Asked) -> list[AuctionSpec]:
    """One auction for each vintage; alone it has the number, else the number and vintage."""
    by_vintage = offers_of(asked["offers"])
    number = asked["number"]
    several = len(by_vintage) > 1
    until = asked.get("qualify_until")
    return [
        AuctionSpec(
            number=f"{number}-{vintage}" if several else number,
            vintage=vintage,
            reserve_price_cents=price_of(asked["reserve_price"]),
            opens_at=datetime.fromisoformat(asked["opens_at"]),
            closes_at=datetime.fromisoformat(asked["closes_at"]),
            consignments=tuple(offers),
            is_security_required=asked.get("security_required", "yes") == "yes",
            reason=asked.get("reason", ""),
            sitting=number,
            qualify_until=datetime.fromisoformat(until) if until else None,
            how_to_qualify=asked.get("how_to_qualify", ""),
            containment_ground=asked.get("containment_ground", ""),
        )
        for vintage, offers in sorted(by_vintage.items())
    ]


def offers_of(text: str) -> Mapping[int, Sequence[ConsignmentSpec]]:
    """What is offered, by vintage: lines of account, vintage, quantity and maybe a trigger.

    Raises Refused (`value_not_usable`) with every line that cannot be read.

    Source: RGGI-043; PLAT-066.
    """
    found: dict[int, list[ConsignmentSpec]] = {}
    problems: list[Refusal] = []
    lines = [line for line in text.splitlines() if line.strip()]
    for place, line in enumerate(lines[: LINES_MAX + 1], start=1):
        cells = [cell.strip() for cell in line.split(",")]
        if cells[0].lower() == COLUMNS[0]:
            continue
        try:
            account, vintage, quantity, *trigger = cells
            found.setdefault(int(vintage), []).append(
                ConsignmentSpec(
                    account=account,
                    quantity=int(quantity),
                    trigger_cents=price_of(trigger[0]) if trigger and trigger[0] else None,
                )
            )
        except (ValueError, ArithmeticError, Refused):
            problems.append(checks.ValueNotUsable(f"Line {place}: “{line[:60]}” cannot be read."))
    if len(lines) > LINES_MAX:
        problems.append(checks.ValueNotUsable(f"At most {LINES_MAX} lines are read."))
    if not found and not problems:
        problems.append(checks.ValueNotUsable("Say what is offered, a line for each account."))
    if problems:
        raise Refused(problems)
    return found


NUMBER = Parameter(name="number", label="Number of the auction")
NUMBER_GIVEN = Parameter(
    name="number",
    label="Number of the auction",
    help="Letters, digits and hyphens. Of several vintages each gets its own number with it.",
)

ACTS = (
    Act(
        name="announce_auction",
        title="Publish the notice of an auction",
        cite="RGGI-040 to RGGI-043; PLAT-066, PLAT-067",
        function="auction",
        rule="auction",
        parameters=(
            NUMBER_GIVEN,
            Parameter(
                name="offers",
                label="What is offered",
                kind="file",
                help="A line for each account of a State: account, vintage, quantity; for a cost"
                " containment reserve also its trigger price. No thousands separators.",
            ),
            Parameter(name="reserve_price", label="Reserve price, dollars", kind="decimal"),
            Parameter(
                name="qualify_until",
                label="Applications to qualify until",
                kind="instant",
                required=False,
                help="Such as 2016-03-01 17:00, in the program's time zone. Left out: the close.",
            ),
            Parameter(
                name="opens_at",
                label="Bidding opens",
                kind="instant",
                help="Such as 2016-03-09 09:00, in the program's time zone.",
            ),
            Parameter(name="closes_at", label="Bidding closes", kind="instant"),
            Parameter(
                name="security_required",
                label="Financial security is asked for",
                kind="choice",
                choices=("yes", "no"),
            ),
            Parameter(
                name="how_to_qualify",
                label="How to qualify",
                required=False,
                help="Told to everybody on the notice.",
            ),
            Parameter(
                name="containment_ground",
                label="Ground of the cost containment reserve",
                required=False,
                help="The paper by which it is offered above its trigger.",
            ),
            Parameter(
                name="reason",
                label="Reason",
                required=False,
                help="Where another auction is held in the same quarter.",
            ),
        ),
        carry_out=announce,
    ),
    Act(
        name="cancel_auction",
        title="Call an auction off",
        cite="PLAT-067",
        function="auction",
        rule="auction",
        parameters=(NUMBER, Parameter(name="reason", label="Reason")),
        carry_out=cancel,
    ),
    Act(
        name="decide_bidder",
        title="Decide on an application to bid",
        cite="RGGI-042",
        function="auction",
        second="never",
        parameters=(
            Parameter(name="application", label="Application (number)", kind="whole"),
            Parameter(name="accepted", label="Accepted", kind="choice", choices=("yes", "no")),
            Parameter(name="reason", label="Reason", required=False, help="To refuse it."),
        ),
        carry_out=decide_bidder,
    ),
    Act(
        name="qualify_bidder",
        title="Record that an account may bid, and its security",
        cite="RGGI-042",
        function="auction",
        second="never",
        parameters=(
            NUMBER,
            Parameter(name="account", label="Account number", kind="account"),
            Parameter(
                name="security", label="Security given, dollars", kind="decimal", required=False
            ),
        ),
        carry_out=qualify,
    ),
    Act(
        name="close_auction",
        title="Open the bids of an auction and clear it",
        cite="RGGI-041; PLAT-018",
        function="auction",
        second="always",
        parameters=(NUMBER,),
        carry_out=close,
    ),
    Act(
        name="settle_auction",
        title="Settle an auction: winners have paid",
        cite="PLAT-068",
        function="auction",
        rule="auction",
        parameters=(
            NUMBER,
            Parameter(
                name="unpaid",
                label="Accounts that did not pay",
                kind="names",
                required=False,
                help="What they won goes back with what was not sold.",
            ),
        ),
        carry_out=settle,
    ),
    Act(
        name="deliver_auction",
        title="Deliver an auction, and give back what was not sold",
        cite="RGGI-044; PLAT-067, PLAT-068",
        function="auction",
        rule="auction",
        parameters=(NUMBER,),
        carry_out=deliver,
    ),
)
