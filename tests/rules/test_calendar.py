"""40 CFR 62.16225: how time is computed."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.rules.calendar import BusinessCalendar, federal_calendar, federal_holidays
from trueup.rules.refusal import Refused
from trueup.rules.rows import read_rows

LITERAL = federal_calendar()
EVERYDAY = federal_calendar(event_day_counts=False)

days = st.dates(min_value=date(2010, 1, 1), max_value=date(2044, 12, 31))
counts = st.integers(1, 60)


class TestBusinessDay:
    """40 CFR 62.16375 “Business day”."""

    def test_the_frozen_table_is_what_the_holidays_library_says(self) -> None:
        library = holidays.country_holidays("US", years=range(2010, 2046))

        assert federal_holidays() == {day for day in library if 2010 <= day.year <= 2045}

    def test_the_table_is_in_order_and_names_no_day_twice(self) -> None:
        printed = [row["date"] for row in read_rows("federal_holidays.csv")]

        assert printed == sorted(set(printed))

    @pytest.mark.parametrize(
        "day", [date(2025, 5, 2), date(2024, 11, 29), date(2021, 6, 1), date(2028, 5, 1)]
    )
    def test_a_weekday_that_is_no_holiday_is_one(self, day: date) -> None:
        assert LITERAL.is_business_day(day)

    @pytest.mark.parametrize(
        ("day", "why"),
        [
            (date(2025, 5, 3), "Saturday"),
            (date(2025, 5, 4), "Sunday"),
            (date(2025, 5, 26), "Memorial Day"),
            (date(2026, 7, 3), "Independence Day, observed"),
            (date(2021, 12, 31), "New Year's Day of 2022, observed in the year before"),
        ],
    )
    def test_weekends_and_holidays_are_none(self, day: date, why: str) -> None:
        assert not LITERAL.is_business_day(day), why

    def test_juneteenth_is_a_holiday_since_2021(self) -> None:
        assert LITERAL.is_business_day(date(2019, 6, 19))
        assert not LITERAL.is_business_day(date(2023, 6, 19))

    @pytest.mark.parametrize("day", [date(2009, 12, 31), date(2046, 1, 2)])
    def test_a_year_whose_holidays_are_not_known_is_refused(self, day: date) -> None:
        with pytest.raises(Refused, match="2010 to 2045") as refused:
            LITERAL.is_business_day(day)

        assert refused.value.reasons == {"year_not_in_calendar"}


class TestPeriodFromAnEvent:
    """40 CFR 62.16225(a) and (c)."""

    @pytest.mark.parametrize(
        ("event_on", "literal", "everyday"),
        [
            (date(2023, 8, 15), date(2023, 9, 13), date(2023, 9, 14)),
            (date(2024, 2, 1), date(2024, 3, 1), date(2024, 3, 4)),
            (date(2026, 6, 5), date(2026, 7, 6), date(2026, 7, 6)),
            (date(2024, 1, 10), date(2024, 2, 8), date(2024, 2, 9)),
            (date(2025, 3, 11), date(2025, 4, 9), date(2025, 4, 10)),
        ],
    )
    def test_thirty_days(self, event_on: date, literal: date, everyday: date) -> None:
        assert LITERAL.days_from(event_on, 30) == literal
        assert EVERYDAY.days_from(event_on, 30) == everyday

    def test_a_period_of_one_day_is_the_day_of_the_event(self) -> None:
        assert LITERAL.days_from(date(2025, 5, 1), 1) == date(2025, 5, 1)
        assert EVERYDAY.days_from(date(2025, 5, 1), 1) == date(2025, 5, 2)

    @pytest.mark.parametrize("days", [0, -1])
    def test_a_period_without_a_day_is_a_bug(self, days: int) -> None:
        with pytest.raises(ValueError, match="at least one day"):
            LITERAL.days_from(date(2025, 5, 1), days)
        with pytest.raises(ValueError, match="at least one day"):
            LITERAL.business_days_from(date(2025, 5, 1), days)
        with pytest.raises(ValueError, match="at least one day"):
            LITERAL.days_before(date(2025, 5, 1), days)

    @given(event_on=days, count=counts)
    def test_it_ends_on_a_business_day_and_not_too_early(self, event_on: date, count: int) -> None:
        for calendar, counted_before in ((LITERAL, 1), (EVERYDAY, 0)):
            last_day = calendar.days_from(event_on, count)

            assert calendar.is_business_day(last_day)
            unrolled = event_on + timedelta(days=count - counted_before)
            assert not any(
                calendar.is_business_day(day) for day in _days(unrolled, last_day) if day < last_day
            )


class TestPeriodBeforeAnEvent:
    """40 CFR 62.16225(b)."""

    def test_it_ends_the_day_before(self) -> None:
        assert LITERAL.days_before(date(2025, 5, 1), 10) == (date(2025, 4, 21), date(2025, 4, 30))


class TestRollOver:
    """40 CFR 62.16225(c)."""

    @pytest.mark.parametrize(
        ("printed_on", "effective_on"),
        [
            (date(2025, 8, 31), date(2025, 9, 2)),  # Sunday; Monday is Labor Day.
            (date(2025, 6, 1), date(2025, 6, 2)),
            (date(2024, 6, 1), date(2024, 6, 3)),
            (date(2025, 11, 1), date(2025, 11, 3)),
            (date(2024, 3, 1), date(2024, 3, 1)),
        ],
    )
    def test_the_next_business_day(self, printed_on: date, effective_on: date) -> None:
        assert LITERAL.on_or_after(printed_on) == effective_on

    @given(day=days)
    def test_a_rolled_day_does_not_roll_again(self, day: date) -> None:
        rolled = LITERAL.on_or_after(day)

        assert rolled >= day
        assert LITERAL.on_or_after(rolled) == rolled


class TestBusinessDays:
    """40 CFR 62.16335(a), (d) and (e); 62.16355."""

    @pytest.mark.parametrize(
        ("event_on", "count", "literal"),
        [
            (date(2025, 5, 1), 5, date(2025, 5, 7)),
            (date(2025, 5, 1), 10, date(2025, 5, 14)),
            (date(2025, 7, 3), 5, date(2025, 7, 10)),
            (date(2024, 11, 27), 5, date(2024, 12, 4)),
            (date(2025, 5, 3), 5, date(2025, 5, 9)),
            (date(2025, 5, 6), 5, date(2025, 5, 12)),  # MASS-014: received, not mailed.
            (date(2025, 5, 20), 5, date(2025, 5, 27)),  # MASS-130: Memorial Day between.
            (date(2025, 5, 20), 10, date(2025, 6, 3)),  # MASS-131, MASS-145.
            (date(2025, 5, 7), 5, date(2025, 5, 13)),  # MASS-132.
        ],
    )
    def test_the_day_of_the_event_counts(self, event_on: date, count: int, literal: date) -> None:
        assert LITERAL.business_days_from(event_on, count) == literal

    @pytest.mark.parametrize(
        ("event_on", "everyday"),
        [
            (date(2025, 5, 1), date(2025, 5, 8)),
            (date(2025, 7, 3), date(2025, 7, 11)),
            (date(2024, 11, 27), date(2024, 12, 5)),
            (date(2025, 5, 3), date(2025, 5, 9)),
        ],
    )
    def test_counting_from_the_day_after_is_a_setting(self, event_on: date, everyday: date) -> None:
        assert EVERYDAY.business_days_from(event_on, 5) == everyday

    @given(event_on=days, count=counts)
    def test_as_many_business_days_lie_in_it_as_were_asked_for(
        self, event_on: date, count: int
    ) -> None:
        last_day = LITERAL.business_days_from(event_on, count)

        business_days = [day for day in _days(event_on, last_day) if LITERAL.is_business_day(day)]
        assert len(business_days) == count
        assert business_days[-1] == last_day


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def test_a_calendar_of_other_holidays_can_be_made() -> None:
    calendar = BusinessCalendar(
        holidays=frozenset({date(2025, 5, 1)}), first_year=2025, last_year=2025
    )

    assert calendar.on_or_after(date(2025, 5, 1)) == date(2025, 5, 2)
