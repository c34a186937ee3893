"""Qualify who may bid, and take sealed bids until the close."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from trueup.accounts import owner_groups
from trueup.accounts import queries as accounts
from trueup.accounts.rivals import looking_again
from trueup.auctions import checks, sealing
from trueup.auctions.entries import BidReceipt
from trueup.auctions.models import Auction, Qualification, SealedBid
from trueup.auctions.noticing import locked, not_in_state
from trueup.auctions.sealing import Content
from trueup.audit import services as audit
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.auction import Bid
from trueup.rules.auction_bids import AuctionRules, Terms, check_bids
from trueup.rules.refusal import Refused

CITE = "RGGI-041, RGGI-042"
_RECEIVING = frozenset({"compliance", "general"})


def qualify_bidder(
    *,
    program: str,
    number: str,
    account: str,
    security_cents: int | None,
    actor: str,
    at: datetime,
) -> None:
    """Record that an account may bid in an auction, and what security was given for it.

    A later record takes the place of an earlier one until the auction closes.

    Raises Refused (`unknown_auction`, `not_in_state`, `unknown_account`,
    `security_missing`).

    Source: RGGI-042.
    """

    def act() -> None:
        row = locked(program=program, number=number)
        if row.state != "open":
            raise Refused([not_in_state(row, "entered")])
        entry = _receiver(program=program, account=account)
        if (row.is_security_required and security_cents is None) or (security_cents or 0) < 0:
            raise Refused([checks.SecurityMissing("State the security that was given.")])
        before = Qualification.objects.filter(auction=row, account_id=entry.id).first()
        Qualification.objects.update_or_create(
            auction=row,
            account_id=entry.id,
            defaults={
                "security_cents": security_cents,
                "decided_by": actor,
                "decided_at": at,
            },
        )
        audit.log(
            at=at,
            program=program,
            actor=actor,
            act="qualify_bidder",
            subject=f"auction:{row.pk}",
            account=entry.id,
            before=None if before is None else {"security_cents": before.security_cents},
            after={"account": entry.number, "security_cents": security_cents},
            cite=CITE,
        )

    looking_again(act)


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
        row = locked(program=program, number=number)
        entry = _receiver(program=program, account=account)
        before = SealedBid.objects.filter(key=key).first()
        if before is not None:
            return _repeated(before, auction=row.pk, account=entry.id, content=content)
        _require_open(row, at)
        _require_representative(entry, person=person, at=at)
        _require_within(row, entry, content, at=at)
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
        return _receipt(bid, content)

    return looking_again(act)


def withdraw_bid(*, program: str, number: str, bid: int, person: int, at: datetime) -> None:
    """Take a bid back before the close.

    Raises Refused (`unknown_auction`, `unknown_bid`, `bidding_closed`,
    `not_representative`).

    Source: RGGI-041.
    """

    def act() -> None:
        row = locked(program=program, number=number)
        found = SealedBid.objects.filter(auction=row, id=bid, withdrawn_at=None).first()
        if found is None:
            raise Refused([checks.UnknownBid("There is no such bid in this auction.")])
        _require_open(row, at)
        _require_representative(ledger.account(found.account_id), person=person, at=at)
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
    return [_receipt(row, _opened(row)) for row in rows.order_by("id")]


def _receiver(*, program: str, account: str) -> AccountEntry:
    """The compliance or general account that bids, and would receive."""
    entry = ledger.find_account(program=program, number=account)
    if entry is None or entry.kind not in _RECEIVING or entry.state == "closed":
        raise Refused(
            [checks.UnknownAccount(f"No open account {account} can receive what is auctioned.")]
        )
    return entry


def _require_open(row: Auction, at: datetime) -> None:
    if at < row.opens_at:
        raise Refused([checks.NotYetOpen(f"Bidding in auction {row.number} is not open yet.")])
    if at > row.closes_at or row.state != "open":
        raise Refused([checks.BiddingClosed(f"Bidding in auction {row.number} is closed.")])


def _require_representative(entry: AccountEntry, *, person: int, at: datetime) -> None:
    in_office = accounts.representatives([entry.id], at=at)[entry.id]
    if person not in {of.person for of in in_office}:
        raise Refused([checks.NotRepresentative(f"You do not represent account {entry.number}.")])


def _require_within(row: Auction, entry: AccountEntry, content: Content, *, at: datetime) -> None:
    """Raise Refused unless a further bid keeps, with the earlier ones, to all terms."""
    qualification = Qualification.objects.filter(auction=row, account_id=entry.id).first()
    if qualification is None:
        raise Refused(
            [checks.NotQualified(f"Account {entry.number} is not qualified for the auction.")]
        )
    if content.quantity < 1 or content.price_cents < 1:
        raise Refused([checks.NothingOffered("A bid is for at least one, at a cent or more.")])
    day = programs.load(row.program).local_date(at)
    related = {
        of for group in owner_groups.groups_of_accounts([entry.id], on=day) for of in group.accounts
    } - {entry.id}
    mine = [*_contents(row, [entry.id]), content]
    refusals = check_bids(
        [_bid(place, of) for place, of in enumerate(mine)],
        terms=Terms(
            offered=row.quantity,
            reserve_price_cents=row.reserve_price_cents,
            rules=rules_in(row),
            security_cents=qualification.security_cents,
            of_group=sum(of.quantity for of in _contents(row, related)),
        ),
    )
    if refusals:
        raise Refused(refusals)


def rules_in(row: Auction) -> AuctionRules:
    """The rules by which an auction was announced."""
    return AuctionRules(
        lot_size=row.lot_size,
        bid_limit_percent=row.bid_limit_percent,
        bids_max=row.bids_max,
        undersubscribed_price=row.undersubscribed_price,
        per_quarter=1,
    )


def _contents(row: Auction, of: Iterable[int]) -> Sequence[Content]:
    found = SealedBid.objects.filter(auction=row, account_id__in=list(of), withdrawn_at=None)
    return [_opened(bid) for bid in found]


def _opened(row: SealedBid) -> Content:
    return sealing.unseal(row.sealed, commitment=row.commitment)


def _bid(place: int, content: Content) -> Bid:
    return Bid(id=place, bidder="", quantity=content.quantity, price_cents=content.price_cents)


def _repeated(row: SealedBid, *, auction: int, account: int, content: Content) -> BidReceipt:
    known = _opened(row)
    same = (row.auction_id, row.account_id) == (auction, account)
    if not same or known[:2] != content[:2]:
        raise Refused([checks.KeyReused("This request's key was used for another bid.")])
    return _receipt(row, known, repeated=True)


def _receipt(row: SealedBid, content: Content, *, repeated: bool = False) -> BidReceipt:
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
