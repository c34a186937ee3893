"""One facility with its units, emissions, accounts and settlements; and one unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from trueup.accounts import ownership
from trueup.accounts import queries as accounts
from trueup.accounts.certificate_entries import CertificateEntry
from trueup.accounts.certificate_reads import certificates_in_force
from trueup.accounts.entries import FacilityEntry, RepresentativeEntry, UnitEntry
from trueup.allocation import queries as allocation
from trueup.allocation.entries import AllocationEntry
from trueup.compliance import queries as compliance
from trueup.disclosure.account_statement import end_of
from trueup.emissions import queries as emissions
from trueup.emissions.calendar_quarters import QUARTERS
from trueup.emissions.entries import RecordEntry
from trueup.emissions.reports import WHOLE_YEAR
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules.programs import Program
from trueup.web.access import caller_of, public
from trueup.web.days import DayField
from trueup.web.emission_tables import emission_years, own_records, shared_stacks
from trueup.web.fleet import reads
from trueup.web.pages import Link, page, program_or_404, program_trail, stand_ins

YEARS_SHOWN = 8
ALLOCATIONS_READ = 1000


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


class PeopleOnForm(forms.Form):
    """The day on which owners, operators and representatives are shown."""

    on = DayField(label=gettext_lazy("Owners and operators on"))


@public
@require_safe
def facility(request: HttpRequest, code: str, oris_code: int) -> HttpResponse:
    """One facility: what it runs, what it emitted, what it holds, how it was settled.

    Source: PLAT-037, PLAT-072, PLAT-074, PLAT-140; docs/decisions/0073, 0232.
    """
    program, caller = program_or_404(code), caller_of(request)
    entry = facility_or_404(oris_code)
    place = program.jurisdictions.get(entry.jurisdiction)
    units = accounts.units_of([entry.id])[entry.id]
    records, today = latest_records(program, entry), program.local_date(timezone.now())
    years = emission_years(records, units, today=today)
    own = compliance_accounts(program, entry)
    is_own = any(reads(caller, item.entry.id) for item in own)
    return page(
        request,
        "facility",
        program=program,
        trail=program_trail(program, _up(program)),
        facility=entry,
        jurisdiction_name=place.name if place else entry.jurisdiction,
        units=units,
        accounts=own,
        stand_ins=stand_ins(),
        emissions=emissions_table(_unit_years(records)),
        years=years,
        # Where nothing is known by quarter, only net MWh tell more than the table by unit.
        has_quarters=program.is_rate_based or any(year.has_quarters for year in years),
        chart_address=reverse("chart-emissions", args=[program.code, entry.oris_code]),
        quarters_address=reverse("chart-facility-quarters", args=[program.code, entry.oris_code]),
        allocations=_allocations(own) if program.allocates else [],
        settlements=compliance.outcomes_of_facility(program=program.code, facility=entry.id),
        interests=_interests(request, program, own) if is_own or caller.grants else None,
        certificate=_certificate(program, entry) if is_own else None,
    )


@public
@require_safe
def unit(request: HttpRequest, code: str, oris_code: int, unit_id: str) -> HttpResponse:
    """One affected unit: what it emitted by quarter and year, its account, its settlements.

    Source: PLAT-072, PLAT-074, PLAT-140; RATE-018.
    """
    program, entry = program_or_404(code), facility_or_404(oris_code)
    found = unit_or_404(entry, unit_id)
    records = latest_records(program, entry)
    settled = compliance.outcomes_of_facility(program=program.code, facility=entry.id)
    arguments = [program.code, entry.oris_code]
    here = Link(name=entry.name, address=reverse("facility", args=arguments))
    return page(
        request,
        "unit",
        program=program,
        trail=program_trail(program, _up(program), here),
        facility=entry,
        unit=found,
        stand_ins=stand_ins(),
        years=emission_years(
            own_records(records, found),
            [found],
            today=program.local_date(timezone.now()),
        ),
        stacks=shared_stacks(records, found),
        chart_address=reverse("chart-unit", args=[*arguments, found.unit_id]),
        accounts=[
            item
            for item in compliance_accounts(program, entry)
            if item.unit is not None and item.unit.id == found.id
        ],
        allocated=_by_vintage(allocation.allocated_to_unit(found.id, program=program.code)),
        settlements=[
            item for item in settled if item.unit is not None and item.unit.id == found.id
        ],
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
    return _unit_years(latest_records(program, facility))


def latest_records(program: Program, facility: FacilityEntry) -> list[RecordEntry]:
    """What is current for a facility in the latest years."""
    today = program.local_date(timezone.now())
    return emissions.unit_years(
        facility=facility.id, program=program.code, first_year=today.year - YEARS_SHOWN
    )


def _unit_years(records: Iterable[RecordEntry]) -> list[UnitYear]:
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
    is_provisional = any(part.is_provisional for part in parts)
    if WHOLE_YEAR not in quarters and len(quarters) < len(QUARTERS):
        counts = {"some": len(quarters), "all": len(QUARTERS)}
        if is_provisional:
            return _("Preliminary, %(some)d of %(all)d quarters") % counts
        return _("Final, %(some)d of %(all)d quarters") % counts
    if any(part.kind == "adjusted" for part in parts):
        return _("Adjusted after audit")
    return _("Preliminary") if is_provisional else _("Final")


def compliance_accounts(program: Program, facility: FacilityEntry) -> list[ComplianceAccount]:
    """The compliance accounts of a facility: one, or one for each affected EGU."""
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


def unit_or_404(facility: FacilityEntry, unit_id: str) -> UnitEntry:
    """The affected unit of a facility with an id."""
    for found in accounts.units_of([facility.id])[facility.id]:
        if found.unit_id == unit_id:
            return found
    raise Http404(f"{facility.name} has no affected unit {unit_id}.")


def _allocations(own: Sequence[ComplianceAccount]) -> list[tuple[int, int]]:
    """What was allocated to a facility's accounts, by vintage."""
    return _by_vintage(
        row for item in own for row in allocation.allocations(item.entry.id, limit=ALLOCATIONS_READ)
    )


