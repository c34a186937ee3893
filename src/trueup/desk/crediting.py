"""What the acts on credits of resources and affected EGUs call: issue, and when it was wrong.

Source: 40 CFR 62.16434, 62.16440, 62.16445(e), (f), 62.16450; preamble IV.D.6;
RATE-033 to RATE-041, RATE-135 to RATE-151.
"""

from __future__ import annotations

from uuid import UUID

from trueup.accounts import queries as accounts
from trueup.compliance import services as compliance
from trueup.desk import applicability, checks
from trueup.desk.kinds import Act, Asked, Result
from trueup.desk.parameters import GROUND, Parameter, blocks_of
from trueup.desk.resourcing import RESOURCE, of
from trueup.resources import calculations, replacements, review_reads
from trueup.resources import services as resources
from trueup.resources.entries import REVOCATION_CAUSES, SUSPENSION_CAUSES, DebtEntry
from trueup.rules import programs
from trueup.rules.refusal import Refused


def publish_notice(asked: Asked) -> Result:
    asked.tell("Publishing the notice", 0, 0)
    entry = calculations.publish_as_calculated(
        _calculation(asked), digest=asked["digest"], at=asked.at, actor=asked.actor
    )
    return {
        "notice": entry.id,
        "resources": entry.resources,
        "units": entry.units,
        "comments_until": str(entry.closes_on),
    }


def issue_to_resources(asked: Asked) -> Result:
    asked.tell("Issuing credits to resources", 0, 0)
    done = calculations.issue_to_resources_as_calculated(
        _calculation(asked), digest=asked["digest"], at=asked.at, actor=asked.actor
    )
    return {
        "resources": len(done.issued),
        "credits": sum(one.quantity for one in done.issued),
        "corrected": sum(one.corrected for one in done.issued),
        "left_out": len(done.left_out),
    }


def issue_to_units(asked: Asked) -> Result:
    asked.tell("Issuing credits to affected EGUs", 0, 0)
    done = calculations.issue_to_units_as_calculated(
        _calculation(asked), digest=asked["digest"], at=asked.at, actor=asked.actor
    )
    return {
        "units": len({one.owner.account for one in done.issued}),
        "credits": sum(one.quantity for one in done.issued),
        "waiting": len(done.waiting),
        "over_issued": sum(one.over_issued for one in done.over_issued),
    }


def issue_to_resource(asked: Asked) -> Result:
    row = of(asked)
    entry = resources.issue_ercs(
        resource=row.id, year=asked["year"], issued_at=asked.at, actor=asked.actor
    )
    return {
        "resource": row.name,
        "credits": entry.quantity,
        "corrected": entry.corrected,
        "serials": str(entry.block) if entry.block is not None else "none",
    }


def suspend_issuance(asked: Asked) -> Result:
    row = of(asked)
    resources.suspend_issuance(
        resource=row.id,
        cause=asked["cause"],
        ground=asked["ground"],
        suspended_at=asked.at,
        actor=asked.actor,
    )
    return {"resource": row.name, "issuance": "suspended"}


def lift_suspension(asked: Asked) -> Result:
    row = of(asked)
    resources.lift_suspension(
        resource=row.id, ground=asked["ground"], lifted_at=asked.at, actor=asked.actor
    )
    return {"resource": row.name, "issuance": "goes on"}


def find_overstated(asked: Asked) -> Result:
    row = of(asked)
    is_final = asked["takes_back"] == "from the account"
    chosen = replacements.chosen_credits(row.id, asked["mwh"]) if is_final else ()
    debt = resources.find_overstated(
        resource=row.id,
        year=asked["year"],
        mwh=asked["mwh"],
        ground=asked["ground"],
        found_at=asked.at,
        is_final_report=is_final,
        actor=asked.actor,
    )
    if debt is None:
        return {"resource": row.name, "taken_off_the_next_issue": asked["mwh"]}
    return {"resource": row.name, **_owed(debt), "revoked_serials": list(chosen)}


def revoke_qualification(asked: Asked) -> Result:
    row = of(asked)
    chosen = replacements.chosen_credits(row.id, review_reads.still_issued(row.id))
    debt = resources.revoke_qualification(
        resource=row.id,
        cause=asked["cause"],
        ground=asked["ground"],
        revoked_at=asked.at,
        actor=asked.actor,
    )
    if debt is None:
        return {"resource": row.name, "state": "revoked", "credits": "none were issued"}
    return {
        "resource": row.name,
        "state": "revoked",
        "account": "frozen",
        **_owed(debt),
        "revoked_serials": list(chosen),
    }


def readmit(asked: Asked) -> Result:
    debt = review_reads.debt(asked["debt"])
    if debt is None or debt[0] != asked.program:
        raise Refused([checks.NothingToDo(f"There is no demand {asked['debt']} here.")])
    resources.readmit(debt=asked["debt"], reason=asked["ground"], at=asked.at, actor=asked.actor)
    return {"resource": debt[1], "state": "readmitted"}


