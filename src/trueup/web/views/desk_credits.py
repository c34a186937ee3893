"""A year's credits as a guided run: calculate, publish for comment, issue; two agree.

Source: 40 CFR 62.16434, 62.16445(e), (f); preamble IV.D.6; RATE-034, RATE-135 to RATE-145.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from trueup.desk import authority, queries
from trueup.desk.callers import Caller
from trueup.desk.entries import ProposalEntry
from trueup.resources import calculation_reads, calculations
from trueup.resources.calculation_reads import YearStanding
from trueup.resources.models import Calculation, CalculationRow
from trueup.rules.program import Program
from trueup.tasks import jobs
from trueup.web.access import caller_of, official
from trueup.web.acts.desk import PREFIX
from trueup.web.components import TaskItem
from trueup.web.credit_words import categories
from trueup.web.desk_lists import page_of_rows
from trueup.web.downloads import csv_download
from trueup.web.filters import FilterForm, SearchField
from trueup.web.pages import Link, page
from trueup.web.sorting import sorting_of
from trueup.web.views.desk_jobs import jobs_seen
from trueup.web.views.desk_resource_words import CALCULATIONS
from trueup.web.views.desk_resources import rated_or_404
from trueup.web.views.desk_signing import to_sign
from trueup.web.views.listings import places_to_choose

SHOWN = 20
DIFFERENCES_SHOWN = 100
FIRST_YEAR = 2022
JOB = "desk.calculate_credits"
ACTS = {
    calculations.NOTICE: "publish_credit_notice",
    calculations.RESOURCES: "issue_to_resources",
    calculations.UNITS: "issue_to_units",
}
FIELDS = {"place": "place", "name": "name", "state": "jurisdiction", "quantity": "quantity"}
CSV_FIELDS = (
    "jurisdiction",
    "category",
    "name",
    "resource_id",
    "account__number",
    "is_ready",
    "reasons",
    "mwh",
    "rate",
    "corrected",
    "quantity",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A part of the run: what can be calculated, and the last calculation of it."""

    kind: str
    title: str
    latest: Calculation | None


@official("originate", "read_audit")
@require_http_methods(["GET", "HEAD", "POST"])
def credits_of_year(request: HttpRequest, code: str, year: int) -> HttpResponse:
    """The steps of a year's credits, each with how far it is.

    Source: preamble IV.D.6; RATE-138, RATE-139; PLAT-125.
    """
    program, caller = rated_or_404(code), caller_of(request)
    today = program.local_date(timezone.now())
    if not FIRST_YEAR <= year <= today.year:
        raise Http404("No credits are earned in this year.")
    may_run = caller.may("originate", program=program.code)
    if request.method == "POST" and may_run:
        return _start(request, program, year, caller)
    kept = calculation_reads.calculations_of(program=program.code, year=year, limit=SHOWN)
    standing = calculation_reads.year_standing(program=program.code, year=year, today=today)
    proposals = _proposals(caller, program, year)
    return page(
        request,
        "desk/resources/credits",
        program=program,
        trail=_trail(program),
        year=year,
        years=range(FIRST_YEAR, today.year + 1),
        steps=[_("Notice"), _("Comment"), _("Calculation"), _("Second official"), _("Issued")],
        step=_step(standing, kept, proposals),
        standing=standing,
        tasks=_tasks(standing, program, today_is_after=today.year > year),
        parts=[
            Step(
                kind=kind,
                title=str(title),
                latest=next((row for row in kept if row.kind == kind), None),
            )
            for kind, title in CALCULATIONS.items()
        ],
        calculations=kept,
        names=CALCULATIONS,
        proposals=proposals,
        may_run=may_run and today.year > year,
        jobs=[
            entry
            for entry in jobs_seen(caller, program.code, names=(JOB,), limit=SHOWN)
            if not entry.has_ended and entry.values.get("year") == year
        ],
    )


class RowsFilter(FilterForm):
    """Choices among the rows of a calculation."""

    q = SearchField(label=gettext_lazy("Name"))
    state = forms.ChoiceField(label=gettext_lazy("State"))
    category = forms.ChoiceField(label=gettext_lazy("Category"))
    ready = forms.ChoiceField(
        label=gettext_lazy("Ready"),
        choices=[
            ("", gettext_lazy("All")),
            ("yes", gettext_lazy("Ready")),
            ("no", gettext_lazy("Something is missing")),
        ],
    )

    def __init__(self, request: HttpRequest, program: Program) -> None:
        super().__init__(
            request,
            choices={
                "state": places_to_choose(program),
                "category": [("", _("All categories")), *categories(program)],
            },
        )

    def rows(self, row: Calculation) -> Any:
        """The rows that are chosen."""
        found = CalculationRow.objects.filter(calculation=row)
        if self.chosen["q"]:
            found = found.filter(name__icontains=self.chosen["q"])
        if self.chosen["state"]:
            found = found.filter(jurisdiction=self.chosen["state"])
        if self.chosen["category"]:
            found = found.filter(category=self.chosen["category"])
        if self.chosen["ready"]:
            found = found.filter(is_ready=self.chosen["ready"] == "yes")
        return found


