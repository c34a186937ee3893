"""Downloads as XLSX, written row by row, so that memory does not grow with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse
from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]
from openpyxl.styles import Font  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

ROWS_MAX = 100_000
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDEST = 40
_BOLD = Font(bold=True)


class TooManyRows(Exception):
    """The download has more rows than one spreadsheet is made of in a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet: its title, the names of its columns, and its rows."""

    title: str
    header: Sequence[str]
    rows: Iterable[Sequence[object]]


def xlsx_download(name: str, sheets: Iterable[Sheet]) -> FileResponse:
    """A spreadsheet as a file.

    Raises TooManyRows above ROWS_MAX rows, before anything is sent.
    """
    book = Workbook(write_only=True)
    left = ROWS_MAX
    for sheet in sheets:
        left -= _write(book.create_sheet(sheet.title), sheet, left=left)
    file = TemporaryFile()  # noqa: SIM115 - the answer closes it.
    book.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{name}.xlsx", content_type=MEDIA_TYPE)


def _write(page: Any, sheet: Sheet, *, left: int) -> int:
    page.freeze_panes = "A2"
    for place, title in enumerate(sheet.header, start=1):
        width = min(max(len(title) + 2, 14), _WIDEST)
        page.column_dimensions[get_column_letter(place)].width = width
    page.append([_cell(page, title, bold=True) for title in sheet.header])
    rows = 0
    for row in sheet.rows:
        rows += 1
        if rows > left:
            page.close()
            raise TooManyRows
        page.append([_cell(page, value) for value in row])
    return rows


def _cell(page: Any, value: object, *, bold: bool = False) -> object:
    """A cell; a text is one even where it looks like a formula."""
    if isinstance(value, datetime):
        value = value.isoformat()
    if isinstance(value, str):
        cell = WriteOnlyCell(page, value="")
        cell.value = value
        cell.data_type = "s"
        if bold:
            cell.font = _BOLD
        return cell
    return value
