"""Of which years and months MWh are reported, by when, and what that asks of a plan.

Source: 40 CFR 62.16420(d), 62.16431(a)(1), 62.16455(c)(7), 62.16460; 62.16231(a),
62.16245(a)(4).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from trueup.resources import checks
from trueup.resources.entries import ReportSpec
from trueup.resources.models import Document, Report, Resource
from trueup.rules import programs
from trueup.rules.early_action import STARTED_AFTER
from trueup.rules.ercs import FIRST_YEAR
from trueup.rules.paper_answers import check_deemed
from trueup.rules.papers import PLAN
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal


def days_of(report: Report | ReportSpec) -> tuple[date, date]:
    """The first and the last day of a report."""
    last = monthrange(report.year, report.last_month)[1]
    return date(report.year, report.first_month, 1), date(report.year, report.last_month, last)


def first_year(program: Program, *, began_on: date | None) -> int:
    """The first year of which MWh of a resource are reported, for early action or otherwise.

    Source: 40 CFR 62.16420(d); 62.16431(a)(1), (2); 62.16231(a); RATE-056, RATE-222.
    """
    rules = program.resources
    if rules is None:
        return FIRST_YEAR
    is_early = began_on is not None and began_on > STARTED_AFTER
    return min([rules.first_year, *(rules.early_years if is_early else ())])


def is_early_year(program: str, year: int) -> bool:
    """Whether MWh of a year are reported for early action only.

    Source: 40 CFR 62.16431(a)(1); 62.16231(a); RATE-222; MASS-094.
    """
    rules = programs.load(program).resources
    return rules is not None and year in rules.early_years


def deemed_refusals(row: Resource, spec: ReportSpec) -> list[Refusal]:
    """Why deemed savings cannot be claimed for the months; the plan names its manual.

    Source: 40 CFR 62.16455(c)(7)(iv)(B), (vi)(B); RATE-098, RATE-101; MASS-113, MASS-114.
    """
    if row.category != "DSM":
        return []
    plan = Document.objects.filter(resource=row, kind=PLAN).order_by("-id").first()
    first_on, last_on = days_of(spec)
    return check_deemed(plan.elements if plan else {}, first_on=first_on, last_on=last_on)


def year_refusals(row: Resource, spec: ReportSpec) -> list[Refusal]:
    """MWh count from the program's first year on; before it, those that early action rewards.

    Source: 40 CFR 62.16420(d); 62.16431(a)(1); 62.16231(a); RATE-056, RATE-222; MASS-094.
    """
    rules = programs.load(row.program).resources
    first, early = (FIRST_YEAR, ()) if rules is None else (rules.first_year, rules.early_years)
    is_early = spec.elements.get("early_action", "").strip() == "yes"
    if is_early and spec.year not in early:
        years = ", ".join(str(year) for year in early)
        return [checks.BeforeFirstYear(f"Early action rewards MWh of {years}, not {spec.year}.")]
    if is_early and (row.in_service_on is None or row.in_service_on <= STARTED_AFTER):
        return [
            checks.BeforeFirstYear(f"Early action rewards what began after {STARTED_AFTER} alone.")
        ]
    if spec.year >= first or is_early:
        return []
    return [checks.BeforeFirstYear(f"MWh before {first} earn no credits; report later ones.")]


def due_on(rules: Program, year: int) -> date:
    """The printed day by which a year is reported; the mass-based rule leaves it to a setting.

    Source: preamble IV.D.6; 40 CFR 62.16245(a)(4); RATE-110; MASS-082; MASS-AMB-21.
    """
    if rules.renewable_energy is not None:
        return rules.renewable_energy.report_due.in_year(year + 1)
    return date(year + 1, 6, 1)
