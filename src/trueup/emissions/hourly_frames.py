"""Hourly records as typed columns, from a piece of text or from a Parquet file.

A piece is read with its types at once. Only if a cell does not fit is it read again as
text, cleaned as a spreadsheet's cells are, and the cells that still do not fit named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from trueup.emissions.hourly_files import FIELDS, PARQUET, HourlyLayout, Piece
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


@dataclass(frozen=True, slots=True)
class Frame:
    """Some hourly records with their position, and how to find their lines.

    Attributes:
        data: The columns FIELDS and `row`, without rows that are wholly blank.
        lines: The lines of the file on which the records at these positions begin.
        read_bytes: How much of the file is behind us.
    """

    data: pl.DataFrame
    lines: Callable[[list[int]], list[int]]
    read_bytes: int
    problems: tuple[Refusal, ...] = ()
    problem_count: int = 0

    def without_unknown(self, known: Known) -> tuple[Frame, set[tuple[str, str]]]:
        """The records of known units, and the units that were passed over."""
        units = self.data.select("facility", "unit").unique().rows()
        unknown = {
            (facility, unit)
            for facility, unit in units
            if (str(facility), (unit or "").strip()) not in known
        }
        if not unknown:
            return self, set()
        passed_over = pl.DataFrame(
            list(unknown), schema=self.data.select("facility", "unit").schema, orient="row"
        )
        data = self.data.join(passed_over, on=["facility", "unit"], how="anti", nulls_equal=True)
        frame = Frame(data, self.lines, self.read_bytes, self.problems, self.problem_count)
        return frame, {(str(facility), (unit or "").strip()) for facility, unit in unknown}


class PieceReader:
    """Reads the pieces of one text file, all in the same way."""

    def __init__(self, header: Header, layout: HourlyLayout) -> None:
        columns = layout.columns(header)
        names = [f"column {position}" for position in range(len(header.names))]
        for field, position in columns.items():
            names[position] = field
        self.fields = [field for field in FIELDS if field in columns]
        self.labels = {field: header.names[position] for field, position in columns.items()}
        self.separator = header.separator
        self.prefix = (header.separator.join(names) + "\n").encode()
        self.mark = DecimalMark.PERIOD

    def learn_mark(self, piece: Piece) -> None:
        """See from the first piece whether commas are decimal marks."""
        if self.separator == ",":
            return
        texts = self._texts(piece)
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
        try:
            data = pl.read_csv(
                self.prefix + piece.body,
                separator=self.separator,
                columns=self.fields,
                schema_overrides=TYPES,
                empty_string_is_null=True,
            )
        except pl.exceptions.PolarsError:
            return self._read_cleaned(piece)
        return self._frame(_with_all_fields(data), piece)

    def _texts(self, piece: Piece) -> pl.DataFrame:
        try:
            return pl.read_csv(
                self.prefix + piece.body,
                separator=self.separator,
                columns=self.fields,
                infer_schema=False,
                empty_string_is_null=True,
            )
        except pl.exceptions.PolarsError as error:
            reason = str(error).splitlines()[0]
            sentence = f"The rows from here on cannot be told apart: {reason}."
            raise Refused([NotReadable(sentence, row=piece.first_line)]) from None

    def _read_cleaned(self, piece: Piece) -> Frame:
        texts = self._texts(piece)
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
        frame = self._frame(_with_all_fields(data), piece)
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
        return Frame(sound, frame.lines, frame.read_bytes, tuple(problems), count)

    def _frame(self, data: pl.DataFrame, piece: Piece) -> Frame:
        height = data.height
        return Frame(
            _without_blank_rows(data.with_row_index("row")),
            lambda rows: piece.lines(rows, height=height),
            piece.read_bytes,
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


def frames_of_parquet(path: Path) -> Iterator[Frame]:
    """The records of a Parquet file; their lines are their numbers, from 1.

    Raises Refused (`not_readable`, `missing_column`).
    """
    try:
        scan = pl.scan_parquet(path)
        schema = scan.collect_schema()
    except (pl.exceptions.PolarsError, OSError) as error:
        reason = str(error).splitlines()[0]
        raise Refused([NotReadable(f"The Parquet file cannot be read: {reason}.")]) from None
    chosen = _parquet_columns(schema)
    total_rows = int(scan.select(pl.len()).collect().item())
    total_bytes = path.stat().st_size
    first = 0
    selected = scan.select(pl.col(name).cast(TYPES[field]).alias(field) for field, name in chosen)
    for batch in selected.collect_batches(chunk_size=PARQUET_ROWS, maintain_order=True):
        start = first
        first += batch.height
        yield Frame(
            _without_blank_rows(_with_all_fields(batch).with_row_index("row")),
            lambda rows, start=start: [start + row + 1 for row in rows],  # type: ignore[misc]
            total_bytes * first // max(total_rows, 1),
        )


def _parquet_columns(schema: pl.Schema) -> list[tuple[str, str]]:
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
