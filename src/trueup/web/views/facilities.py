"""Facilities: the list, and one with its units, emissions and accounts."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityEntry, RepresentativeEntry, UnitEntry
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.programs import Program
from trueup.web.access import public
from trueup.web.pages import Link, page, program_or_404, program_trail
from trueup.web.paging import PAGE_SIZE, number_after, page_of


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceAccount:
    """A compliance account of a facility as its page shows it."""

    entry: AccountEntry
    unit: UnitEntry | None
    quantity: int
    representatives: list[RepresentativeEntry]


@public
@require_safe
def facilities(request: HttpRequest, code: str) -> HttpResponse:
    """The facilities of a program by State and name."""
    program = program_or_404(code)
    state = request.GET.get("state", "")
    state = state if state in program.jurisdictions else ""
    search = request.GET.get("search", "").replace("\x00", "").strip()[:100]
    last = accounts.facility(number_after(request))
    listed = accounts.facilities(
        program=program.code,
        jurisdiction=state,
        search=search,
        limit=PAGE_SIZE + 1,
        after=(last.name, last.id) if last else None,
    )
    return page(
        request,
        "facilities",
        program=program,
        trail=program_trail(program),
        chosen=state,
        search=search,
        page=page_of(request, listed, key=lambda entry: entry.id),
    )


@public
@require_safe
def facility(request: HttpRequest, code: str, oris_code: int) -> HttpResponse:
    """One facility: what it runs, what it emitted, what it holds, how it was settled."""
    program = program_or_404(code)
    entry = facility_or_404(oris_code)
    place = program.jurisdictions.get(entry.jurisdiction)
    up = Link(name="Facilities", address=reverse("facilities", args=[program.code]))
    return page(
        request,
        "facility",
        program=program,
        trail=program_trail(program, up),
        facility=entry,
        jurisdiction_name=place.name if place else entry.jurisdiction,
        units=accounts.units_of([entry.id])[entry.id],
        accounts=_compliance_accounts(program, entry),
    )


def facility_or_404(oris_code: int) -> FacilityEntry:
    """The facility with an ORIS code."""
    entry = accounts.find_facility(oris_code=oris_code)
    if entry is None:
        raise Http404(f"There is no facility with the ORIS code {oris_code} here.")
    return entry


def _compliance_accounts(program: Program, facility: FacilityEntry) -> list[ComplianceAccount]:
    own = accounts.facility_accounts(program=program.code, facilities=[facility.id])
    ids = [item.account for item in own]
    entries, held = ledger.accounts_by_id(ids), ledger.totals_of(ids)
    people = accounts.representatives(ids)
    return [
        ComplianceAccount(
            entry=entries[item.account],
            unit=item.unit,
            quantity=held[item.account],
            representatives=people[item.account],
        )
        for item in own
    ]
