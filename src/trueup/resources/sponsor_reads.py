"""What a sponsor sees of the resources whose credits go to their accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from trueup.accounts import queries as accounts
from trueup.audit.statements import among
from trueup.resources.entries import (
    DocumentEntry,
    ResourceEntry,
    ResourceSpec,
    StandingEntry,
)
from trueup.resources.filing import (
    capacity_of,
    described,
    host_as_chosen,
    host_of,
    tags_for,
    uprate_of,
)
from trueup.resources.models import (
    Application,
    Attachment,
    Document,
    HostState,
    MeterReading,
    MeterReporter,
    ReportedMonth,
    Resource,
    ReviewAnswer,
    ReviewQuestion,
    StandingInstruction,
    Suspension,
)
from trueup.resources.plans import plan_versions
from trueup.resources.queries import issuances_of, papers_of, reports_of, resource_entry
from trueup.resources.sponsor_entries import (
    AnsweredQuestion,
    EligibilityEntry,
    MeterMonth,
    ReporterEntry,
    Sponsored,
    SponsorQuestion,
)
from trueup.resources.standing import standing_entry, standing_of
from trueup.rules.papers import tags_of

PAGE = 100
PAPERS_SHOWN = 50


def resources_of_accounts(
    accounts: Iterable[int], *, limit: int = PAGE, after: int = 0
) -> list[ResourceEntry]:
    """The resources whose credits go to these accounts, in the order of description.

    Source: 40 CFR 62.16445(a); PLAT-124.
    """
    wanted = sorted(set(accounts))
    if not wanted:
        return []
    rows = Resource.objects.filter(account_id__in=among(wanted), id__gt=after).order_by("id")
    return [resource_entry(row) for row in rows[:limit]]


def registered_of_account(
    account: int, *, limit: int, year: int | None = None, identifiers: Iterable[str] | None = None
) -> list[ResourceEntry]:
    """The registered resources whose credits go to an account, in the order of description.

    Args:
        year: Only those that have reported no month of it.
        identifiers: Only those of these identifiers.

    Source: 40 CFR 62.16445(b), (c); PLAT-124.
    """
    rows = Resource.objects.filter(account_id=account, state="registered").order_by("id")
    if identifiers is not None:
        rows = rows.filter(identifier__in=among(identifiers))
    if year is not None:
        months = ReportedMonth.objects.filter(year=year, resource_id=OuterRef("id"))
        rows = rows.filter(~Exists(months))
    return [resource_entry(row) for row in rows[:limit]]


def tags_of_account(account: int, *, limit: int) -> frozenset[str]:
    """Which elements the papers of an account's registered resources have; two statements.

    Source: 40 CFR 62.16445(a)(2), 62.16455(c).
    """
    rows = Resource.objects.filter(account_id=account, state="registered").order_by("id")[:limit]
    found = list(rows)
    hosts = {
        (host.program, host.jurisdiction): host
        for host in HostState.objects.filter(program__in={row.program for row in found})
    }
    return frozenset(
        tag
        for row in found
        for tag in tags_of(
            described(row, host_as_chosen(row, hosts.get((row.program, row.jurisdiction))))
        )
    )


def account_of_resource(resource: int) -> int | None:
    """The account to which a resource's credits go; None without one, or without a resource."""
    return Resource.objects.filter(id=resource).values_list("account_id", flat=True).first()


def sponsored(resource: int) -> Sponsored | None:
    """All that the page of a resource shows its sponsor, in constant statements.

    Source: 40 CFR 62.16445, 62.16455, 62.16460; PLAT-052, PLAT-120.
    """
    row = Resource.objects.filter(id=resource).first()
    if row is None:
        return None
    return Sponsored(
        resource=resource_entry(row),
        spec=spec_of(row),
        tags=tags_for(row),
        application=application_of(resource),
        plans=tuple(plan_versions(resource)),
        papers=tuple(papers_of(resource, limit=PAPERS_SHOWN)),
        reports=tuple(reports_of(resource)),
        issuances=tuple(issuances_of(resource)),
        standing=tuple(standing_of(resource, include_ended=True)),
        reporters=tuple(reporters_of(resource)),
        open_months=tuple(
            meter_months(resource, states=("filed", "held", "disputed"))[:PAPERS_SHOWN]
        ),
        is_suspended=Suspension.objects.filter(resource=row, until_at=None).exists(),
        revoked_at=row.revoked_at,
    )


