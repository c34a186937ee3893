"""What everybody may know of set-asides: constant statements, pages of what has no end."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db.models import Max

from trueup.rules import programs
from trueup.rules.output_based import dates_of
from trueup.rules.program import Program
from trueup.set_asides import output_figures
from trueup.set_asides.distributing import distribution_entry, due_on
from trueup.set_asides.entries import (
    DeliveryEntry,
    DistributionEntry,
    Duty,
    OutputNoticeEntry,
    ProjectEntry,
    ProjectionEntry,
    ShareEntry,
)
from trueup.set_asides.models import (
    Bar,
    Delivery,
    Distribution,
    OutputNotice,
    Project,
    Projection,
    Share,
)
from trueup.set_asides.output import notice_entry
from trueup.set_asides.planning import OUTPUT, RENEWABLE, carried_mwh, plan, pool_of, size_of
from trueup.set_asides.projections import delivery_entry, projection_entry
from trueup.set_asides.projects import project_entry

__all__ = [
    "barred_vintages",
    "carried_mwh",
    "deliveries_of",
    "distributions",
    "duties",
    "find_project",
    "last_vintage",
    "output_notice",
    "plan",
    "pool_of",
    "project",
    "projections_of",
    "projects",
    "shares_of",
    "size_of",
]

PAGE = 100
_CITES = {
    "renewable_distribution": "40 CFR 62.16240(b)(1)(i); 62.16325(d)",
    "output_data": "40 CFR 62.16245(b)(3)(iii)",
    "output_distribution": "40 CFR 62.16240(b)(2)(i); 62.16325(e)",
}


class _Due(NamedTuple):
    """Which duty, of which State and vintage."""

    name: str
    jurisdiction: str
    vintage: int


def projects(
    *, program: str, jurisdiction: str = "", limit: int = PAGE, after: int = 0
) -> list[ProjectEntry]:
    """Projects in order of filing; `after` is the last one of the page before."""
    rows = Project.objects.filter(program=program, id__gt=after)
    if jurisdiction:
        rows = rows.filter(jurisdiction=jurisdiction)
    return [project_entry(row) for row in rows.order_by("id")[:limit]]


def project(identity: int) -> ProjectEntry | None:
    """A project by its id."""
    row = Project.objects.filter(id=identity).first()
    return None if row is None else project_entry(row)


def find_project(*, program: str, jurisdiction: str, name: str) -> ProjectEntry | None:
    """A project by its name in a State's set-aside."""
    row = Project.objects.filter(program=program, jurisdiction=jurisdiction, name=name).first()
    return None if row is None else project_entry(row)


def projections_of(project: int) -> list[ProjectionEntry]:
    """What a project promised, by year."""
    rows = Projection.objects.filter(project_id=project).order_by("generation_year", "id")
    return [projection_entry(row) for row in rows]


def deliveries_of(project: int) -> list[DeliveryEntry]:
    """What a project was verified to have generated, by year."""
    rows = Delivery.objects.filter(project_id=project).order_by("generation_year")
    return [delivery_entry(row) for row in rows]


def barred_vintages(*, program: str, jurisdiction: str, account: int) -> list[int]:
    """The vintages of which a provider gets nothing from a State's set-aside.

    Source: 40 CFR 62.16245(a)(5)(iii); MASS-085.
    """
    rows = Bar.objects.filter(program=program, jurisdiction=jurisdiction, account_id=account)
    return list(rows.order_by("vintage").values_list("vintage", flat=True))


def distributions(
    *,
    program: str,
    jurisdiction: str = "",
    purpose: str = "",
    limit: int = PAGE,
    before: int | None = None,
) -> list[DistributionEntry]:
    """Distributions, the newest first; `before` is where to go on.

    Source: 40 CFR 62.16245(a)(7), (b)(5); MASS-087.
    """
    rows = Distribution.objects.filter(program=program)
    if jurisdiction:
        rows = rows.filter(jurisdiction=jurisdiction)
    if purpose:
        rows = rows.filter(purpose=purpose)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [distribution_entry(row) for row in rows.order_by("-id")[:limit]]


