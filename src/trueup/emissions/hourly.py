"""Sum hourly records to quarters of units, checking every hour; never row by row.

The records are read and summed as columns, in pieces of bounded size. Masses become
whole thousandths of a ton and times whole hundredths of an hour before anything is
added, so every sum is exact.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import polars as pl

from trueup.emissions.hourly_checks import date_problems, duplicate_problems, frame_problems
from trueup.emissions.hourly_files import PARQUET, HourlyLayout, Piece, head_of, pieces
from trueup.emissions.hourly_frames import Frame, PieceReader, frames_of_parquet
from trueup.emissions.refusals import PROBLEMS_MAX
from trueup.emissions.reports import Feed, Format, Known, Parsed, Progress, ReportedRow, no_progress
from trueup.emissions.spreadsheet import parse_date
from trueup.rules.refusal import Refusal

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
    reader = PieceReader(header, layout)

    def tasks() -> Iterator[Callable[[], Frame]]:
        for position, piece in enumerate(pieces(path, header)):
            if position == 0:
                reader.learn_mark(piece)
            yield _read_task(reader, piece)

    summed = _Summed(feed or layout.feed, known)
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

    def tasks() -> Iterator[Callable[[], Frame]]:
        for frame in frames_of_parquet(path):
            yield _give_task(frame)

    summed = _Summed(feed or PARQUET.feed, known)
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
                summed.take(waiting.popleft().result())
                progress("reading", summed.read_bytes, total_bytes)
        while waiting:
            summed.take(waiting.popleft().result())
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


class _FrameSums:
    """The daily sums of a frame's units, and its problems."""

    __slots__ = ("count", "days", "frame_bytes", "passed_over", "problems")

    def __init__(
        self,
        days: pl.DataFrame,
        problems: list[Refusal],
        count: int,
        frame_bytes: int,
        passed_over: set[tuple[str, str]],
    ) -> None:
        self.days = days
        self.problems = problems
        self.count = count
        self.frame_bytes = frame_bytes
        self.passed_over = passed_over


class _Summed:
    """The sums of a file, as they grow piece by piece."""

    def __init__(self, feed: Feed, known: Known | None) -> None:
        self.feed = feed
        self.known = known
        self.problems: list[Refusal] = []
        self.problem_count = 0
        self.read_bytes = 0
        self.passed_over: set[tuple[str, str]] = set()
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
        bad_dates, bad_date_count = date_problems(frame)
        days = (
            frame.data.lazy()
            .select("facility", "unit", "date", "row", *self._values)
            .group_by("facility", "unit", "date")
            .agg(
                pl.col("hour_bits").count().alias("hours"),
                pl.col("hour_bits", "mass_e5", "time_e2", "load_e5").sum(),
                pl.col("row").min(),
            )
            .collect()
        )
        problems = [*frame.problems, *problems, *bad_dates]
        count += frame.problem_count + bad_date_count
        return _FrameSums(_with_lines(days, frame), problems, count, frame.read_bytes, passed_over)

    def take(self, part: _FrameSums) -> None:
        """Add the sums of a frame; frames come in the order of the file."""
        self.read_bytes = part.frame_bytes
        self.passed_over |= part.passed_over
        self.problem_count += part.count
        self.problems.extend(part.problems[: max(0, PROBLEMS_MAX - len(self.problems))])
        units = part.days.group_by("facility", "unit").agg(pl.col("line").min())
        codes = []
        for facility, unit, line in units.iter_rows():
            code = self._codes.setdefault((facility, unit.strip()), len(self._codes))
            self._first_lines.setdefault(code, line)
            codes.append(code)
        units = units.drop("line").with_columns(pl.Series("code", codes, dtype=pl.UInt32))
        self._parts.append(
            part.days.join(units, on=["facility", "unit"]).select("code", "day", *_SUMS)
        )

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
        found = [_records_of(task(), wanted) for task in tasks()]
        records = pl.concat(found).sort("line")
        repeated = records.filter(~pl.struct("facility", "unit", "day", "hour").is_first_distinct())
        self.problems.extend(duplicate_problems(repeated))
        self.problem_count += repeated.height + max(0, days.height - DUPLICATE_DAYS_MAX)

    def rows(self, days: pl.DataFrame) -> Iterator[ReportedRow]:
        """One row a unit and quarter; without a single value it is missing, not zero."""
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
            is_reported = record["hours"] > 0
            yield ReportedRow(
                facility=str(facility),
                location=unit,
                year=record["year"],
                quarter=record["quarter"],
                co2_tons=_scaled(record["mass_e5"], 5) if is_reported else None,
                gross_mwh=_scaled(record["load_e5"], 5) if is_reported else None,
                operating_hours=_scaled(record["time_e2"], 2) if is_reported else None,
                hours_reported=record["hours"],
                line=self._first_lines[record["code"]],
            )


def _scaled(whole: int, decimals: int) -> Decimal:
    return Decimal(whole).scaleb(-decimals)


def _with_lines(days: pl.DataFrame, frame: Frame) -> pl.DataFrame:
    """The sums with the day as a date, and with lines in place of positions."""
    days = days.filter(~pl.any_horizontal(pl.col("facility", "unit", "date").is_null()))
    texts = days["date"].unique().to_list()
    read = {text: parse_date(text) for text in texts}
    lines = frame.lines(days["row"].to_list())
    return (
        days.with_columns(
            pl.col("date").replace_strict(read, return_dtype=pl.Date).alias("day")
            if texts
            else pl.lit(None, dtype=pl.Date).alias("day"),
            pl.Series("line", lines, dtype=pl.Int64),
        )
        .filter(pl.col("day").is_not_null())
        .select("facility", "unit", "day", "line", *(pl.col(name).cast(pl.Int64) for name in _SUMS))
    )


def _records_of(frame: Frame, wanted: set[tuple[int, str, object]]) -> pl.DataFrame:
    """The records of some units and days, with their lines."""
    texts = frame.data["date"].drop_nulls().unique().to_list()
    keys = pl.DataFrame(
        list(wanted),
        schema={"facility": pl.Int32, "unit": pl.String, "day": pl.Date},
        orient="row",
    )
    records = (
        frame.data.filter(pl.col("operating_time").is_not_null() & pl.col("date").is_not_null())
        .with_columns(
            pl.col("unit").str.strip_chars(),
            pl.col("date")
            .replace_strict({text: parse_date(text) for text in texts}, return_dtype=pl.Date)
            .alias("day"),
        )
        .join(keys, on=["facility", "unit", "day"], how="semi")
    )
    lines = frame.lines(records["row"].to_list())
    return records.select("facility", "unit", "day", "hour").with_columns(
        pl.Series("line", lines, dtype=pl.Int64)
    )
