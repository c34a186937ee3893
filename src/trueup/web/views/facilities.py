"""Facilities: the list, and one with its units, emissions and accounts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityEntry, RepresentativeEntry, UnitEntry
from trueup.compliance import queries as compliance
from trueup.emissions import queries as emissions
from trueup.emissions.calendar_quarters import QUARTERS
from trueup.emissions.entries import RecordEntry
from trueup.emissions.reports import WHOLE_YEAR
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.programs import Program
from trueup.web.access import public
from trueup.web.pages import Link, page, program_or_404, program_trail, stand_ins
from trueup.web.paging import PAGE_SIZE, number_after, page_of

YEARS_SHOWN = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplianceAccount:
    """A compliance account of a facility as its page shows it."""

    entry: AccountEntry
    unit: UnitEntry | None
    quantity: int
    representatives: list[RepresentativeEntry]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitYear:
    """What a unit, or a stack, emitted in a year, and how sure that is."""

    year: int
    unit_id: str
    tons: Decimal | None
    status: str


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
        stand_ins=stand_ins(),
        emissions=emissions_table(unit_years(program, entry)),
        chart_address=reverse("chart-emissions", args=[program.code, entry.oris_code]),
        settlements=compliance.outcomes_of_facility(program=program.code, facility=entry.id),
    )


def facility_or_404(oris_code: int) -> FacilityEntry:
    """The facility with an ORIS code."""
    entry = accounts.find_facility(oris_code=oris_code)
    if entry is None:
        raise Http404(f"There is no facility with the ORIS code {oris_code} here.")
    return entry


@dataclass(frozen=True, slots=True, kw_only=True)
class EmissionsTable:
    """Units by years, with the sum of each year; a year that is not complete has no sum."""

    years: tuple[int, ...]
    rows: tuple[tuple[str, tuple[UnitYear | None, ...]], ...]
    sums: tuple[Decimal | None, ...]
    statuses: tuple[str, ...]


def emissions_table(cells: Sequence[UnitYear]) -> EmissionsTable | None:
    """The emissions of a facility with its units as rows; None if nothing was reported."""
    if not cells:
        return None
    years = tuple(sorted({cell.year for cell in cells}))
    by_place = {(cell.unit_id, cell.year): cell for cell in cells}
    units = sorted({cell.unit_id for cell in cells})
    return EmissionsTable(
        years=years,
        rows=tuple((unit, tuple(by_place.get((unit, year)) for year in years)) for unit in units),
        sums=tuple(_sum(cell for cell in cells if cell.year == year) for year in years),
        statuses=tuple(
            " / ".join(sorted({cell.status for cell in cells if cell.year == year}))
            for year in years
        ),
    )


def _sum(cells: Iterable[UnitYear]) -> Decimal | None:
    listed = [cell.tons for cell in cells]
    known = [tons for tons in listed if tons is not None]
    return sum(known, Decimal(0)) if len(known) == len(listed) else None


def unit_years(program: Program, facility: FacilityEntry) -> list[UnitYear]:
    """What the units of a facility emitted in the latest years, the newest year first."""
    today = program.local_date(timezone.now())
    records = emissions.unit_years(
        facility=facility.id, program=program.code, first_year=today.year - YEARS_SHOWN
    )
    by_unit_year: dict[tuple[int, str], list[RecordEntry]] = {}
    for record in records:
        if record.kind != "withdrawn":
            by_unit_year.setdefault((-record.year, record.unit_id), []).append(record)
    return [
        UnitYear(year=-year, unit_id=unit_id, tons=_tons(parts), status=_status(parts))
        for (year, unit_id), parts in sorted(by_unit_year.items())
    ]


def _tons(parts: Sequence[RecordEntry]) -> Decimal | None:
    """The sum of a year's records; none if one of them has no mass, as missing is not zero."""
    masses = [part.co2_tons for part in parts if part.co2_tons is not None]
    return sum(masses, Decimal(0)) if len(masses) == len(parts) else None


def _status(parts: Sequence[RecordEntry]) -> str:
    quarters = {part.quarter for part in parts}
    words = "provisional" if any(part.is_provisional for part in parts) else "final"
    if WHOLE_YEAR not in quarters and len(quarters) < len(QUARTERS):
        words += f", {len(quarters)} of {len(QUARTERS)} quarters"
    if any(part.kind == "adjusted" for part in parts):
        words += ", adjusted after audit"
    return words.capitalize()


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
