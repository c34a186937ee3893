"""The public register of eligible resources: the list, and each with everything about it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from trueup.ledger import queries as ledger
from trueup.resources import comment_reads, public_papers, public_reads
from trueup.resources import queries as resources
from trueup.resources.entries import ReportEntry, ResourceEntry
from trueup.resources.public_entries import PublicPaper
from trueup.resources.public_reads import IssueLine
from trueup.rules.programs import Program
from trueup.web import charts
from trueup.web.access import public
from trueup.web.credit_words import categories, category_name
from trueup.web.downloads import csv_download
from trueup.web.filters import FilterForm, SearchField
from trueup.web.pages import Link, page, program_or_404, program_trail, stand_ins
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.resource_words import KINDS, LOOKS, REPORT_STATES, STATES, named
from trueup.web.views.listings import places_to_choose
from trueup.web.views.pictures import look_of, picture

CSV_BATCH = 1000
YEARS_SHOWN = 40
PAPERS_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedResource:
    """A resource in a list, with the credits that were ever issued to it."""

    entry: ResourceEntry
    category: str
    state: str
    look: str
    issued: int


@dataclass(frozen=True, slots=True, kw_only=True)
class YearOfResource:
    """What a resource reported and was issued for a year, and where the credits are."""

    year: int
    reported: Decimal
    verified: Decimal | None
    line: IssueLine | None


class ResourceFilters(FilterForm):
    """Which resources are shown."""

    state = forms.ChoiceField(label=gettext_lazy("State"))
    category = forms.ChoiceField(label=gettext_lazy("Category"))
    status = forms.ChoiceField(label=gettext_lazy("Status"))
    search = SearchField(label=gettext_lazy("Name or identifier"))

    def __init__(self, request: HttpRequest, program: Program) -> None:
        super().__init__(
            request,
            choices={
                "state": places_to_choose(program),
                "category": [("", _("All categories")), *categories(program)],
                "status": [
                    ("", _("Every status")),
                    *((code, str(STATES[code])) for code in STATES),
                ],
            },
        )


@public
@require_safe
def resources_page(request: HttpRequest, code: str) -> HttpResponse:
    """The resources of a program by State, category and status.

    Source: 40 CFR 62.16515(h); RATE-207; PLAT-144.
    """
    program = program_or_404(code)
    filters = ResourceFilters(request, program)
    rows = listed(program, _found(program, filters, PAGE_SIZE + 1, number_after(request)))
    query = request.GET.copy()
    query.pop("after", None)
    address = reverse("resources-csv", args=[code])
    return page(
        request,
        "resources/list",
        program=program,
        trail=program_trail(program, credits_link(code)),
        filters=filters,
        csv_address=f"{address}?{query.urlencode()}" if query else address,
        page=page_of(request, rows, key=lambda row: row.entry.id),
    )


@public
@require_safe
def resources_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The resources that were chosen, for a spreadsheet."""
    program = program_or_404(code)
    filters = ResourceFilters(request, program)
    header = (
        "identifier",
        "name",
        "state",
        "category",
        "kind",
        "status",
        "capacity_mw",
        "in_service_on",
        "registered_at",
        "credits_issued",
    )
    return csv_download("resources", header, _csv_rows(program, filters))


