"""Units that lose their allocations, and States that distribute their own."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.contexts.registry import PROGRAM, Registry, refused
from trueup.accounts import queries as accounts
from trueup.allocation import method_reads, queries, services
from trueup.allocation.entries import AllocationReceipt, GenerationRow, StateVintage
from trueup.allocation.losses import LossEntry, first_open_period, idle_queue
from trueup.allocation.state_methods import CONDITIONS
from trueup.audit import queries as audit_queries
from trueup.compliance import services as compliance
from trueup.rules.periods import CompliancePeriod
from trueup.rules.refusal import Refused
from trueup.rules.state_methods import method_due_on, table_due_on

pytestmark = pytest.mark.django_db

FIRST = CompliancePeriod(first_year=2022, last_year=2024)
SECOND = CompliancePeriod(first_year=2025, last_year=2027)
THIRD = CompliancePeriod(first_year=2028, last_year=2029)
RE_2022 = 3_308_224  # Table 2, Alabama.
GOAL_2025 = 60_918_973


@pytest.fixture
def registry() -> Registry:
    registry = Registry()
    registry.on("2021-06-01")
    return registry


def end(
    registry: Registry,
    unit: str = "2",
    ground: str = "modified",
    *,
    detail: str = "modified on 2025-09-01 (TTTT)",
    facility: str = "Barry",
) -> LossEntry:
    return services.end_allocations(
        program=PROGRAM,
        facility=registry.facilities[facility],
        unit=unit,
        ground=ground,
        detail=detail,
        found_at=registry.tick(),
    )


def idle_in(registry: Registry, *years: int, unit: str = "2", last: int = 2029) -> None:
    """Unit 2 of Barry is reported for every year, without operation in some."""
    registry.report(
        "Barry", *((unit, year, 0 if year in years else 5) for year in range(2021, last + 1))
    )


class TestIdleQueue:
    """40 CFR 62.16240(a)(2); MASS-060, MASS-AMB-14."""

    def test_officials_find_who_was_idle_and_from_when_nothing_comes(
        self, registry: Registry
    ) -> None:
        """The catalogue's example (a): idle in 2022 and 2023."""
        registry.allocate(("Barry", "2", 2022, 10))
        registry.on("2024-02-01")
        idle_in(registry, 2022, 2023, last=2023)
        (found,) = idle_queue(program=PROGRAM, today=date(2024, 2, 1))
        assert (found.facility.name, found.unit.unit_id) == ("Barry", "2")
        assert found.years == (2022, 2023)
        assert found.from_period == SECOND

    def test_what_is_recorded_is_kept_and_the_next_open_period_is_lost(
        self, registry: Registry
    ) -> None:
        """Example (b): idle in 2023 and 2024, when the second period was recorded."""
        registry.on("2024-06-01")
        registry.allocate(("Barry", "2", 2022, 10), ("Barry", "2", 2025, 10))
        registry.on("2025-02-01")
        idle_in(registry, 2023, 2024, last=2024)
        found = end(registry, ground="idle", detail="no operation in 2023 and 2024")
        assert found.from_vintage == 2028
        assert registry.total("Barry") == 20
        assert idle_queue(program=PROGRAM, today=date(2025, 2, 1)) == []

    def test_an_hour_of_operation_changes_nothing(self, registry: Registry) -> None:
        """Example (d)."""
        registry.on("2025-02-01")
        idle_in(registry, 2022, 2024, last=2024)
        assert idle_queue(program=PROGRAM, today=date(2025, 2, 1)) == []
        with refused("not_idle"):
            end(registry, ground="idle", detail="thought to be idle")

    def test_a_loss_is_permanent_and_recorded_once(self, registry: Registry) -> None:
        registry.on("2024-02-01")
        idle_in(registry, 2022, 2023, last=2023)
        end(registry, ground="idle", detail="no operation")
        with refused("lost_already"):
            end(registry, ground="modified")
        registry.on("2025-02-01")
        registry.report("Barry", ("2", 2024, 500))
        assert end_of(registry) == 2022

    def test_what_is_refused(self, registry: Registry) -> None:
        with refused("unknown_unit"):
            end(registry, unit="9")
        with refused("detail_missing"):
            end(registry, detail=" ")
        assert end_of(registry) is None


