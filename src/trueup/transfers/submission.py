"""Decide submissions: record them, let them wait, or refuse them with all reasons.

The happy path of one transfer takes a fixed number of statements: accounts, their
representatives, the ledger's facts and its write, the transfer's row and its notices
(docs/decisions/0081). A batch of any size takes as many.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from trueup.accounts.checks import tidy
from trueup.ledger import checks as ledger_checks
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused
from trueup.transfers import checks, queries
from trueup.transfers.deciding import KeyTakenError, decide
from trueup.transfers.drafts import draft_all
from trueup.transfers.entries import RetirementSpec, TransferEntry, TransferSpec
from trueup.transfers.register import enter
from trueup.transfers.retirement import retirement_account

CHUNK = 100
ATTEMPTS = 3


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
                act = _all_or_none if all_or_none else _each
                entries = act(fresh, rules, recorded_at=recorded_at)
        except (IntegrityError, KeyTakenError) as error:
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


def _each(
    specs: Sequence[TransferSpec], rules: Program, *, recorded_at: datetime
) -> list[TransferEntry]:
    batch = draft_all(specs, rules=rules, recorded_at=recorded_at)
    decide(batch)
    return enter(batch)


def _all_or_none(
    specs: Sequence[TransferSpec], rules: Program, *, recorded_at: datetime
) -> list[TransferEntry]:
    """Decide all and keep nothing if any is refused; every reason is told first."""
    refusals: list[Refusal] = []
    entries: list[TransferEntry] = []
    for start in range(0, len(specs), CHUNK):
        chunk = specs[start : start + CHUNK]
        batch = draft_all(chunk, rules=rules, recorded_at=recorded_at)
        decide(batch)
        for position, draft in enumerate(batch.drafts, start=start + 1):
            for refusal in draft.refusals:
                refusal.row = draft.spec.row or position
                refusals.append(refusal)
        if not refusals:
            entries += enter(batch)
    if refusals:
        raise Refused(refusals)
    return entries


def _key_reused(spec: TransferSpec) -> Refusal:
    return ledger_checks.KeyReused(
        "This request's key was used before for another request; send it with a new key.",
        row=spec.row,
    )


def _tidied(spec: TransferSpec) -> TransferSpec:
    """The same request as it is compared and stored: numbers in capitals, no stray blanks."""
    spec = replace(
        spec,
        source=checks.account_number(spec.source),
        destination=checks.account_number(spec.destination),
        reference=tidy(spec.reference),
        note="\n".join(tidy(line) for line in spec.note.splitlines()).strip(),
    )
    if isinstance(spec, RetirementSpec):
        return replace(spec, beneficiary=tidy(spec.beneficiary))
    return spec
