"""Where plans stand, which States are linked, and whose units are on a State's list.

Every function takes a constant number of statements, however many it is asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from django.db.models import Q

from trueup.audit.statements import among
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.state_plans import PlanStanding, Step, standing_of
from trueup.state_plans.entries import (
    LinkEntry,
    ListedUnitEntry,
    PartnerSystemEntry,
    StateStanding,
)
from trueup.state_plans.models import Link, ListedUnit, PartnerSystem, PlanStep

OUTSIDE = ("own", "none")


def steps_of(*, program: str, jurisdiction: str) -> list[Step]:
    """The steps of one jurisdiction's plan, in the order in which they were kept."""
    rows = PlanStep.objects.filter(program=program, jurisdiction=jurisdiction).order_by("on", "id")
    return [_step(row) for row in rows]


def standings(*, program: str, today: date) -> list[StateStanding]:
    """Where every jurisdiction's plan stands, by name; two statements.

    Source: 40 CFR 60.27; MASS-074.
    """
    rules = programs.load(program)
    rows = list(PlanStep.objects.filter(program=program).order_by("on", "id"))
    links = {link.jurisdiction: link for link in links_on(program=program, on=today)}
    return [
        _standing(
            rules,
            code,
            [row for row in rows if row.jurisdiction == code],
            links.get(code),
            today=today,
        )
        for code in sorted(rules.jurisdictions, key=lambda code: rules.jurisdictions[code].name)
    ]


def standing(*, program: str, jurisdiction: str, today: date) -> StateStanding:
    """Where one jurisdiction's plan stands.

    Source: 40 CFR 60.27; MASS-074.
    """
    rows = PlanStep.objects.filter(program=program, jurisdiction=jurisdiction).order_by("on", "id")
    links = {link.jurisdiction: link for link in links_on(program=program, on=today)}
    return _standing(
        programs.load(program), jurisdiction, list(rows), links.get(jurisdiction), today=today
    )


def modes_on(*, program: str, on: date) -> dict[str, str]:
    """Under whose plan the units of each jurisdiction are on a day; one statement.

    Only jurisdictions of which a step was kept are named; the others are under the
    federal plan (docs/decisions/0350).

    Source: 40 CFR 62.16210(a); 62.16410(a); MASS-001, RATE-220.
    """
    return {code: found.mode_on(on) for code, found in _of_states(program, today=on).items()}


def states_outside(*, program: str, period: CompliancePeriod) -> frozenset[str]:
    """States whose units have no obligation in a period: outside it, or not yet in it.

    Source: 40 CFR 62.16410(a); preamble IV.E.2, V.F; RATE-220, RATE-221; AMB-38.
    """
    rows = list(PlanStep.objects.filter(program=program).order_by("on", "id"))
    outside = set()
    for code in {row.jurisdiction for row in rows}:
        own = [row for row in rows if row.jurisdiction == code]
        found = standing_of(map(_step, own), today=period.first_day)
        first = _first_period(own)
        if found.mode_on(period.first_day) in OUTSIDE:
            # A State that joins under way may owe for the period already running.
            if first != period.name:
                outside.add(code)
        elif first and period.first_year < CompliancePeriod.parse(first).first_year:
            outside.add(code)
    return frozenset(outside)


def unlinked(*, program: str, on: date) -> dict[str, int]:
    """States with a plan of their own and no link, with the first year of what is not usable.

    What was issued for earlier years, while the State was in the program, stays usable.

    Source: preamble III.A.1, V.A; MASS-072, RATE-217; PLAT-091.
    """
    found = {}
    for code, standing in _of_states(program, today=on).items():
        if standing.mode_on(on) == "own":
            since = [m.effective_on for m in standing.modes if m.effective_on <= on]
            found[code] = since[-1].year
    if found:
        for link in links_on(program=program, on=on):
            found.pop(link.jurisdiction, None)
    return found


