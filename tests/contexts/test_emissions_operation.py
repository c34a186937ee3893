"""What affected EGUs emitted and put out: pounds and net MWh of a compliance period."""

from __future__ import annotations

from decimal import Decimal
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.contexts.rate_registry import CANE, FIRST, PROGRAM, RateRegistry, noon
from trueup.accounts.entries import FacilitySpec
from trueup.audit import queries as audit
from trueup.emissions import operation, queries, services
from trueup.emissions.entries import LocationSpec, OperationReport, UnitOperation
from trueup.rules.refusal import Refused

pytestmark = pytest.mark.django_db

ZEROES = [(2023, 0, 0), (2024, 0, 0)]
_oris_codes = count(5000)


@pytest.fixture
def registry() -> RateRegistry:
    return RateRegistry()


def read(registry: RateRegistry, unit: str = "Cane/1") -> UnitOperation:
    found = operation.period_operation(program=PROGRAM, period=FIRST)
    return found[registry.unit(unit)]


class TestPeriodSums:
    """RATE-018, RATE-243; 40 CFR 62.16420(c)(1)."""

    def test_pounds_and_output_of_the_whole_period_are_added(self, registry: RateRegistry) -> None:
        registry.operate(
            "Cane/2",
            [
                (2022, 344_000_000, 400_000),
                (2023, 267_000_000, 300_000),
                (2024, 435_000_000, 500_000),
            ],
        )

        found = read(registry, "Cane/2")

        assert found.total.co2_lb == 1_046_000_000
        assert found.total.net_mwh == 1_200_000
        assert found.until(2023).co2_lb == 611_000_000
        assert found.final
        assert found.state == "final"

    def test_a_fiftieth_of_a_pound_is_not_lost(self, registry: RateRegistry) -> None:
        registry.operate("Cane/1", [(2022, "1671000000.02", "0.001"), *ZEROES])

        assert read(registry).total.co2_lb == Decimal("1671000000.02")
        assert read(registry).total.net_mwh == Decimal("0.001")

    def test_useful_heat_is_output_too(self, registry: RateRegistry) -> None:
        """RATE-238."""
        services.report_operation(
            [
                OperationReport(
                    facility=registry.facilities["Cane"],
                    unit="1",
                    year=2022,
                    co2_lb=Decimal(1000),
                    net_mwh=Decimal(300),
                    useful_thermal_mwh=Decimal("35.1597"),
                )
            ],
            program=PROGRAM,
            actor="administrator",
            recorded_at=noon("2023-02-01"),
        )

        assert read(registry).years[2022].net_mwh == Decimal("335.1597")

    def test_it_takes_the_same_statements_however_many_units_there_are(
        self, registry: RateRegistry
    ) -> None:
        registry.operate("Cane/1", [(2022, 1, 1)])
        with CaptureQueriesContext(
            connection,
        ) as one:
            operation.period_operation(program=PROGRAM, period=FIRST)
        for code in range(5):
            registry.register(
                FacilitySpec(
                    oris_code=next(_oris_codes),
                    name=f"Plant {code}",
                    jurisdiction="TX",
                    units=CANE.units,
                )
            )
            registry.operate(f"Plant {code}/1", [(2022, 1, 1)])

        with CaptureQueriesContext(connection) as many:
            found = operation.period_operation(program=PROGRAM, period=FIRST)

        assert len(found) == 12
        assert len(many) == len(one) <= 6


class TestCompleteness:
    """RATE-006; what is missing is named."""

    def test_a_year_without_output_is_missing_as_one_without_mass(
        self, registry: RateRegistry
    ) -> None:
        registry.operate("Cane/1", [(2022, 5, 5), (2023, 5, 5)])
        services.report_operation(
            [
                OperationReport(
                    facility=registry.facilities["Cane"],
                    unit="1",
                    year=2024,
                    co2_lb=Decimal(5),
                    net_mwh=None,
                )
            ],
            program=PROGRAM,
            actor="administrator",
            recorded_at=noon("2025-02-01"),
        )

        assert read(registry).missing == (("1", 2024),)
        assert not read(registry).final
        assert read(registry).final_years == {2022, 2023}

    def test_a_shared_stack_says_nothing_of_one_unit(self, registry: RateRegistry) -> None:
        """0196: the mass of a stack that several EGUs share belongs to none of them."""
        facility = registry.facilities["Cane"]
        services.register_stacks(
            [LocationSpec(facility=facility, location_id="CS1", units=("1", "2"))],
            actor="administrator",
            recorded_at=registry.tick(),
        )
        registry.operate("Cane/CS1", [(2022, 7, 0), *ZEROES])

        assert read(registry).total.co2_lb == 0
        assert read(registry).missing == (("1", 2022), ("1", 2023), ("1", 2024))

    def test_several_stacks_of_one_unit_are_added_over_its_own_output(
        self, registry: RateRegistry
    ) -> None:
        """RATE-233, 245; 40 CFR 62.16420(b), 62.16540(a)(7)."""
        facility = registry.facilities["Cane"]
        services.register_stacks(
            [
                LocationSpec(facility=facility, location_id=name, units=("1",))
                for name in ("MS1A", "MS1B")
            ],
            actor="administrator",
            recorded_at=registry.tick(),
        )
        registry.operate("Cane/MS1A", [(2022, 1_000_000, 1_000), *ZEROES])
        registry.operate("Cane/MS1B", [(2022, 500_000, 1_000), *ZEROES])
        services.report_operation(
            [
                OperationReport(
                    facility=facility, unit="1", year=year, co2_lb=None, net_mwh=Decimal(output)
                )
                for year, output in ((2022, 1_000), (2023, 0), (2024, 0))
            ],
            program=PROGRAM,
            actor="administrator",
            recorded_at=registry.tick(),
            is_final=True,
        )

        found = read(registry)

        assert (found.total.co2_lb, found.total.net_mwh) == (1_500_000, 1_000)
        assert found.missing == ()
        assert found.final


