"""The matching pool of each State: its two reserves are accounts of the State.

Source: 40 CFR 62.16431(c); 62.16231(c); preamble IV.D.6.b, V.D.4; AMB-31; MASS-AMB-32.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID, uuid5

from django.db import transaction

from trueup.accounts.rivals import looking_again
from trueup.allocation import early_checks as checks
from trueup.allocation.early_settings import rules_of
from trueup.audit import services as audit
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountSpec, Instruction, Origination, Range
from trueup.rules import programs
from trueup.rules.early_action import (
    EFFICIENCY_RESERVE,
    MATCHING_ENDS,
    RENEWABLE_RESERVE,
    RESERVES,
    YEARS,
    check_switched_on,
    reserves_of,
)
from trueup.rules.program import Program
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot

CITE = "40 CFR 62.16431(c); 62.16231(c)"
_MANY = 100_000
POOLS = UUID("7d3f0a16-1f5b-4c3e-8a64-621643100c00")
MATCHING_CATEGORY = "CEM"
MATCHING_VINTAGE = 2022  # Of allowances, whose lots name their vintage (MASS-AMB-32).
PURPOSES = {
    RENEWABLE_RESERVE: "matching_renewable",
    EFFICIENCY_RESERVE: "matching_efficiency",
}
TITLES = {
    RENEWABLE_RESERVE: "early action matching for wind and solar",
    EFFICIENCY_RESERVE: "early action matching for low-income efficiency",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserve:
    """One of a State's two reserves of matching instruments."""

    jurisdiction: str
    name: str

    def __str__(self) -> str:
        return f"{self.jurisdiction} {TITLES[self.name]}"


@transaction.atomic
def grant_matching(
    *,
    program: str,
    jurisdiction: str,
    tons: int,
    granted_at: datetime,
    key: UUID,
    actor: str = "administrator",
) -> dict[str, int]:
    """Create a State's part of the matching pool, in its two reserves.

    Matching instruments stand beside the budgets; the ratio of tons is as it was set.

    Raises Refused (`switched_off`, `unknown_state`, `mwh_missing`).

    Source: 40 CFR 62.16431(c); 62.16231(c); RATE-226, RATE-229; MASS-097.
    """
    rules = programs.load(program)
    require_state(rules, jurisdiction)
    terms = rules_of(program, jurisdiction)
    refusals = check_switched_on(terms)
    if refusals or terms.per_ton is None or terms.renewable_share is None:
        raise Refused(refusals)
    if tons < 1:
        raise Refused([checks.MwhMissing("State how many tons of the pool the State has.")])
    matching = math.floor(tons * Fraction(terms.per_ton))
    parts = reserves_of(matching, renewable_share=terms.renewable_share)
    accounts = reserve_accounts(jurisdiction, program=program, opened_at=granted_at)
    ledger.originate_many(
        [
            Origination(
                lot=_lot(rules, jurisdiction, granted_at),
                shares=tuple((accounts[name], part) for name, part in parts.items() if part),
                key=uuid5(POOLS, f"{key}"),
                ground="early action matching",
                cite=CITE,
                vintage=max(YEARS) if rules.is_rate_based else None,
            )
        ],
        program=program,
        actor=actor,
        recorded_at=granted_at,
    )
    _log(program, jurisdiction, "grant_matching", granted_at, actor, tons=tons, **parts)
    return parts


@transaction.atomic
def redistribute_matching(
    *,
    program: str,
    source: Reserve,
    destination: Reserve,
    quantity: int,
    recorded_at: datetime,
    key: UUID,
    actor: str = "administrator",
) -> None:
    """Move matching instruments that nobody claimed to another reserve.

    Raises Refused (`over_reserve`).

    Source: preamble IV.D.6.b, V.D.4; RATE-229; MASS-097.
    """
    rules = programs.load(program)
    from_accounts = reserve_accounts(source.jurisdiction, program=program, opened_at=recorded_at)
    to_accounts = reserve_accounts(destination.jurisdiction, program=program, opened_at=recorded_at)
    move(
        rules,
        from_accounts[source.name],
        to_accounts[destination.name],
        quantity,
        key=key,
        at=recorded_at,
        actor=actor,
        ground=f"redistributed from {source} to {destination}",
    )
    _log(
        program,
        source.jurisdiction,
        "redistribute_matching",
        recorded_at,
        actor,
        to=str(destination),
        quantity=quantity,
    )


@transaction.atomic
def retire_unused_matching(
    *, program: str, retired_at: datetime, actor: str = "administrator"
) -> int:
    """Retire what the States' reserves still have on January 1, 2023; how many that was.

    Raises Refused (`matching_runs`) before that day.

    Source: preamble IV.D.6.b, V.D.4; RATE-230; MASS-097; DL-25.
    """
    rules = programs.load(program)
    today = rules.local_date(retired_at)
    if today < MATCHING_ENDS:
        raise Refused([checks.MatchingRuns(f"Matching runs until {MATCHING_ENDS}.")])
    held = {place: total for place, total in reserves(program).items() if total}
    accounts = _known(program)
    retirement = ledger.retirement_account(program=program, opened_at=retired_at).id
    instructions = [
        Instruction(
            type="cancel",
            source=accounts[place],
            destination=retirement,
            blocks=_all_of(accounts[place]),
            key=uuid5(POOLS, f"{program} unused {place} {today}"),
            actor=actor,
            submitted_at=retired_at,
            ground="unused early action matching",
            cite="preamble IV.D.6.b, V.D.4",
        )
        for place in held
    ]
    if instructions:
        ledger.record(instructions, program=program, recorded_at=retired_at)
    for place, quantity in held.items():
        _log(
            program,
            place.jurisdiction,
            "retire_unused_matching",
            retired_at,
            actor,
            reserve=place.name,
            quantity=quantity,
        )
    return sum(held.values())


