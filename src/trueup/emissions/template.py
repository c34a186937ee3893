"""The registry's own table, for programs without a reporting system."""

from __future__ import annotations

from trueup.emissions.reports import Format, Known, Parsed
from trueup.emissions.spreadsheet import Table
from trueup.emissions.totals import Columns, read_totals

COLUMNS = Columns(
    facility=("facility",),
    unit=("unit",),
    year=("year",),
    quarter=("quarter",),
    co2=("co2_tons",),
    gross=("gross_mwh",),
    net=("net_mwh",),
    useful_thermal=("useful_thermal_mwh",),
)
HEADER = "facility,unit,year,co2_tons,net_mwh\r\n"  # The empty table, to be filled in.


def read(table: Table, *, known: Known | None = None) -> Parsed:
    """Read a filled-in template; facilities are named by ORIS code or by name.

    Source: PLAT-070 (plain manual entry for small programs).
    """
    return read_totals(table, COLUMNS, file_format=Format.TEMPLATE, known=known)
