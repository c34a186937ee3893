"""Meter data in batches: filed by reporters, accepted or disputed by the sponsor.

Source: 40 CFR 62.16455(c), 62.16460, 62.16465(c)(1)(i); PLAT-130; docs/decisions/0205.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from trueup.audit import services as audit
from trueup.audit.entries import EventSpec
from trueup.audit.statements import among, insert_many
from trueup.emissions.quantities import to_whole
from trueup.resources import checks
from trueup.resources.entries import MeterChange, MeterRow
from trueup.resources.filing import capacity_of, refuse
from trueup.resources.meter_reporters import CITE
from trueup.resources.models import (
    Issuance,
    MeterReading,
    MeterReporter,
    PlausibleOutput,
    Resource,
)
from trueup.resources.signed import Signed, keep_signature
from trueup.rules import programs
from trueup.rules.ercs import maximum_mwh
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused

ROWS_MAX = 50_000
OPEN = ("filed", "held", "disputed")


@transaction.atomic
def file_meter_data(
    rows: Sequence[MeterRow],
    *,
    program: str,
    reporter: int,
    filed_at: datetime,
    signed: Signed | None = None,
) -> list[MeterChange]:
    """Take in months of meter data for many resources, all rows or none.

    Each row states a month's whole MWh. One for a month that was reported before corrects
    it: the answer shows the difference. What is above the plausible output is held for
    evidence; what is above capacity times hours is refused.

    Raises Refused with the row of each reason (`too_many_rows`, `not_a_reporter`,
    `duplicate_month`, `mwh_not_usable`, `period_not_over`, `above_capacity`,
    `issued_already`).

    Source: 40 CFR 62.16455(c), 62.16465(c)(1)(i); PLAT-130; docs/decisions/0205.
    """
    if len(rows) > ROWS_MAX:
        raise Refused([checks.TooManyRows(f"{len(rows):,} rows; at most {ROWS_MAX:,} at once.")])
    rules = programs.load(program)
    named = _named(reporter, rules)
    refuse(_refusals(rows, named, rules=rules, at=filed_at))
    before = _standing(named)
    curves = _curves(named)
    MeterReading.objects.filter(
        id__in=among(before[place].pk for place in map(_place, rows) if place in before)
    ).update(state="superseded")
    changes = [_change(row, before.get(_place(row)), curves) for row in rows]
    insert_many(
        MeterReading,
        [
            {
                "resource_id": row.resource,
                "year": row.year,
                "month": row.month,
                "version": change.version,
                "mwh": to_whole(row.mwh),
                "state": change.state,
                "reporter_id": reporter,
                "filed_at": filed_at,
                "evidence": row.evidence[:2000],
                "decided_by": "",
                "decided_at": None,
                "ground": "",
            }
            for row, change in zip(rows, changes, strict=True)
        ],
    )
    if rows:
        keep_signature(named[rows[0].resource], signed, person=reporter, at=filed_at)
    _log_filed(changes, named, program=program, reporter=reporter, at=filed_at)
    return changes


def preview_meter_data(
    rows: Sequence[MeterRow], *, program: str, reporter: int, at: datetime
) -> tuple[list[MeterChange], list[Refusal]]:
    """What a batch would do, or why it would be refused; nothing is taken in.

    Source: PLAT-130; docs/decisions/0205.
    """
    if len(rows) > ROWS_MAX:
        return [], [checks.TooManyRows(f"{len(rows):,} rows; at most {ROWS_MAX:,} at once.")]
    rules = programs.load(program)
    named = {row.pk: row for row in _reported_by(reporter, rules)}
    refusals = _refusals(rows, named, rules=rules, at=at)
    if refusals:
        return [], refusals
    before, curves = _standing(named), _curves(named)
    return [_change(row, before.get(_place(row)), curves) for row in rows], []


def open_meter_data(resources: Iterable[int], *, year: int) -> dict[int, list[MeterReading]]:
    """Months of a year that stand in the way of an issue, by resource."""
    found: dict[int, list[MeterReading]] = {}
    rows = MeterReading.objects.filter(resource_id__in=among(resources), year=year, state__in=OPEN)
    for row in rows.order_by("resource_id", "month"):
        found.setdefault(row.resource_id, []).append(row)
    return found


def meter_refusals(name: str, found: Sequence[MeterReading]) -> list[Refusal]:
    """Why credits are not issued on a year's meter data.

    Source: PLAT-130; docs/decisions/0205.
    """
    said = {
        "disputed": (checks.MeterDataDisputed, "are disputed: they must be reported anew"),
        "held": (checks.MeterDataHeld, "are held: an official releases them on evidence"),
        "filed": (checks.MeterDataOpen, "await the sponsor's word: accept or dispute them"),
    }
    refusals: list[Refusal] = []
    for state, (kind, what) in said.items():
        months = [str(one.month) for one in found if one.state == state]
        if months:
            refusals.append(kind(f"Meter data of {name} for months {', '.join(months)} {what}."))
    return refusals


def accepted_mwh(resource: int, *, year: int, first_month: int, last_month: int) -> Decimal | None:
    """MWh that were metered and accepted in some months; None if nobody meters them here."""
    rows = MeterReading.objects.filter(
        resource_id=resource, year=year, month__gte=first_month, month__lte=last_month
    ).exclude(state="superseded")
    found = [row.mwh for row in rows if row.mwh is not None]
    return sum(found, Decimal(0)) if found else None


def _place(row: MeterRow) -> tuple[int, int, int]:
    return row.resource, row.year, row.month


def _named(reporter: int, rules: Program) -> dict[int, Resource]:
    """The resources that named a person, locked for the batch."""
    rows = _reported_by(reporter, rules).select_for_update()
    return {row.pk: row for row in rows.order_by("id")}


def _reported_by(reporter: int, rules: Program) -> QuerySet[Resource]:
    return Resource.objects.filter(
        program=rules.code,
        id__in=MeterReporter.objects.filter(person_id=reporter, until_at=None).values("resource"),
    )


def _standing(named: Mapping[int, Resource]) -> dict[tuple[int, int, int], MeterReading]:
    rows = MeterReading.objects.filter(resource_id__in=among(named)).exclude(state="superseded")
    return {(row.resource_id, row.year, row.month): row for row in rows}


def _curves(named: Mapping[int, Resource]) -> dict[tuple[int, int], Decimal]:
    rows = PlausibleOutput.objects.filter(resource_id__in=among(named))
    return {(row.resource_id, row.month): row.mwh for row in rows if row.mwh is not None}


def _change(
    row: MeterRow,
    before: MeterReading | None,
    curves: Mapping[tuple[int, int], Decimal],
) -> MeterChange:
    most = curves.get((row.resource, row.month))
    was = before.mwh if before is not None and before.mwh is not None else Decimal(0)
    return MeterChange(
        resource=row.resource,
        year=row.year,
        month=row.month,
        version=before.version + 1 if before is not None else 1,
        mwh=row.mwh,
        difference=row.mwh - was,
        state="held" if most is not None and row.mwh > most else "filed",
    )


def _refusals(
    rows: Sequence[MeterRow], named: Mapping[int, Resource], *, rules: Program, at: datetime
) -> list[Refusal]:
    today = rules.local_date(at)
    issued = set(
        Issuance.objects.filter(resource_id__in=among(named)).values_list("resource_id", "year")
    )
    seen: set[tuple[int, int, int]] = set()
    refusals: list[Refusal] = []
    for number, row in enumerate(rows, start=1):
        for refusal in _row_refusals(row, named.get(row.resource), today):
            refusal.row = number
            refusals.append(refusal)
        if _place(row) in seen:
            refusals.append(
                checks.DuplicateMonth(
                    f"{row.year}-{row.month:02d} of this resource is in the file twice.",
                    row=number,
                )
            )
        if (row.resource, row.year) in issued:
            refusals.append(
                checks.IssuedAlready(
                    f"Credits of {row.year} were issued: a correction goes into the next report.",
                    row=number,
                )
            )
        seen.add(_place(row))
    return refusals


def _row_refusals(row: MeterRow, resource: Resource | None, today: date) -> Iterable[Refusal]:
    if resource is None:
        yield checks.NotAReporter(f"You report for no resource {row.resource}.")
        return
    if not (1 <= row.month <= 12 and 1980 <= row.year <= 2200):
        yield checks.MonthsNotReadable(f"{row.year}-{row.month} is no month.")
        return
    days = monthrange(row.year, row.month)[1]
    if today <= date(row.year, row.month, days):
        yield checks.PeriodNotOver(f"{row.year}-{row.month:02d} is not over.")
    if not row.mwh.is_finite() or row.mwh < 0:
        yield checks.MwhNotReadable(f"“{row.mwh}” is no quantity of MWh of at least 0.")
        return
    capacity = capacity_of(resource)
    if capacity > 0 and row.mwh > maximum_mwh(capacity, days=days):
        yield checks.AboveCapacity(
            f"{row.mwh} MWh in {row.year}-{row.month:02d} are more than {capacity} MW put out in"
            f" {days * 24} hours."
        )


def _log_filed(
    changes: Sequence[MeterChange],
    named: Mapping[int, Resource],
    *,
    program: str,
    reporter: int,
    at: datetime,
) -> None:
    by_resource: dict[int, list[MeterChange]] = {}
    for change in changes:
        by_resource.setdefault(change.resource, []).append(change)
    audit.log_many(
        [
            EventSpec(
                at=at,
                program=program,
                actor=f"person:{reporter}",
                act="file_meter_data",
                subject=f"resource:{resource}",
                after={
                    "months": len(of_one),
                    "mwh": str(sum(one.mwh for one in of_one)),
                    "difference": str(sum(one.difference for one in of_one)),
                    "held": sum(one.state == "held" for one in of_one),
                },
                cite=CITE,
                account=named[resource].account_id,
            )
            for resource, of_one in by_resource.items()
        ]
    )
