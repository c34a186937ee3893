"""What must be true of every hourly record; each check looks at whole columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from trueup.emissions.hourly_frames import PROBLEMS_A_FRAME, Frame
from trueup.emissions.refusals import (
    ContradictoryRecord,
    DateNotReadable,
    DuplicateRecord,
    HourOutOfRange,
    IncompleteRecord,
    NegativeMass,
    NegativeOutput,
    NotANumber,
    OperatingTimeOutOfRange,
)
from trueup.emissions.spreadsheet import parse_date
from trueup.rules.refusal import Refusal

_MASS, _TIME, _LOAD = pl.col("mass"), pl.col("operating_time"), pl.col("load")
_NOT_WHOLE = 1e-4  # Of a thousandth; reading a decimal number is off by far less.
_LARGE = 1e9


def _more_decimals(column: pl.Expr, scale: int) -> pl.Expr:
    """Whether a number is no whole multiple of the smallest digit, or no number at all."""
    scaled = column * scale
    return ((scaled - scaled.round()).abs() > _NOT_WHOLE) | ~(column.abs() < _LARGE)


@dataclass(frozen=True, slots=True)
class Check:
    """Which records fail, and what is said of one that does."""

    fails: pl.Expr
    refusal: type[Refusal]
    sentence: str


CHECKS = (
    Check(
        pl.any_horizontal(pl.col("facility", "unit", "date", "hour").is_null()),
        IncompleteRecord,
        "The facility, the unit, the date and the hour must be given.",
    ),
    Check(
        ~pl.col("hour").is_between(0, 23),
        HourOutOfRange,
        "Hour {hour} of unit {unit} on {date}: hours run from 0 to 23.",
    ),
    Check(
        ~_TIME.is_between(0, 1),
        OperatingTimeOutOfRange,
        "Operating time {operating_time} of unit {unit} on {date} hour {hour} is not from 0 to 1.",
    ),
    Check(
        _MASS < 0,
        NegativeMass,
        "CO2 mass {mass} of unit {unit} on {date} hour {hour} is negative.",
    ),
    Check(
        _LOAD < 0,
        NegativeOutput,
        "Gross load {load} of unit {unit} on {date} hour {hour} is negative.",
    ),
    Check(
        _more_decimals(_MASS, 1000) | _more_decimals(_LOAD, 1000) | _more_decimals(_TIME, 100),
        NotANumber,
        "Unit {unit} on {date} hour {hour} has a CO2 mass of {mass}, a gross load of {load} and an"
        " operating time of {operating_time}; mass and load have three decimals, a time two.",
    ),
    Check(
        (_TIME > 0) & _MASS.is_null(),
        IncompleteRecord,
        "Incomplete record: unit {unit} operated on {date} hour {hour} and has no CO2 mass.",
    ),
    Check(
        _TIME.is_null() & _MASS.is_not_null(),
        IncompleteRecord,
        "Incomplete record: unit {unit} on {date} hour {hour} has CO2 mass and no operating time.",
    ),
    Check(
        (_TIME == 0) & (_MASS > 0),
        ContradictoryRecord,
        "Unit {unit} has a CO2 mass of {mass} on {date} hour {hour} and did not operate.",
    ),
)


def frame_problems(frame: Frame) -> tuple[list[Refusal], int]:
    """The problems of the records of a frame, the first of each kind, and how many there are.

    Source: 40 CFR 62.16345(a)(1), (a)(4)(ii)-(iii), (a)(5).
    """
    counts = frame.data.select(
        check.fails.sum().alias(str(position)) for position, check in enumerate(CHECKS)
    ).row(0)
    problems: list[Refusal] = []
    for check, count in zip(CHECKS, counts, strict=True):
        if count:
            failing = frame.data.filter(check.fails).head(PROBLEMS_A_FRAME)
            problems.extend(_refusals(check, failing, frame))
    return problems, sum(counts)


def _refusals(check: Check, failing: pl.DataFrame, frame: Frame) -> Iterable[Refusal]:
    lines = frame.lines(failing["row"].to_list())
    for record, line in zip(failing.iter_rows(named=True), lines, strict=True):
        yield check.refusal(check.sentence.format(**record), row=line)


def date_problems(frame: Frame) -> tuple[list[Refusal], int]:
    """The records of a frame whose date cannot be read."""
    texts = frame.data["date"].drop_nulls().unique().to_list()
    unreadable = [text for text in texts if parse_date(text) is None]
    if not unreadable:
        return [], 0
    failing = frame.data.filter(pl.col("date").is_in(unreadable))
    shown = failing.head(PROBLEMS_A_FRAME)
    lines = frame.lines(shown["row"].to_list())
    problems: list[Refusal] = [
        DateNotReadable(f"“{text}” is not a date such as 2022-01-31 or 1/31/2022.", row=line)
        for text, line in zip(shown["date"].to_list(), lines, strict=True)
    ]
    return problems, failing.height


def duplicate_problems(repeated: pl.DataFrame) -> list[Refusal]:
    """The second and later records of an hour; `repeated` has them with their lines."""
    return [
        DuplicateRecord(
            f"Unit {record['unit']} of facility {record['facility']} has more than one record"
            f" for {record['day']} hour {record['hour']}.",
            row=record["line"],
        )
        for record in repeated.iter_rows(named=True)
    ]
