"""The layouts of hourly files, and where a large one can be cut between two records."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from trueup.emissions.reports import Feed, Format
from trueup.emissions.spreadsheet import Header, cut_off, read_header, refuse_unreadable_start
from trueup.rules.refusal import Refused

PIECE_BYTES = 16 * 2**20
HEAD_BYTES = 2**16
TAIL_BYTES = 2**16
FIELDS = ("facility", "unit", "date", "hour", "operating_time", "load", "mass")


@dataclass(frozen=True, slots=True, kw_only=True)
class HourlyLayout:
    """By which labels an hourly format calls what is read, and what its masses are."""

    format: Format
    feed: Feed
    labels: tuple[tuple[str, ...], ...]  # In the order of FIELDS; `load` may be missing.

    def columns(self, header: Header) -> dict[str, int]:
        """The position of each field.

        Raises Refused (`missing_column`).
        """
        by_field = dict(zip(FIELDS, self.labels, strict=True))
        header.require([labels for field, labels in by_field.items() if field != "load"])
        found = {field: header.find(*labels) for field, labels in by_field.items()}
        return {field: column for field, column in found.items() if column is not None}


CAMPD = HourlyLayout(
    format=Format.CAMPD_HOURLY,
    feed=Feed.HOURLY_TOTALS,
    labels=(
        ("Facility ID",),
        ("Unit ID",),
        ("Date",),
        ("Hour",),
        ("Operating Time",),
        ("Gross Load (MW)",),
        ("CO2 Mass (short tons)",),
    ),
)
AMPD = HourlyLayout(
    format=Format.AMPD_HOURLY,
    feed=Feed.HOURLY_TOTALS,
    labels=(
        ("Facility ID (ORISPL)",),
        ("Unit ID",),
        ("Date",),
        ("Hour",),
        ("Operating Time",),
        ("Gross Load (MW)",),
        ("CO2 (short tons)", "CO2 (tons)"),
    ),
)
CEMS = HourlyLayout(
    format=Format.CEMS_HOURLY,
    feed=Feed.HOURLY_RATES,
    labels=(
        ("ORISPL_CODE",),
        ("UNITID",),
        ("OP_DATE",),
        ("OP_HOUR",),
        ("OP_TIME",),
        ("GLOAD (MW)", "GLOAD"),
        ("CO2_MASS (tons)", "CO2_MASS"),
    ),
)
PARQUET = HourlyLayout(
    format=Format.HOURLY_PARQUET,
    feed=Feed.HOURLY_TOTALS,
    labels=(
        ("facilityId", "Facility ID"),
        ("unitId", "Unit ID"),
        ("date", "Date"),
        ("hour", "Hour"),
        ("opTime", "Operating Time"),
        ("grossLoad", "Gross Load (MW)"),
        ("co2Mass", "CO2 Mass (short tons)"),
    ),
)
LAYOUTS = (CAMPD, AMPD, CEMS)


@dataclass(frozen=True, slots=True)
class Piece:
    """Some whole records of a file: its bytes from `start` up to `end`."""

    path: Path
    start: int
    end: int

    def read(self) -> bytes:
        """The bytes of the records."""
        with self.path.open("rb") as file:
            file.seek(self.start)
            return file.read(self.end - self.start)


def lines_in(body: bytes) -> int:
    """The lines of a piece; the last of a file may lack its line end.

    Several times as fast as counting bytes: each line is a row of one cell.
    """
    import polars as pl  # Slow to load, and most commands read no hourly file.

    rows = pl.scan_csv(
        body, has_header=False, separator="\x01", quote_char=None, schema={"line": pl.String}
    )
    return int(rows.select(pl.len()).collect().item())


def lines_of(body: bytes, rows: list[int]) -> list[int]:
    """The lines, from 0, on which these records begin, where lines and records differ."""
    records = body.lstrip(b"\r\n")  # Blank lines before the first record are not read.
    skipped = body.count(b"\n", 0, len(body) - len(records))
    starts, is_quote_open = [], False
    for number, text in enumerate(records.split(b"\n")):
        if not is_quote_open:
            starts.append(skipped + number)
        is_quote_open ^= text.count(b'"') % 2 == 1
    return [starts[row] for row in rows]


def too_wide(body: bytes, header: Header) -> tuple[int, int] | None:
    """The line, from 0, and the cells of the first record with more cells than the header."""
    text = body.decode("utf-8", errors="replace")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=header.separator)
    line = 0
    for cells in reader:
        if len(cells) > len(header.names):
            return line, len(cells)
        line = reader.line_num
    return None


def head_of(path: Path) -> Header:
    """The header of a file, once its beginning shows that it is text.

    Raises Refused (`not_readable`).
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    refuse_unreadable_start(head)
    return read_header(head)


def pieces(path: Path, header: Header, *, piece_bytes: int = PIECE_BYTES) -> Iterator[Piece]:
    """Where the records of a file can be cut."""
    start, size = header.body_offset, path.stat().st_size
    with path.open("rb") as file:
        while start < size:
            end = size
            length = piece_bytes
            while start + length < size:
                end = start + _end_of_records(file, start, length, header)
                if end > start:
                    break
                length *= 2  # A record that is longer than a piece, or an open quote.
                end = size
            yield Piece(path, start, end)
            start = end


def _end_of_records(file: BinaryIO, start: int, length: int, header: Header) -> int:
    """How many of the `length` bytes are whole records.

    A line end inside a quoted cell is recognised by a last line of another width; only
    then is the whole piece read and its quotation marks counted.
    """
    tail = min(length, TAIL_BYTES)
    file.seek(start + length - tail)
    data = file.read(tail)
    end = data.rfind(b"\n") + 1
    last_line = data[data.rfind(b"\n", 0, max(end - 1, 0)) + 1 : end]
    if end and (not last_line.strip() or _width(last_line, header) == len(header.names)):
        return length - tail + end
    file.seek(start)
    data = file.read(length)
    end = data.rfind(b"\n") + 1
    while end and data.count(b'"', 0, end) % 2:
        end = data.rfind(b"\n", 0, end - 1) + 1
    return end


def _width(line: bytes, header: Header) -> int:
    text = line.decode("utf-8", errors="replace").rstrip("\r\n")
    return len(next(csv.reader([text], delimiter=header.separator), []))


def refuse_cut_off(path: Path, header: Header) -> None:
    """Refuse a file that ends in the middle of a record, by the width of its last line.

    Raises Refused (`not_readable`) with the line.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(header.body_offset, size - TAIL_BYTES))
        tail = file.read().rstrip()
        line = tail[tail.rfind(b"\n") + 1 :]
        is_odd = line.count(b'"') % 2 == 1
        if not line or (_width(line, header) >= len(header.names) and not is_odd):
            return
        file.seek(header.body_offset)
        lines = quotes = 0
        while block := file.read(PIECE_BYTES):
            lines += block.count(b"\n")
            quotes += block.count(b'"')
        after = _trailing_line_ends(file, size)
    if quotes % 2 or _width(line, header) < len(header.names):
        raise Refused([cut_off(header.body_line + lines - after)])


def _trailing_line_ends(file: BinaryIO, size: int) -> int:
    """How many line ends come after the last record."""
    file.seek(max(0, size - TAIL_BYTES))
    tail = file.read()
    return tail[len(tail.rstrip()) :].count(b"\n")
