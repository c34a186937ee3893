"""What officials see of set-asides: what waits for a decision, and how ready a run is.

Constant statements, whatever the number of States and projects.

Source: 40 CFR 62.16245(a)(3)-(5), (b)(3); MASS-079 to MASS-091; PLAT-018.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, F, OuterRef, Q

from trueup.accounts.models import AffectedUnit
from trueup.audit.statements import among
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.set_asides.entries import PlannedDistribution, PlannedShare
from trueup.set_asides.models import Delivery, Project, Projection
from trueup.set_asides.projections import last_day_of

PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A project, or one of its years, that waits for an official.

    Attributes:
        kind: `project`, `projection` or `generation` (the year is over, nothing verified).
        year: The generation year; 0 for a project.
    """

    kind: str
    project: int
    name: str
    jurisdiction: str
    year: int
    since: datetime | date


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """What stands between the papers and a distribution of a renewable set-aside.

    Attributes:
        projections_until: The last day of projections for the vintage.
        undecided: Projections for the vintage that nobody decided on.
        unverified: Years that are over, promised and not verified.
        unexplained: Shortfalls above the limit that nobody explained.
    """

    projections_until: date
    undecided: int
    unverified: int
    unexplained: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedShare:
    """A planned share with the names that a page shows."""

    share: PlannedShare
    name: str
    unit: str
    account: AccountEntry


def waiting(
    *, program: str, states: Iterable[str], today: date, limit: int = PAGE
) -> list[Waiting]:
    """What waits for officials of these States, the longest waiting first.

    Source: 40 CFR 62.16245(a)(3)-(5); MASS-079, MASS-082.
    """
    wanted = list(states)
    of = Q(program=program, jurisdiction__in=among(wanted))
    found = [
        Waiting(
            kind="project",
            project=row.pk,
            name=row.name,
            jurisdiction=row.jurisdiction,
            year=0,
            since=row.received_at,
        )
        for row in Project.objects.filter(of, state="submitted").order_by("received_at")[:limit]
    ]
    rows = Projection.objects.filter(
        project__program=program, project__jurisdiction__in=among(wanted)
    ).select_related("project")
    found += [
        Waiting(
            kind="projection",
            project=row.project_id,
            name=row.project.name,
            jurisdiction=row.project.jurisdiction,
            year=row.generation_year,
            since=row.received_at,
        )
        for row in rows.filter(state="submitted", project__state="approved").order_by(
            "received_at"
        )[:limit]
    ]
    found += [
        Waiting(
            kind="generation",
            project=row.project_id,
            name=row.project.name,
            jurisdiction=row.project.jurisdiction,
            year=row.generation_year,
            since=date(row.generation_year, 12, 31),
        )
        for row in _unverified(rows, today).order_by("generation_year", "id")[:limit]
    ]
    return found


def readiness(*, program: str, jurisdiction: str, vintage: int, today: date) -> Readiness:
    """How ready a distribution of a State's renewable set-aside is.

    Source: 40 CFR 62.16245(a)(3)-(5); MASS-078 to MASS-084.
    """
    rows = Projection.objects.filter(
        project__program=program, project__jurisdiction=jurisdiction
    ).exclude(project__state__in=("rejected", "revoked"))
    owing = Delivery.objects.filter(
        project__program=program,
        project__jurisdiction=jurisdiction,
        is_to_explain=True,
        explained_at=None,
    )
    return Readiness(
        projections_until=last_day_of(program, vintage),
        undecided=rows.filter(generation_year=vintage, state="submitted").count(),
        unverified=_unverified(rows, today).count(),
        unexplained=owing.count(),
    )


def _unverified(rows, today: date):  # type: ignore[no-untyped-def]
    """Approved projections of years that are over, of which nothing is verified."""
    verified = Delivery.objects.filter(
        project_id=OuterRef("project_id"), generation_year=OuterRef("generation_year")
    )
    return rows.filter(state="approved", generation_year__lt=today.year).filter(~Exists(verified))


def named(planned: PlannedDistribution, *, limit: int | None = PAGE) -> list[NamedShare]:
    """The shares of a planned distribution with the names of who would get them.

    Source: 40 CFR 62.16240(b); PLAT-018.
    """
    shares: Sequence[PlannedShare] = planned.shares if limit is None else planned.shares[:limit]
    projects = dict(
        Project.objects.filter(
            id__in=among({of.project for of in shares if of.project is not None})
        ).values_list("id", "name")
    )
    units = {
        unit: (facility, name)
        for unit, facility, name in AffectedUnit.objects.filter(
            id__in=among({of.unit for of in shares if of.unit is not None})
        ).values_list("id", F("facility__name"), "unit_id")
    }
    accounts = ledger.accounts_by_id({of.account for of in shares})
    return [
        NamedShare(
            share=of,
            name=projects[of.project]
            if of.project is not None
            else units[of.unit][0]
            if of.unit is not None
            else "",
            unit=units[of.unit][1] if of.unit is not None else "",
            account=accounts[of.account],
        )
        for of in shares
    ]
