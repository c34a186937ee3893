"""Change a settlement: more is deducted, or the serial numbers deducted last come back.

Nothing is rewritten: what comes back does so by a correcting entry that names the
deduction, and what is taken in addition is a further deduction.

Source: 40 CFR 62.16370; 62.16355; 78.1; MASS-146, MASS-166; docs/decisions/0018.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid5

from trueup.accounts import queries as accounts
from trueup.audit import services as audit
from trueup.compliance import checks
from trueup.compliance.entries import Outcome, Resettlement
from trueup.compliance.grounds import ground_of, step_of
from trueup.compliance.instructions import DEDUCTIONS, deduction, int_lot, settlement_subject
from trueup.compliance.models import Settlement
from trueup.compliance.obligations import barred_for
from trueup.compliance.outcomes import outcomes_of
from trueup.compliance.passing_over import without
from trueup.compliance.reports import tell_of_deductions
from trueup.compliance.settling import read_available
from trueup.compliance.statements import Journal, journal_of
from trueup.compliance.usability import barred_beyond_limit
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import ClaimSpec, Instruction, Range, range_of
from trueup.rules import programs
from trueup.rules.adjustment import Adjustment
from trueup.rules.deduction import EMISSIONS, EXCESS, Block, quantity_of
from trueup.rules.deduction import Settlement as Settled
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.rules.serials import SerialBlock, lot_of_number
from trueup.transfers import services as transfers


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Why a settlement is changed, by whom and when.

    Attributes:
        decision_class: Of 78.1(b)(18).
        cite: Paragraph of the correcting entries.
    """

    name: str
    ground: str
    actor: str
    at: datetime
    decision_class: str
    cite: str


@dataclass(slots=True, kw_only=True)
class Case:
    """A settlement that is being changed, with what the journal says of it."""

    rules: Program
    period: CompliancePeriod
    row: Settlement
    before: Outcome
    journal: Journal

    @property
    def settled(self) -> Settled:
        """The settlement as the rule sees it, by what stays deducted."""
        kept = self.journal.kept()
        return Settled(
            obligation=self.row.obligation - self.row.exempt,
            for_emissions=tuple(self._blocks(kept, EMISSIONS)),
            excess_due=self.row.excess_due,
            for_excess=tuple(self._blocks(kept, EXCESS)),
        )

    def _blocks(self, kept: Iterable[tuple[object, SerialBlock]], step: str) -> Iterable[Block]:
        for position, (entry, block) in enumerate(kept):
            if step_of(getattr(entry, "ground", "")) == step:
                yield Block(
                    lot=block.lot.number(self.rules.number),
                    first=block.first,
                    last=block.last,
                    vintage=block.lot.year,
                    recorded_seq=position,
                    own=False,
                )

    @property
    def barred(self) -> frozenset[str]:
        """Categories of credits that may not be used here."""
        entries = accounts.facility_accounts(
            program=self.rules.code, facilities=[self.row.facility_id]
        )
        barred = barred_for(entries, rules=self.rules).get(self.row.account_id, frozenset())
        return barred | barred_beyond_limit(self.rules)

    def held(self) -> list[Block]:
        """What the account holds now that can be deducted."""
        transfers.free_for_deductions(program=self.rules.code, accounts=[self.row.account_id])
        account = self.row.account_id
        available = read_available(
            [account], rules=self.rules, period=self.period, barred={account: self.barred}
        )[account]
        return [*available.held, *available.arrived_later]


def open_case(
    *, program: str, period: CompliancePeriod, facility: int, unit: int | None = None
) -> Case:
    """The settlement that is to be changed; nobody else changes it meanwhile.

    Args:
        unit: The affected EGU, where each has an account of its own.

    Raises Refused (`not_settled`).
    """
    row = (
        Settlement.objects.select_for_update()
        .filter(program=program, period=period.name, facility_id=facility, unit_id=unit)
        .first()
    )
    if row is None:
        raise Refused([checks.NotSettled(f"The facility has no settlement for {period.name}.")])
    (before,) = outcomes_of([row])
    return Case(
        rules=programs.load(program),
        period=period,
        row=row,
        before=before,
        journal=journal_of(row.account_id, period),
    )


