"""The hours of a quarterly report: rate times operating time, summed by location."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from trueup.emissions.calendar_quarters import quarter_of
from trueup.emissions.json_records import Record
from trueup.emissions.refusals import (
    ContradictoryRecord,
    DateNotReadable,
    DuplicateRecord,
    HourOutOfRange,
    IncompleteRecord,
    NegativeMass,
    NegativeOutput,
    OperatingTimeOutOfRange,
)
from trueup.emissions.spreadsheet import parse_date

_CO2_RATE = "CO2"  # Short tons an hour.
_CO2_MASS = "CO2M"  # Short tons of the hour.
_ZERO = Decimal(0)


@dataclass(slots=True, kw_only=True)
class HourSums:
    """What the hours of one location come to.

    Attributes:
        reported: Hours that state an operating time.
        operating: Hours of which a part was operated.
        without_co2: Records that operated and state no CO2.
        seen: Days and hours, with the number of their record.
    """

    first_record: int
    co2_tons: Decimal = _ZERO
    gross_mwh: Decimal | None = None
    operating_hours: Decimal = _ZERO
    reported: int = 0
    operating: int = 0
    has_co2: bool = False
    without_co2: list[Record] = field(default_factory=list)
    seen: dict[tuple[date, int], int] = field(default_factory=dict)

    def add(self, record: Record) -> None:
        """Add one hour, unless there is something wrong with it."""
        problems_before = record.problems.count
        time = record.quantity("operatingTime", negative=OperatingTimeOutOfRange, decimals=2)
        if time is not None and time > 1:
            record.refuse(OperatingTimeOutOfRange, f"“operatingTime” is {time}, not 0 to 1.")
        mass = _mass(record, time)
        load = record.quantity("hourLoad", negative=NegativeOutput) or _ZERO
        if record.problems.count > problems_before:
            return
        if time is None:
            if mass is not None:
                record.refuse(IncompleteRecord, "it states CO2 and no operating time.")
            return
        self.reported += 1
        self.operating += time > 0
        self.operating_hours += time
        if mass is not None:
            self.has_co2 = True
            self.co2_tons += mass
        elif time > 0:
            self.without_co2.append(record)
        if record.members.get("loadUnitsOfMeasureCode") == "MW":
            self.gross_mwh = (self.gross_mwh or _ZERO) + load * time


def sum_hours(records: Iterable[Record], *, year: int, quarter: int) -> dict[str, HourSums]:
    """Sum the hours of each location and check every one of them.

    A location that states no CO2 at all is monitored elsewhere, as at a common stack.

    Source: 40 CFR 62.16345(a)(1)-(2), (7).
    """
    sums: dict[str, HourSums] = {}
    for record in records:
        location = record.location()
        when = _when(record, year, quarter)
        if location is None or when is None:
            continue
        of_location = sums.setdefault(location, HourSums(first_record=record.number))
        earlier = of_location.seen.setdefault(when, record.number)
        if earlier != record.number:
            sentence = f"{location} has {when[0]} hour {when[1]} twice, first in record {earlier}."
            record.refuse(DuplicateRecord, sentence)
        else:
            of_location.add(record)
    for location, of_location in sums.items():
        if of_location.has_co2:
            for record in of_location.without_co2:
                record.refuse(IncompleteRecord, f"{location} operated and states no CO2.")
    return sums


def _when(record: Record, year: int, quarter: int) -> tuple[date, int] | None:
    text, hour = record.members.get("date"), record.members.get("hour")
    day = parse_date(text) if isinstance(text, str) else None
    if day is None or (day.year, quarter_of(day)) != (year, quarter):
        sentence = f"“date” is {text!r}, no day of quarter {quarter} of {year}."
        record.refuse(DateNotReadable, sentence)
        return None
    if isinstance(hour, bool) or not isinstance(hour, int) or not 0 <= hour <= 23:
        record.refuse(HourOutOfRange, f"“hour” is {hour!r}, not 0 to 23.")
        return None
    return day, hour


def _mass(record: Record, time: Decimal | None) -> Decimal | None:
    """The CO2 mass of an hour: a rate times the operating time, or a mass as it stands."""
    values = [
        value
        for value in record.records("derivedHourlyValueData")
        if value.members.get("parameterCode") in (_CO2_RATE, _CO2_MASS)
    ]
    if len(values) > 1:
        record.refuse(DuplicateRecord, f"it states CO2 {len(values)} times.")
    if not values:
        return None
    adjusted = values[0].quantity("adjustedHourlyValue", negative=NegativeMass)
    unadjusted = values[0].quantity("unadjustedHourlyValue", negative=NegativeMass)
    value = adjusted if adjusted is not None else unadjusted
    if value is None or time is None:
        return value
    if values[0].members["parameterCode"] == _CO2_RATE:
        return value * time
    if value and not time:
        record.refuse(ContradictoryRecord, f"it states {value} tons of CO2 and no operation.")
    return value