def _by_vintage(rows: Iterable[AllocationEntry]) -> list[tuple[int, int]]:
    sums: dict[int, int] = {}
    for row in rows:
        sums[row.vintage] = sums.get(row.vintage, 0) + row.quantity
    return sorted(sums.items())


def _certificate(program: Program, entry: FacilityEntry) -> CertificateEntry | None:
    """The certificate of representation on which the Administrator relies.

    Source: 40 CFR 62.16310(a).
    """
    found = certificates_in_force(program=program.code, facilities=[entry.id])
    return found.get(entry.id)


def _interests(
    request: HttpRequest, program: Program, own: Sequence[ComplianceAccount]
) -> dict[str, object]:
    """Owners, operators and representatives on a day; for the facility's people and officials.

    Source: PLAT-037; docs/decisions/0232.
    """
    asked = request.GET.copy()
    asked.setdefault("on", str(program.local_date(timezone.now())))
    form = PeopleOnForm(asked)
    if not form.is_valid():
        return {"form": form}
    on = form.cleaned_data["on"]
    ids = [item.entry.id for item in own]
    owners = ownership.parties_of(ids, on=on, kind="owner")
    operators = ownership.parties_of(ids, on=on, kind="operator")
    seats = accounts.representatives(ids, at=end_of(on, program))
    return {
        "form": form,
        "rows": [
            {
                "account": item,
                "owners": [party.name for party in owners[item.entry.id]],
                "operators": [party.name for party in operators[item.entry.id]],
                "seats": seats[item.entry.id],
            }
            for item in own
        ],
    }


def _up(program: Program) -> Link:
    return Link(name=_("Facilities"), address=reverse("facilities", args=[program.code]))
