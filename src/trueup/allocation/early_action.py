"""Projects that apply for early action, what is decided, and what they are awarded.

Source: 40 CFR 62.16431; 62.16231; 62.16235(e); preamble IV.D.6.b, V.D.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction

from trueup.accounts import queries as accounts
from trueup.allocation import early_checks as checks
from trueup.allocation.early_entries import (
    EarlyActionAwardEntry,
    EarlyActionProjectEntry,
    EarlyActionSpec,
)
from trueup.allocation.early_files import (
    file_refusals,
    keep_file,
    keep_with_papers,
    unready_refusals,
    verified_mwh,
    verified_refusals,
)
from trueup.allocation.early_models import EarlyActionAward, EarlyActionProject
from trueup.allocation.early_pools import CITE, lowest, move, require_state, reserve_accounts
from trueup.allocation.early_reads import award_entry, project_entry
from trueup.allocation.early_settings import rules_of
from trueup.allocation.state_accounts import EARLY_ACTION, ensure_state_accounts
from trueup.audit import services as audit
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import Instruction, Origination
from trueup.resources.decisions import ISSUANCE
from trueup.resources.signed import Signed
from trueup.rules import early_action, programs
from trueup.rules.early_action import Award, Project
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.serials import Lot

AWARDS = UUID("2c7a6a1e-52d3-47b2-9a0d-621643100d00")
EARLY_CATEGORY = "CEA"
_CLASSES = {"rate": ISSUANCE, "mass": "ii"}  # 78.1(b)(18)(ii): from a set-aside.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    rules: Program
    at: datetime
    actor: str


@transaction.atomic
def apply_for_early_action(
    *,
    program: str,
    spec: EarlyActionSpec,
    applied_by: int | None,
    applied_at: datetime,
    signed: Signed | None = None,
) -> EarlyActionProjectEntry:
    """Apply for the reward of early action, for a project with a general account.

    Args:
        applied_by: Who signed; None if the Administrator enters a paper.

    Raises Refused with every reason (`kind_not_rewarded`, `started_too_early`,
    `outside_state`, `meter_missing`, `general_account_missing`, `not_authorized`,
    `showing_missing`, `project_known`, `unknown_state`).

    Source: 40 CFR 62.16431(a); 62.16231(a); 62.16235(e)(2); RATE-222, RATE-223; MASS-094,
    MASS-095.
    """
    rules = programs.load(program)
    require_state(rules, spec.jurisdiction)
    refusals = early_action.check_project(
        Project(
            kind=spec.kind,
            started_on=spec.started_on,
            is_in_or_benefits=spec.is_in_or_benefits,
            is_metered=spec.is_metered,
        )
    )
    refusals += _account_refusals(program, spec.account, applied_by, applied_at)
    refusals += file_refusals(program, spec)
    if not spec.shows.strip() or not spec.name.strip():
        refusals.append(
            checks.ShowingMissing("Name the project and show where it is and how it is metered.")
        )
    if refusals:
        raise Refused(refusals)
    actor = f"person:{applied_by}" if applied_by is not None else "administrator"
    try:
        with transaction.atomic():
            row = EarlyActionProject.objects.create(
                program=program,
                jurisdiction=spec.jurisdiction,
                name=spec.name.strip()[:200],
                kind=spec.kind,
                started_on=spec.started_on,
                account_id=spec.account,
                shows=spec.shows[:4000],
                applied_at=applied_at,
                applied_by=actor,
            )
            keep_file(row, spec, signed=signed, person=applied_by)
    except IntegrityError as error:
        raise Refused([checks.ProjectKnown(f"{spec.name} has applied already.")]) from error
    _log(_Act(rules=rules, at=applied_at, actor=actor), row, "apply_for_early_action")
    return project_entry(row)


@transaction.atomic
def decide_on_early_action(
    *,
    project: int,
    approve: bool,
    ground: str,
    decided_at: datetime,
    actor: str = "administrator",
) -> EarlyActionProjectEntry:
    """Approve or reject an application for early action, with reasons.

    Raises Refused (`unknown_project`, `decided`, `file_not_ready`, `showing_missing`).

    Source: 40 CFR 62.16431(a); 62.16235(e)(2); 78.1(b)(18), (19).
    """
    row = _locked(project)
    if row.state != "applied":
        raise Refused([checks.Decided(f"{row.name} was {row.state} already.")])
    if approve and (unready := unready_refusals(row)):
        raise Refused(unready)
    if not ground.strip():
        raise Refused([checks.ShowingMissing("State the reasons of the decision.")])
    row.state = "approved" if approve else "rejected"
    row.decided_at, row.decided_by = decided_at, actor
    row.save(update_fields=["state", "decided_at", "decided_by"])
    act = _Act(rules=programs.load(row.program), at=decided_at, actor=actor)
    _decide(act, row, f"early action {row.state}", ground)
    _log(act, row, "decide_on_early_action", state=row.state)
    return project_entry(row)


@transaction.atomic
def award_early_action(
    *,
    project: int,
    year: int,
    mwh: Decimal | None = None,
    awarded_at: datetime,
    actor: str = "administrator",
    matches: bool = True,
) -> EarlyActionAwardEntry:
    """Reward a project's MWh of 2020 or 2021: early-action instruments, and matching ones.

    Credits are issued for early action, allowances come out of the State's set-aside; the
    matching part comes out of the State's reserve as far as it goes, and early action goes
    on without it. A project's year is awarded once.

    Args:
        mwh: Left out: all that the verifier of the project's resource found.
        matches: Matching is wanted; after January 1, 2023 that is refused.

    Raises Refused with every reason (`switched_off`, `unknown_project`, `not_approved`,
    `year_not_rewarded`, `mwh_missing`, `mwh_not_verified`, `file_not_ready`,
    `matching_ended`, `over_set_aside`, `awarded_already`, and what the books refuse).

    Source: 40 CFR 62.16431(c), (d); 62.16231(c), (d); 62.16235(e)(1); RATE-224 to RATE-230;
    MASS-096 to MASS-098.
    """
    row = _locked(project)
    act = _Act(rules=programs.load(row.program), at=awarded_at, actor=actor)
    terms = rules_of(row.program, row.jurisdiction)
    if mwh is None:
        known = verified_mwh(row.pk, years=(year,))
        mwh = known[year].used_mwh if known else Decimal(0)
    refusals = _award_refusals(row, act, year=year, mwh=mwh, matches=matches)
    if refusals or terms.per_mwh is None:
        raise Refused(refusals)
    reserve = reserve_accounts(row.jurisdiction, program=row.program, opened_at=awarded_at)[
        early_action.reserve_of(row.kind)
    ]
    available = ledger_queries.totals_of([reserve])[reserve] if matches else 0
    award = early_action.award(mwh, kind=row.kind, per_mwh=terms.per_mwh, available=available)
    early_tx = _give_early(row, act, award, year) if award.early else None
    matching_tx = _give_matching(row, act, award, year, reserve) if award.matching else None
    kept = EarlyActionAward.objects.create(
        project=row,
        year=year,
        mwh=mwh,
        early=award.early,
        entitled=award.entitled,
        matching=award.matching,
        early_tx=early_tx,
        matching_tx=matching_tx,
        awarded_at=awarded_at,
        awarded_by=actor,
    )
    keep_with_papers(kept, program=row.program, actor=actor)
    _decide(act, row, "early action awarded", _in_words(act.rules, award, mwh=mwh, year=year))
    _log(
        act,
        row,
        "award_early_action",
        year=year,
        mwh=str(mwh),
        early=award.early,
        matching=award.matching,
        unmatched=award.unmatched,
    )
    return award_entry(kept)


def _account_refusals(
    program: str, account: int, applied_by: int | None, at: datetime
) -> list[Refusal]:
    """The account is a general one of the program, and who applies may act for it."""
    entry = next(iter(ledger_queries.accounts_by_id([account]).values()), None)
    if entry is None or entry.program != program or entry.kind != "general":
        return [
            checks.GeneralAccountMissing(
                "A project is credited in a general account of the program: open one first."
            )
        ]
    if applied_by is not None and not accounts.may_submit(applied_by, account, at):
        return [
            checks.NotAuthorized(f"Only a representative of {entry.name} can apply for its credit.")
        ]
    return []


def _award_refusals(
    row: EarlyActionProject, act: _Act, *, year: int, mwh: Decimal, matches: bool
) -> list[Refusal]:
    refusals = early_action.check_switched_on(rules_of(row.program, row.jurisdiction))
    refusals += early_action.check_year(year)
    if matches:
        refusals += early_action.check_matching(act.rules.local_date(act.at))
    if not mwh.is_finite() or mwh <= 0 or mwh != round(mwh, 5):
        refusals.append(checks.MwhMissing(f"{mwh} MWh: state a number above zero."))
    if row.state != "approved":
        refusals.append(checks.NotApproved(f"{row.name} is {row.state}; approve it first."))
    if EarlyActionAward.objects.filter(project=row, year=year).exists():
        return [*refusals, checks.AwardedAlready(f"{row.name} was awarded for {year} already.")]
    return [*refusals, *unready_refusals(row), *verified_refusals(row, year=year, mwh=mwh)]


def _give_early(row: EarlyActionProject, act: _Act, award: Award, year: int) -> int:
    """Issue credits, or take allowances out of the set-aside; the transaction's number."""
    give = _issue_credits if act.rules.is_rate_based else _take_from_set_aside
    return give(row, act, award, year)


