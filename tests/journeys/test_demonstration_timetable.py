"""Which day and year of the demonstration stands for which."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from trueup.demonstration.plants import PlantUnit, national_data
from trueup.demonstration.stand_ins import COAL, STEAM, Figures, UnitClass, UnitKey
from trueup.demonstration.timetable import operating_from, retired_on, timetable
from trueup.rules import programs

FIGURES = Figures(Decimal(1), Decimal(1))
UNIT = PlantUnit(
    key=UnitKey(3, "1"),
    eia_plant=3,
    unit_class=UnitClass(STEAM, COAL),
    nameplate_mw=Decimal(100),
    share_mw=Decimal(100),
    operating_from=date(1954, 2, 11),
    retired_on=None,
    figures=dict.fromkeys((2016, 2017, 2018), FIGURES),
)


class TestDatesOfUnits:
    """Decision 0061: dates from 2016 on are six years later, earlier ones are the real ones."""

    def test_a_unit_of_1954_dates_from_1954(self) -> None:
        assert operating_from(UNIT) == date(1954, 2, 11)

    @pytest.mark.parametrize(
        ("real", "registered"),
        [
            (date(2015, 12, 31), date(2015, 12, 31)),
            (date(2016, 1, 1), date(2022, 1, 1)),
            (date(2016, 2, 29), date(2022, 2, 28)),
            (date(2018, 9, 25), date(2024, 9, 25)),
        ],
    )
    def test_first_operation_moves_if_it_was_in_2016_or_later(
        self, real: date, registered: date
    ) -> None:
        assert operating_from(replace(UNIT, operating_from=real)) == registered

    def test_every_retirement_moves(self) -> None:
        retired = replace(UNIT, retired_on=date(2021, 5, 17))
        assert retired_on(retired) == date(2027, 5, 17)
        assert retired_on(UNIT) is None

    def test_a_unit_that_ran_after_its_retirement_retires_at_the_end_of_that_year(self) -> None:
        assert retired_on(replace(UNIT, retired_on=date(2017, 12, 31))) == date(2024, 12, 31)
        texas = national_data(("TX",)).plants
        monticello = next(plant for plant in texas if plant.oris_code == 6147)
        assert {retired_on(unit) for unit in monticello.units} == {date(2024, 12, 31)}


class TestDays:
    """Issue 2, 11: the rule's dates, and trades around them."""

    def test_days_are_those_of_the_program(self) -> None:
        days = timetable(programs.load("cpp-mass"))
        assert days.recorded_on == date(2021, 6, 1)
        assert days.next_recorded_on == date(2024, 5, 31)  # June 1 is a Saturday.
        assert days.sessions[0] > days.recorded_on
        assert days.sessions[-1] < date(2025, 5, 1) < days.late_sessions[0]
        assert days.late_sessions[-1] < days.deducted_on

    def test_nobody_trades_on_a_weekend_or_a_federal_holiday(self) -> None:
        program = programs.load("cpp-mass")
        days = timetable(program)
        assert all(map(program.is_business_day, (*days.sessions, *days.late_sessions)))
        assert program.is_business_day(days.deducted_on)
