"""Decide a batch: a pure function from what was read to what is to be written.

The store reads the rows concerned, this module applies the instructions to them one
after another in memory, and the store writes the difference with a comparison of what
was read. Both engines use this one implementation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid5

from trueup.ledger.checks import AccountFact, Elsewhere, Question, refusals
from trueup.ledger.entries import (
    MOVES_PER_TRANSACTION,
    ClaimEntry,
    Instruction,
    Range,
    Receipt,
)
from trueup.ledger.rows import Missing, Row, Rows
from trueup.ledger.vintages import Vintages
from trueup.rules.program import Program, TransactionType
from trueup.rules.refusal import Refused
from trueup.rules.serials import lot_of_number

OWN, OTHER = 0, 1
CITES = {"mass": "40 CFR 62.16340(d)", "rate": "40 CFR 62.16535(e)"}  # Debts that are met.


@dataclass(frozen=True, slots=True)
class DoneBefore:
    """A transaction that was recorded earlier under one of the batch's keys."""

    tx: int
    quantity: int
    fingerprint: str
    recorded_at: datetime


@dataclass(slots=True)
class Facts:
    """What was read for a batch."""

    rows: Rows
    accounts: dict[int, AccountFact] = field(default_factory=dict)
    done: dict[UUID, DoneBefore] = field(default_factory=dict)
    claims: dict[int, list[ClaimEntry]] = field(default_factory=dict)
    vintages: Vintages | None = None  # None where serial numbers say it.
    ids: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PlannedTransaction:
    """A line of the journal that is to be written."""

    id: int
    instruction: Instruction
    quantity: int
    fingerprint: str
    recorded_at: datetime


# id, tx, lot, lo, hi, from, to, prev, tier: in the order of the table's columns.
PlannedMove = tuple[int, int, int, int, int, int | None, int, int | None, int]


@dataclass(slots=True)
class Plan:
    """What is to be written, and the outcome of each instruction.

    Attributes:
        claims_taken: New value of `taken` by claim.
        parties: Accounts that must still be as they were read, because a representative
            asked: a freeze or the brake in between is not to be missed.
        unknown_holders: Who holds what was asked for, where that was not read: read
            these accounts too, and plan again.
    """

    rows: Rows
    transactions: list[PlannedTransaction] = field(default_factory=list)
    moves: list[PlannedMove] = field(default_factory=list)
    claims_taken: dict[int, int] = field(default_factory=dict)
    parties: dict[int, AccountFact] = field(default_factory=dict)
    outcomes: list[Receipt | Refused] = field(default_factory=list)
    unknown_holders: set[int] = field(default_factory=set)


def plan_batch(
    facts: Facts,
    instructions: Sequence[Instruction],
    *,
    program: Program,
    recorded_at: datetime,
) -> Plan:
    """Decide every instruction in turn; a later one sees what an earlier one did.

    A refused instruction changes nothing and does not stop the others; whether the
    batch stands or falls as a whole is the caller's choice.

    Source: 40 CFR 62.16330(b), 62.16335(a) and (c).
    """
    planner = _Planner(facts, program=program, recorded_at=recorded_at)
    for instruction in instructions:
        planner.plan.outcomes.append(planner.decide(instruction))
    return planner.plan


def fingerprint_of(instruction: Instruction) -> str:
    """What a request asks for, without when and by whom, as 32 hexadecimal digits.

    A creation asks for a quantity of a lot: its numbers are whatever comes next.
    """
    blocks: tuple[object, ...] = instruction.blocks
    if instruction.source is None:
        blocks = tuple((block.lot, block.quantity) for block in instruction.blocks)
    asked = (
        instruction.type,
        instruction.source,
        instruction.destination,
        blocks,
        instruction.ground,
        instruction.mends,
    )
    return hashlib.blake2b(repr(asked).encode(), digest_size=16).hexdigest()


