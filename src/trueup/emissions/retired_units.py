"""Reports that speak of retired units: accounts puts their exemption under review.

Source: 40 CFR 62.16215(b)(1); MASS-149; PLAT-036.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from trueup.accounts import services as accounts
from trueup.accounts.exemptions import RetiredReport
from trueup.emissions.recording import QUANTITIES, Row

MONTHS_A_QUARTER = 3
IN_WORDS = {
    "co2_tons": "tons of CO2",
    "gross_mwh": "MWh gross",
    "net_mwh": "MWh net",
    "useful_thermal_mwh": "MWh of heat",
    "operating_hours": "operating hours",
}


def raise_alarms(rows: Sequence[Row], *, program: str, recorded_at: datetime) -> list[int]:
    """Raise an alarm for each retired unit of which more than nothing was reported.

    A period counts if it begins after the day of retirement; zeros are what is expected
    of a retired unit. What a stack emits is no single unit's and raises none.

    Source: 40 CFR 62.16215(b)(1); MASS-149; PLAT-036.
    """
    found = list(_amiss(rows))
    return accounts.alarm_exemption(found, program=program, raised_at=recorded_at) if found else []


def _amiss(rows: Iterable[Row]) -> Iterable[RetiredReport]:
    for row in rows:
        unit, retired_on = row.location.unit, row.location.retired_on
        if unit is None or retired_on is None:
            continue
        begins_on = date(row.year, MONTHS_A_QUARTER * max(row.quarter - 1, 0) + 1, 1)
        said = [
            f"{_plain(value)} {IN_WORDS[name]}"
            for name, value in zip(QUANTITIES, row.quantities, strict=True)
            if value
        ]
        if said and begins_on > retired_on:
            when = f"{row.year}" + (f" quarter {row.quarter}" if row.quarter else "")
            yield RetiredReport(
                unit=unit, begins_on=begins_on, said=f"{', '.join(said)} for {when}"
            )


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"
