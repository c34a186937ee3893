"""What the acts on set-asides call: projects, projections, generation, notices, distributions.

Source: 40 CFR 62.16240(b), 62.16245; MASS-075 to MASS-093; PLAT-018.
"""

from __future__ import annotations

from decimal import Decimal

from trueup.desk import checks
from trueup.desk.kinds import Act, Asked, Result
from trueup.desk.parameters import GROUND, STATE, Parameter
from trueup.rules.refusal import Refused
from trueup.set_asides import queries
from trueup.set_asides import services as set_asides
from trueup.set_asides.checks import UnknownProject
from trueup.set_asides.entries import ProjectEntry
from trueup.set_asides.models import PURPOSES


def decide_project(asked: Asked) -> Result:
    row = _project(asked)
    entry = set_asides.decide_project(
        project=row.id,
        outcome=asked["outcome"],
        actor=asked.actor,
        at=asked.at,
        ground=asked.get("ground", ""),
        accepts_date=bool(asked.get("accepts_date")),
    )
    return {"project": entry.name, "state": entry.state}


def revoke_project(asked: Asked) -> Result:
    row = _project(asked)
    entry = set_asides.decide_project(
        project=row.id, outcome="revoked", actor=asked.actor, at=asked.at, ground=asked["ground"]
    )
    return {"project": entry.name, "state": entry.state}


def decide_projection(asked: Asked) -> Result:
    row = _project(asked)
    entry = set_asides.decide_projection(
        project=row.id,
        generation_year=asked["year"],
        is_approved=asked["decision"] == "approve",
        actor=asked.actor,
        at=asked.at,
    )
    return {"project": row.name, "year": asked["year"], "projection": entry.state}


def verify_generation(asked: Asked) -> Result:
    """What the official states, or what the verified reports of its resource say."""
    row = _project(asked)
    stated = asked.get("mwh")
    if stated in (None, ""):
        if row.resource is None:
            raise Refused([checks.NothingToDo("State the MWh: no reports belong to the project.")])
        entry = set_asides.verify_from_report(
            resource=row.resource, year=asked["year"], actor=asked.actor, at=asked.at
        )
    else:
        entry = set_asides.verify_generation(
            project=row.id,
            generation_year=asked["year"],
            actual_mwh=Decimal(stated),
            actor=asked.actor,
            at=asked.at,
        )
    return {
        "project": row.name,
        "projected_mwh": str(entry.projected_mwh),
        "verified_mwh": str(entry.actual_mwh),
        "to_be_explained": "yes" if entry.is_to_explain else "no",
    }


def publish_output_data(asked: Asked) -> Result:
    entry = set_asides.publish_output_data(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        vintage=asked["vintage"],
        actor=asked.actor,
        at=asked.at,
    )
    return {
        "units": len(entry.figures),
        "allowances": sum(of.quantity for of in entry.figures),
        "comments_until": str(entry.comment_until),
        "late": "yes" if entry.is_late else "no",
    }


def distribute(asked: Asked) -> Result:
    found = set_asides.distribute(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        vintage=asked["vintage"],
        purpose=asked["purpose"],
        digest=asked["digest"],
        proposed_by=asked.actor,
        # While it is only tried, nobody has agreed yet.
        approved_by=asked.second or "official:second",
        at=asked.at,
    )
    return {
        "vintages": [entry.vintage for entry in found],
        "quantity": sum(entry.quantity for entry in found),
        "surplus": sum(entry.surplus for entry in found),
        "late": "yes" if any(entry.is_late for entry in found) else "no",
    }


def award(asked: Asked) -> Result:
    entry = set_asides.award_by_decision(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        vintage=asked["vintage"],
        purpose=asked["purpose"],
        account=asked["account"],
        quantity=asked["quantity"],
        ground=asked["ground"],
        proposed_by=asked.actor,
        # While it is only tried, nobody has agreed yet.
        approved_by=asked.second or "official:second",
        key=asked.key,
        at=asked.at,
    )
    left = queries.size_of(
        program=asked.program,
        jurisdiction=asked["jurisdiction"],
        vintage=asked["vintage"],
        purpose=asked["purpose"],
    )
    return {"account": asked["account"], "quantity": entry.quantity, "left": left}


