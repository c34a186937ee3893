"""What an account's own people may know of auctions: applications, own bids, own results.

Source: RGGI-042, RGGI-045.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count

from trueup.auctions.applying import application_entry
from trueup.auctions.entries import ApplicationEntry, AuctionEntry, OwnBid, Standing
from trueup.auctions.filing_models import Application
from trueup.auctions.models import Award, OpenedBid, Qualification, SealedBid

PAGE = 100


def standings(auctions: Iterable[AuctionEntry], *, account: int) -> list[Standing]:
    """How an account stands in each of some auctions; four statements, however many.

    Source: RGGI-042.
    """
    listed = list(auctions)
    ids = [of.id for of in listed]
    of = {"auction_id__in": ids, "account_id": account}
    filed = Application.objects.filter(**of).select_related("auction").order_by("id")
    applications = {row.auction_id: row for row in filed}
    qualified = dict(Qualification.objects.filter(**of).values_list("auction_id", "security_cents"))
    bids = dict(
        SealedBid.objects.filter(**of, withdrawn_at=None)
        .values_list("auction_id")
        .annotate(many=Count("id"))
    )
    awards = dict(Award.objects.filter(**of).values_list("auction_id", "quantity"))
    return [
        Standing(
            auction=entry,
            application=application_entry(applications[entry.id])
            if entry.id in applications
            else None,
            is_qualified=entry.id in qualified,
            security_cents=qualified.get(entry.id),
            bids=bids.get(entry.id, 0),
            awarded=awards.get(entry.id, 0) if entry.closed_at is not None else None,
        )
        for entry in listed
    ]


def own_results(auction: int, *, account: int) -> list[OwnBid]:
    """What each bid of an account won; empty before the close.

    Source: RGGI-045.
    """
    rows = OpenedBid.objects.filter(bid__auction_id=auction, bid__account_id=account)
    return [
        OwnBid(
            id=row.bid_id,
            quantity=row.quantity,
            price_cents=row.price_cents,
            awarded=row.awarded,
            commitment=row.bid.commitment,
        )
        for row in rows.select_related("bid").order_by("-price_cents", "bid_id")
    ]


def applications(
    *, program: str, auction: int | None = None, state: str = "", limit: int = PAGE, after: int = 0
) -> list[ApplicationEntry]:
    """Applications to qualify, in order of filing, for officials.

    Source: RGGI-042.
    """
    rows = Application.objects.filter(auction__program=program, id__gt=after)
    if auction is not None:
        rows = rows.filter(auction_id=auction)
    if state:
        rows = rows.filter(state=state)
    return [
        application_entry(row, number=row.auction.number)
        for row in rows.select_related("auction").order_by("id")[:limit]
    ]


def qualified(auction: int, *, limit: int = PAGE, after: int = 0) -> list[tuple[int, int | None]]:
    """The accounts that may bid, each with its security in cents, for officials.

    Source: RGGI-042.
    """
    rows = Qualification.objects.filter(auction_id=auction, account_id__gt=after)
    return list(rows.order_by("account_id").values_list("account_id", "security_cents")[:limit])
