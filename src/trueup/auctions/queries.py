"""What everybody may know of auctions; a constant number of statements each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from trueup.auctions import checks
from trueup.auctions.entries import (
    AuctionEntry,
    AwardEntry,
    ConsignmentEntry,
    ResultEntry,
    TermsEntry,
)
from trueup.auctions.filing_models import NoticeTerms
from trueup.auctions.models import Auction, Award, Consignment, Result, SealedBid
from trueup.rules.refusal import Refused

PAGE = 100


def auctions(*, program: str, limit: int = PAGE, before: int | None = None) -> list[AuctionEntry]:
    """The auctions of a program, the newest first; `before` is where to go on.

    Source: RGGI-040, RGGI-045.
    """
    rows = Auction.objects.filter(program=program)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [auction_entry(row) for row in rows.order_by("-id")[:limit]]


def auction(*, program: str, number: str) -> AuctionEntry:
    """An auction by its number.

    Raises Refused (`unknown_auction`).

    Source: RGGI-040.
    """
    return auction_entry(find(program=program, number=number))


def auction_with(key: int) -> AuctionEntry:
    """An auction by its key, as tasks and the audit name it; LookupError without one."""
    row = Auction.objects.filter(id=key).first()
    if row is None:
        raise LookupError(key)
    return auction_entry(row)


def find(*, program: str, number: str) -> Auction:
    """The row of an auction; see `auction`."""
    row = Auction.objects.filter(program=program, number=number).first()
    if row is None:
        raise Refused([checks.UnknownAuction(f"There is no auction “{number}”.")])
    return row


def consignments(auction: int) -> list[ConsignmentEntry]:
    """What each State put up, in the order of the notice.

    Source: RGGI-043.
    """
    return [
        ConsignmentEntry(
            jurisdiction=row.jurisdiction,
            account=row.source_id,
            quantity=row.quantity,
            trigger_cents=row.trigger_cents,
            sold=row.sold,
        )
        for row in Consignment.objects.filter(auction_id=auction).order_by("id")
    ]


def result(auction: int) -> ResultEntry | None:
    """What an auction came to; None before its close.

    Source: RGGI-045.
    """
    row = Result.objects.filter(auction_id=auction).first()
    return None if row is None else result_entry(row)


def result_entry(row: Result) -> ResultEntry:
    """A result's row as everybody may see it."""
    return ResultEntry(
        price_cents=row.price_cents,
        sold=row.sold,
        released=row.released,
        bids=row.bids,
        bidders=row.bidders,
        winners=row.winners,
        seed=row.seed,
    )


def awards(auction: int, *, limit: int = PAGE, after: int = 0) -> list[AwardEntry]:
    """What winners get, in order of their accounts; `after` is the last account before.

    Source: RGGI-045.
    """
    rows = Award.objects.filter(auction_id=auction, account_id__gt=after)
    return [
        AwardEntry(
            account=row.account_id,
            quantity=row.quantity,
            is_forfeited=row.is_forfeited,
            tx=row.tx_id,
        )
        for row in rows.order_by("account_id")[:limit]
    ]


def bids_entered(auction: int) -> int:
    """How many bids are in, whatever they say.

    Source: RGGI-041.
    """
    return SealedBid.objects.filter(auction_id=auction, withdrawn_at=None).count()


def terms(auction: int) -> TermsEntry:
    """What a notice says besides: until when one can apply to qualify, and how.

    Source: RGGI-042.
    """
    row = NoticeTerms.objects.get(auction_id=auction)
    return TermsEntry(
        sitting=row.sitting,
        qualify_until=row.qualify_until,
        how_to_qualify=row.how_to_qualify,
        containment_ground=row.containment_ground,
    )


def open_auctions(*, program: str, at: datetime, limit: int = PAGE) -> list[AuctionEntry]:
    """The auctions that are announced and whose bidding has not closed, the first first.

    Source: RGGI-041.
    """
    rows = Auction.objects.filter(program=program, state="open", closes_at__gte=at)
    return [auction_entry(row) for row in rows.order_by("closes_at", "id")[:limit]]


def results(auctions: Sequence[int]) -> dict[int, ResultEntry]:
    """What some auctions came to, of those that are closed; one statement.

    Source: RGGI-045.
    """
    rows = Result.objects.filter(auction_id__in=list(auctions))
    return {row.auction_id: result_entry(row) for row in rows}


def auction_entry(row: Auction) -> AuctionEntry:
    """An auction's row as everybody may see it."""
    return AuctionEntry(
        id=row.pk,
        program=row.program,
        number=row.number,
        vintage=row.vintage,
        quantity=row.quantity,
        reserve_price_cents=row.reserve_price_cents,
        lot_size=row.lot_size,
        bid_limit_percent=row.bid_limit_percent,
        bids_max=row.bids_max,
        is_security_required=row.is_security_required,
        account=row.account_id,
        reason=row.reason,
        seed_digest=row.seed_digest,
        noticed_at=row.noticed_at,
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        state=row.state,
        asked_by=row.asked_by,
        closed_at=row.closed_at,
        settled_at=row.settled_at,
        delivered_at=row.delivered_at,
    )
