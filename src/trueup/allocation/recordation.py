"""Record allocations: from the State's reserve, lowest numbers first, into accounts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4, uuid5

from django.db import transaction

from trueup.accounts.rivals import looking_again
from trueup.allocation import checks
from trueup.allocation.budgets import ensure_originated
from trueup.allocation.entries import AllocationReceipt, AllocationRow, StateVintage
from trueup.allocation.method_reads import require_federal
from trueup.allocation.models import AllocationRecord, AllocationRun
from trueup.allocation.queries import reserves
from trueup.allocation.recipients import RECIPIENTS, Recipient, look_up
from trueup.allocation.state_accounts import RESERVE, Place, ensure_state_accounts
from trueup.audit import services as audit
from trueup.audit.entries import DecisionSpec
from trueup.audit.statements import insert_many
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, Instruction, Range
from trueup.rules import programs
from trueup.rules.program import Program
from trueup.rules.refusal import Refusal, Refused

CITE = "40 CFR 62.16240(a)(1); 62.16325"
ATTEMPTS = 20
BATCH = 1000  # Transactions that the ledger plans at once.


class Source(NamedTuple):
    """What kind of recordation this is, and the file that it came from.

    Attributes:
        is_state: A State distributes its allowances by its own method.
    """

    kind: str
    file_name: str = ""
    is_state: bool = False


def record_allocations(
    *,
    program: str,
    rows: Sequence[AllocationRow],
    recorded_at: datetime,
    actor: str = "administrator",
    key: UUID | None = None,
) -> AllocationReceipt:
    """Record allocations of a table, all or none, from each State's reserve.

    They may be a part of what can be allocated, and late. What is taken goes from the
    lowest serial number up, rows in the order given; an account gets its rows as one
    transaction. A budget that is not there yet is originated at that instant. The same
    key with the same rows is recorded once.

    Raises Refused with every reason (`unknown_account`, `unknown_unit`,
    `destination_not_permitted`, `state_not_named`, `not_whole_number`,
    `one_period_at_a_time`, `no_budget`, `over_budget`, `key_reused`,
    `nothing_to_allocate`); `row` counts the rows from 1, or is the line of a file.

    Source: 40 CFR 62.16240(a)(1); 62.16325(a) and (b); MASS-057, MASS-058.
    """
    return record_rows(
        rows,
        program=program,
        recorded_at=recorded_at,
        actor=actor,
        key=key or uuid4(),
        source=Source("table"),
    )


def record_from_reserve(
    *,
    program: str,
    jurisdiction: str,
    vintage: int,
    quantity: int,
    account: str,
    recorded_at: datetime,
    actor: str = "administrator",
    key: UUID | None = None,
) -> AllocationReceipt:
    """Record allowances of a State's reserve in any compliance or general account.

    Raises Refused as `record_allocations` does.

    Source: 40 CFR 62.16325(a) and (b).
    """
    row = AllocationRow(
        account=account, vintage=vintage, quantity=quantity, jurisdiction=jurisdiction
    )
    try:
        return record_rows(
            [row],
            program=program,
            recorded_at=recorded_at,
            actor=actor,
            key=key or uuid4(),
            source=Source("reserve"),
        )
    except Refused as refused:
        for refusal in refused.refusals:
            refusal.row = None
        raise


def record_rows(
    rows: Sequence[AllocationRow],
    *,
    program: str,
    recorded_at: datetime,
    actor: str,
    key: UUID,
    source: Source,
    kinds: frozenset[str] = RECIPIENTS,
) -> AllocationReceipt:
    """Record allocations whatever they came from; see `record_allocations`.

    Source: 40 CFR 62.16240(a)(1); 62.16325(a) and (b).
    """
    if not rows:
        raise Refused([checks.NothingToAllocate("There is nothing to allocate.")])

    def act() -> AllocationReceipt:
        digest = digest_of(rows)
        before = AllocationRun.objects.filter(key=key).first()
        if before is not None:
            return _repeated(before, program=program, digest=digest)
        recorder = _Recorder(program=program, at=recorded_at, actor=actor, key=key)
        return recorder.record(rows, digest=digest, source=source, kinds=kinds)

    return looking_again(act)


def digest_of(rows: Sequence[AllocationRow]) -> str:
    """What a table asks for, whatever the order of its rows and the file it stands in."""
    asked = sorted(
        (row.account, row.unit, row.jurisdiction, row.vintage, row.quantity) for row in rows
    )
    return hashlib.sha256(repr(asked).encode()).hexdigest()


def _repeated(run: AllocationRun, *, program: str, digest: str) -> AllocationReceipt:
    if run.program != program or run.digest != digest:
        raise Refused(
            [checks.KeyReused("This request's key was used before for another allocation.")]
        )
    txs = dict.fromkeys(run.records.order_by("id").values_list("tx_id", flat=True))
    return AllocationReceipt(
        run=run.pk,
        key=run.key,
        rows=run.rows,
        quantity=run.quantity,
        transactions=tuple(txs),
        recorded_at=run.recorded_at,
        repeated=True,
    )


class _Recorder:
    """One recordation, within one database transaction."""

    def __init__(self, *, program: str, at: datetime, actor: str, key: UUID) -> None:
        self.rules: Program = programs.load(program)
        self.program = program
        self.at = at
        self.actor = actor
        self.key = key

    def record(
        self, rows: Sequence[AllocationRow], *, digest: str, source: Source, kinds: frozenset[str]
    ) -> AllocationReceipt:
        looked_up = look_up(rows, program=self.program, recorded_at=self.at, kinds=kinds)
        if looked_up.refusals:
            raise Refused(looked_up.refusals)
        recipients = looked_up.recipients
        needed = _needed(recipients)
        if not source.is_state and source.kind != "reserve":
            require_federal(needed, program=self.program, today=self.rules.local_date(self.at))
        ensure_originated(
            needed,
            program=self.program,
            recorded_at=self.at,
            actor=self.actor,
            key=self.key,
        )
        places: list[Place] = [(of.jurisdiction, RESERVE) for of in needed]
        states = ensure_state_accounts(places, program=self.program, opened_at=self.at)
        tx_of = self._take_and_move(recipients, states)
        txs = [
            tx_of[states[recipient.of.jurisdiction, RESERVE].id, recipient.account.id]
            for recipient in recipients
        ]
        run = self._keep(recipients, txs, digest=digest, source=source)
        self._log_and_decide(recipients, run)
        return AllocationReceipt(
            run=run.pk,
            key=self.key,
            rows=len(rows),
            quantity=run.quantity,
            transactions=tuple(tx_of.values()),
            recorded_at=self.at,
        )

    def _take_and_move(
        self, recipients: Sequence[Recipient], states: Mapping[Place, AccountEntry]
    ) -> dict[tuple[int, int], int]:
        """Take the lowest numbers and record them; look again if a rival took them first."""
        jurisdictions = {recipient.of.jurisdiction for recipient in recipients}
        for attempt in range(ATTEMPTS):
            taken = _take(recipients, reserves(jurisdictions, accounts=states))
            try:
                with transaction.atomic():
                    return self._move(self._instructions(recipients, taken, states))
            except Refused as refused:
                if refused.reasons != {"serials_not_held"} or attempt == ATTEMPTS - 1:
                    raise
        raise AssertionError("unreachable")

    def _instructions(
        self,
        recipients: Sequence[Recipient],
        taken: Sequence[Sequence[Range]],
        states: Mapping[Place, AccountEntry],
    ) -> dict[tuple[int, int], Instruction]:
        """One transaction for each pair of reserve and account, in order of appearance."""
        blocks: dict[tuple[int, int], list[Range]] = {}
        for recipient, ranges in zip(recipients, taken, strict=True):
            reserve = states[recipient.of.jurisdiction, RESERVE]
            joined = blocks.setdefault((reserve.id, recipient.account.id), [])
            for part in ranges:
                if joined and joined[-1].lot == part.lot and joined[-1].hi + 1 == part.lo:
                    joined[-1] = Range(part.lot, joined[-1].lo, part.hi)
                else:
                    joined.append(part)
        return {
            (source, destination): Instruction(
                type="allocate",
                source=source,
                destination=destination,
                blocks=tuple(ranges),
                key=uuid5(self.key, f"{source} to {destination}"),
                actor=self.actor,
                submitted_at=self.at,
                cite=CITE,
            )
            for (source, destination), ranges in blocks.items()
        }

    def _move(
        self, instructions: Mapping[tuple[int, int], Instruction]
    ) -> dict[tuple[int, int], int]:
        pairs, ordered = list(instructions), list(instructions.values())
        txs: list[int] = []
        for start in range(0, len(ordered), BATCH):
            batch = ordered[start : start + BATCH]
            receipts = ledger.record(batch, program=self.program, recorded_at=self.at)
            txs += [receipt.tx for receipt in receipts]
        return dict(zip(pairs, txs, strict=True))

    def _keep(
        self,
        recipients: Sequence[Recipient],
        txs: Sequence[int],
        *,
        digest: str,
        source: Source,
    ) -> AllocationRun:
        run = AllocationRun.objects.create(
            program=self.program,
            kind=source.kind,
            key=self.key,
            digest=digest,
            file_name=source.file_name[:200],
            rows=len(recipients),
            quantity=sum(recipient.row.quantity for recipient in recipients),
            actor=self.actor,
            recorded_at=self.at,
        )
        insert_many(
            AllocationRecord,
            [
                {
                    "run_id": run.pk,
                    "account_id": recipient.account.id,
                    "unit_id": recipient.unit,
                    "jurisdiction": recipient.of.jurisdiction,
                    "vintage": recipient.of.vintage,
                    "quantity": recipient.row.quantity,
                    "tx_id": tx,
                }
                for recipient, tx in zip(recipients, txs, strict=True)
            ],
        )
        return run

    def _log_and_decide(self, recipients: Sequence[Recipient], run: AllocationRun) -> None:
        """Each State's allocations are a final decision of class (i)."""
        subject = f"allocation:{run.pk}"
        audit.log(
            at=self.at,
            program=self.program,
            actor=self.actor,
            act="record_allocations",
            subject=subject,
            after={"kind": run.kind, "rows": run.rows, "quantity": run.quantity},
            cite=CITE,
        )
        by_state: dict[str, list[Recipient]] = {}
        for recipient in recipients:
            by_state.setdefault(recipient.of.jurisdiction, []).append(recipient)
        audit.decide_many(
            [
                DecisionSpec(
                    decision_class="i",
                    program=self.program,
                    subject=f"{subject}/{state}",
                    outcome="recorded",
                    reasons=(_in_words(state, rows, instruments=self.rules.instruments),),
                    decided_at=self.at,
                    decided_by=self.actor,
                )
                for state, rows in by_state.items()
            ]
        )


