"""Sum hourly records to quarters of units, checking every hour; never row by row.

The records are read and summed as columns, in pieces of bounded size. Masses become
whole thousandths of a ton and times whole hundredths of an hour before anything is
added, so every sum is exact.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl

from trueup.emissions.hourly_checks import duplicate_problems, frame_problems, read_dates
from trueup.emissions.hourly_files import (
    PARQUET,
    HourlyLayout,
    Piece,
    head_of,
    pieces,
    refuse_cut_off,
)
from trueup.emissions.hourly_frames import (
    Frame,
    PieceReader,
    frames_of_parquet,
    open_parquet,
    parquet_columns,
)
from trueup.emissions.hourly_parquet import QuarterSums, sum_sound_file
from trueup.emissions.refusals import PROBLEMS_MAX
from trueup.emissions.reports import Feed, Format, Known, Parsed, Progress, ReportedRow, no_progress
from trueup.rules.refusal import Refusal, Refused

_WORKERS = 2
_SUMS = ("hours", "hour_bits", "mass_e5", "time_e2", "load_e5")
_HOUR_BITS = pl.lit(pl.Series([1 << hour for hour in range(24)], dtype=pl.Int64))
DUPLICATE_DAYS_MAX = 200  # Days of units whose duplicate hours are named; the rest are counted.


def sum_hours(
    path: Path,
    *,
    layout: HourlyLayout,
    feed: Feed | None = None,
    known: Known | None = None,
    progress: Progress = no_progress,
) -> Parsed:
    """Read a file of hourly records and sum them to quarters of units.

    Args:
        feed: What the masses are, if it is not what the layout's files usually hold.
        known: Facilities and units; the records of others are passed over unread.

    Raises Refused (`missing_column`, `not_readable`) if there are no records to check.

    Source: 40 CFR 62.16345(a)(1)-(2); MASS-152, MASS-153.
    """
    header = head_of(path)
    refuse_cut_off(path, header)
    reader = PieceReader(header, layout)

    def tasks() -> Iterator[Callable[[], Frame]]:
        for position, piece in enumerate(pieces(path, header)):
            if position == 0:
                reader.learn_mark(piece)
            yield _read_task(reader, piece)

    summed = _Summed(feed or layout.feed, known, first_line=header.body_line)
    return _sum(tasks, summed, layout.format, path.stat().st_size, progress)


def sum_parquet_hours(
    path: Path,
    *,
    feed: Feed | None = None,
    known: Known | None = None,
    progress: Progress = no_progress,
) -> Parsed:
    """Read hourly records from a Parquet file and sum them to quarters of units.

    Source: 40 CFR 62.16345(a)(1)-(2).
    """

    _, schema = open_parquet(path)
    columns = parquet_columns(schema)
    sums = None
    if known is None:
        sums = sum_sound_file(path, columns, schema, feed or PARQUET.feed)
    if sums is not None:
        size = path.stat().st_size
        progress("reading", size, size)
        return Parsed(
            format=PARQUET.format,
            feed=feed or PARQUET.feed,
            rows=tuple(_reported(row, None) for row in sums),
        )

    def tasks() -> Iterator[Callable[[], Frame]]:
        for frame in frames_of_parquet(path):
            yield _give_task(frame)

    summed = _Summed(feed or PARQUET.feed, known, first_line=1)
    return _sum(tasks, summed, PARQUET.format, path.stat().st_size, progress)


def _read_task(reader: PieceReader, piece: Piece) -> Callable[[], Frame]:
    return lambda: reader.read(piece)


def _give_task(frame: Frame) -> Callable[[], Frame]:
    return lambda: frame


Tasks = Callable[[], Iterable[Callable[[], Frame]]]


def _sum(
    tasks: Tasks, summed: _Summed, file_format: Format, total_bytes: int, progress: Progress
) -> Parsed:
    with ThreadPoolExecutor(_WORKERS) as pool:
        waiting: deque[Future[_FrameSums]] = deque()
        for task in tasks():
            waiting.append(pool.submit(summed.of_frame, task))
            if len(waiting) > _WORKERS:
                summed.take(waiting.popleft())
                progress("reading", summed.end, total_bytes)
        while waiting:
            summed.take(waiting.popleft())
    progress("reading", total_bytes, total_bytes)
    days = summed.days()
    repeated = days.filter(pl.col("hour_bits").bitwise_count_ones() != pl.col("hours"))
    if repeated.height:
        summed.find_duplicates(repeated, tasks)
    problems = sorted(summed.problems, key=lambda problem: problem.row or 0)
    return Parsed(
        format=file_format,
        feed=summed.feed,
        rows=tuple(summed.rows(days)),
        problems=tuple(problems[:PROBLEMS_MAX]),
        problem_count=summed.problem_count,
        passed_over=frozenset(summed.passed_over),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _FrameSums:
    """The daily sums of a frame's units, and its problems; lines count from 0.

    Attributes:
        units: Each facility and unit with the line on which it is first.
    """

    days: pl.DataFrame
    units: pl.DataFrame
    problems: list[Refusal]
    problem_count: int
    line_count: int
    end: int
    passed_over: set[tuple[str, str]]


class _Summed:
    """The sums of a file, as they grow piece by piece."""

    def __init__(self, feed: Feed, known: Known | None, *, first_line: int) -> None:
        self.feed = feed
        self.known = known
        self.first_line = first_line
        self.problems: list[Refusal] = []
        self.problem_count = 0
        self.end = 0
        self.passed_over: set[tuple[str, str]] = set()
        self._next_line = first_line
        self._parts: list[pl.DataFrame] = []
        self._codes: dict[tuple[int, str], int] = {}
        self._first_lines: dict[int, int] = {}
        mass = (pl.col("mass") * 1000).round().cast(pl.Int64, strict=False)
        time = (pl.col("operating_time") * 100).round().cast(pl.Int64, strict=False)
        load = (pl.col("load") * 1000).round().cast(pl.Int64, strict=False)
        self._values = (
            pl.when(pl.col("operating_time").is_not_null())
            .then(_HOUR_BITS.gather(pl.col("hour").clip(0, 23).cast(pl.UInt32)))
            .alias("hour_bits"),
            (mass * (time if feed is Feed.HOURLY_RATES else 100)).alias("mass_e5"),
            time.alias("time_e2"),
            (load * time).alias("load_e5"),
        )

    def of_frame(self, task: Callable[[], Frame]) -> _FrameSums:
        """Check and sum one frame; runs in a thread of its own."""
        frame = task()
        passed_over: set[tuple[str, str]] = set()
        if self.known is not None:
            frame, passed_over = frame.without_unknown(self.known)
        problems, count = frame_problems(frame)
        dates, bad_dates, bad_date_count = read_dates(frame)
        sums = (
            frame.data.lazy()
            .select("facility", "unit", "date", "row", *self._values)
            .group_by("facility", "unit", "date")
            .agg(
                pl.col("hour_bits").count().cast(pl.Int64).alias("hours"),
                pl.col("hour_bits", "mass_e5", "time_e2", "load_e5").sum(),
                pl.col("row").min(),
            )
            .join(dates.lazy(), on="date")
            .filter(pl.col("facility").is_not_null() & pl.col("unit").is_not_null())
            .collect()
        )
        units = sums.group_by("facility", "unit").agg(pl.col("row").min())
        lines = frame.lines(units["row"].to_list())
        return _FrameSums(
            days=sums.select("facility", "unit", "day", *_SUMS),
            units=units.with_columns(pl.Series("line", lines, dtype=pl.Int64)),
            problems=[*frame.problems, *problems, *bad_dates],
            problem_count=frame.problem_count + count + bad_date_count,
            line_count=frame.line_count,
            end=frame.end,
            passed_over=passed_over,
        )

    def take(self, future: Future[_FrameSums]) -> None:
        """Add the sums of a frame; frames come in the order of the file."""
        try:
            part = future.result()
        except Refused as refused:
            raise Refused(_moved(refused.refusals, self._next_line)) from None
        self.end = part.end
        self.passed_over |= part.passed_over
        self.problem_count += part.problem_count
        room = max(0, PROBLEMS_MAX - len(self.problems))
        self.problems.extend(_moved(part.problems[:room], self._next_line))
        codes = []
        for facility, unit, line in part.units.select("facility", "unit", "line").iter_rows():
            code = self._codes.setdefault((facility, unit.strip()), len(self._codes))
            self._first_lines.setdefault(code, self._next_line + line)
            codes.append(code)
        units = part.units.select("facility", "unit").with_columns(
            pl.Series("code", codes, dtype=pl.UInt32)
        )
        days = part.days.join(units, on=["facility", "unit"])
        self._parts.append(days.select("code", "day", *_SUMS))
        self._next_line += part.line_count

    def days(self) -> pl.DataFrame:
        """The sums of each unit and day of the whole file."""
        if not self._parts:
            return pl.DataFrame(
                schema={"code": pl.UInt32, "day": pl.Date, **dict.fromkeys(_SUMS, pl.Int64)}
            )
        return pl.concat(self._parts).group_by("code", "day").agg(pl.col(*_SUMS).sum())

    def find_duplicates(self, days: pl.DataFrame, tasks: Tasks) -> None:
        """Go through the file again for the records of days that have an hour twice."""
        units = {code: key for key, code in self._codes.items()}
        wanted = {
            (*units[code], day)
            for code, day in days.head(DUPLICATE_DAYS_MAX).select("code", "day").rows()
        }
        found, line = [], self.first_line
        for task in tasks():
            frame = task()
            found.append(_records_of(frame, wanted, line))
            line += frame.line_count
        records = pl.concat(found).sort("line")
        repeated = records.filter(~pl.struct("facility", "unit", "day", "hour").is_first_distinct())
        self.problems.extend(duplicate_problems(repeated))
        self.problem_count += repeated.height + max(0, days.height - DUPLICATE_DAYS_MAX)

    def rows(self, days: pl.DataFrame) -> Iterator[ReportedRow]:
        """One row a unit and quarter."""
        quarters = (
            days.group_by(
                "code",
                pl.col("day").dt.year().alias("year"),
                pl.col("day").dt.quarter().alias("quarter"),
            )
            .agg(pl.col(*_SUMS).sum())
            .sort("year", "quarter")
        )
        units = {code: key for key, code in self._codes.items()}
        in_order = sorted(
            quarters.iter_rows(named=True), key=lambda record: self._first_lines[record["code"]]
        )
        for record in in_order:
            facility, unit = units[record["code"]]
            sums = QuarterSums(
                facility=facility,
                unit=unit,
                year=record["year"],
                quarter=record["quarter"],
                hours=record["hours"],
                mass_e5=record["mass_e5"],
                time_e2=record["time_e2"],
                load_e5=record["load_e5"],
            )
            yield _reported(sums, self._first_lines[record["code"]])


def _reported(sums: QuarterSums, line: int | None) -> ReportedRow:
    """The row of a unit and quarter; without a single value it is missing, not zero."""
    is_reported = sums.hours > 0
    return ReportedRow(
        facility=str(sums.facility),
        location=sums.unit,
        year=sums.year,
        quarter=sums.quarter,
        co2_tons=_scaled(sums.mass_e5, 5) if is_reported else None,
        gross_mwh=_scaled(sums.load_e5, 5) if is_reported else None,
        operating_hours=_scaled(sums.time_e2, 2) if is_reported else None,
        hours_reported=sums.hours,
        line=line,
    )


def _scaled(whole: int, decimals: int) -> Decimal:
    return Decimal(whole).scaleb(-decimals)


def _moved(problems: Iterable[Refusal], lines: int) -> list[Refusal]:
    """Problems whose lines counted from 0 in a frame, with their lines in the file."""
    moved = list(problems)
    for problem in moved:
        problem.row = (problem.row or 0) + lines
    return moved


def _records_of(frame: Frame, wanted: set[tuple[int, str, date]], first_line: int) -> pl.DataFrame:
    """The records of some units and days, with their lines."""
    dates, _, _ = read_dates(frame)
    keys = pl.DataFrame(
        list(wanted),
        schema={"facility": pl.Int32, "unit": pl.String, "day": pl.Date},
        orient="row",
    )
    records = (
        frame.data.filter(pl.col("operating_time").is_not_null())
        .with_columns(pl.col("unit").str.strip_chars())
        .join(dates, on="date")
        .join(keys, on=["facility", "unit", "day"], how="semi")
    )
    lines = frame.lines(records["row"].to_list())
    return records.select("facility", "unit", "day", "hour").with_columns(
        pl.Series("line", lines, dtype=pl.Int64) + first_line
    )
