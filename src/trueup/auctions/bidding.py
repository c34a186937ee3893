"""Take sealed bids until the close, one at a time; `scheduling` takes an account's at once.

Source: RGGI-041, RGGI-042.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from trueup.accounts.rivals import looking_again
from trueup.auctions import checks, sealing
from trueup.auctions.bid_checks import (
    contents,
    locked_for_bids,
    opened,
    receiver,
    refusals,
    require_open,
    require_submitter,
)
from trueup.auctions.entries import BidReceipt
from trueup.auctions.models import SealedBid
from trueup.auctions.sealing import Content
from trueup.audit import services as audit
from trueup.ledger import queries as ledger
from trueup.rules.refusal import Refused

CITE = "RGGI-041, RGGI-042"


def submit_bid(
    *,
    program: str,
    number: str,
    account: str,
    person: int,
    quantity: int,
    price_cents: int,
    key: UUID,
    at: datetime,
) -> BidReceipt:
    """Take a sealed bid; what it says is encrypted, and read by nobody before the close.

    With the account's earlier bids it must keep to the limit and to the security.

    Raises Refused with every reason (`unknown_auction`, `not_yet_open`, `bidding_closed`,
    `unknown_account`, `not_representative`, `not_qualified`, `not_a_price`, `below_reserve`,
    `not_whole_lots`, `over_bid_limit`, `over_security`, `too_many_bids`, `key_reused`).

    Source: RGGI-041, RGGI-042.
    """
    content = sealing.new_content(quantity=quantity, price_cents=price_cents)

    def act() -> BidReceipt:
        row = locked_for_bids(program=program, number=number)
        entry = receiver(program=program, account=account)
        before = SealedBid.objects.filter(key=key).first()
        if before is not None:
            return _repeated(before, auction=row.pk, account=entry.id, content=content)
        require_open(row, at)
        require_submitter(entry, person=person, at=at)
        found = refusals(row, entry, [*contents(row, [entry.id]), content], at=at)
        if found:
            raise Refused(found)
        bid = SealedBid.objects.create(
            auction=row,
            account_id=entry.id,
            person_id=person,
            key=key,
            sealed=sealing.seal(content),
            commitment=content.commitment,
            entered_at=at,
        )
        audit.log(
            at=at,
            program=program,
            actor=f"person:{person}",
            act="submit_bid",
            subject=f"auction:{row.pk}",
            account=entry.id,
            after={"bid": bid.pk, "commitment": bid.commitment},
            cite=CITE,
        )
        return receipt(bid, content)

    return looking_again(act)


def withdraw_bid(*, program: str, number: str, bid: int, person: int, at: datetime) -> None:
    """Take a bid back before the close.

    Raises Refused (`unknown_auction`, `unknown_bid`, `bidding_closed`,
    `not_representative`).

    Source: RGGI-041.
    """

    def act() -> None:
        row = locked_for_bids(program=program, number=number)
        found = SealedBid.objects.filter(auction=row, id=bid, withdrawn_at=None).first()
        if found is None:
            raise Refused([checks.UnknownBid("There is no such bid in this auction.")])
        require_open(row, at)
        require_submitter(ledger.account(found.account_id), person=person, at=at)
        SealedBid.objects.filter(id=bid).update(withdrawn_at=at)
        audit.log(
            at=at,
            program=program,
            actor=f"person:{person}",
            act="withdraw_bid",
            subject=f"auction:{row.pk}",
            account=found.account_id,
            after={"bid": bid},
            cite=CITE,
        )

    looking_again(act)


def own_bids(*, program: str, number: str, account: int) -> list[BidReceipt]:
    """The bids of an account, as its own representatives may see them at any time.

    Source: RGGI-041.
    """
    rows = SealedBid.objects.filter(
        auction__program=program,
        auction__number=number,
        account_id=account,
        withdrawn_at=None,
    )
    return [receipt(row, opened(row)) for row in rows.order_by("id")]


def _repeated(row: SealedBid, *, auction: int, account: int, content: Content) -> BidReceipt:
    known = opened(row)
    same = (row.auction_id, row.account_id) == (auction, account)
    if not same or known[:2] != content[:2]:
        raise Refused([checks.KeyReused("This request's key was used for another bid.")])
    return receipt(row, known, repeated=True)


def receipt(row: SealedBid, content: Content, *, repeated: bool = False) -> BidReceipt:
    """What the bidder keeps of a bid."""
    return BidReceipt(
        id=row.pk,
        auction=row.auction_id,
        account=row.account_id,
        quantity=content.quantity,
        price_cents=content.price_cents,
        salt=content.salt,
        commitment=row.commitment,
        entered_at=row.entered_at,
        repeated=repeated,
    )