def _issue_credits(row: EarlyActionProject, act: _Act, award: Award, year: int) -> int:
    """Issue early-action credits; the transaction's number.

    Source: 40 CFR 62.16431(d).
    """
    ((receipt,),) = ledger.originate_many(
        [
            Origination(
                lot=Lot(
                    jurisdiction=row.jurisdiction,
                    year=act.rules.local_date(act.at).year,
                    category=EARLY_CATEGORY,
                ),
                shares=((row.account_id, award.early),),
                key=_key(row, year, "early"),
                ground=f"early action {row.name} {year}"[:400],
                cite="40 CFR 62.16431(d)",
                vintage=year,
            )
        ],
        program=row.program,
        actor=act.actor,
        recorded_at=act.at,
    )
    return receipt.tx


def _take_from_set_aside(row: EarlyActionProject, act: _Act, award: Award, year: int) -> int:
    """Take allowances out of the State's early action set-aside; the transaction's number.

    Source: 40 CFR 62.16231(d); 62.16235(e).
    """
    place = (row.jurisdiction, EARLY_ACTION)
    set_aside = ensure_state_accounts([place], program=row.program, opened_at=act.at)[place].id
    blocks = lowest(set_aside, award.early)
    held = sum(block.hi - block.lo + 1 for block in blocks)
    if held < award.early:
        raise Refused(
            [
                checks.OverSetAside(
                    f"{award.early:,} are awarded and the early action set-aside of"
                    f" {row.jurisdiction} has {held:,}: the budget does not grow."
                )
            ]
        )
    (receipt,) = ledger.record(
        [
            Instruction(
                type="allocate",
                source=set_aside,
                destination=row.account_id,
                blocks=blocks,
                key=_key(row, year, "early"),
                actor=act.actor,
                submitted_at=act.at,
                ground=f"early action {row.name} {year}"[:400],
                cite="40 CFR 62.16231(d); 62.16235(e)",
            )
        ],
        program=row.program,
        recorded_at=act.at,
    )
    return receipt.tx


