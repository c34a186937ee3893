"""Files of emissions made up from the field lists of EPA's formats."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

DATA_DIR = Path(__file__).parent / "data" / "emissions"
AMPD_ALABAMA = DATA_DIR / "ampd_annual_AL_2018.csv"

_TAIL = ("Primary Fuel Type", "Secondary Fuel Type", "Unit Type", "SO2 Controls", "NOx Controls")
_TAIL = (*_TAIL, "PM Controls", "Hg Controls", "Program Code")
_HEAD = ("State", "Facility Name", "Facility ID", "Unit ID", "Associated Stacks")
_SUMS = (
    "Operating Time Count",
    "Sum of the Operating Time",
    "Gross Load (MWh)",
    "Steam Load (1000 lb)",
    "SO2 Mass (short tons)",
    "SO2 Rate (lbs/mmBtu)",
    "CO2 Mass (short tons)",
    "CO2 Rate (short tons/mmBtu)",
    "NOx Mass (short tons)",
    "NOx Rate (lbs/mmBtu)",
    "Heat Input (mmBtu)",
)
CAMPD_ANNUAL = (*_HEAD, "Year", *_SUMS, *_TAIL)
CAMPD_QUARTERLY = (*_HEAD, "Year", "Quarter", *_SUMS, *_TAIL)
CAMPD_HOURLY = (
    *_HEAD,
    "Date",
    "Hour",
    "Operating Time",
    "Gross Load (MW)",
    "Steam Load (1000 lb/hr)",
    "SO2 Mass (lbs)",
    "SO2 Mass Measure Indicator",
    "SO2 Rate (lbs/mmBtu)",
    "SO2 Rate Measure Indicator",
    "CO2 Mass (short tons)",
    "CO2 Mass Measure Indicator",
    "CO2 Rate (short tons/mmBtu)",
    "CO2 Rate Measure Indicator",
    "NOx Mass (lbs)",
    "NOx Mass Measure Indicator",
    "NOx Rate (lbs/mmBtu)",
    "NOx Rate Measure Indicator",
    "Heat Input (mmBtu)",
    "Heat Input Measure Indicator",
    *_TAIL,
)
AMPD_HOURLY = (
    *("State", " Facility Name", " Facility ID (ORISPL)", " Unit ID", " Associated Stacks"),
    *(" Date", " Hour", " Program(s)", " Operating Time", " Gross Load (MW)", " SO2 (pounds)"),
    *(" NOx (pounds)", " CO2 (short tons)", " Heat Input (MMBtu)", " Unit Type"),
)
CEMS_HOURLY = (
    *("STATE", "FACILITY_NAME", "ORISPL_CODE", "UNITID", "OP_DATE", "OP_HOUR", "OP_TIME"),
    *("GLOAD (MW)", "SLOAD (1000lb/hr)", "SO2_MASS (lbs)", "NOX_MASS (lbs)", "CO2_MASS (tons)"),
    *("CO2_MASS_MEASURE_FLG", "HEAT_INPUT (mmBtu)", "FAC_ID", "UNIT_ID"),
)
TEMPLATE = ("facility", "unit", "year", "co2_tons", "net_mwh")

Cells = Mapping[str, object]
_FILL: Cells = {
    "State": "AL",
    "STATE": "AL",
    "Facility Name": "Barry",
    " Facility Name": "Barry",
    "FACILITY_NAME": "Barry",
    "Primary Fuel Type": "Pipeline Natural Gas",
    "Unit Type": "Combined cycle",
    "NOx Controls": "Dry Low NOx Burners",
    "Program Code": "ARP, CSNOX",
    " Program(s)": "ARP, CSNOX",
    " Unit Type": "Combined cycle",
    "FAC_ID": 1,
    "UNIT_ID": 1,
}


def table(labels: Sequence[str], rows: Iterable[Cells], **form: Any) -> str:
    """A table with these columns; what a row leaves out is filled in or blank."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n", **form)
    writer.writerow(labels)
    for row in rows:
        unknown = set(row) - set(labels)
        assert not unknown, unknown
        writer.writerow([row.get(label, _FILL.get(label, "")) for label in labels])
    return out.getvalue()


