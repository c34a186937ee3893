"""The queues of the desk: each a list that is filtered, sorted and read a page at a time.

Source: PLAT-018, PLAT-053, PLAT-081, PLAT-082.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from trueup.audit import appeals as audit_appeals
from trueup.desk import change_queues, queues
from trueup.desk.callers import Caller
from trueup.desk.queues import FUNCTIONS, QueueRow
from trueup.disclosure import queries as disclosure
from trueup.resources import review_reads
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.web.access import View, official
from trueup.web.desk_lists import page_of_list
from trueup.web.filters import FilterForm, SearchField
from trueup.web.pages import Link, page, program_or_404
from trueup.web.sorting import sorting_of

FAR = date(9999, 12, 31)
TITLES = {
    "applications": gettext_lazy("Applications to decide"),
    "notices": gettext_lazy("Overdue notices"),
    "held": gettext_lazy("Held transfers"),
    "emissions": gettext_lazy("Incomplete emissions"),
    "short": gettext_lazy("Accounts short before the deadline"),
}
LEADS = {
    "applications": gettext_lazy("Applications for general accounts that wait for an official."),
    "notices": gettext_lazy("Notices whose last day has passed and that have not gone out."),
    "held": gettext_lazy("Transfers that are recorded after the deductions."),
    "emissions": gettext_lazy(
        "Facilities that a settlement would leave out: emissions are missing, or not final."
    ),
    "short": gettext_lazy("Facilities that hold less than they owe by what is reported so far."),
}
QUANTITIES = {
    "notices": gettext_lazy("Attempts"),
    "held": gettext_lazy("Quantity"),
    "emissions": gettext_lazy("Unit years missing"),
    "short": gettext_lazy("Short by"),
}
NOTES = {
    "submitted": gettext_lazy("Submitted"),
    "in_review": gettext_lazy("In review"),
    "held": gettext_lazy("Waits for the deductions"),
    "emissions_incomplete": gettext_lazy("Emissions incomplete"),
    "emissions_not_final": gettext_lazy("Emissions not final"),
    "preliminary": gettext_lazy("Preliminary: emissions are not complete"),
}
# Counted in the sums that the clock makes.
OF_FACILITIES = ("emissions", "short")
KEYS: dict[str, Callable[[QueueRow], Any]] = {
    "due": lambda row: (row.due_on or FAR, row.title),
    "title": lambda row: (row.title.casefold(), row.key),
    "since": lambda row: (row.since or FAR, row.title),
    "quantity": lambda row: (row.quantity or 0, row.title),
}


class QueueFilter(FilterForm):
    """Choices in a queue."""

    q = SearchField(label=gettext_lazy("Name"))
    state = forms.ChoiceField(label=gettext_lazy("State"))

    def __init__(self, request: HttpRequest, *, program: Program) -> None:
        self.base_fields["state"].choices = [  # type: ignore[attr-defined]
            ("", gettext_lazy("All")),
            *((code, place.name) for code, place in program.jurisdictions.items()),
        ]
        super().__init__(request)

    def fits(self, row: QueueRow) -> bool:
        text = str(self.chosen["q"]).casefold()
        return (not text or text in row.title.casefold()) and (
            not self.chosen["state"] or row.jurisdiction == self.chosen["state"]
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCount:
    """A queue on the console."""

    name: str
    title: str
    count: int
    address: str


def queue(name: str) -> View:
    """The page of one queue, for the officials that it is for."""

    @official(*FUNCTIONS[name])
    @require_safe
    def view(request: HttpRequest, code: str) -> HttpResponse:
        program = program_or_404(code)
        period = period_of(request, program)
        today = program.local_date(timezone.now())
        rows, more = queues.rows(name, program=program.code, period=period, today=today)
        form = QueueFilter(request, program=program)
        sorting = sorting_of(
            request, tuple(KEYS), default="-quantity" if name in OF_FACILITIES else "due"
        )
        chosen = [row for row in rows if form.fits(row)]
        return page(
            request,
            "desk/queue",
            program=program,
            trail=[Link(name=_("Desk"), address=reverse("desk"))],
            queue=name,
            title=TITLES[name],
            lead=LEADS[name],
            quantity_label=QUANTITIES.get(name, ""),
            period=period if name in OF_FACILITIES else None,
            read_at=(
                queues.read_at(program=program.code, period=period)
                if name in OF_FACILITIES
                else None
            ),
            filter=form,
            sorting=sorting,
            page=page_of_list(request, chosen, sorting, KEYS),
            count=len(chosen),
            more=more,
            notes=NOTES,
            today=today,
            address_of={
                row.key: address for row in chosen if (address := address_of(row, program))
            },
        )

    return view


@official("appeals", "settle")
@require_safe
def open_appeals(request: HttpRequest, code: str) -> HttpResponse:
    """Appeals that await their outcome, the oldest first.

    Source: 78.1; PLAT-111.
    """
    program = program_or_404(code)
    return page(
        request,
        "desk/appeals",
        program=program,
        trail=[Link(name=_("Desk"), address=reverse("desk"))],
        appeals=audit_appeals.pending_appeals(program=program.code),
    )


def counts_of(caller: Caller, program: Program) -> list[QueueCount]:
    """The queues that are a caller's, counted."""
    mine = [
        name
        for name, functions in FUNCTIONS.items()
        if any(caller.may_somewhere(one, program=program.code) for one in functions)
    ]
    today = program.local_date(caller.at)
    reviewed = [
        *resource_counts(caller, program, today=today),
        *change_counts(caller, program, today=today),
    ]
    if not mine:
        return reviewed
    period = disclosure.running_or_due(program, today=today)
    found = queues.counts(program=program.code, period=period, today=today)
    return [
        QueueCount(
            name=name,
            title=str(TITLES[name]),
            count=found[name],
            address=reverse(f"queue-{name}", args=[program.code]),
        )
        for name in mine
    ] + reviewed


