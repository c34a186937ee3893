"""Deductions: what is taken, from whom, in which order, and what stays owed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from tests.contexts.registry import FIRST, PROGRAM, SECOND, Registry, noon, refused, statements
from trueup.audit import queries as audit_queries
from trueup.audit.models import Decision, Event
from trueup.compliance import queries, services
from trueup.compliance.models import DeductionRun, Omission, Settlement
from trueup.ledger import queries as ledger
from trueup.ledger.verify import audit
from trueup.rules.serials import Lot, SerialBlock
from trueup.transfers import queries as transfer_queries
from trueup.transfers import services as transfers

pytestmark = pytest.mark.django_db

AL_2022 = Lot(jurisdiction="AL", year=2022)
AL_2025 = Lot(jurisdiction="AL", year=2025)


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.on("2021-06-01")
    return registry


@pytest.fixture(autouse=True)
def _every_serial_is_in_exactly_one_account(db: None) -> Iterator[None]:
    yield
    report = audit()
    assert report.clean, report.differences


def block(first: int, last: int, lot: Lot = AL_2022) -> SerialBlock:
    return SerialBlock(lot=lot, first=first, last=last)


def settle_barry(registry: Registry, tons: float, *, vintages: dict[int, int]) -> None:
    """Give Barry allowances, report its tons, and run the deductions."""
    for vintage, quantity in vintages.items():
        registry.on("2021-06-01" if vintage < 2025 else "2024-06-03")
        registry.allocate(("Barry", "1", vintage, quantity))
    registry.on("2025-02-03")
    registry.report_years("Barry", u1=(tons, 0, 0), u2=(0, 0, 0))
    registry.on("2025-05-02")
    registry.run()


class TestTheRun:
    """40 CFR 62.16340(a), (b); MASS-134 to MASS-136, MASS-159."""

    def test_it_waits_for_the_deadline(self, registry: Registry) -> None:
        registry.now = noon("2025-05-01")
        with refused("deadline_not_passed"):
            registry.run()
        registry.now = noon("2025-05-01") + timedelta(hours=12)  # Midnight: still on time.
        registry.now -= timedelta(seconds=1)
        with refused("deadline_not_passed"):
            registry.run()
        registry.run()

        assert DeductionRun.objects.count() == 1

    def test_what_is_available_is_deducted_until_the_tons_are_covered(
        self, registry: Registry
    ) -> None:
        settle_barry(registry, 1000, vintages={2022: 300, 2024: 750})

        assert registry.figures("Barry") == (1000, 1000, 0, 0, 0, 0)
        assert registry.deducted("Barry") == [
            "AL-2022-1 to AL-2022-300 (emissions)",
            "AL-2024-1 to AL-2024-700 (emissions)",
        ]
        assert registry.held("Barry") == ["AL-2024-701 to AL-2024-750"]
        assert registry.outcome("Barry").is_in_compliance

    def test_no_emissions_take_nothing(self, registry: Registry) -> None:
        settle_barry(registry, 0, vintages={2022: 300})

        assert registry.figures("Barry") == (0, 0, 0, 0, 0, 0)
        assert registry.total("Barry") == 300

    def test_vintages_of_the_next_period_cover_no_emissions(self, registry: Registry) -> None:
        settle_barry(registry, 100, vintages={2022: 90, 2025: 500})

        assert registry.figures("Barry") == (100, 90, 10, 20, 20, 0)
        assert registry.deducted("Barry") == [
            "AL-2022-1 to AL-2022-90 (emissions)",
            "AL-2025-1 to AL-2025-20 (excess)",
        ]
        assert not registry.outcome("Barry").is_in_compliance

    def test_allowances_in_a_general_account_count_for_nothing(self, registry: Registry) -> None:
        registry.allocate(("Barry", "1", 2022, 100))
        registry.transfer("Barry", "Gulf Brokers", 2022, 100)
        registry.on("2025-02-03")
        registry.report_years("Barry", u1=(50, 0, 0), u2=(0, 0, 0))
        registry.on("2025-05-02")
        registry.run()

        assert registry.figures("Barry") == (50, 0, 50, 100, 0, 100)

    def test_deductions_are_in_the_journal_with_their_ground(self, registry: Registry) -> None:
        settle_barry(registry, 100, vintages={2022: 90, 2025: 500})

        entries = ledger.entries(registry.account("Barry").id, limit=2)
        assert [(entry.event, entry.ground, entry.quantity) for entry in entries] == [
            ("deducted", "excess 2022-2024", 20),
            ("deducted", "emissions 2022-2024", 90),
        ]
        assert {entry.destination.kind for entry in entries} == {"retirement"}

    def test_incomplete_facilities_are_left_out_and_named(self, registry: Registry) -> None:
        registry.on("2025-02-03")
        registry.report("Barry", ("1", 2022, 10), ("1", 2023, 10), ("2", 2022, 0))
        registry.report("Cane", ("1", 2022, 1), ("1", 2023, 1), ("1", 2024, 1), is_final=False)
        registry.report("Cane", ("2", 2022, 1), ("2", 2023, 1), ("2", 2024, 1), is_final=False)
        registry.report_years("Gaston", u5=(0, 0, 0))
        registry.on("2025-05-02")
        result = registry.run()

        assert [(entry.facility.name, entry.reason) for entry in result.omissions] == [
            ("Barry", "emissions_incomplete"),
            ("Cane", "emissions_not_final"),
        ]
        assert result.omissions[0].missing == (("1", 2024), ("2", 2023), ("2", 2024))
        assert [outcome.facility.name for outcome in result.outcomes] == ["Gaston"]
        left_out = queries.omission(
            program=PROGRAM, period=FIRST, facility=registry.facilities["Barry"]
        )
        assert left_out == result.omissions[0]
        with pytest.raises(IntegrityError), transaction.atomic():
            Omission.objects.all().delete()

    def test_a_second_run_settles_only_those_left_out_before(self, registry: Registry) -> None:
        registry.allocate(("Barry", "1", 2022, 100), ("Gaston", "5", 2022, 100))
        registry.on("2025-02-03")
        registry.report_years("Gaston", u5=(40, 0, 0))
        registry.on("2025-05-02")
        registry.run()
        registry.on("2025-05-20")
        registry.report_years("Barry", u1=(30, 0, 0), u2=(0, 0, 0))
        result = registry.run()

        assert [outcome.facility.name for outcome in result.outcomes] == ["Barry"]
        assert registry.total("Gaston") == 60
        assert registry.total("Barry") == 70
        assert (
            queries.omission(program=PROGRAM, period=FIRST, facility=registry.facilities["Barry"])
            is None
        )
        assert registry.run().outcomes == ()

    def test_a_preview_writes_nothing_and_says_what_a_run_would_do(
        self, registry: Registry
    ) -> None:
        registry.allocate(("Barry", "1", 2022, 90))
        registry.on("2025-02-03")
        registry.report_years("Barry", u1=(100, 0, 0), u2=(0, 0, 0))
        registry.on("2025-05-02")
        registry.transfer("Barry", "Gulf Brokers", 2022, 30)

        preview = services.preview_deductions(program=PROGRAM, period=FIRST)

        (expected,) = preview.outcomes
        assert (expected.deducted, expected.excess, expected.outstanding) == (90, 10, 20)
        assert len(preview.omissions) == 2
        assert Settlement.objects.count() == 0
        assert registry.total("Barry") == 90
        assert registry.run().totals == preview.totals

    def test_a_preview_before_the_deadline_is_a_projection(self, registry: Registry) -> None:
        preview = services.preview_deductions(
            program=PROGRAM, period=FIRST, today=noon("2025-05-01").date()
        )
        assert preview.is_projection

    def test_the_figures_of_a_run_are_kept(self, registry: Registry) -> None:
        settle_barry(registry, 100, vintages={2022: 90, 2025: 500})

        run = DeductionRun.objects.get()
        assert (run.settled, run.left_out) == (1, 2)
        assert (run.obligation, run.deducted, run.excess_due, run.excess_deducted) == (
            100,
            90,
            20,
            20,
        )
        result = queries.result_of(run.pk)
        assert result is not None
        assert result.totals.outstanding == 0
        assert len(result.omissions) == 2

    def test_every_settlement_is_a_final_decision_of_class_iv(self, registry: Registry) -> None:
        settle_barry(registry, 100, vintages={2022: 90, 2025: 500})

        decision = Decision.objects.get(decision_class="iv")
        assert decision.pk == registry.outcome("Barry").decision
        assert decision.outcome == "not in compliance"
        assert decision.reasons == [
            "Obligation 100, available 90: 90 allowances deducted for emissions"
            " (40 CFR 62.16340(b)).",
            "Excess emissions 10 tons: 20 allowances owed, 20 deducted, 0 outstanding"
            " (40 CFR 62.16340(d)).",
        ]
        assert Event.objects.filter(act="run_deductions").count() == 1

    def test_the_number_of_statements_does_not_depend_on_the_facilities(
        self, registry: Registry
    ) -> None:
        from trueup.accounts.entries import FacilitySpec, UnitSpec

        def settle_many(first: int, count: int) -> int:
            names = [f"Plant {number}" for number in range(first, first + count)]
            registry.register(
                [
                    FacilitySpec(
                        oris_code=number,
                        name=f"Plant {number}",
                        jurisdiction="AL",
                        units=(UnitSpec(unit_id="1"),),
                    )
                    for number in range(first, first + count)
                ]
            )
            registry.on("2021-06-01")
            for name in names:
                registry.represent(name, f"Rep of {name}")
            registry.on("2024-06-03")
            registry.allocate(
                *[(name, "1", 2022, 10) for name in names],
                *[(name, "1", 2025, 10) for name in names],
            )
            registry.on("2025-02-03")
            for name in names:
                registry.report_years(name, u1=(10, 1, 1))
            registry.on("2025-05-02")
            with statements() as executed:
                assert len(registry.run().outcomes) == count
            return len(executed)

        settle_many(60_001, 1)  # Opens the accounts that the first run needs.
        assert settle_many(80_001, 30) == settle_many(70_001, 2)


class TestWhatWasHeldAtTheDeadline:
    """40 CFR 62.16340(a)(2), 62.16375 "CO2 allowances held"; MASS-045, MASS-134."""

    def report(self, registry: Registry, barry: int = 100) -> None:
        registry.on("2025-02-03")
        registry.report_years("Barry", u1=(barry, 0, 0), u2=(0, 0, 0))
        registry.report_years("Gaston", u5=(0, 0, 0))

    def test_a_transfer_mailed_in_time_and_recorded_after_the_deadline_counts(
        self, registry: Registry
    ) -> None:
        """MASS-014: dated by dispatch."""
        registry.allocate(("Gaston", "5", 2022, 100))
        self.report(registry)
        registry.on("2025-05-01")
        transfer = registry.transfer("Gaston", "Barry", 2022, 100, received="2025-05-06")
        assert transfer.state == "recorded"
        registry.on("2025-05-07")
        registry.run()

        assert registry.figures("Barry") == (100, 100, 0, 0, 0, 0)

    def test_an_allocation_recorded_after_the_deadline_covers_only_excess(
        self, registry: Registry
    ) -> None:
        registry.allocate(("Barry", "1", 2022, 60))
        self.report(registry)
        registry.on("2025-05-02")
        registry.allocate(("Barry", "1", 2023, 50))
        registry.run()

        assert registry.figures("Barry") == (100, 60, 40, 80, 50, 30)

    def test_a_late_transfer_does_not_take_allowances_away_from_the_deductions(
        self, registry: Registry
    ) -> None:
        """MASS-130: submitted after the deadline, its numbers were still held then."""
        registry.allocate(("Barry", "1", 2022, 100))
        self.report(registry)
        registry.on("2025-05-02")
        transfer = registry.transfer("Barry", "Gulf Brokers", 2022, 30)
        assert transfer.state == "held"
        registry.run()

        assert registry.figures("Barry") == (100, 100, 0, 0, 0, 0)
        late = transfer_queries.transfer(transfer.key)
        assert late is not None
        assert late.state == "refused"
        assert "serials_retired" in late.reason_codes

    def test_a_late_transfer_of_what_is_left_is_recorded_after_the_run(
        self, registry: Registry
    ) -> None:
        registry.allocate(("Barry", "1", 2022, 130), ("Gaston", "5", 2022, 100))
        self.report(registry)
        registry.on("2025-05-02")
        outgoing = transfers.submit_transfer(
            program=PROGRAM,
            source=registry.number("Barry"),
            destination=registry.number("Gulf Brokers"),
            submitted_by=registry.representative("Barry"),
            blocks=[block(101, 130)],
            submitted_at=registry.tick(),
            key=uuid4(),
        )
        incoming = registry.transfer("Gaston", "Barry", 2022, 100)
        assert (outgoing.state, incoming.state) == ("held", "held")
        registry.run()

        assert registry.figures("Barry") == (100, 100, 0, 0, 0, 0)
        for submitted in (outgoing, incoming):
            found = transfer_queries.transfer(submitted.key)
            assert found is not None
            assert found.state == "recorded"
        assert registry.total("Barry") == 100
        assert registry.total("Gulf Brokers") == 30

    def test_a_facility_left_out_keeps_its_transfers_waiting(self, registry: Registry) -> None:
        registry.allocate(("Barry", "1", 2022, 100))
        registry.on("2025-02-03")
        registry.report_years("Gaston", u5=(0, 0, 0))
        registry.on("2025-05-02")
        transfer = registry.transfer("Barry", "Gulf Brokers", 2022, 30)
        registry.run()

        waiting = transfer_queries.transfer(transfer.key)
        assert waiting is not None
        assert waiting.state == "held"

    def test_limited_allowances_are_not_available(self, registry: Registry) -> None:
        """MASS-008."""
        registry.allocate(("Barry", "1", 2022, 100))
        transfers.limit_instruments(
            program=PROGRAM,
            blocks=[block(1, 40)],
            ground="court order",
            placed_at=registry.tick(),
            key=uuid4(),
        )
        self.report(registry)
        registry.on("2025-05-02")
        registry.run()

        assert registry.figures("Barry") == (100, 60, 40, 80, 0, 80)
        assert registry.held("Barry") == ["AL-2022-1 to AL-2022-40"]

    def test_a_run_waits_for_transfers_submitted_in_time(
        self, registry: Registry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """MASS-135: recorded or refused first."""
        registry.allocate(("Barry", "1", 2022, 100))
        registry.on("2025-04-30")
        entry = registry.transfer("Barry", "Gulf Brokers", 2022, 30)
        monkeypatch.setattr(transfer_queries, "pending", lambda **_: [entry])
        registry.on("2025-05-05")

        with refused("transfers_pending"):
            registry.run()

        assert DeductionRun.objects.count() == 0


class TestOrderOfDeduction:
    """40 CFR 62.16340(c)(2); MASS-138."""

    def report(self, registry: Registry, tons: int) -> None:
        registry.on("2025-02-03")
        registry.report_years("Barry", u1=(tons, 0, 0), u2=(0, 0, 0))
        registry.on("2025-05-02")

    def test_own_allocations_first_each_tier_in_order_of_recordation(
        self, registry: Registry
    ) -> None:
        """The example of MASS-138."""
        registry.allocate(("Barry", "1", 2023, 300), ("Gaston", "5", 2022, 500))
        registry.on("2021-07-01")
        registry.transfer("Gaston", "Barry", 2022, 500)
        registry.on("2023-12-01")
        registry.allocate(("Barry", "1", 2024, 100))
        self.report(registry, 450)
        registry.run()

        assert registry.deducted("Barry") == [
            "AL-2023-1 to AL-2023-300 (emissions)",
            "AL-2024-1 to AL-2024-100 (emissions)",
            "AL-2022-1 to AL-2022-50 (emissions)",
        ]

    def test_recordation_decides_and_neither_vintage_nor_number(self, registry: Registry) -> None:
        registry.allocate(("Barry", "1", 2024, 50), ("Gaston", "5", 2023, 80))
        registry.on("2021-07-01")
        registry.transfer("Gaston", "Barry", 2023, 40)
        registry.on("2021-08-01")
        registry.allocate(("Barry", "1", 2022, 50), ("Gaston", "5", 2022, 10))
        registry.on("2021-09-01")
        registry.transfer("Gaston", "Barry", 2022, 10)
        self.report(registry, 145)
        registry.run()

        assert registry.deducted("Barry") == [
            "AL-2024-1 to AL-2024-50 (emissions)",
            "AL-2022-1 to AL-2022-50 (emissions)",
            "AL-2023-1 to AL-2023-40 (emissions)",
            "AL-2022-51 to AL-2022-55 (emissions)",
        ]

    def test_an_own_allocation_that_left_and_came_back_is_transferred_in(
        self, registry: Registry
    ) -> None:
        registry.allocate(("Barry", "1", 2022, 100), ("Barry", "1", 2023, 100))
        registry.transfer("Barry", "Gulf Brokers", 2022, 100)
        registry.transfer("Gulf Brokers", "Barry", 2022, 100)
        self.report(registry, 150)
        registry.run()

        assert registry.deducted("Barry") == [
            "AL-2023-1 to AL-2023-100 (emissions)",
            "AL-2022-1 to AL-2022-50 (emissions)",
        ]

    def test_what_was_recorded_together_goes_by_serial_number(self, registry: Registry) -> None:
        registry.allocate(
            ("Barry", "2", 2024, 10), ("Barry", "1", 2023, 10), ("Barry", "1", 2022, 10)
        )
        self.report(registry, 25)
        registry.run()

        assert registry.deducted("Barry") == [
            "AL-2022-1 to AL-2022-10 (emissions)",
            "AL-2023-1 to AL-2023-10 (emissions)",
            "AL-2024-1 to AL-2024-5 (emissions)",
        ]

    def test_two_transfers_of_one_instant_go_by_serial_number(self, registry: Registry) -> None:
        from trueup.transfers.entries import TransferSpec

        registry.allocate(("Gaston", "5", 2022, 200))
        at = registry.tick()
        transfers.submit_batch(
            [
                TransferSpec(
                    source=registry.number("Gaston"),
                    destination=registry.number("Barry"),
                    submitted_by=registry.representative("Gaston"),
                    submitted_at=at,
                    blocks=(named,),
                    key=uuid4(),
                )
                for named in (block(101, 200), block(1, 100))
            ],
            program=PROGRAM,
            recorded_at=at,
        )
        self.report(registry, 120)
        registry.run()

        assert registry.held("Barry") == ["AL-2022-121 to AL-2022-200"]


class TestRequests:
    """40 CFR 62.16340(c)(1); MASS-137, MASS-AMB-40, PLAT-085."""

    def ask(self, registry: Registry, *blocks: SerialBlock, by: str = "Ana Ruiz") -> object:
        return services.request_serials(
            program=PROGRAM,
            period=FIRST,
            facility=registry.facilities["Barry"],
            blocks=blocks,
            submitted_by=registry.person(by),
            submitted_at=registry.tick(),
        )

    def prepared(self, registry: Registry, tons: int = 300) -> None:
        registry.allocate(("Barry", "1", 2022, 500), ("Barry", "1", 2023, 500))
        registry.on("2025-02-03")
        registry.report_years("Barry", u1=(tons, 0, 0), u2=(0, 0, 0))
        registry.on("2025-05-01")

    def test_named_serial_numbers_go_first_the_rest_in_order(self, registry: Registry) -> None:
        self.prepared(registry)
        self.ask(registry, SerialBlock(lot=Lot(jurisdiction="AL", year=2023), first=1, last=200))
        registry.on("2025-05-02")
        registry.run()

        assert registry.deducted("Barry") == [
            "AL-2023-1 to AL-2023-200 (emissions)",
            "AL-2022-1 to AL-2022-100 (emissions)",
        ]

    def test_requests_add_up_in_the_order_submitted(self, registry: Registry) -> None:
        self.prepared(registry)
        self.ask(registry, block(401, 450))
        self.ask(registry, block(301, 350), block(430, 460))
        registry.on("2025-05-02")
        registry.run()

        assert registry.deducted("Barry")[:3] == [
            "AL-2022-401 to AL-2022-450 (emissions)",
            "AL-2022-301 to AL-2022-350 (emissions)",
            "AL-2022-451 to AL-2022-460 (emissions)",
        ]

    def test_a_late_request_is_passed_over(self, registry: Registry) -> None:
        self.prepared(registry)
        registry.on("2025-05-02")
        receipt = self.ask(registry, block(401, 450))
        assert receipt.is_late
        registry.run()

        assert registry.deducted("Barry") == ["AL-2022-1 to AL-2022-300 (emissions)"]

    def test_what_cannot_be_used_is_passed_over_and_reported(self, registry: Registry) -> None:
        self.prepared(registry)
        registry.on("2024-06-03")
        registry.allocate(("Barry", "1", 2025, 10))
        registry.on("2025-05-01")
        receipt = self.ask(registry, block(491, 510), block(1, 10, AL_2025))

        assert [(str(item.block), item.reason) for item in receipt.unusable] == [
            ("AL-2022-501 to AL-2022-510", "not_held"),
            ("AL-2025-1 to AL-2025-10", "too_new"),
        ]
        registry.on("2025-05-02")
        registry.run()
        outcome = registry.outcome("Barry")
        assert outcome.passed_over == receipt.unusable
        assert registry.deducted("Barry")[0] == "AL-2022-491 to AL-2022-500 (emissions)"
        assert registry.total("Barry", 2025) == 10

    def test_more_than_the_obligation_is_not_needed(self, registry: Registry) -> None:
        self.prepared(registry, tons=30)
        self.ask(registry, block(401, 450))
        registry.on("2025-05-02")
        registry.run()

        (rest,) = registry.outcome("Barry").passed_over
        assert (str(rest.block), rest.reason) == ("AL-2022-431 to AL-2022-450", "not_needed")
        assert registry.total("Barry", 2022) == 470

    def test_only_a_representative_can_ask(self, registry: Registry) -> None:
        self.prepared(registry)
        with refused("not_authorized", "nothing_asked_for"):
            self.ask(registry, by="Gil Orr")
        with refused("unknown_facility"):
            services.request_serials(
                program=PROGRAM,
                period=FIRST,
                facility=999,
                blocks=[block(1, 1)],
                submitted_by=registry.person("Ana Ruiz"),
                submitted_at=registry.tick(),
            )


class TestDebts:
    """40 CFR 62.16220(c)(1)(ii)(A), 62.16340(d); MASS-140, MASS-141, PLAT-087."""

    def test_twice_the_excess_is_taken_from_vintages_up_to_the_next_period(
        self, registry: Registry
    ) -> None:
        settle_barry(registry, 1100, vintages={2022: 1050, 2025: 600})

        assert registry.figures("Barry") == (1100, 1050, 50, 100, 100, 0)
        assert registry.total("Barry", 2025) == 500

    def test_what_is_missing_is_taken_as_soon_as_it_arrives(self, registry: Registry) -> None:
        """The example of MASS-141: due 100, 40 there; 75 arrive: 60 go, 15 stay."""
        settle_barry(registry, 50, vintages={2025: 40})
        assert registry.figures("Barry") == (50, 0, 50, 100, 40, 60)

        registry.on("2025-07-01")
        registry.allocate(("Gaston", "5", 2026, 75))
        registry.transfer("Gaston", "Barry", 2026, 75)

        assert registry.figures("Barry") == (50, 0, 50, 100, 100, 0)
        assert registry.total("Barry") == 15
        assert registry.deducted("Barry") == [
            "AL-2025-1 to AL-2025-40 (excess)",
            "AL-2026-1 to AL-2026-60 (excess)",
        ]
        assert not registry.outcome("Barry").is_in_compliance

    def test_while_it_is_owed_usable_vintages_do_not_leave(self, registry: Registry) -> None:
        settle_barry(registry, 50, vintages={})
        registry.on("2027-06-01")
        registry.allocate(("Barry", "1", 2028, 75))
        assert registry.figures("Barry")[-1] == 100  # Vintage 2028 meets no such debt.
        assert registry.transfer("Barry", "Gulf Brokers", 2028, 10).state == "recorded"

    def test_debts_of_two_periods_are_told_apart(self, registry: Registry) -> None:
        settle_barry(registry, 10, vintages={})
        registry.on("2028-02-01")
        registry.report("Barry", *[(u, y, 5 if u == "1" else 0) for u in "12" for y in (2025,)])
        registry.report("Barry", *[(u, y, 0) for u in "12" for y in (2026, 2027)])
        registry.report("Gaston", *[("5", year, 0) for year in SECOND.vintages])
        registry.on("2028-05-02")
        registry.run(SECOND)
        assert registry.figures("Barry", SECOND) == (5, 0, 5, 10, 0, 10)

        registry.allocate(("Gaston", "5", 2027, 24), ("Gaston", "5", 2028, 3))
        registry.transfer("Gaston", "Barry", 2028, 3)
        registry.transfer("Gaston", "Barry", 2027, 24)

        assert registry.figures("Barry")[-2:] == (20, 0)
        assert registry.figures("Barry", SECOND)[-2:] == (7, 3)
        assert registry.deducted("Barry") == ["AL-2027-1 to AL-2027-20 (excess)"]
        assert registry.deducted("Barry", SECOND) == [
            "AL-2028-1 to AL-2028-3 (excess)",
            "AL-2027-21 to AL-2027-24 (excess)",
        ]


class TestReports:
    """PLAT-086, PLAT-088; MASS-007, MASS-142, MASS-161."""

    def test_representatives_get_the_report_by_serial_number(self, registry: Registry) -> None:
        registry.represent("Barry", "Bo Lee", "alternate")
        settle_barry(registry, 100, vintages={2022: 90, 2025: 500})

        for person in ("Ana Ruiz", "Bo Lee"):
            (notice,) = audit_queries.notices_of(
                registry.person(person), event="deductions_recorded"
            )
            for line in (
                "Obligation:         100 allowances",
                "Deducted:           90 allowances",
                "Excess emissions:   10",
                "Owed for excess:    20",
                "Outstanding:        0",
                "Left in the account: 480 allowances",
                "  AL-2022-1 to AL-2022-90  (emissions)",
                "  AL-2025-1 to AL-2025-20  (excess)",
            ):
                assert line in notice.body.splitlines(), notice.body
        assert (
            audit_queries.notices_of(registry.person("Gil Orr"), event="deductions_recorded") == []
        )

    def test_a_statement_has_the_obligation_by_unit_and_every_block(
        self, registry: Registry
    ) -> None:
        registry.allocate(("Barry", "1", 2022, 1500))
        registry.on("2025-02-03")
        registry.report_years("Barry", u1=(350.4, 300.3, 250), u2=(0, 199.8, 0))
        registry.on("2025-05-02")
        registry.run()

        statement = queries.statement(
            program=PROGRAM, period=FIRST, facility=registry.facilities["Barry"]
        )
        assert statement is not None
        assert [(item.location, item.tons) for item in statement.locations] == [
            ("1", 901),
            ("2", 200),
        ]
        assert statement.outcome.obligation == 1101
        assert [str(item.block) for item in statement.deducted] == ["AL-2022-1 to AL-2022-1101"]
        assert statement.balance == 399
        assert statement.account == registry.account("Barry")
        assert (
            queries.statement(program=PROGRAM, period=SECOND, facility=registry.facilities["Barry"])
            is None
        )

    def test_the_supplement_lists_serials_with_dates_and_set_asides_apart(
        self, registry: Registry
    ) -> None:
        registry.allocate(("Barry", "1", 2022, 10))
        source = registry.account("AL renewable energy set-aside")
        transfers.correct_error(
            program=PROGRAM,
            source=source.number,
            destination=registry.number("Barry"),
            blocks=[block(59_733_941, 59_733_945)],
            ground="award recorded by hand",
            corrected_at=registry.tick(),
            key=uuid4(),
        )
        registry.on("2025-02-03")
        registry.report_years("Barry", u1=(15, 0, 0), u2=(0, 0, 0))
        registry.on("2025-05-02")
        registry.run()

        rows = queries.supplement(
            program=PROGRAM, period=FIRST, facility=registry.facilities["Barry"]
        )
        assert [(str(row.block), row.set_aside, row.retired_on.isoformat()) for row in rows] == [
            ("AL-2022-1 to AL-2022-10", "", "2025-05-02"),
            ("AL-2022-59733941 to AL-2022-59733945", "renewable_energy", "2025-05-02"),
        ]

    def test_violations_are_counted_and_not_multiplied(self, registry: Registry) -> None:
        settle_barry(registry, 50, vintages={})

        figures = registry.outcome("Barry").violations
        assert (figures.excess_tons, figures.period_days) == (50, 1096)
        assert figures.is_enforcement_flagged

    def test_the_state_gets_exactly_its_short_facilities(self, registry: Registry) -> None:
        registry.allocate(("Barry", "1", 2022, 90), ("Gaston", "5", 2022, 50))
        registry.on("2025-02-03")
        registry.report_years("Barry", u1=(100, 0, 0), u2=(0, 0, 0))
        registry.report_years("Gaston", u5=(50, 0, 0))
        registry.on("2025-05-02")
        before = queries.short_facilities(program=PROGRAM, period=FIRST, jurisdiction="AL")
        registry.run()
        after = queries.short_facilities(program=PROGRAM, period=FIRST, jurisdiction="AL")

        for report in (before, after):
            (short,) = report.facilities
            assert (short.facility.name, short.obligation, short.held, short.shortfall) == (
                "Barry",
                100,
                90,
                10,
            )
        assert (before.is_settled, after.is_settled) == (False, True)
        none = queries.short_facilities(program=PROGRAM, period=FIRST, jurisdiction="KY")
        assert str(none) == "Facilities short for 2022-2024, KY: none"

    def test_outcomes_by_state_and_a_page_at_a_time(self, registry: Registry) -> None:
        registry.allocate(("Barry", "1", 2022, 90), ("Cane", "1", 2022, 9))
        registry.on("2025-02-03")
        registry.report_years("Barry", u1=(100, 0, 0), u2=(0, 0, 0))
        registry.report_years("Gaston", u5=(0, 0, 0))
        registry.report_years("Cane", u1=(5, 0, 0), u2=(1, 0, 0))
        registry.on("2025-05-02")
        registry.run()

        first = queries.outcomes(program=PROGRAM, period=FIRST, limit=2)
        rest = queries.outcomes(
            program=PROGRAM, period=FIRST, limit=2, after=first[-1].facility.oris_code
        )
        assert [found.facility.name for found in (*first, *rest)] == ["Barry", "Gaston", "Cane"]
        short = queries.outcomes(program=PROGRAM, period=FIRST, in_compliance=False)
        assert [found.facility.name for found in short] == ["Barry"]
        totals = queries.totals_by_state(program=PROGRAM, period=FIRST)
        assert (totals["AL"].obligation, totals["AL"].outstanding) == (100, 20)
        assert (totals["KY"].facilities, totals["KY"].in_compliance) == (1, 1)
        assert queries.periods_settled(program=PROGRAM) == [FIRST]
        (alabama, kentucky) = queries.state_summaries(program=PROGRAM, period=FIRST)
        assert (alabama.plants, alabama.units, alabama.emissions_tons) == (2, 3, 100)
        assert alabama.budget == 3 * 66_164_470
        assert kentucky.banked == 3
