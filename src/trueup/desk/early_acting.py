"""What the acts on early action call: settings, pools, applications, awards, what is left.

Source: 40 CFR 62.16231, 62.16235(e), 62.16431; preamble IV.D.6.b, V.D.4; RATE-222 to
RATE-231; MASS-094 to MASS-100; PLAT-018.
"""

from __future__ import annotations

from decimal import Decimal

from trueup.allocation import early_reads
from trueup.allocation import services as allocation
from trueup.allocation.early_checks import UnknownProject
from trueup.allocation.early_entries import EarlyActionProjectEntry
from trueup.allocation.early_pools import Reserve
from trueup.desk import checks
from trueup.desk.kinds import Act, Asked, Result
from trueup.desk.parameters import GROUND, STATE, Parameter
from trueup.desk.resourcing import RESOURCE, of
from trueup.resources import services as resources
from trueup.rules.early_action import MECHANISMS, RESERVES, YEARS, EarlyActionRules
from trueup.rules.refusal import Refused


def set_rules(asked: Asked) -> Result:
    try:
        rules = EarlyActionRules(
            per_mwh=_decimal(asked, "per_mwh"),
            per_ton=_decimal(asked, "per_ton"),
            renewable_share=_decimal(asked, "renewable_share"),
            mechanism=asked.get("mechanism", ""),
        )
    except ValueError as error:
        raise Refused([checks.ValueNotUsable(f"This cannot be set: {error}.")]) from error
    allocation.set_early_action(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        rules=rules,
        set_at=asked.at,
        actor=asked.actor,
    )
    return {
        "early_action": "switched off" if rules.unset else "switched on",
        "still_open": list(rules.unset),
    }


def grant_matching(asked: Asked) -> Result:
    parts = allocation.grant_matching(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        tons=asked["tons"],
        granted_at=asked.at,
        key=asked.key,
        actor=asked.actor,
    )
    return {f"{name}_reserve": quantity for name, quantity in parts.items()}


def move_matching(asked: Asked) -> Result:
    allocation.redistribute_matching(
        program=asked.program,
        source=Reserve(jurisdiction=asked["jurisdiction"], name=asked["source"]),
        destination=Reserve(jurisdiction=asked["to_state"], name=asked["destination"]),
        quantity=asked["quantity"],
        recorded_at=asked.at,
        key=asked.key,
        actor=asked.actor,
    )
    return {"moved": asked["quantity"], "to": f"{asked['to_state']} {asked['destination']}"}


def retire_matching(asked: Asked) -> Result:
    retired = allocation.retire_unused_matching(
        program=asked.program, retired_at=asked.at, actor=asked.actor
    )
    return {"retired": retired}


def decide(asked: Asked) -> Result:
    row = _project(asked)
    entry = allocation.decide_on_early_action(
        project=row.id,
        approve=asked["decision"] == "approve",
        ground=asked["ground"],
        decided_at=asked.at,
        actor=asked.actor,
    )
    return {"project": entry.name, "state": entry.state}


def award(asked: Asked) -> Result:
    """What the official states, or all that the verifier of the project's resource found."""
    row = _project(asked)
    entry = allocation.award_early_action(
        project=row.id,
        year=int(asked["year"]),
        mwh=_decimal(asked, "mwh"),
        awarded_at=asked.at,
        actor=asked.actor,
        matches=asked["matching"] == "yes",
    )
    return {
        "project": row.name,
        "mwh": str(entry.mwh),
        "early": entry.early,
        "matching": entry.matching,
        "unmatched": entry.unmatched,
    }


def distribute_leftover(asked: Asked) -> Result:
    given = allocation.distribute_early_leftover(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        distributed_at=asked.at,
        actor=asked.actor,
    )
    return {
        "units": len({share.unit for share in given}),
        "quantity": sum(share.quantity for share in given),
        "vintages": sorted({share.vintage for share in given}),
    }


def reject_verification(asked: Asked) -> Result:
    row = of(asked)
    resources.reject_application_verification(
        resource=row.id, ground=asked["ground"], rejected_at=asked.at, actor=asked.actor
    )
    return {"resource": row.name, "application": "incomplete"}


def _decimal(asked: Asked, name: str) -> Decimal | None:
    value = asked.get(name)
    return None if value in (None, "") else Decimal(value)


