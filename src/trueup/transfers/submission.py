"""Decide submissions: record them, let them wait, or refuse them with all reasons.

The happy path of one transfer takes a fixed number of statements: accounts, their
representatives, the ledger's facts and its write, the transfer's row and its notices
(docs/decisions/0081). A batch of any size takes as many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.db import IntegrityError, transaction

from trueup.accounts.checks import tidy
from trueup.ledger import checks as ledger_checks
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import Receipt
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.transfers import checks, queries
from trueup.transfers.choice import FreeSerials
from trueup.transfers.drafts import Batch, Draft, draft_all, find_waits
from trueup.transfers.entries import RetirementSpec, TransferEntry, TransferSpec
from trueup.transfers.register import enter
from trueup.transfers.retirement import retirement_account

CHUNK = 100
# So often are serial numbers chosen again when others took the chosen ones meanwhile.
CHOICES = 20
ATTEMPTS = 3


class _ChoiceIsOffError(Exception):
    """Serial numbers have to be chosen again; what was tried with them is undone."""

    def __init__(self, position: int) -> None:
        super().__init__(str(position))
        self.position = position


class _KeyTakenError(Exception):
    """A key that the ledger knows; whose it is has to be looked up."""

    def __init__(self, spec: TransferSpec) -> None:
        super().__init__(str(spec.key))
        self.spec = spec


def submit(
    specs: Sequence[TransferSpec],
    *,
    program: str,
    recorded_at: datetime,
    all_or_none: bool = False,
) -> list[TransferEntry]:
    """Decide submissions, each for itself or all together, in their order.

    Each for itself they are decided in chunks, each a database transaction.

    Raises Refused for what cannot be stored, for a key that was used for something else,
    and with `all_or_none` for every reason against any of them.
    """
    rules = programs.load(program)
    specs = _with_retirement_account(
        [_tidied(spec) for spec in specs], program=program, at=recorded_at
    )
    checks.refuse_unusable(specs)
    if all_or_none:
        return _with_keys(specs, rules, recorded_at=recorded_at, all_or_none=True)
    entries: list[TransferEntry] = []
    for start in range(0, len(specs), CHUNK):
        chunk = specs[start : start + CHUNK]
        entries += _with_keys(chunk, rules, recorded_at=recorded_at, all_or_none=False)
    return entries


def reasons_against(
    specs: Sequence[TransferSpec], *, program: str, recorded_at: datetime
) -> list[Refusal]:
    """What would be said against submissions now; nothing is kept.

    Source: 40 CFR 62.16335(e)(2).
    """
    if not specs:
        return []
    try:
        with transaction.atomic():
            submit(specs, program=program, recorded_at=recorded_at, all_or_none=True)
            transaction.set_rollback(True)
    except Refused as refused:
        return list(refused.refusals)
    return []


def _with_retirement_account(
    specs: list[TransferSpec], *, program: str, at: datetime
) -> list[TransferSpec]:
    """Retirements with the number of the Administrator's retirement account.

    Source: 40 CFR 62.16320(b).
    """
    if not any(isinstance(spec, RetirementSpec) for spec in specs):
        return specs
    number = retirement_account(program=program, opened_at=at).number
    return [
        replace(spec, destination=number) if isinstance(spec, RetirementSpec) else spec
        for spec in specs
    ]


def _with_keys(
    specs: Sequence[TransferSpec], rules: Program, *, recorded_at: datetime, all_or_none: bool
) -> list[TransferEntry]:
    """Answer repeated requests with what became of them, and decide the others.

    A single request is taken for a new one until its key turns out to be taken.

    Source: PLAT-054.
    """
    for attempt in range(ATTEMPTS):
        is_new = len(specs) == 1 and attempt == 0
        earlier = {} if is_new else _submitted_before(specs, program=rules.code)
        fresh = [spec for spec in specs if spec.key not in earlier]
        try:
            with transaction.atomic():
                decide = _decide_all if all_or_none else _decide_each
                entries = decide(fresh, rules, recorded_at=recorded_at)
        except (IntegrityError, _KeyTakenError) as error:
            if attempt < ATTEMPTS - 1:
                continue
            if isinstance(error, IntegrityError):
                raise
            raise Refused([_key_reused(error.spec)]) from None
        decided = {entry.key: entry for entry in entries}
        return [earlier.get(spec.key) or decided[spec.key] for spec in specs]
    raise AssertionError("unreachable")


def _submitted_before(specs: Sequence[TransferSpec], *, program: str) -> dict[UUID, TransferEntry]:
    """What became of those that were submitted before.

    Raises Refused (`key_reused`) if a key stood for something else then.
    """
    stored = queries.stored_with_keys(spec.key for spec in specs)
    reused = [
        spec
        for spec in specs
        if spec.key in stored
        and (stored[spec.key].fingerprint, stored[spec.key].program)
        != (checks.fingerprint_of(spec), program)
    ]
    if reused:
        raise Refused(_key_reused(spec) for spec in reused)
    return {entry.key: entry for entry in queries.entries(list(stored.values()))}


def _decide_each(
    specs: Sequence[TransferSpec], rules: Program, *, recorded_at: datetime
) -> list[TransferEntry]:
    batch = draft_all(specs, rules=rules, recorded_at=recorded_at)
    _decide(batch)
    return enter(batch)


def _decide_all(
    specs: Sequence[TransferSpec], rules: Program, *, recorded_at: datetime
) -> list[TransferEntry]:
    """Decide all and keep nothing if any is refused; every reason is told first."""
    refusals: list[Refusal] = []
    entries: list[TransferEntry] = []
    for start in range(0, len(specs), CHUNK):
        chunk = specs[start : start + CHUNK]
        batch = draft_all(chunk, rules=rules, recorded_at=recorded_at)
        _decide(batch)
        for position, draft in enumerate(batch.drafts, start=start + 1):
            for refusal in draft.refusals:
                refusal.row = draft.spec.row or position
                refusals.append(refusal)
        if not refusals:
            entries += enter(batch)
    if refusals:
        raise Refused(refusals)
    return entries


def _decide(batch: Batch) -> None:
    """Decide each draft in turn; a later one finds what an earlier one has left."""
    find_waits(batch.drafts, rules=batch.rules)
    for state, run in groupby(batch.drafts, key=lambda draft: draft.state):
        drafts = list(run)
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


def _record(drafts: Sequence[Draft], batch: Batch) -> None:
    """Record what can be recorded, each as if it had been submitted alone.

    Serial numbers are chosen as if every draft could be recorded. If one cannot, those
    after it are chosen again without it; if others took the chosen ones meanwhile, too.

    Source: 40 CFR 62.16330(b)(2), 62.16335(a), (c); PLAT-051 (note).
    """
    undecided = list(drafts)
    lost = 0
    while True:
        _choose(undecided)
        asked = [draft for draft in undecided if not draft.refusals]
        outcomes, wrong = _ask(asked, batch)
        if wrong is None:
            break
        for draft in undecided:
            draft.refusals = []
        if _may_choose_again(asked[wrong], outcomes[wrong]) and lost < CHOICES:
            lost += 1
        else:
            _take_over(asked[wrong], outcomes[wrong])
            undecided.remove(asked[wrong])
    too_few = [draft for draft in undecided if draft.refusals]
    for draft, outcome in zip(asked, outcomes, strict=True):
        _take_over(draft, outcome)
    for draft in too_few:
        _find_all_reasons(draft, batch)


def _ask(asked: Sequence[Draft], batch: Batch) -> tuple[tuple[Receipt | Refused, ...], int | None]:
    """Let the ledger record what it can, unless serials have to be chosen again.

    Returns the outcomes, and the position of the refused draft because of which nothing
    was kept; None if all is kept.
    """
    instructions = [draft.instruction() for draft in asked]
    program, recorded_at = batch.rules.code, batch.recorded_at
    if not any(draft.is_by_quantity for draft in asked):
        return ledger.record_each(instructions, program=program, recorded_at=recorded_at), None
    outcomes: tuple[Receipt | Refused, ...] = ()
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


def _choose(drafts: Sequence[Draft]) -> None:
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
    free = FreeSerials(ledger_queries.holdings_of(sorted(sources)))
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
            _take_over(draft, outcome)
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
            for refusal in outcome.refusals
            if not (draft.is_by_quantity and refusal.reason == "not_whole_number")
        ]


def _check(draft: Draft, batch: Batch) -> Receipt | Refused:
    (outcome,) = ledger.check(
        [draft.instruction()], program=batch.rules.code, recorded_at=batch.recorded_at
    )
    return outcome


def _take_over(draft: Draft, outcome: Receipt | Refused) -> None:
    """What the ledger answered."""
    if isinstance(outcome, Refused):
        _require_new_key(draft, outcome)
        draft.refusals = list(outcome.refusals)
    elif outcome.repeated:
        raise _KeyTakenError(draft.spec)
    else:
        draft.receipt = outcome


def _require_new_key(draft: Draft, outcome: Refused) -> None:
    if "key_reused" in outcome.reasons:
        raise _KeyTakenError(draft.spec)


def _may_choose_again(draft: Draft, outcome: Receipt | Refused) -> bool:
    """Whether all that is wrong is that the serial numbers chosen for it are elsewhere now."""
    is_off = isinstance(outcome, Refused) and outcome.reasons == {"serials_not_held"}
    return draft.is_by_quantity and is_off


def _too_few(draft: Draft, *, free: int) -> Refusal:
    return ledger_checks.SerialsNotHeld(
        f"The account holds {free:,} of vintage {draft.spec.vintage} that are free,"
        f" not {draft.quantity or 0:,}. Nothing was moved."
    )


def _key_reused(spec: TransferSpec) -> Refusal:
    return ledger_checks.KeyReused(
        "This request's key was used before for another request; send it with a new key.",
        row=spec.row,
    )


def _tidied(spec: TransferSpec) -> TransferSpec:
    """The same request as it is compared and stored: numbers in capitals, no stray blanks."""
    spec = replace(
        spec,
        source=_number(spec.source),
        destination=_number(spec.destination),
        reference=tidy(spec.reference),
        note="\n".join(tidy(line) for line in spec.note.splitlines()).strip(),
    )
    if isinstance(spec, RetirementSpec):
        return replace(spec, beneficiary=tidy(spec.beneficiary))
    return spec


def _number(text: str) -> str:
    return "".join(text.split()).upper()
