"""Sum hourly records to quarters of units, checking every hour; never row by row.

The records are read and summed as columns, in pieces of bounded size. Masses become
whole thousandths of a ton and times whole hundredths of an hour before anything is
added, so every sum is exact.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from trueup.emissions.hourly_checks import duplicate_problems, records_of
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
from trueup.emissions.hourly_parquet import sum_sound_file
from trueup.emissions.hourly_sums import FileSums, FrameSums, moved, sum_frame
from trueup.emissions.refusals import PROBLEMS_MAX
from trueup.emissions.reports import Feed, Format, Known, Parsed, Progress, no_progress
from trueup.rules.refusal import Refusal, Refused

_WORKERS = 2
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

    run = _Run(tasks, layout.format, feed or layout.feed, known, header.body_line)
    return run.read(path.stat().st_size, progress)


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
            rows=tuple(row.reported(None) for row in sums),
        )

    def tasks() -> Iterator[Callable[[], Frame]]:
        for frame in frames_of_parquet(path):
            yield _give_task(frame)

    run = _Run(tasks, PARQUET.format, feed or PARQUET.feed, known, 1)
    return run.read(path.stat().st_size, progress)


def _read_task(reader: PieceReader, piece: Piece) -> Callable[[], Frame]:
    return lambda: reader.read(piece)


def _give_task(frame: Frame) -> Callable[[], Frame]:
    return lambda: frame


@dataclass(frozen=True, slots=True)
class _Run:
    """One file, read frame by frame."""

    tasks: Callable[[], Iterable[Callable[[], Frame]]]
    format: Format
    feed: Feed
    known: Known | None
    first_line: int

    def read(self, total_bytes: int, progress: Progress) -> Parsed:
        """Sum all frames, two at a time."""
        sums = FileSums(first_line=self.first_line)
        with ThreadPoolExecutor(_WORKERS) as pool:
            waiting: deque[Future[FrameSums]] = deque()
            for task in self.tasks():
                waiting.append(pool.submit(self._sum, task))
                if len(waiting) > _WORKERS:
                    _take(sums, waiting.popleft())
                    progress("reading", sums.end, total_bytes)
            while waiting:
                _take(sums, waiting.popleft())
        progress("reading", total_bytes, total_bytes)
        twice = sums.days_with_an_hour_twice()
        repeated = self._records_of(twice[:DUPLICATE_DAYS_MAX]) if twice else []
        problems = sorted([*sums.problems, *repeated], key=lambda problem: problem.row or 0)
        uncounted = max(0, len(twice) - DUPLICATE_DAYS_MAX)
        return Parsed(
            format=self.format,
            feed=self.feed,
            rows=tuple(sums.rows()),
            problems=tuple(problems[:PROBLEMS_MAX]),
            problem_count=sums.problem_count + len(repeated) + uncounted,
            passed_over=frozenset(sums.passed_over),
        )

    def _sum(self, task: Callable[[], Frame]) -> FrameSums:
        return sum_frame(task(), feed=self.feed, known=self.known)

    def _records_of(self, days: Sequence[tuple[int, str, date]]) -> list[Refusal]:
        """Go through the file again for the second and later records of an hour."""
        found, line = [], self.first_line
        for task in self.tasks():
            frame = task()
            found.append(records_of(frame, days, first_line=line))
            line += frame.line_count
        records = pl.concat(found).sort("line")
        is_first = pl.struct("facility", "unit", "day", "hour").is_first_distinct()
        return duplicate_problems(records.filter(~is_first))


def _take(sums: FileSums, future: Future[FrameSums]) -> None:
    """Add the sums of the next frame; what it refuses, with its line in the file."""
    try:
        sums.take(future.result())
    except Refused as refused:
        raise Refused(moved(refused.refusals, sums.next_line)) from None
