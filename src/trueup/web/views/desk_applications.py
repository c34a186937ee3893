"""An application for a general account: what it says, and what is done with it.

Officials who review applications see it, and whom it names.

Source: 40 CFR 62.16320(c)(1), (3); PLAT-026.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from trueup.accounts import application_reads
from trueup.accounts.application_entries import ApplicationEntry
from trueup.desk.callers import Caller
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.web.access import caller_of, own
from trueup.web.acts.desk import PREFIX
from trueup.web.application_words import STEPS
from trueup.web.components import TimelineEvent
from trueup.web.pages import Link, page
from trueup.web.views.desk_signing import to_sign

STATES = {
    "draft": gettext_lazy("Draft, not submitted"),
    "incomplete": gettext_lazy("Incomplete"),
    "information_requested": gettext_lazy("Waits for the applicant"),
    "submitted": gettext_lazy("Waits for an official"),
    "in_review": gettext_lazy("In review"),
    "approved": gettext_lazy("Approved"),
    "rejected": gettext_lazy("Rejected"),
    "withdrawn": gettext_lazy("Withdrawn"),
    "lapsed": gettext_lazy("Lapsed"),
}
ACTS = (
    ("review_application", gettext_lazy("Take it into review"), ("submitted",)),
    ("ask_for_information", gettext_lazy("Ask for information"), ("submitted", "in_review")),
    ("approve_application", gettext_lazy("Approve it"), ("submitted", "in_review")),
    ("reject_application", gettext_lazy("Reject it"), ("submitted", "in_review")),
)


NEEDS_REASON = frozenset({"ask_for_information", "reject_application"})


def sees_application(caller: Caller, arguments: Mapping[str, Any]) -> bool:
    """Whether an application is there and the caller's to see, for the rule of access."""
    found = application_reads.application(arguments["number"])
    if found is None or caller.person is None:
        return False
    return caller.person in found.people or _reviews(caller, found)


@own(sees_application)
@require_http_methods(["GET", "HEAD", "POST"])
def application(request: HttpRequest, number: int) -> HttpResponse:
    """What an application says, who signed it, each step, and what an official can do.

    Source: 40 CFR 62.16320(c)(1); PLAT-026.
    """
    found = application_reads.application(number)
    if found is None:
        raise Http404("There is no such application.")
    caller = caller_of(request)
    program = programs.load(found.program)
    contacts = application_reads.contacts(found.people)
    reviews = _reviews(caller, found) and caller.person not in found.people
    acts = [(name, title) for name, title, states in ACTS if reviews and found.state in states]
    problem = ""
    if request.method == "POST" and acts:
        name, reason = request.POST.get("do", ""), request.POST.get("reason", "").strip()
        if name in {act for act, _title in acts}:
            if name not in NEEDS_REASON or reason:
                values = {"application": number, **({"reason": reason} if reason else {})}
                if name == "review_application":
                    values.pop("reason", None)
                return to_sign(request, f"{PREFIX}{name}", values, program=found.program)
            problem = _("Say why; it is told to the applicant.")
    return page(
        request,
        "desk/application",
        program=program,
        trail=[Link(name=_("Tasks"), address=reverse("tasks"))],
        application=found,
        state=STATES.get(found.state, found.state),
        days_used=application_reads.days_used(found, today=program.local_date(caller.at)),
        applicant=contacts[found.applicant],
        representatives=[contacts[one] for one in found.document.representatives],
        alternates=[contacts[one] for one in found.document.alternates],
        account=ledger.account(found.account) if found.account is not None else None,
        events=[
            TimelineEvent(when=step.at, what=str(STEPS.get(step.act, step.act)), note=step.reason)
            for step in found.steps
        ],
        acts=acts,
        problem=problem,
        http_status=422 if problem else 200,
    )


def _reviews(caller: Caller, found: ApplicationEntry) -> bool:
    return caller.may("review_applications", program=found.program)
