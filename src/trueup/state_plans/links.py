"""Link a State that has a plan of its own, and keep what a link needs.

Source: preamble III.A.1, IV.E.1, V.A; MASS-072; RATE-214, RATE-216 to RATE-219; PLAT-091.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

from django.db import transaction

from trueup.audit import services as audit
from trueup.audit.statements import insert_many
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.state_plans import checks
from trueup.state_plans.entries import LinkEntry
from trueup.state_plans.models import Link, ListedUnit, PartnerSystem
from trueup.state_plans.queries import links_of, standing

CITE = "preamble III.A.1, V.A; PLAT-091"
LIST_MAX = 10_000
UNIT_TYPES = ("steam", "igcc", "combined_cycle", "combined_heat_and_power")
COLUMNS = ("oris_code", "unit", "unit_type")


@transaction.atomic
def activate_link(
    *,
    program: str,
    jurisdiction: str,
    kind: str,
    unit: str,
    plan_evidence: str,
    ready_evidence: str,
    tracking_evidence: str,
    active_from: date,
    recorded_at: datetime,
    tracking_system: str = "",
    actor: str = "administrator",
) -> LinkEntry:
    """Link a State; its instruments and units count across the border from a day.

    All five conditions are recorded with their evidence, or there is no link: the plan is
    approved; it is of the program's kind; the instrument is the same, its unit included;
    it is approved as ready for interstate trading; it uses this installation, or another
    tracking system that was approved.

    Raises Refused with each condition that is missing (`plan_not_approved`,
    `not_same_kind`, `instrument_differs`, `not_ready_for_trading`, `no_tracking_system`),
    `linked_already`, `unknown_state`, `day_not_usable`.

    Source: preamble III.A.1, V.A; MASS-072; RATE-216; PLAT-091.
    """
    rules = programs.load(program)
    if jurisdiction not in rules.jurisdictions:
        raise Refused([checks.UnknownState(f"{jurisdiction} is no State of {rules.name}.")])
    found: list[Refusal] = []
    today = rules.local_date(recorded_at)
    own = standing(program=program, jurisdiction=jurisdiction, today=today)
    if own.standing.mode_on(active_from) != "own" or not plan_evidence.strip():
        found.append(
            checks.PlanNotApproved(
                f"Condition 1 of 5: {own.name} has no approved plan of its own on {active_from},"
                " or its evidence is missing."
            )
        )
    found += _kind_refusals(rules, kind=kind, unit=unit, ready_evidence=ready_evidence)
    found += _system_refusals(program, jurisdiction, tracking_system, tracking_evidence)
    if Link.objects.filter(program=program, jurisdiction=jurisdiction, ended_on=None).exists():
        found.append(checks.LinkedAlready(f"{own.name} is linked already."))
    if found:
        raise Refused(found)
    Link.objects.create(
        program=program,
        jurisdiction=jurisdiction,
        plan_evidence=plan_evidence.strip()[:300],
        kind=kind,
        unit=rules.unit,
        ready_evidence=ready_evidence.strip()[:300],
        tracking_evidence=tracking_evidence.strip()[:300],
        tracking_system=tracking_system.strip(),
        active_from=active_from,
        actor=actor,
        recorded_at=recorded_at,
    )
    _log("activate_link", program, jurisdiction, recorded_at, actor, active_from=str(active_from))
    return links_of(program=program, jurisdiction=jurisdiction)[0]


@transaction.atomic
def end_link(
    *,
    program: str,
    jurisdiction: str,
    ended_on: date,
    reason: str,
    recorded_at: datetime,
    actor: str = "administrator",
) -> LinkEntry:
    """End a link; from that day the State's instruments are not deducted here.

    Raises Refused (`no_such_link`, `note_missing`, `day_not_usable`).

    Source: preamble III.A.1; PLAT-091.
    """
    row = Link.objects.filter(program=program, jurisdiction=jurisdiction, ended_on=None).first()
    if row is None:
        raise Refused([checks.NoSuchLink(f"{jurisdiction} is not linked.")])
    if not reason.strip():
        raise Refused([checks.NoteMissing("Say why the link ends.")])
    if ended_on < max(row.active_from, programs.load(program).local_date(recorded_at)):
        raise Refused([checks.DayNotUsable("A link does not end before today.")])
    Link.objects.filter(pk=row.pk, ended_on=None).update(
        ended_on=ended_on, ended_because=reason.strip()[:500]
    )
    _log("end_link", program, jurisdiction, recorded_at, actor, ended_on=str(ended_on))
    return links_of(program=program, jurisdiction=jurisdiction)[0]


@transaction.atomic
def approve_system(
    *,
    program: str,
    jurisdiction: str,
    name: str,
    plan_evidence: str,
    epa_evidence: str,
    approved_on: date,
    recorded_at: datetime,
    actor: str = "administrator",
) -> None:
    """Approve another tracking system for moves of a State's instruments.

    Raises Refused (`system_not_approved`, `unknown_state`).

    Source: 40 CFR 62.16515(j); RATE-214.
    """
    rules = programs.load(program)
    if jurisdiction not in rules.jurisdictions:
        raise Refused([checks.UnknownState(f"{jurisdiction} is no State of {rules.name}.")])
    if not (name.strip() and plan_evidence.strip() and epa_evidence.strip()):
        raise Refused(
            [
                checks.NotApprovedSystem(
                    "Name the system, where the State's plan approves it and EPA's approval."
                )
            ]
        )
    PartnerSystem.objects.get_or_create(
        program=program,
        jurisdiction=jurisdiction,
        name=name.strip()[:100],
        defaults={
            "plan_evidence": plan_evidence.strip()[:300],
            "epa_evidence": epa_evidence.strip()[:300],
            "approved_on": approved_on,
            "actor": actor,
            "recorded_at": recorded_at,
        },
    )
    _log("approve_system", program, jurisdiction, recorded_at, actor, system=name.strip())


@transaction.atomic
def record_unit_list(
    *,
    program: str,
    jurisdiction: str,
    data: str,
    recorded_at: datetime,
    actor: str = "administrator",
) -> int:
    """Keep the list of affected EGUs and their types that a State supplies; how many.

    It takes the place of the State's earlier list.

    Raises Refused (`list_not_usable` with the lines, `no_own_plan`).

    Source: preamble IV.E.1; RATE-219; PLAT-106.
    """
    rules = programs.load(program)
    today = rules.local_date(recorded_at)
    if jurisdiction not in rules.jurisdictions:
        raise Refused([checks.UnknownState(f"{jurisdiction} is no State of {rules.name}.")])
    own = standing(program=program, jurisdiction=jurisdiction, today=today)
    if own.standing.mode_on(date.max) != "own":
        raise Refused([checks.NoOwnPlan(f"{own.name} has no approved plan of its own.")])
    rows = _read_list(data)
    ListedUnit.objects.filter(program=program, jurisdiction=jurisdiction).delete()
    insert_many(
        ListedUnit,
        [
            {
                "program": program,
                "jurisdiction": jurisdiction,
                "oris_code": oris_code,
                "unit_id": unit_id,
                "unit_type": unit_type,
                "listed_at": recorded_at,
            }
            for oris_code, unit_id, unit_type in rows
        ],
    )
    _log("record_unit_list", program, jurisdiction, recorded_at, actor, units=len(rows))
    return len(rows)


def _read_list(data: str) -> list[tuple[int, str, str]]:
    reader = csv.DictReader(io.StringIO(data.removeprefix("\ufeff")))
    if not set(COLUMNS) <= set(reader.fieldnames or ()):
        raise Refused([checks.ListNotUsable(f"The columns are {', '.join(COLUMNS)}.", row=1)])
    problems: list[Refusal] = []
    rows: dict[tuple[int, str], str] = {}
    for line, cells in enumerate(reader, start=2):
        code, unit, kind = ((cells.get(name) or "").strip() for name in COLUMNS)
        if not (code.isascii() and code.isdecimal() and len(code) <= 6 and int(code) > 0):
            problems.append(checks.ListNotUsable(f"“{code[:20]}” is no ORIS code.", row=line))
        elif not unit or len(unit) > 40:
            problems.append(checks.ListNotUsable("The row names no unit.", row=line))
        elif kind not in UNIT_TYPES:
            sentence = f"“{kind[:40]}” is no type of unit: {', '.join(UNIT_TYPES)}."
            problems.append(checks.ListNotUsable(sentence, row=line))
        elif (int(code), unit) in rows:
            problems.append(checks.ListNotUsable("The unit is in the list twice.", row=line))
        elif len(rows) == LIST_MAX:
            problems.append(checks.ListNotUsable(f"More than {LIST_MAX:,} units.", row=line))
            break
        else:
            rows[int(code), unit] = kind
    if not rows and not problems:
        problems.append(checks.ListNotUsable("The list has no rows.", row=2))
    if problems:
        raise Refused(problems)
    return [(code, unit, kind) for (code, unit), kind in rows.items()]


def _kind_refusals(rules: Program, *, kind: str, unit: str, ready_evidence: str) -> list[Refusal]:
    """Conditions 2 to 4: the same kind, the same instrument, ready for trading.

    Source: preamble III.A.1, V.A; PLAT-091.
    """
    found: list[Refusal] = []
    if kind != rules.kind:
        found.append(
            checks.NotSameKind(
                f"Condition 2 of 5: the program is {rules.kind}-based, the State's plan is not."
            )
        )
    if unit.strip().casefold() != rules.unit.casefold():
        found.append(
            checks.InstrumentDiffers(
                f"Condition 3 of 5: one {rules.instrument} is one {rules.unit}, not one"
                f" “{unit.strip()}”; nothing is converted."
            )
        )
    if not ready_evidence.strip():
        found.append(
            checks.NotReadyForTrading(
                "Condition 4 of 5: there is no evidence that the plan was approved as ready for"
                " interstate trading."
            )
        )
    return found


def _system_refusals(program: str, jurisdiction: str, system: str, evidence: str) -> list[Refusal]:
    """Condition 5: this installation, or a partner system that was approved.

    Source: 40 CFR 62.16515(j); RATE-214; PLAT-091.
    """
    if not evidence.strip():
        return [
            checks.NoTrackingSystem(
                "Condition 5 of 5: there is no evidence of a tracking system that EPA runs or"
                " that works with it."
            )
        ]
    if (
        system.strip()
        and not PartnerSystem.objects.filter(
            program=program, jurisdiction=jurisdiction, name=system.strip()
        ).exists()
    ):
        return [
            checks.NotApprovedSystem(
                f"Condition 5 of 5: “{system.strip()}” is not approved for {jurisdiction}."
            )
        ]
    return []


def _log(
    act: str, program: str, jurisdiction: str, at: datetime, actor: str, **after: object
) -> None:
    audit.log(
        at=at,
        program=program,
        actor=actor,
        act=act,
        subject=f"plan:{program}/{jurisdiction}",
        after=after,
        cite=CITE,
    )
