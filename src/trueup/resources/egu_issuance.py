"""Issue to affected EGUs what they have earned, when the time for comment is over.

Source: 40 CFR 62.16434; preamble IV.D.6, IV.D.6.a; RATE-033 to RATE-041; AMB-04.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from trueup.accounts.rivals import looking_again
from trueup.audit import services as audit
from trueup.audit.entries import DecisionSpec
from trueup.audit.statements import insert_many
from trueup.emissions.earning import EguEarning, earnings
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import Origination
from trueup.resources import checks
from trueup.resources.credit_notices import comment_refusal, year_refusals
from trueup.resources.decisions import ISSUANCE
from trueup.resources.entries import EguIssuanceEntry, EguRoundEntry
from trueup.resources.filing import refuse
from trueup.resources.models import EguIssuance, EguRound, NoticedEarning
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.serials import Lot

CITE = "40 CFR 62.16434"
ROUNDS = UUID("6f0a8f9a-9d2b-5a51-8a3e-62164340b0c0")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    rules: Program
    year: int
    at: datetime
    actor: str


def issue_to_affected_units(
    *, program: str, year: int, issued_at: datetime, actor: str = "administrator"
) -> EguRoundEntry:
    """Issue a year's credits to affected EGUs: below their standard, and by gas shift.

    Each goes into the EGU's compliance account: the period to date, less what was issued
    for it. What no closed notice covers with just this quantity waits for another notice.

    Raises Refused (`year_not_over`, `comment_period_open`, `nothing_to_issue`).

    Source: 40 CFR 62.16434(b), (c); preamble IV.D.6, IV.D.6.a; RATE-033 to RATE-041.
    """
    rules = programs.load(program)
    work = _Work(rules=rules, year=year, at=issued_at, actor=actor)
    return looking_again(lambda: _issue(work))


def _issue(work: _Work) -> EguRoundEntry:
    refuse(year_refusals(work.rules, work.year, work.at))
    row = EguRound.objects.create(
        program=work.rules.code,
        year=work.year,
        sequence=EguRound.objects.filter(program=work.rules.code, year=work.year).count() + 1,
        issued_at=work.at,
        issued_by=work.actor,
    )
    found = earnings(program=work.rules.code, year=work.year)
    earned = [one for one in found if one.quantity]
    covered = _covered(work, earned)
    if not covered:
        raise Refused([_nothing(work, earned)])
    issued = _originate(work, row, covered)
    _record(work, row, issued)
    placed = {_place(one) for one in covered}
    return EguRoundEntry(
        id=row.pk,
        year=work.year,
        issued=tuple(issued),
        waiting=tuple(one for one in earned if _place(one) not in placed),
        over_issued=tuple(one for one in found if one.over_issued),
    )


def _place(one: EguEarning) -> tuple[int, str]:
    return one.owner.account, one.category


def _nothing(work: _Work, earned: Sequence[EguEarning]) -> Refusal:
    if earned:
        return comment_refusal(work.rules.code, work.year, today=work.rules.local_date(work.at))
    return checks.NothingToIssue(
        f"No affected EGU with complete data has earned credits for {work.year} that were not"
        " issued yet."
    )


def _covered(work: _Work, earned: Sequence[EguEarning]) -> list[EguEarning]:
    """Those whose quantity stood in a notice on which nobody can comment any more.

    Source: preamble IV.D.6; RATE-139; AMB-10.
    """
    if not work.rules.readings["comment_before_issuance"].is_on:
        return list(earned)
    noticed = noticed_units(work.rules, work.year, work.at)
    return [one for one in earned if (one.owner.account, one.category, one.quantity) in noticed]


def noticed_units(rules: Program, year: int, at: datetime) -> frozenset[tuple[int, str, int]]:
    """Account, category and quantity in the notices on which nobody can comment any more.

    Source: preamble IV.D.6; RATE-139; AMB-10.
    """
    closed = NoticedEarning.objects.filter(
        notice__program=rules.code,
        notice__year=year,
        notice__closes_on__lt=rules.local_date(at),
    )
    return frozenset(closed.values_list("account_id", "category", "quantity"))


def _originate(work: _Work, row: EguRound, covered: Sequence[EguEarning]) -> list[EguIssuanceEntry]:
    """Number the credits by State, year of issue and category, in one call to the books.

    Source: 40 CFR 62.16515(f); RATE-141.
    """
    lots: dict[Lot, list[EguEarning]] = defaultdict(list)
    year_of_issue = work.rules.local_date(work.at).year
    for one in covered:
        state = one.owner.facility.jurisdiction
        lots[Lot(jurisdiction=state, year=year_of_issue, category=one.category)].append(one)
    receipts = ledger.originate_many(
        [
            Origination(
                lot=lot,
                shares=tuple((one.owner.account, one.quantity) for one in of_lot),
                key=uuid5(ROUNDS, f"{work.rules.code} {work.year} {row.sequence} {lot.code}"),
                ground=f"affected EGUs {work.year}",
                cite=CITE,
                vintage=work.year,
            )
            for lot, of_lot in lots.items()
        ],
        program=work.rules.code,
        actor=work.actor,
        recorded_at=work.at,
    )
    placed = [
        (one, receipt.tx)
        for of_lot, of_issue in zip(lots.values(), receipts, strict=True)
        for one, receipt in zip(of_lot, of_issue, strict=True)
    ]
    blocks = ledger_queries.blocks_of([tx for _, tx in placed])
    return [
        EguIssuanceEntry(
            owner=one.owner,
            year=work.year,
            category=one.category,
            quantity=one.quantity,
            block=blocks[tx][0],
            tx=tx,
        )
        for one, tx in placed
    ]


def _record(work: _Work, row: EguRound, issued: Sequence[EguIssuanceEntry]) -> None:
    """Keep what was issued, each with its decision, which can be appealed.

    Source: 78.1(b)(19); PLAT-017.
    """
    insert_many(
        EguIssuance,
        [
            {
                "round_id": row.pk,
                "account_id": one.owner.account,
                "category": one.category,
                "quantity": one.quantity,
                "lot": one.block.lot.number(work.rules.number),
                "lo": one.block.first,
                "hi": one.block.last,
                "tx": one.tx,
            }
            for one in issued
        ],
    )
    audit.decide_many(
        [
            DecisionSpec(
                decision_class=ISSUANCE,
                program=work.rules.code,
                subject=f"account:{one.owner.account}",
                outcome="ERCs issued",
                reasons=(f"{one.quantity:,} ERCs of category {one.category} for {work.year}.",),
                decided_at=work.at,
                decided_by=work.actor,
            )
            for one in issued
        ]
    )
    audit.log(
        at=work.at,
        program=work.rules.code,
        actor=work.actor,
        act="issue_to_affected_units",
        subject=f"egu_round:{row.pk}",
        after={
            "year": work.year,
            "accounts": len({one.owner.account for one in issued}),
            "ercs": sum(one.quantity for one in issued),
        },
        cite=CITE,
    )
