"""Meter data of a resource: intervals with their MWh, checked and added up.

A file is lines of `start,end,mwh`; both instants say their distance from UTC, so that the
hour that a change of the clock repeats or leaves out is no riddle. The intervals fill the
reported months without gap, repetition or overlap.

Source: 40 CFR 62.16455(c)(1)(i), (iv), 62.16460(b)(2)(iii), 62.16465(c)(1)(i).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from trueup.rules.refusal import Refusal, Refused

COLUMNS = ("start", "end", "mwh")
PROBLEMS_MAX = 100
INTERVALS_MAX = 600_000  # A year of minutes, and some.
DECIMALS_MAX = 6
_HOUR_S = 3600


class NotReadable(Refusal):
    code = "meter.not_readable"
    cite = "40 CFR 62.16460(b)(2)(iii)"


class OffsetMissing(Refusal):
    code = "meter.offset_missing"
    cite = "40 CFR 62.16460(b)(2)(iii)"


class NegativeMwh(Refusal):
    code = "meter.negative_mwh"
    cite = "40 CFR 62.16455(c)(1)(i)"


class IntervalRepeated(Refusal):
    code = "meter.interval_repeated"
    cite = "40 CFR 62.16455(c)(1)(i)"


class IntervalOverlaps(Refusal):
    code = "meter.interval_overlaps"
    cite = "40 CFR 62.16455(c)(1)(i)"


class Gap(Refusal):
    code = "meter.gap"
    cite = "40 CFR 62.16455(c)(1)(i)"


class AboveCapacity(Refusal):
    code = "meter.above_capacity"
    cite = "40 CFR 62.16465(c)(1)(i)"


class OutsidePeriod(Refusal):
    code = "meter.outside_period"
    cite = "40 CFR 62.16460(b)(2)(i)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """What was metered from an instant up to another one, in line `row` of the file."""

    row: int
    start: datetime
    end: datetime
    mwh: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterTotal:
    """What a file adds up to."""

    mwh: Decimal
    intervals: int
    by_month: Mapping[int, Decimal]


def total_meter_data(
    lines: Iterable[str], *, first_on: date, last_on: date, capacity_mw: Decimal | None = None
) -> MeterTotal:
    """Add up a meter file that covers a period whole; the order of its lines is free.

    Args:
        capacity_mw: No interval has more than this times its hours; None: not looked at.

    Raises Refused with what is wrong and where, the first hundred of each file
    (`not_readable`, `offset_missing`, `negative_mwh`, `interval_repeated`,
    `interval_overlaps`, `gap`, `above_capacity`, `outside_period`).

    Source: 40 CFR 62.16455(c)(1)(i), 62.16460(b)(2)(iii), 62.16465(c)(1)(i); RATE-081,
    RATE-112, RATE-120.
    """
    intervals, refusals = _read(lines)
    if not intervals and not refusals:
        refusals.append(NotReadable("The file has no interval."))
    if not refusals:
        intervals.sort(key=lambda interval: (interval.start, interval.end, interval.row))
        refusals += _series_refusals(intervals)
        refusals += _period_refusals(intervals, first_on, last_on)
        refusals += _capacity_refusals(intervals, capacity_mw)
    if refusals:
        raise Refused(refusals[:PROBLEMS_MAX])
    by_month: dict[int, Decimal] = {}
    for interval in intervals:
        month = interval.start.month
        by_month[month] = by_month.get(month, Decimal(0)) + interval.mwh
    return MeterTotal(
        mwh=sum(by_month.values(), Decimal(0)), intervals=len(intervals), by_month=by_month
    )


def _read(lines: Iterable[str]) -> tuple[list[Interval], list[Refusal]]:
    reader = csv.reader(lines)
    intervals: list[Interval] = []
    refusals: list[Refusal] = []
    try:
        head = tuple(name.strip().lower() for name in next(reader, []))
        if head != COLUMNS:
            return [], [NotReadable(f"The first line is “{','.join(COLUMNS)}”.", row=1)]
        for row, fields in enumerate(reader, start=2):
            if len(intervals) >= INTERVALS_MAX or len(refusals) >= PROBLEMS_MAX:
                refusals.append(NotReadable("The file has too many lines or errors.", row=row))
                break
            read = _interval(row, fields)
            if isinstance(read, Interval):
                intervals.append(read)
            elif read is not None:
                refusals.append(read)
    except csv.Error as error:
        refusals.append(NotReadable(f"The file cannot be read: {error}."))
    return intervals, refusals


def _interval(row: int, fields: Sequence[str]) -> Interval | Refusal | None:
    if not any(field.strip() for field in fields):
        return None
    try:
        start, end, mwh = (field.strip() for field in fields)
        begins, ends, quantity = (
            datetime.fromisoformat(start),
            datetime.fromisoformat(end),
            Decimal(mwh),
        )
    except (ValueError, InvalidOperation):
        return NotReadable("A line is start,end,mwh: two instants and a number.", row=row)
    if begins.tzinfo is None or ends.tzinfo is None:
        return OffsetMissing(
            "An instant says its distance from UTC (2022-11-06T01:00-05:00): when the clock"
            " changes an hour comes twice.",
            row=row,
        )
    exponent = quantity.as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -DECIMALS_MAX or ends <= begins:
        return NotReadable(
            f"An interval ends after it begins, with at most {DECIMALS_MAX} decimals.", row=row
        )
    if quantity < 0:
        return NegativeMwh(f"{quantity} MWh are below zero.", row=row)
    return Interval(row=row, start=begins, end=ends, mwh=quantity)


def _series_refusals(intervals: Sequence[Interval]) -> list[Refusal]:
    """Gaps, repetitions and overlaps; the end so far counts, not that of the line before."""
    refusals: list[Refusal] = []
    longest = intervals[0]
    for before, interval in pairwise(intervals):
        if (interval.start, interval.end) == (before.start, before.end):
            refusals.append(
                IntervalRepeated(
                    f"The interval from {interval.start} stands in row {before.row} already.",
                    row=interval.row,
                )
            )
        elif interval.start < longest.end:
            refusals.append(
                IntervalOverlaps(
                    f"The interval from {interval.start} begins before that of row"
                    f" {longest.row} has ended.",
                    row=interval.row,
                )
            )
        elif interval.start > longest.end:
            refusals.append(
                Gap(f"Nothing is given from {longest.end} to {interval.start}.", row=interval.row)
            )
        longest = max(longest, interval, key=lambda known: known.end)
    return refusals


def _period_refusals(intervals: Sequence[Interval], first_on: date, last_on: date) -> list[Refusal]:
    """The file begins and ends with the period, by the local clock of its own lines."""
    first = intervals[0]
    last = max(intervals, key=lambda interval: interval.end)
    refusals: list[Refusal] = []
    for interval, found, wanted in (
        (first, first.start, datetime.combine(first_on, time())),
        (last, last.end, datetime.combine(last_on + timedelta(days=1), time())),
    ):
        if found.replace(tzinfo=None) != wanted:
            refusals.append(
                OutsidePeriod(
                    f"The file begins or ends at {found}; the period asks for {wanted}.",
                    row=interval.row,
                )
            )
    return refusals


def _capacity_refusals(intervals: Sequence[Interval], capacity_mw: Decimal | None) -> list[Refusal]:
    if capacity_mw is None:
        return []
    return [
        AboveCapacity(
            f"{interval.mwh} MWh are more than {capacity_mw} MW put out from {interval.start} to"
            f" {interval.end}.",
            row=interval.row,
        )
        for interval in intervals
        if interval.mwh * _HOUR_S > capacity_mw * _seconds(interval)
    ]


def _seconds(interval: Interval) -> Decimal:
    length = interval.end - interval.start
    return Decimal(length.days * 86_400 + length.seconds) + Decimal(length.microseconds).scaleb(-6)
