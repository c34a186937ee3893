"""What an instrument is: its unit, its attributes, where it is, how long it can be used."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from uuid import uuid4

import pytest

from tests.contexts.rate_registry import RateRegistry
from tests.contexts.registry import FIRST, PROGRAM, SECOND, START, Registry
from tests.contexts.registry import refused as refused_with
from tests.contexts.resources_registry import WIND, ResourceRegistry, refused
from trueup.compliance import services as compliance
from trueup.compliance import usability
from trueup.disclosure.credit_totals import credit_totals
from trueup.ledger import queries as ledger
from trueup.ledger import services as books
from trueup.ledger.entries import Instruction, Range
from trueup.ledger.verify import audit
from trueup.resources import queries as resources
from trueup.resources import services as resource_services
from trueup.rules import programs
from trueup.rules.deduction import Block
from trueup.rules.periods import CompliancePeriod
from trueup.rules.refusal import Refused
from trueup.rules.serials import Lot, lot_of_number, parse_block

pytestmark = pytest.mark.django_db

RATE = "cpp-rate"
TRANSACTIONS = 1_000


@pytest.fixture(autouse=True)
def _every_serial_is_in_exactly_one_account(db: None) -> Iterator[None]:
    yield
    report = audit()
    assert report.clean, report.differences


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.on("2021-06-01")
    return registry


class TestIntegrity:
    """PLAT-005; MASS-055: each serial number is in one account, and what cannot be is undone."""

    def test_a_thousand_random_moves_leave_each_serial_in_one_account(
        self, registry: Registry
    ) -> None:
        registry.allocate(("Barry", "1", 2022, 500), ("Gaston", "5", 2022, 500))
        names = ("Barry", "Gaston", "Cane", "Gulf Brokers")
        accounts = [registry.accounts[name].id for name in names]
        dice = random.Random(62_16225)
        lot = Lot(jurisdiction="AL", year=2022).number(programs.load(PROGRAM).number)
        moved = refused_count = 0
        for _ in range(TRANSACTIONS):
            first = dice.randint(1, 1_000)
            source, destination = dice.sample(accounts, 2)
            order = self.order(source, destination, lot, first, first + dice.randint(0, 40))
            try:
                books.record([order], program=PROGRAM, recorded_at=registry.tick())
                moved += 1
            except Refused:
                refused_count += 1
        assert moved > 50
        assert moved + refused_count == TRANSACTIONS
        held = [
            (entry.first, entry.last)
            for entries in ledger.holdings_of(accounts).values()
            for entry in entries
        ]
        numbers = sorted(n for first, last in held for n in range(first, last + 1))
        assert numbers == list(range(1, 1_001))

    def order(self, source: int, destination: int, lot: int, lo: int, hi: int) -> Instruction:
        return Instruction(
            type="transfer",
            source=source,
            destination=destination,
            blocks=(Range(lot, lo, hi),),
            key=uuid4(),
            actor="administrator",
            submitted_at=START,
            cite="40 CFR 62.16335",
        )

    def test_of_two_moves_of_one_number_in_one_act_nothing_is_done(
        self, registry: Registry
    ) -> None:
        registry.allocate(("Barry", "1", 2022, 10))
        barry, gaston, cane = (registry.accounts[n].id for n in ("Barry", "Gaston", "Cane"))
        lot = Lot(jurisdiction="AL", year=2022).number(programs.load(PROGRAM).number)
        with refused_with("serials_not_held"):
            books.record(
                [self.order(barry, gaston, lot, 1, 5), self.order(barry, cane, lot, 5, 9)],
                program=PROGRAM,
                recorded_at=registry.tick(),
            )
        assert registry.held("Barry") == ["AL-2022-1 to AL-2022-10"]

    def test_every_movement_keeps_what_it_was(self, registry: Registry) -> None:
        """MASS-055: type, time, serial numbers, accounts and paragraph."""
        registry.allocate(("Barry", "1", 2022, 10))
        registry.transfer("Barry", "Gulf Brokers", 2022, 4)
        (latest, *_) = ledger.recent(program=PROGRAM, limit=3)
        assert (latest.type, latest.quantity) == ("transfer", 4)
        assert latest.cite
        assert latest.recorded_at >= latest.submitted_at


class TestUnits:
    """PLAT-042: an allowance is a short ton of CO2, an ERC a MWh; they are never added."""

    def test_each_program_says_what_one_instrument_is(self) -> None:
        said = {code: programs.load(code) for code in (PROGRAM, RATE)}
        assert {code: (one.instrument, one.unit) for code, one in said.items()} == {
            PROGRAM: ("allowance", "short ton of CO2"),
            RATE: ("ERC", "MWh"),
        }

    def test_one_allowance_covers_one_ton(self, registry: Registry) -> None:
        registry.allocate(("Barry", "1", 2022, 25))
        registry.on("2025-02-03")
        registry.report_years("Barry", u1=(10, 0, 0), u2=(0, 0, 0))
        registry.on("2025-05-20")
        registry.run()
        assert registry.figures("Barry")[:3] == (10, 10, 0)
        assert registry.total("Barry") == 15

    def test_numbers_of_two_programs_are_of_different_lots(self) -> None:
        lot = Lot(jurisdiction="AL", year=2022)
        numbers = {lot.number(programs.load(code).number) for code in (PROGRAM, RATE)}
        assert len(numbers) == 2


class TestAttributes:
    """PLAT-043: program, class, State of issue, year, day of creation, resource, category."""

    def test_a_serial_number_carries_them(self) -> None:
        registry = ResourceRegistry()
        registry.register()
        issued = registry.issue_year("120")
        assert issued.block is not None
        lot = issued.block.lot
        assert (lot.jurisdiction, lot.year, lot.category) == ("TX", 2023, "WND")
        assert lot_of_number(lot.number(programs.load(RATE).number)) == lot
        found = resources.trace(program=RATE, lot=lot, number=7)
        assert found is not None
        assert found.resource.name == WIND.name
        history = ledger.serial_history(program=RATE, lot=lot, number=7)
        assert history[0].recorded_at == issued.issued_at

    def test_what_is_held_is_told_apart_by_class_year_and_state(self) -> None:
        registry = RateRegistry()
        for category, vintage in (("WND", 2022), ("GSE", 2022), ("WND", 2023)):
            registry.issue("Cane/1", category, 10, vintage=vintage)
        lots = [one.lot for one in ledger.balances(registry.accounts["Cane/1"].id)]
        wanted = Lot(jurisdiction="TX", year=2023, category="GSE")
        assert [lot for lot in lots if lot == wanted] == [wanted]
        assert len(lots) == 3

    def test_without_a_resource_nothing_is_issued(self) -> None:
        registry = ResourceRegistry()
        registry.describe()
        with pytest.raises(Refused) as caught:
            registry.issue()
        assert "not_registered" in caught.value.reasons


class TestWrongIssues:
    """PLAT-046: what was issued by mistake is cancelled; what is retired is made good."""

    @pytest.fixture
    def issued(self) -> ResourceRegistry:
        registry = ResourceRegistry()
        registry.register()
        registry.issue_year("120")
        registry.on("2025-03-03")
        return registry

    def overstate(self, registry: ResourceRegistry, mwh: int) -> None:
        resource_services.find_overstated(
            resource=registry.resources[WIND.name].id,
            year=2022,
            mwh=mwh,
            ground="the verified figure is 100",
            found_at=registry.tick(),
            is_final_report=True,
        )

    def test_twenty_of_a_hundred_and_twenty_are_cancelled(self, issued: ResourceRegistry) -> None:
        self.overstate(issued, 20)
        assert issued.held() == 100
        latest = ledger.recent(program=RATE, limit=1)[0]
        assert (latest.type, latest.quantity) == ("cancel", 20)
        assert "verified figure" in latest.ground
        (totals, _at) = credit_totals(RATE)
        assert sum(year.issued for year in totals.years) == 120
        assert sum(year.cancelled for year in totals.years) == 20

    def test_of_what_is_gone_the_shortage_is_a_debt(self, issued: ResourceRegistry) -> None:
        issued.open_general("Gulf", "Cy Dunn")
        lot = Lot(jurisdiction="TX", year=2023, category="WND")
        number = lot.number(programs.load(RATE).number)
        books.record(
            [
                Instruction(
                    type="transfer",
                    source=issued.accounts["Sand Hill"].id,
                    destination=issued.accounts["Gulf"].id,
                    blocks=(Range(number, 1, 110),),
                    key=uuid4(),
                    actor="administrator",
                    submitted_at=issued.now,
                    cite="40 CFR 62.16530",
                )
            ],
            program=RATE,
            recorded_at=issued.tick(),
        )
        self.overstate(issued, 20)
        (debt,) = resources.debts_of(issued.accounts["Sand Hill"].id)
        assert (debt.demanded, debt.revoked, debt.open) == (20, 10, 10)
        assert issued.held("Gulf") == 110

    def test_more_than_was_issued_is_not_cancelled(self, issued: ResourceRegistry) -> None:
        with refused("overstatement_too_large"):
            self.overstate(issued, 121)


class TestBanking:
    """PLAT-047: without a setting nothing expires; PLAT-048: nothing is borrowed."""

    def settled(self, registry: Registry, vintage: int, period: CompliancePeriod) -> int:
        """Barry emitted 10 tons in a period, and holds 10 of a vintage; how many count."""
        rules = programs.load(PROGRAM)
        registry.on(str(rules.recordation_on(rules.vintage_period(vintage))))
        registry.allocate(("Barry", "1", vintage, 10))
        registry.on(f"{period.last_year + 1}-02-03")
        for unit, tons in (("1", 10), ("2", 0)):
            registry.report(
                "Barry",
                *(
                    (unit, year, tons if year == period.first_year else 0)
                    for year in period.vintages
                ),
            )
        registry.on(f"{period.last_year + 1}-05-20")
        registry.run(period)
        return registry.outcome("Barry", period).deducted

    def test_a_vintage_of_2022_counts_for_2030_and_2031(self, registry: Registry) -> None:
        late = CompliancePeriod(first_year=2030, last_year=2031)
        assert self.settled(registry, 2022, late) == 10

    def test_where_five_years_are_set_it_does_not_in_2029(self) -> None:
        rules = replace(programs.load(PROGRAM), expires_after_years=5)
        number = Lot(jurisdiction="AL", year=2022).number(rules.number)
        for day, counts in (("2027-05-01", True), ("2029-05-01", False)):
            read = usability.read_usability(rules, [number], on=date.fromisoformat(day))
            block = Block(lot=number, first=1, last=5, vintage=2022, recorded_seq=1, own=True)
            assert [usable for _, usable in read.parts(block)] == [counts]
        never = usability.read_usability(
            programs.load(PROGRAM), [number], on=date.fromisoformat("2040-05-01")
        )
        assert [usable for _, usable in never.parts(block)] == [True]

    def test_any_vintage_of_the_period_covers_any_of_its_tons(self, registry: Registry) -> None:
        assert self.settled(registry, 2024, FIRST) == 10

    def test_a_vintage_of_the_next_period_covers_nothing_of_this_one(
        self, registry: Registry
    ) -> None:
        assert self.settled(registry, 2025, FIRST) == 0
        assert SECOND.first_year == 2025

    def test_offered_for_the_earlier_period_it_is_refused_as_too_new(
        self, registry: Registry
    ) -> None:
        registry.on("2024-06-03")
        registry.allocate(("Barry", "1", 2025, 10))
        receipt = compliance.request_serials(
            program=PROGRAM,
            period=FIRST,
            facility=registry.facilities["Barry"],
            blocks=[parse_block("AL-2025-1", "AL-2025-4")],
            submitted_by=registry.person("Ana Ruiz"),
            submitted_at=registry.tick(),
        )
        assert [(str(one.block), one.reason) for one in receipt.unusable] == [
            ("AL-2025-1 to AL-2025-4", "too_new")
        ]
