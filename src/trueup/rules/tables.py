"""Tables 1 to 4 as printed: goals and set-asides of each jurisdiction, in short tons.

Source: 40 CFR 62.16235, Tables 1 to 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from trueup.rules.periods import CompliancePeriod
from trueup.rules.rows import read_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Jurisdiction:
    """A State or the lands of a tribe that has a goal; `kind` is `state` or `tribal`."""

    code: str
    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How one jurisdiction's allowances of one vintage are divided.

    Raises ValueError if the set-asides are larger than the whole.
    """

    total: int
    renewable_energy: int = 0
    output_based: int = 0
    early_action: int = 0

    def __post_init__(self) -> None:
        set_asides = (self.renewable_energy, self.output_based, self.early_action)
        if min(set_asides) < 0 or sum(set_asides) > self.total:
            raise ValueError(f"set-asides {set_asides} do not fit into {self.total}")

    @property
    def units(self) -> int:
        """What is left for affected units: the historical-generation part.

        Source: 40 CFR 62.16235, footnote 1 of Table 1; preamble V.D.1.
        """
        return self.total - self.renewable_energy - self.output_based - self.early_action

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """Purpose and quantity of each part, in the order in which numbers are given."""
        return (
            ("reserve", self.units),
            ("renewable_energy", self.renewable_energy),
            ("output_based", self.output_based),
            ("early_action", self.early_action),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedFigure:
    """One cell of a table, and the vintages that it is printed for."""

    first_year: int
    last_year: int | None  # None: every later year.
    short_tons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedTable:
    """A table of one figure for each jurisdiction and span of years.

    Attributes:
        name: File name below `rules/tables/`.
        figures: By jurisdiction code, in order of years.
    """

    name: str
    figures: Mapping[str, tuple[PrintedFigure, ...]] = field(repr=False)

    def short_tons(self, jurisdiction: str, vintage: int) -> int | None:
        """The figure printed for a vintage; None where nothing is.

        Source: 40 CFR 62.16235(a), (c), (d) and (e)(1).
        """
        for figure in self.figures.get(jurisdiction, ()):
            if figure.first_year <= vintage <= (figure.last_year or vintage):
                return figure.short_tons
        return None


def yearly_share(short_tons: int, *, vintage: int, period: CompliancePeriod) -> int:
    """One vintage's part of a figure that is read as that of its whole period.

    It is divided evenly; what cannot be divided goes to the earliest vintages, one each.

    Source: 40 CFR 62.16235(d) and (e)(1), read as a total of the period.
    """
    share, rest = divmod(short_tons, len(period.vintages))
    return share + (1 if vintage - period.first_year < rest else 0)


# Parts of the contiguous grid without an affected unit: no table of the rule names them, and
# resources stand there (preamble IV.C.2, 80 FR 64966).
WITHOUT_UNITS: Mapping[str, Jurisdiction] = MappingProxyType(
    {
        "DC": Jurisdiction(code="DC", name="District of Columbia", kind="state"),
        "VT": Jurisdiction(code="VT", name="Vermont", kind="state"),
    }
)


def read_jurisdictions(name: str) -> Mapping[str, Jurisdiction]:
    """Jurisdictions by code, in the order printed.

    Source: 40 CFR 62.16235(a), Table 1.
    """
    return MappingProxyType(
        {
            row["code"]: Jurisdiction(code=row["code"], name=row["name"], kind=row["kind"])
            for row in read_rows(name)
        }
    )


def read_table(name: str, *, jurisdictions: Mapping[str, Jurisdiction]) -> PrintedTable:
    """A table of short tons by jurisdiction and years.

    Raises ValueError, naming the row, for a jurisdiction that the program does not have
    and for spans of years that overlap.

    Source: 40 CFR 62.16235, Tables 1 to 4.
    """
    figures: dict[str, tuple[PrintedFigure, ...]] = {}
    for number, row in enumerate(read_rows(name), start=1):
        code = row["jurisdiction"]
        if code not in jurisdictions:
            raise ValueError(f"{name}, row {number}: {code} is no jurisdiction of the program")
        figure = PrintedFigure(
            first_year=int(row["first_year"]),
            last_year=int(row["last_year"]) if row["last_year"] else None,
            short_tons=int(row["short_tons"]),
        )
        before = figures.get(code, ())
        if before and (before[-1].last_year or figure.first_year) >= figure.first_year:
            raise ValueError(f"{name}, row {number}: the years of {code} overlap")
        figures[code] = (*before, figure)
    return PrintedTable(name=name, figures=MappingProxyType(figures))
