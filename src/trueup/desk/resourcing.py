"""What the acts on papers of eligible resources and on verifiers call.

Source: 40 CFR 62.16445 to 62.16480; RATE-061 to RATE-134.
"""

from __future__ import annotations

from datetime import date

from trueup.desk import checks
from trueup.desk.kinds import Act, Asked, Result
from trueup.desk.parameters import Parameter
from trueup.resources import queries as resources
from trueup.resources import questions, review_reads, reviews, verifier_decisions
from trueup.resources import services as deciding
from trueup.resources.checks import ReportMissing, UnknownResource, UnknownVerifier
from trueup.resources.entries import VERIFIER_CAUSES, ResourceEntry
from trueup.rules.refusal import Refused


def approve_application(asked: Asked) -> Result:
    entry = reviews.approve_reviewed_application(
        resource=of(asked).id, grounds=asked["grounds"], decided_at=asked.at, actor=asked.actor
    )
    return {"resource": entry.name, "state": entry.state, "identifier": entry.identifier}


def disapprove_application(asked: Asked) -> Result:
    entry = reviews.disapprove_application(
        resource=of(asked).id, grounds=asked["grounds"], decided_at=asked.at, actor=asked.actor
    )
    return {"resource": entry.name, "state": entry.state}


def decide_plan(asked: Asked) -> Result:
    """Decide on a later version of a registered resource's EM&V plan.

    Source: 40 CFR 62.16455; RATE-077; PLAT-135.
    """
    row = of(asked)
    deciding.decide_plan_version(
        resource=row.id,
        version=asked["version"],
        is_approved=asked["decision"] == "approve",
        ground=asked["grounds"],
        decided_at=asked.at,
        actor=asked.actor,
    )
    return {
        "resource": row.name,
        "version": asked["version"],
        "state": "approved" if asked["decision"] == "approve" else "rejected",
    }


def ask_sponsor(asked: Asked) -> Result:
    """Ask about the application that awaits a decision, or about one report.

    Source: 40 CFR 62.16445(a)(9); RATE-073.
    """
    row = of(asked)
    given = {
        "text": asked["question"],
        "element": asked.get("element", ""),
        "due_on": date.fromisoformat(asked["due_on"]) if asked.get("due_on") else None,
        "asked_at": asked.at,
        "actor": asked.actor,
    }
    if asked.get("report"):
        entry = questions.ask_about_report(report=_report(asked), **given)
    else:
        entry = questions.ask_about_application(
            application=review_reads.application_of(row.id), **given
        )
    return {"resource": row.name, "due_on": str(entry.due_on)}


def accept_report(asked: Asked) -> Result:
    reviews.accept_report(
        report=_report(asked), grounds=asked["grounds"], decided_at=asked.at, actor=asked.actor
    )
    return {"resource": of(asked).name, "state": "accepted"}


def disapprove_report(asked: Asked) -> Result:
    reviews.disapprove_report(
        report=_report(asked), grounds=asked["grounds"], decided_at=asked.at, actor=asked.actor
    )
    return {"resource": of(asked).name, "state": "incomplete"}


def accredit(asked: Asked) -> Result:
    entry = verifier_decisions.accredit_applicant(
        application=_accreditation(asked),
        grounds=asked["grounds"],
        review_due_on=date.fromisoformat(asked["review_due_on"]),
        decided_at=asked.at,
        actor=asked.actor,
    )
    return {"verifier": entry.name, "categories": list(entry.categories) or "every category"}


def reject_accreditation(asked: Asked) -> Result:
    verifier_decisions.reject_applicant(
        application=_accreditation(asked),
        grounds=asked["grounds"],
        decided_at=asked.at,
        actor=asked.actor,
    )
    return {"state": "rejected"}


def clear_engagement(asked: Asked) -> Result:
    row = of(asked)
    deciding.clear_engagement(
        verifier=_verifier(asked), resource=row.id, decided_at=asked.at, actor=asked.actor
    )
    return {"resource": row.name, "state": "approved"}


