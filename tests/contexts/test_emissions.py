"""What facilities emitted in a compliance period, who decided it, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trueup.accounts import services as accounts
from trueup.accounts.entries import FacilitySpec, NamingSpec, PersonSpec, UnitSpec
from trueup.audit import queries as audit
from trueup.emissions import queries, services
from trueup.emissions.entries import (
    AdjustmentResult,
    AnnualReport,
    FacilityEmissions,
    FinalizationResult,
    LocationSpec,
)
from trueup.emissions.finalization import decide_final
from trueup.emissions.quantities import from_whole, to_whole
from trueup.rules import programs
from trueup.rules.refusal import Refused
from trueup.rules.units import whole_tons

pytestmark = pytest.mark.django_db

PROGRAM = "cpp-mass"
REGISTERED = datetime(2021, 5, 3, 13, 0, tzinfo=UTC)
REPORTED = datetime(2025, 2, 3, 14, 0, tzinfo=UTC)
DAY = timedelta(days=1)
PERIOD = programs.load(PROGRAM).period_named("2022-2024")
YEARS = (2022, 2023, 2024)
_oris_codes = count(3)


def barry(*units: str | UnitSpec, oris_code: int = 3, name: str = "Barry") -> int:
    specs = tuple(UnitSpec(unit_id=unit) if isinstance(unit, str) else unit for unit in units)
    facility = FacilitySpec(oris_code=oris_code, name=name, jurisdiction="AL", units=specs)
    return accounts.register_facility(
        program=PROGRAM, facility=facility, registered_at=REGISTERED
    ).id


def report(
    facility: int,
    unit: str,
    year: int,
    tons: str | Decimal | None,
    *,
    quarter: int = 0,
    at: datetime = REPORTED,
    is_final: bool = True,
    is_resubmission: bool = False,
) -> None:
    row = AnnualReport(
        facility=facility,
        unit=unit,
        year=year,
        quarter=quarter,
        co2_tons=None if tons is None else Decimal(tons),
    )
    services.report_annual(
        [row],
        program=PROGRAM,
        actor="administrator",
        recorded_at=at,
        is_final=is_final,
        is_resubmission=is_resubmission,
    )


def emissions(facility: int) -> FacilityEmissions:
    return queries.period_tons(program=PROGRAM, period=PERIOD, facilities=[facility])[facility]


def tons_of(found: FacilityEmissions) -> dict[str, int]:
    return {total.unit_id: total.tons for total in found.locations}


def reasons_of(call: object) -> frozenset[str]:
    with pytest.raises(Refused) as caught:
        call()  # type: ignore[operator]
    return caught.value.reasons


class TestPeriodTotals:
    """40 CFR 62.16220(b)(2), 62.16345(a)(2); MASS-153, MASS-154."""

    def test_each_location_is_rounded_once_for_the_whole_period(self) -> None:
        plant = barry("A", "B")
        for year in YEARS:
            report(plant, "A", year, "333333.4")
            report(plant, "B", year, "166666.8")

        found = emissions(plant)

        assert tons_of(found) == {"A": 1_000_000, "B": 500_000}
        assert found.tons == 1_500_000
        assert found.locations[0].tons_exact == Decimal("1000000.2")

    def test_years_are_added_before_rounding(self) -> None:
        plant = barry("1")
        for year in YEARS:
            report(plant, "1", year, "0.4")

        assert emissions(plant).tons == 1

    def test_halves_go_up(self) -> None:
        plant = barry("1")
        report(plant, "1", 2022, "10.5")

        assert emissions(plant).tons == 11

    def test_quarters_are_summed_with_their_raw_values(self) -> None:
        """PLAT-070: Q1 1,000.4 t, Q2 999.6 t are summed as 2,000.0 t."""
        plant = barry("1")
        report(plant, "1", 2022, "1000.4", quarter=1)
        report(plant, "1", 2022, "999.6", quarter=2)

        assert emissions(plant).locations[0].tons_exact == Decimal("2000.0")
        records = queries.unit_years(facility=plant, program=PROGRAM)
        assert [record.co2_tons for record in records] == [Decimal("1000.4"), Decimal("999.6")]

    def test_units_stay_visible_in_a_facilitys_total(self) -> None:
        """PLAT-072."""
        plant = barry("1", "2")
        report(plant, "1", 2022, "400")
        report(plant, "2", 2022, "600")

        found = emissions(plant)

        assert (tons_of(found), found.tons) == ({"1": 400, "2": 600}, 1000)

    def test_years_outside_the_period_do_not_count(self) -> None:
        plant = barry("1")
        report(plant, "1", 2021, "400")
        report(plant, "1", 2022, "600")
        report(plant, "1", 2025, "800", at=datetime(2026, 2, 3, tzinfo=UTC))

        assert emissions(plant).tons == 600

    @given(
        masses=st.lists(
            st.tuples(st.sampled_from(["1", "2", "3"]), st.integers(0, 10**10)), max_size=12
        )
    )
    @settings(
        max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def test_a_facilitys_tons_are_the_sum_of_its_rounded_units(
        self, masses: list[tuple[str, int]]
    ) -> None:
        oris_code = next(_oris_codes) + 1000
        plant = barry("1", "2", "3", oris_code=oris_code)
        rows, exact = [], dict.fromkeys("123", Decimal(0))
        free = {unit: [(y, q) for y in YEARS for q in (1, 2, 3, 4)] for unit in "123"}
        for unit, whole in masses:
            year, quarter = free[unit].pop()
            tons = from_whole(whole)
            exact[unit] += tons
            rows.append(
                AnnualReport(facility=plant, unit=unit, year=year, quarter=quarter, co2_tons=tons)
            )
        services.report_annual(rows, program=PROGRAM, actor="a", recorded_at=REPORTED)

        found = emissions(plant)

        assert found.tons == sum(whole_tons(tons) for tons in exact.values())


class TestMissingData:
    """Acceptance rule 6; 40 CFR 62.16345(a)(1): missing is not zero."""

    def test_a_unit_and_year_without_data_is_named(self) -> None:
        plant = barry("1", "2")
        report(plant, "1", 2022, "5")
        report(plant, "2", 2022, "0")

        found = emissions(plant)

        assert found.missing == (("1", 2023), ("1", 2024), ("2", 2023), ("2", 2024))
        assert not found.final
        assert found.state == "submitted"

    def test_a_blank_is_missing_and_can_be_filled_without_a_resubmission(self) -> None:
        plant = barry("1")
        report(plant, "1", 2022, None, is_final=False)
        assert ("1", 2022) in emissions(plant).missing

        report(plant, "1", 2022, "0", is_final=False)

        assert ("1", 2022) not in emissions(plant).missing

    def test_missing_quarters_are_named_with_their_year(self) -> None:
        plant = barry("1")
        for quarter in (1, 2, 4):
            report(plant, "1", 2022, "5", quarter=quarter)
        report(plant, "1", 2023, "5")
        report(plant, "1", 2024, "5")

        found = emissions(plant)

        assert found.missing == (("1", 2022),)
        assert found.missing_quarters == (("1", 2022, 3),)

    def test_a_unit_owes_nothing_for_years_in_which_it_did_not_exist(self) -> None:
        plant = barry(
            UnitSpec(unit_id="new", operating_from=date(2023, 5, 1)),
            UnitSpec(unit_id="old", retired_on=date(2022, 8, 15)),
            UnitSpec(unit_id="gone", retired_on=date(2020, 1, 1)),
        )

        assert emissions(plant).missing == (("new", 2023), ("new", 2024), ("old", 2022))

    def test_quarters_before_the_first_and_after_the_last_day_are_not_missing(self) -> None:
        plant = barry(
            UnitSpec(unit_id="1", operating_from=date(2022, 5, 1), retired_on=date(2022, 9, 30))
        )
        report(plant, "1", 2022, "5", quarter=2)
        report(plant, "1", 2022, "5", quarter=3)

        assert emissions(plant).missing_quarters == ()

    def test_a_facility_of_which_nothing_is_reported_is_open(self) -> None:
        found = emissions(barry("1"))

        assert (found.tons, found.state, found.locations) == (0, "open", ())

    def test_mass_of_a_retired_unit_counts_and_raises_an_alert(self) -> None:
        """MASS-149."""
        plant = barry(UnitSpec(unit_id="1", retired_on=date(2022, 8, 15)))
        row = AnnualReport(facility=plant, unit="1", year=2024, co2_tons=Decimal(1))

        result = services.report_annual(
            [row], program=PROGRAM, actor="administrator", recorded_at=REPORTED
        )

        assert result.alerts == ("1 in 2024: 1 tons while the unit is not in operation.",)
        assert emissions(plant).tons == 1


class TestStacks:
    """40 CFR 62.16345(a)(7)-(8); MASS-155."""

    def stack(self, plant: int, name: str, *units: str, **days: date) -> None:
        spec = LocationSpec(facility=plant, location_id=name, units=units, **days)  # type: ignore[arg-type]
        services.register_stacks([spec], actor="administrator", recorded_at=REGISTERED)

    def test_a_common_stack_counts_once(self) -> None:
        plant = barry("U1", "U2")
        self.stack(plant, "CS1", "U1", "U2")
        for year in YEARS:
            report(plant, "CS1", year, "300")

        found = emissions(plant)

        assert (found.tons, found.missing, found.final) == (900, (), True)
        assert found.locations[0].units == ("U1", "U2")

    def test_a_unit_with_several_stacks_is_their_sum(self) -> None:
        plant = barry("U3")
        self.stack(plant, "MS1", "U3")
        self.stack(plant, "MS2", "U3")
        for year in YEARS:
            report(plant, "MS1", year, "200")
        assert emissions(plant).missing == (("U3", 2022), ("U3", 2023), ("U3", 2024))

        for year in YEARS:
            report(plant, "MS2", year, "300")

        assert (emissions(plant).tons, emissions(plant).missing) == (1500, ())

    def test_a_stack_and_a_unit_that_it_serves_are_not_both_counted(self) -> None:
        plant = barry("U1", "U2")
        self.stack(plant, "CS1", "U1", "U2")
        report(plant, "CS1", 2022, "900")

        assert reasons_of(lambda: report(plant, "U1", 2022, "500")) == {"counted_twice"}
        assert reasons_of(lambda: report(plant, "U1", 2022, "500", quarter=2)) == {"counted_twice"}
        assert emissions(plant).tons == 900

    def test_a_resubmission_by_units_takes_the_place_of_the_stack(self) -> None:
        plant = barry("U1", "U2")
        self.stack(plant, "CS1", "U1", "U2")
        report(plant, "CS1", 2022, "900")

        report(plant, "U1", 2022, "500", is_resubmission=True)

        found = emissions(plant)
        assert tons_of(found) == {"U1": 500}
        assert ("U2", 2022) in found.missing
        history = queries.record_history(facility=plant, unit="CS1", year=2022, program=PROGRAM)
        assert [record.kind for record in history] == ["withdrawn", "reported"]
        assert history[1].co2_tons == 900

    def test_a_stack_and_its_units_in_one_table_are_refused(self) -> None:
        plant = barry("U1")
        self.stack(plant, "CS1", "U1")
        rows = [
            AnnualReport(facility=plant, unit=unit, year=2022, co2_tons=Decimal(5))
            for unit in ("U1", "CS1")
        ]

        def act() -> None:
            services.report_annual(rows, program=PROGRAM, actor="a", recorded_at=REPORTED)

        assert reasons_of(act) == {"counted_twice"}

    def test_a_stack_that_was_not_there_yet_owes_nothing(self) -> None:
        plant = barry("U1")
        self.stack(plant, "MS1", "U1")
        self.stack(plant, "MS2", "U1", operating_from=date(2024, 1, 1))
        report(plant, "MS1", 2022, "5")
        report(plant, "MS1", 2023, "5")
        report(plant, "MS1", 2024, "5")

        assert emissions(plant).missing == (("U1", 2024),)

    def test_a_stack_serves_known_units_and_has_a_name_of_its_own(self) -> None:
        plant = barry("1")

        assert reasons_of(lambda: self.stack(plant, "CS1", "9")) == {"unknown_unit"}
        assert reasons_of(lambda: self.stack(plant, "CS1")) == {"unknown_unit"}
        assert reasons_of(lambda: self.stack(plant, "1", "1")) == {"location_exists"}
        assert reasons_of(lambda: self.stack(plant + 99, "CS1", "1")) == {"unknown_facility"}


class TestEntry:
    """PLAT-070: plain manual entry; acceptance rule 6."""

    def test_a_year_that_is_not_over_is_refused(self) -> None:
        plant = barry("1")
        last_minute = datetime(2025, 1, 1, 4, 59, tzinfo=UTC)  # New York is five hours behind.

        assert reasons_of(lambda: report(plant, "1", 2024, "5", at=last_minute)) == {
            "year_not_over"
        }
        report(plant, "1", 2024, "5", at=last_minute + timedelta(minutes=1))

    def test_a_quarter_that_is_not_over_is_refused(self) -> None:
        plant = barry("1")
        midsummer = datetime(2024, 6, 30, 16, tzinfo=UTC)

        assert reasons_of(lambda: report(plant, "1", 2024, "5", quarter=2, at=midsummer)) == {
            "quarter_not_over"
        }
        report(plant, "1", 2024, "5", quarter=1, at=midsummer)

    def test_a_second_report_is_refused_and_changes_nothing(self) -> None:
        plant = barry("1")
        report(plant, "1", 2022, "5")

        assert reasons_of(lambda: report(plant, "1", 2022, "5")) == {"duplicate_record"}
        assert reasons_of(lambda: report(plant, "1", 2022, "6", quarter=1)) == {"duplicate_record"}
        assert emissions(plant).tons == 5

    def test_all_rows_or_none(self) -> None:
        plant = barry("1", "2")
        rows = [
            AnnualReport(facility=plant, unit="1", year=2022, co2_tons=Decimal(5)),
            AnnualReport(facility=plant, unit="2", year=2022, co2_tons=Decimal(-5)),
            AnnualReport(facility=plant, unit="3", year=2022, co2_tons=Decimal(5)),
            AnnualReport(facility=plant + 9, unit="1", year=2022, co2_tons=Decimal(5)),
            AnnualReport(facility=plant, unit="1", year=2022, co2_tons=Decimal(6)),
            AnnualReport(facility=plant, unit="2", year=2023, co2_tons=Decimal("NaN")),
            AnnualReport(
                facility=plant, unit="2", year=2024, co2_tons=Decimal(1), net_mwh=Decimal(-1)
            ),
        ]

        with pytest.raises(Refused) as caught:
            services.report_annual(rows, program=PROGRAM, actor="a", recorded_at=REPORTED)

        assert [(refusal.reason, refusal.row) for refusal in caught.value.refusals] == [
            ("negative_mass", 2),
            ("unknown_unit", 3),
            ("unknown_facility", 4),
            ("duplicate_record", 5),
            ("not_a_number", 6),
            ("negative_output", 7),
        ]
        assert emissions(plant).state == "open"

    def test_a_resubmission_replaces_and_keeps_the_history(self) -> None:
        """PLAT-073."""
        plant = barry("1")
        report(plant, "1", 2022, "1000")
        report(plant, "1", 2022, "1010", at=REPORTED + DAY, is_final=False, is_resubmission=True)

        assert emissions(plant).tons == 1010
        history = queries.record_history(facility=plant, unit="1", year=2022, program=PROGRAM)
        assert [
            (record.version, record.kind, record.co2_tons, record.is_provisional)
            for record in history
        ] == [(2, "resubmitted", Decimal(1010), True), (1, "reported", Decimal(1000), False)]

    def test_a_resubmission_of_the_same_values_changes_nothing(self) -> None:
        plant = barry("1")
        for year in YEARS:
            report(plant, "1", year, "1000")
        report(plant, "1", 2022, "1000.000", is_final=False, is_resubmission=True)

        found = emissions(plant)

        assert (found.final, found.state) == (True, "final")
        assert len(queries.unit_years(facility=plant, program=PROGRAM)) == 3

    def test_a_resubmitted_year_takes_the_place_of_its_quarters(self) -> None:
        plant = barry("1")
        for quarter in (1, 2):
            report(plant, "1", 2022, "5", quarter=quarter)
        report(plant, "1", 2022, "20", is_resubmission=True)

        assert emissions(plant).tons == 20


class TestFinalization:
    """40 CFR 78.1(b)(18)(vii); MASS-159."""

    def finalize(self, *facilities: int) -> FinalizationResult:
        return services.finalize(
            program=PROGRAM,
            period=PERIOD,
            facilities=facilities,
            decided_at=REPORTED + DAY,
            decided_by="administrator",
        )

    def test_complete_facilities_become_final_by_a_decision_and_others_are_named(self) -> None:
        whole, part = barry("1"), barry("5", oris_code=26, name="Gaston")
        for year in YEARS:
            report(whole, "1", year, "100.2", is_final=False)
        report(part, "5", 2022, "100", is_final=False)
        assert emissions(whole).state == "submitted"

        result = self.finalize(whole, part)

        assert result.finalized == (whole,)
        assert result.incomplete == {part: (("5", 2023), ("5", 2024))}
        assert (emissions(whole).final, emissions(whole).state) == (True, "final")
        assert not emissions(part).final
        assert result.decision is not None
        decision = audit.decision(result.decision)
        assert decision is not None
        assert (decision.decision_class, decision.outcome) == ("vii", "final")
        assert decision.reasons == ("Barry (ORIS 3): 301 tons",)

    def test_what_is_final_is_not_decided_again(self) -> None:
        plant = barry("1")
        for year in YEARS:
            report(plant, "1", year, "100")

        result = self.finalize(plant)

        assert (result.decision, result.already_final) == (None, (plant,))

    def test_a_resubmission_is_provisional_until_it_is_decided(self) -> None:
        plant = barry("1")
        for year in YEARS:
            report(plant, "1", year, "100")
        report(plant, "1", 2022, "200", is_final=False, is_resubmission=True)
        assert not emissions(plant).final

        assert self.finalize(plant).finalized == (plant,)
        assert emissions(plant).final

    def test_one_record_serves_several_programs_and_each_decides(self) -> None:
        """PLAT-075."""
        plant = barry("1")
        for year in YEARS:
            report(plant, "1", year, "100")

        (mine, *_) = queries.unit_years(facility=plant, program=PROGRAM)
        (theirs, *_) = queries.unit_years(facility=plant, program="rggi-md")

        assert (mine.co2_tons, mine.is_provisional) == (100, False)
        assert (theirs.id, theirs.co2_tons, theirs.is_provisional) == (mine.id, 100, True)

    def test_what_another_program_decided_is_not_final_here(self) -> None:
        """PLAT-075."""
        plant = barry("1")
        for year in YEARS:
            report(plant, "1", year, "100", is_final=False)
        records = queries.unit_years(facility=plant, program=PROGRAM)

        decide_final(
            program="rggi-md",
            records=[record.id for record in records],
            subject="emissions of 2022-2024",
            reasons=[],
            decided_at=REPORTED,
            decided_by="administrator",
        )

        assert (emissions(plant).final, emissions(plant).state) == (False, "submitted")


class TestAdjustment:
    """40 CFR 62.16370; MASS-146."""

    def adjust(self, plant: int, tons: str, **changes: object) -> AdjustmentResult:
        values: dict[str, object] = {
            "program": PROGRAM,
            "facility": plant,
            "unit": "1",
            "year": 2023,
            "co2_tons": Decimal(tons),
            "ground": "audit of the flow monitor",
            "actor": "administrator",
            "recorded_at": REPORTED + DAY,
        }
        return services.adjust(**{**values, **changes})  # type: ignore[arg-type]

    def test_both_values_are_kept_and_the_adjusted_one_counts(self) -> None:
        plant = barry("1")
        for year in YEARS:
            report(plant, "1", year, "100")

        result = self.adjust(plant, "900.4")

        found = emissions(plant)
        assert (found.tons, found.final, found.state) == (1100, True, "adjusted")
        assert result.original["co2_tons"] == Decimal(100)
        assert result.adjusted["co2_tons"] == Decimal("900.4")
        history = queries.record_history(facility=plant, unit="1", year=2023, program=PROGRAM)
        assert [(record.kind, record.co2_tons) for record in history] == [
            ("adjusted", Decimal("900.4")),
            ("reported", Decimal(100)),
        ]
        assert history[0].ground == "audit of the flow monitor"
        decision = audit.decision(result.decision)
        assert decision is not None
        assert decision.decision_class == "vi"

    def test_an_adjusted_year_takes_the_place_of_its_quarters(self) -> None:
        plant = barry("1")
        for quarter in (1, 2, 3, 4):
            report(plant, "1", 2023, "25.1", quarter=quarter)

        result = self.adjust(plant, "90")

        assert result.original["co2_tons"] == Decimal("100.4")
        assert emissions(plant).tons == 90

    def test_only_what_was_reported_can_be_adjusted_and_for_a_ground(self) -> None:
        plant = barry("1")
        assert reasons_of(lambda: self.adjust(plant, "5")) == {"not_reported"}
        report(plant, "1", 2023, "100")

        assert reasons_of(lambda: self.adjust(plant, "5", ground=" ")) == {"ground_missing"}
        assert reasons_of(lambda: self.adjust(plant, "-5")) == {"negative_mass"}
        assert reasons_of(lambda: self.adjust(plant, "5", unit="2")) == {"unknown_unit"}
        assert emissions(plant).tons == 100

    def test_what_was_withdrawn_is_missing(self) -> None:
        plant = barry("1")
        report(plant, "1", 2023, "100")

        services.withdraw(
            program=PROGRAM,
            facility=plant,
            unit="1",
            year=2023,
            ground="reported for the wrong unit",
            actor="administrator",
            recorded_at=REPORTED + DAY,
        )

        assert ("1", 2023) in emissions(plant).missing
        report(plant, "1", 2023, "80")
        assert emissions(plant).tons == 80


class TestReading:
    """PLAT-071, PLAT-074."""

    @pytest.mark.parametrize(
        ("year", "quarter", "due_on"),
        [
            (2022, 1, date(2022, 5, 2)),
            (2022, 2, date(2022, 8, 1)),
            (2022, 3, date(2022, 10, 31)),
            (2024, 1, date(2024, 4, 30)),
            (2024, 4, date(2025, 1, 30)),
        ],
    )
    def test_quarterly_reports_are_due_thirty_days_after_the_quarter(
        self, year: int, quarter: int, due_on: date
    ) -> None:
        assert (
            queries.quarterly_report_due_on(program=PROGRAM, year=year, quarter=quarter) == due_on
        )

    def test_the_public_records_come_in_pages_and_say_what_is_provisional(self) -> None:
        plant = barry("1", "2")
        report(plant, "1", 2022, "1")
        report(plant, "2", 2022, "2", is_final=False)
        report(plant, "1", 2023, "3")

        first = queries.public_records(program=PROGRAM, jurisdiction="AL", limit=2)
        rest = queries.public_records(program=PROGRAM, after=first[-1].id)

        assert [record.co2_tons for record in first + rest] == [1, 2, 3]
        assert [record.is_provisional for record in first + rest] == [False, True, False]
        assert queries.public_records(program=PROGRAM, jurisdiction="TX") == []

    def test_net_generation_by_unit_and_year(self) -> None:
        """MASS-157."""
        plant = barry("1")
        rows = [
            AnnualReport(
                facility=plant,
                unit="1",
                year=2022,
                quarter=quarter,
                co2_tons=Decimal(1),
                net_mwh=Decimal("10.5"),
            )
            for quarter in (1, 2)
        ]
        services.report_annual(rows, program=PROGRAM, actor="a", recorded_at=REPORTED)

        found = queries.net_generation(facilities=[plant], first_year=2022, last_year=2024)

        assert found == {(plant, "1", 2022): Decimal(21)}

    def test_quantities_are_exact_in_the_database(self) -> None:
        tons = Decimal("123456789.12345")

        assert from_whole(to_whole(tons)) == tons
        assert str(from_whole(to_whole(Decimal("438.8")))) == "438.800"
        with pytest.raises(ValueError, match="decimals"):
            to_whole(Decimal("0.000001"))


def test_a_program_of_3000_units_is_read_in_a_constant_number_of_statements() -> None:
    """Issue 2: no query for each unit."""
    few = _program(facilities=3, units=2, first_oris_code=1)
    with CaptureQueriesContext(connection) as for_few:
        found = queries.period_tons(program=PROGRAM, period=PERIOD)
    assert found.keys() == set(few)
    _program(facilities=597, units=5, first_oris_code=100)

    with CaptureQueriesContext(connection) as for_many:
        found = queries.period_tons(program=PROGRAM, period=PERIOD)

    assert len(for_many) == len(for_few) == 6
    assert len(found) == 600
    assert sum(emitted.tons for emitted in found.values()) == (6 + 2985) * 300
    assert all(emitted.final for emitted in found.values())


def _program(*, facilities: int, units: int, first_oris_code: int) -> list[int]:
    specs = [
        FacilitySpec(
            oris_code=first_oris_code + number,
            name=f"Plant {first_oris_code + number}",
            jurisdiction="AL",
            units=tuple(UnitSpec(unit_id=f"U{unit}") for unit in range(units)),
        )
        for number in range(facilities)
    ]
    keys = [
        entry.id
        for entry in accounts.register_facilities(specs, program=PROGRAM, registered_at=REGISTERED)
    ]
    people = accounts.register_people(
        [PersonSpec(name=f"P {key}", email="p@example.org") for key in keys],
        registered_at=REGISTERED,
    )
    accounts.name_designated_representatives(
        [
            NamingSpec(facility=key, primary=person.id)
            for key, person in zip(keys, people, strict=True)
        ],
        program=PROGRAM,
        at=REGISTERED,
    )
    services.report_annual(
        list(_reports(keys, units)),
        program=PROGRAM,
        actor="administrator",
        recorded_at=REPORTED,
        is_final=True,
    )
    return keys


def _reports(facilities: list[int], units: int) -> Iterator[AnnualReport]:
    for facility in facilities:
        for unit in range(units):
            for year in YEARS:
                yield AnnualReport(
                    facility=facility, unit=f"U{unit}", year=year, co2_tons=Decimal(100)
                )
