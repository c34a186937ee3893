"""Give what a set-aside still holds by decision of two officials, where no formula gives it.

A set-aside that the program divides by a formula is divided first; what is kept after it,
because nobody earned it and no unit was allocated anything, is left to such a decision.

Source: PLAT-065; 40 CFR 62.16240(b)(1)(ii), (b)(2)(ii); docs/decisions/0340.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from trueup.accounts.rivals import looking_again
from trueup.allocation import queries as allocation
from trueup.allocation.budgets import ensure_originated
from trueup.allocation.entries import StateVintage
from trueup.audit import services as audit
from trueup.audit.entries import DecisionSpec
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, Instruction
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.set_asides import checks
from trueup.set_asides.award_models import Award
from trueup.set_asides.giving import free_of, take
from trueup.set_asides.models import Distribution
from trueup.set_asides.notices import tell_awarded
from trueup.set_asides.planning import OUTPUT, RENEWABLE, size_of

CITE = "PLAT-065; 40 CFR 62.16240(b)(1)(ii), (b)(2)(ii)"
BUDGETS = UUID("6b0f2a52-9d0c-4f9e-8f57-621624050002")


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardEntry:
    """What was given by decision."""

    id: int
    program: str
    jurisdiction: str
    vintage: int
    purpose: str
    account: int
    quantity: int
    ground: str
    tx: int
    at: datetime


def award_by_decision(
    *,
    program: str,
    jurisdiction: str,
    vintage: int,
    purpose: str,
    account: str,
    quantity: int,
    ground: str,
    proposed_by: str,
    approved_by: str,
    key: UUID,
    at: datetime,
) -> AwardEntry:
    """Give instruments of a set-aside to an account by decision: all of it, or nothing.

    Args:
        account: Its number. key: Of the proposal; makes the transaction's own.

    Raises Refused (`no_set_aside`, `divided_by_formula`, `exceeds_set_aside`,
    `not_a_quantity`, `no_general_account`, `same_official`).

    Source: PLAT-065; docs/decisions/0340.
    """
    of = StateVintage(jurisdiction, vintage)

    def act() -> AwardEntry:
        _require_two(proposed_by, approved_by)
        _require_divided(program, of, purpose)
        receiver = _receiver(program, account)
        held = size_of(program=program, jurisdiction=jurisdiction, vintage=vintage, purpose=purpose)
        _require_within(held, quantity, of=of)
        row = Award(
            program=program,
            jurisdiction=jurisdiction,
            vintage=vintage,
            purpose=purpose,
            account_id=receiver.id,
            quantity=quantity,
            ground=ground,
            proposed_by=proposed_by,
            approved_by=approved_by,
            at=at,
        )
        _record(row, held=held, key=key)
        return award_entry(row)

    return looking_again(act)


def _record(row: Award, *, held: int, key: UUID) -> None:
    """Move what is given, lowest numbers first, keep the row, and tell of it."""
    of = StateVintage(row.jurisdiction, row.vintage)
    ensure_originated(
        {of: held},
        program=row.program,
        recorded_at=row.at,
        actor=row.proposed_by,
        key=uuid5(BUDGETS, key.hex),
    )
    source = allocation.state_account(
        program=row.program, jurisdiction=row.jurisdiction, purpose=row.purpose
    )
    if source is None:
        raise AssertionError("a set-aside that holds something has an account")
    (receipt,) = ledger.record(
        [
            Instruction(
                type="allocate",
                source=source.id,
                destination=row.account_id,
                blocks=tuple(take(free_of(source.id, of), row.quantity)),
                key=uuid5(key, "award"),
                actor=row.proposed_by,
                submitted_at=row.at,
                cite=CITE,
            )
        ],
        program=row.program,
        recorded_at=row.at,
    )
    row.tx_id = receipt.tx
    row.save(force_insert=True)
    _tell(row)


def awards_of(*, program: str, jurisdiction: str, vintage: int, purpose: str) -> list[AwardEntry]:
    """What was given of a set-aside by decision, in order.

    Source: PLAT-065; MASS-168.
    """
    rows = Award.objects.filter(
        program=program, jurisdiction=jurisdiction, vintage=vintage, purpose=purpose
    )
    return [award_entry(row) for row in rows.order_by("id")]


def _require_two(proposed_by: str, approved_by: str) -> None:
    if proposed_by == approved_by:
        raise Refused([checks.SameOfficial("Another official decides on it.")])


def _require_divided(program: str, of: StateVintage, purpose: str) -> None:
    """A formula, where the program has one, was applied first."""
    rules = programs.load(program)
    formula = {RENEWABLE: rules.renewable_energy, OUTPUT: rules.output_based}.get(purpose)
    if formula is None:
        return
    divided = Distribution.objects.filter(
        program=program,
        jurisdiction=of.jurisdiction,
        vintage=of.vintage,
        purpose=purpose,
        state="recorded",
    )
    if not divided.exists():
        raise Refused(
            [
                checks.DividedByFormula(
                    f"The set-aside of {of.jurisdiction} for {of.vintage} is divided by a formula"
                    " first; what is left can then be given by decision."
                )
            ]
        )


def _receiver(program: str, number: str) -> AccountEntry:
    found = ledger_queries.find_account(program=program, number=number)
    if found is None or found.kind not in ("general", "compliance") or found.state == "closed":
        raise Refused([checks.NoGeneralAccount(f"{number} is no open account that can receive.")])
    return found


def _require_within(held: int, quantity: int, *, of: StateVintage) -> None:
    if quantity < 1:
        raise Refused([checks.NotAQuantity("Give one instrument at least.")])
    if quantity > held:
        raise Refused(
            [
                checks.ExceedsSetAside(
                    f"{quantity:,} exceeds the set-aside: {of.jurisdiction} has {held:,} left of"
                    f" {of.vintage}."
                )
            ]
        )


def _tell(row: Award) -> None:
    """Log it, issue it as a decision, and tell the account."""
    audit.log(
        at=row.at,
        program=row.program,
        actor=row.proposed_by,
        act="award_from_set_aside",
        subject=f"award:{row.pk}",
        account=row.account_id,
        after={
            "jurisdiction": row.jurisdiction,
            "vintage": row.vintage,
            "purpose": row.purpose,
            "quantity": row.quantity,
            "ground": row.ground,
            "approved_by": row.approved_by,
        },
        cite=CITE,
    )
    audit.decide_many(
        [
            DecisionSpec(
                decision_class="ii",
                program=row.program,
                subject=f"award:{row.pk}",
                outcome="awarded",
                reasons=(row.ground,),
                decided_at=row.at,
                decided_by=row.approved_by,
            )
        ]
    )
    tell_awarded(row)


def award_entry(row: Award) -> AwardEntry:
    """An award's row as everybody may see it."""
    return AwardEntry(
        id=row.pk,
        program=row.program,
        jurisdiction=row.jurisdiction,
        vintage=row.vintage,
        purpose=row.purpose,
        account=row.account_id,
        quantity=row.quantity,
        ground=row.ground,
        tx=row.tx_id,
        at=row.at,
    )
