"""Set-asides: what each State's holds, projects, shares, data open for comment: public.

Source: 40 CFR 62.16240(b)(1)(ii), (b)(2)(ii); 62.16245(a)(7), (b)(3)(iii), (b)(5); MASS-087,
MASS-167, MASS-168.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from django.http import HttpRequest
from ninja import Query, Router, Schema

from trueup.api.access import PUBLIC, rule
from trueup.api.asking import READING, After, Before, Limit, NotFound, State, now, program_named
from trueup.rules.program import Program
from trueup.set_asides import public_reads
from trueup.set_asides.entries import ProjectEntry
from trueup.set_asides.public_reads import NoticeLine, Recipient, SetAsideRow

router = Router(tags=["Set-asides"])

Vintage = Annotated[int, Query(ge=2000, le=2200, description="Of the allowances.")]
Standing = Annotated[str, Query(pattern="^[a-z]{0,10}$", description="Such as approved.")]


class SetAside(Schema):
    """One set-aside of one State and vintage; without a result nothing was distributed yet."""

    jurisdiction: str
    vintage: int
    purpose: str
    budget: int
    projects: int
    asked_mwh: Decimal
    distributed: int
    surplus_to_units: int
    kept: int
    result: int | None
    recorded_at: datetime | None
    is_late: bool | None

    @classmethod
    def of(cls, row: SetAsideRow) -> SetAside:
        entry = row.entry
        return cls(
            jurisdiction=row.jurisdiction,
            vintage=row.vintage,
            purpose=row.purpose,
            budget=row.budget,
            projects=row.projects,
            asked_mwh=row.asked_mwh,
            distributed=row.distributed,
            surplus_to_units=row.to_units,
            kept=row.kept,
            result=entry.id if entry is not None else None,
            recorded_at=entry.decided_at if entry is not None else None,
            is_late=entry.is_late if entry is not None else None,
        )


class SetAsides(Schema):
    items: list[SetAside]


class Project(Schema):
    id: int
    name: str
    jurisdiction: str
    category: str
    kind: str
    capacity_mw: Decimal
    in_service_on: date | None
    state: str
    received_at: datetime
    owed_mwh: Decimal

    @classmethod
    def of(cls, entry: ProjectEntry, owed: Decimal) -> Project:
        return cls(
            id=entry.id,
            name=entry.name,
            jurisdiction=entry.jurisdiction,
            category=entry.showing.category,
            kind=entry.showing.kind,
            capacity_mw=entry.showing.capacity_mw,
            in_service_on=entry.showing.in_service_on,
            state=entry.state,
            received_at=entry.received_at,
            owed_mwh=owed,
        )


class ProjectPage(Schema):
    items: list[Project]
    next: int | None


class SetAsideShare(Schema):
    """What one recipient got; a project's, or a unit's of a facility."""

    name: str
    unit: str
    oris_code: int | None
    project: int | None
    account: str
    is_surplus: bool
    net_mwh: Decimal | None
    quantity: int
    transaction: int | None

    @classmethod
    def of(cls, one: Recipient) -> SetAsideShare:
        return cls(
            name=one.name,
            unit=one.unit,
            oris_code=one.oris_code,
            project=one.project,
            account=one.account.number,
            is_surplus=one.is_surplus,
            net_mwh=one.net_mwh,
            quantity=one.quantity,
            transaction=one.tx,
        )


class SharePage(Schema):
    items: list[SetAsideShare]
    next: int | None


class OutputNotice(Schema):
    id: int
    jurisdiction: str
    period: str
    published_at: datetime
    comment_until: date
    is_open: bool
    is_late: bool
    units: int
    allowances_a_year: int

    @classmethod
    def of(cls, line: NoticeLine, today: date) -> OutputNotice:
        return cls(
            id=line.id,
            jurisdiction=line.jurisdiction,
            period=line.period,
            published_at=line.published_at,
            comment_until=line.comment_until,
            is_open=today <= line.comment_until,
            is_late=line.is_late,
            units=line.units,
            allowances_a_year=line.quantity,
        )


class OutputNoticePage(Schema):
    items: list[OutputNotice]
    next: int | None


def _with_set_asides(code: str) -> Program:
    program = program_named(code)
    if program.renewable_energy is None and program.output_based is None:
        raise NotFound(f"The program {code} has no set-asides.")
    return program


@router.get("/{program}/set-asides", response={200: SetAsides, **READING})
@rule(PUBLIC)
def list_set_asides(
    request: HttpRequest, program: str, *, vintage: Vintage, jurisdiction: State = ""
) -> SetAsides:
    """The set-asides of a vintage, of one State or of all, and what became of them."""
    rules = _with_set_asides(program)
    state = jurisdiction.upper()
    if state and state not in rules.jurisdictions:
        raise NotFound(f"{state} is no State of {program}.")
    rows = public_reads.rows_of(program=rules.code, vintages=[vintage], jurisdiction=state)
    return SetAsides(items=[SetAside.of(row) for row in rows])


@router.get("/{program}/set-asides/projects", response={200: ProjectPage, **READING})
@rule(PUBLIC)
def list_projects(
    request: HttpRequest,
    program: str,
    *,
    jurisdiction: State = "",
    state: Standing = "",
    limit: Limit = 100,
    after: After = 0,
) -> ProjectPage:
    """Projects in order of filing, with the MWh that each still owes."""
    rules = _with_set_asides(program)
    found = public_reads.projects_page(
        program=rules.code,
        jurisdiction=jurisdiction.upper(),
        state=state,
        limit=limit + 1,
        after=after,
    )
    shown = found[:limit]
    owed = public_reads.carried_of([one.id for one in shown])
    return ProjectPage(
        items=[Project.of(one, owed.get(one.id, Decimal(0))) for one in shown],
        next=shown[-1].id if len(found) > limit else None,
    )


@router.get("/{program}/set-asides/results/{result}/shares", response={200: SharePage, **READING})
@rule(PUBLIC)
def list_shares(
    request: HttpRequest, program: str, result: int, *, limit: Limit = 100, after: After = 0
) -> SharePage:
    """Who got what of a distribution that was recorded."""
    rules = _with_set_asides(program)
    entry = public_reads.distribution(result) if 0 < result < 2**63 else None
    if entry is None or entry.program != rules.code:
        raise NotFound(f"There is no result {result} in {program}.")
    found = public_reads.recipients_of(result, limit=limit + 1, after=after)
    shown = found[:limit]
    return SharePage(
        items=[SetAsideShare.of(one) for one in shown],
        next=shown[-1].place if len(found) > limit else None,
    )


@router.get("/{program}/set-asides/notices", response={200: OutputNoticePage, **READING})
@rule(PUBLIC)
def list_output_notices(
    request: HttpRequest,
    program: str,
    *,
    jurisdiction: State = "",
    limit: Limit = 100,
    before: Before = None,
) -> OutputNoticePage:
    """Published data of the output-based set-aside, and until when comments are taken."""
    rules = _with_set_asides(program)
    found = public_reads.notices(
        program=rules.code, jurisdiction=jurisdiction.upper(), limit=limit + 1, before=before
    )
    shown = found[:limit]
    today = rules.local_date(now())
    return OutputNoticePage(
        items=[OutputNotice.of(one, today) for one in shown],
        next=shown[-1].id if len(found) > limit else None,
    )
