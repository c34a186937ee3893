"""Close an auction: two officials, then the bids are opened and cleared, all at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from trueup.accounts.rivals import looking_again
from trueup.auctions import checks, sealing, telling
from trueup.auctions.entries import AuctionEntry, ResultEntry
from trueup.auctions.models import (
    Auction,
    Award,
    Consignment,
    OpenedBid,
    Result,
    SealedBid,
)
from trueup.auctions.noticing import locked, not_in_state
from trueup.auctions.queries import auction_entry, result
from trueup.audit import services as audit
from trueup.audit.entries import DecisionSpec
from trueup.audit.statements import insert_many
from trueup.rules.auction import Bid, Clearing, ContainmentTier, Offer, clear
from trueup.rules.refusal import Refused

CITE = "RGGI-041, RGGI-043, RGGI-045"


def ask_to_close(*, program: str, number: str, actor: str, at: datetime) -> AuctionEntry:
    """Ask, as the first of two officials, that an auction's bids be opened.

    Raises Refused (`unknown_auction`, `not_in_state`, `not_yet_closing`).

    Source: RGGI-041; PLAT-018.
    """

    def act() -> AuctionEntry:
        row = _closing(program=program, number=number, at=at)
        if row.asked_by:
            return auction_entry(row)
        row.asked_by, row.asked_at = actor, at
        row.save(update_fields=["asked_by", "asked_at"])
        audit.log(
            at=at,
            program=program,
            actor=actor,
            act="ask_to_close_auction",
            subject=f"auction:{row.pk}",
            after={"asked_by": actor},
            cite=CITE,
        )
        return auction_entry(row)

    return looking_again(act)


def close_auction(*, program: str, number: str, actor: str, at: datetime) -> ResultEntry:
    """Open all bids on the word of a second official, clear them, and say who won what.

    Of two who do so at once the second is told that it is closed. Nothing is delivered
    yet.

    Raises Refused (`unknown_auction`, `not_in_state`, `not_yet_closing`, `not_asked_for`,
    `same_official`), and ValueError for a sealed bid that was tampered with.

    Source: RGGI-041, RGGI-043, RGGI-045; PLAT-018, PLAT-068.
    """

    def act() -> ResultEntry:
        row = _closing(program=program, number=number, at=at)
        if not row.asked_by:
            raise Refused(
                [checks.NotAskedFor(f"No official has asked to close auction {number} yet.")]
            )
        if row.asked_by == actor:
            raise Refused([checks.SameOfficial("Another official opens the bids.")])
        _open_and_clear(row)
        row.state, row.closed_by, row.closed_at = "closed", actor, at
        row.save(update_fields=["state", "closed_by", "closed_at"])
        found = result(row.pk)
        if found is None:
            raise AssertionError("a closed auction has a result")
        _tell(row, found, actor=actor, at=at)
        return found

    return looking_again(act)


def _closing(*, program: str, number: str, at: datetime) -> Auction:
    row = locked(program=program, number=number)
    if row.state != "open":
        raise Refused([not_in_state(row, "closed")])
    if at < row.closes_at:
        raise Refused(
            [checks.NotYetClosing(f"Bidding in auction {number} is open; bids stay sealed.")]
        )
    return row


def _open_and_clear(row: Auction) -> Clearing:
    """Read every bid, clear the auction, and keep what each said and won."""
    bids = _opened_bids(row)
    seed = sealing.open_seed(row.sealed_seed, digest=row.seed_digest)
    consignments = list(row.consignments.order_by("id"))
    found = clear(_offer(row, consignments), bids, seed=seed)
    insert_many(
        OpenedBid,
        [
            {
                "bid_id": bid.id,
                "quantity": bid.quantity,
                "price_cents": bid.price_cents,
                "awarded": found.awards.get(bid.id, 0),
            }
            for bid in bids
        ],
    )
    won = found.of_bidders(bids)
    insert_many(
        Award,
        [
            {
                "auction_id": row.pk,
                "account_id": account,
                "quantity": won[str(account)],
                "is_forfeited": False,
                "tx_id": None,
            }
            for account in sorted(map(int, won))
        ],
    )
    _keep_sold(consignments, found)
    Result.objects.create(
        auction=row,
        price_cents=found.price_cents,
        sold=found.quantity,
        released=sum(found.released.values()),
        bids=len(bids),
        bidders=len({bid.bidder for bid in bids}),
        winners=len(won),
        seed=seed,
    )
    return found


def _opened_bids(row: Auction) -> list[Bid]:
    """What every bid that stands says, now that its seal is broken."""
    bids = []
    for of in SealedBid.objects.filter(auction=row, withdrawn_at=None).order_by("id"):
        content = sealing.unseal(of.sealed, commitment=of.commitment)
        bids.append(
            Bid(
                id=of.pk,
                bidder=str(of.account_id),
                quantity=content.quantity,
                price_cents=content.price_cents,
            )
        )
    return bids


def _offer(row: Auction, consignments: Sequence[Consignment]) -> Offer:
    """What is offered, by State; a State's accounts are taken together."""
    offered: dict[str, int] = {}
    tiers: dict[int, dict[str, int]] = {}
    for of in consignments:
        group = offered if of.trigger_cents is None else tiers.setdefault(of.trigger_cents, {})
        group[of.jurisdiction] = group.get(of.jurisdiction, 0) + of.quantity
    return Offer(
        quantities=offered,
        reserve_price_cents=row.reserve_price_cents,
        lot_size=row.lot_size,
        containment=tuple(
            ContainmentTier(trigger_cents=trigger, quantities=quantities)
            for trigger, quantities in sorted(tiers.items())
        ),
        undersubscribed_price=row.undersubscribed_price,
    )


def _keep_sold(consignments: Sequence[Consignment], found: Clearing) -> None:
    """Say of each consignment how much of it was sold: a State's accounts in their order."""
    base, extra = dict(found.sold), dict(found.released)
    ordered = sorted(consignments, key=lambda of: (of.trigger_cents or 0, of.pk))
    for of in ordered:
        left = base if of.trigger_cents is None else extra
        of.sold = min(of.quantity, left.get(of.jurisdiction, 0))
        left[of.jurisdiction] = left.get(of.jurisdiction, 0) - of.sold
    if any(base.values()) or any(extra.values()):
        raise AssertionError("more was sold than was put up")
    Consignment.objects.bulk_update(ordered, ["sold"])


def _tell(row: Auction, found: ResultEntry, *, actor: str, at: datetime) -> None:
    """Log the close, and decide for the record; losing bids are told to nobody else."""
    audit.log(
        at=at,
        program=row.program,
        actor=actor,
        act="close_auction",
        subject=f"auction:{row.pk}",
        before={"state": "open"},
        after={
            "state": "closed",
            "price_cents": found.price_cents,
            "sold": found.sold,
            "bidders": found.bidders,
            "winners": found.winners,
            "seed": found.seed,
        },
        cite=CITE,
    )
    bidders = SealedBid.objects.filter(auction=row, withdrawn_at=None)
    telling.closed(
        row,
        found.price_cents,
        sorted(set(bidders.values_list("account_id", flat=True))),
        actor=actor,
        at=at,
    )
    audit.decide_many(
        [
            DecisionSpec(
                decision_class="i",
                program=row.program,
                subject=f"auction:{row.pk}",
                outcome="closed",
                reasons=(f"{found.sold:,} sold to {found.winners:,} bidders ({CITE}).",),
                decided_at=at,
                decided_by=actor,
            )
        ]
    )
