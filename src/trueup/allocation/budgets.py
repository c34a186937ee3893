"""Create a State's budget: numbers from 1, the units' part first, then the set-asides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from trueup.accounts.rivals import looking_again
from trueup.allocation import checks
from trueup.allocation.entries import StateVintage
from trueup.allocation.models import BudgetPart, SetAsideSize
from trueup.allocation.queries import budgets_of, originated
from trueup.allocation.state_accounts import RESERVE, ensure_state_accounts
from trueup.audit import services as audit
from trueup.audit.entries import EventSpec
from trueup.audit.statements import insert_many
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import Origination, Receipt
from trueup.rules import programs
from trueup.rules.program import SET_ASIDES
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.serials import Lot
from trueup.rules.tables import Budget

CITE = "40 CFR 62.16235; 62.16325(c)"
# Keys of acts that can be done once only follow from what they do.
ONCE = UUID("6b0f2a52-9d0c-4f9e-8f57-62163250c000")

Shares = Sequence[tuple[str, int]]  # Purpose and quantity, in the order of the numbers.


def set_set_aside(
    *, program: str, jurisdiction: str, vintage: int, purpose: str, quantity: int
) -> None:
    """Give a set-aside of one vintage another size than the table's.

    What it gains the units' part loses; the goal stays.

    Raises Refused (`no_budget`, `already_originated`, `set_aside_too_large`).

    Source: 40 CFR 62.16240(a)(2)-(3), (c)(5); 62.16235, footnote 1 of Table 1.
    """
    if purpose not in SET_ASIDES:
        raise ValueError(f"{purpose} is no set-aside")
    of = StateVintage(jurisdiction, vintage)

    def act() -> None:
        budget = budgets_of([of], program=program)[of]
        if budget is None:
            raise Refused([checks.no_budget(of)])
        if originated([of], program=program)[of]:
            raise Refused([_already(of)])
        others = sum(size for part, size in budget.parts[1:] if part != purpose)
        if not 0 <= quantity <= budget.total - others:
            raise Refused(
                [
                    checks.SetAsideTooLarge(
                        f"A set-aside of {quantity:,} does not fit into the budget of"
                        f" {budget.total:,}, of which {others:,} are set aside already."
                    )
                ]
            )
        SetAsideSize.objects.update_or_create(
            program=program,
            jurisdiction=jurisdiction,
            vintage=vintage,
            purpose=purpose,
            defaults={"quantity": quantity},
        )

    looking_again(act)


def originate_budget(
    *,
    program: str,
    jurisdiction: str,
    vintage: int,
    recorded_at: datetime,
    actor: str = "administrator",
    total: int | None = None,
) -> tuple[Receipt, ...]:
    """Create a State's allowances of a vintage, in its reserve and its set-aside accounts.

    Numbers start at 1: the units' part in the reserve, then the renewable, output-based
    and early action set-asides, each straight into its account.

    Args:
        total: Fewer than the budget, where a State distributes less; the units' part is
            smaller then.

    Raises Refused (`no_budget`, `already_originated`, `over_budget`, `not_whole_number`).

    Source: 40 CFR 62.16235; 62.16325(c); MASS-032, MASS-049.
    """
    of = StateVintage(jurisdiction, vintage)
    totals = {} if total is None else {of: total}
    return originate_budgets(
        [of], program=program, recorded_at=recorded_at, actor=actor, totals=totals
    )


def originate_budgets(
    budgets: Iterable[StateVintage],
    *,
    program: str,
    recorded_at: datetime,
    actor: str = "administrator",
    totals: Mapping[StateVintage, int] | None = None,
) -> tuple[Receipt, ...]:
    """Create the allowances of several States and vintages, all or none.

    Raises Refused as `originate_budget` does.

    Source: 40 CFR 62.16235; 62.16325(c); MASS-032, MASS-049.
    """
    wanted = list(dict.fromkeys(StateVintage(*of) for of in budgets))

    def act() -> tuple[Receipt, ...]:
        shares = _shares_of(wanted, program=program, totals=totals or {})
        return _originate(shares, program=program, recorded_at=recorded_at, actor=actor, key=ONCE)

    return looking_again(act)


def originate_for_state(
    totals: Mapping[StateVintage, int], *, program: str, recorded_at: datetime, actor: str
) -> None:
    """Create what a State distributes by its own method, whole in its reserve.

    To be called within the act's transaction, after the goals were checked.

    Raises Refused (`already_originated`).

    Source: 40 CFR 62.16325(a), (c); preamble V.E; MASS-068.
    """
    there = originated(totals, program=program)
    refusals = [_already(of) for of in totals if there[of]]
    if refusals:
        raise Refused(refusals)
    shares: dict[StateVintage, Shares] = {of: ((RESERVE, total),) for of, total in totals.items()}
    _originate(shares, program=program, recorded_at=recorded_at, actor=actor, key=ONCE)


def ensure_originated(
    needed: Mapping[StateVintage, int],
    *,
    program: str,
    recorded_at: datetime,
    actor: str,
    key: UUID,
) -> None:
    """Create what an act is the first to need; to be called within its transaction.

    Where the program sets budgets, each that is not there yet is created whole. Where it
    sets none, the act creates the quantity that it names.

    Raises Refused (`no_budget`).

    Source: 40 CFR 62.16325(c); MASS-032.
    """
    rules = programs.load(program)
    shares: dict[StateVintage, Shares]
    if rules.budgets is None:
        shares = {of: ((RESERVE, quantity),) for of, quantity in needed.items()}
    else:
        there = originated(needed, program=program)
        missing = [of for of in needed if not there[of]]
        shares = _shares_of(missing, program=program, totals={})
        key = ONCE
    _originate(shares, program=program, recorded_at=recorded_at, actor=actor, key=key)


def _shares_of(
    wanted: Sequence[StateVintage], *, program: str, totals: Mapping[StateVintage, int]
) -> dict[StateVintage, Shares]:
    """How each budget is divided by its tables, its sizes and the total asked for."""
    budgets = budgets_of(wanted, program=program)
    there = originated(wanted, program=program)
    refusals: list[Refusal] = []
    shares: dict[StateVintage, Shares] = {}
    for of in wanted:
        budget = budgets[of]
        if budget is None:
            refusals.append(checks.no_budget(of))
        elif there[of]:
            refusals.append(_already(of))
        else:
            total = totals.get(of, budget.total)
            refusals += _total_refusals(of, total, budget)
            less = budget.total - total
            shares[of] = [
                (purpose, quantity - less if purpose == RESERVE else quantity)
                for purpose, quantity in budget.parts
            ]
    if refusals:
        raise Refused(refusals)
    return shares


def _total_refusals(of: StateVintage, total: int, budget: Budget) -> list[Refusal]:
    refusals = checks.check_quantity(total, row=None)
    if not refusals and total > budget.total:
        refusals.append(
            checks.OverBudget(
                f"{total:,} allowances of {of.jurisdiction} of vintage {of.vintage} are"
                f" {total - budget.total:,} more than the budget of {budget.total:,}."
            )
        )
    elif not refusals and budget.total - total > budget.units:
        refusals.append(
            checks.SetAsideTooLarge(
                f"The set-asides of {of.jurisdiction} for {of.vintage} do not fit into {total:,}."
            )
        )
    return refusals


def _already(of: StateVintage) -> Refusal:
    return checks.AlreadyOriginated(
        f"The budget of {of.jurisdiction} for {of.vintage} has been originated."
    )


def _originate(
    shares: Mapping[StateVintage, Shares],
    *,
    program: str,
    recorded_at: datetime,
    actor: str,
    key: UUID,
) -> tuple[Receipt, ...]:
    """Create the numbers, and keep which of them are for what."""
    places = [
        (of.jurisdiction, purpose)
        for of, parts in shares.items()
        for purpose, quantity in parts
        if quantity
    ]
    accounts = ensure_state_accounts(places, program=program, opened_at=recorded_at)
    parts = {
        of: [(purpose, quantity) for purpose, quantity in all_parts if quantity]
        for of, all_parts in shares.items()
    }
    issues = [
        Origination(
            lot=(lot := Lot(jurisdiction=of.jurisdiction, year=of.vintage)),
            shares=tuple(
                (accounts[of.jurisdiction, name].id, quantity) for name, quantity in of_state
            ),
            key=uuid5(key, f"originate {program} {lot.code}"),
            cite=CITE,
        )
        for of, of_state in parts.items()
    ]
    made = _create(issues, program=program, recorded_at=recorded_at, actor=actor)
    made_for = {
        receipt.tx: (of, purpose)
        for of, of_issue in zip(parts, made, strict=True)
        for receipt, (purpose, _) in zip(of_issue, parts[of], strict=True)
    }
    _keep_parts(made_for, program=program, originated_at=recorded_at)
    _log(shares, program=program, at=recorded_at, actor=actor)
    return tuple(receipt for of_issue in made for receipt in of_issue)


def _create(
    issues: Sequence[Origination], *, program: str, recorded_at: datetime, actor: str
) -> list[tuple[Receipt, ...]]:
    """Create all budgets at once; one by one if a rival has created some of them meanwhile.

    Then their parts are kept already, which the database refuses, and the act looks again.
    """

    def create(some: Sequence[Origination]) -> list[tuple[Receipt, ...]]:
        return ledger.originate_many(some, program=program, actor=actor, recorded_at=recorded_at)

    try:
        return create(issues)
    except Refused as refused:
        if refused.reasons != {"key_reused"}:
            raise
    return [receipts for issue in issues for receipts in create([issue])]


def _keep_parts(
    made_for: Mapping[int, tuple[StateVintage, str]], *, program: str, originated_at: datetime
) -> None:
    blocks = ledger_queries.blocks_of(made_for)
    rows = [
        {
            "program": program,
            "jurisdiction": of.jurisdiction,
            "vintage": of.vintage,
            "purpose": purpose,
            "first": block.first,
            "last": block.last,
            "tx_id": tx,
            "originated_at": originated_at,
        }
        for tx, (of, purpose) in made_for.items()
        for block in blocks[tx]
    ]
    insert_many(BudgetPart, rows)


def _log(shares: Mapping[StateVintage, Shares], *, program: str, at: datetime, actor: str) -> None:
    audit.log_many(
        [
            EventSpec(
                at=at,
                program=program,
                actor=actor,
                act="originate_budget",
                subject=f"budget:{program}/{of.jurisdiction}-{of.vintage}",
                after=dict(parts),
                cite=CITE,
            )
            for of, parts in shares.items()
        ]
    )
