"""Tables as spreadsheets and agencies write them, read as text.

A byte-order mark, semicolons or tabs, any line ending, blanks around a cell, rows of
blank cells and thousands separators are read; what could mean two things is refused.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import lru_cache

from trueup.emissions.refusals import MissingColumn, NotReadable
from trueup.rules.refusal import Refused

_SEPARATORS = (",", ";", "\t")
_BLANKS = re.compile(r"\s+")
_PLAIN = re.compile(r"-?\d+(\.\d+)?|-?\.\d+", re.ASCII)
_COMMA_GROUPS = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_COMMA_DECIMAL = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?|-?\d+,\d+|-?,\d+", re.ASCII)
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?", re.ASCII)
_US_DATE = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})(?: 0?0:00(?::00)?)?", re.ASCII)


class DecimalMark(Enum):
    """How the numbers of a file are written."""

    PERIOD = "1,234.5"
    COMMA = "1.234,5"
    UNCLEAR = "1,234"  # Semicolons between the cells, and the comma could be either.


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The names of a table's columns, and where its rows begin."""

    names: tuple[str, ...]
    separator: str
    body_offset: int  # In bytes.
    body_line: int  # Line of the first row, from 1.

    def find(self, *labels: str) -> int | None:
        """The position of the first of these columns that is there."""
        normal = [normalize(name) for name in self.names]
        for label in labels:
            if normalize(label) in normal:
                return normal.index(normalize(label))
        return None

    def require(self, columns: Sequence[tuple[str, ...]]) -> None:
        """Refuse the file unless it has one of each group of names.

        Raises Refused (`missing_column`), naming every column that is missing.
        """
        missing = [names[0] for names in columns if self.find(*names) is None]
        if missing:
            line = self.body_line - 1
            raise Refused(
                MissingColumn(
                    f"The column “{name}” is missing. The file has:"
                    f" {', '.join(name.strip() for name in self.names)}.",
                    row=line,
                )
                for name in missing
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A small table, whole: each row with its line in the file."""

    header: Header
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    mark: DecimalMark


def normalize(label: str) -> str:
    """A column's name without what spreadsheets and exports add to it."""
    return _BLANKS.sub(" ", label.strip().strip('"').strip()).casefold()


def refuse_unreadable_start(head: bytes) -> None:
    """Refuse a file whose first bytes show that it is no text in UTF-8.

    Raises Refused (`not_readable`) with what to do about it.
    """
    if not head.strip():
        reason = "The file is empty."
    elif head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in head[:4096]:
        reason = "The file is in UTF-16 (“Unicode text”) or not text. Save it as “CSV UTF-8”."
    elif head.startswith(b"PK\x03\x04"):
        reason = "The file is a workbook or an archive. Save the sheet as “CSV UTF-8”."
    elif head.startswith(b"\x1f\x8b"):
        reason = "The file is compressed. Unpack it first."
    else:
        return
    raise Refused([NotReadable(reason, row=1)])


def read_header(head: bytes) -> Header:
    """The names of the columns; `head` is the beginning of the file, its header at least."""
    start = len(codecs.BOM_UTF8) if head.startswith(codecs.BOM_UTF8) else 0
    line = 1
    if head[start : start + 4].lower() == b"sep=":  # Excel's own line, before the header.
        start = _line_end(head, start)
        line += 1
    while not head[start : (end := _line_end(head, start))].strip(b" \t\r\n,;") and end < len(head):
        start, line = end, line + 1
    text = decode(head[start:end], first_line=line)
    try:
        split = {sign: next(csv.reader([text], delimiter=sign), []) for sign in _SEPARATORS}
    except csv.Error as error:
        sentence = f"The header cannot be read: {error}."
        raise Refused([NotReadable(sentence, row=line)]) from None
    separator = max(_SEPARATORS, key=lambda sign: len(split[sign]))
    names = tuple(name.strip() for name in split[separator])
    return Header(names=names, separator=separator, body_offset=end, body_line=line + 1)


def _line_end(data: bytes, start: int) -> int:
    end = data.find(b"\n", start)
    return len(data) if end < 0 else end + 1


def decode(data: bytes, *, first_line: int = 1) -> str:
    """Text in UTF-8.

    Raises Refused (`not_readable`) with the line of the first byte that is not.
    """
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = first_line + data.count(b"\n", 0, error.start)
        raise Refused([bad_encoding(data[error.start], row=line)]) from None


def bad_encoding(byte: int, *, row: int) -> NotReadable:
    """The refusal of a byte that is not UTF-8."""
    return NotReadable(
        f"Byte 0x{byte:02X} is not UTF-8; the file is in another encoding, such as"
        " Windows-1252. Save it as “CSV UTF-8”.",
        row=row,
    )


def read_table(data: bytes, *, ragged: bool = False) -> Table:
    """Read a small table whole.

    Args:
        ragged: Let a finished row leave out blank cells at its end, as Excel does.

    Raises Refused (`not_readable`) if the encoding is wrong or the file is cut off.
    """
    refuse_unreadable_start(data)
    header = read_header(data)
    decode(data)  # The whole file, so that the line of a bad byte is right.
    body = data[header.body_offset :].decode("utf-8")
    ends_in_line_end = body.endswith(("\n", "\r"))
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=header.separator, strict=True)
    rows: list[tuple[int, tuple[str, ...]]] = []
    line = header.body_line
    width = len(header.names)
    short: list[tuple[int, int]] = []
    try:
        for cells in reader:
            stripped = tuple(cell.strip() for cell in cells)
            if any(stripped):
                if len(stripped) < width:
                    short.append((line, len(stripped)))
                elif any(stripped[width:]):
                    raise Refused([_wrong_width(line, len(stripped), width)])
                rows.append((line, stripped + ("",) * (width - len(stripped))))
            line = header.body_line + reader.line_num
    except csv.Error as error:
        if "end of data" in str(error):
            raise Refused([cut_off(line)]) from None
        raise Refused([NotReadable(f"The row cannot be read: {error}.", row=line)]) from None
    for at, found in short:
        if at == rows[-1][0] and not ends_in_line_end:
            raise Refused([cut_off(at)])
        if not ragged:
            raise Refused([_wrong_width(at, found, width)])
    cells_with_comma = (cell for _, row in rows for cell in row if "," in cell)
    mark = decimal_mark(cells_with_comma, separator=header.separator)
    return Table(header=header, rows=tuple(rows), mark=mark)