def end_of(registry: Registry, unit: str = "2") -> int | None:
    from trueup.allocation.losses import losses

    units = {
        one.unit_id: one.id
        for one in accounts.units_of([registry.facilities["Barry"]])[registry.facilities["Barry"]]
    }
    found = losses(program=PROGRAM).get(units[unit])
    return found.from_vintage if found else None


class TestWhereTheyGo:
    """40 CFR 62.16240(a)(2), (3), (c)(2), (5); MASS-061, MASS-062, MASS-064, MASS-067."""

    def test_a_row_of_a_lost_unit_goes_to_the_renewable_set_aside(self, registry: Registry) -> None:
        """MASS-064: found before recordation, the pending allowances are not recorded."""
        end(registry, ground="not_affected", detail="24 MW, found on review")
        registry.allocate(("Barry", "1", 2022, 50), ("Barry", "2", 2022, 30))
        assert registry.total("Barry") == 50
        assert registry.total("AL renewable energy set-aside", 2022) == RE_2022 + 30

    def test_the_goal_stays_as_it_is(self, registry: Registry) -> None:
        """MASS-062: the renewable set-aside grows by what the units' part loses."""
        before = queries.budget_of(program=PROGRAM, jurisdiction="AL", vintage=2022)
        end(registry, ground="not_affected", detail="24 MW")
        registry.allocate(("Barry", "2", 2022, 30))
        assert queries.budget_of(program=PROGRAM, jurisdiction="AL", vintage=2022) == before
        assert registry.total("AL reserve", 2022) == 59_733_940 - 30

    def test_a_modified_unit_loses_the_next_open_period_at_once(self, registry: Registry) -> None:
        """MASS-061: no waiting time; the second period is recorded and kept."""
        registry.allocate(("Barry", "2", 2022, 30))
        registry.on("2024-06-03")
        registry.allocate(("Barry", "2", 2025, 40))
        registry.on("2025-09-01")
        assert end(registry).from_vintage == 2028
        registry.on("2025-10-01")
        registry.allocate(("Barry", "2", 2026, 5))
        assert registry.total("Barry") == 75
        registry.on("2027-06-01")
        registry.allocate(("Barry", "2", 2028, 60))
        assert registry.total("Barry") == 75

    def test_the_formula_gives_it_nothing_either(self, registry: Registry) -> None:
        end(registry, ground="elsewhere", detail="stands in Georgia")
        services.allocate_by_formula(
            program=PROGRAM,
            period=FIRST,
            jurisdiction="AL",
            generation=[
                GenerationRow(
                    account=registry.number(facility), unit=unit, annual_mwh={2012: Decimal(1)}
                )
                for facility, unit in (("Barry", "1"), ("Barry", "2"), ("Gaston", "5"))
            ],
            recorded_at=registry.tick(),
        )
        third = 19_911_314
        assert registry.total("Barry", 2022) in (third, third - 1)
        assert registry.total("AL renewable energy set-aside", 2022) in (
            RE_2022 + third - 1,
            RE_2022 + third,
            RE_2022 + third - 2,
        )
        assert registry.total("AL reserve") == 0

    def test_the_representative_is_told_and_it_is_a_decision(self, registry: Registry) -> None:
        end(registry)
        (notice,) = audit_queries.notices_of(registry.person("Ana Ruiz"), event="allocations_ended")
        assert "modified on 2025-09-01" in notice.body
        assert "renewable" in notice.body


class TestThreeFindings:
    """40 CFR 62.16240(c)(2) to (4); MASS-064 to MASS-066, MASS-AMB-15."""

    def test_each_period_has_its_own_of_the_three(self, registry: Registry) -> None:
        """Settled: a note. Recorded: taken back. Not recorded: not recorded."""
        registry.allocate(("Barry", "2", 2022, 30))
        registry.on("2024-06-03")
        registry.allocate(("Barry", "2", 2025, 7))
        registry.on("2025-02-03")
        registry.report_years("Barry", u1=(1, 0, 0), u2=(0, 0, 0))
        registry.on("2025-05-20")
        registry.run()
        registry.on("2025-06-01")
        settled, open_one = compliance.recover_incorrect_allocation(
            program=PROGRAM,
            facility=registry.facilities["Barry"],
            unit="2",
            ground="24 MW",
            found_at=registry.tick(),
        )
        assert (settled.is_too_late, settled.taken) == (True, 0)
        assert (open_one.is_too_late, open_one.taken) == (False, 7)
        assert end(registry, ground="not_affected", detail="24 MW").from_vintage == 2028
        registry.on("2027-06-01")
        registry.allocate(("Barry", "2", 2028, 9))
        assert registry.total("Barry") == 29


