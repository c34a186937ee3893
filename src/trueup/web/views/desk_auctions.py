"""Auctions at the desk: by quarter, who may bid, what is ready, results, settle, deliver.

Source: RGGI-040 to RGGI-045; PLAT-018, PLAT-066 to PLAT-068.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from trueup.auctions import bidder_queries, queries, result_queries
from trueup.auctions.entries import AuctionEntry
from trueup.desk import authority
from trueup.desk import queries as proposals
from trueup.desk.callers import Caller
from trueup.ledger import queries as ledger
from trueup.rules.program import Program
from trueup.web import auction_charts, signed_acts
from trueup.web.access import caller_of, official
from trueup.web.desk_act_forms import ActForm, form_of, sign_from
from trueup.web.pages import Link, page, program_or_404
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.views.auctions import auction_or_404, notice_context
from trueup.web.views.pictures import look_of, picture

FUNCTION = "auction"
SHOWN = 50
ACTS = ("announce_auction", "close_auction", "settle_auction", "deliver_auction", "cancel_auction")


@official(FUNCTION)
@never_cache
@require_safe
def auctions(request: HttpRequest, code: str) -> HttpResponse:
    """The auctions of a program by quarter, applications that wait, and proposals.

    Source: RGGI-040, RGGI-042.
    """
    program, caller = program_or_404(code), caller_of(request)
    year = _year(request, program)
    rows = queries.auctions(program=code, limit=PAGE_SIZE + 1, before=number_after(request) or None)
    return page(
        request,
        "auctions/desk_list",
        program=program,
        trail=[_desk()],
        has_auctions=program.market.auctions is not None,
        year=year,
        quarters=result_queries.quarters(program=code, year=year),
        page=page_of(request, rows, key=lambda row: row.id),
        waiting=bidder_queries.applications(program=code, state="waiting", limit=SHOWN),
        proposals=proposals.proposals(
            within=authority.proposals_in(caller),
            program=code,
            acts=ACTS,
            undecided=True,
            limit=SHOWN,
        ),
    )


@official(FUNCTION)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def auction(request: HttpRequest, code: str, auction: str) -> HttpResponse:
    """One auction: who may bid, what is ready, what is next; never what was bid before.

    Source: RGGI-041 to RGGI-044; PLAT-018, PLAT-068.
    """
    program, caller = program_or_404(code), caller_of(request)
    entry = auction_or_404(code, auction)
    waiting = bidder_queries.applications(
        program=code, auction=entry.id, state="waiting", limit=SHOWN
    )
    forms = _forms(entry, [one.id for one in waiting], request)
    if request.method == "POST":
        back = reverse("desk-auction", args=[code, entry.number])
        return sign_from(request, forms, program=code, back=back)
    result = queries.result(entry.id)
    consignments = queries.consignments(entry.id)
    awards = queries.awards(entry.id, limit=PAGE_SIZE + 1, after=number_after(request))
    qualified = bidder_queries.qualified(entry.id, limit=SHOWN)
    named = ledger.accounts_by_id(
        [
            *(row.account for row in awards),
            *(row.account for row in waiting),
            *(account for account, _cents in qualified),
        ]
    )
    return page(
        request,
        "auctions/desk_auction",
        program=program,
        trail=[
            _desk(),
            Link(name=_("Auctions"), address=reverse("desk-auctions", args=[code])),
        ],
        **notice_context(entry),
        consignments=consignments,
        readiness=result_queries.readiness(entry.id),
        waiting=[(one, named[one.account]) for one in waiting],
        qualified=[(named[account], cents) for account, cents in qualified],
        result=result,
        curves=result_queries.curves(entry, consignments, result, is_official=True)
        if result
        else None,
        page=page_of(
            request,
            [{"award": row, "account": named[row.account]} for row in awards],
            key=lambda row: row["award"].account,
        ),
        is_over=signed_acts.now() > entry.closes_at,
        forms=forms,
        proposals=_open_proposals(caller, program, entry),
    )


@official(FUNCTION)
@never_cache
@require_safe
def curve_chart(request: HttpRequest, code: str, auction: str) -> HttpResponse:
    """Supply and all demand of a closed auction, for officials."""
    entry = auction_or_404(program_or_404(code).code, auction)
    result = queries.result(entry.id)
    if result is None:
        raise Http404(_("The auction is not closed."))
    consignments = queries.consignments(entry.id)
    curves = result_queries.curves(entry, consignments, result, is_official=True)
    return picture(request, auction_charts.supply_and_demand(curves, shown=look_of(request)))


def _forms(entry: AuctionEntry, waiting: list[int], request: HttpRequest) -> list[ActForm]:
    """The acts that are possible as it stands, each with what the page knows."""
    number = entry.number
    if entry.state == "closed":
        return [form_of("settle_auction", number=number)]
    if entry.state == "settled":
        return [form_of("deliver_auction", number=number)]
    if entry.state != "open":
        return []
    forms = []
    if waiting:
        asked = request.GET.get("application", "")
        chosen = int(asked) if asked.isdecimal() and int(asked[:18]) in waiting else waiting[0]
        forms.append(form_of("decide_bidder", application=chosen))
    if signed_acts.now() > entry.closes_at:
        forms.append(form_of("close_auction", number=number))
    else:
        forms.append(form_of("qualify_bidder", number=number))
    return [*forms, form_of("cancel_auction", number=number)]


def _open_proposals(caller: Caller, program: Program, entry: AuctionEntry) -> list[object]:
    """What awaits a second official on this auction."""
    found = proposals.proposals(
        within=authority.proposals_in(caller),
        program=program.code,
        acts=ACTS,
        undecided=True,
        limit=SHOWN,
    )
    return [one for one in found if one.values.get("number") == entry.number]


def _year(request: HttpRequest, program: Program) -> int:
    """The year whose quarters are shown: the one asked for, or the running one."""
    asked = request.GET.get("year", "")
    today = program.local_date(signed_acts.now())
    return (
        int(asked)
        if asked.isascii() and asked.isdecimal() and 2000 <= int(asked[:5]) <= 2999
        else today.year
    )


def _desk() -> Link:
    return Link(name=_("Desk"), address=reverse("desk"))
