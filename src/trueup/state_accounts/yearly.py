"""Divide a State's yearly budget among its accounts: previewed, recorded once.

Source: RGGI-020, RGGI-025, RGGI-030; Maryland's paper, “General Accounts”.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid5

from trueup.accounts.rivals import looking_again
from trueup.audit import services as audit
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, AccountSpec, Instruction, Range, Receipt
from trueup.rules import programs
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.serials import Lot
from trueup.rules.state_general_accounts import check_division, is_late, rest_of
from trueup.state_accounts import checks
from trueup.state_accounts.entries import DistributionEntry, StateYearEntry
from trueup.state_accounts.models import Distribution, Share, StateYear
from trueup.state_accounts.places import ensure_accounts, require_state, rules_of
from trueup.state_accounts.queries import distribution_entry, state_year

CITE = "RGGI-020, RGGI-030"
DIVISIONS = UUID("6b0f2a52-9d0c-4f9e-8f57-00005247470a")
# Where a State's new allowances are until they are divided.
RESERVE = "reserve"


def set_state_year(
    *,
    program: str,
    jurisdiction: str,
    year: int,
    budget: int,
    actor: str,
    at: datetime,
    tons_per_mwh: Decimal | None = None,
) -> StateYearEntry:
    """Set a State's budget of a year, and what a MWh of renewable energy stands for.

    The budget stays once the year is divided; the factor can still be set.

    Raises Refused (`no_state_accounts`, `unknown_state`, `not_a_quantity`,
    `already_divided`).

    Source: RGGI-020 (sizes are yearly settings), RGGI-023 (a yearly State factor).
    """
    rules_of(program)
    require_state(program, jurisdiction)
    if budget < 1 or (tons_per_mwh is not None and tons_per_mwh < 0):
        raise Refused([checks.NotAQuantity("A budget is at least 1, a factor at least 0.")])

    def known() -> StateYearEntry | None:
        return state_year(program=program, jurisdiction=jurisdiction, year=year)

    def act() -> StateYearEntry:
        before = known()
        divided = _is_divided(program=program, jurisdiction=jurisdiction, year=year)
        if divided and before is not None and before.budget != budget:
            raise Refused([_already(jurisdiction, year)])
        StateYear.objects.update_or_create(
            program=program,
            jurisdiction=jurisdiction,
            year=year,
            defaults={
                "budget": budget,
                "tons_per_mwh": tons_per_mwh,
                "decided_by": actor,
                "decided_at": at,
            },
        )
        audit.log(
            at=at,
            program=program,
            actor=actor,
            act="set_state_year",
            subject=f"state_year:{program}/{jurisdiction}-{year}",
            before=None if before is None else {"budget": before.budget},
            after={"budget": budget, "tons_per_mwh": str(tons_per_mwh or "")},
            cite="RGGI-020, RGGI-023",
        )
        found = known()
        if found is None:
            raise AssertionError("the year was just set")
        return found

    return looking_again(act)


def division(
    *, program: str, jurisdiction: str, year: int, quantities: Mapping[str, int], today: date
) -> tuple[dict[str, int], bool]:
    """How a year would be divided, and whether that would be late; nothing is recorded.

    The account that takes the rest gets what is left, unless its quantity is given.

    Raises Refused with every reason (`no_budget`, `already_divided`, `not_whole_budget`).

    Source: RGGI-020, RGGI-025.
    """
    rules = rules_of(program)
    require_state(program, jurisdiction)
    known = state_year(program=program, jurisdiction=jurisdiction, year=year)
    if known is None:
        raise Refused(
            [checks.NoBudget(f"{jurisdiction} has not set its budget of {year}: set it first.")]
        )
    found: list[Refusal] = []
    if _is_divided(program=program, jurisdiction=jurisdiction, year=year):
        found.append(_already(jurisdiction, year))
    rest = next(of.purpose for of in rules.accounts if of.takes_rest)
    shares = dict(quantities)
    if rest not in shares and sum(shares.values()) <= known.budget:
        shares = rest_of(known.budget, shares, rules=rules)
    found += check_division(known.budget, shares, rules=rules)
    if found:
        raise Refused(found)
    ordered = {of.purpose: shares.get(of.purpose, 0) for of in rules.accounts}
    return ordered, is_late(today, year=year, rules=rules)


def _is_divided(*, program: str, jurisdiction: str, year: int) -> bool:
    return Distribution.objects.filter(
        program=program, jurisdiction=jurisdiction, year=year
    ).exists()


def distribute_budget(
    *,
    program: str,
    jurisdiction: str,
    year: int,
    quantities: Mapping[str, int],
    actor: str,
    recorded_at: datetime,
) -> DistributionEntry:
    """Create a State's allowances of a year and divide all of them among its accounts.

    One transaction an account; done once a State and year, all or nothing.

    Args:
        quantities: By purpose; the account that takes the rest may be left out.

    Raises Refused (`no_state_accounts`, `unknown_state`, `no_budget`, `already_divided`,
    `not_whole_budget`, `over_budget`).

    Source: RGGI-020, RGGI-025, RGGI-030; MD-2.
    """
    today = programs.load(program).local_date(recorded_at)

    def act() -> DistributionEntry:
        shares, late = division(
            program=program,
            jurisdiction=jurisdiction,
            year=year,
            quantities=quantities,
            today=today,
        )
        accounts = ensure_accounts(jurisdiction, program=program, opened_at=recorded_at)
        budget = sum(shares.values())
        lot = Lot(jurisdiction=jurisdiction, year=year)
        reserve = _create(lot, budget, program=program, actor=actor, at=recorded_at)
        receipts = _divide(
            lot, shares, accounts, reserve, program=program, actor=actor, at=recorded_at
        )
        row = Distribution.objects.create(
            program=program,
            jurisdiction=jurisdiction,
            year=year,
            budget=budget,
            is_late=late,
            actor=actor,
            recorded_at=recorded_at,
        )
        _keep_shares(row, shares, receipts)
        audit.log(
            at=recorded_at,
            program=program,
            actor=actor,
            act="distribute_state_budget",
            subject=f"state_year:{program}/{jurisdiction}-{year}",
            after={"budget": budget, "is_late": late, **shares},
            cite=CITE,
        )
        return distribution_entry(row)

    return looking_again(act)


def _create(lot: Lot, budget: int, *, program: str, actor: str, at: datetime) -> AccountEntry:
    """Create the year's allowances in the State's reserve; a vintage is created whole.

    Raises Refused (`over_budget`) if there are any of the vintage already.
    """
    there = ledger_queries.last_serial(program=program, lot=lot)
    if there:
        raise Refused(
            [
                checks.OverBudget(
                    f"{there:,} allowances of {lot.code} were created before; with"
                    f" {budget:,} more the State's budget of {lot.year} would be exceeded."
                )
            ]
        )
    reserve = ledger_queries.account_of_purpose(
        program=program, purpose=RESERVE, jurisdiction=lot.jurisdiction
    )
    if reserve is None:
        (reserve,) = ledger.open_accounts(
            [
                AccountSpec(
                    program=program,
                    kind="origination",
                    name=f"{lot.jurisdiction} {RESERVE}",
                    jurisdiction=lot.jurisdiction,
                    purpose=RESERVE,
                )
            ],
            opened_at=at,
        )
    ledger.originate(
        program=program,
        lot=lot,
        shares=[(reserve.id, budget)],
        key=uuid5(DIVISIONS, f"originate {program} {lot.code}"),
        actor=actor,
        recorded_at=at,
        cite="RGGI-003, RGGI-020",
    )
    return reserve


def _divide(
    lot: Lot,
    shares: Mapping[str, int],
    accounts: Mapping[str, AccountEntry],
    reserve: AccountEntry,
    *,
    program: str,
    actor: str,
    at: datetime,
) -> dict[str, Receipt]:
    """Record the year's allowances into the accounts, the lowest numbers first."""
    number = programs.load(program).number
    instructions, purposes = [], []
    first = 1
    for purpose, quantity in shares.items():
        if not quantity:
            continue
        purposes.append(purpose)
        instructions.append(
            Instruction(
                type="allocate",
                source=reserve.id,
                destination=accounts[purpose].id,
                blocks=(Range(lot.number(number), first, first + quantity - 1),),
                key=uuid5(DIVISIONS, f"{program} {lot.code} {purpose}"),
                actor=actor,
                submitted_at=at,
                ground=f"budget of {lot.year}",
                cite=CITE,
            )
        )
        first += quantity
    receipts = ledger.record(instructions, program=program, recorded_at=at)
    return dict(zip(purposes, receipts, strict=True))


def _keep_shares(
    row: Distribution, shares: Mapping[str, int], receipts: Mapping[str, Receipt]
) -> None:
    Share.objects.bulk_create(
        Share(
            distribution=row,
            purpose=purpose,
            quantity=quantity,
            tx_id=receipts[purpose].tx if quantity else None,
        )
        for purpose, quantity in shares.items()
    )


def _already(jurisdiction: str, year: int) -> Refusal:
    return checks.AlreadyDivided(f"The budget of {jurisdiction} for {year} has been divided.")
