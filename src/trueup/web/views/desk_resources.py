"""The desk's queue of resources: every paper that waits, by kind, State and day.

Source: 40 CFR 62.16445 to 62.16480; preamble IV.D.6.b; PLAT-120, PLAT-127.
"""

from __future__ import annotations

from datetime import date

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from trueup.desk.callers import Caller
from trueup.resources import review_reads
from trueup.resources.review_reads import Waiting, Wanted
from trueup.rules.program import Program
from trueup.web.access import caller_of, official
from trueup.web.credit_words import categories
from trueup.web.desk_lists import page_of_list
from trueup.web.filters import FilterForm, SearchField
from trueup.web.pages import Link, page, program_or_404
from trueup.web.sorting import sorting_of
from trueup.web.views.desk_resource_words import KINDS, LOOKS, WAITS
from trueup.web.views.listings import places_to_choose

FUNCTIONS = ("review_eligibility", "originate", "revoke", "read_audit")
FAR = date(9999, 12, 31)
KEYS = {
    "due": lambda row: (row.due_on or FAR, row.title),
    "since": lambda row: (row.since, row.title),
    "title": lambda row: (row.title.casefold(), row.id),
}


class WaitingFilter(FilterForm):
    """Which of what waits is shown."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Paper"), choices=[("", gettext_lazy("Every kind")), *KINDS.items()]
    )
    state = forms.ChoiceField(label=gettext_lazy("State"))
    category = forms.ChoiceField(label=gettext_lazy("Category"))
    when = forms.ChoiceField(
        label=gettext_lazy("When"),
        choices=[("", gettext_lazy("Any day")), ("late", gettext_lazy("Overdue"))],
    )
    q = SearchField(label=gettext_lazy("Name"))

    def __init__(self, request: HttpRequest, program: Program) -> None:
        super().__init__(
            request,
            choices={
                "state": places_to_choose(program),
                "category": [("", _("All categories")), *categories(program)],
            },
        )

    def wanted(self, program: str, today: date) -> Wanted:
        return Wanted(
            program=program,
            today=today,
            kind=self.chosen["kind"],
            jurisdiction=self.chosen["state"],
            category=self.chosen["category"],
            text=self.chosen["q"],
        )


@official(*FUNCTIONS)
@require_safe
def resources_queue(request: HttpRequest, code: str) -> HttpResponse:
    """What waits for officials: applications, reports, verifiers, comments, with their days.

    Source: 40 CFR 62.16445(b), (e), 62.16470(d), 62.16475(e).
    """
    program = resources_or_404(code)
    caller = caller_of(request)
    today = program.local_date(timezone.now())
    form = WaitingFilter(request, program)
    rows = [
        row
        for row in review_reads.waiting(form.wanted(program.code, today))
        if sees_state(caller, program.code, row.jurisdiction)
        and (form.chosen["when"] != "late" or (row.due_on is not None and row.due_on < today))
    ]
    sorting = sorting_of(request, tuple(KEYS), default="due")
    shown = page_of_list(request, rows, sorting, KEYS)
    return page(
        request,
        "desk/resources/queue",
        program=program,
        trail=[Link(name=_("Desk"), address=reverse("desk"))],
        filter=form,
        sorting=sorting,
        page=shown,
        rows=[(row, address_of(row, program)) for row in shown.rows],
        count=len(rows),
        late=sum(1 for row in rows if row.due_on is not None and row.due_on < today),
        overdue_questions=review_reads.overdue_questions(program=program.code, today=today),
        kinds=KINDS,
        waits=WAITS,
        looks=LOOKS,
        today=today,
        runs=_runs(caller, program, today),
    )


def address_of(row: Waiting, program: Program) -> str:
    """The page of what waits."""
    name = {
        "application": "desk-resource-application",
        "comments": "desk-resource-application",
        "report": "desk-resource-report",
        "verification": "desk-resource-report",
        "plan": "desk-resource",
        "accreditation": "desk-accreditation",
        "engagement": "desk-verifier",
    }[row.kind]
    return reverse(name, args=[program.code, row.id])


def rated_or_404(code: str) -> Program:
    """A rate-based program by its code; 404 for another."""
    program = program_or_404(code)
    if not program.is_rate_based:
        raise Http404("The program has no credits.")
    return program


def resources_or_404(code: str) -> Program:
    """A program in which eligible resources take part, by its code; 404 for another."""
    program = program_or_404(code)
    if program.resources is None:
        raise Http404("No eligible resources take part in the program.")
    return program


def sees_state(caller: Caller, program: str, jurisdiction: str) -> bool:
    """Whether an official's functions reach a State's resources; of no State: the whole."""
    return any(caller.may(one, program=program, jurisdiction=jurisdiction) for one in FUNCTIONS)


def require_state(caller: Caller, program: str, jurisdiction: str) -> None:
    """403 for an official of another State (PLAT-019)."""
    if not sees_state(caller, program, jurisdiction):
        raise PermissionDenied


def state_of(program: Program, jurisdiction: str) -> dict[str, str]:
    """The State as an act names it; none where it is no State of the program."""
    return {"jurisdiction": jurisdiction} if jurisdiction in program.jurisdictions else {}


def _runs(caller: Caller, program: Program, today: date) -> list[Link]:
    links = [Link(name=_("Verifiers"), address=reverse("desk-verifiers", args=[program.code]))]
    links.append(
        Link(
            name=_("Credits that prove invalid"),
            address=reverse("desk-credits-invalid", args=[program.code]),
        )
    )
    links.append(
        Link(
            name=_("Credits between States"),
            address=reverse("desk-credits-flows", args=[program.code]),
        )
    )
    if caller.may("originate", program=program.code):
        name = _("Credits of %(year)s") % {"year": today.year - 1}
        address = reverse("desk-credits", args=[program.code, today.year - 1])
        links.insert(0, Link(name=name, address=address))
    links.append(Link(name=_("Public register"), address=reverse("resources", args=[program.code])))
    return links
