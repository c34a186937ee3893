"""Tables below a sentence: columns by name, cells as text, and rows compared."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

DataTable = Sequence[Sequence[str]]
Row = Mapping[str, str]


def rows_of(
    datatable: DataTable, *, required: Collection[str], optional: Collection[str] = ()
) -> list[Row]:
    """The rows of a table by column; a column that the sentence does not know fails it."""
    header = [cell.strip() for cell in datatable[0]]
    missing = [column for column in required if column not in header]
    strange = [column for column in header if column not in {*required, *optional}]
    twice = {column for column in header if header.count(column) > 1}
    if missing or strange or twice:
        raise AssertionError(
            f"the table's columns are {header}; missing: {missing}, unknown: {strange},"
            f" twice: {sorted(twice)}"
        )
    return [dict(zip(header, (cell.strip() for cell in row), strict=True)) for row in datatable[1:]]


def columns_of(datatable: DataTable) -> list[str]:
    return [cell.strip() for cell in datatable[0]]


def same_rows(found: Sequence[Row], expected: Sequence[Row], *, what: str) -> None:
    """Fail, showing both tables, unless the rows are the same in the same order."""
    if list(found) != list(expected):
        raise AssertionError(
            f"{what}\nthe feature says:\n{_drawn(expected)}\nthe registry says:\n{_drawn(found)}"
        )


def _drawn(rows: Sequence[Row]) -> str:
    if not rows:
        return "  (nothing)"
    columns = list(rows[0])
    lines = [columns, *([row[column] for column in columns] for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(columns))]
    return "\n".join(
        "  | "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    )