def _project(asked: Asked) -> EarlyActionProjectEntry:
    """The project that is asked about, of this program, and of the State that is named.

    Raises Refused (`unknown_project`, `not_authorized`).

    Source: PLAT-019.
    """
    found = early_reads.project(asked["project"])
    if found is None or found.program != asked.program:
        raise Refused([UnknownProject(f"There is no project {asked['project']} here.")])
    if asked.jurisdiction and found.jurisdiction != asked.jurisdiction:
        raise Refused([checks.NotAuthorized(f"{found.name} is of {found.jurisdiction}.")])
    return found


PROJECT = Parameter(name="project", label="Project (number)", kind="whole")

ACTS = (
    Act(
        name="set_early_action",
        title="Set what the rule leaves open of early action",
        cite="40 CFR 62.16231; 62.16431(b), (c); RATE-228; MASS-096",
        function="allocate",
        second="always",
        parameters=(
            STATE,
            Parameter(
                name="per_mwh",
                label="Instruments for a MWh",
                kind="decimal",
                required=False,
                help="1 of credits; of allowances the rule names no number.",
            ),
            Parameter(
                name="per_ton",
                label="Matching instruments for a ton of the pool",
                kind="decimal",
                required=False,
            ),
            Parameter(
                name="renewable_share",
                label="Part of the matching pool for wind and solar",
                kind="decimal",
                required=False,
                help="Between 0 and 1; the rest is for low-income efficiency.",
            ),
            Parameter(
                name="mechanism",
                label="How awards are kept from weakening the standards",
                kind="choice",
                choices=MECHANISMS,
                required=False,
            ),
        ),
        carry_out=set_rules,
    ),
    Act(
        name="grant_matching",
        title="Create a State's part of the matching pool",
        cite="40 CFR 62.16231(c); 62.16431(c); RATE-226; MASS-097",
        function="allocate",
        second="always",
        parameters=(STATE, Parameter(name="tons", label="Tons of the pool", kind="whole")),
        carry_out=grant_matching,
    ),
    Act(
        name="move_matching",
        title="Move matching instruments that nobody claimed to another reserve",
        cite="preamble IV.D.6.b, V.D.4; RATE-229; MASS-097",
        function="allocate",
        second="always",
        parameters=(
            STATE,
            Parameter(name="source", label="From reserve", kind="choice", choices=RESERVES),
            Parameter(name="to_state", label="To State", kind="jurisdiction"),
            Parameter(name="destination", label="To reserve", kind="choice", choices=RESERVES),
            Parameter(name="quantity", label="Quantity", kind="whole"),
        ),
        carry_out=move_matching,
    ),
    Act(
        name="retire_matching",
        title="Retire the matching instruments that are unused on January 1, 2023",
        cite="preamble IV.D.6.b, V.D.4; RATE-230; MASS-097",
        function="allocate",
        second="always",
        parameters=(),
        carry_out=retire_matching,
    ),
    Act(
        name="decide_early_action",
        title="Decide on a project of early action",
        cite="40 CFR 62.16235(e)(2); 62.16431(a); MASS-094, MASS-095",
        function="review_eligibility",
        second="never",
        parameters=(
            STATE,
            PROJECT,
            Parameter(
                name="decision", label="Decision", kind="choice", choices=("approve", "reject")
            ),
            GROUND,
        ),
        carry_out=decide,
    ),
    Act(
        name="award_early_action",
        title="Award early action for a project's MWh",
        cite="40 CFR 62.16231(d); 62.16431(d); RATE-224, RATE-225; MASS-096 to MASS-098",
        function="allocate",
        second="always",
        parameters=(
            STATE,
            PROJECT,
            Parameter(
                name="year",
                label="Year of the MWh",
                kind="choice",
                choices=tuple(str(year) for year in YEARS),
            ),
            Parameter(
                name="mwh",
                label="MWh",
                kind="decimal",
                required=False,
                help="Left out: all that the project's verifier found.",
            ),
            Parameter(name="matching", label="Matching", kind="choice", choices=("yes", "no")),
        ),
        carry_out=award,
    ),
    Act(
        name="distribute_early_leftover",
        title="Divide what is left of early action among a State's units",
        cite="preamble V.D.4; MASS-099",
        function="allocate",
        second="always",
        parameters=(STATE,),
        carry_out=distribute_leftover,
    ),
    Act(
        name="reject_application_verification",
        title="Reject a verification report on an application",
        cite="40 CFR 62.16280(g); 62.16475(g); RATE-132; MASS-125",
        function="review_eligibility",
        second="never",
        parameters=(RESOURCE, GROUND),
        carry_out=reject_verification,
    ),
)