def refuse_engagement(asked: Asked) -> Result:
    row = of(asked)
    verifier_decisions.refuse_engagement(
        verifier=_verifier(asked),
        resource=row.id,
        ground=asked["grounds"],
        decided_at=asked.at,
        actor=asked.actor,
    )
    return {"resource": row.name, "state": "refused"}


def revoke_accreditation(asked: Asked) -> Result:
    verifier = _verifier(asked)
    in_hand = review_reads.reports_in_hand(verifier)
    entry = deciding.revoke_accreditation(
        verifier=verifier,
        cause=asked["cause"],
        ground=asked["grounds"],
        revoked_at=asked.at,
        reports_in_hand=asked["reports_in_hand"] == "reject",
        actor=asked.actor,
    )
    return {"verifier": entry.name, "reports_in_hand": in_hand}


def limit_accreditation(asked: Asked) -> Result:
    entry = deciding.limit_accreditation(
        verifier=_verifier(asked),
        categories=asked["categories"],
        at=asked.at,
        actor=asked.actor,
    )
    return {"verifier": entry.name, "categories": list(entry.categories)}


def review_verifier(asked: Asked) -> Result:
    verifier_decisions.review_verifier(
        verifier=_verifier(asked),
        finding=asked["finding"],
        next_due_on=date.fromisoformat(asked["review_due_on"]),
        reviewed_at=asked.at,
        actor=asked.actor,
    )
    return {"next_due_on": asked["review_due_on"]}


def of(asked: Asked) -> ResourceEntry:
    """The resource that is asked about, of this program, and of the State that is named.

    Raises Refused (`unknown_resource`, `not_authorized`).

    Source: PLAT-019.
    """
    found = resources.resource(asked["resource"])
    if found is None or found.program != asked.program:
        raise Refused([UnknownResource(f"There is no resource {asked['resource']} here.")])
    if asked.jurisdiction and found.jurisdiction != asked.jurisdiction:
        raise Refused([checks.NotAuthorized(f"{found.name} is in {found.jurisdiction}.")])
    return found


def _report(asked: Asked) -> int:
    """A report of the resource that is asked about; raises Refused (`report_missing`)."""
    found = review_reads.report_of(asked["report"])
    if found is None or found.resource != of(asked).id:
        raise Refused([ReportMissing(f"{of(asked).name} has no report {asked['report']}.")])
    return found.id


def _verifier(asked: Asked) -> int:
    if review_reads.verifier_program(asked["verifier"]) != asked.program:
        raise Refused([UnknownVerifier(f"There is no verifier {asked['verifier']} here.")])
    verifier: int = asked["verifier"]
    return verifier


def _accreditation(asked: Asked) -> int:
    number: int = asked["application"]
    if review_reads.accreditation_program(number) != asked.program:
        raise Refused([UnknownVerifier(f"There is no application {number} here.")])
    return number


STATE = Parameter(name="jurisdiction", label="State", kind="jurisdiction", required=False)
RESOURCE = Parameter(name="resource", label="Resource (number)", kind="whole")
REPORT = Parameter(name="report", label="M&V report (number)", kind="whole")
VERIFIER = Parameter(name="verifier", label="Verifier (number)", kind="whole")
GROUNDS = Parameter(name="grounds", label="Grounds", help="Told to those concerned.")
APPLICATION = Parameter(name="application", label="Application (number)", kind="whole")
REVIEW_DUE = Parameter(name="review_due_on", label="Next periodic review", kind="date")

