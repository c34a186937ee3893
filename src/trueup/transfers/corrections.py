"""The Administrator mends errors in accounts by new entries that name the old ones.

Source: 40 CFR 62.16355; MASS-145; PLAT-110.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid5

from django.db import transaction

from trueup.audit.notices import ContextValue
from trueup.ledger import checks as ledger_checks
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, Instruction, Receipt, range_of
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.serials import SerialBlock
from trueup.transfers import orders
from trueup.transfers.checks import (
    AlreadyReversed,
    NotRecorded,
    UnknownTransfer,
    account_number,
)
from trueup.transfers.deadlines import tell_corrected_by
from trueup.transfers.entries import ActReceipt, blocks_json
from trueup.transfers.models import Transfer
from trueup.transfers.orders import ADMINISTRATOR, CORRECTION, Order, titled
from trueup.transfers.queries import entries

CITE = "40 CFR 62.16355"
CORRECTED = "account_corrected"


@transaction.atomic
def reverse(
    *, transfer: UUID, ground: str, reversed_at: datetime, actor: str = ADMINISTRATOR
) -> ActReceipt:
    """Give back what a transfer moved: the same serial numbers, by a new entry.

    Args:
        transfer: The key of the recorded transfer.

    Raises Refused (`unknown_transfer`, `not_recorded`, `already_reversed`,
    `not_authorized`, `ground_missing`, `not_reversible`, `serials_not_held`).

    Source: 40 CFR 62.16355; MASS-145; PLAT-110.
    """
    row = Transfer.objects.select_for_update().filter(key=transfer).first()
    if row is None:
        raise Refused([UnknownTransfer("There is no such transfer.")])
    order = _order(
        program=row.program,
        act="reverse",
        subject=f"transfer:{transfer}",
        ground=ground,
        actor=actor,
        at=reversed_at,
        asked=(),
    )
    refusals = orders.refusals_of(order)
    if row.tx_id is None:
        refusals.append(NotRecorded("The transfer is not recorded; there is nothing to reverse."))
    if row.reversal_id is not None:
        refusals.append(AlreadyReversed("The transfer has been reversed already."))
    if refusals or row.tx_id is None:
        raise Refused(refusals)
    receipt = ledger.reverse(
        tx=row.tx_id,
        key=uuid5(transfer, "reversal"),
        actor=actor,
        ground=ground,
        recorded_at=reversed_at,
    )
    row.reversal_id = receipt.tx
    row.save(update_fields=["reversal"])
    (entry,) = entries([row])
    if entry.source is None or entry.destination is None:
        raise ValueError("a recorded transfer has two accounts")
    return _carry_through(
        order,
        receipt,
        source=entry.destination,
        destination=entry.source,
        blocks=entry.blocks,
        mends=row.tx_id,
    )


@transaction.atomic
def correct_error(
    *,
    program: str,
    source: str,
    destination: str,
    blocks: Sequence[SerialBlock],
    ground: str,
    corrected_at: datetime,
    key: UUID,
    mends: int | None = None,
    actor: str = ADMINISTRATOR,
) -> ActReceipt:
    """Move what is in the wrong account to the right one, on the Administrator's own motion.

    Both accounts' representatives are told within 10 business days.

    Args:
        source, destination: Account numbers, of accounts of any kind.
        mends: The transaction of the journal that was the error, if it was one.

    Raises Refused (`not_authorized`, `ground_missing`, `unknown_account`, `key_reused` and
    the ledger's reasons).

    Source: 40 CFR 62.16355; MASS-145; PLAT-110.
    """
    source, destination = account_number(source), account_number(destination)
    order = _order(
        program=program,
        act="correct_error",
        subject=f"correction:{key}",
        ground=ground,
        actor=actor,
        at=corrected_at,
        asked=(source, destination, [str(block) for block in blocks], ground, mends),
    )
    before = orders.done_before(order)
    if before is not None:
        return before
    source_account, destination_account = _accounts(order, source, destination)
    number = programs.load(program).number
    instruction = Instruction(
        type="adjust",
        source=source_account.id,
        destination=destination_account.id,
        blocks=tuple(range_of(block, program_number=number) for block in blocks),
        key=key,
        actor=actor,
        submitted_at=corrected_at,
        ground=ground,
        cite=CITE,
        mends=mends,
    )
    (receipt,) = ledger.record([instruction], program=program, recorded_at=corrected_at)
    return _carry_through(
        order,
        receipt,
        source=source_account,
        destination=destination_account,
        blocks=blocks,
        mends=mends,
    )


def _order(
    *, program: str, act: str, subject: str, ground: str, actor: str, at: datetime, asked: object
) -> Order:
    return Order(
        program=program,
        act=act,
        subject=subject,
        decision_class=CORRECTION,
        outcome="transfer reversed" if act == "reverse" else "account corrected",
        ground=ground,
        actor=actor,
        at=at,
        cite=CITE,
        asked=repr(asked),
    )


def _accounts(order: Order, source: str, destination: str) -> tuple[AccountEntry, AccountEntry]:
    """Both accounts, if the order can be given and they exist."""
    refusals = orders.refusals_of(order)
    known = ledger_queries.accounts_by_number([source, destination])
    missing = [number for number in (source, destination) if number not in known]
    if missing:
        refusals.append(
            ledger_checks.UnknownAccount(f"There is no account {' or '.join(missing)}.")
        )
    if refusals:
        raise Refused(refusals)
    return known[source], known[destination]


def _carry_through(
    order: Order,
    receipt: Receipt,
    *,
    source: AccountEntry,
    destination: AccountEntry,
    blocks: Sequence[SerialBlock],
    mends: int | None,
) -> ActReceipt:
    """Decide, log and tell what the ledger has recorded."""
    decision = orders.decide(order)
    rules = programs.load(order.program)
    context: Mapping[str, ContextValue] = {
        "source": titled(source),
        "destination": titled(destination),
        "quantity": receipt.quantity,
        "instruments": rules.instruments,
        "recorded_at": order.at,
        "tx": str(receipt.tx),
        "mends": str(mends) if mends is not None else None,
        "blocks": list(blocks),
        "decision": str(decision),
    }
    orders.tell(
        order,
        event=CORRECTED,
        contexts=[(account, context) for account in (source, destination)],
        due_on=tell_corrected_by(rules, order.at),
    )
    return orders.log(
        order,
        transactions=[receipt.tx],
        quantity=receipt.quantity,
        decision=decision,
        serials=blocks_json(blocks),
    )
