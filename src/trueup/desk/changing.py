"""What the acts call on States' plans and links, and on units that lose their allocations.

Source: 40 CFR 60.27; 62.16240(a)(2), (3), (c); 62.16325; preamble III.A.1, V.E, V.F.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from trueup.accounts import queries as accounts
from trueup.allocation import services as allocation
from trueup.allocation.change_models import LOSS_GROUNDS
from trueup.allocation.queries import run_totals
from trueup.allocation.state_methods import CONDITIONS
from trueup.desk import checks
from trueup.desk.kinds import Act, Asked, Result
from trueup.desk.parameters import STATE, Parameter
from trueup.rules.refusal import Refused
from trueup.rules.state_plans import STEPS, Step
from trueup.state_plans import services as state_plans


def record_plan_step(asked: Asked) -> Result:
    found = allocation.record_plan_step(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        step=Step(
            kind=asked["step"],
            on=date.fromisoformat(asked["on"]),
            plan=asked.get("plan", ""),
            effective_on=_day(asked, "effective_on"),
            due_on=_day(asked, "due_on"),
            note=asked["basis"],
        ),
        first_period=asked.get("first_period", ""),
        recorded_at=asked.at,
        actor=asked.actor,
    )
    clock = found.next_clock
    return {
        "status": found.standing.status,
        "mode": found.mode,
        "next_due": f"{clock.name} by {clock.due_on}" if clock else "nothing",
    }


def activate_link(asked: Asked) -> Result:
    link = state_plans.activate_link(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        kind=asked["kind"],
        unit=asked["unit"],
        plan_evidence=asked.get("plan_evidence", ""),
        ready_evidence=asked.get("ready_evidence", ""),
        tracking_evidence=asked.get("tracking_evidence", ""),
        tracking_system=asked.get("tracking_system", ""),
        active_from=date.fromisoformat(asked["active_from"]),
        recorded_at=asked.at,
        actor=asked.actor,
    )
    return {"link": link.id, "active_from": link.active_from.isoformat()}


def end_link(asked: Asked) -> Result:
    link = state_plans.end_link(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        ended_on=date.fromisoformat(asked["ended_on"]),
        reason=asked["reason"],
        recorded_at=asked.at,
        actor=asked.actor,
    )
    return {"link": link.id, "ended_on": str(link.ended_on)}


def approve_system(asked: Asked) -> Result:
    state_plans.approve_system(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        name=asked["system"],
        plan_evidence=asked["plan_evidence"],
        epa_evidence=asked["epa_evidence"],
        approved_on=date.fromisoformat(asked["approved_on"]),
        recorded_at=asked.at,
        actor=asked.actor,
    )
    return {"system": asked["system"]}


def record_unit_list(asked: Asked) -> Result:
    units = state_plans.record_unit_list(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        data=asked["list"],
        recorded_at=asked.at,
        actor=asked.actor,
    )
    return {"units": units}


def submit_method(asked: Asked) -> Result:
    entry = allocation.submit_method(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        period=asked["period"],
        dispatched_on=date.fromisoformat(asked["dispatched_on"]),
        declares=[key for key in CONDITIONS if asked.get(key)],
        note=asked.get("basis", ""),
        recorded_at=asked.at,
        actor=asked.actor,
    )
    return {"period": entry.period, "table_due": entry.table_due_on.isoformat()}


def decide_method(asked: Asked) -> Result:
    entry = allocation.decide_method(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        period=asked["period"],
        approved=asked["approved"] == "yes",
        ground=asked["ground"],
        decided_at=asked.at,
        actor=asked.actor,
    )
    return {"state": entry.state, "for_period": entry.for_period or "none"}


def record_state_table(asked: Asked) -> Result:
    receipt = allocation.record_state_table(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        period=asked["period"],
        dispatched_on=date.fromisoformat(asked["dispatched_on"]),
        data=asked["plan"].encode(),
        recorded_at=asked.at,
        file_name=asked.get("file_name", ""),
        actor=asked.actor,
    )
    totals = run_totals(receipt.run)
    return {
        "rows": receipt.rows,
        "quantity": receipt.quantity,
        **{f"of_{of.vintage}": quantity for of, quantity in sorted(totals.items())},
    }


def end_allocations(asked: Asked) -> Result:
    facility = accounts.find_facility(oris_code=asked["facility"])
    if facility is None:
        raise Refused([checks.NothingToDo(f"There is no facility {asked['facility']}.")])
    entry = allocation.end_allocations(
        program=asked.program,
        facility=facility.id,
        unit=asked["unit"],
        ground=asked["loss"],
        detail=asked["ground"],
        found_at=asked.at,
        actor=asked.actor,
    )
    return {"unit": asked["unit"], "from_vintage": entry.from_vintage}


def _day(asked: Asked, name: str) -> date | None:
    return date.fromisoformat(asked[name]) if asked.get(name) else None


PERIOD = Parameter(name="period", label="Period", kind="period", help="Such as 2022-2024.")
DISPATCHED = Parameter(name="dispatched_on", label="Dispatched on", kind="date")
PLAN_EVIDENCE = Parameter(
    name="plan_evidence", label="Evidence: the plan is approved", required=False
)
DECLARED = {
    "leakage": "It addresses leakage",
    "early_action": "It includes an early action program",
    "short_tons": "Its allowances are short tons",
    "nothing_else": "It changes no other rule",
    "final": "Its allocations are final",
}

_OF_PLANS = (
    (
        "record_plan_step",
        "Keep a step of a State's plan",
        "40 CFR 60.27(b)-(d), (g)-(k); MASS-071, MASS-074; RATE-220, RATE-221",
        (
            STATE,
            Parameter(name="step", label="Step", kind="choice", choices=STEPS),
            Parameter(name="on", label="Day of the step", kind="date"),
            Parameter(
                name="plan",
                label="Plan",
                kind="choice",
                choices=("adopting", "own"),
                required=False,
                help="Adopting: it adopts the federal rule. Own: a plan of its own.",
            ),
            Parameter(name="effective_on", label="Takes effect on", kind="date", required=False),
            Parameter(name="due_on", label="Due by", kind="date", required=False),
            Parameter(
                name="first_period",
                label="First period",
                kind="period",
                required=False,
                help="Of a State that joins within a period; left out: the next period.",
            ),
            Parameter(name="basis", label="What it rests on"),
        ),
        record_plan_step,
    ),
    (
        "activate_link",
        "Link a State that has a plan of its own",
        "preamble III.A.1, V.A; MASS-072; RATE-216; PLAT-091",
        (
            STATE,
            Parameter(name="kind", label="Kind of plan", kind="choice", choices=("mass", "rate")),
            Parameter(name="unit", label="Unit of the instrument"),
            PLAN_EVIDENCE,
            Parameter(
                name="ready_evidence",
                label="Evidence: approved as ready for interstate trading",
                required=False,
            ),
            Parameter(
                name="tracking_evidence",
                label="Evidence: it uses a shared or approved tracking system",
                required=False,
            ),
            Parameter(
                name="tracking_system",
                label="Tracking system",
                required=False,
                help="Left out: this installation.",
            ),
            Parameter(name="active_from", label="From", kind="date"),
        ),
        activate_link,
    ),
    (
        "end_link",
        "End the link of a State",
        "preamble III.A.1; PLAT-091",
        (
            STATE,
            Parameter(name="ended_on", label="From", kind="date"),
            Parameter(name="reason", label="Reason"),
        ),
        end_link,
    ),
    (
        "approve_tracking_system",
        "Approve another tracking system for a State's instruments",
        "40 CFR 62.16515(j); RATE-214",
        (
            STATE,
            Parameter(name="system", label="Tracking system"),
            Parameter(name="plan_evidence", label="Where the State's plan approves it"),
            Parameter(name="epa_evidence", label="EPA's approval"),
            Parameter(name="approved_on", label="Approved on", kind="date"),
        ),
        approve_system,
    ),
    (
        "record_unit_list",
        "Keep the list of units of a State that has a plan of its own",
        "preamble IV.E.1; RATE-219; PLAT-106",
        (
            STATE,
            Parameter(
                name="list",
                label="List (CSV)",
                kind="file",
                help="Columns: oris_code, unit, unit_type.",
            ),
        ),
        record_unit_list,
    ),
    (
        "submit_method",
        "Keep that a State submitted a method of distribution",
        "40 CFR 62.16325(a), (b); preamble V.E; MASS-068, MASS-069",
        (
            STATE,
            PERIOD,
            DISPATCHED,
            *(
                Parameter(name=key, label=label, kind="boolean", required=False)
                for key, label in DECLARED.items()
            ),
            Parameter(name="basis", label="What it rests on", required=False),
        ),
        submit_method,
    ),
    (
        "decide_method",
        "Approve or disapprove a State's method of distribution",
        "preamble V.E; MASS-068, MASS-070",
        (
            STATE,
            PERIOD,
            Parameter(name="approved", label="Approved", kind="choice", choices=("yes", "no")),
            Parameter(name="ground", label="Ground", help="Told to those concerned."),
        ),
        decide_method,
    ),
)

ACTS = (
    *(
        Act(
            name=name,
            title=title,
            cite=cite,
            # Not one of a State's own functions: the Administrator keeps these decisions.
            function="state_plans",
            second="always",
            parameters=parameters,
            carry_out=carry_out,
        )
        for name, title, cite, parameters, carry_out in _OF_PLANS
    ),
    Act(
        name="record_state_table",
        title="Record a State's own allocations of a period",
        cite="40 CFR 62.16325(a), (b); preamble V.E; MASS-068 to MASS-070; PLAT-061, PLAT-062",
        function="allocate",
        second="always",
        parameters=(
            STATE,
            PERIOD,
            DISPATCHED,
            Parameter(
                name="plan",
                label="Table (CSV)",
                kind="file",
                help="Columns: account, or oris_code and unit; vintage; quantity.",
            ),
            Parameter(name="file_name", label="Name of the file", required=False),
        ),
        carry_out=record_state_table,
    ),
    Act(
        name="end_allocations",
        title="End the allocations of a unit",
        cite="40 CFR 62.16240(a)(2), (3), (c)(2); MASS-060, MASS-061, MASS-064",
        function="allocate",
        second="always",
        parameters=(
            Parameter(name="facility", label="Facility (ORIS code)", kind="facility"),
            Parameter(name="unit", label="Unit"),
            Parameter(name="loss", label="Why", kind="choice", choices=LOSS_GROUNDS),
            Parameter(name="ground", label="Ground", help="Told to those concerned."),
        ),
        carry_out=end_allocations,
    ),
)


def acts_named(besides: Collection[str]) -> list[Act]:
    """The acts on States' plans, and those of the allocations that are named."""
    plans = {name for name, *_ in _OF_PLANS}
    return [act for act in ACTS if act.name in plans or act.name in besides]
