"""EPA's Air Markets Program Data, the files of 2021 and before: annual, by unit.

Their headers have a blank after each comma.
"""

from __future__ import annotations

from trueup.emissions.reports import Format, Known, Parsed
from trueup.emissions.spreadsheet import Table
from trueup.emissions.totals import Columns, read_totals

COLUMNS = Columns(
    facility=("Facility ID (ORISPL)",),
    unit=("Unit ID",),
    year=("Year",),
    quarter=("Quarter",),
    co2=("CO2 (short tons)", "CO2 (tons)"),
    gross=("Gross Load (MW-h)",),
    operating_hours=("Operating Time", "Sum of the Operating Time"),
)


def read(table: Table, *, known: Known | None = None) -> Parsed:
    """Read a file of annual emissions by unit.

    Source: 40 CFR 62.16345(a)(2); PLAT-070.
    """
    return read_totals(table, COLUMNS, file_format=Format.AMPD_ANNUAL, known=known)
