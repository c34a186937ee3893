"""Allowances that were allocated to a unit by mistake, and retirements that count."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.contexts.registry import FIRST, PROGRAM, Registry, refused
from trueup.audit import queries as audit_queries
from trueup.compliance import queries, services
from trueup.compliance.recoveries import RecoveryEntry
from trueup.ledger.verify import audit
from trueup.rules import programs
from trueup.transfers import services as transfers

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


def recover(registry: Registry, unit: str = "2", ground: str = "24 MW") -> list[RecoveryEntry]:
    return services.recover_incorrect_allocation(
        program=PROGRAM,
        facility=registry.facilities["Barry"],
        unit=unit,
        ground=ground,
        found_at=registry.tick(),
    )


def claimed(registry: Registry) -> int:
    return queries.claimed(program=PROGRAM, facility=registry.facilities["Barry"])


class TestIncorrectAllocations:
    """40 CFR 62.16240(c); MASS-063 to MASS-067, MASS-AMB-16."""

    def test_the_same_number_goes_to_the_renewable_set_aside(self, registry: Registry) -> None:
        registry.allocate(("Barry", "1", 2022, 50), ("Barry", "2", 2022, 30))
        before = registry.total("AL renewable energy set-aside")
        (found,) = recover(registry)

        assert (found.taken, found.claimed) == (30, 0)
        assert registry.total("Barry") == 50
        assert registry.total("AL renewable energy set-aside") == before + 30

    def test_what_is_missing_is_claimed_and_newer_vintages_stay(self, registry: Registry) -> None:
        """The example of MASS-065, in thousandths."""
        registry.allocate(("Barry", "2", 2022, 30))
        registry.transfer("Barry", "Gulf Brokers", 2022, 5)
        registry.on("2024-06-03")
        registry.allocate(("Barry", "1", 2025, 40))
        (found,) = recover(registry)

        assert (found.taken, found.claimed) == (25, 5)
        assert claimed(registry) == 5
        assert registry.held("Barry") == ["AL-2025-1 to AL-2025-40"]
        registry.transfer("Gulf Brokers", "Barry", 2022, 5)
        assert claimed(registry) == 0
        assert registry.total("AL renewable energy set-aside", 2022) == 3_308_224 + 30

    def test_after_the_deductions_nothing_is_taken_back(self, registry: Registry) -> None:
        registry.allocate(("Barry", "2", 2022, 30))
        registry.on("2024-06-03")
        registry.allocate(("Barry", "2", 2025, 7))
        registry.on("2025-02-03")
        registry.report_years("Barry", u1=(1, 0, 0), u2=(0, 0, 0))
        registry.on("2025-05-20")
        registry.run()
        first, second = recover(registry)

        assert (first.is_too_late, first.taken, first.claimed) == (True, 0, 0)
        assert (second.is_too_late, second.taken) == (False, 7)
        assert registry.held("Barry") == ["AL-2022-2 to AL-2022-30"]

    def test_it_is_done_once(self, registry: Registry) -> None:
        registry.allocate(("Barry", "2", 2022, 30), ("Barry", "1", 2022, 30))
        assert len(recover(registry)) == 1
        assert recover(registry) == []
        assert registry.total("Barry") == 30

    def test_the_representative_is_told_and_it_is_a_decision(self, registry: Registry) -> None:
        registry.allocate(("Barry", "2", 2022, 30))
        recover(registry)

        (notice,) = audit_queries.notices_of(registry.person("Ana Ruiz"), event="account_corrected")
        assert "AL-2022-1 to AL-2022-30" in notice.body
        assert "24 MW" in notice.body

    def test_what_is_refused(self, registry: Registry) -> None:
        with refused("unknown_unit"):
            recover(registry, unit="9")
        with refused("ground_missing"):
            recover(registry, ground="")
        assert recover(registry) == []


class TestRetirementByTheOwner:
    """PLAT-083; MASS-AMB-12: a program setting, off in the federal programs."""

    def prepared(self, registry: Registry, held: int) -> None:
        registry.allocate(("Barry", "1", 2022, held + 300))
        registry.on("2023-03-01")
        transfers.retire(
            program=PROGRAM,
            source=registry.number("Barry"),
            submitted_by=registry.representative("Barry"),
            submitted_at=registry.tick(),
            vintage=2022,
            quantity=300,
            reason="other",
            key=uuid4(),
        )
        registry.on("2025-02-03")
        registry.report_years("Barry", u1=(1000, 0, 0), u2=(0, 0, 0))
        registry.on("2025-05-02")

    def shortage(self, registry: Registry) -> int:
        return queries.shortage(
            program=PROGRAM, period=FIRST, facility=registry.facilities["Barry"]
        )

    @pytest.fixture
    def counting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        rules = programs.load(PROGRAM).with_readings({"owner_retirement_counts": True})
        monkeypatch.setattr(programs, "load", lambda code: rules)

    def test_it_counts_for_nothing_by_default(self, registry: Registry) -> None:
        self.prepared(registry, held=700)
        assert self.shortage(registry) == 300
        registry.run()
        assert registry.figures("Barry")[:3] == (1000, 700, 300)

    @pytest.mark.usefixtures("counting")
    def test_where_it_counts_300_retired_and_700_held_comply(self, registry: Registry) -> None:
        self.prepared(registry, held=700)
        assert self.shortage(registry) == 0
        registry.run()

        assert registry.figures("Barry") == (1000, 700, 0, 0, 0, 0)
        assert registry.outcome("Barry").retired_by_owner == 300
        assert registry.outcome("Barry").is_in_compliance

    @pytest.mark.usefixtures("counting")
    def test_one_less_is_short_by_one(self, registry: Registry) -> None:
        self.prepared(registry, held=699)
        registry.run()

        assert registry.figures("Barry") == (1000, 699, 1, 2, 0, 2)
        report = queries.short_facilities(program=PROGRAM, period=FIRST, jurisdiction="AL")
        assert [short.shortfall for short in report.facilities] == [1]
