"""A facility's settlement in full: every serial number with its ground and date.

It is read from the journal, so that it cannot say anything else.

Source: 40 CFR 62.16340(e); PLAT-088; MASS-142, MASS-161.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from trueup.accounts import queries as accounts
from trueup.allocation import queries as allocation
from trueup.compliance.entries import (
    DeductedBlock,
    LocationObligation,
    Outcome,
    ReturnedBlock,
    Statement,
    SupplementRow,
)
from trueup.compliance.grounds import STEPS, ground_of, step_of
from trueup.compliance.models import Settlement
from trueup.compliance.obligations import Obligation, obligations
from trueup.compliance.outcomes import appeals, outcomes_of
from trueup.compliance.passing_over import without
from trueup.compliance.usability import read_usability
from trueup.emissions import queries as emissions
from trueup.ledger import queries as ledger
from trueup.ledger.entries import TransactionEntry
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.serials import SerialBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """What the journal says of one account's deductions for one period.

    Attributes:
        deductions: In order, with the blocks that they took.
        returns: Corrections of them, with the blocks that went back.
    """

    deductions: tuple[tuple[TransactionEntry, tuple[SerialBlock, ...]], ...]
    returns: tuple[tuple[TransactionEntry, tuple[SerialBlock, ...]], ...]

    def kept(self) -> list[tuple[TransactionEntry, SerialBlock]]:
        """What stays deducted, in the order in which it was.

        A number that went back and was deducted anew is where it was deducted last.
        """
        kept: list[tuple[TransactionEntry, SerialBlock]] = []
        for entry, blocks in self.deductions:
            back = [
                block
                for mending, returned in self.returns
                if mending.mends == entry.id
                for block in returned
            ]
            kept += [(entry, part) for block in blocks for part in minus(block, back)]
        return kept


def journal_of(account: int, period: CompliancePeriod) -> Journal:
    """Read an account's deductions for a period, and what gave some of it back.

    Source: 40 CFR 62.16340(e).
    """
    return journals_of([account], period)[account]


def journals_of(accounts: Sequence[int], period: CompliancePeriod) -> dict[int, Journal]:
    """Read several accounts' deductions for a period, in a constant number of statements."""
    deductions = ledger.transactions_from(
        accounts, type="deduct", grounds=[ground_of(step, period) for step in STEPS]
    )
    returns = ledger.transactions_mending(entry.id for entry in deductions)
    blocks = ledger.blocks_of([entry.id for entry in (*deductions, *returns)])
    return {
        account: Journal(
            deductions=_with_blocks(deductions, blocks, source=account),
            returns=_with_blocks(returns, blocks, destination=account),
        )
        for account in accounts
    }


def deducted_blocks(
    *, program: str, period: CompliancePeriod, facility: int, unit: int | None = None
) -> list[DeductedBlock]:
    """The serial numbers deducted from a facility for a period, in order, neighbours joined.

    Args:
        unit: Key of the affected EGU, where each is settled by itself.

    Source: 40 CFR 62.16340(e); 62.16535(f); MASS-142; RATE-202.
    """
    row = Settlement.objects.filter(
        program=program, period=period.name, facility_id=facility, unit_id=unit
    ).first()
    return list(_deducted(journal_of(row.account_id, period))) if row is not None else []


def statement(
    *, program: str, period: CompliancePeriod, facility: int, unit: int | None = None
) -> Statement | None:
    """A facility's settlement with its obligation by unit and every block; None if none.

    Args:
        unit: Key of the affected EGU, where each is settled by itself.

    Source: 40 CFR 62.16340(e); 62.16535(f); PLAT-088.
    """
    row = Settlement.objects.filter(
        program=program, period=period.name, facility_id=facility, unit_id=unit
    ).first()
    if row is None:
        return None
    (outcome,) = outcomes_of([row])
    rules = programs.load(program)
    reported = emissions.period_tons(program=program, period=period, facilities=[facility])
    journal = journal_of(row.account_id, period)
    owed = _owed_now(row, rules, period)
    return Statement(
        outcome=outcome,
        account=ledger.account(row.account_id),
        locations=tuple(
            LocationObligation(
                location=location.unit_id,
                units=location.units,
                tons_exact=location.tons_exact,
                tons=location.tons,
            )
            for location in reported[facility].locations
        ),
        reported_tons=reported[facility].tons,
        deducted=tuple(_deducted(journal)),
        returned=tuple(
            ReturnedBlock(
                block=block,
                ground=entry.ground,
                tx=entry.id,
                mends=entry.mends or 0,
                recorded_at=entry.recorded_at,
            )
            for entry, blocks in journal.returns
            for block in blocks
        ),
        balance=ledger.totals_of([row.account_id])[row.account_id],
        appeals=tuple(appeals(row.pk)),
        rate=owed.rate if owed is not None else None,
        interim=interim_outcomes(row, rules, period),
        owed_now=owed.quantity if owed is not None and owed.rate is None else None,
        outside=owed.outside if owed is not None else (),
        exempt_years=owed.exempt_years if owed is not None else (),
    )