@public
@require_safe
def resource(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """A resource: what it generated, its credits and where they are, its papers, comments.

    Source: 40 CFR 62.16515(g), (h); RATE-205 to RATE-207; PLAT-144.
    """
    program, entry = program_or_404(code), resource_or_404(code, key)
    years, papers = years_of(program, entry), _papers(entry)
    today = program.local_date(timezone.now())
    account = ledger.account(entry.account) if entry.account is not None else None
    place = program.jurisdictions.get(entry.jurisdiction)
    return page(
        request,
        "resources/resource",
        program=program,
        trail=program_trail(program, credits_link(code), resources_link(code)),
        resource=entry,
        place=place.name if place else entry.jurisdiction,
        category=category_name(program, entry.category),
        kind=named(KINDS.get(entry.category, {}), entry.kind) if entry.kind else "",
        state=named(STATES, entry.state),
        look=LOOKS.get(entry.state, "bad"),
        account=account,
        years=years,
        issued=sum(row.line.issuance.quantity for row in years if row.line is not None),
        held=sum(row.line.held for row in years if row.line is not None),
        retired=sum(row.line.retired for row in years if row.line is not None),
        reports=_reports(entry),
        papers=papers[:PAPERS_SHOWN],
        more_papers=len(papers) > PAPERS_SHOWN,
        periods=comment_reads.comment_periods_of(entry.id),
        today=today,
        engagements=public_reads.engagements(program=code, resource=entry.id),
        stand_ins=stand_ins(),
    )


@public
@require_safe
def resource_chart(request: HttpRequest, code: str, key: int) -> HttpResponse:
    """Credits of a resource by the year of their MWh: still held, and retired."""
    program, entry = program_or_404(code), resource_or_404(code, key)
    series = [_("Held"), _("Retired")]
    rows: list[dict[str, str | int]] = []
    for year in years_of(program, entry):
        if year.line is not None:
            parts = (year.line.held, year.line.retired)
            rows += [
                {"year": str(year.year), "series": name, "amount": amount}
                for name, amount in zip(series, parts, strict=True)
            ]
    return picture(
        request,
        charts.amounts_by_year(rows, shown=look_of(request), series=series, unit=_("Credits")),
    )


def resource_or_404(code: str, key: int) -> ResourceEntry:
    """The resource of an address."""
    found = resources.resource(key)
    if found is None or found.program != code:
        raise Http404(_("There is no such resource in this program."))
    return found


def years_of(program: Program, entry: ResourceEntry) -> list[YearOfResource]:
    """A resource's years, the earliest first, in four statements."""
    lines = public_reads.issues(program=program.code, resource=entry.id, limit=YEARS_SHOWN)
    issued = {line.issuance.year: line for line in lines}
    counted = [one for one in resources.reports_of(entry.id) if one.state != "superseded"]
    years = sorted({*issued, *(report.year for report in counted)})
    return [
        _year(year, [one for one in counted if one.year == year], issued.get(year))
        for year in years
    ]


def credits_link(code: str) -> Link:
    return Link(name=_("Credits"), address=reverse("credits", args=[code]))


def resources_link(code: str) -> Link:
    return Link(name=_("Resources"), address=reverse("resources", args=[code]))


def resource_link(entry: ResourceEntry) -> Link:
    return Link(name=entry.name, address=reverse("resource", args=[entry.program, entry.id]))


def _year(year: int, reports: Sequence[ReportEntry], line: IssueLine | None) -> YearOfResource:
    verified = [one.verified_mwh for one in reports if one.verified_mwh is not None]
    return YearOfResource(
        year=year,
        reported=sum((one.mwh for one in reports), Decimal(0)),
        verified=sum(verified, Decimal(0)) if verified else None,
        line=line,
    )


def _reports(entry: ResourceEntry) -> list[dict[str, object]]:
    return [
        {"entry": report, "state": named(REPORT_STATES, report.state)}
        for report in resources.reports_of(entry.id)
    ]


def _papers(entry: ResourceEntry) -> list[PublicPaper]:
    return public_papers.public_papers_of(entry.id, limit=PAPERS_SHOWN + 1)


def found_resources(program: Program, text: str, *, limit: int) -> list[ResourceEntry]:
    """Resources by a part of the name, the identifier, or the name or code of a category.

    Source: RATE-207.
    """
    wanted = text.casefold()
    named_so = [
        code for code, name in categories(program) if wanted in (code.casefold(), name.casefold())
    ]
    if named_so:
        return public_reads.find_resources(program=program.code, category=named_so[0], limit=limit)
    return public_reads.find_resources(program=program.code, search=text, limit=limit)


def listed(program: Program, entries: Sequence[ResourceEntry]) -> list[ListedResource]:
    """Resources as lists show them; one statement more for what was issued."""
    issued = public_reads.issued_totals([entry.id for entry in entries])
    return [
        ListedResource(
            entry=entry,
            category=category_name(program, entry.category),
            state=named(STATES, entry.state),
            look=LOOKS.get(entry.state, "bad"),
            issued=issued.get(entry.id, 0),
        )
        for entry in entries
    ]


def _found(
    program: Program, filters: ResourceFilters, limit: int, after: int
) -> list[ResourceEntry]:
    return public_reads.find_resources(
        program=program.code,
        state=filters.chosen["status"],
        category=filters.chosen["category"],
        jurisdiction=filters.chosen["state"],
        search=filters.chosen["search"],
        limit=limit,
        after=after,
    )


def _csv_rows(program: Program, filters: ResourceFilters) -> Iterator[Sequence[object]]:
    after = 0
    while rows := listed(program, _found(program, filters, CSV_BATCH, after)):
        for row in rows:
            entry = row.entry
            yield (
                entry.identifier,
                entry.name,
                entry.jurisdiction,
                entry.category,
                entry.kind,
                entry.state,
                entry.capacity_mw,
                entry.in_service_on or "",
                entry.registered_at.isoformat() if entry.registered_at else "",
                row.issued,
            )
        after = rows[-1].entry.id
