"""The same acts for many projects at once: constant statements, all or nothing.

Source: 40 CFR 62.16245(a)(3)-(5); MASS-075 to MASS-085; PLAT-006.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from trueup.accounts.rivals import looking_again
from trueup.audit import services as audit
from trueup.audit.entries import EventSpec
from trueup.audit.statements import among
from trueup.ledger import queries as ledger
from trueup.resources import queries as resources
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.set_aside_eligibility import check_claim
from trueup.set_asides import barring, checks
from trueup.set_asides.entries import ProjectEntry, ProjectSpec
from trueup.set_asides.models import Delivery, Project, Projection, ShortfallEntry
from trueup.set_asides.notices import tell_decided, tell_to_explain
from trueup.set_asides.projections import (
    CITE,
    delivery_row,
    is_in_time,
    is_quantity,
    missing_mwh,
    projection_row,
    require_over,
    too_late,
)
from trueup.set_asides.projects import (
    FROM,
    claim_of,
    decision_of,
    problems_of,
    project_entry,
    project_row,
    rules_of,
)

BATCH = 500


def file_projects(
    specs: Sequence[ProjectSpec],
    *,
    program: str,
    actor: str,
    dispatched_at: datetime,
    received_at: datetime,
) -> list[ProjectEntry]:
    """File many eligibility applications, in their order; as `file_project` does one.

    Raises Refused (`no_set_aside`, `no_general_account`, `project_taken`,
    `not_a_quantity`).

    Source: 40 CFR 62.16245(a)(3)(i), (ii)(C); MASS-077.
    """
    rules_of(program)

    def act() -> list[ProjectEntry]:
        accounts = ledger.accounts_by_number({spec.account for spec in specs})
        refusals = [of for spec in specs for of in problems_of(spec, program=program)]
        refusals += _twice(specs, program)
        for spec in specs:
            account = accounts.get(spec.account)
            if (
                account is None
                or (account.program, account.kind) != (program, "general")
                or account.state == "closed"
            ):
                refusals.append(checks.NoGeneralAccount(f"{spec.account} is no open account."))
        if refusals:
            raise Refused(refusals)
        rows = [
            project_row(
                spec,
                program=program,
                account=accounts[spec.account].id,
                actor=actor,
                dispatched_at=dispatched_at,
                received_at=received_at,
            )
            for spec in specs
        ]
        Project.objects.bulk_create(rows, batch_size=BATCH)
        _log(rows, "file_project", actor, received_at)
        return [project_entry(row) for row in rows]

    return looking_again(act)


def _twice(specs: Sequence[ProjectSpec], program: str) -> list[Refusal]:
    """Projects that stand in a pool already, or twice among these, by name or by resource."""
    rows = Project.objects.filter(program=program)
    names = set(rows.values_list("jurisdiction", "name"))
    taken = set(
        rows.filter(resource__isnull=False)
        .exclude(state="rejected")
        .values_list("resource_id", flat=True)
    )
    found: list[Refusal] = []
    for spec in specs:
        key = (spec.jurisdiction, spec.name)
        if key in names or (spec.resource is not None and spec.resource in taken):
            found.append(checks.ProjectTaken(f"“{spec.name}” is filed already."))
        names.add(key)
        if spec.resource is not None:
            taken.add(spec.resource)
    return found


def decide_projects(
    projects: Iterable[int], *, outcome: str, actor: str, at: datetime, ground: str = ""
) -> list[ProjectEntry]:
    """Approve, reject, suspend or revoke many projects; as `decide_project` does one.

    Raises Refused (`unknown_project`, `wrong_state`, and what an approval fails).

    Source: 40 CFR 62.16245(a)(2), (a)(5); MASS-075, MASS-079.
    """
    if outcome not in FROM:
        raise ValueError(f"no decision of a project: {outcome}")

    def act() -> list[ProjectEntry]:
        rows = _found(projects)
        refusals: list[Refusal] = [
            checks.WrongState(f"{row.name} is {row.state}; it cannot be {outcome}.")
            for row in rows
            if row.state not in FROM[outcome]
        ]
        if outcome == "approved":
            refusals += _ineligible(rows)
        if refusals:
            raise Refused(refusals)
        for row in rows:
            row.state, row.decided_by, row.decided_at, row.ground = outcome, actor, at, ground
        fields = ["state", "decided_by", "decided_at", "ground"]
        Project.objects.bulk_update(rows, fields, batch_size=BATCH)
        _log(rows, "decide_project", actor, at, state=outcome)
        audit.decide_many([decision_of(row, actor=actor, at=at) for row in rows])
        tell_decided(rows, at=at)
        return [project_entry(row) for row in rows]

    return looking_again(act)


def _ineligible(rows: Sequence[Project]) -> list[Refusal]:
    years: dict[int, list[int]] = defaultdict(list)
    for project, year in (
        Projection.objects.filter(project_id__in=among(row.pk for row in rows))
        .exclude(state="rejected")
        .values_list("project_id", "generation_year")
    ):
        years[project].append(year)
    credited = resources.credited_years(
        {row.resource_id for row in rows if row.resource_id is not None}
    )
    return [
        refusal
        for row in rows
        for refusal in check_claim(
            claim_of(
                row, years=years[row.pk], credited=credited.get(row.resource_id or 0, frozenset())
            ),
            rules=rules_of(row.program),
        )
    ]


def file_projections(
    mwh: Mapping[int, Decimal],
    *,
    generation_year: int,
    method: str,
    actor: str,
    dispatched_at: datetime,
    received_at: datetime,
) -> int:
    """File the MWh, by project, that many are projected to generate; how many they are.

    Raises Refused (`unknown_project`, `wrong_state`, `not_a_quantity`, `too_late`,
    `projection_taken`, `explanation_owed`).

    Source: 40 CFR 62.16245(a)(3)(ii), (a)(5)(iii); MASS-078, MASS-084; MASS-AMB-19.
    """

    def act() -> int:
        rows = _found(mwh)
        refusals = _projection_refusals(
            rows,
            mwh,
            generation_year=generation_year,
            dispatched_at=dispatched_at,
            received_at=received_at,
        )
        if refusals:
            raise Refused(refusals)
        Projection.objects.bulk_create(
            [
                projection_row(
                    row,
                    generation_year,
                    mwh[row.pk],
                    method=method,
                    filed_by=actor,
                    dispatched_at=dispatched_at,
                    received_at=received_at,
                )
                for row in rows
            ],
            batch_size=BATCH,
        )
        _log(rows, "file_projection", actor, received_at, year=generation_year)
        return len(rows)

    return looking_again(act)


def _projection_refusals(
    rows: Sequence[Project],
    mwh: Mapping[int, Decimal],
    *,
    generation_year: int,
    dispatched_at: datetime,
    received_at: datetime,
) -> list[Refusal]:
    """Why some of these projections are not taken."""
    earlier, owing = _years_before(rows), _owing(rows)
    refusals: list[Refusal] = []
    for row in rows:
        filed = earlier.get(row.pk, set())
        if row.state in ("rejected", "revoked"):
            refusals.append(checks.WrongState(f"{row.name} is {row.state}."))
        if not is_quantity(mwh[row.pk]):
            refusals.append(checks.NotAQuantity(f"{mwh[row.pk]} is no quantity of MWh."))
        if generation_year in filed:
            refusals.append(checks.ProjectionTaken(f"{row.name}: filed already."))
        if (row.program, row.jurisdiction, row.account_id) in owing:
            refusals.append(checks.ExplanationOwed(f"{row.name}: explain what is missing."))
        if not is_in_time(
            row.program,
            generation_year,
            is_update=bool(filed),
            dispatched_at=dispatched_at,
            received_at=received_at,
        ):
            refusals.append(too_late(row.program, generation_year))
    return refusals


def _years_before(rows: Sequence[Project]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for project, year in (
        Projection.objects.filter(project_id__in=among(row.pk for row in rows))
        .exclude(state="rejected")
        .values_list("project_id", "generation_year")
    ):
        found[project].add(year)
    return found


def _owing(rows: Sequence[Project]) -> set[tuple[str, str, int]]:
    """The providers, each in a State, who owe an explanation."""
    return set(
        Delivery.objects.filter(
            project__account_id__in=among({row.account_id for row in rows}),
            is_to_explain=True,
            explained_at=None,
        ).values_list("project__program", "project__jurisdiction", "project__account_id")
    )


def decide_projections(
    projects: Iterable[int], *, generation_year: int, is_approved: bool, actor: str, at: datetime
) -> int:
    """Approve or reject the MWh that many projects promise for a year; how many they are.

    Raises Refused (`unknown_project`, `unknown_projection`, `wrong_state`).

    Source: 40 CFR 62.16245(a)(5); MASS-079.
    """

    def act() -> int:
        rows = _found(projects)
        found = {
            one.project_id: one
            for one in Projection.objects.select_for_update().filter(
                project_id__in=among(row.pk for row in rows),
                generation_year=generation_year,
                state="submitted",
            )
        }
        refusals: list[Refusal] = [
            checks.UnknownProjection(f"{row.name}: no projection for {generation_year} waits.")
            for row in rows
            if row.pk not in found
        ]
        refusals += [
            checks.WrongState(f"{row.name} is {row.state}: approve it first.")
            for row in rows
            if is_approved and row.state != "approved"
        ]
        if refusals:
            raise Refused(refusals)
        for one in found.values():
            one.state = "approved" if is_approved else "rejected"
            one.decided_by, one.decided_at = actor, at
        fields = ["state", "decided_by", "decided_at"]
        Projection.objects.bulk_update(found.values(), fields, batch_size=BATCH)
        _log(rows, "decide_projection", actor, at, year=generation_year, is_approved=is_approved)
        return len(rows)

    return looking_again(act)


def verify_generations(
    mwh: Mapping[int, Decimal], *, generation_year: int, actor: str, at: datetime
) -> int:
    """Record what many projects were verified to have generated in a year; how many they are.

    Raises Refused (`unknown_project`, `unknown_projection`, `year_not_over`,
    `verified_before`, `not_a_quantity`).

    Source: 40 CFR 62.16245(a)(4), (a)(5)(ii)-(iii); MASS-082 to MASS-085.
    """

    def act() -> int:
        rows = _found(mwh)
        for program in {row.program for row in rows}:
            require_over(program, generation_year, at=at)
        of_year = {"project_id__in": among(mwh), "generation_year": generation_year}
        promised = {
            one.project_id: one for one in Projection.objects.filter(state="approved", **of_year)
        }
        verified = set(Delivery.objects.filter(**of_year).values_list("project_id", flat=True))
        refusals: list[Refusal] = []
        for row in rows:
            if not is_quantity(mwh[row.pk]):
                refusals.append(checks.NotAQuantity(f"{mwh[row.pk]} is no quantity of MWh."))
            if row.pk not in promised:
                refusals.append(checks.UnknownProjection(f"{row.name}: nothing was approved."))
            if row.pk in verified:
                refusals.append(checks.VerifiedBefore(f"{row.name}: verified already."))
        if refusals:
            raise Refused(refusals)
        found = [
            delivery_row(row, promised[row.pk], mwh[row.pk], verified_by=actor, verified_at=at)
            for row in rows
        ]
        Delivery.objects.bulk_create(found, batch_size=BATCH)
        ShortfallEntry.objects.bulk_create(
            [
                ShortfallEntry(project_id=one.project_id, mwh=missing_mwh(one), delivery=one, at=at)
                for one in found
                if missing_mwh(one)
            ],
            batch_size=BATCH,
        )
        _log(rows, "verify_generation", actor, at, year=generation_year)
        tell_to_explain(found, at=at)
        barring.bar_many(rows, generation_year, at=at)
        return len(rows)

    return looking_again(act)


def _found(projects: Iterable[int]) -> list[Project]:
    """The rows of these projects, which nobody else changes; raises Refused."""
    wanted = list(projects)
    rows = {row.pk: row for row in Project.objects.select_for_update().filter(id__in=among(wanted))}
    missing = [one for one in wanted if one not in rows]
    if missing:
        raise Refused([checks.UnknownProject(f"There is no project {one}.") for one in missing])
    return [rows[one] for one in wanted]


def _log(rows: Sequence[Project], act: str, actor: str, at: datetime, **after: object) -> None:
    audit.log_many(
        [
            EventSpec(
                at=at,
                program=row.program,
                actor=actor,
                act=act,
                subject=f"project:{row.pk}",
                before=None,
                after={"name": row.name, **{key: str(value) for key, value in after.items()}},
                cite=CITE,
                account=row.account_id,
            )
            for row in rows
        ]
    )
