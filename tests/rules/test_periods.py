"""40 CFR 62.16375 “Compliance period” and “Allowance transfer deadline”."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules.fixtures import rows
from trueup.rules import programs
from trueup.rules.periods import CompliancePeriod, PeriodSchedule, YearlyDate, midnight
from trueup.rules.refusal import Refused

CPP_MASS = programs.load("cpp-mass")
EASTERN = ZoneInfo("America/New_York")


def period(name: str) -> CompliancePeriod:
    return CompliancePeriod.parse(name)


class TestCompliancePeriods:
    """MASS-004; 40 CFR 62.16220(c)(2); PLAT-079."""

    @pytest.mark.parametrize(
        ("day", "name"),
        [
            (date(2022, 1, 1), "2022-2024"),
            (date(2024, 12, 31), "2022-2024"),
            (date(2025, 1, 1), "2025-2027"),
            (date(2029, 6, 1), "2028-2029"),
            (date(2030, 1, 1), "2030-2031"),
            (date(2033, 3, 3), "2032-2033"),
            (date(2101, 12, 31), "2100-2101"),
        ],
    )
    def test_a_day_is_in_the_period_of_its_year(self, day: date, name: str) -> None:
        assert CPP_MASS.period_of(day).name == name

    def test_a_day_before_the_program_starts_is_refused(self) -> None:
        with pytest.raises(Refused) as refused:
            CPP_MASS.period_of(date(2021, 12, 31))

        assert refused.value.refusals[0].code == "period.before_program_start"

    def test_each_period_follows_the_one_before_it(self) -> None:
        following = period("2022-2024")
        names = [following.name]
        for _ in range(4):
            following = CPP_MASS.next_period(following)
            names.append(following.name)

        assert names == ["2022-2024", "2025-2027", "2028-2029", "2030-2031", "2032-2033"]

    def test_the_computed_calendar_is_the_catalogues(self) -> None:
        for row in rows("derived_compliance_periods.csv"):
            found = CPP_MASS.period_of(date.fromisoformat(row["first_day"]))

            assert found.first_day.isoformat() == row["first_day"]
            assert found.last_day.isoformat() == row["last_day"]
            assert ";".join(map(str, found.vintages)) == row["vintages"]
            assert len(found.vintages) == int(row["years"])
            recordation_on = CPP_MASS.recordation_on(found)
            assert recordation_on.isoformat() == row["recordation_deadline_june1"]
            is_business_day = row["recordation_deadline_is_business_day"] == "yes"
            assert CPP_MASS.is_business_day(recordation_on) == is_business_day
            assert CPP_MASS.deadline_on(found).isoformat() == row["allowance_transfer_deadline"]
            may_1 = date(found.last_year + 1, 5, 1)
            assert may_1.strftime("%a") == row["may1_weekday"]
            if row["oba_comment_close_aug31_printed"]:
                printed_on = date.fromisoformat(row["oba_comment_close_aug31_printed"])
                effective_on = CPP_MASS.effective_on(printed_on)
                assert effective_on.isoformat() == row["oba_comment_close_rolled"]

    @pytest.mark.parametrize(
        ("name", "days"),
        [("2022-2024", 1096), ("2025-2027", 1095), ("2028-2029", 731), ("2030-2031", 730)],
    )
    def test_each_day_of_a_period_can_be_a_violation(self, name: str, days: int) -> None:
        """MASS-007; 40 CFR 62.16220(c)(1)(ii)(B)."""
        assert CPP_MASS.period_named(name).days == days

    @pytest.mark.parametrize(
        "name", ["2022-2023", "2021-2023", "2031-2032", "2022", "soon", "2024-2022", ""]
    )
    def test_a_name_of_no_period_is_refused(self, name: str) -> None:
        with pytest.raises(Refused) as refused:
            CPP_MASS.period_named(name)

        assert refused.value.reasons == {"no_such_period"}

    @given(year=st.integers(2022, 2300))
    def test_every_year_is_in_exactly_one_period(self, year: int) -> None:
        found = CPP_MASS.period_of_year(year)

        assert found.first_year <= year <= found.last_year
        assert all(CPP_MASS.period_of_year(vintage) == found for vintage in found.vintages)
        assert CPP_MASS.next_period(found).first_year == found.last_year + 1
        assert CPP_MASS.period_named(found.name) == found


class TestVintages:
    """MASS-054; 40 CFR 62.16220(c)(3)."""

    def test_a_vintage_is_first_usable_in_the_period_of_its_year(self) -> None:
        assert CPP_MASS.vintage_period(2024).name == "2022-2024"
        assert CPP_MASS.vintage_period(2025).name == "2025-2027"

    @pytest.mark.parametrize(
        ("name", "latest"), [("2022-2024", 2027), ("2025-2027", 2029), ("2028-2029", 2031)]
    )
    def test_excess_emissions_draw_on_the_following_period(self, name: str, latest: int) -> None:
        """MASS-140; 40 CFR 62.16220(c)(3)(ii)."""
        assert CPP_MASS.excess_vintage_max(period(name)) == latest

    def test_or_on_the_following_year_alone_if_so_read(self) -> None:
        """40 CFR 62.16340(d): “in the immediately following year”."""
        by_year = CPP_MASS.with_readings({"excess_vintage": "next_year"})

        assert by_year.excess_vintage_max(period("2022-2024")) == 2025

    def test_a_transfer_waits_for_vintages_of_periods_that_have_ended(self) -> None:
        """MASS-130; 40 CFR 62.16335(b)."""
        running_too = CPP_MASS.with_readings({"hold_vintages": "running_period"})

        assert CPP_MASS.hold_vintage_max(period("2022-2024")) == 2024
        assert running_too.hold_vintage_max(period("2022-2024")) == 2027


class TestTransferDeadline:
    """MASS-015; 40 CFR 62.16375 “Allowance transfer deadline”."""

    @pytest.mark.parametrize(
        ("name", "deadline_on"),
        [
            ("2022-2024", date(2025, 5, 1)),
            ("2025-2027", date(2028, 5, 1)),
            ("2028-2029", date(2030, 5, 1)),
            ("2030-2031", date(2032, 5, 3)),
            ("2032-2033", date(2034, 5, 1)),
            ("2034-2035", date(2036, 5, 1)),
            ("2036-2037", date(2038, 5, 3)),
        ],
    )
    def test_may_1_or_the_next_business_day(self, name: str, deadline_on: date) -> None:
        assert CPP_MASS.deadline_on(CPP_MASS.period_named(name)) == deadline_on

    def test_it_is_the_end_of_that_day_in_the_programs_zone(self) -> None:
        deadline_at = CPP_MASS.deadline_at(period("2030-2031"))

        assert deadline_at == datetime(2032, 5, 4, 4, 0, tzinfo=UTC)
        assert datetime(2032, 5, 3, 23, 59, 59, tzinfo=EASTERN) <= deadline_at
        assert datetime(2032, 5, 4, 0, 0, 1, tzinfo=EASTERN) > deadline_at

    def test_twenty_four_hundred_itself_is_on_time(self) -> None:
        deadline_at = CPP_MASS.deadline_at(period("2022-2024"))

        assert deadline_at == datetime(2025, 5, 2, 0, 0, tzinfo=EASTERN)

    def test_the_start_of_the_day_if_so_read(self) -> None:
        early = CPP_MASS.with_readings({"deadline_midnight": "start_of_day"})

        assert early.deadline_at(period("2022-2024")) == datetime(2025, 5, 1, 4, 0, tzinfo=UTC)

    def test_another_time_zone_if_so_read(self) -> None:
        mountain = CPP_MASS.with_readings({"time_zone": "America/Denver"})

        assert mountain.deadline_at(period("2022-2024")) == datetime(2025, 5, 2, 6, tzinfo=UTC)

    def test_an_instant_is_dated_in_the_programs_zone(self) -> None:
        late_evening = datetime(2025, 5, 2, 3, 59, tzinfo=UTC)

        assert CPP_MASS.local_date(late_evening) == date(2025, 5, 1)
        assert CPP_MASS.local_date(late_evening + timedelta(minutes=1)) == date(2025, 5, 2)
        with pytest.raises(ValueError, match="time zone"):
            CPP_MASS.local_date(datetime(2025, 5, 2))  # noqa: DTZ001 - the bug under test

    def test_a_day_on_which_the_clocks_change_ends_at_its_own_midnight(self) -> None:
        spring = midnight(date(2025, 3, 9), zone=EASTERN)
        the_day_before = midnight(date(2025, 3, 8), zone=EASTERN)

        assert spring - the_day_before == timedelta(hours=23)


class TestFixedDates:
    """MASS-016; 40 CFR 62.16225(c)."""

    def test_a_printed_date_is_overdue_only_after_its_roll(self) -> None:
        recordation_on = CPP_MASS.recordation_on(period("2025-2027"))

        assert recordation_on == date(2024, 6, 1)
        assert CPP_MASS.effective_on(recordation_on) == date(2024, 6, 3)

    def test_printed_dates_stand_if_so_read(self) -> None:
        as_printed = CPP_MASS.with_readings({"fixed_dates_roll": False})

        assert as_printed.effective_on(date(2024, 6, 1)) == date(2024, 6, 1)


class TestSchedule:
    """PLAT-079: overlapping or gapped periods are refused."""

    def test_periods_that_overlap(self) -> None:
        with pytest.raises(ValueError, match="2024-2026 overlaps 2022-2024"):
            PeriodSchedule(printed=(period("2022-2024"), period("2024-2026")), then_years=2)

    def test_periods_with_a_gap_between_them(self) -> None:
        with pytest.raises(ValueError, match="gap lies between 2022-2024 and 2026-2027"):
            PeriodSchedule(printed=(period("2022-2024"), period("2026-2027")), then_years=2)

    def test_a_period_that_runs_backwards(self) -> None:
        with pytest.raises(ValueError, match="runs forward"):
            CompliancePeriod(first_year=2024, last_year=2022)

    def test_no_period_at_all_or_of_negative_length(self) -> None:
        with pytest.raises(ValueError, match="at least one period"):
            PeriodSchedule(printed=(), then_years=2)
        with pytest.raises(ValueError, match="negative"):
            PeriodSchedule(printed=(period("2022-2024"),), then_years=-1)

    def test_a_program_may_end(self) -> None:
        ending = PeriodSchedule(printed=(period("2022"), period("2023-2024")), then_years=0)

        assert ending.of_year(2022).name == "2022"
        assert ending.named("2023-2024") == period("2023-2024")
        with pytest.raises(Refused) as refused:
            ending.after(period("2023-2024"))
        assert refused.value.reasons == {"after_program_end"}

    def test_a_date_that_does_not_exist_every_year_cannot_be_printed(self) -> None:
        with pytest.raises(ValueError, match="day is out of range"):
            YearlyDate(month=2, day=29)
