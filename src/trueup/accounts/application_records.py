"""Write a step of an application: its new state, the step, the log, tasks and notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from trueup.accounts import application_reads
from trueup.accounts.application_checks import (
    NotTheApplicant,
    ReasonMissing,
    UnknownApplication,
    step_refusals,
)
from trueup.accounts.application_entries import ApplicationEntry
from trueup.accounts.application_models import (
    DECIDED,
    WITH_THE_ADMINISTRATOR,
    WITH_THE_APPLICANT,
    Application,
    ApplicationStep,
)
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.audit.notices import ContextValue
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused
from trueup.tasks import services as tasks
from trueup.tasks.entries import TaskSpec

CITE = "40 CFR 62.16320(c)(1)"
REVIEW = "application_review"
ANSWER = "application_answer"
REVIEWERS = "review_applications"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step that is taken with an application.

    Attributes:
        heard: The applicant was heard of; the days of silence begin anew.
    """

    act: str
    state: str
    actor: str
    at: datetime
    reason: str = ""
    missing: tuple[str, ...] = ()
    heard: bool = False


def locked(application: int) -> ApplicationEntry:
    """The application, for nobody else to change until the transaction ends.

    Raises Refused (`unknown_application`).
    """
    rows = Application.objects.select_for_update().filter(id=application)
    found = application_reads.entries(rows)
    if not found:
        raise Refused([UnknownApplication("There is no such application.")])
    return found[0]


def applicant_refusals(
    application: ApplicationEntry, step: str, *, by: int | None
) -> list[Refusal]:
    """Whether a step of the applicant's can be taken, by this person.

    Source: PLAT-004, PLAT-026.
    """
    refusals = step_refusals(application, step)
    if by is not None and by not in application.people:
        refusals.append(
            NotTheApplicant("Only the applicant and who is to act for the account may do this.")
        )
    return refusals


def reason_refusals(reason: str) -> list[Refusal]:
    """Whether a reason was given where one is owed."""
    return [] if reason.strip() else [ReasonMissing("Say why; the applicant will read it.")]


def take(application: ApplicationEntry, step: Step, *, account: int | None = None) -> None:
    """Write a step, log it, and keep the task list; notices are the caller's.

    Source: PLAT-026: each step has actor, time, reason; PLAT-017.
    """
    changes: dict[str, object] = {"state": step.state}
    if step.heard:
        changes |= {"heard_at": step.at, "reminders": 0}
    if step.state in DECIDED:
        changes["decided_at"] = step.at
    if step.state in (*WITH_THE_ADMINISTRATOR, "approved") and application.received_at is None:
        changes["received_at"] = step.at
    if account is not None:
        changes["account_id"] = account
    Application.objects.filter(id=application.id).update(**changes)
    ApplicationStep.objects.create(
        application_id=application.id,
        act=step.act,
        state=step.state,
        actor=step.actor,
        at=step.at,
        reason=step.reason.strip(),
        missing=list(step.missing),
    )
    audit.log(
        at=step.at,
        program=application.program,
        actor=step.actor,
        act=f"{step.act}_application",
        subject=subject_of(application.id),
        before={"state": application.state},
        after={"state": step.state, "reason": step.reason, "missing": list(step.missing)},
        cite=CITE,
    )
    _keep_tasks(application, step)


def subject_of(application: int) -> str:
    return f"application:{application}"


def after(application: int) -> ApplicationEntry:
    """The application as it stands once a step was taken."""
    found = application_reads.application(application)
    if found is None:
        raise AssertionError("an application is never removed")
    return found


def tell(
    application: ApplicationEntry,
    event: str,
    *,
    at: datetime,
    reasons: Sequence[str] = (),
    context: dict[str, ContextValue] | None = None,
) -> None:
    """Tell the applicant and whoever is to act for the account.

    Source: PLAT-026, PLAT-150.
    """
    given: dict[str, ContextValue] = {
        "application": str(application.id),
        "account": application.document.name or "without a name",
        "program": programs.load(application.program).name,
        "reasons": list(reasons),
        "at": at,
        "cite": CITE,
        **(context or {}),
    }
    known = application_reads.contacts(application.people)
    audit.notify(
        [
            NoticeSpec(
                event=event,
                program=application.program,
                person=person,
                account=application.account,
                created_at=at,
                context=given,
            )
            for person in sorted(known)
        ]
    )


def _keep_tasks(application: ApplicationEntry, step: Step) -> None:
    """One open task at a time: the Administrator's, or the applicant's."""
    rules = programs.load(application.program)
    subject = subject_of(application.id)
    stays = application.state in WITH_THE_ADMINISTRATOR and step.state in WITH_THE_ADMINISTRATOR
    if stays:
        return
    tasks.close_tasks(
        subject=subject,
        closed_at=step.at,
        outcome=f"the application is {step.state.replace('_', ' ')}",
        actor=step.actor,
    )
    spec = TaskSpec(
        kind=REVIEW,
        program=application.program,
        subject=subject,
        title=f"Application for “{application.document.name}”",
        opened_at=step.at,
        opened_by=step.actor,
        dedupe=subject,
    )
    times = rules.people.general_accounts
    today = rules.local_date(step.at)
    if step.state in WITH_THE_ADMINISTRATOR:
        review = replace(
            spec,
            function=REVIEWERS,
            due_on=today + timedelta(days=times.target_days - 1),
            excluded=tuple(sorted(application.people)),
        )
        tasks.open_tasks([review])
    elif step.state in WITH_THE_APPLICANT:
        answer = replace(
            spec,
            kind=ANSWER,
            person=application.applicant,
            due_on=today + timedelta(days=times.lapse_days),
        )
        tasks.open_tasks([answer])
