"""Random legal and illegal acts against a model that knows nothing of the kernel.

The model paints every serial number on a list: who has it, whether it is an own
allocation, under which reservation it waits. It is slow and obviously right.
`make simulate SEED=n` repeats a run; a failure prints its seed.
"""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from trueup.ledger import queries, services
from trueup.ledger.entries import AccountEntry, AccountSpec, ClaimSpec, Instruction, Range, Receipt
from trueup.ledger.verify import audit
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
STEPS = 400
START = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
LOTS = (Lot(jurisdiction="AL", year=2022), Lot(jurisdiction="TX", year=2026))
KINDS = ("origination", "compliance", "compliance", "general", "general", "holding", "retirement")


@dataclass(slots=True)
class Painted:
    """Where one serial number is."""

    account: int
    own: bool = False
    reservation: int | None = None


@dataclass(slots=True)
class Model:
    """The registry as a list a lot, one place a serial number."""

    kinds: dict[int, str]
    serials: dict[Lot, list[Painted]] = field(default_factory=lambda: {lot: [] for lot in LOTS})
    owed: dict[int, int] = field(default_factory=dict)

    def can_give(self, lot: Lot, first: int, last: int, account: int) -> bool:
        line = self.serials[lot]
        if first < 1 or last < first or last > len(line):
            return False
        return all(p.account == account and p.reservation is None for p in line[first - 1 : last])

    def give(self, lot: Lot, first: int, last: int, account: int, *, own: bool) -> int:
        """Hand over, then pay the receiver's debt; how much of it was paid."""
        paid = 0
        for painted in self.serials[lot][first - 1 : last]:
            painted.account, painted.own, painted.reservation = account, own, None
            if self.owed.get(account, 0) and lot.year <= 2024:
                painted.account, painted.own = self.retirement, False
                self.owed[account] -= 1
                paid += 1
        return paid

    @property
    def retirement(self) -> int:
        return next(account for account, kind in self.kinds.items() if kind == "retirement")

    def blocks(self, account: int) -> list[str]:
        found = []
        for lot, line in self.serials.items():
            numbers = [n for n, painted in enumerate(line, 1) if painted.account == account]
            found += [f"{lot.code}-{number}" for number in numbers]
        return found


