"""What everybody sees of set-asides: each State and vintage, each project, what each got.

Constant statements, whatever the number of States and projects.

Source: 40 CFR 62.16240(b)(1)(ii), (b)(2)(ii); 62.16245(a)(7), (b)(5); MASS-087, MASS-167,
MASS-168.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Count, F, Q, Sum

from trueup.allocation import queries as allocation
from trueup.allocation.entries import StateVintage
from trueup.audit.statements import among
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.set_asides.distributing import distribution_entry
from trueup.set_asides.entries import DistributionEntry, OutputNoticeEntry, ProjectEntry
from trueup.set_asides.models import (
    Bar,
    Comment,
    Distribution,
    OutputFigure,
    OutputNotice,
    Project,
    Projection,
    Share,
    ShortfallEntry,
)
from trueup.set_asides.output import notice_entry
from trueup.set_asides.planning import OUTPUT, RENEWABLE
from trueup.set_asides.projects import project_entry

PAGE = 100
NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsideRow:
    """One set-aside of one State and vintage.

    Attributes:
        budget: What the program's tables, or a size that was set, give it.
        asked_mwh: Approved projections. projects: Whose they are.
        distributed: To projects, or to units that earned it. to_units: Surplus.
        kept: Surplus that stayed, because no unit was allocated anything.
        entry: The distribution, if it was recorded.
    """

    jurisdiction: str
    vintage: int
    purpose: str
    budget: int
    asked_mwh: Decimal
    projects: int
    distributed: int
    to_units: int
    kept: int
    entry: DistributionEntry | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """What one recipient got of a distribution, named.

    Attributes:
        name: The project's, or its facility's. unit: The unit of the facility; or blank.
    """

    place: int
    account: AccountEntry
    name: str
    unit: str
    project: int | None
    oris_code: int | None
    is_surplus: bool
    net_mwh: Decimal | None
    quantity: int
    tx: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureLine:
    """A unit's output in a notice, named."""

    oris_code: int
    facility: str
    unit: str
    net_summer_mw: Decimal
    net_mwh: Decimal
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """A notice of output data in a list.

    Attributes:
        quantity: Preliminary allowances of each vintage, of all its units.
    """

    id: int
    jurisdiction: str
    period: str
    published_at: datetime
    comment_until: date
    is_late: bool
    units: int
    quantity: int


def rows_of(
    *,
    program: str,
    vintages: Iterable[int],
    jurisdiction: str = "",
    purposes: Iterable[str] = (RENEWABLE, OUTPUT),
) -> list[SetAsideRow]:
    """Every set-aside of some vintages, of one State or of all; five statements.

    Source: 40 CFR 62.16235(c), (d); 62.16245(a)(7), (b)(5); MASS-087, MASS-168.
    """
    rules = programs.load(program)
    states = [jurisdiction] if jurisdiction else list(rules.jurisdictions)
    years = list(vintages)
    wanted = [StateVintage(state, year) for state in states for year in years]
    budgets = allocation.budgets_of(wanted, program=program)
    asked = _asked(program, years, jurisdiction)
    recorded = _recorded(program, years, jurisdiction)
    given = _given([entry.id for entry in recorded.values()])
    found = []
    for of in wanted:
        budget = budgets[of]
        for purpose in purposes:
            size = dict(budget.parts).get(purpose, 0) if budget is not None else 0
            entry = recorded.get((*of, purpose))
            if not size and entry is None:
                continue
            mwh, many = asked.get(of, (NOTHING, 0)) if purpose == RENEWABLE else (NOTHING, 0)
            earned, surplus = given.get(entry.id, (0, 0)) if entry is not None else (0, 0)
            found.append(
                SetAsideRow(
                    jurisdiction=of.jurisdiction,
                    vintage=of.vintage,
                    purpose=purpose,
                    budget=size,
                    asked_mwh=mwh,
                    projects=many,
                    distributed=earned,
                    to_units=surplus,
                    kept=entry.quantity - earned - surplus if entry is not None else 0,
                    entry=entry,
                )
            )
    return found


