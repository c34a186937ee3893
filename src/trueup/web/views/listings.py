"""The lists of accounts and of facilities: filtered, ordered, in pages, and as CSV."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from trueup.accounts import queries as registered
from trueup.accounts.entries import FacilityEntry
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.ledger.numbers import ACCOUNT_KINDS
from trueup.rules.programs import Program
from trueup.rules.tables import Jurisdiction
from trueup.web.access import public
from trueup.web.downloads import csv_download
from trueup.web.filters import FilterForm, SearchField
from trueup.web.pages import page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of
from trueup.web.sorting import Sorting, sorting_of
from trueup.web.templatetags.pages import kind_name

CSV_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedAccount:
    """An account in a list, with what it holds."""

    entry: AccountEntry
    quantity: int


class AccountFilters(FilterForm):
    """Which accounts are shown."""

    kind = forms.ChoiceField(label=_("Kind"))
    state = forms.ChoiceField(label=_("State"))
    search = SearchField(label=_("Name or number"))

    def __init__(self, request: HttpRequest, program: Program) -> None:
        kinds = [(kind, kind_name(kind)) for kind in ACCOUNT_KINDS]
        super().__init__(
            request,
            choices={
                "kind": [("", _("All kinds")), *kinds],
                "state": states_to_choose(program),
            },
        )


class FacilityFilters(FilterForm):
    """Which facilities are shown."""

    state = forms.ChoiceField(label=_("State"))
    search = SearchField(label=_("Name or ORIS code"))

    def __init__(self, request: HttpRequest, program: Program) -> None:
        super().__init__(request, choices={"state": states_to_choose(program)})


def states_to_choose(program: Program) -> list[tuple[str, object]]:
    """The States of a program as the choices of a field; blank is all of them."""
    return _all_states(program.jurisdictions.values())


def places_to_choose(program: Program) -> list[tuple[str, object]]:
    """The States where a resource of a program can stand, as the choices of a field."""
    return _all_states(program.places.values())


def _all_states(found: Iterable[Jurisdiction]) -> list[tuple[str, object]]:
    places = sorted(found, key=lambda place: (place.kind != "state", place.name))
    return [("", _("All States")), *((place.code, place.name) for place in places)]


@public
@require_safe
def accounts(request: HttpRequest, code: str) -> HttpResponse:
    """The accounts of a program by kind, State and name."""
    program = program_or_404(code)
    filters, sorting = AccountFilters(request, program), _order_of_accounts(request)
    entries = _accounts(program, filters, sorting, PAGE_SIZE + 1, number_after(request))
    held = ledger.totals_of([entry.id for entry in entries])
    rows = [ListedAccount(entry=entry, quantity=held[entry.id]) for entry in entries]
    return page(
        request,
        "accounts",
        program=program,
        trail=program_trail(program),
        filters=filters,
        sorting=sorting,
        csv_address=_with_choices(request, reverse("accounts-csv", args=[program.code])),
        page=page_of(request, rows, key=lambda row: row.entry.id),
    )


@public
@require_safe
def accounts_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The accounts that were chosen, in the order that was chosen, with what they hold."""
    program = program_or_404(code)
    filters, sorting = AccountFilters(request, program), _order_of_accounts(request)
    header = ("account_number", "name", "kind", "state", "status", "opened_at", "quantity")
    return csv_download(
        "accounts",
        header,
        (
            (
                row.entry.number,
                row.entry.name,
                row.entry.kind,
                row.entry.jurisdiction,
                row.entry.state,
                row.entry.opened_at.isoformat(),
                row.quantity,
            )
            for row in _all_accounts(program, filters, sorting)
        ),
    )


@public
@require_safe
def facilities(request: HttpRequest, code: str) -> HttpResponse:
    """The facilities of a program by State and name."""
    program = program_or_404(code)
    filters, sorting = FacilityFilters(request, program), _order_of_facilities(request)
    last = registered.facility(number_after(request))
    listed = _facilities(program, filters, sorting, PAGE_SIZE + 1, last)
    return page(
        request,
        "facilities",
        program=program,
        trail=program_trail(program),
        filters=filters,
        sorting=sorting,
        csv_address=_with_choices(request, reverse("facilities-csv", args=[program.code])),
        page=page_of(request, listed, key=lambda entry: entry.id),
    )


@public
@require_safe
def facilities_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The facilities that were chosen, in the order that was chosen."""
    program = program_or_404(code)
    filters, sorting = FacilityFilters(request, program), _order_of_facilities(request)
    header = ("oris_code", "name", "state", "county", "latitude", "longitude")
    return csv_download(
        "facilities",
        header,
        (
            (
                entry.oris_code,
                entry.name,
                entry.jurisdiction,
                entry.county,
                "" if entry.latitude is None else entry.latitude,
                "" if entry.longitude is None else entry.longitude,
            )
            for entry in _all_facilities(program, filters, sorting)
        ),
    )


def _order_of_accounts(request: HttpRequest) -> Sorting:
    return sorting_of(request, ("opened", "name"))


def _order_of_facilities(request: HttpRequest) -> Sorting:
    return sorting_of(request, ("name", "oris_code"))


def _accounts(
    program: Program, filters: FilterForm, sorting: Sorting, limit: int, after: int
) -> list[AccountEntry]:
    return ledger.accounts(
        program=program.code,
        kind=filters.chosen["kind"],
        jurisdiction=filters.chosen["state"],
        search=filters.chosen["search"],
        order=sorting.order,
        limit=limit,
        after=after,
    )


def _all_accounts(
    program: Program, filters: FilterForm, sorting: Sorting
) -> Iterator[ListedAccount]:
    after = 0
    while entries := _accounts(program, filters, sorting, CSV_BATCH, after):
        held = ledger.totals_of([entry.id for entry in entries])
        for entry in entries:
            yield ListedAccount(entry=entry, quantity=held[entry.id])
        after = entries[-1].id


def _facilities(
    program: Program,
    filters: FilterForm,
    sorting: Sorting,
    limit: int,
    last: FacilityEntry | None,
) -> list[FacilityEntry]:
    after = None
    if last is not None:
        after = (last.name, last.oris_code if sorting.key == "oris_code" else last.id)
    return registered.facilities(
        program=program.code,
        jurisdiction=filters.chosen["state"],
        search=filters.chosen["search"],
        order=sorting.order,
        limit=limit,
        after=after,
    )


def _all_facilities(
    program: Program, filters: FilterForm, sorting: Sorting
) -> Iterator[FacilityEntry]:
    last: FacilityEntry | None = None
    while entries := _facilities(program, filters, sorting, CSV_BATCH, last):
        yield from entries
        last = entries[-1]


def _with_choices(request: HttpRequest, address: str) -> str:
    """The download of the list with the choices and the order that the list has."""
    query = request.GET.copy()
    query.pop("after", None)
    return f"{address}?{query.urlencode()}" if query else address