def campd_row(unit: str, year: int, tons: object, facility: object = 3, **more: object) -> Cells:
    """A row of an annual or quarterly file."""
    return {
        "Facility ID": facility,
        "Unit ID": unit,
        "Year": year,
        "CO2 Mass (short tons)": "" if tons is None else tons,
        **more,
    }


def campd_hour(
    unit: str, day: date, hour: int, time: object, tons: object, load: object = ""
) -> Cells:
    """A row of an hourly file; None is blank."""
    return {
        "Facility ID": 3,
        "Unit ID": unit,
        "Date": day.isoformat(),
        "Hour": hour,
        "Operating Time": "" if time is None else time,
        "Gross Load (MW)": load,
        "CO2 Mass (short tons)": "" if tons is None else tons,
    }


def days(first: date, last: date) -> Iterator[date]:
    """These days, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def campd_hours(
    unit: str, first: date, last: date, *, tons: object = "1.5", time: object = "1.00"
) -> Iterator[Cells]:
    """Every hour of these days, each the same."""
    for day in days(first, last):
        for hour in range(24):
            yield campd_hour(unit, day, hour, time, tons, load=10)


def template_text(rows: Iterable[Sequence[object]], separator: str = ",") -> str:
    """The registry's own template, filled in."""
    lines = [TEMPLATE, *rows]
    return "".join(separator.join(str(cell) for cell in line) + "\r\n" for line in lines)


def ecmps(
    *,
    facility: object = 3,
    year: object = 2022,
    quarter: object = 1,
    summaries: Sequence[Mapping[str, object]] = (),
    hours: Sequence[Mapping[str, object]] = (),
) -> dict[str, object]:
    """A quarterly report with all the lists that one has."""
    return {
        "orisCode": facility,
        "year": year,
        "quarter": quarter,
        "submissionComment": None,
        "version": "1.0",
        "dailyEmissionData": [],
        "weeklyTestSummaryData": [],
        "summaryValueData": list(summaries),
        "dailyTestSummaryData": [],
        "hourlyOperatingData": list(hours),
        "longTermFuelFlowData": [],
        "sorbentTrapData": [],
        "nsps4tSummaryData": [],
        "dailyBackstopData": [],
    }


def summary(
    total: object, to_date: object = None, *, unit: str | None = "1", stack: str | None = None
) -> dict[str, object]:
    """The CO2 mass of a quarter."""
    return {
        "unitId": None if stack else unit,
        "stackPipeId": stack,
        "parameterCode": "CO2M",
        "currentReportingPeriodTotal": total,
        "ozoneSeasonToDateTotal": None,
        "yearToDateTotal": to_date,
    }


def ecmps_hour(
    day: date,
    hour: int,
    time: object,
    rate: object,
    *,
    unit: str | None = "1",
    stack: str | None = None,
    load: object = 200,
    parameter: str = "CO2",
) -> dict[str, object]:
    """An hour of operation with its CO2 rate, or without one."""
    derived = {
        "parameterCode": parameter,
        "unadjustedHourlyValue": None,
        "adjustedHourlyValue": rate,
        "modcCode": "01",
    }
    return {
        "unitId": None if stack else unit,
        "stackPipeId": stack,
        "date": day.isoformat(),
        "hour": hour,
        "operatingTime": time,
        "hourLoad": load,
        "loadUnitsOfMeasureCode": "MW",
        "derivedHourlyValueData": [] if rate is None else [derived],
        "monitorHourlyValueData": [],
    }


def as_json(report: Mapping[str, object], indent: int | None = 1) -> str:
    """The report as a file; decimals as the numbers that they are."""

    def plain(value: object) -> float:
        assert isinstance(value, Decimal)
        return float(value)

    return json.dumps(report, indent=indent, default=plain)
