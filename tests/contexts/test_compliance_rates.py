"""Compliance with an emission standard: credits needed, deducted, owed twice over."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.contexts.rate_registry import (
    CANE,
    FIRST,
    PROGRAM,
    SECOND,
    RateRegistry,
    Year,
)
from trueup.accounts.entries import FacilitySpec, UnitSpec
from trueup.audit import queries as audit
from trueup.compliance import queries, services
from trueup.ledger.holding_reads import choose
from trueup.ledger.models import Disqualification
from trueup.rules.refusal import Refused
from trueup.rules.serials import parse_block

pytestmark = pytest.mark.django_db

NOTHING: list[Year] = [(2023, 0, 0), (2024, 0, 0)]
IDLE: list[Year] = [(2022, 0, 0), *NOTHING]
# 94,555 credits needed by a steam unit (RATE-195); 26,226 by a turbine (RATE-039).
STEAM: list[Year] = [(2022, 3_500_000_000, 2_000_000), *NOTHING]
TURBINE: list[Year] = [(2022, 900_000_000, 1_000_000), *NOTHING]


@pytest.fixture
def registry() -> RateRegistry:
    return RateRegistry()


def lines(registry: RateRegistry, unit: str) -> list[tuple[str, str, str]]:
    deducted = queries.deducted_blocks(
        program=PROGRAM,
        period=FIRST,
        facility=registry.facilities["Cane"],
        unit=registry.unit(unit),
    )
    return [(item.block.first_serial, item.block.last_serial, item.ground) for item in deducted]


def request(registry: RateRegistry, unit: str, *blocks: tuple[str, str]) -> list[tuple[str, str]]:
    """Ask for serial numbers; what could not be used, with the reason."""
    receipt = services.request_serials(
        program=PROGRAM,
        period=FIRST,
        facility=registry.facilities["Cane"],
        unit=registry.unit(unit),
        blocks=[parse_block(*block) for block in blocks],
        submitted_by=registry.people["Ana Ruiz"],
        submitted_at=registry.tick(),
    )
    return [(str(item.block), item.reason) for item in receipt.unusable]


class TestObligation:
    """RATE-020, RATE-026; 40 CFR 62.16420(c)(4)."""

    def test_each_egu_needs_credits_by_its_own_standard_and_holds_them_itself(
        self, registry: RateRegistry
    ) -> None:
        registry.operate("Cane/1", STEAM)
        registry.operate("Cane/2", TURBINE)
        registry.issue("Sand Hill", "WND", 200_000, vintage=2022)
        registry.issue("Cane/2", "SOL", 30_000, vintage=2022)

        first, second = queries.positions(program=PROGRAM, period=FIRST)

        assert (first.obligation, first.held, first.shortage) == (94_555, 0, 94_555)
        assert (second.obligation, second.held, second.shortage) == (26_226, 30_000, 0)
        assert first.rate is not None
        assert first.rate.standard == 1671
        assert second.rate is not None
        assert second.rate.subcategory == "combustion_turbine"

    def test_a_credit_on_its_way_into_the_account_is_held(self, registry: RateRegistry) -> None:
        """RATE-188."""
        registry.operate("Cane/1", STEAM)
        registry.issue("Cane/1", "WND", 100, vintage=2024)
        registry.issue("Cane/1", "SOL", 7, vintage=2025)
        registry.issue("Cane/1", "GSE", 5, vintage=2024)

        found = queries.position(
            program=PROGRAM,
            period=FIRST,
            facility=registry.facilities["Cane"],
            unit=registry.unit("Cane/1"),
        )

        assert found is not None
        assert found.held == 105


class TestRun:
    """RATE-193 to RATE-203; 40 CFR 62.16535(a), (b), (d)."""

    def test_it_is_refused_until_the_deadline_has_passed(self, registry: RateRegistry) -> None:
        registry.operate("Cane/1", STEAM)

        with pytest.raises(Refused) as refused:
            registry.run(on="2025-11-02")  # November 1, 2025 is a Saturday.

        assert refused.value.reasons == {"deadline_not_passed"}

    def test_credits_are_deducted_until_the_rate_meets_the_standard_or_none_are_left(
        self, registry: RateRegistry
    ) -> None:
        registry.operate("Cane/1", STEAM)
        registry.operate("Cane/2", TURBINE)
        registry.issue("Cane/1", "WND", 90_000, vintage=2022)
        registry.issue("Cane/2", "SOL", 30_000, vintage=2022)

        registry.run()

        steam, turbine = registry.outcome("Cane/1"), registry.outcome("Cane/2")
        assert (steam.obligation, steam.deducted, steam.excess) == (94_555, 90_000, 4_555)
        assert (steam.excess_due, steam.excess_deducted, steam.outstanding) == (9_110, 0, 9_110)
        assert not steam.is_in_compliance
        assert steam.name == "Cane/1"
        assert (turbine.deducted, turbine.excess, turbine.is_in_compliance) == (26_226, 0, True)
        assert registry.balance("Cane/2") == 30_000 - 26_226
        assert steam.violations.period_days == 1_096

    def test_what_was_recorded_first_goes_first(self, registry: RateRegistry) -> None:
        """RATE-197."""
        registry.operate("Cane/1", [(2022, 167_100, 30), *NOTHING])
        registry.operate("Cane/2", IDLE)
        registry.issue("Cane/1", "SOL", 50, vintage=2022)
        registry.issue("Cane/1", "EGU", 100, vintage=2022)

        registry.run()

        assert lines(registry, "Cane/1") == [
            ("TX-2023-SOL-1", "TX-2023-SOL-50", "emissions"),
            ("TX-2023-EGU-1", "TX-2023-EGU-20", "emissions"),
        ]

    def test_the_vintage_is_the_year_of_the_mwh_and_not_that_of_the_serial_number(
        self, registry: RateRegistry
    ) -> None:
        """RATE-027, RATE-142, RATE-194: one lot, two vintages."""
        registry.operate("Cane/1", [(2022, 167_100, 0), *NOTHING])
        registry.operate("Cane/2", IDLE)
        registry.issue("Cane/1", "WND", 30, vintage=2025, year=2025)
        registry.issue("Cane/1", "WND", 60, vintage=2024, year=2025)

        registry.run()

        found = registry.outcome("Cane/1")
        assert (found.held, found.deducted, found.excess) == (60, 60, 40)
        # Twice 40 is owed, and the following period's credits serve that.
        assert (found.excess_due, found.excess_deducted) == (80, 30)
        assert lines(registry, "Cane/1") == [
            ("TX-2025-WND-31", "TX-2025-WND-90", "emissions"),
            ("TX-2025-WND-1", "TX-2025-WND-30", "excess"),
        ]

    def test_gas_shift_credits_never_serve_a_turbine(self, registry: RateRegistry) -> None:
        """RATE-039; 40 CFR 62.16434(c)(3)."""
        registry.operate("Cane/1", IDLE)
        registry.operate("Cane/2", TURBINE)
        registry.issue("Cane/2", "GSE", 20_000, vintage=2022)
        registry.issue("Cane/2", "SOL", 15_000, vintage=2022)

        registry.run()

        found = registry.outcome("Cane/2")
        assert (found.held, found.deducted, found.excess) == (15_000, 15_000, 11_226)
        assert found.excess_deducted == 0
        assert registry.balance("Cane/2") == 20_000

    def test_a_steam_unit_uses_them(self, registry: RateRegistry) -> None:
        registry.operate("Cane/1", [(2022, 167_100, 0), *NOTHING])
        registry.operate("Cane/2", IDLE)
        registry.issue("Cane/1", "GSE", 100, vintage=2022)

        registry.run()

        assert registry.outcome("Cane/1").is_in_compliance

    def test_what_a_state_has_counted_is_skipped(self, registry: RateRegistry) -> None:
        """RATE-025; 40 CFR 62.16420(c)(3)."""
        registry.operate("Cane/1", [(2022, 167_100, 80), *NOTHING])
        registry.operate("Cane/2", IDLE)
        registry.issue("Cane/1", "WND", 30, vintage=2022)
        services.count_toward_state_measures(
            program=PROGRAM,
            blocks=[parse_block("TX-2023-WND-1", "TX-2023-WND-9")],
            recorded_at=registry.tick(),
        )

        registry.run()

        assert lines(registry, "Cane/1") == [("TX-2023-WND-10", "TX-2023-WND-29", "emissions")]
        assert registry.balance("Cane/1") == 10

    def test_each_egu_is_judged_alone(self, registry: RateRegistry) -> None:
        """RATE-169, AMB-35."""
        registry.operate("Cane/1", [(2022, 167_100, 0), *NOTHING])
        registry.operate("Cane/2", IDLE)
        registry.issue("Cane/2", "WND", 100, vintage=2022)

        registry.run()

        assert registry.outcome("Cane/1").excess == 100
        assert registry.balance("Cane/2") == 100

    def test_a_second_run_deducts_nothing_twice(self, registry: RateRegistry) -> None:
        registry.operate("Cane/1", [(2022, 167_100, 0), *NOTHING])
        registry.operate("Cane/2", IDLE)
        registry.issue("Cane/1", "WND", 300, vintage=2022)
        registry.run()

        again = registry.run()

        assert again.outcomes == ()
        assert registry.balance("Cane/1") == 200

    def test_a_preview_says_what_a_run_does(self, registry: RateRegistry) -> None:
        registry.operate("Cane/1", STEAM)
        registry.operate("Cane/2", TURBINE)
        registry.issue("Cane/1", "WND", 90_000, vintage=2022)

        preview = services.preview_deductions(program=PROGRAM, period=FIRST)
        done = registry.run()

        assert [(o.name, o.deducted, o.excess) for o in preview.outcomes] == [
            (o.name, o.deducted, o.excess) for o in done.outcomes
        ]


class TestLeftOut:
    """RATE-006; what cannot be judged is left out and named."""

    def test_an_egu_without_data_is_left_out_and_the_other_goes_on(
        self, registry: RateRegistry
    ) -> None:
        registry.operate("Cane/1", IDLE)

        result = registry.run()

        assert [outcome.name for outcome in result.outcomes] == ["Cane/1"]
        left_out = queries.omission(
            program=PROGRAM,
            period=FIRST,
            facility=registry.facilities["Cane"],
            unit=registry.unit("Cane/2"),
        )
        assert left_out is not None
        assert left_out.reason == "emissions_incomplete"
        assert left_out.missing == (("2", 2022), ("2", 2023), ("2", 2024))

    def test_an_egu_of_unknown_type_has_no_standard(self, registry: RateRegistry) -> None:
        registry.register(
            FacilitySpec(
                oris_code=7, name="Blank", jurisdiction="TX", units=(UnitSpec(unit_id="1"),)
            )
        )
        registry.operate("Blank/1", IDLE)

        result = registry.run()

        reasons = {entry.facility.name: entry.reason for entry in result.omissions}
        assert reasons["Blank"] == "subcategory_missing"


class TestRequests:
    """RATE-196; 40 CFR 62.16535(c)."""

    def test_named_serial_numbers_go_first_and_the_rest_first_in_first_out(
        self, registry: RateRegistry
    ) -> None:
        registry.operate("Cane/1", [(2022, 167_100, 0), *NOTHING])
        registry.operate("Cane/2", IDLE)
        registry.issue("Cane/1", "SOL", 80, vintage=2022)
        registry.issue("Cane/1", "WND", 80, vintage=2022)
        unusable = request(registry, "Cane/1", ("TX-2023-WND-21", "TX-2023-WND-80"))

        registry.run()

        assert unusable == []
        assert lines(registry, "Cane/1") == [
            ("TX-2023-WND-21", "TX-2023-WND-80", "emissions"),
            ("TX-2023-SOL-1", "TX-2023-SOL-40", "emissions"),
        ]

    def test_what_cannot_be_used_is_named_with_the_reason(self, registry: RateRegistry) -> None:
        """RATE-025, RATE-028, RATE-039."""
        registry.issue("Cane/2", "GSE", 5, vintage=2022)
        registry.issue("Cane/2", "WND", 10, vintage=2022)
        registry.issue("Cane/2", "WND", 10, vintage=2025, year=2026)
        services.count_toward_state_measures(
            program=PROGRAM,
            blocks=[parse_block("TX-2023-WND-1", "TX-2023-WND-3")],
            recorded_at=registry.tick(),
        )

        unusable = request(
            registry,
            "Cane/2",
            ("TX-2023-GSE-1", "TX-2023-GSE-5"),
            ("TX-2023-WND-2", "TX-2023-WND-12"),
            ("TX-2026-WND-1", "TX-2026-WND-1"),
        )

        assert unusable == [
            ("TX-2023-GSE-1 to TX-2023-GSE-5", "not_usable"),
            ("TX-2023-WND-2 to TX-2023-WND-3", "not_usable"),
            ("TX-2023-WND-11 to TX-2023-WND-12", "not_held"),
            ("TX-2026-WND-1", "too_new"),
        ]


class TestStatement:
    """RATE-031, RATE-202; 40 CFR 62.16535(f); 62.16555(a)(1)(viii)."""

    def test_it_shows_standard_rate_and_every_serial_number(self, registry: RateRegistry) -> None:
        registry.operate("Cane/1", STEAM)
        registry.operate("Cane/2", IDLE)
        registry.issue("Cane/1", "WND", 90_000, vintage=2022)
        registry.run()
        which = {"facility": registry.facilities["Cane"], "unit": registry.unit("Cane/1")}

        statement = queries.statement(program=PROGRAM, period=FIRST, **which)
        rows = queries.supplement(program=PROGRAM, period=FIRST, **which)

        assert statement is not None
        assert statement.rate is not None
        adjusted = statement.rate.adjusted_rate(ercs=statement.outcome.deducted)
        assert adjusted is not None
        assert f"{Decimal(adjusted.numerator) / adjusted.denominator:.3f}" == "1674.641"
        assert sum(row.block.quantity for row in rows) == 90_000
        assert {(row.vintage, row.ground) for row in rows} == {(2022, "emissions")}

    def test_the_decision_speaks_of_credits_and_of_this_rule(self, registry: RateRegistry) -> None:
        registry.operate("Cane/1", [(2022, 167_100, 0), *NOTHING])
        registry.operate("Cane/2", IDLE)
        registry.run()

        number = registry.outcome("Cane/1").decision
        assert number is not None
        decision = audit.decision(number)

        assert decision is not None
        said = " ".join(decision.reasons)
        assert "62.16535(b)" in said
        assert "Short of 100 ERCs: 200 ERCs owed" in said
        assert "62.16340" not in said


class TestManyEgus:
    def test_positions_take_the_same_statements_however_many_there_are(
        self, registry: RateRegistry
    ) -> None:
        registry.operate("Cane/1", STEAM)
        with CaptureQueriesContext(connection) as few:
            queries.positions(program=PROGRAM, period=FIRST)
        for code in range(4):
            registry.register(
                FacilitySpec(
                    oris_code=9000 + code,
                    name=f"Plant {code}",
                    jurisdiction="TX",
                    units=CANE.units,
                )
            )
            registry.issue(f"Plant {code}/1", "WND", 5, vintage=2022)

        with CaptureQueriesContext(connection) as many:
            found = queries.positions(program=PROGRAM, period=FIRST)

        assert len(found) == 10
        assert len(many) <= len(few) + 1

    def test_a_page_of_outcomes_ends_with_a_whole_facility(self, registry: RateRegistry) -> None:
        registry.operate("Cane/1", IDLE)
        registry.operate("Cane/2", IDLE)
        registry.run()

        page = queries.outcomes(program=PROGRAM, period=FIRST, limit=1)

        assert [outcome.name for outcome in page] == ["Cane/1", "Cane/2"]
        assert queries.outcomes(program=PROGRAM, period=FIRST, after=1363) == []


class TestConstraints:
    def test_an_empty_block_cannot_be_counted(self, registry: RateRegistry) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Disqualification.objects.create(
                lot_id=1,
                lo=5,
                hi=4,
                ground="made up",
                actor="administrator",
                recorded_at=registry.now,
            )

    def test_what_a_state_has_counted_stays_counted(self, registry: RateRegistry) -> None:
        services.count_toward_state_measures(
            program=PROGRAM,
            blocks=[parse_block("TX-2023-WND-1", "TX-2023-WND-9")],
            recorded_at=registry.now,
        )

        marks = Disqualification.objects.all()
        for act in (marks.delete, lambda: marks.update(hi=1)):
            with pytest.raises(IntegrityError), transaction.atomic():
                act()

    def test_a_mass_based_program_has_no_credits_to_count(self, registry: RateRegistry) -> None:
        with pytest.raises(Refused) as refused:
            services.count_toward_state_measures(
                program="cpp-mass",
                blocks=[parse_block("AL-2022-1", "AL-2022-2")],
                recorded_at=registry.now,
            )

        assert refused.value.reasons == {"no_state_measures"}


class TestFollowingPeriod:
    """RATE-201: a debt is additional to the next period's need."""

    def test_the_next_period_has_its_own_need(self, registry: RateRegistry) -> None:
        registry.operate("Cane/1", [(2022, 167_100, 0), *NOTHING])
        registry.operate("Cane/2", IDLE)
        registry.run()
        registry.operate("Cane/1", [(2025, 150_000, 0), (2026, 0, 0), (2027, 0, 0)])
        registry.operate("Cane/2", [(2025, 0, 0), (2026, 0, 0), (2027, 0, 0)])

        registry.run(SECOND, on="2028-11-02")

        assert registry.outcome("Cane/1").outstanding == 200
        assert registry.outcome("Cane/1", SECOND).obligation == 100