def _give_matching(
    row: EarlyActionProject, act: _Act, award: Award, year: int, reserve: int
) -> int:
    """Take the matching part out of the State's reserve; the transaction's number."""
    return move(
        act.rules,
        reserve,
        row.account_id,
        award.matching,
        key=_key(row, year, "matching"),
        at=act.at,
        actor=act.actor,
        ground=f"matching {row.name} {year}"[:400],
    )


def _locked(project: int) -> EarlyActionProject:
    row = EarlyActionProject.objects.select_for_update().filter(id=project).first()
    if row is None:
        raise Refused([checks.UnknownProject("There is no such project.")])
    return row


def _key(row: EarlyActionProject, year: int, part: str) -> UUID:
    return uuid5(AWARDS, f"{row.program} {row.pk} {year} {part}")


def _in_words(rules: Program, award: Award, *, mwh: Decimal, year: int) -> str:
    words = (
        f"{mwh} MWh of {year}: {award.early:,} early-action {rules.instruments} and"
        f" {award.matching:,} matching."
    )
    if award.unmatched:
        words += f" {award.unmatched:,} are not matched: the reserve has no more."
    return words


def _decide(act: _Act, row: EarlyActionProject, outcome: str, ground: str) -> None:
    audit.decide(
        decision_class=_CLASSES[act.rules.kind],
        program=row.program,
        subject=f"early_action_project:{row.pk}",
        outcome=outcome,
        reasons=[ground],
        decided_at=act.at,
        decided_by=act.actor,
    )


def _log(act: _Act, row: EarlyActionProject, what: str, **after: object) -> None:
    audit.log(
        at=act.at,
        program=row.program,
        actor=act.actor,
        act=what,
        subject=f"early_action_project:{row.pk}",
        after={"name": row.name, **after},
        cite=CITE,
        account=row.account_id,
    )
