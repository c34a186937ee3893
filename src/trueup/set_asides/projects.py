"""File and decide eligibility applications of projects."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction

from trueup.accounts.rivals import looking_again
from trueup.audit import services as audit
from trueup.audit.entries import DecisionSpec
from trueup.ledger import queries as ledger
from trueup.ledger.entries import AccountEntry
from trueup.resources import queries as resources
from trueup.rules import programs
from trueup.rules.eligibility import Showing, Uprate, eligible_share
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.set_aside import RenewableRules
from trueup.rules.set_aside_eligibility import Claim, check_claim
from trueup.set_asides import checks
from trueup.set_asides.entries import ProjectEntry, ProjectSpec
from trueup.set_asides.models import Project
from trueup.set_asides.notices import tell_decided
from trueup.set_asides.signed import Signed, keep_signature

CITE = "40 CFR 62.16245(a)(2), (a)(3), (a)(5)"
# From which states a project can come into each.
FROM = {
    "approved": ("submitted", "suspended"),
    "rejected": ("submitted",),
    "suspended": ("approved",),
    "revoked": ("approved", "suspended"),
}


def file_project(
    spec: ProjectSpec,
    *,
    program: str,
    actor: str,
    dispatched_at: datetime,
    received_at: datetime,
    signed: Signed | None = None,
) -> ProjectEntry:
    """File a project's eligibility application in one State's set-aside.

    Raises Refused (`no_set_aside`, `no_general_account`, `project_taken`,
    `not_a_quantity`).

    Source: 40 CFR 62.16245(a)(3)(i), (ii)(C); MASS-077.
    """
    rules_of(program)

    def act() -> ProjectEntry:
        account = _account_of_project(spec, program)
        _require_first_filing(spec, program)
        row = project_row(
            spec,
            program=program,
            account=account.id,
            actor=actor,
            dispatched_at=dispatched_at,
            received_at=received_at,
        )
        row.save(force_insert=True)
        keep_signature(signed, program=program, actor=actor, at=received_at, account=account.id)
        audit.log(
            at=received_at,
            program=program,
            actor=actor,
            act="file_project",
            subject=f"project:{row.pk}",
            account=account.id,
            after={"name": row.name, "jurisdiction": row.jurisdiction},
            cite=CITE,
        )
        return project_entry(row)

    return looking_again(act)


def project_row(
    spec: ProjectSpec,
    *,
    program: str,
    account: int,
    actor: str,
    dispatched_at: datetime,
    received_at: datetime,
) -> Project:
    """A project's row as it is filed, not yet kept."""
    uprate = spec.uprate
    return Project(
        program=program,
        jurisdiction=spec.jurisdiction,
        name=spec.name,
        account_id=account,
        resource_id=spec.resource,
        located_in=spec.located_in or spec.jurisdiction,
        category=spec.category,
        kind=spec.kind,
        capacity_mw=spec.capacity_mw,
        in_service_on=spec.in_service_on,
        grid=spec.grid,
        uprate_on=None if uprate is None else uprate.on,
        uprate_from_mw=None if uprate is None else uprate.from_mw,
        uprate_to_mw=None if uprate is None else uprate.to_mw,
        derated_on=spec.derated_on,
        is_relicensed=spec.is_relicensed,
        is_utility_scale=spec.is_utility_scale,
        is_affected_egu=spec.is_affected_egu,
        filed_by=actor,
        dispatched_at=dispatched_at,
        received_at=received_at,
    )


def _account_of_project(spec: ProjectSpec, program: str) -> AccountEntry:
    """The open general account into which a project is to get its allowances."""
    account = ledger.find_account(program=program, number=spec.account)
    if account is None or account.kind != "general" or account.state == "closed":
        raise Refused([checks.NoGeneralAccount(f"{spec.account} is no open general account.")])
    return account


def _require_first_filing(spec: ProjectSpec, program: str) -> None:
    """The State has a set-aside, the project a capacity, and it is not filed there yet."""
    refusals = problems_of(spec, program=program)
    if refusals:
        raise Refused(refusals)
    same = Project.objects.filter(program=program, jurisdiction=spec.jurisdiction, name=spec.name)
    if same.exists():
        raise Refused([_taken(spec)])
    if spec.resource is None:
        return
    elsewhere = Project.objects.filter(program=program, resource_id=spec.resource)
    other = elsewhere.exclude(state="rejected").first()
    if other is not None:
        raise Refused(
            [
                checks.ProjectTaken(
                    f"The same resource is filed as “{other.name}” in the set-aside of"
                    f" {other.jurisdiction}; a project asks in one State, once."
                )
            ]
        )


def problems_of(spec: ProjectSpec, *, program: str) -> list[Refusal]:
    """What is wrong with an application in itself.

    Source: 40 CFR 62.16245(a)(3)(i); MASS-077.
    """
    found: list[Refusal] = []
    if programs.load(program).jurisdictions.get(spec.jurisdiction) is None:
        found.append(checks.NoSetAside(f"{spec.jurisdiction} has no set-aside."))
    if not spec.capacity_mw.is_finite() or spec.capacity_mw <= 0:
        found.append(checks.NotAQuantity("State the nameplate capacity in MW."))
    return found


def _taken(spec: ProjectSpec) -> checks.ProjectTaken:
    return checks.ProjectTaken(f"“{spec.name}” is filed in the set-aside of {spec.jurisdiction}.")


