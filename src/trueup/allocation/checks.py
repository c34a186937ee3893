"""Why allowances are not created or allocated; every check answers with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from trueup.allocation.entries import AllocationRow, StateVintage
from trueup.ledger.entries import AccountEntry
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused

QUANTITY_MAX = 10**13 - 1  # A running number has at most 13 digits.


class NoBudget(Refusal):
    """The program has no budget of that State and vintage."""

    code = "allocation.no_budget"
    cite = "40 CFR 62.16235(a), Table 1"


class OverBudget(Refusal):
    code = "allocation.over_budget"
    cite = "40 CFR 62.16235; PLAT-060"


class AlreadyOriginated(Refusal):
    code = "allocation.already_originated"
    cite = "40 CFR 62.16325(c)"


class SetAsideTooLarge(Refusal):
    code = "allocation.set_aside_too_large"
    cite = "40 CFR 62.16235, footnote 1 of Table 1"


class UnknownAccount(Refusal):
    code = "allocation.unknown_account"
    cite = "40 CFR 62.16325"


class UnknownFacility(Refusal):
    """No facility has that ORIS code, or it has no compliance account yet."""

    code = "allocation.unknown_facility"
    cite = "40 CFR 62.16240(a)(1)"


class UnknownUnit(Refusal):
    code = "allocation.unknown_unit"
    cite = "40 CFR 62.16240(a)(1)"


class DestinationNotPermitted(Refusal):
    code = "allocation.destination_not_permitted"
    cite = "PLAT-021"


class StateNotNamed(Refusal):
    """The account belongs to no State, and the allocation names none."""

    code = "allocation.state_not_named"
    cite = "40 CFR 62.16325"


class NotWholeNumber(Refusal):
    code = "allocation.not_whole_number"
    cite = "40 CFR 62.16375 (ATCS)"


class OnePeriodAtATime(Refusal):
    code = "allocation.one_period_at_a_time"
    cite = "40 CFR 62.16325(a); 62.16240(a)(1)"


class NothingToAllocate(Refusal):
    code = "allocation.nothing_to_allocate"
    cite = "40 CFR 62.16240(a)(1)"


class KeyReused(Refusal):
    code = "allocation.key_reused"
    cite = "PLAT-054"


class NoFormula(Refusal):
    """The program does not divide its budgets by historical generation."""

    code = "allocation.no_formula"
    cite = "preamble V.D.1 (80 FR 65016)"


class DuplicateRow(Refusal):
    """The same unit (or account) and vintage twice in one table."""

    code = "allocation.duplicate_row"
    cite = "40 CFR 62.16240(a)(1)"


class GenerationMissing(Refusal):
    """A share cannot be determined: no generation, and nothing to estimate it from."""

    code = "allocation.generation_missing"
    cite = "preamble V.D.1, steps 1 to 5 and note 95 (80 FR 65016)"


def check_quantity(quantity: object, *, row: int | None) -> list[Refusal]:
    """Allowances come in whole numbers of at least 1.

    Source: 40 CFR 62.16375 “ATCS”.
    """
    is_whole = isinstance(quantity, int) and not isinstance(quantity, bool)
    if is_whole and 1 <= quantity <= QUANTITY_MAX:  # type: ignore[operator]
        return []
    return [NotWholeNumber(f"{quantity} is not a whole number of at least 1.", row=row)]


def check_vintage(vintage: int, *, rules: Program, today: date, row: int | None) -> list[Refusal]:
    """A vintage is of a compliance period, and of one whose recordation is not far off.

    Allocations of a period are recorded by June 1 of the year before it; those of a later
    period are not recorded in an earlier year.

    Source: 40 CFR 62.16325(a); 62.16240(a)(1).
    """
    try:
        period = rules.period_of_year(vintage)
    except Refused as refused:
        for refusal in refused.refusals:
            refusal.row = row
        return list(refused.refusals)
    recordation_on = rules.recordation_on(period)
    if today.year >= recordation_on.year:
        return []
    return [
        OnePeriodAtATime(
            f"Vintage {vintage} is of the period {period.name}, whose allocations are recorded"
            f" by {recordation_on.isoformat()}, one period at a time; today is"
            f" {today.isoformat()}.",
            row=row,
        )
    ]


def check_recipient(
    row: AllocationRow,
    account: AccountEntry | None,
    *,
    units: Mapping[str, int] | None,
    kinds: frozenset[str],
    state: str,
    line: int,
) -> list[Refusal]:
    """The account is there and may receive, and the unit is one of its facility's.

    Args:
        units: Keys of the facility's affected units by id; None for other accounts.
        kinds: Of account, to which this allocation may go.
        state: Whose allowances they are; empty if nothing says so.
    """
    if account is None:
        return [UnknownAccount(f"There is no account {row.account}.", row=line)]
    refusals: list[Refusal] = []
    if account.kind not in kinds:
        refusals.append(
            DestinationNotPermitted(
                f"Account {account.number} is a {account.kind} account; allowances are not"
                " allocated to it.",
                row=line,
            )
        )
    if row.unit and (units is None or row.unit not in units):
        of = f"{account.name} (account {account.number})"
        known = f" Its units: {', '.join(units)}." if units else ""
        refusals.append(UnknownUnit(f"{of} has no affected unit “{row.unit}”.{known}", row=line))
    if not state:
        refusals.append(
            StateNotNamed(
                f"Account {account.number} is of no State; say from whose reserve.", row=line
            )
        )
    return refusals


def over_budget(of: StateVintage, *, wanted: int, left: int, row: int | None) -> OverBudget:
    """The refusal that says by how much an allocation exceeds what may be allocated."""
    return OverBudget(
        f"{wanted:,} allowances of {of.jurisdiction} of vintage {of.vintage} are"
        f" {wanted - left:,} more than the {left:,} that can be allocated.",
        row=row,
    )


def no_budget(of: StateVintage, *, row: int | None = None) -> NoBudget:
    return NoBudget(f"There is no budget of {of.jurisdiction} for {of.vintage}.", row=row)
