"""40 CFR 62.16455(c)(1), 62.16460(b)(2)(iii): meter files."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.rules.meter import MeterTotal, total_meter_data
from trueup.rules.refusal import Refused

CENTRAL = ZoneInfo("America/Chicago")
DAY = date(2022, 3, 1)


def day_of_hours(day: date = DAY, mwh: str = "1.5") -> list[str]:
    """A local day's hours as a meter writes them: 23, 24 or 25."""
    start = datetime(day.year, day.month, day.day, tzinfo=CENTRAL).astimezone(UTC)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=CENTRAL).astimezone(UTC)
    lines = []
    while start < end:
        after = start + timedelta(hours=1)
        lines.append(
            f"{start.astimezone(CENTRAL).isoformat()},{after.astimezone(CENTRAL).isoformat()},{mwh}"
        )
        start = after
    return lines


def total(lines: list[str], day: date = DAY, capacity: str | None = None) -> MeterTotal:
    return total_meter_data(
        ["start,end,mwh", *lines],
        first_on=day,
        last_on=day,
        capacity_mw=Decimal(capacity) if capacity else None,
    )


def reasons(lines: list[str], capacity: str | None = None) -> set[str]:
    with pytest.raises(Refused) as refused:
        total(lines, capacity=capacity)
    return set(refused.value.reasons)


class TestTotals:
    """RATE-081, RATE-112."""

    def test_a_day_of_hours_adds_up(self) -> None:
        found = total(day_of_hours())

        assert (found.mwh, found.intervals) == (Decimal("36.0"), 24)
        assert found.by_month == {3: Decimal("36.0")}

    @pytest.mark.parametrize(("day", "hours"), [(date(2022, 3, 13), 23), (date(2022, 11, 6), 25)])
    def test_a_change_of_the_clock_is_no_gap_and_no_repetition(self, day: date, hours: int) -> None:
        assert total(day_of_hours(day), day).intervals == hours

    @given(order=st.permutations(range(24)))
    def test_the_order_of_the_lines_is_free(self, order: list[int]) -> None:
        lines = day_of_hours()

        assert total([lines[position] for position in order]).mwh == Decimal("36.0")

    def test_binary_fractions_never_come_in(self) -> None:
        assert total(day_of_hours(mwh="0.1")).mwh == Decimal("2.4")


class TestFaults:
    """Each is refused with the line where it is."""

    def test_a_gap(self) -> None:
        lines = day_of_hours()
        del lines[7]

        with pytest.raises(Refused) as refused:
            total(lines)

        (gap,) = refused.value.refusals
        assert (gap.reason, gap.row) == ("gap", 9)
        assert "07:00" in gap.sentence

    def test_a_repeated_interval(self) -> None:
        lines = day_of_hours()

        assert reasons([*lines, lines[3]]) == {"interval_repeated"}

    def test_an_overlap(self) -> None:
        lines = [*day_of_hours(), "2022-03-01T03:30-06:00,2022-03-01T04:30-06:00,1"]

        assert "interval_overlaps" in reasons(lines)

    def test_an_overlap_with_an_interval_that_is_not_the_one_before(self) -> None:
        lines = [
            "2022-03-01T00:00-06:00,2022-03-01T20:00-06:00,1",
            "2022-03-01T01:00-06:00,2022-03-01T02:00-06:00,1",
            "2022-03-01T03:00-06:00,2022-03-02T00:00-06:00,1",
        ]

        assert reasons(lines) == {"interval_overlaps"}

    def test_an_instant_without_its_offset(self) -> None:
        assert reasons(["2022-11-06T01:00,2022-11-06T02:00,1"]) == {"offset_missing"}

    def test_less_than_nothing(self) -> None:
        assert reasons(day_of_hours(mwh="-0.1")) == {"negative_mwh"}

    def test_more_than_the_capacity_permits(self) -> None:
        assert total(day_of_hours(mwh="1.5"), capacity="1.5").mwh == 36
        assert reasons(day_of_hours(mwh="1.51"), capacity="1.5") == {"above_capacity"}

    def test_a_part_of_the_period(self) -> None:
        assert reasons(day_of_hours()[1:]) == {"outside_period"}
        assert reasons(day_of_hours()[:-1]) == {"outside_period"}

    @pytest.mark.parametrize(
        "line",
        [
            "yesterday,today,1",
            "2022-03-01T00:00-06:00,2022-03-01T01:00-06:00",
            "2022-03-01T00:00-06:00,2022-03-01T01:00-06:00,much",
            "2022-03-01T00:00-06:00,2022-03-01T01:00-06:00,NaN",
            "2022-03-01T00:00-06:00,2022-03-01T01:00-06:00,0.0000001",
            "2022-03-01T01:00-06:00,2022-03-01T00:00-06:00,1",
        ],
    )
    def test_what_is_no_interval(self, line: str) -> None:
        assert reasons([line]) == {"not_readable"}

    def test_an_empty_file_and_another_file(self) -> None:
        assert reasons([]) == {"not_readable"}
        with pytest.raises(Refused, match="The first line"):
            total_meter_data(["a,b"], first_on=DAY, last_on=DAY)

    def test_a_file_full_of_errors_is_not_read_to_its_end(self) -> None:
        with pytest.raises(Refused) as refused:
            total(["x,y,z"] * 10_000)

        assert len(refused.value.refusals) <= 101