def _asked(
    program: str, years: Iterable[int], jurisdiction: str
) -> dict[StateVintage, tuple[Decimal, int]]:
    rows = Projection.objects.filter(
        project__program=program,
        project__state="approved",
        state="approved",
        generation_year__in=list(years),
    )
    if jurisdiction:
        rows = rows.filter(project__jurisdiction=jurisdiction)
    sums = rows.values("project__jurisdiction", "generation_year").annotate(
        mwh=Sum("eligible_mwh"), many=Count("id")
    )
    return {
        StateVintage(row["project__jurisdiction"], row["generation_year"]): (
            row["mwh"],
            row["many"],
        )
        for row in sums
    }


def _recorded(
    program: str, years: Iterable[int], jurisdiction: str
) -> dict[tuple[str, int, str], DistributionEntry]:
    rows = Distribution.objects.filter(program=program, vintage__in=list(years), state="recorded")
    if jurisdiction:
        rows = rows.filter(jurisdiction=jurisdiction)
    return {(row.jurisdiction, row.vintage, row.purpose): distribution_entry(row) for row in rows}


def _given(distributions: Iterable[int]) -> dict[int, tuple[int, int]]:
    """By distribution, what was earned and what was surplus to units."""
    rows = (
        Share.objects.filter(distribution_id__in=among(distributions))
        .values("distribution_id")
        .annotate(
            earned=Sum("quantity", filter=Q(is_surplus=False), default=0),
            surplus=Sum("quantity", filter=Q(is_surplus=True), default=0),
        )
    )
    return {row["distribution_id"]: (row["earned"], row["surplus"]) for row in rows}


def years_of(program: Program, *, today_year: int) -> list[int]:
    """The vintages of which there is, or soon will be, a set-aside to show."""
    first = program.schedule.printed[0].first_year
    return list(range(first, max(first + 3, today_year + 3)))


def projects_page(
    *,
    program: str,
    jurisdiction: str = "",
    state: str = "",
    text: str = "",
    accounts: Iterable[int] | None = None,
    limit: int = PAGE,
    after: int = 0,
) -> list[ProjectEntry]:
    """Projects in order of filing, chosen by State, standing, name or accounts.

    Source: 40 CFR 62.16245(a)(3), (a)(7); MASS-168.
    """
    rows = Project.objects.filter(id__gt=after)
    if program:
        rows = rows.filter(program=program)
    if jurisdiction:
        rows = rows.filter(jurisdiction=jurisdiction)
    if state:
        rows = rows.filter(state=state)
    if text:
        rows = rows.filter(name__icontains=text)
    if accounts is not None:
        rows = rows.filter(account_id__in=among(accounts))
    return [project_entry(row) for row in rows.order_by("id")[:limit]]


def carried_of(projects: Iterable[int]) -> dict[int, Decimal]:
    """By project, the MWh that it still owes; one statement.

    Source: 40 CFR 62.16245(a)(5)(ii)-(iii); MASS-083.
    """
    rows = (
        ShortfallEntry.objects.filter(project_id__in=among(projects))
        .values("project_id")
        .annotate(mwh=Sum("mwh"))
    )
    return {row["project_id"]: row["mwh"] for row in rows if row["mwh"]}


def received_of(project: int) -> list[tuple[int, Share]]:
    """What a project got, by vintage.

    Source: 40 CFR 62.16245(a)(5), (a)(7); MASS-080.
    """
    rows = Share.objects.filter(project_id=project).select_related("distribution")
    return [(row.distribution.vintage, row) for row in rows.order_by("distribution__vintage")]


def barred_of(*, program: str, jurisdiction: str) -> dict[int, list[int]]:
    """By account, the vintages of a State of which its provider gets nothing.

    Source: 40 CFR 62.16245(a)(5)(iii); MASS-085.
    """
    found: dict[int, list[int]] = {}
    for account, vintage in (
        Bar.objects.filter(program=program, jurisdiction=jurisdiction)
        .order_by("vintage")
        .values_list("account_id", "vintage")
    ):
        found.setdefault(account, []).append(vintage)
    return found