def _wrong_width(line: int, found: int, width: int) -> NotReadable:
    return NotReadable(f"The row has {found} cells; the header has {width}.", row=line)


def cut_off(line: int) -> NotReadable:
    """The refusal of a file whose last row is not whole."""
    return NotReadable(
        "The file ends in the middle of this row; it has been cut off. Send the whole file.",
        row=line,
    )


def decimal_mark(cells: Iterable[str], *, separator: str) -> DecimalMark:
    """How the numbers of a file are written.

    Between commas, a comma in a number separates thousands. Between semicolons it is
    the decimal mark if a number shows it beyond doubt (`0,25`), for such files come
    from places where it is.
    """
    if separator == ",":
        return DecimalMark.PERIOD
    unclear = False
    for cell in cells:
        text = cell.strip()
        if _COMMA_GROUPS.fullmatch(text):
            if "." in text or text.count(",") > 1:
                return DecimalMark.PERIOD
            unclear = True
        elif _COMMA_DECIMAL.fullmatch(text):
            return DecimalMark.COMMA
    return DecimalMark.UNCLEAR if unclear else DecimalMark.PERIOD


def number_text(text: str, mark: DecimalMark) -> str | None:
    """A number's digits with a period, or None if it is not a plain number."""
    if mark is DecimalMark.COMMA:
        if _COMMA_DECIMAL.fullmatch(text):
            return text.replace(".", "").replace(",", ".")
        return text if re.fullmatch(r"-?\d+", text, re.ASCII) else None
    if _PLAIN.fullmatch(text):
        return text
    if mark is DecimalMark.PERIOD and _COMMA_GROUPS.fullmatch(text):
        return text.replace(",", "")
    return None


def number(text: str, mark: DecimalMark) -> Decimal | None:
    """A plain number, or None if the text is not one; `1.06E+07` has lost its digits."""
    digits = number_text(text, mark)
    return None if digits is None else Decimal(digits)


@lru_cache(maxsize=4096)
def parse_date(text: str) -> date | None:
    """A day written 2022-01-31 or 1/31/2022 (or 01-31-2022), or None if it is neither."""
    text = text.strip()
    if iso := _ISO_DATE.fullmatch(text):
        year, month, day = int(iso[1]), int(iso[2]), int(iso[3])
    elif us := _US_DATE.fullmatch(text):
        month, day, year = int(us[1]), int(us[3]), int(us[4])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
