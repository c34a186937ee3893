"""Read who asked for early action, and what was awarded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.db.models import Count, Max, Q, Sum

from trueup.allocation import queries as budgets
from trueup.allocation.early_entries import (
    EarlyActionAwardEntry,
    EarlyActionFileEntry,
    EarlyActionProjectEntry,
    EarlyActionState,
    LeftoverShare,
)
from trueup.allocation.early_models import (
    EarlyActionAward,
    EarlyActionFile,
    EarlyActionLeftover,
    EarlyActionLeftoverShare,
    EarlyActionProject,
    EarlyActionSetting,
)
from trueup.allocation.early_pools import reserves
from trueup.allocation.early_settings import rules_in
from trueup.allocation.entries import StateVintage
from trueup.allocation.state_accounts import EARLY_ACTION
from trueup.audit.statements import among
from trueup.rules import programs

PAGE = 100


def project_entry(row: EarlyActionProject) -> EarlyActionProjectEntry:
    """A project as others see it."""
    return EarlyActionProjectEntry(
        id=row.pk,
        program=row.program,
        jurisdiction=row.jurisdiction,
        name=row.name,
        kind=row.kind,
        started_on=row.started_on,
        account=row.account_id,
        shows=row.shows,
        state=row.state,
        applied_at=row.applied_at,
        decided_at=row.decided_at,
    )


def award_entry(row: EarlyActionAward) -> EarlyActionAwardEntry:
    """An award as others see it."""
    return EarlyActionAwardEntry(
        project=row.project_id,
        year=row.year,
        mwh=row.mwh or Decimal(0),
        early=row.early,
        entitled=row.entitled,
        matching=row.matching,
        awarded_at=row.awarded_at,
        early_tx=row.early_tx,
        matching_tx=row.matching_tx,
    )


def projects(
    program: str,
    *,
    jurisdiction: str = "",
    account: Iterable[int] | None = None,
    state: str = "",
    limit: int = PAGE,
    after: int = 0,
) -> list[EarlyActionProjectEntry]:
    """Projects of a program in the order in which they applied, a page at a time.

    Args:
        account: Only those that are credited in one of these accounts.

    Source: 40 CFR 62.16431; RATE-213.
    """
    found = EarlyActionProject.objects.filter(program=program, id__gt=after).order_by("id")
    if jurisdiction:
        found = found.filter(jurisdiction=jurisdiction)
    if account is not None:
        found = found.filter(account_id__in=among(account))
    if state:
        found = found.filter(state=state)
    return [project_entry(row) for row in found[:limit]]


def project(identity: int) -> EarlyActionProjectEntry | None:
    """A project by its number; None if there is none.

    Source: 40 CFR 62.16431; RATE-213.
    """
    row = EarlyActionProject.objects.filter(id=identity).first()
    return project_entry(row) if row is not None else None


def files_of(projects: Iterable[int]) -> dict[int, EarlyActionFileEntry]:
    """By project, the papers that it rests on; of one entered from paper there are none.

    Source: 40 CFR 62.16235(e)(2); MASS-095.
    """
    rows = EarlyActionFile.objects.filter(project_id__in=among(projects))
    return {
        row.project_id: EarlyActionFileEntry(
            project=row.project_id,
            resource=row.resource_id,
            asked_2020=row.asked_2020 or Decimal(0),
            asked_2021=row.asked_2021 or Decimal(0),
        )
        for row in rows
    }


def awards_of_all(projects: Iterable[int]) -> dict[int, list[EarlyActionAwardEntry]]:
    """By project, what it was awarded, the earlier year first; one statement.

    Source: 40 CFR 62.16431(d); RATE-213.
    """
    found: dict[int, list[EarlyActionAwardEntry]] = {}
    rows = EarlyActionAward.objects.filter(project_id__in=among(projects))
    for row in rows.order_by("project_id", "year"):
        found.setdefault(row.project_id, []).append(award_entry(row))
    return found


def leftover_shares(*, program: str, jurisdiction: str, limit: int = PAGE) -> list[LeftoverShare]:
    """What each unit got of a State's early action set-aside after all awards.

    Source: preamble V.D.4; MASS-099.
    """
    rows = EarlyActionLeftoverShare.objects.filter(
        leftover__program=program, leftover__jurisdiction=jurisdiction
    ).select_related("leftover")
    return [
        LeftoverShare(
            vintage=row.leftover.vintage,
            unit=row.unit_id,
            account=row.account_id,
            quantity=row.quantity,
            tx=row.tx,
        )
        for row in rows.order_by("leftover__vintage", "unit_id")[:limit]
    ]


def states_of(program: str, *, jurisdictions: Sequence[str] = ()) -> list[EarlyActionState]:
    """How early action stands in each State; a constant number of statements.

    Source: 40 CFR 62.16231; 62.16431; RATE-213, RATE-227; MASS-097 to MASS-099.
    """
    rules = programs.load(program)
    wanted = list(jurisdictions) or list(rules.jurisdictions)
    settings = _settings(program)
    asking = _asking(program)
    asked = _asked(program)
    awarded = _awarded(program)
    leftovers = _leftovers(program)
    pools = _pools(program, wanted)
    matching: Counter[str] = Counter()
    for reserve, quantity in reserves(program, wanted).items():
        matching[reserve.jurisdiction] += quantity
    return [
        EarlyActionState(
            jurisdiction=state,
            is_on=state in settings,
            pool=pools[state],
            projects=asking.get(state, (0, 0))[0],
            waiting=asking.get(state, (0, 0))[1],
            asked_mwh=asked.get(state, Decimal(0)),
            early=awarded.get(state, (0, 0, 0))[0],
            matching=awarded.get(state, (0, 0, 0))[1],
            unmatched=awarded.get(state, (0, 0, 0))[2],
            leftover=leftovers.get(state, 0),
            left_matching=matching[state],
        )
        for state in wanted
    ]


def _settings(program: str) -> set[str]:
    """The States of which everything that the rule leaves open is set."""
    last = (
        EarlyActionSetting.objects.filter(program=program)
        .values("jurisdiction")
        .annotate(last=Max("id"))
        .values("last")
    )
    rows = EarlyActionSetting.objects.filter(id__in=last)
    return {row.jurisdiction for row in rows if not rules_in(row).unset}


def _asking(program: str) -> Mapping[str, tuple[int, int]]:
    rows = EarlyActionProject.objects.filter(program=program).values("jurisdiction")
    counted = rows.annotate(all=Count("id"), waiting=Count("id", filter=Q(state="applied")))
    return {row["jurisdiction"]: (row["all"], row["waiting"]) for row in counted}


def _asked(program: str) -> Mapping[str, Decimal]:
    """MWh for which projects ask that were not rejected; of those on paper, what was awarded."""
    found: dict[str, Decimal] = {}
    rows = EarlyActionFile.objects.filter(project__program=program).exclude(
        project__state="rejected"
    )
    for row in rows.select_related("project"):
        state = row.project.jurisdiction
        mwh = (row.asked_2020 or Decimal(0)) + (row.asked_2021 or Decimal(0))
        found[state] = found.get(state, Decimal(0)) + mwh
    awards = EarlyActionAward.objects.filter(project__program=program, project__file=None)
    for award in awards.select_related("project"):
        state = award.project.jurisdiction
        found[state] = found.get(state, Decimal(0)) + (award.mwh or Decimal(0))
    return found


def _awarded(program: str) -> Mapping[str, tuple[int, int, int]]:
    rows = EarlyActionAward.objects.filter(project__program=program).values("project__jurisdiction")
    sums = rows.annotate(early_sum=Sum("early"), matched=Sum("matching"), due=Sum("entitled"))
    return {
        row["project__jurisdiction"]: (
            row["early_sum"],
            row["matched"],
            row["due"] - row["matched"],
        )
        for row in sums
    }


def _leftovers(program: str) -> Mapping[str, int]:
    rows = EarlyActionLeftover.objects.filter(program=program).values("jurisdiction")
    return {row["jurisdiction"]: row["total"] for row in rows.annotate(total=Sum("quantity"))}


def _pools(program: str, states: Sequence[str]) -> Mapping[str, int]:
    """Each State's early action set-aside, all vintages; none where credits are issued."""
    vintages = programs.load(program).schedule.printed[0].vintages
    wanted = [StateVintage(state, vintage) for state in states for vintage in vintages]
    found: Counter[str] = Counter()
    for of, budget in budgets.budgets_of(wanted, program=program).items():
        if budget is not None:
            found[of.jurisdiction] += dict(budget.parts).get(EARLY_ACTION, 0)
    return found


def find_project(*, program: str, name: str) -> EarlyActionProjectEntry | None:
    """The project of a name; None if there is none.

    Source: 40 CFR 62.16431; RATE-213.
    """
    row = EarlyActionProject.objects.filter(program=program, name=name).first()
    return project_entry(row) if row is not None else None


def awards_of(project: int) -> list[EarlyActionAwardEntry]:
    """What a project was awarded, the earlier year first.

    Source: 40 CFR 62.16431(d); RATE-213.
    """
    rows = EarlyActionAward.objects.filter(project_id=project).order_by("year")
    return [award_entry(row) for row in rows]