def carry_out(
    case: Case,
    adjustment: Adjustment,
    act: Act,
    *,
    waived: int = 0,
    more: Sequence[Instruction] = (),
) -> Resettlement:
    """Record what an adjustment changes, and keep the settlement as it stands now.

    The claim on the account is made anew first, so that what comes back is not taken for
    a debt that is no longer owed.

    Args:
        waived: Tons that an appeal forgives besides.
        more: Recorded after what comes back, in the same call to the books.

    Source: 40 CFR 62.16370; 62.16355; MASS-AMB-42.
    """
    row, after = case.row, adjustment.settlement
    row.waived += waived
    row.obligation = after.obligation + row.exempt
    row.deducted = after.deducted
    row.excess_due = after.excess_due
    _withdraw_claim(case, at=act.at)
    instructions = [*_instructions(case, adjustment, act), *more]
    if instructions:
        ledger.record(instructions, program=case.rules.code, recorded_at=act.at)
    _place_claim(case, outstanding=after.outstanding, at=act.at)
    decision = audit.decide(
        decision_class=act.decision_class,
        program=case.rules.code,
        subject=settlement_subject(case.rules.code, case.period, row.account_id),
        outcome=act.name,
        reasons=[act.ground, _in_words(case, adjustment)],
        decided_at=act.at,
        decided_by=act.actor,
    )
    row.decision_id = decision.id
    row.save()
    (now,) = outcomes_of([row])
    audit.log(
        at=act.at,
        program=case.rules.code,
        actor=act.actor,
        act=act.name,
        subject=settlement_subject(case.rules.code, case.period, row.account_id),
        before=_figures(case.before),
        after={**_figures(now), "ground": act.ground, "decision": decision.id},
        cite=act.cite,
    )
    _tell(now, case, at=act.at)
    return Resettlement(
        before=case.before,
        after=now,
        returned=quantity_of(adjustment.returned),
        taken=quantity_of((*adjustment.for_emissions, *adjustment.for_excess)),
        decision=decision.id,
    )


def _instructions(case: Case, adjustment: Adjustment, act: Act) -> list[Instruction]:
    """What goes back, one entry for each deduction that it mends; then what is taken."""
    retirement = ledger.retirement_account(program=case.rules.code, opened_at=act.at).id
    name = f"{case.rules.code} {case.period.name} {case.row.account_id} {act.name} {act.at}"
    instructions = _returns(case, adjustment.returned, act, retirement=retirement, name=name)
    for step, blocks in (
        (EMISSIONS, adjustment.for_emissions),
        (EXCESS, adjustment.for_excess),
    ):
        if blocks:
            instructions.append(
                deduction(
                    rules=case.rules,
                    account=case.row.account_id,
                    retirement=retirement,
                    blocks=blocks,
                    step=step,
                    period=case.period,
                    key=uuid5(DEDUCTIONS, f"{name} {step}"),
                    actor=act.actor,
                    at=act.at,
                )
            )
    return instructions


