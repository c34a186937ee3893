"""The home of verifiers and sponsors: role, accreditation, resources, accounts, what awaits.

Source: PLAT-018, PLAT-129; 40 CFR 62.16470.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from trueup.accounts import queries as accounts
from trueup.audit import queries as audit
from trueup.ledger import queries as ledger
from trueup.resources.accreditation_reads import verifiers_of
from trueup.resources.sponsor_reads import resources_of_accounts
from trueup.rules import programs
from trueup.tasks import queries as tasks
from trueup.web.access import caller_of, registered
from trueup.web.pages import Link, page

NOTICES_SHOWN = 10


@registered
@require_safe
def verifying(request: HttpRequest) -> HttpResponse:
    """Who one is to the programs with eligible resources, and what is there for one.

    Accreditation is that of the verifiers of whose team the person is.

    Source: PLAT-018, PLAT-052, PLAT-129.
    """
    caller = caller_of(request)
    person = accounts.person(caller.person or 0)
    grants = [grant for grant in caller.grants if "verify" in grant.functions]
    rated = [code for code in programs.codes() if programs.load(code).resources is not None]
    found = verifiers_of(caller.person or 0)
    own = ledger.accounts_by_id(caller.represents)
    today = programs.load(settings.TRUEUP_PROGRAM).local_date(caller.at)
    counts = tasks.counts_for(
        person=caller.person or 0,
        accounts=caller.represents,
        delegated=caller.delegated,
        functions=caller.scopes,
        today=today,
    )
    return page(
        request,
        "verifying",
        trail=[Link(name=_("Your accounts"), address=reverse("you"))],
        person=person,
        grants=grants,
        accreditations=found,
        rated=rated,
        resources=resources_of_accounts(caller.represents),
        accounts=[own[key] for key in sorted(own)],
        open_tasks=sum(count.open for count in counts),
        late_tasks=sum(count.overdue for count in counts),
        notices=audit.notices_of(caller.person or 0, limit=NOTICES_SHOWN),
    )
