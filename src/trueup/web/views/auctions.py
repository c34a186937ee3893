"""Auctions as everybody sees them: notices, results as far as the rules let, prices.

Source: RGGI-040 to RGGI-045; PLAT-067.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.auctions import queries, result_queries
from trueup.auctions.entries import AuctionEntry, AwardEntry
from trueup.ledger import queries as ledger
from trueup.rules.auction_bids import in_dollars
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.web import auction_charts, signed_acts
from trueup.web.access import public
from trueup.web.downloads import csv_download
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.views.pictures import look_of, picture

HISTORY_SHOWN = 40
CSV_BATCH = 1000
AUCTION_COLUMNS = (
    "auction",
    "vintage",
    "state",
    "opens_at",
    "closes_at",
    "offered",
    "reserve_price",
    "clearing_price",
    "sold",
    "of_containment_reserve",
    "bidders",
    "winners",
)


@public
@require_safe
def auctions(request: HttpRequest, code: str) -> HttpResponse:
    """The auctions of a program, the newest first, and how the price went.

    Source: RGGI-040, RGGI-045.
    """
    program = program_or_404(code)
    rows = queries.auctions(program=code, limit=PAGE_SIZE + 1, before=number_after(request) or None)
    results = queries.results([row.id for row in rows])
    history = result_queries.prices(program=code, limit=HISTORY_SHOWN)
    return page(
        request,
        "auctions/list",
        program=program,
        trail=program_trail(program),
        has_auctions=program.market.auctions is not None,
        page=page_of(
            request,
            [{"auction": row, "result": results.get(row.id)} for row in rows],
            key=lambda row: row["auction"].id,
        ),
        history=history,
        chart_address=reverse("chart-auction-prices", args=[code]),
    )


@public
@require_safe
def auctions_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The auctions of a program with their results, for a spreadsheet."""
    del request
    program = program_or_404(code)
    return csv_download(f"{code}-auctions", AUCTION_COLUMNS, _auction_rows(program))


@public
@require_safe
def prices_chart(request: HttpRequest, code: str) -> HttpResponse:
    """The clearing prices of past auctions."""
    history = result_queries.prices(program=program_or_404(code).code, limit=HISTORY_SHOWN)
    return picture(request, auction_charts.prices(history, shown=look_of(request)))


@public
@require_safe
def auction(request: HttpRequest, code: str, auction: str) -> HttpResponse:
    """The notice of an auction; from its close on what it came to, and no losing bid.

    Source: RGGI-041 to RGGI-045.
    """
    program, entry = program_or_404(code), auction_or_404(code, auction)
    consignments = queries.consignments(entry.id)
    result = queries.result(entry.id)
    rows: list[AwardEntry] = []
    if result is not None:
        rows = queries.awards(entry.id, limit=PAGE_SIZE + 1, after=number_after(request))
    accounts = ledger.accounts_by_id([row.account for row in rows])
    return page(
        request,
        "auctions/auction",
        program=program,
        trail=program_trail(program, auctions_link(program)),
        **notice_context(entry),
        consignments=consignments,
        result=result,
        curves=result_queries.curves(entry, consignments, result) if result else None,
        page=page_of(
            request,
            [{"award": row, "account": accounts[row.account]} for row in rows],
            key=lambda row: row["award"].account,
        ),
        is_open=entry.state == "open" and entry.opens_at <= signed_acts.now() <= entry.closes_at,
        is_over=entry.state == "open" and signed_acts.now() > entry.closes_at,
    )


@public
@require_safe
def curve_chart(request: HttpRequest, code: str, auction: str) -> HttpResponse:
    """Supply and demand of a closed auction, as the public may see them."""
    entry = auction_or_404(program_or_404(code).code, auction)
    result = queries.result(entry.id)
    if result is None:
        raise Http404(_("The auction is not closed."))
    curves = result_queries.curves(entry, queries.consignments(entry.id), result)
    spec = auction_charts.supply_and_demand(curves, shown=look_of(request))
    return picture(request, spec)


@public
@require_safe
def awards_csv(request: HttpRequest, code: str, auction: str) -> StreamingHttpResponse:
    """Who won how many in an auction, for a spreadsheet."""
    del request
    entry = auction_or_404(program_or_404(code).code, auction)
    header = ("auction", "account", "name", "quantity", "delivered", "number_in_books")
    return csv_download(f"{code}-auction-{entry.number}", header, _award_rows(entry))


def notice_context(entry: AuctionEntry) -> dict[str, Any]:
    """What every page shows that shows the notice of an auction."""
    return {
        "auction": entry,
        "terms": queries.terms(entry.id),
        "bid_limit": entry.quantity * entry.bid_limit_percent // 100,
    }


def auction_or_404(code: str, number: str) -> AuctionEntry:
    """The auction that an address names."""
    try:
        return queries.auction(program=code, number=number)
    except Refused as refused:
        raise Http404(_("There is no such auction.")) from refused


def auctions_link(program: Program) -> Link:
    """The way back to the list of auctions."""
    return Link(name=_("Auctions"), address=reverse("auctions", args=[program.code]))


def _auction_rows(program: Program) -> Iterator[tuple[object, ...]]:
    before = None
    while rows := queries.auctions(program=program.code, limit=CSV_BATCH, before=before):
        results = queries.results([row.id for row in rows])
        for row in rows:
            found = results.get(row.id)
            cents = found.price_cents if found is not None else None
            figures: tuple[object, ...] = ("", "", "", "")
            if found is not None:
                figures = (found.sold, found.released, found.bidders, found.winners)
            yield (
                row.number,
                row.vintage,
                row.state,
                row.opens_at.isoformat(),
                row.closes_at.isoformat(),
                row.quantity,
                in_dollars(row.reserve_price_cents),
                in_dollars(cents) if cents is not None else "",
                *figures,
            )
        before = rows[-1].id


def _award_rows(entry: AuctionEntry) -> Iterator[tuple[object, ...]]:
    after = 0
    while rows := queries.awards(entry.id, limit=CSV_BATCH, after=after):
        accounts = ledger.accounts_by_id([row.account for row in rows])
        for row in rows:
            account = accounts[row.account]
            delivered = "unpaid" if row.is_forfeited else "yes" if row.tx else "no"
            yield (
                entry.number,
                account.number,
                account.name,
                row.quantity,
                delivered,
                row.account,
            )
        after = rows[-1].account
