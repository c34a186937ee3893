"""Read resources, their papers, and where a credit comes from; in constant statements."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Count, QuerySet, Sum

from trueup.accounts import queries as accounts
from trueup.audit.statements import among
from trueup.ledger import queries as ledger
from trueup.resources.awards import programs_with_allowances
from trueup.resources.entries import (
    AttachmentEntry,
    DebtEntry,
    DocumentEntry,
    EguIssuanceEntry,
    IssuanceEntry,
    NoticeOfCredits,
    ReportEntry,
    ResourceEntry,
    Trace,
    VerifierEntry,
)
from trueup.resources.models import (
    CreditNotice,
    Debt,
    Document,
    EguIssuance,
    Issuance,
    Report,
    Resource,
    Verifier,
)
from trueup.rules import programs
from trueup.rules.serials import Lot, SerialBlock, lot_of_number

PAGE = 100


def resource(identity: int) -> ResourceEntry | None:
    """A resource by its id."""
    row = Resource.objects.filter(id=identity).first()
    return resource_entry(row) if row is not None else None


def find_resource(*, program: str, name: str) -> ResourceEntry | None:
    """A resource by its name."""
    row = Resource.objects.filter(program=program, name=name).first()
    return resource_entry(row) if row is not None else None


def resources(
    *,
    program: str,
    state: str = "",
    category: str = "",
    jurisdiction: str = "",
    limit: int = PAGE,
    after: int = 0,
) -> list[ResourceEntry]:
    """Resources in the order of description, a page at a time.

    Args:
        after: The id of the last one of the page before.
    """
    rows = Resource.objects.filter(program=program, id__gt=after).order_by("id")
    if state:
        rows = rows.filter(state=state)
    if category:
        rows = rows.filter(category=category)
    if jurisdiction:
        rows = rows.filter(jurisdiction=jurisdiction)
    return [resource_entry(row) for row in rows[:limit]]


def find_verifier(*, program: str, name: str) -> VerifierEntry | None:
    """A verifier by its name."""
    row = Verifier.objects.filter(program=program, name=name).first()
    return verifier_entry(row) if row is not None else None


def reports_of(resource: int, *, year: int | None = None) -> list[ReportEntry]:
    """The M&V reports of a resource, in order of filing, superseded ones included."""
    rows = Report.objects.filter(resource_id=resource).order_by("sequence")
    if year is not None:
        rows = rows.filter(year=year)
    return [report_entry(row) for row in rows]


def credited_years(resources: Iterable[int]) -> dict[int, frozenset[int]]:
    """By resource, the years for whose output credits were issued, in any program.

    A resource is the same one where its name and its State are: the same MWh earn credits
    in one program or allowances of a set-aside in another. Two statements.

    Source: 40 CFR 62.16245(a)(2); 62.16435(a)(3); preamble III.A.2; MASS-075.
    """
    asked = Resource.objects.filter(id__in=among(resources))
    places = {row.pk: (row.name, row.jurisdiction) for row in asked}
    if not places:  # Of no names at all PostgreSQL cannot tell that they are texts.
        return {}
    rows = Report.objects.filter(resource__name__in=asked.values("name"), state="issued").exclude(
        resource__program__in=programs_with_allowances()
    )
    found: dict[tuple[str, str], set[int]] = {}
    for name, state, year in rows.values_list(
        "resource__name", "resource__jurisdiction", "year"
    ).distinct():
        found.setdefault((name, state), set()).add(year)
    return {key: frozenset(found[place]) for key, place in places.items() if place in found}


def papers_of(resource: int, *, limit: int = PAGE, after: int = 0) -> list[DocumentEntry]:
    """Every paper of a resource in order of filing, a page at a time."""
    rows = Document.objects.filter(resource_id=resource, id__gt=after).order_by("id")
    return _document_entries(rows[:limit])


def issued_to(resource: int) -> int:
    """How many credits were ever issued to a resource."""
    found = Issuance.objects.filter(resource_id=resource).aggregate(total=Sum("quantity"))
    return found["total"] or 0


def issuances_of(resource: int) -> list[IssuanceEntry]:
    """What was issued to a resource, year by year."""
    rows = Issuance.objects.filter(resource_id=resource).order_by("year")
    return [issuance_entry(row) for row in rows]


def trace(*, program: str, lot: Lot, number: int) -> Trace | None:
    """The papers behind a credit; None if it is not of an eligible resource.

    Three statements, however many credits, moves and papers there are.

    Source: 40 CFR 62.16515(g)(10), (i); RATE-143; PLAT-089.
    """
    row = (
        Issuance.objects.filter(lot=lot.number(programs.load(program).number), lo__lte=number)
        .select_related("resource")
        .order_by("-lo")
        .first()
    )
    if row is None or row.hi is None or number > row.hi:
        return None
    papers = Document.objects.filter(issuances__issuance=row).order_by("issuances__position")
    return Trace(
        resource=resource_entry(row.resource),
        issuance=issuance_entry(row),
        documents=tuple(_document_entries(papers)),
    )


def egu_issuances_of(account: int, *, year: int | None = None) -> list[EguIssuanceEntry]:
    """What was issued to an affected EGU, in order of issue.

    Source: 40 CFR 62.16434; RATE-033 to RATE-041.
    """
    rows = EguIssuance.objects.filter(account_id=account).select_related("round").order_by("id")
    if year is not None:
        rows = rows.filter(round__year=year)
    owners = accounts.facilities_of([account])
    return [
        EguIssuanceEntry(
            owner=owners[row.account_id],
            year=row.round.year,
            category=row.category,
            quantity=row.quantity,
            block=SerialBlock(lot=lot_of_number(row.lot), first=row.lo, last=row.hi),
            tx=row.tx,
        )
        for row in rows
    ]


def debts_of(account: int) -> list[DebtEntry]:
    """Credits demanded back from an account, met ones too, in order of placing.

    Source: 40 CFR 62.16450(b), (d).
    """
    return debt_entries(Debt.objects.filter(account_id=account).order_by("id"))


def credit_notices(*, program: str, year: int | None = None) -> list[NoticeOfCredits]:
    """The notices of calculated credits, the latest last.

    Source: preamble IV.D.6.
    """
    rows = CreditNotice.objects.filter(program=program).order_by("id")
    if year is not None:
        rows = rows.filter(year=year)
    covered = Count("reports__report__resource", distinct=True)
    units = Count("earnings__account", distinct=True)
    return [
        notice_entry(row, resources=row.covered, units=row.units)
        for row in rows.annotate(covered=covered, units=units)
    ]


def notice_entry(row: CreditNotice, *, resources: int, units: int) -> NoticeOfCredits:
    return NoticeOfCredits(
        id=row.pk,
        program=row.program,
        year=row.year,
        published_at=row.published_at,
        closes_on=row.closes_on,
        resources=resources,
        units=units,
    )


def resource_entry(row: Resource) -> ResourceEntry:
    return ResourceEntry(
        id=row.pk,
        program=row.program,
        name=row.name,
        category=row.category,
        kind=row.kind,
        jurisdiction=row.jurisdiction,
        account=row.account_id,
        state=row.state,
        identifier=row.identifier,
        capacity_mw=_known(row.capacity_mw),
        in_service_on=row.in_service_on,
        registered_at=row.registered_at,
    )


def report_entry(row: Report) -> ReportEntry:
    return ReportEntry(
        id=row.pk,
        resource=row.resource_id,
        year=row.year,
        first_month=row.first_month,
        last_month=row.last_month,
        sequence=row.sequence,
        state=row.state,
        mwh=_known(row.mwh),
        verified_mwh=row.verified_mwh,
        is_excessive=row.is_excessive,
        is_late=row.is_late,
    )


def verifier_entry(row: Verifier) -> VerifierEntry:
    return VerifierEntry(
        id=row.pk,
        program=row.program,
        name=row.name,
        categories=tuple(row.categories),
        accredited_at=row.accredited_at,
        revoked_at=row.revoked_at,
    )


def issuance_entry(row: Issuance) -> IssuanceEntry:
    block = None
    if row.lot is not None and row.lo is not None and row.hi is not None:
        block = SerialBlock(lot=lot_of_number(row.lot), first=row.lo, last=row.hi)
    return IssuanceEntry(
        id=row.pk,
        resource=row.resource_id,
        year=row.year,
        quantity=row.quantity,
        corrected=row.corrected,
        block=block,
        issued_at=row.issued_at,
    )


def debt_entries(rows: Iterable[Debt]) -> list[DebtEntry]:
    """Debts with what the books say of their claims, in one more statement."""
    known = list(rows)
    claims = ledger.claims_by_id(row.claim_id for row in known if row.claim_id is not None)
    return [
        DebtEntry(
            id=row.pk,
            resource=row.resource_id,
            account=row.account_id,
            cause=row.cause,
            demanded=row.demanded,
            revoked=row.revoked,
            open=claims[row.claim_id].open if row.claim_id is not None else 0,
            due_on=row.due_on,
        )
        for row in known
    ]


def _known(quantity: Decimal | None) -> Decimal:
    return quantity if quantity is not None else Decimal(0)


def _document_entries(rows: QuerySet[Document]) -> list[DocumentEntry]:
    return [
        DocumentEntry(
            id=row.pk,
            resource=row.resource_id,
            kind=row.kind,
            version=row.version,
            sha256=row.sha256,
            filed_at=row.filed_at,
            filed_by=row.filed_by,
            elements=row.elements,
            attachments=tuple(
                AttachmentEntry(
                    name=file.name,
                    media_type=file.media_type,
                    size_bytes=file.size_bytes,
                    sha256=file.sha256,
                )
                for file in row.attachments.all()
            ),
        )
        for row in rows.prefetch_related("attachments")
    ]


def papers_on_file(program: str) -> int:
    """How many papers are kept, of all resources and kinds.

    Source: 40 CFR 62.16515(g)(10).
    """
    return Document.objects.filter(resource__program=program).count()
