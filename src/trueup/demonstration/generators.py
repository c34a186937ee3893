"""Choose the real wind, solar, geothermal, hydro and nuclear plants that ask for credits.

Names, States, capacities and MWh are facts from eGRID; docs/explanation/demonstration.md
explains the choice, data/README.md names the source.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

import polars as pl

from trueup.demonstration.plants import read_extract

CATEGORIES = {"WND": "WND", "SUN": "SOL", "WAT": "HYD", "GEO": "GEO", "NUC": "NUC"}
# Prime movers of the generators that are chosen, with what the rule calls their kind.
# Pumped storage (PS) generates nothing of its own; wind at sea (WS) is not on shore.
KINDS = {
    "WND": {"WT": "on_shore"},
    "SUN": {"PV": "photovoltaic", "CP": "concentrated", "ST": "concentrated"},
    "WAT": {"HY": ""},
    "GEO": {"ST": "", "BT": ""},
    "NUC": {"ST": ""},
}
OFF_THE_GRID = frozenset({"AK", "HI", "PR"})
_WESTERN = frozenset({"AZ", "CA", "CO", "ID", "MT", "NM", "NV", "OR", "UT", "WA", "WY"})


@dataclass(frozen=True, slots=True, kw_only=True)
class GreenPlant:
    """A plant's capacity of one category that came on line in 2013 or later.

    Attributes:
        on_line: Year in which the first of its generators came on line.
        mwh: Net generation of 2016; none if it used more than it generated.
    """

    oris_code: int
    plant: str
    category: str
    kind: str
    jurisdiction: str
    capacity_mw: Decimal
    on_line: int
    mwh: Decimal
    name: str

    @property
    def in_service_on(self) -> date:
        """The middle of the year on line: eGRID knows no day."""
        return date(self.on_line, 7, 1)

    @property
    def grid(self) -> str:
        """The interconnection of most of the State."""
        if self.jurisdiction == "TX":
            return "ERCOT"
        return "WESTERN" if self.jurisdiction in _WESTERN else "EASTERN"


@cache
def green_plants(jurisdictions: tuple[str, ...] = ()) -> tuple[GreenPlant, ...]:
    """The plants of the shipped extract in these States; in all if none is named."""
    return choose_green_plants(read_extract("egrid_generators.csv.gz"), jurisdictions=jurisdictions)


def choose_green_plants(
    generators: pl.DataFrame, *, jurisdictions: Collection[str] = ()
) -> tuple[GreenPlant, ...]:
    """One resource a plant and category, in the order of State, ORIS code and category.

    Args:
        generators: Operating generators of eGRID without CO2, on line in 2013 or later.
    """
    kinds = {f"{fuel} {mover}": kind for fuel, of in KINDS.items() for mover, kind in of.items()}
    rows = (
        generators.filter(~pl.col("state").is_in(OFF_THE_GRID))
        .filter(pl.concat_str("fuel", "prime_mover", separator=" ").is_in(list(kinds)))
        .with_columns(
            pl.col("plant", "year").cast(pl.Int64),
            pl.col("mw", "mwh").cast(pl.Decimal(14, 3)),
        )
        .sort("state", "plant", "fuel", "mw", "generator", descending=(False,) * 3 + (True, False))
        .group_by("state", "plant", "fuel", maintain_order=True)
        .agg(
            pl.col("name", "prime_mover").first(),
            pl.col("mw", "mwh").sum(),
            pl.col("year").min(),
        )
    )
    chosen = [
        row for row in rows.rows(named=True) if not jurisdictions or row["state"] in jurisdictions
    ]
    taken = {row["name"] for row in rows.filter(pl.col("name").is_duplicated()).rows(named=True)}
    return tuple(
        GreenPlant(
            oris_code=row["plant"],
            plant=row["name"],
            category=CATEGORIES[row["fuel"]],
            kind=kinds[f"{row['fuel']} {row['prime_mover']}"],
            jurisdiction=row["state"],
            capacity_mw=row["mw"],
            on_line=row["year"],
            mwh=max(row["mwh"], Decimal(0)),
            name=_resource_name(row, taken),
        )
        for row in chosen
    )


def _resource_name(row: Mapping[str, Any], taken: Collection[str]) -> str:
    """The plant's name; with category and ORIS code where two resources would share it."""
    name = str(row["name"])
    return f"{name} ({CATEGORIES[row['fuel']]} {row['plant']})" if name in taken else name