class TestDebts:
    """RATE-199 to RATE-201; 40 CFR 62.16535(e): what is owed is taken when it appears."""

    @pytest.fixture
    def short(self, registry: RateRegistry) -> RateRegistry:
        """Both EGUs of Cane are short of 100, and owe 200."""
        registry.operate("Cane/1", [(2022, 167_100, 0), *NOTHING])
        registry.operate("Cane/2", [(2022, 87_700, 0), *NOTHING])
        registry.run()
        assert registry.outcome("Cane/1").outstanding == 200
        assert registry.outcome("Cane/2").outstanding == 200
        return registry

    def test_what_arrives_is_taken_at_once(self, short: RateRegistry) -> None:
        short.issue("Sand Hill", "WND", 500, vintage=2025, year=2026)

        short.transfer("Sand Hill", "Cane/1", "TX-2026-WND-1", "TX-2026-WND-80", person="Fay Ito")

        assert short.outcome("Cane/1").outstanding == 120
        assert short.balance("Cane/1") == 0

    def test_the_vintage_decides_and_not_the_year_of_issue(self, short: RateRegistry) -> None:
        """Vintage 2027 pays, though it is issued in 2028; vintage 2028 does not."""
        short.issue("Cane/1", "WND", 50, vintage=2027, year=2028)
        short.issue("Cane/1", "WND", 70, vintage=2028, year=2028)

        assert short.outcome("Cane/1").excess_deducted == 50
        assert short.balance("Cane/1") == 70

    def test_gas_shift_credits_pay_no_debt_of_a_turbine(self, short: RateRegistry) -> None:
        """RATE-039: the bar applies to both deductions."""
        short.issue("Cane/2", "GSE", 60, vintage=2025)
        short.issue("Cane/1", "GSE", 60, vintage=2025)

        assert short.outcome("Cane/2").outstanding == 200
        assert short.balance("Cane/2") == 60
        assert short.outcome("Cane/1").outstanding == 140

    def test_what_a_state_has_counted_pays_no_debt(self, short: RateRegistry) -> None:
        services.count_toward_state_measures(
            program=PROGRAM,
            blocks=[parse_block("TX-2026-WND-4", "TX-2026-WND-6")],
            recorded_at=short.tick(),
        )

        short.issue("Cane/1", "WND", 10, vintage=2025)

        assert short.outcome("Cane/1").excess_deducted == 7
        assert short.balance("Cane/1") == 3

    def test_credits_that_pay_a_debt_do_not_leave_and_others_do(self, short: RateRegistry) -> None:
        short.issue("Cane/2", "GSE", 60, vintage=2025)

        moved = short.transfer(
            "Cane/2", "Sand Hill", "TX-2026-GSE-1", "TX-2026-GSE-60", person="Ana Ruiz"
        )

        assert moved.state == "recorded"

    def test_serial_numbers_that_nobody_issued_are_refused_and_not_a_fault(
        self, short: RateRegistry
    ) -> None:
        refused = short.transfer(
            "Cane/1", "Sand Hill", "TX-2026-WND-1", "TX-2026-WND-60", person="Ana Ruiz"
        )

        assert refused.state == "refused"
        assert "ledger.serials_not_held" in {reason.code for reason in refused.reasons}


class TestVintagesOfTransfers:
    """RATE-142: “of vintage 2022” is of the MWh of 2022, whatever year the credits were issued."""

    def test_a_quantity_is_chosen_by_the_year_of_the_mwh(self, registry: RateRegistry) -> None:
        sand_hill = registry.accounts["Sand Hill"].id
        registry.issue("Sand Hill", "WND", 10, vintage=2022, year=2024)
        registry.issue("Sand Hill", "WND", 10, vintage=2023, year=2024)

        chosen = choose(sand_hill, vintage=2023, quantity=4)

        assert [str(block.block) for block in chosen] == ["TX-2024-WND-11 to TX-2024-WND-14"]
        with pytest.raises(Refused) as refused:
            choose(sand_hill, vintage=2024, quantity=1)
        assert refused.value.reasons == {"serials_not_held"}
