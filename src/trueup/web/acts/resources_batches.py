"""Batches of meter data: a file of months, read with care, row by row.

Source: PLAT-130; docs/decisions/0205.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from trueup.resources.entries import MeterRow
from trueup.resources.meter_data import ROWS_MAX

COLUMNS = ("resource", "year", "month", "mwh", "evidence")
PROBLEMS_SHOWN = 40


def read_batch(path: Path, *, named: Mapping[str, int]) -> tuple[list[MeterRow], list[str]]:
    """The months of a batch, and what is wrong in which row of the file.

    Args:
        named: The ids of the resources that one may report for, by their identifiers.

    Source: PLAT-130.
    """
    rows: list[MeterRow] = []
    problems: list[str] = []
    with path.open(encoding="utf-8-sig", newline="") as lines:
        reader = csv.reader(lines)
        head = tuple(cell.strip().lower() for cell in next(reader, []))
        if head not in (COLUMNS, COLUMNS[:-1]):
            return [], [_("The first line is “%(columns)s”.") % {"columns": ",".join(COLUMNS)}]
        try:
            for number, cells in enumerate(reader, start=2):
                if not any(cell.strip() for cell in cells):
                    continue
                if len(rows) >= ROWS_MAX or len(problems) >= PROBLEMS_SHOWN:
                    problems.append(
                        _("The file has more than %(limit)s rows, or too many errors.")
                        % {"limit": f"{ROWS_MAX:,}"}
                    )
                    break
                read = _row(number, [cell.strip() for cell in cells], named)
                if isinstance(read, MeterRow):
                    rows.append(read)
                else:
                    problems.append(read)
        except csv.Error:
            problems.append(_("The file cannot be read as CSV."))
    if not rows and not problems:
        problems.append(_("The file has no row."))
    return rows, problems


def _row(number: int, cells: list[str], named: Mapping[str, int]) -> MeterRow | str:
    if len(cells) not in (4, 5):
        return _("Row %(row)s: give resource, year, month, MWh and evidence.") % {"row": number}
    resource, year, month, mwh = cells[:4]
    if resource.upper() not in named:
        return _("Row %(row)s: “%(name)s” has not named you to report for it.") % {
            "row": number,
            "name": resource[:60],
        }
    if not all(text.isascii() and text.isdigit() and len(text) <= 4 for text in (year, month)):
        return _("Row %(row)s: give the year and the month as numbers.") % {"row": number}
    digits = mwh.replace(".", "", 1)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18) or mwh.startswith("."):
        return _("Row %(row)s: “%(mwh)s” is no quantity of MWh of at least 0.") % {
            "row": number,
            "mwh": mwh[:40],
        }
    return MeterRow(
        resource=named[resource.upper()],
        year=int(year),
        month=int(month),
        mwh=Decimal(mwh),
        evidence=cells[4] if len(cells) == 5 else "",
    )
