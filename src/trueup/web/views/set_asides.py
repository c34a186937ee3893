"""Set-asides for everybody: each State and vintage, projects, results, notices of data.

Source: 40 CFR 62.16240(b)(1)(ii), (b)(2)(ii); 62.16245(a)(7), (b)(3)(iii), (b)(5); MASS-087,
MASS-091, MASS-167, MASS-168.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from trueup.ledger import queries as ledger
from trueup.rules.programs import Program
from trueup.set_asides import public_reads, queries
from trueup.set_asides.entries import ProjectEntry
from trueup.set_asides.public_reads import SetAsideRow
from trueup.web import charts
from trueup.web.access import public
from trueup.web.downloads import csv_download
from trueup.web.filters import FilterForm, SearchField
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.set_aside_words import PROJECT_STATES
from trueup.web.signed_acts import now
from trueup.web.views.listings import states_to_choose
from trueup.web.views.pictures import look_of, picture

NOTICES_SHOWN = 20
CSV_BATCH = 1000


class ProjectFilters(FilterForm):
    """Which projects are shown."""

    state = forms.ChoiceField(label=gettext_lazy("State"))
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        choices=[("", gettext_lazy("Every status")), *PROJECT_STATES.items()],
    )
    search = SearchField(label=gettext_lazy("Name"))

    def __init__(self, request: HttpRequest, program: Program) -> None:
        super().__init__(request, choices={"state": states_to_choose(program)})

    def rows(self, program: str, *, limit: int, after: int) -> list[ProjectEntry]:
        """The projects that are chosen."""
        return public_reads.projects_page(
            program=program,
            jurisdiction=self.chosen["state"],
            state=self.chosen["status"],
            text=self.chosen["search"],
            limit=limit,
            after=after,
        )


def with_set_asides_or_404(code: str) -> Program:
    """A program that has set-asides."""
    program = program_or_404(code)
    if program.renewable_energy is None and program.output_based is None:
        raise Http404("The program has no set-asides.")
    return program


def set_asides_link(code: str) -> Link:
    return Link(name=_("Set-asides"), address=reverse("set-asides", args=[code]))


def state_link(program: Program, jurisdiction: str) -> Link:
    return Link(
        name=program.jurisdictions[jurisdiction].name,
        address=reverse("set-aside-state", args=[program.code, jurisdiction]),
    )


def state_or_404(program: Program, jurisdiction: str) -> str:
    """A State of the program."""
    if jurisdiction not in program.jurisdictions:
        raise Http404("There is no such State in this program.")
    return jurisdiction


def vintage_of(request: HttpRequest, program: Program) -> tuple[int, list[int]]:
    """The vintage that is asked for, else the latest that was distributed; and all there are."""
    year = program.local_date(now()).year
    years = public_reads.years_of(program, today_year=year)
    asked = request.GET.get("vintage", "")
    if asked.isascii() and asked.isdigit() and len(asked) <= 4 and int(asked) in years:
        return int(asked), years
    latest = queries.last_vintage(program=program.code) or year
    return min(max(latest, years[0]), years[-1]), years


@public
@require_safe
def set_asides(request: HttpRequest, code: str) -> HttpResponse:
    """Every State's set-asides of a vintage: what they hold, who asked, what became of them.

    Source: 40 CFR 62.16235(c), (d); 62.16245(a)(7), (b)(5); MASS-087, MASS-168.
    """
    program = with_set_asides_or_404(code)
    vintage, years = vintage_of(request, program)
    rows = public_reads.rows_of(program=code, vintages=[vintage])
    today = program.local_date(now())
    return page(
        request,
        "set_asides/list",
        program=program,
        trail=program_trail(program),
        vintage=vintage,
        years=years,
        rows=rows,
        names=program.jurisdictions,
        totals=_totals(rows),
        open_notices=public_reads.notices(program=code, open_on=today, limit=NOTICES_SHOWN),
        csv=f"{reverse('set-asides-csv', args=[code])}?vintage={vintage}",
    )


def _totals(rows: Sequence[SetAsideRow]) -> dict[str, int]:
    return {
        "budget": sum(row.budget for row in rows),
        "projects": sum(row.projects for row in rows),
        "distributed": sum(row.distributed for row in rows),
        "to_units": sum(row.to_units for row in rows),
    }


@public
@require_safe
def set_asides_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The same for a spreadsheet."""
    program = with_set_asides_or_404(code)
    vintage, _years = vintage_of(request, program)
    header = (
        "state",
        "vintage",
        "set_aside",
        "budget",
        "projects",
        "asked_mwh",
        "distributed",
        "surplus_to_units",
        "kept",
        "recorded_at",
        "late",
    )
    rows = public_reads.rows_of(program=code, vintages=[vintage])
    return csv_download(f"set-asides-{vintage}", header, (_csv_row(row) for row in rows))


def _csv_row(row: SetAsideRow) -> tuple[object, ...]:
    entry = row.entry
    return (
        row.jurisdiction,
        row.vintage,
        row.purpose,
        row.budget,
        row.projects,
        row.asked_mwh,
        row.distributed,
        row.to_units,
        row.kept,
        entry.decided_at.isoformat() if entry is not None and entry.decided_at else "",
        "" if entry is None else "yes" if entry.is_late else "no",
    )


