"""Read applications: what they say, who signed, each step, and the days used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from trueup.accounts.application_entries import (
    ApplicationEntry,
    ApplicationSignatureEntry,
    ApplicationSpec,
    Contact,
    StepEntry,
)
from trueup.accounts.application_models import (
    WITH_THE_ADMINISTRATOR,
    Application,
    ApplicationSignature,
    ApplicationStep,
)
from trueup.accounts.models import Person
from trueup.accounts.ownership_entries import PartySpec
from trueup.audit.statements import among
from trueup.rules import programs

PAGE = 100


def application(application_id: int) -> ApplicationEntry | None:
    """An application with its signatures and steps."""
    found = entries(Application.objects.filter(id=application_id))
    return found[0] if found else None


def applications(
    *,
    program: str,
    states: Sequence[str] = (),
    applicant: int | None = None,
    limit: int = PAGE,
    after: int = 0,
) -> list[ApplicationEntry]:
    """Applications of a program in the order in which they were begun, a page at a time.

    Args:
        after: Id of the last application of the page before.

    Source: PLAT-026.
    """
    rows = Application.objects.filter(program=program, id__gt=after)
    if states:
        rows = rows.filter(state__in=states)
    if applicant is not None:
        rows = rows.filter(applicant_id=applicant)
    return entries(rows.order_by("id")[:limit])


def days_used(application: ApplicationEntry, *, today: date) -> int:
    """Days that a complete application has been with the Administrator, the first included.

    Days on which it waits for the applicant do not count. To be compared with the
    program's `target_days`, which is a target and not a limit.

    Source: PLAT-026; PLAT-094 (uniform practice); docs/decisions/0160.
    """
    rules = programs.load(application.program)
    used: set[date] = set()
    since: date | None = None
    for step in application.steps:
        on = rules.local_date(step.at)
        if since is not None:
            used |= _days(since, on)
        since = on if step.state in WITH_THE_ADMINISTRATOR else None
    if since is not None:
        used |= _days(since, today)
    return len(used)


def contacts(people: Iterable[int]) -> dict[int, Contact]:
    """Persons with the ways to reach them; unknown keys are left out."""
    return {
        row.pk: Contact(
            id=row.pk,
            name=row.name,
            address=row.address,
            phone=row.phone,
            email=row.email,
            fax=row.fax,
        )
        for row in Person.objects.filter(id__in=among(people))
    }


def entries(rows: Iterable[Application]) -> list[ApplicationEntry]:
    """Stored applications as plain values, with a constant number of statements."""
    found = list(rows)
    steps: dict[int, list[ApplicationStep]] = {row.pk: [] for row in found}
    for step in ApplicationStep.objects.filter(application_id__in=among(steps)).order_by("id"):
        steps[step.application_id].append(step)
    signatures: dict[int, list[ApplicationSignature]] = {row.pk: [] for row in found}
    for signed in ApplicationSignature.objects.filter(
        application_id__in=among(signatures)
    ).order_by("id"):
        signatures[signed.application_id].append(signed)
    return [_entry(row, steps[row.pk], signatures[row.pk]) for row in found]


def document_json(spec: ApplicationSpec) -> dict[str, Any]:
    """What an application says, as it is stored."""
    return {
        "name": spec.name,
        "jurisdiction": spec.jurisdiction,
        "representatives": list(spec.representatives),
        "alternates": list(spec.alternates),
        "parties": [
            {"name": party.name, "kind": party.kind, "identifier": party.identifier}
            for party in spec.parties
        ],
        "changed_on": spec.changed_on.isoformat() if spec.changed_on is not None else None,
    }


def document_text(
    spec: ApplicationSpec, *, people: Mapping[int, Contact], account_number: str = ""
) -> str:
    """What an application says, as it is signed.

    Source: 40 CFR 62.16320(c)(1)(ii)(A) to (C).
    """
    lines = [f"Account: {spec.name}"]
    if account_number:
        lines.append(f"Supersedes the application for account {account_number}")
    if spec.jurisdiction:
        lines.append(f"State: {spec.jurisdiction}")
    for title, named in (
        ("Authorized account representative", spec.representatives),
        ("Alternate authorized account representative", spec.alternates),
    ):
        for key in named:
            person = people[key]
            ways = (person.address, person.phone, person.email, person.fax)
            lines.append(f"{title}: {'; '.join((person.name, *filter(None, ways)))}")
    for party in spec.parties:
        register = f" ({party.identifier})" if party.identifier else ""
        lines.append(f"Has an ownership interest: {party.name}{register}")
    if spec.changed_on is not None:
        lines.append(f"The ownership changed on {spec.changed_on}")
    return "\n".join(lines)


def _days(first: date, last: date) -> set[date]:
    return {date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1)}


def _document(stored: Mapping[str, Any]) -> ApplicationSpec:
    changed_on = stored.get("changed_on")
    return ApplicationSpec(
        name=stored["name"],
        jurisdiction=stored["jurisdiction"],
        representatives=tuple(stored["representatives"]),
        alternates=tuple(stored["alternates"]),
        parties=tuple(PartySpec(**party) for party in stored["parties"]),
        changed_on=date.fromisoformat(changed_on) if changed_on else None,
    )


def _entry(
    row: Application, steps: Sequence[ApplicationStep], signatures: Sequence[ApplicationSignature]
) -> ApplicationEntry:
    latest = steps[-1] if steps else None
    return ApplicationEntry(
        id=row.pk,
        program=row.program,
        kind=row.kind,
        state=row.state,
        applicant=row.applicant_id,
        account=row.account_id,
        document=_document(row.document),
        revision=row.revision,
        begun_at=row.begun_at,
        received_at=row.received_at,
        heard_at=row.heard_at,
        reminders=row.reminders,
        decided_at=row.decided_at,
        missing=tuple(latest.missing) if latest is not None else (),
        signatures=tuple(
            ApplicationSignatureEntry(
                person=signed.person_id,
                signed_at=signed.signed_at,
                method=signed.method,
                digest=signed.digest,
                signature=signed.signature_id,
            )
            for signed in signatures
            if signed.revision == row.revision
        ),
        steps=tuple(
            StepEntry(
                act=step.act,
                state=step.state,
                actor=step.actor,
                at=step.at,
                reason=step.reason,
                missing=tuple(step.missing),
            )
            for step in steps
        ),
    )
