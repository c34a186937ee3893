"""Read calculations of credits, and what differs between two of the same.

Source: preamble IV.D.6; RATE-135 to RATE-139; docs/decisions/0306.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce

from trueup.resources.calculations import RESOURCES
from trueup.resources.models import (
    Calculation,
    CalculationRow,
    CreditNotice,
    EguIssuance,
    Issuance,
    Report,
)

KEYS = ("resource_id", "account_id", "category")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A row that two calculations do not share: credits, or why there are none."""

    name: str
    category: str
    before: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class YearStanding:
    """How far the credits of a year are.

    Attributes:
        reports: M&V reports by state.
        open_until: Last day on which a notice of the year can be commented on.
    """

    year: int
    reports: dict[str, int]
    notices: tuple[CreditNotice, ...]
    open_until: date | None
    issued_to_resources: int
    resources: int
    issued_to_units: int
    units: int


def calculations_of(*, program: str, year: int, limit: int) -> list[Calculation]:
    """The latest calculations of a year, the last first."""
    rows = Calculation.objects.filter(program=program, year=year).select_related("made_by")
    return list(rows.order_by("-id")[:limit])


def one_before(row: Calculation) -> Calculation | None:
    """The calculation of the same before this one."""
    rows = Calculation.objects.filter(
        program=row.program, year=row.year, kind=row.kind, id__lt=row.pk
    )
    return rows.order_by("-id").first()


def differences(before: Calculation, now: Calculation) -> list[Difference]:
    """The rows of two calculations that are not the same; two statements.

    Source: PLAT-060; docs/decisions/0306.
    """
    old, new = _lines(before), _lines(now)
    return [
        Difference(
            name=(new.get(key) or old[key])["name"],
            category=(new.get(key) or old[key])["category"],
            before=_said(old.get(key)),
            now=_said(new.get(key)),
        )
        for key in sorted(
            {*old, *new}, key=lambda key: ((new.get(key) or old[key])["name"], key[2])
        )
        if _said(old.get(key)) != _said(new.get(key))
    ]


def year_standing(*, program: str, year: int, today: date) -> YearStanding:
    """How far the credits of a year are; four statements.

    Source: preamble IV.D.6; RATE-138, RATE-139.
    """
    reports = Report.objects.filter(resource__program=program, year=year)
    counted = {
        row["state"]: row["number"]
        for row in reports.values("state").annotate(number=Count("id")).order_by()
    }
    notices = tuple(CreditNotice.objects.filter(program=program, year=year).order_by("id"))
    issued = Issuance.objects.filter(resource__program=program, year=year).aggregate(
        ercs=Coalesce(Sum("quantity"), 0), number=Count("id")
    )
    units = EguIssuance.objects.filter(round__program=program, round__year=year).aggregate(
        ercs=Coalesce(Sum("quantity"), 0), number=Count("account", distinct=True)
    )
    still_open = [notice.closes_on for notice in notices if notice.closes_on >= today]
    return YearStanding(
        year=year,
        reports=counted,
        notices=notices,
        open_until=max(still_open, default=None),
        issued_to_resources=issued["ercs"],
        resources=issued["number"],
        issued_to_units=units["ercs"],
        units=units["number"],
    )


def years_of_credits(program: str) -> tuple[set[int], set[int]]:
    """The years of which credits were issued, and of which a notice was published.

    Source: preamble IV.D.6; RATE-138, RATE-139.
    """
    issued = Issuance.objects.filter(resource__program=program).values_list("year", flat=True)
    units = EguIssuance.objects.filter(round__program=program)
    notices = CreditNotice.objects.filter(program=program).values_list("year", flat=True)
    return (
        {*issued.distinct(), *units.values_list("round__year", flat=True).distinct()},
        set(notices.distinct()),
    )


def unreviewed(row: Calculation) -> int:
    """Resources of a calculation that are ready though no official accepted their report.

    Source: docs/decisions/0305.
    """
    if row.kind != RESOURCES:
        return 0
    ready = CalculationRow.objects.filter(calculation=row, is_ready=True)
    accepted = Report.objects.filter(year=row.year, reviews__outcome="accepted")
    return ready.exclude(resource__in=accepted.values("resource")).count()


def _lines(row: Calculation) -> dict[tuple[Any, ...], dict[str, Any]]:
    values = CalculationRow.objects.filter(calculation=row).values(
        *KEYS, "name", "quantity", "corrected", "reasons"
    )
    return {
        (line["resource_id"] or 0, line["account_id"] or 0, line["category"]): line
        for line in values
    }


def _said(line: dict[str, Any] | None) -> str:
    if line is None:
        return ""
    if line["reasons"]:
        return ", ".join(reason.replace("_", " ") for reason in line["reasons"])
    return f"{line['quantity']:,}"
