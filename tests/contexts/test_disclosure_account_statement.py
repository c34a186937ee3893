"""An account's statement of a period, and what it held at a past instant."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.contexts.rate_registry import RateRegistry
from trueup.disclosure import account_statement as statements
from trueup.disclosure.account_statement import (
    account_statement,
    blocks_as_of,
    holdings_as_of,
    movements,
    movements_page,
    statement_head,
)
from trueup.ledger import account_journal, queries, services
from trueup.ledger.entries import AccountEntry, AccountSpec, Instruction, range_of
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot, SerialBlock

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
RULES = programs.load(PROGRAM)
START = datetime(2023, 3, 1, 17, tzinfo=UTC)
FIRST_DAY, LAST_DAY = date(2023, 1, 1), date(2024, 12, 31)
LOTS = tuple(Lot(jurisdiction=state, year=year) for state in ("AL", "KY") for year in (2022, 2023))

Held = dict[int, list[SerialBlock]]


@dataclass
class Trading:
    """Four accounts that give each other serial numbers at random; what each held when."""

    seed: int
    at: datetime = START
    kept: list[tuple[datetime, Held]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        specs = [
            AccountSpec(program=PROGRAM, kind=kind, name=f"{kind} {place}")
            for place, kind in enumerate(("origination", "general", "general", "compliance"))
        ]
        self.accounts: list[AccountEntry] = services.open_accounts(specs, opened_at=START)
        for lot in LOTS:
            self.create(lot, 300)

    def tick(self) -> datetime:
        self.at += timedelta(minutes=self.random.randint(1, 900))
        return self.at

    def create(self, lot: Lot, quantity: int) -> None:
        services.originate(
            program=PROGRAM,
            lot=lot,
            shares=[(self.accounts[0].id, quantity)],
            key=UUID(int=self.random.getrandbits(128)),
            actor="administrator",
            recorded_at=self.tick(),
        )
        self.keep()

    def give(self) -> None:
        """Some blocks of one account, cut at random, to another."""
        source = self.random.choice([a for a in self.accounts if queries.holdings(a.id)])
        others = [a for a in self.accounts[1:] if a.id != source.id]
        held = self.random.sample(queries.holdings(source.id), 1)
        blocks = []
        for holding in held:
            first = self.random.randint(holding.first, holding.last)
            last = self.random.randint(first, holding.last)
            blocks.append(SerialBlock(lot=holding.lot, first=first, last=last))
        code = "allocate" if source.kind == "origination" else "transfer"
        destination = self.accounts[3] if code == "allocate" else self.random.choice(others)
        instruction = Instruction(
            type=code,
            source=source.id,
            destination=destination.id,
            blocks=tuple(range_of(block, program_number=RULES.number) for block in blocks),
            key=UUID(int=self.random.getrandbits(128)),
            actor="person:1",
            submitted_at=self.at,
        )
        services.record([instruction], program=PROGRAM, recorded_at=self.tick())
        self.keep()

    def keep(self) -> None:
        held = {account.id: queries.blocks_held(account.id) for account in self.accounts}
        self.kept.append((self.at, held))

    def held_at(self, account: int, at: datetime) -> list[SerialBlock]:
        before = [held for moment, held in self.kept if moment <= at]
        return before[-1][account] if before else []


@pytest.fixture
def trading(seed: int) -> Trading:
    made = Trading(seed)
    for _ in range(60):
        made.give()
    return made


def quantity_of(blocks: list[SerialBlock]) -> int:
    return sum(block.quantity for block in blocks)


class TestTheStatementReconciles:
    """PLAT-041: the journal explains every holding at every time."""

    def test_what_was_held_at_any_instant_is_what_the_ledger_held_then(
        self, trading: Trading
    ) -> None:
        moments = [moment for moment, _ in trading.kept[::5]]
        for at in [START - timedelta(days=1), *moments, trading.at + timedelta(days=9)]:
            for account in trading.accounts:
                found = holdings_as_of(account.id, at=at)
                assert list(found.blocks) == trading.held_at(account.id, at), trading.seed
                assert found.total == quantity_of(list(found.blocks))

    def test_held_at_the_end_is_held_at_the_start_and_what_came_without_what_went(
        self, trading: Trading
    ) -> None:
        for account in trading.accounts:
            for _ in range(5):
                start = (START + timedelta(days=trading.random.randint(-2, 20))).date()
                end = start + timedelta(days=trading.random.randint(0, 15))
                found = account_statement(account.id, program=PROGRAM, start=start, end=end)
                head = found.head
                opened = statements.end_of(start - timedelta(days=1), RULES)
                closed = statements.end_of(end, RULES)
                assert head.opening_total == quantity_of(trading.held_at(account.id, opened))
                assert head.closing_total == quantity_of(trading.held_at(account.id, closed))
                assert head.closing_total == head.opening_total + head.received - head.given
                assert len(found.movements) == head.transactions
                came = sum(m.quantity for m in found.movements if m.is_incoming)
                assert came == head.received, trading.seed
                if found.movements:
                    assert found.movements[-1].balance == head.closing_total
                for row in head.vintages:
                    assert row.closing == row.opening + row.received - row.given

    def test_the_serial_numbers_of_the_movements_lead_from_the_opening_to_the_closing(
        self, trading: Trading
    ) -> None:
        account = trading.accounts[3]
        middle = START + timedelta(days=6)
        found = account_statement(
            account.id, program=PROGRAM, start=middle.date(), end=trading.at.date()
        )
        opened = statements.end_of(middle.date() - timedelta(days=1), RULES)
        held = numbers(list(holdings_as_of(account.id, at=opened).blocks))
        for movement in found.movements:
            moved = numbers(list(movement.blocks))
            if movement.is_incoming:
                assert not held & moved
                held |= moved
            else:
                assert moved <= held
                held -= moved
        assert held == numbers(queries.blocks_held(account.id))

    def test_a_statement_until_now_closes_with_what_the_account_holds(
        self, trading: Trading
    ) -> None:
        for account in trading.accounts:
            head = statement_head(account.id, program=PROGRAM, start=FIRST_DAY, end=LAST_DAY)
            balances = queries.balances(account.id)
            assert [(row.lot, row.quantity) for row in head.closing] == [
                (balance.lot, balance.quantity) for balance in balances
            ]
            assert head.opening == ()


def numbers(blocks: list[SerialBlock]) -> set[tuple[Lot, int]]:
    return {
        (block.lot, number) for block in blocks for number in range(block.first, block.last + 1)
    }


class TestDaysOfTheProgram:
    """docs/decisions/0230: a day is one of the program's time zone."""

    def test_what_is_recorded_before_midnight_eastern_is_of_that_day(self) -> None:
        trading = Trading(1)
        trading.at = datetime(2023, 6, 2, 3, 0, tzinfo=UTC)  # 23:00 of June 1.
        trading.random = random.Random(2)
        trading.give()
        on = RULES.local_date(trading.at)
        receiver = trading.accounts[3].id
        of_the_day = statement_head(receiver, program=PROGRAM, start=on, end=on)
        after = on + timedelta(days=1)
        next_day = statement_head(receiver, program=PROGRAM, start=after, end=after)
        assert (of_the_day.opening_total, of_the_day.transactions) == (0, 1)
        assert (next_day.opening_total, next_day.transactions) == (of_the_day.closing_total, 0)

    def test_a_statement_cannot_end_before_it_begins(self) -> None:
        account = Trading(1).accounts[0].id
        with pytest.raises(Refused, match="before it begins") as refused:
            account_statement(account, program=PROGRAM, start=LAST_DAY, end=FIRST_DAY)
        assert [one.code for one in refused.value.refusals] == ["disclosure.backwards"]