class _Planner:
    """Applies instructions to the rows that were read; one object a batch."""

    def __init__(self, facts: Facts, *, program: Program, recorded_at: datetime) -> None:
        self.plan = Plan(rows=facts.rows)
        self._facts = facts
        self._program = program
        self._recorded_at = recorded_at
        self._ids = iter(facts.ids)
        self._keys: set[UUID] = set()

    def decide(self, instruction: Instruction) -> Receipt | Refused:
        """Record one instruction in memory, or say why not."""
        fingerprint = fingerprint_of(instruction)
        before = self._facts.done.get(instruction.key)
        if before is not None and before.fingerprint == fingerprint:
            return Receipt(
                tx=before.tx,
                key=instruction.key,
                quantity=before.quantity,
                recorded_at=before.recorded_at,
                repeated=True,
            )
        question = self._question(instruction)
        reasons = refusals(question)
        if reasons:
            return Refused(reasons)
        return self._record(instruction, question.type, fingerprint)

    def _question(self, instruction: Instruction) -> Question:
        accounts = self._facts.accounts
        source = accounts.get(instruction.source) if instruction.source is not None else None
        return Question(
            instruction=instruction,
            program=self._program,
            type=self._program.transaction_types[instruction.type],
            source=source,
            destination=accounts.get(instruction.destination),
            elsewhere=[self._elsewhere(part) for part in self._missing(instruction)],
            key_is_taken=instruction.key in self._facts.done or instruction.key in self._keys,
            owes_vintage=self._owes_vintage(instruction),
        )

    def _missing(self, instruction: Instruction) -> list[Missing]:
        if instruction.source is None:
            return []
        return self._facts.rows.missing(
            [block for block in instruction.blocks if 1 <= block.lo <= block.hi],
            account=instruction.source,
            reservation=instruction.reservation,
        )

    def _elsewhere(self, part: Missing) -> Elsewhere:
        holder = None
        if part.holder is not None:
            holder = self._facts.accounts.get(part.holder)
            if holder is None:
                self.plan.unknown_holders.add(part.holder)
        return Elsewhere(range=part.range, holder=holder, reserved=part.reserved)

    def _owes_vintage(self, instruction: Instruction) -> int | None:
        """The latest vintage that would pay what the giver owes, if any of this would."""
        account = instruction.source
        claims = self._facts.claims.get(account, ()) if account is not None else ()
        return max(
            (
                claim.vintage_max
                for claim in claims
                if self._open(claim) > 0
                and any(self._paying(claim, block) for block in instruction.blocks)
            ),
            default=None,
        )

    def _paying(self, claim: ClaimEntry, block: Range) -> list[Range]:
        """What of a block pays a claim, by its vintage and its category."""
        known = self._facts.vintages
        if known is None:
            lot = lot_of_number(block.lot)
            is_usable = lot.year <= claim.vintage_max and lot.category not in claim.barred
            return [block] if is_usable else []
        return list(known.usable(block, vintage_max=claim.vintage_max, barred=claim.barred))

    def _open(self, claim: ClaimEntry) -> int:
        return claim.owed - self.plan.claims_taken.get(claim.id, claim.taken)

    def _record(self, instruction: Instruction, kind: TransactionType, fingerprint: str) -> Receipt:
        tx = next(self._ids)
        if kind.submitted_by == "representative":
            self._keep_as_read(instruction)
        receiver = self._facts.accounts.get(instruction.destination)
        own = kind.own and receiver is not None and receiver.kind == "compliance"
        first_move = len(self.plan.moves)
        for block in instruction.blocks:
            if instruction.source is None:
                rows = [self._facts.rows.create(block)]
            else:
                rows = self._facts.rows.cut(block)
            tier = OWN if own or block in instruction.own else OTHER
            self._move(
                tx, block.lot, rows, instruction=instruction, tier=tier, first_move=first_move
            )
        quantity = sum(block.quantity for block in instruction.blocks)
        self._keys.add(instruction.key)
        self.plan.transactions.append(
            PlannedTransaction(tx, instruction, quantity, fingerprint, self._recorded_at)
        )
        return Receipt(
            tx=tx,
            key=instruction.key,
            quantity=quantity,
            recorded_at=self._recorded_at,
            debts=self._meet_claims(instruction),
        )

    def _keep_as_read(self, instruction: Instruction) -> None:
        for account in (instruction.source, instruction.destination):
            if account is not None and account in self._facts.accounts:
                self.plan.parties[account] = self._facts.accounts[account]

    def _move(
        self,
        tx: int,
        lot: int,
        rows: Sequence[Row],
        *,
        instruction: Instruction,
        tier: int,
        first_move: int,
    ) -> None:
        giver, receiver = instruction.source, instruction.destination
        for row in rows:
            position = len(self.plan.moves) - first_move
            if position >= MOVES_PER_TRANSACTION:
                raise ValueError(f"a transaction has at most {MOVES_PER_TRANSACTION:,} moves")
            if row.nxt is None:
                raise ValueError("the row that closes a lot cannot move")
            move = tx * MOVES_PER_TRANSACTION + position
            self.plan.moves.append(
                (move, tx, lot, row.lo, row.nxt - 1, giver, receiver, row.move, tier)
            )
            row.account, row.move, row.tier = receiver, move, tier
            row.reservation = None
            row.changed = True

    def _meet_claims(self, instruction: Instruction) -> tuple[Receipt, ...]:
        """Take what the receiver owes out of what has just arrived, lowest serials first."""
        debts = []
        for claim in self._facts.claims.get(instruction.destination, ()):
            blocks = self._usable(claim, instruction.blocks)
            if not blocks:
                continue
            deduction = Instruction(
                type="deduct",
                source=claim.account,
                destination=claim.destination,
                blocks=tuple(blocks),
                key=uuid5(instruction.key, f"claim {claim.id}"),
                actor="registry",
                submitted_at=self._recorded_at,
                ground=claim.ground,
                cite=CITES[self._program.kind],
            )
            taken = self.plan.claims_taken.get(claim.id, claim.taken)
            kind = self._program.transaction_types["deduct"]
            debts.append(self._record(deduction, kind, fingerprint_of(deduction)))
            self.plan.claims_taken[claim.id] = taken + debts[-1].quantity
        return tuple(debts)

    def _usable(self, claim: ClaimEntry, arrived: Sequence[Range]) -> list[Range]:
        blocks = []
        wanted = self._open(claim)
        for block in (part for whole in arrived for part in self._paying(claim, whole)):
            for row in self._facts.rows.overlapping(block):
                if wanted == 0 or row.account != claim.account or row.nxt is None:
                    continue
                lo = max(row.lo, block.lo)
                quantity = min(wanted, min(row.nxt - 1, block.hi) - lo + 1)
                blocks.append(Range(block.lot, lo, lo + quantity - 1))
                wanted -= quantity
        return blocks