def decide_project(
    *,
    project: int,
    outcome: str,
    actor: str,
    at: datetime,
    ground: str = "",
    accepts_date: bool = False,
) -> ProjectEntry:
    """Approve, reject, suspend or revoke a project.

    Args:
        outcome: `approved`, `rejected`, `suspended` or `revoked`.
        accepts_date: The Administrator accepts a day of service that is in doubt.

    Raises Refused (`unknown_project`, `wrong_state`, and every test of eligibility that an
    approval fails).

    Source: 40 CFR 62.16245(a)(2), (a)(5); 62.16255; MASS-075, MASS-079.
    """
    if outcome not in FROM:
        raise ValueError(f"no decision of a project: {outcome}")

    def act() -> ProjectEntry:
        row = find(project)
        if row.state not in FROM[outcome]:
            raise Refused(
                [checks.WrongState(f"The project is {row.state}; it cannot be {outcome}.")]
            )
        if outcome == "approved":
            row.is_date_accepted |= accepts_date
            refusals = check_claim(_claim(row), rules=rules_of(row.program))
            if refusals:
                raise Refused(refusals)
        before = row.state
        row.state, row.decided_by, row.decided_at, row.ground = outcome, actor, at, ground
        row.save()
        _tell_decision(row, before=before, actor=actor, at=at)
        return project_entry(row)

    return looking_again(act)


def _tell_decision(row: Project, *, before: str, actor: str, at: datetime) -> None:
    """Log a decision of a project, and issue it as one that can be appealed."""
    audit.log(
        at=at,
        program=row.program,
        actor=actor,
        act="decide_project",
        subject=f"project:{row.pk}",
        account=row.account_id,
        before={"state": before},
        after={"state": row.state, "ground": row.ground},
        cite=CITE,
    )
    audit.decide_many([decision_of(row, actor=actor, at=at)])
    tell_decided([row], at=at)


def decision_of(row: Project, *, actor: str, at: datetime) -> DecisionSpec:
    """A decision of a project as one that can be appealed.

    Source: 40 CFR 62.16245(a)(5); 78.1(b)(18)(ii).
    """
    return DecisionSpec(
        decision_class="ii",
        program=row.program,
        subject=f"project:{row.pk}",
        outcome=row.state,
        reasons=(row.ground or f"{row.name}: {row.state} ({CITE}).",),
        decided_at=at,
        decided_by=actor,
    )


def rules_of(program: str) -> RenewableRules:
    """What a program says of its renewable energy set-aside.

    Raises Refused (`no_set_aside`).
    """
    rules = programs.load(program).renewable_energy
    if rules is None:
        raise Refused([checks.NoSetAside(f"{program} has no renewable energy set-aside.")])
    return rules


def find(project: int) -> Project:
    """A project's row, which nobody else changes until the end of the transaction.

    Raises Refused (`unknown_project`).
    """
    row = Project.objects.select_for_update().filter(id=project).first()
    if row is None:
        raise Refused([checks.UnknownProject("There is no such project.")])
    return row


def showing_of(row: Project) -> Showing:
    """What a project shows of its resource."""
    uprate = None
    if row.uprate_on is not None and row.uprate_from_mw is not None:
        uprate = Uprate(
            on=row.uprate_on, from_mw=row.uprate_from_mw, to_mw=row.uprate_to_mw or row.capacity_mw
        )
    return Showing(
        category=row.category,
        kind=row.kind,
        capacity_mw=row.capacity_mw,
        in_service_on=row.in_service_on,
        grid=row.grid,
        uprate=uprate,
        derated_on=row.derated_on,
        is_relicensed=row.is_relicensed,
        has_revenue_quality_meter=True,
    )


def share_of(row: Project) -> Fraction:
    """The part of a project's output that counts.

    Source: 40 CFR 62.16245(a)(2)(ii); MASS-076.
    """
    if row.is_date_accepted and row.uprate_on is None:
        return Fraction(1)
    return eligible_share(showing_of(row))


def _claim(row: Project) -> Claim:
    resource = row.resource_id or 0
    credited = resources.credited_years([resource]).get(resource, frozenset())
    years = row.projections.exclude(state="rejected").values_list("generation_year", flat=True)
    return claim_of(row, years=years, credited=credited)


def claim_of(row: Project, *, years: Iterable[int], credited: frozenset[int]) -> Claim:
    """What a project shows to be eligible.

    Source: 40 CFR 62.16245(a)(2); MASS-075.
    """
    return Claim(
        showing=showing_of(row),
        state=row.located_in,
        set_aside_of=row.jurisdiction,
        years=tuple(years),
        credited_years=credited,
        is_affected_egu=row.is_affected_egu,
        is_utility_scale=row.is_utility_scale,
        date_accepted=row.is_date_accepted,
    )


def project_entry(row: Project) -> ProjectEntry:
    """A project's row as everybody may see it."""
    return ProjectEntry(
        id=row.pk,
        program=row.program,
        jurisdiction=row.jurisdiction,
        name=row.name,
        account=row.account_id,
        showing=showing_of(row),
        located_in=row.located_in,
        state=row.state,
        resource=row.resource_id,
        received_at=row.received_at,
        decided_at=row.decided_at,
        ground=row.ground,
    )
