"""The Administrator ends or limits allowances: they are no property, and may be ended.

Source: 40 CFR 62.16220(c)(5), (6); MASS-008.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from trueup.audit.notices import ContextValue
from trueup.ledger import checks as ledger_checks
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, HoldingEntry, Instruction, Range, range_of
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.rules.serials import SerialBlock, join
from trueup.transfers import orders
from trueup.transfers.checks import AlreadyLifted, UnknownLimitation
from trueup.transfers.deadlines import tell_corrected_by
from trueup.transfers.entries import ActReceipt, LimitationEntry, blocks_json
from trueup.transfers.models import Limitation, Transfer
from trueup.transfers.orders import ADMINISTRATOR, UNCERTAIN, Order, titled
from trueup.transfers.queries import limitation_entry

CITE = "40 CFR 62.16220(c)(5)"
ENDED, LIMITED, LIFTED = "instruments_ended", "instruments_limited", "limitation_lifted"
ATTEMPTS = 5
RANGES_AT_ONCE = 200  # SQLite takes no condition with a thousand parts.

Keeper = tuple[int, int | None]  # Account and reservation.
Kept = tuple[AccountEntry, list[Range]]


def cancel_instruments(
    *,
    program: str,
    blocks: Sequence[SerialBlock],
    ground: str,
    ended_at: datetime,
    key: UUID,
    actor: str = ADMINISTRATOR,
) -> ActReceipt:
    """End allowances, whoever holds them: they go to retirement and can never be used.

    Those that wait in a transfer are ended too; that transfer is refused in its turn.

    Raises Refused (`not_authorized`, `ground_missing`, `not_whole_number`,
    `duplicate_serials`, `serials_retired`, `serials_not_held`, `key_reused`).

    Source: 40 CFR 62.16220(c)(5); MASS-008.
    """
    order = _order(
        program=program,
        act="cancel_instruments",
        subject=f"ending:{key}",
        outcome="ended",
        blocks=blocks,
        ground=ground,
        actor=actor,
        at=ended_at,
    )
    before = orders.done_before(order)
    if before is not None:
        return before
    retirement = ledger.retirement_account(program=program, opened_at=ended_at)
    for attempt in range(ATTEMPTS):
        try:
            return _end(order, blocks, retirement=retirement, key=key)
        except Refused as refused:
            # What is elsewhere now is looked for there: its holder may have changed.
            if refused.reasons != {"serials_not_held"} or attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


@transaction.atomic
def limit_instruments(
    *,
    program: str,
    blocks: Sequence[SerialBlock],
    ground: str,
    placed_at: datetime,
    key: UUID,
    actor: str = ADMINISTRATOR,
) -> list[LimitationEntry]:
    """Limit allowances: they stay where they are, and can be neither moved nor deducted.

    A transfer in which some of them wait keeps nothing any longer, and is refused in its
    turn unless the limitation is lifted before.

    Returns one limitation for each account that holds some of them.

    Raises Refused as `cancel_instruments` does.

    Source: 40 CFR 62.16220(c)(5); MASS-008.
    """
    order = _order(
        program=program,
        act="limit_instruments",
        subject=f"limitation:{key}",
        outcome="limited",
        blocks=blocks,
        ground=ground,
        actor=actor,
        at=placed_at,
    )
    if orders.done_before(order) is None:
        found = _holders(order, blocks)
        _let_go(found)
        decision = orders.decide(order)
        by_account = _by_account(found)
        Limitation.objects.bulk_create(
            Limitation(
                key=key,
                program=program,
                account_id=account.id,
                reservation_id=ledger.reserve(
                    account=account.id,
                    blocks=ranges,
                    placed_at=placed_at,
                    note=f"limited by {key}",
                ),
                blocks=blocks_json(_blocks(ranges)),
                quantity=sum(item.quantity for item in ranges),
                ground=ground,
                decision_id=decision,
                placed_at=placed_at,
            )
            for account, ranges in by_account
        )
        _tell(order, by_account, event=LIMITED, decision=decision)
        _log(order, by_account, transactions=(), decision=decision)
    return limitations_ordered(key)


@transaction.atomic
def lift_limitation(
    *, limitation: UUID, ground: str, lifted_at: datetime, actor: str = ADMINISTRATOR
) -> list[LimitationEntry]:
    """Let allowances that were limited be transferred and deducted again.

    Args:
        limitation: The key of the order that limited them.

    Raises Refused (`unknown_limitation`, `already_lifted`, `not_authorized`,
    `ground_missing`).

    Source: 40 CFR 62.16220(c)(5); MASS-008.
    """
    rows = list(Limitation.objects.select_for_update().filter(key=limitation).order_by("id"))
    if not rows:
        raise Refused([UnknownLimitation("There is no such limitation.")])
    blocks = [block for entry in limitations_ordered(limitation) for block in entry.blocks]
    order = _order(
        program=rows[0].program,
        act="lift_limitation",
        subject=f"limitation:{limitation}",
        outcome="limitation lifted",
        blocks=blocks,
        ground=ground,
        actor=actor,
        at=lifted_at,
    )
    refusals = orders.refusals_of(order)
    if any(row.lifted_at is not None for row in rows):
        refusals.append(AlreadyLifted("The limitation was lifted already."))
    if refusals:
        raise Refused(refusals)
    for row in rows:
        if row.reservation_id is not None:
            ledger.release(row.reservation_id)
    Limitation.objects.filter(key=limitation).update(reservation=None, lifted_at=lifted_at)
    decision = orders.decide(order)
    lifted = limitations_ordered(limitation)
    number = programs.load(order.program).number
    by_account = [
        (entry.account, [range_of(block, program_number=number) for block in entry.blocks])
        for entry in lifted
    ]
    _tell(order, by_account, event=LIFTED, decision=decision)
    _log(order, by_account, transactions=(), decision=decision)
    return lifted


def _order(
    *,
    program: str,
    act: str,
    subject: str,
    outcome: str,
    blocks: Sequence[SerialBlock],
    ground: str,
    actor: str,
    at: datetime,
) -> Order:
    instruments = programs.load(program).instruments
    return Order(
        program=program,
        act=act,
        subject=subject,
        decision_class=UNCERTAIN,
        outcome=f"{instruments} {outcome}" if act != "lift_limitation" else outcome,
        ground=ground,
        actor=actor,
        at=at,
        cite=CITE,
        asked=repr((act, [str(block) for block in blocks], ground)),
    )


@transaction.atomic
def _end(
    order: Order, blocks: Sequence[SerialBlock], *, retirement: AccountEntry, key: UUID
) -> ActReceipt:
    found = _holders(order, blocks)
    keepers: dict[Keeper, list[Range]] = {}
    for entry in found:
        keepers.setdefault((entry.account, entry.reservation), []).append(entry.range)
    instructions = [
        Instruction(
            type="cancel",
            source=account,
            destination=retirement.id,
            blocks=tuple(ranges),
            key=uuid5(key, f"{account} {reservation}"),
            actor=order.actor,
            submitted_at=order.at,
            ground=order.ground,
            cite=CITE,
            reservation=reservation,
        )
        for (account, reservation), ranges in keepers.items()
    ]
    receipts = ledger.record(instructions, program=order.program, recorded_at=order.at)
    decision = orders.decide(order)
    by_account = _by_account(found)
    _tell(order, by_account, event=ENDED, decision=decision)
    return _log(
        order,
        by_account,
        transactions=[receipt.tx for receipt in receipts],
        decision=decision,
    )


def _holders(order: Order, blocks: Sequence[SerialBlock]) -> list[HoldingEntry]:
    """Who holds the blocks now, whole; raises Refused if they cannot be ended or limited."""
    rules = programs.load(order.program)
    ranges = [range_of(block, program_number=rules.number) for block in blocks]
    refusals = [*orders.refusals_of(order), *ledger_checks.unreadable(ranges)]
    if refusals:
        raise Refused(refusals)
    found = [
        entry
        for start in range(0, len(ranges), RANGES_AT_ONCE)
        for entry in ledger_queries.holdings_within(ranges[start : start + RANGES_AT_ONCE])
    ]
    refusals = _unavailable(found, ranges, rules)
    if refusals:
        raise Refused(refusals)
    return found


def _unavailable(
    found: Sequence[HoldingEntry], ranges: Sequence[Range], rules: Program
) -> list[Refusal]:
    kinds = {
        identity: account.kind
        for identity, account in ledger_queries.accounts_by_id(
            {entry.account for entry in found}
        ).items()
    }
    retired = [entry.block for entry in found if kinds[entry.account] == "retirement"]
    refusals: list[Refusal] = []
    if retired:
        refusals.append(ledger_checks.SerialsRetired(f"Already retired: {_named(retired)}."))
    missing = sum(item.quantity for item in ranges) - sum(entry.quantity for entry in found)
    if missing:
        refusals.append(
            ledger_checks.SerialsNotHeld(
                f"{missing:,} of these {rules.instruments} were never created."
            )
        )
    return refusals


def _let_go(found: Iterable[HoldingEntry]) -> None:
    """Let transfers that wait keep nothing, where the Administrator needs what they keep."""
    reservations = {entry.reservation for entry in found if entry.reservation is not None}
    waiting = Transfer.objects.filter(reservation_id__in=reservations)
    for reservation in waiting.values_list("reservation_id", flat=True):
        if reservation is not None:
            ledger.release(reservation)
    waiting.update(reservation=None)


def _by_account(found: Iterable[HoldingEntry]) -> list[Kept]:
    ranges: dict[int, list[Range]] = {}
    for entry in found:
        ranges.setdefault(entry.account, []).append(entry.range)
    known = ledger_queries.accounts_by_id(ranges)
    return [(known[account], kept) for account, kept in ranges.items()]


def limitations_ordered(key: UUID) -> list[LimitationEntry]:
    """The limitations under one order, one for each account.

    Source: 40 CFR 62.16220(c)(5).
    """
    rows = list(Limitation.objects.filter(key=key).order_by("id"))
    known = ledger_queries.accounts_by_id(row.account_id for row in rows)
    return [limitation_entry(row, known[row.account_id]) for row in rows]


def _tell(order: Order, by_account: Sequence[Kept], *, event: str, decision: int) -> None:
    rules = programs.load(order.program)
    contexts: list[tuple[AccountEntry, Mapping[str, ContextValue]]] = [
        (
            account,
            {
                "account": titled(account),
                "quantity": sum(item.quantity for item in ranges),
                "instruments": rules.instruments,
                "ordered_at": order.at,
                "blocks": _blocks(ranges),
                "decision": str(decision),
            },
        )
        for account, ranges in by_account
    ]
    due_on = tell_corrected_by(rules, order.at)
    orders.tell(order, event=event, contexts=contexts, due_on=due_on)


def _log(
    order: Order, by_account: Sequence[Kept], *, transactions: Iterable[int], decision: int
) -> ActReceipt:
    ranges = [item for _, kept in by_account for item in kept]
    return orders.log(
        order,
        transactions=transactions,
        quantity=sum(item.quantity for item in ranges),
        decision=decision,
        serials=blocks_json(_blocks(ranges)),
    )


def _blocks(ranges: Iterable[Range]) -> list[SerialBlock]:
    return join(item.block for item in ranges)


def _named(blocks: Iterable[SerialBlock]) -> str:
    return ", ".join(str(block) for block in join(blocks)[:5])
