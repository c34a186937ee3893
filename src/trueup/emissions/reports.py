"""What the readers of all formats hand over: rows of reported quantities, and problems."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from trueup.rules.refusal import Refusal

Known = Collection[tuple[str, str]]  # Facilities, by ORIS code in digits or name, and units.
WHOLE_YEAR = 0  # In place of a quarter, 1 to 4.


class Format(StrEnum):
    """The form of a file, as its header or its content shows."""

    CAMPD_ANNUAL = "campd_annual"
    CAMPD_QUARTERLY = "campd_quarterly"
    CAMPD_HOURLY = "campd_hourly"
    AMPD_ANNUAL = "ampd_annual"
    AMPD_HOURLY = "ampd_hourly"
    CEMS_HOURLY = "cems_hourly"
    HOURLY_PARQUET = "hourly_parquet"
    ECMPS_QUARTERLY = "ecmps_quarterly"
    TEMPLATE = "template"


class Feed(StrEnum):
    """What the masses in a file are; kept with the file (PLAT-070).

    Old hourly feeds give tons an hour, to be multiplied by the operating time; newer
    ones give the tons of the hour. The columns have the same names.
    """

    HOURLY_RATES = "hourly_rates"
    HOURLY_TOTALS = "hourly_totals"
    QUARTERLY_TOTALS = "quarterly_totals"
    ANNUAL_TOTALS = "annual_totals"


class Progress(Protocol):
    """Called as the work goes on: what is being done, how much of it, out of how much."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


def no_progress(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedRow:
    """What was reported for a monitoring location in a quarter or in a whole year.

    None is missing; it is never zero.

    Attributes:
        facility: ORIS code in digits, or a facility's name.
        location: A unit's id, or a stack's; text, as written.
        hours_reported: Of an hourly file: hours with a value, to be compared with the
            hours of the quarter.
        year_to_date_tons: Running total that the report states, to be compared.
        line: Line of the file where it stands; for sums of hours, the unit's first.
    """

    facility: str
    location: str
    year: int
    quarter: int = WHOLE_YEAR
    co2_tons: Decimal | None = None
    gross_mwh: Decimal | None = None
    net_mwh: Decimal | None = None
    useful_thermal_mwh: Decimal | None = None
    operating_hours: Decimal | None = None
    hours_reported: int | None = None
    year_to_date_tons: Decimal | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A file that has been read, before anything is compared with the registry.

    Attributes:
        problems: At most `PROBLEMS_MAX`, by line; nothing may be recorded if there is one.
        problem_count: All of them.
        passed_over: Facilities and units that the registry does not know and whose
            records were, as asked, left out.
    """

    format: Format
    feed: Feed
    rows: tuple[ReportedRow, ...]
    problems: tuple[Refusal, ...] = ()
    problem_count: int = 0
    passed_over: frozenset[tuple[str, str]] = frozenset()
