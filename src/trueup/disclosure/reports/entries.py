"""What a public report is: its columns, what it can be narrowed to, and how it is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from trueup.rules.periods import CompliancePeriod
from trueup.rules.programs import Program

# How a cell is shown: a text that came in, a word of the registry's own, a number and so on.
TEXT, WORD, NUMBER, MONEY, DAY, YEAR = "text", "word", "number", "money", "day", "year"
ACCOUNT, SOURCE, TRANSACTION, APPLICATION = "account", "source", "transaction", "application"
CELLS = frozenset({TEXT, WORD, NUMBER, MONEY, DAY, YEAR, ACCOUNT, SOURCE, TRANSACTION, APPLICATION})
# What a report can be narrowed to.
FILTERS = frozenset({"state", "year", "period", "kind", "search"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: its key, which is its name in the file, and how its cells are shown."""

    key: str
    kind: str = TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What a report is narrowed to; what is left out is no condition."""

    state: str = ""
    year: int | None = None
    period: CompliancePeriod | None = None
    kind: str = ""
    search: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    """A row: the key by which the next page begins after it, and a cell for each column."""

    key: int
    cells: tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a report's picture."""

    label: str
    series: str
    amount: int | float


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A sum above a report: its key, what of, and how much; `cents` for money."""

    key: str
    of: str
    quantity: int
    trades: int = 0
    cents: float | None = None


Read = Callable[[Program, Chosen, int, int], list[ReportRow]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """One of the public reports.

    Attributes:
        number: Its place in RGGI-048.
        name: In addresses.
        read: The rows after a key, at most so many; a constant number of statements.
        filters: What it can be narrowed to, of FILTERS.
        kinds: What `kind` can be.
        bars: The figures of its picture, if it has one.
        unit: What the picture's bars measure: `tons`, `instruments`, `dollars` or `accounts`.
        figures: Sums above the table.
    """

    number: int
    name: str
    columns: tuple[Column, ...]
    read: Read
    cite: str = "RGGI-047, RGGI-048"
    filters: tuple[str, ...] = ()
    kinds: Callable[[Program], Sequence[str]] = lambda _program: ()
    bars: Callable[[Program, Chosen], list[Bar]] | None = None
    unit: str = "instruments"
    figures: Callable[[Program, Chosen], list[Figure]] | None = None
    needs: Callable[[Program], bool] = field(default=lambda _program: True)

    def __post_init__(self) -> None:
        if not set(self.filters) <= FILTERS:
            raise ValueError(f"{self.name}: {self.filters}")
        if not {column.kind for column in self.columns} <= CELLS:
            raise ValueError(f"{self.name}: a column has no kind")
