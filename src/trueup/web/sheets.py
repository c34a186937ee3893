"""Spreadsheets that people send, read with care: limits first, then row by row.

An XLSX file is an archive of XML. What it would unpack to is known before it is unpacked;
macros, links to elsewhere and formulas are refused; the XML is read with defusedxml, which
openpyxl uses where it is installed.

Source: PLAT-051; docs/decisions/0242.
"""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from openpyxl import DEFUSEDXML, load_workbook  # type: ignore[import-untyped]

FILE_MAX = 5 * 1024 * 1024
UNPACKED_MAX = 30 * 1024 * 1024
PARTS_MAX = 200
CELL_MAX = 2_000

Row = tuple[int, tuple[str, ...]]

# What readers of archives, XML and text raise for a file that is not what it says.
_BROKEN = (
    BadZipFile,
    ValueError,
    KeyError,
    TypeError,
    OSError,
    SyntaxError,
    csv.Error,
    zlib.error,
)


class UnreadableError(Exception):
    """A file that is not read, and why, in a sentence for its sender."""


def rows_of(file: BinaryIO, *, name: str, size: int, rows_max: int, columns: int) -> list[Row]:
    """The rows of an XLSX, CSV or plain file: line and cells, blank rows left out.

    Reading ends with the first row too many, whatever else the file holds.

    Args:
        columns: How many cells of a row are read.

    Raises UnreadableError.
    """
    if size > FILE_MAX:
        limit = FILE_MAX // 1024 // 1024
        raise UnreadableError(
            _("The file is larger than %(limit)s MB. Send it in parts.") % {"limit": limit}
        )
    head = file.read(4)
    file.seek(0)
    found = _sheet(file, columns) if head == b"PK\x03\x04" else _text(file, columns)
    kept: list[Row] = []
    try:
        for line, cells in found:
            if not any(cells):
                continue
            if len(kept) == rows_max:
                raise UnreadableError(
                    _(
                        "“%(name)s” has more than %(limit)s rows. The limit of one submission"
                        " is %(limit)s; send it in parts."
                    )
                    % {"name": name, "limit": f"{rows_max:,}"}
                )
            kept.append((line, cells))
    except _BROKEN as problem:
        raise UnreadableError(
            _("“%(name)s” cannot be read as a spreadsheet or as text.") % {"name": name}
        ) from problem
    return kept


def _text(file: BinaryIO, columns: int) -> Iterator[Row]:
    """Lines of a text file, with the cells between commas, semicolons or tabs."""
    reader = io.TextIOWrapper(file, encoding="utf-8-sig", errors="strict", newline="")
    try:
        for line, text in enumerate(reader, start=1):
            if "\x00" in text or len(text) > CELL_MAX:
                raise UnreadableError(_("Line %(line)s is no line of text.") % {"line": line})
            yield line, cells_of(text, columns)
    finally:
        reader.detach()


def cells_of(text: str, columns: int) -> tuple[str, ...]:
    """The cells of a line: between semicolons, tabs or commas, quotes taken off."""
    mark = next((mark for mark in (";", "\t") if mark in text), ",")
    (cells,) = list(csv.reader([text.strip()], delimiter=mark)) or [[]]
    return tuple(cell.strip() for cell in cells[:columns])


def _sheet(file: BinaryIO, columns: int) -> Iterator[Row]:
    if not DEFUSEDXML:
        raise AssertionError("openpyxl reads XML without defusedxml")
    _refuse_unsafe(file)
    book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
    try:
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_col=columns)
        for line, row in enumerate(rows, start=1):
            yield line, tuple(_cell(cell, line) for cell in row)
    finally:
        book.close()


def _refuse_unsafe(file: BinaryIO) -> None:
    """Look at the archive's list of parts before any of them is unpacked."""
    with ZipFile(file) as archive:
        parts = archive.infolist()
    file.seek(0)
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > PARTS_MAX or unpacked > UNPACKED_MAX:
        raise UnreadableError(
            _("The spreadsheet unpacks to more than %(limit)s MB. Save its first sheet as CSV.")
            % {"limit": UNPACKED_MAX // 1024 // 1024}
        )
    names = {part.filename.lower() for part in parts}
    if any("vbaproject" in name or "macrosheets" in name for name in names):
        raise UnreadableError(_("The spreadsheet has macros. Save it as XLSX without them."))
    if any("externallink" in name for name in names):
        raise UnreadableError(
            _("The spreadsheet takes values from other files. Save it with values only.")
        )


def _cell(cell: Any, line: int) -> str:
    """A cell as text; a formula is refused, since what it shows is not what it holds."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f" or (isinstance(value, str) and value.startswith("=")):
        raise UnreadableError(
            _("Row %(line)s holds a formula. Paste the values instead.") % {"line": line}
        )
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    if len(text) > CELL_MAX:
        raise UnreadableError(_("Row %(line)s holds a text that is too long.") % {"line": line})
    return text
