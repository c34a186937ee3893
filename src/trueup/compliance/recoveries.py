"""Take back what was allocated to a unit that should not have got it.

Source: 40 CFR 62.16240(c); MASS-063 to MASS-067, MASS-AMB-16.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from trueup.accounts import queries as accounts
from trueup.accounts.watchers import with_copies
from trueup.allocation import queries as allocation
from trueup.allocation import services as allocation_services
from trueup.allocation.entries import AllocationEntry
from trueup.allocation.method_reads import pool_of
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.audit.notices import ContextValue
from trueup.compliance import checks
from trueup.compliance.instructions import int_lot
from trueup.compliance.models import Recovery, Settlement
from trueup.compliance.settling import read_available
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, ClaimSpec, Instruction, Range, Receipt
from trueup.rules import programs
from trueup.rules.deduction import Block, in_order_of_deduction, quantity_of, take
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.transfers import services as transfers

CITE = "40 CFR 62.16240(c)(3), (5)"
GROUND = "incorrect allocation"
EVENT = "account_corrected"
RECOVERIES = UUID("6b0f2a52-9d0c-4f9e-8f57-62162400c000")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryEntry:
    """What was done about an incorrect allocation in one period.

    Attributes:
        claimed: What the account lacked, taken as soon as it arrives.
        is_too_late: The period's deductions were done; nothing is taken back.
    """

    period: CompliancePeriod
    account: int
    quantity: int
    taken: int
    claimed: int
    is_too_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    """What the Administrator found, and where what is recovered goes."""

    rules: Program
    unit: int
    unit_id: str
    facility: int
    ground: str
    actor: str
    at: datetime


@transaction.atomic
def recover_incorrect_allocation(
    *,
    program: str,
    facility: int,
    unit: str,
    ground: str,
    found_at: datetime,
    actor: str = "administrator",
) -> list[RecoveryEntry]:
    """Take back what was allocated to a unit that was not an affected EGU, period by period.

    The same number of allowances of the period or an earlier one, whichever they are, goes
    from the account to the State's renewable set-aside. What the account lacks is a claim,
    met by later arrivals. After the period's deductions for the facility nothing is taken.

    Raises Refused (`unknown_unit`, `ground_missing`).

    Source: 40 CFR 62.16240(c)(1), (3) to (5); MASS-063, MASS-065 to MASS-067.
    """
    known = {found.unit_id: found for found in accounts.units_of([facility])[facility]}
    if unit not in known:
        raise Refused([checks.UnknownUnit(f"The facility has no affected unit “{unit}”.")])
    if not ground.strip():
        raise Refused([checks.GroundMissing("State the ground.")])
    rules = programs.load(program)
    finding = _Finding(
        rules=rules,
        unit=known[unit].id,
        unit_id=unit,
        facility=facility,
        ground=ground,
        actor=actor,
        at=found_at,
    )
    done = set(
        Recovery.objects.filter(program=program, unit_id=finding.unit).values_list(
            "period", flat=True
        )
    )
    by_period: dict[CompliancePeriod, list[AllocationEntry]] = {}
    for entry in allocation.allocated_to_unit(finding.unit, program=program):
        by_period.setdefault(rules.vintage_period(entry.vintage), []).append(entry)
    return [
        _recover(finding, period, entries)
        for period, entries in sorted(by_period.items())
        if period.name not in done
    ]


def _recover(
    finding: _Finding, period: CompliancePeriod, entries: Sequence[AllocationEntry]
) -> RecoveryEntry:
    account = entries[0].account
    quantity = sum(entry.quantity for entry in entries)
    is_too_late = Settlement.objects.filter(
        program=finding.rules.code, period=period.name, account_id=account
    ).exists()
    taken, claim = 0, None
    if not is_too_late:
        set_aside = allocation_services.state_account(
            program=finding.rules.code,
            jurisdiction=entries[0].jurisdiction,
            purpose=pool_of(
                program=finding.rules.code,
                jurisdiction=entries[0].jurisdiction,
                vintage=period.first_year,
            ),
            opened_at=finding.at,
        )
        taken = _take_back(finding, period, entries, quantity=quantity, set_aside=set_aside)
        if taken < quantity:
            claim = _claim(finding, period, account, owed=quantity - taken, set_aside=set_aside)
    Recovery.objects.create(
        program=finding.rules.code,
        period=period.name,
        unit_id=finding.unit,
        account_id=account,
        quantity=quantity,
        taken=taken,
        is_too_late=is_too_late,
        claim_id=claim,
        ground=finding.ground[:400],
        found_at=finding.at,
    )
    recovery = RecoveryEntry(
        period=period,
        account=account,
        quantity=quantity,
        taken=taken,
        claimed=0 if is_too_late else quantity - taken,
        is_too_late=is_too_late,
    )
    _decide(finding, recovery)
    return recovery


def _claim(
    finding: _Finding, period: CompliancePeriod, account: int, *, owed: int, set_aside: AccountEntry
) -> int:
    """Note what the account lacks; later arrivals of usable vintages meet it (MASS-AMB-16)."""
    spec = ClaimSpec(
        account=account,
        destination=set_aside.id,
        owed=owed,
        vintage_max=period.last_year,
        ground=f"{GROUND} {period.name}",
    )
    return ledger.place_claims([spec], placed_at=finding.at)[0]


def _take_back(
    finding: _Finding,
    period: CompliancePeriod,
    entries: Sequence[AllocationEntry],
    *,
    quantity: int,
    set_aside: AccountEntry,
) -> int:
    """Move what is there of usable vintages, the period's own first; how many that was.

    Source: 40 CFR 62.16240(c)(3) and (5).
    """
    account = entries[0].account
    transfers.free_for_deductions(program=finding.rules.code, accounts=[account])
    available = read_available([account], rules=finding.rules, period=period)[account]
    ordered = in_order_of_deduction([*available.held, *available.arrived_later])
    ordered.sort(key=lambda block: block.vintage < period.first_year)
    blocks, _ = take(ordered, quantity=quantity, vintage_max=period.last_year)
    if not blocks:
        return 0
    (receipt,) = ledger.record(
        [
            Instruction(
                type="adjust",
                source=account,
                destination=set_aside.id,
                blocks=tuple(Range(int_lot(b), b.first, b.last) for b in blocks),
                key=uuid5(RECOVERIES, f"{finding.rules.code} {period.name} {finding.unit}"),
                actor=finding.actor,
                submitted_at=finding.at,
                ground=f"{GROUND} {period.name}: {finding.ground}"[:400],
                cite=CITE,
                mends=entries[0].tx,
            )
        ],
        program=finding.rules.code,
        recorded_at=finding.at,
    )
    _tell(finding, account, set_aside, blocks, receipt)
    return quantity_of(blocks)


def _decide(finding: _Finding, recovery: RecoveryEntry) -> None:
    instruments = finding.rules.instruments
    if recovery.is_too_late:
        what = "the deductions of the period are done, so nothing is taken back (62.16240(c)(4))"
    else:
        what = f"{recovery.taken:,} taken back, {recovery.claimed:,} claimed ({CITE})"
    subject = f"unit:{finding.unit}/{recovery.period.name}"
    audit.decide(
        decision_class="i",
        program=finding.rules.code,
        subject=subject,
        outcome="incorrectly allocated",
        reasons=[
            finding.ground,
            f"{recovery.quantity:,} {instruments} of {recovery.period.name} were recorded for"
            f" unit {finding.unit_id}: {what}.",
        ],
        decided_at=finding.at,
        decided_by=finding.actor,
    )
    audit.log(
        at=finding.at,
        program=finding.rules.code,
        actor=finding.actor,
        act="recover_incorrect_allocation",
        subject=subject,
        after={
            "quantity": recovery.quantity,
            "taken": recovery.taken,
            "claimed": recovery.claimed,
            "is_too_late": recovery.is_too_late,
        },
        cite="40 CFR 62.16240(c)",
    )


def _tell(
    finding: _Finding,
    account: int,
    set_aside: AccountEntry,
    blocks: Sequence[Block],
    receipt: Receipt,
) -> None:
    rules = finding.rules
    source = ledger_queries.account(account)
    moved = ledger_queries.blocks_of([receipt.tx])[receipt.tx]
    due_on = rules.business_days_from(rules.local_date(finding.at), rules.correct_business_days)
    context: dict[str, ContextValue] = {
        "source": f"{source.name} ({source.number})",
        "destination": f"{set_aside.name} ({set_aside.number})",
        "quantity": quantity_of(blocks),
        "instruments": rules.instruments,
        "recorded_at": finding.at,
        "tx": str(receipt.tx),
        "ground": finding.ground,
        "blocks": moved,
        "cite": CITE,
    }
    seats = accounts.representatives([account], at=finding.at)[account]
    specs = [
        NoticeSpec(
            event=EVENT,
            program=rules.code,
            person=seat.person,
            account=account,
            created_at=finding.at,
            context=context,
            due_on=due_on,
            dedupe=f"{GROUND} {receipt.tx}",
        )
        for seat in seats
    ]
    audit.notify(with_copies(specs))
