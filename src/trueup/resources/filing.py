"""File papers: check that they are whole, keep them with their digest and their files.

Source: 40 CFR 62.16445(a), (d), 62.16455, 62.16460, 62.16465, 62.16515(g)(10).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db.models import Count

from trueup.accounts import queries as accounts
from trueup.audit import services as audit
from trueup.audit.statements import among, insert_many_returning_ids
from trueup.resources import checks
from trueup.resources.entries import Paper, Upload
from trueup.resources.files import keep_file
from trueup.resources.models import (
    Application,
    Attachment,
    Bar,
    Document,
    HostState,
    Report,
    Resource,
    Verifier,
)
from trueup.rules import eligibility, programs
from trueup.rules.papers import Described, tags_of, title_of
from trueup.rules.refusal import Refusal, Refused

SUBMISSIONS = "resource_submissions"


def existing(resource: int) -> Resource:
    """A resource, locked for the act where the engine can.

    Raises Refused (`unknown_resource`).
    """
    found = Resource.objects.select_for_update().filter(id=resource).first()
    if found is None:
        raise Refused([checks.UnknownResource(f"There is no resource {resource}.")])
    return found


def host_of(resource: Resource) -> eligibility.HostState:
    """How the resource's State has chosen; those of the program are as the program is.

    Source: 40 CFR 62.16435(a)(3); AMB-25.
    """
    row = HostState.objects.filter(
        program=resource.program, jurisdiction=resource.jurisdiction
    ).first()
    return host_as_chosen(resource, row)


def host_as_chosen(resource: Resource, row: HostState | None) -> eligibility.HostState:
    """As `host_of`, where what the State has chosen was read already.

    Source: 40 CFR 62.16435(a)(3); AMB-25.
    """
    if row is not None:
        return eligibility.HostState(program=row.approach, plan=row.plan)
    rules = programs.load(resource.program)
    is_known = resource.jurisdiction in rules.jurisdictions
    return eligibility.HostState(program=rules.kind if is_known else eligibility.NONE)


def described(resource: Resource, host: eligibility.HostState) -> Described:
    """What of a resource decides which elements its papers have."""
    rules = programs.load(resource.program).resources
    earns_allowances = rules is not None and rules.earns_allowances
    return Described(
        category=resource.category,
        capacity_mw=capacity_of(resource),
        has_meter=resource.has_meter,
        savings_kind=resource.savings_kind,
        is_distributed=resource.is_distributed,
        is_outside=not earns_allowances and host.program != eligibility.RATE,
        earns_allowances=earns_allowances,
    )


def capacity_of(resource: Resource) -> Decimal:
    """Nameplate capacity in MW; none for what saves electricity."""
    return resource.capacity_mw if resource.capacity_mw is not None else Decimal(0)


def uprate_of(resource: Resource) -> eligibility.Uprate | None:
    """The capacity that was added to a resource; None if none was, or not both are stated.

    Source: 40 CFR 62.16435(a)(1); 62.16570 “Uprate”.
    """
    if resource.uprate_on is None or resource.uprate_from_mw is None or not resource.uprate_to_mw:
        return None
    return eligibility.Uprate(
        on=resource.uprate_on,
        from_mw=resource.uprate_from_mw,
        to_mw=resource.uprate_to_mw,
        of_license=resource.is_relicensed,
    )


def tags_for(resource: Resource, *more: str) -> frozenset[str]:
    """Which elements a resource's papers have."""
    return tags_of(described(resource, host_of(resource))) | set(more)


def submitter_refusals(resource: Resource, person: int, *, at: datetime) -> list[Refusal]:
    """Whether a person may file for a resource: its account's representative, not barred.

    Source: 40 CFR 62.16445(a)(1), (c), 62.16450(b); RATE-150; AMB-20.
    """
    account = resource.account_id
    may_submit = account is not None and accounts.may_submit(person, account, at, kind=SUBMISSIONS)
    is_barred = may_submit and Bar.objects.filter(person_id=person, until_at=None).exists()
    return submitter_refusals_as_read(resource, may_submit=may_submit, is_barred=is_barred)


def submitter_refusals_as_read(
    resource: Resource, *, may_submit: bool, is_barred: bool
) -> list[Refusal]:
    """As `submitter_refusals`, where what is asked of the person was read already.

    Source: 40 CFR 62.16445(a)(1), (c), 62.16450(b); RATE-150; AMB-20.
    """
    if resource.account_id is None:
        return [checks.AccountMissing(f"Open a general account for {resource.name} first.")]
    if not may_submit:
        return [checks.NotRepresentative(f"The person does not represent {resource.name}.")]
    if is_barred:
        return [checks.Barred("The representative did not replace credits and is barred.")]
    return []


