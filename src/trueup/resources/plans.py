"""Versions of the EM&V plan: filed by the sponsor, approved by an official.

The plan that came with the application is approved with it. A later version is filed for
approval; until then the one before holds.

Source: 40 CFR 62.16455; RATE-077, RATE-078; PLAT-135.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from trueup.resources import checks
from trueup.resources.decisions import QUALIFICATION, Act, decide, log
from trueup.resources.entries import Upload
from trueup.resources.filing import (
    described,
    existing,
    file_document,
    host_of,
    refuse,
    require_ground,
    submitter_refusals,
    tags_for,
)
from trueup.resources.models import Application, Document, Resource
from trueup.resources.signed import Signed, keep_signature
from trueup.resources.sponsor_entries import PlanVersion
from trueup.rules.paper_answers import check_plan
from trueup.rules.papers import DECISION, PLAN, check_paper
from trueup.rules.refusal import Refusal, Refused

CITE = "40 CFR 62.16455; PLAT-135"
APPROVED, REJECTED = "plan approved", "plan rejected"


@transaction.atomic
def file_plan_version(
    *,
    resource: int,
    plan: Mapping[str, str],
    submitted_by: int,
    submitted_at: datetime,
    uploads: Sequence[Upload] = (),
    signed: Signed | None = None,
) -> PlanVersion:
    """File the next version of a resource's EM&V plan; the approved one holds until decided.

    Raises Refused (`not_representative`, `application_missing`, `plan_unchanged`,
    `element_missing`, `certification_altered`, ...).

    Source: 40 CFR 62.16455; RATE-077 to RATE-109; PLAT-135.
    """
    row = existing(resource)
    refuse(submitter_refusals(row, submitted_by, at=submitted_at))
    applied = _application(row)
    refusals = check_paper(PLAN, plan, tags=tags_for(row), program=row.program)
    refusals += check_plan(plan, resource=described(row, host_of(row)))
    before = _papers(row.pk).order_by("-version").first()
    if before is not None and dict(before.elements) == dict(plan) and not uploads:
        refusals.append(checks.PlanUnchanged("Nothing differs from the version before."))
    refuse(refusals)
    actor = f"person:{submitted_by}"
    document = file_document(
        row,
        kind=PLAN,
        elements=plan,
        filed_at=submitted_at,
        filed_by=actor,
        application=applied,
        uploads=uploads,
    )
    keep_signature(row, signed, person=submitted_by, at=submitted_at)
    log(_act(row, submitted_at, actor), "file_plan_version", version=document.version)
    return _entry(document, "filed")


@transaction.atomic
def decide_plan_version(
    *,
    resource: int,
    version: int,
    is_approved: bool,
    ground: str,
    decided_at: datetime,
    actor: str = "administrator",
) -> None:
    """Approve a later version of a registered resource's plan, or reject it, with a reason.

    Raises Refused (`plan_missing`, `ground_missing`).

    Source: 40 CFR 62.16455; PLAT-135.
    """
    row = existing(resource)
    refuse(require_ground(ground))
    found = {one.version: one for one in plan_versions(row.pk)}
    known = found.get(version)
    if row.state != "registered" or known is None or known.state != "filed":
        raise Refused(
            [checks.PlanMissing(f"No version {version} of the EM&V plan awaits a decision.")]
        )
    outcome = APPROVED if is_approved else REJECTED
    file_document(
        row,
        kind=DECISION,
        elements={"decision": outcome, "plan_version": str(version), "grounds": ground},
        filed_at=decided_at,
        filed_by=actor,
        application=_application(row),
    )
    decide(_act(row, decided_at, actor), item=QUALIFICATION, outcome=outcome, ground=ground)


def plan_versions(resource: int) -> list[PlanVersion]:
    """The versions of the plan of the latest application, the first first; three statements.

    Source: 40 CFR 62.16455; PLAT-135.
    """
    applied = Application.objects.filter(resource_id=resource).order_by("-id").first()
    if applied is None:
        return []
    decided = {}
    for paper in Document.objects.filter(application=applied, kind=DECISION).order_by("id"):
        if paper.elements.get("plan_version", "").isdigit():
            decided[int(paper.elements["plan_version"])] = paper.elements.get("decision", "")
    rows = list(_papers(resource).filter(application=applied).order_by("version"))
    states = [_state(row, applied, decided.get(row.version, "")) for row in rows]
    last = max((place for place, state in enumerate(states) if state == "approved"), default=-1)
    return [
        _entry(row, "replaced" if state == "approved" and place < last else state)
        for place, (row, state) in enumerate(zip(rows, states, strict=True))
    ]


def approved_plan(resource: int) -> PlanVersion | None:
    """The version of the plan that holds now.

    Source: PLAT-135.
    """
    found = [one for one in plan_versions(resource) if one.state == "approved"]
    return found[-1] if found else None


def plan_refusals(resource: int, cited: str) -> list[Refusal]:
    """Whether a report cites a version of the plan that holds or held.

    Source: PLAT-135.
    """
    versions = [one for one in plan_versions(resource) if one.state in ("approved", "replaced")]
    if not cited or any(str(one.version) == cited for one in versions):
        return []
    return [checks.PlanNotApproved(f"Version {cited} of the EM&V plan was not approved.")]


def _state(row: Document, applied: Application, decided: str) -> str:
    """The plan as it stood when the application was approved is approved with it."""
    if decided:
        return "approved" if decided == APPROVED else "rejected"
    if applied.state == "approved" and applied.decided_at is not None:
        if row.filed_at <= applied.decided_at:
            return "approved"
        return "filed"
    return "rejected" if applied.state == "rejected" else "filed"


def _application(row: Resource) -> Application:
    if row.state == "revoked":
        raise Refused(
            [checks.QualificationRevoked(f"The qualification of {row.name} was revoked.")]
        )
    found = (
        Application.objects.filter(resource=row).exclude(state="rejected").order_by("-id").first()
    )
    if found is None:
        raise Refused(
            [checks.NotSubmitted(f"{row.name} has no application to which a plan belongs.")]
        )
    return found


def _papers(resource: int) -> QuerySet[Document]:
    return Document.objects.filter(resource_id=resource, kind=PLAN)


def _entry(row: Document, state: str) -> PlanVersion:
    return PlanVersion(
        document=row.pk,
        version=row.version,
        filed_at=row.filed_at,
        sha256=row.sha256,
        state=state,
    )


def _act(row: Resource, at: datetime, actor: str) -> Act:
    return Act(program=row.program, subject=f"resource:{row.pk}", at=at, actor=actor, cite=CITE)
