"""A bidder's own pages: auctions as an account stands in them, its bids, what they won.

Source: RGGI-041, RGGI-042, RGGI-045.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from trueup.auctions import bidder_queries, queries, result_queries, services
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.auction import Bid as RuleBid
from trueup.rules.auction import exposure_cents
from trueup.rules.program import Program
from trueup.web import signed_acts
from trueup.web.access import represents
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.views.auctions import auction_or_404, notice_context

KIND = "auction_submissions"


@represents(KIND)
@never_cache
@require_safe
def account_auctions(request: HttpRequest, code: str, number: str) -> HttpResponse:
    """The auctions of the program, and how the account stands in each.

    Source: RGGI-042.
    """
    program, account = program_or_404(code), _account_or_404(code, number)
    rows = queries.auctions(program=code, limit=PAGE_SIZE + 1, before=number_after(request) or None)
    found = bidder_queries.standings(rows, account=account.id)
    return page(
        request,
        "auctions/own_list",
        program=program,
        trail=program_trail(program, _account_link(program, account)),
        account=account,
        page=page_of(request, found, key=lambda row: row.auction.id),
        has_open=any(row.state == "open" and row.closes_at >= signed_acts.now() for row in rows),
    )


@represents(KIND)
@never_cache
@require_safe
def account_auction(request: HttpRequest, code: str, number: str, auction: str) -> HttpResponse:
    """One auction with the account's own bids; after the close what each of them won.

    Source: RGGI-041, RGGI-045.
    """
    program, account = program_or_404(code), _account_or_404(code, number)
    entry = auction_or_404(code, auction)
    (standing,) = bidder_queries.standings([entry], account=account.id)
    bids = services.own_bids(program=code, number=entry.number, account=account.id)
    result = queries.result(entry.id)
    address = reverse("account-auctions", args=[code, number])
    return page(
        request,
        "auctions/own",
        program=program,
        trail=program_trail(
            program,
            _account_link(program, account),
            Link(name=_("Auctions of this account"), address=address),
        ),
        account=account,
        standing=standing,
        bids=bids,
        exposure=exposure_cents(
            RuleBid(id=bid.id, bidder="", quantity=bid.quantity, price_cents=bid.price_cents)
            for bid in bids
        ),
        result=result,
        results=bidder_queries.own_results(entry.id, account=account.id),
        draw=result_queries.places_in_draw([account.id], seed=result.seed)[0][1] if result else "",
        to_pay=(standing.awarded or 0) * (result.price_cents or 0) if result else None,
        **notice_context(entry),
        may_apply=entry.state == "open"
        and signed_acts.now() <= queries.terms(entry.id).qualify_until,
        may_bid=entry.state == "open"
        and standing.is_qualified
        and entry.opens_at <= signed_acts.now() <= entry.closes_at,
        is_over=entry.state == "open" and signed_acts.now() > entry.closes_at,
    )


def _account_or_404(code: str, number: str) -> AccountEntry:
    found = ledger.find_account(program=code, number=number)
    if found is None:
        raise Http404(_("There is no such account."))
    return found


def _account_link(program: Program, account: AccountEntry) -> Link:
    return Link(name=account.name, address=reverse("account", args=[program.code, account.number]))