class TestLongStatements:
    """PLAT-140: a big account is read in parts."""

    def test_pages_give_the_same_movements_and_balances_as_the_whole(
        self, trading: Trading
    ) -> None:
        account = trading.accounts[3].id
        whole = account_statement(account, program=PROGRAM, start=FIRST_DAY, end=LAST_DAY)
        after, paged = 0, []
        while part := movements_page(whole.head, after=after, limit=7):
            paged += part
            after = part[-1].position
        assert tuple(paged) == whole.movements

    def test_all_movements_are_read_however_small_the_batches_are(
        self, trading: Trading, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account = trading.accounts[3].id
        whole = account_statement(account, program=PROGRAM, start=FIRST_DAY, end=LAST_DAY)
        everything = holdings_as_of(account, at=trading.at).blocks
        monkeypatch.setattr(statements, "_BATCH", 3)
        monkeypatch.setattr(account_journal, "MOVES_READ", 2)
        assert tuple(movements(whole.head)) == whole.movements
        assert holdings_as_of(account, at=trading.at).blocks == everything

    def test_a_document_above_the_limit_is_refused_with_the_limit(
        self, trading: Trading, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account = trading.accounts[3].id
        for name in ("MOVEMENTS_MAX", "BLOCKS_MAX"):
            with monkeypatch.context() as limited:
                limited.setattr(statements, name, 2)
                with pytest.raises(Refused, match="at most 2") as refused:
                    account_statement(account, program=PROGRAM, start=FIRST_DAY, end=LAST_DAY)
            assert [one.code for one in refused.value.refusals] == ["disclosure.too_long"]

    def test_holdings_beyond_the_limit_say_so_and_can_still_be_read(
        self, trading: Trading, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        account = trading.accounts[3].id
        everything = holdings_as_of(account, at=trading.at)
        monkeypatch.setattr(statements, "BLOCKS_MAX", 1)
        found = holdings_as_of(account, at=trading.at)
        assert found.is_cut
        assert found.lots == everything.lots
        assert numbers(list(blocks_as_of(found))) == numbers(list(everything.blocks))

    def test_a_statement_takes_as_many_statements_of_sql_for_many_movements_as_for_few(
        self, trading: Trading
    ) -> None:
        counts = []
        for limit in (2, 20):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                account = trading.accounts[3].id
                head = statement_head(account, program=PROGRAM, start=FIRST_DAY, end=LAST_DAY)
                movements_page(head, after=0, limit=limit)
            counts.append(len(asked))
        assert counts[0] == counts[1]


class TestCredits:
    """RATE-142: the vintage of a credit is the year of its MWh, not of its issue."""

    def test_credits_are_listed_by_the_vintage_of_their_issue(self) -> None:
        books = RateRegistry()
        books.on("2024-03-01")
        books.issue("Sand Hill", "WND", 30, vintage=2022, year=2024)
        books.issue("Sand Hill", "WND", 20, vintage=2023, year=2024)
        sender = books.accounts["Sand Hill"].id
        books.on("2024-04-01")
        entry = books.transfer(
            "Sand Hill", "Cane/1", "TX-2024-WND-21", "TX-2024-WND-35", person="Fay Ito"
        )
        assert entry.state == "recorded"
        head = statement_head(
            sender, program="cpp-rate", start=date(2024, 4, 1), end=date(2024, 4, 30)
        )
        rows = [(row.vintage, row.opening, row.given, row.closing) for row in head.vintages]
        assert rows == [(2022, 30, 10, 20), (2023, 20, 5, 15)]
