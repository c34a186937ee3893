"""Settlements that are adjusted after audit, and appeals."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from tests.contexts.registry import FIRST, PROGRAM, Registry, refused
from trueup.audit import queries as audit_queries
from trueup.audit.models import Decision, Event
from trueup.compliance import queries, services
from trueup.compliance.entries import Resettlement
from trueup.ledger import queries as ledger
from trueup.ledger.verify import audit

pytestmark = pytest.mark.django_db


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


def settle(registry: Registry, tons: float, **vintages: int) -> None:
    for name, quantity in vintages.items():
        vintage = int(name.removeprefix("v"))
        registry.on("2021-06-01" if vintage < 2025 else "2024-06-03")
        registry.allocate(("Barry", "1", vintage, quantity))
    registry.on("2025-02-03")
    registry.report_years("Barry", u1=(tons, 0, 0), u2=(0, 0, 0))
    registry.report_years("Gaston", u5=(0, 0, 0))
    registry.on("2025-05-02")
    registry.run()
    registry.on("2025-09-01")


def audited(registry: Registry, tons: float) -> Resettlement | None:
    return services.adjust_after_audit(
        program=PROGRAM,
        facility=registry.facilities["Barry"],
        unit="1",
        year=2022,
        co2_tons=Decimal(str(tons)),
        ground="stack test",
        recorded_at=registry.tick(),
    )


def appeal(registry: Registry, by: str = "Ana Ruiz") -> None:
    services.file_appeal(
        program=PROGRAM,
        period=FIRST,
        facility=registry.facilities["Barry"],
        filed_by=registry.person(by),
        filed_at=registry.tick(),
        reasons="The meter was wrong.",
    )


def decide(registry: Registry, returned: int, ruling: str = "EAB 25-1") -> Resettlement:
    return services.decide_appeal(
        program=PROGRAM,
        period=FIRST,
        facility=registry.facilities["Barry"],
        returned=returned,
        ruling=ruling,
        decided_at=registry.tick(),
    )


class TestEmissionsRise:
    """40 CFR 62.16370; MASS-146, MASS-AMB-42, PLAT-073."""

    def test_more_is_deducted(self, registry: Registry) -> None:
        settle(registry, 1100, v2022=1200)
        result = audited(registry, 1120)

        assert result is not None
        assert (result.taken, result.returned) == (20, 0)
        assert registry.figures("Barry") == (1120, 1120, 0, 0, 0, 0)
        assert registry.deducted("Barry") == [
            "AL-2022-1 to AL-2022-1100 (emissions)",
            "AL-2022-1101 to AL-2022-1120 (emissions)",
        ]

    def test_the_rest_is_excess(self, registry: Registry) -> None:
        settle(registry, 1100, v2022=1105, v2025=20)
        audited(registry, 1120)

        assert registry.figures("Barry") == (1120, 1105, 15, 30, 20, 10)
        registry.allocate(("Gaston", "5", 2023, 50))
        registry.transfer("Gaston", "Barry", 2023, 50)
        assert registry.figures("Barry") == (1120, 1105, 15, 30, 30, 0)
        assert registry.total("Barry") == 40

    def test_a_debt_that_was_open_grows(self, registry: Registry) -> None:
        settle(registry, 10)
        audited(registry, 15)

        assert registry.figures("Barry") == (15, 0, 15, 30, 0, 30)
        (claim,) = ledger.claims([registry.account("Barry").id])[registry.account("Barry").id]
        assert (claim.owed, claim.open) == (30, 30)

    def test_it_is_a_decision_of_class_vi_and_the_figures_before_are_kept(
        self, registry: Registry
    ) -> None:
        settle(registry, 1100, v2022=1200)
        audited(registry, 1120)

        decision = Decision.objects.filter(decision_class="vi").latest("id")
        assert decision.pk == registry.outcome("Barry").decision
        assert decision.reasons[0] == "stack test"
        event = Event.objects.get(act="adjusted")
        assert event.before["obligation"] == 1100
        assert event.after["obligation"] == 1120

    def test_the_representative_hears_of_it(self, registry: Registry) -> None:
        settle(registry, 1100, v2022=1200)
        audited(registry, 1120)

        newest, _ = audit_queries.notices_of(
            registry.person("Ana Ruiz"), event="deductions_recorded"
        )
        assert "Obligation:         1,120 allowances" in newest.body
        assert "AL-2022-1101 to AL-2022-1120  (emissions)" in newest.body


class TestEmissionsFall:
    """40 CFR 62.16370; MASS-146, MASS-AMB-42, MASS-170."""

    def test_the_serial_numbers_deducted_last_come_back(self, registry: Registry) -> None:
        settle(registry, 1100, v2022=1200)
        result = audited(registry, 1080)

        assert result is not None
        assert (result.taken, result.returned) == (0, 20)
        assert registry.figures("Barry") == (1080, 1080, 0, 0, 0, 0)
        assert registry.deducted("Barry") == ["AL-2022-1 to AL-2022-1080 (emissions)"]
        assert registry.held("Barry") == ["AL-2022-1081 to AL-2022-1200"]

    def test_by_a_correcting_entry_that_names_the_deduction(self, registry: Registry) -> None:
        settle(registry, 1100, v2022=1200)
        audited(registry, 1080)

        correction, deduction = ledger.entries(registry.account("Barry").id, limit=2)
        assert (correction.event, correction.ground) == ("adjusted", "stack test")
        assert correction.mends == deduction.id
        statement = queries.statement(
            program=PROGRAM, period=FIRST, facility=registry.facilities["Barry"]
        )
        assert statement is not None
        (returned,) = statement.returned
        assert (str(returned.block), returned.mends) == (
            "AL-2022-1081 to AL-2022-1100",
            deduction.id,
        )

    def test_own_allocations_come_back_as_own(self, registry: Registry) -> None:
        registry.allocate(("Gaston", "5", 2022, 50))
        registry.transfer("Gaston", "Barry", 2022, 50)
        settle(registry, 140, v2022=100)
        audited(registry, 60)

        held = ledger.holdings(registry.account("Barry").id)
        assert [(str(entry.block), entry.own) for entry in held] == [
            ("AL-2022-111 to AL-2022-150", True),
            ("AL-2022-41 to AL-2022-50", False),
            ("AL-2022-1 to AL-2022-40", False),
        ]

    def test_excess_falls_first_and_debts_with_it(self, registry: Registry) -> None:
        settle(registry, 1100, v2022=1050, v2025=600)
        audited(registry, 1070)

        assert registry.figures("Barry") == (1070, 1050, 20, 40, 40, 0)
        assert registry.total("Barry", 2025) == 560

    def test_what_was_not_paid_is_not_owed_any_more(self, registry: Registry) -> None:
        settle(registry, 100, v2022=50)
        audited(registry, 80)
        assert registry.figures("Barry") == (80, 50, 30, 60, 0, 60)

        audited(registry, 50)
        assert registry.figures("Barry") == (50, 50, 0, 0, 0, 0)
        account = registry.account("Barry").id
        assert ledger.claims([account]) == {}
        registry.allocate(("Barry", "1", 2023, 5))
        assert registry.total("Barry") == 5

    def test_a_debt_met_later_comes_back_too(self, registry: Registry) -> None:
        settle(registry, 100, v2022=90)
        registry.allocate(("Barry", "1", 2023, 25))
        assert registry.figures("Barry") == (100, 90, 10, 20, 20, 0)

        audited(registry, 90)

        assert registry.figures("Barry") == (90, 90, 0, 0, 0, 0)
        assert registry.held("Barry") == ["AL-2023-1 to AL-2023-25"]

    def test_a_rise_that_is_taken_back_leaves_it_as_it_was(self, registry: Registry) -> None:
        settle(registry, 100, v2022=110, v2025=30)
        before = registry.held("Barry")
        audited(registry, 120)
        assert registry.figures("Barry") == (120, 110, 10, 20, 20, 0)
        audited(registry, 100)

        assert registry.figures("Barry") == (100, 100, 0, 0, 0, 0)
        assert registry.held("Barry") == before


class TestWhenToSettleAnew:
    """PLAT-073: corrected data reopen the obligation if a settlement used them."""

    def test_before_the_settlement_nothing_is_to_be_changed(self, registry: Registry) -> None:
        registry.on("2025-02-03")
        registry.report_years("Barry", u1=(100, 0, 0), u2=(0, 0, 0))
        assert audited(registry, 90) is None

    def test_a_change_that_rounds_away_changes_nothing(self, registry: Registry) -> None:
        settle(registry, 100, v2022=110)
        result = audited(registry, 100.4)

        assert result is not None
        assert result.decision is None
        assert result.before == result.after

    def test_settlements_that_data_reopen_are_listed(self, registry: Registry) -> None:
        from trueup.emissions import services as emissions

        settle(registry, 100, v2022=110)
        assert queries.reopened(program=PROGRAM, period=FIRST) == []
        emissions.adjust(
            program=PROGRAM,
            facility=registry.facilities["Barry"],
            unit="1",
            year=2022,
            co2_tons=Decimal(103),
            ground="stack test",
            actor="administrator",
            recorded_at=registry.tick(),
        )
        (found,) = queries.reopened(program=PROGRAM, period=FIRST)
        assert (found.outcome.obligation, found.reported_tons) == (100, 103)

        services.resettle(
            program=PROGRAM,
            period=FIRST,
            facility=registry.facilities["Barry"],
            ground="stack test",
            recorded_at=registry.tick(),
        )
        assert queries.reopened(program=PROGRAM, period=FIRST) == []
        assert registry.figures("Barry")[1] == 103

    def test_a_ground_is_needed_and_a_settlement(self, registry: Registry) -> None:
        asked = {"program": PROGRAM, "period": FIRST, "facility": registry.facilities["Barry"]}
        with refused("not_settled"):
            services.resettle(**asked, ground="audit", recorded_at=registry.tick())
        with refused("ground_missing"):
            services.resettle(**asked, ground=" ", recorded_at=registry.tick())


class TestAppeals:
    """78.1; MASS-166, PLAT-111."""

    def test_the_decided_number_goes_back_by_an_entry_that_cites_the_ruling(
        self, registry: Registry
    ) -> None:
        settle(registry, 1100, v2022=1200)
        appeal(registry)
        result = decide(registry, 100)

        assert result.returned == 100
        assert registry.total("Barry") == 200
        newest = ledger.entries(registry.account("Barry").id, limit=1)[0]
        assert (newest.event, newest.ground) == ("adjusted", "EAB 25-1")
        assert registry.figures("Barry") == (1100, 1000, 0, 0, 0, 0)
        assert registry.outcome("Barry").waived == 100
        assert registry.outcome("Barry").is_in_compliance

    def test_what_was_taken_for_excess_goes_back_first(self, registry: Registry) -> None:
        settle(registry, 1100, v2022=1050, v2025=600)
        appeal(registry)
        decide(registry, 130)

        assert registry.figures("Barry") == (1100, 1020, 50, 0, 0, 0)
        assert registry.total("Barry", 2025) == 600
        assert registry.total("Barry", 2022) == 30

    def test_it_is_kept_with_the_decision_and_halts_nothing(self, registry: Registry) -> None:
        settle(registry, 1100, v2022=1200)
        decided = registry.outcome("Barry").decision
        appeal(registry)

        statement = queries.statement(
            program=PROGRAM, period=FIRST, facility=registry.facilities["Barry"]
        )
        assert statement is not None
        (pending,) = statement.appeals
        assert (pending.state, pending.decision) == ("pending", decided)
        assert registry.transfer("Barry", "Gulf Brokers", 2022, 10).state == "recorded"

    def test_nothing_may_go_back(self, registry: Registry) -> None:
        settle(registry, 1100, v2022=1200)
        appeal(registry)
        result = decide(registry, 0, ruling="dismissed")

        assert result.before == result.after
        with refused("no_appeal_pending"):
            decide(registry, 5)

    def test_what_is_refused(self, registry: Registry) -> None:
        with refused("not_settled"):
            appeal(registry)
        settle(registry, 100, v2022=110)
        with refused("not_authorized"):
            appeal(registry, by="Gil Orr")
        with refused("no_appeal_pending"):
            decide(registry, 5)
        appeal(registry)
        with refused("appeal_pending"):
            appeal(registry)
        with refused("more_than_deducted"):
            decide(registry, 101)
        with refused("not_whole_number"):
            decide(registry, -1)
        with refused("ground_missing"):
            decide(registry, 5, ruling=" ")
        assert registry.total("Barry") == 10

    def test_an_audit_after_an_appeal_reckons_with_what_was_waived(
        self, registry: Registry
    ) -> None:
        settle(registry, 100, v2022=200)
        appeal(registry)
        decide(registry, 40)
        audited(registry, 110)
        assert registry.figures("Barry") == (110, 70, 0, 0, 0, 0)
        audited(registry, 30)
        assert registry.figures("Barry") == (30, 0, 0, 0, 0, 0)
        assert registry.total("Barry") == 200