def state_refusals(resource: Resource, *, is_barred: bool | None = None) -> list[Refusal]:
    """Whether reports can be filed and credits issued, as the register stands.

    Args:
        is_barred: Where that has been read already.

    Source: 40 CFR 62.16440(a), 62.16445(b), (e), 62.16450(d)(3); RATE-058, RATE-074.
    """
    refusals: list[Refusal] = []
    if resource.state == "revoked":
        refusals.append(
            checks.QualificationRevoked(f"The qualification of {resource.name} was revoked.")
        )
    elif resource.state != "registered":
        refusals.append(
            checks.NotRegistered(
                f"{resource.name} is not registered: its application must be approved first."
            )
        )
    if is_barred is None:
        is_barred = Bar.objects.filter(resource=resource, until_at=None).exists()
    if is_barred:
        refusals.append(checks.Barred(f"{resource.name} did not replace credits and is barred."))
    return refusals


def file_document(
    resource: Resource,
    *,
    kind: str,
    elements: Mapping[str, str],
    filed_at: datetime,
    filed_by: str,
    application: Application | None = None,
    report: Report | None = None,
    verifier: Verifier | None = None,
    uploads: Sequence[Upload] = (),
) -> Document:
    """Keep a paper for ever, as the next version of its kind.

    Raises Refused (`file_too_large`, `file_refused`).

    Source: 40 CFR 62.16515(g)(10); PLAT-089, PLAT-097.
    """
    paper = Paper(
        resource=resource.pk,
        kind=kind,
        elements=elements,
        filed_at=filed_at,
        filed_by=filed_by,
        application=application.pk if application is not None else None,
        report=report.pk if report is not None else None,
        verifier=verifier.pk if verifier is not None else None,
    )
    (key,) = file_papers([paper])
    document = Document.objects.select_related("resource").get(id=key)
    keep_attachments({key: uploads})
    _acknowledge(document)
    return document


def keep_attachments(uploads: Mapping[int, Sequence[Upload]]) -> None:
    """Keep the files of papers, by the paper's id; one statement for all of them.

    Raises Refused (`file_too_large`, `file_refused`).

    Source: 40 CFR 62.16515(g)(10); PLAT-097.
    """
    kept = [(paper, keep_file(one)) for paper, of_paper in uploads.items() for one in of_paper]
    Attachment.objects.bulk_create(
        [
            Attachment(
                document_id=paper,
                name=entry.name,
                media_type=entry.media_type,
                size_bytes=entry.size_bytes,
                sha256=entry.sha256,
            )
            for paper, entry in kept
        ]
    )


def _acknowledge(document: Document) -> None:
    """Tell the person who filed a paper that it was received.

    Source: PLAT-150.
    """
    person = audit.person_of(document.filed_by)
    if person is not None:
        audit.notify(
            audit.receipts_of(
                [person],
                program=document.resource.program,
                what=title_of(document.kind),
                about=document.resource.name,
                reference=f"paper {document.pk}",
                received_at=document.filed_at,
            )
        )


def file_papers(papers: Sequence[Paper]) -> list[int]:
    """Keep many papers without files, each as the next version of its kind; their ids.

    Two statements. A paper's filer is told of receipt where one paper is filed.

    Source: 40 CFR 62.16515(g)(10); PLAT-089.
    """
    before: Counter[tuple[str, int | None, int | None]] = Counter()
    rows = Document.objects.filter(resource_id__in=among({paper.resource for paper in papers}))
    for row in rows.values("kind", "application_id", "report_id").annotate(versions=Count("id")):
        before[row["kind"], row["application_id"], row["report_id"]] = row["versions"]
    filed = []
    for paper in papers:
        of = (paper.kind, paper.application, paper.report)
        before[of] += 1
        filed.append(
            {
                "resource_id": paper.resource,
                "application_id": paper.application,
                "report_id": paper.report,
                "kind": paper.kind,
                "version": before[of],
                "elements": dict(paper.elements),
                "sha256": digest_of(paper.elements),
                "filed_at": paper.filed_at,
                "filed_by": paper.filed_by,
                "verifier_id": paper.verifier,
            }
        )
    return insert_many_returning_ids(Document, filed)


def digest_of(elements: Mapping[str, str]) -> str:
    """SHA-256 of a paper's elements, sorted, as JSON in UTF-8."""
    text = json.dumps(dict(elements), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def refuse(refusals: Sequence[Refusal]) -> None:
    """Raise every reason that applies, if any does."""
    if refusals:
        raise Refused(refusals)


def require_ground(ground: str) -> list[Refusal]:
    return [] if ground.strip() else [checks.GroundMissing("State the ground.")]
