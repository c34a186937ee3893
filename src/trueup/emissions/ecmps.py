"""Quarterly reports in EPA's ECMPS form: one JSON document a facility and quarter.

The quarter's CO2 mass of a unit or stack is its summary value `CO2M`. Where the report
also has the hours, each hour's rate times its operating time is summed and must come to
the same; where it has the hours alone, their sum is the quarter's mass. In a problem,
the number of a record in its list stands in place of a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

from trueup.emissions.ecmps_hours import HourSums, sum_hours
from trueup.emissions.json_records import Problems, Record, records_of
from trueup.emissions.refusals import (
    DuplicateRecord,
    MissingColumn,
    NegativeMass,
    NotANumber,
    NotReadable,
    OperatingTimeOutOfRange,
    TotalsDiffer,
)
from trueup.emissions.reports import Feed, Format, Known, Parsed, ReportedRow
from trueup.emissions.spreadsheet import decode
from trueup.rules.refusal import Refused

_SUMMARIES = "summaryValueData"
_HOURS = "hourlyOperatingData"
_TOTAL = "currentReportingPeriodTotal"
_TO_DATE = "yearToDateTotal"
_CO2_MASS = "CO2M"  # Short tons.
_OPERATING_TIME = "OPTIME"  # Hours.
# A report gives rates and totals to a tenth, so half a tenth may be lost in each.
ROUNDING_TONS = Decimal("0.05")
Summaries = dict[str, Record]  # By parameter.


@dataclass(frozen=True, slots=True, kw_only=True)
class _Report:
    facility: str
    year: int
    quarter: int


def read(data: bytes, *, known: Known | None = None) -> Parsed:
    """Read a quarterly report.

    Raises Refused (`not_readable`, `missing_column`) if it is cut off or no such report.

    Source: 40 CFR 62.16360(a)(1), (c); 62.16345(a)(1)-(2).
    """
    document = _load(data)
    report = _whose(document)
    problems = Problems()
    summaries = _summaries(records_of(document, _SUMMARIES, problems))
    hours = sum_hours(
        records_of(document, _HOURS, problems), year=report.year, quarter=report.quarter
    )
    locations = sorted({*summaries, *(name for name, sums in hours.items() if sums.has_co2)})
    unknown = {
        name for name in locations if known is not None and (report.facility, name) not in known
    }
    rows = [
        _from_summary(report, name, summaries[name], hours.get(name))
        if name in summaries
        else _from_hours(report, name, hours[name])
        for name in locations
        if name not in unknown
    ]
    return Parsed(
        format=Format.ECMPS_QUARTERLY,
        feed=Feed.QUARTERLY_TOTALS if summaries else Feed.HOURLY_RATES,
        rows=tuple(rows),
        problems=problems.shown,
        problem_count=problems.count,
        passed_over=frozenset((report.facility, name) for name in unknown),
    )


def _load(data: bytes) -> Mapping[str, Any]:
    text = decode(data.removeprefix(b"\xef\xbb\xbf"))
    try:
        report = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        is_cut_off = error.pos >= len(text.rstrip()) or "Unterminated" in error.msg
        reason = "The file ends in the middle of the report; it has been cut off."
        if not is_cut_off:
            reason = f"The file is not JSON: {error.msg}, column {error.colno}."
        raise Refused([NotReadable(reason, row=error.lineno)]) from None
    except (RecursionError, ValueError):  # Too deep, or a number of thousands of digits.
        raise Refused([NotReadable("The file is not a quarterly report.", row=1)]) from None
    if not isinstance(report, dict):
        raise Refused([NotReadable("The file is not a quarterly report.", row=1)])
    return report


def _refuse_constant(name: str) -> NoReturn:
    raise Refused([NotReadable(f"The file has {name} in place of a number.")])


def _whose(report: Mapping[str, Any]) -> _Report:
    """The ORIS code, the year and the quarter of the report."""
    limits = {"orisCode": (1, 999_999), "year": (1970, 2200), "quarter": (1, 4)}
    missing = [name for name in limits if report.get(name) is None]
    if not report.get(_SUMMARIES) and not report.get(_HOURS):
        missing.append(_SUMMARIES)
    if missing:
        raise Refused(MissingColumn(f"“{name}” is missing from the report.") for name in missing)
    values = []
    for name, (low, high) in limits.items():
        value = report[name]
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            sentence = f"“{name}” is {value!r}, not a whole number from {low} to {high}."
            raise Refused([NotANumber(sentence)])
        values.append(value)
    return _Report(facility=str(values[0]), year=values[1], quarter=values[2])


def _summaries(records: Iterable[Record]) -> dict[str, Summaries]:
    """The summary values of each location that has one for CO2 mass."""
    found: dict[str, Summaries] = {}
    for record in records:
        location = record.location()
        parameter = record.members.get("parameterCode")
        if location is None or parameter not in (_CO2_MASS, _OPERATING_TIME):
            continue
        earlier = found.setdefault(location, {}).setdefault(parameter, record)
        if earlier is not record:
            sentence = f"{location} has {parameter} twice, first in record {earlier.number}."
            record.refuse(DuplicateRecord, sentence)
    return {location: summaries for location, summaries in found.items() if _CO2_MASS in summaries}


def _from_summary(
    report: _Report, location: str, summaries: Summaries, hours: HourSums | None
) -> ReportedRow:
    """The quarter as its summary states it, compared with what else the report has."""
    record = summaries[_CO2_MASS]
    total = record.quantity(_TOTAL, negative=NegativeMass)
    to_date = record.quantity(_TO_DATE, negative=NegativeMass)
    if report.quarter == 1 and _differ(total, to_date, values=1):
        sentence = f"{location} has {total} tons in the first quarter and {to_date} to date."
        record.refuse(TotalsDiffer, sentence)
    has_hours = hours is not None and hours.has_co2
    if hours is not None and has_hours and _differ(total, hours.co2_tons, values=hours.operating):
        sentence = f"{location} has {total} tons; its hours come to {hours.co2_tons}."
        record.refuse(TotalsDiffer, sentence)
    operating_hours = hours.operating_hours if hours is not None else None
    if _OPERATING_TIME in summaries:
        operating_hours = summaries[_OPERATING_TIME].quantity(
            _TOTAL, negative=OperatingTimeOutOfRange
        )
    return ReportedRow(
        facility=report.facility,
        location=location,
        year=report.year,
        quarter=report.quarter,
        co2_tons=total,
        gross_mwh=hours.gross_mwh if hours is not None else None,
        operating_hours=operating_hours,
        year_to_date_tons=to_date,
        line=record.number,
    )


def _from_hours(report: _Report, location: str, hours: HourSums) -> ReportedRow:
    """The quarter as the sum of its hours, where the report has no summary of it."""
    return ReportedRow(
        facility=report.facility,
        location=location,
        year=report.year,
        quarter=report.quarter,
        co2_tons=hours.co2_tons,
        gross_mwh=hours.gross_mwh,
        operating_hours=hours.operating_hours,
        hours_reported=hours.reported,
        line=hours.first_record,
    )


def _differ(stated: Decimal | None, summed: Decimal | None, *, values: int) -> bool:
    """Whether a total differs from a sum by more than the rounding of each value explains."""
    if stated is None or summed is None:
        return False
    return abs(stated - summed) > ROUNDING_TONS * (values + 1)
