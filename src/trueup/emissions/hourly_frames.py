"""Hourly records as typed columns, from a piece of text or from a Parquet file.

A piece is read with its types at once. Only if a cell does not fit is it read again as
text, cleaned as a spreadsheet's cells are, and the cells that still do not fit named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from trueup.emissions.hourly_files import (
    FIELDS,
    PARQUET,
    HourlyLayout,
    Piece,
    lines_in,
    lines_of,
    too_wide,
)
from trueup.emissions.refusals import MissingColumn, NotANumber, NotReadable
from trueup.emissions.reports import Known
from trueup.emissions.spreadsheet import DecimalMark, Header, decimal_mark, number_text
from trueup.rules.refusal import Refusal, Refused

TYPES: dict[str, pl.DataType] = {
    "facility": pl.Int32(),
    "unit": pl.String(),
    "date": pl.String(),
    "hour": pl.Int16(),
    "operating_time": pl.Float64(),
    "load": pl.Float64(),
    "mass": pl.Float64(),
}
NUMBERS = ("facility", "hour", "operating_time", "load", "mass")
PARQUET_ROWS = 400_000
PROBLEMS_A_FRAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Some hourly records with their position, and how to find their lines.

    Attributes:
        data: The columns FIELDS and `row`, without rows that are wholly blank.
        lines: The lines, from 0 within the frame, of the records at these positions.
        line_count: The lines of the whole frame.
        end: How much of the file is behind us, in bytes.
        problems: What could not be read, by line within the frame.
    """

    data: pl.DataFrame
    lines: Callable[[list[int]], list[int]]
    line_count: int
    end: int
    problems: tuple[Refusal, ...] = ()
    problem_count: int = 0

    def without_unknown(self, known: Known) -> tuple[Frame, set[tuple[str, str]]]:
        """The records of known units, and the units that were passed over."""
        units = self.data.select("facility", "unit").unique().drop_nulls()
        names = [(str(facility), unit.strip()) for facility, unit in units.iter_rows()]
        passed_over = units.filter(
            pl.Series([name not in known for name in names], dtype=pl.Boolean)
        )
        if not passed_over.height:
            return self, set()
        data = self.data.join(passed_over, on=["facility", "unit"], how="anti")
        return replace(self, data=data), {name for name in names if name not in known}


class PieceReader:
    """Reads the pieces of one text file, all in the same way."""

    def __init__(self, header: Header, layout: HourlyLayout) -> None:
        columns = layout.columns(header)
        self.labels = {field: header.names[position] for field, position in columns.items()}
        self.header = header
        self.separator = header.separator
        self.positions = sorted(columns.values())
        names = [f"column {position}" for position in range(len(header.names))]
        for field, position in columns.items():
            names[position] = field
        self.names = names
        self.mark = DecimalMark.PERIOD

    def learn_mark(self, piece: Piece) -> None:
        """See from the first piece whether commas are decimal marks."""
        if self.separator == ",":
            return
        texts = self._texts(piece.read())
        cells = (
            cell
            for field in NUMBERS
            if field in texts.columns
            for cell in texts[field].drop_nulls().unique().to_list()
        )
        self.mark = decimal_mark((cell for cell in cells if "," in cell), separator=self.separator)

    def read(self, piece: Piece) -> Frame:
        """The piece as typed columns.

        Raises Refused (`not_readable`) if its rows cannot be told apart.
        """
        body = piece.read()
        try:
            data = self._columns(body, TYPES)
        except pl.exceptions.PolarsError:
            return self._read_cleaned(body, piece)
        return _frame(_with_all_fields(data), body, piece)

    def _columns(self, body: bytes, types: Mapping[str, pl.DataType]) -> pl.DataFrame:
        return pl.read_csv(
            body.lstrip(b"\r\n"),  # A blank first line would be taken for a row of one cell.
            has_header=False,
            separator=self.separator,
            columns=self.positions,
            schema={name: types.get(name, pl.String()) for name in self.names},
            missing_columns="insert",
        )

    def _texts(self, body: bytes) -> pl.DataFrame:
        try:
            return self._columns(body, {})
        except pl.exceptions.PolarsError as error:
            wide = too_wide(body, self.header)
            reason = str(error).splitlines()[0]
            sentence = f"The rows from here on cannot be told apart: {reason}."
            if wide is not None:
                sentence = f"The row has {wide[1]} cells; the header has {len(self.names)}."
            row = wide[0] if wide is not None else 0
            raise Refused([NotReadable(sentence, row=row)]) from None

    def _read_cleaned(self, body: bytes, piece: Piece) -> Frame:
        texts = self._texts(body)
        stripped = texts.select(pl.all().str.strip_chars())
        stripped = stripped.select(
            pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in stripped.columns
        )
        numbers = [name for name in NUMBERS if name in stripped.columns]
        cleaned = stripped.with_columns(
            stripped[name].replace_strict(
                _digits(stripped[name], self.mark), return_dtype=pl.String
            )
            if stripped[name].null_count() < stripped.height
            else stripped[name]
            for name in numbers
        )
        data = cleaned.with_columns(
            pl.col(name).cast(TYPES[name], strict=False) for name in numbers
        )
        frame = _frame(_with_all_fields(data), body, piece)
        bad = pl.DataFrame(
            {name: data[name].is_null() & stripped[name].is_not_null() for name in numbers}
        ).with_row_index("row")
        problems: list[Refusal] = []
        count = 0
        for name in numbers:
            rows = bad.filter(pl.col(name))["row"].to_list()
            count += len(rows)
            rows = rows[:PROBLEMS_A_FRAME]
            for row, line in zip(rows, frame.lines(rows), strict=True):
                sentence = f"“{self.labels[name]}” is “{stripped[name][row]}”, not a plain number."
                problems.append(NotANumber(sentence, row=line))
        bad_rows = bad.filter(pl.any_horizontal(pl.col(*numbers))).select("row")
        sound = frame.data.join(bad_rows, on="row", how="anti")
        return replace(frame, data=sound, problems=tuple(problems), problem_count=count)