def _needed(recipients: Sequence[Recipient]) -> dict[StateVintage, int]:
    needed: dict[StateVintage, int] = {}
    for recipient in recipients:
        needed[recipient.of] = needed.get(recipient.of, 0) + recipient.row.quantity
    return needed


def _take(
    recipients: Sequence[Recipient],
    free: Mapping[StateVintage, Sequence[tuple[int, int, int]]],
) -> list[list[Range]]:
    """The serial numbers for each row, from the lowest up.

    Raises Refused (`over_budget`) for every State and vintage of which more is asked for
    than its reserve holds, at the first row that does not fit.
    """
    left = {of: [Range(*part) for part in reversed(parts)] for of, parts in free.items()}
    wanted = _needed(recipients)
    refusals: dict[StateVintage, Refusal] = {}
    taken: list[list[Range]] = []
    for recipient in recipients:
        stack = left.get(recipient.of, [])
        missing = recipient.row.quantity
        ranges: list[Range] = []
        while missing and stack:
            part = stack.pop()
            cut = _lowest(part, quantity=min(missing, part.quantity))
            ranges.append(cut)
            missing -= cut.quantity
            if cut.hi < part.hi:
                stack.append(Range(part.lot, cut.hi + 1, part.hi))
        if missing and recipient.of not in refusals:
            available = sum(hi - lo + 1 for _, lo, hi in free.get(recipient.of, ()))
            refusals[recipient.of] = checks.over_budget(
                recipient.of, wanted=wanted[recipient.of], left=available, row=recipient.line
            )
        taken.append(ranges)
    if refusals:
        raise Refused(refusals.values())
    return taken


def _lowest(part: Range, *, quantity: int) -> Range:
    """The lowest numbers of a range."""
    return Range(part.lot, part.lo, part.lo + quantity - 1)


def _in_words(state: str, recipients: Sequence[Recipient], *, instruments: str) -> str:
    quantity = sum(recipient.row.quantity for recipient in recipients)
    vintages = sorted({recipient.of.vintage for recipient in recipients})
    accounts_count = len({recipient.account.id for recipient in recipients})
    span = f"{vintages[0]}" if len(vintages) == 1 else f"{vintages[0]} to {vintages[-1]}"
    return (
        f"{quantity:,} {instruments} of {state}, vintage {span}, in {accounts_count:,}"
        f" account{'s' if accounts_count != 1 else ''} ({CITE})."
    )