ACTS = (
    *(
        Act(
            name=name,
            title=title,
            cite=cite,
            function="review_eligibility",
            second="never",
            parameters=(STATE, RESOURCE, *parameters),
            carry_out=carry_out,
        )
        for name, title, cite, parameters, carry_out in (
            (
                "approve_resource",
                "Approve an eligibility application and register the resource",
                "40 CFR 62.16445(b); RATE-074",
                (GROUNDS,),
                approve_application,
            ),
            (
                "disapprove_resource",
                "Disapprove an eligibility application",
                "40 CFR 62.16445(b); RATE-061",
                (GROUNDS,),
                disapprove_application,
            ),
            (
                "decide_plan",
                "Decide on a new version of an EM&V plan",
                "40 CFR 62.16455; RATE-077; PLAT-135",
                (
                    Parameter(name="version", label="Version", kind="whole"),
                    Parameter(
                        name="decision",
                        label="Decision",
                        kind="choice",
                        choices=("approve", "reject"),
                        help="Until you approve it, the version before holds.",
                    ),
                    GROUNDS,
                ),
                decide_plan,
            ),
            (
                "ask_sponsor",
                "Ask a sponsor about its papers",
                "40 CFR 62.16445(a)(9); RATE-073",
                (
                    Parameter(name="question", label="Question"),
                    Parameter(
                        name="report",
                        label="M&V report (number)",
                        kind="whole",
                        required=False,
                        help="Left out: the eligibility application.",
                    ),
                    Parameter(name="element", label="Element of the paper", required=False),
                    Parameter(name="due_on", label="Answer by", kind="date", required=False),
                ),
                ask_sponsor,
            ),
            (
                "accept_report",
                "Accept an M&V report and its verification",
                "40 CFR 62.16445(e); RATE-136",
                (REPORT, GROUNDS),
                accept_report,
            ),
            (
                "disapprove_report",
                "Disapprove an M&V report or its verification",
                "40 CFR 62.16445(e), 62.16475(g); RATE-132",
                (REPORT, GROUNDS),
                disapprove_report,
            ),
            (
                "clear_engagement",
                "Clear a verifier for a resource",
                "40 CFR 62.16475(e); RATE-129",
                (VERIFIER,),
                clear_engagement,
            ),
            (
                "refuse_engagement",
                "Refuse that a verifier works for a resource",
                "40 CFR 62.16475(e), (f); RATE-129",
                (VERIFIER, GROUNDS),
                refuse_engagement,
            ),
        )
    ),
    *(
        Act(
            name=name,
            title=title,
            cite=cite,
            function="review_eligibility",
            parameters=parameters,
            carry_out=carry_out,
            second="program" if rule else "never",
            rule=rule,
        )
        for name, title, cite, rule, parameters, carry_out in (
            (
                "accredit_verifier",
                "Accredit a verifier",
                "40 CFR 62.16470(a) to (c); RATE-123 to RATE-126",
                "",
                (APPLICATION, GROUNDS, REVIEW_DUE),
                accredit,
            ),
            (
                "reject_accreditation",
                "Refuse an accreditation",
                "40 CFR 62.16470",
                "",
                (APPLICATION, GROUNDS),
                reject_accreditation,
            ),
            (
                "revoke_accreditation",
                "Revoke the accreditation of a verifier",
                "40 CFR 62.16480, 62.16470(d); RATE-133",
                "revoke",
                (
                    VERIFIER,
                    Parameter(name="cause", label="Cause", kind="choice", choices=VERIFIER_CAUSES),
                    Parameter(
                        name="reports_in_hand",
                        label="Its reports on which nothing was issued yet",
                        kind="choice",
                        choices=("stay", "reject"),
                    ),
                    GROUNDS,
                ),
                revoke_accreditation,
            ),
            (
                "limit_accreditation",
                "Limit an accreditation to some categories",
                "40 CFR 62.16470(c)(2); RATE-123",
                "",
                (
                    VERIFIER,
                    Parameter(
                        name="categories",
                        label="Categories",
                        kind="names",
                        help="Codes, such as WND, SOL.",
                    ),
                ),
                limit_accreditation,
            ),
            (
                "review_verifier",
                "Keep a periodic review of a verifier",
                "40 CFR 62.16470(c)(1)(i); RATE-134",
                "",
                (VERIFIER, Parameter(name="finding", label="Finding"), REVIEW_DUE),
                review_verifier,
            ),
        )
    ),
)
