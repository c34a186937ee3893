"""Annual sums of a year of hourly emissions with every check, against bare reading.

The CSV file is compared with duckdb's count(*) of it, the Parquet file with duckdb's scan
of the same columns. Every measurement is a process of its own, so that its memory can be
told; rounds are interleaved, and the medians of one run give the ratios.

    python -m benchmarks.hourly_emissions --units 3000 --rounds 3
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import polars as pl

HOURS = 8760
UNITS_A_STEP = 50
YEAR = 2022
GOAL_MIB = 512
GOALS = {"csv": 0.75, "parquet": 1.5}
PARQUET_COLUMNS = {
    "facilityId": "Facility ID",
    "unitId": "Unit ID",
    "date": "Date",
    "hour": "Hour",
    "opTime": "Operating Time",
    "grossLoad": "Gross Load (MW)",
    "co2Mass": "CO2 Mass (short tons)",
    "heatInput": "Heat Input (mmBtu)",
    "primaryFuelInfo": "Primary Fuel Type",
}


class Measured(NamedTuple):
    seconds: float
    cpu_seconds: float
    peak_mib: float
    answer: str


def main() -> None:
    """Generate, measure, print the ratios, and clean up."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, help="where to put the files; a temporary one else")
    parser.add_argument("--act", choices=sorted(ACTS), help=argparse.SUPPRESS)
    parser.add_argument("--path", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.act:
        _measure_here(ACTS[arguments.act], arguments.path)
        return
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        _run(Path(folder), arguments.units, arguments.rounds)


def _run(folder: Path, units: int, rounds: int) -> None:
    rows = units * HOURS
    needed, free = rows * 320, shutil.disk_usage(folder).free
    if needed > free:
        sys.exit(f"{needed / 1e9:.0f} GB are needed in {folder} and {free / 1e9:.0f} are free")
    began = time.perf_counter()
    files = _generate(folder, units)
    sizes = ", ".join(f"{name} {path.stat().st_size / 1e9:.2f} GB" for name, path in files.items())
    took = time.perf_counter() - began
    print(f"{rows:,} hourly rows of {units} units: {sizes}; generated in {took:.0f} s")
    results: dict[str, list[Measured]] = defaultdict(list)
    for number in range(rounds):
        for act in ACTS:
            results[act].append(_measure_apart(act, files[act.partition(" ")[0]]))
        print(f"round {number + 1} of {rounds} done", flush=True)
    _print(results)


def _print(results: dict[str, list[Measured]]) -> None:
    answers = {measured.answer for act in OURS.values() for measured in results[act]}
    if len(answers) != 1:
        sys.exit(f"the sums differ: {sorted(answers)}")
    print(f"annual sum: {answers.pop()} short tons, the same in every run")
    for act, measured in results.items():
        seconds = [round(one.seconds, 2) for one in measured]
        cpu_seconds = statistics.median(one.cpu_seconds for one in measured)
        peak = max(one.peak_mib for one in measured)
        median = statistics.median(seconds)
        print(f"  {act:27} {median:6.2f} s, of {seconds}; CPU {cpu_seconds:.2f} s; {peak:4.0f} MiB")
    for name, act in OURS.items():
        wall, cpu = (
            statistics.median(getattr(one, kind) for one in results[act])
            / statistics.median(getattr(one, kind) for one in results[BARE[name]])
            for kind in ("seconds", "cpu_seconds")
        )
        print(f"{name}: {wall:.2f} times {BARE[name]}, in CPU time {cpu:.2f} (reach {GOALS[name]})")
    peak = max(one.peak_mib for act in OURS.values() for one in results[act])
    print(f"peak memory with all checks: {peak:.0f} MiB (reach {GOAL_MIB})")


def _measure_apart(act: str, path: Path) -> Measured:
    command = [sys.executable, "-m", "benchmarks.hourly_emissions", "--act", act]
    done = subprocess.run(
        [*command, "--path", str(path)], check=True, stdout=subprocess.PIPE, text=True
    )
    return Measured(*json.loads(done.stdout))


def _measure_here(act: Callable[[Path], str], path: Path) -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "src"))
    _warm()
    began, cpu_began = time.perf_counter(), time.process_time()
    answer = act(path)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began
    # Not ru_maxrss, which a process inherits from the one that started it.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak_mib = int(status.split("VmHWM:")[1].split()[0]) / 1024
    print(json.dumps([seconds, cpu_seconds, peak_mib, answer]))


def _warm() -> None:
    """Load what every act loads, so that only the work is measured."""
    import duckdb

    from trueup.emissions import hourly  # noqa: F401

    duckdb.sql("SELECT 1").fetchall()


def _count_csv(path: Path) -> str:
    import duckdb

    return str(duckdb.sql(f"SELECT count(*) FROM read_csv('{path}')").fetchall()[0][0])


def _sum_csv(path: Path) -> str:
    from trueup.emissions.hourly import sum_hours
    from trueup.emissions.hourly_files import CAMPD

    parsed = sum_hours(path, layout=CAMPD)
    return _total(parsed.problem_count, [row.co2_tons for row in parsed.rows])


def _scan_parquet(path: Path) -> str:
    import duckdb

    columns = (
        "sum(facilityId), max(unitId), max(date), sum(hour), sum(opTime), sum(grossLoad),"
        " sum(co2Mass)"
    )
    return str(duckdb.sql(f"SELECT {columns} FROM read_parquet('{path}')").fetchall()[0][0])


