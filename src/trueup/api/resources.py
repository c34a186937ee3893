"""Eligible resources, credits by issue, papers as the public gets them: public.

Source: 40 CFR 62.16515(h), (i); RATE-206 to RATE-213.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema

from trueup.api import schemas
from trueup.api.access import PUBLIC, rule
from trueup.api.asking import READING, Limit, NotFound, State, program_named
from trueup.resources import award_trace, public_papers, public_reads, trace
from trueup.resources import queries as resources
from trueup.resources.entries import ResourceEntry
from trueup.resources.public_entries import PublicPaper
from trueup.resources.public_reads import IssueLine
from trueup.resources.trace import IssueTrace
from trueup.rules.serials import parse_serial

router = Router(tags=["Credits"])

LARGEST = 2**40
Key = Annotated[int, Query(ge=0, lt=LARGEST, description="Id of the last one of a page.")]
Category = Annotated[str, Query(pattern="^[A-Za-z]{0,3}$", description="Such as WND.")]
Status = Annotated[str, Query(pattern="^[a-z]{0,12}$", description="Such as registered.")]
Part = Annotated[
    str, Query(max_length=100, pattern=r"^[^\x00]*$", description="Part of the name, or the id.")
]
Year = Annotated[int | None, Query(ge=2000, le=2200, description="Of the MWh.")]


class Resource(Schema):
    id: int
    identifier: str
    name: str
    jurisdiction: str
    category: str
    kind: str
    state: str
    capacity_mw: Decimal
    in_service_on: date | None
    registered_at: datetime | None
    credits_issued: int

    @classmethod
    def of(cls, entry: ResourceEntry, issued: int) -> Resource:
        return cls(
            id=entry.id,
            identifier=entry.identifier,
            name=entry.name,
            jurisdiction=entry.jurisdiction,
            category=entry.category,
            kind=entry.kind,
            state=entry.state,
            capacity_mw=entry.capacity_mw,
            in_service_on=entry.in_service_on,
            registered_at=entry.registered_at,
            credits_issued=issued,
        )


class ResourcePage(Schema):
    items: list[Resource]
    next: int | None


class CreditIssue(Schema):
    """Credits that were issued to a resource for a year, and where they are."""

    id: int
    resource: int
    resource_name: str
    category: str
    year: int
    quantity: int
    taken_off: int
    block: schemas.Block | None
    issued_at: datetime
    held: int
    retired: int

    @classmethod
    def of(cls, line: IssueLine) -> CreditIssue:
        issued = line.issuance
        return cls(
            id=issued.id,
            resource=line.resource.id,
            resource_name=line.resource.name,
            category=line.resource.category,
            year=issued.year,
            quantity=issued.quantity,
            taken_off=issued.corrected,
            block=schemas.Block.of(issued.block) if issued.block is not None else None,
            issued_at=issued.issued_at,
            held=line.held,
            retired=line.retired,
        )


class CreditIssuePage(Schema):
    items: list[CreditIssue]
    next: int | None


class PaperFile(Schema):
    """A file of a paper; without a digest it is withheld, for the reason given."""

    id: int
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    withheld_for: str


class PaperSummary(Schema):
    """What there is to know of a paper without what it says.

    `sha256` is of all elements, and blank where some are withheld.
    """

    id: int
    resource: int
    kind: str
    version: int
    filed_at: datetime
    sha256: str
    withheld: dict[str, str]
    files: list[PaperFile]

    @classmethod
    def of(cls, paper: PublicPaper) -> PaperSummary:
        return cls(
            id=paper.id,
            resource=paper.resource,
            kind=paper.kind,
            version=paper.version,
            filed_at=paper.filed_at,
            sha256=paper.sha256,
            withheld=dict(paper.withheld),
            files=[
                PaperFile(
                    id=one.id,
                    name=one.name,
                    media_type=one.file.media_type if one.file is not None else "",
                    size_bytes=one.file.size_bytes if one.file is not None else 0,
                    sha256=one.file.sha256 if one.file is not None else "",
                    withheld_for=one.reason,
                )
                for one in paper.files
            ],
        )


class PaperPage(Schema):
    items: list[PaperSummary]
    next: int | None


class CreditOrigin(Schema):
    """Where a credit comes from; of an affected EGU there is no resource and no paper."""

    serial: str
    resource: Resource | None
    facility: int | None
    unit: str | None
    year: int
    issue: int
    papers: list[PaperSummary]


@router.get("/{program}/resources", response={200: ResourcePage, **READING})
@rule(PUBLIC)
def list_resources(
    request: HttpRequest,
    program: str,
    *,
    category: Category = "",
    jurisdiction: State = "",
    state: Status = "",
    search: Part = "",
    limit: Limit = 100,
    after: Key = 0,
) -> ResourcePage:
    """Eligible resources in the order of description, with the credits issued to each."""
    rules = program_named(program)
    found = public_reads.find_resources(
        program=rules.code,
        state=state,
        category=category.upper(),
        jurisdiction=jurisdiction.upper(),
        search=search,
        limit=limit + 1,
        after=after,
    )
    page = found[:limit]
    issued = public_reads.issued_totals([entry.id for entry in page])
    return ResourcePage(
        items=[Resource.of(entry, issued.get(entry.id, 0)) for entry in page],
        next=page[-1].id if len(found) > limit else None,
    )


@router.get("/{program}/resources/{resource}", response={200: Resource, **READING})
@rule(PUBLIC)
def get_resource(request: HttpRequest, program: str, resource: int) -> Resource:
    """One eligible resource."""
    entry = _resource(program_named(program).code, resource)
    return Resource.of(entry, resources.issued_to(entry.id))


@router.get("/{program}/resources/{resource}/papers", response={200: PaperPage, **READING})
@rule(PUBLIC)
def list_resource_papers(
    request: HttpRequest, program: str, resource: int, *, limit: Limit = 100, after: Key = 0
) -> PaperPage:
    """The papers of a resource in order of filing, with what is withheld and why."""
    entry = _resource(program_named(program).code, resource)
    found = public_papers.public_papers_of(entry.id, limit=limit + 1, after=after)
    page = found[:limit]
    return PaperPage(
        items=[PaperSummary.of(paper) for paper in page],
        next=page[-1].id if len(found) > limit else None,
    )


@router.get("/{program}/credit-issues", response={200: CreditIssuePage, **READING})
@rule(PUBLIC)
def list_credit_issues(
    request: HttpRequest,
    program: str,
    *,
    category: Category = "",
    year: Year = None,
    limit: Limit = 100,
    after: Key = 0,
) -> CreditIssuePage:
    """Issues to eligible resources, each a block of serial numbers, and where they are now."""
    rules = program_named(program)
    found = public_reads.issues(
        program=rules.code, category=category.upper(), year=year, limit=limit + 1, after=after
    )
    page = found[:limit]
    return CreditIssuePage(
        items=[CreditIssue.of(line) for line in page],
        next=page[-1].issuance.id if len(found) > limit else None,
    )


@router.get("/{program}/serials/{serial}/origin", response={200: CreditOrigin, **READING})
@rule(PUBLIC)
def get_credit_origin(request: HttpRequest, program: str, serial: str) -> CreditOrigin:
    """From a credit to its issue, or an allowance to its award, and every paper behind it."""
    rules = program_named(program)
    lot, number = parse_serial(serial)
    found = trace.issue_of_serial(program=rules.code, lot=lot, number=number)
    named = f"{lot.code}-{number}"
    if found is None:
        award = award_trace.award_of_serial(program=rules.code, lot=lot, number=number)
        if award is None:
            raise NotFound(f"{serial} was issued or given to no resource of {program}.")
        return CreditOrigin(
            serial=named,
            resource=Resource.of(award.resource, resources.issued_to(award.resource.id)),
            facility=None,
            unit=None,
            year=award.award.year,
            issue=award.award.tx,
            papers=[PaperSummary.of(paper) for paper in award.papers],
        )
    if isinstance(found, IssueTrace):
        return CreditOrigin(
            serial=named,
            resource=Resource.of(found.resource, resources.issued_to(found.resource.id)),
            facility=None,
            unit=None,
            year=found.issuance.year,
            issue=found.issuance.id,
            papers=[PaperSummary.of(paper) for paper in found.papers],
        )
    owner = found.issue.owner
    return CreditOrigin(
        serial=named,
        resource=None,
        facility=owner.facility.oris_code,
        unit=owner.unit.unit_id if owner.unit is not None else None,
        year=found.issue.year,
        issue=found.id,
        papers=[],
    )


def _resource(program: str, resource: int) -> ResourceEntry:
    entry = resources.resource(resource) if 0 < resource < LARGEST else None
    if entry is None or entry.program != program:
        raise NotFound(f"There is no resource {resource} in {program}.")
    return entry
