"""Do what an account of the State is there for: retire, sell or award; or move by a decision.

Source: RGGI-021 to RGGI-026, RGGI-031.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid5

from trueup.accounts.rivals import looking_again
from trueup.audit import services as audit
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, Instruction, Range
from trueup.rules.refusal import Refused
from trueup.rules.state_general_accounts import (
    AWARD,
    RETIRE,
    SELL,
    check_sale,
    check_use,
    retirable,
)
from trueup.state_accounts import checks, telling
from trueup.state_accounts.applications import locked
from trueup.state_accounts.entries import ApplicationEntry, ShiftEntry
from trueup.state_accounts.models import Application, Shift
from trueup.state_accounts.places import (
    ensure_accounts,
    lowest,
    quantity_of,
    require_state,
    rules_of,
)
from trueup.state_accounts.queries import application_entry, shift_entry

CITES = {RETIRE: "RGGI-021, RGGI-023", SELL: "RGGI-022", AWARD: "RGGI-024, RGGI-031"}
EXECUTIONS = UUID("6b0f2a52-9d0c-4f9e-8f57-00005247470b")


def execute_application(
    *,
    application: int,
    actor: str,
    at: datetime,
    price_cents: int | None = None,
    reserve_price_cents: int | None = None,
) -> ApplicationEntry:
    """Retire, sell or award what was approved, as the set-aside's rule says.

    What is retired is cut to what the account holds, and what is missing is told; a sale
    or an award of more than it holds is refused.

    Args:
        price_cents: Of a sale, for each allowance.
        reserve_price_cents: The minimum reserve price in force on the day of the sale.

    Raises Refused (`unknown_application`, `wrong_state`, `not_at_reserve_price`,
    `too_few_held`, `account_closed`).

    Source: RGGI-021 to RGGI-024, RGGI-026, RGGI-031.
    """

    def act() -> ApplicationEntry:
        row = locked(application, "approved")
        rules = rules_of(row.program)
        use = rules.of_purpose(row.purpose).use
        accounts = ensure_accounts(row.jurisdiction, program=row.program, opened_at=at)
        source = accounts[row.purpose]
        ledger.lock_account(source.id)
        if use == SELL:
            _require_price(price_cents, reserve_price_cents)
            row.price_cents = price_cents
        blocks = lowest(source.id, row.quantity)
        given, missing = retirable(row.quantity, balance=quantity_of(blocks))
        if use != RETIRE and missing:
            raise Refused([_too_few(source, given, row.quantity)])
        if given:
            row.tx_id = _record(row, source, use=use, blocks=blocks, actor=actor, at=at)
        row.state, row.executed_by, row.executed_at = "executed", actor, at
        row.given, row.missing = given, missing
        row.save()
        audit.log(
            at=at,
            program=row.program,
            actor=actor,
            act="execute_state_application",
            subject=f"state_application:{row.pk}",
            account=row.account_id,
            after={"use": use, "given": given, "missing": missing, "price_cents": row.price_cents},
            cite=CITES[use],
        )
        telling.tell_applicant(row, decision="carried out", at=at)
        return application_entry(row)

    return looking_again(act)


def check_act(*, program: str, purpose: str, use: str) -> None:
    """Refuse what an account of the State is not there for.

    Raises Refused (`other_use`).

    Source: RGGI-026.
    """
    refusals = check_use(purpose, use=use, rules=rules_of(program))
    if refusals:
        raise Refused(refusals)


def move_between(
    *,
    program: str,
    jurisdiction: str,
    source: str,
    destination: str,
    vintage: int,
    quantity: int,
    reason: str,
    key: UUID,
    actor: str,
    at: datetime,
) -> ShiftEntry:
    """Move allowances of a vintage from one account of a State to another, by a decision.

    So a set-aside's allowances can be auctioned: they are first moved to the account
    that is there for it.

    Raises Refused (`unknown_state`, `not_a_quantity`, `reason_missing`, `too_few_held`).

    Source: RGGI-025, RGGI-026.
    """
    require_state(program, jurisdiction)
    _require_move(source, destination, quantity=quantity, reason=reason, program=program)

    def act() -> ShiftEntry:
        before = Shift.objects.filter(key=key).first()
        if before is not None:
            return shift_entry(before)
        accounts = ensure_accounts(jurisdiction, program=program, opened_at=at)
        ledger.lock_account(accounts[source].id)
        tx = _shift(
            accounts[source],
            accounts[destination],
            vintage=vintage,
            quantity=quantity,
            key=key,
            actor=actor,
            at=at,
        )
        row = Shift.objects.create(
            program=program,
            jurisdiction=jurisdiction,
            key=key,
            source=source,
            destination=destination,
            vintage=vintage,
            quantity=quantity,
            reason=reason.strip(),
            decided_by=actor,
            decided_at=at,
            tx_id=tx,
        )
        _log_move(row)
        return shift_entry(row)

    return looking_again(act)


def _require_move(
    source: str, destination: str, *, quantity: int, reason: str, program: str
) -> None:
    """Refuse what is not a quantity from one account of a State to another, with its reason."""
    known = {of.purpose for of in rules_of(program).accounts}
    if quantity < 1 or source == destination or not {source, destination} <= known:
        raise Refused(
            [checks.NotAQuantity("Move at least 1 from one account of the State to another.")]
        )
    if not reason.strip():
        raise Refused([checks.ReasonMissing("Say why allowances are moved.")])


def _require_price(price_cents: int | None, reserve_price_cents: int | None) -> None:
    """Refuse a sale without a price, without a reserve price, or at another price."""
    refusals = check_sale(
        price_cents=-1 if price_cents is None else price_cents,
        reserve_price_cents=-2 if reserve_price_cents is None else reserve_price_cents,
        has_contract=True,
        shows_viability=True,
    )
    if refusals:
        raise Refused(refusals)


def _record(
    row: Application,
    source: AccountEntry,
    *,
    use: str,
    blocks: tuple[Range, ...],
    actor: str,
    at: datetime,
) -> int:
    """Record the transaction of an application; the number of it."""
    if use == RETIRE:
        kind, destination = (
            "retire",
            ledger.retirement_account(program=row.program, opened_at=at).id,
        )
    else:
        kind, destination = "award", _open_account(row)
    (receipt,) = ledger.record(
        [
            Instruction(
                type=kind,
                source=source.id,
                destination=destination,
                blocks=blocks,
                key=uuid5(EXECUTIONS, str(row.key)),
                actor=actor,
                submitted_at=at,
                ground=f"{source.name}, application {row.pk}",
                cite=CITES[use],
            )
        ],
        program=row.program,
        recorded_at=at,
    )
    return receipt.tx


def _open_account(row: Application) -> int:
    found = ledger_queries.account(row.account_id) if row.account_id is not None else None
    if found is None or found.state == "closed":
        raise Refused([checks.AccountClosed("The account that is to receive is not open.")])
    return found.id


def _shift(
    source: AccountEntry,
    destination: AccountEntry,
    *,
    vintage: int,
    quantity: int,
    key: UUID,
    actor: str,
    at: datetime,
) -> int:
    try:
        blocks = ledger_queries.choose(source.id, vintage=vintage, quantity=quantity)
    except Refused as refused:
        raise Refused(
            [checks.TooFewHeld(refusal.sentence) for refusal in refused.refusals]
        ) from None
    (receipt,) = ledger.record(
        [
            Instruction(
                type="consign",
                source=source.id,
                destination=destination.id,
                blocks=blocks,
                key=uuid5(EXECUTIONS, str(key)),
                actor=actor,
                submitted_at=at,
                ground=f"moved to {destination.name}",
                cite="RGGI-025",
            )
        ],
        program=source.program,
        recorded_at=at,
    )
    return receipt.tx


def _log_move(row: Shift) -> None:
    audit.log(
        at=row.decided_at,
        program=row.program,
        actor=row.decided_by,
        act="move_between_state_accounts",
        subject=f"state_account:{row.program}/{row.jurisdiction}/{row.source}",
        after={"to": row.destination, "quantity": row.quantity, "reason": row.reason},
        cite="RGGI-025",
    )


def _too_few(source: AccountEntry, held: int, asked: int) -> checks.TooFewHeld:
    return checks.TooFewHeld(f"{source.name} holds {held:,} of the {asked:,} asked for.")