def spec_of(row: Resource) -> ResourceSpec:
    """A resource as its sponsor described it."""
    return ResourceSpec(
        name=row.name,
        category=row.category,
        kind=row.kind,
        jurisdiction=row.jurisdiction,
        capacity_mw=capacity_of(row),
        in_service_on=row.in_service_on,
        grid=row.grid,
        uprate=uprate_of(row),
        derated_on=row.derated_on,
        is_relicensed=row.is_relicensed,
        contract_with=row.contract_with,
        is_regional_supply=row.is_regional_supply,
        has_meter=row.has_meter,
        savings_kind=row.savings_kind,
        savings_basis=row.savings_basis,
        is_distributed=row.is_distributed,
        exclusion=row.exclusion,
        owner=row.owner,
    )


def application_of(resource: int) -> EligibilityEntry | None:
    """The latest eligibility application of a resource.

    Source: 40 CFR 62.16445(a), (b).
    """
    row = Application.objects.filter(resource_id=resource).order_by("-id").first()
    if row is None:
        return None
    return EligibilityEntry(
        id=row.pk,
        state=row.state,
        submitted_at=row.submitted_at,
        question=row.question,
        verified_at=row.verified_at,
        decided_at=row.decided_at,
    )


def latest_paper(resource: int, kind: str) -> DocumentEntry | None:
    """The paper of a kind that was filed last for a resource."""
    row = Document.objects.filter(resource_id=resource, kind=kind).order_by("-id").first()
    return paper_of(resource, row.pk) if row is not None else None


def paper_of(resource: int, document: int) -> DocumentEntry | None:
    """One paper of a resource; None if it is another's."""
    found = papers_of(resource, limit=1, after=document - 1)
    return found[0] if found and found[0].id == document else None


def attachment_of(resource: int, document: int, sha256: str) -> Attachment | None:
    """One file of a paper of a resource."""
    return Attachment.objects.filter(
        document_id=document, document__resource_id=resource, sha256=sha256
    ).first()


def reporters_of(resource: int) -> list[ReporterEntry]:
    """Who reports the meter data of a resource now.

    Source: PLAT-130; docs/decisions/0205.
    """
    return _reporters(MeterReporter.objects.filter(resource_id=resource, until_at=None))


def reports_for(person: int, *, program: str = "", limit: int = PAGE) -> list[ResourceEntry]:
    """The resources that named a person to report their meter data.

    Source: PLAT-130; docs/decisions/0205.
    """
    named = MeterReporter.objects.filter(person_id=person, until_at=None).values("resource_id")
    rows = Resource.objects.filter(id__in=named).order_by("id")
    if program:
        rows = rows.filter(program=program)
    return [resource_entry(row) for row in rows[:limit]]


def meter_months(
    resource: int, *, year: int | None = None, states: Iterable[str] = (), limit: int = 240
) -> list[MeterMonth]:
    """The months of meter data that count now, the first first.

    Source: PLAT-130; docs/decisions/0205.
    """
    rows = MeterReading.objects.filter(resource_id=resource).exclude(state="superseded")
    if year is not None:
        rows = rows.filter(year=year)
    wanted = tuple(states)
    if wanted:
        rows = rows.filter(state__in=wanted)
    return [_month(row) for row in rows.order_by("year", "month")[:limit]]


