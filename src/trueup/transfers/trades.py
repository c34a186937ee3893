"""The agreements behind transfers: what must be said of them, kept, and averaged.

Parties and serial numbers never stand beside a price that is published.

Source: RGGI-032, RGGI-035, RGGI-049; docs/decisions/0357.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from django.db.models import Count, F, QuerySet, Sum

from trueup.audit.statements import among, insert_many
from trueup.rules.periods import midnight
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.trade_reports import (
    AgreedLater,
    Average,
    NotAskedFor,
    PriceMissing,
    TradeReport,
    check_report,
)
from trueup.transfers.entries import RetirementSpec, TransferSpec
from trueup.transfers.trade_models import METHOD_MAX, TradeTerms

CENTS = 100
PRICE_MAX_CENTS = 10**11
RETURN, OWN_ACCOUNTS = "return", "own accounts"
PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedTrade:
    """A recorded transfer as the price report shows it: without parties or serial numbers.

    Attributes:
        id: For the page after; it is no key of anything that is public.
        price_cents: None where it is not fixed; then `pricing_method` or `reason` says why.
    """

    id: int
    kind: str
    agreed_on: date
    recorded_at: datetime
    quantity: int
    price_cents: int | None
    pricing_method: str
    reason: str
    at_arms_length: bool


def read_terms(
    *, kind: str, agreed_on: str, price: str = "", method: str = "", reason: str = ""
) -> TradeReport | None:
    """What was agreed, as it is written in a form, a file or a request; None if nothing is.

    Raises Refused (`agreed_later`, `price_missing`) for what is no date or no price.

    Source: RGGI-032.
    """
    texts = [" ".join(text.split()) for text in (kind, agreed_on, price, method, reason)]
    if not any(texts):
        return None
    kind, agreed_on, price, method, reason = texts
    problems: list[Refusal] = []
    day = _day(agreed_on)
    if day is None:
        problems.append(AgreedLater("State the day of the agreement, such as 2016-02-10."))
    cents = _cents(price) if price else None
    if price and cents is None:
        problems.append(PriceMissing(f"“{price}” is no price in dollars and whole cents."))
    if len(method) > METHOD_MAX or not method.isprintable():
        problems.append(PriceMissing(f"The method has at most {METHOD_MAX} readable characters."))
    if day is None or problems:
        raise Refused(problems)
    return TradeReport(
        kind=kind.lower(),
        agreed_on=day,
        price_cents=cents,
        pricing_method=method,
        reason=reason.lower(),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _cents(text: str) -> int | None:
    try:
        cents = Decimal(text.replace(",", "").removeprefix("$")) * CENTS
    except InvalidOperation:
        return None
    if not cents.is_finite() or cents != int(cents) or not 0 <= cents <= PRICE_MAX_CENTS:
        return None
    return int(cents)


def without_price(rules: Program, *, reason: str, on: date) -> TradeReport | None:
    """That nothing is paid for a transfer; None where the program does not ask.

    Source: RGGI-032.
    """
    trades = rules.market.trades
    if trades is None:
        return None
    return TradeReport(kind=trades.kinds[-1], agreed_on=on, reason=reason)


def refusals(spec: TransferSpec, *, rules: Program) -> list[Refusal]:
    """Whether a transfer says of its agreement what the program asks for.

    Source: RGGI-032; MASS-168 (the federal programs ask for no price).
    """
    trades, said = rules.market.trades, spec.trade
    if trades is None:
        if said is None:
            return []
        return [NotAskedFor(f"{rules.name} does not ask for the terms of a trade; leave them out.")]
    if isinstance(spec, RetirementSpec):
        return []
    if said is None:
        return [
            PriceMissing(
                "State the kind of agreement and its day, and the price, how it is found, or why"
                " the transfer has none."
            )
        ]
    return check_report(said, rules=trades, submitted_on=rules.local_date(spec.submitted_at))


def keep(stored: Iterable[tuple[int, TransferSpec, bool]], *, program: str) -> int:
    """Keep the terms of transfers by their ids, with whether they are at arm's length.

    Source: RGGI-032, RGGI-035.
    """
    return insert_many(
        TradeTerms,
        [
            {
                "transfer_id": identity,
                "program": program,
                "kind": spec.trade.kind,
                "agreed_on": spec.trade.agreed_on,
                "price_cents": spec.trade.price_cents,
                "pricing_method": spec.trade.pricing_method,
                "reason": spec.trade.reason,
                "needs_buyer": spec.by_consent,
                "at_arms_length": at_arms_length,
            }
            for identity, spec, at_arms_length in stored
            if spec.trade is not None
        ],
    )


def terms_of(transfers: Iterable[int]) -> dict[int, TradeReport]:
    """What was agreed, by the ids of the transfers; one statement."""
    rows = TradeTerms.objects.filter(transfer_id__in=among(transfers))
    return {
        row.transfer_id: TradeReport(
            kind=row.kind,
            agreed_on=row.agreed_on,
            price_cents=row.price_cents,
            pricing_method=row.pricing_method,
            reason=row.reason,
        )
        for row in rows
    }


def lines_of(terms: TradeReport) -> list[str]:
    """What was agreed, as it is signed.

    Source: RGGI-032; PLAT-151.
    """
    lines = [f"Agreement: {terms.kind}, of {terms.agreed_on.isoformat()}"]
    if terms.price_cents is not None:
        lines.append(f"Price of each: {in_dollars(terms.price_cents)} US dollars")
    if terms.pricing_method:
        lines.append(f"How the price is found: {terms.pricing_method}")
    if terms.reason:
        lines.append(f"No price: {terms.reason}")
    return lines


def in_dollars(cents: int) -> str:
    return f"{cents // CENTS:,}.{cents % CENTS:02d}"


def recorded_trades(
    *,
    program: Program,
    kind: str = "",
    first: date | None = None,
    last: date | None = None,
    limit: int = PAGE,
    before: int = 0,
) -> list[PricedTrade]:
    """Recorded transfers with what was agreed, the latest first, a page at a time.

    Args:
        kind: Of agreement; first, last: days of recording, in the program's time zone, both
            included. before: `id` of the last one of the page before.

    Source: RGGI-049: neither parties nor serial numbers.
    """
    rows = _recorded(program, first=first, last=last)
    if kind:
        rows = rows.filter(kind=kind)
    if before:
        rows = rows.filter(id__lt=before)
    return [
        PricedTrade(
            id=row.pk,
            kind=row.kind,
            agreed_on=row.agreed_on,
            recorded_at=row.transfer.recorded_at,
            quantity=row.transfer.quantity or 0,
            price_cents=row.price_cents,
            pricing_method=row.pricing_method,
            reason=row.reason,
            at_arms_length=row.at_arms_length,
        )
        for row in rows.select_related("transfer").order_by("-id")[:limit]
        if row.transfer.recorded_at is not None
    ]


def averages(
    *, program: Program, first: date | None = None, last: date | None = None
) -> list[Average]:
    """The weighted average price of each kind of agreement, with how many and how much.

    Only priced trades at arm's length count; a kind with fewer than the program says is left
    out. One statement.

    Source: RGGI-032, RGGI-049.
    """
    trades = program.market.trades
    if trades is None:
        return []
    rows = (
        _recorded(program, first=first, last=last)
        .filter(price_cents__isnull=False, at_arms_length=True)
        .values("kind")
        .annotate(
            trades=Count("id"),
            quantity=Sum("transfer__quantity"),
            cents=Sum(F("price_cents") * F("transfer__quantity")),
        )
    )
    found = {
        row["kind"]: Average(
            kind=row["kind"],
            trades=row["trades"],
            quantity=row["quantity"],
            cents=Fraction(row["cents"], row["quantity"]),
        )
        for row in rows
        if row["trades"] >= max(1, trades.average_of_at_least)
    }
    return [found[kind] for kind in trades.kinds if kind in found]


def _recorded(program: Program, *, first: date | None, last: date | None) -> QuerySet[TradeTerms]:
    """Terms of transfers that are recorded and were not reversed."""
    rows = TradeTerms.objects.filter(
        program=program.code, transfer__state="recorded", transfer__reversal=None
    )
    if first is not None:
        start = midnight(first, zone=program.zone, at_end_of_day=False)
        rows = rows.filter(transfer__recorded_at__gte=start)
    if last is not None:
        rows = rows.filter(transfer__recorded_at__lt=midnight(last, zone=program.zone))
    return rows
