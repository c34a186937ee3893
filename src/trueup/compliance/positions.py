"""What facilities owe for a period and hold for it, before it is settled.

Every function takes a constant number of statements, however many facilities there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityAccountEntry
from trueup.compliance.entries import (
    OmissionEntry,
    Position,
)
from trueup.compliance.obligations import Obligation, barred_for, obligations
from trueup.compliance.settling import omission_of, read_available, retired_by_owners
from trueup.compliance.usability import read_usability
from trueup.emissions import queries as emissions
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.control_period import offsets_max
from trueup.rules.deduction import Block, quantity_of
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.state_accounts.offsets import CATEGORY as OFFSETS
from trueup.transfers import queries as transfers

PAGE = 100


def obligation(
    *, program: str, period: CompliancePeriod, facility: int, unit: int | None = None
) -> int:
    """What a facility, or an affected EGU, must hold, as far as its data are reported.

    Without an account in the program a facility still has its tons.

    Source: 40 CFR 62.16220(c)(1)(i); 62.16420(c)(4); MASS-005, PLAT-080, RATE-020.
    """
    rules = programs.load(program)
    if not rules.is_rate_based and rules.market.partial is None:
        reported = emissions.period_tons(program=program, period=period, facilities=[facility])
        return reported[facility].tons
    found = position(program=program, period=period, facility=facility, unit=unit)
    return found.obligation if found is not None else 0


def positions(
    *,
    program: str,
    period: CompliancePeriod,
    jurisdiction: str = "",
    facilities: Iterable[int] | None = None,
) -> list[Position]:
    """What facilities owe for a period and hold for it now, in the order of their accounts.

    Held is what is recorded, or correctly submitted into the account, and not submitted
    out of it; only vintages of the period and of earlier ones count.

    Source: 40 CFR 62.16220(c)(1)(i); 62.16375 “CO2 allowances held”; 62.16535(a); PLAT-080.
    """
    rules = programs.load(program)
    entries = accounts.facility_accounts(
        program=program, facilities=facilities, jurisdiction=jurisdiction
    )
    ids = [entry.account for entry in entries]
    held = (
        _usable_credits(entries, rules=rules, period=period)
        if rules.is_rate_based
        else usable(ids, vintage_max=rules.vintage_max(period))
    )
    for account, retired in retired_by_owners(rules, period, ids).items():
        held[account] += retired
    owed = obligations(entries, rules=rules, period=period)
    if rules.market.limits_offsets:
        _leave_out_offsets(held, owed, rules=rules, period=period)
    return [
        Position(
            account=entry.account,
            facility=entry.facility,
            unit=entry.unit,
            obligation=owed[entry.account].quantity,
            held=held[entry.account],
            missing=owed[entry.account].missing,
            missing_quarters=owed[entry.account].missing_quarters,
            is_final=owed[entry.account].final,
            rate=owed[entry.account].rate,
            tons=owed[entry.account].tons,
            surrendered=owed[entry.account].surrendered,
        )
        for entry in entries
    ]


def position(
    *, program: str, period: CompliancePeriod, facility: int, unit: int | None = None
) -> Position | None:
    """What one facility, or affected EGU, owes and holds; None if it has no account."""
    found = positions(program=program, period=period, facilities=[facility])
    of_unit = [entry for entry in found if (entry.unit.id if entry.unit else None) == unit]
    return of_unit[0] if of_unit else None


def usable(
    account_ids: Sequence[int], *, vintage_max: int, category: str | None = None
) -> dict[int, int]:
    """What accounts hold of the vintages up to one, waiting transfers counted.

    Args:
        category: Only of it; None: whatever it is.

    Source: 40 CFR 62.16375 “CO2 allowances held”; MASS-045.
    """
    held = ledger.usable_totals(account_ids, vintage_max=vintage_max, category=category)
    for account, blocks in transfers.waiting_into(account_ids).items():
        held[account] += sum(
            block.quantity
            for block in blocks
            if block.lot.year <= vintage_max and category in (None, block.lot.category)
        )
    return held


def _leave_out_offsets(
    held: dict[int, int],
    owed: Mapping[int, Obligation],
    *,
    rules: Program,
    period: CompliancePeriod,
) -> None:
    """Take off the offset allowances that are beyond the limit of what is owed.

    Source: RGGI-033.
    """
    percent = rules.market.offsets_percent
    of_offsets = usable(list(owed), vintage_max=rules.vintage_max(period), category=OFFSETS)
    for account, quantity in of_offsets.items():
        most = offsets_max(owed[account].quantity, percent=percent or 0)
        held[account] -= max(quantity - most, 0)


def _usable_credits(
    entries: Sequence[FacilityAccountEntry], *, rules: Program, period: CompliancePeriod
) -> dict[int, int]:
    """What affected EGUs hold of credits that they can use, waiting transfers counted.

    Source: 40 CFR 62.16535(a); 62.16570 “ERC held”; RATE-188, RATE-194.
    """
    ids = [entry.account for entry in entries]
    barred = barred_for(entries, rules=rules)
    available = read_available(ids, rules=rules, period=period, barred=barred)
    held = {
        account: quantity_of(
            block
            for block in (*blocks.held, *blocks.arrived_later)
            if block.vintage <= period.last_year
        )
        for account, blocks in available.items()
    }
    waiting = transfers.waiting_into(ids)
    lots = {block.lot.number(rules.number) for blocks in waiting.values() for block in blocks}
    usability = read_usability(rules, lots, on=rules.deadline_on(period)) if lots else None
    for account, blocks in waiting.items():
        for block in blocks:
            whole = Block(
                lot=block.lot.number(rules.number),
                first=block.first,
                last=block.last,
                vintage=block.lot.year,
                recorded_seq=0,
                own=False,
            )
            parts = usability.parts(whole, barred=barred.get(account, ())) if usability else ()
            held[account] += quantity_of(
                part for part, is_usable in parts if is_usable and part.vintage <= period.last_year
            )
    return held


def shortage(
    *, program: str, period: CompliancePeriod, facility: int, unit: int | None = None
) -> int:
    """How many allowances, or credits, are missing before the deadline.

    Source: PLAT-080, PLAT-082.
    """
    found = position(program=program, period=period, facility=facility, unit=unit)
    return found.shortage if found is not None else 0


def claimed(*, program: str, facility: int) -> int:
    """How many allowances a facility's accounts still owe, for whatever reason.

    Source: 40 CFR 62.16240(c)(3); 62.16340(d).
    """
    ids = [
        entry.account
        for entry in accounts.facility_accounts(program=program, facilities=[facility])
    ]
    return sum(claim.open for found in ledger.claims(ids).values() for claim in found)


def not_ready(*, program: str, period: CompliancePeriod) -> list[OmissionEntry]:
    """Facilities that a run would leave out now, for the operator to chase.

    Source: PLAT-081; MASS-159.
    """
    entries = accounts.facility_accounts(program=program)
    owed = obligations(entries, rules=programs.load(program), period=period)
    found = (omission_of(entry, owed[entry.account]) for entry in entries)
    return [entry for entry in found if entry is not None]
