"""What must be true of every hourly record; each check looks at whole columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

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

_KEYS = ("facility", "unit", "date", "hour")


def _has_more_decimals(column: str, scale: int) -> str:
    """Whether a number is no whole multiple of the smallest digit, or no number at all.

    Reading a decimal number as a binary one is off by far less than a ten-thousandth.
    """
    off = f"ABS({column} * {scale} - ROUND({column} * {scale}, 0))"
    return f"{off} > 0.0001 OR NOT (ABS({column}) < 1000000000)"


@dataclass(frozen=True, slots=True)
class Check:
    """Which records fail, as SQL for either reader, and what is said of one that does."""

    fails: str
    refusal: type[Refusal]
    sentence: str

    @property
    def expression(self) -> pl.Expr:
        return pl.sql_expr(self.fails)


CHECKS = (
    Check(
        " OR ".join(f"{key} IS NULL" for key in _KEYS),
        IncompleteRecord,
        "The facility, the unit, the date and the hour must be given.",
    ),
    Check(
        "hour NOT BETWEEN 0 AND 23",
        HourOutOfRange,
        "Hour {hour} of unit {unit} on {date}: hours run from 0 to 23.",
    ),
    Check(
        "operating_time NOT BETWEEN 0 AND 1",
        OperatingTimeOutOfRange,
        "Operating time {operating_time} of unit {unit} on {date} hour {hour} is not from 0 to 1.",
    ),
    Check(
        "mass < 0",
        NegativeMass,
        "CO2 mass {mass} of unit {unit} on {date} hour {hour} is negative.",
    ),
    Check(
        "load < 0",
        NegativeOutput,
        "Gross load {load} of unit {unit} on {date} hour {hour} is negative.",
    ),
    Check(
        " OR ".join(
            (
                _has_more_decimals("mass", 1000),
                _has_more_decimals("load", 1000),
                _has_more_decimals("operating_time", 100),
            )
        ),
        NotANumber,
        "Unit {unit} on {date} hour {hour} has a CO2 mass of {mass}, a gross load of {load} and an"
        " operating time of {operating_time}; mass and load have three decimals, a time two.",
    ),
    Check(
        "operating_time > 0 AND mass IS NULL",
        IncompleteRecord,
        "Incomplete record: unit {unit} operated on {date} hour {hour} and has no CO2 mass.",
    ),
    Check(
        "operating_time IS NULL AND mass IS NOT NULL",
        IncompleteRecord,
        "Incomplete record: unit {unit} on {date} hour {hour} has CO2 mass and no operating time.",
    ),
    Check(
        "operating_time = 0 AND mass > 0",
        ContradictoryRecord,
        "Unit {unit} has a CO2 mass of {mass} on {date} hour {hour} and did not operate.",
    ),
)
_EXPRESSIONS = tuple(check.expression for check in CHECKS)
FAILS = pl.any_horizontal(*_EXPRESSIONS)


def frame_problems(frame: Frame) -> tuple[list[Refusal], int]:
    """The problems of the records of a frame, the first of each kind, and how many there are.

    Source: 40 CFR 62.16345(a)(1), (a)(4)(ii)-(iii), (a)(5).
    """
    counts = frame.data.select(
        fails.sum().alias(str(position)) for position, fails in enumerate(_EXPRESSIONS)
    ).row(0)
    problems: list[Refusal] = []
    for check, count in zip(CHECKS, counts, strict=True):
        if count:
            failing = frame.data.filter(check.expression).head(PROBLEMS_A_FRAME)
            problems.extend(_refusals(check, failing, frame))
    return problems, sum(counts)


def _refusals(check: Check, failing: pl.DataFrame, frame: Frame) -> Iterable[Refusal]:
    lines = frame.lines(failing["row"].to_list())
    for record, line in zip(failing.iter_rows(named=True), lines, strict=True):
        yield check.refusal(check.sentence.format(**record), row=line)


def read_dates(frame: Frame, texts: pl.Series) -> tuple[pl.DataFrame, list[Refusal], int]:
    """The days that a frame's dates mean, and the records whose date cannot be read."""
    different = texts.drop_nulls().unique().to_list()
    dates = pl.DataFrame(
        {"date": different, "day": [parse_date(text) for text in different]},
        schema={"date": pl.String, "day": pl.Date},
    )
    unreadable = dates.filter(pl.col("day").is_null())
    if not unreadable.height:
        return dates, [], 0
    failing = frame.data.join(unreadable, on="date", how="semi")
    shown = failing.head(PROBLEMS_A_FRAME)
    lines = frame.lines(shown["row"].to_list())
    problems: list[Refusal] = [
        DateNotReadable(f"“{text}” is not a date such as 2022-01-31 or 1/31/2022.", row=line)
        for text, line in zip(shown["date"].to_list(), lines, strict=True)
    ]
    return dates.filter(pl.col("day").is_not_null()), problems, failing.height


def records_of(
    frame: Frame, days: Sequence[tuple[int, str, date]], *, first_line: int
) -> pl.DataFrame:
    """The records of some units and days, with their lines."""
    dates, _, _ = read_dates(frame, frame.data["date"])
    wanted = pl.DataFrame(
        days,
        schema={"facility": pl.Int32, "unit": pl.String, "day": pl.Date},
        orient="row",
    )
    records = (
        frame.data.filter(pl.col("operating_time").is_not_null())
        .with_columns(pl.col("unit").str.strip_chars())
        .join(dates, on="date")
        .join(wanted, on=["facility", "unit", "day"], how="semi")
    )
    lines = frame.lines(records["row"].to_list())
    return records.select("facility", "unit", "day", "hour").with_columns(
        pl.Series("line", lines, dtype=pl.Int64) + first_line
    )


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
