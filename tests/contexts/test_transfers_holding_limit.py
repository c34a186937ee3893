"""What a group of owners may hold: batches, waits, corrections, and two at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connections

from tests.conftest import SharedDatabase
from tests.contexts.registry import statements
from trueup.accounts import services as accounts
from trueup.accounts.entries import FacilitySpec, GeneralAccountSpec, UnitSpec
from trueup.accounts.ownership_entries import AssociationSpec, PartySpec
from trueup.ledger import queries as ledger_queries
from trueup.ledger import services as ledger
from trueup.ledger.entries import AccountEntry, AccountSpec, Instruction, Range
from trueup.ledger.verify import audit
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot
from trueup.transfers import services
from trueup.transfers.entries import TransferEntry, TransferSpec
from trueup.transfers.holding_limit import refuse_beyond_limit

PROGRAM = "california-like"
LIMIT = 11_737_500  # Of 2015.
OPENED = datetime(2015, 1, 5, 18, 0, tzinfo=UTC)
LOT = Lot(jurisdiction="CA", year=2015)


class Books:
    """A plant with all allowances of a lot, and brokers of one owner or of their own."""

    def __init__(self) -> None:
        self.now = OPENED
        self.ana, self.bo = self.person("Ana Ruiz"), self.person("Bo Lee")
        self.cy, self.dee = self.person("Cy Dunn"), self.person("Dee Fox")
        facility = accounts.register_facility(
            program=PROGRAM,
            facility=FacilitySpec(
                oris_code=260,
                name="Moss Landing",
                jurisdiction="CA",
                units=(UnitSpec(unit_id="1"),),
            ),
            registered_at=OPENED,
        )
        for person, role in ((self.ana, "primary"), (self.bo, "alternate")):
            (self.plant,) = accounts.name_designated_representative(
                program=PROGRAM, facility=facility.id, person=person, role=role, at=OPENED
            )
        (reserve,) = ledger.open_accounts(
            [
                AccountSpec(
                    program=PROGRAM, kind="origination", name="CA reserve", jurisdiction="CA"
                )
            ],
            opened_at=OPENED,
        )
        self.reserve = reserve.id
        ledger.originate(
            program=PROGRAM,
            lot=LOT,
            shares=[(self.reserve, 60_000_000)],
            key=uuid4(),
            actor="administrator",
            recorded_at=OPENED,
        )
        self.given = 0
        self.give(self.plant, 40_000_000)

    def person(self, name: str) -> int:
        email = f"{name.partition(' ')[0].lower()}@example.org"
        return accounts.register_person(name=name, email=email, registered_at=OPENED).id

    def broker(self, name: str, *owners: str) -> AccountEntry:
        spec = GeneralAccountSpec(
            name=name,
            representative=self.cy,
            alternate=self.dee,
            owners=tuple(PartySpec(name=owner) for owner in owners),
        )
        return accounts.open_general_accounts([spec], program=PROGRAM, at=OPENED)[0]

    def join(self, *owned: str) -> None:
        accounts.record_associations(
            [
                AssociationSpec(
                    owner=PartySpec(name="Parent"),
                    owned=PartySpec(name=name),
                    percentage=Decimal(60),
                    from_on=date(2015, 1, 1),
                    source="register",
                )
                for name in owned
            ],
            recorded_at=OPENED,
        )

    def give(self, account: AccountEntry, quantity: int) -> None:
        """What an official allocates; no limit refuses it."""
        number = LOT.number(programs.load(PROGRAM).number)
        ledger.record(
            [
                Instruction(
                    type="allocate",
                    source=self.reserve,
                    destination=account.id,
                    blocks=(Range(number, self.given + 1, self.given + quantity),),
                    key=uuid4(),
                    actor="administrator",
                    submitted_at=OPENED,
                )
            ],
            program=PROGRAM,
            recorded_at=OPENED,
        )
        self.given += quantity

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def spec(
        self, to: AccountEntry, quantity: int, *, of: AccountEntry | None = None
    ) -> TransferSpec:
        source = of or self.plant
        return TransferSpec(
            source=source.number,
            destination=to.number,
            submitted_by=self.ana if source == self.plant else self.cy,
            submitted_at=self.now,
            key=uuid4(),
            vintage=2015,
            quantity=quantity,
        )

    def submit(self, *specs: TransferSpec) -> list[TransferEntry]:
        return services.submit_batch(list(specs), program=PROGRAM, recorded_at=self.tick())

    def approve(self, entry: TransferEntry, *, by: int | None = None) -> TransferEntry:
        return services.approve(key=entry.key, person=by or self.bo, at=self.tick())

    def accept(self, entry: TransferEntry, *, by: int | None = None) -> TransferEntry:
        return services.accept_incoming(key=entry.key, person=by or self.cy, at=self.tick())

    def held(self, account: AccountEntry) -> int:
        return ledger_queries.totals_of([account.id])[account.id]


@pytest.fixture
def books(db: None) -> Iterator[Books]:
    yield Books()
    assert audit().clean


def codes(entry: TransferEntry) -> list[str]:
    return [reason.code.rpartition(".")[2] for reason in entry.reasons]


class TestLimit:
    """PLAT-112; docs/decisions/0365: asked when it is submitted, and when it is recorded."""

    def test_an_account_without_owners_in_common_is_a_group_of_its_own(self, books: Books) -> None:
        first, second = books.broker("First", "One"), books.broker("Second", "Two")
        entries = books.submit(books.spec(first, LIMIT), books.spec(second, LIMIT))

        assert [entry.state for entry in entries] == ["awaiting_approval"] * 2
        (one,) = books.submit(books.spec(first, LIMIT + 1))
        assert codes(one) == ["holding_limit_exceeded"]
        assert f"{LIMIT:,}" in one.reasons[0].sentence

    def test_of_a_batch_each_finds_what_the_one_before_has_brought(self, books: Books) -> None:
        first, second = books.broker("First", "One"), books.broker("Second", "Two")
        books.join("One", "Two")
        waiting = [
            books.approve(entry)
            for entry in books.submit(
                books.spec(first, LIMIT - 10), books.spec(second, 11), books.spec(second, 10)
            )
        ]
        ended = [books.accept(entry) for entry in waiting]

        assert [entry.state for entry in ended] == ["recorded", "refused", "recorded"]
        assert books.held(first) + books.held(second) == LIMIT

    def test_what_an_official_gives_is_not_refused_and_counts(self, books: Books) -> None:
        first = books.broker("First", "One")
        books.give(first, LIMIT + 5)
        (entry,) = books.submit(books.spec(first, 1))
        assert codes(entry) == ["holding_limit_exceeded"]

        (back,) = books.submit(books.spec(books.plant, 10, of=first))
        assert back.state == "awaiting_approval"  # What leaves a group is never refused.

    def test_every_reason_is_told_besides(self, books: Books) -> None:
        first = books.broker("First", "One")
        (entry,) = books.submit(books.spec(first, 50_000_000))

        assert codes(entry) == ["holding_limit_exceeded", "serials_not_held"]

    def test_an_account_of_several_groups_counts_for_each(self, books: Books) -> None:
        both = books.broker("Joint", "One", "Two")
        first = books.broker("First", "One")
        books.give(both, LIMIT - 1)
        (entry,) = books.submit(books.spec(first, 2))
        assert codes(entry) == ["holding_limit_exceeded"]

    def test_what_nobody_accepts_gives_its_serials_back(self, books: Books) -> None:
        first = books.broker("First", "One")
        entry = books.approve(books.submit(books.spec(first, 10))[0])
        later = books.now + timedelta(hours=72)
        services.expire_due(program=PROGRAM, now=later - timedelta(seconds=1))
        assert services.expire_due(program=PROGRAM, now=later).transfers == 1

        books.now = later
        with pytest.raises(Refused) as refused:
            books.accept(entry)
        assert refused.value.reasons == {"not_awaiting_acceptance"}
        assert books.held(books.plant) == 40_000_000
        assert books.submit(books.spec(first, LIMIT))[0].state == "awaiting_approval"

    def test_a_program_without_a_limit_pays_nothing(self, books: Books) -> None:
        first = books.broker("First", "One")
        with statements() as made:
            rules = programs.load("cpp-mass")
            refused = refuse_beyond_limit(books.plant, first, 10**9, rules=rules, at=OPENED)
        assert refused is None
        assert not made.captured_queries


@pytest.mark.stress
class TestTwoAtOnce:
    """PLAT-112: two that fit one by one do not pass together."""

    def test_one_of_two_is_refused(self, shared_database: SharedDatabase) -> None:
        books = Books()
        first, second = books.broker("First", "One"), books.broker("Second", "Two")
        books.join("One", "Two")
        waiting = [
            books.approve(entry)
            for entry in books.submit(
                books.spec(first, LIMIT - 100), books.spec(second, LIMIT - 100)
            )
        ]
        begin = threading.Barrier(2)
        states: list[str] = []

        def accept(entry: TransferEntry) -> None:
            try:
                begin.wait()
                at = books.now + timedelta(seconds=1)
                states.append(services.accept_incoming(key=entry.key, person=books.cy, at=at).state)
            finally:
                connections.close_all()

        rivals = [threading.Thread(target=accept, args=(entry,)) for entry in waiting]
        for rival in rivals:
            rival.start()
        for rival in rivals:
            rival.join()

        assert sorted(states) == ["recorded", "refused"]
        assert books.held(first) + books.held(second) == LIMIT - 100
