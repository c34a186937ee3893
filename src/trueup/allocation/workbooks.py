"""A sheet of a workbook as the table that plans are read from.

Source: 40 CFR 62.16240(a)(1); PLAT-060.
"""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime

from trueup.rules.refusal import Refusal, Refused

MAGIC = b"PK\x03\x04"
UNPACKED_BYTES_MAX = 200_000_000
ROWS_MAX = 100_000
COLUMNS_MAX = 50


class WorkbookNotReadable(Refusal):
    code = "allocation.workbook_not_readable"
    cite = "40 CFR 62.16240(a)(1)"


def as_csv(data: bytes) -> bytes:
    """The first sheet of a workbook as CSV, line for line; any other file as it is.

    Raises Refused (`workbook_not_readable`) if it is none, or larger than it may be.
    """
    if not data.startswith(MAGIC):
        return data
    # Slow to load, and most plans are CSV.
    from openpyxl import load_workbook  # type: ignore[import-untyped]
    from openpyxl.utils.exceptions import InvalidFileException  # type: ignore[import-untyped]

    try:
        _refuse_bomb(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book[book.sheetnames[0]]
        out = io.StringIO()
        writer = csv.writer(out)
        for number, cells in enumerate(
            sheet.iter_rows(max_col=COLUMNS_MAX, values_only=True), start=1
        ):
            if number > ROWS_MAX:
                raise _refused(f"The sheet has more than {ROWS_MAX:,} rows.")
            writer.writerow(_trimmed([_text(cell) for cell in cells]) or [""])
        book.close()
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, EOFError) as problem:
        raise _refused(
            "The file is no workbook that can be read. Save it as XLSX or CSV UTF-8."
        ) from problem
    return out.getvalue().encode()


def _refuse_bomb(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        if sum(part.file_size for part in parts.infolist()) > UNPACKED_BYTES_MAX:
            raise _refused("The workbook is too large when it is unpacked.")


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return str(cell)


def _trimmed(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _refused(sentence: str) -> Refused:
    return Refused([WorkbookNotReadable(sentence, row=1)])