class Simulation:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        specs = [
            AccountSpec(program=PROGRAM, kind=kind, name=f"{kind} {number}")
            for number, kind in enumerate(KINDS)
        ]
        self.accounts: list[AccountEntry] = services.open_accounts(specs, opened_at=START)
        self.model = Model(kinds={account.id: account.kind for account in self.accounts})
        self.at = START
        self.reservations: list[int] = []
        self.done = {"recorded": 0, "refused": 0}

    def step(self) -> None:
        self.at += timedelta(minutes=self.random.randint(1, 600))
        act = self.random.choices(
            (self.originate, self.move, self.reserve, self.release, self.claim),
            weights=(5, 80, 6, 5, 2),
        )[0]
        act()

    def originate(self) -> None:
        lot, account = self.random.choice(LOTS), self.random.choice(self.accounts)
        quantity = self.random.randint(0, 60)
        legal = quantity > 0 and account.kind in {"origination", "holding"}
        try:
            services.originate(
                program=PROGRAM,
                lot=lot,
                shares=[(account.id, quantity)],
                key=uuid.UUID(int=self.random.getrandbits(128)),
                actor="administrator",
                recorded_at=self.at,
            )
        except Refused:
            assert not legal, f"refused to create {quantity} in {account.name}"
            return
        assert legal, f"created {quantity} in {account.name}"
        self.model.serials[lot] += [Painted(account.id) for _ in range(quantity)]

    def move(self) -> None:
        program = programs.load(PROGRAM)
        code = self.random.choice(["allocate", *["transfer"] * 12, "retire", "deduct"])
        kind = program.transaction_types[code]
        lot = self.random.choice(LOTS)
        size = len(self.model.serials[lot])
        first = self.random.randint(0, size + 1)
        last = first + self.random.randint(-1, 25)
        source, destination = self.random.choice(self.accounts), self.random.choice(self.accounts)
        if 1 <= first <= size and self.random.random() < 0.8:
            holder = self.model.serials[lot][first - 1].account
            source = next(account for account in self.accounts if account.id == holder)
            last = max(last, first)
            if self.random.random() < 0.9:
                while last > first and not self.model.can_give(lot, first, last, holder):
                    last -= 1
            if source.kind in {"origination", "holding"}:
                code, kind = "allocate", program.transaction_types["allocate"]
            permitted = [a for a in self.accounts if (source.kind, a.kind) in kind.routes]
            destination = self.random.choice(permitted or self.accounts)
        legal = (
            (source.kind, destination.kind) in kind.routes
            and source.id != destination.id
            and self.model.can_give(lot, first, last, source.id)
            and not (
                kind.submitted_by == "representative"
                and self.model.owed.get(source.id, 0)
                and lot.year <= 2024
            )
        )
        instruction = Instruction(
            type=code,
            source=source.id,
            destination=destination.id,
            blocks=(Range(lot.number(program.number), first, last),),
            key=uuid.UUID(int=self.random.getrandbits(128)),
            actor="person:1",
            submitted_at=self.at,
            ground="emissions",
        )
        (outcome,) = services.record_each([instruction], program=PROGRAM, recorded_at=self.at)
        assert isinstance(outcome, Receipt) == legal, f"{code} {outcome}"
        self.done["recorded" if legal else "refused"] += 1
        if isinstance(outcome, Receipt):
            own = kind.own and destination.kind == "compliance"
            paid = self.model.give(lot, first, last, destination.id, own=own)
            assert sum(debt.quantity for debt in outcome.debts) == paid

    def reserve(self) -> None:
        lot, account = self.random.choice(LOTS), self.random.choice(self.accounts)
        first = self.random.randint(1, 200)
        last = first + self.random.randint(0, 9)
        legal = self.model.can_give(lot, first, last, account.id)
        block = Range(lot.number(programs.load(PROGRAM).number), first, last)
        try:
            made = services.reserve(account=account.id, blocks=[block], placed_at=self.at)
        except Refused:
            assert not legal
            return
        assert legal
        self.reservations.append(made)
        for painted in self.model.serials[lot][first - 1 : last]:
            painted.reservation = made

    def release(self) -> None:
        if not self.reservations:
            return
        ended = self.reservations.pop(self.random.randrange(len(self.reservations)))
        services.release(ended)
        for line in self.model.serials.values():
            for painted in line:
                if painted.reservation == ended:
                    painted.reservation = None

    def claim(self) -> None:
        account = self.random.choice([a for a in self.accounts if a.kind == "compliance"])
        owed = self.random.randint(1, 40)
        spec = ClaimSpec(
            account=account.id,
            destination=self.model.retirement,
            owed=owed,
            vintage_max=2024,
            ground="excess",
        )
        services.place_claims([spec], placed_at=self.at)
        self.model.owed[account.id] = self.model.owed.get(account.id, 0) + owed

    def compare(self) -> None:
        for account in self.accounts:
            held = [
                f"{block.lot.code}-{number}"
                for block in queries.blocks_held(account.id)
                for number in range(block.first, block.last + 1)
            ]
            assert sorted(held) == sorted(self.model.blocks(account.id)), account.name
            for holding in queries.holdings(account.id):
                painted = self.model.serials[holding.lot][holding.first - 1 : holding.last]
                assert {p.own for p in painted} == {holding.own}
                assert {p.reservation for p in painted} == {holding.reservation}


class TestTheKernelAgainstAModel:
    """MASS-169: random valid operations keep created = held + retired."""

    @pytest.mark.parametrize("run", range(3))
    def test_both_agree_after_every_act(self, run: int, seed: int) -> None:
        simulation = Simulation(seed + run)
        try:
            for step in range(STEPS):
                simulation.step()
                if step % 50 == 0:
                    simulation.compare()
            simulation.compare()
        except AssertionError as wrong:
            wrong.add_note(f"repeat with TRUEUP_SEED={seed}, run {run}")
            raise
        report = audit()
        assert report.clean, (seed, run, report.differences)
        assert min(simulation.done.values()) > 20, simulation.done
