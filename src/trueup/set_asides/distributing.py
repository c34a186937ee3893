"""Distribute a set-aside: one official proposes, another approves, the ledger records it whole.

Source: 40 CFR 62.16240(b); 62.16245(a)(5)-(7), (b)(3)-(5); 62.16325(d), (e).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import uuid5

from trueup.accounts.rivals import looking_again
from trueup.allocation.budgets import ensure_originated
from trueup.allocation.entries import StateVintage
from trueup.audit import services as audit
from trueup.audit.entries import DecisionSpec
from trueup.audit.statements import among, insert_many
from trueup.resources import services as resources
from trueup.resources.entries import AllowanceAward
from trueup.rules import programs, set_aside
from trueup.rules.output_based import dates_of, vintages_recorded
from trueup.rules.refusal import Refused
from trueup.rules.set_aside import to_the_kwh
from trueup.set_asides import checks, output_figures, projects
from trueup.set_asides.entries import DistributionEntry, PlannedDistribution
from trueup.set_asides.giving import SHARES, move_shares
from trueup.set_asides.models import Distribution, Project, Share, ShortfallEntry
from trueup.set_asides.notices import tell_distributed
from trueup.set_asides.output import notice_row
from trueup.set_asides.planning import OUTPUT, RENEWABLE, digest_of, plan

CITES = {
    RENEWABLE: "40 CFR 62.16245(a)(5); 62.16240(b)(1); 62.16325(d)",
    OUTPUT: "40 CFR 62.16245(b)(3); 62.16240(b)(2); 62.16325(e)",
}


def propose_distribution(
    *,
    program: str,
    jurisdiction: str,
    vintage: int,
    purpose: str,
    actor: str,
    at: datetime,
) -> list[DistributionEntry]:
    """Propose that a set-aside be divided as it would be now; nothing is recorded yet.

    Of the output-based one, all vintages of the period at once, after the comments.

    Raises Refused (`no_set_aside`, `distributed_before`; of the output-based one also
    `no_generation_period`, `data_missing`, `not_published`, `comment_period_open`).

    Source: 40 CFR 62.16245(a)(5), (b)(3); PLAT-018.
    """

    def act() -> list[DistributionEntry]:
        if purpose == OUTPUT:
            require_commented(program, jurisdiction, vintage, at=at)
        vintages = vintages_of(program, vintage, purpose, at=at)
        require_first(program, jurisdiction, vintages, purpose)
        found = []
        for year in vintages:
            planned = plan(
                program=program, jurisdiction=jurisdiction, vintage=year, purpose=purpose
            )
            require_something(planned)
            row = Distribution.objects.create(
                program=program,
                jurisdiction=jurisdiction,
                vintage=year,
                purpose=purpose,
                quantity=planned.quantity,
                surplus=planned.surplus,
                digest=digest_of(planned),
                proposed_by=actor,
                proposed_at=at,
            )
            _log(row, "propose_distribution", actor, at)
            found.append(distribution_entry(row))
        return found

    return looking_again(act)


def approve_distribution(
    *,
    program: str,
    jurisdiction: str,
    vintage: int,
    purpose: str,
    actor: str,
    at: datetime,
) -> list[DistributionEntry]:
    """Record a proposed distribution, as another official: all vintages, or nothing.

    What is recorded is what was proposed: if projections, output or holdings changed in
    between it is refused, and to be proposed anew. Numbers go from the lowest up.

    Raises Refused (`unknown_distribution`, `same_official`, `changed_since`).

    Source: 40 CFR 62.16240(b); 62.16245(a)(5)-(7), (b)(3)-(5); 62.16325(d), (e); PLAT-018.
    """

    def act() -> list[DistributionEntry]:
        rows = _proposed(program, jurisdiction, vintage, purpose, actor=actor)
        found = []
        for row in rows:
            planned = plan(
                program=program,
                jurisdiction=jurisdiction,
                vintage=row.vintage,
                purpose=purpose,
            )
            if digest_of(planned) != row.digest:
                raise Refused(
                    [
                        checks.ChangedSince(
                            f"The distribution of vintage {row.vintage} would be another one"
                            " now: refuse it, and propose it anew."
                        )
                    ]
                )
            _record(row, planned, actor=actor, at=at)
            found.append(distribution_entry(row))
            tell_distributed(distribution_entry(row), planned, at=at)
        return found

    return looking_again(act)


def refuse_distribution(
    *,
    program: str,
    jurisdiction: str,
    vintage: int,
    purpose: str,
    actor: str,
    at: datetime,
) -> list[DistributionEntry]:
    """Refuse a proposed distribution, as another official; it can be proposed anew.

    Raises Refused (`unknown_distribution`, `same_official`).

    Source: PLAT-018.
    """

    def act() -> list[DistributionEntry]:
        rows = _proposed(program, jurisdiction, vintage, purpose, actor=actor)
        for row in rows:
            row.state, row.decided_by, row.decided_at = "refused", actor, at
            row.save(update_fields=["state", "decided_by", "decided_at"])
            _log(row, "refuse_distribution", actor, at)
        return [distribution_entry(row) for row in rows]

    return looking_again(act)


def vintages_of(program: str, vintage: int, purpose: str, *, at: datetime) -> tuple[int, ...]:
    """Which vintages are distributed together with one.

    Source: 40 CFR 62.16325(d), (e); MASS-AMB-28.
    """
    if purpose == RENEWABLE:
        projects.rules_of(program)
        return (vintage,)
    rules = programs.load(program)
    of_output = output_figures.rules_of(program)
    period = rules.period_of_year(vintage)
    run_in = rules.local_date(at).year
    return vintages_recorded(period, run_in=run_in, rules=of_output) or (vintage,)


def due_on(program: str, vintage: int, purpose: str) -> date:
    """The printed day by which a vintage of a set-aside is recorded.

    Source: 40 CFR 62.16325(d), (e); MASS-081, MASS-091.
    """
    if purpose == RENEWABLE:
        return set_aside.recorded_on(vintage, rules=projects.rules_of(program))
    period = programs.load(program).period_of_year(vintage)
    return dates_of(period, rules=output_figures.rules_of(program)).final_on


def require_something(planned: PlannedDistribution) -> None:
    """There is something to distribute; raises Refused (`nothing_in_it`).

    Source: 40 CFR 62.16235(c), (d).
    """
    if not planned.quantity:
        raise Refused(
            [
                checks.NothingInIt(
                    f"The set-aside of {planned.jurisdiction} for {planned.vintage} is zero:"
                    " there is nothing to distribute."
                )
            ]
        )


def require_commented(program: str, jurisdiction: str, vintage: int, *, at: datetime) -> None:
    """The time for comments is over; raises Refused (`not_published`, `comment_period_open`)."""
    notice = notice_row(program=program, jurisdiction=jurisdiction, vintage=vintage)
    if programs.load(program).local_date(at) <= notice.comment_until:
        raise Refused(
            [checks.CommentPeriodOpen(f"Comments are open until {notice.comment_until}.")]
        )


def require_first(program: str, jurisdiction: str, vintages: Sequence[int], purpose: str) -> None:
    """Nothing runs twice; raises Refused (`distributed_before`)."""
    before = (
        Distribution.objects.filter(
            program=program, jurisdiction=jurisdiction, vintage__in=vintages, purpose=purpose
        )
        .exclude(state="refused")
        .first()
    )
    if before is not None:
        raise Refused(
            [
                checks.DistributedBefore(
                    f"The set-aside of {jurisdiction} for {before.vintage} is {before.state}"
                    " already."
                )
            ]
        )


def _proposed(
    program: str, jurisdiction: str, vintage: int, purpose: str, *, actor: str
) -> list[Distribution]:
    """The proposed rows of the act that a vintage was proposed in, locked."""
    waiting = Distribution.objects.select_for_update().filter(
        program=program, jurisdiction=jurisdiction, purpose=purpose, state="proposed"
    )
    named = waiting.filter(vintage=vintage).first()
    if named is None:
        raise Refused(
            [checks.UnknownDistribution(f"No distribution of vintage {vintage} is proposed.")]
        )
    if named.proposed_by == actor:
        raise Refused([checks.SameOfficial("Another official decides on it.")])
    return list(waiting.filter(proposed_at=named.proposed_at).order_by("vintage"))


def _record(row: Distribution, planned: PlannedDistribution, *, actor: str, at: datetime) -> None:
    """Move what each recipient gets, keep the shares, and use up the shortfalls."""
    of = StateVintage(row.jurisdiction, row.vintage)
    ensure_originated(
        {of: planned.quantity},
        program=row.program,
        recorded_at=at,
        actor=actor,
        key=uuid5(SHARES, f"budget {row.pk}"),
    )
    txs = move_shares(row, planned, actor=actor, at=at, cite=CITES[row.purpose])
    _keep_shares(row, planned, txs)
    _keep_with_papers(row, planned, txs, actor=actor, at=at)
    ShortfallEntry.objects.bulk_create(
        ShortfallEntry(project_id=project, mwh=-to_the_kwh(mwh), distribution=row, at=at)
        for project, mwh in planned.set_off_mwh
    )
    rules = programs.load(row.program)
    last_day = rules.effective_on(due_on(row.program, row.vintage, row.purpose))
    row.state, row.decided_by, row.decided_at = "recorded", actor, at
    row.is_late = rules.local_date(at) > last_day
    row.save(update_fields=["state", "decided_by", "decided_at", "is_late"])
    _log(row, "approve_distribution", actor, at)
    audit.decide_many(
        [
            DecisionSpec(
                decision_class="ii",
                program=row.program,
                subject=f"distribution:{row.pk}",
                outcome="recorded",
                reasons=(
                    f"{planned.quantity - planned.kept:,} {rules.instruments} of"
                    f" {row.jurisdiction}, vintage {row.vintage} ({CITES[row.purpose]}).",
                ),
                decided_at=at,
                decided_by=actor,
            )
        ]
    )


def _keep_with_papers(
    row: Distribution,
    planned: PlannedDistribution,
    txs: Sequence[int | None],
    *,
    actor: str,
    at: datetime,
) -> None:
    """Keep what each project's resource got with the resource's papers.

    Source: 40 CFR 62.16365(a)(2)(iv)(A); MASS-164.
    """
    given = {
        share.project: (share.quantity, tx)
        for share, tx in zip(planned.shares, txs, strict=True)
        if share.project is not None and tx is not None
    }
    of = Project.objects.filter(id__in=among(given), resource__program=row.program)
    resources.record_awards(
        [
            AllowanceAward(
                resource=resource,
                purpose=row.purpose,
                year=row.vintage,
                quantity=given[project][0],
                tx=given[project][1],
            )
            for project, resource in of.order_by("id").values_list("id", "resource_id")
        ],
        program=row.program,
        at=at,
        actor=actor,
    )


def _keep_shares(
    row: Distribution, planned: PlannedDistribution, txs: Sequence[int | None]
) -> None:
    """Keep what each recipient gets, with the transaction that gave it."""
    insert_many(
        Share,
        [
            {
                "distribution_id": row.pk,
                "account_id": share.account,
                "project_id": share.project,
                "unit_id": share.unit,
                "is_surplus": share.is_surplus,
                "net_mwh": share.net_mwh,
                "quantity": share.quantity,
                "tx_id": tx,
            }
            for share, tx in zip(planned.shares, txs, strict=True)
        ],
    )


def _log(row: Distribution, act: str, actor: str, at: datetime) -> None:
    audit.log(
        at=at,
        program=row.program,
        actor=actor,
        act=act,
        subject=f"distribution:{row.pk}",
        after={
            "state": row.state,
            "jurisdiction": row.jurisdiction,
            "vintage": row.vintage,
            "purpose": row.purpose,
            "quantity": row.quantity,
            "surplus": row.surplus,
        },
        cite=CITES[row.purpose],
    )


def distribution_entry(row: Distribution) -> DistributionEntry:
    """A distribution's row as everybody may see it."""
    return DistributionEntry(
        id=row.pk,
        program=row.program,
        jurisdiction=row.jurisdiction,
        vintage=row.vintage,
        purpose=row.purpose,
        state=row.state,
        quantity=row.quantity,
        surplus=row.surplus,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        is_late=row.is_late,
    )
