"""The kernel through its services, on whichever database the suite runs on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from trueup.ledger import queries, services
from trueup.ledger.entries import (
    AccountEntry,
    AccountSpec,
    ClaimSpec,
    Instruction,
    Range,
    Receipt,
)
from trueup.ledger.models import Account, Transaction
from trueup.ledger.numbers import is_account_number
from trueup.ledger.verify import audit
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
NOON = datetime(2021, 6, 1, 16, 0, tzinfo=UTC)
AL_2022 = Lot(jurisdiction="AL", year=2022)
AL_2025 = Lot(jurisdiction="AL", year=2025)


class Books:
    """A small registry: reserve, two facilities, a broker, retirement; 1,000 allowances."""

    def __init__(self) -> None:
        names = (
            ("origination", "AL reserve", "reserve"),
            ("compliance", "Barry", ""),
            ("compliance", "Gaston", ""),
            ("general", "Gulf Brokers", ""),
            ("retirement", "retirement", "retirement"),
            ("holding", "AL renewable energy set-aside", "renewable_energy"),
        )
        specs = [
            AccountSpec(program=PROGRAM, kind=kind, name=name, purpose=purpose)
            for kind, name, purpose in names
        ]
        opened = services.open_accounts(specs, opened_at=NOON)
        self.reserve, self.barry, self.gaston, self.broker, self.retirement, self.set_aside = opened
        self.originate(AL_2022, 1000)
        self.lot = AL_2022.number(programs.load(PROGRAM).number)

    def originate(self, lot: Lot, quantity: int) -> Sequence[Receipt]:
        return services.originate(
            program=PROGRAM,
            lot=lot,
            shares=[(self.reserve.id, quantity)],
            key=uuid4(),
            actor="administrator",
            recorded_at=NOON,
        )

    def instruction(
        self,
        type_code: str,
        source: AccountEntry,
        destination: AccountEntry,
        *blocks: tuple[int, int],
        key: UUID | None = None,
        ground: str = "",
        lot: Lot = AL_2022,
    ) -> Instruction:
        number = lot.number(programs.load(PROGRAM).number)
        return Instruction(
            type=type_code,
            source=source.id,
            destination=destination.id,
            blocks=tuple(Range(number, first, last) for first, last in blocks),
            key=key or uuid4(),
            actor="person:1",
            submitted_at=NOON,
            ground=ground,
        )

    def do(self, *instructions: Instruction, at: datetime = NOON) -> tuple[Receipt, ...]:
        return services.record(instructions, program=PROGRAM, recorded_at=at)

    def allocate(self, account: AccountEntry, first: int, last: int) -> Receipt:
        return self.do(self.instruction("allocate", self.reserve, account, (first, last)))[0]

    def held(self, account: AccountEntry) -> list[str]:
        return [str(block) for block in queries.blocks_held(account.id)]


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture(autouse=True)
def _every_serial_is_in_exactly_one_account(db: None) -> object:
    yield
    report = audit()
    assert report.clean, report.differences


def refused(reason: str) -> pytest.RaisesContext[Refused]:
    return pytest.raises(Refused, match=rf"\b\w+\.{reason}\b")


class TestOrigination:
    """40 CFR 62.16325(c); PLAT-040."""

    def test_numbers_start_at_one_and_go_on(self, books: Books) -> None:
        books.originate(AL_2022, 5)

        assert queries.last_serial(program=PROGRAM, lot=AL_2022) == 1005
        assert books.held(books.reserve) == ["AL-2022-1 to AL-2022-1005"]

    def test_shares_follow_one_another(self, books: Books) -> None:
        services.originate(
            program=PROGRAM,
            lot=AL_2025,
            shares=[(books.reserve.id, 60), (books.set_aside.id, 40)],
            key=uuid4(),
            actor="administrator",
            recorded_at=NOON,
        )

        assert "AL-2025-61 to AL-2025-100" in books.held(books.set_aside)

    def test_a_states_instruments_are_created_in_its_own_accounts(self) -> None:
        """PLAT-029."""
        spec = AccountSpec(
            program=PROGRAM,
            kind="origination",
            name="KY reserve",
            purpose="reserve",
            jurisdiction="KY",
        )
        (kentucky,) = services.open_accounts([spec], opened_at=NOON)

        with refused("destination_not_permitted"):
            services.originate(
                program=PROGRAM,
                lot=AL_2025,
                shares=[(kentucky.id, 5)],
                key=uuid4(),
                actor="administrator",
                recorded_at=NOON,
            )

        assert queries.holdings(kentucky.id) == []

    @pytest.mark.parametrize(
        ("program", "lot", "code"),
        [
            ("cpp-mass", Lot(jurisdiction="QQ", year=2022), "ledger.unknown_jurisdiction"),
            ("cpp-mass", Lot(jurisdiction="VT", year=2022), "ledger.unknown_jurisdiction"),
            (
                "cpp-rate",
                Lot(jurisdiction="QQ", year=2022, category="WND"),
                "ledger.unknown_jurisdiction",
            ),
            ("cpp-rate", Lot(jurisdiction="VT", year=2022), "ledger.unknown_category"),
            (
                "cpp-rate",
                Lot(jurisdiction="VT", year=2022, category="QQQ"),
                "ledger.unknown_category",
            ),
        ],
    )
    def test_a_number_line_that_the_program_does_not_have_is_refused(
        self, program: str, lot: Lot, code: str
    ) -> None:
        """RATE-040: no credit without its type; a credit of Vermont is one."""
        with pytest.raises(Refused) as refused:
            services.originate(
                program=program,
                lot=lot,
                shares=[(1, 1)],
                key=uuid4(),
                actor="administrator",
                recorded_at=NOON,
            )

        assert [one.code for one in refused.value.refusals] == [code]

    def test_the_same_key_creates_once(self, books: Books) -> None:
        key = uuid4()
        for _ in range(2):
            services.originate(
                program=PROGRAM,
                lot=AL_2025,
                shares=[(books.reserve.id, 7)],
                key=key,
                actor="administrator",
                recorded_at=NOON,
            )
            assert queries.last_serial(program=PROGRAM, lot=AL_2025) == 7

    @pytest.mark.parametrize("quantity", [0, -1])
    def test_nothing_less_than_one_is_created(self, books: Books, quantity: int) -> None:
        with refused("not_whole_number"):
            books.originate(AL_2025, quantity)

    def test_a_general_account_is_no_place_for_a_budget(self, books: Books) -> None:
        with refused("destination_not_permitted"):
            services.originate(
                program=PROGRAM,
                lot=AL_2025,
                shares=[(books.broker.id, 1)],
                key=uuid4(),
                actor="administrator",
                recorded_at=NOON,
            )
        assert queries.last_serial(program=PROGRAM, lot=AL_2025) == 0


class TestMoving:
    """40 CFR 62.16330 and 62.16335; PLAT-040, PLAT-041, PLAT-054."""

    def test_a_block_is_cut_out_of_the_middle(self, books: Books) -> None:
        books.allocate(books.barry, 1, 1000)

        books.do(books.instruction("transfer", books.barry, books.broker, (401, 500)))

        assert books.held(books.barry) == [
            "AL-2022-1 to AL-2022-400",
            "AL-2022-501 to AL-2022-1000",
        ]
        assert books.held(books.broker) == ["AL-2022-401 to AL-2022-500"]

    def test_a_request_may_span_several_holdings(self, books: Books) -> None:
        books.allocate(books.barry, 1, 100)
        books.allocate(books.barry, 101, 200)

        receipt = books.do(books.instruction("transfer", books.barry, books.broker, (51, 150)))

        assert receipt[0].quantity == 100
        assert books.held(books.broker) == ["AL-2022-51 to AL-2022-150"]

    def test_a_later_instruction_of_a_batch_sees_the_earlier_one(self, books: Books) -> None:
        books.do(
            books.instruction("allocate", books.reserve, books.barry, (1, 100)),
            books.instruction("transfer", books.barry, books.broker, (41, 60)),
            books.instruction("transfer", books.broker, books.gaston, (50, 60)),
        )

        assert books.held(books.gaston) == ["AL-2022-50 to AL-2022-60"]
        assert books.held(books.broker) == ["AL-2022-41 to AL-2022-49"]

    def test_one_missing_serial_refuses_the_whole_batch(self, books: Books) -> None:
        books.allocate(books.barry, 1, 300)

        with refused("serials_not_held") as caught:
            books.do(
                books.instruction("transfer", books.barry, books.broker, (1, 10)),
                books.instruction("transfer", books.barry, books.broker, (250, 301)),
            )

        assert [refusal.row for refusal in caught.value.refusals] == [2]
        assert "AL-2022-301" in str(caught.value)
        assert books.held(books.broker) == []

    def test_each_for_itself_records_what_can_be_recorded(self, books: Books) -> None:
        books.allocate(books.barry, 1, 300)

        outcomes = services.record_each(
            [
                books.instruction("transfer", books.barry, books.broker, (1, 10)),
                books.instruction("transfer", books.barry, books.broker, (5, 12)),
                books.instruction("transfer", books.barry, books.broker, (11, 12)),
            ],
            program=PROGRAM,
            recorded_at=NOON,
        )

        assert [type(outcome) for outcome in outcomes] == [Receipt, Refused, Receipt]
        assert books.held(books.broker) == ["AL-2022-1 to AL-2022-12"]

    def test_all_reasons_are_given(self, books: Books) -> None:
        books.allocate(books.barry, 1, 10)
        services.freeze_account(books.barry.id)

        with pytest.raises(Refused) as caught:
            books.do(books.instruction("transfer", books.barry, books.set_aside, (5, 6), (6, 11)))

        assert [refusal.reason for refusal in caught.value.refusals] == [
            "account_frozen",
            "destination_not_permitted",
            "duplicate_serials",
            "serials_not_held",
        ]

    def test_what_is_retired_stays_retired(self, books: Books) -> None:
        """MASS-035, MASS-170."""
        books.allocate(books.barry, 1, 10)
        books.do(
            books.instruction("deduct", books.barry, books.retirement, (1, 4), ground="emissions")
        )

        with refused("serials_retired"):
            books.do(books.instruction("transfer", books.barry, books.broker, (4, 5)))
        with refused("destination_not_permitted"):
            books.do(books.instruction("transfer", books.retirement, books.broker, (1, 4)))

    def test_a_serial_that_was_never_created_is_not_held(self, books: Books) -> None:
        unknown = Lot(jurisdiction="TX", year=2022)

        with refused("serials_not_held"):
            books.do(books.instruction("transfer", books.barry, books.broker, (1, 1), lot=unknown))

    def test_an_unknown_account_is_named(self, books: Books) -> None:
        nobody = replace(books.broker, id=books.broker.id + 999)

        with refused("unknown_account"):
            books.do(books.instruction("transfer", books.barry, nobody, (1, 1)))

    def test_nothing_goes_to_itself(self, books: Books) -> None:
        books.allocate(books.barry, 1, 10)

        with refused("same_account"):
            books.do(books.instruction("transfer", books.barry, books.barry, (1, 1)))

    def test_a_closed_account_neither_gives_nor_receives(self, books: Books) -> None:
        books.allocate(books.barry, 1, 10)
        services.close_account(books.broker.id)

        with refused("account_closed"):
            books.do(books.instruction("transfer", books.barry, books.broker, (1, 1)))

    def test_an_account_that_holds_something_cannot_be_closed(self, books: Books) -> None:
        books.allocate(books.barry, 1, 10)

        with refused("account_not_empty"):
            services.close_account(books.barry.id)

    @pytest.mark.parametrize("block", [(0, 5), (7, 6)])
    def test_a_block_runs_upwards_from_one(self, books: Books, block: tuple[int, int]) -> None:
        with refused("not_whole_number"):
            books.do(books.instruction("transfer", books.barry, books.broker, block))


class TestKeys:
    """A repeated request is recorded once (PLAT-054)."""

    def test_the_same_request_again_gives_the_old_receipt(self, books: Books) -> None:
        books.allocate(books.barry, 1, 10)
        asked = books.instruction("transfer", books.barry, books.broker, (1, 5))
        first = books.do(asked)[0]

        again = books.do(asked, at=NOON + timedelta(days=1))[0]

        assert (again.tx, again.repeated, again.recorded_at) == (first.tx, True, NOON)
        assert books.held(books.broker) == ["AL-2022-1 to AL-2022-5"]

    def test_the_same_key_with_another_body_is_refused(self, books: Books) -> None:
        books.allocate(books.barry, 1, 10)
        key = uuid4()
        books.do(books.instruction("transfer", books.barry, books.broker, (1, 5), key=key))

        with refused("key_reused"):
            books.do(books.instruction("transfer", books.barry, books.broker, (6, 9), key=key))

    def test_the_same_key_twice_in_one_batch_is_refused(self, books: Books) -> None:
        books.allocate(books.barry, 1, 10)
        asked = books.instruction("transfer", books.barry, books.broker, (1, 5))

        with refused("key_reused"):
            books.do(asked, asked)


class TestReservations:
    """Serials that wait in another transfer are not held (PLAT-045)."""

    def test_reserved_serials_go_only_with_their_transfer(self, books: Books) -> None:
        books.allocate(books.barry, 1, 100)
        block = Range(books.lot, 11, 20)
        reservation = services.reserve(account=books.barry.id, blocks=[block], placed_at=NOON)

        with refused("serials_not_held"):
            books.do(books.instruction("transfer", books.barry, books.broker, (20, 21)))
        waiting = books.instruction("transfer", books.barry, books.broker, (11, 20))
        books.do(replace(waiting, reservation=reservation))

        assert books.held(books.broker) == ["AL-2022-11 to AL-2022-20"]
        assert queries.balances(books.broker.id)[0].reserved == 0

    def test_released_serials_are_free_again(self, books: Books) -> None:
        books.allocate(books.barry, 1, 100)
        block = Range(books.lot, 11, 20)
        reservation = services.reserve(account=books.barry.id, blocks=[block], placed_at=NOON)
        assert queries.balances(books.barry.id)[0].reserved == 10

        services.release(reservation)

        books.do(books.instruction("transfer", books.barry, books.broker, (1, 100)))
        assert books.held(books.barry) == []

    def test_what_waits_already_cannot_be_reserved(self, books: Books) -> None:
        books.allocate(books.barry, 1, 100)
        services.reserve(account=books.barry.id, blocks=[Range(books.lot, 11, 20)], placed_at=NOON)

        with refused("serials_not_held"):
            services.reserve(
                account=books.barry.id, blocks=[Range(books.lot, 20, 30)], placed_at=NOON
            )

    def test_a_choice_by_quantity_passes_over_what_waits(self, books: Books) -> None:
        books.allocate(books.barry, 1, 100)
        services.reserve(account=books.barry.id, blocks=[Range(books.lot, 1, 10)], placed_at=NOON)

        chosen = queries.choose(books.barry.id, vintage=2022, quantity=90)

        assert chosen == (Range(books.lot, 11, 100),)
        with refused("serials_not_held"):
            queries.choose(books.barry.id, vintage=2022, quantity=91)


class TestClaims:
    """62.16340(d): what is owed is taken when it arrives (MASS-141)."""

    @pytest.fixture
    def claim(self, books: Books) -> int:
        spec = ClaimSpec(
            account=books.barry.id,
            destination=books.retirement.id,
            owed=60,
            vintage_max=2024,
            ground="excess",
        )
        return services.place_claims([spec], placed_at=NOON)[0]

    def test_an_arrival_is_taken_until_the_debt_is_paid(self, books: Books, claim: int) -> None:
        first = books.allocate(books.barry, 1, 45)
        second = books.allocate(books.barry, 46, 120)

        assert [debt.quantity for debt in first.debts + second.debts] == [45, 15]
        assert books.held(books.barry) == ["AL-2022-61 to AL-2022-120"]
        assert books.held(books.retirement) == ["AL-2022-1 to AL-2022-60"]
        assert queries.claims([books.barry.id])[books.barry.id][0].open == 0

    def test_a_newer_vintage_is_left_alone(self, books: Books, claim: int) -> None:
        books.originate(AL_2025, 10)

        asked = books.instruction("allocate", books.reserve, books.barry, (1, 10), lot=AL_2025)

        assert books.do(asked)[0].debts == ()
        assert books.held(books.barry) == ["AL-2025-1 to AL-2025-10"]

    def test_two_claims_are_met_in_the_order_of_placing(self, books: Books, claim: int) -> None:
        spec = ClaimSpec(
            account=books.barry.id,
            destination=books.retirement.id,
            owed=50,
            vintage_max=2024,
            ground="incorrect allocation",
        )
        services.place_claims([spec], placed_at=NOON)

        receipt = books.allocate(books.barry, 1, 100)

        assert [debt.quantity for debt in receipt.debts] == [60, 40]
        assert [c.open for c in queries.claims([books.barry.id])[books.barry.id]] == [0, 10]

    def test_one_batch_meets_a_claim_once(self, books: Books, claim: int) -> None:
        books.do(
            books.instruction("allocate", books.reserve, books.barry, (1, 40)),
            books.instruction("allocate", books.reserve, books.barry, (41, 80)),
        )

        assert books.held(books.barry) == ["AL-2022-61 to AL-2022-80"]

    def test_while_a_debt_is_open_nothing_usable_leaves(self, books: Books) -> None:
        books.allocate(books.barry, 1, 10)
        spec = ClaimSpec(
            account=books.barry.id,
            destination=books.retirement.id,
            owed=60,
            vintage_max=2024,
            ground="excess",
        )
        claim = services.place_claims([spec], placed_at=NOON)[0]
        asked = books.instruction("transfer", books.barry, books.broker, (1, 1))

        with refused("debt_outstanding"):
            books.do(asked)
        services.withdraw_claim(claim, withdrawn_at=NOON)
        books.do(asked)


class TestReversal:
    """62.16355: an error is mended by a new transaction that names the old one."""

    def test_the_same_serials_come_back_as_they_were(self, books: Books) -> None:
        books.allocate(books.barry, 1, 100)
        receipt = books.do(books.instruction("transfer", books.barry, books.broker, (41, 60)))[0]

        services.reverse(
            tx=receipt.tx,
            key=uuid4(),
            actor="administrator",
            ground="wrong account",
            recorded_at=NOON,
        )

        assert books.held(books.barry) == ["AL-2022-1 to AL-2022-100"]
        assert all(holding.own for holding in queries.holdings(books.barry.id))
        newest = queries.entries(books.barry.id)[0]
        assert (newest.event, newest.mends, newest.ground) == (
            "adjusted",
            receipt.tx,
            "wrong account",
        )

    def test_serials_that_went_on_cannot_come_back(self, books: Books) -> None:
        books.allocate(books.barry, 1, 100)
        receipt = books.do(books.instruction("transfer", books.barry, books.broker, (41, 60)))[0]
        books.do(books.instruction("transfer", books.broker, books.gaston, (60, 60)))

        with refused("serials_not_held"):
            services.reverse(
                tx=receipt.tx,
                key=uuid4(),
                actor="administrator",
                ground="wrong account",
                recorded_at=NOON,
            )

    def test_a_reason_is_needed(self, books: Books) -> None:
        books.allocate(books.barry, 1, 100)
        receipt = books.do(books.instruction("transfer", books.barry, books.broker, (41, 60)))[0]

        with refused("ground_missing"):
            services.reverse(
                tx=receipt.tx, key=uuid4(), actor="administrator", ground=" ", recorded_at=NOON
            )


class TestFirstInFirstOut:
    """62.16340(c)(2)."""

    def test_an_own_allocation_that_left_and_came_back_is_transferred_in(
        self, books: Books
    ) -> None:
        books.allocate(books.barry, 1, 100)
        books.allocate(books.barry, 101, 200)
        books.do(books.instruction("transfer", books.barry, books.broker, (1, 100)))
        books.do(books.instruction("transfer", books.broker, books.barry, (1, 100)))

        held = [(str(h.block), h.own) for h in queries.holdings(books.barry.id)]

        assert held == [("AL-2022-101 to AL-2022-200", True), ("AL-2022-1 to AL-2022-100", False)]


class TestHistory:
    """PLAT-040: followed from creation to retirement."""

    @pytest.mark.parametrize("after", [timedelta(0), timedelta(microseconds=1)])
    def test_what_was_recorded_at_an_instant_is_found_up_to_it(
        self, books: Books, after: timedelta
    ) -> None:
        """SQLite compares instants as text: one with and one without a fraction."""
        at = NOON + after
        services.originate(
            program=PROGRAM,
            lot=AL_2025,
            shares=[(books.reserve.id, 5)],
            key=uuid4(),
            actor="administrator",
            recorded_at=at,
        )

        found = Transaction.objects.filter(recorded_at=at, recorded_at__lte=at, quantity=5)

        assert found.count() == 1
        assert not found.filter(recorded_at__lt=at).exists()
        assert found.filter(recorded_at__lt=at + timedelta(microseconds=1)).exists()

    def test_a_serial_tells_its_life(self, books: Books) -> None:
        books.allocate(books.barry, 1, 100)
        books.do(books.instruction("transfer", books.barry, books.broker, (41, 60)))
        books.do(books.instruction("transfer", books.broker, books.gaston, (50, 60)))
        books.do(
            books.instruction("deduct", books.gaston, books.retirement, (55, 55), ground="excess")
        )

        history = queries.serial_history(program=PROGRAM, lot=AL_2022, number=55)

        assert [
            (step.event, step.transaction.source and step.transaction.source.name)
            for step in history
        ] == [
            ("originated", None),
            ("allocated", "AL reserve"),
            ("transferred", "Barry"),
            ("transferred", "Gulf Brokers"),
            ("deducted", "Gaston"),
        ]
        holder = queries.holder_of(program=PROGRAM, lot=AL_2022, number=55)
        assert holder is not None
        assert holder.name == "retirement"

    def test_pages_of_an_account_do_not_overlap(self, books: Books) -> None:
        books.allocate(books.barry, 1, 100)
        for serial in range(1, 6):
            books.do(books.instruction("transfer", books.barry, books.broker, (serial, serial)))

        newest = queries.entries(books.barry.id, limit=4)
        older = queries.entries(books.barry.id, limit=4, before=newest[-1].id)

        ids = [entry.id for entry in newest + older]
        assert ids == sorted(set(ids), reverse=True)
        assert len(ids) == 6


class TestAccountNumbers:
    """40 CFR 62.16320(d)."""

    def test_numbers_are_never_given_twice(self, books: Books) -> None:
        services.close_account(books.gaston.id)
        another = services.open_account(
            program=PROGRAM, kind="compliance", name="Rio", opened_at=NOON
        )

        numbers = list(Account.objects.values_list("number", flat=True))
        assert len(set(numbers)) == len(numbers) == 7
        assert another.number != books.gaston.number

    def test_a_wrong_character_is_found(self, books: Books) -> None:
        number = books.barry.number
        assert is_account_number(number)

        for position in range(12):
            wrong = "1" if number[position] != "1" else "2"
            assert not is_account_number(number[:position] + wrong + number[position + 1 :])

    def test_neighbours_that_changed_places_are_found(self, books: Books) -> None:
        number = books.barry.number
        for position in range(11):
            if number[position] != number[position + 1]:
                swapped = (
                    number[:position]
                    + number[position + 1]
                    + number[position]
                    + number[position + 2 :]
                )
                assert not is_account_number(swapped)


class TestTheDatabaseRefuses:
    """What cannot be written down, by SQL, on either engine (62.16325(c), 62.16355)."""

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE ledger_tx SET quantity = quantity + 1",
            "DELETE FROM ledger_tx",
            "UPDATE ledger_move SET hi = hi - 1",
            "DELETE FROM ledger_move",
            "DELETE FROM ledger_issue",
            "UPDATE ledger_issue SET hi = 5",
            "DELETE FROM ledger_holding",
            "UPDATE ledger_holding SET lo = lo + 1 WHERE nxt IS NULL",
            "DELETE FROM ledger_lot",
            "UPDATE ledger_lot SET code = 'XX-2022'",
            "DELETE FROM ledger_account",
            "UPDATE ledger_account SET number = 'C0'",
        ],
    )
    def test_the_books_are_not_rewritten(self, books: Books, statement: str) -> None:
        self.refuses(statement, match="are kept")

    @pytest.mark.parametrize(
        "statement",
        [
            # A gap: the row ends where no row begins.
            "UPDATE ledger_holding SET nxt = 50 WHERE lo = 1",
            # A row in the middle that ends in nothing would lose what follows.
            "UPDATE ledger_holding SET nxt = NULL, account_id = NULL, move_id = NULL,"
            " tier = NULL WHERE lo = 1",
            # An overlap: two rows that end at one number.
            "INSERT INTO ledger_holding (lot_id, lo, nxt, account_id, move_id, tier)"
            " SELECT lot_id, 7, nxt, account_id, move_id, tier FROM ledger_holding"
            " WHERE lo = 1",
            # A row that hangs in the air, before or behind the lot.
            "INSERT INTO ledger_holding (lot_id, lo, nxt, account_id, move_id, tier)"
            " SELECT lot_id, 2000, 2001, account_id, move_id, tier FROM ledger_holding"
            " WHERE lo = 1",
            # A second row that closes the lot.
            "INSERT INTO ledger_holding (lot_id, lo) SELECT lot_id, 2000 FROM ledger_holding"
            " WHERE lo = 1",
            # A lot that ends elsewhere than its holdings do.
            "UPDATE ledger_lot SET next_serial = 500",
            # An account of another program.
            "UPDATE ledger_holding SET account_id = 20000000000000001 WHERE lo = 1",
            # Nobody's serials.
            "UPDATE ledger_holding SET account_id = NULL WHERE lo = 1",
            "UPDATE ledger_holding SET account_id = 10000000000000999 WHERE lo = 1",
        ],
    )
    def test_no_gap_no_overlap_no_stranger(self, books: Books, statement: str) -> None:
        self.refuses(statement)

    def test_a_block_cannot_be_handed_over_twice(self, books: Books) -> None:
        """UNIQUE (prev, lo): what no constraint on the holdings can see."""
        books.allocate(books.barry, 1, 1000)
        move = (
            "INSERT INTO ledger_move (id, tx_id, lot_id, lo, hi, from_id, to_id, prev_id, tier)"
            " SELECT id + 5, tx_id, lot_id, lo, hi, from_id, to_id, prev_id, tier"
            " FROM ledger_move WHERE prev_id IS NOT NULL"
        )
        self.refuses(move)

    def test_a_serial_cannot_be_created_twice(self, books: Books) -> None:
        move = (
            "INSERT INTO ledger_move (id, tx_id, lot_id, lo, hi, from_id, to_id, prev_id, tier)"
            " SELECT id + 5, tx_id, lot_id, lo, hi, from_id, to_id, prev_id, tier FROM ledger_move"
        )
        self.refuses(move)

    @pytest.mark.parametrize(
        "statement",
        [
            "REPLACE INTO ledger_tx SELECT * FROM ledger_tx",
            "REPLACE INTO ledger_tx SELECT id + 9, type, ground, cite, actor, source_id,"
            ' destination_id, quantity, "key", fingerprint, submitted_at, recorded_at, mends_id'
            " FROM ledger_tx",
            "REPLACE INTO ledger_move SELECT * FROM ledger_move",
            "REPLACE INTO ledger_holding SELECT * FROM ledger_holding",
            "REPLACE INTO ledger_account SELECT * FROM ledger_account",
        ],
    )
    def test_nothing_is_replaced(self, books: Books, statement: str) -> None:
        if connection.vendor == "postgresql":
            pytest.skip("PostgreSQL has no REPLACE")
        self.refuses(statement, match="are kept")

    def test_the_tables_cannot_be_emptied(self, books: Books) -> None:
        if connection.vendor == "sqlite":
            pytest.skip("SQLite has no TRUNCATE; DELETE is refused above")
        for table in ("ledger_move", "ledger_holding", "ledger_tx"):
            self.refuses(f"TRUNCATE {table} CASCADE", match="are kept")

    def refuses(self, statement: str, *, match: str | None = None) -> None:
        with pytest.raises(IntegrityError, match=match), transaction.atomic():
            self.write_and_check(statement)

    def write_and_check(self, statement: str) -> None:
        """Run the statement and make the deferred checks, as a commit would."""
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute(statement)
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            elif cursor.execute("PRAGMA foreign_key_check").fetchone() is not None:
                raise IntegrityError("FOREIGN KEY constraint failed")


class TestProgramsKeptApart:
    """PLAT-044: the books of one program cannot hold the instruments of another."""

    def test_an_account_of_another_program_is_refused(self, books: Books) -> None:
        books.allocate(books.barry, 1, 10)
        stranger = replace(books.broker, id=books.broker.id + 10**16)

        with pytest.raises(Refused) as caught:
            books.do(books.instruction("transfer", books.barry, stranger, (1, 1)))

        assert caught.value.reasons & {"unknown_account", "wrong_program"}
