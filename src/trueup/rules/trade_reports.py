"""What a transfer says of the agreement behind it, and the averages made of prices.

Source: RGGI-032, RGGI-049; MASS-168 (the federal programs ask for no price).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from trueup.rules.refusal import Refusal


class NotAskedFor(Refusal):
    code = "trade.not_asked_for"
    cite = "MASS-168"


class KindUnknown(Refusal):
    code = "trade.kind_unknown"
    cite = "RGGI-032"


class AgreedLater(Refusal):
    code = "trade.agreed_later"
    cite = "RGGI-032"


class PriceMissing(Refusal):
    code = "trade.price_missing"
    cite = "RGGI-032"


class PriceAndReason(Refusal):
    code = "trade.price_and_reason"
    cite = "RGGI-032"


class ReasonUnknown(Refusal):
    code = "trade.reason_unknown"
    cite = "RGGI-032"


# In the order in which they are told.
REPORTED: tuple[type[Refusal], ...] = (
    NotAskedFor,
    KindUnknown,
    AgreedLater,
    PriceMissing,
    PriceAndReason,
    ReasonUnknown,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeRules:
    """What a program asks about the agreement behind a transfer.

    Attributes:
        kinds: Of agreement.
        reasons: Why a transfer may have no price, none of them at arm's length.
        average_of_at_least: Trades below which no average is shown.
    """

    kinds: tuple[str, ...]
    reasons: tuple[str, ...]
    average_of_at_least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeReport:
    """What the parties say of the agreement behind a transfer.

    Attributes:
        price_cents: For each allowance; None where there is none or it is not fixed.
        pricing_method: In words, where the price follows from something else.
        reason: Why there is no price, one of the program's.
    """

    kind: str
    agreed_on: date
    price_cents: int | None = None
    pricing_method: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """A recorded transfer as the averages count it."""

    kind: str
    quantity: int
    price_cents: int | None
    is_at_arms_length: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Average:
    """The average price of trades of one kind, weighted by quantity; exact, in cents."""

    kind: str
    trades: int
    quantity: int
    cents: Fraction


def check_report(report: TradeReport, *, rules: TradeRules, submitted_on: date) -> list[Refusal]:
    """Every reason why a report is not enough: a price, a method, or a reason for neither.

    Source: RGGI-032.
    """
    found: list[Refusal] = []
    if report.kind not in rules.kinds:
        found.append(KindUnknown(f"“{report.kind}” is no kind of agreement."))
    if report.agreed_on > submitted_on:
        found.append(
            AgreedLater(f"The agreement is of {report.agreed_on}, after the transfer itself.")
        )
    has_price = report.price_cents is not None or bool(report.pricing_method.strip())
    if report.price_cents is not None and report.price_cents < 1:
        found.append(PriceMissing("A price is at least a cent; for a gift state the reason."))
    if not has_price and not report.reason:
        found.append(
            PriceMissing("State the price, how it is found, or why the transfer has none.")
        )
    if has_price and report.reason:
        found.append(PriceAndReason("A transfer with a price needs no reason for having none."))
    if report.reason and report.reason not in rules.reasons:
        found.append(ReasonUnknown(f"“{report.reason}” is no reason for having no price."))
    return found


def average(trades: Iterable[Trade], *, kind: str, rules: TradeRules) -> Average | None:
    """The average over priced trades of one kind at arm's length; None if there are too few.

    Source: RGGI-049.
    """
    cents = quantity = count = 0
    for trade in trades:
        if trade.kind != kind or trade.price_cents is None or not trade.is_at_arms_length:
            continue
        cents += trade.price_cents * trade.quantity
        quantity += trade.quantity
        count += 1
    if count < max(1, rules.average_of_at_least) or not quantity:
        return None
    return Average(kind=kind, trades=count, quantity=quantity, cents=Fraction(cents, quantity))
