"""Sums of hourly records: of a frame, and of a whole file as its frames come in.

The hours of a unit's day become a number with one bit for each hour. If as many bits are
set as hours were added, none came twice; that is found however far apart two records of
an hour stand, for the days of all frames are compared in the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

import polars as pl

from trueup.emissions.hourly_checks import FAILS, frame_problems, read_dates
from trueup.emissions.hourly_frames import Frame
from trueup.emissions.refusals import PROBLEMS_MAX
from trueup.emissions.reports import Feed, Known, ReportedRow
from trueup.rules.refusal import Refusal

_HOUR_BITS = pl.lit(pl.Series([1 << hour for hour in range(24)], dtype=pl.Int64))
_MASS = (pl.col("mass") * 1000).round().cast(pl.Int64, strict=False)
_TIME = (pl.col("operating_time") * 100).round().cast(pl.Int64, strict=False)
_LOAD = (pl.col("load") * 1000).round().cast(pl.Int64, strict=False)
_SUMMED = ("hours", "mass_e5", "time_e2", "load_e5", "load_hours")


class QuarterSums(NamedTuple):
    """What the hours of a unit come to in a quarter.

    Attributes:
        hours: Hours with a value.
        mass_e5: CO2 mass in hundred-thousandths of a ton.
        time_e2: Operating time in hundredths of an hour.
        load_e5: Gross output in hundred-thousandths of a MWh, over `load_hours` hours.
    """

    facility: int
    unit: str
    year: int
    quarter: int
    hours: int
    mass_e5: int
    time_e2: int
    load_e5: int
    load_hours: int

    def reported(self, line: int | None) -> ReportedRow:
        """The row of a unit and quarter; without a single value it is missing, not zero."""
        is_reported = self.hours > 0
        has_load = is_reported and (self.load_hours > 0 or self.time_e2 == 0)
        return ReportedRow(
            facility=str(self.facility),
            location=self.unit,
            year=self.year,
            quarter=self.quarter,
            co2_tons=Decimal(self.mass_e5).scaleb(-5) if is_reported else None,
            gross_mwh=Decimal(self.load_e5).scaleb(-5) if has_load else None,
            operating_hours=Decimal(self.time_e2).scaleb(-2) if is_reported else None,
            hours_reported=self.hours,
            line=line,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameSums:
    """The sums of a frame, and its problems; lines count from 0.

    Attributes:
        days: Facility, unit, day, hours with a value, bits of these hours.
        quarters: Facility, unit, year, quarter, what was summed, first line.
    """

    days: pl.DataFrame
    quarters: pl.DataFrame
    problems: list[Refusal]
    problem_count: int
    line_count: int
    end: int
    passed_over: set[tuple[str, str]]


def sum_frame(frame: Frame, *, feed: Feed, known: Known | None) -> FrameSums:
    """Check and sum the hours of a frame.

    Source: 40 CFR 62.16345(a)(1)-(2); MASS-152, MASS-153.
    """
    passed_over: set[tuple[str, str]] = set()
    if known is not None:
        frame, passed_over = frame.without_unknown(known)
    sums = _daily(frame, feed)
    problems, count = list(frame.problems), frame.problem_count
    if sums["fails"].sum():
        found, found_count = frame_problems(frame)
        problems, count = problems + found, count + found_count
    dates, found, found_count = read_dates(frame, sums["date"])
    sums = sums.drop_nulls(("facility", "unit")).join(dates, on="date")
    quarters = sums.group_by(
        "facility",
        "unit",
        pl.col("day").dt.year().alias("year"),
        pl.col("day").dt.quarter().alias("quarter"),
    ).agg(pl.col(*_SUMMED).sum(), pl.col("row").min())
    lines = frame.lines(quarters["row"].to_list())
    return FrameSums(
        days=sums.select("facility", "unit", "day", "hours", "hour_bits"),
        quarters=quarters.with_columns(pl.Series("line", lines, dtype=pl.Int64)),
        problems=problems + found,
        problem_count=count + found_count,
        line_count=frame.line_count,
        end=frame.end,
        passed_over=passed_over,
    )


def _daily(frame: Frame, feed: Feed) -> pl.DataFrame:
    """The sums of each unit and day, and how many of its records fail a check."""
    bits = _HOUR_BITS.gather(pl.col("hour").clip(0, 23).cast(pl.UInt32))
    values = (
        pl.when(pl.col("operating_time").is_not_null()).then(bits).alias("hour_bits"),
        (_MASS * (_TIME if feed is Feed.HOURLY_RATES else 100)).alias("mass_e5"),
        _TIME.alias("time_e2"),
        (_LOAD * _TIME).alias("load_e5"),
        FAILS.alias("fails"),
    )
    return (
        frame.data.lazy()
        .select("facility", "unit", "date", "row", *values)
        .group_by("facility", "unit", "date")
        .agg(
            pl.col("hour_bits").count().alias("hours"),
            pl.col("load_e5").count().alias("load_hours"),
            pl.col("hour_bits", "mass_e5", "time_e2", "load_e5", "fails").sum(),
            pl.col("row").min(),
        )
        .collect()
    )


class FileSums:
    """The sums of a file, as its frames come in, in their order."""

    def __init__(self, *, first_line: int) -> None:
        self.problems: list[Refusal] = []
        self.problem_count = 0
        self.end = 0
        self.passed_over: set[tuple[str, str]] = set()
        self.next_line = first_line
        self._days: list[pl.DataFrame] = []
        self._codes: dict[tuple[int, str], int] = {}
        self._first_lines: list[int] = []
        self._quarters: dict[tuple[int, int, int], list[int]] = {}

    def take(self, part: FrameSums) -> None:
        """Add the sums of the next frame."""
        self.end = part.end
        self.passed_over |= part.passed_over
        self.problem_count += part.problem_count
        room = max(0, PROBLEMS_MAX - len(self.problems))
        self.problems.extend(moved(part.problems[:room], self.next_line))
        codes: dict[tuple[int, str], int] = {}
        for row in part.quarters.iter_rows(named=True):
            code = self._code(row["facility"], row["unit"], self.next_line + row["line"])
            codes[row["facility"], row["unit"]] = code
            quarter = (code, row["year"], row["quarter"])
            sums = self._quarters.setdefault(quarter, [0] * len(_SUMMED))
            for position, name in enumerate(_SUMMED):
                sums[position] += row[name]
        self._days.append(_keyed(part.days, codes))
        self.next_line += part.line_count

    def _code(self, facility: int, unit: str, line: int) -> int:
        key = (facility, unit.strip())
        if key not in self._codes:
            self._codes[key] = len(self._codes)
            self._first_lines.append(line)
        code = self._codes[key]
        self._first_lines[code] = min(self._first_lines[code], line)
        return code

    def days_with_an_hour_twice(self) -> list[tuple[int, str, date]]:
        """The units and days of which an hour was given more than once."""
        if not self._days:
            return []
        days = pl.concat(self._days)
        self._days = [days]
        is_odd = pl.col("hour_bits").bitwise_count_ones() != pl.col("hours")
        # Most days are in one frame whole; only those that are in two need adding up.
        in_two_frames = days.filter(pl.col("key").is_duplicated())
        added = in_two_frames.group_by("key").agg(pl.col("hours", "hour_bits").sum())
        keys = pl.concat([days.filter(is_odd)["key"], added.filter(is_odd)["key"]]).unique().sort()
        units = {code: key for key, code in self._codes.items()}
        return [(*units[key >> 32], date.fromordinal((key & 0xFFFFFFFF) + _EPOCH)) for key in keys]

    def rows(self) -> Iterator[ReportedRow]:
        """One row a unit and quarter, in the order of the file."""
        units = {code: key for key, code in self._codes.items()}
        in_order = sorted(
            self._quarters.items(), key=lambda item: (self._first_lines[item[0][0]], item[0])
        )
        for (code, year, quarter), sums in in_order:
            facility, unit = units[code]
            found = QuarterSums(facility, unit, year, quarter, *sums)
            yield found.reported(self._first_lines[code])


_EPOCH = date(1970, 1, 1).toordinal()


def _keyed(days: pl.DataFrame, codes: dict[tuple[int, str], int]) -> pl.DataFrame:
    """The days with the unit's code and the day in one number, which takes less room."""
    units = pl.DataFrame(
        [(facility, unit, code) for (facility, unit), code in codes.items()],
        schema={"facility": pl.Int32, "unit": pl.String, "code": pl.Int64},
        orient="row",
    )
    day = pl.col("day").cast(pl.Int32).cast(pl.Int64)
    return days.join(units, on=["facility", "unit"]).select(
        (pl.col("code") * 2**32 + day).alias("key"), "hours", "hour_bits"
    )


def moved(problems: Iterable[Refusal], lines: int) -> list[Refusal]:
    """Problems whose lines counted from 0 in a frame, with their lines in the file."""
    found = list(problems)
    for problem in found:
        problem.row = (problem.row or 0) + lines
    return found