def _project(asked: Asked) -> ProjectEntry:
    """The project that is asked about, of this program, and of the State that is named.

    Raises Refused (`unknown_project`, `not_authorized`).

    Source: PLAT-019.
    """
    found = queries.project(asked["project"])
    if found is None or found.program != asked.program:
        raise Refused([UnknownProject(f"There is no project {asked['project']} here.")])
    if asked.jurisdiction and found.jurisdiction != asked.jurisdiction:
        raise Refused([checks.NotAuthorized(f"{found.name} is of {found.jurisdiction}.")])
    return found


VINTAGE = Parameter(name="vintage", label="Vintage", kind="whole")
PROJECT = Parameter(name="project", label="Project (number)", kind="whole")
YEAR = Parameter(name="year", label="Generation year", kind="whole")
PURPOSE = Parameter(name="purpose", label="Set-aside", kind="choice", choices=PURPOSES)
DIGEST = Parameter(name="digest", label="Digest of what the preview shows")

ACTS = (
    Act(
        name="decide_project",
        title="Decide on a project of a set-aside",
        cite="40 CFR 62.16245(a)(2), (a)(5); MASS-075, MASS-079",
        function="review_eligibility",
        second="never",
        parameters=(
            STATE,
            PROJECT,
            Parameter(
                name="outcome",
                label="Decision",
                kind="choice",
                choices=("approved", "rejected", "suspended"),
            ),
            Parameter(
                name="accepts_date",
                label="Its day of service, 1 January 2013, is accepted",
                kind="boolean",
                required=False,
            ),
            GROUND,
        ),
        carry_out=decide_project,
    ),
    Act(
        name="revoke_project",
        title="Revoke the approval of a project of a set-aside",
        cite="40 CFR 62.16245(a)(5), 62.16255; MASS-079",
        function="revoke",
        rule="revoke",
        parameters=(STATE, PROJECT, GROUND),
        carry_out=revoke_project,
    ),
    Act(
        name="decide_projection",
        title="Decide on the MWh that a project promises",
        cite="40 CFR 62.16245(a)(5); MASS-079",
        function="review_eligibility",
        second="never",
        parameters=(
            STATE,
            PROJECT,
            YEAR,
            Parameter(
                name="decision", label="Decision", kind="choice", choices=("approve", "reject")
            ),
        ),
        carry_out=decide_projection,
    ),
    Act(
        name="verify_generation",
        title="Record what a project was verified to have generated",
        cite="40 CFR 62.16245(a)(4); MASS-082",
        function="review_eligibility",
        second="never",
        parameters=(
            STATE,
            PROJECT,
            YEAR,
            Parameter(
                name="mwh",
                label="Verified MWh",
                kind="decimal",
                required=False,
                help="Left out: what the verified M&V reports of the year say.",
            ),
        ),
        carry_out=verify_generation,
    ),
    Act(
        name="publish_output_data",
        title="Publish data of the output-based set-aside for comment",
        cite="40 CFR 62.16245(b)(3)(iii); MASS-091",
        function="allocate",
        rule="allocate",
        parameters=(STATE, VINTAGE),
        carry_out=publish_output_data,
    ),
    Act(
        name="distribute_set_aside",
        title="Distribute a set-aside as its preview shows it",
        cite="40 CFR 62.16240(b); 62.16325(d), (e); MASS-081, MASS-091",
        function="allocate",
        second="always",
        parameters=(STATE, VINTAGE, PURPOSE, DIGEST),
        carry_out=distribute,
    ),
    Act(
        name="award_from_set_aside",
        title="Give what a set-aside kept by decision",
        cite="PLAT-065; 40 CFR 62.16240(b)(1)(ii), (b)(2)(ii)",
        function="allocate",
        second="always",
        parameters=(
            STATE,
            VINTAGE,
            PURPOSE,
            Parameter(name="account", label="Account number", kind="account"),
            Parameter(name="quantity", label="Quantity", kind="whole"),
            GROUND,
        ),
        carry_out=award,
    ),
)