def resource_counts(caller: Caller, program: Program, *, today: date) -> list[QueueCount]:
    """The queue of papers of resources, for officials who review them."""
    if program.resources is None or not caller.may_somewhere(
        "review_eligibility", program=program.code
    ):
        return []
    return [
        QueueCount(
            name="resources",
            title=_("Resources to review"),
            count=review_reads.count_waiting(program=program.code, today=today),
            address=reverse("desk-resources", args=[program.code]),
        )
    ]


def change_counts(caller: Caller, program: Program, *, today: date) -> list[QueueCount]:
    """Late steps of States' plans, and units that were idle, for officials who keep them.

    Source: 40 CFR 60.27; 62.16240(a)(2); MASS-060, MASS-074.
    """
    found = []
    if caller.may_somewhere("state_plans", program=program.code):
        found.append(
            QueueCount(
                name="state_plans",
                title=_("Late steps of State plans"),
                count=change_queues.late_steps(program=program.code, today=today),
                address=reverse("desk-state-plans", args=[program.code]),
            )
        )
    if program.allocates and caller.may_somewhere("allocate", program=program.code):
        found.append(
            QueueCount(
                name="lost_allocations",
                title=_("Units that lose their allocations"),
                count=len(change_queues.idle_units(program=program.code)[0]),
                address=reverse("desk-lost-allocations", args=[program.code]),
            )
        )
    return found


def counted_at(program: Program, seen: Sequence[QueueCount], *, at: datetime) -> datetime | None:
    """As of when the facilities in the queues are counted; None where there are none."""
    if not any(one.name in OF_FACILITIES for one in seen):
        return None
    period = disclosure.running_or_due(program, today=program.local_date(at))
    return queues.read_at(program=program.code, period=period)


def period_of(request: HttpRequest, program: Program) -> CompliancePeriod:
    """The period that the address names, or the one that is settled next."""
    named = request.GET.get("period", "")
    if named:
        try:
            return program.period_named(named)
        except Refused:
            pass
    return disclosure.running_or_due(program, today=program.local_date(timezone.now()))


def address_of(row: QueueRow, program: Program) -> str:
    """The page of what waits."""
    if row.kind == "application":
        return reverse("application", args=[row.key])
    if row.kind == "transfer":
        return reverse("transfer", args=[program.code, row.key])
    if row.kind == "facility":
        return f"{reverse('desk-facility', args=[int(row.key)])}?program={program.code}"
    return ""
