"""Take what sources owe for their State's assurance level once the day has passed.

Source: 40 CFR 97.406(c)(2)(ii), 97.425(b); docs/decisions/0366.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID, uuid5

from django.db import transaction

from trueup.accounts import queries as accounts
from trueup.accounts.watchers import with_copies
from trueup.assurance import checks
from trueup.assurance.assessing import due_on_of, rules_of
from trueup.assurance.entries import TakenEntry
from trueup.assurance.models import SourceShare, StateAssessment
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.compliance.instructions import int_lot
from trueup.compliance.settling import read_available
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import ClaimSpec, Instruction, Range
from trueup.rules import programs
from trueup.rules.deduction import in_order_of_deduction, quantity_of, take
from trueup.rules.periods import CompliancePeriod, midnight
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.transfers import services as transfers

EVENT = "assurance_deducted"
TAKING = UUID("6b0f2a52-9d0c-4f9e-8f57-974250000000")


@transaction.atomic
def take_what_is_due(
    *, program: str, year: int, recorded_at: datetime, actor: str = "administrator"
) -> TakenEntry:
    """Deduct what is owed for a year's assurance levels; what is missing is owed from now on.

    It is first in, first out, of vintages to the year after the emissions'. What an account
    lacks is a claim: it is taken as soon as it arrives.

    Raises Refused (`no_assurance_levels`, `not_assessed`, `not_due_yet`, `taken_already`).

    Source: 40 CFR 97.406(c)(2)(i) to (iii), 97.425(b); docs/decisions/0366.
    """
    rules = programs.load(program)
    values = rules_of(rules)
    shares = list(
        SourceShare.objects.select_for_update(of=("self",))
        .filter(assessment__program=program, assessment__year=year, due__gt=0)
        .select_related("facility", "assessment")
        .order_by("id")
    )
    _refuse(shares, rules, year=year, at=recorded_at, due_on=due_on_of(rules, values, year))
    _take(shares, rules, year=year, at=recorded_at, actor=actor)
    _claim(shares, rules, year=year, at=recorded_at)
    SourceShare.objects.bulk_update(shares, ["taken", "claim", "taken_at"])
    found = TakenEntry(
        sources=len(shares),
        due=sum(share.due for share in shares),
        deducted=sum(share.taken for share in shares),
    )
    audit.log(
        at=recorded_at,
        program=program,
        actor=actor,
        act="take_assurance",
        subject=f"assurance:{program}/{year}",
        after={"sources": found.sources, "due": found.due, "deducted": found.deducted},
        cite=rules.cites["assurance"],
    )
    _tell(shares, rules, at=recorded_at)
    return found


def _refuse(
    shares: Sequence[SourceShare], rules: Program, *, year: int, at: datetime, due_on: date
) -> None:
    if not StateAssessment.objects.filter(program=rules.code, year=year).exists():
        raise Refused([checks.NotAssessed(f"The States were not assessed for {year}.")])
    if at <= midnight(due_on, zone=rules.zone, at_end_of_day=True):
        raise Refused(
            [checks.NotDueYet(f"What is owed for {year} is due on {due_on.isoformat()}.")]
        )
    if any(share.taken_at is not None for share in shares):
        raise Refused([checks.TakenAlready(f"What is owed for {year} was taken already.")])


def _take(
    shares: Sequence[SourceShare], rules: Program, *, year: int, at: datetime, actor: str
) -> None:
    """Deduct what the accounts hold."""
    ids = [share.account_id for share in shares]
    transfers.free_for_deductions(program=rules.code, accounts=ids)
    period = CompliancePeriod(first_year=year, last_year=year)
    retirement = ledger.retirement_account(program=rules.code, opened_at=at)
    available = read_available(ids, rules=rules, period=period) if ids else {}
    instructions = []
    for share in shares:
        held = available[share.account_id]
        ordered = in_order_of_deduction([*held.held, *held.arrived_later])
        taken, _ = take(ordered, quantity=share.due, vintage_max=year + 1)
        share.taken, share.taken_at = quantity_of(taken), at
        if taken:
            instructions.append(
                Instruction(
                    type="deduct",
                    source=share.account_id,
                    destination=retirement.id,
                    blocks=tuple(Range(int_lot(b), b.first, b.last) for b in taken),
                    key=uuid5(TAKING, f"{rules.code} {year} {share.account_id}"),
                    actor=actor,
                    submitted_at=at,
                    ground=f"assurance {year}",
                    cite=rules.cites["assurance"],
                )
            )
    if instructions:
        ledger.record(instructions, program=rules.code, recorded_at=at)


def _claim(shares: Sequence[SourceShare], rules: Program, *, year: int, at: datetime) -> None:
    owing = [share for share in shares if share.taken < share.due]
    if not owing:
        return
    retirement = ledger.retirement_account(program=rules.code, opened_at=at)
    placed = ledger.place_claims(
        [
            ClaimSpec(
                account=share.account_id,
                destination=retirement.id,
                owed=share.due - share.taken,
                vintage_max=year + 1,
                ground=f"assurance {year}",
            )
            for share in owing
        ],
        placed_at=at,
    )
    for share, claim in zip(owing, placed, strict=True):
        share.claim_id = claim


def _tell(shares: Sequence[SourceShare], rules: Program, *, at: datetime) -> None:
    """Tell the representatives of each source what was deducted, and what is owed still."""
    ids = [share.account_id for share in shares]
    known = ledger_queries.accounts_by_id(ids)
    seats = accounts.representatives(ids, at=at)
    specs = [
        NoticeSpec(
            event=EVENT,
            program=rules.code,
            person=seat.person,
            account=share.account_id,
            created_at=at,
            context={
                "account": f"{known[share.account_id].name} ({known[share.account_id].number})",
                "jurisdiction": share.assessment.jurisdiction,
                "year": str(share.assessment.year),
                "tons": share.assessment.tons,
                "level": f"{share.assessment.level:,}",
                "due": share.due,
                "deducted": share.taken,
                "outstanding": share.due - share.taken,
                "instruments": rules.instruments,
                "recorded_at": at,
                "cite": rules.cites["assurance"],
                "decision": str(share.assessment.decision_id),
            },
            dedupe=f"{EVENT} {share.pk}",
        )
        for share in shares
        for seat in seats[share.account_id]
    ]
    audit.notify(with_copies(specs))