def distribution(identity: int) -> DistributionEntry | None:
    """A distribution by its id, if it was recorded."""
    row = Distribution.objects.filter(id=identity, state="recorded").first()
    return distribution_entry(row) if row is not None else None


def recipients_of(distribution: int, *, limit: int = PAGE, after: int = 0) -> list[Recipient]:
    """Who got what of a distribution, named; three statements for a page.

    Args:
        after: Id of the last share of the page before.

    Source: 40 CFR 62.16240(b)(1)(ii), (b)(2)(ii); 62.16245(a)(7), (b)(5); MASS-087, MASS-164.
    """
    rows = list(
        Share.objects.filter(distribution_id=distribution, id__gt=after)
        .order_by("id")
        .annotate(
            project_name=F("project__name"),
            unit_name=F("unit__unit_id"),
            facility_name=F("unit__facility__name"),
            oris=F("unit__facility__oris_code"),
        )[:limit]
    )
    known = ledger.accounts_by_id({row.account_id for row in rows})
    return [
        Recipient(
            place=row.pk,
            account=known[row.account_id],
            name=row.project_name or row.facility_name or "",
            unit=row.unit_name or "",
            project=row.project_id,
            oris_code=row.oris,
            is_surplus=row.is_surplus,
            net_mwh=row.net_mwh,
            quantity=row.quantity,
            tx=row.tx_id,
        )
        for row in rows
    ]


def notices(
    *,
    program: str,
    jurisdiction: str = "",
    open_on: date | None = None,
    limit: int = PAGE,
    before: int | None = None,
) -> list[NoticeLine]:
    """Notices of output data, the newest first; with `open_on`, those open for comments.

    Source: 40 CFR 62.16245(b)(3)(iii); MASS-091, MASS-167.
    """
    rows = OutputNotice.objects.filter(program=program).annotate(
        units=Count("figures"), quantity=Sum("figures__quantity", default=0)
    )
    if jurisdiction:
        rows = rows.filter(jurisdiction=jurisdiction)
    if open_on is not None:
        rows = rows.filter(comment_until__gte=open_on)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [
        NoticeLine(
            id=row.pk,
            jurisdiction=row.jurisdiction,
            period=row.period,
            published_at=row.published_at,
            comment_until=row.comment_until,
            is_late=row.is_late,
            units=row.units,
            quantity=row.quantity,
        )
        for row in rows.order_by("-id")[:limit]
    ]


def notice(identity: int) -> tuple[str, OutputNoticeEntry] | None:
    """A notice of output data by its id, with its program."""
    row = OutputNotice.objects.filter(id=identity).first()
    return (row.program, notice_entry(row)) if row is not None else None


def figures_of(notice: int) -> list[FigureLine]:
    """The units of a notice, named; one statement.

    Source: 40 CFR 62.16245(b)(3)(iii); MASS-091.
    """
    rows = OutputFigure.objects.filter(notice_id=notice).order_by(
        "unit__facility__name", "unit__unit_id"
    )
    return [
        FigureLine(
            oris_code=oris,
            facility=facility,
            unit=unit,
            net_summer_mw=summer,
            net_mwh=mwh,
            quantity=quantity,
        )
        for oris, facility, unit, summer, mwh, quantity in rows.values_list(
            "unit__facility__oris_code",
            "unit__facility__name",
            "unit__unit_id",
            "net_summer_mw",
            "net_mwh",
            "quantity",
        )
    ]


def comments_of(notice: int, *, limit: int = PAGE, after: int = 0) -> list[Comment]:
    """Comments on a notice in order of receipt.

    Source: 40 CFR 62.16245(b)(3)(iii); MASS-091, MASS-167.
    """
    return list(Comment.objects.filter(notice_id=notice, id__gt=after).order_by("id")[:limit])
