"""Meter data: what reporters filed for a resource, and what one reports for others.

Source: PLAT-130; docs/decisions/0205.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.resources import queries as resources
from trueup.resources import sponsor_reads as sponsors
from trueup.resources.filing import SUBMISSIONS
from trueup.web.access import caller_of, own, registered
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.views.sponsor_resources import own_resources, reads_resource


@own(reads_resource)
@require_safe
def of_resource(request: HttpRequest, code: str, resource_id: int) -> HttpResponse:
    """The months of meter data that count now, with what each waits for.

    Source: PLAT-130; docs/decisions/0205.
    """
    program = program_or_404(code)
    found = resources.resource(resource_id)
    months = sponsors.meter_months(resource_id)
    name = found.name if found is not None else ""
    account = found.account if found is not None else None
    return page(
        request,
        "sponsor/meter_data",
        program=program,
        trail=program_trail(
            program,
            own_resources(),
            Link(name=name, address=reverse("my-resource", args=[code, resource_id])),
        ),
        resource=found,
        months=months,
        people=sponsors.people_of({one.reporter for one in months}),
        is_open=any(one.state in ("filed", "held", "disputed") for one in months),
        silence_days=program.credits.meter_silence_days if program.credits is not None else 0,
        may_act=caller_of(request).acts_for(account or 0, submission=SUBMISSIONS),
    )


@registered
@require_safe
def meter_data(request: HttpRequest) -> HttpResponse:
    """The resources that named one to report their meter data, and what was filed lately.

    Source: PLAT-130; docs/decisions/0205.
    """
    named = sponsors.reports_for(caller_of(request).person or 0)
    latest = sponsors.latest_months([one.id for one in named])
    return page(
        request,
        "sponsor/reporting",
        trail=[Link(name=_("Your accounts"), address=reverse("you"))],
        rows=[(one, latest[one.id]) for one in named],
        codes=sorted({one.program for one in named}),
    )
