"""What market monitors and auditors read: who holds how much, and what was recorded.

Nothing here writes anything but that somebody looked.

Source: PLAT-112, PLAT-140.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from trueup.audit import services as audit_services
from trueup.disclosure import snapshots
from trueup.disclosure.concentration import Concentration, GroupHolding
from trueup.ledger import queries as ledger
from trueup.ledger.journal_search import JournalFilter, all_transactions, search_transactions
from trueup.rules.programs import Program
from trueup.web.access import caller_of, official
from trueup.web.charts import Spec, framed
from trueup.web.downloads import csv_download
from trueup.web.filters import FilterForm
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.spreadsheets import Sheet, TooManyRows, xlsx_download
from trueup.web.views.desk_reading import keep_look, searches_of, too_long
from trueup.web.views.pictures import look_of, picture

HOLDERS_SHOWN = 100
BARS_SHOWN = 12
ACCOUNTS_SHOWN = 5
ALL = 0
HOLDINGS = ("owners", "accounts", "quantity", "percent", "flagged", "as_of")
TRANSACTIONS = (
    "transaction",
    "submitted_at",
    "recorded_at",
    "event",
    "ground",
    "from_account",
    "to_account",
    "quantity",
)
TYPES = (
    ("", gettext_lazy("All")),
    ("transfer", gettext_lazy("Transfers")),
    ("allocate", gettext_lazy("Allocations")),
    ("issue", gettext_lazy("Issuances")),
    ("deduct", gettext_lazy("Deductions")),
    ("retire", gettext_lazy("Retirements")),
    ("correct", gettext_lazy("Corrections")),
)


class HoldingsFilter(FilterForm):
    """Which groups of owners are shown."""

    vintage = forms.ChoiceField(label=gettext_lazy("Vintage"))
    owner = forms.CharField(label=gettext_lazy("Owner"), max_length=100)
    flagged = forms.ChoiceField(
        label=gettext_lazy("Share"),
        choices=(("", gettext_lazy("All")), ("yes", gettext_lazy("Flagged only"))),
    )

    def __init__(self, request: HttpRequest, *, vintages: tuple[tuple[int, int], ...]) -> None:
        choice = self.base_fields["vintage"]
        if isinstance(choice, forms.ChoiceField):
            years = [(str(year), str(year)) for year, _quantity in vintages]
            choice.choices = [("", _("All")), *years]
        super().__init__(request)


class TransactionsFilter(FilterForm):
    """Which transactions are shown."""

    account = forms.CharField(label=gettext_lazy("Account number"), max_length=40)
    type = forms.ChoiceField(label=gettext_lazy("Kind"), choices=TYPES)
    since = forms.DateField(
        label=gettext_lazy("From day"), widget=forms.DateInput(attrs={"type": "date"})
    )
    until = forms.DateField(
        label=gettext_lazy("To day"), widget=forms.DateInput(attrs={"type": "date"})
    )


@official("read_market")
@require_safe
def market(request: HttpRequest, code: str) -> HttpResponse:
    """Who holds how much of a program's instruments, by group of owners, with its share.

    Source: PLAT-112.
    """
    program = program_or_404(code)
    found, read_at = snapshots.holdings(program.code, vintage=_vintage(request))
    form = HoldingsFilter(request, vintages=found.vintages)
    keep_look(request, "read_market", given=request.GET.dict(), program=program.code)
    holdings = _chosen(found, form)
    shown = holdings[:HOLDERS_SHOWN]
    known = ledger.accounts_by_id(
        {account for holding in shown for account in holding.accounts[:ACCOUNTS_SHOWN]}
    )
    query = request.GET.urlencode()
    return page(
        request,
        "desk/market",
        program=program,
        trail=program_trail(program, _desk()),
        found=found,
        read_at=read_at,
        form=form,
        vintage=found.vintage or ALL,
        rows=[
            {
                "holding": holding,
                "accounts": [known[account] for account in holding.accounts[:ACCOUNTS_SHOWN]],
                "others": max(len(holding.accounts) - ACCOUNTS_SHOWN, 0),
            }
            for holding in shown
        ],
        bars=shown[:BARS_SHOWN],
        unlisted_percent=found.percent(found.unlisted),
        more=max(len(holdings) - HOLDERS_SHOWN, 0),
        csv=f"{reverse('market-csv', args=[program.code])}?{query}",
        xlsx=f"{reverse('market-xlsx', args=[program.code])}?{query}",
        kept=searches_of(request, "holdings", program.code),
    )


@official("read_market")
@require_safe
def groups_svg(request: HttpRequest, code: str, vintage: int) -> HttpResponse:
    """The largest groups of owners as bars, with the share above which one is flagged."""
    program = program_or_404(code)
    found, _read_at = snapshots.holdings(program.code, vintage=vintage or None)
    return picture(request, _bars(found, request))


@official("read_market")
@require_safe
def market_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The holdings by group of owners as a file; that it was exported is logged.

    Each row says as of when the holdings were read.

    Source: PLAT-112, PLAT-140.
    """
    return csv_download("market", HOLDINGS, _holdings(request, code))


@official("read_market")
@require_safe
def market_xlsx(request: HttpRequest, code: str) -> HttpResponseBase:
    """The same as a spreadsheet.

    Source: PLAT-112, PLAT-140.
    """
    sheet = Sheet(title="Holdings", header=HOLDINGS, rows=_holdings(request, code))
    try:
        return xlsx_download("market", [sheet])
    except TooManyRows:
        return too_long(request, reverse("market-csv", args=[code]))