def submit(registry: Registry, period: str = "2025-2027", **other: Any) -> Any:
    given: dict[str, Any] = {
        "dispatched_on": date(2023, 3, 1),
        "declares": tuple(CONDITIONS),
        "note": "letter",
    }
    return services.submit_method(
        program=PROGRAM,
        jurisdiction="AL",
        period=period,
        recorded_at=registry.tick(),
        **{**given, **other},
    )


def decide(registry: Registry, period: str = "2025-2027", *, approved: bool = True) -> Any:
    return services.decide_method(
        program=PROGRAM,
        jurisdiction="AL",
        period=period,
        approved=approved,
        ground="meets preamble V.E",
        decided_at=registry.tick(),
    )


def table(registry: Registry, *rows: tuple[str, str, int, int]) -> bytes:
    lines = ["account,unit,vintage,quantity"]
    for name, *rest in rows:
        account = registry.number(name) if name in registry.accounts else name
        lines.append(",".join(map(str, (account, *rest))))
    return "\n".join(lines).encode()


def whole(registry: Registry, *, of_2025: int = GOAL_2025) -> bytes:
    return table(
        registry,
        ("Barry", "1", 2025, of_2025),
        ("Barry", "1", 2026, 1_000),
        ("Gulf Brokers", "", 2027, 500),
    )


def record(registry: Registry, data: bytes, **other: Any) -> AllocationReceipt:
    given: dict[str, Any] = {"period": "2025-2027", "dispatched_on": date(2024, 3, 1)}
    return services.record_state_table(
        program=PROGRAM,
        jurisdiction="AL",
        data=data,
        recorded_at=registry.tick(),
        **{**given, **other},
    )


class TestTimetable:
    """Preamble V.E, Table 11; MASS-069."""

    def test_the_printed_days_are_those_of_the_table(self) -> None:
        for period, method, unit_table in (
            (FIRST, date(2020, 3, 1), date(2021, 3, 1)),
            (SECOND, date(2023, 3, 1), date(2024, 3, 1)),
            (THIRD, date(2026, 3, 1), date(2027, 3, 1)),
        ):
            assert (method_due_on(period), table_due_on(period)) == (method, unit_table)

    def test_a_method_that_is_late_is_refused_and_a_sunday_moves(self, registry: Registry) -> None:
        registry.on("2026-03-10")
        with refused("method_late"):
            submit(registry, "2028-2029", dispatched_on=date(2026, 3, 3))
        assert submit(registry, "2028-2029", dispatched_on=date(2026, 3, 2)).state == "submitted"

    def test_a_table_that_is_late_is_refused_and_the_federal_one_recorded(
        self, registry: Registry
    ) -> None:
        registry.on("2026-03-02")
        submit(registry, "2028-2029", dispatched_on=date(2026, 3, 2))
        decide(registry, "2028-2029")
        registry.on("2027-02-20")
        with refused("state_method_holds"):
            registry.allocate(("Barry", "1", 2028, 5))
        registry.on("2027-03-04")
        with refused("table_late"):
            record(
                registry,
                table(registry, ("Barry", "1", 2028, 5), ("Barry", "1", 2029, 5)),
                period="2028-2029",
                dispatched_on=date(2027, 3, 2),
            )
        registry.allocate(("Barry", "1", 2028, 5))
        assert registry.total("Barry", 2028) == 5


