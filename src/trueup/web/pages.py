"""What every page has: the navigation, the trail back, the program it is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from trueup.rules import programs
from trueup.rules.programs import Program
from trueup.web.access import caller_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A name and where it leads; `current` is what `aria-current` says of it."""

    name: str | Promise
    address: str
    current: str = ""


# The parts of a program's pages, and the pages that belong to each.
_PARTS = (
    (_("Program"), "program", ("home", "program", "calendar")),
    (_("States"), "states", ("states", "state", "plans", "plan", "interstate")),
    (
        _("Accounts"),
        "accounts",
        (
            "accounts",
            "account",
            "account-as-of",
            "account-history",
            "account-statement",
            "serial",
        ),
    ),
    (_("Facilities"), "facilities", ("facilities", "facility", "unit")),
    (
        _("Settlements"),
        "settlements",
        ("settlements", "settlements-of-period", "settlement", "settlement-of-unit"),
    ),
    (_("Transactions"), "transactions", ("transactions", "transaction")),
)
_OF_AUCTIONS = (_("Auctions"), "auctions", ("auctions", "auction"))
_SET_ASIDES = (
    _("Set-asides"),
    "set-asides",
    (
        "set-asides",
        "set-aside-state",
        "set-aside-projects",
        "set-aside-project",
        "set-aside-distribution",
        "output-notice",
        "early-action",
        "early-action-state",
        "early-action-project",
    ),
)
_OF_CREDITS = (
    _("Credits"),
    "credits",
    (
        "credits",
        "credit-report",
        "resources",
        "resource",
        "resource-papers",
        "paper",
        "issue",
        "egu-issue",
        "comment-periods",
        "comment-period",
        "comment-received",
    ),
)


_REPORTS = (_("Reports"), "reports", ("reports", "report", "state-application"))
_STATE_ACCOUNTS = (
    _("State accounts"),
    "state-accounts",
    ("state-accounts", "state-account-statements"),
)

RATE_STAND_INS = _(
    "Standards, plants and units are real, and so are the wind, solar, hydro, geothermal and"
    " nuclear plants. Emissions, generation and useful heat of 2016 to 2018 stand in for those"
    " of 2022 to 2024, and 2016 for every year of plants without CO2. A plant's figures are split"
    " to its units by nameplate. No State chose rates; people, sponsors, verifiers, papers and"
    " trades are invented."
)
RGGI_STAND_INS = _(
    "Plants and units are real. Emissions of 2016 to 2018 stand in for those of 2021 to 2023, and"
    " a plant's tons are split to its units by nameplate. Budgets are not Maryland's, and one"
    " auction a year stands in for the quarterly ones. People, brokers, bids, prices, trades and"
    " applications are invented."
)
STAND_INS = _(
    "Budgets, plants and units are real. Emissions of 2016 to 2018 stand in for those of 2022"
    " to 2024, generation of those years for that of 2010 to 2012, and a plant's tons are split"
    " to its units by nameplate. People, brokers and trades are invented."
)


def page(
    request: HttpRequest,
    template: str,
    *,
    program: Program | None = None,
    trail: Iterable[Link] = (),
    http_status: int = 200,
    **context: Any,
) -> HttpResponse:
    """Show a page in the frame of a program, or of the installation's own one."""
    shown = program or programs.load(settings.TRUEUP_PROGRAM)
    return render(
        request,
        f"web/{template}.html",
        {
            "program": shown,
            "navigation": navigation(shown, request),
            "trail": list(trail),
            "caller": lambda: caller_of(request),
            **context,
        },
        status=http_status,
    )


def navigation(program: Program, request: HttpRequest) -> list[Link]:
    """The links of the main navigation, the current part marked."""
    match = request.resolver_match
    here = match.url_name if match else None
    links = []
    for name, leads_to, members in _parts_of(program):
        current = "page" if here == leads_to else "true" if here in members else ""
        links.append(
            Link(name=name, address=reverse(leads_to, args=[program.code]), current=current)
        )
    return links


def _parts_of(program: Program) -> list[tuple[str | Promise, str, tuple[str, ...]]]:
    """The parts that a program's pages have."""
    parts: list[tuple[str | Promise, str, tuple[str, ...]]] = list(_PARTS)
    if program.is_rate_based:
        parts.append(_OF_CREDITS)
    if program.renewable_energy is not None or program.output_based is not None:
        parts.append(_SET_ASIDES)
    if program.market.state_accounts is not None:
        parts.append(_STATE_ACCOUNTS)
    if program.market.auctions is not None:
        parts.append(_OF_AUCTIONS)
    if program.market.trades is not None:
        parts.append(_REPORTS)
    return parts


def demonstrated() -> str:
    """The program of the demonstration that the registry holds; empty if it holds none."""
    from trueup.demonstration.services import latest_summary

    summary = latest_summary()
    return summary.program if summary is not None else ""


def stand_ins() -> str:
    """What is not real on the pages; empty unless the registry holds the demonstration."""
    from trueup.demonstration.rate_summary import RateSummary
    from trueup.demonstration.rggi_summary import RggiSummary
    from trueup.demonstration.services import latest_summary

    summary = latest_summary()
    if summary is None:
        return ""
    if isinstance(summary, RggiSummary):
        return str(RGGI_STAND_INS)
    return str(RATE_STAND_INS if isinstance(summary, RateSummary) else STAND_INS)


def program_trail(program: Program, *steps: Link) -> list[Link]:
    """The way back from a page: the program first, then what lies between."""
    return [
        Link(
            name=pgettext("program", program.name), address=reverse("program", args=[program.code])
        ),
        *steps,
    ]


def program_or_404(code: str) -> Program:
    """The program that an address names."""
    if code not in programs.codes():
        raise Http404(gettext("There is no program “%(code)s” here.") % {"code": code})
    return programs.load(code)
