"""The reports that a program publishes without log-in: pages, files and pictures.

Source: RGGI-047 to RGGI-049.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from trueup.disclosure.queries import periods_to_choose
from trueup.disclosure.reports import agreement, catalogue
from trueup.disclosure.reports.entries import Chosen, Column, Report
from trueup.rules.programs import Program
from trueup.web import charts
from trueup.web.access import public
from trueup.web.downloads import csv_download
from trueup.web.filters import FilterForm, SearchField
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.report_words import COLUMNS, LEADS, TITLES, UNITS, worded
from trueup.web.views.listings import states_to_choose
from trueup.web.views.pictures import look_of, picture

SERIES_MAX = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """A column of the table, with its name in the reader's language."""

    column: Column
    label: str


class ReportFilters(FilterForm):
    """What a report can be narrowed to."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"))
    period = forms.ChoiceField(label=gettext_lazy("Control period"))
    state = forms.ChoiceField(label=gettext_lazy("State"))
    year = forms.ChoiceField(label=gettext_lazy("Year"))
    search = SearchField(label=gettext_lazy("Name"))

    def __init__(self, request: HttpRequest, report: Report, program: Program) -> None:
        today = program.local_date(timezone.now())
        every: dict[str, list[tuple[str, object]]] = {
            "kind": [(kind, capfirst(worded(kind))) for kind in report.kinds(program)],
            "period": [
                (period.name, period.name) for period in periods_to_choose(program, today=today)
            ],
            "state": states_to_choose(program)[1:],
            "year": [(str(year), str(year)) for year in _years(program, today)],
        }
        super().__init__(
            request, choices={name: [("", _("All")), *choices] for name, choices in every.items()}
        )
        for name in set(self.fields) - set(report.filters):
            del self.fields[name]
        self.unknown = [
            _("“%(value)s” is nothing that “%(name)s” can be. All rows are shown.")
            % {"value": given[:60], "name": self.fields[name].label}
            for name in report.filters
            if (given := request.GET.get(name, "").strip()) and self.chosen[name] in ("", None)
        ]
        self.chosen = {name: self.chosen[name] for name in report.filters}

    def read(self, program: Program) -> Chosen:
        """The choices as the reports take them."""
        chosen = self.chosen
        return Chosen(
            state=chosen.get("state", ""),
            year=int(chosen["year"]) if chosen.get("year") else None,
            period=program.period_named(chosen["period"]) if chosen.get("period") else None,
            kind=chosen.get("kind", ""),
            search=chosen.get("search", ""),
        )


@public
@require_safe
def reports(request: HttpRequest, code: str) -> HttpResponse:
    """The reports that a program publishes.

    Source: RGGI-047.
    """
    program = _publishing_or_404(code)
    return page(
        request,
        "reports",
        program=program,
        trail=program_trail(program),
        reports=[
            {"report": report, "title": TITLES[report.name], "lead": LEADS[report.name]}
            for report in catalogue.REPORTS
        ],
    )


@public
@require_safe
def report(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One report as a table in pages, with its picture and its sums.

    Source: RGGI-047, RGGI-048.
    """
    program, found = _publishing_or_404(code), _report_or_404(name)
    filters = ReportFilters(request, found, program)
    chosen = filters.read(program)
    rows = found.read(program, chosen, PAGE_SIZE + 1, number_after(request))
    query = _query(request)
    # A picture is of the whole program: its address takes no choices.
    bars = found.bars(program, Chosen()) if found.bars is not None else []
    return page(
        request,
        "report",
        program=program,
        trail=program_trail(
            program, Link(name=_("Reports"), address=reverse("reports", args=[program.code]))
        ),
        report=found,
        title=TITLES[found.name],
        lead=LEADS[found.name],
        filters=filters if found.filters else None,
        headings=_headings(found),
        page=page_of(request, rows, key=lambda row: row.key),
        figures=found.figures(program, chosen) if found.figures is not None else [],
        has_figures=found.figures is not None,
        least=program.market.trades.average_of_at_least if program.market.trades else 0,
        bars=bars,
        unit=UNITS[found.unit],
        csv=reverse("report-csv", args=[program.code, found.name]) + query,
        svg=reverse("chart-report", args=[program.code, found.name]),
    )


@public
@require_safe
def report_csv(request: HttpRequest, code: str, name: str) -> HttpResponseBase:
    """All rows of a report that fit, as a file; a wrong choice is told, not left out.

    Source: RGGI-047.
    """
    program, found = _publishing_or_404(code), _report_or_404(name)
    filters = ReportFilters(request, found, program)
    if filters.unknown:
        return HttpResponse(
            "\n".join(filters.unknown), status=400, content_type="text/plain; charset=utf-8"
        )
    return csv_download(
        f"{program.code}-{found.name}",
        [column.key for column in found.columns],
        (
            ["" if cell is None else cell for cell in row.cells]
            for row in agreement.all_rows(found, program, filters.read(program))
        ),
    )


@public
@require_safe
def report_svg(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """The picture of a report; the same figures stand in a table beside it.

    Source: PLAT-142; RGGI-047.
    """
    program, found = _publishing_or_404(code), _report_or_404(name)
    if found.bars is None:
        raise Http404(_("There is no such picture."))
    bars = found.bars(program, Chosen())
    series = list(dict.fromkeys(worded(bar.series) for bar in bars))[:SERIES_MAX]
    rows: list[dict[str, str | int | float]] = [
        {
            "year": capfirst(worded(bar.label)),
            "series": worded(bar.series),
            "amount": bar.amount,
        }
        for bar in bars
    ]
    return picture(
        request,
        charts.amounts_by_year(
            rows, shown=look_of(request), series=series, unit=str(UNITS[found.unit])
        ),
    )


def _publishing_or_404(code: str) -> Program:
    program = program_or_404(code)
    if not catalogue.publishes(program):
        raise Http404(_("This program publishes no such reports."))
    return program


def _report_or_404(name: str) -> Report:
    found = catalogue.BY_NAME.get(name)
    if found is None:
        raise Http404(_("There is no report “%(name)s”.") % {"name": name})
    return found


def _headings(found: Report) -> list[Heading]:
    return [Heading(column=column, label=str(COLUMNS[column.key])) for column in found.columns]


def _years(program: Program, today: date) -> Sequence[int]:
    first = program.schedule.printed[0].first_year
    return range(max(today.year, first), first - 1, -1)


def _query(request: HttpRequest) -> str:
    given: Any = request.GET.copy()
    given.pop("after", None)
    return f"?{given.urlencode()}" if given else ""
