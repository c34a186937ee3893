"""Register many resources at once: the same checks, rows and papers as one by one.

Every function takes a whole batch or nothing of it, in one transaction; a refusal names
its row. The number of statements does not depend on how many resources there are.

Source: 40 CFR 62.16445(a), (b), (d), 62.16475(d), (e); docs/decisions/0315.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from trueup.audit import services as audit
from trueup.audit.entries import DecisionSpec, EventSpec
from trueup.audit.statements import among
from trueup.ledger import queries as ledger
from trueup.resources import applications, checks, description, verification, verifiers
from trueup.resources.bulk_entries import (
    ApplicationFiling,
    ApplicationVerification,
    Description,
    Disclosure,
)
from trueup.resources.bulk_facts import (
    Register,
    acknowledge,
    numbered,
    read_register,
    read_verifiers,
)
from trueup.resources.decisions import QUALIFICATION
from trueup.resources.entries import Paper, ResourceEntry
from trueup.resources.filing import file_papers, refuse, require_ground
from trueup.resources.models import Application, Engagement, Resource
from trueup.resources.queries import resource_entry
from trueup.rules import programs
from trueup.rules.papers import APPLICATION, DECISION, PLAN, VERIFICATION, check_paper
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
            (number, _application_refusals(register, filing, numbers, filings[: number - 1]))
            for number, filing in enumerate(filings, start=1)
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
    acknowledge(papers, file_papers(papers), _names(rows))
    Resource.objects.filter(id__in=among(row.pk for row in rows)).update(state="submitted")
    for row in rows:
        row.state = "submitted"
    audit.log_many(
        [
            _event(row, submitted_at, f"person:{filing.submitted_by}", "submit_application")
            for row, filing in zip(rows, filings, strict=True)
        ]
    )
    return [resource_entry(row) for row in rows]


def _application_refusals(
    register: Register,
    filing: ApplicationFiling,
    numbers: Mapping[int, str],
    before: Sequence[ApplicationFiling],
) -> list[Refusal]:
    """Of the first step that is not passed, as for a single application."""
    row = register.resources[filing.resource]
    return (
        register.submitter_refusals(row, filing.submitted_by)
        or applications.state_refusals(row)
        or _twice(row, filing.resource, before)
        or applications.application_refusals(
            row,
            host=register.host_of(row),
            application=filing.application,
            plan=filing.plan,
            number=numbers.get(row.account_id or 0, ""),
        )
    )


def _twice(row: Resource, resource: int, before: Sequence[ApplicationFiling]) -> list[Refusal]:
    if all(filing.resource != resource for filing in before):
        return []
    return [checks.AlreadySubmitted(f"{row.name} stands in this batch already.")]


@transaction.atomic
def disclose_engagements(disclosures: Sequence[Disclosure], *, disclosed_at: datetime) -> None:
    """Disclose the facts of many engagements before verifiers start to work.

    Raises Refused as `disclose_engagement` does, with the row.

    Source: 40 CFR 62.16475(d), (f); RATE-129, RATE-130.
    """
    register = read_register([one.resource for one in disclosures], at=disclosed_at)
    known = read_verifiers(
        [(one.verifier, register.resources[one.resource]) for one in disclosures]
    )
    refuse(
        numbered(
            (number, require_ground(one.disclosure))
            for number, one in enumerate(disclosures, start=1)
        )
    )
    Engagement.objects.bulk_create(
        [
            Engagement(
                verifier_id=one.verifier,
                resource_id=one.resource,
                state="disclosed",
                is_conflict=one.is_conflict,
                disclosure=one.disclosure[:2000],
                disclosed_at=disclosed_at,
                decided_at=None,
            )
            for one in disclosures
        ],
        update_conflicts=True,
        unique_fields=["verifier", "resource"],
        update_fields=["state", "is_conflict", "disclosure", "disclosed_at", "decided_at"],
    )
    audit.log_many(
        [
            EventSpec(
                at=disclosed_at,
                program=known[one.verifier][0].program,
                actor=f"verifier:{one.verifier}",
                act="disclose_engagement",
                subject=f"resource:{one.resource}",
                after={"is_conflict": one.is_conflict, "disclosure": one.disclosure[:2000]},
                cite="40 CFR 62.16475(d), (f)",
            )
            for one in disclosures
        ]
    )


@transaction.atomic
def clear_engagements(
    pairs: Sequence[tuple[int, int]], *, decided_at: datetime, actor: str = "administrator"
) -> None:
    """Approve that verifiers work for resources.

    Args:
        pairs: Verifier and resource.

    Raises Refused as `clear_engagement` does, with the row.

    Source: 40 CFR 62.16475(e); RATE-129.
    """
    register = read_register([resource for _, resource in pairs], at=decided_at)
    of = [(verifier, register.resources[resource]) for verifier, resource in pairs]
    known = read_verifiers(of)
    refuse(
        numbered(
            (number, _engagement_refusals(*known[verifier], row))
            for number, (verifier, row) in enumerate(of, start=1)
        )
    )
    cleared = [known[verifier][1].engagements[row.pk].pk for verifier, row in of]
    Engagement.objects.filter(id__in=among(cleared)).update(state="approved", decided_at=decided_at)
    audit.log_many(
        [
            EventSpec(
                at=decided_at,
                program=row.program,
                actor=actor,
                act="clear_engagement",
                subject=f"resource:{row.pk}",
                after={"verifier": verifier},
                cite="40 CFR 62.16475(e)",
            )
            for verifier, row in of
        ]
    )


def _engagement_refusals(
    verifier: verifiers.Verifier, seen: verifiers.Seen, row: Resource
) -> list[Refusal]:
    if row.pk not in seen.engagements:
        return [verifiers.nothing_disclosed(verifier, row)]
    return verifiers.conflict_refusals(verifier, row, seen)


@transaction.atomic
def verify_applications(
    filings: Sequence[ApplicationVerification], *, submitted_at: datetime
) -> None:
    """Take in verifiers' reports without files on eligibility applications.

    Raises Refused as `verify_application` does, with the row.

    Source: 40 CFR 62.16445(a)(6), (d), 62.16465(a), (b); RATE-118, RATE-122.
    """
    register = read_register([filing.resource for filing in filings], at=submitted_at)
    rows = [register.resources[filing.resource] for filing in filings]
    known = read_verifiers([(f.verifier, row) for f, row in zip(filings, rows, strict=True)])
    applied = _open_applications(rows)
    refuse(
        numbered(
            (number, _verification_refusals(filing, row, *known[filing.verifier], submitted_at))
            for number, (filing, row) in enumerate(zip(filings, rows, strict=True), start=1)
        )
    )
    papers = [
        Paper(
            resource=filing.resource,
            kind=VERIFICATION,
            elements=filing.elements,
            filed_at=submitted_at,
            filed_by=f"person:{filing.submitted_by}",
            application=applied[filing.resource].pk,
            verifier=filing.verifier,
        )
        for filing in filings
    ]
    acknowledge(papers, file_papers(papers), _names(rows))
    for filing in filings:
        applied[filing.resource].verifier_id = filing.verifier
        applied[filing.resource].verified_at = submitted_at
    Application.objects.bulk_update(
        list(applied.values()), ["verifier", "verified_at"], batch_size=500
    )
    audit.log_many(
        [
            _event(
                row,
                submitted_at,
                f"person:{filing.submitted_by}",
                "verify_application",
                cite=verification.CITE,
                after={"verifier": filing.verifier},
            )
            for filing, row in zip(filings, rows, strict=True)
        ]
    )


def _verification_refusals(
    filing: ApplicationVerification,
    row: Resource,
    verifier: verifiers.Verifier,
    seen: verifiers.Seen,
    at: datetime,
) -> list[Refusal]:
    refusals = verifiers.verifier_refusals(
        verifier,
        row,
        person=filing.submitted_by,
        signed_by=filing.elements.get("signed_by", "").strip(),
        at=at,
        seen=seen,
    )
    return refusals + check_paper(
        VERIFICATION, filing.elements, tags=("all", "of_application"), program=row.program
    )


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
    applied = _open_applications(rows)
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
    audit.log_many([_event(row, at, actor, "qualified", after={"ground": grounds}) for row in rows])


def _open_applications(rows: Sequence[Resource]) -> dict[int, Application]:
    """The application of each resource that awaits a decision.

    Raises Refused (`application_missing`), with the row.
    """
    found = Application.objects.filter(
        resource_id__in=among(row.pk for row in rows), state__in=("submitted", "info_asked")
    ).order_by("id")
    waiting = {application.resource_id: application for application in found}
    refuse(
        [
            checks.NotSubmitted(f"No application of {row.name} awaits a decision.", row=number)
            for number, row in enumerate(rows, start=1)
            if row.pk not in waiting
        ]
    )
    return waiting


def _names(rows: Sequence[Resource]) -> dict[int, str]:
    return {row.pk: f"{row.program}:{row.name}" for row in rows}


def _event(
    row: Resource,
    at: datetime,
    actor: str,
    act: str,
    *,
    cite: str = applications.CITE,
    after: Mapping[str, object] | None = None,
) -> EventSpec:
    return EventSpec(
        at=at,
        program=row.program,
        actor=actor,
        act=act,
        subject=f"resource:{row.pk}",
        after=after if after is not None else {"state": row.state},
        cite=cite,
    )