def latest_months(
    resources: Iterable[int], *, per_resource: int = 12
) -> Mapping[int, list[MeterMonth]]:
    """The newest months of meter data of some resources, in one statement."""
    wanted = sorted(set(resources))
    found: dict[int, list[MeterMonth]] = {key: [] for key in wanted}
    if not wanted:
        return found
    rows = MeterReading.objects.filter(resource_id__in=among(wanted)).exclude(state="superseded")
    for row in rows.order_by("-year", "-month")[: per_resource * len(wanted)]:
        found[row.resource_id].append(_month(row))
    return found


def standing_entry_of(instruction: int) -> StandingEntry | None:
    """A standing instruction by its id, with the program's resource it is of."""
    row = StandingInstruction.objects.filter(id=instruction).first()
    return standing_entry(row) if row is not None else None


def standing_into(accounts: Iterable[int], *, limit: int = PAGE) -> list[StandingEntry]:
    """Standing instructions in force whose credits go to some accounts.

    Source: PLAT-126; docs/decisions/0204.
    """
    wanted = sorted(set(accounts))
    if not wanted:
        return []
    rows = StandingInstruction.objects.filter(destination_id__in=among(wanted), ended_at=None)
    return [standing_entry(row) for row in rows.order_by("id")[:limit]]


def names_of(resources: Iterable[int]) -> dict[int, ResourceEntry]:
    """Resources by id, in one statement."""
    rows = Resource.objects.filter(id__in=among(resources))
    return {row.pk: resource_entry(row) for row in rows}


def people_of(people: Iterable[int]) -> dict[int, str]:
    """What some people are called, in one statement."""
    return {key: person.name for key, person in accounts.people(people).items()}


def _reporters(rows: QuerySet[MeterReporter]) -> list[ReporterEntry]:
    return [
        ReporterEntry(resource=row.resource_id, person=row.person_id, from_at=row.from_at)
        for row in rows.order_by("id")
    ]


def _month(row: MeterReading) -> MeterMonth:
    return MeterMonth(
        resource=row.resource_id,
        year=row.year,
        month=row.month,
        version=row.version,
        mwh=row.mwh if row.mwh is not None else Decimal(0),
        state=row.state,
        reporter=row.reporter_id,
        filed_at=row.filed_at,
        evidence=row.evidence,
        ground=row.ground,
    )


def tags_of_resource(resource: int) -> frozenset[str]:
    """Which elements the papers of a resource have; two statements.

    Source: 40 CFR 62.16445(a)(2), 62.16455(c).
    """
    return tags_for(Resource.objects.get(id=resource))


def spec_of_resource(resource: int) -> ResourceSpec:
    """A resource as its sponsor described it, by its id.

    Source: 40 CFR 62.16445(a)(2).
    """
    return spec_of(Resource.objects.get(id=resource))


def host_of_state(*, program: str, jurisdiction: str) -> str:
    """How a State has chosen: `rate`, `mass` or `none`.

    Source: 40 CFR 62.16435(a)(3); RATE-049; AMB-25.
    """
    return host_of(Resource(program=program, jurisdiction=jurisdiction)).program


def question_of(key: UUID) -> SponsorQuestion | None:
    """A question by its key, with the resource it is about.

    Source: 40 CFR 62.16445(a)(9); RATE-073.
    """
    row = ReviewQuestion.objects.select_related("application", "report").filter(key=key).first()
    if row is None:
        return None
    of = row.application or row.report
    if of is None:
        return None
    return SponsorQuestion(
        key=row.key,
        resource=of.resource_id,
        text=row.text,
        element=row.element,
        is_answered=ReviewAnswer.objects.filter(question=row).exists(),
    )


def answered_of(resource: int) -> list[AnsweredQuestion]:
    """The questions about a resource's papers that were answered, the newest first.

    Source: 40 CFR 62.16445(a)(9); RATE-073.
    """
    rows = ReviewAnswer.objects.filter(
        Q(question__application__resource_id=resource) | Q(question__report__resource_id=resource)
    )
    return [
        AnsweredQuestion(
            text=row.question.text,
            asked_at=row.question.asked_at,
            answer=row.text,
            answered_at=row.answered_at,
        )
        for row in rows.select_related("question").order_by("-id")[:PAPERS_SHOWN]
    ]
