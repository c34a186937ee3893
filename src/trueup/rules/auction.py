"""Auctions: one round of sealed bids, one price for all, cleared as a pure function.

Money is whole cents. Whoever bids above the price wins, whoever bids below it does not;
at the price itself what is left is shared equally among bidders. Everything that was
offered is awarded or goes back.

Source: RGGI-040 to RGGI-045; PLAT-067; preamble V.E (80 FR 65027).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from trueup.rules.allocation import largest_remainder

LOWEST_WINNING, RESERVE = "lowest_winning_bid", "reserve"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    """What a bidder would take, at no more than a price for each allowance.

    Attributes:
        id: In order of entry.
        bidder: The account that would receive.
        price_cents: For one allowance.
    """

    id: int
    bidder: str
    quantity: int
    price_cents: int

    def __post_init__(self) -> None:
        if self.quantity < 1 or self.price_cents < 1:
            raise ValueError(f"no bid: {self}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainmentTier:
    """Allowances that are offered besides, if the price would be above a trigger.

    Attributes:
        quantities: By State, what each has put up.
    """

    trigger_cents: int
    quantities: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What is offered, by whom, and at no less than which price.

    Attributes:
        quantities: By State, what each offers.
        lot_size: Allowances are bid for and awarded in multiples of it.
        containment: Tiers of a cost containment reserve; usually none or one.
        undersubscribed_price: Where all bids win: the `lowest_winning_bid`, or `reserve`.

    Raises ValueError for what cannot be offered.
    """

    quantities: Mapping[str, int]
    reserve_price_cents: int
    lot_size: int = 1
    containment: tuple[ContainmentTier, ...] = ()
    undersubscribed_price: str = LOWEST_WINNING

    def __post_init__(self) -> None:
        tiers = [tier.quantities for tier in self.containment]
        offered = [quantity for of in (self.quantities, *tiers) for quantity in of.values()]
        if min(offered, default=0) < 0 or self.reserve_price_cents < 0 or self.lot_size < 1:
            raise ValueError(f"cannot be offered: {self}")
        if self.quantity % self.lot_size:
            raise ValueError(f"{self.quantity} is no multiple of {self.lot_size}")

    @property
    def quantity(self) -> int:
        return sum(self.quantities.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearing:
    """Who gets how much, and what everybody pays for each allowance.

    Attributes:
        price_cents: None if nothing was sold.
        awards: By bid, only of bids that won something.
        sold, returned: By State; together what it offered.
        released, kept: By State, of the cost containment reserve.
        tied: Bidders at the price who shared what was left; empty if there was enough.
    """

    price_cents: int | None
    awards: Mapping[int, int]
    sold: Mapping[str, int]
    returned: Mapping[str, int]
    released: Mapping[str, int]
    kept: Mapping[str, int]
    tied: tuple[str, ...] = ()

    @property
    def quantity(self) -> int:
        return sum(self.awards.values())

    def of_bidders(self, bids: Iterable[Bid]) -> dict[str, int]:
        """What each winner gets with all its bids, in order of its first bid.

        Source: RGGI-044.
        """
        won: dict[str, int] = {}
        for bid in bids:
            if bid.id in self.awards:
                won[bid.bidder] = won.get(bid.bidder, 0) + self.awards[bid.id]
        return won


def clear(offer: Offer, bids: Sequence[Bid], *, seed: str) -> Clearing:
    """Award what is offered to the highest bids, all at the price of the lowest that wins.

    Bids below the reserve price are out. At the price itself each bidder gets an equal
    share of what is left, none more than it bid for; what cannot be shared goes by lot,
    which follows from the seed. If the price would be above the trigger of a cost
    containment tier, as much of the tier is added as bids at the trigger or above ask for.

    Args:
        bids: Each checked when it was made; of one bidder there may be several.
        seed: Its digest is published with the notice, itself with the result, so that
            anybody can repeat the draw.

    Raises ValueError for two bids of one id or a bid that is no multiple of the lot size.

    Source: RGGI-041, RGGI-043; preamble V.E (80 FR 65027).
    """
    if len({bid.id for bid in bids}) != len(bids):
        raise ValueError("two bids have one id")
    if any(bid.quantity % offer.lot_size for bid in bids):
        raise ValueError(f"a bid is no multiple of {offer.lot_size}")
    ranked = sorted(
        (bid for bid in bids if bid.price_cents >= offer.reserve_price_cents),
        key=lambda bid: (-bid.price_cents, bid.id),
    )
    released = _released(offer, ranked)
    supply = offer.quantity + sum(released.values())
    awards, price, tied = _award(ranked, supply=supply, lot_size=offer.lot_size, seed=seed)
    sold = sum(awards.values())
    if price is not None and sold < supply and offer.undersubscribed_price == RESERVE:
        price = offer.reserve_price_cents
    of_base = largest_remainder(min(sold, offer.quantity), offer.quantities) if sold else {}
    put_up = _put_up(offer)
    return Clearing(
        price_cents=price,
        awards=awards,
        sold={state: of_base.get(state, 0) for state in offer.quantities},
        returned={
            state: quantity - of_base.get(state, 0) for state, quantity in offer.quantities.items()
        },
        released=released,
        kept={state: quantity - released.get(state, 0) for state, quantity in put_up.items()},
        tied=tied,
    )


def _put_up(offer: Offer) -> dict[str, int]:
    """What each State has put up in all tiers of the cost containment reserve."""
    found: dict[str, int] = {}
    for tier in offer.containment:
        for state, quantity in tier.quantities.items():
            found[state] = found.get(state, 0) + quantity
    return found


def _released(offer: Offer, ranked: Sequence[Bid]) -> dict[str, int]:
    """By State, what of the cost containment reserve is added to the offer."""
    found: dict[str, int] = dict.fromkeys(_put_up(offer), 0)
    supply = offer.quantity
    for tier in sorted(offer.containment, key=lambda of: of.trigger_cents):
        price = _price(ranked, supply=supply)
        if price is None or price <= tier.trigger_cents:
            break
        asked = sum(bid.quantity for bid in ranked if bid.price_cents >= tier.trigger_cents)
        extra = min(sum(tier.quantities.values()), asked - supply)
        extra -= extra % offer.lot_size
        if extra <= 0:
            continue
        for state, quantity in largest_remainder(extra, tier.quantities).items():
            found[state] += quantity
        supply += extra
    return found


def _price(ranked: Sequence[Bid], *, supply: int) -> int | None:
    """The price at which a supply would be sold; None if the bids do not exceed it."""
    left = supply
    for bid in ranked:
        left -= bid.quantity
        if left < 0 or (left == 0 and bid is not ranked[-1]):
            return bid.price_cents
    return None


def _award(
    ranked: Sequence[Bid], *, supply: int, lot_size: int, seed: str
) -> tuple[dict[int, int], int | None, tuple[str, ...]]:
    """Awards by bid, the lowest price that wins, and who shared at that price."""
    awards: dict[int, int] = {}
    price: int | None = None
    left = supply
    for at_price, group in groupby(ranked, key=lambda bid: bid.price_cents):
        if left < lot_size:
            break
        price = at_price
        same = list(group)
        asked = sum(bid.quantity for bid in same)
        if asked <= left:
            awards.update((bid.id, bid.quantity) for bid in same)
            left -= asked
            continue
        wanted: dict[str, int] = {}
        for bid in same:
            wanted[bid.bidder] = wanted.get(bid.bidder, 0) + bid.quantity // lot_size
        shares = share_equally(left // lot_size, wanted, seed=seed)
        awards.update(_by_bid(same, shares, lot_size=lot_size))
        return awards, price, tuple(sorted(wanted))
    return awards, price, ()


def _by_bid(same: Iterable[Bid], shares: Mapping[str, int], *, lot_size: int) -> dict[int, int]:
    """A bidder's share at a price as awards to its bids, the first ones first."""
    left = {bidder: lots * lot_size for bidder, lots in shares.items()}
    awards: dict[int, int] = {}
    for bid in same:
        quantity = min(bid.quantity, left[bid.bidder])
        if quantity:
            awards[bid.id] = quantity
            left[bid.bidder] -= quantity
    return awards


def share_equally(lots: int, wanted: Mapping[str, int], *, seed: str) -> dict[str, int]:
    """Give every bidder the same, none more than it wants, and draw for what is left over.

    Raises ValueError if there is more than is wanted.

    Source: RGGI-041 (ties by equal share, then by a published random seed).
    """
    if lots > sum(wanted.values()):
        raise ValueError(f"{lots} is more than is wanted")
    shares = dict.fromkeys(wanted, 0)
    left = lots
    modest = sorted(wanted, key=lambda bidder: (wanted[bidder], bidder))
    for place, bidder in enumerate(modest):
        sharing = modest[place:]
        each, over = divmod(left, len(sharing))
        if wanted[bidder] > each:
            shares.update(dict.fromkeys(sharing, each))
            for lucky in sorted(sharing, key=lambda name: drawn(name, seed=seed))[:over]:
                shares[lucky] += 1
            break
        shares[bidder] = wanted[bidder]
        left -= wanted[bidder]
    return shares


def drawn(bidder: str, *, seed: str) -> tuple[str, str]:
    """A bidder's place in the draw: the lowest SHA-256 of `seed/bidder` comes first.

    Source: RGGI-041.
    """
    return hashlib.sha256(f"{seed}/{bidder}".encode()).hexdigest(), bidder


def exposure_cents(bids: Iterable[Bid]) -> int:
    """The most that one bidder could have to pay for its bids, whatever the price is.

    At a price of one of its bids it pays that price for all that it bid at it or above.

    Source: RGGI-042.
    """
    most = quantity = 0
    for bid in sorted(bids, key=lambda bid: -bid.price_cents):
        quantity += bid.quantity
        most = max(most, quantity * bid.price_cents)
    return most
