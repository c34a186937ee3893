"""Describe a resource, apply for its eligibility, and decide.

Source: 40 CFR 62.16435, 62.16445(a), (b); RATE-043 to RATE-076.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from trueup.ledger import queries as ledger
from trueup.resources import checks
from trueup.resources.admission import eligibility_refusals
from trueup.resources.decisions import QUALIFICATION, Act, decide, log
from trueup.resources.entries import ResourceEntry, Upload
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
from trueup.resources.models import Application, Resource
from trueup.resources.queries import resource_entry
from trueup.resources.signed import Signed, keep_signature
from trueup.rules.eligibility import HostState
from trueup.rules.paper_answers import check_plan
from trueup.rules.papers import APPLICATION, DECISION, PLAN, check_paper, tags_of
from trueup.rules.refusal import Refusal, Refused

CITE = "40 CFR 62.16445(a), (b)"


@transaction.atomic
def submit_application(
    *,
    resource: int,
    application: Mapping[str, str],
    plan: Mapping[str, str],
    submitted_by: int,
    submitted_at: datetime,
    uploads: Sequence[Upload] = (),
    signed: Signed | None = None,
) -> ResourceEntry:
    """Take in an eligibility application, which carries its EM&V plan.

    Every element that is missing and every test that is failed is named.

    Raises Refused (`not_representative`, `account_missing`, `already_submitted`,
    `element_missing`, `certification_altered`, ..., `existing_capacity`, ...).

    Source: 40 CFR 62.16445(a), 62.16455; RATE-061 to RATE-072, RATE-077 to RATE-109.
    """
    row = existing(resource)
    refuse(submitter_refusals(row, submitted_by, at=submitted_at))
    refuse(state_refusals(row))
    number = ledger.account(row.account_id).number if row.account_id is not None else ""
    refuse(
        application_refusals(
            row, host=host_of(row), application=application, plan=plan, number=number
        )
    )
    applied = Application.objects.create(resource=row, submitted_at=submitted_at)
    actor = f"person:{submitted_by}"
    file_document(
        row,
        kind=APPLICATION,
        elements=application,
        filed_at=submitted_at,
        filed_by=actor,
        application=applied,
        uploads=uploads,
    )
    file_document(
        row,
        kind=PLAN,
        elements=plan,
        filed_at=submitted_at,
        filed_by=actor,
        application=applied,
    )
    keep_signature(row, signed, person=submitted_by, at=submitted_at)
    row.state = "submitted"
    row.save(update_fields=["state"])
    log(_act(row, submitted_at, actor), "submit_application", state="submitted")
    return resource_entry(row)


@transaction.atomic
def ask_for_information(
    *, resource: int, question: str, asked_at: datetime, actor: str = "administrator"
) -> None:
    """Ask for anything further; the review rests until it is supplied.

    Raises Refused (`application_missing`, `ground_missing`).

    Source: 40 CFR 62.16445(a)(9); RATE-073.
    """
    row = existing(resource)
    refuse(require_ground(question))
    applied = open_application(row)
    applied.state, applied.question = "info_asked", question[:2000]
    applied.save(update_fields=["state", "question"])
    log(_act(row, asked_at, actor), "ask_for_information", question=question[:2000])


@transaction.atomic
def supply_information(
    *,
    resource: int,
    application: Mapping[str, str],
    submitted_by: int,
    submitted_at: datetime,
    uploads: Sequence[Upload] = (),
    signed: Signed | None = None,
) -> None:
    """Supply what was asked for, as the next version of the application.

    Raises Refused (`nothing_asked`, and as `submit_application` does).

    Source: 40 CFR 62.16445(a)(9); RATE-073.
    """
    row = existing(resource)
    refuse(submitter_refusals(row, submitted_by, at=submitted_at))
    applied = open_application(row)
    if applied.state != "info_asked":
        raise Refused([checks.NothingAsked("Nothing was asked for.")])
    tags = tags_for(row)
    refuse(check_paper(APPLICATION, application, tags=tags, program=row.program))
    actor = f"person:{submitted_by}"
    file_document(
        row,
        kind=APPLICATION,
        elements=application,
        filed_at=submitted_at,
        filed_by=actor,
        application=applied,
        uploads=uploads,
    )
    keep_signature(row, signed, person=submitted_by, at=submitted_at)
    applied.state = "submitted"
    applied.save(update_fields=["state"])
    log(_act(row, submitted_at, actor), "supply_information", state="submitted")


@transaction.atomic
def approve_application(
    *,
    resource: int,
    decided_at: datetime,
    grounds: str = "All tests are passed.",
    actor: str = "administrator",
) -> ResourceEntry:
    """Approve an application and register the resource, in one act.

    Raises Refused (`application_missing`, `information_awaited`, `verification_missing`,
    and for every test of eligibility that is failed by now).

    Source: 40 CFR 62.16445(b); RATE-071, RATE-074.
    """
    row = existing(resource)
    applied = open_application(row)
    refuse(approval_refusals(row, applied, host=host_of(row), grounds=grounds))
    file_document(
        row,
        kind=DECISION,
        elements={"decision": "approved", "grounds": grounds},
        filed_at=decided_at,
        filed_by=actor,
        application=applied,
    )
    applied.state, applied.decided_at, applied.decided_by = "approved", decided_at, actor
    applied.save(update_fields=["state", "decided_at", "decided_by"])
    row.state, row.registered_at = "registered", decided_at
    row.identifier = identifier_of(row)
    row.save(update_fields=["state", "registered_at", "identifier"])
    act = _act(row, decided_at, actor)
    decide(act, item=QUALIFICATION, outcome="qualified", ground=grounds)
    return resource_entry(row)


def identifier_of(row: Resource) -> str:
    """What the register calls a resource.

    Source: 40 CFR 62.16445(b), 62.16515(g)(4).
    """
    return f"R{row.pk:07d}"


def approval_refusals(
    row: Resource, applied: Application, *, host: HostState, grounds: str
) -> list[Refusal]:
    """Why an application cannot be approved as things stand.

    Source: 40 CFR 62.16445(b); RATE-071, RATE-074.
    """
    refusals: list[Refusal] = list(require_ground(grounds))
    if applied.state == "info_asked":
        refusals.append(
            checks.InformationAwaited(f"Awaited from the applicant: {applied.question}")
        )
    if applied.verified_at is None:
        refusals.append(
            checks.NotVerified(
                "No accredited verifier has filed a verification report for the application."
            )
        )
    return refusals + eligibility_refusals(row, host=host)


@transaction.atomic
def reject_application(
    *, resource: int, grounds: str, decided_at: datetime, actor: str = "administrator"
) -> ResourceEntry:
    """Reject an application; another one can be submitted.

    Raises Refused (`application_missing`, `ground_missing`).

    Source: 40 CFR 62.16445(b).
    """
    row = existing(resource)
    refuse(require_ground(grounds))
    applied = open_application(row)
    applied.state, applied.decided_at, applied.decided_by = "rejected", decided_at, actor
    applied.save(update_fields=["state", "decided_at", "decided_by"])
    row.state = "rejected"
    row.save(update_fields=["state"])
    act = _act(row, decided_at, actor)
    decide(act, item=QUALIFICATION, outcome="not qualified", ground=grounds)
    return resource_entry(row)


def open_application(row: Resource) -> Application:
    """The application that awaits a decision.

    Raises Refused (`application_missing`).
    """
    found = (
        Application.objects.filter(resource=row, state__in=("submitted", "info_asked"))
        .order_by("-id")
        .first()
    )
    if found is None:
        raise Refused([checks.NotSubmitted(f"No application of {row.name} awaits a decision.")])
    return found


def application_refusals(
    row: Resource,
    *,
    host: HostState,
    application: Mapping[str, str],
    plan: Mapping[str, str],
    number: str,
) -> list[Refusal]:
    """Every element that is missing and every test that is failed.

    Args:
        number: Of the resource's account.

    Source: 40 CFR 62.16445(a), 62.16455; RATE-061 to RATE-072, RATE-077 to RATE-109.
    """
    of = described(row, host)
    tags = tags_of(of)
    refusals = check_paper(APPLICATION, application, tags=tags, program=row.program)
    refusals += check_paper(PLAN, plan, tags=tags, program=row.program)
    refusals += check_plan(plan, resource=of)
    refusals += eligibility_refusals(row, host=host)
    return refusals + _number_refusals(row, application, number)


def state_refusals(row: Resource) -> list[Refusal]:
    """Why no application can be submitted for a resource, as the register stands.

    Source: 40 CFR 62.16440(a), 62.16445(a), (b).
    """
    if row.state in {"described", "rejected"}:
        return []
    if row.state == "revoked":
        return [checks.QualificationRevoked(f"The qualification of {row.name} was revoked.")]
    return [checks.AlreadySubmitted(f"{row.name} is {row.state} already.")]


def _number_refusals(row: Resource, application: Mapping[str, str], number: str) -> list[Refusal]:
    stated = application.get("account_number", "").strip()
    if not stated or stated == number:
        return []
    return [
        checks.AccountNumberWrong(
            f"The application names account {stated}; {row.name} has {number}."
        )
    ]


def _act(row: Resource, at: datetime, actor: str) -> Act:
    return Act(program=row.program, subject=f"resource:{row.pk}", at=at, actor=actor, cite=CITE)
