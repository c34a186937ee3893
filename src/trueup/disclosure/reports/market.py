"""Reports 5 and 12: prices of transfers without their parties; allocations and awards.

Source: RGGI-048 items 5 and 12; RGGI-049.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

from trueup.disclosure.reports.entries import Bar, Chosen, Figure, ReportRow
from trueup.ledger import queries as ledger
from trueup.ledger.flow_reads import allocated_totals, allocated_transactions
from trueup.rules.programs import Program
from trueup.transfers.trades import averages, recorded_trades

CENTS = 100


def price_kinds(program: Program) -> Sequence[str]:
    """The kinds of agreement."""
    trades = program.market.trades
    return trades.kinds if trades is not None else ()


def prices(program: Program, chosen: Chosen, limit: int, after: int) -> list[ReportRow]:
    """Report 5: kind, trade date, day of recording, quantity and price, the latest first.

    Neither parties nor serial numbers, nor any key that leads to them: a row's own key is
    that of its terms, which is public nowhere else.

    Source: RGGI-049; FS l.64-68.
    """
    first, last = _days(chosen)
    found = recorded_trades(
        program=program, kind=chosen.kind, first=first, last=last, limit=limit, before=after
    )
    return [
        ReportRow(
            key=trade.id,
            cells=(
                trade.kind,
                trade.agreed_on,
                program.local_date(trade.recorded_at),
                trade.quantity,
                None if trade.price_cents is None else trade.price_cents / CENTS,
                trade.reason or trade.pricing_method,
            ),
        )
        for trade in found
    ]


def price_figures(program: Program, chosen: Chosen) -> list[Figure]:
    """The weighted average of each kind, over priced trades at arm's length, with how many.

    A kind with too few trades has no average.

    Source: RGGI-049 (100 at 5.00 and 300 at 6.00: 5.75).
    """
    first, last = _days(chosen)
    return [
        Figure(
            key="average_price",
            of=found.kind,
            quantity=found.quantity,
            trades=found.trades,
            cents=float(round(found.cents, 2)),
        )
        for found in averages(program=program, first=first, last=last)
        if chosen.kind in ("", found.kind)
    ]


def price_bars(program: Program, chosen: Chosen) -> list[Bar]:
    """The average price of each kind of agreement."""
    return [
        Bar(label=of.of, series="average_price", amount=round((of.cents or 0) / CENTS, 2))
        for of in price_figures(program, chosen)
    ]


def allocations(program: Program, chosen: Chosen, limit: int, after: int) -> list[ReportRow]:
    """Report 12: what was allocated to accounts and awarded to them, the latest first.

    Source: RGGI-048 item 12; RGGI-030, RGGI-031.
    """
    ids = allocated_transactions(
        program=program.code,
        kinds=(chosen.kind,) if chosen.kind else ALLOCATING,
        limit=limit,
        before=after,
    )
    found = ledger.transactions(ids)[::-1]
    blocks = ledger.blocks_of(ids)
    return [
        ReportRow(
            key=entry.id,
            cells=(
                entry.id,
                program.local_date(entry.recorded_at),
                entry.type,
                entry.source.name if entry.source is not None else "",
                entry.destination.number,
                entry.destination.name,
                ", ".join(str(year) for year in sorted({of.lot.year for of in blocks[entry.id]})),
                entry.quantity,
            ),
        )
        for entry in found
    ]


ALLOCATING = ("allocate", "award")


def allocation_kinds(_program: Program) -> Sequence[str]:
    """What the report of allocations can be narrowed to."""
    return ALLOCATING


def allocation_bars(program: Program, _chosen: Chosen) -> list[Bar]:
    """What was allocated and awarded in each year."""
    totals: Counter[tuple[int, str]] = Counter()
    for day, kind, quantity in allocated_totals(program=program.code, kinds=ALLOCATING):
        totals[program.local_date(day).year, kind] += quantity
    return [
        Bar(label=str(year), series=kind, amount=quantity)
        for (year, kind), quantity in sorted(totals.items())
    ]


def _days(chosen: Chosen) -> tuple[date | None, date | None]:
    if chosen.year is None:
        return None, None
    return date(chosen.year, 1, 1), date(chosen.year, 12, 31)
