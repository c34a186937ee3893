"""Register many resources at once: the same checks, rows and papers as one by one.

Every function takes a whole batch or nothing of it, in one transaction; a refusal names
its row. The number of statements does not depend on how many resources there are.

Source: 40 CFR 62.16445(a), (b); docs/decisions/0315.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from trueup.accounts import submitters
from trueup.audit import services as audit
from trueup.audit.entries import DecisionSpec, EventSpec
from trueup.audit.statements import among
from trueup.ledger import queries as ledger
from trueup.resources import applications, checks, description
from trueup.resources.bulk_entries import (
    ApplicationFiling,
    Description,
)
from trueup.resources.bulk_facts import (
    Register,
    acknowledge,
    event_of,
    numbered,
    open_applications,
    read_register,
    repeats,
)
from trueup.resources.decisions import QUALIFICATION
from trueup.resources.entries import Paper, ResourceEntry
from trueup.resources.filing import SUBMISSIONS, file_papers, refuse
from trueup.resources.models import Application, Resource
from trueup.resources.queries import resource_entry
from trueup.rules import programs
from trueup.rules.papers import APPLICATION, DECISION, PLAN
from trueup.rules.refusal import Refusal, Refused


def describe_resources(
    descriptions: Sequence[Description],
    *,
    program: str,
    described_at: datetime,
    actor: str = "administrator",
) -> list[ResourceEntry]:
    """Put resources on record, so that papers can be filed for them.

    Raises Refused as `describe_resource` does, with the row.

    Source: 40 CFR 62.16445(a)(1), (2); RATE-063, RATE-076.
    """
    rules = programs.load(program)
    accounts = ledger.accounts_by_id({one.account for one in descriptions if one.account})
    refuse(
        numbered(
            (
                number,
                description.description_refusals(
                    program, one.spec, accounts[one.account] if one.account is not None else None
                ),
            )
            for number, one in enumerate(descriptions, start=1)
        )
    )
    refuse(_describer_refusals(descriptions, actor, at=described_at))
    refuse(_names_taken(rules.code, [one.spec.name for one in descriptions]))
    rows = [
        description.resource_row(
            rules.code, one.spec, account=one.account, described_at=described_at
        )
        for one in descriptions
    ]
    try:
        with transaction.atomic():
            rows = Resource.objects.bulk_create(rows)
            audit.log_many([_described(row, described_at, actor) for row in rows])
    except IntegrityError as error:
        raise Refused([_name_taken("one of these names")]) from error
    return [resource_entry(row) for row in rows]


def _describer_refusals(
    descriptions: Sequence[Description], actor: str, *, at: datetime
) -> list[Refusal]:
    """A person describes only what is to be credited to an account of theirs (62.16445(a)(1))."""
    person = audit.person_of(actor)
    if person is None:
        return []
    owned = [one.account for one in descriptions if one.account is not None]
    found = submitters.submitters(owned, at=at, kind=SUBMISSIONS)
    return [
        checks.NotRepresentative(f"The person does not represent {one.spec.name}.", row=number)
        for number, one in enumerate(descriptions, start=1)
        if one.account is None or all(entry.person != person for entry in found[one.account])
    ]


def _described(row: Resource, at: datetime, actor: str) -> EventSpec:
    return EventSpec(
        at=at,
        program=row.program,
        actor=actor,
        act="describe_resource",
        subject=f"resource:{row.pk}",
        after={"name": row.name, "category": row.category, "account": row.account_id},
        cite="40 CFR 62.16445(a)(2)",
    )


def _names_taken(program: str, names: Sequence[str]) -> list[Refusal]:
    found = Resource.objects.filter(program=program, name__in=among(names))
    taken = set(found.values_list("name", flat=True))
    refusals = []
    for number, name in enumerate(names, start=1):
        if name in taken:
            refusals.append(_name_taken(f"“{name}”", row=number))
        taken.add(name)
    return refusals


def _name_taken(name: str, *, row: int | None = None) -> Refusal:
    return checks.ResourceNameTaken(f"There is a resource {name} already.", row=row)


@transaction.atomic
def submit_applications(
    filings: Sequence[ApplicationFiling], *, submitted_at: datetime
) -> list[ResourceEntry]:
    """Take in eligibility applications without files, each with its EM&V plan.

    Raises Refused as `submit_application` does, with the row.

    Source: 40 CFR 62.16445(a), 62.16455; RATE-061 to RATE-072, RATE-077 to RATE-109.
    """
    register = read_register([filing.resource for filing in filings], at=submitted_at)
    rows = [register.resources[filing.resource] for filing in filings]
    accounts = ledger.accounts_by_id({row.account_id for row in rows if row.account_id})
    numbers = {key: account.number for key, account in accounts.items()}
    refuse(
        numbered(
            (number, _application_refusals(register, filing, numbers, is_again=again))
            for number, (filing, again) in enumerate(
                zip(filings, repeats([one.resource for one in filings]), strict=True), start=1
            )
        )
    )
    applied = Application.objects.bulk_create(
        [Application(resource=row, submitted_at=submitted_at) for row in rows]
    )
    papers = [
        Paper(
            resource=row.pk,
            kind=kind,
            elements=elements,
            filed_at=submitted_at,
            filed_by=f"person:{filing.submitted_by}",
            application=application.pk,
        )
        for row, filing, application in zip(rows, filings, applied, strict=True)
        for kind, elements in ((APPLICATION, filing.application), (PLAN, filing.plan))
    ]
    acknowledge(papers, file_papers(papers), rows)
    Resource.objects.filter(id__in=among(row.pk for row in rows)).update(state="submitted")
    for row in rows:
        row.state = "submitted"
    audit.log_many(
        [
            event_of(row, submitted_at, f"person:{filing.submitted_by}", "submit_application")
            for row, filing in zip(rows, filings, strict=True)
        ]
    )
    return [resource_entry(row) for row in rows]


def _application_refusals(
    register: Register,
    filing: ApplicationFiling,
    numbers: Mapping[int, str],
    *,
    is_again: bool,
) -> list[Refusal]:
    """Of the first step that is not passed, as for a single application."""
    row = register.resources[filing.resource]
    return (
        register.submitter_refusals(row, filing.submitted_by)
        or applications.state_refusals(row)
        or ([_again(row)] if is_again else [])
        or applications.application_refusals(
            row,
            host=register.host_of(row),
            application=filing.application,
            plan=filing.plan,
            number=numbers.get(row.account_id or 0, ""),
        )
    )


def _again(row: Resource) -> Refusal:
    return checks.AlreadySubmitted(f"{row.name} stands in this batch already.")


@transaction.atomic
def approve_applications(
    resources: Sequence[int],
    *,
    decided_at: datetime,
    grounds: str = "All tests are passed.",
    actor: str = "administrator",
) -> list[ResourceEntry]:
    """Approve applications and register their resources, in one act; each can be appealed.

    Raises Refused as `approve_application` does, with the row.

    Source: 40 CFR 62.16445(b); RATE-071, RATE-074.
    """
    register = read_register(resources, at=decided_at)
    rows = [register.resources[resource] for resource in dict.fromkeys(resources)]
    applied = open_applications(rows)
    refuse(
        numbered(
            (
                number,
                applications.approval_refusals(
                    row, applied[row.pk], host=register.host_of(row), grounds=grounds
                ),
            )
            for number, row in enumerate(rows, start=1)
        )
    )
    file_papers(
        [
            Paper(
                resource=row.pk,
                kind=DECISION,
                elements={"decision": "approved", "grounds": grounds},
                filed_at=decided_at,
                filed_by=actor,
                application=applied[row.pk].pk,
            )
            for row in rows
        ]
    )
    Application.objects.filter(id__in=among(one.pk for one in applied.values())).update(
        state="approved", decided_at=decided_at, decided_by=actor
    )
    for row in rows:
        row.state, row.registered_at = "registered", decided_at
        row.identifier = applications.identifier_of(row)
    Resource.objects.bulk_update(rows, ["state", "registered_at", "identifier"], batch_size=250)
    _decide(rows, decided_at, actor, grounds)
    return [resource_entry(row) for row in rows]


def _decide(rows: Sequence[Resource], at: datetime, actor: str, grounds: str) -> None:
    audit.decide_many(
        [
            DecisionSpec(
                decision_class=QUALIFICATION,
                program=row.program,
                subject=f"resource:{row.pk}",
                outcome="qualified",
                reasons=(grounds,),
                decided_at=at,
                decided_by=actor,
            )
            for row in rows
        ]
    )
    audit.log_many(
        [event_of(row, at, actor, "qualified", after={"ground": grounds}) for row in rows]
    )
