"""What regulators see of credits: from which State they came, and where they were used.

Source: 40 CFR 62.16515(i)(3); RATE-210.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.desk.callers import Caller
from trueup.ledger.flow_reads import retired_by_state
from trueup.rules.program import Program
from trueup.web.access import caller_of, official
from trueup.web.credit_words import category_name
from trueup.web.downloads import csv_download
from trueup.web.pages import Link, page
from trueup.web.views.desk_resources import FUNCTIONS, rated_or_404, sees_state

HEADER = ("issued_in", "used_in", "category", "quantity")


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditFlow:
    """Credits of one State and category that were deducted in one State."""

    issued_in: str
    used_in: str
    category: str
    quantity: int

    @property
    def crosses(self) -> bool:
        return self.issued_in != self.used_in


@official(*FUNCTIONS)
@require_safe
def credit_flows(request: HttpRequest, code: str) -> HttpResponse:
    """Credits that were used for compliance, by the State of issue and of use.

    A State's officials see what came from their State and what was used there.

    Source: 40 CFR 62.16515(i)(3); RATE-210.
    """
    program = rated_or_404(code)
    flows = _flows(program, caller_of(request))
    return page(
        request,
        "desk/resources/flows",
        program=program,
        trail=[
            Link(name=_("Desk"), address=reverse("desk")),
            Link(name=_("Resources"), address=reverse("desk-resources", args=[program.code])),
        ],
        rows=[(flow, category_name(program, flow.category)) for flow in flows],
        across=sum(flow.quantity for flow in flows if flow.crosses),
        within=sum(flow.quantity for flow in flows if not flow.crosses),
    )


@official(*FUNCTIONS)
@require_safe
def credit_flows_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The same as a table."""
    program = rated_or_404(code)
    rows = _flows(program, caller_of(request))
    return csv_download(
        "credit-flows",
        HEADER,
        ((row.issued_in, row.used_in, row.category, row.quantity) for row in rows),
    )


def _flows(program: Program, caller: Caller) -> list[CreditFlow]:
    """What was deducted, the largest first; a State's official sees what concerns the State."""
    sums: Counter[tuple[str, str, str]] = Counter()
    for row in retired_by_state(program.code):
        if row.type == "deduct":
            sums[row.lot.jurisdiction, row.jurisdiction, row.lot.category] += row.quantity
    places = {place for issued_in, used_in, _category in sums for place in (issued_in, used_in)}
    seen = _seen(caller, program, places)
    found = [
        CreditFlow(issued_in=key[0], used_in=key[1], category=key[2], quantity=quantity)
        for key, quantity in sums.items()
        if not seen.isdisjoint(key[:2])
    ]
    return sorted(found, key=lambda one: (-one.quantity, one.issued_in, one.used_in, one.category))


def _seen(caller: Caller, program: Program, places: Iterable[str]) -> set[str]:
    return {place for place in places if sees_state(caller, program.code, place)}
