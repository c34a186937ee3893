"""What an auction says of bids before it takes them.

Source: RGGI-041, RGGI-042; PLAT-067.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trueup.rules.auction import Bid, exposure_cents
from trueup.rules.refusal import Refusal, Refused

_CENT = Decimal("0.01")
_PRICE_MAX_CENTS = 10**9


class NotAPrice(Refusal):
    code = "auction.not_a_price"
    cite = "RGGI-041"


class NotWholeLots(Refusal):
    code = "auction.not_whole_lots"
    cite = "RGGI-041"


class BelowReserve(Refusal):
    code = "auction.below_reserve"
    cite = "RGGI-041"


class OverBidLimit(Refusal):
    code = "auction.over_bid_limit"
    cite = "RGGI-042"


class OverSecurity(Refusal):
    code = "auction.over_security"
    cite = "RGGI-042"


class TooManyBids(Refusal):
    code = "auction.too_many_bids"
    cite = "RGGI-042"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainmentYear:
    """What a program offers besides in a year, if a price would be above a trigger."""

    trigger_cents: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuctionRules:
    """What a program says of its auctions.

    Attributes:
        lot_size: Allowances are bid for in multiples of it.
        bid_limit_percent: Of what is offered, the most that one bidder and those of its
            owner group may bid for together; 100: no limit.
        bids_max: Bids of one bidder in one auction.
        undersubscribed_price: As in `auction.Offer`.
        per_quarter: Auctions in a quarter; a further one needs a reason (RGGI-040).
        containment: The cost containment reserve by calendar year; a year that is not named
            is a setting of each notice. None: the program has no such reserve.
        demand_from: The fewest winners of an auction of which it is published at which
            prices they bid; 0: it never is. Losing bids never are (RGGI-045).
    """

    lot_size: int
    bid_limit_percent: int
    bids_max: int
    undersubscribed_price: str
    per_quarter: int
    containment: Mapping[int, ContainmentYear] | None = None
    demand_from: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the bids of one bidder must keep to.

    Attributes:
        offered: In the auction, without a cost containment reserve.
        security_cents: Financial security that was recorded; None: none is asked for.
        of_group: What others of its owner group bid for already.
        elsewhere_cents: What it could have to pay by its bids for other vintages of the
            same sitting, which the same security covers.
    """

    offered: int
    reserve_price_cents: int
    rules: AuctionRules
    security_cents: int | None
    of_group: int = 0
    elsewhere_cents: int = 0

    @property
    def limit(self) -> int:
        return self.offered * self.rules.bid_limit_percent // 100


def price_in_cents(price: Decimal) -> int:
    """A price in dollars as whole cents.

    Raises Refused (`not_a_price`) for parts of a cent and for what is no price.

    Source: RGGI-041.
    """
    if not price.is_finite() or price != price.quantize(_CENT) or price <= 0:
        raise Refused([NotAPrice(f"{price} is no price in whole cents.")])
    cents = int(price / _CENT)
    if cents > _PRICE_MAX_CENTS:
        raise Refused([NotAPrice(f"{price} is more than any price.")])
    return cents


def check_bids(bids: Sequence[Bid], *, terms: Terms) -> list[Refusal]:
    """Every reason why the bids of one bidder, all together, are not taken.

    Source: RGGI-041, RGGI-042.
    """
    rules = terms.rules
    found: list[Refusal] = []
    if len(bids) > rules.bids_max:
        found.append(TooManyBids(f"A bidder makes at most {rules.bids_max} bids in an auction."))
    if any(bid.quantity % rules.lot_size for bid in bids):
        found.append(NotWholeLots(f"Bid for a multiple of {rules.lot_size:,}."))
    if any(bid.price_cents < terms.reserve_price_cents for bid in bids):
        found.append(
            BelowReserve(f"Nothing is sold below {in_dollars(terms.reserve_price_cents)}.")
        )
    asked = terms.of_group + sum(bid.quantity for bid in bids)
    if asked > terms.limit:
        found.append(
            OverBidLimit(
                f"You and your owner group would bid for {asked:,}; the limit is"
                f" {terms.limit:,}, {rules.bid_limit_percent} percent of what is offered."
            )
        )
    exposure = terms.elsewhere_cents + exposure_cents(bids)
    if terms.security_cents is not None and exposure > terms.security_cents:
        found.append(
            OverSecurity(
                f"You could have to pay {in_dollars(exposure)}; the security that was recorded"
                f" is {in_dollars(terms.security_cents)}."
            )
        )
    return found


def in_dollars(cents: int) -> str:
    """Cents as they are read: `1,234.50`.

    Source: RGGI-041.
    """
    return f"{cents // 100:,}.{cents % 100:02}"
