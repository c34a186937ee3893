"""Sum a sound Parquet file of hourly records inside the reader, in one pass.

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
    try:
        with duckdb.connect(config={"memory_limit": f"{MEMORY_MIB}MiB"}) as connection:
            connection.execute(_sql(names, feed), [str(path)])
            rows = connection.fetchall()
    except duckdb.Error:
        return None
    if any(failing for *_, failing in rows):
        return None
    sums = [QuarterSums._make(row[:-1]) for row in rows]
    return None if any(row.unit != row.unit.strip() for row in sums) else sums


def _sql(names: dict[str, str], feed: Feed) -> str:
    """One statement: the days of units, then their quarters.

    The largest and smallest values of a day show what a condition on every record would
    show, at a fraction of its price.
    """
    fields = ", ".join(f'{_typed(name)} AS "{field}"' for field, name in names.items())
    load = "" if "load" in names else ", CAST(NULL AS DOUBLE) AS load"
    tons = "CAST(mass * 1000 AS BIGINT)"
    time = "CAST(operating_time * 100 AS BIGINT)"
    return f"""
        WITH hourly AS (SELECT {fields}{load} FROM read_parquet(?)),
        daily AS (
            SELECT facility, unit, date, count(operating_time) AS hours,
                sum(CASE WHEN operating_time IS NOT NULL THEN 1 << hour END) AS hour_bits,
                sum({tons} * {time if feed is Feed.HOURLY_RATES else 100}) AS mass_e5,
                sum({time}) AS time_e2,
                sum(CAST(load * 1000 AS BIGINT) * {time}) AS load_e5,
                count(load + operating_time) AS load_hours,
                count(*) - count(hour) AS without_hour, min(hour) AS hour_min,
                max(hour) AS hour_max, min(operating_time) AS time_min,
                max(operating_time) AS time_max, min(mass) AS mass_min, max(mass) AS mass_max,
                min(load) AS load_min, max(load) AS load_max,
                max(abs(mass * 1000 - round(mass * 1000))) AS mass_off,
                max(abs(load * 1000 - round(load * 1000))) AS load_off,
                max(abs(operating_time * 100 - round(operating_time * 100))) AS time_off,
                count_if(
                    (operating_time > 0 AND mass IS NULL)
                    OR (operating_time IS NULL AND mass IS NOT NULL)
                    OR (operating_time = 0 AND mass > 0)
                ) AS at_odds
            FROM hourly GROUP BY facility, unit, date
        )
        SELECT facility, unit, year(date), quarter(date), CAST(sum(hours) AS BIGINT),
            CAST(coalesce(sum(mass_e5), 0) AS BIGINT), CAST(coalesce(sum(time_e2), 0) AS BIGINT),
            CAST(coalesce(sum(load_e5), 0) AS BIGINT), CAST(sum(load_hours) AS BIGINT),
            count_if(
                facility IS NULL OR unit IS NULL OR date IS NULL OR without_hour > 0
                OR hour_min < 0 OR hour_max > 23 OR time_min < 0 OR time_max > 1
                OR mass_min < 0 OR NOT (mass_max < 1000000000)
                OR load_min < 0 OR NOT (load_max < 1000000000)
                OR mass_off > 0.0001 OR load_off > 0.0001 OR time_off > 0.0001
                OR at_odds > 0 OR bit_count(CAST(hour_bits AS BIGINT)) <> hours
            )
        FROM daily GROUP BY ALL ORDER BY 1, 2, 3, 4
    """  # noqa: S608 - the names are those of our own list, the path is bound.


def _typed(name: str) -> str:
    is_measured = name in {"opTime", "grossLoad", "co2Mass"}
    return f'CAST("{name}" AS DOUBLE)' if is_measured else f'"{name}"'