@official("originate", "read_audit")
@require_http_methods(["GET", "HEAD", "POST"])
def calculation(request: HttpRequest, code: str, key: UUID) -> HttpResponse:
    """A kept calculation: totals, every row, what differs; and the way to a proposal.

    Source: preamble IV.D.6; RATE-135 to RATE-145; docs/decisions/0306.
    """
    program, caller = rated_or_404(code), caller_of(request)
    row = _known(program, key)
    may_propose = caller.may("originate", program=program.code)
    if request.method == "POST" and may_propose:
        values = {"year": row.year, "calculation": str(row.key), "digest": row.digest}
        return to_sign(request, f"{PREFIX}{ACTS[row.kind]}", values, program=program.code)
    form = RowsFilter(request, program)
    sorting = sorting_of(request, tuple(FIELDS))
    before = calculation_reads.one_before(row)
    found = calculation_reads.differences(before, row) if before is not None else []
    return page(
        request,
        "desk/resources/calculation",
        program=program,
        trail=[
            *_trail(program),
            Link(
                name=_("Credits of %(year)s") % {"year": row.year},
                address=reverse("desk-credits", args=[program.code, row.year]),
            ),
        ],
        calculation=row,
        title=CALCULATIONS[row.kind],
        of_units=row.kind != calculations.RESOURCES,
        filter=form,
        sorting=sorting,
        page=page_of_rows(request, form.rows(row), sorting, FIELDS),
        before=before,
        differences=found[:DIFFERENCES_SHOWN],
        differences_count=len(found),
        unreviewed=calculation_reads.unreviewed(row),
        may_propose=may_propose and bool(row.totals.get("ready")),
        csv=f"{reverse('calculation-csv', args=[program.code, key])}?{request.GET.urlencode()}",
    )


@official("originate", "read_audit")
@require_safe
def calculation_csv(request: HttpRequest, code: str, key: UUID) -> StreamingHttpResponse:
    """The rows of a calculation that are chosen, as a table."""
    program = rated_or_404(code)
    row = _known(program, key)
    rows = RowsFilter(request, program).rows(row).order_by("place").values_list(*CSV_FIELDS)
    return csv_download(f"credits-{row.kind}-{row.year}", CSV_FIELDS, rows.iterator())


def _start(
    request: HttpRequest, program: Program, year: int, caller: Caller
) -> HttpResponseRedirect:
    kind = request.POST.get("kind", "")
    if kind not in ACTS:
        return HttpResponseRedirect(reverse("desk-credits", args=[program.code, year]))
    key = jobs.start(
        JOB,
        by=caller.person,
        program=program.code,
        values={"kind": kind, "year": year},
        at=caller.at,
    )
    return HttpResponseRedirect(reverse("job", args=[key]))


def _proposals(caller: Caller, program: Program, year: int) -> list[ProposalEntry]:
    return [
        entry
        for entry in queries.proposals(
            within=authority.proposals_in(caller),
            program=program.code,
            acts=(*ACTS.values(), "issue_to_resource"),
        )
        if entry.values.get("year") == year
    ]


def _step(
    standing: YearStanding, kept: Sequence[Calculation], proposals: Sequence[ProposalEntry]
) -> int:
    """The number of the step that is to be done now."""
    if not standing.notices:
        return 1
    if any(entry.verdict is None for entry in proposals):
        return 4
    if standing.open_until is not None:
        return 2
    if standing.resources or standing.units:
        return 5
    return 4 if any(row.kind != calculations.NOTICE for row in kept) else 3


def _tasks(standing: YearStanding, program: Program, *, today_is_after: bool) -> list[TaskItem]:
    """What stands between the reports and the credits."""
    verified, awaited = (
        standing.reports.get("verified", 0),
        standing.reports.get("submitted", 0) + standing.reports.get("incomplete", 0),
    )
    queue = reverse("desk-resources", args=[program.code])
    words = ngettext("%(count)s report", "%(count)s reports", awaited) % {"count": f"{awaited:,}"}
    notice = _("Open for comment") if standing.open_until else _("Closed")
    return [
        TaskItem(
            title=_("The year is over"),
            status=_("Passed") if today_is_after else _("Not yet"),
            kind="good" if today_is_after else "bad",
        ),
        TaskItem(
            title=_("Reports that are verified"), status=f"{verified:,}", kind="note", address=queue
        ),
        TaskItem(
            title=_("Reports that are not verified"),
            hint=_("They are left out; a later run issues their credits."),
            status=words if awaited else _("None"),
            kind="care" if awaited else "good",
            address=f"{queue}?kind=report",
        ),
        TaskItem(
            title=_("Notice for 30 days of comment"),
            status=notice if standing.notices else _("Not published"),
            kind="care" if standing.open_until or not standing.notices else "good",
        ),
    ]


def _known(program: Program, key: UUID) -> Calculation:
    row = (
        Calculation.objects.filter(key=key, program=program.code).select_related("made_by").first()
    )
    if row is None:
        raise Http404("There is no such calculation.")
    return row


def _trail(program: Program) -> list[Link]:
    return [
        Link(name=_("Desk"), address=reverse("desk")),
        Link(name=_("Resources"), address=reverse("desk-resources", args=[program.code])),
    ]