def reopen_settlement(asked: Asked) -> Result:
    """Settle a unit again without credits that prove invalid; the owners are told.

    Source: 40 CFR 62.16420(c)(5)(iv); RATE-029.
    """
    facility = accounts.find_facility(oris_code=asked["facility"])
    units = accounts.facility_accounts(
        program=asked.program, facilities=[facility.id] if facility is not None else []
    )
    found = [one for one in units if one.unit is not None and one.unit.unit_id == asked["unit"]]
    if facility is None or not found or found[0].unit is None:
        raise Refused([checks.NothingToDo("There is no such facility and unit here.")])
    settled = compliance.reopen_for_invalid_credits(
        program=asked.program,
        period=programs.load(asked.program).period_named(asked["period"]),
        facility=facility.id,
        unit=found[0].unit.id,
        blocks=blocks_of(asked.values),
        ground=asked["ground"],
        recorded_at=asked.at,
        actor=asked.actor,
    )
    return {
        "credits_found_invalid": settled.returned,
        "deducted_now": settled.taken,
        "shortfall": settled.after.excess,
        "owed_in_all": settled.after.excess_due,
        "decision": settled.decision,
    }


def _owed(debt: DebtEntry) -> Result:
    return {
        "demanded": debt.demanded,
        "revoked": debt.revoked,
        "still_owed": debt.open,
        "due_on": str(debt.due_on),
    }


def _calculation(asked: Asked) -> UUID:
    found = calculations.known(UUID(asked["calculation"]))
    if found.program != asked.program or found.year != asked["year"]:
        raise Refused([checks.UnknownPreview("That is no calculation of this program and year.")])
    return found.key


YEAR = Parameter(name="year", label="Year of the MWh", kind="whole")
CALCULATION = Parameter(name="calculation", label="Calculation", kind="key")
DIGEST = Parameter(name="digest", label="Digest of what the calculation shows")

ACTS = (
    *(
        Act(
            name=name,
            title=title,
            cite=cite,
            function="originate",
            rule="originate",
            parameters=(YEAR, CALCULATION, DIGEST),
            carry_out=carry_out,
            is_rehearsed=False,
            has_page=False,
            in_job=True,
        )
        for name, title, cite, carry_out in (
            (
                "publish_credit_notice",
                "Publish the credits calculated for a year, for comment",
                "preamble IV.D.6; RATE-139",
                publish_notice,
            ),
            (
                "issue_to_resources",
                "Issue a year's credits to resources as a calculation shows them",
                "40 CFR 62.16445(e), (f); RATE-135 to RATE-145",
                issue_to_resources,
            ),
            (
                "issue_to_units",
                "Issue a year's credits to affected EGUs as a calculation shows them",
                "40 CFR 62.16434; RATE-033 to RATE-041",
                issue_to_units,
            ),
        )
    ),
    Act(
        name="issue_to_resource",
        title="Issue a year's credits to one resource",
        cite="40 CFR 62.16445(e), (f); RATE-135 to RATE-145",
        function="originate",
        rule="originate",
        parameters=(RESOURCE, YEAR),
        carry_out=issue_to_resource,
    ),
    Act(
        name="suspend_issuance",
        title="Suspend issuance to a resource",
        cite="40 CFR 62.16450(e); RATE-144",
        function="revoke",
        second="never",
        parameters=(
            RESOURCE,
            Parameter(name="cause", label="Cause", kind="choice", choices=SUSPENSION_CAUSES),
            GROUND,
        ),
        carry_out=suspend_issuance,
    ),
    Act(
        name="lift_suspension",
        title="Let credits be issued to a resource again",
        cite="40 CFR 62.16450(e); RATE-060",
        function="revoke",
        rule="revoke",
        parameters=(RESOURCE, GROUND),
        carry_out=lift_suspension,
    ),
    Act(
        name="find_overstated",
        title="Find that M&V reports overstated MWh",
        cite="40 CFR 62.16450(a), (b); RATE-145, RATE-146",
        function="revoke",
        rule="revoke",
        parameters=(
            RESOURCE,
            YEAR,
            Parameter(name="mwh", label="MWh too many", kind="whole"),
            Parameter(
                name="takes_back",
                label="How it is made good",
                kind="choice",
                choices=("with the next issue", "from the account"),
                help="From the account when the report was the resource's last.",
            ),
            GROUND,
        ),
        carry_out=find_overstated,
    ),
    Act(
        name="revoke_qualification",
        title="Revoke the qualification of a resource",
        cite="40 CFR 62.16440, 62.16450(c), (d); RATE-058, RATE-059, RATE-148",
        function="revoke",
        rule="revoke",
        parameters=(
            RESOURCE,
            Parameter(name="cause", label="Cause", kind="choice", choices=REVOCATION_CAUSES),
            GROUND,
        ),
        carry_out=revoke_qualification,
    ),
    Act(
        name="reopen_settlement",
        title="Reopen a settlement for which invalid credits were used",
        cite="40 CFR 62.16420(c)(5)(iv); RATE-029",
        function="revoke",
        rule="revoke",
        parameters=(
            Parameter(name="period", label="Period", kind="period", help="Such as 2022-2024."),
            Parameter(name="facility", label="Facility (ORIS code)", kind="facility"),
            Parameter(name="unit", label="Unit"),
            Parameter(
                name="blocks",
                label="Serial numbers",
                kind="blocks",
                help="Those that are invalid, one block a line: TX-2023-WND-1 to TX-2023-WND-50.",
            ),
            GROUND,
        ),
        carry_out=reopen_settlement,
    ),
    Act(
        name="readmit",
        title="Readmit who did not replace credits",
        cite="40 CFR 62.16450(b), (d)(3); RATE-150",
        function="revoke",
        rule="revoke",
        parameters=(Parameter(name="debt", label="Demand (number)", kind="whole"), GROUND),
        carry_out=readmit,
    ),
    *applicability.ACTS,
)
