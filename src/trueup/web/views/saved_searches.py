"""Searches that a reader keeps under a name and runs again."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.support import queries, services
from trueup.support.entries import SEARCHES, SearchEntry
from trueup.web.access import any_official, caller_of
from trueup.web.pages import Link, page
from trueup.web.sentences import say_all

LISTS = {
    "audit": gettext_lazy("Audit trail"),
    "transactions": gettext_lazy("Transactions"),
    "holdings": gettext_lazy("Holdings of the market"),
}
_PAGES = {"audit": "audit-trail", "transactions": "market-transactions", "holdings": "market"}
# Where a list goes on, and whose form it was, are no part of a search.
_LEFT_OUT = frozenset({"after", "csrfmiddlewaretoken", "format"})


@any_official
@require_http_methods(["GET", "HEAD", "POST"])
def searches(request: HttpRequest) -> HttpResponse:
    """One's kept searches; keep one more, or remove one.

    Source: PLAT-017, PLAT-112, PLAT-140.
    """
    caller = caller_of(request)
    owner = caller.person or 0
    if request.method == "POST":
        try:
            _change(request, owner)
        except Refused as refused:
            messages.error(request, say_all(refused.refusals))
        return HttpResponseRedirect(reverse("saved-searches"))
    return page(
        request,
        "support/searches",
        trail=[Link(name=_("Desk"), address=reverse("desk"))],
        rows=[
            (row, LISTS[row.list], address_of(row), programs.load(row.program).name)
            if row.program
            else (row, LISTS[row.list], address_of(row), "")
            for row in queries.searches_of(owner)
        ],
    )


def address_of(search: SearchEntry) -> str:
    """Where a kept search runs again."""
    name = _PAGES[search.list]
    address = reverse(name, args=[search.program] if search.list != "audit" else [])
    return f"{address}?{search.query}" if search.query else address


def _change(request: HttpRequest, owner: int) -> None:
    number = request.POST.get("drop", "")
    if number.isdecimal() and len(number) < 19:
        services.drop_search(search=int(number), owner=owner)
        messages.success(request, _("The search is removed."))
        return
    of, program = request.POST.get("list", ""), request.POST.get("program", "")
    needs_program = of != "audit"
    if of not in SEARCHES or (needs_program and program not in programs.codes()):
        return
    kept = [pair for pair in parse_qsl(request.POST.get("query", "")) if pair[0] not in _LEFT_OUT]
    services.save_search(
        owner=owner,
        of=of,
        program=program if needs_program else "",
        name=request.POST.get("name", ""),
        query=urlencode(kept),
        at=caller_of(request).at,
    )
    messages.success(request, _("The search is kept."))
