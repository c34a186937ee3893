"""How periods were settled: outcomes, facilities left out, runs and appeals.

Every function takes a constant number of statements, however many facilities there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.db.models import F, Q, QuerySet

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityEntry, UnitEntry
from trueup.compliance.entries import (
    AppealEntry,
    OmissionEntry,
    Outcome,
    PassedOver,
    RunResult,
)
from trueup.compliance.models import Appeal, DeductionRun, Omission, Settlement
from trueup.ledger import queries as ledger
from trueup.rules.periods import CompliancePeriod
from trueup.rules.serials import parse_block

PAGE = 100


def outcome(
    *, program: str, period: CompliancePeriod, facility: int, unit: int | None = None
) -> Outcome | None:
    """How one facility's period was settled, as it stands; None if it is not settled.

    Args:
        unit: Key of the affected EGU, where each is settled by itself.

    Source: 40 CFR 62.16340; 62.16535; PLAT-083.
    """
    rows = Settlement.objects.filter(
        program=program, period=period.name, facility_id=facility, unit_id=unit
    )
    found = outcomes_of(rows)
    return found[0] if found else None


def outcomes(
    *,
    program: str,
    period: CompliancePeriod,
    jurisdiction: str = "",
    in_compliance: bool | None = None,
    limit: int = PAGE,
    after: int = 0,
    descending: bool = False,
) -> list[Outcome]:
    """How facilities were settled for a period, by ORIS code, a page at a time.

    A page ends with a whole facility, however many affected EGUs it has.

    Args:
        in_compliance: Only those that are, or are not.
        after: ORIS code of the last facility of the page before; 0 begins.
        descending: From the highest ORIS code down.
    """
    rows = Settlement.objects.filter(program=program, period=period.name)
    if after:
        beyond = (
            Q(facility__oris_code__lt=after) if descending else Q(facility__oris_code__gt=after)
        )
        rows = rows.filter(beyond)
    if jurisdiction:
        rows = rows.filter(facility__jurisdiction=jurisdiction)
    if in_compliance is not None:
        covered = Q(obligation=F("deducted") + F("waived") + F("retired_by_owner"))
        rows = rows.filter(covered if in_compliance else ~covered)
    ordered = rows.order_by(
        "-facility__oris_code" if descending else "facility__oris_code", "account_id"
    )
    page = list(ordered[:limit])
    if len(page) == limit and page and page[-1].unit_id is not None:
        rest = ordered.filter(facility_id=page[-1].facility_id, account_id__gt=page[-1].account_id)
        page += list(rest)
    return outcomes_of(page)


def outcomes_of_facility(*, program: str, facility: int) -> list[Outcome]:
    """All settlements of one facility, the latest period first."""
    rows = Settlement.objects.filter(program=program, facility_id=facility)
    return outcomes_of(rows.order_by("-period", "account_id"))


def periods_settled(*, program: str) -> list[CompliancePeriod]:
    """Periods of which at least one facility is settled, the latest first; interim ones too."""
    names = Settlement.objects.filter(program=program).values_list("period", flat=True).distinct()
    return sorted(
        (CompliancePeriod.parse(name) for name in names),
        key=lambda period: (period.last_year, -period.first_year),
        reverse=True,
    )


def omission(
    *, program: str, period: CompliancePeriod, facility: int, unit: int | None = None
) -> OmissionEntry | None:
    """Why the latest run left a facility out; None if it is settled or there was no run."""
    found = omissions(program=program, period=period, facility=facility)
    of_unit = [entry for entry in found if (entry.unit.id if entry.unit else None) == unit]
    return of_unit[0] if of_unit else None


def omissions(
    *,
    program: str,
    period: CompliancePeriod,
    facility: int | None = None,
    limit: int = PAGE,
    after: int = 0,
) -> list[OmissionEntry]:
    """Facilities that the latest run left out and that are still not settled, by account.

    Args:
        after: Account of the last facility of the page before.

    Source: MASS-135, MASS-159.
    """
    latest = (
        DeductionRun.objects.filter(program=program, period=period.name)
        .order_by("-id")
        .values_list("id", flat=True)[:1]
    )
    rows = Omission.objects.filter(run__in=latest, account_id__gt=after)
    if facility is not None:
        rows = rows.filter(facility_id=facility)
    return _omissions_of(list(rows.order_by("account_id")[:limit]))


def runs(*, program: str, period: CompliancePeriod | None = None) -> list[DeductionRun]:
    """Runs of deductions, the latest first; of a program there are a few a period."""
    rows = DeductionRun.objects.filter(program=program)
    if period is not None:
        rows = rows.filter(period=period.name)
    return list(rows.order_by("-id")[:PAGE])


def result_of(run: int) -> RunResult | None:
    """What a run did, with its outcomes as they stand now."""
    found = DeductionRun.objects.filter(id=run).first()
    if found is None:
        return None
    return RunResult(
        run=found.pk,
        program=found.program,
        period=CompliancePeriod.parse(found.period),
        outcomes=tuple(outcomes_of(found.settlements.order_by("account_id"))),
        omissions=tuple(_omissions_of(list(found.omissions.order_by("account_id")))),
        recorded_at=found.recorded_at,
    )


def appeals(settlement: int) -> list[AppealEntry]:
    """The appeals against a settlement, the latest first (MASS-166)."""
    return [
        appeal_entry(row) for row in Appeal.objects.filter(settlement=settlement).order_by("-id")
    ]


def appeal_entry(row: Appeal) -> AppealEntry:
    return AppealEntry(
        id=row.pk,
        decision=row.decision_id,
        filed_by=row.filed_by_id,
        filed_at=row.filed_at,
        reasons=row.reasons,
        state=row.state,
        ruling=row.ruling,
        returned=row.returned,
        decided_at=row.decided_at,
    )


def outcomes_of(rows: QuerySet[Settlement] | Sequence[Settlement]) -> list[Outcome]:
    """Stored settlements as plain values, with what is still owed by the ledger."""
    found = list(rows)
    known = accounts.facilities_by_id({row.facility_id for row in found})
    units = _units_of(found)
    claims = ledger.claims_by_id(row.claim_id for row in found if row.claim_id is not None)
    owed = {identity: claim.open for identity, claim in claims.items()}
    return [replace(_outcome(row, known, owed), unit=units.get(row.unit_id or 0)) for row in found]


def _omissions_of(found: Sequence[Omission]) -> list[OmissionEntry]:
    known = accounts.facilities_by_id({row.facility_id for row in found})
    units = _units_of(found)
    return [
        OmissionEntry(
            account=row.account_id,
            facility=known[row.facility_id],
            unit=units.get(row.unit_id or 0),
            reason=row.reason,
            missing=tuple((unit, year) for unit, year in row.missing),
        )
        for row in found
    ]


def _units_of(rows: Iterable[Settlement | Omission]) -> dict[int, UnitEntry]:
    """The affected EGUs that rows are about; in one statement, and none without any."""
    facilities = {row.facility_id for row in rows if row.unit_id is not None}
    if not facilities:
        return {}
    of_facility = accounts.units_of(facilities)
    return {unit.id: unit for units in of_facility.values() for unit in units}


def _outcome(
    row: Settlement, known: Mapping[int, FacilityEntry], owed: Mapping[int, int]
) -> Outcome:
    outstanding = owed[row.claim_id] if row.claim_id is not None else 0
    return Outcome(
        account=row.account_id,
        facility=known[row.facility_id],
        period=CompliancePeriod.parse(row.period),
        obligation=row.obligation,
        held=row.held,
        deducted=row.deducted,
        waived=row.waived,
        retired_by_owner=row.retired_by_owner,
        excess_due=row.excess_due,
        excess_deducted=row.excess_due - outstanding,
        settled_at=row.settled_at,
        decision=row.decision_id,
        passed_over=tuple(
            PassedOver(parse_block(first, last), reason) for first, last, reason in row.passed_over
        ),
    )