def _sum_parquet(path: Path) -> str:
    from trueup.emissions.hourly import sum_parquet_hours

    parsed = sum_parquet_hours(path)
    return _total(parsed.problem_count, [row.co2_tons for row in parsed.rows])


def _total(problems: int, tons: list[Decimal | None]) -> str:
    if problems:
        sys.exit(f"{problems} problems in a file that has none")
    return str(sum((mass or Decimal(0) for mass in tons), Decimal(0)))


def _fingerprint(path: Path) -> str:
    from trueup.emissions import fingerprint

    return fingerprint.take(path, is_text=True).sha256


BARE = {"csv": "csv duckdb count(*)", "parquet": "parquet duckdb column scan"}
OURS = {"csv": "csv sums and checks", "parquet": "parquet sums and checks"}
ACTS: dict[str, Callable[[Path], str]] = {
    BARE["csv"]: _count_csv,
    OURS["csv"]: _sum_csv,
    "csv digest and encoding": _fingerprint,
    BARE["parquet"]: _scan_parquet,
    OURS["parquet"]: _sum_parquet,
}


def _generate(folder: Path, units: int) -> dict[str, Path]:
    """A CSV file in the columns of EPA's hourly files, and a Parquet file of the same hours."""
    csv, parquet = folder / "hourly.csv", folder / "hourly.parquet"
    hours = pl.DataFrame({"k": range(HOURS)}).with_columns(
        (pl.lit(datetime(YEAR, 1, 1)) + pl.duration(hours=pl.col("k"))).alias("at")  # noqa: DTZ001
    )
    hours = hours.with_columns(
        pl.col("at").dt.strftime("%Y-%m-%d").alias("Date"), pl.col("at").dt.hour().alias("Hour")
    )
    with csv.open("wb") as file:
        for first in range(0, units, UNITS_A_STEP):
            step = pl.DataFrame({"i": range(first, min(first + UNITS_A_STEP, units))})
            text = _hours_of(step.join(hours, how="cross")).write_csv(
                include_header=first == 0, quote_style="non_numeric"
            )
            file.write(text.encode())
    lazy = pl.scan_csv(csv, try_parse_dates=True)
    lazy = lazy.select(pl.col(label).alias(name) for name, label in PARQUET_COLUMNS.items())
    lazy.sink_parquet(parquet, row_group_size=400_000)
    os.sync()
    return {"csv": csv, "parquet": parquet}


def _hours_of(frame: pl.DataFrame) -> pl.DataFrame:
    """Hours that look like real ones: six in ten operated, masses without a pattern."""
    chance = (pl.col("i") * HOURS + pl.col("k")).hash(seed=YEAR)
    is_on = (pl.col("k") // 48 + pl.col("i")) % 10 < 6
    time = pl.when(chance % 40 == 0).then(chance // 64 % 99 / 100 + 0.01).otherwise(1.0).round(2)
    frame = frame.with_columns(
        pl.when(is_on).then(time).otherwise(0.0).alias("time"),
        pl.when(is_on).then((chance // 4096 % 700_000) / 1000).alias("tons"),
        pl.when(is_on).then(pl.lit("Measured")).alias("flag"),
    )
    tons, flag = pl.col("tons"), pl.col("flag")
    return frame.select(
        pl.lit("AL").alias("State"),
        (pl.lit("Generating Station ") + (pl.col("i") // 3).cast(pl.String)).alias("Facility Name"),
        (pl.col("i") // 3 + 3).alias("Facility ID"),
        (pl.lit("CT") + (pl.col("i") % 3 + 1).cast(pl.String)).alias("Unit ID"),
        pl.lit(None, dtype=pl.String).alias("Associated Stacks"),
        "Date",
        "Hour",
        pl.col("time").alias("Operating Time"),
        (tons * 1.1).round(0).alias("Gross Load (MW)"),
        pl.lit(None, dtype=pl.Float64).alias("Steam Load (1000 lb/hr)"),
        (tons * 3).round(3).alias("SO2 Mass (lbs)"),
        flag.alias("SO2 Mass Measure Indicator"),
        (tons / 7000).round(3).alias("SO2 Rate (lbs/mmBtu)"),
        flag.alias("SO2 Rate Measure Indicator"),
        tons.alias("CO2 Mass (short tons)"),
        flag.alias("CO2 Mass Measure Indicator"),
        (tons / 6000).round(3).alias("CO2 Rate (short tons/mmBtu)"),
        flag.alias("CO2 Rate Measure Indicator"),
        (tons * 2).round(3).alias("NOx Mass (lbs)"),
        flag.alias("NOx Mass Measure Indicator"),
        (tons / 5000).round(3).alias("NOx Rate (lbs/mmBtu)"),
        flag.alias("NOx Rate Measure Indicator"),
        (tons * 10).round(3).alias("Heat Input (mmBtu)"),
        flag.alias("Heat Input Measure Indicator"),
        pl.lit("Pipeline Natural Gas").alias("Primary Fuel Type"),
        pl.lit(None, dtype=pl.String).alias("Secondary Fuel Type"),
        pl.lit("Combined cycle").alias("Unit Type"),
        pl.lit(None, dtype=pl.String).alias("SO2 Controls"),
        pl.lit("Dry Low NOx Burners").alias("NOx Controls"),
        pl.lit(None, dtype=pl.String).alias("PM Controls"),
        pl.lit(None, dtype=pl.String).alias("Hg Controls"),
        pl.lit("ARP, CSNOX").alias("Program Code"),
    )


if __name__ == "__main__":
    main()
