"""Auctions of the cast: one that was delivered, and one in which Ana's account has bid."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

PROGRAM, SOLD, OPEN = "rggi-md", "65", "66"
OFFICIALS = ("Olga Stone", "Pete Moss")


def arrange(mass: Any) -> dict[str, Any]:
    """Make both, with the people of the other program's registry; what is in addresses."""
    from trueup.accounts import services as accounts
    from trueup.ledger import services as ledger
    from trueup.ledger.entries import AccountSpec, Origination
    from trueup.officials import services as officials
    from trueup.rules.serials import Lot

    for name in OFFICIALS:
        officials.grant(
            person=mass.person(name),
            role="administrator",
            program=PROGRAM,
            from_at=mass.tick(),
            granted_by="administrator",
            reason="a test",
        )
    spec = AccountSpec(
        program=PROGRAM, kind="holding", name="MD consumer", jurisdiction="MD", purpose="consumer"
    )
    (source,) = ledger.open_accounts([spec], opened_at=mass.tick())
    ledger.originate_many(
        [
            Origination(
                lot=Lot(jurisdiction="MD", year=2026), shares=((source.id, 3000),), key=uuid4()
            )
        ],
        program=PROGRAM,
        actor="administrator",
        recorded_at=mass.tick(),
    )
    numbers = {}
    for name, account in (("Ana Ruiz", "Ruiz Power"), ("Cy Dunn", "Dunn"), ("Nina Noll", "Noll")):
        entry = accounts.open_general_account(
            program=PROGRAM, name=account, representative=mass.person(name), at=mass.tick()
        )
        numbers[name] = entry.number
    _sell(mass, source.number, numbers)
    _open(mass, source.number, numbers["Ana Ruiz"])
    return {"bidder": numbers["Ana Ruiz"], "sold_auction": SOLD, "open_auction": OPEN}


def _sell(mass: Any, source: str, numbers: dict[str, str]) -> None:
    from trueup.auctions import services as auctions

    closes = mass.now + timedelta(hours=1)
    _announce(mass, SOLD, source, closes=closes)
    of = {"program": PROGRAM, "number": SOLD}
    for name, cents in zip(numbers, (500, 450, 400), strict=True):
        _qualify(mass, SOLD, numbers[name])
        auctions.submit_bid(
            account=numbers[name],
            person=mass.person(name),
            quantity=400,
            price_cents=cents,
            key=uuid4(),
            at=mass.tick(),
            **of,
        )
    mass.now = closes + timedelta(minutes=1)
    auctions.ask_to_close(actor="official:1", at=mass.tick(), **of)
    auctions.close_auction(actor="official:2", at=mass.tick(), **of)
    auctions.settle_auction(actor="official:1", at=mass.tick(), **of)
    auctions.deliver_auction(actor="official:1", at=mass.tick(), **of)


def _open(mass: Any, source: str, account: str) -> None:
    from trueup.auctions import services as auctions

    _announce(mass, OPEN, source, closes=mass.now + timedelta(days=400))
    auctions.apply_to_bid(
        program=PROGRAM,
        number=OPEN,
        account=account,
        person=mass.person("Ana Ruiz"),
        security_kind="bond",
        security_cents=10**7,
        reference="B-17",
        key=uuid4(),
        at=mass.tick(),
    )
    _qualify(mass, OPEN, account)
    auctions.submit_bid(
        program=PROGRAM,
        number=OPEN,
        account=account,
        person=mass.person("Ana Ruiz"),
        quantity=100,
        price_cents=400,
        key=uuid4(),
        at=mass.tick(),
    )


def _announce(mass: Any, number: str, source: str, *, closes: datetime) -> None:
    from trueup.auctions import services as auctions
    from trueup.auctions.entries import AuctionSpec, ConsignmentSpec

    at = mass.tick()
    auctions.publish_notice(
        AuctionSpec(
            number=number,
            vintage=2026,
            reserve_price_cents=205,
            opens_at=at,
            closes_at=closes,
            consignments=(
                ConsignmentSpec(account=source, quantity=1000),
                ConsignmentSpec(account=source, quantity=100, trigger_cents=900),
            ),
            reason="As described.",
            how_to_qualify="Send the bond to the Department.",
            containment_ground="Order 1 of the Department.",
        ),
        program=PROGRAM,
        actor="official:1",
        noticed_at=at,
    )


def _qualify(mass: Any, number: str, account: str) -> None:
    from trueup.auctions import services as auctions

    auctions.qualify_bidder(
        program=PROGRAM,
        number=number,
        account=account,
        security_cents=10**7,
        actor="official:1",
        at=mass.tick(),
    )


def draft(client: Client, number: str) -> Any:
    """The key of a draft of bids, whose second page is open."""
    answer = client.post(reverse("act-bid", args=[PROGRAM, number]), {"auction": OPEN})
    if answer.status_code != 302:
        raise AssertionError(answer.content.decode())
    return str(answer["Location"]).split("/")[2]