def _frame(data: pl.DataFrame, body: bytes, piece: Piece) -> Frame:
    line_count = lines_in(body)
    is_line_a_row = line_count == data.height
    return Frame(
        data=_without_blank_rows(data.with_row_index("row")),
        lines=lambda rows: rows if is_line_a_row else lines_of(body, rows),
        line_count=line_count,
        end=piece.end,
    )


def _digits(cells: pl.Series, mark: DecimalMark) -> dict[str, str | None]:
    return {text: number_text(text, mark) for text in cells.drop_nulls().unique().to_list()}


def _with_all_fields(data: pl.DataFrame) -> pl.DataFrame:
    if "load" not in data.columns:
        data = data.with_columns(pl.lit(None, dtype=pl.Float64).alias("load"))
    return data


def _without_blank_rows(data: pl.DataFrame) -> pl.DataFrame:
    if not data["facility"].null_count():
        return data
    return data.filter(~pl.all_horizontal(pl.col("facility", "unit", "date", "hour").is_null()))


def open_parquet(path: Path) -> tuple[pl.LazyFrame, pl.Schema]:
    """A Parquet file and its columns.

    Raises Refused (`not_readable`).
    """
    try:
        scan = pl.scan_parquet(path)
        return scan, scan.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise Refused([NotReadable(f"The Parquet file cannot be read: {reason}.")]) from None


def frames_of_parquet(path: Path) -> Iterator[Frame]:
    """The records of a Parquet file; their lines are their numbers, from 1.

    Raises Refused (`not_readable`, `missing_column`).
    """
    scan, schema = open_parquet(path)
    chosen = parquet_columns(schema)
    total_rows = int(scan.select(pl.len()).collect().item())
    total_bytes = path.stat().st_size
    read_rows = 0
    selected = scan.select(pl.col(name).cast(TYPES[field]).alias(field) for field, name in chosen)
    for batch in selected.collect_batches(chunk_size=PARQUET_ROWS, maintain_order=True):
        read_rows += batch.height
        yield Frame(
            data=_without_blank_rows(_with_all_fields(batch).with_row_index("row")),
            lines=lambda rows: rows,
            line_count=batch.height,
            end=total_bytes * read_rows // max(total_rows, 1),
        )


def parquet_columns(schema: pl.Schema) -> list[tuple[str, str]]:
    """Fields, and the columns of a Parquet file that hold them.

    Raises Refused (`missing_column`; `not_readable` for numbers of too few digits).
    """
    chosen = []
    for field, labels in zip(FIELDS, PARQUET.labels, strict=True):
        name = next((label for label in labels if label in schema), None)
        if name is not None:
            chosen.append((field, name))
        elif field != "load":
            raise Refused([MissingColumn(f"The column “{labels[0]}” is missing.")])
        if name is not None and schema[name] == pl.Float32:
            raise Refused(
                [NotReadable(f"“{name}” holds 32-bit numbers, which cannot keep three decimals.")]
            )
    return chosen
