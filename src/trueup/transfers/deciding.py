"""Decide drafts: the ledger records them, they wait, or all reasons against them are found.

Serial numbers are chosen and recorded without a lock on the account. If others took them
in the meantime, they are chosen again (docs/decisions/0081).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from django.db import transaction

from trueup.ledger import checks as ledger_checks
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.checks import Stopped
from trueup.ledger.entries import Receipt
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.transfers import waits
from trueup.transfers.choice import FreeSerials
from trueup.transfers.drafts import Batch, Draft, find_waits
from trueup.transfers.entries import TransferSpec
from trueup.transfers.holding_limit import refuse_beyond_limit
from trueup.transfers.vintages import read_vintages

# So often are serial numbers chosen again when others took the chosen ones meanwhile.
CHOICES = 20


class _ChoiceIsOffError(Exception):
    """Serial numbers have to be chosen again; what was tried with them is undone."""

    def __init__(self, position: int) -> None:
        super().__init__(str(position))
        self.position = position


class KeyTakenError(Exception):
    """A key that the ledger knows; whose it is has to be looked up."""

    def __init__(self, spec: TransferSpec) -> None:
        super().__init__(str(spec.key))
        self.spec = spec


def decide(batch: Batch) -> None:
    """Decide each draft in turn; a later one finds what an earlier one has left.

    Raises KeyTakenError if a key turns out to be taken; nothing may be kept then.

    Source: 40 CFR 62.16330, 62.16335.
    """
    find_waits(batch)
    for drafts in _runs(batch):
        state = drafts[0].state
        if state == "recorded":
            _record(drafts, batch)
        elif state == "refused":
            for draft in drafts:
                _find_all_reasons(draft, batch)
        else:
            for draft in drafts:
                _keep_waiting(draft, batch)
    for draft in batch.drafts:
        draft.settle()


def _runs(batch: Batch) -> Iterator[Sequence[Draft]]:
    """Drafts that are decided alike, in their order; one by one where holdings are limited.

    Source: PLAT-112; docs/decisions/0365.
    """
    if batch.rules.market.holding_limit is None:
        for _, run in groupby(batch.drafts, key=lambda draft: draft.state):
            yield list(run)
        return
    for draft in batch.drafts:
        if draft.source is not None and draft.destination is not None:
            beyond = refuse_beyond_limit(
                draft.source,
                draft.destination,
                draft.quantity or 0,
                rules=batch.rules,
                at=batch.recorded_at,
            )
            draft.refusals += [beyond] if beyond is not None else []
        yield [draft]


def _record(drafts: Sequence[Draft], batch: Batch) -> None:
    """Record what can be recorded, each as if it had been submitted alone.

    Serial numbers are chosen as if every draft could be recorded. If one cannot, those
    after it are chosen again without it; if others took the chosen ones meanwhile, too.

    Source: 40 CFR 62.16330(b)(2), 62.16335(a), (c); PLAT-051 (note).
    """
    undecided = list(drafts)
    lost = 0
    while True:
        _choose(undecided, batch.rules)
        asked = [draft for draft in undecided if not draft.refusals]
        outcomes, wrong = _ask(asked, batch)
        if wrong is None:
            break
        for draft in undecided:
            draft.refusals = []
        if _may_choose_again(asked[wrong], outcomes[wrong]) and lost < CHOICES:
            lost += 1
        else:
            _take_over(asked[wrong], outcomes[wrong], batch)
            undecided.remove(asked[wrong])
    too_few = [draft for draft in undecided if draft.refusals]
    for draft, outcome in zip(asked, outcomes, strict=True):
        _take_over(draft, outcome, batch)
    for draft in too_few:
        _find_all_reasons(draft, batch)


def _ask(asked: Sequence[Draft], batch: Batch) -> tuple[tuple[Receipt | Refused, ...], int | None]:
    """Let the ledger record what it can, unless serials have to be chosen again.

    Returns the outcomes, and the position of the refused draft because of which nothing
    was kept; None if all is kept.
    """
    instructions = [draft.instruction() for draft in asked]
    program, recorded_at = batch.rules.code, batch.recorded_at
    if len(asked) <= 1 or not any(draft.is_by_quantity for draft in asked):
        # There is nothing to undo: what is refused alone has written nothing.
        outcomes = ledger.record_each(instructions, program=program, recorded_at=recorded_at)
        return outcomes, _first_wrong(asked, outcomes)
    try:
        with transaction.atomic():
            outcomes = ledger.record_each(instructions, program=program, recorded_at=recorded_at)
            wrong = _first_wrong(asked, outcomes)
            if wrong is not None:
                raise _ChoiceIsOffError(wrong)
    except _ChoiceIsOffError as error:
        return outcomes, error.position
    return outcomes, None


def _first_wrong(asked: Sequence[Draft], outcomes: Sequence[Receipt | Refused]) -> int | None:
    """The first refused draft, if serials were chosen for it or for one after it."""
    for position, outcome in enumerate(outcomes):
        if isinstance(outcome, Refused):
            chosen = any(draft.is_by_quantity for draft in asked[position:])
            return position if chosen else None
    return None


def _choose(drafts: Sequence[Draft], rules: Program) -> None:
    """Choose the serial numbers of transfers by quantity.

    Source: PLAT-051 (note).
    """
    wanting = [draft for draft in drafts if draft.is_by_quantity]
    if not wanting:
        return
    if len(drafts) == 1:
        _choose_one(wanting[0])
        return
    sources = {draft.source.id for draft in wanting if draft.source is not None}
    holdings = ledger_queries.holdings_of(sorted(sources))
    lots = {entry.lot_number for found in holdings.values() for entry in found}
    lots |= {item.lot for draft in drafts for item in draft.ranges}
    free = FreeSerials(holdings, known=read_vintages(rules, lots))
    for draft in drafts:
        if draft.source is None or draft.destination is None:
            raise ValueError("nothing is chosen for unknown accounts")
        if draft.is_by_quantity:
            vintage, quantity = draft.spec.vintage or 0, draft.quantity or 0
            draft.ranges = free.take(draft.source.id, vintage=vintage, quantity=quantity)
            found = sum(item.quantity for item in draft.ranges)
            if found < quantity:
                draft.refusals.append(_too_few(draft, free=found))
                continue
        else:
            free.remove(draft.source.id, draft.ranges)
        free.add(draft.destination.id, draft.ranges)


def _choose_one(draft: Draft) -> None:
    if draft.source is None:
        raise ValueError("nothing is chosen from an unknown account")
    try:
        draft.ranges = ledger_queries.choose(
            draft.source.id, vintage=draft.spec.vintage or 0, quantity=draft.quantity or 0
        )
    except Refused as refused:
        draft.refusals += refused.refusals


def _keep_waiting(draft: Draft, batch: Batch) -> None:
    """Make the checks now, and keep the serial numbers until they are made again.

    Source: 40 CFR 62.16335(b); PLAT-045.
    """
    if draft.source is None:
        raise ValueError("nothing waits in an unknown account")
    for _ in range(CHOICES):
        draft.refusals = []
        if draft.is_by_quantity:
            _choose_one(draft)
        outcome = _check(draft, batch) if not draft.refusals else None
        if isinstance(outcome, Refused):
            _require_new_key(draft, outcome)
            draft.refusals = but_for_the_brake(outcome)
        if not draft.refusals:
            try:
                draft.reservation = ledger.reserve(
                    account=draft.source.id,
                    blocks=draft.ranges,
                    placed_at=batch.recorded_at,
                    note=f"transfer {draft.spec.key}",
                )
            except Refused as refused:
                draft.refusals = list(refused.refusals)
        if not draft.refusals or not _may_choose_again(draft, Refused(draft.refusals)):
            return


def _find_all_reasons(draft: Draft, batch: Batch) -> None:
    """Add the ledger's reasons to ours: all that apply are owed.

    Source: 40 CFR 62.16335(e)(2).
    """
    if draft.source is None or draft.destination is None:
        # Without both accounts only what was named can be looked at.
        if not draft.is_by_quantity:
            draft.refusals += ledger_checks.unreadable(draft.ranges)
        return
    if draft.is_by_quantity and not draft.ranges:
        _choose_one(draft)
    outcome = _check(draft, batch)
    if isinstance(outcome, Refused):
        _require_new_key(draft, outcome)
        # A quantity was asked for; that nothing could be chosen is another reason.
        draft.refusals += [
            refusal
            for refusal in but_for_the_brake(outcome)
            if not (draft.is_by_quantity and refusal.reason == "not_whole_number")
        ]


def _check(draft: Draft, batch: Batch) -> Receipt | Refused:
    (outcome,) = ledger.check(
        [draft.instruction()], program=batch.rules.code, recorded_at=batch.recorded_at
    )
    return outcome


def _take_over(draft: Draft, outcome: Receipt | Refused, batch: Batch) -> None:
    """What the ledger answered. What only the brake keeps from being recorded waits.

    Source: PLAT-094; docs/decisions/0175.
    """
    if isinstance(outcome, Refused):
        _require_new_key(draft, outcome)
        draft.refusals = but_for_the_brake(outcome)
        if not draft.refusals:
            draft.waits = (waits.stopped(),)
            _keep_waiting(draft, batch)
    elif outcome.repeated:
        raise KeyTakenError(draft.spec)
    else:
        draft.receipt = outcome


def but_for_the_brake(outcome: Refused) -> list[Refusal]:
    """The reasons of the ledger without the brake, which refuses nothing for good.

    Source: PLAT-094; docs/decisions/0175.
    """
    return [refusal for refusal in outcome.refusals if not isinstance(refusal, Stopped)]


def _require_new_key(draft: Draft, outcome: Refused) -> None:
    if "key_reused" in outcome.reasons:
        raise KeyTakenError(draft.spec)


def _may_choose_again(draft: Draft, outcome: Receipt | Refused) -> bool:
    """Whether all that is wrong is that the serial numbers chosen for it are elsewhere now."""
    is_off = isinstance(outcome, Refused) and outcome.reasons == {"serials_not_held"}
    return draft.is_by_quantity and is_off


def _too_few(draft: Draft, *, free: int) -> Refusal:
    return ledger_checks.SerialsNotHeld(
        f"The account holds {free:,} of vintage {draft.spec.vintage} that are free,"
        f" not {draft.quantity or 0:,}. Nothing was moved."
    )