def reserves(program: str, jurisdictions: Sequence[str] = ()) -> dict[Reserve, int]:
    """What each reserve still has; those that were never opened are left out.

    Source: 40 CFR 62.16431(c); RATE-227.
    """
    accounts = _known(program)
    totals = ledger_queries.totals_of(list(accounts.values()))
    return {
        place: totals[account]
        for place, account in accounts.items()
        if not jurisdictions or place.jurisdiction in jurisdictions
    }


def reserve_accounts(jurisdiction: str, *, program: str, opened_at: datetime) -> dict[str, int]:
    """The accounts of a State's two reserves, opened where they are not there yet.

    Source: 40 CFR 62.16431(c); preamble IV.D.6.b.
    """

    def act() -> dict[str, int]:
        known = {
            place.name: account
            for place, account in _known(program).items()
            if place.jurisdiction == jurisdiction
        }
        missing = [name for name in RESERVES if name not in known]
        opened = ledger.open_accounts(
            [
                AccountSpec(
                    program=program,
                    kind="holding",
                    name=str(Reserve(jurisdiction=jurisdiction, name=name)),
                    jurisdiction=jurisdiction,
                    purpose=PURPOSES[name],
                )
                for name in missing
            ],
            opened_at=opened_at,
        )
        return known | {name: entry.id for name, entry in zip(missing, opened, strict=True)}

    return looking_again(act)


def move(
    rules: Program,
    source: int,
    destination: int,
    quantity: int,
    *,
    key: UUID,
    at: datetime,
    actor: str,
    ground: str,
) -> int:
    """Move the lowest numbers of a State's account; the number of the transaction.

    Raises Refused (`over_reserve`).

    Source: 40 CFR 62.16431(c), (d); 62.16231(c), (d).
    """
    blocks = lowest(source, quantity)
    if sum(block.hi - block.lo + 1 for block in blocks) < quantity:
        raise Refused([checks.OverReserve(f"The reserve does not have {quantity:,}.")])
    (receipt,) = ledger.record(
        [
            Instruction(
                type="award" if rules.is_rate_based else "allocate",
                source=source,
                destination=destination,
                blocks=blocks,
                key=key,
                actor=actor,
                submitted_at=at,
                ground=ground,
                cite=CITE,
            )
        ],
        program=rules.code,
        recorded_at=at,
    )
    return receipt.tx


def lowest(account: int, quantity: int) -> tuple[Range, ...]:
    """The lowest free numbers of an account, the oldest vintage first; all if it has fewer.

    Source: 40 CFR 62.16231(d); the order of 62.16325(a).
    """
    taken: list[Range] = []
    left = quantity
    free = [held for held in ledger_queries.holdings(account) if held.reservation is None]
    for held in sorted(free, key=lambda one: (one.lot_number, one.first)):
        if left <= 0:
            break
        part = min(left, held.quantity)
        taken.append(Range(held.lot_number, held.first, held.first + part - 1))
        left -= part
    return tuple(taken)


def require_state(rules: Program, jurisdiction: str) -> None:
    """The State is one of the program's.

    Raises Refused (`unknown_state`).

    Source: 40 CFR 62.16431(a)(2); 62.16231(a).
    """
    if jurisdiction not in rules.jurisdictions:
        raise Refused([checks.UnknownState(f"“{jurisdiction}” is no State of {rules.name}.")])


def _known(program: str) -> dict[Reserve, int]:
    names = {purpose: name for name, purpose in PURPOSES.items()}
    return {
        Reserve(jurisdiction=entry.jurisdiction, name=names[entry.purpose]): entry.id
        for entry in ledger_queries.accounts(program=program, kind="holding", limit=_MANY)
        if entry.purpose in names
    }


def _all_of(account: int) -> tuple[Range, ...]:
    return tuple(held.range for held in ledger_queries.holdings(account))


def _lot(rules: Program, jurisdiction: str, at: datetime) -> Lot:
    """Credits are numbered by the year of issue, allowances by their vintage."""
    year = rules.local_date(at).year if rules.is_rate_based else MATCHING_VINTAGE
    return Lot(jurisdiction=jurisdiction, year=year, category=MATCHING_CATEGORY)


def _log(
    program: str, jurisdiction: str, act: str, at: datetime, actor: str, **after: object
) -> None:
    audit.log(
        at=at,
        program=program,
        actor=actor,
        act=act,
        subject=f"early_action:{jurisdiction}",
        after=after,
        cite=CITE,
    )
