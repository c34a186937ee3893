"""Duties of the calendar: due dates, tasks as they come near, done by officials alone.

Source: 40 CFR 62.16240(b), 62.16245(b)(3); MASS-081, MASS-091, MASS-167; PLAT-063, PLAT-082.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.contexts.registry import PROGRAM, noon
from tests.contexts.test_set_asides import SetAsides
from trueup.cli import clockwork
from trueup.disclosure.duties import duties
from trueup.rules import programs
from trueup.set_asides import duty_dates
from trueup.set_asides.models import Distribution, OutputNotice
from trueup.tasks.models import Task

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> SetAsides:
    return SetAsides()


class TestCalendar:
    """PLAT-063, MASS-167, MASS-AMB-21: one list of days for everybody."""

    @pytest.mark.parametrize(
        ("kind", "year", "on"),
        [
            ("projections", 2022, date(2021, 6, 1)),
            ("renewable_distribution", 2022, date(2021, 12, 1)),
            ("project_reports", 2022, date(2023, 6, 1)),
            ("output_data", 2025, date(2025, 8, 1)),
            # August 31, 2025 is a Sunday, and the day after is Labor Day.
            ("output_comments", 2025, date(2025, 9, 2)),
            ("output_distribution", 2025, date(2025, 11, 3)),
        ],
    )
    def test_each_day_is_in_the_programs_calendar(self, kind: str, year: int, on: date) -> None:
        found = duties(programs.load(PROGRAM), first=on, last=on)
        assert (kind, year) in {(duty.kind, duty.year) for duty in found}

    @pytest.mark.parametrize(
        ("period", "on"),
        [
            ("2022-2024", date(2021, 6, 1)),
            ("2025-2027", date(2024, 6, 3)),
            ("2028-2029", date(2027, 6, 1)),
            ("2030-2031", date(2029, 6, 1)),
            ("2032-2033", date(2031, 6, 2)),
        ],
    )
    def test_units_are_recorded_seven_months_ahead(self, period: str, on: date) -> None:
        """PLAT-063: June 1 of the year before, on a business day."""
        found = [
            duty
            for duty in duties(
                programs.load(PROGRAM), first=date(2021, 1, 1), last=date(2032, 1, 1)
            )
            if duty.kind == "recordation" and duty.period.name == period
        ]
        rules = programs.load(PROGRAM)
        assert [rules.effective_on(duty.on) for duty in found] == [on]

    def test_the_first_period_has_no_output_based_set_aside(self) -> None:
        """MASS-093."""
        found = duties(programs.load(PROGRAM), first=date(2022, 1, 1), last=date(2022, 12, 31))
        assert not {duty.kind for duty in found} & {"output_data", "output_distribution"}

    def test_a_program_without_set_asides_has_none_of_these_days(self) -> None:
        found = duties(programs.load("cpp-rate"), first=date(2021, 1, 1), last=date(2030, 1, 1))
        assert not {duty.kind for duty in found} & set(duty_dates.TITLES)


def tasks() -> list[str]:
    rows = Task.objects.filter(kind=duty_dates.KIND, closed_at=None)
    return sorted(rows.values_list("title", flat=True))


class TestTasks:
    """PLAT-052, PLAT-082: officials are asked in time; the clock records nothing itself."""

    def test_thirty_days_ahead_officials_are_asked_once(self, books: SetAsides) -> None:
        assert books
        assert duty_dates.ask_officials(program=PROGRAM, now=noon("2021-10-15")) == 0
        assert duty_dates.ask_officials(program=PROGRAM, now=noon("2021-11-02")) == 1
        assert duty_dates.ask_officials(program=PROGRAM, now=noon("2021-11-03")) == 0
        assert tasks() == ["Distribute the renewable energy set-aside of 2022"]
        row = Task.objects.get(kind=duty_dates.KIND)
        assert (row.function, row.due_on) == ("allocate", date(2021, 12, 1))

    def test_the_clock_distributes_and_publishes_nothing(self, books: SetAsides) -> None:
        books.admitted(2022, P1=100)
        clockwork.run_once(noon("2021-11-20"), codes=[PROGRAM])
        clockwork.run_once(noon("2021-12-20"), codes=[PROGRAM])
        assert not Distribution.objects.exists()
        assert not OutputNotice.objects.exists()
        assert tasks() == ["Distribute the renewable energy set-aside of 2022"]

    def test_overdue_it_stays_until_every_state_is_done(self, books: SetAsides) -> None:
        books.admitted(2022, P1=100)
        at = noon("2021-12-01")
        duty_dates.ask_officials(program=PROGRAM, now=at)
        states = list(programs.load(PROGRAM).jurisdictions)
        of = {"program": PROGRAM, "vintage": 2022, "purpose": "renewable_energy"}
        recorded = {
            "quantity": 1,
            "surplus": 0,
            "digest": "x",
            "proposed_by": "official:1",
            "proposed_at": at,
            "decided_by": "official:2",
            "decided_at": at,
            "state": "recorded",
        }
        for state in states[1:]:
            Distribution.objects.create(jurisdiction=state, **of, **recorded)
        duty_dates.ask_officials(program=PROGRAM, now=at + timedelta(days=20))
        assert tasks()
        found = duty_dates.standing(PROGRAM, years={2021}, today=date(2021, 12, 2))
        assert found["renewable_distribution", 2022] == "overdue"
        Distribution.objects.create(jurisdiction=states[0], **of, **recorded)
        duty_dates.ask_officials(program=PROGRAM, now=at + timedelta(days=21))
        assert tasks() == []
        found = duty_dates.standing(PROGRAM, years={2021}, today=date(2021, 12, 2))
        assert found["renewable_distribution", 2022] == "done"