class TestIntake:
    """RATE-235, 249; one mechanism with the emissions of facilities."""

    def test_a_report_is_a_version_and_a_resubmission_replaces_it(
        self, registry: RateRegistry
    ) -> None:
        registry.operate("Cane/1", [(2022, 5, 5)])
        with pytest.raises(Refused) as refused:
            registry.operate("Cane/1", [(2022, 6, 6)])
        assert refused.value.reasons == {"duplicate_record"}

        services.report_operation(
            [
                OperationReport(
                    facility=registry.facilities["Cane"],
                    unit="1",
                    year=2022,
                    co2_lb=Decimal(6),
                    net_mwh=Decimal(6),
                )
            ],
            program=PROGRAM,
            actor="administrator",
            recorded_at=registry.tick(),
            is_resubmission=True,
        )

        history = queries.record_history(
            facility=registry.facilities["Cane"], unit="1", year=2022, program=PROGRAM
        )
        assert [entry.version for entry in history] == [2, 1]
        assert read(registry).years[2022].co2_lb == 6

    @pytest.mark.parametrize(
        ("co2_lb", "net_mwh", "reason"),
        [
            ("-1", "5", "negative_mass"),
            ("5", "-1", "negative_output"),
            ("5.01", "5", "not_a_number"),
            ("NaN", "5", "not_a_number"),
            ("Infinity", "5", "not_a_number"),
            ("5", "0.000001", "not_a_number"),
        ],
    )
    def test_what_is_no_quantity_is_refused(
        self, registry: RateRegistry, co2_lb: str, net_mwh: str, reason: str
    ) -> None:
        with pytest.raises(Refused) as refused:
            registry.operate("Cane/1", [(2022, co2_lb, net_mwh)])

        assert refused.value.reasons == {reason}
        assert read(registry).state == "open"

    def test_a_year_that_is_not_over_is_refused(self, registry: RateRegistry) -> None:
        with pytest.raises(Refused) as refused:
            services.report_operation(
                [
                    OperationReport(
                        facility=registry.facilities["Cane"],
                        unit="1",
                        year=2022,
                        co2_lb=Decimal(1),
                        net_mwh=Decimal(1),
                    )
                ],
                program=PROGRAM,
                actor="administrator",
                recorded_at=noon("2022-12-31"),
            )

        assert refused.value.reasons == {"year_not_over"}


class TestFinalization:
    """40 CFR 78.1(b)(18)(vii) and its rate-based kin."""

    def test_one_decision_states_what_each_unit_emitted_and_put_out(
        self, registry: RateRegistry
    ) -> None:
        for unit in ("Cane/1", "Cane/2"):
            registry.operate(unit, [(2022, 5_000_000, 4_000), *ZEROES], is_final=False)
        assert not read(registry).final

        result = services.finalize(
            program=PROGRAM, period=FIRST, decided_at=registry.tick(), decided_by="administrator"
        )

        assert result.finalized == (registry.facilities["Cane"],)
        assert read(registry).final
        assert result.decision is not None
        decision = audit.decision(result.decision)
        assert decision is not None
        assert "unit 1 5,000,000.00 lb, 4,000.000 MWh" in " ".join(decision.reasons)

    def test_a_facility_with_a_unit_missing_is_left_out_and_named(
        self, registry: RateRegistry
    ) -> None:
        registry.operate("Cane/1", [(2022, 5, 4), *ZEROES], is_final=False)

        result = services.finalize(
            program=PROGRAM, period=FIRST, decided_at=registry.tick(), decided_by="administrator"
        )

        assert result.finalized == ()
        assert result.incomplete == {
            registry.facilities["Cane"]: (("2", 2022), ("2", 2023), ("2", 2024))
        }