def _owed_now(row: Settlement, rules: Program, period: CompliancePeriod) -> Obligation | None:
    """What is owed by what is reported now; None where that is the tons themselves."""
    if not rules.is_rate_based and rules.market.partial is None:
        return None
    entries = accounts.facility_accounts(program=rules.code, facilities=[row.facility_id])
    return obligations(entries, rules=rules, period=period)[row.account_id]


def interim_outcomes(
    row: Settlement, rules: Program, period: CompliancePeriod
) -> tuple[Outcome, ...]:
    """How the interim control periods within a period were settled, in order.

    Source: RGGI-013.
    """
    names = [interim.name for interim in rules.interim_periods(period)]
    if not names:
        return ()
    rows = Settlement.objects.filter(
        program=rules.code, period__in=names, account_id=row.account_id
    )
    return tuple(outcomes_of(rows.order_by("period")))


def supplement(
    *, program: str, period: CompliancePeriod, facility: int, unit: int | None = None
) -> list[SupplementRow]:
    """The serial numbers retired, with dates, that supplement the last quarter's report.

    The report is due before the deductions; the registry issues this list after them.
    Numbers that were set aside are named apart, because the resource behind them is owed;
    so are credits of another vintage.

    Source: 40 CFR 62.16360(a)(1)(vi); 62.16555(a)(1)(viii); MASS-161, MASS-AMB-46; RATE-031.
    """
    rules = programs.load(program)
    deducted = deducted_blocks(program=program, period=period, facility=facility, unit=unit)
    inside = allocation.set_asides_within((item.block for item in deducted), program=program)
    usability = read_usability(rules, (item.block.lot.number(rules.number) for item in deducted))
    return [
        SupplementRow(
            block=part,
            ground=item.ground,
            surrendered_on=rules.local_date(item.ordered_at),
            retired_on=rules.local_date(item.recorded_at),
            set_aside=purpose,
            vintage=vintage,
        )
        for item in deducted
        for purpose, block in _by_purpose(item.block, inside.get(item.block, ()))
        for part, vintage in usability.vintages_within(block, program_number=rules.number)
    ]


def minus(block: SerialBlock, others: Iterable[SerialBlock]) -> list[SerialBlock]:
    """What is left of a block when others are taken out of it."""
    spans = [(other.first, other.last) for other in others if other.lot == block.lot]
    return [
        SerialBlock(lot=block.lot, first=first, last=last)
        for first, last in without((block.first, block.last), spans)
    ]


def _deducted(journal: Journal) -> Iterable[DeductedBlock]:
    for entry, block in journal.kept():
        yield DeductedBlock(
            block=block,
            ground=step_of(entry.ground),
            tx=entry.id,
            ordered_at=entry.submitted_at,
            recorded_at=entry.recorded_at,
        )


def _by_purpose(
    block: SerialBlock, set_aside: Sequence[tuple[str, SerialBlock]]
) -> list[tuple[str, SerialBlock]]:
    rest = minus(block, (part for _, part in set_aside))
    parts = [("", part) for part in rest] + list(set_aside)
    return sorted(parts, key=lambda item: item[1].first)


def _with_blocks(
    entries: Iterable[TransactionEntry],
    blocks: Mapping[int, Sequence[SerialBlock]],
    *,
    source: int | None = None,
    destination: int | None = None,
) -> tuple[tuple[TransactionEntry, tuple[SerialBlock, ...]], ...]:
    return tuple(
        (entry, tuple(blocks.get(entry.id, ())))
        for entry in entries
        if (source is None or (entry.source is not None and entry.source.id == source))
        and (destination is None or entry.destination.id == destination)
    )