@official("read_market")
@require_safe
def transactions(request: HttpRequest, code: str) -> HttpResponse:
    """The journal, searched by account, kind and days, the newest first.

    Source: PLAT-112, PLAT-140.
    """
    program = program_or_404(code)
    form = TransactionsFilter(request)
    chosen, problem = _wanted(program, form)
    keep_look(request, "search_transactions", given=request.GET.dict(), program=program.code)
    rows = (
        []
        if problem
        else search_transactions(
            program=program.code,
            chosen=chosen,
            limit=PAGE_SIZE + 1,
            before=number_after(request) or None,
        )
    )
    query = request.GET.urlencode()
    return page(
        request,
        "desk/market_transactions",
        program=program,
        trail=program_trail(program, _desk(), _market(program)),
        form=form,
        problem=problem,
        page=page_of(request, rows, key=lambda row: row.id),
        csv=f"{reverse('market-transactions-csv', args=[program.code])}?{query}",
        kept=searches_of(request, "transactions", program.code),
    )


@official("read_market")
@require_safe
def transactions_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """All transactions that fit, streamed; that they were exported is logged.

    Source: PLAT-140.
    """
    program = program_or_404(code)
    chosen, problem = _wanted(program, TransactionsFilter(request))
    _log_export(request, "export_transactions", program)
    rows = iter(()) if problem else all_transactions(program=program.code, chosen=chosen)
    cells = (
        (
            row.id,
            row.submitted_at.isoformat(),
            row.recorded_at.isoformat(),
            row.event,
            row.ground,
            row.source.number if row.source is not None else "",
            row.destination.number,
            row.quantity,
        )
        for row in rows
    )
    return csv_download("transactions", TRANSACTIONS, cells)


def _vintage(request: HttpRequest) -> int | None:
    text = request.GET.get("vintage", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) == 4 else None


def _chosen(found: Concentration, form: HoldingsFilter) -> list[GroupHolding]:
    owner = str(form.chosen["owner"]).strip().casefold()
    return [
        holding
        for holding in found.holdings
        if (not form.chosen["flagged"] or holding.is_flagged)
        and (not owner or any(owner in party.name.casefold() for party in holding.group.parties))
    ]


def _holdings(request: HttpRequest, code: str) -> Iterator[tuple[object, ...]]:
    program = program_or_404(code)
    found, read_at = snapshots.holdings(program.code, vintage=_vintage(request))
    holdings = _chosen(found, HoldingsFilter(request, vintages=found.vintages))
    known = ledger.accounts_by_id({account for holding in holdings for account in holding.accounts})
    _log_export(request, "export_market", program)
    for holding in holdings:
        yield (
            "; ".join(party.name for party in holding.group.parties),
            "; ".join(known[account].number for account in holding.accounts),
            holding.quantity,
            f"{holding.percent}",
            "yes" if holding.is_flagged else "no",
            read_at.isoformat(timespec="seconds"),
        )


def _wanted(program: Program, form: TransactionsFilter) -> tuple[JournalFilter, str]:
    """What is asked for; a sentence about an account that there is not."""
    chosen: dict[str, Any] = form.chosen
    account = None
    if chosen["account"]:
        found = ledger.find_account(program=program.code, number=chosen["account"].upper())
        if found is None:
            return JournalFilter(), _("There is no account %(number)s.") % {
                "number": chosen["account"]
            }
        account = found.id
    days = {
        name: datetime.combine(chosen[name] + timedelta(days=later), time.min, tzinfo=program.zone)
        for name, later in (("since", 0), ("until", 1))
        if chosen[name]
    }
    return (
        JournalFilter(
            account=account,
            type=chosen["type"],
            since=days.get("since"),
            until=days.get("until"),
        ),
        "",
    )


def _log_export(request: HttpRequest, act: str, program: Program) -> None:
    caller = caller_of(request)
    audit_services.log(
        at=caller.at,
        program=program.code,
        actor=caller.actor,
        act=act,
        subject=f"page:{request.path}"[:120],
        after=request.GET.dict() or None,
        cite="PLAT-112",
    )


def _bars(found: Concentration, request: HttpRequest) -> Spec:
    """The share of each of the largest groups, and the line above which one is flagged."""
    shown = look_of(request)
    rows: list[dict[str, str | int | float]] = [
        {
            "owners": holding.group.parties[0].name[:32],
            "place": place,
            "percent": float(holding.percent),
            "flagged": "yes" if holding.is_flagged else "no",
        }
        for place, holding in enumerate(found.holdings[:BARS_SHOWN], start=1)
    ]
    y = {
        "field": "owners",
        "type": "nominal",
        "sort": {"field": "place"},
        "title": None,
        "axis": {"labelLimit": 130 if shown.narrow else 260, "ticks": False},
    }
    colour = {
        "field": "flagged",
        "type": "nominal",
        "scale": {"domain": ["yes", "no"], "range": [shown.first, shown.second]},
        "legend": None,
    }
    bars = {
        "mark": {"type": "bar", "height": 16},
        "encoding": {
            "y": y,
            "x": {"field": "percent", "type": "quantitative", "title": "%"},
            "color": colour,
        },
    }
    limit = {
        "mark": {"type": "rule", "color": shown.ink, "strokeDash": [4, 3]},
        "encoding": {"x": {"datum": found.flag_percent}},
    }
    width = 160 if shown.narrow else 620
    return framed({"width": width, "height": {"step": 24}, "layer": [bars, limit]}, rows, shown)


def _desk() -> Link:
    return Link(name=_("Desk"), address=reverse("desk"))


def _market(program: Program) -> Link:
    return Link(name=_("Market oversight"), address=reverse("market", args=[program.code]))
