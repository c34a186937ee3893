"""EPA's Clean Air Markets Program Data: annual and quarterly files, by unit.

Mass is apportioned to units from common stacks. The same keys mean other units of
measure in hourly files, so columns are known by their labels.
"""

from __future__ import annotations

from trueup.emissions.reports import Format, Known, Parsed
from trueup.emissions.spreadsheet import Table
from trueup.emissions.totals import Columns, read_totals

COLUMNS = Columns(
    facility=("Facility ID",),
    unit=("Unit ID",),
    year=("Year",),
    quarter=("Quarter",),
    co2=("CO2 Mass (short tons)",),
    gross=("Gross Load (MWh)",),
    operating_hours=("Sum of the Operating Time",),
)


def read(table: Table, *, known: Known | None = None) -> Parsed:
    """Read a file of annual or quarterly emissions by unit.

    Source: 40 CFR 62.16345(a)(2); PLAT-070.
    """
    is_quarterly = table.header.find("Quarter") is not None
    return read_totals(
        table,
        COLUMNS,
        file_format=Format.CAMPD_QUARTERLY if is_quarterly else Format.CAMPD_ANNUAL,
        known=known,
    )
