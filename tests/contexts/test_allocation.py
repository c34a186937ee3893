"""Budgets into accounts: origination and the recordation of allocations."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import dedent
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.conftest import SharedDatabase
from tests.contexts.registry import PROGRAM, Registry, refused, statements
from trueup.allocation import queries, services
from trueup.allocation.entries import AllocationRow, StateVintage
from trueup.allocation.models import AllocationRecord, AllocationRun, BudgetPart
from trueup.audit.models import Decision
from trueup.ledger import queries as ledger
from trueup.ledger.services import retirement_account
from trueup.ledger.verify import audit
from trueup.rules import programs
from trueup.rules.serials import Lot, SerialBlock

AL_2022 = StateVintage("AL", 2022)


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture(autouse=True)
def _every_serial_is_in_exactly_one_account(request: pytest.FixtureRequest) -> Iterator[None]:
    request.getfixturevalue("shared_database" if "stress" in request.keywords else "db")
    yield
    report = audit()
    assert report.clean, report.differences


class TestStateAccounts:
    """MASS-032; PLAT-021; preamble V.D.3.b."""

    def test_an_account_is_opened_when_it_is_first_needed_and_only_once(
        self, registry: Registry
    ) -> None:
        asked = {"program": PROGRAM, "jurisdiction": "AL", "purpose": "renewable_energy"}
        assert queries.state_account(**asked) is None

        opened = services.state_account(**asked, opened_at=registry.tick())

        assert opened.name == "AL renewable energy set-aside"
        assert opened.kind == "holding"
        assert services.state_account(**asked, opened_at=registry.tick()) == opened
        assert queries.state_account(**asked) == opened

    def test_a_general_account_of_that_name_is_another_account(self, registry: Registry) -> None:
        impostor = registry.open_general("AL reserve", "Mal Ory")

        reserve = services.state_account(
            program=PROGRAM, jurisdiction="AL", purpose="reserve", opened_at=registry.tick()
        )

        assert reserve.kind == "origination"
        assert reserve.number != impostor.number

    def test_all_of_a_program_at_once(self, registry: Registry) -> None:
        first = services.state_account(
            program=PROGRAM, jurisdiction="TNN", purpose="reserve", opened_at=registry.tick()
        )

        opened = services.open_state_accounts(program=PROGRAM, opened_at=registry.tick())

        assert len(opened) == 50 * 4
        assert opened["TNN", "reserve"] == first
        assert opened["WY", "early_action"].name == "WY early action set-aside"

    def test_there_is_one_retirement_account(self, registry: Registry) -> None:
        one = retirement_account(program=PROGRAM, opened_at=registry.tick())

        assert (one.name, one.kind) == ("retirement", "retirement")
        assert retirement_account(program=PROGRAM, opened_at=registry.tick()) == one


class TestOrigination:
    """40 CFR 62.16235, 62.16325(c); MASS-032, MASS-047, MASS-049."""

    def test_each_part_is_created_straight_into_its_account(self, registry: Registry) -> None:
        services.originate_budget(
            program=PROGRAM, jurisdiction="AL", vintage=2022, recorded_at=registry.tick()
        )

        assert registry.held("AL reserve") == ["AL-2022-1 to AL-2022-59733940"]
        assert registry.held("AL renewable energy set-aside") == [
            "AL-2022-59733941 to AL-2022-63042164"
        ]
        assert registry.held("AL early action set-aside") == [
            "AL-2022-63042165 to AL-2022-66164470"
        ]

    def test_from_2025_there_is_an_output_based_part_and_no_early_action(
        self, registry: Registry
    ) -> None:
        services.originate_budget(
            program=PROGRAM, jurisdiction="AL", vintage=2025, recorded_at=registry.tick()
        )

        assert registry.total("AL reserve") == 53_687_528
        assert registry.total("AL renewable energy set-aside") == 3_045_949
        assert registry.total("AL output-based set-aside") == 4_185_496
        assert (
            queries.state_account(program=PROGRAM, jurisdiction="AL", purpose="early_action")
            is None
        )

    def test_it_is_known_which_numbers_are_for_what(self, registry: Registry) -> None:
        services.originate_budget(
            program=PROGRAM, jurisdiction="AL", vintage=2022, recorded_at=registry.tick()
        )

        parts = queries.originated([AL_2022], program=PROGRAM)[AL_2022]
        assert [(part.purpose, str(part.block)) for part in parts] == [
            ("reserve", "AL-2022-1 to AL-2022-59733940"),
            ("renewable_energy", "AL-2022-59733941 to AL-2022-63042164"),
            ("early_action", "AL-2022-63042165 to AL-2022-66164470"),
        ]
        lot = Lot(jurisdiction="AL", year=2022)
        block = SerialBlock(lot=lot, first=59_733_940, last=63_042_165)
        assert queries.set_asides_within([block], program=PROGRAM) == {
            block: (
                ("renewable_energy", SerialBlock(lot=lot, first=59_733_941, last=63_042_164)),
                ("early_action", SerialBlock(lot=lot, first=63_042_165, last=63_042_165)),
            )
        }

    def test_a_budget_is_created_once(self, registry: Registry) -> None:
        asked = {"program": PROGRAM, "jurisdiction": "AL", "vintage": 2022}
        services.originate_budget(**asked, recorded_at=registry.tick())

        with refused("already_originated"):
            services.originate_budget(**asked, recorded_at=registry.tick())

        assert ledger.last_serial(program=PROGRAM, lot=Lot(jurisdiction="AL", year=2022)) == (
            66_164_470
        )

    def test_one_more_than_the_goal_is_refused(self, registry: Registry) -> None:
        with refused("over_budget") as caught:
            services.originate_budget(
                program=PROGRAM,
                jurisdiction="AL",
                vintage=2022,
                total=66_164_471,
                recorded_at=registry.tick(),
            )

        assert "1 more than the budget of 66,164,470" in str(caught.value)
        assert ledger.last_serial(program=PROGRAM, lot=Lot(jurisdiction="AL", year=2022)) == 0

    def test_a_state_may_distribute_less(self, registry: Registry) -> None:
        services.originate_budget(
            program=PROGRAM,
            jurisdiction="AL",
            vintage=2022,
            total=66_164_469,
            recorded_at=registry.tick(),
        )

        assert registry.total("AL reserve") == 59_733_939
        assert registry.total("AL renewable energy set-aside") == 3_308_224

    @pytest.mark.parametrize(("jurisdiction", "vintage"), [("VT", 2022), ("AL", 2021)])
    def test_without_a_budget_nothing_is_created(
        self, registry: Registry, jurisdiction: str, vintage: int
    ) -> None:
        with refused("no_budget"):
            services.originate_budget(
                program=PROGRAM,
                jurisdiction=jurisdiction,
                vintage=vintage,
                recorded_at=registry.tick(),
            )

    def test_a_set_aside_can_have_another_size(self, registry: Registry) -> None:
        services.set_set_aside(
            program=PROGRAM,
            jurisdiction="AL",
            vintage=2022,
            purpose="renewable_energy",
            quantity=1000,
        )
        services.originate_budget(
            program=PROGRAM, jurisdiction="AL", vintage=2022, recorded_at=registry.tick()
        )

        assert registry.total("AL renewable energy set-aside") == 1000
        assert registry.total("AL reserve") == 66_164_470 - 1000 - 3_122_306
        with refused("already_originated"):
            services.set_set_aside(
                program=PROGRAM,
                jurisdiction="AL",
                vintage=2022,
                purpose="renewable_energy",
                quantity=2000,
            )

    @pytest.mark.parametrize("quantity", [-1, 63_042_165])
    def test_a_set_aside_must_fit(self, quantity: int, registry: Registry) -> None:
        with refused("set_aside_too_large"):
            services.set_set_aside(
                program=PROGRAM,
                jurisdiction="AL",
                vintage=2022,
                purpose="renewable_energy",
                quantity=quantity,
            )

    def test_what_was_created_cannot_be_rewritten(self, registry: Registry) -> None:
        services.originate_budget(
            program=PROGRAM, jurisdiction="AL", vintage=2022, recorded_at=registry.tick()
        )

        with pytest.raises(IntegrityError), transaction.atomic():
            BudgetPart.objects.update(purpose="reserve")
        with pytest.raises(IntegrityError), transaction.atomic():
            BudgetPart.objects.all().delete()


class TestRecordation:
    """40 CFR 62.16240(a)(1), 62.16325; MASS-053, MASS-057, MASS-058."""

    def test_the_lowest_numbers_go_first_rows_in_the_order_of_the_table(
        self, registry: Registry
    ) -> None:
        registry.on("2021-06-01")
        registry.allocate(
            ("Gaston", "5", 2022, 250), ("Barry", "1", 2022, 300), ("Barry", "2", 2023, 40)
        )

        assert registry.held("Gaston") == ["AL-2022-1 to AL-2022-250"]
        assert registry.held("Barry") == ["AL-2022-251 to AL-2022-550", "AL-2023-1 to AL-2023-40"]
        assert registry.held("AL reserve")[0] == "AL-2022-551 to AL-2022-59733940"

    def test_the_first_to_need_a_budget_originates_it_whole(self, registry: Registry) -> None:
        at = registry.on("2021-06-01")
        registry.allocate(("Barry", "1", 2022, 300))

        assert registry.total("AL early action set-aside") == 3_122_306
        history = ledger.serial_history(
            program=PROGRAM, lot=Lot(jurisdiction="AL", year=2022), number=150
        )
        assert [(step.event, step.transaction.destination.name) for step in history] == [
            ("originated", "AL reserve"),
            ("allocated", "Barry"),
        ]
        assert {step.recorded_at.date() for step in history} == {at.date()}

    def test_an_allocation_is_the_accounts_own(self, registry: Registry) -> None:
        registry.on("2021-06-01")
        registry.allocate(("Barry", "1", 2022, 300))
        services.record_from_reserve(
            program=PROGRAM,
            jurisdiction="AL",
            vintage=2022,
            quantity=10,
            account=registry.number("Gulf Brokers"),
            recorded_at=registry.tick(),
        )

        assert [entry.own for entry in ledger.holdings(registry.account("Barry").id)] == [True]
        brokers = ledger.holdings(registry.account("Gulf Brokers").id)
        assert [entry.own for entry in brokers] == [False]

    def test_what_was_allocated_is_kept_by_unit(self, registry: Registry) -> None:
        registry.on("2021-06-01")
        receipt = registry.allocate(("Barry", "1", 2022, 300), ("Barry", "2", 2022, 50))

        rows = queries.allocations_of_run(receipt.run)
        assert [(row.unit, row.vintage, row.quantity, row.jurisdiction) for row in rows] == [
            ("1", 2022, 300, "AL"),
            ("2", 2022, 50, "AL"),
        ]
        assert {row.tx for row in rows} == set(receipt.transactions)
        assert [row.id for row in queries.allocations(registry.account("Barry").id)] == [
            rows[1].id,
            rows[0].id,
        ]

    def test_a_part_now_and_a_part_late(self, registry: Registry) -> None:
        registry.on("2021-06-01")
        registry.allocate(("Barry", "1", 2022, 300))
        registry.on("2023-02-01")
        registry.allocate(("Barry", "1", 2022, 50))

        assert registry.held("Barry") == ["AL-2022-1 to AL-2022-350"]

    def test_the_whole_units_part_can_be_allocated_and_not_one_more(
        self, registry: Registry
    ) -> None:
        registry.on("2021-06-01")
        with refused("over_budget") as caught:
            registry.allocate(("Gaston", "5", 2022, 59_733_000), ("Barry", "1", 2022, 941))

        (refusal,) = caught.value.refusals
        assert refusal.row == 2
        assert "are 1 more than the 59,733,940" in refusal.sentence
        assert ledger.last_serial(program=PROGRAM, lot=Lot(jurisdiction="AL", year=2022)) == 0
        registry.allocate(("Gaston", "5", 2022, 59_733_000), ("Barry", "1", 2022, 940))
        assert registry.total("AL reserve") == 0
        with refused("over_budget"):
            registry.allocate(("Barry", "1", 2022, 1))

    def test_everything_that_is_wrong_is_told_by_row(self, registry: Registry) -> None:
        registry.on("2021-06-01")
        with refused() as caught:
            registry.allocate(
                ("Barry", "9", 2022, 300),
                ("C0000000099X", "", 2022, 300),
                ("Barry", "1", 2022, 0),
                ("Barry", "1", 2021, 5),
                ("Gulf Brokers", "", 2022, 5),
                ("Gulf Brokers", "1", 2022, -5),
            )

        assert [(refusal.row, refusal.reason) for refusal in caught.value.refusals] == [
            (1, "unknown_unit"),
            (2, "unknown_account"),
            (3, "not_whole_number"),
            (4, "before_program_start"),
            (5, "state_not_named"),
            (6, "unknown_unit"),
            (6, "state_not_named"),
            (6, "not_whole_number"),
        ]
        assert registry.total("Barry") == 0
        assert AllocationRun.objects.count() == 0

    def test_nothing_is_allocated_to_the_retirement_account(self, registry: Registry) -> None:
        registry.accounts["retirement"] = retirement_account(
            program=PROGRAM, opened_at=registry.tick()
        )
        with refused("destination_not_permitted"):
            registry.allocate(("retirement", "", 2022, 5))

    def test_one_period_at_a_time(self, registry: Registry) -> None:
        registry.on("2021-06-01")
        with refused("one_period_at_a_time"):
            registry.allocate(("Barry", "1", 2022, 1), ("Barry", "1", 2025, 1))

        registry.on("2024-06-03")
        registry.allocate(("Barry", "1", 2025, 600))
        assert registry.held("Barry") == ["AL-2025-1 to AL-2025-600"]

    def test_the_same_key_records_once(self, registry: Registry) -> None:
        registry.on("2021-06-01")
        key = uuid4()
        rows = registry.rows(("Barry", "1", 2022, 300))
        asked = {"program": PROGRAM, "recorded_at": registry.now, "key": key}

        first = services.record_allocations(rows=rows, **asked)
        again = services.record_allocations(rows=rows, **asked)

        assert again.repeated
        assert again.run == first.run
        assert again.transactions == first.transactions
        assert registry.total("Barry") == 300
        with refused("key_reused"):
            services.record_allocations(rows=registry.rows(("Barry", "1", 2022, 301)), **asked)

    def test_allowances_of_the_reserve_for_any_account(self, registry: Registry) -> None:
        registry.on("2021-06-01")
        services.record_from_reserve(
            program=PROGRAM,
            jurisdiction="AL",
            vintage=2022,
            quantity=100,
            account=registry.number("Gulf Brokers"),
            recorded_at=registry.now,
        )

        assert registry.held("Gulf Brokers") == ["AL-2022-1 to AL-2022-100"]

    def test_one_account_can_be_given_allowances_of_two_states(self, registry: Registry) -> None:
        registry.on("2021-06-01")
        number = registry.number("Gulf Brokers")
        rows = [
            AllocationRow(account=number, jurisdiction="KY", vintage=2022, quantity=7),
            AllocationRow(account=number, jurisdiction="AL", vintage=2022, quantity=9),
        ]

        receipt = services.record_allocations(program=PROGRAM, rows=rows, recorded_at=registry.now)

        assert registry.held("Gulf Brokers") == ["AL-2022-1 to AL-2022-9", "KY-2022-1 to KY-2022-7"]
        kept = queries.allocations_of_run(receipt.run)
        assert [row.tx for row in kept] == list(receipt.transactions)

    def test_each_state_is_a_final_decision_of_class_i(self, registry: Registry) -> None:
        registry.on("2021-06-01")
        receipt = registry.allocate(
            ("Barry", "1", 2022, 300), ("Cane", "1", 2022, 4), ("Cane", "1", 2024, 4)
        )

        decisions = Decision.objects.order_by("id")
        assert [(each.decision_class, each.subject) for each in decisions] == [
            ("i", f"allocation:{receipt.run}/AL"),
            ("i", f"allocation:{receipt.run}/KY"),
        ]
        assert decisions[1].reasons == [
            "8 allowances of KY, vintage 2022 to 2024, in 1 account"
            " (40 CFR 62.16240(a)(1); 62.16325)."
        ]

    def test_what_was_allocated_cannot_be_rewritten(self, registry: Registry) -> None:
        registry.on("2021-06-01")
        registry.allocate(("Barry", "1", 2022, 300))

        for model in (AllocationRun, AllocationRecord):
            with pytest.raises(IntegrityError), transaction.atomic():
                model.objects.update(quantity=1)
            with pytest.raises(IntegrityError), transaction.atomic():
                model.objects.all().delete()

    def test_the_number_of_statements_does_not_depend_on_the_rows(self, registry: Registry) -> None:
        registry.on("2021-06-01")
        registry.allocate(("Barry", "1", 2022, 1))
        with statements() as few:
            registry.allocate(("Barry", "1", 2022, 1))
        with statements() as many:
            registry.allocate(*[("Barry", str(1 + n % 2), 2022, 1 + n) for n in range(300)])

        assert len(many) == len(few)


def test_a_program_without_budgets_creates_what_an_act_names(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Acceptance contract, "Budgets, allocation": such an act originates its quantity."""
    from dataclasses import replace

    without = replace(programs.load(PROGRAM), budgets=None)
    monkeypatch.setattr(programs, "load", lambda code: without)
    registry.on("2021-06-01")

    registry.allocate(("Barry", "1", 2022, 300))
    registry.allocate(("Barry", "1", 2022, 40))

    assert registry.held("Barry") == ["AL-2022-1 to AL-2022-340"]
    assert registry.total("AL reserve") == 0
    parts = queries.originated([AL_2022], program=PROGRAM)[AL_2022]
    assert [str(part.block) for part in parts] == [
        "AL-2022-1 to AL-2022-300",
        "AL-2022-301 to AL-2022-340",
    ]


_RIVAL = dedent(
    """
    import sys
    from datetime import datetime, UTC

    import django

    django.setup()
    from trueup.allocation import services
    from trueup.allocation.entries import AllocationRow

    for _ in range(20):
        services.record_allocations(
            program="cpp-mass",
            rows=[AllocationRow(account=sys.argv[1], unit="1", vintage=2022, quantity=7)],
            recorded_at=datetime(2021, 6, 1, 16, 0, tzinfo=UTC),
        )
    """
)


@pytest.mark.stress
def test_rivals_originate_a_budget_once_and_share_a_reserve(
    shared_database: SharedDatabase,
) -> None:
    """MASS-049: whoever comes second takes the next numbers."""
    registry = Registry()
    started = [
        shared_database.start("-c", _RIVAL, registry.number(name)) for name in ("Barry", "Barry")
    ]
    for process in started:
        printed, _ = process.communicate(timeout=300)
        assert process.returncode == 0, printed

    assert AllocationRun.objects.count() == 40
    assert registry.held("Barry") == ["AL-2022-1 to AL-2022-280"]
    assert len(queries.originated([AL_2022], program=PROGRAM)[AL_2022]) == 3