class TestStateMethods:
    """40 CFR 62.16325(a), (b); preamble V.E; MASS-068, MASS-070; PLAT-061, PLAT-062."""

    @pytest.fixture
    def approved(self, registry: Registry) -> Registry:
        registry.on("2023-03-01")
        submit(registry)
        decide(registry)
        registry.on("2024-03-01")
        return registry

    @pytest.mark.parametrize("missing", CONDITIONS)
    def test_a_method_declares_every_condition(self, registry: Registry, missing: str) -> None:
        registry.on("2023-03-01")
        with pytest.raises(Refused) as caught:
            submit(registry, declares=[key for key in CONDITIONS if key != missing])
        assert [one.sentence for one in caught.value.refusals] == [CONDITIONS[missing]]

    def test_a_table_of_the_whole_goal_is_recorded(self, approved: Registry) -> None:
        receipt = record(approved, whole(approved))
        assert queries.run_totals(receipt.run) == {
            StateVintage("AL", 2025): GOAL_2025,
            StateVintage("AL", 2026): 1_000,
            StateVintage("AL", 2027): 500,
        }
        assert approved.total("Barry", 2025) == GOAL_2025
        assert approved.total("Gulf Brokers", 2027) == 500
        assert approved.total("AL reserve") == 0
        assert approved.total("AL renewable energy set-aside") == 0

    def test_one_more_than_the_goal_is_refused_and_nothing_done(self, approved: Registry) -> None:
        with refused("above_goal"):
            record(approved, whole(approved, of_2025=GOAL_2025 + 1))
        assert approved.total("Barry") == 0
        of = StateVintage("AL", 2025)
        assert queries.originated([of], program=PROGRAM)[of] == []

    def test_a_part_of_the_period_is_refused(self, approved: Registry) -> None:
        rows = (("Barry", "1", 2025, 10), ("Barry", "1", 2026, 10))
        with refused("period_not_whole"):
            record(approved, table(approved, *rows))
        with refused("period_not_whole"):
            record(
                approved,
                table(approved, *rows, ("Barry", "1", 2027, 10), ("Barry", "1", 2024, 10)),
            )

    def test_set_asides_alone_and_metric_tons_are_refused(self, approved: Registry) -> None:
        number = services.state_account(
            program=PROGRAM,
            jurisdiction="AL",
            purpose="renewable_energy",
            opened_at=approved.tick(),
        ).number
        rows = [(number, "", year, 10) for year in SECOND.vintages]
        with refused("set_asides_only"):
            record(approved, table(approved, *rows))
        with refused("not_in_short_tons"):
            record(approved, b"account,unit,vintage,metric tons\n")
        record(approved, table(approved, *rows, ("Barry", "1", 2025, 5)))
        assert approved.total("AL renewable energy set-aside", 2025) == 10

    def test_every_error_has_its_line_and_nothing_is_recorded(self, approved: Registry) -> None:
        data = (
            b"account,unit,vintage,quantity\n"
            b"NOBODY,1,2025,10\n"
            + f"{approved.number('Barry')},1,2025,-4\n".encode()
            + f"{approved.number('Barry')},1,2026,1.5\n".encode()
            + f"{approved.number('Barry')},1,2027,5\n".encode() * 2
        )
        with pytest.raises(Refused) as caught:
            record(approved, data)
        assert {(one.row, one.reason) for one in caught.value.refusals} == {
            (2, "unknown_account"),
            (3, "not_whole_number"),
            (4, "not_whole_number"),
            (6, "duplicate_row"),
        }
        assert approved.total("Barry") == 0

    def test_it_is_final_once_recorded(self, approved: Registry) -> None:
        record(approved, whole(approved))
        with refused("period_recorded_before"):
            record(approved, whole(approved, of_2025=5))
        assert [one.recorded for one in method_reads.methods(program=PROGRAM)] == [("2025-2027",)]

    def test_without_an_approved_method_there_is_no_table(self, registry: Registry) -> None:
        registry.on("2023-03-01")
        with refused("no_method"):
            record(registry, whole(registry))
        submit(registry)
        with refused("no_method"):
            record(registry, whole(registry))
        decide(registry, approved=False)
        with refused("no_method"):
            record(registry, whole(registry))

    def test_approved_after_recordation_it_holds_for_the_next_period(
        self, registry: Registry
    ) -> None:
        """The example of MASS-070."""
        registry.on("2023-03-01")
        submit(registry)
        registry.on("2024-06-03")
        registry.allocate(("Barry", "1", 2025, 10))
        registry.on("2024-07-01")
        assert decide(registry).for_period == "2028-2029"
        assert first_open_period(program=PROGRAM, jurisdiction="AL") == THIRD
        with refused("no_method"):
            record(registry, whole(registry))

    def test_a_state_has_one_method_a_period(self, approved: Registry) -> None:
        with refused("method_there"):
            submit(approved)

    def test_what_is_taken_back_returns_to_the_states_own_pool(self, approved: Registry) -> None:
        """40 CFR 62.16240(c)(5)(i); MASS-067."""
        record(approved, whole(approved, of_2025=100))
        (found,) = compliance.recover_incorrect_allocation(
            program=PROGRAM,
            facility=approved.facilities["Barry"],
            unit="1",
            ground="24 MW",
            found_at=approved.tick(),
        )
        assert found.taken == 1_100
        assert approved.total("AL reserve") == 1_100