def links_on(*, program: str, on: date) -> list[LinkEntry]:
    """The links that are active on a day.

    Source: PLAT-091.
    """
    rows = Link.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=on), program=program, active_from__lte=on
    )
    return [_link(row) for row in rows.order_by("jurisdiction", "id")]


def links_of(*, program: str, jurisdiction: str) -> list[LinkEntry]:
    """Every link of a State, the newest first."""
    rows = Link.objects.filter(program=program, jurisdiction=jurisdiction).order_by("-id")
    return [_link(row) for row in rows]


def partner_systems(*, program: str) -> list[PartnerSystemEntry]:
    """Other tracking systems that were approved.

    Source: 40 CFR 62.16515(j); RATE-214.
    """
    rows = PartnerSystem.objects.filter(program=program).order_by("name", "jurisdiction")
    return [
        PartnerSystemEntry(
            jurisdiction=row.jurisdiction,
            name=row.name,
            plan_evidence=row.plan_evidence,
            epa_evidence=row.epa_evidence,
            approved_on=row.approved_on,
        )
        for row in rows
    ]


def listed_units(
    oris_codes: Iterable[int], *, program: str
) -> Mapping[int, frozenset[tuple[str, str]]]:
    """What States' lists say of facilities: unit and type, by ORIS code.

    Source: preamble IV.E.1; RATE-219; PLAT-106.
    """
    found: dict[int, set[tuple[str, str]]] = {}
    rows = ListedUnit.objects.filter(program=program, oris_code__in=among(set(oris_codes)))
    for row in rows:
        found.setdefault(row.oris_code, set()).add((row.unit_id, row.unit_type))
    return {code: frozenset(units) for code, units in found.items()}


def units_listed_by(*, program: str, jurisdiction: str, limit: int) -> list[ListedUnitEntry]:
    """A State's list of its units.

    Source: RATE-219.
    """
    rows = ListedUnit.objects.filter(program=program, jurisdiction=jurisdiction)
    return [
        ListedUnitEntry(
            jurisdiction=row.jurisdiction,
            oris_code=row.oris_code,
            unit_id=row.unit_id,
            unit_type=row.unit_type,
            listed_at=row.listed_at,
        )
        for row in rows.order_by("oris_code", "unit_id")[:limit]
    ]


def _of_states(program: str, *, today: date) -> dict[str, PlanStanding]:
    by_state: dict[str, list[Step]] = {}
    for row in PlanStep.objects.filter(program=program).order_by("on", "id"):
        by_state.setdefault(row.jurisdiction, []).append(_step(row))
    return {code: standing_of(steps, today=today) for code, steps in by_state.items()}


def _standing(
    rules: Program, code: str, rows: list[PlanStep], link: LinkEntry | None, *, today: date
) -> StateStanding:
    found = standing_of(map(_step, rows), today=today)
    return StateStanding(
        jurisdiction=code,
        name=rules.jurisdictions[code].name,
        standing=found,
        mode=found.mode_on(today),
        first_period=_first_period(rows),
        link=link,
        today=today,
    )


def _first_period(rows: Iterable[PlanStep]) -> str:
    return next((row.first_period for row in reversed(list(rows)) if row.effective_on), "")


def _step(row: PlanStep) -> Step:
    return Step(
        kind=row.kind,
        on=row.on,
        plan=row.plan,
        effective_on=row.effective_on,
        due_on=row.due_on,
        note=row.note,
    )


def _link(row: Link) -> LinkEntry:
    return LinkEntry(
        id=row.pk,
        program=row.program,
        jurisdiction=row.jurisdiction,
        plan_evidence=row.plan_evidence,
        kind=row.kind,
        unit=row.unit,
        ready_evidence=row.ready_evidence,
        tracking_evidence=row.tracking_evidence,
        tracking_system=row.tracking_system,
        active_from=row.active_from,
        ended_on=row.ended_on,
        ended_because=row.ended_because,
    )
