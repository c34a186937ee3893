"""Read tables with one row a unit and year, or a unit and quarter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from trueup.emissions.refusals import (
    PROBLEMS_MAX,
    DuplicateRecord,
    IncompleteRecord,
    NegativeMass,
    NegativeOutput,
    NotANumber,
    OperatingTimeOutOfRange,
)
from trueup.emissions.reports import WHOLE_YEAR, Feed, Format, Known, Parsed, ReportedRow
from trueup.emissions.spreadsheet import DecimalMark, Table, number, number_text
from trueup.rules.refusal import Refusal

DECIMALS_MAX = 3  # EPA publishes short tons with three.
MASS_MAX = Decimal(1_000_000_000)  # Short tons a year; all power plants of the world emit less.
Names = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """By which names a format calls its columns; optional ones may have none."""

    facility: Names
    unit: Names
    year: Names
    co2: Names
    quarter: Names = ()
    gross: Names = ()
    net: Names = ()
    useful_thermal: Names = ()
    operating_hours: Names = ()

    @property
    def required(self) -> Sequence[Names]:
        return (self.facility, self.unit, self.year, self.co2)


def read_totals(
    table: Table, columns: Columns, *, file_format: Format, known: Known | None = None
) -> Parsed:
    """The rows of a table of totals, and what is wrong with each.

    Args:
        known: Facilities and units; rows of others are passed over unread.

    Raises Refused (`missing_column`) before a row is looked at.
    """
    table.header.require(columns.required)
    reader = _Reader(table, columns)
    passed_over: set[tuple[str, str]] = set()
    rows = []
    for line, cells in table.rows:
        whose = reader.whose(cells)
        if known is not None and whose not in known:
            passed_over.add(whose)
        elif (row := reader.row(line, cells)) is not None:
            rows.append(row)
    duplicates = {row.line: refusal for row, refusal in _duplicates(rows)}
    problems = sorted(
        [*reader.problems, *duplicates.values()], key=lambda problem: problem.row or 0
    )
    rows = [row for row in rows if row.line not in duplicates]
    is_quarterly = any(row.quarter for row in rows)
    return Parsed(
        format=file_format,
        feed=Feed.QUARTERLY_TOTALS if is_quarterly else Feed.ANNUAL_TOTALS,
        rows=tuple(rows),
        problems=tuple(problems[:PROBLEMS_MAX]),
        problem_count=len(problems),
        passed_over=frozenset(passed_over),
    )


def _duplicates(rows: Sequence[ReportedRow]) -> Iterator[tuple[ReportedRow, Refusal]]:
    """The second and later rows of a unit and period."""
    first: dict[tuple[str, str, int, int], ReportedRow] = {}
    for row in rows:
        before = first.setdefault((row.facility, row.location, row.year, row.quarter), row)
        if before is not row:
            when = f"{row.year}" + (f" quarter {row.quarter}" if row.quarter else "")
            sentence = f"Unit {row.location} of facility {row.facility} has two rows for {when}"
            yield (
                row,
                DuplicateRecord(f"{sentence}; the first is on line {before.line}.", row=row.line),
            )


class _Reader:
    """Turns the cells of one table into rows, and keeps the problems."""

    def __init__(self, table: Table, columns: Columns) -> None:
        header = table.header
        self.mark = table.mark
        self.names = header.names
        self.problems: list[Refusal] = []
        self.facility = header.find(*columns.facility)
        self.unit = header.find(*columns.unit)
        self.year = header.find(*columns.year)
        self.quarter = header.find(*columns.quarter)
        self.co2 = header.find(*columns.co2)
        self.gross = header.find(*columns.gross)
        self.net = header.find(*columns.net)
        self.useful_thermal = header.find(*columns.useful_thermal)
        self.operating_hours = header.find(*columns.operating_hours)

    def whose(self, cells: tuple[str, ...]) -> tuple[str, str]:
        """The facility and the unit that a row names; an ORIS code without its decoration."""
        facility = cells[self.facility] if self.facility is not None else ""
        if facility[:1].isdecimal() and (digits := number_text(facility, self.mark)):
            facility = digits.lstrip("0") or digits
        return facility, cells[self.unit] if self.unit is not None else ""

    def row(self, line: int, cells: tuple[str, ...]) -> ReportedRow | None:
        """One row, or None if it has a problem."""
        before = len(self.problems)
        self._text(line, cells, self.facility)
        self._text(line, cells, self.unit)
        facility, unit = self.whose(cells)
        row = ReportedRow(
            facility=facility,
            location=unit,
            year=self._whole(line, cells, self.year, low=1970, high=2200),
            quarter=self._quarter(line, cells),
            co2_tons=self._quantity(line, cells, self.co2, NegativeMass),
            gross_mwh=self._quantity(line, cells, self.gross, NegativeOutput),
            net_mwh=self._quantity(line, cells, self.net, NegativeOutput),
            useful_thermal_mwh=self._quantity(line, cells, self.useful_thermal, NegativeOutput),
            operating_hours=self._quantity(
                line, cells, self.operating_hours, OperatingTimeOutOfRange
            ),
            line=line,
        )
        return row if len(self.problems) == before else None

    def _quarter(self, line: int, cells: tuple[str, ...]) -> int:
        if self.quarter is None:
            return WHOLE_YEAR
        return self._whole(line, cells, self.quarter, low=1, high=4)

    def _text(self, line: int, cells: tuple[str, ...], column: int | None) -> str:
        if column is None or cells[column]:
            return "" if column is None else cells[column]
        self.problems.append(IncompleteRecord(f"“{self.names[column]}” is blank.", row=line))
        return ""

    def _whole(
        self, line: int, cells: tuple[str, ...], column: int | None, *, low: int, high: int
    ) -> int:
        text = self._text(line, cells, column)
        if not text or column is None:
            return low
        digits = number_text(text, self.mark) or ""
        if digits.isdecimal() and len(digits) < 10 and low <= int(digits) <= high:
            return int(digits)
        self.problems.append(
            NotANumber(
                f"“{self.names[column]}” is “{text}”, not a whole number from {low} to {high}.",
                row=line,
            )
        )
        return low

    def _quantity(
        self,
        line: int,
        cells: tuple[str, ...],
        column: int | None,
        negative: type[Refusal],
    ) -> Decimal | None:
        """A measured quantity; blank is missing, never zero."""
        if column is None or not cells[column]:
            return None
        value, problem = read_quantity(cells[column], self.mark, negative=negative)
        if problem is not None:
            self.problems.append(
                type(problem)(f"“{self.names[column]}” {problem.sentence}", row=line)
            )
        return value


def read_quantity(
    text: str, mark: DecimalMark, *, negative: type[Refusal]
) -> tuple[Decimal | None, Refusal | None]:
    """A quantity and nothing, or nothing and what is wrong with it."""
    value = number(text, mark)
    if value is None:
        return None, NotANumber(f"is “{text}”. {_why_no_number(text, mark)}")
    if value < 0:
        return None, negative(f"is {text}: it cannot be negative.")
    if value >= MASS_MAX:
        return None, NotANumber(f"is {text}: more than any unit can have.")
    if value != round(value, DECIMALS_MAX):
        return None, NotANumber(f"is {text}: it has more than {DECIMALS_MAX} decimals.")
    return value, None


def _why_no_number(text: str, mark: DecimalMark) -> str:
    if "e+" in text.casefold() or "e-" in text.casefold():
        return "A spreadsheet has cut its digits off; give all of them."
    if mark is DecimalMark.UNCLEAR and "," in text:
        return "The comma could mark thousands or decimals; write the number without it."
    return "Give a plain number, or leave the cell blank if there is none."
