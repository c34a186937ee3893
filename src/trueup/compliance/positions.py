"""What facilities owe for a period and hold for it, before it is settled.

Every function takes a constant number of statements, however many facilities there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trueup.accounts import queries as accounts
from trueup.compliance.entries import (
    OmissionEntry,
    Position,
)
from trueup.compliance.settling import omission_of, retired_by_owners
from trueup.emissions import queries as emissions
from trueup.ledger import queries as ledger
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod
from trueup.transfers import queries as transfers

PAGE = 100


def obligation(*, program: str, period: CompliancePeriod, facility: int) -> int:
    """The tons for which a facility must hold allowances, as far as they are reported.

    Source: 40 CFR 62.16220(c)(1)(i); MASS-005, PLAT-080.
    """
    reported = emissions.period_tons(program=program, period=period, facilities=[facility])
    return reported[facility].tons


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

    Source: 40 CFR 62.16220(c)(1)(i); 62.16375 “CO2 allowances held”; PLAT-080.
    """
    entries = accounts.facility_accounts(
        program=program, facilities=facilities, jurisdiction=jurisdiction
    )
    ids = [entry.account for entry in entries]
    held = usable(ids, vintage_max=period.last_year)
    for account, retired in retired_by_owners(programs.load(program), period, ids).items():
        held[account] += retired
    reported = emissions.period_tons(
        program=program, period=period, facilities=[entry.facility.id for entry in entries]
    )
    return [
        Position(
            account=entry.account,
            facility=entry.facility,
            obligation=reported[entry.facility.id].tons,
            held=held[entry.account],
            missing=reported[entry.facility.id].missing,
            missing_quarters=reported[entry.facility.id].missing_quarters,
            is_final=reported[entry.facility.id].final,
        )
        for entry in entries
    ]


def position(*, program: str, period: CompliancePeriod, facility: int) -> Position | None:
    """What one facility owes and holds; None if it has no account in the program."""
    found = positions(program=program, period=period, facilities=[facility])
    return found[0] if found else None


def usable(account_ids: Sequence[int], *, vintage_max: int) -> dict[int, int]:
    """What accounts hold of the vintages up to one, waiting transfers counted.

    Source: 40 CFR 62.16375 “CO2 allowances held”; MASS-045.
    """
    held = ledger.usable_totals(account_ids, vintage_max=vintage_max)
    for account, blocks in transfers.waiting_into(account_ids).items():
        held[account] += sum(block.quantity for block in blocks if block.lot.year <= vintage_max)
    return held


def shortage(*, program: str, period: CompliancePeriod, facility: int) -> int:
    """How many allowances a facility is short of, before the deadline.

    Source: PLAT-080, PLAT-082.
    """
    found = position(program=program, period=period, facility=facility)
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
    reported = emissions.period_tons(
        program=program, period=period, facilities=[entry.facility.id for entry in entries]
    )
    found = (omission_of(entry, reported[entry.facility.id]) for entry in entries)
    return [entry for entry in found if entry is not None]