def _returns(
    case: Case, returned: Sequence[Block], act: Act, *, retirement: int, name: str
) -> list[Instruction]:
    """Correcting entries; own allocations come back as what they were.

    Source: 40 CFR 62.16355; 62.16340(c)(2)(i).
    """
    if not returned:
        return []
    number = case.rules.number
    mended: dict[int, list[Range]] = {}
    for entry, block in case.journal.kept():
        taken = range_of(block, program_number=number)
        mended.setdefault(entry.id, []).extend(_common(taken, returned))
    own = ledger_queries.own_before([tx for tx, ranges in mended.items() if ranges])
    instructions = []
    for tx, ranges in mended.items():
        if not ranges:
            continue
        own_parts = [part for item in ranges for part in _common_ranges(item, own.get(tx, ()))]
        others = [part for item in ranges for part in _without(item, own_parts)]
        instructions.append(
            Instruction(
                type="adjust",
                source=retirement,
                destination=case.row.account_id,
                blocks=tuple(sorted([*own_parts, *others])),
                own=tuple(own_parts),
                key=uuid5(DEDUCTIONS, f"{name} return of {tx}"),
                actor=act.actor,
                submitted_at=act.at,
                ground=act.ground[:400],
                cite=act.cite,
                mends=tx,
            )
        )
    return instructions


def _common(taken: Range, returned: Iterable[Block]) -> list[Range]:
    """What a deduction took that is to go back."""
    return _common_ranges(
        taken, [Range(int_lot(block), block.first, block.last) for block in returned]
    )


def _common_ranges(one: Range, others: Iterable[Range]) -> list[Range]:
    return [
        Range(one.lot, max(one.lo, other.lo), min(one.hi, other.hi))
        for other in others
        if other.lot == one.lot and other.lo <= one.hi and one.lo <= other.hi
    ]


def _without(one: Range, others: Iterable[Range]) -> list[Range]:
    spans = [(other.lo, other.hi) for other in others if other.lot == one.lot]
    return [Range(one.lot, low, high) for low, high in without((one.lo, one.hi), spans)]


def _withdraw_claim(case: Case, *, at: datetime) -> None:
    if case.row.claim_id is not None:
        ledger.withdraw_claim(case.row.claim_id, withdrawn_at=at)
        case.row.claim_id = None


def _place_claim(case: Case, *, outstanding: int, at: datetime) -> None:
    """Note what is still owed for excess emissions.

    Source: 40 CFR 62.16340(d); 62.16220(c)(1)(ii)(A).
    """
    if not outstanding:
        return
    (case.row.claim_id,) = ledger.place_claims(
        [
            ClaimSpec(
                account=case.row.account_id,
                destination=ledger.retirement_account(program=case.rules.code, opened_at=at).id,
                owed=outstanding,
                vintage_max=case.rules.excess_vintage_max(case.period),
                ground=ground_of(EXCESS, case.period),
                barred=case.barred,
            )
        ],
        placed_at=at,
    )


def _tell(now: Outcome, case: Case, *, at: datetime) -> None:
    """Report anew, by serial number (62.16355 allows 10 business days, PLAT-088)."""
    kept = journal_of(case.row.account_id, case.period).kept()
    entries = [
        (
            Block(
                lot=block.lot.number(case.rules.number),
                first=block.first,
                last=block.last,
                vintage=block.lot.year,
                recorded_seq=0,
                own=False,
            ),
            step_of(entry.ground),
        )
        for entry, block in kept
    ]
    tell_of_deductions([(now, entries)], rules=case.rules, at=at, dedupe=f"decision {now.decision}")


def _figures(outcome: Outcome) -> dict[str, object]:
    return {
        "obligation": outcome.obligation,
        "deducted": outcome.deducted,
        "waived": outcome.waived,
        "excess": outcome.excess,
        "excess_due": outcome.excess_due,
        "excess_deducted": outcome.excess_deducted,
        "outstanding": outcome.outstanding,
    }


def _in_words(case: Case, adjustment: Adjustment) -> str:
    taken = quantity_of((*adjustment.for_emissions, *adjustment.for_excess))
    returned = [
        str(SerialBlock(lot=lot_of_number(int_lot(block)), first=block.first, last=block.last))
        for block in adjustment.returned
    ]
    return (
        f"Obligation {case.row.obligation:,}, before {case.before.obligation:,};"
        f" {taken:,} {case.rules.instruments} deducted in addition;"
        f" returned: {', '.join(returned) or 'none'}."
    )
