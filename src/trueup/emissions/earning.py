"""What affected EGUs earn: credits of a year, below their standard and by gas shift.

Read from the operation that is reported and from what the ledger says was issued, so that
asking twice gives the same and asking after an issue gives nothing more.

Source: 40 CFR 62.16434; preamble IV.C.1, IV.D.6; RATE-032 to RATE-041; AMB-04.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from trueup.accounts import queries as accounts
from trueup.accounts.entries import FacilityAccountEntry
from trueup.emissions.entries import UnitOperation
from trueup.emissions.operation import period_operation
from trueup.ledger.issues import issued_into
from trueup.rules import egu_credits, programs
from trueup.rules.periods import CompliancePeriod
from trueup.rules.program import Program
from trueup.rules.rate import subcategory_of


@dataclass(frozen=True, slots=True, kw_only=True)
class EguEarning:
    """What one affected EGU is to be issued for a year, in one category.

    Attributes:
        owner: Its compliance account, facility and unit; the credits go into that account.
        quantity: Still to be issued; less than nothing is never issued.
        over_issued: Issued for the period so far, and not earned any more.
        is_final: Whether the operation of the period's years up to this one is final.
    """

    owner: FacilityAccountEntry
    year: int
    category: str
    quantity: int
    over_issued: int
    is_final: bool


def earnings(
    *, program: str, year: int, facilities: Iterable[int] | None = None
) -> list[EguEarning]:
    """What affected EGUs earn for a year, by account and category, in ten statements.

    It is computed on the period to date, less what was issued for the period already. An
    EGU whose data up to this year are incomplete, or whose type is unknown, is left out.

    Args:
        facilities: Keys; all with an account in the program if not given.

    Raises Refused (`before_program_start`, `no_such_period`) for a year without a period.

    Source: 40 CFR 62.16434(b), (c); preamble IV.D.6; RATE-034, RATE-041; AMB-04.
    """
    rules = programs.load(program)
    period = rules.period_of_year(year)
    owners = accounts.facility_accounts(program=program, facilities=facilities)
    operation = period_operation(
        program=program, period=period, facilities={owner.facility.id for owner in owners}
    )
    issued = issued_into(owner.account for owner in owners)
    return [
        earning
        for owner in owners
        if owner.unit is not None
        for earning in _of_owner(
            owner, operation[owner.unit.id], issued, year=year, period=period, rules=rules
        )
    ]


def _of_owner(
    owner: FacilityAccountEntry,
    operation: UnitOperation,
    issued: Mapping[tuple[int, str, int], int],
    *,
    year: int,
    period: CompliancePeriod,
    rules: Program,
) -> Iterator[EguEarning]:
    unit = operation.unit
    subcategory = subcategory_of(unit_type=unit.unit_type, fuel=unit.fuel)
    years = {known: of for known, of in operation.years.items() if known <= year}
    missing = {of_year for _, of_year in operation.missing}
    if subcategory is None or not missing.isdisjoint(years):
        return
    basis = rules.readings["affected_egu_basis"].text_value
    counted = [v for v in period.vintages if v == year or (v < year and basis != "year")]
    so_far = {
        category: sum(issued.get((owner.account, category, vintage), 0) for vintage in counted)
        for category in egu_credits.CATEGORIES
    }
    for earned in egu_credits.earned_in(
        year, years, subcategory=subcategory, period=period, issued=so_far, basis=basis
    ):
        yield EguEarning(
            owner=owner,
            year=year,
            category=earned.category,
            quantity=earned.quantity,
            over_issued=earned.over_issued,
            is_final=operation.final_years.issuperset(years),
        )
