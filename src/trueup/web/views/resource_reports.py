"""Credits of a program: the supply, and the reports that anybody can make.

Source: 40 CFR 62.16515(h), (i); RATE-209 to RATE-213; PLAT-142.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from functools import partial

from django import forms
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from trueup.disclosure.credit_totals import CategoryTotal, credit_totals
from trueup.resources import comment_reads, public_reads
from trueup.rules.programs import Program
from trueup.web import charts
from trueup.web.access import public
from trueup.web.credit_report_rows import issues_rows, pending_applications, unit_issues_rows
from trueup.web.credit_reports import REPORTS, Read, Report, whole
from trueup.web.credit_words import OF_UNITS, categories, category_name
from trueup.web.downloads import csv_download
from trueup.web.filters import FilterForm
from trueup.web.pages import page, program_or_404, program_trail, stand_ins
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.signed_acts import now
from trueup.web.spreadsheets import Sheet, TooManyRows, xlsx_download
from trueup.web.views.pictures import look_of, picture
from trueup.web.views.resources import credits_link

BY_CATEGORY = {"issues": issues_rows, "unit-issues": unit_issues_rows}
PENDING_DAYS = (0, 30, 90, 180)


class PendingFilter(FilterForm):
    """For how long applications have been pending."""

    pending = forms.ChoiceField(label=gettext_lazy("Pending for more than"))

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(
            request,
            choices={
                "pending": [
                    ("", _("All applications")),
                    *((str(days), _("%(days)s days") % {"days": days}) for days in PENDING_DAYS),
                ]
            },
        )


class CategoryFilter(FilterForm):
    """Credits of which category are listed; gas-shift credits have one of their own."""

    category = forms.ChoiceField(label=gettext_lazy("Category"))

    def __init__(self, request: HttpRequest, program: Program, report: Report) -> None:
        of_units = report.name == "unit-issues"
        shown = [
            (code, name)
            for code, name in categories(program, of_units=True)
            if (code in OF_UNITS) == of_units
        ]
        super().__init__(request, choices={"category": [("", _("All categories")), *shown]})


@public
@require_safe
def credits(request: HttpRequest, code: str) -> HttpResponse:  # noqa: A001 - as in the address.
    """The supply of credits by category, what the public can comment on, all reports.

    Source: 40 CFR 62.16515(h), (i)(2); RATE-209; PLAT-142.
    """
    program = program_or_404(code)
    totals, read_at = credit_totals(code)
    today = program.local_date(now())
    periods = comment_reads.comment_periods(program=code, open_on=today, limit=PAGE_SIZE)
    known = public_reads.resources_by_id(period.resource for period in periods)
    return page(
        request,
        "resources/credits",
        program=program,
        trail=program_trail(program),
        rows=_supply(program, totals.categories),
        issued=sum(row.issued for row in totals.categories),
        held=sum(row.held for row in totals.categories),
        retired=sum(row.retired for row in totals.categories),
        years=totals.years,
        read_at=read_at,
        periods=[(period, known[period.resource]) for period in periods],
        reports=[
            (report, reverse("credit-report", args=[code, name]))
            for name, report in REPORTS.items()
        ],
        stand_ins=stand_ins(),
    )


@public
@require_safe
def supply_chart(request: HttpRequest, code: str) -> HttpResponse:
    """Credits by category: still held, and retired."""
    program = program_or_404(code)
    series = [_("Held"), _("Retired")]
    rows: list[dict[str, str | int]] = []
    for row in _supply(program, credit_totals(code)[0].categories):
        rows += [
            {"year": str(row["name"]), "series": series[0], "amount": int(str(row["held"]))},
            {"year": str(row["name"]), "series": series[1], "amount": int(str(row["retired"]))},
        ]
    return picture(
        request,
        charts.amounts_by_year(rows, shown=look_of(request), series=series, unit=_("Credits")),
    )


@public
@require_safe
def credit_report(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """A report on credits, a page at a time.

    Source: 40 CFR 62.16515(i)(2); RATE-209, RATE-213; PLAT-127.
    """
    program, report = program_or_404(code), _report(name)
    filters = _filters(request, program, report)
    rows = _reading(report, filters)(program, PAGE_SIZE + 1, number_after(request))
    query = request.GET.copy()
    query.pop("after", None)
    return page(
        request,
        "resources/report",
        program=program,
        trail=program_trail(program, credits_link(code)),
        report=report,
        filters=filters,
        query=f"?{query.urlencode()}" if query else "",
        page=page_of(request, rows, key=lambda row: row.key),
    )


@public
@require_safe
def credit_report_csv(request: HttpRequest, code: str, name: str) -> StreamingHttpResponse:
    """A whole report as CSV."""
    program, report = program_or_404(code), _report(name)
    read = _reading(report, _filters(request, program, report))
    return csv_download(
        report.name, [column for column, _heading in report.columns], whole(read, program)
    )


@public
@require_safe
def credit_report_xlsx(request: HttpRequest, code: str, name: str) -> HttpResponseBase:
    """A whole report as a spreadsheet; one that is too long is given as CSV."""
    program, report = program_or_404(code), _report(name)
    sheet = Sheet(
        title=report.name,
        header=[column for column, _heading in report.columns],
        rows=whole(_reading(report, _filters(request, program, report)), program),
    )
    try:
        return xlsx_download(report.name, [sheet])
    except TooManyRows:
        return HttpResponseRedirect(reverse("credit-report-csv", args=[code, name]))


def _report(name: str) -> Report:
    found = REPORTS.get(name)
    if found is None:
        raise Http404(_("There is no such report."))
    return found


def _reading(report: Report, filters: PendingFilter | CategoryFilter | None) -> Read:
    """How the rows are read, after what was chosen."""
    if isinstance(filters, CategoryFilter):
        return partial(BY_CATEGORY[report.name], category=filters.chosen["category"])
    if filters is None or not filters.chosen["pending"]:
        return report.read
    before = now() - timedelta(days=int(filters.chosen["pending"]))
    return lambda program, limit, after: pending_applications(program, limit, after, before)


def _filters(
    request: HttpRequest, program: Program, report: Report
) -> PendingFilter | CategoryFilter | None:
    if report.name in BY_CATEGORY:
        return CategoryFilter(request, program, report)
    return PendingFilter(request) if report.name == "applications" else None


def _supply(program: Program, totals: tuple[CategoryTotal, ...]) -> list[dict[str, object]]:
    """The categories with the most credits first."""
    held: dict[str, int] = defaultdict(int)
    retired: dict[str, int] = defaultdict(int)
    for total in totals:
        held[total.category] += total.held
        retired[total.category] += total.retired
    return [
        {
            "code": code,
            "name": category_name(program, code),
            "held": held[code],
            "retired": retired[code],
            "issued": held[code] + retired[code],
        }
        for code in sorted(held, key=lambda code: -(held[code] + retired[code]))
    ]
