"""What everybody may know of States' general accounts; a constant number of statements."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from trueup.rules import programs
from trueup.rules.participation import takes_part
from trueup.rules.refusal import Refused
from trueup.rules.state_general_accounts import sale_amount
from trueup.state_accounts import checks
from trueup.state_accounts.entries import (
    ApplicationEntry,
    DistributionEntry,
    DutyEntry,
    ShiftEntry,
    StateYearEntry,
)
from trueup.state_accounts.models import (
    Application,
    Certificate,
    Distribution,
    Share,
    Shift,
    StateYear,
)
from trueup.state_accounts.places import rules_of

PAGE = 100
LIMITED = "liesa"


def state_year(*, program: str, jurisdiction: str, year: int) -> StateYearEntry | None:
    """What a State decided for a year; None before it did.

    Source: RGGI-020, RGGI-023.
    """
    row = StateYear.objects.filter(program=program, jurisdiction=jurisdiction, year=year).first()
    return _year_entry(row) if row is not None else None


def state_years(*, program: str) -> list[StateYearEntry]:
    """What States decided, the latest year first.

    Source: RGGI-020.
    """
    rows = StateYear.objects.filter(program=program).order_by("-year", "jurisdiction")
    return [_year_entry(row) for row in rows[:PAGE]]


def distributions(
    *, program: str, jurisdiction: str = "", limit: int = PAGE, before: int | None = None
) -> list[DistributionEntry]:
    """Years that were divided among the accounts of States, the newest first.

    Source: RGGI-020, RGGI-030.
    """
    rows = Distribution.objects.filter(program=program)
    if jurisdiction:
        rows = rows.filter(jurisdiction=jurisdiction)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return _distribution_entries(rows.order_by("-id")[:limit])


def distribution_entry(row: Distribution) -> DistributionEntry:
    """A division as everybody may see it."""
    (entry,) = _distribution_entries([row])
    return entry


def duties(*, program: str, today: date) -> list[DutyEntry]:
    """Whose budgets of which years are to be divided, by when, and whether they can be.

    A State has a duty for every year whose budget it has set, and for this year and the
    next one if it takes part in the program.

    Source: RGGI-020; MD-2 (“By January 31st of each calendar year”).
    """
    rules = programs.load(program)
    of_accounts = rules_of(program)
    done = {
        (row.jurisdiction, row.year): row for row in Distribution.objects.filter(program=program)
    }
    known: dict[tuple[str, int], StateYearEntry | None] = {
        (entry.jurisdiction, entry.year): entry for entry in state_years(program=program)
    }
    applies = rules.market.applicability
    states = {state for state, _ in known}
    for year in (today.year, today.year + 1):
        for state in states:
            if applies is None or takes_part(applies.states, state=state, day=date(year, 1, 1)):
                known.setdefault((state, year), None)
    found = []
    for (state, year), entry in sorted(known.items(), key=lambda item: (-item[0][1], item[0][0])):
        row = done.get((state, year))
        due_on = of_accounts.due.in_year(year)
        found.append(
            DutyEntry(
                jurisdiction=state,
                year=year,
                due_on=due_on,
                budget=entry.budget if entry is not None else None,
                recorded_at=row.recorded_at if row is not None else None,
                is_late=row.is_late if row is not None else today > due_on,
            )
        )
    return found


def application(number: int, *, program: str) -> ApplicationEntry:
    """An application by its number.

    Raises Refused (`unknown_application`).

    Source: RGGI-027.
    """
    row = _applications(program).filter(pk=number).first()
    if row is None:
        raise Refused([checks.UnknownApplication(f"There is no application {number}.")])
    return application_entry(row)


def applications(
    *,
    program: str,
    purpose: str = "",
    state: str = "",
    year: int | None = None,
    limit: int = PAGE,
    before: int | None = None,
) -> list[ApplicationEntry]:
    """Applications to set-asides, the newest first.

    Source: RGGI-027, RGGI-048.
    """
    rows = _applications(program)
    if purpose:
        rows = rows.filter(purpose=purpose)
    if state:
        rows = rows.filter(state=state)
    if year is not None:
        rows = rows.filter(year=year)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [application_entry(row) for row in rows.order_by("-id")[:limit]]


def transactions_of(numbers: Iterable[int], *, program: str) -> list[int]:
    """The transactions by which applications were carried out.

    Source: RGGI-027, RGGI-048.
    """
    rows = Application.objects.filter(program=program, pk__in=sorted(numbers), tx__isnull=False)
    return [tx for tx in rows.values_list("tx_id", flat=True) if tx is not None]


def certificates(number: int, *, limit: int = PAGE, after: int = 0) -> list[tuple[int, str, date]]:
    """The certificates of an application: key, serial number and day of retirement.

    Source: RGGI-023.
    """
    rows = Certificate.objects.filter(application_id=number, id__gt=after).order_by("id")
    return list(rows.values_list("id", "serial", "retired_on")[:limit])


def limited_sources(*, program: str, years: Iterable[int]) -> dict[int, set[int]]:
    """Facilities whose allowances the State retired, by key, with the years in question.

    Source: RGGI-021 (a source so covered has no duty of its own while qualified).
    """
    rows = Application.objects.filter(
        program=program, purpose=LIMITED, state="executed", year__in=sorted(set(years))
    )
    found: dict[int, set[int]] = {}
    for facility, year in rows.values_list("facility_id", "year"):
        if facility is not None:
            found.setdefault(facility, set()).add(year)
    return found


def shifts(
    *, program: str, jurisdiction: str, limit: int = PAGE, before: int | None = None
) -> list[ShiftEntry]:
    """Decisions that moved allowances between accounts of a State, the newest first.

    Source: RGGI-025.
    """
    rows = Shift.objects.filter(program=program, jurisdiction=jurisdiction)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [shift_entry(row) for row in rows.order_by("-id")[:limit]]


def application_entry(row: Application) -> ApplicationEntry:
    """An application as everybody may see it."""
    amount: Decimal | None = None
    if row.price_cents is not None and row.given is not None:
        amount = sale_amount(row.given, price_cents=row.price_cents)
    return ApplicationEntry(
        id=row.pk,
        key=row.key,
        program=row.program,
        jurisdiction=row.jurisdiction,
        purpose=row.purpose,
        year=row.year,
        facility=row.facility_id,
        source=row.facility.name if row.facility is not None else "",
        oris_code=row.facility.oris_code if row.facility is not None else None,
        account=row.account_id,
        export_percent=row.export_percent,
        contract=row.contract,
        viability=row.viability,
        finding=row.finding,
        in_service_on=row.in_service_on,
        mwh=row.mwh,
        quantity=row.quantity,
        is_short_of_years=row.is_short_of_years,
        state=row.state,
        filed_at=row.filed_at,
        completed_at=row.completed_at,
        decided_at=row.decided_at,
        reason=row.reason,
        executed_at=row.executed_at,
        given=row.given,
        missing=row.missing,
        price_cents=row.price_cents,
        amount=amount,
        tx=row.tx_id,
    )


def shift_entry(row: Shift) -> ShiftEntry:
    """A decision that moved allowances as everybody may see it."""
    return ShiftEntry(
        id=row.pk,
        source=row.source,
        destination=row.destination,
        vintage=row.vintage,
        quantity=row.quantity,
        reason=row.reason,
        decided_at=row.decided_at,
        tx=row.tx_id,
    )


def _applications(program: str) -> QuerySet[Application]:
    return Application.objects.filter(program=program).select_related("facility")


def _year_entry(row: StateYear) -> StateYearEntry:
    return StateYearEntry(
        jurisdiction=row.jurisdiction,
        year=row.year,
        budget=row.budget,
        tons_per_mwh=row.tons_per_mwh,
        decided_at=row.decided_at,
    )


def _distribution_entries(rows: Iterable[Distribution]) -> list[DistributionEntry]:
    known = list(rows)
    shares: dict[int, list[Share]] = {row.pk: [] for row in known}
    for share in Share.objects.filter(distribution_id__in=list(shares)).order_by("id"):
        shares[share.distribution_id].append(share)
    return [
        DistributionEntry(
            id=row.pk,
            jurisdiction=row.jurisdiction,
            year=row.year,
            budget=row.budget,
            is_late=row.is_late,
            due_on=rules_of(row.program).due.in_year(row.year),
            recorded_at=row.recorded_at,
            shares={share.purpose: share.quantity for share in shares[row.pk]},
            txs={share.purpose: share.tx_id for share in shares[row.pk] if share.tx_id is not None},
        )
        for row in known
    ]
