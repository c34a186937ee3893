"""What the Administrator orders on own motion: decided with its ground, logged, and told.

Source: 40 CFR 62.16220(c)(5), 62.16355; PLAT-110.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from trueup.accounts import queries as accounts
from trueup.accounts.checks import NotAuthorized
from trueup.accounts.watchers import with_copies
from trueup.audit import queries as audit_queries
from trueup.audit import services as audit
from trueup.audit.entries import NoticeSpec
from trueup.audit.notices import ContextValue, render
from trueup.ledger.checks import GroundMissing, KeyReused
from trueup.ledger.entries import AccountEntry
from trueup.rules.refusal import Refusal, Refused
from trueup.transfers.entries import ActReceipt

ADMINISTRATOR = "administrator"
CORRECTION = "v"  # 40 CFR 78.1(b)(18)(v).
UNCERTAIN = "uncertain"  # The appeal list does not name it (MASS-AMB-47).
GROUND_MAX = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An act of the Administrator.

    Attributes:
        act: Name of the service. subject: What it is about, with its key.
        asked: What was asked for, to tell a repeated request from a reused key.
    """

    program: str
    act: str
    subject: str
    decision_class: str
    outcome: str
    ground: str
    actor: str
    at: datetime
    cite: str
    asked: str

    @property
    def fingerprint(self) -> str:
        return hashlib.blake2b(self.asked.encode(), digest_size=16).hexdigest()


def refusals_of(order: Order) -> list[Refusal]:
    """Whether it is the Administrator's to order, and whether a ground is stated.

    Source: MASS-008, MASS-145, PLAT-110.
    """
    refusals: list[Refusal] = []
    if order.actor != ADMINISTRATOR and not order.actor.startswith("official:"):
        refusals.append(NotAuthorized("Only the Administrator can order this."))
    if not order.ground.strip():
        refusals.append(GroundMissing("Say why."))
    elif len(order.ground) > GROUND_MAX:
        refusals.append(GroundMissing(f"Say why in at most {GROUND_MAX} characters."))
    return refusals


def done_before(order: Order) -> ActReceipt | None:
    """What became of the same order when it was given before.

    Raises Refused (`key_reused`) if its key stood for something else then.

    Source: PLAT-054.
    """
    for event in audit_queries.events_of(order.subject):
        if event.act != order.act or event.after is None:
            continue
        if event.after["fingerprint"] != order.fingerprint:
            raise Refused([KeyReused("This request's key was used before for another request.")])
        transactions, decision = event.after["transactions"], event.after["decision"]
        if not isinstance(transactions, list) or not isinstance(decision, int):
            raise ValueError(f"the log of {order.subject} cannot be read")
        return ActReceipt(
            transactions=tuple(transactions),
            quantity=int(str(event.after["quantity"])),
            decision=decision,
            recorded_at=event.at,
        )
    return None


def decide(order: Order) -> int:
    """Issue the order as a decision, identified and dated, with its ground.

    Source: 40 CFR 62.16230; 78.1(b)(18); MASS-165.
    """
    return audit.decide(
        decision_class=order.decision_class,
        program=order.program,
        subject=order.subject,
        outcome=order.outcome,
        reasons=[order.ground],
        decided_at=order.at,
        decided_by=order.actor,
    ).id


def log(
    order: Order,
    *,
    transactions: Iterable[int],
    quantity: int,
    decision: int,
    serials: Sequence[Sequence[str]],
) -> ActReceipt:
    """Keep what was done under the order.

    Source: PLAT-017; MASS-171.
    """
    recorded = tuple(transactions)
    audit.log(
        at=order.at,
        program=order.program,
        actor=order.actor,
        act=order.act,
        subject=order.subject,
        after={
            "ground": order.ground,
            "blocks": [list(block) for block in serials],
            "quantity": quantity,
            "transactions": list(recorded),
            "decision": decision,
            "fingerprint": order.fingerprint,
        },
        cite=order.cite,
    )
    return ActReceipt(
        transactions=recorded, quantity=quantity, decision=decision, recorded_at=order.at
    )


def tell(
    order: Order,
    *,
    event: str,
    contexts: Sequence[tuple[AccountEntry, Mapping[str, ContextValue]]],
    due_on: date,
) -> None:
    """Tell the representatives of each account, and copy recipients, what was done to it.

    Source: 40 CFR 62.16355; MASS-145.
    """
    seats = accounts.representatives({account.id for account, _ in contexts}, at=order.at)
    specs = []
    for account, context in contexts:
        if not seats[account.id]:
            continue
        subject, body = render(event, {**context, "ground": order.ground, "cite": order.cite})
        specs += [
            NoticeSpec(
                event=event,
                program=order.program,
                person=seat.person,
                account=account.id,
                subject=subject,
                body=body,
                created_at=order.at,
                due_on=due_on,
            )
            for seat in seats[account.id]
        ]
    audit.notify(with_copies(specs))


def titled(account: AccountEntry) -> str:
    """An account as a notice names it."""
    return f"{account.name} ({account.number})"
