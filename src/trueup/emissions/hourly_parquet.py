"""Sum a sound Parquet file of hourly records inside the reader, in two statements.

It tells only whether a record fails a check of `hourly_checks`. A file that is not sound
is read again by the other reader, which finds each problem and names it; a test compares
the two.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from trueup.emissions.hourly_sums import QuarterSums
from trueup.emissions.reports import Feed

MEMORY_MIB = 256


def sum_sound_file(
    path: Path, columns: list[tuple[str, str]], schema: pl.Schema, feed: Feed
) -> list[QuarterSums] | None:
    """The sums of every unit and quarter; None if a record fails a check.

    Args:
        columns: Fields, and the columns that hold them.

    Source: 40 CFR 62.16345(a)(1)-(2).
    """
    names = dict(columns)
    days = (schema[names["date"]], schema[names["unit"]], schema[names["facility"]])
    if days[0] != pl.Date or days[1] != pl.String or not days[2].is_integer():
        return None
    fields = ", ".join(f'{_typed(name)} AS "{field}"' for field, name in names.items())
    load = "" if "load" in names else ", CAST(NULL AS DOUBLE) AS load"
    hourly = f"(SELECT {fields}{load} FROM read_parquet(?))"  # noqa: S608 - names of our own.
    try:
        with duckdb.connect(config={"memory_limit": f"{MEMORY_MIB}MiB"}) as connection:
            rows = connection.execute(_quarters_sql(hourly, feed), [str(path)]).fetchall()
            if any(failing for *_, failing in rows):
                return None
            repeated = connection.execute(_repeated_sql(hourly), [str(path)]).fetchone()
    except duckdb.Error:
        return None
    sums = [QuarterSums._make(row[:-1]) for row in rows]
    is_named_plainly = all(row.unit == row.unit.strip() for row in sums)
    return sums if is_named_plainly and not (repeated and repeated[0]) else None


def _quarters_sql(hourly: str, feed: Feed) -> str:
    """The sums of units and quarters, and whether a record of theirs fails a check.

    The largest and smallest values show what a condition on every record would show, at
    a fraction of its price.
    """
    tons = "CAST(mass * 1000 AS BIGINT)"
    time = "CAST(operating_time * 100 AS BIGINT)"
    return f"""
        SELECT facility, unit, year(date), quarter(date), count(operating_time),
            CAST(coalesce(sum({tons} * {time if feed is Feed.HOURLY_RATES else 100}), 0) AS BIGINT),
            CAST(coalesce(sum({time}), 0) AS BIGINT),
            CAST(coalesce(sum(CAST(load * 1000 AS BIGINT) * {time}), 0) AS BIGINT),
            count(load + operating_time),
            facility IS NULL OR unit IS NULL OR min(date) IS NULL OR count(*) > count(hour)
            OR min(hour) < 0 OR max(hour) > 23
            OR min(operating_time) < 0 OR max(operating_time) > 1
            OR min(mass) < 0 OR NOT (max(mass) < 1000000000)
            OR min(load) < 0 OR NOT (max(load) < 1000000000)
            OR max(abs(mass * 1000 - round(mass * 1000))) > 0.0001
            OR max(abs(load * 1000 - round(load * 1000))) > 0.0001
            OR max(abs(operating_time * 100 - round(operating_time * 100))) > 0.0001
            OR count_if(
                (operating_time > 0 AND mass IS NULL)
                OR (operating_time IS NULL AND mass IS NOT NULL)
                OR (operating_time = 0 AND mass > 0)
            ) > 0
        FROM {hourly}
        GROUP BY facility, unit, year(date), quarter(date) ORDER BY ALL
    """  # noqa: S608 - nothing in it comes from a file.


def _repeated_sql(hourly: str) -> str:
    """How many days of units have an hour twice."""
    return f"""
        SELECT count_if(bit_count(CAST(hour_bits AS BIGINT)) <> hours)
        FROM (
            SELECT count(operating_time) AS hours,
                sum(CASE WHEN operating_time IS NOT NULL THEN 1 << hour END) AS hour_bits
            FROM {hourly} GROUP BY facility, unit, date
        )
    """  # noqa: S608 - nothing in it comes from a file.


def _typed(name: str) -> str:
    is_measured = name in {"opTime", "grossLoad", "co2Mass"}
    return f'CAST("{name}" AS DOUBLE)' if is_measured else f'"{name}"'
