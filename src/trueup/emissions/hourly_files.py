"""Cut a large file of hourly records into pieces that end with a whole record.

A piece has a header of our own, so that the labels of all formats read alike.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from trueup.emissions.refusals import NotReadable
from trueup.emissions.reports import Feed, Format
from trueup.emissions.spreadsheet import Header, cut_off, read_header, refuse_unreadable_start
from trueup.rules.refusal import Refused

PIECE_BYTES = 16 * 2**20
HEAD_BYTES = 2**16
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
    """Some whole records of a file, from a line on; `read_bytes` of it are behind us."""

    first_line: int
    body: bytes
    read_bytes: int

    def lines(self, rows: list[int], *, height: int) -> list[int]:
        """The lines of the file on which these of its `height` records begin."""
        ends_in_line_end = self.body.endswith(b"\n")
        if self.body.count(b"\n") + (not ends_in_line_end) == height:
            return [self.first_line + row for row in rows]
        starts, is_quote_open = [], False
        for number, text in enumerate(self.body.split(b"\n")):
            if not is_quote_open:
                starts.append(self.first_line + number)
            is_quote_open ^= text.count(b'"') % 2 == 1
        return [starts[row] for row in rows]


def head_of(path: Path) -> Header:
    """The header of a file, once its beginning shows that it is text.

    Raises Refused (`not_readable`).
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    refuse_unreadable_start(head)
    return read_header(head)


def pieces(path: Path, header: Header, *, piece_bytes: int = PIECE_BYTES) -> Iterator[Piece]:
    """The records of a file in pieces.

    Raises Refused (`not_readable`) if the file ends in the middle of a record.
    """
    width = len(header.names)
    first_line = header.body_line
    with path.open("rb") as file:
        file.seek(header.body_offset)
        rest, last = b"", b""
        while data := file.read(piece_bytes):
            data = rest + data
            end = _end_of_records(data, header.separator, width)
            rest = data[end:]
            if end:
                last = data[:end]
                yield Piece(first_line, last, file.tell() - len(rest))
                first_line += last.count(b"\n")
            elif len(rest) > 8 * piece_bytes:
                raise Refused([NotReadable("A quotation mark is not closed.", row=first_line)])
        if rest.strip():
            _refuse_cut_off(rest, first_line, header.separator, width)
            yield Piece(first_line, rest, file.tell())
        elif last:
            first_line -= last.count(b"\n")
            _refuse_cut_off(last, first_line, header.separator, width)


def _end_of_records(data: bytes, separator: str, width: int) -> int:
    """Where the last whole record ends.

    A line end inside a quoted cell is recognised by a last line of another width; only
    then are the quotation marks counted.
    """
    end = data.rfind(b"\n") + 1
    if not end:
        return 0
    last_line = data[data.rfind(b"\n", 0, end - 1) + 1 : end]
    if not last_line.strip() or _width(last_line, separator) == width:
        return end
    while end and data.count(b'"', 0, end) % 2:
        end = data.rfind(b"\n", 0, end - 1) + 1
    return end


def _width(line: bytes, separator: str) -> int:
    text = line.decode("utf-8", errors="replace").rstrip("\r\n")
    return len(next(csv.reader([text], delimiter=separator), []))


def _refuse_cut_off(body: bytes, first_line: int, separator: str, width: int) -> None:
    """Refuse a last record that has too few cells."""
    body = body.rstrip()
    line = body[body.rfind(b"\n") + 1 :]
    is_quote_open = line.count(b'"') % 2 == 1 and body.count(b'"') % 2 == 1
    if body and (is_quote_open or _width(line, separator) < width):
        raise Refused([cut_off(first_line + body.count(b"\n"))])