@public
@require_safe
def set_aside_state(request: HttpRequest, code: str, jurisdiction: str) -> HttpResponse:
    """One State's set-asides year by year, its projects and its notices of data.

    Source: 40 CFR 62.16245(a)(7), (b)(3)(iii), (b)(5); MASS-087, MASS-091.
    """
    program = with_set_asides_or_404(code)
    state = state_or_404(program, jurisdiction)
    projects = public_reads.projects_page(
        program=code, jurisdiction=state, limit=PAGE_SIZE + 1, after=number_after(request)
    )
    rows = _rows_of_state(program, state)
    barred = public_reads.barred_of(program=code, jurisdiction=state)
    return page(
        request,
        "set_asides/state",
        program=program,
        trail=program_trail(program, set_asides_link(code)),
        place=program.jurisdictions[state],
        rows=rows,
        page=page_of(request, projects, key=lambda one: one.id),
        accounts=ledger.accounts_by_id({one.account for one in projects}),
        carried=public_reads.carried_of([one.id for one in projects]),
        barred=[
            (account, barred[account.id]) for account in ledger.accounts_by_id(barred).values()
        ],
        notices=public_reads.notices(program=code, jurisdiction=state, limit=NOTICES_SHOWN),
        today=program.local_date(now()),
    )


def _rows_of_state(program: Program, state: str) -> list[SetAsideRow]:
    years = public_reads.years_of(program, today_year=program.local_date(now()).year)
    return public_reads.rows_of(program=program.code, vintages=years, jurisdiction=state)


@public
@require_safe
def state_chart(request: HttpRequest, code: str, jurisdiction: str) -> HttpResponse:
    """What projects and units earned of a State's set-asides, and what was surplus."""
    program = with_set_asides_or_404(code)
    rows = _rows_of_state(program, state_or_404(program, jurisdiction))
    series = [_("Earned"), _("Surplus to units")]
    drawn: list[dict[str, str | int]] = []
    for year in sorted({row.vintage for row in rows}):
        of_year = [row for row in rows if row.vintage == year]
        for name, amount in zip(
            series,
            (sum(row.distributed for row in of_year), sum(row.to_units for row in of_year)),
            strict=True,
        ):
            drawn.append({"year": str(year), "series": name, "amount": amount})
    return picture(
        request,
        charts.amounts_by_year(drawn, shown=look_of(request), series=series, unit=_("Allowances")),
    )


@public
@require_safe
def projects(request: HttpRequest, code: str) -> HttpResponse:
    """Projects of a program's set-asides by State, status and name.

    Source: 40 CFR 62.16245(a)(3), (a)(7); MASS-168.
    """
    program = with_set_asides_or_404(code)
    filters = ProjectFilters(request, program)
    rows = filters.rows(code, limit=PAGE_SIZE + 1, after=number_after(request))
    query = request.GET.copy()
    query.pop("after", None)
    address = reverse("set-aside-projects-csv", args=[code])
    return page(
        request,
        "set_asides/projects",
        program=program,
        trail=program_trail(program, set_asides_link(code)),
        filters=filters,
        page=page_of(request, rows, key=lambda one: one.id),
        accounts=ledger.accounts_by_id({one.account for one in rows}),
        carried=public_reads.carried_of([one.id for one in rows]),
        csv=f"{address}?{query.urlencode()}" if query else address,
    )


@public
@require_safe
def projects_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The projects that were chosen, for a spreadsheet."""
    program = with_set_asides_or_404(code)
    filters = ProjectFilters(request, program)
    header = ("id", "name", "state", "category", "kind", "capacity_mw", "in_service_on", "status")
    return csv_download("projects", header, _project_rows(filters, code))


def _project_rows(filters: ProjectFilters, code: str) -> Iterator[tuple[object, ...]]:
    after = 0
    while rows := filters.rows(code, limit=CSV_BATCH, after=after):
        for one in rows:
            yield (
                one.id,
                one.name,
                one.jurisdiction,
                one.showing.category,
                one.showing.kind,
                one.showing.capacity_mw,
                one.showing.in_service_on,
                one.state,
            )
        after = rows[-1].id


def project_or_404(code: str, key: int) -> ProjectEntry:
    """A project of the program."""
    found = queries.project(key)
    if found is None or found.program != code:
        raise Http404("There is no such project.")
    return found


def project_context(found: ProjectEntry) -> dict[str, Any]:
    """What the pages of a project show of it, for the public, its sponsor and officials."""
    return {
        "found": found,
        "account": ledger.account(found.account),
        "projections": queries.projections_of(found.id),
        "deliveries": {one.generation_year: one for one in queries.deliveries_of(found.id)},
        "received": public_reads.received_of(found.id),
        "carried": public_reads.carried_of([found.id]).get(found.id),
        "barred": queries.barred_vintages(
            program=found.program, jurisdiction=found.jurisdiction, account=found.account
        ),
    }


@public
@require_safe
def project(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """A project: what it promised, generated and received, and what it still owes.

    Source: 40 CFR 62.16245(a)(3)-(5), (a)(7); MASS-078 to MASS-087.
    """
    program = with_set_asides_or_404(code)
    found = project_or_404(code, key)
    return page(
        request,
        "set_asides/project",
        program=program,
        trail=program_trail(
            program, set_asides_link(code), state_link(program, found.jurisdiction)
        ),
        **project_context(found),
    )
