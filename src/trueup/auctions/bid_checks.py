"""Who may bid, when, and for how much: what is asked before a bid is taken.

Source: RGGI-041, RGGI-042.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from trueup.accounts import owner_groups
from trueup.accounts.submitters import may_submit
from trueup.auctions import checks, sealing
from trueup.auctions.models import Auction, Qualification, SealedBid
from trueup.auctions.noticing import find_all, locked
from trueup.auctions.sealing import Content
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.auction import Bid, exposure_cents
from trueup.rules.auction_bids import AuctionRules, Terms, check_bids
from trueup.rules.refusal import Refusal, Refused

KIND = "auction_submissions"
_RECEIVING = frozenset({"compliance", "general"})


def locked_for_bids(*, program: str, number: str) -> Auction:
    """An auction's row with all of its sitting's, whose bids share one security.

    Raises Refused (`unknown_auction`).
    """
    first, *more = find_all(program=program, number=number)
    locked(program=program, number=first.number)
    for row in more:
        locked(program=program, number=row.number)
    return Auction.objects.get(program=program, number=number)


def receiver(*, program: str, account: str) -> AccountEntry:
    """The compliance or general account that bids, and would receive."""
    entry = ledger.find_account(program=program, number=account)
    if entry is None or entry.kind not in _RECEIVING or entry.state == "closed":
        raise Refused(
            [checks.UnknownAccount(f"No open account {account} can receive what is auctioned.")]
        )
    return entry


def require_open(row: Auction, at: datetime) -> None:
    """Raise Refused (`not_yet_open`, `bidding_closed`) unless bids are taken now."""
    if at < row.opens_at:
        raise Refused([checks.NotYetOpen(f"Bidding in auction {row.number} is not open yet.")])
    if at > row.closes_at or row.state != "open":
        raise Refused([checks.BiddingClosed(f"Bidding in auction {row.number} is closed.")])


def require_submitter(entry: AccountEntry, *, person: int, at: datetime) -> None:
    """Raise Refused (`not_representative`) unless a person may bid for an account.

    Source: 40 CFR 62.16315(a); RGGI-042.
    """
    if not may_submit(person, entry.id, at, kind=KIND):
        raise Refused([checks.NotRepresentative(f"You do not represent account {entry.number}.")])


def refusals(
    row: Auction, entry: AccountEntry, bids: Sequence[Content], *, at: datetime
) -> list[Refusal]:
    """Every reason why all the bids of an account, together, are not taken."""
    qualification = Qualification.objects.filter(auction=row, account_id=entry.id).first()
    if qualification is None:
        return [checks.NotQualified(f"Account {entry.number} is not qualified for the auction.")]
    if any(of.quantity < 1 or of.price_cents < 1 for of in bids):
        return [checks.NothingOffered("A bid is for at least one, at a cent or more.")]
    rules = rules_in(row)
    mine = [_bid(place, of) for place, of in enumerate(bids)]
    if len(mine) > rules.bids_max:  # A thousand of them are not looked at one by one.
        mine = mine[: rules.bids_max + 1]
    day = programs.load(row.program).local_date(at)
    groups = owner_groups.groups_of_accounts([entry.id], on=day)
    related = {of for group in groups for of in group.accounts} - {entry.id}
    return check_bids(
        mine,
        terms=Terms(
            offered=row.quantity,
            reserve_price_cents=row.reserve_price_cents,
            rules=rules,
            security_cents=qualification.security_cents,
            of_group=sum(of.quantity for of in contents(row, related)),
            elsewhere_cents=_elsewhere(row, entry.id),
        ),
    )


def _elsewhere(row: Auction, account: int) -> int:
    """What an account could have to pay for other vintages of the sitting."""
    others = [
        other
        for other in find_all(program=row.program, number=row.number)
        if other.pk != row.pk and other.state in ("open", "closed")
    ]
    return sum(
        exposure_cents(_bid(place, of) for place, of in enumerate(contents(other, [account])))
        for other in others
    )


def rules_in(row: Auction) -> AuctionRules:
    """The rules by which an auction was announced."""
    return AuctionRules(
        lot_size=row.lot_size,
        bid_limit_percent=row.bid_limit_percent,
        bids_max=row.bids_max,
        undersubscribed_price=row.undersubscribed_price,
        per_quarter=1,
    )


def contents(row: Auction, of: Iterable[int]) -> Sequence[Content]:
    """What the bids that stand of some accounts say: for these accounts' checks alone."""
    wanted = list(of)
    if not wanted:
        return []
    found = SealedBid.objects.filter(auction=row, account_id__in=wanted, withdrawn_at=None)
    return [opened(bid) for bid in found.order_by("id")]


def opened(row: SealedBid) -> Content:
    """What a sealed bid says; raises ValueError if it was exchanged."""
    return sealing.unseal(row.sealed, commitment=row.commitment)


def _bid(place: int, content: Content) -> Bid:
    return Bid(id=place, bidder="", quantity=content.quantity, price_cents=content.price_cents)
