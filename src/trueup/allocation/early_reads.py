"""Read who asked for early action, and what was awarded."""

from __future__ import annotations

from decimal import Decimal

from trueup.allocation.early_entries import (
    EarlyActionAwardEntry,
    EarlyActionProjectEntry,
)
from trueup.allocation.early_models import EarlyActionAward, EarlyActionProject

PAGE = 100


def project_entry(row: EarlyActionProject) -> EarlyActionProjectEntry:
    """A project as others see it."""
    return EarlyActionProjectEntry(
        id=row.pk,
        program=row.program,
        jurisdiction=row.jurisdiction,
        name=row.name,
        kind=row.kind,
        started_on=row.started_on,
        account=row.account_id,
        shows=row.shows,
        state=row.state,
        applied_at=row.applied_at,
        decided_at=row.decided_at,
    )


def award_entry(row: EarlyActionAward) -> EarlyActionAwardEntry:
    """An award as others see it."""
    return EarlyActionAwardEntry(
        project=row.project_id,
        year=row.year,
        mwh=row.mwh or Decimal(0),
        early=row.early,
        entitled=row.entitled,
        matching=row.matching,
        awarded_at=row.awarded_at,
        early_tx=row.early_tx,
        matching_tx=row.matching_tx,
    )


def projects(program: str, *, limit: int = PAGE, after: int = 0) -> list[EarlyActionProjectEntry]:
    """Projects of a program in the order in which they applied, a page at a time.

    Source: 40 CFR 62.16431; RATE-213.
    """
    found = EarlyActionProject.objects.filter(program=program, id__gt=after).order_by("id")
    return [project_entry(row) for row in found[:limit]]


def find_project(*, program: str, name: str) -> EarlyActionProjectEntry | None:
    """The project of a name; None if there is none.

    Source: 40 CFR 62.16431; RATE-213.
    """
    row = EarlyActionProject.objects.filter(program=program, name=name).first()
    return project_entry(row) if row is not None else None


def awards_of(project: int) -> list[EarlyActionAwardEntry]:
    """What a project was awarded, the earlier year first.

    Source: 40 CFR 62.16431(d); RATE-213.
    """
    rows = EarlyActionAward.objects.filter(project_id=project).order_by("year")
    return [award_entry(row) for row in rows]