def shares_of(distribution: int, *, limit: int = PAGE, after: int = 0) -> list[ShareEntry]:
    """What each recipient got of a distribution, in order; `after` is a share's place.

    Source: 40 CFR 62.16245(a)(7), (b)(5); MASS-087, MASS-164.
    """
    rows = Share.objects.filter(distribution_id=distribution).order_by("id")
    return [
        ShareEntry(
            distribution=distribution,
            account=row.account_id,
            project=row.project_id,
            unit=row.unit_id,
            is_surplus=row.is_surplus,
            net_mwh=row.net_mwh,
            quantity=row.quantity,
            tx=row.tx_id,
        )
        for row in rows[after : after + limit]
    ]


def output_notice(*, program: str, jurisdiction: str, vintage: int) -> OutputNoticeEntry | None:
    """Data and preliminary results of the period of a vintage, if they are published.

    Source: 40 CFR 62.16245(b)(3)(iii); MASS-091.
    """
    period = programs.load(program).period_of_year(vintage).name
    row = OutputNotice.objects.filter(
        program=program, jurisdiction=jurisdiction, period=period
    ).first()
    return None if row is None else notice_entry(row)


def duties(*, program: str, year: int, today: date) -> list[Duty]:
    """What the Administrator is to do for set-asides in a calendar year, of every State.

    Nothing of it is done by the clock. Three statements, whatever the number of States.

    Source: 40 CFR 62.16240(b); 62.16245(b)(3)(iii)-(iv); MASS-081, MASS-091, MASS-167.
    """
    rules = programs.load(program)
    recorded = {
        (row.jurisdiction, row.vintage, row.purpose): row.is_late
        for row in Distribution.objects.filter(program=program, state="recorded")
    }
    published = {
        (row.jurisdiction, row.period): row.is_late
        for row in OutputNotice.objects.filter(program=program)
    }
    found: list[Duty] = []
    for state in rules.jurisdictions:
        if rules.renewable_energy is not None and rules.budget(state, year + 1) is not None:
            of = _Due("renewable_distribution", state, year + 1)
            on = due_on(program, year + 1, RENEWABLE)
            done = recorded.get((state, year + 1, RENEWABLE))
            found.append(_duty(rules, of, on=on, done=done, today=today))
        if _is_output_year(rules, state, year):
            period = rules.period_of_year(year)
            on = dates_of(period, rules=output_figures.rules_of(program)).data_on
            done = published.get((state, period.name))
            of = _Due("output_data", state, year)
            found.append(_duty(rules, of, on=on, done=done, today=today))
            on = due_on(program, year, OUTPUT)
            done = recorded.get((state, year, OUTPUT))
            of = _Due("output_distribution", state, year)
            found.append(_duty(rules, of, on=on, done=done, today=today))
    return sorted(found, key=lambda duty: (duty.printed_on, duty.name, duty.jurisdiction))


def last_vintage(*, program: str) -> int | None:
    """The latest vintage of which anything was distributed.

    Source: 40 CFR 62.16245(a)(7); MASS-087.
    """
    recorded = Distribution.objects.filter(program=program, state="recorded")
    found: int | None = recorded.aggregate(last=Max("vintage"))["last"]
    return found


def _is_output_year(rules: Program, state: str, year: int) -> bool:
    """Whether a year is the first of a period of which a State has an output-based set-aside."""
    if rules.output_based is None or year <= rules.schedule.printed[0].last_year:
        return False
    budget = rules.budget(state, year)
    is_first = rules.period_of_year(year).first_year == year
    return is_first and budget is not None and budget.output_based > 0


def _duty(rules: Program, of: _Due, *, on: date, done: bool | None, today: date) -> Duty:
    """One duty and how it stands; `done` is whether it was done late, None if it is not."""
    effective_on = rules.effective_on(on)
    if done is None:
        standing = "overdue" if today > effective_on else "open"
    else:
        standing = "done_late" if done else "done"
    return Duty(
        name=of.name,
        jurisdiction=of.jurisdiction,
        vintage=of.vintage,
        printed_on=on,
        effective_on=effective_on,
        state=standing,
        cite=_CITES[of.name],
    )
